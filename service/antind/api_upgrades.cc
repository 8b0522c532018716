#include <algorithm>
#include <nlohmann/json.hpp>

#include "service/antind/api.h"
#include "service/antind/api_facts.h"
#include "service/antind/prepared_check.h"
#include "service/antind/problem.h"
#include "service/antind/upgrade.h"
#include "service/ipc/worker_protocol.h"
#include "service/store/upgrade_leases.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

std::string as_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A code that this program does not know decides nothing.
std::vector<Code> codes_of(const cbor::Value& body) {
  std::vector<Code> codes;
  const auto warnings = cbor::array_at(body, "warnings");
  if (!warnings) return codes;
  for (const auto& warning : warnings.value()) {
    const auto name = cbor::text_at(warning, "code");
    if (!name) continue;
    if (const auto code = code_named(name.value())) codes.push_back(*code);
  }
  return codes;
}

// Of one field: what others signed in the same document may stay below it for good.
Result<std::string> level_of(const cbor::Value& body, const std::string& field) {
  ANTIN_TRY(const auto fields, cbor::array_at(body, "fields"));
  for (const auto& entry : fields) {
    ANTIN_TRY(const auto name, cbor::text_at(entry, "field"));
    if (name == field) return cbor::text_at(entry, "level");
  }
  return make_error(Code::kIpcMalformed, "no level of the field " + field);
}

}  // namespace

// Nothing is owed where the level is reached, and where no network will ever help.
std::optional<StoredUpgrade> Api::upgrade_owed(const StoredSignature& signature,
                                               const std::string& job, const std::string& level,
                                               const std::string& wanted,
                                               const cbor::Value& completed) const {
  const auto reached = level_rank(level);
  const auto asked = level_rank(wanted);
  if (!reached || !asked || *reached >= *asked) return std::nullopt;
  if (!may_be_reached_later(codes_of(completed))) return std::nullopt;
  const auto told = Json{{"problem", nullptr}, {"warnings", warnings_of(completed)}};
  return StoredUpgrade{
      .signature = signature.id,
      .job = job,
      .state = UpgradeState::kQueued,
      .level_wanted = wanted,
      .level = level,
      .newest = signature.id,
      .versions = 1,
      .since = signature.created,
      .due = UtcTime{signature.created.since_epoch() + parts_.config->agency.retry_after},
      .tries = 0,
      .told = as_line(told)};
}

void Api::run_upgrade_later(const std::string& signature, std::chrono::seconds pause) {
  later_.after(pause, [this, signature] {
    upgrade_.submit_anyway([this, signature] { run_upgrade(signature); });
  });
}

void Api::run_upgrade(const std::string& signature) {
  if (stopping_) return;
  auto own = own_upgrade(*parts_.store, node_, signature);
  if (!own) {
    parts_.log->write(Log::Level::kError, "upgrade_unreadable",
                      {{"signature", signature}, {"error", to_log_line(own.error())}});
    run_upgrade_later(signature, kLongestPause);
    return;
  }
  // Away for longer than its lease: another node has it and goes on with it, or has raised it.
  if (!own.value()) {
    --upgrades_queued_;
    return;
  }
  auto upgrade = std::move(*own.value());
  const auto tried = raise(upgrade);
  // A stop takes the workers away under it: the next start takes it up again.
  if (!tried && stopping_) return;
  if (tried && upgrade.state == UpgradeState::kDone) {
    --upgrades_queued_;
    parts_.metrics->count("antin_upgrades_total", "result=\"raised\"");
    return;
  }
  // Another node has added a version meanwhile: what is known here is not what holds, and that node
  // goes on with it.
  if (!tried && tried.error().code == Code::kJobTakenOver) {
    --upgrades_queued_;
    return;
  }
  const bool waits = upgrade_waits(upgrade, tried);
  if (!waits) --upgrades_queued_;
  parts_.metrics->count("antin_upgrades_total",
                        waits ? "result=\"postponed\"" : "result=\"given_up\"");
}

// Sets when the next try is, or gives up: at once where another try would end the same, and after
// as long as a signature waits for its timestamp (S-07).
bool Api::upgrade_waits(StoredUpgrade& upgrade, const Status& tried) {
  const auto now = parts_.clock->utc_now();
  const auto& agency = parts_.config->agency;
  if (!tried) {
    const auto told = Json{{"problem", Json::parse(problem_json(tried.error(), upgrade.job))},
                           {"warnings", Json::array()}};
    upgrade.told = as_line(told);
  }
  const bool over = now.since_epoch() - upgrade.since.since_epoch() >= agency.pending_for;
  const bool waits = !over && (tried || !is_final(tried.error().code));
  const auto pause = pause_after(agency.retry_after, upgrade.tries);
  ++upgrade.tries;
  if (waits)
    upgrade.due = UtcTime{now.since_epoch() + pause};
  else
    upgrade.state = UpgradeState::kGivenUp;
  // When this is not written down, the row still says that it waits: the next start takes it up.
  if (const auto kept = parts_.store->set_upgrade(upgrade); !kept)
    parts_.log->write(Log::Level::kError, "upgrade_not_written",
                      {{"signature", upgrade.signature}, {"error", to_log_line(kept.error())}});
  parts_.log->write(Log::Level::kWarning, waits ? "upgrade_postponed" : "upgrade_given_up",
                    {{"signature", upgrade.signature},
                     {"tries", std::to_string(upgrade.tries)},
                     {"level", upgrade.level},
                     {"level_wanted", upgrade.level_wanted},
                     {"error", tried ? std::string() : to_log_line(tried.error())}});
  if (waits) run_upgrade_later(upgrade.signature, pause);
  return waits;
}

// One try. A step on the way to the level that is wanted is kept as a version too: a timestamp that
// is there today cannot be had for today tomorrow.
Status Api::raise(StoredUpgrade& upgrade) {
  ANTIN_TRY(const auto job, parts_.store->any_job(upgrade.job));
  if (!job) return make_error(Code::kStoreFailed, "no job of upgrade " + upgrade.signature);
  ANTIN_TRY(const auto newest, parts_.store->signature(upgrade.newest, job->owner));
  if (!newest) return make_error(Code::kStoreFailed, "no signature " + upgrade.newest);
  ANTIN_TRY(const auto document, parts_.store->document(newest->sha256, newest->size));
  const auto now = parts_.clock->utc_now().since_epoch().time_since_epoch().count();
  ANTIN_TRY(const auto extended,
            parts_.sign_workers->ask(
                worker::kExtend,
                cbor::Map{{"now", now}, {"level", upgrade.level_wanted}, {"renew", false}},
                {document}, parts_.config->agency.within));
  return keep_version(upgrade, *newest, document, extended);
}

Status Api::keep_version(StoredUpgrade& upgrade, const StoredSignature& newest,
                         const SharedBytes& document, const Message& extended) {
  auto facts = Json::parse(newest.facts, nullptr, false);
  if (!facts.is_object() || !facts.contains("field") || !facts["field"].is_string())
    return make_error(Code::kStoreFailed, "facts of signature " + newest.id);
  ANTIN_TRY(const auto level, level_of(extended.body, facts["field"].get<std::string>()));
  const auto reached = level_rank(level);
  if (!reached) return make_error(Code::kIpcMalformed, "level " + level);
  const auto warnings = warnings_of(extended.body);
  upgrade.told = as_line(Json{{"problem", nullptr}, {"warnings", warnings}});
  if (extended.descriptors.empty() || *reached <= level_rank(upgrade.level).value_or(0))
    return Done{};

  ANTIN_TRY(const auto tail, map_sealed(extended.descriptors[0], worker::kMaxDocument));
  if (!tail.view().empty())
    ANTIN_CHECK(maker_.check_by_another(document, tail, ask_for_proof(document.size())));
  ANTIN_TRY(const auto digest, parts_.store->put_document({document.view(), tail.view()}));
  const auto size = document.size() + tail.size();
  // As it will be given out, not as we meant to write it.
  ANTIN_TRY(const auto stored, parts_.store->document(digest, size));
  ANTIN_CHECK(check_only_appended(document.view(), stored.view()));

  const auto now = parts_.clock->utc_now();
  StoredSignature version{.id = new_uuid7(*parts_.clock, *parts_.random),
                          .owner = newest.owner,
                          .sha256 = digest,
                          .input_sha256 = newest.input_sha256,
                          .size = size,
                          .created = now,
                          .facts = {}};
  const auto self = "/api/v1/signatures/" + version.id;
  facts["id"] = version.id;
  facts["sha256"] = to_hex(digest);
  facts["size"] = size;
  facts["level"] = level;
  facts["version"] = upgrade.versions + 1;
  facts["previous"] = "/api/v1/signatures/" + newest.id;
  facts["created"] = to_rfc3339(now);
  facts["warnings"] = warnings;
  facts["self"] = self;
  facts["document"] = self + "/document";
  version.facts = as_line(facts);

  auto raised = upgrade;
  raised.level = level;
  raised.newest = version.id;
  ++raised.versions;
  if (*reached >= level_rank(upgrade.level_wanted).value_or(0)) raised.state = UpgradeState::kDone;
  ANTIN_CHECK(parts_.store->add_version(version, raised));
  upgrade = std::move(raised);
  parts_.log->write(Log::Level::kInfo, "upgraded",
                    {{"job", upgrade.job},
                     {"signature", upgrade.signature},
                     {"version", version.id},
                     {"sha256", to_hex(digest)},
                     {"level", level}});
  return Done{};
}

Result<std::string> Api::with_upgrade(const std::string& facts, const std::string& signature,
                                      const std::string& owner) {
  ANTIN_TRY(const auto upgrade, parts_.store->upgrade(signature));
  if (!upgrade) return facts;
  auto body = Json::parse(facts, nullptr, false);
  const auto told = Json::parse(upgrade->told, nullptr, false);
  if (!body.is_object() || !told.is_object())
    return make_error(Code::kStoreFailed, "facts of signature " + signature);
  Json entry{{"state", name(upgrade->state)},
             {"level", upgrade->level},
             {"level_wanted", upgrade->level_wanted},
             {"since", to_rfc3339(upgrade->since)},
             {"tries", upgrade->tries},
             {"next_try", nullptr},
             {"version", nullptr},
             {"problem", told.value("problem", Json())},
             {"warnings", told.value("warnings", Json::array())}};
  if (upgrade->state == UpgradeState::kQueued) entry["next_try"] = to_rfc3339(upgrade->due);
  if (upgrade->newest != signature) {
    ANTIN_TRY(const auto newest, parts_.store->signature(upgrade->newest, owner));
    if (!newest) return make_error(Code::kStoreFailed, "no signature " + upgrade->newest);
    entry["version"] = Json::parse(newest->facts, nullptr, false);
  }
  body["upgrade"] = std::move(entry);
  return as_line(body);
}

Result<Response> Api::queue_upgrade_again(const Work& work) {
  const auto who = owner(work.caller);
  ANTIN_CHECK(parts_.store->queue_again(work.resource, who, parts_.clock->utc_now()));
  parts_.log->write(Log::Level::kInfo, "upgrade_queued_again", {{"signature", work.resource}});
  ANTIN_CHECK(take_up_upgrades());
  ANTIN_TRY(const auto signature, parts_.store->signature(work.resource, who));
  if (!signature) return make_error(Code::kSignatureUnknown, work.resource);
  ANTIN_TRY(const auto facts, with_upgrade(signature->facts, signature->id, who));
  return json_response(202, facts);
}

// What waits and no living node has: released just now, of an earlier start, or of a node that
// died. It keeps its time. Where nothing is signed nobody can raise it; then it is only counted.
Status Api::take_up_upgrades() {
  if (parts_.sign_workers == nullptr) {
    ANTIN_TRY(const auto waiting, parts_.store->queued_upgrades());
    upgrades_queued_ = static_cast<std::int64_t>(waiting.size());
    return Done{};
  }
  while (true) {
    ANTIN_TRY(const auto upgrades, take_upgrades(*parts_.store, node_));
    if (upgrades.empty()) return Done{};
    upgrades_queued_ += static_cast<std::int64_t>(upgrades.size());
    const auto now = parts_.clock->utc_now().since_epoch();
    for (const auto& upgrade : upgrades) {
      parts_.log->write(Log::Level::kInfo, "upgrade_resumed", {{"signature", upgrade.signature}});
      const std::chrono::seconds left = upgrade.due.since_epoch() - now;
      run_upgrade_later(upgrade.signature,
                        std::clamp(left, std::chrono::seconds{0}, kLongestPause));
    }
  }
}

}  // namespace antin::service
