#include "pdf/read/changes.h"

#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kRoot = "/Root 1 0 R/Info 3 0 R";
constexpr const char* kCatalogue = "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>";

/// The revision that later ones are compared with: 5 form with 30 empty signature field,
/// 33 text field, 35 an appearance, 36 an annotation; on page 1 of 2. 60 is no part of anything.
PdfBuilder base() {
  auto pdf = PdfBuilder::document(2);
  pdf.put(1, kCatalogue);
  pdf.put(5, "<</Fields[30 0 R 33 0 R]>>");
  pdf.put(10, PdfBuilder::page_body(0, "/Annots[30 0 R 33 0 R 36 0 R]"));
  pdf.put(30, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 132/Rect[0 0 0 0]/P 10 0 R>>");
  pdf.put(33,
          "<</Type/Annot/Subtype/Widget/FT/Tx/T(Text)/F 4/Rect[10 10 90 30]/P 10 0 R/AP<</N 35 0 "
          "R>>>>");
  pdf.put_stream(35, "/Type/XObject/Subtype/Form/BBox[0 0 80 20]", "");
  pdf.put(36, "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(note)/P 10 0 R>>");
  pdf.put(60, "<</FT/Sig/T(Phantom)/Subtype/Widget/Rect[0 0 0 0]>>");
  pdf.finish_table(kRoot);
  return pdf;
}

std::vector<std::string> after(PdfBuilder& pdf) {
  return changes_of(pdf.finish_table(kRoot).finish_signature());
}

TEST(Changes, RewritingEqualObjectsChangesNothing) {
  auto pdf = base();
  pdf.put(1, "<< /AcroForm 5 0 R /Pages 2 0 R /Type /Catalog >>");
  pdf.put_stream(11, "", "BT /F1 12 Tf 72 700 Td (page 0) Tj ET");
  EXPECT_THAT(after(pdf), IsEmpty());
}

TEST(Changes, ObjectThatNothingReachesIsAWarning) {
  auto pdf = base();
  pdf.put(70, "(orphan)");
  EXPECT_THAT(after(pdf), ElementsAre("none unreachable_object"));
}

TEST(Changes, FreeingWhatAnUnchangedDictionaryRefersToIsAChange) {
  auto pdf = PdfBuilder::document(2, "/Names<</EmbeddedFiles 60 0 R>>");
  pdf.put(60, "<</Names[(a.txt) 61 0 R]>>").put(61, "<</F(a.txt)/EF<</F 62 0 R>>>>");
  pdf.put_stream(62, "/Type/EmbeddedFile", "words").finish_table(kRoot);
  pdf.free(62);
  EXPECT_THAT(after(pdf), testing::Not(IsEmpty()));
}

TEST(Changes, FurtherSignatureInANewFieldIsASignature) {
  auto pdf = base();
  pdf.put(5, "<</Fields[30 0 R 33 0 R 70 0 R]/SigFlags 3>>");
  pdf.put(10, PdfBuilder::page_body(0, "/Annots[30 0 R 33 0 R 36 0 R 70 0 R]"));
  pdf.put(70, "<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/F 132/Rect[0 0 0 0]/P 10 0 R/V 71 0 R>>");
  pdf.put_signature(71);
  EXPECT_THAT(after(pdf),
              ElementsAre("signature signature_added", "signature signature_bookkeeping"));
}

TEST(Changes, DocumentTimestampIsLongTermData) {
  auto pdf = base();
  pdf.put(5, "<</Fields[30 0 R 33 0 R 70 0 R]/SigFlags 3>>");
  pdf.put(70, "<</FT/Sig/T(Stamp)/Subtype/Widget/Rect[0 0 0 0]/V 71 0 R>>");
  pdf.put(71,
          "<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161/ByteRange [0 9999999999 9999999999 "
          "9999999999]/Contents <aa>>>");
  EXPECT_THAT(after(pdf), ElementsAre("long_term_data signature_bookkeeping",
                                      "long_term_data timestamp_added"));
}

TEST(Changes, SigningAnExistingFieldIsASignatureAndMovingItIsNot) {
  auto pdf = base();
  pdf.put(30,
          "<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 132/Rect[0 0 0 0]/P 10 0 R/V 71 0 R>>");
  pdf.put_signature(71);
  EXPECT_THAT(after(pdf), ElementsAre("signature signature_added"));
  auto moved = base();
  moved.put(
      30, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 132/Rect[0 0 99 99]/P 10 0 R/V 71 0 R>>");
  moved.put_signature(71);
  EXPECT_THAT(after(moved), Contains("unclassified field_definition"));
}

TEST(Changes, PreparedFieldThatOnlyNowBecomesOneIsNeverPermitted) {
  auto pdf = base();
  pdf.put(5, "<</Fields[30 0 R 33 0 R 60 0 R]>>");
  EXPECT_THAT(after(pdf), ElementsAre("!unclassified field_added"));
}

TEST(Changes, EmptyFieldThatShowsSomethingIsNeverPermitted) {
  auto pdf = base();
  pdf.put(5, "<</Fields[30 0 R 33 0 R 70 0 R]>>");
  pdf.put(70, "<</FT/Sig/T(New)/Subtype/Widget/Rect[0 0 300 300]/AP<</N 35 0 R>>>>");
  EXPECT_THAT(after(pdf), ElementsAre("!content covers"));
}

TEST(Changes, SignatureThatDoesNotCoverItsUpdateIsNeverPermitted) {
  auto pdf = base();
  pdf.put(5, "<</Fields[30 0 R 33 0 R 70 0 R]>>");
  pdf.put(70, "<</FT/Sig/T(New)/Subtype/Widget/Rect[0 0 0 0]/V 71 0 R>>");
  pdf.put(71, "<</Type/Sig/ByteRange[0 1 2 3]/Contents<aa>>>");
  EXPECT_THAT(after(pdf), Contains("!unclassified signature_modified"));
}

TEST(Changes, RemovingOrChangingASignatureIsNeverPermitted) {
  auto pdf = base();
  pdf.put(30,
          "<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 132/Rect[0 0 0 0]/P 10 0 R/V 71 0 R>>");
  pdf.put_signature(71).finish_table(kRoot).finish_signature();
  auto removed = pdf;
  removed.put(30, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 132/Rect[0 0 0 0]/P 10 0 R>>");
  EXPECT_THAT(changes_of(removed.finish_table(kRoot), 1),
              ElementsAre("!content signature_removed"));
  auto field_gone = pdf;
  field_gone.put(5, "<</Fields[33 0 R]>>");
  EXPECT_THAT(changes_of(field_gone.finish_table(kRoot), 1),
              Contains("!content signature_removed"));
  auto widget_gone = pdf;
  widget_gone.put(10, PdfBuilder::page_body(0, "/Annots[33 0 R 36 0 R]"));
  EXPECT_THAT(changes_of(widget_gone.finish_table(kRoot), 1),
              ElementsAre("!content signature_removed"));
  auto value = pdf;
  value.put_signature(71, "/Reason(other)");
  EXPECT_THAT(changes_of(value.finish_table(kRoot), 1), Contains("!content signature_modified"));
  auto look = pdf;
  look.put(30,
           "<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 132/Rect[0 0 0 0]/P 10 0 R/V 71 0 R"
           "/AP<</N 35 0 R>>>>");
  EXPECT_THAT(changes_of(look.finish_table(kRoot), 1),
              ElementsAre("!content signed_field_appearance"));
}

TEST(Changes, FillingAFieldNeedsValueAndAppearance) {
  const std::string head =
      "<</Type/Annot/Subtype/Widget/FT/Tx/T(Text)/F 4/Rect[10 10 90 30]/P 10 0 R";
  auto both = base();
  both.put(33, head + "/V(x)/AP<</N 70 0 R>>>>").put_stream(70, "/Subtype/Form", "(x) Tj");
  EXPECT_THAT(after(both),
              ElementsAre("form_filling field_appearance", "form_filling field_value"));
  auto value = base();
  value.put(33, head + "/V(x)/AP<</N 35 0 R>>>>");
  EXPECT_THAT(after(value), Contains("!content field_disagrees"));
  auto appearance = base();
  appearance.put(33, head + "/AP<</N 70 0 R>>>>").put_stream(70, "/Subtype/Form", "(x) Tj");
  EXPECT_THAT(after(appearance), Contains("!content field_disagrees"));
}

TEST(Changes, AnAppearanceMustSayWhatIsStored) {
  const auto filled = [](const char* content, const std::string& more = "") {
    auto pdf = base();
    pdf.put(33,
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(Text)/F 4/Rect[10 10 90 30]/P 10 0 R"
            "/V(1.000)/AP<</N 70 0 R>>" +
                more + ">>");
    pdf.put_stream(70,
                   "/Subtype/Form/BBox[0 0 80 20]/Resources<</Font<</F<</Type/Font/Subtype/Type1"
                   "/BaseFont/Helvetica>>>>>>",
                   content);
    return after(pdf);
  };
  const auto good = ElementsAre("form_filling field_appearance", "form_filling field_value");
  EXPECT_THAT(filled("/Tx BMC BT /F 9 Tf 0 g 2 5 Td (1.000) Tj ET EMC"), good);
  EXPECT_THAT(filled("BT /F 9 Tf [(1) -20 (.0) 3 (00)] TJ ET"), good);
  EXPECT_THAT(filled("BT /F 9 Tf (9.000) Tj ET"), Contains("!content field_disagrees"));
  EXPECT_THAT(filled("q Q"), Contains("!content field_disagrees"));
  // How a script writes it is the script's business.
  EXPECT_THAT(filled("BT /F 9 Tf (1,000.00) Tj ET", "/AA<</F<</S/JavaScript/JS(x)>>>>"),
              Not(Contains("!content field_disagrees")));
}

TEST(Changes, AppearanceReplacedUnderAnotherRoleCountsThereToo) {
  // Page 2 draws the field's appearance: filling in the field changes the page.
  auto pdf = PdfBuilder::document(1, "/AcroForm<</Fields[33 0 R]>>");
  pdf.put(10, "<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 35 0 R>>>>/Contents 11 0 R>>");
  pdf.put(33, "<</FT/Tx/T(Text)/Rect[10 10 90 30]/AP<</N 35 0 R>>>>");
  pdf.put_stream(35, "/Subtype/Form", "old").finish_table(kRoot);
  pdf.put(33, "<</FT/Tx/T(Text)/Rect[10 10 90 30]/V(new)/AP<</N 35 0 R>>>>");
  pdf.put_stream(35, "/Subtype/Form", "new");
  EXPECT_THAT(after(pdf), Contains("!content page_resources"));
}

struct Tamper {
  const char* name;
  int number;
  std::string body;
  const char* expected;
};

class Tampering : public testing::TestWithParam<Tamper> {};

INSTANTIATE_TEST_SUITE_P(
    Iso32000Sec12_8_2, Tampering,
    testing::Values(
        Tamper{"PageContent", 11, "<</Length 1>>\nstream\nq\nendstream", "!content page_content"},
        Tamper{"Font", 4, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>", "!content font"},
        Tamper{"PageSize", 2, "<</Type/Pages/Kids[10 0 R 12 0 R]/Count 2/MediaBox[0 0 9 9]>>",
               "!content page_tree"},
        Tamper{"Rotation", 12, PdfBuilder::page_body(1, "/Rotate 180"), "!content page_attributes"},
        Tamper{"PageOrder", 2, "<</Type/Pages/Kids[12 0 R 10 0 R]/Count 2/MediaBox[0 0 595 842]>>",
               "!content page_content"},
        Tamper{"PageRemoved", 2, "<</Type/Pages/Kids[10 0 R]/Count 1/MediaBox[0 0 595 842]>>",
               "!content page_removed"},
        Tamper{"PageAdded", 2,
               "<</Type/Pages/Kids[10 0 R 12 0 R<</Type/Page/Parent 2 0 R>>]/Count 3"
               "/MediaBox[0 0 595 842]>>",
               "!content page_added"},
        Tamper{"PageAction", 12, PdfBuilder::page_body(1, "/AA<</O<</S/JavaScript/JS(x)>>>>"),
               "!unclassified action"},
        Tamper{"PrivateKeyOfPage", 12, PdfBuilder::page_body(1, "/Foo 1"),
               "unclassified unclassified"},
        Tamper{"OpenAction", 1,
               "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/OpenAction<</S/JavaScript/JS(x)>>>>",
               "!unclassified action"},
        Tamper{"Layers", 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/OCProperties<<>>>>",
               "!content optional_content"},
        Tamper{"CatalogueKey", 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Foo 1>>",
               "unclassified catalogue"},
        Tamper{"Names", 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Names<</JavaScript<<>>>>>>",
               "unclassified navigation"},
        Tamper{"Xfa", 5, "<</Fields[30 0 R 33 0 R]/XFA(x)>>", "!unclassified form"},
        Tamper{"FieldRenamed", 33,
               "<</Type/Annot/Subtype/Widget/FT/Tx/T(Other)/F 4/Rect[10 10 90 30]/P 10 0 R"
               "/AP<</N 35 0 R>>>>",
               "!unclassified field_definition"},
        Tamper{"FieldHidden", 33,
               "<</Type/Annot/Subtype/Widget/FT/Tx/T(Text)/F 6/Rect[10 10 90 30]/P 10 0 R"
               "/AP<</N 35 0 R>>>>",
               "unclassified field_definition"},
        Tamper{"TextFieldAdded", 5, "<</Fields[30 0 R 33 0 R<</FT/Tx/T(New)>>]>>",
               "unclassified field_added"},
        Tamper{"AnnotationChanged", 36,
               "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(other)/P 10 0 R>>",
               "annotation annotation_changed"},
        Tamper{"AnnotationBecameAList", 36, "[1]", "!unclassified unclassified"},
        Tamper{"AnnotationBecameNull", 36, "null", "annotation annotation_removed"},
        Tamper{"AttachedFile", 1,
               "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/AF[<</Type/Filespec/F(x)>>]>>",
               "!content attachment"},
        Tamper{"DrawnAnew", 5, "<</Fields[30 0 R 33 0 R]/NeedAppearances true>>", "!content form"},
        Tamper{"NotPrinted", 33,
               "<</Type/Annot/Subtype/Widget/FT/Tx/T(Text)/F 0/Rect[10 10 90 30]/P 10 0 R"
               "/AP<</N 35 0 R>>>>",
               "unclassified field_definition"},
        Tamper{"AnnotationAction", 36,
               "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(note)/P 10 0 R"
               "/A<</S/Launch/F(x)>>>>",
               "!unclassified action"},
        Tamper{"AnnotationRemoved", 10, PdfBuilder::page_body(0, "/Annots[30 0 R 33 0 R]"),
               "annotation annotation_removed"},
        Tamper{"AnnotationOverContent", 10,
               PdfBuilder::page_body(0,
                                     "/Annots[30 0 R 33 0 R 36 0 R<</Subtype/Square"
                                     "/Rect[70 690 300 720]>>]"),
               "!content covers"},
        Tamper{"WidgetWithoutField", 10,
               PdfBuilder::page_body(0,
                                     "/Annots[30 0 R 33 0 R 36 0 R<</Subtype/Widget"
                                     "/Rect[70 690 300 720]>>]"),
               "!unclassified field_added"},
        Tamper{"StoreThatIsNone", 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/DSS(Hi there)>>",
               "unclassified unclassified"},
        Tamper{"MetadataThatIsNoXmp", 1,
               "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 4 0 R>>",
               "unclassified unclassified"},
        Tamper{"Info", 3, "<</Producer(other)>>", "metadata metadata"},
        Tamper{"Version", 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Version/2.0>>",
               "long_term_data extensions"},
        Tamper{"Extension", 1,
               "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Extensions<</ESIC<</BaseVersion/1.7"
               "/ExtensionLevel 5>>>>>>",
               "long_term_data extensions"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST_P(Tampering, IsExplained) {
  auto pdf = base();
  pdf.put(GetParam().number, GetParam().body);
  EXPECT_THAT(after(pdf), Contains(GetParam().expected));
}

TEST(Changes, PrivateTrailerKeyIsUnclassified) {
  auto pdf = base();
  pdf.put(70, "(x)").finish_table("/Root 1 0 R/Info 3 0 R/Foo 70 0 R");
  EXPECT_THAT(changes_of(pdf), ElementsAre("unclassified trailer"));
}

TEST(Changes, IndirectLengthThatChangesIsContent) {
  auto pdf = PdfBuilder::document();
  pdf.put(11, "<</Length 12 0 R>>\nstream\nBT (abc) Tj ET\nendstream").put(12, "14");
  pdf.finish_table(kRoot);
  pdf.put(12, "3");
  EXPECT_THAT(after(pdf), Contains("!content page_content"));
}

TEST(Changes, ObjectStreamReplacedUnderUnchangedEntriesIsSeen) {
  auto pdf = PdfBuilder{};
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
  pdf.put_object_stream(40, {{2, "<</Type/Pages/Kids[]/Count 0>>"}});
  pdf.finish_stream(41, "/Root 1 0 R");
  // Object 2 keeps its entry "first in stream 40".
  pdf.put_stream(40, "/Type/ObjStm/N 1/First 4", "2 0 <</Type/Pages/Kids[]/Count 0/Rotate 90>>");
  pdf.finish_stream(42, "/Root 1 0 R");
  EXPECT_THAT(changes_of(pdf), Contains("!content page_tree"));
}

TEST(Changes, SecurityStoreGrowsAndShrinks) {
  auto pdf = base();
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/DSS<</Certs[70 0 R]>>>>");
  pdf.put_stream(70, "", "certificate");
  EXPECT_THAT(after(pdf), ElementsAre("long_term_data long_term_data"));
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/DSS<</Certs[]>>>>");
  EXPECT_THAT(changes_of(pdf.finish_table(kRoot), 1),
              ElementsAre("long_term_data evidence_removed", "long_term_data long_term_data"));
}

TEST(Changes, XmpMayBeReplacedByXmpOnly) {
  const auto with = [](std::string_view xml) {
    auto pdf = base();
    pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 70 0 R>>");
    pdf.put_stream(70, "/Type/Metadata/Subtype/XML", xml);
    return after(pdf);
  };
  EXPECT_THAT(
      with("<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
           "<rdf:RDF xmlns:rdf='r'/></x:xmpmeta>"),
      ElementsAre("metadata metadata"));
  for (const auto* xml : {"<a/>", "<x:xmpmeta><rdf:RDF></x:xmpmeta></rdf:RDF>", "text",
                          "<!DOCTYPE a><rdf:RDF/>", "<rdf:RDF>&bomb;</rdf:RDF>",
                          "<rdf:RDF/><rdf:RDF/>", "<a><rdf:RDF/></a>", "<rdf:RDF a='1' a='2'/>"}) {
    EXPECT_THAT(with(xml), ElementsAre("unclassified unclassified")) << xml;
  }
}

}  // namespace
}  // namespace antin::pdf
