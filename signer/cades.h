#pragma once

#include <string>

#include "signer/extend.h"
#include "signer/pades.h"

namespace antin::signer {

/// A detached signature for a file of any kind (vietnam.md S-20): CAdES baseline, EN 319 122-1 §6.
struct DetachedRequest {
  SharedBytes content;  ///< what is signed; only its digest goes into the signature
  certs::Certificate certificate;
  std::vector<certs::Certificate> chain;
  SignatureScheme scheme;
  Level level = Level::kB;
  WithoutTimestamp without_timestamp = WithoutTimestamp::kFail;
  WithoutEvidence without_evidence = WithoutEvidence::kKeepLower;
  CertificateCheck check;
};

struct DetachedSignature {
  Bytes cms;  ///< DER ContentInfo, the .p7s
  Level level_reached = Level::kB;
  UtcTime signing_time;  ///< claimed; of an extended signature the proven one when there is one
  Findings warnings;
  bool changed = true;  ///< false: it had the level already, `cms` is what came in
};

/// As sign() does for PDF. signing-time is a signed attribute here (EN 319 122-1 table 1).
Result<DetachedSignature> sign_detached(const DetachedRequest& request, hsm::KeyHolder& holder,
                                        const std::string& key_uri, const Environment& environment);

struct ExtendDetachedRequest {
  Bytes signature;      ///< DER, BER or PEM ContentInfo with one signer
  SharedBytes content;  ///< the very file that was signed
  Level target = Level::kLT;
  ProofMaterial proof;
  WithoutEvidence without = WithoutEvidence::kKeepLower;
  Renewal renewal = Renewal::kWhenDue;
  std::chrono::seconds horizon = kRenewalHorizon;
};

/// Adds a signature-time-stamp (B-T), certificates and revocation data in SignedData.certificates
/// and .crls, OCSP answers as RFC 5940 has them (B-LT), and an archive-time-stamp-v3 with its
/// ats-hash-index-v3 (B-LTA). What is signed or archived already keeps its octets.
///
/// Falls back as extend() does. Fails with kCmsMalformed, kDetachedMismatch (another file),
/// kDetachedUnsupported (several signers, archive timestamps of an older kind), kLevelNeedsTrust,
/// kClockSkew.
Result<DetachedSignature> extend_detached(const ExtendDetachedRequest& request,
                                          const Environment& environment);

/// Is `signature` what sign_detached() made of `content` with this certificate at `level` or above?
bool is_finished_detached(const SharedBytes& content, ByteView signature,
                          const certs::Certificate& certificate, Level level);

}  // namespace antin::signer
