// Telling other systems what is held: what their purposes allow, and never without a record.

#include "service/antind/already_held.h"
#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_json.h"
#include "service/antind/digitise_api.h"
#include "service/antind/line.h"
#include "service/antind/paper_json.h"
#include "service/store/store_values.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using digitise::Purpose;
using holdings::Held;
using Json = nlohmann::json;

constexpr std::size_t kMostResults = 50;

Result<std::string> needed(const Json& members, const char* name, std::size_t most) {
  ANTIN_TRY(const auto text, text_member(members, name));
  if (!is_line(text, most)) return wrong_fact(name, "text");
  return to_nfc(text);
}

Result<std::string> optional_text(const Json& members, const char* name, std::size_t most) {
  if (!members.contains(name)) return std::string();
  return needed(members, name, most);
}

Result<std::string> holder_in(const Json& members) {
  ANTIN_TRY(const auto text, needed(members, "holder_id", 32));
  const auto id = digitise::holder_id(text);
  if (!id) return wrong_fact("holder_id", "text");
  return *id;
}

}  // namespace

OrderedJson shared_of(const Held& held, std::string_view today) {
  OrderedJson all = {{"id", held.id}, {"unit", held.unit}};
  describe_paper(held.facts, all);
  all["in_force"] = digitise::in_force(held.facts.until, today);
  all["pages"] = held.pages;
  return all;
}

Result<Response> DigitiseApi::share(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(
      only_members(read.members, {"holder_id", "kind", "procedure", "purpose", "legal_basis"}));
  digitise::Sharing::Question question{
      .system = caller.key_id, .purpose = {}, .legal_basis = {}, .kind = {}, .procedure = {}};
  ANTIN_TRY(const auto holder_id, holder_in(read.members));
  ANTIN_TRY(question.kind, optional_text(read.members, "kind", 64));
  ANTIN_TRY(question.procedure, optional_text(read.members, "procedure", 64));
  ANTIN_TRY(question.purpose, needed(read.members, "purpose", 64));
  ANTIN_TRY(question.legal_basis, needed(read.members, "legal_basis", 500));
  ANTIN_TRY(const auto purpose, parts_.sharing->allowed(question));
  ANTIN_TRY(auto found, CallersHeld(*parts_.store, *parts_.vault, caller)
                            .of_holder(holder_id, question.kind, question.procedure, kMostResults));
  std::erase_if(found, [&](const Held& held) {
    return !purpose.covers(held.facts.kind, held.facts.procedure);
  });
  const auto id = new_uuid7(*parts_.clock, *parts_.random);
  ANTIN_CHECK(held().hand_out(hand_out_event(id, caller, question.purpose, question.legal_basis,
                                             found.empty() ? "nothing" : "facts", found)));
  const auto day = today();
  OrderedJson body = {{"hand_out", id},
                      {"purpose", {{"code", purpose.code}, {"vi", purpose.vi}, {"en", purpose.en}}},
                      {"legal_basis", question.legal_basis},
                      {"results", OrderedJson::array()}};
  for (const auto& held : found) {
    auto told = shared_of(held, day);
    told["holder"] = held.facts.holder;
    told["document"] = purpose.gives == Purpose::Gives::kDocument
                           ? OrderedJson("/api/v1/held/" + held.id + "/document")
                           : OrderedJson(nullptr);
    body["results"].push_back(std::move(told));
  }
  parts_.log->write(Log::Level::kInfo, "results_shared",
                    {{"request_id", request.id}, {"hand_out", id}, {"key", caller.key_id}});
  return json_response(200, body.dump());
}

Result<Response> DigitiseApi::share_document(const std::string& id, const Request& request,
                                             const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"purpose", "legal_basis"}));
  ANTIN_TRY(const auto purpose, needed(read.members, "purpose", 64));
  ANTIN_TRY(const auto basis, needed(read.members, "legal_basis", 500));
  // The purpose first: what it does not cover is not even said to be there.
  const digitise::Sharing::Question general{.system = caller.key_id,
                                            .purpose = purpose,
                                            .legal_basis = basis,
                                            .kind = {},
                                            .procedure = {},
                                            .what = Purpose::Gives::kDocument};
  ANTIN_TRY(const auto allowed, parts_.sharing->allowed(general));
  ANTIN_TRY(const auto held, CallersHeld(*parts_.store, *parts_.vault, caller).find(id));
  if (held.entry_state != "released" || !allowed.covers(held.facts.kind, held.facts.procedure))
    return make_error(Code::kDigitisedUnknown, id);
  ANTIN_TRY(const auto original, parts_.store->original(held.original));
  if (!original) return make_error(Code::kDigitisedUnknown, id);
  ANTIN_TRY(auto octets, parts_.store->document(original->sha256, original->size));
  const auto hand_out = new_uuid7(*parts_.clock, *parts_.random);
  auto event = hand_out_event(hand_out, caller, purpose, basis, "document", {held});
  event.document_sha256 = original->sha256;
  ANTIN_CHECK(this->held().hand_out(event));
  parts_.log->write(Log::Level::kInfo, "results_shared",
                    {{"request_id", request.id}, {"hand_out", hand_out}, {"key", caller.key_id}});
  return pdf_response(std::move(octets), original->sha256);
}

Result<Response> DigitiseApi::already_held(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"holder_id", "kind", "procedure"}));
  ANTIN_TRY(const auto holder_id, holder_in(read.members));
  ANTIN_TRY(const auto kind, optional_text(read.members, "kind", 64));
  ANTIN_TRY(const auto procedure, optional_text(read.members, "procedure", 64));
  if (kind.empty() && procedure.empty()) return wrong_fact("kind", "text");
  const AlreadyHeld all({parts_.store, parts_.vault, parts_.clock, parts_.random});
  ANTIN_TRY(const auto answer,
            all.ask({.holder_id = holder_id, .kind = kind, .procedure = procedure}, caller));
  OrderedJson body = {{"held", answer.in_force},
                      {"results", OrderedJson::array()},
                      {"notices", OrderedJson::array()}};
  for (const auto& held : answer.found) body["results"].push_back(shared_of(held, answer.day));
  if (answer.notice) body["notices"].push_back(in_words(*answer.notice));
  return json_response(200, body.dump());
}

bool DigitiseApi::answers(Operation operation) noexcept {
  return operation >= Operation::kDigitise && operation <= Operation::kAlreadyHeld;
}

DigitiseApi DigitiseApi::with_tables(std::shared_ptr<const OfficeTables>& held) const {
  auto parts = parts_;
  if (parts_.tables == nullptr) return DigitiseApi(std::move(parts));
  held = parts_.tables->now();
  parts.office = held->office.get();
  parts.sharing = held->sharing.get();
  return DigitiseApi(std::move(parts));
}

Result<Response> DigitiseApi::handle(const RouteRow& row, const Request& request,
                                     const Caller& caller, const std::string& resource) {
  std::shared_ptr<const OfficeTables> held;
  return with_tables(held).answer(row, request, caller, resource);
}

Result<Response> DigitiseApi::answer(const RouteRow& row, const Request& request,
                                     const Caller& caller, const std::string& resource) {
  if (parts_.office == nullptr || parts_.vault == nullptr || parts_.sharing == nullptr)
    return make_error(Code::kHttpNotFound, "no [digitise]");
  switch (row.operation) {
    case Operation::kDigitise:
      return import(request, caller);
    case Operation::kFindDigitised:
      return find(request, caller);
    case Operation::kDigitised:
      return one(resource, caller);
    case Operation::kDigitisedDocument:
      return document(resource, request, caller);
    case Operation::kWithdrawDigitised:
      return withdraw(resource, request, caller);
    case Operation::kSealDigitised:
      return seal(request, caller);
    case Operation::kDigitisingProgress:
      return progress(request, caller);
    case Operation::kDigitisingPlan:
      return plan(request, caller);
    case Operation::kDigitisingFaults:
      return faults(request, caller);
    case Operation::kReportFaults:
      return report_faults(request, caller);
    case Operation::kShare:
      return share(request, caller);
    case Operation::kShareDocument:
      return share_document(resource, request, caller);
    case Operation::kAlreadyHeld:
      return already_held(request, caller);
    default:
      return make_error(Code::kInternal, "no operation on digitised results");
  }
}

}  // namespace antin::service
