#pragma once

#include <optional>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/finding.h"
#include "certs/core/time.h"
#include "verifier/cms_reader.h"
#include "verifier/report.h"
#include "verifier/scheme.h"

namespace antin::verifier {

/// What a SubFilter says about the content of its SignedData (ISO 32000-2 12.8.3.3).
enum class ContentRule {
  kDetached,    ///< adbe.pkcs7.detached, ETSI.CAdES.detached: no content inside
  kSha1Inside,  ///< adbe.pkcs7.sha1: the content is the SHA-1 digest of the byte ranges
  /// A signature beside a file (RFC 5652): content inside, if any, must be that file's; several
  /// may have signed.
  kBesideFile
};

struct CmsInput {
  ContentRule rule;
  SchemeReading scheme;  ///< read_scheme() of the CMS
  /// Digest of the byte ranges: in scheme.digest for kDetached, SHA-1 for kSha1Inside; empty when
  /// the ranges cannot be read.
  Bytes content_digest;
  /// Further certificates at hand, e.g. of the document security store.
  std::vector<certs::Certificate> candidates;
};

/// EN 319 102-1 V1.3.1: format checking (5.2.2), identification of the signing certificate (5.2.3)
/// and cryptographic verification (5.2.7) of one SignedData. No trust, no policy, no time.
struct CmsJudgement {
  Integrity integrity = Integrity::kNotCheckable;
  std::optional<certs::Certificate> signer;
  std::optional<UtcTime> signing_time;    ///< signing-time attribute
  bool certificate_referenced = false;    ///< ESS signing-certificate, v1 or v2, matches the signer
  std::vector<Bytes> timestamps;          ///< signature-time-stamp tokens, unjudged
  std::vector<Bytes> content_timestamps;  ///< content-time-stamp tokens (signed), unjudged
  Findings findings;
};
CmsJudgement judge_cms(const CmsSignature& cms, const CmsInput& input);

}  // namespace antin::verifier
