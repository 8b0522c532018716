#include "certs/core/time.h"

#include <gtest/gtest.h>

namespace antin {
namespace {

UtcTime at(const char* rfc3339) {
  return from_rfc3339(rfc3339).value();
}

TEST(UtcTime, RoundTripsThroughRfc3339) {
  EXPECT_EQ(to_rfc3339(at("2026-11-21T02:05:07Z")), "2026-11-21T02:05:07Z");
}

TEST(UtcTime, TakesTheOffsetAway) {
  EXPECT_EQ(at("2026-11-21T09:05:07+07:00"), at("2026-11-21T02:05:07Z"));
  EXPECT_EQ(at("2026-11-20T21:05:07.25-05:00"), at("2026-11-21T02:05:07Z"));
}

TEST(UtcTime, RefusesWhatRfc3339Forbids) {
  for (const char* text : {"", "2026-11-21", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-11-21T24:00:00Z", "2026-11-21T02:05:07", "2026-11-21T02:05:07Zx",
                           "2026-11-21T02:05:07+0700", "2026-11-21T02:05:07."})
    EXPECT_FALSE(from_rfc3339(text)) << text;
}

TEST(PdfDate, S19_IsWrittenAtVietnamTime) {
  EXPECT_EQ(to_pdf_date(at("2026-11-21T02:05:07Z")), "D:20261121090507+07'00'");
}

TEST(PdfDate, IsReadWithAndWithoutItsOptionalParts) {
  const auto moment = at("2026-11-21T02:05:07Z");
  EXPECT_EQ(from_pdf_date("D:20261121090507+07'00'"), moment);
  EXPECT_EQ(from_pdf_date("D:20261121090507+07'00"), moment);
  EXPECT_EQ(from_pdf_date("D:20261121020507Z"), moment);
  EXPECT_EQ(from_pdf_date("20261121020507"), moment);
  EXPECT_EQ(from_pdf_date("D:2026"), at("2026-01-01T00:00:00Z"));
}

TEST(PdfDate, RefusesNonsense) {
  for (const char* text : {"", "D:", "D:20", "D:20261341", "D:20261121090507*07"})
    EXPECT_FALSE(from_pdf_date(text)) << text;
}

TEST(VietnamDay, BeginsAtSeventeenHoursUtc) {
  using std::chrono::year;
  EXPECT_EQ(vietnam_day(at("2026-12-31T16:59:59Z")).year(), year{2026});
  EXPECT_EQ(vietnam_day(at("2026-12-31T17:00:00Z")).year(), year{2027});
}

}  // namespace
}  // namespace antin
