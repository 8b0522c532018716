#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "hsm/pkcs11/locked_memory.h"
#include "hsm/pkcs11/module.h"
#include "hsm/pkcs11/sessions.h"
#include "hsm/pkcs11/wire.h"
#include "hsm/pkcs11_uri.h"

namespace antin::hsm {

/// What the child process does with its module. Thread-safe: one object, one thread per channel.
///
/// Every operation that meets an error which a fresh session may cure is tried once more with one;
/// a C_Login never is.
class TokenWork {
 public:
  explicit TokenWork(Module& module) : module_(module), pool_(module.functions()) {}

  Outcome<std::vector<TokenStatus>> tokens() { return module_.tokens(); }
  Outcome<std::vector<wire::TokenObjects>> keys(const std::string& uri);
  /// Of the one token that `uri` names.
  Outcome<wire::State> state(const std::string& uri);
  /// One C_Login; none when logged in already. `pin` null: the device asks by itself.
  Outcome<wire::State> login(const std::string& uri, const LockedMemory* pin);
  /// One C_SetPIN of the user's PIN. `pins`: the old one in the first `old_octets`, the new one
  /// behind it; null: the device asks for both by itself.
  Outcome<wire::State> change_pin(const std::string& uri, const LockedMemory* pins,
                                  std::size_t old_octets);

  /// A signature, or the token's state when the key wants a PIN for each signature and none came.
  using Signed = std::variant<Bytes, wire::State, wire::Failure>;
  enum class Consent : std::uint8_t { kNone, kPin, kPinPad };
  /// Also for kSignCheckpoint; for kCheckpointKey the public key stands in the signature's place.
  Signed sign(const wire::Request& request, Consent consent, const LockedMemory* pin);

 private:
  wire::Failure no_such_token(const Pkcs11Uri& uri, const std::vector<TokenStatus>& present);
  Outcome<TokenStatus> one_token(const Pkcs11Uri& uri);
  Outcome<wire::State> state_once(const Pkcs11Uri& uri);
  Outcome<wire::TokenObjects> objects_of(const TokenStatus& token, const Pkcs11Uri& uri);
  Outcome<SigningSession> find_key(const std::string& text);
  Signed sign_once(SigningSession& with, const wire::Request& request, Consent consent,
                   const LockedMemory* pin);
  static Signed checked_checkpoint(SigningSession& with, const wire::Request& request,
                                   Bytes signature);
  void after_failure(CK_SLOT_ID slot, const wire::Failure& failure);

  Module& module_;
  SessionPool pool_;
};

}  // namespace antin::hsm
