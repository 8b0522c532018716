#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/secret.h"

namespace antin::hsm {

/// One token in one slot, as C_GetTokenInfo tells it now (never a stale snapshot).
struct TokenStatus {
  std::string module;  ///< path of the PKCS#11 module
  std::string label;
  std::string serial;
  std::string manufacturer;
  std::string model;
  std::uint64_t slot = 0;
  bool initialized = false;
  bool login_required = false;
  bool pin_pad = false;        ///< CKF_PROTECTED_AUTHENTICATION_PATH
  bool pin_count_low = false;  ///< CKF_USER_PIN_COUNT_LOW
  bool pin_final_try = false;  ///< CKF_USER_PIN_FINAL_TRY
  bool pin_locked = false;     ///< CKF_USER_PIN_LOCKED
};

/// How to find a key; all given fields must match. Empty matches every private key that can sign.
struct KeyQuery {
  std::optional<std::string> uri;  ///< RFC 7512: token, serial, manufacturer, model, object,
                                   ///< id, type, slot-id, module-path; pin-* are refused
  std::optional<Bytes> certificate_sha256;
  std::optional<Bytes> id;           ///< CKA_ID
  std::optional<std::string> label;  ///< CKA_LABEL of key or certificate
};

/// A private key with the certificate that has the same public key.
struct TokenKey {
  std::string uri;  ///< RFC 7512, unambiguous on this machine: what sign() takes
  std::string label;
  Bytes id;
  TokenStatus token;
  std::optional<CertificateDer> certificate;  ///< none on the token: the caller must bring it
  std::vector<CertificateDer> chain;          ///< other certificates on the token
  std::vector<SignatureScheme> schemes;       ///< what key and mechanisms allow, best first
  bool always_authenticate = false;           ///< CKA_ALWAYS_AUTHENTICATE: PIN per signature
};

/// Asked at most once per login. Returns kCancelled when the person gives up. `status` is fresh, so
/// that low-count and final-try warnings (M-05, M-06) are shown before the person types.
/// kForSignature: a context-specific login (CKA_ALWAYS_AUTHENTICATE). kNewPin: the PIN that
/// shall hold from now on; who asks a person asks twice and compares.
class PinSource {
 public:
  virtual ~PinSource() = default;
  enum class Why : std::uint8_t { kLogin, kForSignature, kNewPin };
  virtual Result<Secret> pin(const TokenStatus& status, Why why) = 0;
};

/// A holder of private keys on PKCS#11 tokens that signs on request.
///
/// Thread-safe: any number of threads may call any method; an implementation pools its sessions.
/// Login belongs to the token, not to a session (PKCS#11 v2.40 §5.6): login() once, then sign().
///
/// sign() takes the attributes, not a digest. Whoever can submit digests can have
/// anything signed; a holder that sees the attributes can check them and write a record that means
/// something.
class KeyHolder {
 public:
  virtual ~KeyHolder() = default;

  /// All slots with a token, of all modules. A module that cannot be loaded, crashes or hangs is
  /// reported in `failures` and does not hide the others.
  struct Listing {
    std::vector<TokenStatus> tokens;
    std::vector<Error> failures;  ///< kTokenModuleUnusable (M-20) with {tep} and {ly_do}
  };
  virtual Result<Listing> tokens() = 0;

  /// Keys matching `query`; private objects show only after login. Empty is not an error.
  virtual Result<std::vector<TokenKey>> keys(const KeyQuery& query) = 0;

  /// Exactly one C_Login with one PIN from `pins`; none when already logged in. Fails with
  /// kTokenPinIncorrect, kTokenPinLocked, kTokenRemoved, kTokenPinRefused (low count without
  /// consent is the PinSource's business; a locked PIN is refused before it is asked), kCancelled.
  virtual Status login(const TokenStatus& token, PinSource& pins) = 0;

  /// Signs `attributes` with the key at `key_uri` (TokenKey::uri).
  /// Fails with kTokenRemoved, kTokenKeyNotFound, kTokenLoginRequired (the person must log in
  /// again), kTokenTimeout (stuck call; the module's process was replaced), kTokenPinLocked,
  /// kTokenMechanism, kTokenFailed. A failure leaves no state behind: the next call starts fresh.
  virtual Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                                      const ToBeSigned& attributes) = 0;
};

/// The one key that `query` names. Fails with kTokenKeyNotFound, or with kTokenKeyAmbiguous whose
/// {candidates} lists label, token and URI of each.
Result<TokenKey> find_one(KeyHolder& holder, const KeyQuery& query);

}  // namespace antin::hsm
