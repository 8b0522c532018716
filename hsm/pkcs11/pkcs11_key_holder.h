#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/secret.h"
#include "hsm/checkpoint.h"
#include "hsm/key_holder.h"
#include "hsm/pkcs11/locked_memory.h"

namespace antin::hsm {

/// A PIN entrusted for a key that signs without a person (agency seal, log checkpoints).
///
/// It logs in by itself: once per child process, and only after a fresh C_GetTokenInfo shows
/// neither low count, final try nor locked. The first CKR_PIN_INCORRECT destroys it; nobody logs in
/// then until the operator gives it anew.
struct UnattendedPin {
  std::string token_uri;  ///< RFC 7512, token attributes only: must name one token
  Secret pin;
};

/// How it stands with a PIN that was, or shall be, entrusted.
struct EntrustedPin {
  enum class State : std::uint8_t { kNone, kHeld, kDestroyed };
  std::string token_uri;
  State state = State::kNone;
};

/// How the PKCS#11 modules are driven.
struct Pkcs11Options {
  std::vector<std::string> modules;  ///< paths; nothing else is ever loaded
  std::string child_program;         ///< path of antin-pkcs11

  std::chrono::milliseconds load_timeout{10'000};
  /// A call counts as stuck when neither it nor any other call of the module ended for so long.
  std::chrono::milliseconds operation_timeout{30'000};
  /// While a person types on a device with its own key pad.
  std::chrono::milliseconds pin_pad_timeout{120'000};
  /// A module that could not be started is not tried again before.
  std::chrono::milliseconds restart_pause{2'000};
  /// Signatures in flight per module; more threads than this wait.
  unsigned max_parallel = 64;

  /// Where the modules' own chatter on stderr goes.
  enum class Chatter { kDiscard, kInherit };
  Chatter chatter = Chatter::kDiscard;

  /// Memory that a module's process may ask for; what leaks ends there and is replaced. 0: any.
  std::size_t module_memory = 0;

  /// One with an empty PIN waits for entrust().
  std::vector<UnattendedPin> unattended;
  /// Asked for keys with CKA_ALWAYS_AUTHENTICATE, once per signature; must outlive the holder.
  /// Without it, and without an unattended PIN, such keys fail with kTokenLoginRequired.
  PinSource* signature_pins = nullptr;
};

/// Keys on PKCS#11 tokens, each module in a process of its own (architecture.md, antin-tokend).
///
/// The first use of a module starts its child. A call that a fresh session does not cure replaces
/// the child and is tried once more; a stuck call replaces it and fails with kTokenTimeout; a child
/// that dies is replaced and what it was doing is tried once more, except a login. After a
/// replacement the person is asked again: sign() fails with kTokenLoginRequired until login().
/// Thread-safe.
class Pkcs11KeyHolder final : public KeyHolder, public CheckpointSigner {
  class Impl;
  struct Passkey {};

 public:
  Pkcs11KeyHolder(Passkey, std::unique_ptr<Impl> impl);
  /// Starts nothing yet. Fails with kTokenUriInvalid for a bad UnattendedPin::token_uri and with
  /// kTokenFailed when memory for a PIN cannot be locked.
  static Result<std::unique_ptr<Pkcs11KeyHolder>> create(Pkcs11Options options);
  ~Pkcs11KeyHolder() override;
  Pkcs11KeyHolder(const Pkcs11KeyHolder&) = delete;
  Pkcs11KeyHolder& operator=(const Pkcs11KeyHolder&) = delete;

  Result<Listing> tokens() override;
  Result<std::vector<TokenKey>> keys(const KeyQuery& query) override;
  /// Certificates that `query` may mean on tokens that nobody is logged in to, so that a caller can
  /// judge one before a PIN is asked. Most tokens show certificates to anybody and keys after the
  /// login only. `uri` and `schemes` stay empty: there is no key to use yet.
  Result<std::vector<TokenKey>> certificates_before_login(const KeyQuery& query);
  Status login(const TokenStatus& token, PinSource& pins) override;
  /// Asks `pins` for the present PIN (Why::kLogin), then for the new one (Why::kNewPin), and makes
  /// one C_SetPIN. A login that exists stays. Fails as login() does; kTokenPinRefused when the
  /// device does not take the new one: the old one then stays.
  Status change_pin(const TokenStatus& token, PinSource& pins);
  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override;
  Result<Bytes> sign_checkpoint(const std::string& key_uri, std::string_view note) override;
  Result<Bytes> checkpoint_key(const std::string& key_uri) override;

  /// One for each UnattendedPin, in their order.
  std::vector<EntrustedPin> entrusted();
  /// Gives `pin` to the entry with exactly this token_uri and logs in once. Fails with
  /// kTokendTokenUnknown, kTokenRemoved, kTokenKeyAmbiguous, and as login() does; a wrong PIN is
  /// destroyed.
  Status entrust(const std::string& token_uri, LockedMemory pin);
  /// Finds tokens that were plugged in since their module was loaded; disturbs no request.
  void look_again();

 private:
  std::unique_ptr<Impl> impl_;
};

/// The child program in the folder of the running program, where the build and the package put it.
std::string child_program_beside_this();

/// A PIN from a file (or systemd credential) whose last line end is dropped. Refuses with
/// kTokenPinFileUnsafe what is not a regular file or what group or others may read.
Result<Secret> read_pin_file(const std::string& path);

}  // namespace antin::hsm
