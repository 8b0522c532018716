#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "service/office/legal_day.h"
#include "verifier/units/unit_table.h"

namespace antin::office {

/// Units are those of the table that verification knows (antin-units/1, V-20).
using verifier::Unit;
using verifier::UnitTable;
/// The name the unit had on a day: what it signed with, and what its papers of that day say.
std::string unit_name(const Unit& unit, LegalDay on);

/// What somebody may be authorised for.
enum class Duty : std::uint8_t {
  kCertify,   ///< "nguoi_thuc_hien_chung_thuc" (C-03)
  kSign,      ///< "nguoi_co_tham_quyen": decisions and results of the agency (R-11)
  kKeepSeal,  ///< "van_thu" (A-01; NĐ 30/2020 Đ32)
};
std::string_view name(Duty duty) noexcept;
std::optional<Duty> duty_named(std::string_view name) noexcept;
/// "người thực hiện chứng thực"
std::string_view words(Duty duty) noexcept;

/// In whose place a capacity says that somebody signs (NĐ 30/2020 Đ13).
enum class Capacity : std::uint8_t { kOwn, kTM, kQ, kKT, kTL, kTUQ };
/// "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" → kKT; any other text is kOwn.
Capacity capacity_of(std::string_view text);

struct Person {
  std::string id;                         ///< account
  std::string name;                       ///< as it is printed
  std::vector<std::string> certificates;  ///< SHA-256 of the own ones, lower-case hex
};

/// Not only chairmen certify: NĐ 280/2025 (C-03).
struct Authorisation {
  std::string person;  ///< Person::id
  std::string unit;    ///< Unit::code
  Duty duty = Duty::kCertify;
  std::string capacity;  ///< "CHỦ TỊCH", "TUQ. CHỦ TỊCH", or free text: printed above the name
  std::string basis;     ///< number of the decision or the authorisation
  std::string certificate;  ///< SHA-256; "" = each of the person's
  LegalDay from;
  std::optional<LegalDay> to;  ///< the last day
};

/// The record of a hand-over of a unit's seal (A-01; NĐ 30/2020 Đ32 k2): it switches who may use
/// it.
struct HandOver {
  std::string unit;
  std::string from;  ///< Person::id; "" for the first one, when the agency entrusts it
  std::string to;
  UtcTime at;
  std::string permission;  ///< number of the document that permits it
};

/// How a unit counts one kind of book, where it differs from the first choice of the legal data.
struct SeriesSetting {
  std::string unit, book;      ///< Unit::code, BookKind::code
  std::string symbol, format;  ///< "" = as the legal data have it
};

/// What the QR code on a unit's results of procedures says, where it is not the address for look-up
///
struct ResultQrSetting {
  std::string unit;     ///< Unit::code
  std::string content;  ///< kFourPartQr
};
/// "mã hồ sơ|mã TTHC|mã định danh|tên giấy tờ" (TT 01/2023/TT-VPCP).
inline constexpr std::string_view kFourPartQr = "tt_01_2023";

/// Who works where, as it stands in a table or a database.
struct OfficeData {
  std::vector<Person> people;
  std::vector<Authorisation> authorisations;
  std::vector<HandOver> hand_overs;  ///< of each unit in the order of time
  std::vector<SeriesSetting> series;
  std::vector<ResultQrSetting> result_qr;
};

/// The same as TOML, schema = "antin-office/1" (packaging/policies/office.toml). Not checked
/// against units; Office::make() does that. Fails with kOfficeTable ({key}, {reason}).
Result<OfficeData> read_office(std::string_view toml);

}  // namespace antin::office
