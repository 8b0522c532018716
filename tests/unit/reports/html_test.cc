#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "certs/core/codes.h"
#include "tests/unit/reports/made.h"
#include "tests/unit/reports/xml.h"
#include "verifier/foreign_text.h"
#include "verifier/sheet.h"

namespace antin::verifier {
namespace {

std::string html_of(const Report& report, SheetLanguage language = SheetLanguage::kBoth) {
  return to_html(make_sheet(report, language));
}

class EveryVerdict : public testing::TestWithParam<Verdict> {};

TEST_P(EveryVerdict, GivesWellFormedHtmlThatLoadsAndRunsNothing) {
  const auto html = html_of(made::report(GetParam(), GetParam() == Verdict::kNoSignature ? 0 : 3));
  const auto page = xml::parse(html);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->attributes.at("lang"), "vi");
  for (const auto* element : {"script", "link", "img", "iframe", "object", "a", "form", "base"})
    EXPECT_TRUE(page->all(element).empty()) << element;
  EXPECT_EQ(html.find("http:"), html.find("http://www.w3.org/1999/xhtml"));
  EXPECT_EQ(html.find("url("), std::string::npos);
  bool policy = false;
  for (const auto* meta : page->all("meta")) {
    for (const auto& [key, value] : meta->attributes) EXPECT_NE(key.substr(0, 2), "on");
    policy = policy || (meta->attributes.count("http-equiv") != 0 &&
                        meta->attributes.at("content").find("default-src 'none'") == 0);
  }
  EXPECT_TRUE(policy);
}

TEST_P(EveryVerdict, LeavesTheSheetWholeOnItsWayToTheOtherProgram) {
  const auto sheet = make_sheet(made::report(GetParam(), 3), SheetLanguage::kBoth);
  const auto read = read_sheet(to_json(sheet));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(read.value()), to_json(sheet));
  EXPECT_EQ(to_html(read.value()), to_html(sheet));
}

INSTANTIATE_TEST_SUITE_P(Sheet, EveryVerdict,
                         testing::Values(Verdict::kValid, Verdict::kInvalid, Verdict::kInsufficient,
                                         Verdict::kNoSignature));

// What is printed and handed on is for whoever holds the document; a report as JSON keeps the
// option.
TEST(Sheet, SendsNobodyToACommand) {
  auto report = made::report(Verdict::kInsufficient, 1);
  report.findings.push_back(
      {Code::kCertRevocationUnknown, Severity::kWarning, {{"ten", "CA"}}, ""});
  report.findings.push_back({Code::kCertificateChainUnchecked, Severity::kError, {}, ""});
  const auto html = html_of(report);
  for (const auto* option : {"--crl", "--trust"}) EXPECT_EQ(html.find(option), std::string::npos);
  EXPECT_NE(html.find("Kiểm tra lại sau; nếu kết quả vẫn vậy"), std::string::npos);
  EXPECT_NE(html.find("or whoever checked it."), std::string::npos);
  EXPECT_NE(to_json(report).find("(--crl)"), std::string::npos);
}

TEST(Sheet, V02_V17_HoldsEveryFieldThatTheLawAsksFor) {
  const auto sheet = make_sheet(made::report(Verdict::kValid, 1), SheetLanguage::kVietnamese);
  const auto& signature = sheet.sections.at(1);
  std::vector<std::string> labels;
  for (const auto& row : signature.rows) {
    labels.push_back(row.label.first);
    EXPECT_TRUE(row.label.second.empty());
    EXPECT_FALSE(row.value.first.empty()) << row.label.first;
  }
  // vietnam.md V-02.
  for (const auto* wanted :
       {"Tổ chức cấp chứng thư số", "Người ký", "Đơn vị quản lý", "Thời điểm ký", "Tính toàn vẹn",
        "Hiệu lực chứng thư tại thời điểm ký", "Thời hạn chứng thư", "Số sê-ri chứng thư",
        "Dấu vân tay SHA-256", "Thuật toán"})
    EXPECT_EQ(std::count(labels.begin(), labels.end(), wanted), 1) << wanted;
}

TEST(Sheet, V17_TellsTheSenderWhyInOneSentence) {
  const auto refused = make_sheet(made::report(Verdict::kInvalid, 1), SheetLanguage::kVietnamese);
  EXPECT_EQ(refused.decision.first,
            "Từ chối tiếp nhận. Lý do: Nội dung tài liệu đã bị thay đổi sau khi ký số.");
  EXPECT_EQ(decision_of(made::report(Verdict::kValid, 1)).code, Code::kReportAccept);
  EXPECT_EQ(decision_of(made::report(Verdict::kInsufficient, 1)).code, Code::kReportNotYet);
  EXPECT_EQ(decision_of(made::report(Verdict::kNoSignature, 0)).code, Code::kReportRefuse);
}

TEST(Sheet, NeverAcceptsACopyThatDiffersFromItsOriginal) {
  auto report = made::report(Verdict::kValid, 1);
  report.comparison = Comparison{.result = Comparison::Result::kIdentical,
                                 .original_file = "o.pdf",
                                 .original_sha256 = made::sha256(5),
                                 .original_size = 1};
  EXPECT_EQ(decision_of(report).code, Code::kReportAccept);
  report.comparison->result = Comparison::Result::kDifferent;
  EXPECT_EQ(decision_of(report).code, Code::kReportRefuse);
  EXPECT_EQ(decision_of(report).reason, Code::kCompareDifferent);
  report.comparison->result = Comparison::Result::kNotComparable;
  EXPECT_EQ(decision_of(report).code, Code::kReportNotYet);
}

class HostileText : public testing::TestWithParam<std::string> {};

TEST_P(HostileText, StaysTextInHtml) {
  const auto html = html_of(made::report_full_of(GetParam()));
  const auto page = xml::parse(html);
  ASSERT_TRUE(page) << html.substr(0, 2000);
  EXPECT_TRUE(page->all("script").empty());
  EXPECT_TRUE(page->all("img").empty());
  // The skeleton is the same whatever the names hold.
  const auto plain = xml::parse(html_of(made::report_full_of("x")));
  ASSERT_TRUE(plain);
  for (const auto* element : {"bdi", "dt", "dd", "li", "section"})
    EXPECT_EQ(page->all(element).size(), plain->all(element).size()) << element;
}

TEST_P(HostileText, IsNeitherInvisibleNorAbleToTurnTheLine) {
  const auto html = html_of(made::report_full_of(GetParam()));
  for (std::size_t at = 0; at < html.size();) {
    const auto c = next_code_point(html, at);
    EXPECT_FALSE((c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
                 (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || (c < 0x20 && c != '\n'))
        << static_cast<unsigned>(c);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Names, HostileText,
    testing::Values("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
                    "</style></title>&amp;&lt;]]>", "a\xE2\x80\xAEgpj.exe",
                    "\xFF\xFE\xC0\x80\xED\xA0\x80", std::string("a\0b\x1B[2J\x7F\xC2\x9B", 10),
                    "\xEF\xBF\xBF\xEF\xBF\xBE", "{ly_do}{file}", "‹U+202E›", "'; --",
                    "\xF0\x9F\x98\x80\xF4\x90\x80\x80", std::string(1'000'000, 'w')));

TEST(VisibleText, SpellsOutWhatCannotBeSeenAndCutsWhatIsTooLong) {
  EXPECT_EQ(visible("Nguyễn"), "Nguyễn");
  EXPECT_EQ(visible("a\xE2\x80\xAE"
                    "b"),
            "a‹U+202E›b");
  EXPECT_EQ(visible("a\nb\tc"), "a b c");
  EXPECT_EQ(visible(std::string(1, '\0')), "‹U+0000›");
  EXPECT_EQ(visible("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(visible("ắắắắ", 3), "ắắắ… (+1)");
  EXPECT_LT(html_of(made::report_full_of(std::string(1'000'000, 'w'))).size(), 100'000U);
}

// For whoever draws: tests/unit/service/report and people who want to look.
TEST(Sheet, LeavesSamplesForDrawing) {
  const std::filesystem::path folder = ANTIN_BINARY_DIR "/tests/reports";
  std::filesystem::create_directories(folder);
  std::string many;
  for (int i = 0; i < 60; ++i) many += "Nguyễn Thị Ánh Nguyệt ";
  const std::pair<const char*, Report> samples[] = {
      {"one", made::report(Verdict::kValid, 1)},
      {"three", made::report(Verdict::kInvalid, 3)},
      {"thirty", made::report(Verdict::kInsufficient, 30)},
      {"none", made::report(Verdict::kNoSignature, 0)},
      {"long", made::report_full_of(many)},
      {"unbroken", made::report_full_of(std::string(3'000, 'W'))}};
  for (const auto& [name, report] : samples) {
    const auto sheet = make_sheet(report, SheetLanguage::kBoth);
    std::ofstream{folder / (std::string{name} + ".sheet.json")} << to_json(sheet);
    std::ofstream{folder / (std::string{name} + ".html")} << to_html(sheet);
    EXPECT_TRUE(std::filesystem::exists(folder / (std::string{name} + ".html")));
  }
}

TEST(ReadSheet, RefusesWhatIsNoSheet) {
  const auto good = to_json(make_sheet(made::report(Verdict::kValid, 1), SheetLanguage::kBoth));
  ASSERT_TRUE(read_sheet(good));
  std::string deep(100'000, '[');
  for (const auto& bad :
       {std::string{}, std::string{"{}"}, std::string{"[]"}, std::string{"null"}, deep,
        good.substr(0, good.size() / 2), std::string{R"({"schema":"antin-sheet/2"})"}}) {
    const auto read = read_sheet(bad);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::kReportSheetMalformed);
  }
  auto wrong = good;
  wrong.replace(wrong.find("\"good\""), 6, "\"fine\"");
  EXPECT_FALSE(read_sheet(wrong));
}

}  // namespace
}  // namespace antin::verifier
