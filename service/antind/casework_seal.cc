// The agency's seal, the entry of the register, and what follows from them.

#include <algorithm>

#include "service/antind/api.h"
#include "service/antind/book_desk.h"
#include "service/antind/callers_register.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/inspected.h"
#include "service/antind/result_metadata.h"
#include "service/store/register_text.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::Case;
using casework::Product;
using casework::State;
using Json = nlohmann::json;

// Of the jobs that seal: one for each document, whoever asks.
constexpr const char* kSealOwner = "casework";

const char* register_kind(Product product, const Json& facts) {
  switch (product) {
    case Product::kCertifiedCopy:
      return "certified_copy";
    case Product::kRegisterCopy:
      return "from_register_copy";
    case Product::kOfficeCopy:
      // An appendix is a part of the agency's own document, and no copy.
      if (text_fact(facts, "form") == kAppendixForm) break;
      return "sao_y";
    case Product::kResult:
      break;
  }
  return "result";
}

// What the seal goes on: what the officer signed, or where nobody need sign, the document itself.
const char* basis_of_seal(State state) {
  return state == State::kOfficerSigned ? "officer_signed" : "document";
}

std::optional<std::string> sealing_job(const Json& facts) {
  const auto seal = facts.find("seal");
  if (seal == facts.end() || !seal->is_object()) return std::nullopt;
  return seal->value("job", std::string());
}

casework::Change everything(const Case& one, Action action, UtcTime now) {
  return {.id = one.id,
          .version = one.version,
          .action = action,
          .roles = casework::Roles().set(),
          .there = casework::Needs().set(),
          .actor = {},
          .now = now,
          .facts = one.facts,
          .requester = one.requester,
          .paper = one.paper};
}

}  // namespace

// C-02: judged anew on what is kept, and only then the job begins that asks the key holder. A
// second clerk, or the same one again, gets the job that runs already.
Result<Response> CaseworkApi::seal(Step& step, const Request& request) {
  if (parts_.agency == nullptr) return make_error(Code::kAgencyKeyMissing, "no [agency]");
  std::int64_t tries = 0;
  if (const auto earlier = sealing_job(step.facts)) {
    tries = number_fact(step.facts.at("seal"), "try");
    ANTIN_TRY(const auto job, parts_.store->any_job(*earlier));
    if (job && job->state != JobState::kFailed) return under_way(step.one);
  }
  ANTIN_TRY(const auto basis, newest(step.one.id, basis_of_seal(step.one.state)));
  if (!basis) return make_error(Code::kCaseDocumentUnknown, step.one.id);
  ANTIN_TRY(const auto octets, octets_of(*basis));
  ANTIN_TRY(const auto read, signatures_of(step.one, step.facts, octets));
  ANTIN_CHECK(casework::seal_allowed(step.one.product, read.document));
  ANTIN_CHECK(signed_enough(step.one, step.facts, read));
  const auto now = parts_.clock->utc_now();
  ANTIN_CHECK(parts_.office->may_seal(step.one, step.facts, now));
  ++tries;
  const auto id = new_uuid7(*parts_.clock, *parts_.random);
  ANTIN_TRY(const auto line,
            parts_.composer->seal_line({.one = step.one, .facts = step.facts, .now = now}));
  Json options{
      {"level", parts_.config->agency.level}, {"case", step.one.id}, {"unit", step.one.unit}};
  if (!line.empty()) options["line"] = line;
  const StoredJob job{.id = id,
                      .kind = "sign",
                      .owner = kSealOwner,
                      .state = JobState::kQueued,
                      .created = now,
                      .updated = now,
                      .input_sha256 = basis->sha256,
                      .options = options.dump(),
                      .result = {},
                      .target = {}};
  // Two clerks at once begin one job: the second finds the first by this key.
  ANTIN_TRY(const auto begun,
            parts_.seal(job, "case-" + step.one.id + "-" + std::to_string(tries)));
  step.facts["seal"] = {{"job", begun}, {"try", tries}, {"actor", step.caller->key_id}};
  const auto noted = casework::Cases(*parts_.store)
                         .amend(step.one.id, step.one.version, step.facts.dump(), "seal_asked",
                                step.caller->key_id, now);
  if (!noted && noted.error().code != Code::kCaseChanged) return noted.error();
  parts_.log->write(Log::Level::kInfo, "case_seal_asked",
                    {{"request_id", request.id},
                     {"case", step.one.id},
                     {"job", begun},
                     {"key", step.caller->key_id}});
  return under_way(noted ? noted.value() : step.one);
}

// Where its end will be seen.
Result<Response> CaseworkApi::under_way(const Case& one) {
  ANTIN_TRY(const auto body, describe(one));
  auto response = json_response(202, body.dump());
  response.fields.push_back({"Location", "/api/v1/cases/" + one.id});
  response.fields.push_back({"Retry-After", "1"});
  return response;
}

// What the key holder's seal made of it is judged like anybody's: C-02 before it is the case's.
Status CaseworkApi::take_sealed(const Case& one, const StoredJob& job) {
  const auto facts = facts_of(one);
  ANTIN_TRY(const auto basis, newest(one.id, basis_of_seal(one.state)));
  if (!basis || basis->sha256 != job.input_sha256)
    return make_error(Code::kCaseDocumentOther, one.id);
  ANTIN_TRY(const auto signature, parts_.store->signature(job.target, job.owner));
  if (!signature) return make_error(Code::kSignatureUnknown, job.target);
  ANTIN_TRY(const auto octets, parts_.store->document(signature->sha256, signature->size));
  ANTIN_TRY(const auto read, signatures_of(one, facts, octets));
  ANTIN_CHECK(casework::release_allowed(one.product, read.document));
  ANTIN_CHECK(signed_enough(one, facts, read));
  auto change = everything(one, Action::kSeal, parts_.clock->utc_now());
  change.actor = facts.contains("seal") ? text_fact(facts.at("seal"), "actor") : std::string();
  change.told = Json{{"job", job.id}, {"signature", signature->id}}.dump();
  change.document = casework::CaseDocument{
      .role = "sealed", .sha256 = signature->sha256, .size = signature->size, .pages = read.pages};
  ANTIN_TRY(const auto after, casework::Cases(*parts_.store).step(change));
  static_cast<void>(after);
  return Done{};
}

Result<Case> CaseworkApi::settle(Case one) {
  const auto job_id = sealing_job(facts_of(one));
  if (!job_id || casework::step_of(one.product, one.state, Action::kSeal) == nullptr) return one;
  ANTIN_TRY(const auto job, parts_.store->any_job(*job_id));
  if (!job || job->state != JobState::kDone) return one;
  // Somebody else may have been faster, which is no failure; whoever fails leaves the case where it
  // is.
  if (const auto taken = take_sealed(one, *job); !taken && taken.error().code != Code::kCaseChanged)
    parts_.log->write(Log::Level::kError, "case_seal_not_taken",
                      {{"case", one.id}, {"job", job->id}, {"error", to_log_line(taken.error())}});
  ANTIN_TRY(const auto now, casework::Cases(*parts_.store).find(one.id));
  return now ? *now : one;
}

void CaseworkApi::take_up(const StoredJob& job) {
  const auto options = Json::parse(job.options, nullptr, false);
  const auto id = options.is_object() ? options.value("case", std::string()) : std::string();
  if (id.empty()) return;
  auto one = casework::Cases(*parts_.store).find(id);
  if (!one || !one.value()) return;
  const auto settled = settle(std::move(*one.value()));
  if (!settled)
    parts_.log->write(Log::Level::kError, "case_seal_not_taken",
                      {{"case", id}, {"error", to_log_line(settled.error())}});
}

// C-02 once more, with what is known of revocation now; then the register has the document, and
// nobody outside can find it before it is released.
Status CaseworkApi::enter(Step& step) {
  ANTIN_TRY(const auto sealed, newest(step.one.id, "sealed"));
  if (!sealed) return make_error(Code::kCaseDocumentUnknown, step.one.id);
  ANTIN_TRY(const auto octets, octets_of(*sealed));
  ANTIN_TRY(const auto read, signatures_of(step.one, step.facts, octets));
  ANTIN_CHECK(casework::release_allowed(step.one.product, read.document));
  ANTIN_CHECK(signed_enough(step.one, step.facts, read));
  const auto now = parts_.clock->utc_now();
  casework::Cases cases(*parts_.store);
  ANTIN_TRY(const auto row, cases.row(step.one.row));
  ANTIN_TRY(const auto result, cases.result(step.one.id));
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(step.one.unit, now));
  StoredOriginal original{.id = new_uuid7(*parts_.clock, *parts_.random),
                          .sha256 = sealed->sha256,
                          .size = sealed->size,
                          .name = {},
                          .owner = step.one.owner,
                          .created = now,
                          .revisions = {}};
  std::optional<StoredEntry> entry =
      StoredEntry{.kind = register_kind(step.one.product, step.facts),
                  .number = step.one.number,
                  .book = row ? row->book_name : std::string(),
                  .day = row ? row->day : legal_day(now),
                  .unit_code = step.one.unit,
                  .unit_name = unit_name,
                  .pages = 0,
                  .state = "pending",
                  .code = text_fact(step.facts, "code"),
                  .decision = {},
                  .decision_day = {},
                  .officers = {},
                  .agencies = {}};
  if (entry->code.empty()) entry->code = new_register_code(*parts_.random);
  ANTIN_CHECK(take_inspected(read.inspected, entry, original));
  if (result) {
    // What stands in the QR code, and the day of the first signature.
    entry->code = result->public_code;
    ANTIN_TRY(entry->day, issued_on(*parts_.store, step.one));
  }
  original.entry = std::move(entry);
  bool fresh = false;
  ANTIN_TRY(const auto kept,
            CallersRegister(*parts_.store, *step.caller).add_original(std::move(original), fresh));
  step.change.original = kept.id;
  return Done{};
}

// The register first: what it says is what everybody is told from that moment on (C-18).
Status CaseworkApi::decide(Step& step, const char* state) {
  const bool release = step.action == Action::kRelease;
  if (release) ANTIN_CHECK(may_release(step.one));
  const StoredDecision decision{
      .state = state,
      .decision = release ? std::string() : text_fact(step.facts, "decision"),
      .day = release ? std::string() : text_fact(step.facts, "decision_date"),
      .actor = step.caller->key_id,
      .at = parts_.clock->utc_now()};
  ANTIN_TRY(const auto kept,
            CallersRegister(*parts_.store, *step.caller).decide(step.one.original, decision));
  static_cast<void>(kept);
  return Done{};
}

void CaseworkApi::follow(const std::string& original, const std::string& actor) {
  const auto failed = [&](const Error& error) {
    parts_.log->write(Log::Level::kError, "case_not_followed",
                      {{"original", original}, {"error", to_log_line(error)}});
  };
  casework::Cases cases(*parts_.store);
  const auto one = cases.of_original(original);
  if (!one) return failed(one.error());
  const auto kept = parts_.store->original(original);
  if (!kept) return failed(kept.error());
  if (!one.value() || !kept.value() || !kept.value()->entry) return;
  const auto& entry = *kept.value()->entry;
  const auto& now = *one.value();
  // A result is recalled, a copy is cancelled, whatever the decision calls it.
  const auto action = entry.state == "released"         ? Action::kRelease
                      : now.product == Product::kResult ? Action::kRecall
                                                        : Action::kCancel;
  if (casework::step_of(now.product, now.state, action) == nullptr) return;
  auto change = everything(now, action, parts_.clock->utc_now());
  change.actor = actor;
  change.told = Json{{"decision", entry.decision}, {"decision_date", entry.decision_day}}.dump();
  if (const auto after = cases.step(change); !after) failed(after.error());
}

bool CaseworkApi::answers(Operation operation) noexcept {
  return (operation >= Operation::kOpenCase && operation <= Operation::kCancelledList) ||
         (operation >= Operation::kKeepScan && operation <= Operation::kSigners);
}

CaseworkApi CaseworkApi::with_tables(std::shared_ptr<const OfficeTables>& held) const {
  auto parts = parts_;
  if (parts_.tables == nullptr) return CaseworkApi(std::move(parts));
  held = parts_.tables->now();
  parts.office = held->office.get();
  parts.composer = held->composer.get();
  return CaseworkApi(std::move(parts));
}

Result<Response> CaseworkApi::handle(const RouteRow& row, const Request& request,
                                     const Caller& caller, const std::string& resource) {
  std::shared_ptr<const OfficeTables> held;
  return with_tables(held).answer(row, request, caller, resource);
}

void CaseworkApi::sealed(const StoredJob& job) {
  std::shared_ptr<const OfficeTables> held;
  auto now = with_tables(held);
  if (now.parts_.office != nullptr) now.take_up(job);
}

void CaseworkApi::decided(const std::string& original, const std::string& actor) {
  std::shared_ptr<const OfficeTables> held;
  with_tables(held).follow(original, actor);
}

Result<Response> CaseworkApi::answer(const RouteRow& row, const Request& request,
                                     const Caller& caller, const std::string& resource) {
  // What was cancelled is told where no cases are kept, too.
  if (row.operation == Operation::kCancelledList) return cancelled_list(request);
  if (parts_.office == nullptr || parts_.composer == nullptr)
    return make_error(Code::kHttpNotFound, "no [office]");
  switch (row.operation) {
    case Operation::kOpenCase:
      return open_case(request, caller);
    case Operation::kFindCases:
      return find_cases(request, caller);
    case Operation::kCase:
      return one_case(resource, caller);
    case Operation::kCaseEvents:
      return events(resource, caller);
    case Operation::kCaseDocument:
      return document(resource, request, caller);
    case Operation::kCaseMetadata:
      return metadata(resource, caller);
    case Operation::kCaseAction:
      return act(resource, request, caller);
    case Operation::kBooks:
      return books(request, caller);
    case Operation::kBookRows:
      return book_rows(request, caller);
    case Operation::kLateRows:
      return late_rows(caller);
    case Operation::kPrintBook:
      return BookDesk(parts_).print(request, caller);
    case Operation::kNextVolume:
      return BookDesk(parts_).next_volume(request, caller);
    case Operation::kExportBook:
      return BookDesk(parts_).export_lines(request, caller);
    case Operation::kIndexReport:
      return BookDesk(parts_).index_report(request, caller);
    case Operation::kCloseBook:
      return close_book(request, caller);
    case Operation::kWriteLetter:
      return write_letter(resource, request, caller);
    case Operation::kWork:
      return work(request, caller);
    case Operation::kSealCheck:
      return seal_check(resource, request, caller);
    case Operation::kKeepScan:
      return keep_scan(resource, request, caller);
    case Operation::kScan:
      return scan(resource, caller);
    case Operation::kCasePage:
      return page_picture(resource, request, caller);
    case Operation::kPreview:
      return preview(resource, request, caller);
    case Operation::kLegal:
      return legal();
    case Operation::kSigners:
      return signers(request, caller);
    case Operation::kAddOrigins:
      return add_origins(request, caller);
    case Operation::kFindOrigins:
      return find_origins(request, caller);
    case Operation::kOrigin:
      return origin(resource, caller);
    case Operation::kOriginKinds:
      return origin_kinds();
    default:
      return make_error(Code::kInternal, "no operation on cases");
  }
}

}  // namespace antin::service
