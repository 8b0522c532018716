#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "verifier/verify.h"

namespace antin::verifier {
namespace {

TEST(Policy, TheCommittedDefaultSaysWhatIsBuiltIn) {
  std::ifstream in{ANTIN_SOURCE_DIR "/packaging/policies/viet-nam.toml"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto read = read_policy(text);
  ASSERT_TRUE(read) << to_log_line(read.error());
  const auto built_in = Policy::viet_nam();
  EXPECT_EQ(read.value().profile, built_in.profile);
  EXPECT_EQ(read.value().algorithms.min_rsa_bits, built_in.algorithms.min_rsa_bits);
  EXPECT_EQ(read.value().algorithms.min_ec_bits, built_in.algorithms.min_ec_bits);
  ASSERT_EQ(read.value().algorithms.digests.size(), built_in.algorithms.digests.size());
  for (const auto& rule : built_in.algorithms.digests) {
    bool found = false;
    for (const auto& other : read.value().algorithms.digests)
      found = found || (other.digest == rule.digest && other.until == rule.until);
    EXPECT_TRUE(found) << name(rule.digest);
  }
  EXPECT_EQ(read.value().limits.max_octets, built_in.limits.max_octets);
}

struct Refused {
  const char* story;
  const char* text;
  const char* key;
};

class PolicyRefuses : public testing::TestWithParam<Refused> {};

TEST_P(PolicyRefuses, AndNamesTheKey) {
  const auto read = read_policy(GetParam().text);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kPolicyConfig);
  ASSERT_EQ(read.error().params.size(), 1U);
  EXPECT_EQ(read.error().params[0].second, GetParam().key);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, PolicyRefuses,
    testing::Values(
        Refused{"NoSchema", "", "schema"},
        Refused{"OtherSchema", "schema = \"antin-policy/2\"", "schema"},
        Refused{"UnknownKey", "schema = \"antin-policy/1\"\nprofil = \"result\"", "profil"},
        Refused{"UnknownProfile", "schema = \"antin-policy/1\"\nprofile = \"copy\"", "profile"},
        Refused{"UnknownNestedKey", "schema = \"antin-policy/1\"\n[algorithms]\nrsa = 1",
                "algorithms.rsa"},
        Refused{"BitsAsText", "schema = \"antin-policy/1\"\n[algorithms]\nmin_rsa_bits = \"2048\"",
                "algorithms.min_rsa_bits"},
        Refused{"UnknownDigest",
                "schema = \"antin-policy/1\"\n[[algorithms.digest]]\nname = \"SHA-257\"",
                "algorithms.digest.name"},
        Refused{"LocalTime",
                "schema = \"antin-policy/1\"\n[[algorithms.digest]]\nname = \"SHA-1\"\n"
                "until = 2017-01-01T00:00:00",
                "algorithms.digest.until"},
        Refused{"NegativeLimit", "schema = \"antin-policy/1\"\n[limits]\nmax_pages = -1",
                "limits.max_pages"},
        Refused{"NoToml", "schema = ", "line 1"}),
    [](const auto& row) { return std::string{row.param.story}; });

TEST(Policy, LimitsAndOffsetsAreTaken) {
  const auto read = read_policy(
      "schema = \"antin-policy/1\"\nprofile = \"certified_copy\"\n[limits]\nmax_pages = 7\n"
      "[[algorithms.digest]]\nname = \"SHA-1\"\nuntil = 2017-01-01T07:00:00+07:00\n");
  ASSERT_TRUE(read) << to_log_line(read.error());
  EXPECT_EQ(read.value().profile, Profile::kCertifiedCopy);
  EXPECT_EQ(read.value().limits.max_pages, 7U);
  EXPECT_EQ(read.value().algorithms.digests.at(0).until, from_rfc3339("2017-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace antin::verifier
