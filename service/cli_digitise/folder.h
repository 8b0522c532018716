#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service/digitise/table.h"

namespace antin::service {

/// A row with what its files turned out to be.
struct CheckedRow {
  digitise::Row row;
  std::string document;  ///< path of the PDF that was made of its files; "" when there is none
  std::size_t pages = 0;
  struct Said {
    std::string code, vi, en;
  };
  std::vector<Said> said;                                   ///< by the service, against it
  enum class Refused { kNo, kYes } refused = Refused::kNo;  ///< by the service
  bool is_faulty() const noexcept { return !row.good() || refused == Refused::kYes; }
};

/// A folder of scans beside its table, looked at as a whole.
struct CheckedFolder {
  char separator = ',';
  std::vector<CheckedRow> rows;
  std::vector<std::string> unused;  ///< files that no row names
};

/// Reads the table and every scan of every row; what is wrong is a fault of its row. Files are read
/// in child processes with bounds; the PDFs go into `into`, a folder of the caller's own. `name`
/// and `today` as digitise::read_table() has them.
///
/// Fails as digitise::read_table() does, and with kFileUnreadable.
Result<CheckedFolder> check_folder(const std::string& folder, const std::string& table,
                                   const std::string& into, const std::string& today);

/// "bang-ke-1" of "/x/Bảng kê 1.csv": from which rows without a reference get theirs.
std::string name_of_table(const std::string& path);

}  // namespace antin::service
