#include "service/antind/log_desk.h"

#include "service/audit/log_reader.h"
#include "service/audit/origin.h"
#include "service/audit/store_events.h"

namespace antin::service {
namespace {

using audit::Event;
using audit::LogReader;
using audit::LogWriter;

constexpr std::chrono::seconds kTurn{1};
constexpr std::chrono::seconds kRefusalsEvery{3'600};
constexpr std::chrono::seconds kJournalEvery{60};
constexpr std::chrono::seconds kKeyPause{30};
constexpr std::size_t kMaxRemembered = 10'000;
constexpr std::size_t kMaxWaiting = 1'000;
constexpr std::int64_t kDay = 86'400;

Event login_event(const char* kind, const std::string& key, const std::string& address,
                  std::uint64_t times) {
  return {.kind = kind,
          .actor = key,
          .subject = key,
          .facts = {{"address", address}, {"times", std::to_string(times)}}};
}

}  // namespace

void LogDesk::complain(std::string_view event, const Error& error) {
  parts_.log->write(Log::Level::kError, event,
                    {{"code", std::string(info(error.code).name)}, {"error", to_log_line(error)}});
}

Status LogDesk::open(ByteView config_sha256) {
  parts_.store->set_event_sink(audit::store_events(*parts_.clock, *parts_.random));
  const auto now = parts_.clock->utc_now();
  const auto digest = to_hex(config_sha256);
  const auto work = [&](Database& database) -> Status {
    LogReader reader(database, audit::Log::kAudit);
    LogWriter logs(database, *parts_.random);
    ANTIN_TRY(const auto began, reader.fact("began"));
    if (!began)
      ANTIN_CHECK(logs.set("began", std::to_string(now.since_epoch().time_since_epoch().count())));
    ANTIN_TRY(const auto before, reader.fact("config"));
    Event event{.kind = before == digest ? "started" : "configuration",
                .actor = {},
                .subject = {},
                .facts = {{"config_sha256", digest}}};
    ANTIN_TRY(const auto number, logs.audit(event, now));
    static_cast<void>(number);
    ANTIN_CHECK(logs.set("config", digest));
    if (!parts_.key) return Done{};
    ANTIN_TRY(origin_used_, audit::is_used_up(database, parts_.origin));
    return origin_used_ ? Status{Done{}} : audit::take_origin(database, logs, parts_.origin);
  };
  ANTIN_CHECK(parts_.store->in_transaction(work));
  if (origin_used_) {
    parts_.metrics->count("antin_audit_alarms_total", "code=\"audit.origin_used\"");
    const Params params{{"origin", parts_.origin}};
    parts_.log->write(Log::Level::kError, "audit_alarm",
                      {{"code", std::string(info(Code::kAuditOriginUsed).name)},
                       {"message", sentence(Code::kAuditOriginUsed, Language::kVietnamese, params)},
                       {"action", advice(Code::kAuditOriginUsed, Language::kVietnamese, params)}});
  }
  if (!parts_.key)
    parts_.log->write(Log::Level::kWarning, "audit_unsigned",
                      {{"code", std::string(info(Code::kAuditUnsigned).name)}});
  // So that what is released from here on can be compared with all that the key does.
  compare_journal();
  return Done{};
}

void LogDesk::start() {
  thread_ = std::thread([this] { run(); });
}

void LogDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  // What happened in the last second is proven as well.
  turn();
}

void LogDesk::run() {
  while (true) {
    turn();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kTurn, [this] { return stopping_; })) return;
  }
}

void LogDesk::turn() {
  write_waiting();
  if (parts_.key && !origin_used_ && parts_.clock->ticks() >= key_due_) {
    make_checkpoint(audit::Log::kAudit);
    make_checkpoint(audit::Log::kIssued);
  }
  if (parts_.journal && parts_.clock->ticks() >= journal_due_) compare_journal();
}

void LogDesk::key_used(const std::string& key, const std::string& address) {
  const auto day = parts_.clock->utc_now().since_epoch().time_since_epoch().count() / kDay;
  const std::lock_guard lock(mutex_);
  if (used_on_.size() >= kMaxRemembered) used_on_.clear();
  auto& last = used_on_[key + " " + address];
  if (last == day || waiting_.size() >= kMaxWaiting) return;
  last = day;
  waiting_.push_back(login_event("api_key_used", key, address, 1));
}

void LogDesk::add_waiting(Event event) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() < kMaxWaiting) waiting_.push_back(std::move(event));
}

void LogDesk::configured(ByteView config_sha256) {
  add_waiting({.kind = "configuration",
               .actor = {},
               .subject = {},
               .facts = {{"config_sha256", to_hex(config_sha256)}}});
}

void LogDesk::configuration_refused(ByteView config_sha256, const Error& why) {
  add_waiting({.kind = "configuration_refused",
               .actor = {},
               .subject = {},
               .facts = {{"code", std::string(info(why.code).name)},
                         {"config_sha256", to_hex(config_sha256)}}});
}

void LogDesk::key_refused(const std::string& address) {
  const std::lock_guard lock(mutex_);
  // From more addresses than that they are counted together.
  const bool room = refused_.size() < kMaxWaiting || refused_.count(address) > 0;
  ++refused_[room ? address : "*"];
}

void LogDesk::write_waiting() {
  std::vector<Event> events;
  {
    const std::lock_guard lock(mutex_);
    events.swap(waiting_);
    // The first ones at once; the rest of the hour in one record for each address.
    if (!refused_.empty() && (parts_.clock->ticks() >= refusals_due_ || stopping_)) {
      for (const auto& [address, times] : refused_)
        events.push_back(login_event("login_failed", "", address, times));
      refused_.clear();
      refusals_due_ = parts_.clock->ticks() + kRefusalsEvery;
    }
  }
  if (events.empty()) return;
  const auto now = parts_.clock->utc_now();
  const auto written = parts_.store->in_transaction([&](Database& database) -> Status {
    LogWriter logs(database, *parts_.random);
    for (const auto& event : events) {
      ANTIN_TRY(const auto number, logs.audit(event, now));
      static_cast<void>(number);
      // So that the next start with this file is a start and no change.
      if (event.kind == "configuration")
        ANTIN_CHECK(logs.set("config", event.facts.at("config_sha256")));
    }
    return Done{};
  });
  if (written) return;
  complain("events_not_logged", written.error());
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + events.size() <= 2 * kMaxWaiting)
    waiting_.insert(waiting_.end(), events.begin(), events.end());
}

Result<audit::VerifierKey> LogDesk::verifier(audit::Log log) {
  ANTIN_TRY(const auto octets, parts_.key->public_key());
  return audit::VerifierKey::of(audit::origin_of(parts_.origin, log), octets);
}

Status LogDesk::sign_head(audit::Log log) {
  audit::Checkpoint checkpoint{.origin = audit::origin_of(parts_.origin, log), .head = {}};
  std::optional<std::uint64_t> newest;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    LogReader reader(database, log);
    ANTIN_TRY(checkpoint.head.size, reader.size());
    const auto known = signed_size_.find(log);
    if (known != signed_size_.end() && known->second == checkpoint.head.size.value) {
      newest = known->second;
      return Done{};
    }
    ANTIN_TRY(const auto kept, reader.newest_checkpoint());
    if (kept) newest = kept->size.value;
    ANTIN_TRY(checkpoint.head.root, root_at(checkpoint.head.size, reader.nodes()));
    return Done{};
  }));
  const auto size = checkpoint.head.size;
  if (newest == size.value || size.value == 0) {
    signed_size_[log] = size.value;
    return Done{};
  }
  const auto text = audit::checkpoint_text(checkpoint);
  ANTIN_TRY(const auto key, verifier(log));
  ANTIN_TRY(const auto signature, parts_.key->sign(text));
  if (!key.made(signature, text))
    return make_error(
        Code::kAuditCheckpointForged, "the key holder's signature",
        {{"nhat_ky", std::string(audit::name(log))}, {"so", std::to_string(size.value)}});
  const auto note = audit::to_text(audit::SignedNote{text, {{key.name(), key.id(), signature}}});
  const auto keep = [&](Database& database) -> Status {
    LogWriter logs(database, *parts_.random);
    ANTIN_CHECK(audit::keep_verifier(database, logs, log, key));
    return logs.keep_checkpoint(log, size, note, parts_.clock->utc_now());
  };
  ANTIN_CHECK(parts_.store->in_transaction(keep));
  signed_size_[log] = size.value;
  return Done{};
}

void LogDesk::make_checkpoint(audit::Log log) {
  const auto name = std::string(audit::name(log));
  const auto made = sign_head(log);
  parts_.metrics->gauge("antin_log_entries", "log=\"" + name + "\"",
                        static_cast<double>(signed_size_[log]));
  if (made) return;
  key_due_ = parts_.clock->ticks() + kKeyPause;
  parts_.metrics->count("antin_checkpoint_failures_total", "log=\"" + name + "\"");
  complain("checkpoint_failed",
           while_doing(Error(made.error()), Code::kAuditCheckpointFailed, "checkpoint of " + name));
}

void LogDesk::compare_journal() {
  if (!parts_.journal) return;
  journal_due_ = parts_.clock->ticks() + kJournalEvery;
  const auto found =
      audit::reconcile([this](const auto& work) { return parts_.store->in_transaction(work); },
                       parts_.journal, *parts_.random, parts_.origin, parts_.clock->utc_now());
  if (!found) {
    complain("journal_not_compared", found.error());
    return;
  }
  for (const auto& finding : found.value()) {
    const auto code = std::string(info(finding.code).name);
    parts_.metrics->count("antin_audit_alarms_total", "code=\"" + code + "\"");
    parts_.log->write(Log::Level::kError, "audit_alarm",
                      {{"code", code},
                       {"message", sentence(finding.code, Language::kVietnamese, finding.params)},
                       {"action", advice(finding.code, Language::kVietnamese, finding.params)}});
  }
}

}  // namespace antin::service
