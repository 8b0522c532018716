#include "service/antind/pages.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "service/antind/assets.h"
#include "service/antind/check_result.h"
#include "service/antind/html.h"

namespace antin::service {
namespace {

RequestHead head(std::string accept, std::vector<HeaderField> more = {}) {
  RequestHead made;
  made.method = Method::kGet;
  made.path = "/";
  if (!accept.empty()) more.push_back({"accept", std::move(accept)});
  made.fields = std::move(more);
  return made;
}

std::string field(const Response& response, std::string_view name) {
  for (const auto& one : response.fields) {
    if (one.name == name) return one.value;
  }
  return {};
}

std::string text(const Response& response) {
  return std::string(as_text(response.body.view()));
}

std::size_t count(std::string_view all, std::string_view one) {
  std::size_t found = 0;
  for (auto at = all.find(one); at != std::string_view::npos; at = all.find(one, at + 1)) ++found;
  return found;
}

TEST(Pages, SendAFileOnceAndCompressedToWhoeverTakesThat) {
  const Pages pages;
  const auto first = pages.file(head("*/*"), "css/antin.css", "id");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "text/css; charset=utf-8");
  EXPECT_EQ(field(first, "Content-Encoding"), "");
  const auto packed =
      pages.file(head("*/*", {{"accept-encoding", "br, gzip"}}), "css/antin.css", "id");
  EXPECT_EQ(field(packed, "Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), first.body.size() / 2);
  EXPECT_NE(field(packed, "ETag"), field(first, "ETag"));
  const auto again = pages.file(
      head("*/*", {{"if-none-match", "\"x\", W/" + field(first, "ETag")}}), "css/antin.css", "id");
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
}

TEST(Pages, SendNothingBesideTheirFiles) {
  const Pages pages;
  for (const auto* none :
       {"", "css", "staff.html", "check.html", "../antind", "css/antin.css/", "package.json"})
    EXPECT_EQ(pages.file(head("*/*"), none, "id").status, 404) << none;
}

TEST(Pages, HaveEveryFileOfTheFolderAndThePlaceForAnAnswer) {
  const Pages pages;
  std::size_t scripts = 0;
  for (const auto& one : assets::web_files()) scripts += one.path.ends_with(".js") ? 1U : 0U;
  EXPECT_GT(scripts, 30U);
  const auto page = text(pages.check(head("text/html"), "<p>the answer</p>"));
  EXPECT_EQ(count(page, "<p>the answer</p>"), 1U);
  EXPECT_EQ(count(page, "<!--result-->"), 0U);
  const auto english = text(pages.check(head("text/html"), "", true));
  EXPECT_EQ(count(english, " checked>"), 1U);
  EXPECT_NE(english.find("value=\"en\" checked"), std::string::npos);
  EXPECT_NE(english.find("<html lang=\"en\">"), std::string::npos);
}

TEST(Pages, AreForPeopleAndNotForTheInterface) {
  auto person = head("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
  EXPECT_TRUE(wants_page(person));
  person.path = "/api/v1/none";
  EXPECT_FALSE(wants_page(person));
  EXPECT_FALSE(wants_page(head("*/*")));
  EXPECT_FALSE(wants_page(head("")));
}

TEST(Pages, TakeGzipAtItsWord) {
  for (const auto* yes : {"gzip", "br, GZIP;q=0.5", "gzip; q=1"})
    EXPECT_TRUE(takes_gzip(yes)) << yes;
  for (const auto* no : {"", "br", "gzip;q=0", "gzip;q=0.000", "x-gzip-not"})
    EXPECT_FALSE(takes_gzip(no)) << no;
}

TEST(Html, MakesMarkupText) {
  EXPECT_EQ(html_text("<b a=\"'\">&\x01"), "&lt;b a=&quot;&#39;&quot;&gt;&amp; ");
  EXPECT_EQ(html_text("a\xE2\x80\xAE"
                      "b\xE2\x81\xA7"
                      "c"),
            "abc");
  EXPECT_EQ(html_text("Nguyễn Văn Ảnh"), "Nguyễn Văn Ảnh");
}

// Every text of a report and a sheet, filled with markup.
constexpr const char* kMarkup = "<img src=x onerror=alert(1)>\"'&";

nlohmann::json report_of(const std::string& said) {
  const nlohmann::json both = {{"vi", said}, {"en", said + "."}};
  const nlohmann::json finding = {
      {"severity", "error"}, {"message", both}, {"advice", both}, {"code", said}};
  const nlohmann::json item = {{"permitted", false}, {"message", both}, {"page", 3}};
  const nlohmann::json signature = {
      {"kind", "signature"},
      {"indication", "TOTAL-FAILED"},
      {"signer", {{"name", said}, {"organization", said + "o"}}},
      {"signing_time", {{"claimed", "2026-11-20T02:00:00Z"}, {"proven", nullptr}}},
      {"changes_after", {{"level", said}, {"permitted", false}, {"items", {item}}}},
      {"findings", {finding}}};
  return {{"findings", {finding}},
          {"signatures", {signature}},
          {"register",
           {{"state", "cancelled"},
            {"kind", said},
            {"number", said},
            {"book", said},
            {"date", said},
            {"unit", said},
            {"decision", said},
            {"decision_date", said}}},
          {"comparison",
           {{"result", "different"},
            {"message", both},
            {"advice", both},
            {"findings", {finding}},
            {"pages", {{{"page", 3}, {"picture", said}}}}}}};
}

nlohmann::json sheet_of(const std::string& said) {
  const nlohmann::json both = {said, said + "."};
  return {{"tone", "bad"},
          {"verdict", both},
          {"message", both},
          {"advice", both},
          {"decision", both},
          {"footer", both},
          {"file", said},
          {"sections",
           {{{"rank", "main"},
             {"heading", both},
             {"rows", {{{"label", both}, {"value", both}}}},
             {"notes", {{{"tone", "bad"}, {"text", both}, {"advice", both}, {"code", said}}}}}}}};
}

TEST(CheckResult, ShowsMarkupInEveryFieldAsText) {
  const auto clean = file_result(report_of("words").dump(), sheet_of("words").dump(), {}, {});
  const auto made = file_result(report_of(kMarkup).dump(), sheet_of(kMarkup).dump(),
                                as_bytes(kMarkup), {.number = kMarkup, .book = kMarkup});
  ASSERT_TRUE(clean && made);
  EXPECT_EQ(made.value().find("<img src=x"), std::string::npos);
  EXPECT_EQ(count(made.value(), "<img"), count(clean.value(), "<img"));
  EXPECT_GE(count(made.value(), "&lt;img src=x onerror=alert(1)&gt;"), 20U);
  StoredEntry entry{.kind = "certified_copy",
                    .number = kMarkup,
                    .book = kMarkup,
                    .day = kMarkup,
                    .unit_code = kMarkup,
                    .unit_name = kMarkup,
                    .state = "cancelled",
                    .code = kMarkup,
                    .decision = kMarkup,
                    .decision_day = kMarkup,
                    .officers = {},
                    .agencies = {}};
  for (const auto* state : {"cancelled", "recalled", "pending", "released"}) {
    entry.state = state;
    for (const auto by : {FoundBy::kCode, FoundBy::kWholeFile, FoundBy::kRevision})
      EXPECT_EQ(entry_result(&entry, by, {}).find("<img"), std::string::npos) << state;
  }
  const auto told =
      problem_result(make_error(Code::kHttpParameter, kMarkup, {{"parameter", kMarkup}}), kMarkup);
  EXPECT_EQ(told.find("<img"), std::string::npos);
}

TEST(CheckResult, ACodeAloneIsNeverGood) {
  StoredEntry entry{.kind = "certified_copy",
                    .number = "125",
                    .book = "01/2026",
                    .day = "2026-06-01",
                    .unit_code = "H40.7",
                    .unit_name = "Ủy ban nhân dân xã",
                    .state = "released",
                    .code = {},
                    .decision = {},
                    .decision_day = {},
                    .officers = {},
                    .agencies = {}};
  const auto good = [&](FoundBy by, const TypedNumber& typed = {}) {
    return entry_result(&entry, by, typed).find("result-good") != std::string::npos;
  };
  EXPECT_FALSE(good(FoundBy::kCode));
  EXPECT_FALSE(good(FoundBy::kRevision));
  EXPECT_TRUE(good(FoundBy::kWholeFile));
  EXPECT_TRUE(good(FoundBy::kWholeFile, {.number = "0125", .book = "1/2026"}));
  EXPECT_FALSE(good(FoundBy::kWholeFile, {.number = "126", .book = {}}));
  for (const auto* state : {"pending", "cancelled", "recalled", "something new"}) {
    entry.state = state;
    EXPECT_FALSE(good(FoundBy::kWholeFile)) << state;
  }
  EXPECT_NE(entry_result(nullptr, FoundBy::kCode, {}).find("result-unsure"), std::string::npos);
}

TEST(CheckResult, RefusesWhatIsNoReport) {
  EXPECT_FALSE(file_result("{}", "{}", {}, {}));
  EXPECT_FALSE(file_result("no JSON", sheet_of("x").dump(), {}, {}));
}

}  // namespace
}  // namespace antin::service
