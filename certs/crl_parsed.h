#pragma once

#include "certs/certificate_parsed.h"
#include "certs/crl.h"

namespace antin::certs {

/// What copies of a Crl share. Immutable but for the memo.
struct Crl::Parsed {
  Bytes der;
  Bytes sha256;
  ossl::X509CrlPtr crl;
  UtcTime this_update;
  std::optional<UtcTime> next_update;
  ossl::DistributionPointPtr scope;  ///< issuingDistributionPoint, RFC 5280 §5.2.5; may be null
  ossl::IntegerPtr number;           ///< cRLNumber
  ossl::IntegerPtr delta_base;       ///< deltaCRLIndicator: not null iff this is a delta CRL
  std::optional<UtcTime> keeps_expired_since;  ///< expiredCertsOnCRL, X.509 §9.5.2.9
  /// A critical extension that is not understood, in the list or in an entry, or an extension that
  /// cannot be read: the list must not be used (RFC 5280 §5.2).
  bool unusable;
  SignatureMemo memo;

  Parsed(ByteView octets, ossl::X509CrlPtr read, UtcTime from);
};

}  // namespace antin::certs
