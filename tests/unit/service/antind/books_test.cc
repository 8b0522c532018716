// Books as an office keeps them: prints, exports, figures, alarms.

#include <fcntl.h>
#include <filesystem>
#include <fstream>

#include "service/antind/book_desk.h"
#include "service/antind/book_export.h"
#include "service/antind/book_print.h"
#include "service/antind/book_watch.h"
#include "service/antind/office_rules.h"
#include "service/system/files.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

using casework::Book;
using casework::Books;
using casework::Product;

constexpr const char* kUnits = R"(schema = "antin-units/1"
[[unit]]
code = "H40.7"
name = "Ủy ban nhân dân xã Quỳnh Diễn"
)";
// A Monday.
const UtcTime kNow = *from_rfc3339("2026-11-23T02:00:00Z");
const std::string kBook = "H40.7/certified_copy/ban_sao_dien_tu/2026";
const std::string kLayouts = ANTIN_SOURCE_DIR "/packaging/layouts";

class BooksTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    if (IsSkipped()) return;
    config_.office.legal = ANTIN_SOURCE_DIR "/packaging/legal";
    config_.office.layouts = kLayouts;
    config_.verify.units = folder_.path() + "/units.toml";
    std::ofstream(config_.verify.units) << kUnits;
    auto opened = LegalOffice::open(config_, nullptr);
    ASSERT_TRUE(opened) << to_log_line(opened.error());
    office_ = std::move(opened).value();
  }
  Status in_books(const std::function<Status(Books&)>& work) {
    return store_->in_transaction([&](Database& database) {
      Books books(
          database, [](const StoreEvent&) { return Status(Done{}); }, clock_.utc_now(), "key-1");
      return work(books);
    });
  }
  // "": the row stays reserved.
  void row(const std::string& day, const std::string& original, std::int64_t fee = 2'000) {
    casework::Case one;
    one.unit = "H40.7";
    const auto noon = *from_rfc3339(day + "T05:00:00Z");
    const auto series = office_->series(one, {}, noon);
    ASSERT_TRUE(series);
    ASSERT_TRUE(in_books([&](Books& books) -> Status {
      ANTIN_TRY(const auto made, books.reserve(series.value(), "",
                                               {.requester = "Nguyễn Thị Ánh",
                                                .paper = "Giấy khai sinh",
                                                .signer = "CHỦ TỊCH Nguyễn Văn Ảnh",
                                                .copies = 2,
                                                .fee = fee}));
      return original.empty() ? Status{Done{}} : books.finish(made.id, "", original);
    }));
  }
  void voided(const std::string& id) {
    ASSERT_TRUE(in_books([&](Books& books) { return books.void_row(id, "quét nhầm"); }));
  }
  Book book() {
    Book found;
    EXPECT_TRUE(in_books([&](Books& books) -> Status {
      ANTIN_TRY(const auto there, books.book(kBook));
      found = there.value_or(Book());
      return Done{};
    }));
    return found;
  }
  Result<LetterOrder> printed(const std::string& month, UtcTime at = kNow) {
    return book_print(*store_, *office_, kLayouts, {.book = book(), .month = month}, at);
  }
  static std::string value(const LetterOrder& order, const char* name) {
    const auto found = order.values.find(name);
    return found == order.values.end() || found->second.text() == nullptr ? std::string("?")
                                                                          : *found->second.text();
  }
  static std::string cell(const LetterOrder& order, std::size_t row, std::size_t column) {
    return *order.rows.at(row).array()->at(column).text();
  }
  // An entered original whose number was cancelled by decision.
  std::string cancelled_original() {
    StoredOriginal original{.id = "o-9",
                            .sha256 = Bytes(32, 7),
                            .size = 5,
                            .name = {},
                            .owner = "key-1",
                            .created = kNow,
                            .revisions = {}};
    original.entry = StoredEntry{.kind = "certified_copy",
                                 .number = "01/ĐT",
                                 .book = "01/2026-SCT/BS",
                                 .day = "2026-11-20",
                                 .unit_code = "H40.7",
                                 .unit_name = "Ủy ban nhân dân xã Quỳnh Diễn",
                                 .pages = 1,
                                 .state = "released",
                                 .code = "0123456789ABCDEF",
                                 .decision = {},
                                 .decision_day = {},
                                 .officers = {},
                                 .agencies = {}};
    bool fresh = false;
    EXPECT_TRUE(store_->add_original(std::move(original), fresh));
    EXPECT_TRUE(store_->decide("o-9", {.state = "cancelled",
                                       .decision = "12/QĐ-UBND",
                                       .day = "2026-11-22",
                                       .actor = "key-1",
                                       .at = kNow}));
    return "o-9";
  }
  template <class T>
  static Code code_of(const Result<T>& result) {
    return result ? Code::kInternal : result.error().code;
  }

  fakes::FrozenClock clock_{kNow};
  Config config_;
  std::unique_ptr<LegalOffice> office_;
};

TEST_F(BooksTest, C19_AMonthsPrintHasItsRowsItsCountsAndWhatWasCancelled) {
  row("2026-10-30", "o-1");
  row("2026-11-20", cancelled_original());
  row("2026-11-20", "");
  row("2026-11-23", "");
  voided(kBook + "/3");
  const auto made = printed("2026-11");
  ASSERT_TRUE(made) << to_log_line(made.error());
  const auto& order = made.value();
  EXPECT_EQ(order.day, "2026-11-23");
  ASSERT_EQ(order.rows.size(), 3U);
  EXPECT_EQ(cell(order, 0, 0), "02/ĐT");
  EXPECT_EQ(cell(order, 0, 1), "20/11/2026");
  EXPECT_EQ(cell(order, 0, 4), "CHỦ TỊCH Nguyễn Văn Ảnh");
  EXPECT_EQ(cell(order, 0, 6), "2.000");
  EXPECT_EQ(cell(order, 0, 7), "Hủy bỏ giá trị pháp lý: Quyết định số 12/QĐ-UBND ngày 22/11/2026");
  EXPECT_EQ(cell(order, 1, 7), "Hủy: quét nhầm");
  EXPECT_EQ(cell(order, 1, 5), "");
  EXPECT_EQ(cell(order, 2, 7), "Chưa hoàn thành");
  EXPECT_EQ(value(order, "co_quan"), "ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN");
  EXPECT_EQ(value(order, "loai_so"), "Bản sao điện tử");
  EXPECT_EQ(value(order, "quyen"), "01/2026");
  EXPECT_EQ(value(order, "ky_hieu"), "SCT/BS");
  EXPECT_EQ(value(order, "ky"), "tháng 11 năm 2026");
  EXPECT_EQ(value(order, "so_viec"), "1");
  EXPECT_EQ(value(order, "so_ban_sao"), "2");
  EXPECT_EQ(value(order, "tong_phi"), "2.000");
  EXPECT_EQ(value(order, "so_huy"), "1");
  EXPECT_EQ(value(order, "khoa_so"), "?");
}

TEST_F(BooksTest, C19_AClosedYearIsPrintedWithItsConfirmation) {
  row("2026-11-20", "o-1", 1'234'000);
  ASSERT_TRUE(in_books([&](Books& books) -> Status {
    ANTIN_TRY(const auto closed, books.close(kBook, "2027-01-04"));
    static_cast<void>(closed);
    return Done{};
  }));
  const auto made = printed("", *from_rfc3339("2027-01-05T02:00:00Z"));
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().day, "2026-12-31");
  EXPECT_EQ(value(made.value(), "khoa_so"), "năm 2026");
  EXPECT_EQ(value(made.value(), "ngay"), "2027-01-04");
  EXPECT_EQ(value(made.value(), "tong_phi"), "1.234.000");
}

TEST_F(BooksTest, C19_VolumesOfTheMonthAreNamed) {
  row("2026-11-20", "o-1");
  ASSERT_TRUE(in_books([&](Books& books) -> Status {
    ANTIN_TRY(const auto name, next_volume_name("01/2026-SCT/BS"));
    EXPECT_EQ(name, "02/2026-SCT/BS");
    ANTIN_TRY(const auto next, books.next_volume(kBook, name));
    static_cast<void>(next);
    return Done{};
  }));
  row("2026-11-21", "o-2");
  EXPECT_EQ(value(printed("2026-11").value(), "quyen"), "01/2026, 02/2026");
  EXPECT_EQ(code_of(next_volume_name("2026")), Code::kNumberUnreadable);
}

TEST_F(BooksTest, C19_AMonthThatIsNoneOfTheBooksIsRefused) {
  row("2026-11-20", "o-1");
  for (const auto* month : {"2025-11", "2026-13", "2026-12", "11/2026"})
    EXPECT_EQ(code_of(printed(month)), Code::kHttpParameter) << month;
  EXPECT_EQ(code_of(book_print(*store_, *office_, "", {.book = book(), .month = ""}, kNow)),
            Code::kBookPrintUnset);
}

TEST_F(BooksTest, C22_TheReportIsOfOneMonth) {
  const auto csv = index_report_of(*store_, *office_, {}, "2026-11");
  ASSERT_TRUE(csv);
  EXPECT_NE(csv.value().find("Số yêu cầu"), std::string::npos);
  EXPECT_TRUE(index_report_of(*store_, *office_, {}, "2999-12"));
  for (const auto* month : {"", "2026-00", "2026-1", "2026-11-01"})
    EXPECT_EQ(code_of(index_report_of(*store_, *office_, {}, month)), Code::kHttpParameter);
}

class ExportTest : public BooksTest {
 protected:
  void SetUp() override {
    BooksTest::SetUp();
    if (IsSkipped()) return;
    row("2026-11-20", cancelled_original());
    row("2026-11-20", "");
    auto made = export_book(*store_, book(), "Ủy ban nhân dân xã Quỳnh Diễn", kNow);
    ASSERT_TRUE(made) << to_log_line(made.error());
    made_ = std::move(made).value();
  }
  static std::vector<Code> found(const std::string& lines) {
    std::vector<std::string> documents;
    const auto findings = check_export_lines(lines, documents);
    if (!findings) return {findings.error().code};
    std::vector<Code> codes;
    for (const auto& finding : findings.value()) codes.push_back(finding.code);
    return codes;
  }
  std::string with(const std::string& from, const std::string& to) const {
    auto lines = made_.lines;
    const auto at = lines.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return lines.replace(at, from.size(), to);
  }
  BookExport made_;
};

TEST_F(ExportTest, C19_AnInspectorFindsTheBookWhole) {
  EXPECT_TRUE(found(made_.lines).empty());
  ASSERT_EQ(made_.documents.size(), 1U);
  EXPECT_NE(made_.lines.find(R"("decision":"12/QĐ-UBND")"), std::string::npos);
}

TEST_F(ExportTest, C19_WhatWasChangedIsFound) {
  using C = Code;
  EXPECT_EQ(found(with("Nguyễn Thị Ánh", "Nguyễn Thị Anh")),
            std::vector{C::kInspectionFileDiffers});
  EXPECT_EQ(found(with(R"("copies":2)", R"("copies":3)")), std::vector{C::kInspectionFileDiffers});
  // A row taken out.
  const auto first = made_.lines.find("\n") + 1, second = made_.lines.find("\n", first) + 1;
  auto lines = made_.lines;
  lines.erase(first, second - first);
  EXPECT_EQ(found(lines), (std::vector{C::kBookNumberMissing, C::kInspectionFileDiffers}));
  EXPECT_EQ(found(with(R"("last":2)", R"("last":1)")),
            (std::vector{C::kBookCounterDiffers, C::kInspectionFileDiffers}));
  const auto document = made_.lines.find(R"(,"document":)");
  const auto end = made_.lines.find("}}", document);
  lines = made_.lines;
  lines.erase(document, end + 1 - document);
  EXPECT_EQ(found(lines), (std::vector{C::kInspectionDocumentMissing, C::kInspectionFileDiffers}));
}

TEST_F(ExportTest, WhatIsNoExportIsUnreadable) {
  const std::vector none{Code::kInspectionUnreadable};
  EXPECT_EQ(found(""), none);
  EXPECT_EQ(found("{}\n"), none);
  EXPECT_EQ(found(made_.lines + "{}\n"), none);
  EXPECT_EQ(found(made_.lines.substr(0, made_.lines.size() - 1)), none);
  EXPECT_EQ(found(with("\"number\":1,", "\"number\":-1,")), none);
  EXPECT_EQ(found(with("\"number\":1,", "\"number\":9223372036854775807,")), none);
  EXPECT_EQ(found(with("\"row\":", "\"now\":")), none);
}

TEST_F(ExportTest, C19_DocumentsBesideItAreThoseThatItLists) {
  const auto folder = folder_.path() + "/inspection";
  const auto documents = folder + "/" + kExportDocuments;
  ASSERT_TRUE(make_folder(documents));
  ASSERT_TRUE(write_file(folder + "/" + kExportLines, {as_bytes(made_.lines)}, IfExists::kRefuse));
  const auto codes = [&] {
    std::vector<Code> all;
    const auto findings = check_export(folder);
    EXPECT_TRUE(findings);
    for (const auto& finding : findings.value()) all.push_back(finding.code);
    return all;
  };
  EXPECT_EQ(codes(), std::vector{Code::kInspectionFileMissing});
  const auto name = to_hex(made_.documents.at(0).sha256) + ".pdf";
  std::ofstream(documents + "/" + name) << "another";
  std::ofstream(documents + "/x.pdf") << "more";
  EXPECT_EQ(codes(), (std::vector{Code::kInspectionFileDiffers, Code::kInspectionFileExtra}));
  std::filesystem::remove_all(documents);
  EXPECT_TRUE(codes().empty());
}

class BookWatchTest : public BooksTest {
 protected:
  void SetUp() override {
    BooksTest::SetUp();
    if (IsSkipped()) return;
    auto tables = std::make_shared<OfficeTables>();
    tables->office = std::move(office_);
    rules_ = tables->office.get();
    current_.use(std::move(tables));
    log_file_ = ::open((folder_.path() + "/log").c_str(), O_CREAT | O_RDWR | O_APPEND, 0600);
    log_.emplace(log_file_, clock_);
    watch_.emplace(BookWatch::Parts{.store = store_.get(),
                                    .office = &current_,
                                    .log = &*log_,
                                    .metrics = &metrics_,
                                    .clock = &clock_});
  }
  void TearDown() override { ::close(log_file_); }
  void reserved(const std::string& day) {
    casework::Case one;
    one.unit = "H40.7";
    const auto series = rules_->series(one, {}, *from_rfc3339(day + "T05:00:00Z"));
    ASSERT_TRUE(in_books([&](Books& books) -> Status {
      ANTIN_TRY(const auto made, books.reserve(series.value(), "", {}));
      static_cast<void>(made);
      return Done{};
    }));
  }
  std::size_t told(const std::string& what) const {
    std::ifstream in(folder_.path() + "/log");
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
    return count;
  }
  bool gauge(const std::string& line) const {
    return metrics_.text().find(line + "\n") != std::string::npos;
  }
  CurrentOffice current_;
  const OfficeRules* rules_ = nullptr;
  Metrics metrics_;
  int log_file_ = -1;
  std::optional<Log> log_;
  std::optional<BookWatch> watch_;
};

TEST_F(BookWatchTest, C10_ALateNumberIsAGaugeAndAnAlarmOnceADay) {
  // Friday; it is late when Monday is over.
  reserved("2026-11-20");
  ASSERT_TRUE(watch_->look());
  EXPECT_EQ(told("book_rows_late"), 0U);
  clock_.advance(std::chrono::hours(24));
  ASSERT_TRUE(watch_->look());
  ASSERT_TRUE(watch_->look());
  EXPECT_TRUE(gauge("antin_book_rows_late{unit=\"H40.7\"} 1"));
  EXPECT_EQ(told("book_rows_late"), 1U);
  clock_.advance(std::chrono::hours(24));
  ASSERT_TRUE(watch_->look());
  EXPECT_EQ(told("book_rows_late"), 2U);
  voided(kBook + "/1");
  ASSERT_TRUE(watch_->look());
  EXPECT_TRUE(gauge("antin_book_rows_late{unit=\"H40.7\"} 0"));
  EXPECT_EQ(told("book_rows_late"), 2U);
}

TEST_F(BookWatchTest, C19_ABookOfAPastYearThatNobodyClosedIsTold) {
  reserved("2026-11-20");
  ASSERT_TRUE(watch_->look());
  EXPECT_TRUE(gauge("antin_books_unclosed 0"));
  // The last second of the year at UTC+07:00, and the next.
  const auto to_the_end = *from_rfc3339("2026-12-31T16:59:59Z");
  clock_.advance(to_the_end.since_epoch() - kNow.since_epoch());
  ASSERT_TRUE(watch_->look());
  EXPECT_EQ(told("book_year_unclosed"), 0U);
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(watch_->look());
  EXPECT_TRUE(gauge("antin_books_unclosed 1"));
  EXPECT_EQ(told("book_year_unclosed"), 1U);
}

}  // namespace
}  // namespace antin::service
