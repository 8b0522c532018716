#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::testpki {

/// What an answer does wrong on purpose. kNone: nothing. T: timestamps, O: OCSP.
enum class Fault {
  kNone,
  kWrongNonce,      ///< T, O: answers with a nonce that was not asked
  kNoNonce,         ///< T, O: leaves the nonce out
  kWrongImprint,    ///< T: over other octets
  kRefused,         ///< T: PKIStatus rejection; O: tryLater
  kStale,           ///< O: thisUpdate two days, nextUpdate one day before the time
  kFuture,          ///< T: genTime one day ahead; O: thisUpdate one day ahead
  kNoNextUpdate,    ///< O
  kUnknown,         ///< O: certStatus unknown
  kWrongSigner,     ///< O: signed by the agency, who is no responder
  kUnauthorised,    ///< O: responseStatus unauthorized
  kInternalError,   ///< O: responseStatus internalError
  kOtherSerial,     ///< O: speaks of another certificate
  kArchiveCutoff,   ///< O: not a fault: says since when it keeps the state of expired ones
  kBadSignature,    ///< T, O: one bit of the signature is wrong
  kNoCertificates,  ///< O: leaves the delegated responder's certificate out
};
/// "wrong-nonce" and so on; kNone for other words.
Fault fault_named(std::string_view name);

/// How an OCSP answer is to be made.
struct OcspOptions {
  UtcTime now;  ///< thisUpdate and producedAt
  Fault fault = Fault::kNone;
  std::string as = {};  ///< certs/NAME.crt signs; empty: `ocsp` for issuing-ca, else the CA itself
  std::string list = {};  ///< crl/NAME.crl knows the states; empty: the CA's own name
};

/// The services of a PKI folder as tests/pki/make_pki.py writes it: an RFC 3161 TSA, an RFC 6960
/// responder for every CA, and the lists. Keys are read once. Thread-safe.
class Responder {
 public:
  /// Fails with kFileUnreadable or kCertMalformed when the folder is not such a folder.
  static Result<Responder> open(const std::filesystem::path& pki);

  /// DER TimeStampResp for a DER TimeStampReq, signed by certs/`tsa`.crt with its key; the issuer's
  /// certificate is in the token.
  Result<Bytes> timestamp(ByteView request, const std::string& tsa, UtcTime gen_time,
                          Fault fault) const;
  /// DER OCSPResponse; good or revoked as the CA's list says, unknown for issuers whose key is not
  /// here, and for certificates of a CA without a list.
  Result<Bytes> ocsp(ByteView request, const OcspOptions& options) const;
  Result<Bytes> ocsp(ByteView request, UtcTime now, Fault fault) const {
    return ocsp(request, OcspOptions{.now = now, .fault = fault});
  }
  /// DER of crl/NAME.crl or certs/NAME.crt. nullopt when there is none.
  std::optional<Bytes> crl(const std::string& name) const;
  std::optional<Bytes> certificate(const std::string& name) const;

  struct State;  ///< tests/servers/responder_state.h

 private:
  explicit Responder(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace antin::testpki
