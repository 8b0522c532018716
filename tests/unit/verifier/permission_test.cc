#include "verifier/permission.h"

#include <gtest/gtest.h>

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
