#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "pdf/read/document.h"
#include "pdf/write/signature_update.h"

namespace antin::pdf {

/// What to add to a document's security store (ISO 32000-2 12.8.4.3, EN 319 142-1 §5.4.2). All of
/// it is DER as it came: X.509 certificates, CRLs, OCSPResponses.
struct SecurityStoreUpdate {
  std::vector<Bytes> certificates, crls, ocsp;
  /// Which of it belongs to one signature or document timestamp.
  struct Vri {
    std::string key;  ///< SHA-1 of the decoded /Contents, padding included, in upper-case hex
    std::vector<Bytes> certificates, crls, ocsp;
    std::optional<UtcTime> time;  ///< /TU
  };
  std::vector<Vri> vri;
};

/// Octets to append to the document: one incremental update, cross-reference kind kept, strings and
/// streams encrypted as the document's are. What the store holds already is referred to and not
/// written again; nothing of it is taken away. Empty when nothing would change.
///
/// Fails with kPdfMalformed, kPermissionDenied (encrypted, /P forbids changes), kUsage (a VRI key
/// that is none) and with the code of any finding of severity error that the document has.
Result<Bytes> append_security_store(const Document& document, const SecurityStoreUpdate& update,
                                    DocumentCipher& cipher, RandomSource& random);

}  // namespace antin::pdf
