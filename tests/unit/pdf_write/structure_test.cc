// What the incremental update looks like for every structural class of input.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/pdf_write/pdf_builder.h"

namespace antin::pdf {
namespace {

using test::invisible;
using test::make_pdf;
using test::one_page;
using test::PdfText;
using test::prepare;
using test::rewritten;
using test::signed_file;
using test::stream;

std::string_view tail_of(const Bytes& original, const Bytes& file) {
  return as_text(file).substr(original.size());
}

/// Everything that must be true of any result.
void expect_sound(const Bytes& original, const Bytes& file, std::size_t signatures = 1) {
  ASSERT_GT(file.size(), original.size());
  EXPECT_TRUE(std::equal(original.begin(), original.end(), file.begin())) << "prefix changed";
  const auto document = Document::open(SharedBytes{file}, {});
  ASSERT_TRUE(document) << to_log_line(document.error());
  for (const auto& finding : document.value().findings()) {
    EXPECT_NE(finding.severity, Severity::kError) << info(finding.code).name << finding.detail;
  }
  const auto fields = document.value().signature_fields();
  ASSERT_TRUE(fields);
  std::size_t is_signed = 0;
  for (const auto& field : fields.value()) {
    if (!field.is_signed) continue;
    ++is_signed;
    EXPECT_TRUE(field.contents_located) << field.name;
    EXPECT_EQ(field.reason, "Phê duyệt");
    for (const auto& finding : field.findings) {
      EXPECT_NE(finding.severity, Severity::kError) << info(finding.code).name;
    }
  }
  EXPECT_EQ(is_signed, signatures);
}

Bytes table_pdf() {
  return make_pdf(one_page());
}
Bytes stream_pdf() {
  return rewritten(table_pdf(), [](QPDFWriter& w) { w.setObjectStreamMode(qpdf_o_generate); });
}

struct Class {
  const char* name;
  Bytes (*make)();
  bool stream;
};

class EveryStructure : public testing::TestWithParam<Class> {};

TEST_P(EveryStructure, S02_KeepsThePrefixAndTheKindOfCrossReference) {
  const Bytes original = GetParam().make();
  const Bytes file = signed_file(original, invisible());
  expect_sound(original, file);
  const bool stream = tail_of(original, file).find("/XRef") != std::string_view::npos;
  const bool table = tail_of(original, file).find("\nxref\n") != std::string_view::npos;
  EXPECT_EQ(stream, GetParam().stream);
  EXPECT_EQ(table, !GetParam().stream);
}

TEST_P(EveryStructure, TakesASecondAndAThirdSignature) {
  const Bytes original = GetParam().make();
  const Bytes first = signed_file(original, invisible());
  const Bytes second = signed_file(first, invisible());
  const Bytes third = signed_file(second, invisible());
  expect_sound(first, second, 2);
  expect_sound(second, third, 3);
  const auto document = Document::open(SharedBytes{third}, {});
  ASSERT_TRUE(document);
  const auto fields = document.value().signature_fields();
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields.value().size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(
    Iso32000Sec7_5_6, EveryStructure,
    testing::Values(Class{"Table", table_pdf, false}, Class{"Stream", stream_pdf, true},
                    Class{"Linearized",
                          [] {
                            return rewritten(table_pdf(),
                                             [](QPDFWriter& w) { w.setLinearization(true); });
                          },
                          false},
                    Class{"LinearizedStream",
                          [] {
                            return rewritten(table_pdf(), [](QPDFWriter& w) {
                              w.setLinearization(true);
                              w.setObjectStreamMode(qpdf_o_generate);
                            });
                          },
                          true},
                    Class{"JunkBeforeHeader",
                          [] {
                            auto text = one_page();
                            text.before = "junk\r\n";
                            return make_pdf(text);
                          },
                          false},
                    Class{"NoEndOfLineAtTheEnd",
                          [] {
                            auto text = one_page();
                            text.end = "%%EOF";
                            return make_pdf(text);
                          },
                          false},
                    Class{"IndirectAnnots",
                          [] {
                            auto text = one_page("/Annots 6 0 R");
                            text.objects.emplace_back("[]");
                            return make_pdf(text);
                          },
                          false},
                    Class{"IndirectFields",
                          [] {
                            auto text = one_page("", "/AcroForm<</Fields 6 0 R>>");
                            text.objects.emplace_back("[]");
                            return make_pdf(text);
                          },
                          false},
                    Class{"IndirectForm",
                          [] {
                            auto text = one_page("", "/AcroForm 6 0 R");
                            text.objects.emplace_back("<</Fields[]/DA(/Helv 0 Tf)>>");
                            return make_pdf(text);
                          },
                          false},
                    Class{"OneArrayForAnnotsAndFields",
                          [] {
                            auto text = one_page("/Annots 6 0 R", "/AcroForm<</Fields 6 0 R>>");
                            text.objects.emplace_back("[]");
                            return make_pdf(text);
                          },
                          false}),
    [](const auto& row) { return row.param.name; });

TEST(Update, IsTheSameForTheSameRandomOctets) {
  EXPECT_EQ(signed_file(table_pdf(), invisible()), signed_file(table_pdf(), invisible()));
}

TEST(Update, ByteRangeCoversEverythingButTheContents) {
  const Bytes original = table_pdf();
  auto prepared = prepare(original, invisible());
  ASSERT_TRUE(prepared);
  auto& signature = prepared.value();
  const Bytes file = test::whole(signature);
  const auto& range = signature.byte_range();
  EXPECT_EQ(range[0], 0U);
  EXPECT_EQ(file[range[1]], '<');
  EXPECT_EQ(file[range[2] - 1], '>');
  EXPECT_EQ(range[2] - range[1], 2 * signature.capacity() + 2);
  EXPECT_EQ(range[2] + range[3], file.size());
  std::size_t covered = 0;
  for (const auto& part : signature.covered()) covered += part.size();
  EXPECT_EQ(covered, range[1] + range[3]);
}

TEST(Update, JunkBeforeTheHeaderShiftsOffsetsButNotTheByteRange) {
  auto text = one_page();
  text.before = "0123456789\n";
  const Bytes original = make_pdf(text);
  auto prepared = prepare(original, invisible());
  ASSERT_TRUE(prepared);
  const Bytes file = test::whole(prepared.value());
  EXPECT_EQ(file[prepared.value().byte_range()[1]], '<');
  const auto tail = tail_of(original, file);
  const auto xref = tail.find("xref\n");
  const std::size_t relative = original.size() - text.before.size() + xref;
  EXPECT_NE(tail.find("startxref\n" + std::to_string(relative) + "\n"), std::string_view::npos);
}

TEST(Contents, S16_ThatDoNotFitAreRefusedAndTheExactFitIsNot) {
  auto prepared = prepare(table_pdf(), invisible());
  ASSERT_TRUE(prepared);
  const auto too_large = prepared.value().set_contents(Bytes(513));
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, Code::kContentsTooSmall);
  EXPECT_TRUE(prepared.value().set_contents(Bytes(512, 0xAB)));
  EXPECT_TRUE(prepared.value().set_contents(Bytes(1, 0xCD)));
  const auto& tail = prepared.value().tail();
  const std::string_view hex = as_text(tail).substr(prepared.value().contents_in_tail(), 4);
  EXPECT_EQ(hex, "cd00") << "an earlier, longer value must not shine through";
}

TEST(Update, LeavesTheDocumentAsItWas) {
  test::CountingRandom random;
  test::NoCipher cipher;
  const auto document = Document::open(SharedBytes{table_pdf()}, {});
  ASSERT_TRUE(document);
  const auto small = prepare_signature(document.value(), invisible(), cipher, random);
  auto larger = invisible();
  larger.contents_octets = 4096;
  const auto large = prepare_signature(document.value(), larger, cipher, random);
  ASSERT_TRUE(small);
  ASSERT_TRUE(large);
  expect_sound(table_pdf(), test::whole(small.value()));
  expect_sound(table_pdf(), test::whole(large.value()));
}

TEST(Update, RewritesNamesStringsAndNumbersAsTheyWere) {
  // One entry that a page may carry with any content: /PieceInfo.
  auto text = one_page(
      "/PieceInfo<</Private<</A#20B/C#2FD/R +0.50/S -.002/T 4./X<FF0028>"
      "/Y(a\\)\\(\\\\\\n)/E[true false null]>>>>");
  const Bytes original = make_pdf(text);
  const Bytes file = signed_file(original, invisible());
  const auto private_of = [](const Bytes& pdf) {
    QPDF qpdf;
    qpdf.processMemoryFile("x", reinterpret_cast<const char*>(pdf.data()), pdf.size());
    return qpdf.getObject(3, 0).getKey("/PieceInfo").getKey("/Private").unparse();
  };
  EXPECT_EQ(private_of(original), private_of(file));
  const auto tail = tail_of(original, file);
  EXPECT_NE(tail.find("/A#20B /C#2fD"), std::string_view::npos) << tail;
  EXPECT_NE(tail.find("+0.50"), std::string_view::npos);
  EXPECT_NE(tail.find("-.002"), std::string_view::npos);
}

TEST(Update, ChangesOnlyTheTargetPageWhenAnAnnotsArrayIsShared) {
  auto text = one_page("/Annots 7 0 R");
  text.objects[1] = "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2/MediaBox[0 0 595 842]>>";
  text.objects.emplace_back("<</Type/Page/Parent 2 0 R/Annots 7 0 R>>");
  text.objects.emplace_back("[]");
  const Bytes file = signed_file(make_pdf(text), invisible());
  QPDF qpdf;
  qpdf.processMemoryFile("x", reinterpret_cast<const char*>(file.data()), file.size());
  EXPECT_EQ(qpdf.getObject(3, 0).getKey("/Annots").getArrayNItems(), 1);
  EXPECT_EQ(qpdf.getObject(6, 0).getKey("/Annots").getArrayNItems(), 0);
}

TEST(Update, RewritesAnUnsharedAnnotsArrayAlone) {
  auto text = one_page("/Annots 6 0 R");
  text.objects.emplace_back("[]");
  const Bytes original = make_pdf(text);
  const Bytes file = signed_file(original, invisible());
  EXPECT_EQ(tail_of(original, file).find("\n3 0 obj"), std::string_view::npos);
  EXPECT_NE(tail_of(original, file).find("6 0 obj"), std::string_view::npos);
}

TEST(Update, NumbersNewObjectsAboveSizeAndIgnoresDanglingReferences) {
  auto text = one_page("/PieceInfo<</X 900 0 R>>");
  const Bytes original = make_pdf(text);
  const Bytes file = signed_file(original, invisible());
  EXPECT_NE(tail_of(original, file).find("\n8 0 obj"), std::string_view::npos);
  EXPECT_EQ(tail_of(original, file).find("901"), std::string_view::npos);
  EXPECT_NE(tail_of(original, file).find("900 0 R"), std::string_view::npos) << "kept as it was";
}

TEST(Update, DropsTrailerEntriesThatDangle) {
  auto text = one_page();
  text.trailer = "/AdditionalStreams[/X 77 0 R]/Private(kept)";
  const Bytes original = make_pdf(text);
  const auto tail = std::string{tail_of(original, signed_file(original, invisible()))};
  EXPECT_EQ(tail.find("AdditionalStreams"), std::string::npos);
  EXPECT_NE(tail.find("/Private (kept)"), std::string::npos);
}

TEST(Update, KeepsTheFirstPartOfTheIdAndChangesTheSecond) {
  auto text = one_page();
  text.trailer = "/ID[<0011><0011>]";
  const Bytes original = make_pdf(text);
  const auto tail = std::string{tail_of(original, signed_file(original, invisible()))};
  EXPECT_NE(tail.find("/ID [<0011><"), std::string::npos);
  EXPECT_EQ(tail.find("/ID [<0011><0011>]"), std::string::npos);
}

TEST(Update, EmitsObjectsOfObjectStreamsAsPlainObjects) {
  const Bytes original = stream_pdf();
  const auto tail = std::string{tail_of(original, signed_file(original, invisible()))};
  EXPECT_EQ(tail.find("/ObjStm"), std::string::npos);
  EXPECT_NE(tail.find("/Type /Catalog"), std::string::npos);
}

TEST(Timestamp, HasItsOwnTypeAndNoTime) {
  auto update = invisible();
  update.type = SignatureUpdate::Type::kDocumentTimestamp;
  update.sub_filter = "ETSI.RFC3161";
  const Bytes file = signed_file(table_pdf(), update);
  const auto document = Document::open(SharedBytes{file}, {});
  ASSERT_TRUE(document);
  const auto fields = document.value().signature_fields();
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields.value().at(0).type, "DocTimeStamp");
  EXPECT_EQ(fields.value().at(0).sub_filter, "ETSI.RFC3161");
  EXPECT_EQ(fields.value().at(0).date, "");
}

TEST(Field, S16_HasAUniqueNameFromItsRole) {
  auto update = invisible();
  update.role = "agency";
  const auto prepared = prepare(table_pdf(), update);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared.value().field(), "Sig_agency_01020304");
}

}  // namespace
}  // namespace antin::pdf
