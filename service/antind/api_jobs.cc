#include <nlohmann/json.hpp>

#include "service/antind/api.h"
#include "service/antind/old_results.h"
#include "service/antind/problem.h"
#include "service/store/upgrade_leases.h"

namespace antin::service {
namespace {

// No answer comes later than 10 s after the last octet of its request.
constexpr std::chrono::milliseconds kAnswerWithin{9'000};
constexpr const char* kAskAgainSeconds = "1";
// V-18: results are kept this long, files not at all.
constexpr std::chrono::days kResultsFor{90};

std::string result_of(const Response& answer) {
  return answer.for_job.empty() ? std::string(as_text(answer.body.view())) : answer.for_job;
}

}  // namespace

Response accepted(const std::string& job) {
  const nlohmann::ordered_json body{{"job", job}, {"state", "running"}};
  auto response = json_response(202, body.dump());
  response.fields.push_back({"Location", "/api/v1/jobs/" + job});
  response.fields.push_back({"Retry-After", kAskAgainSeconds});
  return response;
}

// A verification is repeatable and changes nothing, so its job is written down only when its client
// was sent away, and by another thread than the polling one: a stop in between is told as
// kJobInterrupted (end_interrupted()), and the client asks again.
void Api::run_or_turn_into_job(const Shared& work, const Responder& responder,
                               Result<Response> (Api::*member)(const Work&)) {
  const auto id = new_uuid7(*parts_.clock, *parts_.random);
  const auto who = owner(work->caller);
  const auto kind = std::string(work->row->operation == Operation::kCompare ? "compare" : "verify");
  const auto turned = std::make_shared<bool>(false);
  const auto came = parts_.clock->utc_now();
  const StoredJob begun{.id = id,
                        .kind = kind,
                        .owner = who,
                        .state = JobState::kRunning,
                        .created = came,
                        .updated = came,
                        .input_sha256 = {},
                        .options = "{}",
                        .result = {},
                        .target = {}};
  const bool page = work->row->operation == Operation::kCheck;
  responder.otherwise_after(kAnswerWithin, [this, id, who, turned, begun, work, page] {
    const std::lock_guard lock(running_mutex_);
    running_.emplace(id, who);
    *turned = true;
    later_.after(std::chrono::milliseconds(0),
                 [this, begun] { disk_.submit_anyway([this, begun] { write_down(begun); }); });
    return page ? pages_.waiting(in_the_forms_language(work->request), id) : accepted(id);
  });
  auto answer = (this->*member)(*work);
  {
    const std::lock_guard lock(running_mutex_);
    if (!*turned) {
      // From here on a fallback that still comes would find the answer given.
      if (answer)
        responder.answer(std::move(answer).value());
      else
        responder.answer(
            told(in_the_forms_language(work->request), answer.error(), work->request.id));
      return;
    }
  }
  auto job = begun;
  job.state = answer ? JobState::kDone : JobState::kFailed;
  job.updated = parts_.clock->utc_now();
  job.result = answer ? result_of(answer.value()) : problem_json(answer.error(), work->request.id);
  // A stop took the workers away: that is no verdict, and the next start says so.
  if (answer || !stopping_) write_down(job);
  const std::lock_guard lock(running_mutex_);
  running_.erase(id);
}

void Api::write_down(const StoredJob& job) {
  if (const auto kept = parts_.store->add_job(job); !kept)
    parts_.log->write(Log::Level::kError, "job_lost",
                      {{"job", job.id}, {"error", to_log_line(kept.error())}});
}

// Verifications of an earlier start, or of a node that is gone: nobody has their documents any
// more.
void Api::end_interrupted() {
  for (const char* kind : {"verify", "compare"}) {
    const auto jobs = parts_.store->take_jobs(kind);
    if (!jobs) continue;  // the next round asks again
    for (auto job : jobs.value()) {
      job.state = JobState::kFailed;
      job.updated = parts_.clock->utc_now();
      job.result = problem_json(make_error(Code::kJobInterrupted, job.id), job.id);
      write_down(job);
    }
  }
}

// Every third of a lease: what this node has stays its own, and what a dead one had is taken up.
void Api::tend_jobs() {
  if (stopping_) return;
  if (const auto renewed = renew_upgrades(*parts_.store, node_); !renewed)
    parts_.log->write(Log::Level::kWarning, "leases_not_renewed",
                      {{"error", to_log_line(renewed.error())}});
  if (const auto renewed = parts_.store->renew_leases(); !renewed)
    parts_.log->write(Log::Level::kWarning, "leases_not_renewed",
                      {{"error", to_log_line(renewed.error())}});
  end_interrupted();
  if (const auto taken = take_up_jobs(); !taken)
    parts_.log->write(Log::Level::kWarning, "jobs_not_taken",
                      {{"error", to_log_line(taken.error())}});
  if (const auto taken = take_up_upgrades(); !taken)
    parts_.log->write(Log::Level::kWarning, "upgrades_not_taken",
                      {{"error", to_log_line(taken.error())}});
  signing_.tend();
  const auto before = parts_.clock->utc_now().since_epoch() - std::chrono::seconds(kResultsFor);
  if (const auto gone = forget_results(*parts_.store, UtcTime{before}); !gone)
    parts_.log->write(Log::Level::kWarning, "results_not_deleted",
                      {{"error", to_log_line(gone.error())}});
  tend_later();
}

void Api::tend_later() {
  later_.after(Store::kLease / 3, [this] { disk_.submit_anyway([this] { tend_jobs(); }); });
}

Result<Response> Api::job(const Work& work) {
  const auto who = owner(work.caller);
  nlohmann::ordered_json body;
  bool still_running = false;
  {
    const std::lock_guard lock(running_mutex_);
    const auto at = running_.find(work.resource);
    still_running = at != running_.end() && at->second == who;
  }
  if (still_running) {
    body = {
        {"job", work.resource}, {"state", "running"}, {"result", nullptr}, {"problem", nullptr}};
  } else {
    ANTIN_TRY(auto job, parts_.store->job(work.resource, who));
    if (!job) return make_error(Code::kJobUnknown, work.resource);
    if (is_forgotten(*job))
      return make_error(Code::kJobResultDeleted, job->id,
                        {{"so", std::to_string(kResultsFor.count())}});
    body["job"] = job->id;
    body["kind"] = job->kind;
    body["state"] = name(job->state);
    body["created"] = to_rfc3339(job->created);
    body["updated"] = to_rfc3339(job->updated);
    const bool done = job->state == JobState::kDone;
    const bool failed = job->state == JobState::kFailed;
    // Why a signature waits is of interest to whoever waits for it.
    const bool pending = job->state == JobState::kPending;
    if (done && job->kind == "sign") {
      ANTIN_TRY(job->result, with_upgrade(job->result, job->target, who));
    }
    const auto result = done || failed || pending
                            ? nlohmann::ordered_json::parse(job->result, nullptr, false)
                            : nlohmann::ordered_json();
    body["result"] = done ? result : nlohmann::ordered_json();
    body["problem"] = failed || pending ? result : nlohmann::ordered_json();
    still_running = !done && !failed;
  }
  auto response = json_response(200, body.dump());
  if (still_running) response.fields.push_back({"Retry-After", kAskAgainSeconds});
  return response;
}

}  // namespace antin::service
