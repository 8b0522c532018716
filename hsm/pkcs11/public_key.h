#pragma once

#include <cstddef>
#include <optional>

#include <p11-kit/pkcs11.h>

#include "certs/core/bytes.h"
#include "certs/ossl/handles.h"

namespace antin::hsm {

/// A public key as a token tells it: RSA modulus or uncompressed curve point.
struct PublicKey {
  Bytes modulus;
  Bytes point;
  bool known() const noexcept { return !modulus.empty() || !point.empty(); }
};

/// Significant bits of a big-endian number; 0 for none.
std::size_t bit_length(ByteView big_endian) noexcept;
/// Size of the named curve in CKA_EC_PARAMS: 256, 384, 521; 0 for all others.
std::size_t curve_bits(ByteView params) noexcept;
/// Size of the Edwards curve in CKA_EC_PARAMS, given by its OID (RFC 8410 §3) or by its name: 255
/// for Ed25519, 0 for all others.
std::size_t edwards_bits(ByteView params) noexcept;
/// The 32 octets of an Ed25519 key in CKA_EC_POINT, with the OCTET STRING around them or without;
/// empty for anything else.
Bytes ed25519_point(ByteView point);
/// Whether `signature` is that of `message` by the key with these 32 octets (RFC 8032 §5.1.7).
bool ed25519_verifies(ByteView point, ByteView message, ByteView signature);
/// CKA_EC_POINT without the OCTET STRING around it, which some tokens leave out.
Bytes bare_point(ByteView point);

/// The parts of an X.509 certificate that say whose key it holds. Judges nothing.
class ParsedCertificate {
 public:
  static std::optional<ParsedCertificate> parse(ByteView der, Bytes id);

  bool has(const PublicKey& key) const;
  bool is_of_type(CK_KEY_TYPE type) const;
  bool became_valid_after(const ParsedCertificate& other) const;

  Bytes id;  ///< CKA_ID

 private:
  explicit ParsedCertificate(ossl::X509Ptr x509) : x509_(std::move(x509)) {}
  ossl::X509Ptr x509_;
};

}  // namespace antin::hsm
