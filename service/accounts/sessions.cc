#include "service/accounts/sessions.h"

#include "certs/ossl/digest.h"
#include "service/store/store_values.h"

namespace antin::accounts {

using service::as_blob;
using service::as_integer;
using service::as_string;
using service::from_seconds;
using service::seconds;

Bytes token_digest(ByteView token) {
  return ossl::sha256(token);
}

std::string csrf_of(ByteView token) {
  return to_hex(ossl::digest(DigestAlgorithm::kSha256, {as_bytes("antin-csrf/1\n"), token}));
}

Status Sessions::add(const Begun& begun) {
  const auto& one = begun.session;
  return database_.execute(
      "INSERT INTO page_session(id, token_sha256, account, method, address, begun, last_used,"
      " expires) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      {one.id, token_digest(begun.token), one.account, one.method, one.address, seconds(one.begun),
       seconds(one.last_used), seconds(one.expires)});
}

Result<bool> Sessions::end(const std::string& id) {
  ANTIN_TRY(const auto rows,
            database_.query("DELETE FROM page_session WHERE id=?1 RETURNING id", {id}));
  return !rows.empty();
}

Status Sessions::end_all_of(const std::string& account) {
  return database_.execute("DELETE FROM page_session WHERE account=?1", {account});
}

Status Sessions::end_by_digest(const Bytes& digest) {
  return database_.execute("DELETE FROM page_session WHERE token_sha256=?1", {digest});
}

Status Sessions::used(const std::string& id, UtcTime at) {
  return database_.execute("UPDATE page_session SET last_used=?2 WHERE id=?1 AND last_used<?2",
                           {id, seconds(at)});
}

Status Sessions::remove_old(UtcTime now, std::chrono::seconds idle) {
  return database_.execute("DELETE FROM page_session WHERE expires<=?1 OR last_used<?2",
                           {seconds(now), seconds(UtcTime(now.since_epoch() - idle))});
}

Result<std::vector<Live>> Sessions::live(UtcTime now) {
  ANTIN_TRY(const auto rows,
            database_.query("SELECT s.token_sha256, s.id, s.account, s.method, s.address, s.begun,"
                            " s.last_used, s.expires, a.name, a.person, a.rights, a.roles, a.units,"
                            " a.state, a.must_change, a.created, a.last_sign_in"
                            " FROM page_session s JOIN account a ON a.name=s.account"
                            " WHERE a.state=0 AND s.expires>?1 ORDER BY s.id DESC LIMIT 20000",
                            {seconds(now)}));
  constexpr std::size_t kOfAccount = 8;
  std::vector<Live> found;
  found.reserve(rows.size());
  for (const auto& row : rows) {
    Session session{.id = as_string(row.at(1)),
                    .account = as_string(row.at(2)),
                    .method = as_string(row.at(3)),
                    .address = as_string(row.at(4)),
                    .begun = from_seconds(as_integer(row.at(5))),
                    .last_used = from_seconds(as_integer(row.at(6))),
                    .expires = from_seconds(as_integer(row.at(7)))};
    found.push_back({.digest = as_blob(row.at(0)),
                     .session = std::move(session),
                     .account = account_of(
                         {row.begin() + static_cast<std::ptrdiff_t>(kOfAccount), row.end()})});
  }
  return found;
}

}  // namespace antin::accounts
