#include "service/antind/book_export.h"

#include <nlohmann/json.hpp>

#include "service/antind/casework_json.h"
#include "service/antind/sha256.h"

namespace antin::service {
namespace {

using casework::Book;
using casework::BookRow;
using casework::Books;

constexpr std::size_t kPortion = 1'000;

std::string line_of(const OrderedJson& value) {
  return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

OrderedJson facts_of(const BookRow& row) {
  return {{"id", row.id},
          {"number", row.number},
          {"text", row.text},
          {"book", row.book_name},
          {"day", row.day},
          {"state", casework::name(row.state)},
          {"case", row.case_id},
          {"requester", row.facts.requester},
          {"paper", row.facts.paper},
          {"signer", row.facts.signer},
          {"copies", row.facts.copies},
          {"fee", row.facts.fee},
          {"note", row.note},
          {"original", row.original}};
}

Status add_row(Store& store, const BookRow& row, BookExport& out) {
  OrderedJson line = {{"row", facts_of(row)}};
  if (!row.original.empty()) {
    ANTIN_TRY(const auto original, store.original(row.original));
    if (original) {
      OrderedJson document = {{"sha256", to_hex(original->sha256)}, {"size", original->size}};
      if (original->entry) {
        document["pages"] = original->entry->pages;
        document["state"] = original->entry->state;
        document["decision"] = original->entry->decision;
        document["decision_date"] = original->entry->decision_day;
      }
      line["document"] = std::move(document);
      out.documents.push_back({original->sha256, original->size});
    }
  }
  out.lines += line_of(line);
  return Done{};
}

}  // namespace

Result<BookExport> export_book(Store& store, const Book& book, const std::string& unit_name,
                               UtcTime now) {
  // One moment of the book, whatever is entered meanwhile.
  std::vector<BookRow> rows;
  std::string totals;
  Book then;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    Books books(database, {}, now, {});
    rows.clear();
    ANTIN_TRY(const auto found, books.book(book.id.text()));
    if (!found) return make_error(Code::kBookUnknown, book.id.text());
    then = *found;
    for (std::int64_t from = 1;;) {
      ANTIN_TRY(auto portion, books.rows(book.id.text(), from, kPortion));
      const auto count = portion.size();
      if (count != 0) from = portion.back().number + 1;
      rows.insert(rows.end(), std::make_move_iterator(portion.begin()),
                  std::make_move_iterator(portion.end()));
      if (count < kPortion) break;
    }
    ANTIN_TRY(totals, books.totals(book.id.text()));
    return Done{};
  }));
  BookExport out;
  out.lines = line_of({{"schema", "antin-book-export/1"},
                       {"made", to_rfc3339(now)},
                       {"unit_name", unit_name},
                       {"book", book_of(then)},
                       {"totals", OrderedJson::parse(totals, nullptr, false)}});
  for (const auto& row : rows) ANTIN_CHECK(add_row(store, row, out));
  out.lines += line_of(
      {{"end", {{"rows", rows.size()}, {"sha256", to_hex(sha256({as_bytes(out.lines)}))}}}});
  return out;
}

}  // namespace antin::service
