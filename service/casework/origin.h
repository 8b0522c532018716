#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/casework/cases.h"

namespace antin::casework {

/// One entry of an original register (sổ gốc, NĐ 23/2015 Đ2 k2), by its fields. It is what a copy
/// is made of and never changes: what was corrected is a further entry that names it.
struct OriginEntry {
  std::string id;            ///< UUIDv7
  std::string unit;          ///< code of the agency that keeps the register
  std::string kind;          ///< office::OriginRegister::code
  std::string book;          ///< name of the register: "Sổ đăng ký khai sinh năm 1998"
  std::string number;        ///< số vào sổ
  std::string day;           ///< ngày vào sổ, "1998-06-01"
  std::string paper;         ///< "Giấy khai sinh"
  std::string holder;        ///< whose paper it is
  std::string fields;        ///< JSON of the interface, in the order of the register
  std::string text;          ///< all values, for searching
  std::string legal;         ///< version of the list of registers that its fields are of (A-09)
  std::string corrects;      ///< id of the entry that this one corrects; "" = none
  std::string basis;         ///< of the correction: "12/QĐ-UBND ngày 02/03/2026"
  std::string corrected_by;  ///< id of the entry that holds instead; "" = this one does
  std::string actor;         ///< the system that brought it
  UtcTime created{std::chrono::sys_seconds{}};
};

/// "" for what is not asked for. Text is found without its accents and its case.
struct OriginSearch {
  std::vector<std::string> units = {};  ///< none: all
  std::string kind = {}, holder = {}, text = {}, book = {}, number = {};
  enum class Corrected : std::uint8_t { kLeftOut, kIncluded } corrected = Corrected::kLeftOut;
  std::string before = {};  ///< id: those that were brought earlier, newest first
  std::size_t most = 50;
};

/// The original registers of all units. Thread-safe, also between nodes. Beside what the functions
/// name they fail as Database does.
class Origins {
 public:
  explicit Origins(service::Store& store) : store_(store) {}

  /// All of them or none, in one transaction. An entry that is there already, with the same
  /// contents, stays as it is; `added` tells how many were new. Fails with kOriginNumberTaken
  /// ({so}, {muc}), kOriginUnknown for one that corrects what is not there, kOriginCorrected when
  /// that was corrected before.
  Result<std::vector<OriginEntry>> add(const std::vector<OriginEntry>& entries, std::size_t& added);
  Result<std::optional<OriginEntry>> find(const std::string& id);
  Result<std::vector<OriginEntry>> search(const OriginSearch& search);

 private:
  Result<OriginEntry> add_one(service::Database& database, const OriginEntry& entry, bool& fresh);
  Status correct(service::Database& database, const OriginEntry& by);
  Status tell(service::Database& database, const std::string& id, const std::string& actor,
              const char* state);
  service::Store& store_;
};

}  // namespace antin::casework
