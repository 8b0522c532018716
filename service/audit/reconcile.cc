#include "service/audit/reconcile.h"

#include <unordered_set>

#include "service/audit/log_reader.h"

namespace antin::audit {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::size_t kMaxListed = 100;
constexpr const char* kSeen = "journal.seen";
/// In `journaled`: looked for, not found, and told.
constexpr std::int64_t kToldMissing = -1;

// Jobs whose signature was released although the journal has none of theirs.
constexpr const char* kUnjournaled =
    "SELECT DISTINCT i.job FROM signature_intent i WHERE i.journaled IS NULL"
    " AND EXISTS(SELECT 1 FROM job WHERE job.id=i.job AND job.state=2)"
    " AND NOT EXISTS(SELECT 1 FROM signature_intent o WHERE o.job=i.job AND o.journaled>0)"
    " ORDER BY i.job LIMIT 100";

void add(Findings& findings, Code code, Params params) {
  if (findings.size() < kMaxListed)
    findings.push_back({code, Severity::kError, std::move(params), {}});
}

Result<std::optional<std::uint64_t>> number_fact(Database& database, const char* what) {
  ANTIN_TRY(const auto text, LogReader(database, Log::kAudit).fact(what));
  std::uint64_t number = 0;
  if (!text || !read_decimal(*text, number)) return std::optional<std::uint64_t>();
  return std::optional(number);
}

// A checkpoint that the key signed for one of our logs must be one that the log still has.
Status judge_checkpoint(Database& database, const Journaled& entry, const std::string& origin,
                        Findings& findings) {
  for (const auto log : {Log::kAudit, Log::kIssued}) {
    if (origin.empty() || entry.origin != origin_of(origin, log)) continue;
    LogReader reader(database, log);
    ANTIN_TRY(const auto size, reader.size());
    if (entry.size > size.value) {
      add(findings, Code::kAuditRolledBack,
          {{"nhat_ky", std::string(name(log))},
           {"so", std::to_string(size.value)},
           {"la", std::to_string(entry.size)}});
      continue;
    }
    ANTIN_TRY(const auto root, root_at({entry.size}, reader.nodes()));
    if (to_bytes(root) != entry.root)
      add(findings, Code::kAuditHistoryChanged,
          {{"nhat_ky", std::string(name(log))}, {"so", "0"}, {"la", std::to_string(entry.size)}});
  }
  return Done{};
}

class Reconciler {
 public:
  Reconciler(const Journal& journal, RandomSource& random, std::string origin, UtcTime at)
      : journal_(journal), random_(random), origin_(std::move(origin)), at_(at) {}

  Status begin(Database& database) {
    ANTIN_TRY(const auto seen, number_fact(database, kSeen));
    if (seen) {
      seen_ = *seen;
    } else {
      ANTIN_TRY(const auto page, journal_(0, 1));
      seen_ = page.last;
      const auto text = std::to_string(page.last);
      LogWriter logs(database, random_);
      ANTIN_CHECK(logs.set(kJournalBaseline, text));
      ANTIN_CHECK(logs.set(kSeen, text));
      ANTIN_TRY(const auto number, logs.audit({"journal_began", "", "", {{"after", text}}}, at_));
      static_cast<void>(number);
    }
    // Asked before the journal is read: what is released now was journaled before now.
    candidates_.clear();
    ANTIN_TRY(const auto rows, database.query(kUnjournaled));
    for (const auto& row : rows) candidates_.insert(service::as_string(row[0]));
    return Done{};
  }

  Status take(Database& database, const JournalPage& page) {
    page_findings_.clear();
    LogWriter logs(database, random_);
    for (const auto& entry : page.entries) {
      if (entry.kind == Journaled::Kind::kCheckpoint) {
        ANTIN_CHECK(judge_checkpoint(database, entry, origin_, page_findings_));
        continue;
      }
      ANTIN_CHECK(take_signature(database, logs, entry));
    }
    return logs.set(kSeen, std::to_string(page.entries.back().number));
  }

  Status finish(Database& database) {
    page_findings_.clear();
    ANTIN_TRY(const auto rows, database.query(kUnjournaled));
    LogWriter logs(database, random_);
    for (const auto& row : rows) {
      const auto job = service::as_string(row[0]);
      if (candidates_.count(job) == 0) continue;
      add(page_findings_, Code::kAuditSignatureUnjournaled, {{"id", job}});
      ANTIN_TRY(const auto number, logs.audit({"signature_unjournaled", "", job, {}}, at_));
      static_cast<void>(number);
      ANTIN_CHECK(
          database.execute("UPDATE signature_intent SET journaled=?2 WHERE job=?1 AND"
                           " journaled IS NULL",
                           {job, kToldMissing}));
    }
    return Done{};
  }

  void keep_findings() {
    findings_.insert(findings_.end(), page_findings_.begin(), page_findings_.end());
    page_findings_.clear();
  }
  std::uint64_t seen_ = 0;
  Findings findings_;

 private:
  Status take_signature(Database& database, LogWriter& logs, const Journaled& entry) {
    const auto number = std::to_string(entry.number);
    Event event{.kind = "key_use",
                .actor = {},
                .subject = {},
                .facts = {{"journal", number},
                          {"key", entry.key_uri},
                          {"signed_sha256", to_hex(entry.signed_sha256)}}};
    ANTIN_TRY(const auto rows,
              database.query("UPDATE signature_intent SET journaled=?1 WHERE signed_sha256=?2"
                             " RETURNING job",
                             {static_cast<std::int64_t>(entry.number), entry.signed_sha256}));
    if (rows.empty()) {
      event.kind = "signature_unknown";
      add(page_findings_, Code::kAuditSignatureUnknown, {{"so", number}});
    } else {
      event.subject = service::as_string(rows[0][0]);
    }
    ANTIN_TRY(const auto place, logs.audit(event, at_));
    static_cast<void>(place);
    return Done{};
  }

  const Journal& journal_;
  RandomSource& random_;
  const std::string origin_;
  const UtcTime at_;
  std::unordered_set<std::string> candidates_;
  Findings page_findings_;  ///< of the transaction that runs: it may run twice
};

// Where to begin: what the log says holds, and what the database says only where it says the same.
std::uint64_t first_compared(std::optional<std::uint64_t> logged, std::optional<std::uint64_t> fact,
                             Findings& findings) {
  const auto after = logged.value_or(fact.value_or(0));
  if (logged && fact && *fact != *logged)
    add(findings, Code::kAuditJournalMoved,
        {{"so", std::to_string(*logged)}, {"la", std::to_string(*fact)}});
  if (after > 0)
    findings.push_back(
        {Code::kAuditJournalBefore, Severity::kInfo, {{"so", std::to_string(after)}}, {}});
  return after;
}

}  // namespace

Status expect_signature(Database& database, const std::string& job, ByteView signed_sha256,
                        UtcTime at) {
  return database.execute(
      "INSERT INTO signature_intent(signed_sha256, job, at, journaled) VALUES(?1, ?2, ?3, NULL)"
      " ON CONFLICT(signed_sha256) DO NOTHING",
      {antin::to_bytes(signed_sha256), job,
       std::int64_t{at.since_epoch().time_since_epoch().count()}});
}

std::string origin_of(const std::string& base, Log log) {
  return base + "/" + std::string(name(log));
}

Result<Findings> reconcile(const Transactions& transactions, const Journal& journal,
                           RandomSource& random, const std::string& origin, UtcTime at) {
  Reconciler work(journal, random, origin, at);
  ANTIN_CHECK(transactions([&](Database& database) { return work.begin(database); }));
  while (true) {
    ANTIN_TRY(const auto page, journal(work.seen_, kPage));
    if (page.last < work.seen_)
      add(work.findings_, Code::kAuditJournalUnreadable, {{"so", std::to_string(page.last + 1)}});
    if (page.entries.empty()) break;
    if (page.entries.front().number != work.seen_ + 1)
      return make_error(Code::kAuditJournalUnreadable, "numbers",
                        {{"so", std::to_string(work.seen_ + 1)}});
    ANTIN_CHECK(transactions([&](Database& database) { return work.take(database, page); }));
    work.keep_findings();
    work.seen_ = page.entries.back().number;
  }
  ANTIN_CHECK(transactions([&](Database& database) { return work.finish(database); }));
  work.keep_findings();
  return std::move(work.findings_);
}

Result<Findings> compare_with_journal(Database& database, const Journal& journal,
                                      const std::string& origin, const JournalSpan& span) {
  Findings findings;
  ANTIN_TRY(const auto baseline, number_fact(database, kJournalBaseline));
  ANTIN_TRY(const auto seen, number_fact(database, kSeen));
  auto after = first_compared(span.after, baseline, findings);
  std::uint64_t last = 0;
  // Jobs that the journal knows and the service has not come to yet: few.
  std::unordered_set<std::string> not_marked;
  while (true) {
    ANTIN_TRY(const auto page, journal(after, kPage));
    last = page.last;
    if (page.entries.empty()) break;
    for (const auto& entry : page.entries) {
      const bool newer = span.up_to && entry.number > *span.up_to;
      if (entry.kind == Journaled::Kind::kCheckpoint) {
        if (!newer) ANTIN_CHECK(judge_checkpoint(database, entry, origin, findings));
        continue;
      }
      ANTIN_TRY(const auto rows,
                database.query("SELECT job FROM signature_intent WHERE signed_sha256=?1",
                               {entry.signed_sha256}));
      if (rows.empty() && !newer)
        add(findings, Code::kAuditSignatureUnknown, {{"so", std::to_string(entry.number)}});
      if (!rows.empty() && entry.number > seen.value_or(0))
        not_marked.insert(service::as_string(rows[0][0]));
    }
    after = page.entries.back().number;
  }
  if (last < seen.value_or(0))
    add(findings, Code::kAuditJournalUnreadable, {{"so", std::to_string(last + 1)}});
  // What the service itself did not find, and what it has marked as read and is not there.
  ANTIN_TRY(const auto rows,
            database.query("SELECT DISTINCT job FROM signature_intent WHERE journaled=?1"
                           " OR journaled>?2 ORDER BY job LIMIT 100",
                           {kToldMissing, static_cast<std::int64_t>(last)}));
  for (const auto& row : rows)
    add(findings, Code::kAuditSignatureUnjournaled, {{"id", service::as_string(row[0])}});
  ANTIN_TRY(const auto open, database.query(kUnjournaled));
  for (const auto& row : open) {
    if (not_marked.count(service::as_string(row[0])) == 0)
      add(findings, Code::kAuditSignatureUnjournaled, {{"id", service::as_string(row[0])}});
  }
  return findings;
}

}  // namespace antin::audit
