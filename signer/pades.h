#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "certs/crl.h"
#include "certs/trust_store.h"
#include "hsm/key_holder.h"
#include "pdf/write/signature_update.h"
#include "signer/timestamp_source.h"

namespace antin::signer {

enum class Level { kB, kT };

/// The certificate checks of S-04, made before any key is touched.
struct CertificateCheck {
  const certs::TrustStore* trust = nullptr;  ///< nullptr: chain not checked (development, warned)
  std::vector<certs::Crl> crls;
  /// S-04: sign although revocation could not be checked; recorded in the outcome.
  bool accept_unknown_revocation = false;
};

/// Fails with kCertificateExpired / kCertificateNotYetValid (M-03), kCertificateRevoked (M-11),
/// kCertificateUntrusted (M-12), kCertificateUsage, kCertificateWeakKey, kRevocationUnknown (M-07
/// without consent). Warnings come back in the value.
Result<Findings> check_certificate(const certs::Certificate& signer,
                                   const std::vector<certs::Certificate>& chain,
                                   const CertificateCheck& check, UtcTime now);

struct SignRequest {
  SharedBytes document;
  std::string password;
  pdf::SignatureUpdate update;  ///< signing_time is set by sign(); contents_octets grows as needed
  certs::Certificate certificate;
  std::vector<certs::Certificate> chain;
  SignatureScheme scheme;
  Level level = Level::kB;
  bool cms_signing_time = false;  ///< S-01: for tools that read only the CMS attribute
  CertificateCheck check;
};

/// A signed file without a copy of the original: octets = original ++ tail.
struct SignedDocument {
  SharedBytes original;
  Bytes tail;
  std::string field;
  Level level_reached = Level::kB;
  UtcTime signing_time;
  Findings warnings;
};

/// Signs with a key at hand. With level kT and no timestamp to be had the document stays B and the
/// Error is kTimestampUnreachable (M-18) unless `allow_b_instead`.
struct Environment {
  const Clock* clock;
  RandomSource* random;
  TimestampSource* timestamps;  ///< nullptr: level kB only
};
Result<SignedDocument> sign(const SignRequest& request, hsm::KeyHolder& holder,
                            const std::string& key_uri, const Environment& environment);

/// Two steps for a key that is elsewhere. State is self-contained except for the document;
/// preparing the same request twice gives independent states; completing twice gives identical
/// octets.
struct PreparedState {
  Bytes state;              ///< CBOR, "antin-state/1"; holds no secret
  ToBeSigned to_be_signed;  ///< DER SignedAttributes
};
Result<PreparedState> prepare(const SignRequest& request, const Environment& environment);

/// Raw signature over to_be_signed, or a whole CMS made elsewhere over the covered octets.
struct OutsideSignature {
  std::optional<SignatureValue> raw;
  std::optional<Bytes> cms;
};
/// Fails with kStateMalformed, kStateWrongDocument (document's SHA-256 differs),
/// kSignatureDoesNotMatch, kContentsTooSmall ({needed}).
Result<SignedDocument> complete(ByteView state, const SharedBytes& document,
                                const OutsideSignature& signature, const Environment& environment);

}  // namespace antin::signer
