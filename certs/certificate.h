#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "certs/ossl/handles.h"

namespace antin::certs {

/// What a public key is, as far as policies ask.
struct PublicKeyInfo {
  enum class Kind { kRsa, kEc, kOther };
  Kind kind;
  unsigned bits;      ///< modulus or field size
  std::string curve;  ///< "P-256", "P-384", "P-521", OpenSSL's name otherwise; "" unless kEc
};

/// A parsed X.509 certificate (RFC 5280). Parsed is not trusted.
///
/// Cheap to copy: copies share one immutable object. Thread-safe.
class Certificate {
 public:
  /// Fails with kCertMalformed; trailing octets after the DER are malformed too, and so is BER.
  /// Reading the octets of a recently read certificate again is cheap.
  static Result<Certificate> from_der(ByteView der);
  /// All certificates of a file: DER, PEM (several), or PKCS#7 "certs-only" in DER or PEM (.p7b).
  /// Fails with kCertMalformed when one cannot be read or there are more than 256.
  static Result<std::vector<Certificate>> from_file_bytes(ByteView octets);

  const Bytes& der() const noexcept;
  const Bytes& sha256() const noexcept;  ///< fingerprint of der(), 32 octets
  /// UTF-8; the first value when several; "" when absent. Display only, never trust.
  std::string subject_common_name() const;
  std::string subject_organization() const;
  /// All values of one kind in the subject, as they stand, at most 16 of them: where a signer
  /// belongs is said at several levels (O, OU, L, ST).
  enum class NamePart { kOrganization, kUnit, kLocality, kProvince };
  std::vector<std::string> subject_values(NamePart part) const;
  std::string issuer_common_name() const;
  std::string issuer_organization() const;
  /// Whom to name to a person: the common name, else the whole line.
  std::string display_name() const;
  std::string subject_line() const;  ///< RFC 4514 order, UTF-8
  std::string issuer_line() const;
  std::string serial_hex() const;  ///< lower case, no leading zero octet; "-…" when negative
  UtcTime not_before() const;
  UtcTime not_after() const;
  PublicKeyInfo public_key() const;
  bool self_issued() const;  ///< subject equals issuer (not: signature checked)
  bool self_signed() const;  ///< self-issued and its signature verifies with its own key
  bool is_ca() const;        ///< basicConstraints cA
  /// keyUsage digitalSignature or nonRepudiation, or no keyUsage extension at all.
  bool may_sign() const;
  /// extendedKeyUsage has id-kp-timeStamping alone and critical (RFC 3161 §2.3).
  bool may_timestamp() const;
  /// Digest of the signature that the issuer made over this certificate; nullopt when the
  /// algorithm has none or one that antin cannot name.
  std::optional<DigestAlgorithm> signature_digest() const;
  /// SHA-256 of the DER SubjectPublicKeyInfo: identity of the key whatever the certificate.
  Bytes public_key_sha256() const;
  /// True when `issuer`'s key verifies the signature of this certificate (and only that: names and
  /// usage are not looked at). Remembered by all copies of *this, so asking again is cheap.
  bool signature_verifies_with(const Certificate& issuer) const;
  std::vector<std::string> ocsp_urls() const;
  std::vector<std::string> crl_urls() const;
  std::vector<std::string> delta_crl_urls() const;
  std::vector<std::string> ca_issuer_urls() const;

  /// Valid while any copy of *this lives.
  ossl::Borrowed<X509> x509() const noexcept;
  friend bool operator==(const Certificate& a, const Certificate& b) { return a.der() == b.der(); }

 private:
  struct Parsed;
  class Recent;
  explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace antin::certs
