// Looking at what was digitised, and how far it has come.

#include "service/antind/api.h"
#include "service/antind/casework_json.h"
#include "service/antind/digitise_api.h"
#include "service/antind/line.h"
#include "service/antind/paper_json.h"
#include "service/antind/query.h"
#include "service/text/numbers.h"

namespace antin::service {
namespace {

using holdings::Held;

constexpr std::int64_t kMostAtOnce = 100;

Result<std::string> option(const Parameters& options, const char* key, std::size_t most) {
  const auto found = options.find(key);
  if (found == options.end()) return std::string();
  if (!is_line(found->second, most)) return wrong_parameter(key);
  return found->second;
}

Result<std::int64_t> year_option(const Parameters& options) {
  constexpr std::int64_t kFirst = 1900, kLast = 2999;
  return number_option(options, "year", kFirst, kLast, 0);
}

// what the store of papers of the holder wants to know, by the names that it has for it.
OrderedJson metadata(const Held& held, const std::string& holder_id, const std::string& code,
                     const std::string& unit_name, const std::string& confidence) {
  const auto& facts = held.facts;
  return {{"schema", "antin-giay-to/1"},
          {"Ma", code},
          {"MaThuTuc", facts.procedure},
          {"MaDinhDanh", holder_id},
          {"TenChuSoHuu", facts.holder},
          {"Ten", facts.title.empty() ? facts.kind : facts.title},
          {"MaGiayTo", facts.kind},
          {"SoKyHieu", facts.number},
          {"NgayBanHanh", facts.day},
          {"ThoiHanHieuLuc", or_null(facts.until)},
          {"ThoiHanVinhVien", facts.until.empty()},
          {"CoQuanBanHanh", facts.issuer},
          {"CoQuanSoHoa", unit_name},
          {"LoaiSoHoa", "số hóa từ bản giấy"},
          {"MucDoTinCay", or_null(confidence)},
          {"TepDinhKem",
           {{"LoaiTep", "application/pdf"},
            {"SoTrang", held.pages},
            {"DuongDan", "/api/v1/digitised/" + held.id + "/document"}}}};
}

}  // namespace

OrderedJson brief_of(const Held& held) {
  OrderedJson all = {{"id", held.id},
                     {"unit", held.unit},
                     {"state", holdings::name(held.state)},
                     {"state_text",
                      {{"vi", holdings::words(held.state, Language::kVietnamese)},
                       {"en", holdings::words(held.state, Language::kEnglish)}}},
                     {"reference", held.facts.reference},
                     {"holder", held.facts.holder}};
  describe_paper(held.facts, all);
  all["pages"] = held.pages;
  all["original"] = or_null(held.original);
  all["register_state"] = or_null(held.entry_state);
  all["reason"] = or_null(held.reason);
  all["created"] = to_rfc3339(held.created);
  all["updated"] = to_rfc3339(held.updated);
  return all;
}

Result<OrderedJson> DigitiseApi::describe(const Held& held) {
  auto all = brief_of(held);
  auto records = this->held();
  ANTIN_TRY(const auto holder_id, records.holder_id(held));
  ANTIN_TRY(const auto code, records.code(held));
  ANTIN_TRY(const auto unit, parts_.office->unit_name(held.unit, parts_.clock->utc_now()));
  all["code"] = code;
  all["metadata"] = metadata(held, holder_id, code, unit,
                             parts_.sharing == nullptr ? "" : parts_.sharing->confidence());
  ANTIN_TRY(const auto doubts, records.doubts(held));
  all["doubts"] = OrderedJson::array();
  for (const auto& doubt : doubts) all["doubts"].push_back(in_words(doubt));
  if (held.job.empty()) return all;
  ANTIN_TRY(const auto job, parts_.store->any_job(held.job));
  if (job) all["sealing"] = sealing_of(*job);
  return all;
}

Result<Response> DigitiseApi::find(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options,
            parse_query(request.head.query, {"unit", "state", "procedure", "kind", "holder",
                                             "number", "year", "before", "limit"}));
  holdings::Search search;
  ANTIN_TRY(const auto unit, option(options, "unit", 128));
  if (!unit.empty()) search.units = {unit};
  ANTIN_TRY(const auto state, option(options, "state", 16));
  if (!state.empty()) {
    search.state = holdings::state_named(state);
    if (!search.state) return wrong_parameter("state");
  }
  ANTIN_TRY(search.procedure, option(options, "procedure", 64));
  ANTIN_TRY(search.kind, option(options, "kind", 64));
  ANTIN_TRY(search.holder, option(options, "holder", 200));
  ANTIN_TRY(search.number, option(options, "number", 64));
  ANTIN_TRY(const auto year, year_option(options));
  search.year = static_cast<int>(year);
  ANTIN_TRY(search.before, option(options, "before", 64));
  ANTIN_TRY(const auto most, number_option(options, "limit", 1, kMostAtOnce, 50));
  search.most = static_cast<std::size_t>(most);
  ANTIN_TRY(const auto found, CallersHeld(*parts_.store, *parts_.vault, caller).search(search));
  OrderedJson body = {{"results", OrderedJson::array()}};
  for (const auto& held : found) body["results"].push_back(brief_of(held));
  body["before"] =
      found.size() == search.most ? OrderedJson(found.back().id) : OrderedJson(nullptr);
  return json_response(200, body.dump());
}

Result<Response> DigitiseApi::one(const std::string& id, const Caller& caller) {
  ANTIN_TRY(auto held, CallersHeld(*parts_.store, *parts_.vault, caller).find(id));
  ANTIN_TRY(held, settle(std::move(held)));
  ANTIN_TRY(const auto body, describe(held));
  return json_response(200, body.dump());
}

Result<Response> DigitiseApi::document(const std::string& id, const Request& request,
                                       const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"of"}));
  ANTIN_TRY(const auto of, option(options, "of", 16));
  if (!of.empty() && of != "scan" && of != "sealed") return wrong_parameter("of");
  ANTIN_TRY(auto held, CallersHeld(*parts_.store, *parts_.vault, caller).find(id));
  ANTIN_TRY(held, settle(std::move(held)));
  if (of == "scan" || (of.empty() && held.original.empty())) {
    ANTIN_TRY(auto octets, parts_.store->document(held.scan_sha256, held.scan_size));
    return pdf_response(std::move(octets), held.scan_sha256);
  }
  ANTIN_TRY(const auto original, parts_.store->original(held.original));
  if (held.original.empty() || !original)
    return make_error(Code::kDigitisedState, id,
                      {{"buoc", std::string(holdings::words(held.state, Language::kVietnamese))},
                       {"viec", "tải bản đã ký số"}});
  ANTIN_TRY(auto octets, parts_.store->document(original->sha256, original->size));
  return pdf_response(std::move(octets), original->sha256);
}

Result<Response> DigitiseApi::progress(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"unit", "year"}));
  ANTIN_TRY(const auto unit, option(options, "unit", 128));
  ANTIN_TRY(const auto year, year_option(options));
  ANTIN_TRY(
      const auto rows,
      CallersHeld(*parts_.store, *parts_.vault, caller).progress(unit, static_cast<int>(year)));
  OrderedJson body = {{"rows", OrderedJson::array()}};
  for (const auto& row : rows)
    body["rows"].push_back({{"unit", row.unit},
                            {"procedure", or_null(row.procedure)},
                            {"year", row.year == 0 ? OrderedJson(nullptr) : OrderedJson(row.year)},
                            {"planned", row.planned},
                            {"taken", row.taken},
                            {"sealed", row.sealed},
                            {"faulty", row.faulty}});
  return json_response(200, body.dump());
}

Result<Response> DigitiseApi::faults(const Request& request, const Caller& caller) {
  constexpr std::size_t kMostFaults = 1'000;
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"unit"}));
  ANTIN_TRY(const auto unit, option(options, "unit", 128));
  ANTIN_TRY(const auto faults,
            CallersHeld(*parts_.store, *parts_.vault, caller).faults(unit, kMostFaults));
  OrderedJson body = {{"rows", OrderedJson::array()}};
  for (const auto& fault : faults)
    body["rows"].push_back(
        {{"unit", fault.unit},
         {"reference", fault.reference},
         {"procedure", or_null(fault.procedure)},
         {"year", fault.year == 0 ? OrderedJson(nullptr) : OrderedJson(fault.year)},
         {"codes", fault.codes},
         {"at", to_rfc3339(fault.created)}});
  return json_response(200, body.dump());
}

}  // namespace antin::service
