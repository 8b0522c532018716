#include "service/store/schema.h"

#include <algorithm>
#include <string_view>

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
  "end" INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY(original, number)) STRICT;
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
      R"sql(
CREATE TABLE stored_file(
  sha256 BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL, key_id TEXT NOT NULL) STRICT;
CREATE INDEX stored_file_by_key ON stored_file(key_id);
CREATE TABLE store_state(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
ALTER TABLE job ADD COLUMN lease_owner TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;
)sql",
      // The two logs (service/audit): 1 audit, 2 issued.
      R"sql(
CREATE TABLE log_size(log INTEGER PRIMARY KEY, size INTEGER NOT NULL) STRICT;
CREATE TABLE log_leaf(
  log INTEGER NOT NULL, number INTEGER NOT NULL, entry BLOB NOT NULL, record BLOB,
  subject TEXT NOT NULL, PRIMARY KEY(log, number)) STRICT;
CREATE INDEX log_leaf_by_subject ON log_leaf(log, subject, number);
CREATE TABLE log_node(
  log INTEGER NOT NULL, level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY(log, level, number)) STRICT;
CREATE TABLE log_checkpoint(
  log INTEGER NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY(log, size)) STRICT;
CREATE TABLE log_fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE signature_intent(
  signed_sha256 BLOB PRIMARY KEY, job TEXT NOT NULL, at INTEGER NOT NULL,
  journaled INTEGER) STRICT;
CREATE INDEX signature_intent_by_job ON signature_intent(job);
CREATE INDEX signature_intent_open ON signature_intent(job) WHERE journaled IS NULL;
)sql",
      R"sql(
ALTER TABLE api_key ADD COLUMN limits TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;
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

// Replaces whole words.
void replace_word(std::string& text, std::string_view word, std::string_view by) {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;) {
    const auto end = at + word.size();
    const bool whole =
        (at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]));
    if (whole) text.replace(at, word.size(), by);
    at += whole ? by.size() : word.size();
  }
}

// The migrations are written for SQLite; this is all that PostgreSQL calls by other names. Texts
// sort by octets in both.
std::string in_dialect(std::string statement, Database::Dialect dialect) {
  if (dialect == Database::Dialect::kSqlite) return statement;
  replace_word(statement, " STRICT", "");
  replace_word(statement, "INTEGER", "BIGINT");
  replace_word(statement, "BLOB", "BYTEA");
  replace_word(statement, "TEXT", "TEXT COLLATE \"C\"");
  return statement;
}

}  // namespace

std::size_t newest_schema() {
  return migrations().size();
}

Status migrate(Database& database) {
  return migrate(database, newest_schema());
}

Status migrate(Database& database, std::size_t wanted) {
  return database.transaction([&]() -> Status {
    ANTIN_TRY(const auto version, database.schema_version());
    if (std::max(version, wanted) > migrations().size())
      return make_error(Code::kStoreSchema,
                        "schema version " + std::to_string(std::max(version, wanted)));
    if (version >= wanted) return Done{};
    for (auto i = version; i < wanted; ++i) {
      for (auto& statement : statements(migrations()[i]))
        ANTIN_CHECK(database.execute(in_dialect(std::move(statement), database.dialect())));
    }
    return database.set_schema_version(wanted);
  });
}

std::vector<std::string> tables() {
  constexpr std::string_view kCreate = "CREATE TABLE ";
  std::vector<std::string> names;
  for (const std::string_view step : migrations()) {
    for (auto at = step.find(kCreate); at != std::string_view::npos; at = step.find(kCreate, at)) {
      at += kCreate.size();
      names.emplace_back(step.substr(at, step.find('(', at) - at));
    }
  }
  return names;
}

Result<std::vector<std::string>> columns(Database& database, const std::string& table) {
  const bool sqlite = database.dialect() == Database::Dialect::kSqlite;
  ANTIN_TRY(const auto rows,
            sqlite ? database.query("SELECT name FROM pragma_table_info(?1) ORDER BY cid", {table})
                   : database.query("SELECT column_name::text FROM information_schema.columns"
                                    " WHERE table_schema=current_schema() AND table_name=?1"
                                    " ORDER BY ordinal_position",
                                    {table}));
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const auto& row : rows) names.push_back(as_string(row[0]));
  return names;
}

std::string joined(const std::vector<std::string>& columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "\"" : ", \"") + column + '"';
  return list;
}

Status each_document(Database& database, const std::function<Status(const KeptDocument&)>& one) {
  constexpr const char* kKnown =
      "SELECT d.sha256, f.name, f.key_id FROM (SELECT sha256 FROM original"
      " UNION SELECT sha256 FROM signature UNION SELECT input_sha256 FROM signature"
      " UNION SELECT input_sha256 FROM job WHERE length(input_sha256)=32) d"
      " LEFT JOIN stored_file f ON f.sha256=d.sha256";
  return database.each(kKnown, [&](const Database::Row& row) -> Status {
    KeptDocument document{.sha256 = as_blob(row.at(0)), .file = as_string(row.at(1))};
    if (document.file.empty())
      document.file = to_hex(document.sha256);
    else if (as_string(row.at(2)).empty())
      return Done{};
    document.file = "documents/" + document.file.substr(0, 2) + "/" + document.file;
    return one(document);
  });
}

}  // namespace antin::service
