// Units, people with their authorisations, and who keeps each seal: as they are in force, and where
// they stand.

#include <algorithm>

#include "service/antind/admin_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/line.h"
#include "service/antind/office_rules.h"
#include "service/office/clock_text.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using office::LegalDay;

constexpr std::size_t kMostOctets = std::size_t{16} << 20U;
constexpr std::size_t kLongestPermission = 200;

bool is_its(const Caller& caller, const std::string& unit) {
  return caller.units.empty() || caller.units.count(unit) != 0;
}

const char* english(office::Duty duty) {
  switch (duty) {
    case office::Duty::kCertify:
      return "certifies copies";
    case office::Duty::kSign:
      return "signs decisions and results";
    case office::Duty::kKeepSeal:
      break;
  }
  return "clerk who keeps the seal";
}

// A line is told only when the file has as many entries as were read of it.
OrderedJson line_at(const std::vector<std::size_t>& lines, std::size_t entry, std::size_t entries) {
  return lines.size() == entries ? OrderedJson(lines[entry]) : OrderedJson(nullptr);
}

// Where it stands, and whether what is on the disk is what is in force.
OrderedJson file_of(const char* key, const std::string& path, const std::string& in_force,
                    const std::function<Status(std::string_view)>& read) {
  OrderedJson file = {{"key", key}, {"path", path}, {"changed", false}, {"problem", nullptr}};
  if (path.empty()) return file;
  const auto now = read_file(path, kMostOctets);
  if (!now) {
    file["problem"] = told(now.error());
    return file;
  }
  const auto text = as_text(now.value());
  file["changed"] = text != in_force;
  if (text == in_force) return file;
  if (const auto good = read(text); !good) file["problem"] = told(good.error());
  return file;
}

OrderedJson units_file(const Config& config, const LegalOffice& office) {
  return file_of("verify.units", config.verify.units, office.texts().units,
                 [](std::string_view text) -> Status {
                   ANTIN_CHECK(office::UnitTable::read(text));
                   return Done{};
                 });
}

OrderedJson people_file(const Config& config, const LegalOffice& office) {
  return file_of("office.people", config.office.people, office.texts().people,
                 [&office](std::string_view text) -> Status {
                   ANTIN_TRY(auto data, office::read_office(text));
                   ANTIN_CHECK(office::Office::make(std::move(data), office.people().units()));
                   return Done{};
                 });
}

OrderedJson person_json(const office::Office& office, const std::string& id) {
  const auto* person = office.person(id);
  if (person == nullptr) return nullptr;
  return {{"person", person->id}, {"name", person->name}};
}

OrderedJson unit_json(const office::Unit& unit, LegalDay day) {
  OrderedJson one = {
      {"code", unit.code}, {"name", unit.name}, {"name_on_day", office::unit_name(unit, day)}};
  one["also"] = unit.also;
  one["former"] = OrderedJson::array();
  for (const auto& former : unit.former)
    one["former"].push_back(
        {{"name", former.name}, {"from", former.from}, {"until", former.until}});
  one["certificates"] = unit.certificates;
  return one;
}

OrderedJson authorisation_json(const office::Office& office, const office::Authorisation& held,
                               LegalDay day) {
  const auto* unit = office.units().with_code(held.unit);
  OrderedJson one = {
      {"unit", held.unit},
      {"unit_name", unit == nullptr ? held.unit : office::unit_name(*unit, day)},
      {"duty", std::string(office::name(held.duty))},
      {"duty_words", {{"vi", std::string(office::words(held.duty))}, {"en", english(held.duty)}}},
      {"capacity", held.capacity},
      {"basis", held.basis},
      {"from", held.from.iso()}};
  one["certificate"] = or_null(held.certificate);
  one["to"] = held.to ? OrderedJson(held.to->iso()) : OrderedJson(nullptr);
  one["state"] = force_on(day, held.from, held.to);
  one["days_left"] =
      held.to && *held.to >= day ? OrderedJson(held.to->days_since(day)) : OrderedJson(nullptr);
  return one;
}

// As people write it in the table: on the clock of Viet Nam.
std::string local_text(UtcTime at) {
  return LegalDay::of(at).iso() + "T" + to_the_second(office::TimeOfDay::of(at)) + "+07:00";
}

Result<std::string> line_given(const Parameters& options, const char* name, std::size_t most) {
  const auto given = options.find(name);
  if (given == options.end() || !is_line(given->second, most)) return wrong_parameter(name);
  return given->second;
}

}  // namespace

Result<OrderedJson> AdminApi::units(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"day"}));
  ANTIN_TRY(const auto day, day_of(options, today()));
  ANTIN_TRY(const auto tables, office());
  const auto& shown = *tables->shown;
  const auto& all = shown.people().units().all();
  const auto lines = lines_of(shown.texts().units, "unit");
  OrderedJson body = {{"day", day.iso()}, {"file", units_file(*parts_.config, shown)}};
  body["units"] = OrderedJson::array();
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!is_its(caller, all[at].code)) continue;
    auto one = unit_json(all[at], day);
    one["seal_keeper"] = person_json(
        shown.people(), shown.people().seal_keeper(all[at].code, parts_.clock->utc_now()));
    one["line"] = line_at(lines, at, all.size());
    body["units"].push_back(std::move(one));
  }
  return body;
}

Result<OrderedJson> AdminApi::people(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"day"}));
  ANTIN_TRY(const auto day, day_of(options, today()));
  ANTIN_TRY(const auto tables, office());
  const auto& shown = *tables->shown;
  const auto& data = shown.people().data();
  const auto lines = lines_of(shown.texts().people, "person");
  const auto held_lines = lines_of(shown.texts().people, "authorisation");
  OrderedJson body = {{"day", day.iso()}, {"file", people_file(*parts_.config, shown)}};
  body["people"] = OrderedJson::array();
  for (std::size_t at = 0; at < data.people.size(); ++at) {
    const auto& person = data.people[at];
    auto held = OrderedJson::array();
    bool of_others = false;
    for (std::size_t i = 0; i < data.authorisations.size(); ++i) {
      const auto& one = data.authorisations[i];
      if (one.person != person.id) continue;
      of_others = of_others || !is_its(caller, one.unit);
      if (!is_its(caller, one.unit)) continue;
      held.push_back(authorisation_json(shown.people(), one, day));
      held.back()["line"] = line_at(held_lines, i, data.authorisations.size());
    }
    // Somebody of another unit only does not exist for this caller.
    if (held.empty() && (of_others || !caller.units.empty())) continue;
    OrderedJson one = {{"id", person.id}, {"name", person.name}};
    one["certificates"] = person.certificates;
    one["line"] = line_at(lines, at, data.people.size());
    one["authorisations"] = std::move(held);
    body["people"].push_back(std::move(one));
  }
  return body;
}

Result<OrderedJson> AdminApi::seals(const Caller& caller) const {
  ANTIN_TRY(const auto tables, office());
  const auto& shown = *tables->shown;
  const auto& office = shown.people();
  const auto& all = office.data().hand_overs;
  const auto lines = lines_of(shown.texts().people, "hand_over");
  OrderedJson body = {{"file", people_file(*parts_.config, shown)}};
  body["seals"] = OrderedJson::array();
  for (const auto& unit : office.units().all()) {
    if (!is_its(caller, unit.code)) continue;
    OrderedJson one = {{"unit", unit.code}, {"name", office::unit_name(unit, today())}};
    const auto now = parts_.clock->utc_now();
    const auto keeper = office.seal_keeper(unit.code, now);
    one["keeper"] = person_json(office, keeper);
    // Who keeps it by the record may no longer be assigned to (NĐ 30/2020 Đ32).
    const auto may = keeper.empty() ? Status(Done{}) : [&]() -> Status {
      ANTIN_CHECK(office.may_seal(keeper, unit.code, now));
      return Done{};
    }();
    one["problem"] = may ? OrderedJson(nullptr) : told(may.error());
    one["hand_overs"] = OrderedJson::array();
    for (std::size_t at = 0; at < all.size(); ++at) {
      if (all[at].unit != unit.code) continue;
      one["hand_overs"].push_back({{"from", person_json(office, all[at].from)},
                                   {"to", person_json(office, all[at].to)},
                                   {"at", to_rfc3339(all[at].at)},
                                   {"permission", all[at].permission},
                                   {"line", line_at(lines, at, all.size())}});
    }
    body["seals"].push_back(std::move(one));
  }
  return body;
}

Result<OrderedJson> AdminApi::hand_over(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options,
            parse_query(request.head.query, {"unit", "to", "at", "permission"}));
  ANTIN_TRY(const auto tables, office());
  const auto& office = tables->shown->people();
  office::HandOver wanted{
      .unit = {}, .from = {}, .to = {}, .at = parts_.clock->utc_now(), .permission = {}};
  ANTIN_TRY(wanted.unit, line_given(options, "unit", kLongestPermission));
  if (!is_its(caller, wanted.unit)) return make_error(Code::kKeyUnit, wanted.unit);
  ANTIN_TRY(wanted.to, line_given(options, "to", kLongestPermission));
  ANTIN_TRY(wanted.permission, line_given(options, "permission", kLongestPermission));
  ANTIN_TRY(const auto at, line_given(options, "at", kLongestPermission));
  const auto when = from_rfc3339(at);
  if (!when) return wrong_parameter("at");
  wanted.at = *when;
  wanted.from = office.seal_keeper(wanted.unit, wanted.at);
  ANTIN_CHECK(office.with(wanted));
  std::string toml = "\n[[hand_over]]\nunit = " + in_quotes(wanted.unit) + "\n";
  if (!wanted.from.empty()) toml += "from = " + in_quotes(wanted.from) + "\n";
  toml += "to = " + in_quotes(wanted.to) + "\nat = " + in_quotes(local_text(wanted.at)) +
          "\npermission = " + in_quotes(wanted.permission) + "\n";
  return OrderedJson{{"file", people_file(*parts_.config, *tables->shown)},
                     {"from", person_json(office, wanted.from)},
                     {"to", person_json(office, wanted.to)},
                     {"toml", toml}};
}

}  // namespace antin::service
