// Telling other systems what is held: what their purposes allow, and never without a record.

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_json.h"
#include "service/antind/digitise_api.h"
#include "service/antind/line.h"
#include "service/store/store_values.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using digitise::Purpose;
using holdings::Held;
using Json = nlohmann::json;

constexpr std::size_t kMostResults = 50;
// Of whoever asks before a citizen is asked: fixed, because the law itself is the purpose.
constexpr const char* kBeforeAsking = "kiem_tra_truoc_khi_yeu_cau";
constexpr const char* kBasisBeforeAsking = "Chỉ thị 27/CT-TTg ngày 27/10/2023";

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

// What stands in the audit log: who asked for what and why, and which results went out. Not the
// identifier: the results name their holder to whoever may open them.
StoreEvent event_of(const std::string& id, const Caller& caller, const std::string& purpose,
                    const std::string& basis, const char* what, const std::vector<Held>& given) {
  std::string ids;
  for (const auto& held : given) ids += (ids.empty() ? "" : " ") + held.id;
  return {.kind = StoreEvent::Kind::kHandedOut,
          .subject = id,
          .actor = caller.key_id,
          .document_sha256 = {},
          .state = what,
          .facts = {{"purpose", purpose},
                    {"legal_basis", basis},
                    {"results", ids},
                    {"count", std::to_string(given.size())}}};
}

}  // namespace

OrderedJson shared_of(const Held& held, std::string_view today) {
  const auto& facts = held.facts;
  return {{"id", held.id},
          {"unit", held.unit},
          {"procedure", facts.procedure},
          {"kind", facts.kind},
          {"number", facts.number},
          {"date", facts.day},
          {"issuer", facts.issuer},
          {"title", or_null(facts.title)},
          {"valid_until", or_null(facts.until)},
          {"in_force", digitise::in_force(facts.until, today)},
          {"pages", held.pages}};
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
  ANTIN_CHECK(held().hand_out(event_of(id, caller, question.purpose, question.legal_basis,
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
  auto event = event_of(hand_out, caller, purpose, basis, "document", {held});
  event.document_sha256 = original->sha256;
  ANTIN_CHECK(this->held().hand_out(event));
  parts_.log->write(Log::Level::kInfo, "results_shared",
                    {{"request_id", request.id}, {"hand_out", hand_out}, {"key", caller.key_id}});
  return pdf_response(std::move(octets), original->sha256);
}

// Chỉ thị 27/CT-TTg: what the office holds is not asked for again.
Result<Response> DigitiseApi::already_held(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"holder_id", "kind", "procedure"}));
  ANTIN_TRY(const auto holder_id, holder_in(read.members));
  ANTIN_TRY(const auto kind, optional_text(read.members, "kind", 64));
  ANTIN_TRY(const auto procedure, optional_text(read.members, "procedure", 64));
  if (kind.empty() && procedure.empty()) return wrong_fact("kind", "text");
  ANTIN_TRY(const auto found, CallersHeld(*parts_.store, *parts_.vault, caller)
                                  .of_holder(holder_id, kind, procedure, kMostResults));
  const auto id = new_uuid7(*parts_.clock, *parts_.random);
  ANTIN_CHECK(held().hand_out(event_of(id, caller, kBeforeAsking, kBasisBeforeAsking,
                                       found.empty() ? "nothing" : "facts", found)));
  const auto day = today();
  bool in_force = false;
  OrderedJson body = {{"held", false}, {"results", OrderedJson::array()}};
  for (const auto& held : found) {
    in_force = in_force || digitise::in_force(held.facts.until, day);
    body["results"].push_back(shared_of(held, day));
  }
  body["held"] = in_force;
  body["notices"] = OrderedJson::array();
  if (in_force)
    body["notices"].push_back(in_words({Code::kShareHeld, Severity::kInfo, {}, {}}));
  else if (!found.empty())
    body["notices"].push_back(in_words({Code::kShareHeldEnding,
                                        Severity::kWarning,
                                        {{"ngay", vietnam_day(found.front().facts.until)}},
                                        {}}));
  return json_response(200, body.dump());
}

bool DigitiseApi::answers(Operation operation) noexcept {
  return operation >= Operation::kDigitise && operation <= Operation::kAlreadyHeld;
}

Result<Response> DigitiseApi::handle(const RouteRow& row, const Request& request,
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
