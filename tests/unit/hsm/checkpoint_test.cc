#include "hsm/checkpoint.h"

#include <gtest/gtest.h>

namespace antin::hsm {
namespace {

const std::string kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

std::string note(const std::string& origin, const std::string& size,
                 const std::string& root = kRoot, const std::string& rest = "") {
  return origin + "\n" + size + "\n" + root + "\n" + rest;
}

TEST(Checkpoint, IsReadWithItsExtensions) {
  const auto read =
      parse_checkpoint(note("example.com/behind-the-sofa", "20852163", kRoot, "mở rộng\nb\n"));
  ASSERT_TRUE(read) << to_log_line(read.error());
  EXPECT_EQ(read.value().origin, "example.com/behind-the-sofa");
  EXPECT_EQ(read.value().size, 20852163U);
  EXPECT_EQ(to_hex(read.value().root),
            "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  EXPECT_EQ(read.value().extensions, (std::vector<std::string>{"mở rộng", "b"}));
}

TEST(Checkpoint, OfAnEmptyLogHasTheEmptyRoot) {
  EXPECT_TRUE(parse_checkpoint(note("a", "0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")));
  EXPECT_FALSE(parse_checkpoint(note("a", "0")));
}

TEST(Checkpoint, IsNothingElse) {
  EXPECT_TRUE(parse_checkpoint(note("a", "9223372036854775807")));
  const std::vector<std::string> refused = {
      "",
      "a",
      "a\n1\n",
      note("a", "1").substr(0, note("a", "1").size() - 1),
      note("", "1"),
      note(" a", "1"),
      note("a ", "1"),
      note("a\tb", "1"),
      note("a\r", "1"),
      note(std::string("a\0b", 3), "1"),
      note("a\xC3", "1"),
      note("a\xC2\x85", "1"),
      note("\xED\xA0\x80", "1"),
      note(std::string(256, 'a'), "1"),
      note("a", ""),
      note("a", "01"),
      note("a", "-1"),
      note("a", "+1"),
      note("a", "1 "),
      note("a", "0x1"),
      note("a", "9223372036854775808"),
      note("a", "1", kRoot.substr(1)),
      note("a", "1", kRoot + "="),
      note("a", "1", kRoot.substr(0, 43)),
      note("a", "1", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J="),
      note("a", "1", "CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I="),
      note("a", "1", kRoot, "\n"),
      note("a", "1", kRoot, "\n— a AAAA\n"),
      note("a", "1", kRoot, "x"),
      note("a", "1", kRoot, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n"),
      note("a", "1", kRoot, std::string(8192, 'x') + "\n"),
      std::string("\x31\x2e\x30\x0c", 4),
  };
  for (const auto& text : refused) {
    const auto read = parse_checkpoint(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::kTokendCheckpointMalformed);
  }
  EXPECT_TRUE(parse_checkpoint(
      note("a", "1", kRoot, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n")));
}

}  // namespace
}  // namespace antin::hsm
