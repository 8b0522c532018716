#include "pdf/read/revision.h"

#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

PdfBuilder simple() {
  return PdfBuilder::document().finish_table("/Root 1 0 R/Info 3 0 R");
}

std::string refusal(std::string_view octets) {
  const auto map = read_revisions(as_bytes(octets), {});
  return map ? "read" : code_of(map.error());
}

TEST(Revisions, OneTableIsOneRevisionThatEndsAfterItsEndOfLine) {
  const auto pdf = simple();
  const auto map = revisions_of(pdf);
  ASSERT_EQ(map.revisions.size(), 1U);
  EXPECT_EQ(map.revisions[0].end, pdf.size());
  EXPECT_EQ(map.revisions[0].eof_end, pdf.size() - 1);
  EXPECT_EQ(map.revisions[0].kind, XrefKind::kTable);
  EXPECT_THAT(map.findings, IsEmpty());
}

TEST(Revisions, UpdatesOfEveryKindAreCountedOldestFirst) {
  auto pdf = simple();
  const auto first = pdf.size();
  pdf.put(20, "(a)").finish_stream(21, "/Root 1 0 R");
  const auto second = pdf.size();
  pdf.put(22, "(b)").finish_hybrid(23, {22}, "/Root 1 0 R");
  const auto map = revisions_of(pdf);
  ASSERT_EQ(map.revisions.size(), 3U);
  EXPECT_EQ(map.revisions[0].end, first);
  EXPECT_EQ(map.revisions[1].end, second);
  EXPECT_EQ(map.revisions[1].kind, XrefKind::kStream);
  EXPECT_EQ(map.revisions[2].kind, XrefKind::kHybrid);
  EXPECT_THAT(errors(map.findings), IsEmpty());
}

TEST(Revisions, LinearizedFileIsOneRevision) {
  PdfBuilder pdf;
  pdf.raw("9 0 obj\n<</Linearized 1>>\nendobj\n");
  const auto first_page = pdf.size();
  // First-page section: its /Prev points forward to the main section.
  pdf.raw(
      "xref\n9 1\n0000000015 00000 n \ntrailer\n<</Size 10/Root 1 0 R/Prev 9999999999>>\n"
      "startxref\n0\n%%EOF\n");
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>").put(2, "<</Type/Pages/Kids[]/Count 0>>");
  const auto main = pdf.size();
  pdf.finish_table("/Root 1 0 R");
  pdf.replace("9999999999",
              (std::string(10, '0') + std::to_string(main)).substr(std::to_string(main).size()));
  auto text = pdf.text();
  text.replace(text.rfind("startxref\n"), std::string::npos,
               "startxref\n" + std::to_string(first_page) + "\n%%EOF\n");
  const auto map = read_revisions(as_bytes(text), {});
  ASSERT_TRUE(map) << to_log_line(map.error());
  ASSERT_EQ(map.value().revisions.size(), 1U);
  EXPECT_TRUE(map.value().revisions[0].linearized_first_page);
  EXPECT_EQ(map.value().revisions[0].end, text.size());
  EXPECT_THAT(errors(map.value().findings), IsEmpty());
}

TEST(Revisions, ForwardPrevWithoutLinearizationIsAFinding) {
  auto pdf = PdfBuilder::document();
  pdf.set_prev(9'999).finish_table("/Root 1 0 R");
  const auto newest = static_cast<std::size_t>(pdf.prev());
  pdf.replace("/Prev 9999", "/Prev " + std::to_string(1'000 + pdf.size()));
  pdf.raw(std::string(1'000, ' ')).raw("xref\n0 0\ntrailer\n<</Size 1>>\n").tail(newest);
  EXPECT_THAT(errors(revisions_of(pdf).findings), Contains("pdf.xref_chain"));
}

TEST(Revisions, OctetsAfterTheEndAreAFindingButWhiteSpaceIsNot) {
  EXPECT_THAT(errors(revisions_of(simple().raw("\r\n \n")).findings), IsEmpty());
  EXPECT_THAT(errors(revisions_of(simple().raw("junk")).findings),
              ElementsAre("pdf.octets_after_end"));
  EXPECT_THAT(errors(revisions_of(simple().raw(std::string_view{"\0", 1})).findings),
              ElementsAre("pdf.octets_after_end"));
}

TEST(Revisions, OctetsThatNoObjectOfAnUpdateAccountsForAreAFinding) {
  auto clean = simple();
  clean.raw("% a comment\n").put(20, "(a)").finish_table("/Root 1 0 R");
  EXPECT_THAT(errors(revisions_of(clean).findings), IsEmpty());
  auto hidden = simple();
  hidden.raw("11 0 obj\n(not listed)\nendobj\n").put(20, "(a)").finish_table("/Root 1 0 R");
  EXPECT_THAT(errors(revisions_of(hidden).findings), ElementsAre("pdf.octets_between_revisions"));
  auto dead = simple();
  dead.raw("%%EOF\n").put(20, "(a)").finish_table("/Root 1 0 R");
  EXPECT_THAT(errors(revisions_of(dead).findings), ElementsAre("pdf.octets_between_revisions"));
}

TEST(Revisions, EntryThatPointsElsewhereIsAmbiguous) {
  auto pdf = simple();
  pdf.put(20, "(a)").put(21, "(b)").misplace(21, pdf.size() - 3).finish_table("/Root 1 0 R");
  EXPECT_THAT(errors(revisions_of(pdf).findings), Contains("pdf.ambiguous"));
}

TEST(Revisions, StartxrefThatGoesBackPastAnUpdateIsAmbiguous) {
  auto pdf = simple();
  const auto first = pdf.prev();
  pdf.put(20, "(a)").finish_table("/Root 1 0 R");
  pdf.tail(static_cast<std::size_t>(first));
  EXPECT_THAT(errors(revisions_of(pdf).findings), Contains("pdf.ambiguous"));
}

TEST(Revisions, HiddenObjectThatATableShowsDifferentlyIsAmbiguous) {
  auto good = simple();
  good.put(20, "(new)").finish_hybrid(21, {20}, "/Root 1 0 R");
  EXPECT_THAT(errors(revisions_of(good).findings), IsEmpty());
  // Readers of tables see the old font, readers of streams another one.
  auto text = simple();
  const auto stream_at = text.size();
  text.raw("21 0 obj\n<</Type/XRef/W[1 4 2]/Index[4 1]/Size 22/Length 7>>\nstream\n" +
           std::string{"\1\0\0\0\x20\0\0", 7} + "\nendstream\nendobj\n");
  text.finish_table("/Root 1 0 R/XRefStm " + std::to_string(stream_at));
  EXPECT_THAT(errors(revisions_of(text).findings), Contains("pdf.ambiguous"));
}

TEST(Revisions, RefusesWhatIsNoPdf) {
  EXPECT_EQ(refusal(""), "pdf.not_pdf");
  EXPECT_EQ(refusal("PK\3\4 something else"), "pdf.not_pdf");
  EXPECT_EQ(refusal("%PDF-1.7\n"), "pdf.malformed");
  EXPECT_EQ(refusal("%PDF-1.7\nstartxref\n99999\n%%EOF\n"), "pdf.malformed");
  EXPECT_EQ(refusal("%PDF-1.7\nstartxref\n-1\n%%EOF\n"), "pdf.malformed");
  EXPECT_EQ(refusal("%PDF-1.7\nstartxref\n99999999999999999999999\n%%EOF\n"), "pdf.malformed");
}

TEST(Revisions, LoopOfSectionsIsRefused) {
  auto pdf = PdfBuilder::document();
  pdf.set_prev(static_cast<std::int64_t>(pdf.size())).finish_table("/Root 1 0 R");
  EXPECT_EQ(refusal(pdf.text()), "pdf.malformed");
}

TEST(Revisions, GiantSizesEndInTheLimitNotInMemory) {
  PdfBuilder pdf;
  const auto at = pdf.size();
  pdf.raw(
      "5 0 obj\n<</Type/XRef/W[1 4 2]/Size 2000000000/Length 7>>\nstream\n1234567\nendstream\n"
      "endobj\n");
  pdf.tail(at);
  EXPECT_EQ(refusal(pdf.text()), "general.resource_limit");
  PdfBuilder table;
  const auto table_at = table.size();
  table.raw("xref\n0 2000000000\ntrailer\n<</Size 1>>\n").tail(table_at);
  EXPECT_EQ(refusal(table.text()), "general.resource_limit");
}

TEST(Revisions, NonsenseInWAndIndexIsRefused) {
  for (const auto* keys : {"/W[9 4 2]", "/W[1 4]", "/W[0 0 0]", "/W[1 -4 2]", "/W(abc)",
                           "/W[1 4 2]/Index[0]", "/W[1 4 2]/Index[-1 1]", "/W[1 4 2]/Index[0 9]"}) {
    PdfBuilder pdf;
    const auto at = pdf.size();
    pdf.raw("5 0 obj\n<</Type/XRef" + std::string{keys} +
            "/Size 6/Length 7>>\nstream\n1234567\nendstream\nendobj\n");
    pdf.tail(at);
    EXPECT_EQ(refusal(pdf.text()), "pdf.malformed") << keys;
  }
}

TEST(Revisions, TenThousandUpdatesAreRead) {
  auto pdf = simple();
  for (int i = 0; i < 9'999; ++i) pdf.put(20, "(a)").finish_table("/Root 1 0 R");
  EXPECT_EQ(revisions_of(pdf).revisions.size(), 10'000U);
  pdf.put(20, "(a)").finish_table("/Root 1 0 R");
  EXPECT_EQ(refusal(pdf.text()), "general.resource_limit");
}

TEST(Revisions, OctetsBeforeTheHeaderShiftEveryOffset) {
  const auto pdf = simple();
  const auto text = "junk\n" + pdf.text();
  const auto map = read_revisions(as_bytes(text), {});
  ASSERT_TRUE(map);
  EXPECT_EQ(map.value().header_offset, 5U);
  EXPECT_EQ(map.value().revisions[0].end, text.size());
  EXPECT_THAT(codes(map.value().findings, Severity::kInfo),
              ElementsAre("pdf.octets_before_header"));
}

}  // namespace
}  // namespace antin::pdf
