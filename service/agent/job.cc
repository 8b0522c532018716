#include "service/agent/job.h"

#include <algorithm>

namespace antin::service::agent {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kIdOctets = 16;

}  // namespace

Json describe(const Error& error) {
  const auto& row = info(error.code);
  Json body{{"code", row.name},
            {"message",
             {{"vi", sentence(error.code, Language::kVietnamese, error.params)},
              {"en", sentence(error.code, Language::kEnglish, error.params)}}},
            {"action",
             {{"vi", advice(error.code, Language::kVietnamese, error.params)},
              {"en", advice(error.code, Language::kEnglish, error.params)}}}};
  if (!row.m_number.empty()) body["m_number"] = row.m_number;
  return body;
}

void Job::state(const char* name) {
  set("state", name);
}

void Job::set(const char* name, Json value) {
  const std::lock_guard lock(mutex_);
  told_[name] = std::move(value);
}

void Job::problem(const std::optional<Error>& error) {
  const std::lock_guard lock(mutex_);
  told_.erase("problem");
  if (error) told_["problem"] = describe(*error);
}

void Job::item(const std::string& case_id, const char* name, Json value) {
  const std::lock_guard lock(mutex_);
  auto& items = told_["items"];
  if (!items.is_array()) items = Json::array();
  auto found = std::find_if(items.begin(), items.end(),
                            [&](const Json& one) { return one["case"] == case_id; });
  if (found == items.end()) {
    items.push_back({{"case", case_id}});
    found = std::prev(items.end());
  }
  (*found)[name] = std::move(value);
}

void Job::end(const Status& outcome) {
  problem(outcome ? std::nullopt : std::optional<Error>(outcome.error()));
  const bool cancelled = !outcome && outcome.error().code == Code::kCancelled;
  state(outcome ? "done" : cancelled ? "cancelled" : "failed");
  const std::lock_guard lock(mutex_);
  over_ = true;
}

bool Job::over() const {
  const std::lock_guard lock(mutex_);
  return over_;
}

Json Job::told() const {
  const std::lock_guard lock(mutex_);
  Json all{{"job", id_}};
  all.update(told_);
  return all;
}

void Job::cancel() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  woken_.notify_all();
}

void Job::pause(std::chrono::milliseconds span) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, span, [this] { return stop_.load(); });
}

Result<std::shared_ptr<Job>> Desk::begin(const Origin& origin, const Key& key, Work work) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : kept_) {
    if (key.about.empty() || one.key.about != key.about) continue;
    const auto state = one.job->told()["state"];
    if (state == "failed" || state == "cancelled") continue;
    if (one.key == key && one.job->origin() == origin) return one.job;
    return make_error(Code::kAgentSessionRepeated, key.about);
  }
  if (!kept_.empty() && !kept_.back().job->over())
    return make_error(Code::kAgentBusy, kept_.back().job->id());
  if (thread_.joinable()) thread_.join();
  auto job = std::make_shared<Job>(to_hex(random_.bytes(kIdOctets)), origin);
  if (kept_.size() == kRemembered) kept_.pop_front();
  kept_.push_back({key, job});
  thread_ = std::thread([job, work = std::move(work)] { job->end(work(*job)); });
  return job;
}

Result<std::shared_ptr<Job>> Desk::find(const std::string& id, const Origin& origin) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : kept_) {
    if (one.job->id() == id && one.job->origin() == origin) return one.job;
  }
  return make_error(Code::kAgentJobUnknown, "job");
}

void Desk::stop() {
  const std::lock_guard lock(mutex_);
  for (const auto& one : kept_) one.job->cancel();
  if (thread_.joinable()) thread_.join();
}

}  // namespace antin::service::agent
