#include <algorithm>

#include "service/store/leases.h"
#include "service/store/store.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

StoredJob read_job(const Database::Row& row) {
  return StoredJob{.id = as_string(row[0]),
                   .kind = as_string(row[1]),
                   .owner = as_string(row[2]),
                   .state = static_cast<JobState>(as_integer(row[3])),
                   .created = from_seconds(as_integer(row[4])),
                   .updated = from_seconds(as_integer(row[5])),
                   .input_sha256 = as_blob(row[6]),
                   .options = as_string(row[7]),
                   .result = as_string(row[8]),
                   .target = as_string(row[9])};
}

constexpr const char* kColumns =
    "id, kind, owner, state, created, updated, input_sha256, options, result, target";
const std::string kJobColumns = "SELECT " + std::string(kColumns) + " FROM job ";

constexpr const char* kHeld = "SELECT value FROM store_state WHERE name='held'";

}  // namespace

std::string_view name(JobState state) noexcept {
  switch (state) {
    case JobState::kQueued:
      return "queued";
    case JobState::kRunning:
      return "running";
    case JobState::kDone:
      return "done";
    case JobState::kPending:
      return "pending";
    case JobState::kFailed:
      break;
  }
  return "failed";
}

Status Store::insert_job(const StoredJob& job) {
  return db_->execute(
      "INSERT INTO job(id, kind, owner, state, created, updated, input_sha256, options, result,"
      " target, lease_owner, lease_until) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, " +
          std::string(now_of(*db_)) +
          "+?12) ON CONFLICT(id) DO UPDATE SET state=excluded.state, result=excluded.result,"
          " updated=excluded.updated WHERE excluded.state IN (?13, ?14)",
      {job.id, job.kind, job.owner, static_cast<std::int64_t>(job.state), seconds(job.created),
       seconds(job.updated), job.input_sha256, job.options, job.result, job.target, node_,
       std::int64_t{kLease.count()}, static_cast<std::int64_t>(JobState::kDone),
       static_cast<std::int64_t>(JobState::kFailed)});
}

Status Store::add_job(const StoredJob& job) {
  const std::lock_guard lock(mutex_);
  return insert_job(job);
}

Result<std::vector<StoredJob>> Store::take_jobs(const std::string& kind) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto held, db_->query(kHeld));
  if (!held.empty()) return std::vector<StoredJob>();
  const auto take =
      taking(*db_, {"job", "id", "kind=?3 AND state IN (?4, ?5, ?6)", "id"}, kColumns);
  ANTIN_TRY(const auto rows, db_->query(take, {node_, std::int64_t{kLease.count()}, kind,
                                               static_cast<std::int64_t>(JobState::kQueued),
                                               static_cast<std::int64_t>(JobState::kRunning),
                                               static_cast<std::int64_t>(JobState::kPending)}));
  std::vector<StoredJob> jobs;
  jobs.reserve(rows.size());
  for (const auto& row : rows) jobs.push_back(read_job(row));
  std::sort(jobs.begin(), jobs.end(),
            [](const StoredJob& a, const StoredJob& b) { return a.id < b.id; });
  return jobs;
}

Status Store::renew_leases() {
  const std::lock_guard lock(mutex_);
  return db_->execute(
      "UPDATE job SET lease_until=" + std::string(now_of(*db_)) +
          "+?2 WHERE lease_owner=?1 AND state IN (?3, ?4, ?5)",
      {node_, std::int64_t{kLease.count()}, static_cast<std::int64_t>(JobState::kQueued),
       static_cast<std::int64_t>(JobState::kRunning),
       static_cast<std::int64_t>(JobState::kPending)});
}

Result<Store::Begun> Store::begin_job(const StoredJob& job, const std::string& idempotency_key,
                                      const Bytes& fingerprint) {
  const std::lock_guard lock(mutex_);
  Begun begun{Begun::Outcome::kNew, job.id};
  const auto work = [&]() -> Status {
    begun = {Begun::Outcome::kNew, job.id};
    ANTIN_TRY(const auto rows,
              db_->query("SELECT fingerprint, job FROM idempotency WHERE owner=?1 AND key=?2",
                         {job.owner, idempotency_key}));
    if (!rows.empty()) {
      begun.outcome =
          as_blob(rows[0][0]) == fingerprint ? Begun::Outcome::kSame : Begun::Outcome::kOther;
      begun.job = as_string(rows[0][1]);
      return Done{};
    }
    ANTIN_TRY(const auto held, db_->query(kHeld));
    if (!held.empty()) {
      const auto at = as_string(held[0][0]);
      return make_error(Code::kStoreHeld, at, {{"at", at}});
    }
    ANTIN_CHECK(insert_job(job));
    return db_->execute("INSERT INTO idempotency VALUES(?1, ?2, ?3, ?4, ?5)",
                        {job.owner, idempotency_key, fingerprint, job.id, seconds(job.created)});
  };
  ANTIN_CHECK(db_->transaction(work));
  return begun;
}

Status Store::set_job(const std::string& id, JobState state, const std::string& result,
                      const std::string& target, UtcTime now) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    if (state == JobState::kFailed)
      ANTIN_CHECK(db_->execute("DELETE FROM pending_signature WHERE job=?1", {id}));
    // A signature that was released stays released.
    return db_->execute(
        "UPDATE job SET state=?2, result=?3, target=?4, updated=?5 WHERE id=?1 AND state<>?6",
        {id, static_cast<std::int64_t>(state), result, target, seconds(now),
         static_cast<std::int64_t>(JobState::kDone)});
  });
}

Status Store::keep_pending(const StoredPending& pending) {
  const std::lock_guard lock(mutex_);
  return db_->execute(
      "INSERT INTO pending_signature VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
      " ON CONFLICT(job) DO UPDATE SET state=excluded.state,"
      " signature=excluded.signature, certificate_sha256=excluded.certificate_sha256,"
      " since=excluded.since, due=excluded.due, tries=excluded.tries",
      {pending.job, pending.state, pending.signature, pending.certificate_sha256,
       seconds(pending.since), seconds(pending.due), pending.tries});
}

Result<std::optional<StoredPending>> Store::pending(const std::string& job) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows,
            db_->query("SELECT job, state, signature, certificate_sha256, since, due, tries"
                       " FROM pending_signature WHERE job=?1",
                       {job}));
  if (rows.empty()) return std::optional<StoredPending>();
  const auto& row = rows[0];
  return std::optional(StoredPending{.job = as_string(row[0]),
                                     .state = as_blob(row[1]),
                                     .signature = as_blob(row[2]),
                                     .certificate_sha256 = as_blob(row[3]),
                                     .since = from_seconds(as_integer(row[4])),
                                     .due = from_seconds(as_integer(row[5])),
                                     .tries = as_integer(row[6])});
}

Status Store::postpone(const StoredPending& pending, const std::string& problem, UtcTime now) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    ANTIN_CHECK(db_->execute("UPDATE pending_signature SET due=?2, tries=?3 WHERE job=?1",
                             {pending.job, seconds(pending.due), pending.tries}));
    return db_->execute(
        "UPDATE job SET state=?2, result=?3, updated=?4 WHERE id=?1",
        {pending.job, static_cast<std::int64_t>(JobState::kPending), problem, seconds(now)});
  });
}

Status Store::finish_signature(const StoredSignature& signature, const std::string& job,
                               const std::string& result,
                               const std::optional<StoredUpgrade>& upgrade) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    ANTIN_TRY(
        const auto ended,
        db_->query("UPDATE job SET state=?2, result=?3, target=?4, updated=?5"
                   " WHERE id=?1 AND state NOT IN (?2, ?6) RETURNING id",
                   {job, static_cast<std::int64_t>(JobState::kDone), result, signature.id,
                    seconds(signature.created), static_cast<std::int64_t>(JobState::kFailed)}));
    // Whoever was away for longer than its lease must not release a second signature.
    if (ended.empty()) return make_error(Code::kJobTakenOver, job);
    ANTIN_CHECK(insert_signature(signature));
    if (upgrade) ANTIN_CHECK(insert_upgrade(*upgrade));
    ANTIN_CHECK(tell(*db_, {.kind = StoreEvent::Kind::kSigned,
                            .subject = signature.id,
                            .actor = signature.owner,
                            .document_sha256 = signature.sha256}));
    return db_->execute("DELETE FROM pending_signature WHERE job=?1", {job});
  });
}

Result<std::optional<StoredJob>> Store::job(const std::string& id, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_->query(kJobColumns + "WHERE id=?1 AND owner=?2", {id, owner}));
  if (rows.empty()) return std::optional<StoredJob>();
  return std::optional(read_job(rows[0]));
}

Result<std::optional<StoredJob>> Store::any_job(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_->query(kJobColumns + "WHERE id=?1", {id}));
  if (rows.empty()) return std::optional<StoredJob>();
  return std::optional(read_job(rows[0]));
}

Result<std::optional<std::string>> Store::held() {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_->query(kHeld));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional(as_string(rows[0][0]));
}

Result<std::size_t> Store::release(const std::string& result, UtcTime now) {
  const std::lock_guard lock(mutex_);
  std::size_t ended = 0;
  const auto work = [&]() -> Status {
    ended = 0;
    ANTIN_TRY(const auto held, db_->query(kHeld));
    if (held.empty()) return Done{};
    ANTIN_TRY(const auto rows,
              db_->query("UPDATE job SET state=?1, result=?2, updated=?3"
                         " WHERE kind='sign' AND state IN (?4, ?5)"
                         " AND id NOT IN (SELECT job FROM pending_signature) RETURNING id",
                         {static_cast<std::int64_t>(JobState::kFailed), result, seconds(now),
                          static_cast<std::int64_t>(JobState::kQueued),
                          static_cast<std::int64_t>(JobState::kRunning)}));
    ended = rows.size();
    return db_->execute("DELETE FROM store_state WHERE name='held'");
  };
  ANTIN_CHECK(db_->transaction(work));
  return ended;
}

Result<std::vector<StoredJob>> Store::unfinished_jobs(const std::string& kind) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto held, db_->query(kHeld));
  if (!held.empty()) return std::vector<StoredJob>();
  ANTIN_TRY(const auto rows,
            db_->query(kJobColumns + "WHERE kind=?1 AND state IN (?2, ?3, ?4) ORDER BY id",
                       {kind, static_cast<std::int64_t>(JobState::kQueued),
                        static_cast<std::int64_t>(JobState::kRunning),
                        static_cast<std::int64_t>(JobState::kPending)}));
  std::vector<StoredJob> jobs;
  jobs.reserve(rows.size());
  for (const auto& row : rows) jobs.push_back(read_job(row));
  return jobs;
}

Result<std::optional<StoredSignature>> Store::signature(const std::string& id,
                                                        const std::string& owner) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows,
            db_->query("SELECT id, owner, sha256, input_sha256, size, created, facts FROM signature"
                       " WHERE id=?1 AND owner=?2",
                       {id, owner}));
  if (rows.empty()) return std::optional<StoredSignature>();
  const auto& row = rows[0];
  return std::optional(StoredSignature{.id = as_string(row[0]),
                                       .owner = as_string(row[1]),
                                       .sha256 = as_blob(row[2]),
                                       .input_sha256 = as_blob(row[3]),
                                       .size = static_cast<std::size_t>(as_integer(row[4])),
                                       .created = from_seconds(as_integer(row[5])),
                                       .facts = as_string(row[6])});
}

}  // namespace antin::service
