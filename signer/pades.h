#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/online/evidence_source.h"
#include "certs/trust_store.h"
#include "hsm/key_holder.h"
#include "pdf/read/hygiene.h"
#include "pdf/write/signature_update.h"
#include "signer/proof_material.h"
#include "signer/timestamp_source.h"

namespace antin::signer {

enum class Level { kB, kT, kLT, kLTA };

/// What becomes of a level T signature when no timestamp is to be had (S-07).
enum class WithoutTimestamp {
  kFail,   ///< no document comes out
  kKeepB,  ///< the document comes out at level B with the warning kTimestampUnreachable
};

/// What becomes of a level LT or LTA signature when the data for it cannot be had (S-06).
enum class WithoutEvidence {
  kFail,      ///< no document comes out; the first reason is the error
  kKeepLower  ///< the document comes out at the level reached, warning kLevelNotReached
};

/// A certificate that passed check_certificate() a moment ago, so that a batch need not build the
/// same path for every document.
struct CheckedCertificate {
  Bytes certificate_sha256;
  UtcTime at;
  Findings warnings;
  static constexpr std::chrono::minutes kGoodFor{5};
};

/// The certificate checks of S-04, made before any key is touched.
struct CertificateCheck {
  const certs::TrustStore* trust = nullptr;  ///< nullptr: chain not checked (development, warned)
  std::vector<certs::Crl> crls;
  std::vector<certs::OcspResponse> ocsp = {};
  /// S-04: sign although revocation could not be checked; recorded in the outcome.
  bool accept_unknown_revocation = false;
  certs::Purpose purpose = certs::Purpose::kSign;  ///< kSeal for an agency's certificate
  /// S-04: with a development key (--p12) what is wrong with the certificate is only a warning.
  enum class OnFailure { kRefuse, kWarn };
  OnFailure on_failure = OnFailure::kRefuse;
  /// Of the same trust and crls: taken instead of building the path again while it is fresh.
  std::optional<CheckedCertificate> earlier;
};

/// Fails with kCertificateExpired / kCertificateNotYetValid (M-03), kCertificateRevoked (M-11),
/// kCertificateUntrusted (M-12), kCertificateUsage, kCertificateWeakKey, kRevocationUnknown (M-07
/// without consent). Warnings come back in the value.
Result<Findings> check_certificate(const certs::Certificate& signer,
                                   const std::vector<certs::Certificate>& chain,
                                   const CertificateCheck& check, UtcTime now);

struct SignRequest {
  SharedBytes document;
  std::string document_name;  ///< a note for whoever completes; only prepare() keeps it
  std::string password;
  pdf::SignatureUpdate update;  ///< signing_time is set by sign(); contents_octets grows as needed
  certs::Certificate certificate;
  std::vector<certs::Certificate> chain;
  SignatureScheme scheme;
  Level level = Level::kB;
  WithoutTimestamp without_timestamp = WithoutTimestamp::kFail;
  WithoutEvidence without_evidence = WithoutEvidence::kKeepLower;
  bool cms_signing_time = false;  ///< S-01: for tools that read only the CMS attribute
  CertificateCheck check;
  /// S-18: what the document must not hold; what it tells comes back as warnings.
  pdf::HygienePolicy hygiene = pdf::HygienePolicy::telling();
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

struct Environment {
  const Clock* clock;
  RandomSource* random;
  TimestampSource* timestamps;  ///< nullptr: level kB only
  /// For levels kLT and kLTA; nullptr: only what is at hand (the check's lists, the document's).
  certs::EvidenceSource* evidence = nullptr;
};

/// Signs with a key at hand: certificate check, PDF update, digest, attributes, key, CMS,
/// timestamp, in this order, so that nothing is half-done when a step fails and no token is busy
/// while a timestamp server takes its time. Signs again with more room when the CMS does not fit.
/// Levels kLT and kLTA follow as extend() makes them, for every signature of the document; they
/// need check.trust (kLevelNeedsTrust).
///
/// Fails with what check_certificate(), pdf::check_hygiene(), pdf::prepare_signature(),
/// hsm::KeyHolder::sign() and TimestampSource fail with; kDigestNotAllowed, kSchemeDoesNotFit,
/// kSignatureDoesNotMatch; kClockSkew when the timestamp is more than 300 s away from our clock
/// (S-19).
Result<SignedDocument> sign(const SignRequest& request, hsm::KeyHolder& holder,
                            const std::string& key_uri, const Environment& environment);

/// Two steps for a key that is elsewhere. State is self-contained except for the document;
/// preparing the same request twice gives independent states; completing twice gives identical
/// octets (from level T on: but for the timestamps). The state is not trusted: complete()
/// recomputes what it claims, so a changed state ends in an error and never in another document
/// than was prepared.
struct PreparedState {
  Bytes state;              ///< CBOR, "antin-state/1"; holds no secret
  ToBeSigned to_be_signed;  ///< DER SignedAttributes
  /// What complete() will append, with zeros instead of the CMS, and what the attributes cover:
  /// for whoever checks before signing.
  Bytes tail;
  std::array<std::uint64_t, 4> byte_range{};
  std::string field;
  Findings warnings;
};
Result<PreparedState> prepare(const SignRequest& request, const Environment& environment);

/// SignRequest::document_name of a state. Fails with kStateMalformed.
Result<std::string> document_name_in(ByteView state);

/// Raw signature over to_be_signed, or a whole CMS made elsewhere over the covered octets.
struct OutsideSignature {
  std::optional<SignatureValue> raw;
  std::optional<Bytes> cms;
};
/// What a state prepared for level LT or LTA needs beside the environment.
struct CompleteOptions {
  std::string password;  ///< of an encrypted document
  ProofMaterial proof;
  WithoutEvidence without_evidence = WithoutEvidence::kKeepLower;
};
/// Fails with kStateMalformed, kStateWrongDocument (document's SHA-256 differs),
/// kSignatureDoesNotMatch, kContentsTooSmall ({needed}), kLevelNeedsTrust.
Result<SignedDocument> complete(ByteView state, const SharedBytes& document,
                                const OutsideSignature& signature, const Environment& environment,
                                const CompleteOptions& options = {});

/// Is `output` what sign() made of `original` with this certificate at `level` or above: original
/// octets first, then one update whose signature covers the file, is by `certificate` and verifies?
/// Errors only when `output` cannot be read as PDF.
Result<bool> is_finished_output(const SharedBytes& original, const SharedBytes& output,
                                const std::string& password, const certs::Certificate& certificate,
                                Level level);

}  // namespace antin::signer
