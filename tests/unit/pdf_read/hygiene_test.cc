#include "pdf/read/hygiene.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "tests/fakes/pdf_builder.h"

namespace antin::pdf {
namespace {

using test::PdfBuilder;

std::set<Code> codes_in(const SharedBytes& file, HygieneDepth depth = HygieneDepth::kEverything) {
  const auto document = Document::open(file, {});
  if (!document) return {document.error().code};
  std::set<Code> codes;
  for (const auto& finding : find_hazards(document.value(), depth, {})) codes.insert(finding.code);
  return codes;
}

SharedBytes finished(PdfBuilder pdf) {
  return pdf.finish_table("/Root 1 0 R/Info 3 0 R").bytes();
}

/// One page with this content instead of "page 0"; more objects from 20 on.
SharedBytes drawn(std::string_view content, std::string_view resources = "",
                  std::string_view page = "") {
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
  pdf.put(2, "<</Type/Pages/Kids[10 0 R]/Count 1/MediaBox[0 0 595 842]>>");
  pdf.put(3, "<</Producer(test)>>");
  pdf.put(4, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  pdf.put(10, "<</Type/Page/Parent 2 0 R/Contents 11 0 R/Resources<</Font<</F1 4 0 R>>" +
                  std::string{resources} + ">>" + std::string{page} + ">>");
  pdf.put_stream(11, "", content);
  pdf.put_stream(20, "/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8",
                 "x");
  return finished(std::move(pdf));
}

struct Case {
  const char* name;
  std::function<SharedBytes()> hazardous, harmless;
  Code code;
  HygieneDepth depth = HygieneDepth::kEverything;  ///< the least that finds it
};

SharedBytes with(std::string_view catalogue, std::string_view page = "",
                 const std::function<void(PdfBuilder&)>& more = {}) {
  auto pdf = PdfBuilder::document(1, catalogue, page);
  if (more) more(pdf);
  return finished(std::move(pdf));
}

constexpr auto kStructure = HygieneDepth::kStructure;

/// An annotation over the page's text, with this appearance.
SharedBytes annotated(std::string_view annotation, std::string_view drawing = "") {
  return with("", "/Annots[20 0 R]", [&](PdfBuilder& pdf) {
    pdf.put(20, "<</Type/Annot/Rect[60 690 200 720]" + std::string{annotation} + ">>");
    pdf.put_stream(21, "/Subtype/Form/BBox[0 0 140 30]", drawing);
    pdf.put_stream(22, "/Subtype/Form/BBox[0 0 140 30]", "0 0 1 1 re S");
    pdf.put(23, "<</Unused true>>");
  });
}

SharedBytes layered(std::string_view configuration, std::string_view group = "") {
  return with(
      "/OCProperties<</OCGs[20 0 R]/D<<" + std::string{configuration} + ">>>>", "",
      [&](PdfBuilder& pdf) { pdf.put(20, "<</Type/OCG/Name(draft)" + std::string{group} + ">>"); });
}

SharedBytes attached(std::string_view name, std::string_view octets) {
  return with("/Names<</EmbeddedFiles<</Names[(a) 20 0 R]>>>>", "", [&](PdfBuilder& pdf) {
    pdf.put(20, "<</Type/Filespec/UF(" + std::string{name} + ")/EF<</F 21 0 R>>>>");
    pdf.put_stream(21, "/Type/EmbeddedFile", octets);
  });
}

SharedBytes with_field(std::string_view value, std::string_view shown) {
  return with("/AcroForm<</Fields[20 0 R]>>", "/Annots[20 0 R]", [&](PdfBuilder& pdf) {
    pdf.put(20, "<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/Rect[60 100 200 120]/V(" +
                    std::string{value} + ")/AP<</N 21 0 R>>>>");
    pdf.put_stream(21, "/Subtype/Form/BBox[0 0 140 20]/Resources<</Font<</F1 4 0 R>>>>",
                   "BT /F1 10 Tf 2 4 Td (" + std::string{shown} + ") Tj ET");
  });
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"ScriptWhenOpened", [] { return with("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"); },
       [] { return with("/OpenAction<</S/GoTo/D[10 0 R/Fit]>>"); }, Code::kHygieneJavascript,
       kStructure},
      {"ScriptInTheNameTree",
       [] { return with("/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>"); },
       [] { return with("/Names<</Dests<</Names[]>>>>"); }, Code::kHygieneJavascript, kStructure},
      {"ScriptOfAField",
       [] { return annotated("/Subtype/Widget/FT/Tx/T(a)/AA<</K<</S/JavaScript/JS(1)>>>>"); },
       [] { return annotated("/Subtype/Widget/FT/Tx/T(a)"); }, Code::kHygieneJavascript,
       kStructure},
      {"ScriptBehindAnotherAction",
       [] {
         return annotated("/Subtype/Link/A<</S/GoTo/D[10 0 R/Fit]/Next[<</S/JavaScript/JS(1)>>]>>");
       },
       [] { return annotated("/Subtype/Link/A<</S/GoTo/D[10 0 R/Fit]>>"); },
       Code::kHygieneJavascript, kStructure},
      {"Launch", [] { return annotated("/Subtype/Link/A<</S/Launch/F(calc.exe)>>"); },
       [] { return annotated("/Subtype/Link/A<</S/URI/URI(https://example.vn/)>>"); },
       Code::kHygieneLaunch, kStructure},
      {"ProgramByName", [] { return attached("bill.PDF.exe. ", "text"); },
       [] { return attached("bill.xml", "text"); }, Code::kHygieneExecutable, kStructure},
      {"ProgramByItsFirstOctets", [] { return attached("bill.xml", "MZ\x90 and so on"); },
       [] { return attached("exe.xml", "Mz"); }, Code::kHygieneExecutable, kStructure},
      {"EmbeddedFile", [] { return attached("bill.xml", "<a/>"); }, [] { return with(""); },
       Code::kHygieneEmbeddedFile, kStructure},
      {"Xfa", [] { return with("/AcroForm<</Fields[]/XFA[(a)(b)]>>"); },
       [] { return with("/AcroForm<</Fields[]/XFA[]>>"); }, Code::kXfaForm, kStructure},
      {"HiddenLayer", [] { return layered("/OFF[20 0 R]"); }, [] { return layered("/OFF[]"); },
       Code::kHygieneHiddenLayer, kStructure},
      {"HiddenByBaseState", [] { return layered("/BaseState/OFF"); },
       [] { return layered("/BaseState/OFF/ON[20 0 R]"); }, Code::kHygieneHiddenLayer, kStructure},
      {"LayerPrintedButNotShown", [] { return layered("", "/Usage<</Print<</PrintState/OFF>>>>"); },
       [] { return layered("", "/Usage<</Print<</PrintState/ON>>/View<</ViewState/ON>>>>"); },
       Code::kHygieneLayerSwitch, kStructure},
      {"LayerSwitchedByZoom",
       [] {
         return layered("/AS[<</Event/View/Category[/Zoom]/OCGs[20 0 R]>>]",
                        "/Usage<</Zoom<</min 2>>>>");
       },
       [] { return layered("/AS[<</Event/View/Category[/View]/OCGs[20 0 R]>>]"); },
       Code::kHygieneLayerSwitch, kStructure},
      {"Layer", [] { return layered(""); }, [] { return with(""); }, Code::kHygieneLayer,
       kStructure},
      {"RemoteGoTo", [] { return annotated("/Subtype/Link/A<</S/GoToR/F(other.pdf)/D[0/Fit]>>"); },
       [] { return annotated("/Subtype/Link/Dest[10 0 R/Fit]"); }, Code::kHygieneExternalLink,
       kStructure},
      {"AddressOpenedByItself",
       [] { return with("", "/AA<</O<</S/URI/URI(https://example.vn/)>>>>"); },
       [] { return annotated("/Subtype/Link/A<</S/URI/URI(https://example.vn/)>>"); },
       Code::kHygieneAutomaticUri, kStructure},
      {"ExternalStream",
       [] {
         return with("", "/Annots[20 0 R]", [](PdfBuilder& pdf) {
           pdf.put(20, "<</Type/Annot/Subtype/Stamp/Rect[0 0 1 1]/AP<</N 21 0 R>>>>");
           pdf.put_stream(21, "/Subtype/Form/BBox[0 0 1 1]/F(elsewhere)", "");
         });
       },
       [] { return annotated("/Subtype/Stamp/AP<</N 22 0 R>>"); }, Code::kHygieneExternalContent,
       kStructure},
      {"ReferenceXObject",
       [] {
         return with("", "/Annots[20 0 R]", [](PdfBuilder& pdf) {
           pdf.put(20, "<</Type/Annot/Subtype/Stamp/Rect[0 0 1 1]/AP<</N 21 0 R>>>>");
           pdf.put_stream(21, "/Subtype/Form/BBox[0 0 1 1]/Ref<</F(a.pdf)/Page 0>>", "");
         });
       },
       [] { return annotated("/Subtype/Stamp/AP<</N 22 0 R>>"); }, Code::kHygieneExternalContent,
       kStructure},
      {"AlternateImage",
       [] {
         return with("", "/Resources<</XObject<</I 20 0 R>>>>", [](PdfBuilder& pdf) {
           pdf.put_stream(20,
                          "/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray"
                          "/BitsPerComponent 8/Alternates[<</Image 20 0 R>>]",
                          "x");
         });
       },
       [] { return drawn("/I Do", "/XObject<</I 20 0 R>>"); }, Code::kHygieneAlternateImage,
       kStructure},
      {"RichMedia", [] { return annotated("/Subtype/RichMedia"); },
       [] { return annotated("/Subtype/Stamp/AP<</N 22 0 R>>"); }, Code::kActiveContent,
       kStructure},
      {"LookWhenPressed", [] { return annotated("/Subtype/Stamp/AP<</N 22 0 R/D 21 0 R>>", "f"); },
       [] { return annotated("/Subtype/Widget/FT/Btn/T(a)/AP<</N 22 0 R/D 21 0 R>>"); },
       Code::kHygieneAppearanceStates, kStructure},
      {"StateThatNothingUses",
       [] {
         return annotated(
             "/Subtype/Widget/FT/Btn/T(a)/AS/Off/AP<</N<</Off 22 0 R/On 21 0 R/X "
             "21 0 R>>>>");
       },
       [] {
         return annotated("/Subtype/Widget/FT/Btn/T(a)/AS/Off/AP<</N<</Off 22 0 R/On 21 0 R>>>>");
       },
       Code::kHygieneAppearanceStates, kStructure},
      {"AnnotationHidesText",
       [] { return annotated("/Subtype/Stamp/AP<</N 21 0 R>>", "1 g 0 0 140 30 re f"); },
       [] { return annotated("/Subtype/Stamp/AP<</N 22 0 R>>"); }, Code::kHygieneRemovableOverlay},
      {"BoxOverText",
       [] { return drawn("BT /F1 12 Tf 72 700 Td (100000) Tj ET 1 g 60 690 100 40 re f"); },
       [] { return drawn("1 g 60 690 100 40 re f 0 g BT /F1 12 Tf 72 700 Td (100000) Tj ET"); },
       Code::kHygieneOverlay},
      {"PictureOverText",
       [] {
         return drawn("BT /F1 12 Tf 72 700 Td (page) Tj ET q 100 0 0 40 60 690 cm /I Do Q",
                      "/XObject<</I 20 0 R>>");
       },
       // A scanned page over its text is how some programs keep what they recognised.
       [] {
         return drawn("BT /F1 12 Tf 72 700 Td (page) Tj ET q 595 0 0 842 0 0 cm /I Do Q",
                      "/XObject<</I 20 0 R>>");
       },
       Code::kHygieneOverlay},
      {"InvisibleText", [] { return drawn("BT 3 Tr /F1 12 Tf 72 700 Td (hidden) Tj ET"); },
       [] {
         return drawn("q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr /F1 12 Tf 72 700 Td (OCR) Tj ET",
                      "/XObject<</I 20 0 R>>");
       },
       Code::kHygieneInvisibleText},
      {"TextOutsideTheCropBox",
       [] { return drawn("BT /F1 12 Tf 72 700 Td (far) Tj ET", "", "/CropBox[0 0 595 400]"); },
       [] { return drawn("BT /F1 12 Tf 72 300 Td (near) Tj ET", "", "/CropBox[0 0 595 400]"); },
       Code::kHygieneOutsideCrop},
      {"FieldShowsAnotherAmount", [] { return with_field("100", "900"); },
       [] { return with_field("1 000", "1000"); }, Code::kHygieneFieldDisagrees},
      {"SparePage",
       [] { return with("", "", [](PdfBuilder& pdf) { pdf.put(30, PdfBuilder::page_body(0)); }); },
       [] { return with("", "", [](PdfBuilder& pdf) { pdf.put(30, "<</Nothing true>>"); }); },
       Code::kHygieneSpareObject},
      {"SpareContent",
       [] {
         return with("", "", [](PdfBuilder& pdf) {
           pdf.put_stream(30, "", "BT /F1 12 Tf 72 700 Td (other) Tj ET");
         });
       },
       [] { return with("", "", [](PdfBuilder& pdf) { pdf.put_stream(30, "", "no drawing"); }); },
       Code::kHygieneSpareObject},
      {"SpareFont",
       [] {
         return with("", "", [](PdfBuilder& pdf) {
           pdf.put(30, "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Helvetica>>");
         });
       },
       [] {
         return with("", "", [](PdfBuilder& pdf) {
           pdf.put(30, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>");
         });
       },
       Code::kHygieneSpareObject},
      {"ReplacedContent",
       [] {
         auto pdf = PdfBuilder::document();
         pdf.finish_table("/Root 1 0 R");
         pdf.put_stream(11, "", "BT /F1 12 Tf 72 700 Td (other) Tj ET");
         return pdf.finish_table("/Root 1 0 R").bytes();
       },
       [] {
         auto pdf = PdfBuilder::document();
         pdf.finish_table("/Root 1 0 R");
         pdf.put(3, "<</Producer(again)>>");
         return pdf.finish_table("/Root 1 0 R").bytes();
       },
       Code::kHygieneEarlierContent},
  };
  return kCases;
}

TEST(Hygiene, EachHazardIsFoundAndItsTwinIsNot) {
  for (const auto& one : cases()) {
    EXPECT_TRUE(codes_in(one.hazardous()).contains(one.code)) << one.name;
    EXPECT_FALSE(codes_in(one.harmless()).contains(one.code)) << one.name;
    EXPECT_EQ(codes_in(one.hazardous(), kStructure).contains(one.code), one.depth == kStructure)
        << one.name;
  }
}

TEST(Hygiene, EveryHazardHasACase) {
  std::set<Code> tried;
  for (const auto& one : cases()) tried.insert(one.code);
  for (const auto& row : hazards()) {
    if (row.hazard == Hazard::kNotLookedThrough) continue;  // below
    EXPECT_TRUE(tried.contains(row.code)) << row.key;
  }
}

TEST(Hygiene, AnOrdinaryDocumentHasNothing) {
  EXPECT_TRUE(codes_in(with("")).empty());
}

TEST(Hygiene, WhatExceedsTheBudgetIsSaid) {
  const auto document = Document::open(with(""), {});
  ASSERT_TRUE(document);
  for (const auto& budget : {HygieneBudget{.objects = 2}, HygieneBudget{.operators = 1}}) {
    const auto findings = find_hazards(document.value(), HygieneDepth::kEverything, budget);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings.back().code, Code::kHygieneNotLooked);
  }
}

TEST(Hygiene, ContentLeftBehindIsNotTakenForAPreparedReplacement) {
  auto pdf = PdfBuilder::document();
  pdf.finish_table("/Root 1 0 R");
  pdf.put(10, "<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 4 0 R>>>>/Contents 12 0 R>>");
  pdf.put_stream(12, "", "BT /F1 12 Tf 72 700 Td (other) Tj ET");
  const auto codes = codes_in(pdf.finish_table("/Root 1 0 R").bytes());
  EXPECT_TRUE(codes.contains(Code::kHygieneEarlierContent));
  EXPECT_FALSE(codes.contains(Code::kHygieneSpareObject));
}

Code refusal(const SharedBytes& file, const HygienePolicy& policy) {
  const auto document = Document::open(file, {});
  if (!document) return document.error().code;
  const auto told = check_hygiene(document.value(), policy);
  return told ? Code::kSigned : told.error().code;
}

TEST(HygienePolicy, OfTheServiceRefusesWhatTheCommandLineTells) {
  const auto script = with("/OpenAction<</S/JavaScript/JS(1)>>");
  EXPECT_EQ(refusal(script, HygienePolicy::viet_nam()), Code::kHygieneJavascript);
  const auto document = Document::open(script, {});
  ASSERT_TRUE(document);
  const auto told = check_hygiene(document.value(), HygienePolicy::telling());
  ASSERT_TRUE(told);
  ASSERT_EQ(told.value().size(), 1U);
  EXPECT_EQ(told.value()[0].code, Code::kHygieneJavascript);
  EXPECT_EQ(told.value()[0].severity, Severity::kWarning);
}

TEST(HygienePolicy, SaysForEachHazardWhatBecomesOfIt) {
  auto policy = HygienePolicy::viet_nam();
  const auto script = with("/OpenAction<</S/JavaScript/JS(1)>>");
  EXPECT_TRUE(policy.set("javascript", "ignore"));
  EXPECT_EQ(refusal(script, policy), Code::kSigned);
  EXPECT_TRUE(policy.set("layer", "refuse"));
  EXPECT_EQ(refusal(layered(""), policy), Code::kHygieneLayer);
  EXPECT_FALSE(policy.set("javascrpt", "ignore"));
  EXPECT_FALSE(policy.set("javascript", "perhaps"));
}

TEST(HygienePolicy, LimitsSizeAndPages) {
  auto policy = HygienePolicy::telling();
  policy.max_pages = 1;
  EXPECT_EQ(refusal(finished(PdfBuilder::document(1)), policy), Code::kSigned);
  EXPECT_EQ(refusal(finished(PdfBuilder::document(2)), policy), Code::kHygieneTooManyPages);
  policy.max_octets = 100;
  EXPECT_EQ(refusal(finished(PdfBuilder::document(1)), policy), Code::kHygieneTooLarge);
}

TEST(Hygiene, SaysOnWhichPagesAndInWhichObjects) {
  auto pdf = PdfBuilder::document(3, "/AcroForm<</Fields[20 0 R]>>");
  pdf.put(14, PdfBuilder::page_body(2, "/Annots[20 0 R]"));
  pdf.put(20, "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]/AP<</N 21 0 R/D 22 0 R>>>>");
  pdf.put_stream(21, "/Subtype/Form/BBox[0 0 9 9]", "");
  pdf.put_stream(22, "/Subtype/Form/BBox[0 0 9 9]", "0 0 1 1 re S");
  const auto document = Document::open(finished(std::move(pdf)), {});
  ASSERT_TRUE(document);
  const auto findings = find_hazards(document.value(), HygieneDepth::kStructure, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, Code::kHygieneAppearanceStates);
  EXPECT_EQ(findings[0].params, (Params{{"page", "3"}}));
  EXPECT_EQ(findings[0].detail, "page 3, object 20 0");
}

TEST(Hygiene, NamesFromTheDocumentAreCutAndCleaned) {
  const auto document =
      Document::open(attached("a\\033[31m" + std::string(500, 'b') + ".exe", "x"), {});
  ASSERT_TRUE(document);
  const auto findings = find_hazards(document.value(), HygieneDepth::kStructure, {});
  ASSERT_EQ(findings.size(), 1U);
  ASSERT_EQ(findings[0].params.size(), 1U);
  EXPECT_LT(findings[0].params[0].second.size(), 100U);
  EXPECT_EQ(findings[0].params[0].second.find('\x1B'), std::string::npos);
}

}  // namespace
}  // namespace antin::pdf
