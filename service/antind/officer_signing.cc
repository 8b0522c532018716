// Sessions of people who sign: what the interface says of them. What is done in them is in
// officer_signing_work.cc.

#include "service/antind/officer_signing.h"

#include <algorithm>

#include "certs/core/base64.h"
#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_request.h"
#include "service/antind/problem.h"
#include "service/antind/query.h"
#include "service/antind/sha256.h"
#include "service/antind/signing_tickets.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;
using State = SigningItem::State;

constexpr std::chrono::milliseconds kAnswerWithin{9'000};
constexpr std::size_t kThreads = 2;
constexpr std::size_t kMostQueued = 256;
constexpr std::size_t kMostCertificate = 16'384, kMostChain = 8, kMostMade = 65'536;

Result<Bytes> octets_member(const Json& members, const char* name, std::size_t most) {
  ANTIN_TRY(const auto text, text_member(members, name));
  Bytes octets;
  if (text.empty() || text.size() > most * 4 / 3 + 4 || !from_base64(text, octets) ||
      octets.empty())
    return wrong_fact(name, "?");
  return octets;
}

Result<std::vector<Bytes>> chain_member(const Json& members) {
  std::vector<Bytes> chain;
  const auto found = members.find("chain");
  if (found == members.end()) return chain;
  if (!found->is_array() || found->size() > kMostChain) return wrong_fact("chain", "?");
  for (const auto& one : *found) {
    ANTIN_TRY(auto octets, octets_member(Json{{"chain", one}}, "chain", kMostCertificate));
    chain.push_back(std::move(octets));
  }
  return chain;
}

// One of the words, the first when it is absent.
Result<std::string> word_member(const Json& members, const char* name,
                                std::initializer_list<std::string_view> words) {
  ANTIN_TRY(const auto text, text_member(members, name));
  if (!members.contains(name)) return std::string(*words.begin());
  if (std::find(words.begin(), words.end(), text) == words.end()) return wrong_fact(name, "?");
  return text;
}

std::string_view name(State state) {
  switch (state) {
    case State::kQueued:
      return "queued";
    case State::kPrepared:
      return "prepared";
    case State::kSigned:
      return "signed";
    case State::kDone:
      return "done";
    case State::kRefused:
      break;
  }
  return "refused";
}

std::string_view state_of(const SigningSession& session, const std::vector<SigningItem>& items,
                          UtcTime now) {
  const auto any = [&](State state) {
    return std::any_of(items.begin(), items.end(),
                       [&](const SigningItem& item) { return item.state == state; });
  };
  const bool over = now >= session.expires;
  if (any(State::kSigned) || (any(State::kQueued) && !over)) return "working";
  if (any(State::kPrepared) || any(State::kQueued)) return over ? "expired" : "ready";
  return "ended";
}

std::string self_of(const std::string& id) {
  return "/api/v1/signing-sessions/" + id;
}

Response with_location(Response response, const std::string& id) {
  response.fields.push_back({"Location", self_of(id)});
  if (response.status == 202) response.fields.push_back({"Retry-After", "1"});
  return response;
}

Response still_working(const std::string& id) {
  const nlohmann::ordered_json body{{"id", id}, {"state", "working"}, {"self", self_of(id)}};
  return with_location(json_response(202, body.dump()), id);
}

// Whoever shows a session's ticket was let in as nobody and is its owner, for this session alone.
Result<Caller> behind_ticket(const OfficerSigning::Parts& parts, SigningSessions& sessions,
                             const std::string& id, const std::string& ticket) {
  ANTIN_CHECK(SigningTickets(*parts.store).check(id, ticket));
  ANTIN_TRY(const auto session, sessions.any(id));
  if (parts.clock->utc_now() >= UtcTime{session.expires.since_epoch() + SigningTickets::kOutlives})
    return make_error(Code::kSigningTicketWrong, id + ": over");
  Caller owner;
  owner.key_id = session.owner;
  return owner;
}

// For an agent that is nobody here: good for this session alone. A new one ends the one before.
Result<Response> issue_ticket(const OfficerSigning::Parts& parts, SigningSessions& sessions,
                              const std::string& id, const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  if (read.file) return wrong_parameter("file");
  ANTIN_CHECK(only_members(read.members, {}));
  ANTIN_TRY(const auto session, sessions.find(id, caller.key_id));
  if (parts.clock->utc_now() >= session.expires)
    return make_error(Code::kSigningSessionExpired, id,
                      {{"luc", to_vietnam_text(session.expires)}});
  ANTIN_TRY(const auto ticket, SigningTickets(*parts.store).issue(id, *parts.random));
  parts.log->write(Log::Level::kInfo, "signing_ticket",
                   {{"request_id", request.id}, {"session", id}, {"key", caller.key_id}});
  const OrderedJson body{
      {"ticket", ticket}, {"session", self_of(id)}, {"expires", to_rfc3339(session.expires)}};
  return json_response(201, body.dump());
}

struct Given {
  std::string case_id;
  SignatureMaker::Made made;
};

Result<std::vector<Given>> given_in(const Json& members) {
  const auto list = members.find("signatures");
  if (list == members.end() || !list->is_array()) return wrong_fact("signatures", "?");
  if (list->empty() || list->size() > SigningSessions::kMostCases)
    return make_error(Code::kSigningTooMany, "signatures",
                      {{"gioi_han", std::to_string(SigningSessions::kMostCases)},
                       {"so", std::to_string(list->size())}});
  std::vector<Given> all;
  all.reserve(list->size());
  for (const auto& one : *list) {
    if (!one.is_object()) return wrong_fact("signatures", "?");
    ANTIN_CHECK(only_members(one, {"case", "value", "cms"}));
    Given given;
    ANTIN_TRY(given.case_id, case_member(one, "case"));
    const bool cms = one.contains("cms");
    if (cms == one.contains("value")) return wrong_fact("value", "?");
    ANTIN_TRY(given.made.octets, octets_member(one, cms ? "cms" : "value", kMostMade));
    if (cms) given.made.form = SignatureMaker::Made::Form::kCms;
    if (std::any_of(all.begin(), all.end(),
                    [&](const Given& other) { return other.case_id == given.case_id; }))
      return make_error(Code::kSigningCaseTwice, given.case_id);
    all.push_back(std::move(given));
  }
  return all;
}

}  // namespace

OfficerSigning::OfficerSigning(Parts parts)
    : parts_(parts), sessions_(*parts.store), pool_("officer", kThreads, kMostQueued) {}

void OfficerSigning::stop() {
  stopping_ = true;
  pool_.stop();
}

bool OfficerSigning::answers(Operation operation) noexcept {
  return operation >= Operation::kOpenSigning && operation <= Operation::kSigningDocument;
}

Result<Response> OfficerSigning::handle(const RouteRow& row, const Request& request,
                                        const Caller& caller, const std::string& resource,
                                        const Responder& responder, bool& later) {
  if (parts_.maker == nullptr) return make_error(Code::kHttpNotFound, "no [office]");
  auto who = caller;
  if (const auto ticket = SigningTickets::shown_in(request.head)) {
    ANTIN_TRY(who, behind_ticket(parts_, sessions_, resource, *ticket));
  }
  switch (row.operation) {
    case Operation::kOpenSigning:
      if (!resource.empty()) return issue_ticket(parts_, sessions_, resource, request, caller);
      return open(request, caller, responder, later);
    case Operation::kSigning:
      return show(resource, who);
    case Operation::kCompleteSigning:
      return complete(resource, request, who, responder, later);
    case Operation::kSigningDocument:
      return document(resource, request, who);
    default:
      return make_error(Code::kInternal, "no operation of signing");
  }
}

// What its key may not see is refused here and now; everything else is found out one by one, and
// one that is refused does not spoil the others.
Result<std::vector<SigningItem>> OfficerSigning::wanted_items(const nlohmann::json& members,
                                                              const Request& request,
                                                              const Caller& caller) {
  const auto list = members.find("cases");
  if (list == members.end() || !list->is_array()) return wrong_fact("cases", "?");
  if (list->empty() || list->size() > SigningSessions::kMostCases)
    return make_error(Code::kSigningTooMany, "cases",
                      {{"gioi_han", std::to_string(SigningSessions::kMostCases)},
                       {"so", std::to_string(list->size())}});
  CallersCases cases(*parts_.store, caller);
  std::vector<SigningItem> items;
  items.reserve(list->size());
  for (const auto& one : *list) {
    if (!one.is_object()) return wrong_fact("cases", "?");
    ANTIN_CHECK(only_members(one, {"id", "version"}));
    SigningItem item{.number = static_cast<std::int64_t>(items.size()) + 1};
    ANTIN_TRY(item.case_id, case_member(one, "id"));
    const auto version = one.find("version");
    if (version == one.end() || !version->is_number_integer()) return wrong_fact("version", "?");
    item.version = version->get<std::int64_t>();
    if (item.version < 1) return wrong_fact("version", "< 1");
    if (std::any_of(items.begin(), items.end(),
                    [&](const SigningItem& other) { return other.case_id == item.case_id; }))
      return make_error(Code::kSigningCaseTwice, item.case_id);
    if (const auto found = cases.find(item.case_id); !found) {
      if (found.error().code != Code::kCaseUnknown) return found.error();
      item.state = State::kRefused;
      item.told = problem_json(found.error(), request.id);
    } else {
      item.name = found.value().paper;
    }
    items.push_back(std::move(item));
  }
  return items;
}

Result<Response> OfficerSigning::open(const Request& request, const Caller& caller,
                                      const Responder& responder, bool& later) {
  ANTIN_TRY(const auto read, read_case_request(request));
  if (read.file) return wrong_parameter("file");
  const auto& members = read.members;
  ANTIN_CHECK(only_members(members, {"certificate", "chain", "algorithm", "digest", "cases"}));
  SigningSession session;
  ANTIN_TRY(session.certificate, octets_member(members, "certificate", kMostCertificate));
  ANTIN_TRY(session.chain, chain_member(members));
  ANTIN_TRY(session.algorithm, word_member(members, "algorithm",
                                           {antin::name(SignatureAlgorithm::kRsaPkcs1),
                                            antin::name(SignatureAlgorithm::kRsaPss),
                                            antin::name(SignatureAlgorithm::kEcdsa)}));
  ANTIN_TRY(session.digest, word_member(members, "digest",
                                        {antin::name(DigestAlgorithm::kSha256),
                                         antin::name(DigestAlgorithm::kSha384),
                                         antin::name(DigestAlgorithm::kSha512)}));
  ANTIN_TRY(const auto items, wanted_items(members, request, caller));
  session.id = new_uuid7(*parts_.clock, *parts_.random);
  session.owner = caller.key_id;
  session.person = caller.person;
  session.created = parts_.clock->utc_now();
  session.expires = UtcTime{session.created.since_epoch() + SigningSessions::kGoodFor};
  ANTIN_CHECK(sessions_.open(session, items));
  parts_.log->write(Log::Level::kInfo, "signing_session",
                    {{"request_id", request.id},
                     {"session", session.id},
                     {"cases", std::to_string(items.size())},
                     {"certificate_sha256", to_hex(sha256({session.certificate}))},
                     {"key", caller.key_id}});
  later = true;
  wait_for(session.id, {responder, request.id, 201, {}});
  return Response{};
}

Result<Response> OfficerSigning::complete(const std::string& id, const Request& request,
                                          const Caller& caller, const Responder& responder,
                                          bool& later) {
  ANTIN_TRY(const auto session, sessions_.find(id, caller.key_id));
  ANTIN_TRY(const auto read, read_case_request(request, kMostCompletion));
  if (read.file) return wrong_parameter("file");
  ANTIN_CHECK(only_members(read.members, {"signatures"}));
  ANTIN_TRY(const auto given, given_in(read.members));
  auto not_taken = nlohmann::ordered_json::array();
  std::optional<Error> first;
  for (const auto& one : given) {
    const auto taken = sessions_.give(session, one.case_id, one.made, parts_.clock->utc_now());
    if (taken) continue;
    const auto told =
        nlohmann::ordered_json::parse(problem_json(taken.error(), request.id), nullptr, false);
    not_taken.push_back({{"case", one.case_id}, {"problem", told}});
    if (!first) first = taken.error();
  }
  if (first && not_taken.size() == given.size()) return *first;
  later = true;
  wait_for(id, {responder, request.id, 200, std::move(not_taken)});
  return Response{};
}

void OfficerSigning::wait_for(const std::string& id, Waiter waiter) {
  const auto responder = waiter.responder;
  {
    const std::lock_guard lock(mutex_);
    waiters_.emplace(id, std::move(waiter));
  }
  responder.otherwise_after(kAnswerWithin, [id] { return still_working(id); });
  pool_.submit_anyway([this, id] { run(id); });
}

void OfficerSigning::answer_waiters(const std::string& id) {
  std::vector<Waiter> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = waiters_.equal_range(id);
    for (auto it = first; it != last; ++it) waiting.push_back(it->second);
    waiters_.erase(first, last);
  }
  if (waiting.empty()) return;
  auto told = [&]() -> Result<nlohmann::ordered_json> {
    ANTIN_TRY(const auto session, sessions_.any(id));
    return describe(session);
  }();
  for (const auto& waiter : waiting) {
    if (!told) {
      waiter.responder.answer(problem(told.error(), waiter.request_id));
      continue;
    }
    auto body = told.value();
    if (!waiter.not_taken.empty()) body["not_taken"] = waiter.not_taken;
    const bool working = body["state"] == "working";
    waiter.responder.answer(
        with_location(json_response(working ? 202 : waiter.status, body.dump()), id));
  }
}

Result<nlohmann::ordered_json> OfficerSigning::describe(const SigningSession& session) {
  ANTIN_TRY(const auto items, sessions_.items(session.id));
  OrderedJson body{{"id", session.id},
                   {"state", state_of(session, items, parts_.clock->utc_now())},
                   {"created", to_rfc3339(session.created)},
                   {"expires", to_rfc3339(session.expires)},
                   {"certificate_sha256", to_hex(sha256({session.certificate}))},
                   {"algorithm", session.algorithm},
                   {"digest", session.digest},
                   {"self", self_of(session.id)},
                   {"items", OrderedJson::array()}};
  for (const auto& item : items) body["items"].push_back(describe(session, item));
  return body;
}

nlohmann::ordered_json OfficerSigning::describe(const SigningSession& session,
                                                const SigningItem& item) const {
  OrderedJson one{{"case", item.case_id}, {"version", item.version}, {"state", name(item.state)}};
  if (!item.name.empty()) one["name"] = item.name;
  if (item.size > 0) {
    one["pages"] = item.pages;
    one["size"] = item.size;
    one["sha256"] = to_hex(item.document_sha256);
  }
  const auto told = OrderedJson::parse(item.told, nullptr, false);
  if (item.state == State::kRefused || item.state == State::kSigned) {
    if (told.is_object() && told.contains("code")) one["problem"] = told;
    return one;
  }
  if (told.is_object()) {
    for (const auto& [key, value] : told.items()) one[key] = value;
  }
  if (item.state != State::kPrepared || parts_.clock->utc_now() >= session.expires) return one;
  one["attributes"] = to_base64(item.attributes);
  one["document"] = self_of(session.id) + "/document?case=" + item.case_id;
  return one;
}

Result<Response> OfficerSigning::show(const std::string& id, const Caller& caller) {
  ANTIN_TRY(const auto session, sessions_.find(id, caller.key_id));
  ANTIN_TRY(const auto body, describe(session));
  return json_response(200, body.dump());
}

// What is signed and nothing else: the case's document with the update that the ranges cover.
Result<Response> OfficerSigning::document(const std::string& id, const Request& request,
                                          const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"case"}));
  ANTIN_TRY(const auto session, sessions_.find(id, caller.key_id));
  const auto wanted = options.find("case");
  if (wanted == options.end()) return wrong_parameter("case");
  ANTIN_TRY(const auto case_id, case_member({{"case", wanted->second}}, "case"));
  ANTIN_TRY(const auto item, sessions_.item(id, case_id));
  if (parts_.clock->utc_now() >= session.expires)
    return make_error(Code::kSigningSessionExpired, id,
                      {{"luc", to_vietnam_text(session.expires)}});
  if (item.state != State::kPrepared)
    return make_error(Code::kSigningCaseNotPrepared, item.case_id);
  ANTIN_TRY(const auto octets, parts_.store->document(item.document_sha256, item.size));
  Bytes whole(octets.view().begin(), octets.view().end());
  whole.insert(whole.end(), item.tail.begin(), item.tail.end());
  const auto digest = sha256({whole});
  return pdf_response(SharedBytes(std::move(whole)), digest);
}

}  // namespace antin::service
