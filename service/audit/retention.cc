#include "service/audit/retention.h"

#include "service/audit/log_reader.h"
#include "service/audit/origin.h"
#include "service/audit/reconcile.h"

namespace antin::audit {
namespace {

constexpr std::size_t kBatch = 4'096;

std::string seconds_text(UtcTime at) {
  return std::to_string(at.since_epoch().time_since_epoch().count());
}

}  // namespace

Result<Retention> records_before(Database& database, UtcTime until) {
  LogReader reader(database, Log::kAudit);
  Retention found;
  for (bool more = true; more;) {
    ANTIN_TRY(const auto leaves, reader.leaves(found.before, kBatch));
    more = leaves.size() == kBatch;
    for (const auto& leaf : leaves) {
      const auto record = leaf.record ? decode_audit(*leaf.record) : std::nullopt;
      if (leaf.record && (!record || record->at >= until)) {
        more = false;
        break;
      }
      found.before = leaf.number + 1;
      found.records += leaf.record ? 1U : 0U;
    }
  }
  if (found.records == 0) return found;
  ANTIN_TRY(const auto keys, verifiers_of(database, Log::kAudit));
  ANTIN_TRY(const auto newest, reader.newest_checkpoint());
  if (!keys.empty() && (!newest || newest->size.value < found.before))
    return make_error(Code::kAuditForgetUnproven, std::to_string(found.before),
                      {{"so", std::to_string(found.before)}});
  return found;
}

Status forget(Database& database, RandomSource& random, const Retention& retention, UtcTime until,
              const std::string& by, UtcTime at) {
  if (retention.records == 0) return Done{};
  std::map<std::string, std::string> facts{{"until", seconds_text(until)}, {"by", by}};
  // Where the comparison with tokend's journal began is among what is erased.
  ANTIN_TRY(const auto began, LogReader(database, Log::kAudit).fact(kJournalBaseline));
  if (began) facts.emplace("journal_after", *began);
  return LogWriter(database, random).forget_before(retention.before, "", at, std::move(facts));
}

}  // namespace antin::audit
