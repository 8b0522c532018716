// Appearance files, images, text and its place.

#include <cmath>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "pdf/write/numbers.h"
#include "pdf/write/page_marks.h"
#include "pdf/write/page_view.h"
#include "pdf/write/stamp.h"
#include "pdf/write/typesetter.h"
#include "pdf/write/unicode.h"
#include "tests/unit/pdf_write/pdf_builder.h"

namespace antin::pdf {
namespace {

using test::code_of;
using test::make_pdf;
using test::one_page;
using test::prepare;
using test::signed_file;

Bytes read_file(const std::string& name) {
  std::ifstream in(std::string{ANTIN_SOURCE_DIR} + "/packaging/appearances/" + name,
                   std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

Result<Appearance> ready(const std::string& name) {
  const Bytes toml = read_file(name);
  return read_appearance(as_text(toml),
                         [](const std::string& file) -> Result<Bytes> { return read_file(file); });
}

Result<Appearance> parsed(const std::string& toml) {
  return read_appearance("schema = \"antin-appearance/1\"\n" + toml,
                         [](const std::string&) -> Result<Bytes> {
                           return Bytes{1, 2, 3};
                         });
}

StampFacts facts() {
  return {.signer = "Nguyễn Văn Ảnh",
          .organization = "ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN",
          .title = "Chủ tịch",
          .reason = "",
          .location = "",
          .signing_time = test::test_time()};
}

SignatureUpdate stamped(const Appearance& appearance) {
  auto update = test::invisible();
  update.appearance = appearance;
  update.facts = facts();
  return update;
}

Appearance plain(const std::string& text) {
  Appearance appearance;
  appearance.lines = {{.text = text}};
  appearance.anchor.x_mm = appearance.anchor.y_mm = 20;
  return appearance;
}

/// All glyphs of the last stamp of the file, as text.
std::string stamp_text(const Bytes& file, const std::string& field_name) {
  const auto document = Document::open(SharedBytes{file}, {});
  if (!document) throw std::runtime_error("open");
  const auto fields = document.value().signature_fields();
  for (const auto& field : fields.value()) {
    if (field.name != field_name) continue;
    auto form = document.value()
                    .inside()
                    .qpdf.getObject(field.field.number, field.field.generation)
                    .getKey("/AP")
                    .getKey("/N");
    const auto marks = read_marks(form, form.getDict().getKey("/Resources"), {});
    std::u32string text;
    for (const auto& glyph : marks.value().glyphs) text += glyph.text;
    return utf8_of(text);
  }
  throw std::runtime_error("no such field");
}

Rect rect_of(const Bytes& file, const std::string& name) {
  const auto document = Document::open(SharedBytes{file}, {});
  const auto fields = document.value().signature_fields();
  for (const auto& field : fields.value()) {
    if (field.name == name) return *field.rect;
  }
  throw std::runtime_error("no such field");
}

struct Mistake {
  const char* name;
  const char* toml;
  const char* key;
};

class AppearanceFile : public testing::TestWithParam<Mistake> {};

TEST_P(AppearanceFile, IsRefusedAtTheMistake) {
  const auto result = parsed(GetParam().toml);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kAppearanceConfig);
  ASSERT_EQ(result.error().params.size(), 1U);
  EXPECT_EQ(result.error().params[0].second, GetParam().key);
}

INSTANTIATE_TEST_SUITE_P(
    Toml, AppearanceFile,
    testing::Values(Mistake{"UnknownKey", "colour = 1", "colour"},
                    Mistake{"UnknownAnchorKey", "[anchor]\ntop = 1", "anchor.top"},
                    Mistake{"Kind", "kind = \"stamp\"", "kind"},
                    Mistake{"WidthText", "width_mm = \"60\"", "width_mm"},
                    Mistake{"WidthNegative", "width_mm = -1", "width_mm"},
                    Mistake{"WidthInfinite", "width_mm = inf", "width_mm"},
                    Mistake{"PageZero", "[anchor]\npage = 0", "anchor.page"},
                    Mistake{"TwoAnchors", "[anchor]\nfield = \"a\"\ntext = \"b\"", "anchor.text"},
                    Mistake{"Colour", "[[line]]\ntext = \"a\"\ncolor = \"red\"", "line.color"},
                    Mistake{"EmptyLine", "[[line]]\ntext = \"\"", "line.text"},
                    Mistake{"SealWithoutImage", "kind = \"seal\"", "image"},
                    Mistake{"CopyLineWithImage",
                            "kind = \"copy_line\"\n[image]\nfile = \"a\"\nwidth_mm = 3", "image"},
                    Mistake{"Syntax", "width_mm = = 3", "line 2"}),
    [](const auto& row) { return row.param.name; });

TEST(AppearanceFiles, OfThePackageAreRead) {
  for (const char* name : {"person.toml", "agency-seal.toml", "sao-y.toml"}) {
    const auto result = ready(name);
    EXPECT_TRUE(result) << name << to_log_line(result.error());
  }
}

TEST(AppearanceFiles, WithoutASchemaOrWithAnotherAreRefused) {
  const LoadFile none = [](const std::string&) -> Result<Bytes> { return Bytes{}; };
  EXPECT_FALSE(read_appearance("kind = \"signature\"", none));
  EXPECT_FALSE(read_appearance("schema = \"antin-appearance/2\"", none));
}

TEST(Image, OfThePackageHasTheRightColour) {
  const auto signature = check_image(read_file("signature.png"), Appearance::Kind::kSignature);
  ASSERT_TRUE(signature);
  EXPECT_TRUE(signature.value().empty());
  const auto seal = check_image(read_file("seal.png"), Appearance::Kind::kSeal);
  ASSERT_TRUE(seal);
  EXPECT_TRUE(seal.value().empty());
}

TEST(Image, R08_OfTheOtherColourIsWarnedAbout) {
  const auto red = check_image(read_file("seal.png"), Appearance::Kind::kSignature);
  ASSERT_TRUE(red);
  ASSERT_EQ(red.value().size(), 1U);
  EXPECT_EQ(red.value()[0].code, Code::kSignatureImageNotBlue);
  const auto blue = check_image(read_file("signature.png"), Appearance::Kind::kSeal);
  ASSERT_TRUE(blue);
  ASSERT_EQ(blue.value().size(), 1U);
  EXPECT_EQ(blue.value()[0].code, Code::kSealImageNotRed);
}

Bytes vector_file(const std::string& name) {
  std::ifstream in(std::string{ANTIN_SOURCE_DIR} + "/tests/vectors/appearance/" + name,
                   std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

TEST(Image, WithAnyKindOfTransparencyIsAccepted) {
  for (const char* name : {"rgba.png", "rgba16.png", "palette-trns.png", "rgb-trns.png"}) {
    const auto findings = check_image(vector_file(name), Appearance::Kind::kSignature);
    ASSERT_TRUE(findings) << name;
    EXPECT_TRUE(findings.value().empty()) << name;
  }
  const auto gray = check_image(vector_file("gray-alpha.png"), Appearance::Kind::kSignature);
  ASSERT_TRUE(gray);
  EXPECT_EQ(gray.value().size(), 1U) << "grey has no hue";
}

TEST(Image, R08_ThatIsOpaqueOrNoPngIsRefusedWithTheLegalSentence) {
  const Bytes jpeg{0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F'};
  for (const auto& image : {vector_file("rgb-opaque.png"), vector_file("palette-opaque.png"),
                            vector_file("rgba-all-opaque.png"),
                            vector_file("rgba-all-transparent.png"), jpeg, Bytes{}}) {
    const auto refused = check_image(image, Appearance::Kind::kSignature);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kAppearanceImage);
    EXPECT_EQ(sentence(refused.error().code, Language::kVietnamese),
              "Ảnh chữ ký phải là PNG nền trong suốt.");
    EXPECT_EQ(check_image(image, Appearance::Kind::kSeal).error().code, Code::kSealImage);
  }
}

TEST(Image, ThatIsCutShortIsRefused) {
  Bytes cut = read_file("signature.png");
  cut.resize(cut.size() / 2);
  EXPECT_FALSE(check_image(cut, Appearance::Kind::kSignature));
}

TEST(Unicode, ComposesVietnamese) {
  EXPECT_EQ(to_nfc("Nguye\u0302\u0303n"), "Nguyễn");
  EXPECT_EQ(to_nfc("vie\u0323\u0302t"), "việt");
  EXPECT_EQ(to_nfc("vie\u0302\u0323t"), "việt") << "marks in the other order";
  EXPECT_EQ(to_nfc("Đã duyệt"), "Đã duyệt");
}

TEST(Text, IsExtractedAsItWasAsked) {
  Appearance appearance = plain("Người ký: {signer} – ẤẦẨẪẬ ợỡởờớ");
  appearance.width_mm = 120;
  const Bytes file = signed_file(make_pdf(one_page()), stamped(appearance));
  EXPECT_EQ(stamp_text(file, "Sig_person_01020304"), "Người ký: Nguyễn Văn Ảnh – ẤẦẨẪẬ ợỡởờớ");
}

TEST(Text, InDecomposedFormIsComposed) {
  const Bytes file =
      signed_file(make_pdf(one_page()), stamped(plain("Nguye\u0302\u0303n Va\u0306n A\u0309nh")));
  EXPECT_EQ(stamp_text(file, "Sig_person_01020304"), "Nguyễn Văn Ảnh");
}

TEST(Text, WithoutLinesIsTheDefaultLayout) {
  Appearance appearance = plain("");
  appearance.lines.clear();
  appearance.width_mm = 120;
  const Bytes file = signed_file(make_pdf(one_page()), stamped(appearance));
  EXPECT_EQ(stamp_text(file, "Sig_person_01020304"),
            "Người ký: Nguyễn Văn ẢnhCơ quan: ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN"
            "Thời gian ký: 22/11/2026 10:20:30 +07:00");
}

TEST(Text, WithOnlyEmptyPlaceholdersIsLeftOut) {
  Appearance appearance = plain("Lý do: {reason}");
  appearance.lines.push_back({.text = "{iso_time}"});
  const auto lines = filled_lines(appearance, facts());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text, "2026-11-22T10:20:30+07:00");
}

TEST(Text, WithAMissingGlyphIsRefusedByName) {
  const auto refused = prepare(make_pdf(one_page()), stamped(plain("漢 {signer}")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kGlyphMissing);
  ASSERT_EQ(refused.error().params.size(), 1U);
  EXPECT_EQ(refused.error().params[0].second, "漢 U+6F22");
}

TEST(Text, ThatReordersItselfIsRefused) {
  // RIGHT-TO-LEFT OVERRIDE in a certificate's name would show another name.
  auto update = stamped(plain("{signer}"));
  update.facts->signer = "A\u202EB";
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), update)), Code::kGlyphMissing);
}

TEST(Text, TooLongForItsBoxIsWrappedThenShrunkThenRefused) {
  std::string text = "một hai ba bốn năm sáu bảy tám chín mười";
  Appearance appearance = plain(text);
  appearance.width_mm = 40;
  appearance.height_mm = 10;
  EXPECT_TRUE(prepare(make_pdf(one_page()), stamped(appearance)));
  for (int i = 0; i < 5; ++i) text += " " + text;
  appearance.lines[0].text = text;
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), stamped(appearance))), Code::kAppearanceTooLarge);
}

TEST(Stamp, ThatLeavesThePageIsRefused) {
  Appearance appearance = plain("x");
  appearance.anchor.x_mm = 210 - appearance.width_mm - 1;
  EXPECT_TRUE(prepare(make_pdf(one_page()), stamped(appearance)));
  appearance.anchor.x_mm += 2;
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), stamped(appearance))), Code::kAppearanceTooLarge);
}

TEST(Stamp, AnchoredToTextStandsCentredBelowIt) {
  // "CHU TICH" at 12 pt from x = 100 on the baseline y = 700, widths unknown: half a size each.
  Appearance appearance = plain("x");
  appearance.anchor = Anchor{};
  appearance.anchor.kind = Anchor::Kind::kText;
  appearance.anchor.text = "CHU TICH";
  const Bytes file = signed_file(make_pdf(one_page()), stamped(appearance));
  const Rect rect = rect_of(file, "Sig_person_01020304");
  const double width = appearance.width_mm * kPointsPerMillimetre;
  EXPECT_NEAR((rect.left + rect.right) / 2, std::max(100 + 8 * 6 / 2.0, width / 2), 0.01);
  EXPECT_NEAR(rect.top, 700 - 0.2 * 12 - kPointsPerMillimetre, 0.01);
  appearance.anchor.text = "GIAM DOC";
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), stamped(appearance))), Code::kAnchorNotFound);
}

TEST(CopyLine, StandsInTheTopMarginAsFormThreePointTwoSays) {
  const auto appearance = ready("sao-y.toml");
  ASSERT_TRUE(appearance);
  const Bytes file = signed_file(make_pdf(one_page()), stamped(appearance.value()));
  const Rect rect = rect_of(file, "Sig_person_01020304");
  const double from_top = (842 - rect.top) / kPointsPerMillimetre;
  const double from_right = (595 - rect.right) / kPointsPerMillimetre;
  EXPECT_GE(from_top, 4);
  EXPECT_LE(from_top, 15);
  EXPECT_GE(from_right, 10);
  EXPECT_LE(from_right, 20);
  EXPECT_EQ(stamp_text(file, "Sig_person_01020304"),
            "SAO Y; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN; 22/11/2026; 10:20:30 +07:00");
}

TEST(CopyLine, ThatNeedsThreeRowsIsRefused) {
  const auto appearance = ready("sao-y.toml");
  ASSERT_TRUE(appearance);
  auto update = stamped(appearance.value());
  for (int i = 0; i < 10; ++i) update.facts->organization += " ỦY BAN NHÂN DÂN";
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), update)), Code::kAppearanceTooLarge);
}

class Turned : public testing::TestWithParam<int> {};

TEST_P(Turned, R09_SealCoversTheLeftThirdOfTheSignatureImage) {
  const std::string page = "/Rotate " + std::to_string(GetParam()) + "/CropBox[20 30 580 830]";
  auto person = ready("person.toml");
  ASSERT_TRUE(person);
  person.value().anchor = Anchor{};
  person.value().anchor.x_mm = 80;
  person.value().anchor.y_mm = 100;
  const Bytes first = signed_file(make_pdf(one_page(page)), stamped(person.value()));
  const auto seal = ready("agency-seal.toml");
  ASSERT_TRUE(seal);
  auto update = stamped(seal.value());
  update.field = "Seal";
  const Bytes file = signed_file(first, update);

  const PageView view{{.visible = {20, 30, 580, 830}, .rotate = GetParam(), .user_unit = 1}};
  const double mm = kPointsPerMillimetre;
  const ViewBox stamp = view.to_view(rect_of(file, "Sig_person_01020304"));
  EXPECT_NEAR(stamp.left, 80 * mm, 0.01);
  EXPECT_NEAR(stamp.top, 100 * mm, 0.01);
  const ViewBox disc = view.to_view(rect_of(file, "Seal"));
  EXPECT_NEAR(disc.width, 36 * mm, 0.5 * mm);
  const auto& image = *person.value().image;
  const double left = stamp.left + image.x_mm * mm;
  const double width = image.width_mm * mm;
  EXPECT_NEAR((disc.right() - left) / width, 0.33, 0.05);
  EXPECT_LT(disc.left, left);
  const double image_middle = stamp.top + width * 330 / 900 / 2;
  EXPECT_NEAR(disc.top + disc.height / 2, image_middle, 5 * mm);
}

INSTANTIATE_TEST_SUITE_P(VietnamR09, Turned, testing::Values(0, 90, 180, 270),
                         testing::PrintToStringParamName());

TEST(Seal, WithoutAnEarlierSignatureGoesOnlyWhereItIsTold) {
  auto seal = ready("agency-seal.toml");
  ASSERT_TRUE(seal);
  EXPECT_EQ(code_of(prepare(make_pdf(one_page()), stamped(seal.value()))), Code::kAnchorNotFound);
  seal.value().anchor.x_mm = seal.value().anchor.y_mm = 100;
  EXPECT_TRUE(prepare(make_pdf(one_page()), stamped(seal.value())));
}

TEST(PageView, GoesThereAndBack) {
  for (const int rotate : {0, 90, 180, 270}) {
    const PageView view{{.visible = {10, 20, 310, 420}, .rotate = rotate, .user_unit = 1.5}};
    const ViewBox box{30, 45, 60, 15};
    const ViewBox back = view.to_view(view.to_user_space(box));
    EXPECT_NEAR(back.left, box.left, 1e-9) << rotate;
    EXPECT_NEAR(back.top, box.top, 1e-9) << rotate;
    EXPECT_NEAR(back.width, box.width, 1e-9) << rotate;
    EXPECT_NEAR(back.height, box.height, 1e-9) << rotate;
  }
}

TEST(FindText, TakesTheLastPlaceWhateverTheSpacingAndTheForm) {
  PageMarks marks;
  const auto add = [&](const std::string& text, double y) {
    double x = 0;
    for (const char32_t c : code_points(text)) {
      marks.glyphs.push_back({std::u32string{c}, {x, y, x + 5, y + 10}});
      x += 5;
    }
  };
  add("CHỦ TỊCH", 700);
  add("CHU\u0309 T I\u0323 C H", 100);  // decomposed and spaced out
  const auto hit = find_text(marks, "CHỦ TỊCH");
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->bottom, 100);
  EXPECT_FALSE(find_text(marks, "PHÓ CHỦ TỊCH"));
  EXPECT_FALSE(find_text(marks, " "));
}

TEST(ReadMarks, FollowsTextOperatorsAndForms) {
  const Bytes file = make_pdf(one_page("", "",
                                       "q 2 0 0 2 10 20 cm BT /F1 10 Tf 1 0 0 1 5 5 Tm [(A) -1000 "
                                       "(B)] TJ 0 -12 Td (C) Tj T* ET Q BT /F1 8 Tf (D) Tj ET"));
  QPDF qpdf;
  qpdf.processMemoryFile("x", reinterpret_cast<const char*>(file.data()), file.size());
  auto page = qpdf.getObject(3, 0);
  const auto marks = read_marks(page.getKey("/Contents"), page.getKey("/Resources"), {});
  ASSERT_TRUE(marks);
  ASSERT_EQ(marks.value().glyphs.size(), 4U);
  EXPECT_NEAR(marks.value().glyphs[0].box.left, 20, 1e-9);
  EXPECT_NEAR(marks.value().glyphs[1].box.left, 20 + 2 * (5 + 10), 1e-9);
  EXPECT_NEAR(marks.value().glyphs[2].box.left, 20, 1e-9);
  EXPECT_NEAR(marks.value().glyphs[2].box.bottom, 20 + 2 * (5 - 12 - 2), 1e-9);
  EXPECT_NEAR(marks.value().glyphs[3].box.left, 0, 1e-9);
}

TEST(ReadMarks, StopsAtAFormThatDrawsItself) {
  auto text = one_page("", "", "/X Do");
  text.objects[2] = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</X 6 0 R>>>>>>";
  text.objects.push_back(
      test::stream("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>", "/X Do /X Do"));
  const Bytes file = make_pdf(text);
  QPDF qpdf;
  qpdf.processMemoryFile("x", reinterpret_cast<const char*>(file.data()), file.size());
  auto page = qpdf.getObject(3, 0);
  EXPECT_TRUE(read_marks(page.getKey("/Contents"), page.getKey("/Resources"), {}));
}

TEST(Numbers, AreShortAndPlain) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(-0.00001), "0");
  EXPECT_EQ(number_text(12.5), "12.5");
  EXPECT_EQ(number_text(100), "100");
  EXPECT_EQ(number_text(1.0 / 3), "0.3333");
  EXPECT_EQ(number_text(std::nan("")), "0");
}

}  // namespace
}  // namespace antin::pdf
