#include "service/ipc/cbor.h"

#include <limits>

#include <gtest/gtest.h>

namespace antin::service::cbor {
namespace {

Bytes hex(std::string_view text) {
  Bytes out;
  EXPECT_TRUE(from_hex(text, out)) << text;
  return out;
}

struct Vector {
  const char* story;
  const char* hex;
  Value value;
};

// RFC 8949 Appendix A, the rows inside the subset.
const std::vector<Vector>& rfc_vectors() {
  static const std::vector<Vector> rows{
      {"Zero", "00", 0},
      {"One", "01", 1},
      {"Ten", "0a", 10},
      {"TwentyThree", "17", 23},
      {"TwentyFour", "1818", 24},
      {"Hundred", "1864", 100},
      {"Thousand", "1903e8", 1000},
      {"Million", "1a000f4240", 1000000},
      {"Trillion", "1b000000e8d4a51000", std::int64_t{1000000000000}},
      {"MinusOne", "20", -1},
      {"MinusTen", "29", -10},
      {"MinusHundred", "3863", -100},
      {"MinusThousand", "3903e7", -1000},
      {"Smallest", "3b7fffffffffffffff", std::numeric_limits<std::int64_t>::min()},
      {"Largest", "1b7fffffffffffffff", std::numeric_limits<std::int64_t>::max()},
      {"False", "f4", false},
      {"True", "f5", true},
      {"Null", "f6", nullptr},
      {"NoOctets", "40", Bytes{}},
      {"FourOctets", "4401020304", Bytes{1, 2, 3, 4}},
      {"EmptyText", "60", ""},
      {"Umlaut", "62c3bc", "ü"},
      {"Water", "63e6b0b4", "水"},
      {"GreekAncient", "64f0908591", "\xF0\x90\x85\x91"},
      {"EmptyArray", "80", Array{}},
      {"Nested", "8301820203820405", Array{1, Array{2, 3}, Array{4, 5}}},
      {"EmptyMap", "a0", Map{}},
      {"NumberKeys", "a201020304", Map{{std::uint16_t{1}, 2}, {std::uint16_t{3}, 4}}},
      {"TextKeys", "a26161016162820203", Map{{"a", 1}, {"b", Array{2, 3}}}},
      {"ShorterKeyFirst", "a3050161620162616101", Map{{"aa", 1}, {"b", 1}, {std::uint16_t{5}, 1}}},
  };
  return rows;
}

TEST(CborRfc8949AppendixA, EncodesAndDecodesEachRow) {
  for (const auto& row : rfc_vectors()) {
    EXPECT_EQ(to_hex(encode(row.value)), row.hex) << row.story;
    const auto decoded = decode(hex(row.hex));
    ASSERT_TRUE(decoded) << row.story;
    EXPECT_TRUE(decoded.value() == row.value) << row.story;
  }
}

TEST(CborDecode, RefusesEveryPrefixOfAnItem) {
  for (const auto& row : rfc_vectors()) {
    const auto octets = hex(row.hex);
    for (std::size_t cut = 0; cut < octets.size(); ++cut) {
      const auto decoded = decode(ByteView(octets).first(cut));
      ASSERT_FALSE(decoded) << row.story << " cut at " << cut;
      EXPECT_EQ(decoded.error().code, Code::kIpcMalformed);
    }
  }
}

TEST(CborDecode, RefusesWhatIsNotDeterministicOrNotInTheSubset) {
  const std::vector<std::pair<const char*, const char*>> rows{
      {"one octet too many", "0000"},
      {"24 in a long head", "190018"},
      {"23 in a one-octet head", "1817"},
      {"256 in four octets", "1a00000100"},
      {"2^32-1 in eight octets", "1b00000000ffffffff"},
      {"above 2^63-1", "1b8000000000000000"},
      {"below -2^63", "3b8000000000000000"},
      {"indefinite array", "9f01ff"},
      {"indefinite text", "7f6161ff"},
      {"break alone", "ff"},
      {"float", "f93c00"},
      {"undefined", "f7"},
      {"simple value", "f820"},
      {"tag", "c001"},
      {"reserved length", "1c"},
      {"same key twice", "a2616101616102"},
      {"keys out of order", "a2616201616101"},
      {"text before number", "a26161010101"},
      {"negative key", "a12001"},
      {"octets as key", "a1416101"},
      {"key above 65535", "a11a0001000001"},
      {"lone continuation octet", "6180"},
      {"overlong slash", "62c0af"},
      {"surrogate", "63eda080"},
      {"above U+10FFFF", "64f4908080"},
      {"array longer than the message", "9a7fffffff"},
      {"octets longer than the message", "5b7fffffffffffffff"},
      {"map longer than the message", "ba7fffffff"},
  };
  for (const auto& [story, octets] : rows) {
    const auto decoded = decode(hex(octets));
    ASSERT_FALSE(decoded) << story;
    EXPECT_EQ(decoded.error().code, Code::kIpcMalformed) << story;
  }
}

TEST(CborDecode, KeepsItsLimits) {
  Limits limits;
  limits.depth = 3;
  EXPECT_TRUE(decode(hex("818100"), limits));
  EXPECT_FALSE(decode(hex("81818100"), limits));
  limits.items = 4;
  EXPECT_TRUE(decode(hex("83000000"), limits));
  EXPECT_FALSE(decode(hex("8400000000"), limits));
  EXPECT_TRUE(decode(hex("a1008100"), limits));
  limits.octets = 3;
  EXPECT_TRUE(decode(hex("820000"), limits));
  EXPECT_FALSE(decode(hex("83000000"), limits));
}

TEST(CborMembers, OfAnotherTypeOrMissingAreMalformed) {
  const Value body = Map{{"n", 1}, {"t", "x"}, {"b", Bytes{1}}, {"f", true}, {"a", Array{1}}};
  EXPECT_EQ(integer_at(body, "n").value(), 1);
  EXPECT_EQ(text_at(body, "t").value(), "x");
  EXPECT_EQ(bytes_at(body, "b").value(), Bytes{1});
  EXPECT_TRUE(boolean_at(body, "f").value());
  EXPECT_EQ(array_at(body, "a").value().size(), 1U);
  EXPECT_EQ(integer_at(body, "t").error().code, Code::kIpcMalformed);
  EXPECT_EQ(text_at(body, "none").error().code, Code::kIpcMalformed);
  EXPECT_EQ(bytes_at(Value(3), "b").error().code, Code::kIpcMalformed);
}

}  // namespace
}  // namespace antin::service::cbor
