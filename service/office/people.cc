#include "service/office/people.h"

#include <algorithm>
#include <array>
#include <set>

#include "certs/core/bytes.h"
#include "service/office/legal_reader.h"

namespace antin::office {
namespace {

using Section = LegalReader::Section;

constexpr std::size_t kMostOctets = std::size_t{4} << 20U;

struct DutyWords {
  Duty duty;
  std::string_view name, words;
};
constexpr std::array kDuties = {
    DutyWords{Duty::kCertify, "nguoi_thuc_hien_chung_thuc", "người thực hiện chứng thực"},
    DutyWords{Duty::kSign, "nguoi_co_tham_quyen", "người có thẩm quyền ký"},
    DutyWords{Duty::kKeepSeal, "van_thu", "văn thư giữ con dấu"}};

// The reader is that of legal data; what it complains of is told as this table's.
Error as_table_error(const Error& error) {
  std::string key, reason;
  for (const auto& [name, value] : error.params) {
    if (name == "key") key = value;
    if (name == "reason") reason = value;
    if (name == "value") reason = value + ": twice";
  }
  if (error.code == Code::kLegalText) reason = "not UTF-8 in NFC";
  return make_error(Code::kOfficeTable, error.detail, {{"key", key}, {"reason", reason}});
}

Status read_certificate(const LegalReader& reader, const std::string& key, std::string& sha256) {
  Bytes octets;
  if (!from_hex(sha256, octets) || octets.size() != 32) return reader.wrong(key, "not a SHA-256");
  sha256 = to_hex(octets);
  return Done{};
}

Status read_person(const LegalReader& reader, Section& section, Person& person,
                   std::set<std::string>& ids) {
  ANTIN_CHECK(reader.code(section, "id", person.id, ids));
  ANTIN_CHECK(reader.text(section, "name", person.name));
  ANTIN_CHECK(reader.optional_texts(section, "certificates", person.certificates));
  for (auto& one : person.certificates)
    ANTIN_CHECK(read_certificate(reader, section.name_of("certificates"), one));
  return reader.done(section);
}

Result<Authorisation> read_authorisation(const LegalReader& reader, Section& section) {
  std::string person, unit, duty, capacity, basis, certificate;
  std::optional<LegalDay> from, to;
  ANTIN_CHECK(reader.text(section, "person", person));
  ANTIN_CHECK(reader.text(section, "unit", unit));
  ANTIN_CHECK(reader.text(section, "duty", duty));
  ANTIN_CHECK(reader.text(section, "capacity", capacity));
  ANTIN_CHECK(reader.text(section, "basis", basis));
  ANTIN_CHECK(reader.optional_text(section, "certificate", certificate));
  ANTIN_CHECK(reader.day(section, "from", from));
  ANTIN_CHECK(reader.day(section, "to", to));
  ANTIN_CHECK(reader.done(section));
  const auto named = duty_named(duty);
  if (!named) return reader.wrong(section.name_of("duty"), "unknown: " + duty);
  if (!from) return reader.wrong(section.name_of("from"), "missing");
  if (!certificate.empty())
    ANTIN_CHECK(read_certificate(reader, section.name_of("certificate"), certificate));
  return Authorisation{person, unit, *named, capacity, basis, certificate, *from, to};
}

Result<HandOver> read_hand_over(const LegalReader& reader, Section& section) {
  std::string unit, from, to, at, permission;
  ANTIN_CHECK(reader.text(section, "unit", unit));
  ANTIN_CHECK(reader.optional_text(section, "from", from));
  ANTIN_CHECK(reader.text(section, "to", to));
  ANTIN_CHECK(reader.text(section, "at", at));
  ANTIN_CHECK(reader.text(section, "permission", permission));
  ANTIN_CHECK(reader.done(section));
  const auto when = from_rfc3339(at);
  if (!when)
    return reader.wrong(section.name_of("at"), "not a time such as 2026-06-01T08:00:00+07:00");
  return HandOver{unit, from, to, *when, permission};
}

Status read_series(const LegalReader& reader, Section& section, SeriesSetting& setting) {
  ANTIN_CHECK(reader.text(section, "unit", setting.unit));
  ANTIN_CHECK(reader.text(section, "book", setting.book));
  ANTIN_CHECK(reader.optional_text(section, "symbol", setting.symbol));
  ANTIN_CHECK(reader.optional_text(section, "format", setting.format));
  return reader.done(section);
}

Status read_result_qr(const LegalReader& reader, Section& section, ResultQrSetting& setting) {
  ANTIN_CHECK(reader.text(section, "unit", setting.unit));
  ANTIN_CHECK(reader.text(section, "content", setting.content));
  return reader.done(section);
}

Result<OfficeData> read_data(const LegalReader& reader, Section& root) {
  OfficeData data;
  std::set<std::string> ids;
  ANTIN_TRY(auto people, reader.optional_list(root, "person"));
  ANTIN_TRY(auto authorisations, reader.optional_list(root, "authorisation"));
  ANTIN_TRY(auto hand_overs, reader.optional_list(root, "hand_over"));
  ANTIN_TRY(auto series, reader.optional_list(root, "series"));
  ANTIN_TRY(auto result_qr, reader.optional_list(root, "result_qr"));
  ANTIN_CHECK(reader.done(root));
  for (auto& one : people) {
    Person person;
    ANTIN_CHECK(read_person(reader, one, person, ids));
    data.people.push_back(std::move(person));
  }
  for (auto& one : authorisations) {
    ANTIN_TRY(auto read, read_authorisation(reader, one));
    data.authorisations.push_back(std::move(read));
  }
  for (auto& one : hand_overs) {
    ANTIN_TRY(auto read, read_hand_over(reader, one));
    data.hand_overs.push_back(std::move(read));
  }
  for (auto& one : series) {
    SeriesSetting setting;
    ANTIN_CHECK(read_series(reader, one, setting));
    data.series.push_back(std::move(setting));
  }
  for (auto& one : result_qr) {
    ResultQrSetting setting;
    ANTIN_CHECK(read_result_qr(reader, one, setting));
    data.result_qr.push_back(std::move(setting));
  }
  return data;
}

const DutyWords& row(Duty duty) noexcept {
  const auto* found = std::find_if(kDuties.begin(), kDuties.end(),
                                   [&](const DutyWords& one) { return one.duty == duty; });
  return found == kDuties.end() ? kDuties.front() : *found;
}

}  // namespace

std::string unit_name(const Unit& unit, LegalDay on) {
  const auto day = on.iso();
  for (const auto& former : unit.former) {
    const bool begun = former.from.empty() || former.from <= day;
    if (begun && !former.until.empty() && day <= former.until) return former.name;
  }
  return unit.name;
}

std::string_view name(Duty duty) noexcept {
  return row(duty).name;
}
std::string_view words(Duty duty) noexcept {
  return row(duty).words;
}

std::optional<Duty> duty_named(std::string_view name) noexcept {
  for (const auto& one : kDuties) {
    if (one.name == name) return one.duty;
  }
  return std::nullopt;
}

Capacity capacity_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Capacity>, 5> kForms{{{"TM.", Capacity::kTM},
                                                                         {"Q.", Capacity::kQ},
                                                                         {"KT.", Capacity::kKT},
                                                                         {"TL.", Capacity::kTL},
                                                                         {"TUQ.", Capacity::kTUQ}}};
  for (const auto& [form, capacity] : kForms) {
    if (text.starts_with(form)) return capacity;
  }
  return Capacity::kOwn;
}

Result<OfficeData> read_office(std::string_view toml) {
  const LegalReader reader{"office.toml"};
  if (toml.size() > kMostOctets) return as_table_error(reader.wrong("toml", "too long"));
  const auto parsed = service::settings::File::parse(toml, "antin-office/1");
  if (!parsed) {
    const auto told = reader.translated(parsed.error());
    return as_table_error(told.error());
  }
  auto root = parsed.value().root();
  auto data = read_data(reader, root);
  if (!data) return as_table_error(data.error());
  return data;
}

}  // namespace antin::office
