#include "service/antind/signing_sessions.h"

#include <algorithm>

#include "service/antind/sha256.h"
#include "service/ipc/cbor.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using State = SigningItem::State;
constexpr std::chrono::hours kRemembered{24};

// Queued while the session is good, or signed: what somebody has to do something about.
constexpr const char* kWork = "((i.state=0 AND s.expires>?2) OR i.state=2) AND i.due<=?2";

std::int64_t number(State state) {
  return static_cast<std::int64_t>(state);
}

Bytes pack(const std::vector<Bytes>& chain) {
  cbor::Array all;
  for (const auto& one : chain) all.emplace_back(one);
  return cbor::encode(all);
}

Result<std::vector<Bytes>> unpack(const Bytes& octets) {
  ANTIN_TRY(const auto value, cbor::decode(octets));
  std::vector<Bytes> chain;
  if (value.array() == nullptr) return make_error(Code::kStoreFailed, "chain");
  for (const auto& one : *value.array()) {
    if (one.bytes() == nullptr) return make_error(Code::kStoreFailed, "chain");
    chain.push_back(*one.bytes());
  }
  return chain;
}

constexpr const char* kBrief =
    "number, case_id, version, state, name, document_sha256, size, pages, attributes, told, tries";

SigningItem read_item(const Database::Row& row) {
  SigningItem item;
  item.number = as_integer(row.at(0));
  item.case_id = as_string(row.at(1));
  item.version = as_integer(row.at(2));
  item.state = static_cast<State>(std::clamp<std::int64_t>(as_integer(row.at(3)), 0, 4));
  item.name = as_string(row.at(4));
  item.document_sha256 = as_blob(row.at(5));
  item.size = static_cast<std::size_t>(as_integer(row.at(6)));
  item.pages = as_integer(row.at(7));
  item.attributes = as_blob(row.at(8));
  item.told = as_string(row.at(9));
  item.tries = static_cast<int>(as_integer(row.at(10)));
  return item;
}

SigningItem read_whole(const Database::Row& row) {
  auto item = read_item(row);
  item.kept = as_blob(row.at(11));
  item.tail = as_blob(row.at(12));
  item.made = {.form = as_integer(row.at(14)) == 1 ? SignatureMaker::Made::Form::kCms
                                                   : SignatureMaker::Made::Form::kValue,
               .octets = as_blob(row.at(13))};
  return item;
}

std::string whole(const char* prefix) {
  std::string columns;
  for (const char* name :
       {"number", "case_id", "version", "state", "name", "document_sha256", "size", "pages",
        "attributes", "told", "tries", "kept", "tail", "made", "form"})
    columns += (columns.empty() ? "" : ", ") + std::string(prefix) + name;
  return columns;
}

Status insert_item(Database& database, const std::string& session, const SigningItem& item) {
  return database.execute(
      "INSERT INTO signing_item(session, number, case_id, version, state, name, document_sha256,"
      " size, pages, attributes, told, kept, tail, made, form, due, tries)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?12, 0, 0, 0)",
      {session, item.number, item.case_id, item.version, number(item.state), item.name,
       item.document_sha256, static_cast<std::int64_t>(item.size), item.pages, item.attributes,
       item.told, Bytes()});
}

Result<SigningSession> read_session(const std::vector<Database::Row>& rows, const std::string& id) {
  if (rows.empty()) return make_error(Code::kSigningSessionUnknown, id);
  const auto& row = rows[0];
  SigningSession session{.id = id,
                         .owner = as_string(row.at(0)),
                         .person = as_string(row.at(7)),
                         .certificate = as_blob(row.at(1)),
                         .chain = {},
                         .algorithm = as_string(row.at(3)),
                         .digest = as_string(row.at(4)),
                         .created = from_seconds(as_integer(row.at(5))),
                         .expires = from_seconds(as_integer(row.at(6)))};
  ANTIN_TRY(session.chain, unpack(as_blob(row.at(2))));
  return session;
}

Bytes fingerprint(const SignatureMaker::Made& made) {
  return sha256({made.octets});
}

}  // namespace

Status SigningSessions::open(const SigningSession& session, const std::vector<SigningItem>& items) {
  return store_.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto open,
              database.query("SELECT COUNT(*) FROM signing_session WHERE owner=?1 AND expires>?2"
                             " AND EXISTS(SELECT 1 FROM signing_item WHERE session=id AND state<3)",
                             {session.owner, seconds(session.created)}));
    if (as_integer(open.at(0).at(0)) >= kMostOpen)
      return make_error(Code::kSigningSessionsFull, session.owner,
                        {{"so", std::to_string(as_integer(open[0][0]))}});
    ANTIN_CHECK(database.execute(
        "INSERT INTO signing_session VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)",
        {session.id, session.owner, session.certificate, pack(session.chain), session.algorithm,
         session.digest, seconds(session.created), seconds(session.expires), session.person}));
    for (const auto& item : items) ANTIN_CHECK(insert_item(database, session.id, item));
    return Done{};
  });
}

Result<SigningSession> SigningSessions::any(const std::string& id) {
  std::vector<Database::Row> rows;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(rows, database.query("SELECT owner, certificate, chain, algorithm, digest, created,"
                                   " expires, person FROM signing_session WHERE id=?1",
                                   {id}));
    return Done{};
  }));
  return read_session(rows, id);
}

Result<SigningSession> SigningSessions::find(const std::string& id, const std::string& owner) {
  ANTIN_TRY(auto session, any(id));
  if (session.owner != owner) return make_error(Code::kSigningSessionUnknown, id);
  return session;
}

Result<std::vector<SigningItem>> SigningSessions::items(const std::string& id) {
  std::vector<SigningItem> all;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT " + std::string(kBrief) +
                                 " FROM signing_item WHERE session=?1 ORDER BY number",
                             {id}));
    all.clear();
    all.reserve(rows.size());
    for (const auto& row : rows) all.push_back(read_item(row));
    return Done{};
  }));
  return all;
}

Result<SigningItem> SigningSessions::item(const std::string& id, const std::string& case_id) {
  std::vector<Database::Row> rows;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(rows, database.query("SELECT " + whole("") +
                                       " FROM signing_item WHERE session=?1 AND case_id=?2",
                                   {id, case_id}));
    return Done{};
  }));
  if (rows.empty()) return make_error(Code::kSigningCaseNotPrepared, case_id);
  return read_whole(rows[0]);
}

Result<std::optional<SigningItem>> SigningSessions::next(const std::string& id, UtcTime now) {
  std::optional<SigningItem> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT " + whole("i.") +
                                 " FROM signing_item i JOIN signing_session s ON s.id=i.session"
                                 " WHERE i.session=?1 AND " +
                                 kWork + " ORDER BY i.number LIMIT 1",
                             {id, seconds(now)}));
    found.reset();
    if (!rows.empty()) found = read_whole(rows[0]);
    return Done{};
  }));
  return found;
}

Status SigningSessions::give(const SigningSession& session, const std::string& case_id,
                             const SignatureMaker::Made& made, UtcTime now) {
  return store_.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT state, made FROM signing_item WHERE session=?1 AND case_id=?2",
                             {session.id, case_id}));
    if (rows.empty()) return make_error(Code::kSigningCaseNotPrepared, case_id);
    const auto state = as_integer(rows[0].at(0));
    const auto before = as_blob(rows[0].at(1));
    // Sent again because the answer was lost: the answer is the same.
    if (state == number(State::kSigned) && before == made.octets) return Done{};
    if (state == number(State::kDone) && before == fingerprint(made)) return Done{};
    if (state == number(State::kSigned) || state == number(State::kDone) ||
        state == number(State::kRefused))
      return make_error(Code::kSigningSessionUsed, case_id);
    if (now >= session.expires)
      return make_error(Code::kSigningSessionExpired, session.id,
                        {{"luc", to_vietnam_text(session.expires)}});
    if (state != number(State::kPrepared))
      return make_error(Code::kSigningCaseNotPrepared, case_id);
    const bool cms = made.form == SignatureMaker::Made::Form::kCms;
    return database.execute(
        "UPDATE signing_item SET state=?3, made=?4, form=?5, due=0"
        " WHERE session=?1 AND case_id=?2",
        {session.id, case_id, number(State::kSigned), made.octets, std::int64_t{cms ? 1 : 0}});
  });
}

Status SigningSessions::keep(const std::string& id, const SigningItem& item, UtcTime due) {
  const bool over = item.state == State::kDone || item.state == State::kRefused;
  const auto made = item.state == State::kDone ? fingerprint(item.made)
                    : over                     ? Bytes()
                                               : item.made.octets;
  return store_.in_transaction([&](Database& database) {
    return database.execute(
        "UPDATE signing_item SET state=?3, name=?4, document_sha256=?5, size=?6, pages=?7,"
        " attributes=?8, told=?9, kept=?10, tail=?11, made=?12, due=?13, tries=?14"
        " WHERE session=?1 AND number=?2",
        {id, item.number, number(item.state), item.name, item.document_sha256,
         static_cast<std::int64_t>(item.size), item.pages, over ? Bytes() : item.attributes,
         item.told, over ? Bytes() : item.kept, over ? Bytes() : item.tail, made, seconds(due),
         std::int64_t{item.tries}});
  });
}

Result<bool> SigningSessions::hold(const std::string& id, UtcTime now) {
  bool held = false;
  ANTIN_CHECK(store_.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("UPDATE signing_session SET held_until=?3 WHERE id=?1 AND"
                             " held_until<=?2 RETURNING id",
                             {id, seconds(now), seconds(now) + kHeldFor.count()}));
    held = rows.size() == 1;
    return Done{};
  }));
  return held;
}

Status SigningSessions::hold_on(const std::string& id, UtcTime now) {
  return store_.in_transaction([&](Database& database) {
    return database.execute("UPDATE signing_session SET held_until=?2 WHERE id=?1",
                            {id, seconds(now) + kHeldFor.count()});
  });
}

Result<bool> SigningSessions::let_go(const std::string& id, UtcTime now) {
  bool let = false;
  ANTIN_CHECK(store_.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("UPDATE signing_session SET held_until=0 WHERE id=?1 AND NOT EXISTS("
                             "SELECT 1 FROM signing_item i JOIN signing_session s ON s.id=i.session"
                             " WHERE i.session=?1 AND " +
                                 std::string(kWork) + ") RETURNING id",
                             {id, seconds(now)}));
    let = rows.size() == 1;
    return Done{};
  }));
  return let;
}

Result<std::vector<std::string>> SigningSessions::waiting(UtcTime now) {
  std::vector<std::string> ids;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT DISTINCT s.id FROM signing_session s JOIN signing_item i ON"
                             " i.session=s.id WHERE s.held_until<=?2 AND s.id<>?1 AND " +
                                 std::string(kWork) + " ORDER BY s.id LIMIT 100",
                             {std::string(), seconds(now)}));
    ids.clear();
    for (const auto& row : rows) ids.push_back(as_string(row.at(0)));
    return Done{};
  }));
  return ids;
}

Status SigningSessions::clean(UtcTime now) {
  return store_.in_transaction([&](Database& database) -> Status {
    ANTIN_CHECK(database.execute(
        "UPDATE signing_item SET kept=?1, tail=?1, attributes=?1 WHERE state<2 AND length(kept)>0"
        " AND session IN(SELECT id FROM signing_session WHERE expires<=?2)",
        {Bytes(), seconds(now)}));
    const auto old = seconds(now) - std::chrono::seconds(kRemembered).count();
    ANTIN_CHECK(database.execute(
        "DELETE FROM signing_item WHERE session IN(SELECT id FROM signing_session WHERE"
        " expires<=?1) AND session NOT IN(SELECT session FROM signing_item WHERE state=2)",
        {old}));
    ANTIN_CHECK(database.execute(
        "DELETE FROM signing_ticket WHERE session IN(SELECT id FROM signing_session WHERE"
        " expires<=?1)",
        {old}));
    return database.execute(
        "DELETE FROM signing_session WHERE expires<=?1 AND NOT EXISTS("
        "SELECT 1 FROM signing_item WHERE session=id)",
        {old});
  });
}

}  // namespace antin::service
