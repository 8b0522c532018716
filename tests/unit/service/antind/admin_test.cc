#include <gtest/gtest.h>

#include "service/antind/admin_api.h"

namespace antin::service {
namespace {

using office::LegalDay;

LegalDay day(const char* iso) {
  return *LegalDay::parse(iso);
}

TEST(Administration, TellsTheLineOfEachEntryFromOne) {
  const std::string_view toml =
      "schema = \"x\"\n[[person]]\nid = \"a\"\n\n  [[person]] # second\n[[personal]]\n";
  EXPECT_EQ(lines_of(toml, "person"), (std::vector<std::size_t>{2, 5}));
  EXPECT_TRUE(lines_of(toml, "unit").empty());
  EXPECT_TRUE(lines_of("", "person").empty());
  EXPECT_EQ(lines_of("[[person]]", "person"), (std::vector<std::size_t>{1}));
}

TEST(Administration, C03_ALastDayIsStillInForce) {
  const auto from = day("2026-01-01");
  const std::optional<LegalDay> to = day("2026-12-31");
  EXPECT_STREQ(force_on(day("2025-12-31"), from, to), "to_come");
  EXPECT_STREQ(force_on(from, from, to), "in_force");
  EXPECT_STREQ(force_on(*to, from, to), "in_force");
  EXPECT_STREQ(force_on(day("2027-01-01"), from, to), "ended");
  EXPECT_STREQ(force_on(day("2099-01-01"), from, std::nullopt), "in_force");
}

TEST(Administration, AsksAboutTodayUnlessADayIsNamed) {
  const auto today = day("2026-11-23");
  EXPECT_EQ(day_of({}, today).value(), today);
  EXPECT_EQ(day_of({{"day", "2020-02-29"}}, today).value(), day("2020-02-29"));
  for (const auto* wrong : {"", "29/02/2020", "2021-02-29", "2026-11-23T00:00:00Z"})
    EXPECT_EQ(day_of({{"day", wrong}}, today).error().code, Code::kHttpParameter) << wrong;
}

TEST(Administration, AnErrorIsToldInBothLanguagesWithoutItsDetail) {
  const auto body = told(make_error(Code::kHttpForbidden, "secret detail", {{"scope", "admin"}}));
  EXPECT_EQ(body["code"], "http.forbidden");
  EXPECT_NE(body["message"]["vi"], body["message"]["en"]);
  EXPECT_FALSE(body["action"]["vi"].get<std::string>().empty());
  EXPECT_EQ(body.dump().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace antin::service
