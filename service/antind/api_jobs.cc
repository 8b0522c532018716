#include <nlohmann/json.hpp>

#include "service/antind/api.h"
#include "service/antind/problem.h"

namespace antin::service {
namespace {

// No answer comes later than 10 s after the last octet of its request.
constexpr std::chrono::milliseconds kAnswerWithin{9'000};
constexpr const char* kAskAgainSeconds = "1";

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

// A verification is repeatable and changes nothing, so its job is written down only when it ends
// after its client was sent away; a stop in between is told as an unknown job, and the client asks
// again.
void Api::run_or_turn_into_job(const Shared& work, const Responder& responder,
                               Result<Response> (Api::*member)(const Work&)) {
  const auto id = new_uuid7(*parts_.clock, *parts_.random);
  const auto who = owner(work->caller);
  const auto kind = std::string(work->row->operation == Operation::kCompare ? "compare" : "verify");
  const auto turned = std::make_shared<bool>(false);
  responder.otherwise_after(kAnswerWithin, [this, id, who, turned] {
    const std::lock_guard lock(running_mutex_);
    running_.emplace(id, who);
    *turned = true;
    return accepted(id);
  });
  auto answer = (this->*member)(*work);
  {
    const std::lock_guard lock(running_mutex_);
    if (!*turned) {
      // From here on a fallback that still comes would find the answer given.
      if (answer)
        responder.answer(std::move(answer).value());
      else
        responder.answer(problem(answer.error(), work->request.id));
      return;
    }
  }
  const auto now = parts_.clock->utc_now();
  const StoredJob job{
      .id = id,
      .kind = kind,
      .owner = who,
      .state = answer ? JobState::kDone : JobState::kFailed,
      .created = now,
      .updated = now,
      .input_sha256 = {},
      .options = "{}",
      .result = answer ? result_of(answer.value()) : problem_json(answer.error(), work->request.id),
      .target = {}};
  if (auto kept = parts_.store->add_job(job); !kept)
    parts_.log->write(Log::Level::kError, "job_lost",
                      {{"job", id}, {"error", to_log_line(kept.error())}});
  const std::lock_guard lock(running_mutex_);
  running_.erase(id);
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
