// What waits for whom: the officers' queue and the clerks', and whether the seal may follow now.

#include <algorithm>
#include <array>

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_person.h"
#include "service/antind/case_result.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/line.h"
#include "service/antind/problem.h"
#include "service/antind/query.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::Case;
using casework::CaseDocument;
using casework::Product;
using casework::State;
using Json = nlohmann::json;
using Fact = casework::SignatureFact;

constexpr std::size_t kMostWaiting = 500;
constexpr std::size_t kMostUnit = 128;

enum class WorkQueue : std::uint8_t { kSign, kSeal };

std::vector<State> states_of(WorkQueue queue) {
  if (queue == WorkQueue::kSign)
    return {State::kAttested, State::kComposed, State::kNumbered, State::kOfficerSigned};
  return {State::kComposed, State::kLined, State::kOfficerSigned, State::kSealSigned,
          State::kRegistered};
}

// Whose signature comes next: an account, "" when persons have signed enough.
std::string next_signer(const Case& one, const Json& facts,
                        const std::vector<CaseDocument>& documents) {
  if (casework::step_of(one.product, one.state, Action::kOfficerSign) == nullptr) return {};
  // A copy from the register goes without a person unless one is named.
  if (one.product != Product::kResult) return text_fact(facts, "signer");
  const auto all = signers_of(facts);
  const auto done = one.state == State::kOfficerSigned ? signatures_done(documents) : 0;
  return done < all.size() ? all[done] : std::string();
}

bool waits_in(WorkQueue queue, const std::string& next) {
  return queue == WorkQueue::kSign ? !next.empty() : next.empty();
}

void put_document(const Case& one, const std::vector<CaseDocument>& documents, OrderedJson& told) {
  constexpr std::array kNewestFirst{"sealed", "officer_signed", "document"};
  for (const auto* role : kNewestFirst) {
    const auto found = std::find_if(documents.begin(), documents.end(),
                                    [&](const CaseDocument& each) { return each.role == role; });
    if (found == documents.end()) continue;
    told["document"] = document_of(one, *found);
    break;
  }
  for (const auto& document : documents) {
    if (document.role == "capture" || document.role == "submitted")
      told["compare"] = document_of(one, document);
  }
}

// The most urgent first: by the hour on which it is due, without one by its age.
bool before(const OrderedJson& one, const OrderedJson& other) {
  const auto due = [](const OrderedJson& told) {
    const auto deadline = told.find("deadline");
    return deadline == told.end() ? std::string("9") : deadline->value("at", std::string("9"));
  };
  const auto mine = due(one);
  const auto its = due(other);
  if (mine != its) return mine < its;
  return one.value("id", std::string()) < other.value("id", std::string());
}

std::string_view name(Fact::Verdict verdict) {
  switch (verdict) {
    case Fact::Verdict::kPassed:
      return "passed";
    case Fact::Verdict::kRevocationUnknown:
      return "revocation_unknown";
    case Fact::Verdict::kFailed:
      break;
  }
  return "failed";
}

std::string_view name(Fact::After after) {
  switch (after) {
    case Fact::After::kNothing:
      return "nothing";
    case Fact::After::kSignatures:
      return "signatures";
    case Fact::After::kMore:
      break;
  }
  return "more";
}

OrderedJson told_of(const Fact& signature) {
  return {{"by", signature.by == Fact::By::kPerson ? "person" : "agency"},
          {"name", signature.name},
          {"verdict", name(signature.verdict)},
          {"same_unit", signature.unit == Fact::Unit::kSame},
          {"authorised", signature.authority == Fact::Authority::kHeld},
          {"after", name(signature.after)}};
}

}  // namespace

Result<OrderedJson> CaseworkApi::waiting_case(const Case& one, const Caller& caller,
                                              const std::vector<CaseDocument>& documents,
                                              const std::string& next) {
  const auto facts = facts_of(one);
  auto told = brief_of(one);
  put_document(one, documents, told);
  if (const auto copies = number_fact(facts, "copies"); copies > 0) told["copies"] = copies;
  if (const auto terms = parts_.office->terms(one, facts); terms) {
    const auto deadline = terms.value().find("deadline");
    if (deadline != terms.value().end()) told["deadline"] = *deadline;
  }
  const auto signer = next.empty() ? text_fact(facts, "signer") : next;
  if (!signer.empty()) {
    const auto known = parts_.office->person_name(signer);
    told["signer"] = {{"id", signer}, {"name", known ? known.value() : signer}};
    if (const auto capacity = text_fact(facts, "capacity");
        !capacity.empty() && signer == text_fact(facts, "signer"))
      told["signer"]["capacity"] = capacity;
  }
  // Whose turn it is; a key of nobody's own may act for whoever is named.
  if (!next.empty())
    told["turn"] = caller.person.empty() ? "anyone" : caller.person == next ? "you" : "other";
  told["delivery"] = facts.contains("delivery");
  const auto seal = facts.find("seal");
  if (seal == facts.end() || !seal->is_object()) return told;
  ANTIN_TRY(const auto job, parts_.store->any_job(text_fact(*seal, "job")));
  if (job) told["sealing"] = sealing_of(*job);
  return told;
}

Result<Response> CaseworkApi::work(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"queue", "unit"}));
  const auto named = options.find("queue");
  if (named == options.end() || (named->second != "sign" && named->second != "seal"))
    return wrong_parameter("queue");
  const auto queue = named->second == "sign" ? WorkQueue::kSign : WorkQueue::kSeal;
  casework::Search search;
  search.states = states_of(queue);
  search.order = casework::Search::Order::kOldest;
  search.most = kMostWaiting + 1;
  if (const auto unit = options.find("unit"); unit != options.end()) {
    if (!is_line(unit->second, kMostUnit)) return wrong_parameter("unit");
    search.units = {unit->second};
  }
  ANTIN_TRY(auto found, CallersCases(*parts_.store, caller).search(search));
  const bool more = found.size() > kMostWaiting;
  if (more) found.pop_back();
  std::vector<OrderedJson> all;
  all.reserve(found.size());
  casework::Cases cases(*parts_.store);
  for (const auto& one : found) {
    ANTIN_TRY(const auto documents, cases.documents(one.id));
    const auto next = next_signer(one, facts_of(one), documents);
    if (!waits_in(queue, next)) continue;
    ANTIN_TRY(auto told, waiting_case(one, caller, documents, next));
    all.push_back(std::move(told));
  }
  std::sort(all.begin(), all.end(), before);
  const auto now = parts_.clock->utc_now();
  OrderedJson body = {{"queue", named->second},
                      {"at", to_rfc3339(now)},
                      {"day", legal_day(now)},
                      {"more", more},
                      {"cases", std::move(all)}};
  return json_response(200, body.dump());
}

// C-02, R-10, A-01: what the step `seal` would judge, without touching the key. `problem` is what
// it would be refused with.
Result<Response> CaseworkApi::seal_check(const std::string& id, const Request& request,
                                         const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {}));
  static_cast<void>(options);
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(auto one, cases.find(id));
  ANTIN_TRY(one, settle(std::move(one)));
  const auto judged = casework::judge({.product = one.product,
                                       .state = one.state,
                                       .action = Action::kSeal,
                                       .roles = casework::Roles().set(),
                                       .there = casework::Needs().set()});
  if (judged.step == nullptr) return step_refused(judged, request.id);
  auto facts = facts_of(one);
  const auto now = parts_.clock->utc_now();
  const bool again = one.state == State::kOfficerSigned;
  ANTIN_TRY(const auto basis, newest(one.id, again ? "officer_signed" : "document"));
  if (!basis) return make_error(Code::kCaseDocumentUnknown, one.id);
  ANTIN_TRY(const auto octets, octets_of(*basis));
  ANTIN_TRY(const auto read, signatures_of(one, facts, octets));
  const auto judge_all = [&]() -> Status {
    ANTIN_CHECK(casework::seal_allowed(one.product, read.document));
    ANTIN_CHECK(signed_enough(one, facts, read));
    ANTIN_CHECK(KeyPerson(caller, *parts_.office)
                    .before(one, Action::kSeal, cases.roles(), Json::object(), facts, now));
    // Who seals is named with the step when the caller is nobody's own key.
    if (!facts.contains("sealer")) return Done{};
    return parts_.office->may_seal(one, facts, now);
  };
  OrderedJson body = {{"case", one.id},
                      {"version", one.version},
                      {"state", casework::name(one.state)},
                      {"document", document_of(one, *basis)},
                      {"signatures", OrderedJson::array()}};
  for (const auto& signature : read.document.signatures)
    body["signatures"].push_back(told_of(signature));
  const auto allowed = judge_all();
  body["allowed"] = static_cast<bool>(allowed);
  if (!allowed)
    body["problem"] = OrderedJson::parse(problem_json(allowed.error(), request.id), nullptr, false);
  return json_response(200, body.dump());
}

}  // namespace antin::service
