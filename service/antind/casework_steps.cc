// Opening a case and taking it from one step to the next.

#include <algorithm>
#include <set>

#include "service/antind/already_held.h"
#include "service/antind/api.h"
#include "service/antind/case_capture.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_person.h"
#include "service/antind/case_result.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/composing.h"
#include "service/antind/idempotency.h"
#include "service/antind/problem.h"
#include "service/antind/sha256.h"
#include "service/ipc/worker_protocol.h"
#include "service/office/legal_rules.h"
#include "service/store/store_values.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::BookEffect;
using casework::Case;
using casework::CaseDocument;
using casework::Need;
using casework::Product;
using casework::State;
using Json = nlohmann::json;

constexpr std::size_t kMostTogether = 50;

void set(casework::Needs& needs, Need need, bool there) {
  needs.set(static_cast<std::size_t>(need), there);
}

// What a name or a code may be: visits and dossiers are other systems' words.
Result<std::string> short_text(const Json& members, const char* name) {
  constexpr std::size_t kMost = 128;
  ANTIN_TRY(const auto text, text_member(members, name));
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (text.size() > kMost || !plain) return wrong_fact(name, "text");
  return to_nfc(text);
}

Result<std::int64_t> version_in(const Json& members) {
  const auto found = members.find("version");
  if (found == members.end() || !found->is_number_integer()) return wrong_fact("version", "number");
  return found->get<std::int64_t>();
}

Result<std::optional<casework::Once>> once_of(const Request& request, const Caller& caller,
                                              const CaseRequest& read, const std::string& about) {
  if (request.head.count("idempotency-key") == 0) return std::optional<casework::Once>();
  ANTIN_TRY(const auto key, idempotency_key(request.head));
  const auto file = read.file ? sha256({read.file->view()}) : Bytes();
  return std::optional(casework::Once{
      .owner = caller.key_id,
      .key = key,
      .fingerprint = sha256({as_bytes(about), as_bytes(read.members.dump()), file})});
}

}  // namespace

Result<CaseDocument> CaseworkApi::keep(const char* role, const SharedBytes& octets,
                                       std::int64_t pages) {
  ANTIN_TRY(auto digest, parts_.store->put_document({octets.view()}));
  return CaseDocument{
      .role = role, .sha256 = std::move(digest), .size = octets.size(), .pages = pages};
}

Result<Response> CaseworkApi::open_case(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  const auto& members = read.members;
  ANTIN_CHECK(only_members(
      members, {"product", "unit", "visit", "dossier", "facts", "replaces", "further"}));
  ANTIN_TRY(const auto product, text_member(members, "product"));
  const auto known = casework::product_named(product);
  if (!known) return wrong_fact("product", "?");
  CallersCases cases(*parts_.store, caller);
  const auto roles = cases.roles();
  const auto opener = *known == Product::kResult
                          ? casework::roles_of({casework::Role::kSystem, casework::Role::kClerk})
                          : casework::roles_of({casework::Role::kReception, casework::Role::kClerk,
                                                casework::Role::kOfficer});
  if ((roles & opener).none())
    return make_error(
        Code::kCaseRole, "open",
        {{"viec", "lập hồ sơ"}, {"vai_tro", casework::words(opener, Language::kVietnamese)}});
  Case fresh;
  fresh.id = new_uuid7(*parts_.clock, *parts_.random);
  fresh.product = *known;
  ANTIN_TRY(fresh.unit, short_text(members, "unit"));
  ANTIN_TRY(const auto unit, parts_.office->unit_name(fresh.unit, parts_.clock->utc_now()));
  ANTIN_TRY(fresh.visit, short_text(members, "visit"));
  ANTIN_TRY(fresh.dossier, short_text(members, "dossier"));
  ANTIN_TRY(auto facts, merge_facts(Json::object(), members.value("facts", Json::object()),
                                    casework::first_state(*known)));
  fresh.owner = caller.key_id;
  fresh.created = fresh.updated = parts_.clock->utc_now();
  ANTIN_TRY(facts["legal"], parts_.office->legal_version(fresh.created));
  fresh.requester = text_fact(facts, "requester");
  fresh.paper = text_fact(facts, "paper");
  fresh.day = legal_day(fresh.created);
  ANTIN_TRY(const auto origin, result_origin(members));
  ANTIN_TRY(const auto once, once_of(request, caller, read, "open"));
  bool seen = false;
  if (once) {
    ANTIN_TRY(seen, casework::Cases(*parts_.store).seen(*once));
  }
  std::optional<CaseDocument> document;
  if (*known == Product::kResult) {
    if (!read.file) return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
    if (!once) return make_error(Code::kIdempotencyKeyMissing, "Idempotency-Key");
    ANTIN_CHECK(cases.may_work_for(fresh.unit));
    if (!seen) {
      ANTIN_TRY(document, take_submission(fresh, facts, *read.file));
    }
  } else {
    if (read.file) return wrong_fact("file", "?");
    for (const char* name : {"replaces", "further"}) {
      if (members.contains(name)) return wrong_fact(name, "?");
    }
  }
  if (!seen) {
    ANTIN_CHECK(cases.may_work_for(fresh.unit));
    ANTIN_CHECK(look_up(fresh, facts, caller));
  }
  fresh.facts = facts.dump();
  const auto opened = cases.open(fresh, once, document, origin);
  if (!opened) return submission_refused(opened.error(), fresh, cases, request.id);
  ANTIN_TRY(const auto body, describe(opened.value()));
  auto response = json_response(201, body.dump());
  response.fields.push_back({"Location", "/api/v1/cases/" + opened.value().id});
  return response;
}

Status CaseworkApi::look_up(const Case& one, Json& facts, const Caller& caller) const {
  return AlreadyHeld({parts_.store, parts_.vault, parts_.clock, parts_.random})
      .of_case(one, facts, caller);
}

Result<ReadSignatures> CaseworkApi::signatures_of(const Case& one, const Json& facts,
                                                  const SharedBytes& octets,
                                                  std::optional<std::chrono::milliseconds> within) {
  const auto now = parts_.clock->utc_now();
  const auto whose = [&](casework::SignatureFact& signature) {
    parts_.office->whose(signature, one, facts, now);
  };
  ANTIN_TRY(auto read, read_signatures(*parts_.workers, octets, now,
                                       within.value_or(parts_.config->verify.within), whose));
  ANTIN_TRY(read.document.unit, parts_.office->unit_name(one.unit, now));
  read.document.day = to_vietnam_day_text(now);
  if (facts.contains("revocation_confirmed"))
    read.document.unknown = casework::SignedDocument::Unknown::kConfirmed;
  return read;
}

// C-04, C-07, R-05, R-06: a scan of every page, of paper, of the prescribed standard.
Status CaseworkApi::take_scan(Step& step, const SharedBytes& file) {
  ANTIN_TRY(auto scan,
            capture_scan(*parts_.workers,
                         {.files = {file}, .signed_input = signed_scan(step.one, step.facts)},
                         parts_.config->verify.within));
  step.complaints = std::move(scan.complaints);
  if (!scan.fits)
    return make_error(
        Code::kCaseIncomplete, step.one.id,
        {{"thieu", std::string(casework::words(Need::kCapture, Language::kVietnamese))}});
  ANTIN_CHECK(parts_.office->check_scan(step.one, step.facts,
                                        {.holds_signature = false, .pages = scan.pages}));
  ANTIN_TRY(step.change.document, keep("capture", scan.document, scan.pages));
  return Done{};
}

Status CaseworkApi::take_capture(Step& step) {
  return step.one.product == Product::kOfficeCopy ? take_copied(step) : take_scan(step, *step.file);
}

// The very document of the case with a signature added, and one that the seal may follow (C-02).
Status CaseworkApi::take_officer_signature(Step& step) {
  const bool again = step.one.state == State::kOfficerSigned;
  ANTIN_TRY(const auto basis, newest(step.one.id, again ? "officer_signed" : "document"));
  if (!basis) return make_error(Code::kCaseDocumentUnknown, step.one.id);
  ANTIN_TRY(const auto before, octets_of(*basis));
  if (!begins_with(*step.file, before)) return make_error(Code::kCaseDocumentOther, step.one.id);
  const auto asked = std::chrono::steady_clock::now();
  const auto within = step.within.value_or(std::chrono::milliseconds(parts_.config->verify.within));
  ANTIN_TRY(const auto read, signatures_of(step.one, step.facts, *step.file, within));
  if (step.one.product == Product::kResult) {
    ANTIN_CHECK(next_may_sign(*parts_.office, step.facts, read.document));
  } else {
    ANTIN_CHECK(casework::seal_allowed(step.one.product, read.document));
    ANTIN_CHECK(parts_.office->is_named(read.document.signatures.back(), step.facts));
  }
  ANTIN_CHECK(KeyPerson(*step.caller, *parts_.office).signed_it(read.document.signatures.back()));
  // S-15: and nothing else. What a signature covers may still be more than what was to be signed.
  const SharedBytes added(std::make_shared<const SharedBytes>(*step.file),
                          step.file->view().subspan(before.size()));
  const auto left = within - std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::steady_clock::now() - asked);
  ANTIN_TRY(const auto checked,
            parts_.workers->ask(
                worker::kCheckAdded,
                cbor::Map{{"what", "person"}, {"from", static_cast<std::int64_t>(before.size())}},
                {before, added}, std::max(left, std::chrono::milliseconds(1))));
  static_cast<void>(checked);
  ANTIN_TRY(step.change.document, keep("officer_signed", *step.file, read.pages));
  return Done{};
}

Status CaseworkApi::prepare_number(Step& step) {
  const auto now = parts_.clock->utc_now();
  if (step.one.product == Product::kResult) ANTIN_CHECK(prepare_result(step));
  ANTIN_TRY(step.change.series, parts_.office->series(step.one, step.facts, now));
  ANTIN_TRY(auto signer, parts_.office->signer(step.one, step.facts, now));
  ANTIN_TRY(const auto fee, parts_.office->fee(step.one, step.facts, now));
  step.change.book = {.requester = text_fact(step.facts, "requester"),
                      .paper = text_fact(step.facts, "paper"),
                      .signer = std::move(signer),
                      .copies = std::max<std::int64_t>(1, number_fact(step.facts, "copies")),
                      .fee = fee};
  return Done{};
}

// What has to be true before the step is written down. Everything here can be done again.
Status CaseworkApi::prepare(Step& step) {
  switch (step.action) {
    case Action::kCapture:
      return take_capture(step);
    case Action::kOfficerSign:
      return take_officer_signature(step);
    case Action::kAttest:
      give_code(step.facts);
      return prepare_number(step);
    case Action::kNumber:
      return prepare_number(step);
    case Action::kFind:
      return take_entry(step);
    case Action::kAnswerMissing:
      return take_no_entry(step);
    case Action::kCompose:
      ANTIN_CHECK(take_entry(step));
      give_code(step.facts);
      ANTIN_CHECK(prepare_number(step));
      return try_to_compose(step);
    case Action::kLine:
      return take_line(step);
    case Action::kRegister:
      return enter(step);
    case Action::kRelease:
      return decide(step, "released");
    case Action::kCancel:
      return decide(step, "cancelled");
    case Action::kRecall:
      return decide(step, "recalled");
    case Action::kVoid:
      step.change.reason = text_fact(step.facts, "reason");
      return Done{};
    default:
      return Done{};
  }
}

// C-08: other papers of the same visit, whose numbers follow this one.
Result<std::vector<casework::Change>> CaseworkApi::together(const Step& step) {
  std::vector<casework::Change> all{step.change};
  const auto list = step.given.find("together");
  if (list == step.given.end()) return all;
  if (!list->is_array() || list->size() > kMostTogether || step.one.visit.empty())
    return wrong_fact("together", "array");
  CallersCases cases(*parts_.store, *step.caller);
  for (const auto& named : *list) {
    if (!named.is_object()) return wrong_fact("together", "object");
    ANTIN_CHECK(only_members(named, {"id", "version"}));
    ANTIN_TRY(const auto id, text_member(named, "id"));
    Step other{.action = step.action, .given = named, .caller = step.caller};
    ANTIN_TRY(other.one, cases.find(id));
    ANTIN_TRY(const auto version, version_in(named));
    if (other.one.unit != step.one.unit || other.one.visit != step.one.visit ||
        other.one.product != step.one.product || other.one.id == step.one.id)
      return make_error(Code::kCaseVisitOther, id);
    other.facts = facts_of(other.one);
    // One person signs them all, unless another was named for one of them.
    for (const char* shared : {"signer", "capacity"}) {
      if (step.facts.contains(shared) && !other.facts.contains(shared))
        other.facts[shared] = step.facts.at(shared);
    }
    ANTIN_CHECK(KeyPerson(*step.caller, *parts_.office)
                    .before(other.one, step.action, step.change.roles, Json::object(), other.facts,
                            step.change.now));
    other.change = step.change;
    other.change.id = id;
    other.change.version = version;
    other.change.requester = other.one.requester;
    other.change.paper = other.one.paper;
    other.change.document.reset();
    ANTIN_TRY(other.change.there, needs_there(other.one, other.facts));
    // No other step gives numbers to several at once.
    if (step.action == Action::kAttest) give_code(other.facts);
    ANTIN_CHECK(prepare_number(other));
    other.change.facts = other.facts.dump();
    all.push_back(std::move(other.change));
  }
  return all;
}

// The document that is to be signed, as soon as its number is known. Made again when a crash came
// between the two.
Result<Case> CaseworkApi::with_document(Case one) {
  constexpr std::array kWaiting{State::kAttested, State::kComposed, State::kLined,
                                State::kNumbered};
  if (std::find(kWaiting.begin(), kWaiting.end(), one.state) == kWaiting.end()) return one;
  ANTIN_TRY(const auto there, newest(one.id, "document"));
  if (there) return one;
  auto facts = facts_of(one);
  ANTIN_TRY(const auto shown, facts_to_compose(one));
  ANTIN_TRY(const auto material, material_of(one, shown));
  if (material.basis.empty() && !material.entry) return one;
  ANTIN_TRY(auto made, parts_.composer->document(material));
  if (made.pages == 0) {
    ANTIN_TRY(const auto read, signatures_of(one, facts, made.octets));
    made.pages = read.pages;
  }
  if (!made.layout.empty()) facts["layout"] = made.layout;
  ANTIN_TRY(const auto kept, keep("document", made.octets, made.pages));
  return casework::Cases(*parts_.store)
      .amend(one.id, one.version, facts.dump(), "document", one.owner, parts_.clock->utc_now(),
             kept);
}

// C-23: of a paper that must not be copied no picture stays, nor one that another took the place
// of.
Status CaseworkApi::erase_secret(const Case& one) {
  constexpr std::int64_t kSecret = office::kGroundSecret;
  if (number_fact(facts_of(one), "ground") != kSecret) return Done{};
  std::set<Bytes> gone;
  for (const char* role : {"capture", kScanRole}) {
    ANTIN_TRY(const auto scans, casework::Cases(*parts_.store).versions(one.id, role));
    for (const auto& scan : scans) {
      if (gone.insert(scan.sha256).second) ANTIN_CHECK(parts_.store->destroy_document(scan.sha256));
    }
  }
  return Done{};
}

Result<Response> CaseworkApi::refused(Step& step, const std::string& request_id, bool& is_refused) {
  auto& there = step.change.there;
  ANTIN_TRY(there, needs_there(step.one, step.facts));
  if (step.action == Action::kCapture)
    set(there, Need::kCapture, step.file.has_value() || step.facts.contains("original"));
  if (step.action == Action::kOfficerSign)
    set(there, Need::kOfficerSignature, step.file.has_value());
  const auto judged = casework::judge({.product = step.one.product,
                                       .state = step.one.state,
                                       .action = step.action,
                                       .roles = step.change.roles,
                                       .there = there});
  is_refused = judged.step == nullptr;
  if (!is_refused) return Response{};
  // What the answers say against it, rather than that they are missing.
  if (judged.missing == casework::needs_of({Need::kAnswers}))
    ANTIN_CHECK(parts_.office->check(step.one, step.facts));
  return step_refused(judged, request_id);
}

Result<Response> CaseworkApi::act(const std::string& id, const Request& request,
                                  const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"action", "version", "facts", "together"}));
  ANTIN_TRY(const auto action, text_member(read.members, "action"));
  const auto known = casework::action_named(action);
  if (!known) return wrong_fact("action", "?");
  ANTIN_TRY(const auto version, version_in(read.members));
  CallersCases cases(*parts_.store, caller);
  Step step{.action = *known, .given = read.members, .file = read.file, .caller = &caller};
  ANTIN_TRY(step.one, cases.find(id));
  ANTIN_TRY(step.one, settle(std::move(step.one)));
  ANTIN_TRY(step.once, once_of(request, caller, read, id));
  const auto answer = [&](const Case& now) -> Result<Response> {
    ANTIN_TRY(const auto body, describe(now));
    return json_response(200, body.dump());
  };
  if (step.once) {
    ANTIN_TRY(const bool seen, casework::Cases(*parts_.store).seen(*step.once));
    if (seen) {
      ANTIN_TRY(const auto now, with_document(step.one));
      return answer(now);
    }
  }
  // A number whose document cannot be made can still be voided.
  if (*known != Action::kVoid) {
    ANTIN_TRY(step.one, with_document(std::move(step.one)));
  }
  ANTIN_TRY(step.facts, merge_facts(facts_of(step.one), read.members.value("facts", Json::object()),
                                    step.one.state));
  const auto given = read.members.value("facts", Json::object());
  const auto now = parts_.clock->utc_now();
  ANTIN_CHECK(KeyPerson(caller, *parts_.office)
                  .before(step.one, *known, cases.roles(), given, step.facts, now));
  step.change = {.id = id,
                 .version = version,
                 .action = *known,
                 .roles = cases.roles(),
                 .there = {},
                 .actor = caller.key_id,
                 .now = now,
                 .facts = step.facts.dump(),
                 .requester = text_fact(step.facts, "requester"),
                 .paper = text_fact(step.facts, "paper")};
  // C-15: a longer time limit is judged when it is asked for, not when the letter is written.
  if (read.members.value("facts", Json::object()).contains("extension_days")) {
    ANTIN_TRY(const auto terms, parts_.office->terms(step.one, step.facts));
    static_cast<void>(terms);
  }
  // Pages that were kept before the step become the capture.
  if (*known == Action::kCapture && !step.file && !step.facts.contains("original")) {
    ANTIN_TRY(const auto kept, kept_scan(id));
    if (kept && kept->role == kScanRole) {
      ANTIN_TRY(step.file, octets_of(*kept));
    }
  }
  bool is_refused = false;
  ANTIN_TRY(auto refusal, refused(step, request.id, is_refused));
  if (is_refused) return refusal;
  // Before anything that reaches beyond the case; once more within the transaction.
  if (step.one.version != version)
    return make_error(Code::kCaseChanged, id,
                      {{"co", std::to_string(step.one.version)}, {"gui", std::to_string(version)}});
  const auto* row = casework::step_of(step.one.product, step.one.state, *known);
  if (row->book == BookEffect::kReserve && !step.once)
    return make_error(Code::kIdempotencyKeyMissing, "Idempotency-Key");
  if (*known == Action::kSeal) return seal(step, request);
  if (asks_anew(facts_of(step.one), step.facts)) ANTIN_CHECK(look_up(step.one, step.facts, caller));
  if (auto prepared = prepare(step); !prepared) {
    if (step.complaints.empty()) return std::move(prepared).error();
    return with_complaints(problem(prepared.error(), request.id), step.complaints);
  }
  // What a step found out is part of what is written down.
  step.change.facts = step.facts.dump();
  step.change.requester = text_fact(step.facts, "requester");
  step.change.paper = text_fact(step.facts, "paper");
  auto told = given;
  if (!caller.person.empty()) told["person"] = caller.person;
  step.change.told = told.dump();
  ANTIN_TRY(const auto changes, together(step));
  if (changes.size() > 1 && row->book != BookEffect::kReserve)
    return make_error(Code::kCaseVisitOther, id);
  ANTIN_TRY(const auto after, cases.steps(changes, step.once));
  std::optional<Case> first;
  for (const auto& one : after) {
    ANTIN_TRY(auto with, with_document(one));
    if (!first) first = std::move(with);
  }
  if (*known == Action::kRefuse) ANTIN_CHECK(erase_secret(*first));
  parts_.log->write(Log::Level::kInfo, "case_step",
                    {{"request_id", request.id},
                     {"case", id},
                     {"action", action},
                     {"state", std::string(casework::name(first->state))},
                     {"key", caller.key_id},
                     {"person", caller.person}});
  return answer(*first);
}

}  // namespace antin::service
