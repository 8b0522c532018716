#include "service/accounts/nonces.h"

#include <algorithm>

#include "certs/ossl/digest.h"
#include "certs/ossl/hmac.h"
#include "service/store/store_values.h"

namespace antin::accounts {
namespace {

using service::as_string;
using service::Database;
using service::seconds;

constexpr std::size_t kTimeOctets = 8, kRandomOctets = 16, kMacOctets = 32;
constexpr std::size_t kOpenOctets = kTimeOctets + kRandomOctets;
constexpr const char* kName = "login_nonce_key";

Bytes mac_of(ByteView key, ByteView open, const std::string& origin) {
  return ossl::hmac_sha256(key, {as_bytes("antin-nonce/1\n"), open, as_bytes(origin)});
}

Bytes big_endian(std::int64_t at) {
  constexpr unsigned kOctetBits = 8;
  Bytes octets(kTimeOctets);
  auto rest = static_cast<std::uint64_t>(at);
  for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet, rest >>= kOctetBits)
    *octet = static_cast<std::uint8_t>(rest & 0xFFU);
  return octets;
}

std::int64_t read_time(ByteView octets) {
  std::uint64_t at = 0;
  for (const auto octet : octets.first(kTimeOctets)) at = (at << 8U) | octet;
  return static_cast<std::int64_t>(at);
}

}  // namespace

Result<Nonces> Nonces::open(service::Store& store, RandomSource& random) {
  std::string kept;
  const auto look = [&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT value FROM store_state WHERE name=?1", {std::string(kName)}));
    if (!rows.empty()) kept = as_string(rows[0][0]);
    return Done{};
  };
  // Asked with every sign-in, and made once.
  ANTIN_CHECK(store.in_snapshot(look));
  if (kept.empty()) {
    const auto fresh = to_hex(random.bytes(kMacOctets));
    const auto make = [&](Database& database) -> Status {
      ANTIN_CHECK(database.execute(
          "INSERT INTO store_state(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO NOTHING",
          {std::string(kName), fresh}));
      return look(database);
    };
    ANTIN_CHECK(store.in_transaction(make));
  }
  Bytes key;
  if (!from_hex(kept, key) || key.size() != kMacOctets)
    return make_error(Code::kStoreFailed, kName);
  return Nonces(std::move(key));
}

Nonces::Made Nonces::make(const std::string& origin, RandomSource& random, UtcTime now) const {
  const UtcTime expires(now.since_epoch() + kNonceGoodFor);
  auto nonce = big_endian(seconds(expires));
  const auto chance = random.bytes(kRandomOctets);
  nonce.insert(nonce.end(), chance.begin(), chance.end());
  const auto mac = mac_of(key_, nonce, origin);
  nonce.insert(nonce.end(), mac.begin(), mac.end());
  return {.nonce = to_hex(nonce), .expires = expires};
}

Status Nonces::check(const std::string& nonce, const std::string& origin, UtcTime now) const {
  Bytes octets;
  // One nonce is one text: capitals would make a second of it.
  const bool plain =
      std::none_of(nonce.begin(), nonce.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!plain || !from_hex(nonce, octets) || octets.size() != kOpenOctets + kMacOctets)
    return make_error(Code::kChallengeOver, "no nonce");
  const ByteView all(octets);
  if (!ossl::equal_in_constant_time(mac_of(key_, all.first(kOpenOctets), origin),
                                    all.subspan(kOpenOctets)))
    return make_error(Code::kChallengeOver, "not ours, or of another origin");
  if (read_time(all) <= seconds(now)) return make_error(Code::kChallengeOver, "over");
  return Done{};
}

Status Nonces::use(Database& database, const std::string& nonce, const std::string& origin,
                   UtcTime now) const {
  ANTIN_CHECK(check(nonce, origin, now));
  Bytes octets;
  if (!from_hex(nonce, octets)) return make_error(Code::kChallengeOver, "no nonce");
  ANTIN_CHECK(database.execute("DELETE FROM login_nonce WHERE expires<?1", {seconds(now)}));
  ANTIN_TRY(const auto rows, database.query("INSERT INTO login_nonce(nonce_sha256, expires)"
                                            " VALUES(?1, ?2) ON CONFLICT(nonce_sha256) DO NOTHING"
                                            " RETURNING expires",
                                            {ossl::sha256(octets), read_time(octets)}));
  if (rows.empty()) return make_error(Code::kChallengeOver, "used");
  return Done{};
}

}  // namespace antin::accounts
