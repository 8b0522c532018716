// Original registers by their fields: bringing entries, finding them.

#include <array>

#include "service/antind/api.h"
#include "service/antind/callers_origins.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/line.h"
#include "service/antind/query.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using casework::OriginEntry;
using casework::OriginSearch;
using Json = nlohmann::json;

constexpr std::size_t kMostEntries = 50;
constexpr std::size_t kMostFields = 100;
constexpr std::size_t kLongestBook = 200, kLongestNumber = 60, kLongestBasis = 200,
                      kLongestCode = 64;

Error wrong(const std::string& what, const char* why) {
  return make_error(Code::kOriginFacts, what.substr(0, 128),
                    {{"muc", what.substr(0, 128)}, {"ly_do", why}});
}

// "entries[3].number"
std::string place(std::size_t entry, const std::string& member) {
  return "entries[" + std::to_string(entry + 1) + "]." + member;
}

enum class Wanted : std::uint8_t { kAlways, kMayBeMissing };

Result<std::string> line_member(const Json& members, const char* name, std::size_t most,
                                const std::string& told, Wanted wanted = Wanted::kAlways) {
  const auto found = members.find(name);
  if (found == members.end() && wanted == Wanted::kMayBeMissing) return std::string();
  if (found == members.end() || !found->is_string()) return wrong(told, "text");
  auto text = to_nfc(trimmed(found->get<std::string>()));
  if (!is_line(text, most)) return wrong(told, "text");
  return text;
}

Result<std::map<std::string, std::string>> fields_in(const Json& members, std::size_t entry) {
  const auto found = members.find("fields");
  if (found == members.end() || !found->is_object() || found->size() > kMostFields)
    return wrong(place(entry, "fields"), "object");
  std::map<std::string, std::string> fields;
  for (const auto& [code, value] : found->items()) {
    if (!value.is_string() || code.size() > kLongestCode)
      return wrong(place(entry, "fields." + code.substr(0, kLongestCode)), "text");
    auto text = to_nfc(value.get<std::string>());
    if (text.empty() && !value.get<std::string>().empty())
      return wrong(place(entry, "fields." + code), "UTF-8");
    fields.emplace(code, std::move(text));
  }
  return fields;
}

OrderedJson brief_of(const OriginEntry& entry) {
  OrderedJson all = {
      {"id", entry.id},         {"unit", entry.unit},
      {"register", entry.kind}, {"book", entry.book},
      {"number", entry.number}, {"day", entry.day},
      {"paper", entry.paper},   {"holder", entry.holder},
      {"legal", entry.legal},   {"state", entry.corrected_by.empty() ? "current" : "corrected"}};
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) all[key] = value;
  };
  put("corrects", entry.corrects);
  put("basis", entry.basis);
  put("corrected_by", entry.corrected_by);
  all["created"] = to_rfc3339(entry.created);
  all["self"] = "/api/v1/origins/entries/" + entry.id;
  return all;
}

constexpr std::array kFilters{
    std::pair{"unit", std::size_t{128}},   std::pair{"register", kLongestCode},
    std::pair{"holder", std::size_t{200}}, std::pair{"text", std::size_t{300}},
    std::pair{"book", kLongestBook},       std::pair{"number", kLongestNumber},
    std::pair{"before", kLongestCode},     std::pair{"limit", std::size_t{3}},
    std::pair{"corrected", std::size_t{3}}};

Result<OriginSearch> read_search(const Parameters& options) {
  for (const auto& [key, most] : kFilters) {
    const auto given = options.find(key);
    if (given != options.end() && !is_line(given->second, most)) return wrong_parameter(key);
  }
  OriginSearch search;
  if (const auto unit = option(options, "unit"); !unit.empty()) search.units = {unit};
  search.kind = option(options, "register");
  search.holder = option(options, "holder");
  search.text = option(options, "text");
  search.book = option(options, "book");
  search.number = option(options, "number");
  search.before = option(options, "before");
  if (const auto corrected = option(options, "corrected"); corrected == "yes")
    search.corrected = OriginSearch::Corrected::kIncluded;
  else if (!corrected.empty() && corrected != "no")
    return wrong_parameter("corrected");
  constexpr std::int64_t kMostAtOnce = 100;
  ANTIN_TRY(const auto most, number_option(options, "limit", 1, kMostAtOnce,
                                           static_cast<std::int64_t>(search.most)));
  search.most = static_cast<std::size_t>(most);
  return search;
}

}  // namespace

// Whatever comes is a whole: one wrong entry and none is kept, so that it can be sent again.
Result<Response> CaseworkApi::add_origins(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"unit", "register", "entries"}));
  if (read.file) return wrong("file", "?");
  ANTIN_TRY(const auto unit, line_member(read.members, "unit", 128, "unit"));
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(unit, now));
  static_cast<void>(unit_name);
  ANTIN_TRY(const auto kind, line_member(read.members, "register", kLongestCode, "register"));
  const auto list = read.members.find("entries");
  if (list == read.members.end() || !list->is_array() || list->empty() ||
      list->size() > kMostEntries)
    return wrong("entries", "1–50");
  std::vector<OriginEntry> entries;
  entries.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& given = (*list)[i];
    if (!given.is_object()) return wrong("entries", "object");
    ANTIN_CHECK(only_members(given, {"book", "number", "day", "fields", "corrects", "basis"}));
    OriginEntry entry;
    entry.id = new_uuid7(*parts_.clock, *parts_.random);
    entry.unit = unit;
    entry.kind = kind;
    entry.actor = caller.key_id;
    entry.created = now;
    ANTIN_TRY(entry.book, line_member(given, "book", kLongestBook, place(i, "book")));
    ANTIN_TRY(entry.number, line_member(given, "number", kLongestNumber, place(i, "number")));
    ANTIN_TRY(entry.day, line_member(given, "day", 10, place(i, "day")));
    if (!is_day(entry.day)) return wrong(place(i, "day"), "yyyy-mm-dd");
    ANTIN_TRY(entry.corrects, line_member(given, "corrects", kLongestCode, place(i, "corrects"),
                                          Wanted::kMayBeMissing));
    ANTIN_TRY(entry.basis,
              line_member(given, "basis", kLongestBasis, place(i, "basis"), Wanted::kMayBeMissing));
    // A correction has its grounds, and nothing else has any.
    if (entry.corrects.empty() != entry.basis.empty())
      return wrong(place(i, entry.basis.empty() ? "basis" : "corrects"), "text");
    ANTIN_TRY(const auto fields, fields_in(given, i));
    ANTIN_CHECK(parts_.office->read_entry(entry, fields, now));
    entries.push_back(std::move(entry));
  }
  std::size_t added = 0;
  ANTIN_TRY(const auto kept, CallersOrigins(*parts_.store, caller).add(entries, added));
  OrderedJson body = {{"added", added}, {"entries", OrderedJson::array()}};
  for (const auto& entry : kept) body["entries"].push_back(brief_of(entry));
  parts_.log->write(Log::Level::kInfo, "origins_added",
                    {{"request_id", request.id},
                     {"unit", unit},
                     {"register", kind},
                     {"added", std::to_string(added)},
                     {"key", caller.key_id}});
  return json_response(added == 0 ? 200 : 201, body.dump());
}

Result<Response> CaseworkApi::find_origins(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options,
            parse_query(request.head.query, {"unit", "register", "holder", "text", "book", "number",
                                             "corrected", "before", "limit"}));
  ANTIN_TRY(const auto search, read_search(options));
  ANTIN_TRY(const auto found, CallersOrigins(*parts_.store, caller).search(search));
  OrderedJson body = {{"entries", OrderedJson::array()}};
  for (const auto& entry : found) body["entries"].push_back(brief_of(entry));
  body["before"] =
      found.size() == search.most ? OrderedJson(found.back().id) : OrderedJson(nullptr);
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::origin(const std::string& id, const Caller& caller) {
  ANTIN_TRY(const auto entry, CallersOrigins(*parts_.store, caller).find(id));
  auto body = brief_of(entry);
  body["fields"] = OrderedJson::parse(entry.fields, nullptr, false);
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::origin_kinds() {
  ANTIN_TRY(const auto kinds, parts_.office->registers(parts_.clock->utc_now()));
  const OrderedJson body = {{"registers", kinds}};
  return json_response(200, body.dump());
}

}  // namespace antin::service
