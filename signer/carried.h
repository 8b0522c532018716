#pragma once

#include <optional>
#include <vector>

#include "certs/certificate.h"
#include "certs/crl.h"
#include "certs/ocsp.h"
#include "certs/online/evidence_source.h"
#include "certs/timestamp.h"
#include "pdf/read/document.h"

namespace antin::signer {

/// What a signature brings along; none of it is trusted for being there. A part that cannot be read
/// is left out: it proves nothing.
struct Carried {
  std::optional<certs::Certificate> signer;  ///< whom the SignerInfo names, when he is embedded
  Bytes signature_value;
  std::vector<certs::TimestampToken> signature_timestamps;
  certs::Evidence evidence;  ///< certificates and revocation data from every attribute, and of the
                             ///< timestamps inside
};
Carried read_carried(ByteView cms);

/// Certificates and revocation data in a timestamp token: beside its own SignedData, what was added
/// to it as unsigned attributes.
void add_carried(const certs::TimestampToken& token, certs::Evidence& to);

/// The document's security store, parsed.
certs::Evidence parse_store(const pdf::SecurityStore& store);

/// Adds what is not there yet.
void merge(certs::Evidence& to, const certs::Evidence& more);

/// "C = VN, CN = …" cut down to the name people know it by.
std::string short_name(const certs::Certificate& certificate);

}  // namespace antin::signer
