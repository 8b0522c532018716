// The document is read once for the question what is wanted and for the judgement.

#include "verifier/verify_collecting.h"

#include <gtest/gtest.h>

#include "tests/unit/verifier/sample.h"
#include "verifier/report.h"

namespace antin::verifier {
namespace {

const certs::TrustStore& trusted() {
  static const auto kTrust = sample::trust();
  return kTrust;
}

Input without_lists(const sample::Document& document) {
  auto input = sample::input(document, trusted());
  input.crls.clear();
  return input;
}

TEST(VerifyCollecting, SaysWhatVerifySaysOfTheSameEvidence) {
  sample::Document document;
  sample::Signing second;
  second.field = "Sig2";
  document.sign({}).sign(second).timestamp("Ts", sample::time("2026-05-20T00:00:00Z"));
  const auto given = sample::input(document, trusted());
  int asked = 0;
  const auto report = verify_collecting(without_lists(document), [&](const auto& wanted) {
    ++asked;
    EXPECT_EQ(wanted.leaves.size(), 2U);
    EXPECT_TRUE(wanted.at_hand.crls.empty());
    return certs::Evidence{.certificates = {}, .crls = given.crls, .ocsp = {}};
  });
  const auto alone = verify(given);
  ASSERT_TRUE(report && alone);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(report.value().verdict, Verdict::kValid);
  EXPECT_EQ(to_json(report.value()), to_json(alone.value()));
}

TEST(VerifyCollecting, IsNotValidWhenNothingIsFound) {
  sample::Document document;
  document.sign({});
  const auto report =
      verify_collecting(without_lists(document), [](const auto&) { return certs::Evidence{}; });
  const auto alone = verify(without_lists(document));
  ASSERT_TRUE(report && alone);
  EXPECT_NE(report.value().verdict, Verdict::kValid);
  EXPECT_EQ(to_json(report.value()), to_json(alone.value()));
}

TEST(VerifyCollecting, AsksNobodyAboutADocumentThatNobodyHasSigned) {
  const auto report = verify_collecting(without_lists(sample::Document{}), [](const auto&) {
    ADD_FAILURE() << "asked";
    return certs::Evidence{};
  });
  ASSERT_TRUE(report);
  EXPECT_TRUE(report.value().signatures.empty());
}

TEST(VerifyCollecting, RefusesWhatIsNoDocumentWithoutAsking) {
  auto input = without_lists(sample::Document{});
  input.document = SharedBytes{to_bytes(as_bytes("hello"))};
  const auto report = verify_collecting(std::move(input), [](const auto&) {
    ADD_FAILURE() << "asked";
    return certs::Evidence{};
  });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kPdfNotPdf);
}

}  // namespace
}  // namespace antin::verifier
