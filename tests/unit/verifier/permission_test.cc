#include "verifier/permission.h"

#include <gtest/gtest.h>

#include "verifier/overlaps.h"

namespace antin::verifier {
namespace {

using pdf::ChangeLevel;
using pdf::DocMdp;

pdf::Change change(ChangeLevel level, Code what = Code::kPdfChangeUnclassified,
                   std::string field = "") {
  return {.object = {7, 0},
          .page = {},
          .level = level,
          .what = what,
          .field = std::move(field),
          .detail = {}};
}

PermissionInput rules(Profile profile, std::optional<DocMdp> mdp = {}) {
  return {.restrictions = {.doc_mdp = mdp, .locks = {}},
          .profile = profile,
          .last_signature = true,
          .timestamp_fields = {"Ts"}};
}

struct Row {
  const char* story;
  pdf::Change change;
  PermissionInput input;
  bool permitted;
};

class JudgingMd : public testing::TestWithParam<Row> {};

TEST_P(JudgingMd, SaysWhatIsPermitted) {
  const auto item = judge_change(GetParam().change, GetParam().input);
  EXPECT_EQ(item.permitted, GetParam().permitted);
  EXPECT_FALSE(item.rule.empty());
}

const auto kAdded = change(ChangeLevel::kSignature, Code::kPdfChangeSignatureAdded, "Sig2");
const auto kEmptyField = change(ChangeLevel::kSignature, Code::kPdfChangeSignatureField, "Sig2");
const auto kStamp = change(ChangeLevel::kSignature, Code::kPdfChangeTimestampAdded, "Ts");
const auto kStampBookkeeping =
    change(ChangeLevel::kSignature, Code::kPdfChangeSignatureBookkeeping, "Ts");
const auto kEvidence = change(ChangeLevel::kLongTermData, Code::kPdfChangeLongTermData);
const auto kMetadata = change(ChangeLevel::kMetadata, Code::kPdfChangeMetadata);
const auto kFilled = change(ChangeLevel::kFormFilling, Code::kPdfChangeFieldValue, "Name");
const auto kNote = change(ChangeLevel::kAnnotation, Code::kPdfChangeAnnotationAdded);
const auto kPage = change(ChangeLevel::kContent, Code::kPdfChangePageContent);
const auto kUnknown = change(ChangeLevel::kUnclassified);

INSTANTIATE_TEST_SUITE_P(
    Table, JudgingMd,
    testing::Values(
        Row{"SignatureAfterApproval", kAdded, rules(Profile::kDocument), true},
        Row{"SignatureAfterP1", kAdded, rules(Profile::kDocument, DocMdp::kNoChanges), false},
        Row{"SignatureAfterP2", kAdded, rules(Profile::kDocument, DocMdp::kFormFilling), true},
        Row{"EmptyFieldAfterP2", kEmptyField, rules(Profile::kDocument, DocMdp::kFormFilling),
            false},
        Row{"EmptyFieldAfterP3", kEmptyField, rules(Profile::kDocument, DocMdp::kAnnotations),
            false},
        Row{"TimestampAfterP1", kStamp, rules(Profile::kDocument, DocMdp::kNoChanges), true},
        Row{"TimestampBookkeepingAfterP1", kStampBookkeeping,
            rules(Profile::kDocument, DocMdp::kNoChanges), true},
        Row{"EvidenceAfterP1", kEvidence, rules(Profile::kDocument, DocMdp::kNoChanges), true},
        Row{"EvidenceInCopy", kEvidence, rules(Profile::kCertifiedCopy), true},
        Row{"SignatureInCopy", kAdded, rules(Profile::kCertifiedCopy), true},
        Row{"MetadataAfterApproval", kMetadata, rules(Profile::kDocument), true},
        Row{"MetadataAfterP1", kMetadata, rules(Profile::kDocument, DocMdp::kNoChanges), false},
        Row{"MetadataInCopy", kMetadata, rules(Profile::kCertifiedCopy), false},
        Row{"FormAfterApproval", kFilled, rules(Profile::kDocument), true},
        Row{"FormAfterP1", kFilled, rules(Profile::kDocument, DocMdp::kNoChanges), false},
        Row{"FormAfterP2", kFilled, rules(Profile::kDocument, DocMdp::kFormFilling), true},
        Row{"FormInResult", kFilled, rules(Profile::kResult), false},
        Row{"FormInCopy", kFilled, rules(Profile::kCertifiedCopy), false},
        Row{"NoteAfterApproval", kNote, rules(Profile::kDocument), false},
        Row{"NoteAfterP2", kNote, rules(Profile::kDocument, DocMdp::kFormFilling), false},
        Row{"NoteAfterP3", kNote, rules(Profile::kDocument, DocMdp::kAnnotations), true},
        Row{"NoteAfterP3InResult", kNote, rules(Profile::kResult, DocMdp::kAnnotations), false},
        Row{"PageAfterP3", kPage, rules(Profile::kDocument, DocMdp::kAnnotations), false},
        Row{"UnknownAfterApproval", kUnknown, rules(Profile::kDocument), false}),
    [](const auto& row) { return std::string{row.param.story}; });

TEST(Permission, WhatIsNeverPermittedStaysSo) {
  auto hidden = kFilled;
  hidden.never_permitted = true;
  EXPECT_FALSE(judge_change(hidden, rules(Profile::kDocument)).permitted);
}

TEST(Permission, ALockedFieldStaysAsItIs) {
  auto input = rules(Profile::kDocument, DocMdp::kFormFilling);
  input.restrictions.locks.push_back({pdf::FieldLock::Action::kInclude, {"Name"}, std::nullopt});
  EXPECT_FALSE(judge_change(kFilled, input).permitted);
  EXPECT_EQ(judge_change(kFilled, input).rule, "ISO 32000-2 12.8.2.4");
  input.restrictions.locks[0].fields = {"Other"};
  EXPECT_TRUE(judge_change(kFilled, input).permitted);
}

TEST(Permission, WhoMayLieOverSignedContentIsWhoeverSignedWell) {
  const auto over = change(ChangeLevel::kSignature, Code::kPdfChangeOverlaps, "Seal");
  auto input = rules(Profile::kCertifiedCopy);
  const auto stranger = judge_change(over, input);
  EXPECT_FALSE(stranger.permitted);
  EXPECT_EQ(stranger.change.what, Code::kPdfChangeOverlapRefused);
  input.passed_fields = {"Seal"};
  EXPECT_TRUE(judge_change(over, input).permitted);
  EXPECT_EQ(judge_change(over, input).change.what, Code::kPdfChangeOverlaps);
  // Not after P=1, not for a timestamp, and not when it hides anything.
  input.restrictions.doc_mdp = DocMdp::kNoChanges;
  EXPECT_FALSE(judge_change(over, input).permitted);
  input.restrictions.doc_mdp = {};
  input.timestamp_fields = {"Seal"};
  EXPECT_FALSE(judge_change(over, input).permitted);
  input.timestamp_fields = {};
  auto opaque = over;
  opaque.what = Code::kPdfChangeHides;
  opaque.never_permitted = true;
  EXPECT_FALSE(judge_change(opaque, input).permitted);
}

SignatureReport standing(std::string field, Indication indication,
                         std::optional<SubIndication> reason = {}) {
  SignatureReport report;
  report.field = std::move(field);
  report.indication = indication;
  report.sub_indication = reason;
  report.integrity = Integrity::kIntact;
  return report;
}

TEST(Overlaps, OnlyEvidenceThatIsMissingLeavesThemOpen) {
  using enum Indication;
  const std::vector<SignatureReport> reports = {
      standing("Passed", kTotalPassed), standing("Open", kIndeterminate, SubIndication::kTryLater),
      standing("Unknown", kIndeterminate, SubIndication::kNoCertificateChainFound),
      standing("Revoked", kIndeterminate, SubIndication::kRevokedNoPoe),
      standing("Failed", kTotalFailed, SubIndication::kHashFailure),
      // Two signatures under one name: the worse one counts.
      standing("Twice", kTotalPassed),
      standing("Twice", kTotalFailed, SubIndication::kHashFailure)};
  auto input = rules(Profile::kDocument);
  add_standing(reports, standing("Covered", kTotalPassed), input);
  EXPECT_EQ(input.passed_fields, std::vector<std::string>{"Passed"});
  EXPECT_EQ(input.undecided_fields, std::vector<std::string>{"Open"});
  // Where nobody is known, an unknown signer is no reason to call the document bad.
  input = rules(Profile::kDocument);
  add_standing(reports, standing("Covered", kIndeterminate), input);
  EXPECT_EQ(input.undecided_fields, (std::vector<std::string>{"Open", "Unknown"}));
}

TEST(Overlaps, AreSaidWithTheSignatureTheyLieOver) {
  auto input = rules(Profile::kDocument);
  input.undecided_fields = {"Open"};
  input.passed_fields = {"Passed"};
  for (const char* field : {"Open", "Passed"}) {
    SignatureReport report;
    report.changes_after =
        judge_changes({change(ChangeLevel::kSignature, Code::kPdfChangeOverlaps, field)}, input);
    report_overlaps(input, report);
    ASSERT_EQ(report.findings.size(), 1U);
    const bool open = std::string{field} == "Open";
    EXPECT_EQ(report.findings[0].code,
              open ? Code::kPdfOverlapUndecided : Code::kPdfChangeOverlaps);
    EXPECT_EQ(report.findings[0].severity, open ? Severity::kWarning : Severity::kInfo);
  }
}

TEST(FieldLock, CoversKidsOfANamedFieldAndNothingThatMerelyStartsAlike) {
  const pdf::FieldLock include{pdf::FieldLock::Action::kInclude, {"a.b"}, std::nullopt};
  EXPECT_TRUE(locks_field(include, "a.b"));
  EXPECT_TRUE(locks_field(include, "a.b.c"));
  EXPECT_FALSE(locks_field(include, "a.bc"));
  const pdf::FieldLock exclude{pdf::FieldLock::Action::kExclude, {"a"}, std::nullopt};
  EXPECT_FALSE(locks_field(exclude, "a.b"));
  EXPECT_TRUE(locks_field(exclude, "b"));
  EXPECT_TRUE(locks_field({pdf::FieldLock::Action::kAll, {}, std::nullopt}, "x"));
}

TEST(Restrictions, AreThoseOfTheSignatureAndOfWhatWasThereBefore) {
  std::vector<pdf::SignatureField> fields(3);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i].is_signed = true;
    fields[i].revision = i;
  }
  fields[0].doc_mdp = DocMdp::kAnnotations;
  fields[1].lock = pdf::FieldLock{pdf::FieldLock::Action::kAll, {}, DocMdp::kFormFilling};
  fields[2].lock = pdf::FieldLock{pdf::FieldLock::Action::kAll, {}, DocMdp::kNoChanges};
  EXPECT_EQ(restrictions_after(fields[0], fields).doc_mdp, DocMdp::kAnnotations);
  EXPECT_EQ(restrictions_after(fields[1], fields).doc_mdp, DocMdp::kFormFilling);
  EXPECT_EQ(restrictions_after(fields[1], fields).locks.size(), 1U);
  EXPECT_EQ(restrictions_after(fields[2], fields).doc_mdp, DocMdp::kNoChanges);
}

}  // namespace
}  // namespace antin::verifier
