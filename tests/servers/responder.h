#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::testpki {

/// What an answer does wrong on purpose. kNone: nothing.
enum class Fault { kNone, kWrongNonce, kWrongImprint, kRefused, kStale, kWrongSigner };

/// The services of a PKI folder as tests/pki/make_pki.py writes it: an RFC 3161 TSA, an RFC 6960
/// responder for issuing-ca, and its lists. Keys are read once. Thread-safe.
class Responder {
 public:
  /// Fails with kFileUnreadable or kCertMalformed when the folder is not such a folder.
  static Result<Responder> open(const std::filesystem::path& pki);

  /// DER TimeStampResp for a DER TimeStampReq, signed by certs/`tsa`.crt with its key.
  /// kWrongNonce, kWrongImprint: answers another request; kRefused: PKIStatus rejection.
  Result<Bytes> timestamp(ByteView request, const std::string& tsa, UtcTime gen_time,
                          Fault fault) const;
  /// DER OCSPResponse; good or revoked as crl/issuing-ca.crl says, unknown for other issuers.
  /// kWrongNonce; kRefused: tryLater; kStale: nextUpdate before `now`; kWrongSigner: signed by
  /// agency.
  Result<Bytes> ocsp(ByteView request, UtcTime now, Fault fault) const;
  /// DER of crl/NAME.crl or certs/NAME.crt. nullopt when there is none.
  std::optional<Bytes> crl(const std::string& name) const;
  std::optional<Bytes> certificate(const std::string& name) const;

 private:
  struct State;
  explicit Responder(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace antin::testpki
