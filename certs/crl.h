#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/finding.h"

namespace antin::certs {

/// A parsed certificate revocation list (RFC 5280 §5). Parsed is not trusted: its signature is
/// checked against an issuer by revocation_status(). Cheap to copy, thread-safe.
class Crl {
 public:
  /// DER or PEM. Fails with kCrlMalformed.
  static Result<Crl> from_bytes(ByteView octets);
  const Bytes& der() const noexcept;
  std::string issuer_line() const;
  UtcTime this_update() const;
  std::optional<UtcTime> next_update() const;
  std::string number_hex() const;        ///< cRLNumber or ""
  const Bytes& sha256() const noexcept;  ///< of der()
  /// Digest of the issuer's signature; nullopt when it has none or one antin cannot name.
  std::optional<DigestAlgorithm> signature_digest() const;
  ossl::Borrowed<X509_CRL> x509_crl() const noexcept;
  /// True when `issuer`'s key verifies the signature of this list (and only that). Remembered by
  /// all copies of *this.
  bool signature_verifies_with(const Certificate& issuer) const;

  struct Parsed;  ///< certs/crl_parsed.h, for this folder only
  const Parsed& parsed() const noexcept { return *parsed_; }

 private:
  explicit Crl(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace antin::certs
