#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/time.h"

namespace antin::certs {

/// A parsed OCSP answer (RFC 6960 §4.2): an OCSPResponse that is successful, or a bare
/// BasicOCSPResponse as RevocationValues carries it. Parsed is not trusted: who signed it and
/// whether it may speak for a certificate is judged by build_path() and revocation_statements().
/// Cheap to copy, thread-safe.
class OcspResponse {
 public:
  /// DER. Fails with kOcspMalformed, kOcspRefused (a responseStatus other than successful). At most
  /// 1 MiB, 64 certificates, 256 single responses.
  static Result<OcspResponse> from_bytes(ByteView octets);

  const Bytes& der() const noexcept;     ///< an OCSPResponse, also when a bare one was read
  const Bytes& sha256() const noexcept;  ///< of der()
  UtcTime produced_at() const;
  std::string responder_line() const;  ///< name, or the key hash in hexadecimal
  std::vector<Certificate> certificates() const;
  const Bytes& nonce() const;  ///< octets inside the extension; empty when absent
  /// Digest of the responder's signature; nullopt when it has none or one antin cannot name.
  std::optional<DigestAlgorithm> signature_digest() const;
  /// True when `signer`'s key verifies the signature of this answer (and only that). Remembered by
  /// all copies of *this.
  bool signature_verifies_with(const Certificate& signer) const;
  /// True when a single response names `certificate` under `issuer` (RFC 6960 §4.1.1 CertID, any
  /// digest OpenSSL knows).
  bool speaks_of(const Certificate& certificate, const Certificate& issuer) const;
  /// Of that single response; nothing when there is none.
  std::optional<UtcTime> this_update(const Certificate& certificate,
                                     const Certificate& issuer) const;
  std::optional<UtcTime> next_update(const Certificate& certificate,
                                     const Certificate& issuer) const;

  struct Parsed;  ///< certs/ocsp_parsed.h, for this folder only
  const Parsed& parsed() const noexcept { return *parsed_; }

 private:
  explicit OcspResponse(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

/// DER OCSPRequest for one certificate, SHA-1 CertID (the one every responder knows, RFC 5019
/// §2.1.1); with `nonce` (RFC 8954: 1 to 32 octets) unless it is empty.
Result<Bytes> make_ocsp_request(const Certificate& certificate, const Certificate& issuer,
                                ByteView nonce);

/// What is wrong with an answer before anybody believes it. Fails with kOcspMalformed,
/// kOcspRefused, kOcspMismatch (it does not speak of the certificate; its nonce is another one). An
/// answer without nonce is taken: most responders pre-produce theirs; freshness is judged later.
Result<OcspResponse> read_ocsp_answer(ByteView response, const Certificate& certificate,
                                      const Certificate& issuer, ByteView nonce);

/// Addresses that a certificate names, http and https only, in its order, at most 8.
std::vector<std::string> ocsp_urls(const Certificate& certificate);       ///< AIA, id-ad-ocsp
std::vector<std::string> issuer_urls(const Certificate& certificate);     ///< AIA, caIssuers
std::vector<std::string> crl_urls(const Certificate& certificate);        ///< cRLDistributionPoints
std::vector<std::string> delta_crl_urls(const Certificate& certificate);  ///< freshestCRL

}  // namespace antin::certs
