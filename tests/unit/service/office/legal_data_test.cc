#include "service/office/legal_data.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "service/text/unicode.h"
#include "tests/unit/service/office/shipped.h"

namespace antin::office {
namespace {

std::string value(const Error& error, std::string_view name) {
  for (const auto& [key, text] : error.params) {
    if (key == name) return text;
  }
  return "";
}

LegalFile& file(std::vector<LegalFile>& files, const std::string& name) {
  return *std::find_if(files.begin(), files.end(),
                       [&](const LegalFile& one) { return one.name == name; });
}

// The shipped data with one file replaced.
Error failure(const std::string& name, const std::string& text) {
  auto files = shipped_files();
  file(files, name).text = text;
  const auto read = LegalData::read(files);
  EXPECT_FALSE(read) << name;
  return read ? make_error(Code::kInternal, "") : read.error();
}

std::string replaced(const std::string& name, std::string_view what, std::string_view with) {
  auto files = shipped_files();
  auto text = file(files, name).text;
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string fees(const std::string& dates) {
  return "schema = \"antin-legal/1\"\ntopic = \"fees\"\n" + dates;
}
std::string fee(const std::string& id, const std::string& dates) {
  return "[[version]]\nid = \"" + id + "\"\n" + dates +
         "\nbasis = \"x\"\nfirst_pages = 2\nfirst_price = 2000\nfurther_price = 1000\nmost = "
         "200000\n";
}

TEST(LegalData, A09_ThePackagesDataAreInForce) {
  const auto rules = shipped().at(day("2026-11-23"));
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules.value()->version,
            "books-2020,citations-2025,confidence-2023,fees-2017,foreign-2020,grounds-2015,"
            "hours-2015,papers-2025,procedures-2020,registers-2020,requesters-2015");
  EXPECT_EQ(rules.value()->versions.size(), 11U);
  EXPECT_EQ(find(rules.value()->procedures, "2.000815")->product, "certified_copy");
  EXPECT_EQ(find(rules.value()->procedures, "2.000908")->product, "register_copy");
  EXPECT_EQ(rules.value()->hours.cut_off, (TimeOfDay{15, 0, 0}));
}

TEST(LegalData, A09_BeforeTheFirstVersionNothingIsInForce) {
  EXPECT_TRUE(shipped().at(day("2025-11-01")));
  const auto early = shipped().at(day("2025-10-31"));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Code::kLegalNotInForce);
  EXPECT_EQ(value(early.error(), "ngay"), "31/10/2025");
}

TEST(LegalData, C05_SixGroundsVerbatim) {
  const auto rules = shipped().at(day("2026-06-01")).value();
  ASSERT_EQ(rules->grounds.size(), 6U);
  EXPECT_EQ(rules->ground(1)->text,
            "Bản chính bị tẩy xóa, sửa chữa, thêm, bớt nội dung không hợp lệ.");
  EXPECT_EQ(rules->ground(2)->text, "Bản chính bị hư hỏng, cũ nát, không xác định được nội dung.");
  EXPECT_EQ(
      rules->ground(kGroundSecret)->text,
      "Bản chính đóng dấu mật của cơ quan, tổ chức có thẩm quyền hoặc không đóng dấu mật nhưng "
      "ghi rõ không được sao chụp.");
  EXPECT_EQ(
      rules->ground(4)->text,
      "Bản chính có nội dung trái pháp luật, đạo đức xã hội; tuyên truyền, kích động chiến tranh, "
      "chống chế độ xã hội chủ nghĩa Việt Nam; xuyên tạc lịch sử của dân tộc Việt Nam; xúc phạm "
      "danh dự, nhân phẩm, uy tín của cá nhân, tổ chức; vi phạm quyền công dân.");
  EXPECT_EQ(
      rules->ground(kGroundNotLegalised)->text,
      "Bản chính do cơ quan, tổ chức có thẩm quyền của nước ngoài cấp, công chứng hoặc chứng "
      "nhận chưa được hợp pháp hóa lãnh sự theo quy định tại Khoản 1 Điều 20 của Nghị định này.");
  EXPECT_EQ(
      rules->ground(6)->text,
      "Giấy tờ, văn bản do cá nhân tự lập nhưng không có xác nhận và đóng dấu của cơ quan, tổ "
      "chức có thẩm quyền.");
  EXPECT_EQ(rules->ground(7), nullptr);
  for (const auto& ground : rules->grounds) EXPECT_TRUE(service::is_nfc(ground.text));
}

TEST(LegalData, C09_KindsOfBooksAndTheirSymbols) {
  const auto rules = shipped().at(day("2026-06-01")).value();
  const auto* paper = find(rules->books, "ban_sao_giay");
  const auto* electronic = find(rules->books, "ban_sao_dien_tu");
  ASSERT_TRUE(paper != nullptr && electronic != nullptr);
  EXPECT_EQ(paper->form, BookForm::kPaper);
  EXPECT_EQ(electronic->form, BookForm::kElectronic);
  EXPECT_EQ(electronic->symbols, (std::vector<std::string>{"SCT/BS", "SCTĐT/BS"}));
  EXPECT_EQ(electronic->formats, (std::vector<std::string>{"{n}/ĐT", "{n}"}));
  EXPECT_EQ(find(rules->books, "chu_ky")->symbols.front(), "SCT/CK,ĐC");
  EXPECT_EQ(find(rules->books, "hop_dong")->symbols.front(), "SCT/HĐ,GD");
  EXPECT_EQ(find(rules->books, "chu_ky_nguoi_dich")->symbols.front(), "SCT/CKND");
}

TEST(LegalData, A09_ADocumentKeepsItsVersion) {
  auto files = shipped_files();
  file(files, "fees.toml").text =
      fees(fee("fees-2017", "from = \"2017-01-01\"") + fee("fees-2027", "from = \"2027-01-01\""));
  const auto data = LegalData::read(files).value();
  const auto old = data.at(day("2026-12-31")).value();
  const auto later = data.at(day("2027-01-01")).value();
  EXPECT_NE(old->version, later->version);
  EXPECT_NE(later->version.find("fees-2027"), std::string::npos);
  const auto again = data.with_version(old->version);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value()->version, old->version);
  EXPECT_EQ(again.value()->fees.most, old->fees.most);
  EXPECT_EQ(again.value()->grounds.size(), 6U);
  for (const auto& unknown :
       {old->version + ",x", std::string{}, std::string{"fees-2017"}, later->version.substr(1)})
    EXPECT_EQ(data.with_version(unknown).error().code, Code::kLegalEntryUnknown) << unknown;
}

TEST(LegalData, A09_TheLastDayOfTheLastVersionEndsIt) {
  auto files = shipped_files();
  file(files, "fees.toml").text =
      fees(fee("fees-2017", "from = \"2017-01-01\"\nto = \"2026-12-31\""));
  const auto data = LegalData::read(files).value();
  EXPECT_TRUE(data.at(day("2026-12-31")));
  EXPECT_EQ(data.at(day("2027-01-01")).error().code, Code::kLegalNotInForce);
}

TEST(LegalData, A09_DatesThatOverlapOrLeaveAGapStop) {
  const auto overlap =
      failure("fees.toml", fees(fee("fees-1", "from = \"2017-01-01\"\nto = \"2026-06-30\"") +
                                fee("fees-2", "from = \"2026-06-30\"")));
  EXPECT_EQ(overlap.code, Code::kLegalDatesOverlap);
  EXPECT_EQ(value(overlap, "file"), "fees.toml");
  EXPECT_EQ(value(overlap, "key"), "fees-2");
  EXPECT_EQ(value(overlap, "ngay"), "30/06/2026");
  const auto gap =
      failure("fees.toml", fees(fee("fees-2", "from = \"2026-07-02\"") +
                                fee("fees-1", "from = \"2017-01-01\"\nto = \"2026-06-30\"")));
  EXPECT_EQ(gap.code, Code::kLegalDatesGap);
  EXPECT_EQ(value(gap, "ngay"), "01/07/2026");
  EXPECT_EQ(failure("fees.toml", fees(fee("fees-1", "from = \"2017-01-01\"") +
                                      fee("fees-2", "from = \"2017-01-01\"")))
                .code,
            Code::kLegalDatesOverlap);
  EXPECT_EQ(
      failure("fees.toml", fees(fee("fees-1", "from = \"2017-01-01\"\nto = \"2016-01-01\""))).code,
      Code::kLegalFile);
}

TEST(LegalData, A09_TextsAreNfc) {
  const auto broken =
      failure("grounds.toml", replaced("grounds.toml", "tẩy", "ta\xCC\x82\xCC\x89y"));
  EXPECT_EQ(broken.code, Code::kLegalText);
  EXPECT_EQ(value(broken, "file"), "grounds.toml");
  EXPECT_EQ(value(broken, "key"), "line 12");
  EXPECT_EQ(failure("grounds.toml", replaced("grounds.toml", "tẩy", "t\xFFy")).code,
            Code::kLegalText);
  // What only becomes decomposed when TOML has read it.
  const auto escaped =
      failure("grounds.toml", replaced("grounds.toml", "tẩy", "ta\\u0302\\u0309y"));
  EXPECT_EQ(escaped.code, Code::kLegalText);
  EXPECT_EQ(value(escaped, "key"), "version.ground.text");
}

TEST(LegalData, A09_NothingStandsThereTwice) {
  const auto twice =
      failure("papers.toml", replaced("papers.toml", "\"ho_chieu\"", "\"can_cuoc\""));
  EXPECT_EQ(twice.code, Code::kLegalDuplicate);
  EXPECT_EQ(value(twice, "key"), "version.paper.code");
  EXPECT_EQ(value(twice, "value"), "can_cuoc");
  EXPECT_EQ(failure("fees.toml", fees(fee("fees-1", "from = \"2017-01-01\"") +
                                      fee("fees-1", "from = \"2018-01-01\"")))
                .code,
            Code::kLegalDuplicate);
  auto files = shipped_files();
  files.push_back(file(files, "fees.toml"));
  EXPECT_EQ(LegalData::read(files).error().code, Code::kLegalDuplicate);
  EXPECT_EQ(failure("holidays.toml", replaced("holidays.toml", "2026-09-01", "2026-09-02")).code,
            Code::kLegalDuplicate);
}

TEST(LegalData, A09_EveryKeyIsKnownAndEveryTopicThere) {
  const auto unknown = failure("fees.toml", replaced("fees.toml", "most =", "more ="));
  EXPECT_EQ(unknown.code, Code::kLegalFile);
  EXPECT_EQ(value(unknown, "key"), "version.most");
  EXPECT_EQ(
      value(failure("hours.toml", replaced("hours.toml", "opens =", "opans = \"1\"\nopens =")),
            "key"),
      "version.opans");
  auto files = shipped_files();
  files.erase(files.begin());
  EXPECT_EQ(value(LegalData::read(files).error(), "reason"), "missing: books");
  EXPECT_EQ(LegalData::load(ANTIN_SOURCE_DIR "/packaging/no-such-folder").error().code,
            Code::kFileUnreadable);
}

TEST(LegalData, A09_DamageIsNamed) {
  const std::vector<std::pair<const char*, std::pair<const char*, const char*>>> damage{
      {"fees.toml", {"antin-legal/1", "antin-legal/2"}},
      {"fees.toml", {"\"fees\"", "\"fines\""}},
      {"fees.toml", {"[[version]]", "[[version"}},
      {"fees.toml", {"2000", "-1"}},
      {"fees.toml", {"2000", "\"2000\""}},
      {"fees.toml", {"\"fees-2017\"", "\"Fees 2017\""}},
      {"fees.toml", {"\"fees-2017\"", "\"books-2017\""}},
      {"fees.toml", {"2017-01-01", "2017-02-29"}},
      {"fees.toml", {"basis", "# basis"}},
      {"grounds.toml", {"number = 2", "number = 3"}},
      {"grounds.toml", {"\"Bản chính bị tẩy", "\" Bản chính bị tẩy"}},
      {"books.toml", {"\"{n}\"", "\"{m}\""}},
      {"books.toml", {"\"electronic\"", "\"digital\""}},
      {"papers.toml", {"pages = \"cover_and_used\"", "pages = \"some\""}},
      {"papers.toml", {"foreign = \"ho_chieu\"", "foreign = \"ho_chieus\""}},
      {"papers.toml", {"vneid = true", "vneid = \"true\""}},
      {"hours.toml", {"15:00", "25:00"}},
      {"hours.toml", {"17:00", "07:00"}},
      {"holidays.toml", {"2026-02-16", "2025-02-16"}},
      {"holidays.toml", {"month = 9, day = 2", "month = 9, day = 31"}},
      {"foreign.toml", {"paper = [", "papers = ["}}};
  for (const auto& [name, change] : damage) {
    const auto error = failure(name, replaced(name, change.first, change.second));
    EXPECT_EQ(error.code, Code::kLegalFile) << name << ' ' << change.second;
    EXPECT_FALSE(value(error, "file").empty());
    EXPECT_FALSE(value(error, "key").empty());
    EXPECT_FALSE(value(error, "reason").empty());
  }
}

TEST(Calendar, C15_HolidaysAndSwappedDays) {
  const auto& calendar = shipped().calendar();
  EXPECT_TRUE(calendar.is_working_day(day("2026-11-23")));
  EXPECT_FALSE(calendar.is_working_day(day("2026-11-22")));
  EXPECT_FALSE(calendar.is_working_day(day("2026-02-17")));
  EXPECT_EQ(calendar.holiday(day("2026-02-17")), "Tết Nguyên đán Bính Ngọ");
  EXPECT_TRUE(calendar.is_working_day(day("2026-08-22")));   // a Saturday
  EXPECT_FALSE(calendar.is_working_day(day("2026-08-31")));  // the Monday it is worked for
  EXPECT_EQ(calendar.next_working_day(day("2026-02-13")), day("2026-02-23"));
  EXPECT_EQ(calendar.next_working_day(day("2026-12-31")), day("2027-01-04"));
  EXPECT_EQ(calendar.plus_working_days(day("2026-04-24"), 2), day("2026-04-29"));
}

TEST(Calendar, C15_AYearWithoutDataHasItsFixedDaysAndIsNotSure) {
  const auto& calendar = shipped().calendar();
  EXPECT_FALSE(calendar.is_working_day(day("2031-04-30")));
  EXPECT_TRUE(calendar.is_working_day(day("2031-04-29")));
  EXPECT_EQ(calendar.uncertain_years(day("2026-06-01"), day("2026-06-02")), std::set<int>{});
  EXPECT_EQ(calendar.uncertain_years(day("2026-11-23"), day("2026-11-24")), std::set<int>{2026});
  EXPECT_EQ(calendar.uncertain_years(day("2026-12-31"), day("2027-01-04")), std::set<int>{2027});
  EXPECT_EQ(calendar.uncertain_years(day("2031-01-02"), day("2031-01-02")), std::set<int>{2031});
}

}  // namespace
}  // namespace antin::office
