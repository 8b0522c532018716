#include "service/casework/book.h"

#include <csignal>
#include <set>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "service/audit/verify.h"
#include "service/store/backup.h"
#include "tests/unit/service/casework/casework_fixture.h"

namespace antin::casework {
namespace {

class BookTest : public CaseworkFixture {
 protected:
  Result<Book> closed(const std::string& book, const std::string& day) {
    Book after;
    ANTIN_CHECK(in_books([&](Books& books) -> Status {
      ANTIN_TRY(after, books.close(book, day));
      return Done{};
    }));
    return after;
  }
  Status finish(const std::string& row) {
    return in_books(
        [&](Books& books) { return books.finish(row, "CHỦ TỊCH Trần Văn Bình", "o-1"); });
  }
  std::vector<BookRow> rows(const std::string& book) {
    std::vector<BookRow> all;
    EXPECT_TRUE(in_books([&](Books& books) -> Status {
      ANTIN_TRY(all, books.rows(book, 1, 1'000));
      return Done{};
    }));
    return all;
  }
  Findings check() {
    Findings found;
    EXPECT_TRUE(in_books([&](Books& books) -> Status {
      ANTIN_TRY(found, books.check());
      return Done{};
    }));
    return found;
  }
  // What antin audit verify finds, as "kind id".
  std::vector<std::string> audit_findings() {
    std::vector<std::string> all;
    const auto done = store_->in_transaction([&](Database& database) -> Status {
      all.clear();
      audit::VerifyReport report;
      audit::RegisterCheck rows(database, report);
      ANTIN_TRY(const auto walked,
                audit::verify_log(database, audit::Log::kAudit,
                                  {.kept = {}, .on_record = [&](const audit::AuditRecord& record) {
                                     return rows.on_record(record);
                                   }}));
      static_cast<void>(walked);
      ANTIN_CHECK(rows.finish());
      for (const auto& finding : report.findings) {
        EXPECT_EQ(finding.code, Code::kAuditRegisterDiffers);
        all.push_back(finding.params.at(0).second + " " + finding.params.at(1).second);
      }
      return Done{};
    });
    EXPECT_TRUE(done);
    return all;
  }
};

const std::string kBook = "H40.7/certified_copy/dien_tu/2026";

TEST_F(BookTest, C10_NumbersStartAt01AndFollowEachOther) {
  open_logged();
  EXPECT_EQ(reserve(series()).value().text, "01/ĐT");
  EXPECT_EQ(reserve(series()).value().text, "02/ĐT");
  const auto third = reserve(series()).value();
  EXPECT_EQ(third.text, "03/ĐT");
  EXPECT_EQ(third.book_name, "01/2026-SCT/BS");
  EXPECT_EQ(third.id, kBook + "/3");
  EXPECT_EQ(third.state, RowState::kReserved);
}

TEST_F(BookTest, C09_EachUnitAndKindHasItsOwnSeries) {
  open_logged();
  EXPECT_EQ(reserve(series()).value().number, 1);
  EXPECT_EQ(reserve(series("2026-11-21", "H40.7", "giay")).value().number, 1);
  EXPECT_EQ(reserve(series("2026-11-21", "H40.8")).value().number, 1);
  EXPECT_EQ(reserve(series()).value().number, 2);
}

TEST_F(BookTest, C10_NumbersStartAt01EachYear) {
  open_logged();
  EXPECT_EQ(reserve(series("2026-12-31")).value().text, "01/ĐT");
  const auto next = reserve(series("2027-01-01")).value();
  EXPECT_EQ(next.text, "01/ĐT");
  EXPECT_EQ(next.book_name, "01/2027-SCT/BS");
}

TEST_F(BookTest, C10_AnOpenNumberOfTheOldYearIsFinishedInTheNewOneAndThenItsBookIsClosed) {
  open_logged();
  const auto old = reserve(series("2026-12-31"), "case-1").value();
  const auto next = reserve(series("2027-01-01"), "case-2").value();
  EXPECT_EQ(next.text, "01/ĐT");
  EXPECT_EQ(code_of(closed(kBook, "2027-01-01")), Code::kBookRowOpen);
  ASSERT_TRUE(finish(old.id));
  EXPECT_EQ(closed(kBook, "2027-01-01").value().closed_day, "2027-01-01");
  EXPECT_EQ(rows(kBook).at(0).day, "2026-12-31");
  EXPECT_TRUE(finish(next.id));
  EXPECT_EQ(code_of(reserve(series("2026-12-31"))), Code::kBookDayBefore);
  EXPECT_TRUE(check().empty());
  EXPECT_TRUE(audit_findings().empty());
}

TEST_F(BookTest, C10_NumbersGoOnThroughTheVolumesOfAYear) {
  open_logged();
  const auto next_volume = [&](const std::string& name) {
    return in_books([&](Books& books) -> Status {
      ANTIN_TRY(const auto after, books.next_volume(kBook, name));
      EXPECT_EQ(after.name, name);
      return Done{};
    });
  };
  ASSERT_TRUE(reserve(series()));
  ASSERT_TRUE(next_volume("02/2026-SCT/BS"));
  // An empty volume has no end and no beginning.
  EXPECT_EQ(code_of(next_volume("03/2026-SCT/BS")), Code::kBookVolumeEmpty);
  const auto second = reserve(series()).value();
  EXPECT_EQ(second.text, "02/ĐT");
  EXPECT_EQ(second.book_name, "02/2026-SCT/BS");
  EXPECT_EQ(rows(kBook).at(0).book_name, "01/2026-SCT/BS");
  EXPECT_TRUE(check().empty());
  EXPECT_TRUE(audit_findings().empty());
  ASSERT_TRUE(finish(kBook + "/1"));
  ASSERT_TRUE(finish(second.id));
  ASSERT_TRUE(closed(kBook, "2026-12-31"));
  EXPECT_EQ(code_of(next_volume("03/2026-SCT/BS")), Code::kBookClosed);
}

TEST_F(BookTest, C10_LateNumbersAreCountedByUnit) {
  open_logged();
  ASSERT_TRUE(reserve(series("2026-11-18")));
  ASSERT_TRUE(reserve(series("2026-11-19")));
  ASSERT_TRUE(reserve(series("2026-11-19", "H40.8")));
  const auto ended = reserve(series("2026-11-19")).value();
  ASSERT_TRUE(finish(ended.id));
  std::vector<LateRows> late;
  ASSERT_TRUE(in_books([&](Books& books) -> Status {
    ANTIN_TRY(late, books.count_open_before("2026-11-20"));
    return Done{};
  }));
  ASSERT_EQ(late.size(), 2U);
  EXPECT_EQ(late[0].unit, "H40.7");
  EXPECT_EQ(late[0].rows, 2);
  EXPECT_EQ(late[0].oldest, "2026-11-18");
  EXPECT_EQ(late[1].rows, 1);
}

TEST_F(BookTest, C19_RowsOfAMonthAreThoseOfItsDays) {
  open_logged();
  for (const auto* day : {"2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"})
    ASSERT_TRUE(reserve(series(day)));
  std::vector<BookRow> found;
  ASSERT_TRUE(in_books([&](Books& books) -> Status {
    ANTIN_TRY(found, books.rows_of_days(kBook, "2026-11-01", "2026-11-30", 1, 10));
    return Done{};
  }));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].number, 2);
  EXPECT_EQ(found[1].number, 3);
}

TEST_F(BookTest, C10_AClockPutBackGivesNoNumber) {
  open_logged();
  ASSERT_TRUE(reserve(series("2026-11-21")));
  EXPECT_EQ(code_of(reserve(series("2026-11-20"))), Code::kBookDayBefore);
  ASSERT_TRUE(reserve(series("2027-01-01")));
  EXPECT_EQ(code_of(reserve(series("2026-12-31"))), Code::kBookDayBefore);
  EXPECT_EQ(reserve(series("2027-01-01")).value().number, 2);
  EXPECT_EQ(rows(kBook).size(), 1U);
}

TEST_F(BookTest, C10_WhatFailsTakesNoNumber) {
  open_logged();
  ASSERT_TRUE(reserve(series()));
  const auto failed = in_books([&](Books& books) -> Status {
    ANTIN_TRY(const auto row, books.reserve(series(), {}, {}));
    EXPECT_EQ(row.number, 2);
    return make_error(Code::kInternal, "the rest of the change");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(reserve(series()).value().number, 2);
  EXPECT_TRUE(check().empty());
}

TEST_F(BookTest, C10_AVoidedNumberStaysWithItsReasonAndIsNotUsedAgain) {
  open_logged();
  const auto row = reserve(series()).value();
  ASSERT_TRUE(in_books([&](Books& books) { return books.void_row(row.id, "quét nhầm giấy tờ"); }));
  EXPECT_EQ(reserve(series()).value().number, 2);
  const auto all = rows(kBook);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].state, RowState::kVoided);
  EXPECT_EQ(all[0].note, "Hủy: quét nhầm giấy tờ");
}

TEST_F(BookTest, AFinalOrVoidedRowDoesNotChange) {
  open_logged();
  const auto first = reserve(series()).value();
  const auto second = reserve(series()).value();
  ASSERT_TRUE(finish(first.id));
  ASSERT_TRUE(in_books([&](Books& books) { return books.void_row(second.id, "thôi"); }));
  for (const auto& row : {first, second}) {
    EXPECT_EQ(code_of(finish(row.id)), Code::kBookRowFinal);
    EXPECT_EQ(code_of(in_books([&](Books& books) { return books.void_row(row.id, "lại"); })),
              Code::kBookRowFinal);
  }
  EXPECT_EQ(code_of(finish("H40.7/certified_copy/dien_tu/2026/9")), Code::kBookUnknown);
}

TEST_F(BookTest, C19_AYearIsClosedOnceItsRowsAreAndThenNothingChanges) {
  open_logged();
  const auto first = reserve(series()).value();
  const auto second = reserve(series()).value();
  ASSERT_TRUE(finish(first.id));
  EXPECT_EQ(code_of(closed(kBook, "2026-12-30")), Code::kBookYearRunning);
  const auto open = closed(kBook, "2026-12-31");
  ASSERT_EQ(code_of(open), Code::kBookRowOpen);
  EXPECT_EQ(open.error().params.at(1).second, "02/ĐT");
  ASSERT_TRUE(in_books([&](Books& books) { return books.void_row(second.id, "thôi"); }));
  const auto book = closed(kBook, "2026-12-31");
  ASSERT_TRUE(book);
  EXPECT_NE(book.value().totals.find(R"("final":1,"voided":1,"copies":1)"), std::string::npos);
  EXPECT_EQ(code_of(reserve(series("2026-12-31"))), Code::kBookClosed);
  EXPECT_EQ(code_of(closed(kBook, "2027-01-01")), Code::kBookClosed);
  EXPECT_EQ(code_of(finish(first.id)), Code::kBookClosed);
  EXPECT_EQ(reserve(series("2027-01-01")).value().number, 1);
  EXPECT_TRUE(check().empty());
}

TEST_F(BookTest, C10_RowsThatAreNotFinishedInTimeAreNamed) {
  open_logged();
  const auto first = reserve(series("2026-11-20")).value();
  const auto second = reserve(series("2026-11-20")).value();
  ASSERT_TRUE(reserve(series("2026-11-23")));
  ASSERT_TRUE(finish(second.id));
  std::vector<BookRow> late;
  ASSERT_TRUE(in_books([&](Books& books) -> Status {
    ANTIN_TRY(late, books.open_before("2026-11-23"));
    return Done{};
  }));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].id, first.id);
}

TEST_F(BookTest, C19_ARowThatSomebodyChangedIsNamedByTheAuditLog) {
  open_logged();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(finish(reserve(series()).value().id));
  EXPECT_TRUE(audit_findings().empty());
  ASSERT_TRUE(database()->execute("UPDATE book_row SET copies=2 WHERE number=2"));
  EXPECT_EQ(audit_findings(), std::vector<std::string>{"book_row " + kBook + "/2"});
}

TEST_F(BookTest, C19_ARowThatSomebodyRemovedIsNamedByTheAuditLogAndMissingInTheBook) {
  open_logged();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(finish(reserve(series()).value().id));
  EXPECT_TRUE(check().empty());
  // The last one, and the counter with it: the book alone looks whole.
  ASSERT_TRUE(database()->execute("DELETE FROM book_row WHERE number=3"));
  const auto missing = check();
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].code, Code::kBookNumberMissing);
  EXPECT_EQ(missing[0].params.at(1).second, "3");
  ASSERT_TRUE(database()->execute("UPDATE book SET last=2"));
  EXPECT_TRUE(check().empty());
  EXPECT_EQ(audit_findings(), std::vector<std::string>{"book_row " + kBook + "/3"});
}

TEST_F(BookTest, C19_ARowThatSomebodyAddedIsFound) {
  open_logged();
  ASSERT_TRUE(finish(reserve(series()).value().id));
  ASSERT_TRUE(database()->execute("INSERT INTO log_fact(name, value) VALUES('began', '0')"));
  ASSERT_TRUE(database()->execute(
      "INSERT INTO book_row SELECT id||'0', book, book_name, 10, text, day, state, case_id,"
      " requester, paper, signer, copies, fee, note, original, created FROM book_row"));
  EXPECT_EQ(audit_findings(), std::vector<std::string>{"book_row " + kBook + "/10"});
  const auto found = check();
  ASSERT_EQ(found.size(), 9U);
  EXPECT_EQ(found[0].code, Code::kBookNumberMissing);
  EXPECT_EQ(found[8].code, Code::kBookCounterDiffers);
}

TEST_F(BookTest, C19_ARowOfAClosedBookThatSomebodyChangedIsFoundWithoutTheLog) {
  open_logged();
  ASSERT_TRUE(finish(reserve(series()).value().id));
  ASSERT_TRUE(closed(kBook, "2026-12-31"));
  EXPECT_TRUE(check().empty());
  ASSERT_TRUE(database()->execute("UPDATE book_row SET requester='Trần Văn Khác'"));
  const auto found = check();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, Code::kBookRowDiffers);
}

TEST_F(BookTest, A04_ARestoredStoreGivesNoNumberTwice) {
  open_logged();
  ASSERT_TRUE(reserve(series()));
  const auto backup = folder_.path() + "/backup";
  ASSERT_TRUE(service::make_backup(settings_, {}, backup, clock_));
  // Given after the backup, on paper already.
  ASSERT_EQ(reserve(series()).value().number, 2);
  ASSERT_EQ(reserve(series()).value().number, 3);
  const auto folder = folder_.path() + "/restored";
  ASSERT_TRUE(service::restore_backup(backup, {.folder = folder}));
  auto restored = service::Store::open(folder);
  ASSERT_TRUE(restored);
  store_ = std::move(restored).value();
  settings_ = {.folder = folder};
  EXPECT_EQ(code_of(reserve(series())), Code::kStoreHeld);
  EXPECT_EQ(rows(kBook).size(), 1U);
  const auto skip = [&](std::int64_t number) {
    return in_books([&](Books& books) -> Status {
      ANTIN_TRY(const auto book, books.skip(kBook, number, "khôi phục dữ liệu", "2026-11-21"));
      EXPECT_EQ(book.last, number);
      return Done{};
    });
  };
  ASSERT_TRUE(skip(3));
  EXPECT_EQ(code_of(skip(3)), Code::kBookNumberGiven);
  ASSERT_TRUE(store_->release("{}", kNow));
  EXPECT_EQ(reserve(series()).value().number, 4);
  EXPECT_EQ(rows(kBook).at(1).note, "Hủy: khôi phục dữ liệu");
  EXPECT_TRUE(check().empty());
}

// Two nodes on one database, many callers each.
TEST_F(BookTest, C10_TwoHundredAtOnceGive1To200ExactlyOnce) {
  open_logged();
  auto other = service::Store::open(settings_);
  ASSERT_TRUE(other);
  constexpr int kThreads = 8, kEach = 25;
  std::mutex mutex;
  std::multiset<std::int64_t> given;
  std::vector<std::thread> callers;
  for (int i = 0; i < kThreads; ++i) {
    auto& node = i % 2 == 0 ? *store_ : *other.value();
    callers.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        std::int64_t number = 0;
        const auto done = node.in_transaction([&](Database& database) -> Status {
          Books books(
              database, [](const auto&) { return Status(Done{}); }, kNow, "key-1");
          ANTIN_TRY(const auto row, books.reserve(series(), {}, {}));
          number = row.number;
          return Done{};
        });
        const std::lock_guard lock(mutex);
        given.insert(done ? number : -1);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  std::multiset<std::int64_t> wanted;
  for (int n = 1; n <= kThreads * kEach; ++n) wanted.insert(n);
  EXPECT_EQ(given, wanted);
  EXPECT_EQ(rows(kBook).size(), 200U);
  EXPECT_TRUE(check().empty());
}

// A node that is a process of its own: for each octet it is sent it takes a number, and says the
// number once that is committed.
class Node {
 public:
  explicit Node(const service::Store::Settings& settings) {
    if (::pipe(orders_.data()) != 0 || ::pipe(answers_.data()) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) serve(settings);
    ::close(orders_[0]);
    ::close(answers_[1]);
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() {
    kill();
    ::close(orders_[1]);
    ::close(answers_[0]);
  }
  void order(std::size_t count) const {
    const std::string octets(count, 'n');
    EXPECT_EQ(::write(orders_[1], octets.data(), octets.size()), static_cast<ssize_t>(count));
  }
  std::optional<std::int64_t> heard() const {
    std::int64_t number = 0;
    if (::read(answers_[0], &number, sizeof number) != sizeof number) return std::nullopt;
    return number;
  }
  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  [[noreturn]] void serve(const service::Store::Settings& settings) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(orders_[1]);
    auto node = service::Store::open(settings);
    for (char octet = 0; node && ::read(orders_[0], &octet, 1) == 1;) {
      std::int64_t number = 0;
      const auto done = node.value()->in_transaction([&](Database& database) -> Status {
        Books books(
            database, [](const auto&) { return Status(Done{}); }, kNow, "key-1");
        ANTIN_TRY(const auto row, books.reserve(series(), {}, {}));
        number = row.number;
        return Done{};
      });
      if (!done || ::write(answers_[1], &number, sizeof number) != sizeof number) break;
    }
    ::_exit(1);
  }
  std::array<int, 2> orders_{}, answers_{};
  pid_t child_ = -1;
};

TEST_F(BookTest, C10_ANodeKilledInTheMiddleLeavesNoGapAndNoNumberTwice) {
  open_logged();
  constexpr std::size_t kRounds = 3, kOrders = 20;
  std::multiset<std::int64_t> given;
  for (std::size_t round = 0; round < kRounds; ++round) {
    Node node(settings_);
    node.order(kOrders);
    for (std::size_t n = 0; n < kOrders / 4; ++n) {
      const auto number = node.heard();
      ASSERT_TRUE(number);
      given.insert(*number);
      given.insert(reserve(series()).value().number);
    }
    node.kill();
    for (auto more = node.heard(); more; more = node.heard()) given.insert(*more);
  }
  given.insert(reserve(series()).value().number);
  // A number whose answer was never heard is in the book all the same, and nobody else has it.
  for (const auto number : given) EXPECT_EQ(given.count(number), 1U) << number;
  const auto all = rows(kBook);
  EXPECT_GE(all.size(), given.size());
  EXPECT_LE(all.size(), given.size() + kRounds);
  EXPECT_TRUE(check().empty());
}

}  // namespace
}  // namespace antin::casework
