#include "service/store/store.h"

#include <filesystem>
#include <system_error>

#include "certs/ossl/digest.h"
#include "service/store/store_values.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

// Version n of the schema is what the first n entries make. Append only.
const std::vector<const char*>& migrations() {
  static const std::vector<const char*> steps{
      R"sql(
CREATE TABLE original(
  id TEXT PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,
  name TEXT NOT NULL, owner TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE TABLE original_revision(
  original TEXT NOT NULL REFERENCES original(id) ON DELETE CASCADE, number INTEGER NOT NULL,
  end INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY(original, number)) STRICT;
CREATE INDEX original_revision_by_sha256 ON original_revision(sha256);
CREATE TABLE job(
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, state INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, input_sha256 BLOB NOT NULL,
  options TEXT NOT NULL, result TEXT NOT NULL, target TEXT NOT NULL) STRICT;
CREATE INDEX job_by_state ON job(kind, state);
CREATE TABLE signature(
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, sha256 BLOB NOT NULL, input_sha256 BLOB NOT NULL,
  size INTEGER NOT NULL, created INTEGER NOT NULL, facts TEXT NOT NULL) STRICT;
CREATE TABLE idempotency(
  owner TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL,
  job TEXT NOT NULL REFERENCES job(id), created INTEGER NOT NULL,
  PRIMARY KEY(owner, key)) STRICT;
CREATE TABLE api_key(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, hash BLOB NOT NULL UNIQUE,
  created INTEGER NOT NULL) STRICT;
)sql",
      R"sql(
CREATE TABLE pending_signature(
  job TEXT PRIMARY KEY REFERENCES job(id) ON DELETE CASCADE, state BLOB NOT NULL,
  signature BLOB NOT NULL, certificate_sha256 BLOB NOT NULL, since INTEGER NOT NULL,
  due INTEGER NOT NULL, tries INTEGER NOT NULL) STRICT;
)sql",
      R"sql(
CREATE TABLE upgrade(
  signature TEXT PRIMARY KEY REFERENCES signature(id), job TEXT NOT NULL REFERENCES job(id),
  state INTEGER NOT NULL, level_wanted TEXT NOT NULL, level TEXT NOT NULL,
  newest TEXT NOT NULL REFERENCES signature(id), versions INTEGER NOT NULL,
  since INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL,
  told TEXT NOT NULL) STRICT;
CREATE INDEX upgrade_by_state ON upgrade(state);
)sql",
      R"sql(
ALTER TABLE original ADD COLUMN signed_end INTEGER NOT NULL DEFAULT 0;
CREATE TABLE register_entry(
  original TEXT PRIMARY KEY REFERENCES original(id), kind TEXT NOT NULL,
  number TEXT NOT NULL, book TEXT NOT NULL, number_key TEXT NOT NULL, book_key TEXT NOT NULL,
  day TEXT NOT NULL, unit_code TEXT NOT NULL, unit_name TEXT NOT NULL, pages INTEGER NOT NULL,
  state TEXT NOT NULL, code TEXT NOT NULL UNIQUE, decision TEXT NOT NULL,
  decision_day TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX register_entry_by_number ON register_entry(unit_code, book_key, number_key)
  WHERE number_key<>'';
CREATE INDEX register_entry_by_key ON register_entry(number_key, book_key);
CREATE TABLE register_signer(
  original TEXT NOT NULL REFERENCES register_entry(original), role TEXT NOT NULL,
  certificate_sha256 BLOB NOT NULL, PRIMARY KEY(original, role, certificate_sha256)) STRICT;
CREATE TABLE register_event(
  original TEXT NOT NULL REFERENCES register_entry(original), number INTEGER NOT NULL,
  state TEXT NOT NULL, decision TEXT NOT NULL, decision_day TEXT NOT NULL, actor TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(original, number)) STRICT;
)sql",
  };
  return steps;
}

// Splits at the semicolons of our own migrations, which hold none inside a statement.
std::vector<std::string> statements(std::string_view sql) {
  std::vector<std::string> out;
  while (!sql.empty()) {
    const auto end = std::min(sql.find(';'), sql.size());
    const auto statement = sql.substr(0, end);
    if (statement.find_first_not_of(" \n") != std::string_view::npos) out.emplace_back(statement);
    sql.remove_prefix(std::min(end + 1, sql.size()));
  }
  return out;
}

StoredJob read_job(const Sqlite::Row& row) {
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

constexpr const char* kJobColumns =
    "SELECT id, kind, owner, state, created, updated, input_sha256, options, result, target"
    " FROM job ";

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

Store::Store(std::string folder, Sqlite db, Sqlite keys)
    : folder_(std::move(folder)), db_(std::move(db)), keys_db_(std::move(keys)) {}

Result<std::unique_ptr<Store>> Store::open(const std::string& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder + "/documents", problem);
  if (problem)
    return make_error(Code::kStoreFailed, folder + ": " + problem.message(), {{"file", folder}});
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
  ANTIN_TRY(auto db, Sqlite::open(folder + "/antin.sqlite"));
  ANTIN_TRY(auto keys, Sqlite::open(folder + "/antin.sqlite"));
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  std::unique_ptr<Store> store(new Store(folder, std::move(db), std::move(keys)));
  ANTIN_CHECK(store->migrate());
  return store;
}

Status Store::migrate() {
  return db_.transaction([&]() -> Status {
    ANTIN_TRY(const auto rows, db_.query("PRAGMA user_version"));
    const auto version = static_cast<std::size_t>(as_integer(rows.at(0).at(0)));
    if (version > migrations().size())
      return make_error(Code::kStoreSchema, "schema version " + std::to_string(version));
    for (auto i = version; i < migrations().size(); ++i) {
      for (const auto& statement : statements(migrations()[i])) ANTIN_CHECK(db_.execute(statement));
    }
    return db_.execute("PRAGMA user_version=" + std::to_string(migrations().size()));
  });
}

std::string Store::path_of(const Bytes& sha256) const {
  const auto hex = to_hex(sha256);
  return folder_ + "/documents/" + hex.substr(0, 2) + "/" + hex;
}

Result<Bytes> Store::put_document(const std::vector<ByteView>& parts) {
  Bytes digest;
  if (parts.size() == 1)
    digest = ossl::sha256(parts[0]);
  else if (parts.size() == 2)
    digest = ossl::digest(DigestAlgorithm::kSha256, {parts[0], parts[1]});
  else
    return make_error(Code::kInternal, "a document of more than two parts");
  const auto path = path_of(digest);
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
  if (problem) return make_error(Code::kStoreFailed, path + ": " + problem.message());
  auto written = write_file(path, parts, IfExists::kRefuse);
  if (!written && written.error().code != Code::kFileExists)
    return while_doing(std::move(written).error(), Code::kStoreFailed, "store a document");
  // A damaged file under this name would otherwise be taken for the new octets.
  if (!written) {
    std::size_t size = 0;
    for (const auto& part : parts) size += part.size();
    ANTIN_TRY(const auto there, document(digest, size));
    static_cast<void>(there);
  }
  return digest;
}

Result<SharedBytes> Store::document(const Bytes& digest, std::size_t max_octets) const {
  auto octets = read_file(path_of(digest), max_octets);
  if (!octets)
    return while_doing(std::move(octets).error(), Code::kStoreFailed, "read a stored document");
  if (ossl::sha256(octets.value()) != digest)
    return make_error(Code::kStoredDocumentDamaged, to_hex(digest));
  return SharedBytes(std::move(octets).value());
}

Status Store::add_job(const StoredJob& job) {
  const std::lock_guard lock(mutex_);
  return db_.execute(
      "INSERT INTO job VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      {job.id, job.kind, job.owner, static_cast<std::int64_t>(job.state), seconds(job.created),
       seconds(job.updated), job.input_sha256, job.options, job.result, job.target});
}

Result<Store::Begun> Store::begin_job(const StoredJob& job, const std::string& idempotency_key,
                                      const Bytes& fingerprint) {
  const std::lock_guard lock(mutex_);
  Begun begun{Begun::Outcome::kNew, job.id};
  const auto work = [&]() -> Status {
    ANTIN_TRY(const auto rows,
              db_.query("SELECT fingerprint, job FROM idempotency WHERE owner=?1 AND key=?2",
                        {job.owner, idempotency_key}));
    if (!rows.empty()) {
      begun.outcome =
          as_blob(rows[0][0]) == fingerprint ? Begun::Outcome::kSame : Begun::Outcome::kOther;
      begun.job = as_string(rows[0][1]);
      return Done{};
    }
    ANTIN_CHECK(db_.execute(
        "INSERT INTO job VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        {job.id, job.kind, job.owner, static_cast<std::int64_t>(job.state), seconds(job.created),
         seconds(job.updated), job.input_sha256, job.options, job.result, job.target}));
    return db_.execute("INSERT INTO idempotency VALUES(?1, ?2, ?3, ?4, ?5)",
                       {job.owner, idempotency_key, fingerprint, job.id, seconds(job.created)});
  };
  ANTIN_CHECK(db_.transaction(work));
  return begun;
}

Status Store::set_job(const std::string& id, JobState state, const std::string& result,
                      const std::string& target, UtcTime now) {
  const std::lock_guard lock(mutex_);
  return db_.transaction([&]() -> Status {
    if (state == JobState::kFailed)
      ANTIN_CHECK(db_.execute("DELETE FROM pending_signature WHERE job=?1", {id}));
    return db_.execute("UPDATE job SET state=?2, result=?3, target=?4, updated=?5 WHERE id=?1",
                       {id, static_cast<std::int64_t>(state), result, target, seconds(now)});
  });
}

Status Store::keep_pending(const StoredPending& pending) {
  const std::lock_guard lock(mutex_);
  return db_.execute("INSERT OR REPLACE INTO pending_signature VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                     {pending.job, pending.state, pending.signature, pending.certificate_sha256,
                      seconds(pending.since), seconds(pending.due), pending.tries});
}

Result<std::optional<StoredPending>> Store::pending(const std::string& job) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows,
            db_.query("SELECT job, state, signature, certificate_sha256, since, due, tries"
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
  return db_.transaction([&]() -> Status {
    ANTIN_CHECK(db_.execute("UPDATE pending_signature SET due=?2, tries=?3 WHERE job=?1",
                            {pending.job, seconds(pending.due), pending.tries}));
    return db_.execute(
        "UPDATE job SET state=?2, result=?3, updated=?4 WHERE id=?1",
        {pending.job, static_cast<std::int64_t>(JobState::kPending), problem, seconds(now)});
  });
}

Status Store::finish_signature(const StoredSignature& signature, const std::string& job,
                               const std::string& result,
                               const std::optional<StoredUpgrade>& upgrade) {
  const std::lock_guard lock(mutex_);
  return db_.transaction([&]() -> Status {
    ANTIN_CHECK(insert_signature(signature));
    if (upgrade) ANTIN_CHECK(insert_upgrade(*upgrade));
    ANTIN_CHECK(db_.execute("DELETE FROM pending_signature WHERE job=?1", {job}));
    return db_.execute("UPDATE job SET state=?2, result=?3, target=?4, updated=?5 WHERE id=?1",
                       {job, static_cast<std::int64_t>(JobState::kDone), result, signature.id,
                        seconds(signature.created)});
  });
}

Result<std::optional<StoredJob>> Store::job(const std::string& id, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows,
            db_.query(std::string(kJobColumns) + "WHERE id=?1 AND owner=?2", {id, owner}));
  if (rows.empty()) return std::optional<StoredJob>();
  return std::optional(read_job(rows[0]));
}

Result<std::optional<StoredJob>> Store::any_job(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_.query(std::string(kJobColumns) + "WHERE id=?1", {id}));
  if (rows.empty()) return std::optional<StoredJob>();
  return std::optional(read_job(rows[0]));
}

Result<std::vector<StoredJob>> Store::unfinished_jobs(const std::string& kind) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows, db_.query(std::string(kJobColumns) +
                                           "WHERE kind=?1 AND state IN (?2, ?3, ?4) ORDER BY id",
                                       {kind, static_cast<std::int64_t>(JobState::kQueued),
                                        static_cast<std::int64_t>(JobState::kRunning),
                                        static_cast<std::int64_t>(JobState::kPending)}));
  std::vector<StoredJob> jobs;
  for (const auto& row : rows) jobs.push_back(read_job(row));
  return jobs;
}

Result<std::optional<StoredSignature>> Store::signature(const std::string& id,
                                                        const std::string& owner) {
  const std::lock_guard lock(mutex_);
  ANTIN_TRY(const auto rows,
            db_.query("SELECT id, owner, sha256, input_sha256, size, created, facts FROM signature"
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

Status Store::add_key(const StoredKey& key) {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_.execute("INSERT INTO api_key VALUES(?1, ?2, ?3, ?4, ?5)",
                          {key.id, key.name, key.scopes, key.hash, seconds(key.created)});
}

Result<std::vector<StoredKey>> Store::keys() {
  const std::lock_guard lock(keys_mutex_);
  ANTIN_TRY(const auto rows,
            keys_db_.query("SELECT id, name, scopes, hash, created FROM api_key ORDER BY id"));
  std::vector<StoredKey> keys;
  for (const auto& row : rows)
    keys.push_back(StoredKey{.id = as_string(row[0]),
                             .name = as_string(row[1]),
                             .scopes = as_string(row[2]),
                             .hash = as_blob(row[3]),
                             .created = from_seconds(as_integer(row[4]))});
  return keys;
}

Result<bool> Store::remove_key(const std::string& id) {
  const std::lock_guard lock(keys_mutex_);
  ANTIN_TRY(const auto rows, keys_db_.query("DELETE FROM api_key WHERE id=?1 RETURNING id", {id}));
  return !rows.empty();
}

Result<std::int64_t> Store::version_of_others_writing() {
  const std::lock_guard lock(keys_mutex_);
  return keys_db_.data_version();
}

}  // namespace antin::service
