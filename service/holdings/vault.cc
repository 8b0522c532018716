#include "service/holdings/vault.h"

#include <algorithm>
#include <array>

#include "certs/ossl/hmac.h"

namespace antin::holdings {
namespace {

using service::as_blob;
using service::Database;
using service::SecretBytes;

constexpr const char* kName = "holder";

Result<Bytes> secret_named(Database& database) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT sha256 FROM held_secret WHERE name=?1", {std::string(kName)}));
  return rows.empty() ? Bytes() : as_blob(rows[0][0]);
}

// The document of the secret; whoever is first makes it, everybody else takes that one.
Result<Bytes> find_or_make(service::Store& store, RandomSource& random) {
  Bytes found;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, secret_named(database));
    return Done{};
  }));
  if (!found.empty()) return found;
  const SecretBytes fresh(random.bytes(service::kKeyOctets));
  ANTIN_TRY(const auto digest, store.put_document({fresh.view()}));
  ANTIN_CHECK(store.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(found, secret_named(database));
    if (!found.empty()) return Done{};
    found = digest;
    return database.execute(
        "INSERT INTO held_secret(name, sha256, size) VALUES(?1, ?2, ?3)",
        {std::string(kName), digest, static_cast<std::int64_t>(service::kKeyOctets)});
  }));
  return found;
}

}  // namespace

Result<Vault> Vault::open(service::Store& store, RandomSource& random) {
  ANTIN_TRY(const auto digest, find_or_make(store, random));
  ANTIN_TRY(const auto secret, store.document(digest, service::kKeyOctets));
  if (secret.size() != service::kKeyOctets)
    return make_error(Code::kStoredDocumentDamaged, "secret of holders");
  return Vault(SecretBytes(ossl::hmac_sha256(secret.view(), {as_bytes("antin-holder/1 find")})),
               SecretBytes(ossl::hmac_sha256(secret.view(), {as_bytes("antin-holder/1 seal")})));
}

Bytes Vault::hash(std::string_view holder_id) const {
  return ossl::hmac_sha256(find_.view(), {as_bytes(holder_id)});
}

Result<Bytes> Vault::seal(std::string_view holder_id, const std::string& row) const {
  return service::wrap_key(seal_.view(), as_bytes(holder_id), as_bytes(row));
}

Result<std::string> Vault::open_id(ByteView sealed, const std::string& row) const {
  ANTIN_TRY(const auto opened, service::unwrap_key(seal_.view(), sealed, as_bytes(row)));
  return std::string(as_text(opened.view()));
}

}  // namespace antin::holdings
