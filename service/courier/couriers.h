#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "certs/core/http_fetcher.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/outbox/parcel.h"

namespace antin::courier {

using outbox::Courier;
using outbox::Target;

/// What a courier stands on; outlives it.
struct Ground {
  const Clock* clock;
  RandomSource* random;
  const std::atomic<bool>* stop;  ///< true: what is under way ends soon
};

/// By the target's kind. Fails with kOutboxSecret, kNetTls, kNetUrl.
Result<std::unique_ptr<Courier>> make_courier(const Target& target, const Ground& ground);

/// Octets of a receiver's answer.
constexpr std::size_t kMostAnswer = std::size_t{64} << 10U;
/// What an answer means: with any 2xx the receiver has it. Fails with kOutboxAnswered {ma}.
Status taken(const HttpResponse& answer, const Target& target);

/// A file of at least 32 printable characters that nobody but its owner may read; a last line end
/// is not part of it. Fails with kOutboxSecret.
Result<Bytes> read_secret(const std::string& file, const std::string& target);

/// The same for a mail account, whose administrator chose it: any length, blanks too.
Result<Bytes> read_password(const std::string& file, const std::string& target);

/// Value of Antin-Signature: HMAC-SHA-256 over "TIMESTAMP.BODY", "v1=HEX", one for each secret.
std::string signature_of(const std::vector<Bytes>& secrets, const std::string& timestamp,
                         const std::string& body);

/// Of a letter, RFC 5322 with MIME.
struct Letterhead {
  std::string from, to;
  UtcTime at;
  std::string id;        ///< of the message, the same at every try
  std::string boundary;  ///< random
};
std::string letter_of(const Letterhead& head, const Target& target, const outbox::Handout& handout);

}  // namespace antin::courier
