#pragma once

#include <optional>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "hsm/pkcs11/sessions.h"

namespace antin::hsm {

/// How one signature is asked of a token.
class SigningCall {
 public:
  /// Empty when neither key nor token can do `scheme`. S-12: the mechanism that hashes is
  /// preferred, else the digest is computed here (for PKCS#1 v1.5 inside a DigestInfo, RFC 8017
  /// §9.2).
  static std::optional<SigningCall> make(const KeyTraits& key, SignatureScheme scheme,
                                         ByteView attributes);

  /// Ed25519 over the whole text (RFC 8032 §5.1, PKCS#11 v3.0 §2.3.14). Empty for other keys.
  static std::optional<SigningCall> make_checkpoint(const KeyTraits& key, ByteView note);

  /// Valid while *this stays where it is.
  CK_MECHANISM mechanism() noexcept;
  Bytes& data() noexcept { return data_; }
  /// What C_Sign gave, as CMS wants it (SignatureValue). Empty when it is no signature.
  std::optional<Bytes> signature(ByteView raw) const;

 private:
  CK_MECHANISM_TYPE type_ = 0;
  std::optional<CK_RSA_PKCS_PSS_PARAMS> pss_;
  bool ecdsa_ = false;
  bool ed25519_ = false;
  Bytes data_;
};

/// Schemes that `key` can do, best first: PKCS#1 v1.5 before PSS because every reader in the field
/// accepts it (S-03), SHA-256 first for RSA; for ECDSA the digest that fits the curve first.
std::vector<SignatureScheme> schemes_of(const KeyTraits& key);

/// r || s of equal length to DER SEQUENCE{r, s} (RFC 3279 §2.2.3). Empty when it cannot be that.
std::optional<Bytes> ecdsa_to_der(ByteView raw);

}  // namespace antin::hsm
