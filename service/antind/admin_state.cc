// How the service is doing, in few words: what waits, what room there is, when it was backed up.

#include <algorithm>
#include <filesystem>

#include "service/antind/admin_api.h"
#include "service/antind/sha256.h"
#include "service/audit/log_reader.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using audit::LogReader;

constexpr std::size_t kMostConfig = std::size_t{1} << 20U;
// A backup is looked for among so many records; an older one is as good as none.
constexpr std::uint64_t kLookBack = 20'000, kPortion = 1'000;

OrderedJson disk_of(const std::string& folder) {
  std::error_code problem;
  const auto space = std::filesystem::space(folder, problem);
  if (problem) return nullptr;
  return {{"folder", folder}, {"total", space.capacity}, {"free", space.available}};
}

OrderedJson log_json(audit::Log log, LogReader& reader, std::uint64_t size) {
  OrderedJson one = {{"name", std::string(audit::name(log))},
                     {"size", size},
                     {"signed", nullptr},
                     {"at", nullptr}};
  const auto newest = reader.newest_checkpoint();
  if (!newest || !newest.value()) return one;
  one["signed"] = newest.value()->size.value;
  one["at"] = to_rfc3339(newest.value()->at);
  return one;
}

Result<OrderedJson> last_backup(LogReader& reader, std::uint64_t size) {
  const auto stop = size > kLookBack ? size - kLookBack : 0;
  for (auto end = size; end > stop;) {
    const auto first = end > stop + kPortion ? end - kPortion : stop;
    ANTIN_TRY(auto leaves, reader.leaves(first, static_cast<std::size_t>(end - first)));
    std::reverse(leaves.begin(), leaves.end());
    for (const auto& leaf : leaves) {
      const auto record = leaf.record ? audit::decode_audit(*leaf.record) : std::nullopt;
      if (!record || record->event.kind != "backup_made") continue;
      OrderedJson one = {{"at", to_rfc3339(record->at)}, {"record", record->number}};
      one["facts"] = record->event.facts;
      return one;
    }
    end = first;
  }
  return OrderedJson(nullptr);
}

}  // namespace

Result<OrderedJson> AdminApi::state() const {
  const auto& config = *parts_.config;
  OrderedJson body = {
      {"now", to_rfc3339(parts_.clock->utc_now())},
      {"started", to_rfc3339(started_)},
      {"database", config.store.database.starts_with("postgresql") ? "postgresql" : "sqlite"},
      {"encrypted", !config.store.key_file.empty()},
      {"disk", disk_of(config.store.folder)},
      {"workers_ready", parts_.workers->ready()},
      {"workers", config.verify.workers}};
  body["queues"] = OrderedJson::array();
  for (const auto& queue : parts_.queues())
    body["queues"].push_back(
        {{"name", queue.name}, {"waiting", queue.waiting}, {"running", queue.running}});
  const auto gauge = [&](const char* name) -> OrderedJson {
    const auto value = parts_.metrics->value(name, "");
    return value ? OrderedJson(static_cast<std::int64_t>(*value)) : OrderedJson(nullptr);
  };
  body["outbox"] = {{"waiting", gauge("antin_outbox_waiting")},
                    {"dead", gauge("antin_outbox_dead")},
                    {"oldest_seconds", gauge("antin_outbox_oldest_seconds")}};
  ANTIN_TRY(const auto held, parts_.store->held());
  body["held"] = held ? OrderedJson(*held) : OrderedJson(nullptr);
  body["logs"] = OrderedJson::array();
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    body["logs"].clear();
    for (const auto log : {audit::Log::kAudit, audit::Log::kIssued}) {
      LogReader reader(database, log);
      ANTIN_TRY(const auto size, reader.size());
      body["logs"].push_back(log_json(log, reader, size.value));
      if (log != audit::Log::kAudit) continue;
      ANTIN_TRY(body["backup"], last_backup(reader, size.value));
    }
    return Done{};
  }));
  return body;
}

Result<OrderedJson> AdminApi::check() const {
  const auto path = parts_.sources == nullptr ? std::string() : parts_.sources->config_path;
  OrderedJson body = {{"file", path}, {"changed", nullptr}};
  body["problems"] = OrderedJson::array();
  if (parts_.sources == nullptr) return body;
  // What was taken up last, at the start or on SIGHUP, stands in the log's facts.
  std::optional<std::string> taken;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(taken, LogReader(database, audit::Log::kAudit).fact("config"));
    return Done{};
  }));
  if (const auto octets = read_file(path, kMostConfig); octets && taken)
    body["changed"] = to_hex(sha256({octets.value()})) != *taken;
  if (!parts_.sources->check) return body;
  for (const auto& problem : parts_.sources->check()) {
    auto one = told(problem.error);
    one["stops"] = problem.stops;
    body["problems"].push_back(std::move(one));
  }
  return body;
}

}  // namespace antin::service
