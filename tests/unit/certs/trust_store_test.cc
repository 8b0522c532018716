#include "certs/trust_store.h"

#include <gtest/gtest.h>

#include "tests/unit/certs/issue.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

namespace fs = std::filesystem;

TrustFile file(const std::string& certificate, const std::string& as) {
  return {as, read_file(pki_path("certs/" + certificate + ".crt"))};
}
TrustFile toml(const std::string& name, const std::string& text) {
  return {name, to_bytes("schema = \"antin-trust/1\"\n" + text)};
}
Code refusal(const std::vector<TrustFile>& files) {
  const auto store = load_trust_store(files, TestPki::kAllow);
  EXPECT_FALSE(store);
  return store ? Code::kInternal : store.error().code;
}

TEST(TrustStore, SelfSignedAreAnchorsAndOthersIntermediates) {
  const auto store = load_trust_store({file("root", "root.crt"),
                                       file("issuing-ca", "ca.pem"),
                                       {"README.txt", to_bytes("no certificate")}},
                                      TestPki::kAllow);
  ASSERT_TRUE(store);
  ASSERT_EQ(store.value().anchors.size(), 1U);
  EXPECT_EQ(store.value().anchors[0].certificate, cert("root"));
  EXPECT_EQ(store.value().anchors[0].purposes, every_purpose());
  ASSERT_EQ(store.value().intermediates.size(), 1U);
}

TEST(TrustStore, AFileBesideNarrowsPurposeAndTime) {
  const auto store =
      load_trust_store({file("root", "root.crt"),
                        toml("root.toml",
                             "purposes = [\"timestamp\"]\nfrom = 2026-01-01T07:00:00+07:00\n"
                             "until = \"2027-01-01T00:00:00Z\"\n")},
                       TestPki::kAllow);
  ASSERT_TRUE(store);
  const auto& anchor = store.value().anchors.at(0);
  EXPECT_EQ(anchor.purposes, std::set<Purpose>{Purpose::kTimestamp});
  EXPECT_EQ(anchor.trusted_from, instant("2026-01-01T00:00:00Z"));
  EXPECT_EQ(anchor.trusted_until, instant("2027-01-01T00:00:00Z"));
}

TEST(TrustStore, AFileBesidePromotesAnIntermediateOrHoldsARootBack) {
  const auto store =
      load_trust_store({file("issuing-ca", "ca.crt"), toml("ca.toml", "anchor = true"),
                        file("root", "root.crt"), toml("root.toml", "anchor = false")},
                       TestPki::kAllow);
  ASSERT_TRUE(store);
  ASSERT_EQ(store.value().anchors.size(), 1U);
  EXPECT_EQ(store.value().anchors[0].certificate, cert("issuing-ca"));
  EXPECT_EQ(store.value().intermediates.at(0), cert("root"));
}

TEST(TrustStore, RefusesAConfigurationThatItDoesNotUnderstand) {
  const auto root = file("root", "root.crt");
  EXPECT_EQ(refusal({root, toml("root.toml", "purpose = [\"sign\"]")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml", "purposes = [\"everything\"]")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml", "purposes = []")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml", "from = 2026-01-01")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml", "from = 2026-01-01T00:00:00")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml", "anchor = \"yes\"")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml", "anchor =")}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, {"root.toml", to_bytes("anchor = true")}}), Code::kTrustConfig);
  EXPECT_EQ(refusal({root, {"root.toml", to_bytes("schema = \"antin-trust/2\"")}}),
            Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("root.toml",
                                "from = 2027-01-01T00:00:00Z\n"
                                "until = 2026-01-01T00:00:00Z")}),
            Code::kTrustConfig);
  EXPECT_EQ(refusal({root, toml("other.toml", "anchor = true")}), Code::kTrustConfig);
  // Dates on what is no anchor would be ignored silently.
  EXPECT_EQ(refusal({file("issuing-ca", "ca.crt"), toml("ca.toml", "purposes = [\"sign\"]")}),
            Code::kTrustConfig);
}

TEST(TrustStore, RefusesOneCertificateUnderTwoConfigurations) {
  EXPECT_TRUE(load_trust_store({file("root", "a.crt"), file("root", "b.crt")}, TestPki::kAllow));
  EXPECT_EQ(refusal({file("root", "a.crt"), toml("a.toml", "purposes = [\"timestamp\"]"),
                     file("root", "b.crt")}),
            Code::kTrustConfig);
}

TEST(TrustStore, RefusesAFileThatItCannotRead) {
  EXPECT_EQ(refusal({{"root.crt", to_bytes("nothing")}}), Code::kTrustUnreadable);
  EXPECT_TRUE(load_trust_store({{"root.txt", to_bytes("nothing")}}, TestPki::kAllow));
}

TEST(TrustStore, AnInstalledServiceRefusesEveryCertificateOfTheTestPki) {
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(pki_path("certs"))) {
    const std::vector<TrustFile> files{{"one.crt", read_file(entry.path())}};
    const auto store = load_trust_store(files, TestPki::kRefuse);
    ASSERT_FALSE(store) << entry.path();
    EXPECT_EQ(store.error().code, Code::kTrustTestPki) << entry.path();
    EXPECT_TRUE(load_trust_store(files, TestPki::kAllow)) << entry.path();
    ++seen;
  }
  EXPECT_GT(seen, 30U);
}

TEST(TrustStore, RefusesANewCertificateForAKeyThatEverybodyHas) {
  const auto made = issue({.issuer = "officer-p256", .subject_of = "root", .serial = 7});
  ASSERT_LT(X509_get_ext_count(made.x509()), 1);
  EXPECT_TRUE(is_test_pki(made));
}

}  // namespace
}  // namespace antin::certs
