// Timestamp tokens and responses: a token is believed only for what was really stamped.

#include <cstdint>

#include "certs/ossl/digest.h"
#include "certs/timestamp.h"
#include "tests/fuzz/pki_files.h"

namespace {

using namespace antin;
using namespace antin::certs;
using fuzz::cert;
using fuzz::require;

struct Pki {
  TrustStore trust{{{cert("root"), {Purpose::kTimestamp}, {}, {}}}, {cert("issuing-ca")}};
  PathInput input{.leaf = cert("tsa"),
                  .candidates = {cert("tsa")},
                  .trust = &trust,
                  .crls = {fuzz::crl("root"), fuzz::crl("issuing-ca")},
                  .purpose = Purpose::kTimestamp,
                  .at = *from_rfc3339("2026-06-01T00:00:00Z")};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Pki kPki;
  const ByteView octets{data, size};
  const Bytes nonce{1, 2, 3, 4, 5, 6, 7, 8};
  // What tests/fuzz/corpus/timestamp was made over.
  const auto stamped = ossl::sha256(as_bytes("antin"));
  const auto response = read_timestamp_response(octets, stamped, nonce);
  require(!response || response.value().imprint() == stamped);
  const auto token =
      response ? Result<TimestampToken>{response.value()} : TimestampToken::from_bytes(octets);
  if (!token) {
    require(token.error().code == Code::kTimestampMalformed);
    return 0;
  }
  const auto again = TimestampToken::from_bytes(token.value().bytes());
  require(again && again.value().imprint() == token.value().imprint() &&
          again.value().gen_time() == token.value().gen_time());
  const auto result = judge_timestamp_of_digest(token.value(), stamped, kPki.input);
  require(!result.trusted() || token.value().imprint() == stamped);
  require(!result.trusted() || token.value().gen_time() == kPki.input.at);
  const auto other = judge_timestamp(token.value(), {as_bytes("other")}, kPki.input);
  require(!other.trusted());
  return 0;
}
