#include "service/audit/origin.h"

#include <algorithm>

#include "service/audit/log_reader.h"
#include "service/audit/reconcile.h"

namespace antin::audit {
namespace {

constexpr const char* kOrigin = "origin";
constexpr const char* kGeneration = "origin.generation";
/// A log changes its name after a restore: this many are never reached.
constexpr std::size_t kMaxFormer = 256;

std::string newest_fact(Log log) {
  return "vkey." + std::string(name(log));
}
std::string former_fact(Log log) {
  return "vkeys_before." + std::string(name(log));
}

// How often the store was restored (service/store/backup.cc).
Result<std::string> generation(Database& database) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT value FROM store_state WHERE name='generation'"));
  return rows.empty() ? std::string("0") : service::as_string(rows[0][0]);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Result<std::vector<VerifierKey>> keys_in(const std::string& text) {
  std::vector<VerifierKey> keys;
  for (const auto& line : lines_of(text)) {
    if (keys.size() == kMaxFormer) break;
    ANTIN_TRY(auto key, VerifierKey::parse(line));
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

Result<std::vector<VerifierKey>> verifiers_of(Database& database, Log log) {
  LogReader reader(database, log);
  ANTIN_TRY(const auto newest, reader.fact(newest_fact(log)));
  ANTIN_TRY(const auto former, reader.fact(former_fact(log)));
  return keys_in(newest.value_or("") + "\n" + former.value_or(""));
}

Result<bool> is_used_up(Database& database, const std::string& origin) {
  LogReader reader(database, Log::kAudit);
  ANTIN_TRY(const auto now, generation(database));
  ANTIN_TRY(const auto taken_in, reader.fact(kGeneration));
  ANTIN_TRY(const auto before, reader.fact(kOrigin));
  ANTIN_TRY(const auto keys, verifiers_of(database, Log::kAudit));
  // Still the one that it was given in this very generation.
  if (before == origin && taken_in.value_or("0") == now) return false;
  const auto signed_as = origin_of(origin, Log::kAudit);
  return (before == origin && now != "0") ||
         std::any_of(keys.begin(), keys.end(),
                     [&](const VerifierKey& key) { return key.name() == signed_as && now != "0"; });
}

Status take_origin(Database& database, LogWriter& logs, const std::string& origin) {
  ANTIN_TRY(const auto now, generation(database));
  ANTIN_CHECK(logs.set(kOrigin, origin));
  return logs.set(kGeneration, now);
}

Status keep_verifier(Database& database, LogWriter& logs, Log log, const VerifierKey& key) {
  LogReader reader(database, log);
  ANTIN_TRY(const auto newest, reader.fact(newest_fact(log)));
  const auto text = key.to_text();
  if (newest == text) return Done{};
  if (newest && !newest->empty()) {
    ANTIN_TRY(const auto former, reader.fact(former_fact(log)));
    ANTIN_CHECK(logs.set(former_fact(log), *newest + "\n" + former.value_or("")));
  }
  return logs.set(newest_fact(log), text);
}

}  // namespace antin::audit
