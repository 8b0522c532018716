// What is refused, and what under which condition is not.

#include <gtest/gtest.h>

#include "tests/unit/pdf_write/pdf_builder.h"

namespace antin::pdf {
namespace {

using test::code_of;
using test::invisible;
using test::make_pdf;
using test::one_page;
using test::prepare;
using test::signed_file;

/// One page, one empty signature field "Box" (object 6), widget merged, 200 by 60 points.
test::PdfText with_field(const std::string& entries = "", const std::string& form = "") {
  auto text = one_page("/Annots[6 0 R]", "/AcroForm<</Fields[6 0 R]/SigFlags 1" + form + ">>");
  text.objects.push_back(
      "<</Type/Annot/Subtype/Widget/FT/Sig/T(Box)/P 3 0 R/Rect[100 100 300 160]" + entries + ">>");
  return text;
}

Bytes certified(DocMdp level, const test::PdfText& text = one_page()) {
  auto update = invisible();
  update.certify = level;
  update.field = "Certification";
  return signed_file(make_pdf(text), update);
}

SignatureUpdate stamped() {
  auto update = invisible();
  update.appearance.emplace();
  update.appearance->lines = {{.text = "Người ký: {signer}"}};
  update.appearance->anchor.x_mm = 50;
  update.appearance->anchor.y_mm = 50;
  update.facts = StampFacts{.signer = "Nguyễn Văn Ảnh",
                            .organization = "",
                            .title = "",
                            .reason = "",
                            .location = "",
                            .signing_time = test::test_time()};
  return update;
}

SignatureField only_signed_field(const Bytes& file, std::string_view name) {
  const auto document = Document::open(SharedBytes{file}, {});
  if (!document) throw std::runtime_error(to_log_line(document.error()));
  const auto fields = document.value().signature_fields();
  if (!fields) throw std::runtime_error("fields");
  for (const auto& field : fields.value()) {
    if (field.name == name) return field;
  }
  throw std::runtime_error("no such field");
}

TEST(Field, ThatIsEmptyIsFilled) {
  auto update = invisible();
  update.field = "Box";
  const Bytes file = signed_file(make_pdf(with_field()), update);
  EXPECT_TRUE(only_signed_field(file, "Box").is_signed);
}

TEST(Field, ThatIsSignedIsRefused) {
  auto update = invisible();
  update.field = "Box";
  const Bytes file = signed_file(make_pdf(with_field()), update);
  EXPECT_EQ(code_of(prepare(file, update)), Code::kFieldNotEmpty);
}

TEST(Field, NestedWithInheritedTypeAndASeparateWidgetIsFilled) {
  auto text = one_page("/Annots[8 0 R]", "/AcroForm<</Fields[6 0 R]>>");
  text.objects.emplace_back("<</FT/Sig/T(Form)/Kids[7 0 R]>>");
  text.objects.emplace_back("<</Parent 6 0 R/T(Box)/Kids[8 0 R]>>");
  text.objects.emplace_back(
      "<</Type/Annot/Subtype/Widget/Parent 7 0 R/P 3 0 R/Rect[100 100 300 160]>>");
  auto update = stamped();
  update.field = "Form.Box";
  const Bytes file = signed_file(make_pdf(text), update);
  const auto field = only_signed_field(file, "Form.Box");
  EXPECT_TRUE(field.is_signed);
  QPDF qpdf;
  qpdf.processMemoryFile("x", reinterpret_cast<const char*>(file.data()), file.size());
  EXPECT_TRUE(qpdf.getObject(8, 0).getKey("/AP").getKey("/N").isStream());
  EXPECT_FALSE(qpdf.getObject(7, 0).hasKey("/AP"));
}

TEST(Field, NamedLikeAnotherKindOfFieldIsRefused) {
  auto text = one_page("", "/AcroForm<</Fields[6 0 R]>>");
  text.objects.emplace_back("<</FT/Tx/T(Name)>>");
  auto update = invisible();
  update.field = "Name";
  EXPECT_EQ(code_of(prepare(make_pdf(text), update)), Code::kFieldExists);
  update.field = "Other";
  EXPECT_TRUE(prepare(make_pdf(text), update));
  update.field = "With.Period";
  EXPECT_EQ(code_of(prepare(make_pdf(text), update)), Code::kFieldExists);
}

TEST(Field, AnchorThatDoesNotExistIsRefused) {
  auto update = stamped();
  update.appearance->anchor.kind = Anchor::Kind::kField;
  update.appearance->anchor.field = "Absent";
  EXPECT_EQ(code_of(prepare(make_pdf(with_field()), update)), Code::kFieldNotFound);
  update.appearance->anchor.field = "Box";
  const auto prepared = prepare(make_pdf(with_field()), update);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared.value().field(), "Box");
}

TEST(Field, WithoutAnAreaTakesNoStampAndSaysSo) {
  auto text = with_field();
  text.objects[5] = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Box)/P 3 0 R/Rect[100 100 100 100]>>";
  auto update = stamped();
  update.field = "Box";
  const auto prepared = prepare(make_pdf(text), update);
  ASSERT_TRUE(prepared);
  ASSERT_EQ(prepared.value().warnings.size(), 1U);
  EXPECT_EQ(prepared.value().warnings[0].code, Code::kFieldInvisible);
}

TEST(DocMdp, S17_OneForbidsEverySignatureButNotATimestamp) {
  const Bytes file = certified(DocMdp::kNoChanges);
  const auto refused = prepare(file, invisible());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kSigningForbidden);
  EXPECT_EQ(info(refused.error().code).m_number, "M-10");
  auto timestamp = invisible();
  timestamp.type = SignatureUpdate::Type::kDocumentTimestamp;
  timestamp.sub_filter = "ETSI.RFC3161";
  EXPECT_TRUE(prepare(file, timestamp));
}

TEST(DocMdp, S17_TwoPrefersAnEmptyField) {
  const auto prepared = prepare(certified(DocMdp::kFormFilling, with_field()), stamped());
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared.value().field(), "Box");
  EXPECT_TRUE(prepared.value().warnings.empty());
}

TEST(DocMdp, S17_TwoWithoutAnEmptyFieldMakesAnInvisibleOneAndSaysSo) {
  const auto prepared = prepare(certified(DocMdp::kFormFilling), stamped());
  ASSERT_TRUE(prepared);
  ASSERT_EQ(prepared.value().warnings.size(), 1U);
  EXPECT_EQ(prepared.value().warnings[0].code, Code::kStampOmittedCertified);
}

TEST(DocMdp, S17_TwoAllowsAVisibleNewFieldOnDemandWithAWarning) {
  auto update = stamped();
  update.allow_new_visible_field_when_certified = true;
  const auto prepared = prepare(certified(DocMdp::kFormFilling), update);
  ASSERT_TRUE(prepared);
  ASSERT_EQ(prepared.value().warnings.size(), 1U);
  EXPECT_EQ(prepared.value().warnings[0].code, Code::kVisibleFieldCertified);
}

TEST(Certification, IsTheFirstSignatureOrNone) {
  auto update = invisible();
  update.certify = DocMdp::kFormFilling;
  const Bytes original = make_pdf(one_page());
  EXPECT_TRUE(prepare(original, update));
  EXPECT_EQ(code_of(prepare(signed_file(original, invisible()), update)), Code::kSigningForbidden);
}

TEST(Certification, IsReadBackAsDocMdp) {
  const Bytes file = certified(DocMdp::kFormFilling);
  EXPECT_EQ(only_signed_field(file, "Certification").doc_mdp, DocMdp::kFormFilling);
}

struct LockCase {
  const char* name;
  const char* lock;
  Code other, fresh;  // signing field "Other", and a new field; kInternal: allowed
};

class Lock : public testing::TestWithParam<LockCase> {};

TEST_P(Lock, OfASignedFieldCoversWhatItNames) {
  auto text = with_field(std::string{"/Lock<</Type/SigFieldLock"} + GetParam().lock + ">>");
  text.objects[0] = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]>>>>";
  text.objects[2] =
      "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[6 0 R 7 0 R]/Resources<</Font<</F1 5 0 "
      "R>>>>>>";
  text.objects.emplace_back("<</Type/Annot/Subtype/Widget/FT/Sig/T(Other)/P 3 0 R/Rect[0 0 0 0]>>");
  auto update = invisible();
  update.field = "Box";
  const Bytes file = signed_file(make_pdf(text), update);
  EXPECT_TRUE(only_signed_field(file, "Box").field_mdp.has_value());
  update.field = "Other";
  EXPECT_EQ(code_of(prepare(file, update)), GetParam().other);
  EXPECT_EQ(code_of(prepare(file, invisible())), GetParam().fresh);
}

INSTANTIATE_TEST_SUITE_P(Iso32000Sec12_7_5_5, Lock,
                         testing::Values(LockCase{"All", "/Action/All", Code::kSigningForbidden,
                                                  Code::kSigningForbidden},
                                         LockCase{"Include", "/Action/Include/Fields[(Other)]",
                                                  Code::kSigningForbidden, Code::kInternal},
                                         LockCase{"IncludeElse", "/Action/Include/Fields[(Else)]",
                                                  Code::kInternal, Code::kInternal},
                                         LockCase{"Exclude", "/Action/Exclude/Fields[(Other)]",
                                                  Code::kInternal, Code::kSigningForbidden},
                                         LockCase{
                                             "PermissionOne", "/Action/Include/Fields[(Else)]/P 1",
                                             Code::kSigningForbidden, Code::kSigningForbidden}),
                         [](const auto& row) { return row.param.name; });

struct SeedCase {
  const char* name;
  const char* seed;
  Code expected;
};

class Seed : public testing::TestWithParam<SeedCase> {};

TEST_P(Seed, IsHonouredBeforeSigning) {
  auto update = invisible();
  update.field = "Box";
  const Bytes file = make_pdf(with_field(std::string{"/SV<</Type/SV"} + GetParam().seed + ">>"));
  EXPECT_EQ(code_of(prepare(file, update)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Iso32000Table237, Seed,
    testing::Values(
        SeedCase{"SubFilterRequired", "/Ff 2/SubFilter[/adbe.pkcs7.detached]",
                 Code::kSeedValueForbids},
        SeedCase{"SubFilterMet", "/Ff 2/SubFilter[/ETSI.CAdES.detached]", Code::kInternal},
        SeedCase{"SubFilterPreferred", "/Ff 0/SubFilter[/adbe.pkcs7.detached]", Code::kInternal},
        SeedCase{"DigestRequired", "/Ff 64/DigestMethod[/SHA1]", Code::kSeedValueForbids},
        SeedCase{"DigestMet", "/Ff 64/DigestMethod[(SHA256)]", Code::kInternal},
        SeedCase{"ReasonRequired", "/Ff 8/Reasons[(Khac)]", Code::kSeedValueForbids},
        SeedCase{"CertificationWanted", "/MDP<</P 2>>", Code::kSeedValueForbids},
        SeedCase{"ApprovalWanted", "/MDP<</P 0>>", Code::kInternal}),
    [](const auto& row) { return row.param.name; });

TEST(Request, WhoseTimesDisagreeIsRefused) {
  auto update = stamped();
  update.facts->signing_time = UtcTime{test::test_time().since_epoch() + std::chrono::seconds{1}};
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), update)), Code::kUsage);
  update.facts.reset();
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), update)), Code::kUsage);
}

TEST(Page, ThatDoesNotExistIsRefused) {
  auto update = stamped();
  update.appearance->anchor.page = 2;
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), update)), Code::kPageNotFound);
  update.appearance->anchor.page = -1;
  EXPECT_TRUE(prepare(make_pdf(one_page()), update));
  update.appearance->anchor.page = -2;
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), update)), Code::kPageNotFound);
}

TEST(PageTree, ThatRunsInACircleIsRefused) {
  auto text = one_page();
  text.objects[1] = "<</Type/Pages/Kids[2 0 R]/Count 1>>";
  EXPECT_FALSE(prepare(make_pdf(text), invisible()));
}

TEST(NeedAppearances, IsTakenAwayOnlyWhenEveryFieldHasAnAppearance) {
  const auto prepared =
      prepare(make_pdf(with_field("/AP<</N 4 0 R>>", "/NeedAppearances true")), stamped());
  ASSERT_TRUE(prepared);
  ASSERT_EQ(prepared.value().warnings.size(), 1U);
  EXPECT_EQ(prepared.value().warnings[0].code, Code::kNeedAppearancesRemoved);
  EXPECT_EQ(as_text(prepared.value().tail()).find("NeedAppearances"), std::string_view::npos);

  const auto kept = prepare(make_pdf(with_field("", "/NeedAppearances true")), stamped());
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept.value().warnings.size(), 1U);
  EXPECT_EQ(kept.value().warnings[0].code, Code::kNeedAppearancesKept);
}

TEST(Input, WithOctetsAfterItsEndIsRefusedWithThatReason) {
  Bytes file = make_pdf(one_page());
  const std::string more = "more";
  file.insert(file.end(), more.begin(), more.end());
  EXPECT_EQ(code_of(prepare(file, invisible())), Code::kPdfOctetsAfterEnd);
}

}  // namespace
}  // namespace antin::pdf
