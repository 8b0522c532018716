// Looking at cases and books.

#include <array>
#include <string_view>
#include <utility>

#include "service/antind/already_held.h"
#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_result.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/line.h"
#include "service/antind/printout_maker.h"
#include "service/antind/query.h"
#include "service/ipc/utf8.h"
#include "service/store/register_text.h"
#include "service/store/stored.h"

namespace antin::service {
namespace {

using casework::Case;
using casework::Need;
using casework::Needs;

constexpr std::int64_t kMostAtOnce = 100;

// Filters and how long they may be. An empty one would find everything: whoever sends it has lost
// its value on the way.
constexpr std::array kFilters{
    std::pair{"unit", std::size_t{128}},    std::pair{"product", std::size_t{32}},
    std::pair{"state", std::size_t{32}},    std::pair{"requester", std::size_t{200}},
    std::pair{"paper", std::size_t{300}},   std::pair{"number", std::size_t{64}},
    std::pair{"dossier", std::size_t{128}}, std::pair{"visit", std::size_t{128}},
    std::pair{"from", std::size_t{10}},     std::pair{"to", std::size_t{10}},
    std::pair{"before", std::size_t{64}},   std::pair{"limit", std::size_t{3}},
};

Result<casework::Search> read_search(const Parameters& options) {
  casework::Search search;
  for (const auto& [key, most] : kFilters) {
    const auto given = options.find(key);
    if (given != options.end() && !is_line(given->second, most)) return wrong_parameter(key);
  }
  if (const auto unit = option(options, "unit"); !unit.empty()) search.units = {unit};
  if (const auto product = option(options, "product"); !product.empty()) {
    search.product = casework::product_named(product);
    if (!search.product) return wrong_parameter("product");
  }
  if (const auto state = option(options, "state"); !state.empty()) {
    search.state = casework::state_named(state);
    if (!search.state) return wrong_parameter("state");
  }
  for (const auto& [key, day] :
       {std::pair{"from", &search.from_day}, std::pair{"to", &search.to_day}}) {
    *day = option(options, key);
    if (!day->empty() && !is_day(*day)) return wrong_parameter(key);
  }
  search.requester = option(options, "requester");
  search.paper = option(options, "paper");
  search.number = option(options, "number");
  search.dossier = option(options, "dossier");
  search.visit = option(options, "visit");
  search.before = option(options, "before");
  constexpr std::int64_t kUsual = 50;
  ANTIN_TRY(const auto most, number_option(options, "limit", 1, kMostAtOnce, kUsual));
  search.most = static_cast<std::size_t>(most);
  return search;
}

}  // namespace

Result<Needs> CaseworkApi::needs_there(const Case& one, const nlohmann::json& facts) {
  auto there = needs_in(facts);
  const auto meet = [&](Need need) { there.set(static_cast<std::size_t>(need)); };
  if (parts_.office->check(one, facts)) meet(Need::kAnswers);
  // A copy from the register is made of an entry and of nothing else.
  if (one.product == casework::Product::kRegisterCopy)
    there.set(static_cast<std::size_t>(Need::kSource), facts.contains("entry"));
  ANTIN_TRY(const auto documents, casework::Cases(*parts_.store).documents(one.id));
  for (const auto& document : documents) {
    if (document.role == "capture") meet(Need::kCapture);
    if (document.role == "document") meet(Need::kDocument);
    // What was sent becomes it together with its number.
    if (document.role == "submitted" && one.state == casework::State::kSubmitted)
      meet(Need::kDocument);
    if (document.role == "sealed") meet(Need::kSeal);
  }
  // Of a result everybody signs before the seal, of the other products one person.
  const auto wanted = one.product == casework::Product::kResult ? signers_of(facts).size() : 1;
  if (const auto done = signatures_done(documents); done > 0 && done >= wanted)
    meet(Need::kOfficerSignature);
  if (!one.original.empty()) meet(Need::kEntry);
  return there;
}

Result<OrderedJson> CaseworkApi::describe(const Case& one) {
  auto all = brief_of(one);
  const auto facts = facts_of(one);
  casework::Cases cases(*parts_.store);
  if (!one.row.empty()) {
    ANTIN_TRY(const auto row, cases.row(one.row));
    if (row) all["book"] = row->book_name;
  }
  all["facts"] = facts;
  for (const char* own : {"seal", "legal", "code", "layout", "already_held"})
    all["facts"].erase(own);
  describe_terms(one, facts, all);
  describe_held(facts, all);
  ANTIN_TRY(const auto documents, cases.documents(one.id));
  auto list = OrderedJson::array();
  for (const auto& document : documents) list.push_back(document_of(one, document));
  all["documents"] = std::move(list);
  if (one.product == casework::Product::kResult)
    ANTIN_CHECK(describe_result(one, facts, documents, all));
  ANTIN_TRY(const auto there, needs_there(one, facts));
  all["next"] = next_steps(one, there);
  const auto seal = facts.find("seal");
  if (seal == facts.end() || !seal->is_object()) return all;
  ANTIN_TRY(const auto job, parts_.store->any_job(text_fact(*seal, "job")));
  if (job) all["sealing"] = sealing_of(*job);
  return all;
}

Result<Response> CaseworkApi::find_cases(const Request& request, const Caller& caller) {
  ANTIN_TRY(
      const auto options,
      parse_query(request.head.query, {"unit", "product", "state", "requester", "paper", "number",
                                       "dossier", "visit", "from", "to", "before", "limit"}));
  ANTIN_TRY(const auto search, read_search(options));
  ANTIN_TRY(const auto found, CallersCases(*parts_.store, caller).search(search));
  OrderedJson body;
  body["cases"] = OrderedJson::array();
  for (const auto& one : found) body["cases"].push_back(brief_of(one));
  body["before"] =
      found.size() == search.most ? OrderedJson(found.back().id) : OrderedJson(nullptr);
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::one_case(const std::string& id, const Caller& caller) {
  ANTIN_TRY(auto one, CallersCases(*parts_.store, caller).find(id));
  ANTIN_TRY(one, settle(std::move(one)));
  ANTIN_TRY(const auto body, describe(one));
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::events(const std::string& id, const Caller& caller) {
  ANTIN_TRY(const auto one, CallersCases(*parts_.store, caller).find(id));
  ANTIN_TRY(const auto found, casework::Cases(*parts_.store).events(one.id));
  OrderedJson body = {{"case", one.id}, {"events", OrderedJson::array()}};
  for (const auto& event : found) {
    const auto told = OrderedJson::parse(event.facts, nullptr, false);
    body["events"].push_back({{"number", event.number},
                              {"at", to_rfc3339(event.at)},
                              {"actor", event.actor},
                              {"action", event.action},
                              {"from", event.from},
                              {"to", event.to},
                              {"facts", told.is_object() ? told : OrderedJson::object()}});
    const auto person = told.is_object() ? told.value("person", OrderedJson()) : OrderedJson();
    if (!person.is_string()) continue;
    if (const auto known = parts_.office->person_name(person.get<std::string>()))
      body["events"].back()["name"] = known.value();
  }
  return json_response(200, body.dump());
}

Result<std::optional<casework::CaseDocument>> CaseworkApi::newest(const std::string& id,
                                                                  const char* role) {
  ANTIN_TRY(const auto documents, casework::Cases(*parts_.store).documents(id));
  for (const auto& document : documents) {
    if (document.role == role) return std::optional(document);
  }
  return std::optional<casework::CaseDocument>();
}

Result<SharedBytes> CaseworkApi::octets_of(const casework::CaseDocument& document) {
  return parts_.store->document(document.sha256, document.size);
}

Result<Response> CaseworkApi::document(const std::string& id, const Request& request,
                                       const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"of"}));
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(auto one, cases.find(id));
  ANTIN_TRY(one, settle(std::move(one)));
  const auto wanted = option(options, "of");
  ANTIN_CHECK(may_fetch(cases, one, wanted));
  // what the office prints is for whoever stands there.
  if (wanted == kPrintout && cases.is_other_system())
    return make_error(Code::kCaseDocumentUnknown, wanted);
  ANTIN_TRY(const auto found, newest(one.id, wanted.c_str()));
  if (!found) return make_error(Code::kCaseDocumentUnknown, wanted);
  ANTIN_TRY(auto octets, octets_of(*found));
  return pdf_response(std::move(octets), found->sha256);
}

Result<Response> CaseworkApi::books(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"year"}));
  constexpr std::int64_t kLastYear = 2999;
  ANTIN_TRY(const auto year, number_option(options, "year", 1, kLastYear, 0));
  ANTIN_TRY(const auto found, CallersCases(*parts_.store, caller).books(static_cast<int>(year)));
  OrderedJson body;
  body["books"] = OrderedJson::array();
  for (const auto& book : found) body["books"].push_back(book_of(book));
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::book_rows(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"book", "from", "limit"}));
  constexpr std::int64_t kLastNumber = 1'000'000'000;
  ANTIN_TRY(const auto from, number_option(options, "from", 1, kLastNumber, 1));
  ANTIN_TRY(const auto most, number_option(options, "limit", 1, kMostAtOnce, kMostAtOnce));
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(const auto book, cases.book(option(options, "book")));
  ANTIN_TRY(const auto rows, cases.rows(book.id.text(), from, static_cast<std::size_t>(most)));
  auto body = book_of(book);
  body["rows"] = OrderedJson::array();
  for (const auto& row : rows) body["rows"].push_back(row_of(row));
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::late_rows(const Caller& caller) {
  const auto day = parts_.office->late_before(parts_.clock->utc_now());
  ANTIN_TRY(const auto rows, CallersCases(*parts_.store, caller).open_rows_before(day));
  OrderedJson body = {{"before", day}, {"rows", OrderedJson::array()}};
  for (const auto& row : rows) {
    const Params params{{"so", row.text}, {"ngay", vietnam_day(row.day)}};
    auto told = row_of(row);
    told["message"] = {{"vi", sentence(Code::kBookRowLate, Language::kVietnamese, params)},
                       {"en", sentence(Code::kBookRowLate, Language::kEnglish, params)}};
    body["rows"].push_back(std::move(told));
  }
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::close_book(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"book"}));
  ANTIN_TRY(const auto id, text_member(read.members, "book"));
  CallersCases cases(*parts_.store, caller);
  if (!cases.roles().test(static_cast<std::size_t>(casework::Role::kClerk)))
    return make_error(Code::kHttpForbidden, "scope missing", {{"scope", "clerk"}});
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto book, cases.close(id, legal_day(now), now));
  parts_.log->write(Log::Level::kInfo, "book_closed",
                    {{"request_id", request.id}, {"book", id}, {"key", caller.key_id}});
  return json_response(200, book_of(book).dump());
}

}  // namespace antin::service
