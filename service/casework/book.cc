#include "service/casework/book.h"

#include <algorithm>

#include "service/store/conditions.h"
#include "service/store/register_text.h"
#include "service/store/store_values.h"

namespace antin::casework {
namespace {

using service::as_integer;
using service::as_string;
using service::Conditions;
using Kind = service::StoreEvent::Kind;

constexpr const char* kBookColumns =
    "SELECT unit, product, series, year, name, last, last_day, closed, closed_day, totals"
    " FROM book ";
constexpr const char* kRowColumns =
    "SELECT id, book, book_name, number, text, day, state, case_id, requester, paper, signer,"
    " copies, fee, note, original FROM book_row ";

Book read_book(const Database::Row& row) {
  Book book;
  book.id.unit = as_string(row[0]);
  book.id.product = product_named(as_string(row[1])).value_or(Product::kCertifiedCopy);
  book.id.series = as_string(row[2]);
  book.id.year = static_cast<int>(as_integer(row[3]));
  book.name = as_string(row[4]);
  book.last = as_integer(row[5]);
  book.last_day = as_string(row[6]);
  book.closed = as_integer(row[7]) != 0;
  book.closed_day = as_string(row[8]);
  book.totals = as_string(row[9]);
  return book;
}

BookRow read_row(const Database::Row& row) {
  BookRow out;
  out.id = as_string(row[0]);
  out.book = as_string(row[1]);
  out.book_name = as_string(row[2]);
  out.number = as_integer(row[3]);
  out.text = as_string(row[4]);
  out.day = as_string(row[5]);
  out.state = static_cast<RowState>(as_integer(row[6]));
  out.case_id = as_string(row[7]);
  out.facts = {.requester = as_string(row[8]),
               .paper = as_string(row[9]),
               .signer = as_string(row[10]),
               .copies = as_integer(row[11]),
               .fee = as_integer(row[12])};
  out.note = as_string(row[13]);
  out.original = as_string(row[14]);
  return out;
}

std::string row_id(const std::string& book, std::int64_t number) {
  return book + "/" + std::to_string(number);
}

Error wrong(const char* what, const char* why) {
  return make_error(Code::kCaseFacts, what, {{"muc", what}, {"ly_do", why}});
}

// Names of a path: what people type into a search must not mean another book.
bool is_part(const std::string& text) {
  return !text.empty() && text.size() <= 128 && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

Error closed(const Book& book) {
  return make_error(Code::kBookClosed, book.id.text(), {{"so", book.name}});
}

}  // namespace

std::string BookId::text() const {
  return unit + "/" + std::string(casework::name(product)) + "/" + series + "/" +
         std::to_string(year);
}

std::string_view name(RowState state) noexcept {
  switch (state) {
    case RowState::kReserved:
      return "reserved";
    case RowState::kFinal:
      return "final";
    case RowState::kVoided:
      break;
  }
  return "voided";
}

Status Books::told(Kind kind, const std::string& subject, const std::string& state) {
  return tell_(
      {.kind = kind, .subject = subject, .actor = actor_, .document_sha256 = {}, .state = state});
}

// what was given after the backup is not in a restored store.
Status Books::not_held() {
  ANTIN_TRY(const auto held, database_.query("SELECT value FROM store_state WHERE name='held'"));
  if (held.empty()) return Done{};
  return make_error(Code::kStoreHeld, "book", {{"at", as_string(held[0][0])}});
}

Status Books::open_book(const Series& series) {
  const auto& id = series.id;
  if (!is_part(id.unit) || id.unit.find('/') != std::string::npos) return wrong("unit", "unit");
  if (!is_part(id.series)) return wrong("series", "series");
  if (!is_part(series.name)) return wrong("book", "book");
  if (!service::is_day(series.day) || std::to_string(id.year) != series.day.substr(0, 4))
    return make_error(Code::kInternal, "day of a series");
  // The clock was put back: neither days nor years may stand in the wrong order.
  ANTIN_TRY(const auto newest,
            database_.query("SELECT MAX(last_day) FROM book WHERE unit=?1 AND product=?2"
                            " AND series=?3",
                            {id.unit, std::string(casework::name(id.product)), id.series}));
  if (const auto last = as_string(newest.at(0)[0]); series.day < last)
    return make_error(
        Code::kBookDayBefore, id.text(),
        {{"ngay", service::vietnam_day(series.day)}, {"cuoi", service::vietnam_day(last)}});
  ANTIN_TRY(const auto made,
            database_.query(
                "INSERT INTO book(id, unit, product, series, year, name, last, last_day, closed,"
                " closed_day, totals, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, '', '', ?8)"
                " ON CONFLICT DO NOTHING RETURNING id",
                {id.text(), id.unit, std::string(casework::name(id.product)), id.series,
                 std::int64_t{id.year}, series.name, series.day, service::seconds(now_)}));
  return made.empty() ? Status{Done{}} : told(Kind::kBook, id.text(), "open");
}

Status Books::insert(const BookRow& row) {
  ANTIN_CHECK(database_.execute(
      "INSERT INTO book_row(id, book, book_name, number, text, day, state, case_id, requester,"
      " paper, signer, copies, fee, note, original, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
      " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
      {row.id, row.book, row.book_name, row.number, row.text, row.day,
       static_cast<std::int64_t>(row.state), row.case_id, row.facts.requester, row.facts.paper,
       row.facts.signer, row.facts.copies, row.facts.fee, row.note, row.original,
       service::seconds(now_)}));
  return told(Kind::kBookRow, row.id, std::string(name(row.state)));
}

Result<BookRow> Books::reserve(const Series& series, const std::string& case_id,
                               const BookFacts& facts) {
  ANTIN_CHECK(not_held());
  ANTIN_CHECK(open_book(series));
  const auto id = series.id.text();
  ANTIN_TRY(const auto book, open_one(id));
  const auto number = book.last + 1;
  ANTIN_CHECK(database_.execute("UPDATE book SET last=?2, last_day=?3 WHERE id=?1",
                                {id, number, series.day}));
  BookRow row{.id = row_id(id, number),
              .book = id,
              .book_name = book.name,
              .number = number,
              .text = series.text(number),
              .day = series.day,
              .state = RowState::kReserved,
              .case_id = case_id,
              .facts = facts,
              .note = {},
              .original = {}};
  ANTIN_CHECK(insert(row));
  return row;
}

Result<Book> Books::open_one(const std::string& id) {
  ANTIN_TRY(auto found, book(id));
  if (!found) return make_error(Code::kBookUnknown, id);
  if (found->closed) return closed(*found);
  return std::move(*found);
}

Result<BookRow> Books::reserved(const std::string& id) {
  ANTIN_TRY(auto found, row(id));
  if (!found) return make_error(Code::kBookUnknown, id);
  ANTIN_TRY(const auto book, open_one(found->book));
  static_cast<void>(book);
  if (found->state != RowState::kReserved)
    return make_error(Code::kBookRowFinal, id, {{"so", found->text}});
  return std::move(*found);
}

Status Books::end_row(const BookRow& row) {
  ANTIN_CHECK(database_.execute(
      "UPDATE book_row SET state=?2, signer=?3, note=?4, original=?5 WHERE id=?1",
      {row.id, static_cast<std::int64_t>(row.state), row.facts.signer, row.note, row.original}));
  return told(Kind::kBookRow, row.id, std::string(name(row.state)));
}

Status Books::finish(const std::string& id, const std::string& signer,
                     const std::string& original) {
  ANTIN_TRY(auto row, reserved(id));
  row.state = RowState::kFinal;
  if (!signer.empty()) row.facts.signer = signer;
  row.original = original;
  return end_row(row);
}

Status Books::void_row(const std::string& id, const std::string& reason) {
  ANTIN_TRY(auto row, reserved(id));
  row.state = RowState::kVoided;
  row.note = "Hủy: " + reason;
  return end_row(row);
}

Result<Book> Books::skip(const std::string& id, std::int64_t number, const std::string& reason,
                         const std::string& day) {
  ANTIN_TRY(auto book, open_one(id));
  // Each is a row; far more of them than a year has would be a slip of the hand.
  constexpr std::int64_t kMost = 100'000;
  if (number <= book.last || number - book.last > kMost)
    return make_error(Code::kBookNumberGiven, id,
                      {{"so", std::to_string(number)}, {"tiep", std::to_string(book.last + 1)}});
  for (auto next = book.last + 1; next <= number; ++next)
    ANTIN_CHECK(insert({.id = row_id(id, next),
                        .book = id,
                        .book_name = book.name,
                        .number = next,
                        .text = std::to_string(next),
                        .day = day,
                        .state = RowState::kVoided,
                        .case_id = {},
                        .facts = {.requester = {}, .paper = {}, .signer = {}, .copies = 0},
                        .note = "Hủy: " + reason,
                        .original = {}}));
  book.last = number;
  book.last_day = std::max(book.last_day, day);
  ANTIN_CHECK(database_.execute("UPDATE book SET last=?2, last_day=?3 WHERE id=?1",
                                {id, book.last, book.last_day}));
  return book;
}

// NĐ 23/2015 Đ13 k2: a year may fill several volumes, and its numbers go on through all of them.
Result<Book> Books::next_volume(const std::string& id, const std::string& name) {
  ANTIN_TRY(auto book, open_one(id));
  if (!is_part(name)) return wrong("book", "book");
  ANTIN_TRY(const auto newest, row(row_id(id, book.last)));
  if (!newest || newest->book_name != book.name)
    return make_error(Code::kBookVolumeEmpty, id, {{"so", book.name}});
  book.name = name;
  ANTIN_CHECK(database_.execute("UPDATE book SET name=?2 WHERE id=?1", {id, name}));
  ANTIN_CHECK(told(Kind::kBook, id, "open"));
  return book;
}

Result<Book> Books::close(const std::string& id, const std::string& day) {
  ANTIN_TRY(auto book, open_one(id));
  const auto year = std::to_string(book.id.year);
  if (day < year + "-12-31") return make_error(Code::kBookYearRunning, id, {{"nam", year}});
  ANTIN_TRY(const auto open,
            database_.query("SELECT text FROM book_row WHERE book=?1 AND state=?2 ORDER BY number"
                            " LIMIT 10",
                            {id, static_cast<std::int64_t>(RowState::kReserved)}));
  if (!open.empty()) {
    std::string numbers;
    for (const auto& row : open) numbers += (numbers.empty() ? "" : ", ") + as_string(row[0]);
    return make_error(Code::kBookRowOpen, id, {{"so", book.name}, {"dong", numbers}});
  }
  book.closed = true;
  book.closed_day = day;
  ANTIN_TRY(book.totals, totals(id));
  ANTIN_CHECK(database_.execute("UPDATE book SET closed=1, closed_day=?2, totals=?3 WHERE id=?1",
                                {id, day, book.totals}));
  ANTIN_CHECK(told(Kind::kBook, id, "closed"));
  return book;
}

Result<std::optional<Book>> Books::book(const std::string& id) {
  ANTIN_TRY(const auto rows, database_.query(std::string(kBookColumns) + "WHERE id=?1", {id}));
  if (rows.empty()) return std::optional<Book>();
  return std::optional(read_book(rows[0]));
}

Result<std::vector<Book>> Books::books(const std::vector<std::string>& units, int year,
                                       std::size_t most) {
  Conditions where;
  if (year != 0) where.add("year=", std::int64_t{year});
  where.one_of("unit", units);
  ANTIN_TRY(const auto rows, database_.query(kBookColumns + where.text() + " ORDER BY id LIMIT " +
                                                 std::to_string(most),
                                             where.values()));
  std::vector<Book> found;
  found.reserve(rows.size());
  for (const auto& row : rows) found.push_back(read_book(row));
  return found;
}

Result<std::optional<BookRow>> Books::row(const std::string& id) {
  ANTIN_TRY(const auto rows, database_.query(std::string(kRowColumns) + "WHERE id=?1", {id}));
  if (rows.empty()) return std::optional<BookRow>();
  return std::optional(read_row(rows[0]));
}

Result<std::vector<BookRow>> Books::some_rows(const std::string& condition,
                                              const Database::Values& values, std::size_t most) {
  ANTIN_TRY(const auto rows,
            database_.query(std::string(kRowColumns) + condition + " LIMIT " + std::to_string(most),
                            values));
  std::vector<BookRow> found;
  found.reserve(rows.size());
  for (const auto& row : rows) found.push_back(read_row(row));
  return found;
}

Result<std::vector<BookRow>> Books::rows(const std::string& book, std::int64_t from,
                                         std::size_t most) {
  return some_rows("WHERE book=?1 AND number>=?2 ORDER BY number", {book, from}, most);
}

Result<std::vector<BookRow>> Books::rows_of_days(const std::string& book, const std::string& first,
                                                 const std::string& last, std::int64_t from,
                                                 std::size_t most) {
  return some_rows("WHERE book=?1 AND number>=?2 AND day>=?3 AND day<=?4 ORDER BY number",
                   {book, from, first, last}, most);
}

Result<std::vector<BookRow>> Books::open_before(const std::string& day) {
  constexpr std::size_t kMost = 1'000;
  return some_rows("WHERE state=?1 AND day<?2 ORDER BY day, id",
                   {static_cast<std::int64_t>(RowState::kReserved), day}, kMost);
}

Result<std::vector<LateRows>> Books::count_open_before(const std::string& day) {
  ANTIN_TRY(const auto rows,
            database_.query("SELECT b.unit, COUNT(*), MIN(r.day) FROM book_row r JOIN book b"
                            " ON b.id=r.book WHERE r.state=?1 AND r.day<?2 GROUP BY b.unit"
                            " ORDER BY b.unit",
                            {static_cast<std::int64_t>(RowState::kReserved), day}));
  std::vector<LateRows> found;
  found.reserve(rows.size());
  for (const auto& row : rows)
    found.push_back(
        {.unit = as_string(row[0]), .rows = as_integer(row[1]), .oldest = as_string(row[2])});
  return found;
}

}  // namespace antin::casework
