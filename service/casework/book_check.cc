// What stands at the end of a book, and whether a book is what it must be.

#include "certs/ossl/digest.h"
#include "service/casework/book.h"
#include "service/casework/results.h"

namespace antin::casework {
namespace {

using service::as_integer;
using service::as_string;

constexpr std::size_t kPortion = 500;
constexpr std::size_t kMostFindings = 100;

void add(std::string& line, const std::string& text) {
  // Its length before it: no two rows write the same line.
  line += std::to_string(text.size()) + ":" + text + ",";
}

}  // namespace

std::string digest_line(const BookRow& row) {
  std::string line;
  for (const auto& text : {row.id, row.book_name, std::to_string(row.number), row.text, row.day,
                           std::string(name(row.state)), row.case_id, row.facts.requester,
                           row.facts.paper, row.facts.signer, std::to_string(row.facts.copies),
                           std::to_string(row.facts.fee), row.note, row.original})
    add(line, text);
  return line;
}

// Counts for the confirmation, and one digest over all rows in their order.
Result<std::string> Books::totals(const std::string& book) {
  std::int64_t finals = 0, voided = 0, copies = 0, fee = 0;
  Bytes chain;
  for (std::int64_t from = 1;;) {
    ANTIN_TRY(const auto portion, rows(book, from, kPortion));
    for (const auto& row : portion) {
      chain = ossl::digest(DigestAlgorithm::kSha256, {chain, as_bytes(digest_line(row))});
      if (row.state == RowState::kVoided) ++voided;
      if (row.state != RowState::kFinal) continue;
      ++finals;
      copies += row.facts.copies;
      fee += row.facts.fee;
    }
    if (portion.size() < kPortion) break;
    from = portion.back().number + 1;
  }
  return R"({"final":)" + std::to_string(finals) + R"(,"voided":)" + std::to_string(voided) +
         R"(,"copies":)" + std::to_string(copies) + R"(,"fee":)" + std::to_string(fee) +
         R"(,"rows_sha256":")" + to_hex(chain) + "\"}";
}

Status Books::check_book(const Book& book, Findings& findings) {
  const auto id = book.id.text();
  const auto found = [&](Code code, Params params) {
    if (findings.size() < kMostFindings)
      findings.push_back({code, Severity::kError, std::move(params), id});
  };
  std::int64_t next = 1;
  for (bool more = true; more;) {
    ANTIN_TRY(const auto portion, rows(id, next, kPortion));
    for (const auto& row : portion) {
      for (; next < row.number && findings.size() < kMostFindings; ++next)
        found(Code::kBookNumberMissing, {{"so", id}, {"dong", std::to_string(next)}});
      next = row.number + 1;
    }
    more = portion.size() == kPortion;
  }
  // Rows cut off at the end.
  for (; next <= book.last && findings.size() < kMostFindings; ++next)
    found(Code::kBookNumberMissing, {{"so", id}, {"dong", std::to_string(next)}});
  if (next - 1 > book.last)
    found(Code::kBookCounterDiffers,
          {{"so", id}, {"co", std::to_string(book.last)}, {"dong", std::to_string(next - 1)}});
  if (!book.closed) return Done{};
  ANTIN_TRY(const auto now, totals(id));
  if (now != book.totals) found(Code::kBookRowDiffers, {{"so", id}});
  return Done{};
}

Result<Findings> Books::check() {
  Findings findings;
  constexpr std::size_t kBooks = 100'000;
  ANTIN_TRY(const auto all, books({}, 0, kBooks));
  for (const auto& book : all) ANTIN_CHECK(check_book(book, findings));
  // Rows whose book is gone.
  ANTIN_TRY(const auto lost,
            database_.query("SELECT r.book, MAX(r.number) FROM book_row r LEFT JOIN book b"
                            " ON b.id=r.book WHERE b.id IS NULL GROUP BY r.book ORDER BY r.book"
                            " LIMIT 100"));
  for (const auto& row : lost)
    findings.push_back(
        {Code::kBookCounterDiffers,
         Severity::kError,
         {{"so", as_string(row[0])}, {"co", "0"}, {"dong", std::to_string(as_integer(row[1]))}},
         as_string(row[0])});
  ANTIN_TRY(const auto codes, check_results(database_));
  findings.insert(findings.end(), codes.begin(), codes.end());
  return findings;
}

}  // namespace antin::casework
