#pragma once

#include <mutex>
#include <string>

#include "certs/certificate_parsed.h"
#include "certs/ocsp.h"

namespace antin::certs {

/// One single response (RFC 6960 §4.2.1). What borrows lives as long as the answer.
struct OcspSingle {
  enum class Status { kGood, kRevoked, kUnknown };
  ossl::Borrowed<OCSP_CERTID> id;
  Status status;
  std::optional<UtcTime> revoked_at;  ///< iff kRevoked
  int reason;                         ///< CRLReason, -1 when absent
  UtcTime this_update;
  std::optional<UtcTime> next_update;
  std::optional<UtcTime> archive_cutoff;  ///< RFC 6960 §4.4.4
  /// A critical extension that is not understood, or one that cannot be read.
  bool unusable;
};

/// What copies of an OcspResponse share. Immutable but for what it remembers.
struct OcspResponse::Parsed {
  Bytes der;
  Bytes sha256;
  ossl::OcspBasicPtr basic;
  UtcTime produced_at;
  std::vector<Certificate> certificates;
  Bytes nonce;
  std::vector<OcspSingle> singles;
  bool unusable;  ///< as OcspSingle::unusable, of the whole answer
  SignatureMemo memo;
  mutable std::once_flag named;
  mutable std::string responder_line;  ///< written once, under `named`

  Parsed(Bytes octets, ossl::OcspBasicPtr read, UtcTime at, std::vector<OcspSingle> all);
};

/// True when `id` is the CertID of `certificate` under `issuer`, whatever digest it was made with.
bool names_certificate(const OCSP_CERTID* id, const Certificate& certificate,
                       const Certificate& issuer);
/// True when the answer's ResponderID is `signer`'s name or the SHA-1 of its key.
bool names_responder(const OcspResponse& answer, const Certificate& signer);

}  // namespace antin::certs
