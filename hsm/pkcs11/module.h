#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <libp11.h>
#include <p11-kit/pkcs11.h>

#include "hsm/key_holder.h"
#include "hsm/pkcs11/wire.h"

namespace antin::hsm {

/// Success or what to answer.
template <class T>
using Outcome = std::variant<T, wire::Failure>;

template <class T>
const wire::Failure* failed(const Outcome<T>& outcome) noexcept {
  return std::get_if<wire::Failure>(&outcome);
}

/// A loaded and initialised PKCS#11 module; at most one per process, because C_Initialize and
/// C_Finalize act on the whole process. libp11 loads, initialises and finalises it; everything else
/// uses the same module's function list directly, because libp11 0.4.12 keeps the PIN, caches
/// objects, never recovers from a lost session, reads past its array in PKCS11_update_slots with
/// two slots or more (crash), and logs out of every token when it releases a list of slots. Lives
/// in the child process only.
///
/// Thread-safe.
class Module {
  struct Passkey {};
  struct FreeContext {
    void operator()(PKCS11_CTX* context) const noexcept { PKCS11_CTX_free(context); }
  };
  using Context = std::unique_ptr<PKCS11_CTX, FreeContext>;

 public:
  Module(Passkey, Context context, CK_FUNCTION_LIST_PTR functions)
      : context_(std::move(context)), functions_(functions) {}
  /// The reason why not is a kTokenModuleUnusable with {tep}, {ly_do}, {reason}.
  static Outcome<std::unique_ptr<Module>> load(const std::string& path);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const CK_FUNCTION_LIST& functions() const noexcept { return *functions_; }

  /// All slots with a token, read now. TokenStatus::module stays empty.
  Outcome<std::vector<TokenStatus>> tokens();

 private:
  Outcome<std::vector<CK_SLOT_ID>> slots_with_token();

  Context context_;
  CK_FUNCTION_LIST_PTR functions_;
};

}  // namespace antin::hsm
