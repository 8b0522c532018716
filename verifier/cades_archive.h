#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "verifier/signer_judge.h"

namespace antin::verifier {

/// One SignerInfo of a CMS file, as archive timestamps see it: element by element, octet by octet.
struct ArchiveParts {
  Bytes content_type;                     ///< eContentType
  std::vector<Bytes> certificates, crls;  ///< CertificateChoices, RevocationInfoChoice
  /// version, sid, digestAlgorithm, signedAttrs (with its [0]), signatureAlgorithm, signature
  std::vector<Bytes> signer_fields;
  struct UnsignedValue {
    Bytes type, value;
  };
  std::vector<UnsignedValue> unsigned_values;
};
/// Nothing when it is damaged; read_cms() has told then.
std::optional<ArchiveParts> read_archive_parts(ByteView octets, std::size_t signer);

/// What trusted archive timestamps came to.
struct ArchiveJudgement {
  std::optional<UtcTime> proven;  ///< of the signature value
  Material covered;               ///< evidence that an intact archive timestamp covers
  struct Trusted {
    Bytes sha256;  ///< of the token
    UtcTime gen_time;
  };
  std::vector<Trusted> trusted;
};

/// EN 319 122-1 §5.5.3: each archive-time-stamp-v3 of the signature, newest first, by its
/// ats-hash-index-v3. A trusted one proves that what it covers is older (EN 319 102-1 §5.6.2.3):
/// also the archive timestamps inside, so that the next may rest on it. Older kinds are reported
/// and prove nothing.
ArchiveJudgement judge_archive_timestamps(const CheckedSignature& checked,
                                          const ArchiveParts& parts, Judging& judging,
                                          SignatureReport& report);

}  // namespace antin::verifier
