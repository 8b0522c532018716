#include "service/antind/book_print.h"

#include <algorithm>

#include "service/antind/query.h"
#include "service/office/legal_day.h"
#include "service/office/numbering.h"
#include "service/store/store_values.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using casework::Book;
using casework::BookRow;
using casework::Books;
using casework::RowState;
using office::LegalDay;

constexpr std::size_t kPortion = 1'000;
constexpr std::size_t kMostRows = 30'000;
constexpr const char* kCertifiedLayout = "so-chung-thuc";
constexpr const char* kOtherLayout = "so-dang-ky";

// 1234567 -> "1.234.567"
std::string thousands(std::int64_t number) {
  auto digits = std::to_string(number);
  for (auto at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ".");
  return digits;
}

/// The days that it tells of, in order, and how people call them.
struct Period {
  std::string first, last, words;
};

Result<Period> period_of(const BookPart& part, LegalDay today) {
  const auto year = std::to_string(part.book.id.year);
  Period period{year + "-01-01", year + "-12-31", "năm " + year};
  if (part.month.empty()) return period;
  if (!is_month(part.month) || part.month.substr(0, 4) != year) return wrong_parameter("month");
  const auto number = static_cast<unsigned>(std::stoul(part.month.substr(5)));
  const auto first = LegalDay::from(part.book.id.year, number, 1);
  if (!first || *first > today) return wrong_parameter("month");
  return Period{first->iso(), month_after(*first).plus_days(-1).iso(),
                "tháng " + std::to_string(number) + " năm " + year};
}

struct Contents {
  cbor::Array rows;
  std::vector<std::string> volumes;
  std::int64_t finals = 0, copies = 0, fee = 0, voided = 0;
};

// C-18: what was cancelled afterwards stays in its row, with the decision.
Result<std::string> note_of(Store& store, const BookRow& row) {
  if (row.state == RowState::kReserved) return std::string("Chưa hoàn thành");
  if (row.original.empty()) return row.note;
  ANTIN_TRY(const auto original, store.original(row.original));
  if (!original || !original->entry || original->entry->decision.empty()) return row.note;
  const auto& entry = *original->entry;
  const std::string what = entry.state == "recalled" ? "Thu hồi" : "Hủy bỏ giá trị pháp lý";
  return (row.note.empty() ? "" : row.note + "; ") + what + ": Quyết định số " + entry.decision +
         " ngày " + vietnam_day(entry.decision_day);
}

Status add(Store& store, const BookRow& row, Contents& contents) {
  auto& volumes = contents.volumes;
  if (volumes.empty() || volumes.back() != row.book_name) volumes.push_back(row.book_name);
  const bool final = row.state == RowState::kFinal;
  if (row.state == RowState::kVoided) ++contents.voided;
  if (final) {
    ++contents.finals;
    contents.copies += row.facts.copies;
    contents.fee += row.facts.fee;
  }
  ANTIN_TRY(const auto note, note_of(store, row));
  // What was not certified has neither copies nor a fee.
  contents.rows.push_back(cbor::Array{row.text, vietnam_day(row.day), row.facts.requester,
                                      row.facts.paper, row.facts.signer,
                                      final ? std::to_string(row.facts.copies) : std::string(),
                                      final ? thousands(row.facts.fee) : std::string(), note});
  return Done{};
}

Result<Contents> contents_of(Store& store, const Book& book, const Period& period) {
  Contents contents;
  for (std::int64_t from = 1;;) {
    std::vector<BookRow> rows;
    ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
      ANTIN_TRY(rows, Books(database, {}, UtcTime{{}}, {})
                          .rows_of_days(book.id.text(), period.first, period.last, from, kPortion));
      return Done{};
    }));
    if (contents.rows.size() + rows.size() > kMostRows)
      return make_error(Code::kLayoutTooLarge, book.id.text(), {{"mau", book.name}});
    for (const auto& row : rows) ANTIN_CHECK(add(store, row, contents));
    if (rows.size() < kPortion) return contents;
    from = rows.back().number + 1;
  }
}

// "01/2026", "01/2026, 02/2026", "01/2026 đến 09/2026"; and the symbol that they share.
std::pair<std::string, std::string> volumes_of(const Book& book,
                                               const std::vector<std::string>& names) {
  const auto number = [](const std::string& name) {
    const auto read = office::BookName::parse(name);
    return read ? read.value().text() : name;
  };
  const auto symbol = office::BookName::parse(book.name);
  std::string text = number(names.empty() ? book.name : names.front());
  if (names.size() == 2) text += ", " + number(names.back());
  if (names.size() > 2) text += " đến " + number(names.back());
  return {text, symbol && !symbol.value().symbol.empty() ? symbol.value().symbol : book.id.series};
}

}  // namespace

bool is_month(const std::string& text) {
  return text.size() == 7 && LegalDay::parse(text + "-01").has_value();
}

LegalDay month_after(LegalDay first) {
  constexpr int kLongest = 31;
  const auto within = first.plus_days(kLongest);
  return within.plus_days(1 - static_cast<int>(within.day()));
}

Result<LetterOrder> book_print(Store& store, const OfficeRules& office, const std::string& layouts,
                               const BookPart& part, UtcTime now) {
  if (layouts.empty()) return make_error(Code::kBookPrintUnset, "office.layouts");
  const auto& book = part.book;
  const auto today = LegalDay::of(now);
  ANTIN_TRY(const auto period, period_of(part, today));
  // A month that is over keeps the names and the template of its last day.
  const auto last = std::min(LegalDay::parse(period.last).value_or(today), today);
  constexpr office::TimeOfDay kNoon{12, 0, 0};
  const auto at = last.at(kNoon);
  ANTIN_TRY(const auto unit, office.unit_name(book.id.unit, at));
  ANTIN_TRY(const auto words, office.book_words(book.id, at));
  ANTIN_TRY(auto contents, contents_of(store, book, period));
  const bool certified = book.id.product == casework::Product::kCertifiedCopy;
  LetterOrder order{.toml = {}, .day = last.iso(), .made_at = seconds(now)};
  ANTIN_TRY(order.toml, read_template(layouts, certified ? kCertifiedLayout : kOtherLayout));
  const auto [volumes, symbol] = volumes_of(book, contents.volumes);
  order.values = {{"co_quan", upper_case(unit)},
                  {"quyen", volumes},
                  {"ky_hieu", symbol},
                  {"ky", period.words},
                  {"so_viec", thousands(contents.finals)},
                  {"so_ban_sao", thousands(contents.copies)},
                  {"tong_phi", thousands(contents.fee)},
                  {"so_huy", thousands(contents.voided)}};
  order.values.emplace(certified ? "loai_so" : "ten_so", certified ? words.form : words.title);
  // Whoever signs the confirmation writes place and name: the book does not know them.
  if (book.closed && part.month.empty()) {
    order.values.emplace("khoa_so", period.words);
    order.values.emplace("dia_danh", "....................");
    order.values.emplace("ngay", book.closed_day);
    order.values.emplace("chuc_vu", "NGƯỜI KHÓA SỔ");
  }
  order.rows = std::move(contents.rows);
  return order;
}

}  // namespace antin::service
