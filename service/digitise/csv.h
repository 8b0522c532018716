#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

/// Results of procedures that are still in force, on paper, and become electronic: the table that
/// comes with a folder of scans, and who may be told what is held. Pure.
namespace antin::digitise {

struct CsvLimits {
  std::size_t octets = std::size_t{16} << 20U;
  std::size_t rows = 20'000;
  std::size_t cells = 64;    ///< of a row
  std::size_t cell = 4'096;  ///< octets
};

struct CsvRow {
  std::size_t line = 0;  ///< of the file, where the row begins; from 1
  std::vector<std::string> cells;
};

struct Csv {
  char separator = ',';
  std::vector<CsvRow> rows;  ///< the heading first; rows of empty cells are left out
};

/// RFC 4180 in UTF-8, with what spreadsheets do to it: a byte order mark, ';' or a tab between the
/// cells (whichever comes first in the heading), LF alone at the ends of lines. Stricter where a
/// guess could move a value to another cell: a quote stands only around a whole cell, nothing
/// follows a closing one, and the last one closes.
///
/// Fails with kDigitiseEncoding ({dong}), kDigitiseTable ({dong}, {ly_do}), kDigitiseTableLimit
/// ({gioi_han}).
Result<Csv> read_csv(std::string_view text, const CsvLimits& limits = {});

/// One line with its end, as read_csv() reads it back.
std::string csv_line(const std::vector<std::string>& cells, char separator);

}  // namespace antin::digitise
