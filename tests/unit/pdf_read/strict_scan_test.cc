#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {
namespace {

using testing::Contains;
using testing::IsEmpty;

constexpr const char* kRoot = "/Root 1 0 R/Info 3 0 R";

std::vector<std::string> errors_of(const PdfBuilder& pdf) {
  const auto document = open(pdf);
  if (!document) return {code_of(document.error())};
  return errors(document.value().findings());
}

PdfBuilder packed(const std::vector<std::pair<int, std::string>>& more) {
  auto pdf = PdfBuilder::document();
  std::vector<std::pair<int, std::string>> objects{{20, "<</A 1>>"}};
  objects.insert(objects.end(), more.begin(), more.end());
  pdf.put_object_stream(19, objects);
  return pdf;
}

TEST(StrictScan, SoundDocumentsHaveOneReading) {
  auto table = PdfBuilder::document(3);
  EXPECT_THAT(errors_of(table.finish_table(kRoot)), IsEmpty());
  auto stream = packed({{21, "<</B<</A 1/B 2>>>>"}});
  EXPECT_THAT(errors_of(stream.finish_stream(30, kRoot)), IsEmpty());
  auto hybrid = PdfBuilder::document();
  hybrid.put(20, "<</A 1>>");
  EXPECT_THAT(errors_of(hybrid.finish_hybrid(30, {20}, kRoot)), IsEmpty());
  auto update = PdfBuilder::document();
  update.finish_table(kRoot);
  update.put_stream(11, "", "BT ET");
  EXPECT_THAT(errors_of(update.finish_table(kRoot)), IsEmpty());
}

TEST(StrictScan, AnObjectThatNobodyUsesMustBeWhereItsEntryPoints) {
  auto pdf = PdfBuilder::document();
  pdf.put(20, "<</A 1>>").misplace(20, 30);
  EXPECT_THAT(errors_of(pdf.finish_table(kRoot)), Contains("pdf.ambiguous"));
}

TEST(StrictScan, AnUnlistedObjectOfANumberInUseIsATwin) {
  auto pdf = PdfBuilder::document();
  pdf.raw("4 0 obj\n<</Type/Font/BaseFont/Symbol>>\nendobj\n");
  EXPECT_THAT(errors_of(pdf.finish_table(kRoot)), Contains("pdf.ambiguous"));
  auto other = PdfBuilder::document();
  other.raw("77 0 obj\n<</Type/Font/BaseFont/Symbol>>\nendobj\n");
  EXPECT_THAT(errors_of(other.finish_table(kRoot)), IsEmpty());
}

TEST(StrictScan, ANumberHasOneGenerationUntilItIsFreed) {
  auto pdf = PdfBuilder::document();
  pdf.finish_table(kRoot);
  pdf.put(11, "<</Length 0>>\nstream\n\nendstream", 1);
  EXPECT_THAT(errors_of(pdf.finish_table(kRoot)), Contains("pdf.ambiguous"));
  auto freed = PdfBuilder::document();
  freed.put(20, "<</A 1>>").finish_table(kRoot);
  freed.free(20).finish_table(kRoot);
  freed.put(20, "<</A 2>>", 1);
  EXPECT_THAT(errors_of(freed.finish_table(kRoot)), IsEmpty());
}

TEST(StrictScan, ALengthThatStandsElsewhereMustBeRight) {
  for (const auto* length : {"5", "7", "(5)", "null"}) {
    auto pdf = PdfBuilder::document();
    pdf.put(20, "<</Length 21 0 R>>\nstream\nhello\nendstream").put(21, length);
    const auto found = errors_of(pdf.finish_table(kRoot));
    if (std::string{length} == "5") {
      EXPECT_THAT(found, IsEmpty());
    } else {
      EXPECT_THAT(found, Contains("pdf.ambiguous")) << length;
    }
  }
}

TEST(StrictScan, KeysStandOnceHoweverDeepAndHoweverWritten) {
  for (const auto* body :
       {"<</A 1/A 1>>", "<</A 1/#41 2>>", "[[<</B<</A 1/A 2>>>>]]", "<</A 1 0 R/B/A/A 2>>"}) {
    auto pdf = PdfBuilder::document();
    pdf.put(20, body);
    EXPECT_THAT(errors_of(pdf.finish_table(kRoot)), Contains("pdf.ambiguous")) << body;
    auto stream = packed({{21, body}});
    EXPECT_THAT(errors_of(stream.finish_stream(30, kRoot)), Contains("pdf.ambiguous")) << body;
  }
  for (const auto* body : {"<</A/A/B/A>>", "[<</A 1>><</A 1>>]", "<</A(/A)/B[/A/A]>>"}) {
    auto pdf = PdfBuilder::document();
    pdf.put(20, body);
    EXPECT_THAT(errors_of(pdf.finish_table(kRoot)), IsEmpty()) << body;
  }
}

TEST(StrictScan, AnObjectStreamHoldsWhatItsEntriesSay) {
  auto twice = packed({{21, "<</A 1>>"}, {21, "<</A 2>>"}});
  EXPECT_THAT(errors_of(twice.finish_stream(30, kRoot)), Contains("pdf.ambiguous"));
  auto twin = packed({});
  twin.put(20, "<</A 2>>");
  EXPECT_THAT(errors_of(twin.finish_stream(30, kRoot)), Contains("pdf.ambiguous"));
  auto older = packed({});
  older.finish_stream(30, kRoot);
  older.put_object_stream(31, {{20, "<</A 2>>"}});
  EXPECT_THAT(errors_of(older.finish_stream(32, kRoot)), IsEmpty());
}

TEST(StrictScan, SizeMustNotLeaveObjectsOut) {
  auto pdf = PdfBuilder::document();
  pdf.finish_table(kRoot);
  pdf.put(40, "<</A 1>>");
  pdf.finish_table(std::string{kRoot} + "/Dummy 1");
  EXPECT_THAT(errors_of(pdf), IsEmpty());
  auto small = PdfBuilder::document();
  small.finish_table(kRoot);
  small.put(40, "<</A 1>>").finish_table(kRoot).replace("/Size 41", "/Size 09");
  EXPECT_THAT(errors_of(small), Contains("pdf.xref_chain"));
}

TEST(StrictScan, CountIsTheNumberOfPages) {
  auto pdf = PdfBuilder::document(2);
  pdf.replace("/Count 2", "/Count 1");
  EXPECT_THAT(errors_of(pdf.finish_table(kRoot)), Contains("pdf.ambiguous"));
}

TEST(StrictScan, FindsSignaturesThatNoFieldLeadsTo) {
  auto pdf = PdfBuilder::document();
  pdf.put_signature(20).finish_table(kRoot);
  pdf.finish_signature();
  const auto document = open(pdf);
  ASSERT_TRUE(document);
  const auto places = document.value().signature_places();
  ASSERT_TRUE(places);
  ASSERT_EQ(places.value().size(), 1U);
  EXPECT_EQ(places.value().front().id.number, 20);
}

}  // namespace
}  // namespace antin::pdf
