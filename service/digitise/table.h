#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/codes.h"
#include "certs/core/finding.h"
#include "service/digitise/csv.h"

namespace antin::digitise {

/// What a row says, in the order of the model table.
enum class Column : std::uint8_t {
  kHolder,
  kHolderId,
  kProcedure,
  kKind,
  kNumber,
  kDay,
  kIssuer,
  kTitle,
  kUntil,
  kFiles,
  kPages,
  kSecret,
  kReference,
  kFaults,  ///< written by `antin digitise` for whoever mends the row; not read
};
constexpr std::size_t kColumns = 14;
using Cells = std::array<std::string, kColumns>;

/// "holder_id": in the interface, and as a heading.
std::string_view key(Column column) noexcept;
/// "số định danh": for people, and as a heading.
std::string_view words(Column column, Language language) noexcept;
/// Every row must fill it.
bool is_required(Column column) noexcept;

/// A result as its paper has it. Texts are in form NFC.
struct Facts {
  std::string reference;  ///< the row's own name: it is taken once
  std::string holder, holder_id;
  std::string procedure, kind;  ///< mã thủ tục, mã giấy tờ
  std::string number, day, issuer, title;
  std::string until;                 ///< last day in force; "" for good
  std::optional<std::size_t> pages;  ///< of the paper
  enum class Secret : std::uint8_t { kNo, kYes } secret = Secret::kNo;

  int year() const;
};

/// The cells of one row as facts; what cannot be is a fault of severity error that names the row
/// ({dong}) and the column. `today`: "2026-11-21", the legal day. Without faults the facts are
/// whole; files are not looked at. kDigitiseCellMissing, kDigitiseCell, kDigitiseExpired,
/// kSecretPaper.
Findings read_facts(const Cells& cells, const std::string& row, std::string_view today,
                    Facts& facts);

struct Row {
  std::size_t line = 0;  ///< of the table, as a spreadsheet numbers it when no cell has two lines
  Cells cells;
  Facts facts;
  std::vector<std::string> files;  ///< in the order of the pages, form NFC
  Findings faults;
  bool good() const noexcept;
};

struct Table {
  char separator = ',';
  std::vector<Row> rows;
};

/// Every row with its faults: those of read_facts(), a wrong number of cells, names of files that
/// cannot be, kDigitiseFileTwice, kDigitiseRowTwice. `name`: from which rows without a reference
/// get theirs, "name-12"; the same table gives the same.
///
/// Fails as read_csv() does, and with kDigitiseColumn ({cot}, {ly_do}) for a heading that is
/// unknown, there twice or missing.
Result<Table> read_table(std::string_view text, const std::string& name, std::string_view today);

/// Heading of a model table, and the same with the column of faults.
std::vector<std::string> heading(Language language);
/// A row with its faults in words, to be mended and read again.
std::vector<std::string> to_mend(const Row& row, Language language);

/// Does a paper with this last day bind on `day`?
bool in_force(std::string_view until, std::string_view day) noexcept;
/// An identifier as it is compared: of a citizen (12 digits), an older card (9), an enterprise (10
/// with their check digit, and 3 more), a passport. nullopt for anything else.
std::optional<std::string> holder_id(std::string_view text);

}  // namespace antin::digitise
