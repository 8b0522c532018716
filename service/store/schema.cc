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
      // Cases and books (service/casework). Rows of a book are never deleted.
      R"sql(
CREATE TABLE book(
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, product TEXT NOT NULL, series TEXT NOT NULL,
  year INTEGER NOT NULL, name TEXT NOT NULL, last INTEGER NOT NULL, last_day TEXT NOT NULL,
  closed INTEGER NOT NULL, closed_day TEXT NOT NULL, totals TEXT NOT NULL,
  created INTEGER NOT NULL, UNIQUE(unit, product, series, year)) STRICT;
CREATE TABLE casework(
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, product TEXT NOT NULL, state TEXT NOT NULL,
  version INTEGER NOT NULL, owner TEXT NOT NULL, visit TEXT NOT NULL, dossier TEXT NOT NULL,
  requester TEXT NOT NULL, requester_key TEXT NOT NULL, paper TEXT NOT NULL,
  paper_key TEXT NOT NULL, number TEXT NOT NULL, number_key TEXT NOT NULL, day TEXT NOT NULL,
  facts TEXT NOT NULL, book_row TEXT NOT NULL, original TEXT NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL) STRICT;
CREATE INDEX casework_by_unit ON casework(unit, id);
CREATE INDEX casework_by_state ON casework(state, id);
CREATE INDEX casework_by_number ON casework(number_key) WHERE number_key<>'';
CREATE INDEX casework_by_visit ON casework(visit) WHERE visit<>'';
CREATE INDEX casework_by_original ON casework(original) WHERE original<>'';
CREATE TABLE case_event(
  case_id TEXT NOT NULL REFERENCES casework(id), number INTEGER NOT NULL, at INTEGER NOT NULL,
  actor TEXT NOT NULL, action TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL,
  facts TEXT NOT NULL, PRIMARY KEY(case_id, number)) STRICT;
CREATE TABLE case_document(
  case_id TEXT NOT NULL REFERENCES casework(id), role TEXT NOT NULL, version INTEGER NOT NULL,
  sha256 BLOB NOT NULL, size INTEGER NOT NULL, pages INTEGER NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY(case_id, role, version)) STRICT;
CREATE TABLE case_request(
  owner TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL,
  case_id TEXT NOT NULL REFERENCES casework(id), created INTEGER NOT NULL,
  PRIMARY KEY(owner, key)) STRICT;
CREATE TABLE book_row(
  id TEXT PRIMARY KEY, book TEXT NOT NULL REFERENCES book(id), book_name TEXT NOT NULL,
  number INTEGER NOT NULL, text TEXT NOT NULL, day TEXT NOT NULL, state INTEGER NOT NULL,
  case_id TEXT NOT NULL, requester TEXT NOT NULL, paper TEXT NOT NULL, signer TEXT NOT NULL,
  copies INTEGER NOT NULL, fee INTEGER NOT NULL, note TEXT NOT NULL, original TEXT NOT NULL,
  created INTEGER NOT NULL, UNIQUE(book, number)) STRICT;
CREATE UNIQUE INDEX book_row_by_case ON book_row(case_id) WHERE case_id<>'';
CREATE INDEX book_row_open ON book_row(day) WHERE state=0;
)sql",
      // Original registers by their fields (service/casework/origin.h). Never deleted.
      R"sql(
CREATE TABLE origin_entry(
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, kind TEXT NOT NULL, book TEXT NOT NULL,
  book_key TEXT NOT NULL, number TEXT NOT NULL, number_key TEXT NOT NULL, day TEXT NOT NULL,
  paper TEXT NOT NULL, holder TEXT NOT NULL, holder_key TEXT NOT NULL, text_key TEXT NOT NULL,
  fields TEXT NOT NULL, legal TEXT NOT NULL, corrects TEXT NOT NULL, basis TEXT NOT NULL,
  corrected_by TEXT NOT NULL, actor TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX origin_entry_by_number ON origin_entry(unit, kind, book_key, number_key)
  WHERE corrected_by='';
CREATE INDEX origin_entry_by_unit ON origin_entry(unit, id);
)sql",
      // Results still in force that were digitised. A holder's identifier is nowhere in clear:
      // holder_hash finds it, holder_sealed gives it back, both by a secret that is kept as a
      // document is.
      R"sql(
CREATE TABLE held_secret(
  name TEXT PRIMARY KEY, sha256 BLOB NOT NULL, size INTEGER NOT NULL) STRICT;
CREATE TABLE held_result(
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, reference TEXT NOT NULL, fingerprint BLOB NOT NULL,
  state TEXT NOT NULL, owner TEXT NOT NULL, holder TEXT NOT NULL, holder_key TEXT NOT NULL,
  holder_hash BLOB NOT NULL, holder_sealed BLOB NOT NULL, procedure TEXT NOT NULL,
  kind TEXT NOT NULL, title TEXT NOT NULL, number TEXT NOT NULL, number_key TEXT NOT NULL,
  day TEXT NOT NULL, year INTEGER NOT NULL, issuer TEXT NOT NULL, issuer_key TEXT NOT NULL,
  until TEXT NOT NULL, ordinal INTEGER NOT NULL, scan_sha256 BLOB NOT NULL,
  scan_size INTEGER NOT NULL, pages INTEGER NOT NULL, job TEXT NOT NULL, tries INTEGER NOT NULL,
  original TEXT NOT NULL, reason TEXT NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX held_result_by_reference ON held_result(unit, reference)
  WHERE state<>'withdrawn';
CREATE INDEX held_result_by_unit ON held_result(unit, id);
CREATE INDEX held_result_by_holder ON held_result(holder_hash, kind);
CREATE INDEX held_result_by_number ON held_result(number_key, issuer_key);
CREATE INDEX held_result_by_plan ON held_result(unit, procedure, year);
CREATE INDEX held_result_by_job ON held_result(job) WHERE job<>'';
CREATE TABLE digitise_fault(
  unit TEXT NOT NULL, reference TEXT NOT NULL, procedure TEXT NOT NULL, year INTEGER NOT NULL,
  codes TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY(unit, reference)) STRICT;
CREATE TABLE digitise_plan(
  unit TEXT NOT NULL, procedure TEXT NOT NULL, year INTEGER NOT NULL, planned INTEGER NOT NULL,
  updated INTEGER NOT NULL, PRIMARY KEY(unit, procedure, year)) STRICT;
)sql",
      // Results of procedures: their dossiers and codes, each number of a dossier once (R-13).
      R"sql(
CREATE TABLE case_result(
  case_id TEXT PRIMARY KEY REFERENCES casework(id), dossier TEXT NOT NULL, replaces TEXT NOT NULL,
  further TEXT NOT NULL, ordinal INTEGER NOT NULL, code TEXT NOT NULL, public_code TEXT NOT NULL,
  paper_code TEXT NOT NULL) STRICT;
CREATE INDEX case_result_by_dossier ON case_result(dossier);
CREATE UNIQUE INDEX case_result_by_ordinal ON case_result(dossier, ordinal) WHERE ordinal>0;
CREATE UNIQUE INDEX case_result_by_code ON case_result(code) WHERE code<>'';
CREATE UNIQUE INDEX case_result_by_paper ON case_result(paper_code) WHERE paper_code<>'';
CREATE INDEX case_result_by_replaced ON case_result(replaces) WHERE replaces<>'';
CREATE INDEX casework_by_dossier ON casework(dossier) WHERE dossier<>'';
)sql",
      // What leaves the service by itself (service/outbox). A delivery is an event on its way to
      // one target: 0 waits, 1 sent, 2 given up, 3 cancelled.
      R"sql(
CREATE TABLE outbox_event(
  id TEXT PRIMARY KEY, stream TEXT NOT NULL, number INTEGER NOT NULL, type TEXT NOT NULL,
  at INTEGER NOT NULL, unit TEXT NOT NULL, product TEXT NOT NULL, owner TEXT NOT NULL,
  about TEXT NOT NULL, delivery TEXT NOT NULL, document BLOB NOT NULL, octets INTEGER NOT NULL,
  spread INTEGER NOT NULL, UNIQUE(stream, number)) STRICT;
CREATE INDEX outbox_event_open ON outbox_event(stream, number) WHERE spread=0;
CREATE TABLE outbox_delivery(
  id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES outbox_event(id), stream TEXT NOT NULL,
  number INTEGER NOT NULL, target TEXT NOT NULL, unit TEXT NOT NULL, address TEXT NOT NULL,
  document INTEGER NOT NULL, state INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL,
  reason TEXT NOT NULL, params TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
  lease_owner TEXT NOT NULL, lease_until INTEGER NOT NULL) STRICT;
CREATE INDEX outbox_delivery_open ON outbox_delivery(target, stream, number) WHERE state=0;
CREATE INDEX outbox_delivery_by_stream ON outbox_delivery(stream, number);
CREATE INDEX outbox_delivery_by_state ON outbox_delivery(state, id);
)sql",
      // Signing by people: what waits for a signature, and where their tools send a signed file.
      R"sql(
CREATE TABLE signing_session(
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, certificate BLOB NOT NULL, chain BLOB NOT NULL,
  algorithm TEXT NOT NULL, digest TEXT NOT NULL, created INTEGER NOT NULL,
  expires INTEGER NOT NULL, held_until INTEGER NOT NULL, person TEXT NOT NULL) STRICT;
CREATE INDEX signing_session_by_owner ON signing_session(owner, expires);
CREATE TABLE signing_item(
  session TEXT NOT NULL REFERENCES signing_session(id), number INTEGER NOT NULL,
  case_id TEXT NOT NULL, version INTEGER NOT NULL, state INTEGER NOT NULL, name TEXT NOT NULL,
  document_sha256 BLOB NOT NULL, size INTEGER NOT NULL, pages INTEGER NOT NULL,
  attributes BLOB NOT NULL, told TEXT NOT NULL, kept BLOB NOT NULL, tail BLOB NOT NULL,
  made BLOB NOT NULL, form INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL,
  PRIMARY KEY(session, number), UNIQUE(session, case_id)) STRICT;
CREATE INDEX signing_item_open ON signing_item(state, session);
CREATE TABLE upload_address(
  token_sha256 BLOB PRIMARY KEY, case_id TEXT NOT NULL, version INTEGER NOT NULL,
  owner TEXT NOT NULL, document_sha256 BLOB NOT NULL, size INTEGER NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, state INTEGER NOT NULL,
  file_sha256 BLOB NOT NULL, person TEXT NOT NULL) STRICT;
)sql",
      // What an agent beside the token shows for a session: only a digest of it.
      R"sql(
CREATE TABLE signing_ticket(
  session TEXT PRIMARY KEY REFERENCES signing_session(id), ticket_sha256 BLOB NOT NULL) STRICT;
)sql",
      // Who signs in (service/accounts). Accounts are never deleted: logs and cases name them.
      R"sql(
CREATE TABLE account(
  name TEXT PRIMARY KEY, person TEXT NOT NULL, rights TEXT NOT NULL, roles TEXT NOT NULL,
  units TEXT NOT NULL, state INTEGER NOT NULL, password TEXT NOT NULL,
  must_change INTEGER NOT NULL, created INTEGER NOT NULL, last_sign_in INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX account_by_person ON account(person) WHERE person<>'' AND state<>2;
CREATE TABLE account_network(
  account TEXT NOT NULL REFERENCES account(name), network TEXT NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY(account, network)) STRICT;
CREATE TABLE page_session(
  id TEXT PRIMARY KEY, token_sha256 BLOB NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES account(name), method TEXT NOT NULL, address TEXT NOT NULL,
  begun INTEGER NOT NULL, last_used INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX page_session_by_account ON page_session(account);
CREATE TABLE login_nonce(nonce_sha256 BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT;
)sql",
      // What the seal of a digitised result is put on (service/holdings/prepared.h).
      R"sql(
CREATE TABLE held_prepared(
  held TEXT PRIMARY KEY REFERENCES held_result(id), sha256 BLOB NOT NULL, size INTEGER NOT NULL,
  code TEXT NOT NULL) STRICT;
)sql",
      R"sql(
ALTER TABLE upgrade ADD COLUMN lease_owner TEXT NOT NULL DEFAULT '';
ALTER TABLE upgrade ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;
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
      " UNION SELECT input_sha256 FROM job WHERE length(input_sha256)=32"
      " UNION SELECT sha256 FROM case_document"
      " UNION SELECT scan_sha256 FROM held_result UNION SELECT sha256 FROM held_prepared"
      " UNION SELECT sha256 FROM held_secret) d"
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
