#include <algorithm>
#include <nlohmann/json.hpp>

#include "certs/core/finding.h"
#include "service/antind/api.h"
#include "service/antind/api_facts.h"
#include "service/antind/prepared_check.h"
#include "service/antind/problem.h"
#include "service/antind/sha256.h"
#include "service/antind/upgrade.h"
#include "service/audit/reconcile.h"
#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::chrono::milliseconds kAnswerWithin{9'000};
// A CMS that outgrew its placeholder is made again with this much to spare.
constexpr std::int64_t kSpareOctets = 4'096;
constexpr int kTries = 3;

// 8 to 128 visible ASCII characters, given once (draft-ietf-httpapi-idempotency-key-header).
Result<std::string> idempotency_key(const RequestHead& head) {
  const auto value = head.value("idempotency-key");
  const bool visible =
      std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (head.count("idempotency-key") != 1 || value.size() < 8 || value.size() > 128 || !visible)
    return make_error(Code::kIdempotencyKeyMissing, "Idempotency-Key");
  return std::string(value);
}

cbor::Array certificates_to_value(const std::vector<CertificateDer>& certificates) {
  cbor::Array out;
  for (const auto& certificate : certificates) out.emplace_back(certificate.value());
  return out;
}

// {needed} of kContentsTooSmall.
std::int64_t octets_needed(const Error& error) {
  for (const auto& [param, text] : error.params) {
    if (param == "needed" && text.size() < 9 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return std::stoll("0" + text);
  }
  return 0;
}

Json upgrade_queued_warning(const std::string& level, const std::string& wanted) {
  const Params params{{"muc_dat_duoc", level}, {"muc", wanted}};
  return {{"code", info(Code::kUpgradeQueued).name},
          {"severity", name(Severity::kInfo)},
          {"message",
           {{"vi", sentence(Code::kUpgradeQueued, Language::kVietnamese, params)},
            {"en", sentence(Code::kUpgradeQueued, Language::kEnglish, params)}}}};
}

// Nothing is lost but time.
bool store_is_away(const Error& error) {
  return error.code == Code::kStoreFull || error.code == Code::kDatabaseGone ||
         error.code == Code::kDatabaseBusy;
}

// What was asked for; what was reached stands in the answer beside it (vietnam.md S-06).
std::optional<std::string> wanted_level(const StoredJob& job) {
  const auto options = Json::parse(job.options, nullptr, false);
  if (!options.is_object()) return std::nullopt;
  const auto found = options.find("level");
  if (found == options.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

Json warnings_of(const cbor::Value& body) {
  Json out = Json::array();
  const auto warnings = cbor::array_at(body, "warnings");
  if (!warnings) return out;
  for (const auto& warning : warnings.value()) {
    Json entry;
    for (const char* key : {"code", "severity"}) {
      if (const auto* value = warning.find(key); value != nullptr && value->text() != nullptr)
        entry[key] = *value->text();
    }
    for (const char* key : {"vi", "en"}) {
      if (const auto* value = warning.find(key); value != nullptr && value->text() != nullptr)
        entry["message"][key] = *value->text();
    }
    out.push_back(std::move(entry));
  }
  return out;
}

Result<Response> Api::begin_signature(const Work& work, const Responder& responder, bool& later) {
  if (parts_.agency == nullptr) return make_error(Code::kAgencyKeyMissing, "no [agency]");
  ANTIN_TRY(const auto key, idempotency_key(work.request.head));
  ANTIN_TRY(const auto inputs,
            read_inputs(work, {"file"}, {"level", "reason", "location", "field", "appearance"}));
  const auto file = inputs.files.find("file");
  if (file == inputs.files.end())
    return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
  Json options{{"level", parts_.config->agency.level}};
  for (const auto& [option, value] : inputs.options) options[option] = value;
  const auto level = options["level"].get<std::string>();
  if (!is_signature_level(level))
    return make_error(Code::kHttpParameter, "level", {{"parameter", "level"}});
  if (level != "B-B" && parts_.config->agency.tsa.empty())
    return make_error(Code::kHttpParameter, "level without tsa", {{"parameter", "level"}});
  if (const auto look = inputs.options.find("appearance");
      look != inputs.options.end() && parts_.appearances.count(look->second) == 0)
    return make_error(Code::kAppearanceUnknown, look->second, {{"name", look->second}});

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

// What failed for a reason that passes (a token that was away) is no answer that a key must hear
// for ever: whoever asks with it again has it tried again, as the same job.
Result<bool> Api::begin_again(const std::string& id) {
  constexpr int kLater = 503;
  const std::lock_guard lock(again_mutex_);
  ANTIN_TRY(const auto job, parts_.store->any_job(id));
  if (!job || job->state != JobState::kFailed) return false;
  const auto problem = Json::parse(job->result, nullptr, false);
  if (!problem.is_object() || problem.value("status", 0) != kLater) return false;
  ANTIN_CHECK(parts_.store->set_job(job->id, JobState::kQueued, {}, {}, parts_.clock->utc_now()));
  sign_.submit_anyway([this, job = *job] { run_job(job); });
  return true;
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

// Prepare in a worker, sign by the key holder, complete in a worker, keep. No step holds what the
// next one needs: the token is not busy while a timestamp server takes its time.
Result<std::string> Api::sign(const StoredJob& job) {
  ANTIN_TRY(
      const auto document,
      parts_.store->document(job.input_sha256, parts_.config->http.settings.limits.body_octets));
  ANTIN_TRY(auto pending, parts_.store->pending(job.id));
  std::int64_t contents_octets = 0;
  for (int tries = 1;; ++tries) {
    if (!pending) {
      ANTIN_TRY(pending, make_signature(job, document, contents_octets));
    }
    const auto kept = read_kept(pending->state);
    // Of a version that did not check: nothing of it was released, and it is made again.
    if (!kept) {
      pending.reset();
      continue;
    }
    const auto now = parts_.clock->utc_now().since_epoch().time_since_epoch().count();
    auto completed = parts_.sign_workers->ask(
        worker::kComplete,
        cbor::Map{{"now", now}, {"state", kept.value().state}, {"signature", pending->signature}},
        {document}, parts_.config->agency.within);
    if (completed) return release(job, *pending, document, completed.value());
    if (completed.error().code != Code::kContentsTooSmall || tries == kTries)
      return std::move(completed).error();
    contents_octets = octets_needed(completed.error()) + kSpareOctets * tries;
    pending.reset();
  }
}

Result<cbor::Map> Api::prepare_request(const StoredJob& job, const AgencyKey& key) const {
  const auto options = Json::parse(job.options, nullptr, false);
  if (!options.is_object()) return make_error(Code::kStoreFailed, "options of job " + job.id);
  const auto option = [&](const char* wanted) {
    const auto found = options.find(wanted);
    return found != options.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  cbor::Map request{{"now", parts_.clock->utc_now().since_epoch().time_since_epoch().count()},
                    {"certificate", key.certificate.value()},
                    {"chain", certificates_to_value(key.chain)},
                    {"algorithm", name(key.scheme.algorithm)},
                    {"digest", name(key.scheme.digest)},
                    {"level", option("level")},
                    {"field", option("field")},
                    {"reason", option("reason")},
                    {"location", option("location")},
                    {"check_trust", parts_.config->agency.check_trust},
                    {"accept_unknown_revocation", parts_.config->agency.accept_unknown_revocation}};
  if (const auto look = parts_.appearances.find(option("appearance"));
      look != parts_.appearances.end())
    request.emplace("appearance", look->second);
  return request;
}

// What completes the signature. Where a timestamp is to come it is kept before anybody is asked for
// one: whatever happens then, the key need not sign the same document again.
Result<std::optional<StoredPending>> Api::make_signature(const StoredJob& job,
                                                         const SharedBytes& document,
                                                         std::int64_t contents_octets) {
  ANTIN_TRY(const auto key, parts_.agency->key());
  ANTIN_TRY(auto request, prepare_request(job, key));
  const bool timestamp = *request.at("level").text() != "B-B";
  if (contents_octets > 0) request.emplace("contents_octets", contents_octets);
  ANTIN_TRY(const auto prepared,
            parts_.sign_workers->ask(worker::kPrepare, std::move(request), {document},
                                     parts_.config->agency.within));
  ANTIN_TRY(const auto update, read_prepared(prepared));
  ANTIN_TRY(const auto checked,
            check_prepared(document, update, key.scheme.digest, key.certificate));
  ANTIN_CHECK(
      check_by_another(document, update.tail, ask_for_signature(document.size(), checked.ranges)));
  // From here on the key holder's journal may have it: it must not be found to be nobody's.
  ANTIN_CHECK(parts_.store->in_transaction([&](Database& database) {
    return audit::expect_signature(database, job.id, sha256({checked.attributes.value()}),
                                   parts_.clock->utc_now());
  }));
  ANTIN_TRY(const auto value, parts_.agency->sign(key, checked.attributes));
  ANTIN_TRY(const auto warnings, cbor::array_at(prepared.body, "warnings"));
  const auto now = parts_.clock->utc_now();
  StoredPending pending{.job = job.id,
                        .state = write_kept(update.state, checked.ranges, warnings),
                        .signature = value.value(),
                        .certificate_sha256 = sha256({key.certificate.value()}),
                        .since = now,
                        .due = now,
                        .tries = 0};
  if (timestamp) ANTIN_CHECK(parts_.store->keep_pending(pending));
  return std::optional(std::move(pending));
}

// One that has never seen a document, and sees no other: what changed the first cannot have changed
// this one.
Status Api::check_by_another(const SharedBytes& document, const SharedBytes& tail,
                             cbor::Value question) {
  ANTIN_TRY(const auto checked,
            parts_.check_workers->ask_fresh(worker::kCheckAdded, std::move(question),
                                            {document, tail}, parts_.config->agency.within));
  static_cast<void>(checked);
  return Done{};
}

Result<std::string> Api::release(const StoredJob& job, const StoredPending& made,
                                 const SharedBytes& document, const Message& completed) {
  if (completed.descriptors.size() != 1)
    return make_error(Code::kIpcMalformed, "no tail came back");
  ANTIN_TRY(const auto tail, map_sealed(completed.descriptors[0], worker::kMaxDocument));
  ANTIN_TRY(const auto kept, read_kept(made.state));
  ANTIN_CHECK(check_completed(document, tail, kept.ranges, SignatureValue(made.signature)));
  // What raises the level of the new signature is a second update.
  if (signed_end(kept.ranges) < document.size() + tail.size())
    ANTIN_CHECK(check_by_another(document, tail, ask_for_proof(signed_end(kept.ranges))));
  const auto& body = completed.body;
  const auto& field = kept.ranges.field;
  ANTIN_TRY(const auto level, cbor::text_at(body, "level"));
  ANTIN_TRY(const auto signing_time, cbor::integer_at(body, "signing_time"));
  ANTIN_TRY(const auto digest, parts_.store->put_document({document.view(), tail.view()}));

  const auto now = parts_.clock->utc_now();
  StoredSignature signature{.id = new_uuid7(*parts_.clock, *parts_.random),
                            .owner = job.owner,
                            .sha256 = digest,
                            .input_sha256 = job.input_sha256,
                            .size = document.size() + tail.size(),
                            .created = now,
                            .facts = {}};
  const UtcTime signed_at{std::chrono::sys_seconds(std::chrono::seconds(signing_time))};
  const auto self = "/api/v1/signatures/" + signature.id;
  const auto wanted = wanted_level(job).value_or(level);
  auto warnings = warnings_of(cbor::Map{{"warnings", kept.warnings}});
  for (auto& warning : warnings_of(body)) {
    const bool told = std::find(warnings.begin(), warnings.end(), warning) != warnings.end();
    if (!told) warnings.push_back(std::move(warning));
  }
  const auto upgrade = upgrade_owed(signature, job.id, level, wanted, body);
  if (upgrade) warnings.push_back(upgrade_queued_warning(level, wanted));
  signature.facts = Json{{"id", signature.id},
                         {"job", job.id},
                         {"sha256", to_hex(digest)},
                         {"size", signature.size},
                         {"input_sha256", to_hex(job.input_sha256)},
                         {"field", field},
                         {"level", level},
                         {"level_wanted", wanted},
                         {"version", 1},
                         {"signing_time", to_rfc3339(signed_at)},
                         {"created", to_rfc3339(now)},
                         {"certificate_sha256", to_hex(made.certificate_sha256)},
                         {"warnings", std::move(warnings)},
                         {"self", self},
                         {"document", self + "/document"}}
                        .dump();
  ANTIN_CHECK(parts_.store->finish_signature(signature, job.id, signature.facts, upgrade));
  if (upgrade) {
    ++upgrades_queued_;
    run_upgrade_later(signature.id, parts_.config->agency.retry_after);
  }
  parts_.log->write(Log::Level::kInfo, "signed",
                    {{"job", job.id},
                     {"signature", signature.id},
                     {"owner", job.owner},
                     {"input_sha256", to_hex(job.input_sha256)},
                     {"sha256", to_hex(digest)},
                     {"level", level}});
  return signature.id;
}

// What waits keeps its time across a restart; what was interrupted goes on at once.
Status Api::resume() {
  // First, while no signing job can add to them.
  ANTIN_CHECK(resume_upgrades());
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
