#include "service/antind/book_watch.h"

#include "service/antind/line.h"
#include "service/text/numbers.h"

namespace antin::service {
namespace {

using casework::Books;

// Whoever opens the office in the morning finds it; a number is late by days and not by minutes.
constexpr std::chrono::minutes kEvery{5};

std::string label(const std::string& unit) {
  return "unit=" + in_quotes(unit);
}

}  // namespace

void BookWatch::start() {
  thread_ = std::thread([this] { run(); });
}

void BookWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BookWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    if (const auto looked = look(); !looked)
      parts_.log->write(Log::Level::kWarning, "books_not_looked_at",
                        {{"error", to_log_line(looked.error())}});
    lock.lock();
    wanted_.wait_for(lock, kEvery, [this] { return stopping_; });
  }
}

Status BookWatch::look() {
  const auto tables = parts_.office->now();
  if (!tables->office) return Done{};
  const auto today = legal_day(parts_.clock->utc_now());
  return parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_CHECK(look_for_late_rows(database, *tables->office, today));
    return look_for_open_years(database, today);
  });
}

Status BookWatch::look_for_late_rows(Database& database, const OfficeRules& office,
                                     const std::string& today) {
  Books books(database, {}, parts_.clock->utc_now(), {});
  const auto before = office.late_before(parts_.clock->utc_now());
  ANTIN_TRY(const auto late, books.count_open_before(before));
  std::map<std::string, std::int64_t> now;
  for (const auto& unit : units_) now[unit] = 0;
  for (const auto& one : late) now[one.unit] = one.rows;
  for (const auto& [unit, rows] : now) {
    units_.insert(unit);
    parts_.metrics->gauge("antin_book_rows_late", label(unit), static_cast<double>(rows));
    if (rows == 0) told_.erase("late " + unit);
  }
  for (const auto& one : late) {
    auto& told = told_["late " + one.unit];
    const auto fresh = std::pair{today, one.rows};
    if (told == fresh) continue;
    told = fresh;
    const Params params{{"so", std::to_string(one.rows) + " (" + one.unit + ")"},
                        {"ngay", vietnam_day(one.oldest)}};
    parts_.log->write(Log::Level::kError, "book_rows_late",
                      {{"code", std::string(info(Code::kBookRowLate).name)},
                       {"unit", one.unit},
                       {"rows", std::to_string(one.rows)},
                       {"oldest", one.oldest},
                       {"vi", sentence(Code::kBookRowLate, Language::kVietnamese, params)},
                       {"action", advice(Code::kBookRowLate, Language::kVietnamese, params)}});
  }
  return Done{};
}

// NĐ 23/2015 Đ13 k3: a year's books are closed when it ends; cases that are open then have until
// their numbers are late.
Status BookWatch::look_for_open_years(Database& database, const std::string& today) {
  Books books(database, {}, parts_.clock->utc_now(), {});
  ANTIN_TRY(const auto all, books.books({}, 0));
  const auto year = std::stoi(today.substr(0, 4));
  std::int64_t open = 0;
  for (const auto& book : all) {
    if (book.closed || book.id.year >= year) continue;
    ++open;
    auto& told = told_["open " + book.id.text()];
    if (told.first == today) continue;
    told = {today, 0};
    const Params params{{"so", book.name}, {"nam", std::to_string(book.id.year)}};
    parts_.log->write(Log::Level::kWarning, "book_year_unclosed",
                      {{"code", std::string(info(Code::kBookYearUnclosed).name)},
                       {"book", book.id.text()},
                       {"vi", sentence(Code::kBookYearUnclosed, Language::kVietnamese, params)},
                       {"action", advice(Code::kBookYearUnclosed, Language::kVietnamese, params)}});
  }
  parts_.metrics->gauge("antin_books_unclosed", "", static_cast<double>(open));
  return Done{};
}

}  // namespace antin::service
