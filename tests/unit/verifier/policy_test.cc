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
  EXPECT_EQ(read.value().name, built_in.name);
  EXPECT_EQ(read.value().signers.agency_names, built_in.signers.agency_names);
  EXPECT_EQ(read.value().signers.certified_copy, built_in.signers.certified_copy);
  EXPECT_EQ(read.value().required_level, built_in.required_level);
  EXPECT_EQ(read.value().quirk_from, built_in.quirk_from);
  EXPECT_EQ(read.value().quirk_until, built_in.quirk_until);
  const auto& revocation = read.value().revocation;
  EXPECT_EQ(revocation.signer, built_in.revocation.signer);
  EXPECT_EQ(revocation.authorities, built_in.revocation.authorities);
  EXPECT_EQ(revocation.timestamps, built_in.revocation.timestamps);
  EXPECT_EQ(revocation.timestamps_fresh_at, built_in.revocation.timestamps_fresh_at);
  EXPECT_EQ(revocation.max_age, built_in.revocation.max_age);
  EXPECT_EQ(read.value().hygiene.actions, built_in.hygiene.actions);
  EXPECT_EQ(read.value().hygiene.max_octets, built_in.hygiene.max_octets);
  EXPECT_EQ(read.value().hygiene.max_pages, built_in.hygiene.max_pages);
  EXPECT_EQ(read.value().report_hazards, built_in.report_hazards);
  // What is not named keeps its default unseen: every hazard stands there.
  for (const auto& hazard : pdf::hazards())
    EXPECT_NE(text.find("\n" + std::string{hazard.key} + " = "), std::string::npos) << hazard.key;
}

TEST(Policy, SaysWhatADocumentToBeSignedMustNotHold) {
  const auto read = read_policy(
      "schema = \"antin-policy/1\"\n[hygiene]\njavascript = \"ignore\"\nlayer = \"refuse\"\n"
      "max_pages = 3\nreport = \"nothing\"\n");
  ASSERT_TRUE(read) << to_log_line(read.error());
  const auto& hygiene = read.value().hygiene;
  EXPECT_EQ(hygiene.action(pdf::Hazard::kJavascript), pdf::HygieneAction::kIgnore);
  EXPECT_EQ(hygiene.action(pdf::Hazard::kLayer), pdf::HygieneAction::kRefuse);
  EXPECT_EQ(hygiene.action(pdf::Hazard::kLaunch), pdf::HygieneAction::kRefuse);
  EXPECT_EQ(hygiene.max_pages, 3U);
  EXPECT_FALSE(read.value().report_hazards);
}

TEST(Policy, SaysWhatMustBeKnownOfRevocationAndWhichLevelPasses) {
  const auto read = read_policy(
      "schema = \"antin-policy/1\"\nname = \"strict\"\nrequired_level = \"B-T\"\n"
      "[revocation]\nsigner = \"if_available\"\ntimestamps_fresh_at = \"present\"\n"
      "max_age_hours = 24\n[quirk]\nfrom_minutes = 415\n");
  ASSERT_TRUE(read) << to_log_line(read.error());
  EXPECT_EQ(read.value().name, "strict");
  EXPECT_EQ(read.value().required_level, "B-T");
  EXPECT_EQ(read.value().revocation.signer, RevocationPolicy::Need::kIfAvailable);
  EXPECT_EQ(read.value().revocation.authorities, RevocationPolicy::Need::kRequired);
  EXPECT_EQ(read.value().revocation.timestamps_fresh_at, RevocationPolicy::FreshAt::kPresent);
  EXPECT_EQ(read.value().revocation.max_age, std::chrono::hours{24});
  EXPECT_EQ(read.value().quirk_from, std::chrono::minutes{415});
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
        Refused{"UnknownHazard", "schema = \"antin-policy/1\"\n[hygiene]\njavscript = \"warn\"",
                "hygiene.javscript"},
        Refused{"UnknownAction", "schema = \"antin-policy/1\"\n[hygiene]\nxfa = \"allow\"",
                "hygiene.xfa"},
        Refused{"NoPages", "schema = \"antin-policy/1\"\n[hygiene]\nmax_pages = 0",
                "hygiene.max_pages"},
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
        Refused{"AgencyName", "schema = \"antin-policy/1\"\n[signers]\nagency_names = [\" \"]",
                "signers.agency_names"},
        Refused{"CertifiedCopy",
                "schema = \"antin-policy/1\"\n[signers]\ncertified_copy = \"some\"",
                "signers.certified_copy"},
        Refused{"NegativeLimit", "schema = \"antin-policy/1\"\n[limits]\nmax_pages = -1",
                "limits.max_pages"},
        Refused{"UnknownLevel", "schema = \"antin-policy/1\"\nrequired_level = \"B-C\"",
                "required_level"},
        Refused{"UnknownNeed", "schema = \"antin-policy/1\"\n[revocation]\nsigner = \"maybe\"",
                "revocation.signer"},
        Refused{"UnknownRevocationKey", "schema = \"antin-policy/1\"\n[revocation]\ncrl = 1",
                "revocation.crl"},
        Refused{"AgeOfNothing", "schema = \"antin-policy/1\"\n[revocation]\nmax_age_hours = 0",
                "revocation.max_age_hours"},
        Refused{"EmptyWindow",
                "schema = \"antin-policy/1\"\n[quirk]\nfrom_minutes = 500\nuntil_minutes = 430",
                "quirk.until_minutes"},
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
