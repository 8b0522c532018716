#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "certs/core/base64.h"
#include "tests/unit/reports/made.h"
#include "tests/unit/reports/xml.h"
#include "verifier/report_etsi.h"

namespace antin::verifier {
namespace {

using Names = std::vector<std::string>;
using Kind = ValidationObject::Kind;

xml::Element parsed(const Report& report) {
  const auto text = to_etsi(report);
  auto root = xml::parse(text);
  EXPECT_TRUE(root) << text.substr(0, 1000);
  return root ? *std::move(root) : xml::Element{};
}

// Every reference names exactly one object, and ids are NCNames met once.
void expect_references_resolve(const xml::Element& root) {
  std::set<std::string> ids;
  for (const auto* object : root.all("ValidationObject")) {
    const auto& id = object->attributes.at("id");
    EXPECT_TRUE(ids.insert(id).second) << id;
    EXPECT_EQ(id.find_first_not_of("CROTSD-0123456789abcdef"), std::string::npos) << id;
  }
  for (const auto* name :
       {"AttributeObject", "SignerCertificate", "TrustAnchor", "POEObject", "SigningCertificate",
        "IntermediateCertificate", "ValidationObjectId", "RelatedValidationObject",
        "RevocationObject", "SignersDocumentRepresentation"}) {
    for (const auto* reference : root.all(name)) {
      const auto at = reference->attributes.find("VOReference");
      if (at == reference->attributes.end()) continue;
      EXPECT_EQ(ids.count(at->second), 1U) << name;
    }
  }
}

TEST(Ts119102Part2, SignatureReportsHaveTheirElementsInTheOrderOfTheSchema) {
  const auto root = parsed(made::report(Verdict::kValid, 2));
  EXPECT_EQ(root.name, "ValidationReport");
  EXPECT_EQ(root.attributes.at("xmlns"), "http://uri.etsi.org/19102/v1.4.1#");
  EXPECT_EQ(root.child_names(), (Names{"SignatureValidationReport", "SignatureValidationReport",
                                       "SignatureValidationObjects"}));
  const auto& one = root.children.front();
  EXPECT_EQ(one.child_names(), (Names{"SignatureIdentifier",
                                      "ValidationConstraintsEvaluationReport", "ValidationTimeInfo",
                                      "SignersDocument", "SignatureAttributes", "SignerInformation",
                                      "SignatureValidationProcess", "SignatureValidationStatus"}));
  EXPECT_EQ(one.first("ValidationTime").text, "2026-06-01T02:03:04Z");
  EXPECT_EQ(one.first("BestSignatureTime").first("POETime").text, "2026-05-20T00:00:00Z");
  EXPECT_EQ(one.first("MainIndication").text, "urn:etsi:019102:mainindication:total-passed");
  EXPECT_TRUE(one.all("SubIndication").empty());
  EXPECT_EQ(one.first("SignatureValidationProcessID").text,
            "urn:etsi:019102:validationprocess:LTVM");
  EXPECT_EQ(one.first("Signer").text, "Nguyễn Thị Ánh Nguyệt");
  expect_references_resolve(root);
}

TEST(Ts119102Part2, IndicationsAreTheStandards) {
  const auto status = [](Verdict verdict) {
    const auto root = parsed(made::report(verdict, 1));
    const auto& one = root.children.front();
    return one.first("MainIndication").text + " " + one.first("SubIndication").text;
  };
  EXPECT_EQ(status(Verdict::kInvalid),
            "urn:etsi:019102:mainindication:total-failed "
            "urn:etsi:019102:subindication:HASH_FAILURE");
  EXPECT_EQ(status(Verdict::kInsufficient),
            "urn:etsi:019102:mainindication:indeterminate "
            "urn:etsi:019102:subindication:TRY_LATER");
}

TEST(Ts119102Part2, AFileWithoutSignaturesIsNotReportedAsPassed) {
  const auto root = parsed(made::report(Verdict::kNoSignature, 0));
  EXPECT_EQ(root.children.front().first("MainIndication").text,
            "urn:etsi:019102:mainindication:indeterminate");
  EXPECT_EQ(root.all("SignatureValidationReport").size(), 1U);
}

TEST(Ts119102Part2, ObjectsCarryTheirOctetsAndProofOnce) {
  auto report = made::report(Verdict::kValid, 2);
  report.validation_objects.push_back(report.validation_objects.front());
  const auto root = parsed(report);
  expect_references_resolve(root);
  const auto octets = to_base64(report.validation_objects.front().octets.view());
  std::size_t found = 0;
  for (const auto* one : root.all("base64")) found += one->text == octets ? 1U : 0U;
  EXPECT_EQ(found, 1U);
  for (const auto* one : root.all("ValidationObject")) EXPECT_EQ(one->all("POE").size(), 1U);
  // The root certificate came without octets: by digest alone.
  const auto& last_certificate = made::sha256(2);
  bool digest_only = false;
  for (const auto* one : root.all("ValidationObject")) {
    if (one->attributes.at("id") == "C-" + last_certificate)
      digest_only = one->all("base64").empty() && one->all("ds:DigestValue").size() == 1;
  }
  EXPECT_TRUE(digest_only);
}

TEST(Ts119102Part2, ADocumentTimestampIsAnObjectWithAReportOfItsOwn) {
  auto report = made::report(Verdict::kValid, 1);
  report.signatures.push_back(made::document_timestamp(2));
  report.validation_objects.push_back({.kind = Kind::kTimestamp,
                                       .sha256 = report.signatures.back().signature_sha256,
                                       .octets = SharedBytes{to_bytes(std::string_view{"token"})},
                                       .proven = {},
                                       .used_by = {0}});
  const auto root = parsed(report);
  EXPECT_EQ(root.all("SignatureValidationReport").size(), 1U);
  const auto nested = root.all("ValidationReport");
  ASSERT_EQ(nested.size(), 1U);
  EXPECT_EQ(nested.front()->first("MainIndication").text, "urn:etsi:019102:mainindication:passed");
  expect_references_resolve(root);
}

TEST(Ts119102Part2, HostileNamesStayText) {
  for (const auto& text :
       {std::string{"</Signer><MainIndication>urn:etsi:019102:mainindication:total-passed"},
        std::string{"\"/><x y=\"&evil;"}, std::string{"\xFF\x01\x1B\xED\xA0\x80"},
        std::string("a\0b", 3), std::string{"\xEF\xBF\xBF"}, std::string{"]]>"}}) {
    const auto root = parsed(made::report_full_of(text));
    EXPECT_EQ(root.all("MainIndication").size(), 2U);
    expect_references_resolve(root);
  }
}

TEST(Ts119102Part2, DigestsThatAreNoneAreNotReferredTo) {
  auto report = made::report(Verdict::kValid, 1);
  for (auto& one : report.signatures.front().chain) one.sha256 = "not a digest";
  report.signatures.front().signer->sha256 = "";
  report.signatures.front().revocation.front().evidence_sha256 = "x y";
  report.sha256 = "";
  const auto root = parsed(report);
  expect_references_resolve(root);
  EXPECT_TRUE(root.all("CertificateChain").empty());
  EXPECT_TRUE(root.all("SignersDocument").empty());
}

// tests/interop holds these against the standard's own schema.
TEST(Ts119102Part2, LeavesSamplesForTheSchema) {
  const std::filesystem::path folder = ANTIN_BINARY_DIR "/tests/reports";
  std::filesystem::create_directories(folder);
  auto stamped = made::report(Verdict::kValid, 2);
  stamped.signatures.push_back(made::document_timestamp(3));
  stamped.validation_objects.push_back({.kind = Kind::kTimestamp,
                                        .sha256 = stamped.signatures.back().signature_sha256,
                                        .octets = SharedBytes{to_bytes(std::string_view{"token"})},
                                        .proven = {},
                                        .used_by = {0, 1}});
  auto revoked = made::report(Verdict::kInvalid, 1);
  auto& entry = revoked.signatures.front().revocation.front();
  entry.state = "revoked";
  entry.reason = "keyCompromise";
  entry.revoked_at = made::time("2026-01-01T00:00:00Z");
  Report bare = made::report(Verdict::kInsufficient, 1);
  bare.judged_at.reset();
  bare.policy.clear();
  bare.validation_objects.clear();
  bare.signatures.front() = SignatureReport{};
  const std::pair<const char*, Report> samples[] = {
      {"valid", made::report(Verdict::kValid, 3)},
      {"invalid", made::report(Verdict::kInvalid, 2)},
      {"insufficient", made::report(Verdict::kInsufficient, 1)},
      {"no-signature", made::report(Verdict::kNoSignature, 0)},
      {"document-timestamp", stamped},
      {"revoked", revoked},
      {"bare", bare},
      {"hostile", made::report_full_of("</Signer>\x01&\"'\xFF]]>")}};
  for (const auto& [name, report] : samples) {
    std::ofstream out{folder / (std::string{name} + ".xml"), std::ios::binary};
    out << to_etsi(report);
    EXPECT_TRUE(out.good());
  }
}

}  // namespace
}  // namespace antin::verifier
