#include "pdf/read/document.h"

#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kRoot = "/Root 1 0 R/Info 3 0 R";
constexpr const char* kForm = "/AcroForm<</Fields[30 0 R]/SigFlags 3>>";

/// Signed in one update: 30 field and widget, 31 value.
PdfBuilder signed_document(std::string_view value = "", std::string_view field = "",
                           std::string_view catalogue = "") {
  auto pdf = PdfBuilder::document(2);
  pdf.finish_table(kRoot);
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R" + std::string{kForm} + std::string{catalogue} + ">>");
  pdf.put(10, PdfBuilder::page_body(0, "/Annots[30 0 R]"));
  pdf.put(30, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Sig1)/F 132/Rect[0 0 0 0]/P 10 0 R/V 31 0 R" +
                  std::string{field} + ">>");
  pdf.put_signature(31, value);
  pdf.finish_table(kRoot).finish_signature();
  return pdf;
}

std::vector<SignatureField> fields_of(const PdfBuilder& pdf) {
  const auto document = open(pdf);
  EXPECT_TRUE(document) << to_log_line(document.error());
  if (!document) return {};
  auto fields = document.value().signature_fields();
  EXPECT_TRUE(fields) << to_log_line(fields.error());
  return fields ? std::move(fields).value() : std::vector<SignatureField>{};
}

SignatureField only_field(const PdfBuilder& pdf) {
  auto fields = fields_of(pdf);
  EXPECT_EQ(fields.size(), 1U);
  return fields.empty() ? SignatureField{} : std::move(fields.front());
}

TEST(SignatureFields, CleanSignatureIsReadWithoutFindings) {
  const auto pdf = signed_document("/Reason(because)/M(D:20260101000000Z)");
  const auto field = only_field(pdf);
  EXPECT_EQ(field.name, "Sig1");
  EXPECT_TRUE(field.is_signed);
  EXPECT_EQ(field.revision, 1U);
  EXPECT_EQ(field.page, 0U);
  EXPECT_EQ(field.sub_filter, "ETSI.CAdES.detached");
  EXPECT_EQ(field.reason, "because");
  EXPECT_EQ(field.contents, Bytes(32, 0xAA));
  EXPECT_EQ(pdf.text()[field.contents_begin], '<');
  EXPECT_EQ(pdf.text()[field.contents_end - 1], '>');
  EXPECT_THAT(errors(field.findings), IsEmpty());
}

struct RangeCase {
  const char* name;
  const char* range;  // at most 42 characters, the room that the placeholder leaves
  const char* code;
};

class ByteRange : public testing::TestWithParam<RangeCase> {};

INSTANTIATE_TEST_SUITE_P(
    Iso32000Sec12_8_1, ByteRange,
    testing::Values(RangeCase{"OneRange", "[0 10]", "pdf.byte_range_count"},
                    RangeCase{"ThreeNumbers", "[0 10 20]", "pdf.byte_range_count"},
                    RangeCase{"SixNumbers", "[0 1 2 3 4 5]", "pdf.byte_range_count"},
                    RangeCase{"Empty", "[]", "pdf.byte_range_count"},
                    RangeCase{"Negative", "[0 -1 20 20]", "pdf.byte_range_number"},
                    RangeCase{"Real", "[0 1.5 20 20]", "pdf.byte_range_number"},
                    RangeCase{"Name", "/All", "pdf.byte_range_number"},
                    RangeCase{"Null", "null", "pdf.byte_range_missing"},
                    RangeCase{"Late", "[1 9 20 20]", "pdf.byte_range_start"},
                    RangeCase{"Overlap", "[0 50 20 20]", "pdf.byte_range_overlap"},
                    RangeCase{"BeyondTheFile", "[0 10 20 99999999]", "pdf.byte_range_beyond_file"},
                    RangeCase{"SumOverflows", "[0 9223372036854775807 1 9]",
                              "pdf.byte_range_beyond_file"},
                    RangeCase{"EndsEarly", "[0 10 20 20]", "pdf.byte_range_end"},
                    RangeCase{"WideGap", "[0 10 20 20]", "pdf.byte_range_gap"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST_P(ByteRange, BrokenRuleIsAFinding) {
  auto pdf = signed_document();
  auto text = pdf.text();
  const auto begin = text.rfind("/ByteRange ") + 11;
  const auto end = text.find("/Contents", begin);
  std::string range{GetParam().range};
  ASSERT_LE(range.size(), end - begin);
  range.append(end - begin - range.size(), ' ');
  text.replace(begin, end - begin, range);
  const auto document = Document::open(SharedBytes{to_bytes(std::string_view{text})}, {});
  ASSERT_TRUE(document) << to_log_line(document.error());
  const auto fields = document.value().signature_fields();
  ASSERT_TRUE(fields);
  EXPECT_THAT(errors(fields.value().at(0).findings), Contains(GetParam().code));
}

TEST(SignatureFields, ContentsMustBeADirectHexadecimalString) {
  auto literal = PdfBuilder::document(1, kForm);
  literal.put(30, "<</FT/Sig/T(S)/V 31 0 R>>");
  literal.put(31, "<</Type/Sig/ByteRange[0 1 2 3]/Contents(abc)>>");
  literal.finish_table(kRoot);
  EXPECT_THAT(errors(only_field(literal).findings), Contains("pdf.contents_kind"));

  auto indirect = PdfBuilder::document(1, kForm);
  indirect.put(30, "<</FT/Sig/T(S)/V 31 0 R>>").put(32, "<abcd>");
  indirect.put(31, "<</Type/Sig/ByteRange[0 1 2 3]/Contents 32 0 R>>");
  indirect.finish_table(kRoot);
  EXPECT_THAT(errors(only_field(indirect).findings), Contains("pdf.contents_kind"));
}

TEST(SignatureFields, ValueInAnObjectStreamIsAFinding) {
  auto pdf = PdfBuilder::document(1, kForm);
  pdf.put(30, "<</FT/Sig/T(S)/V 31 0 R>>");
  pdf.put_object_stream(40, {{31, "<</Type/Sig/ByteRange[0 1 2 3]/Contents<abcd>>>"}});
  pdf.finish_stream(41, kRoot);
  EXPECT_THAT(errors(only_field(pdf).findings), Contains("pdf.signature_in_object_stream"));
}

TEST(SignatureFields, DuplicateKeyIsAFindingAlsoWhenWrittenDifferently) {
  EXPECT_THAT(errors(only_field(signed_document("/Reason(a)/Reason(b)")).findings),
              Contains("pdf.signature_duplicate_key"));
  EXPECT_THAT(errors(only_field(signed_document("/Reason(a)/R#65ason(b)")).findings),
              Contains("pdf.signature_duplicate_key"));
  EXPECT_THAT(errors(only_field(signed_document("/Reason(a)/Name(b)")).findings), IsEmpty());
}

TEST(SignatureFields, ValueSharedByTwoFieldsIsAFindingForBoth) {
  auto pdf = PdfBuilder::document(1, "/AcroForm<</Fields[30 0 R 32 0 R]>>");
  pdf.put(30, "<</FT/Sig/T(A)/V 31 0 R>>").put(32, "<</FT/Sig/T(B)/V 31 0 R>>");
  pdf.put_signature(31).finish_table(kRoot).finish_signature();
  const auto fields = fields_of(pdf);
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_THAT(errors(fields[0].findings), Contains("pdf.signature_shared"));
  EXPECT_THAT(errors(fields[1].findings), Contains("pdf.signature_shared"));
}

TEST(SignatureFields, NestedNamesInheritTypeAndFindTheirWidgets) {
  auto pdf = PdfBuilder::document(2, "/AcroForm<</Fields 29 0 R>>");
  pdf.put(29, "[30 0 R]");
  pdf.put(30, "<</FT/Sig/T(group)/Kids[31 0 R]>>");
  pdf.put(31, "<</T(inner)/Parent 30 0 R/Kids[32 0 R]>>");
  pdf.put(32, "<</Type/Annot/Subtype/Widget/Parent 31 0 R/Rect[10 20 30 10]/P 12 0 R>>");
  pdf.put(33, "[32 0 R]").put(12, PdfBuilder::page_body(1, "/Annots 33 0 R"));
  pdf.finish_table(kRoot);
  const auto field = only_field(pdf);
  EXPECT_EQ(field.name, "group.inner");
  EXPECT_EQ(field.page, 1U);
  EXPECT_EQ(field.rect, (Rect{10, 10, 30, 20}));
  EXPECT_FALSE(field.is_signed);
}

TEST(SignatureFields, LoopInTheFieldTreeEnds) {
  auto pdf = PdfBuilder::document(1, kForm);
  pdf.put(30, "<</FT/Sig/T(a)/Kids[31 0 R]>>").put(31, "<</T(b)/Kids[30 0 R]>>");
  pdf.finish_table(kRoot);
  EXPECT_THAT(fields_of(pdf), IsEmpty());
}

TEST(SignatureFields, CertificationLocksAndSeedValuesAreRead) {
  const auto field = only_field(signed_document(
      "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>"
      "<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(x)]>>>>]",
      "/Lock<</Action/All/P 1>>/SV<</Ff 2/SubFilter[/ETSI.CAdES.detached]/DigestMethod[(SHA256)]>>",
      "/Perms<</DocMDP 31 0 R>>"));
  EXPECT_EQ(field.doc_mdp, DocMdp::kFormFilling);
  ASSERT_TRUE(field.field_mdp);
  EXPECT_EQ(field.field_mdp->action, FieldLock::Action::kInclude);
  EXPECT_THAT(field.field_mdp->fields, ElementsAre("x"));
  ASSERT_TRUE(field.lock);
  EXPECT_EQ(field.lock->permissions, DocMdp::kNoChanges);
  ASSERT_TRUE(field.seed);
  EXPECT_THAT(field.seed->sub_filters, ElementsAre("ETSI.CAdES.detached"));
  EXPECT_EQ(field.seed->flags, 2U);
}

TEST(SignatureFields, TimestampTypeMustGoWithItsFormat) {
  EXPECT_THAT(errors(only_field(signed_document("/Type/DocTimeStamp")).findings),
              Contains("pdf.signature_duplicate_key"));
  auto pdf = PdfBuilder::document(1, kForm);
  pdf.put(30, "<</FT/Sig/T(S)/V 31 0 R>>");
  pdf.put(31,
          "<</Type/DocTimeStamp/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<aa>>>");
  pdf.finish_table(kRoot);
  EXPECT_THAT(errors(only_field(pdf).findings), Contains("pdf.signature_type"));
}

TEST(Document, GeometryIsCutAndTurned) {
  auto pdf = PdfBuilder::document(1, "", "/CropBox[10 900 605 0]/Rotate -90/UserUnit 2");
  pdf.finish_table(kRoot);
  const auto document = open(pdf);
  ASSERT_TRUE(document);
  const auto geometry = document.value().page_geometry(0);
  ASSERT_TRUE(geometry);
  EXPECT_EQ(geometry.value().visible, (Rect{10, 0, 595, 842}));
  EXPECT_EQ(geometry.value().rotate, 270);
  EXPECT_EQ(geometry.value().user_unit, 2);
  const auto beyond = document.value().page_geometry(1);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(code_of(beyond.error()), "pdf.no_such_page");
}

TEST(Document, PageTreeWithALoopIsAFinding) {
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>")
      .put(2, "<</Type/Pages/Kids[2 0 R]/Count 2000000000>>");
  pdf.finish_table("/Root 1 0 R");
  const auto document = open(pdf);
  ASSERT_TRUE(document);
  const auto pages = document.value().page_count();
  ASSERT_FALSE(pages);
  EXPECT_EQ(code_of(pages.error()), "pdf.page_tree_damaged");
  EXPECT_THAT(errors(document.value().findings()), Contains("pdf.page_tree_damaged"));
}

TEST(Document, DuplicateKeyInAPageIsAmbiguous) {
  auto pdf = PdfBuilder::document(1, "", "/Contents 4 0 R");
  pdf.finish_table(kRoot);
  const auto document = open(pdf);
  ASSERT_TRUE(document);
  EXPECT_THAT(errors(document.value().findings()), Contains("pdf.ambiguous"));
}

TEST(Document, DeepNestingEndsInAnAnswer) {
  auto pdf =
      PdfBuilder::document(1, "/Deep " + std::string(200'000, '[') + std::string(200'000, ']'));
  pdf.finish_table(kRoot);
  const auto document = open(pdf);
  if (document) {
    EXPECT_THAT(errors(document.value().findings()), Contains("pdf.ambiguous"));
  } else {
    EXPECT_EQ(code_of(document.error()), "pdf.malformed");
  }
}

TEST(Document, VersionIsTheLaterOfHeaderAndCatalogue) {
  auto pdf = PdfBuilder::document(1, "/Version/2.0");
  EXPECT_EQ(open(pdf.finish_table(kRoot)).value().version(), "2.0");
  auto older = PdfBuilder::document(1, "/Version/1.4");
  EXPECT_EQ(open(older.finish_table(kRoot)).value().version(), "1.7");
}

TEST(SecurityStore, HoldsWhatAnyRevisionHolds) {
  auto pdf = PdfBuilder::document(1, "/DSS 50 0 R");
  pdf.put(50, "<</Certs[51 0 R]/VRI<</abCD<</TS 52 0 R>>>>>>");
  pdf.put_stream(51, "", "first").put_stream(52, "", "stamp");
  pdf.finish_table(kRoot);
  pdf.put(50, "<</Certs[53 0 R]/CRLs[54 0 R]>>");
  pdf.put_stream(53, "", "second").put_stream(54, "", "crl");
  pdf.finish_table(kRoot);
  const auto store = open(pdf).value().security_store();
  ASSERT_TRUE(store);
  EXPECT_THAT(store.value().certificates, ElementsAre(to_bytes(std::string_view{"second"}),
                                                      to_bytes(std::string_view{"first"})));
  EXPECT_THAT(store.value().crls, ElementsAre(to_bytes(std::string_view{"crl"})));
  EXPECT_EQ(store.value().vri_timestamps.count("ABCD"), 1U);
}

}  // namespace
}  // namespace antin::pdf
