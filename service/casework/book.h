#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/finding.h"
#include "certs/core/time.h"
#include "service/casework/product.h"
#include "service/store/store.h"

/// Books of an office and their numbers (NĐ 23/2015 Đ13): one series a unit, product, kind and
/// year, from 1 on, without gaps. A number is given by the transaction that writes its row, rows
/// are never deleted, and what was voided stays with its reason.
namespace antin::casework {

using service::Database;

struct BookId {
  std::string unit;  ///< code
  Product product = Product::kCertifiedCopy;
  /// "giay" or "dien_tu" of certified copies (C-09); of results the symbol that follows the number.
  std::string series;
  int year = 0;

  /// "H40.7/certified_copy/dien_tu/2026": its id, which people can read.
  std::string text() const;
};

struct Book {
  BookId id;
  std::string name;       ///< "01/2026-SCT/BS", as the attestation has it
  std::int64_t last = 0;  ///< number that was given last
  std::string last_day;   ///< on which, "2026-11-21"
  bool closed = false;
  std::string closed_day;
  std::string totals;  ///< JSON: what the confirmation at its end says
};

enum class RowState : std::uint8_t {
  kReserved,  ///< the document is not finished
  kFinal,
  kVoided
};
std::string_view name(RowState state) noexcept;

/// What a row says, NĐ 23/2015 annex.
struct BookFacts {
  std::string requester;
  std::string paper;
  std::string signer;       ///< name and capacity
  std::int64_t copies = 1;  ///< C-08: several copies of one original have one number
  std::int64_t fee = 0;     ///< đồng
};

struct BookRow {
  std::string id;  ///< "H40.7/certified_copy/dien_tu/2026/125"
  std::string book, book_name;
  std::int64_t number = 0;
  std::string text;  ///< "125/ĐT"
  std::string day;   ///< the legal day on which it was given, "2026-11-21"
  RowState state = RowState::kReserved;
  std::string case_id;
  BookFacts facts;
  std::string note;      ///< "Hủy: <lý do>"
  std::string original;  ///< id in the register, once it is final
};

/// What is late in one unit.
struct LateRows {
  std::string unit;
  std::int64_t rows = 0;
  std::string oldest;  ///< day
};

/// What a row is in the digest over a book (rows_sha256 of its totals): each row's line is hashed
/// together with the digest before it, the first with nothing.
std::string digest_line(const BookRow& row);

/// Where a number is taken from.
struct Series {
  BookId id;
  std::string day;   ///< the legal day now; its year is the book's
  std::string name;  ///< of the book, for its first number and until it is given another
  std::function<std::string(std::int64_t)> text;  ///< how a number is written (C-10: two digits)
};

/// Every function belongs into a transaction of `database`, with whatever the number is for.
class Books {
 public:
  /// `tell`: for the audit log; part of the same transaction.
  using Tell = std::function<Status(const service::StoreEvent&)>;
  Books(Database& database, Tell tell, UtcTime now, std::string actor)
      : database_(database), tell_(std::move(tell)), now_(now), actor_(std::move(actor)) {}

  /// The next number, in the next row. Fails with kStoreHeld after a restore, kBookClosed,
  /// kBookDayBefore when the clock was put back behind a number that was given, kCaseFacts for a
  /// series that cannot be one.
  Result<BookRow> reserve(const Series& series, const std::string& case_id, const BookFacts& facts);
  /// Of a reserved row; `signer` and `original` as they turned out. Fails with kBookRowFinal,
  /// kBookUnknown.
  Status finish(const std::string& row, const std::string& signer, const std::string& original);
  Status void_row(const std::string& row, const std::string& reason);
  /// After a restore: numbers that were given after the backup was made, up to `number`, become
  /// rows that are voided with this reason, so that none is given twice. Fails with
  /// kBookNumberGiven.
  Result<Book> skip(const std::string& book, std::int64_t number, const std::string& reason,
                    const std::string& day);
  /// Further rows stand in this volume; numbers go on. Fails with kBookUnknown, kBookClosed, and
  /// kBookVolumeEmpty while the one in use has no row.
  Result<Book> next_volume(const std::string& book, const std::string& name);
  /// From 31 December of its year on; its rows cannot be changed then. Fails with kBookUnknown,
  /// kBookClosed, kBookRowOpen, kBookYearRunning.
  Result<Book> close(const std::string& book, const std::string& day);

  Result<std::optional<Book>> book(const std::string& id);
  /// Of these units (none: all), `year` 0: every year; by id, at most `most`.
  Result<std::vector<Book>> books(const std::vector<std::string>& units, int year,
                                  std::size_t most = 1'000);
  Result<std::optional<BookRow>> row(const std::string& id);
  /// From number `from` on, at most `most`.
  Result<std::vector<BookRow>> rows(const std::string& book, std::int64_t from, std::size_t most);
  /// Those of the days from `first` to `last`, likewise.
  Result<std::vector<BookRow>> rows_of_days(const std::string& book, const std::string& first,
                                            const std::string& last, std::int64_t from,
                                            std::size_t most);
  /// Reserved on a day before this one and not finished (C-10), oldest first, at most 1,000. With
  /// the day before the last working day passed this is the alarm.
  Result<std::vector<BookRow>> open_before(const std::string& day);
  /// The same counted by unit, all of them.
  Result<std::vector<LateRows>> count_open_before(const std::string& day);
  /// What the confirmation at the end of a book says, as its rows are now: JSON.
  Result<std::string> totals(const std::string& book);

  /// What every book must be: rows 1 to its last number, each once, and a closed one as it was
  /// closed. kBookNumberMissing, kBookCounterDiffers, kBookRowDiffers; at most 100. That a row is
  /// as the log has it is for antin audit verify.
  Result<Findings> check();

 private:
  Status open_book(const Series& series);
  Status not_held();
  Status insert(const BookRow& row);
  Result<std::vector<BookRow>> some_rows(const std::string& condition,
                                         const Database::Values& values, std::size_t most);
  Result<Book> open_one(const std::string& id);
  Status end_row(const BookRow& row);
  Result<BookRow> reserved(const std::string& id);
  Status told(service::StoreEvent::Kind kind, const std::string& subject, const std::string& state);
  Status check_book(const Book& book, Findings& findings);

  Database& database_;
  Tell tell_;
  UtcTime now_;
  std::string actor_;
};

}  // namespace antin::casework
