#include <algorithm>
#include <nlohmann/json.hpp>

#include "service/antind/api.h"
#include "service/antind/api_facts.h"
#include "service/antind/idempotency.h"
#include "service/antind/problem.h"
#include "service/antind/recalled.h"
#include "service/antind/sha256.h"
#include "service/antind/unit_seals.h"
#include "service/antind/upgrade.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::chrono::milliseconds kAnswerWithin{9'000};
// Nothing is lost but time.
bool store_is_away(const Error& error) {
  return error.code == Code::kStoreFull || error.code == Code::kDatabaseGone ||
         error.code == Code::kDatabaseBusy;
}

// From failed to queued, and nobody's: of several that ask at once, on whichever node, one. False
// when somebody else was faster.
Result<bool> queue_again(Database& database, const std::string& job, UtcTime now) {
  ANTIN_TRY(const auto rows,
            database.query("UPDATE job SET state=?2, result='', target='', updated=?3,"
                           " lease_owner='', lease_until=0 WHERE id=?1 AND state=?4 RETURNING id",
                           {job, static_cast<std::int64_t>(JobState::kQueued), seconds(now),
                            static_cast<std::int64_t>(JobState::kFailed)}));
  return !rows.empty();
}

// A key that is bound to units gets no other unit's seal. Where units have no seals of their own,
// there is one for all.
Result<std::string> unit_to_sign_for(const Caller& caller, const Parameters& options, bool apart) {
  const auto named = options.find("unit");
  if (named != options.end()) {
    if (named->second.empty()) return wrong_parameter("unit");
    if (caller.units.empty() || caller.units.count(named->second) != 0) return named->second;
    return make_error(Code::kKeyUnit, named->second);
  }
  if (!apart || caller.units.empty()) return std::string();
  if (caller.units.size() > 1) return wrong_parameter("unit");
  return *caller.units.begin();
}

// What everybody works with who takes an office's papers and has them sealed. The tables bring the
// rest, anew for each request.
template <class Parts>
Parts office_parts(const ApiParts& parts, decltype(Parts::seal) seal) {
  Parts made{};
  made.store = parts.store;
  made.workers = parts.verify_workers;
  made.config = parts.config;
  made.agency = parts.agency;
  made.log = parts.log;
  made.clock = parts.clock;
  made.random = parts.random;
  made.vault = parts.vault;
  made.tables = parts.tables;
  made.seal = std::move(seal);
  return made;
}

}  // namespace

Result<Response> Api::begin_signature(const Work& work, const Responder& responder, bool& later) {
  if (parts_.agency == nullptr) return make_error(Code::kAgencyKeyMissing, "no [agency]");
  ANTIN_TRY(const auto key, idempotency_key(work.request.head));
  ANTIN_TRY(
      const auto inputs,
      read_inputs(work, {"file"}, {"level", "reason", "location", "field", "appearance", "unit"}));
  const auto file = inputs.files.find("file");
  if (file == inputs.files.end())
    return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
  Json options{{"level", parts_.config->agency.level}};
  for (const auto& [option, value] : inputs.options) options[option] = value;
  const auto level = options["level"].get<std::string>();
  if (!is_signature_level(level)) return wrong_parameter("level");
  if (level != "B-B" && parts_.config->agency.tsa.empty())
    return make_error(Code::kHttpParameter, "level without tsa", {{"parameter", "level"}});
  if (const auto look = inputs.options.find("appearance");
      look != inputs.options.end() && parts_.appearances.count(look->second) == 0)
    return make_error(Code::kAppearanceUnknown, look->second, {{"name", look->second}});
  ANTIN_TRY(const auto unit,
            unit_to_sign_for(work.caller, inputs.options, has_unit_seals(*parts_.agency)));
  if (!unit.empty()) options["unit"] = unit;
  ANTIN_CHECK(seal_of(*parts_.agency, unit));

  ANTIN_CHECK(refuse_recalled(*parts_.store, file->second.view()));

  // Nothing is begun that cannot be done: the same Idempotency-Key works when the key holder is
  // back.
  ANTIN_CHECK(parts_.agency->reachable());

  ANTIN_TRY(auto stored, parts_.store->put_document({file->second.view()}));
  const auto now = parts_.clock->utc_now();
  StoredJob job{.id = new_uuid7(*parts_.clock, *parts_.random),
                .kind = "sign",
                .owner = owner(work.caller),
                .state = JobState::kQueued,
                .created = now,
                .updated = now,
                .input_sha256 = stored,
                .options = options.dump(),
                .result = {},
                .target = {}};
  const auto fingerprint = sha256({stored, as_bytes(job.options)});
  ANTIN_TRY(const auto begun, parts_.store->begin_job(job, key, fingerprint));
  if (begun.outcome == Store::Begun::Outcome::kOther)
    return make_error(Code::kIdempotencyKeyReused, "other request");
  // Registered before the job can end, so that its end is not missed.
  later = true;
  const bool at_once =
      work.request.head.value("prefer").find("respond-async") != std::string_view::npos;
  wait_for(begun.job, responder, work.request.id,
           at_once ? std::chrono::milliseconds(0) : kAnswerWithin);
  if (begun.outcome == Store::Begun::Outcome::kNew) {
    sign_.submit_anyway([this, job] { run_job(job); });
    return Response{};
  }
  ANTIN_TRY(const bool again, begin_again(begun.job));
  if (again) return Response{};
  ANTIN_TRY(auto done, finished(begun.job, work.request.id));
  if (done) {
    done->fields.push_back({"Idempotent-Replayed", "true"});
    responder.answer(std::move(*done));
  }
  return Response{};
}

CaseworkApi::Parts Api::casework_parts() {
  return office_parts<CaseworkApi::Parts>(
      parts_,
      [this](const StoredJob& job, const std::string& key) { return begin_seal(job, key); });
}

DigitiseApi::Parts Api::digitise_parts() {
  return office_parts<DigitiseApi::Parts>(
      parts_,
      [this](const StoredJob& job, const std::string& key) { return begin_seal(job, key); });
}

Result<std::string> Api::begin_seal(const StoredJob& job, const std::string& idempotency_key) {
  ANTIN_CHECK(parts_.agency->reachable());
  // Not the caller's own keys: what it may have used for a signature is another thing.
  const auto fingerprint = sha256({job.input_sha256});
  ANTIN_TRY(const auto begun, parts_.store->begin_job(job, idempotency_key, fingerprint));
  if (begun.outcome == Store::Begun::Outcome::kOther)
    return make_error(Code::kCaseChanged, job.id, {{"co", "?"}, {"gui", "?"}});
  if (begun.outcome == Store::Begun::Outcome::kNew)
    sign_.submit_anyway([this, job] { run_job(job); });
  return begun.job;
}

// What failed for a reason that passes (a token that was away) is no answer that a key must hear
// for ever: whoever asks with it again has it tried again, as the same job.
Result<bool> Api::begin_again(const std::string& id) {
  constexpr int kLater = 503;
  const std::lock_guard lock(again_mutex_);
  ANTIN_TRY(const auto job, parts_.store->any_job(id));
  if (!job || job->state != JobState::kFailed) return false;
  const auto problem = Json::parse(job->result, nullptr, false);
  if (!problem.is_object() || problem.value("status", 0) != kLater) return false;
  bool first = false;
  ANTIN_CHECK(parts_.store->in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(first, queue_again(database, id, parts_.clock->utc_now()));
    return Done{};
  }));
  // Whichever node comes first has it, as it has a job of a node that is gone.
  if (first) ANTIN_CHECK(take_up_jobs());
  return first;
}

void Api::wait_for(const std::string& job, const Responder& responder,
                   const std::string& request_id, std::chrono::milliseconds at_most) {
  if (at_most.count() == 0) {
    responder.answer(accepted(job));
    return;
  }
  {
    const std::lock_guard lock(waiters_mutex_);
    waiters_.emplace(job, Waiter{responder, request_id});
  }
  responder.otherwise_after(at_most, [job] { return accepted(job); });
}

// The answer to whoever asked for this signature; nullopt while it is not done.
Result<std::optional<Response>> Api::finished(const std::string& id,
                                              const std::string& request_id) {
  ANTIN_TRY(const auto job, parts_.store->any_job(id));
  if (!job) return make_error(Code::kJobUnknown, id);
  if (job->state == JobState::kDone) {
    ANTIN_TRY(const auto facts, with_upgrade(job->result, job->target, job->owner));
    auto response = json_response(201, facts);
    response.fields.push_back({"Location", "/api/v1/signatures/" + job->target + "/document"});
    return std::optional(std::move(response));
  }
  if (job->state != JobState::kFailed) return std::optional<Response>();
  auto body = Json::parse(job->result, nullptr, false);
  const int status = body.is_object() ? body.value("status", 500) : 500;
  if (body.is_object()) body["request_id"] = request_id;
  auto response = json_response(status, body.dump());
  response.content_type = "application/problem+json";
  return std::optional(std::move(response));
}

void Api::run_job(const StoredJob& job) {
  if (stopping_) return;
  auto written = parts_.store->set_job(job.id, JobState::kRunning, {}, {}, parts_.clock->utc_now());
  auto made = written ? sign(job) : Result<std::string>(std::move(written).error());
  // A stop takes the workers away under a running job: it is taken up again at the next start.
  if (!made && stopping_) return;
  std::optional<Error> failure;
  if (!made) failure = std::move(made).error();
  bool waits = failure && postponed(job, *failure);
  if (failure && store_is_away(*failure)) {
    put_off(job, *failure);
    waits = true;
  } else if (failure && !waits) {
    parts_.log->write(Log::Level::kError, "signing_failed",
                      {{"job", job.id}, {"error", to_log_line(*failure)}});
    const auto kept = parts_.store->set_job(
        job.id, JobState::kFailed, problem_json(*failure, job.id), {}, parts_.clock->utc_now());
    // A job whose end cannot be written down has none: it is tried again, or its key would hear
    // for ever that it is running.
    if (!kept) put_off(job, kept.error());
    waits = !kept;
  }
  parts_.metrics->count("antin_signed_total", !failure ? "result=\"signed\""
                                              : waits  ? "result=\"pending\""
                                                       : "result=\"failed\"");
  if (!failure) {
    casework_.sealed(job);
    digitise_.sealed(job);
  }
  answer_waiters(job.id);
}

// A job without an end waits, or was begun again meanwhile.
void Api::answer_waiters(const std::string& job) {
  std::vector<Waiter> waiting;
  {
    const std::lock_guard lock(waiters_mutex_);
    const auto [first, last] = waiters_.equal_range(job);
    for (auto it = first; it != last; ++it) waiting.push_back(it->second);
    waiters_.erase(first, last);
  }
  for (const auto& waiter : waiting) {
    auto answer = finished(job, waiter.request_id);
    if (answer && answer.value())
      waiter.responder.answer(std::move(*answer.value()));
    else if (answer)
      waiter.responder.answer(accepted(job));
    else
      waiter.responder.answer(problem(answer.error(), waiter.request_id));
  }
}

// S-07: a signature whose timestamp server is away waits, and nothing of it is released. False when
// this error is not of that kind.
bool Api::postponed(const StoredJob& job, Error& error) {
  if (error.code != Code::kTimestampUnreachable && error.code != Code::kTimestampRefused)
    return false;
  auto pending = parts_.store->pending(job.id);
  if (!pending || !pending.value()) return false;
  auto& wait = *pending.value();
  const auto now = parts_.clock->utc_now();
  const auto& agency = parts_.config->agency;
  if (now.since_epoch() - wait.since.since_epoch() >= agency.pending_for) {
    error = while_doing(std::move(error), Code::kSignaturePendingTooLong, job.id);
    return false;
  }
  const auto pause = pause_after(agency.retry_after, wait.tries);
  ++wait.tries;
  wait.due = UtcTime{now.since_epoch() + pause};
  const auto told = while_doing(error, Code::kSignaturePending, job.id);
  // When this is not written down, the row of the signature is still there: the next start takes
  // it up.
  if (const auto kept = parts_.store->postpone(wait, problem_json(told, job.id), now); !kept)
    parts_.log->write(Log::Level::kError, "job_lost",
                      {{"job", job.id}, {"error", to_log_line(kept.error())}});
  parts_.log->write(Log::Level::kWarning, "signature_pending",
                    {{"job", job.id},
                     {"tries", std::to_string(wait.tries)},
                     {"due", to_rfc3339(wait.due)},
                     {"error", to_log_line(error)}});
  run_later(job, pause);
  return true;
}

// What the store has of the job is enough to take it up again. Before it signs it is written down
// as running, so that a store that cannot write costs no signature.
void Api::put_off(const StoredJob& job, const Error& error) {
  parts_.log->write(Log::Level::kError, "job_put_off",
                    {{"job", job.id}, {"error", to_log_line(error)}});
  run_later(job, parts_.config->agency.retry_after);
}

void Api::run_later(const StoredJob& job, std::chrono::seconds pause) {
  later_.after(pause, [this, job] { sign_.submit_anyway([this, job] { run_job(job); }); });
}

// What waits keeps its time across a restart; what was interrupted goes on at once.
Status Api::resume() {
  // First, while no signing job can add to them.
  ANTIN_CHECK(take_up_upgrades());
  end_interrupted();
  ANTIN_CHECK(take_up_jobs());
  tend_later();
  return Done{};
}

Status Api::take_up_jobs() {
  // Of those that a node without a key takes, nothing would come.
  if (parts_.agency == nullptr) return Done{};
  ANTIN_TRY(const auto jobs, parts_.store->take_jobs("sign"));
  for (const auto& job : jobs) {
    parts_.log->write(Log::Level::kInfo, "job_resumed", {{"job", job.id}});
    ANTIN_TRY(const auto pending, parts_.store->pending(job.id));
    const auto now = parts_.clock->utc_now().since_epoch();
    const auto left = pending ? pending->due.since_epoch() - now : std::chrono::seconds{0};
    if (left.count() > 0)
      run_later(job, std::min<std::chrono::seconds>(left, kLongestPause));
    else
      sign_.submit_anyway([this, job] { run_job(job); });
  }
  return Done{};
}

}  // namespace antin::service
