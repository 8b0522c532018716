#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hsm/key_holder.h"
#include "hsm/pkcs11/child_process.h"
#include "hsm/pkcs11/locked_memory.h"
#include "hsm/pkcs11/wire.h"
#include "hsm/pkcs11_uri.h"

namespace antin::hsm {

/// PINs of keys that sign without a person: shared by all modules, because a token may be seen
/// through any of them. Thread-safe.
class UnattendedPins {
 public:
  /// An empty PIN waits for replace().
  Status add(UnattendedPin entry);
  bool empty() const noexcept { return entries_.empty(); }
  /// Index of the entry for `token` that still holds a PIN.
  std::optional<std::size_t> find(const TokenStatus& token);
  std::optional<std::size_t> find_by_label(const std::string& label);
  EntrustedPin::State state(std::size_t index);
  /// Puts `pin` in the place of what was there.
  void replace(std::size_t index, LockedMemory pin);
  std::size_t size() const noexcept { return entries_.size(); }
  const Pkcs11Uri& token(std::size_t index) const { return entries_.at(index)->token; }

  /// Calls `use` with the PIN while no one else uses or destroys it. False when it is destroyed.
  template <class Use>
  bool with(std::size_t index, Use use) {
    auto& entry = *entries_.at(index);
    const std::lock_guard lock{entry.mutex};
    if (entry.pin.empty()) return false;
    use(entry.pin);
    return true;
  }
  /// After CKR_PIN_INCORRECT: nobody logs in with it again.
  static void destroy(LockedMemory& pin) noexcept { pin.wipe(); }

 private:
  struct Entry {
    Entry(Pkcs11Uri of, LockedMemory secret) : token(std::move(of)), pin(std::move(secret)) {}
    Pkcs11Uri token;
    std::mutex mutex;
    LockedMemory pin;
    bool given = false;  ///< there was a PIN once
  };
  std::vector<std::unique_ptr<Entry>> entries_;
};

/// One module: its child, replaced when it must be, and the rules for trying again.
/// Thread-safe.
class ModuleClient {
 public:
  ModuleClient(const Pkcs11Options& options, std::string path, UnattendedPins& unattended)
      : options_(options), path_(std::move(path)), unattended_(unattended) {}

  const std::string& path() const noexcept { return path_; }

  Result<std::vector<TokenStatus>> tokens();
  /// `uri` narrows tokens and, with type=private, keys.
  Result<std::vector<wire::TokenObjects>> keys(const Pkcs11Uri& uri);
  Status login(const TokenStatus& token, PinSource& pins);
  Status change_pin(const TokenStatus& token, PinSource& pins);
  /// `key`: canonical, without module attributes.
  Result<SignatureValue> sign(const std::string& key, SignatureScheme scheme,
                              const ToBeSigned& attributes);
  Result<Bytes> sign_checkpoint(const std::string& key, std::string_view note);
  Result<Bytes> checkpoint_key(const std::string& key);

  /// Logs in with the entrusted PIN now, once, whatever the token says of the tries left: a person
  /// has just given it. Fails as login() does; a wrong PIN is destroyed.
  Status log_in_entrusted(const TokenStatus& token, std::size_t entry);
  /// Some modules find tokens only when they are loaded. Loads the module once more, beside; when
  /// that one sees a token that the present child does not, it takes its place. What the present
  /// one is doing it brings to an end.
  void look_again();

 private:
  using Child = std::shared_ptr<ChildProcess>;
  using Answer = ChildProcess::Answer;
  struct Replied {
    Child child;
    Answer answer;
    std::shared_ptr<const Error> first;  ///< what the child before this one failed with
  };

  Result<Child> child();
  void retire(const Child& child);
  Error broken(const Answer& answer) const;
  Error error_of(const Answer& answer) const;
  Error error_of(const Replied& replied) const;

  /// How many new children a caller may still cost: one per operation.
  struct Patience {
    int new_children = 1;
    std::shared_ptr<const Error> first;  ///< what the first child failed with
    bool use_up() noexcept { return new_children-- > 0; }
  };
  /// One request, tried once more where a new child may cure what happened.
  Result<Replied> ask(const wire::Request& request, Patience& patience);
  Result<Replied> ask(const wire::Request& request);
  Result<wire::State> state_of(const Pkcs11Uri& token);
  Error pin_failure(Error error, const Pkcs11Uri& token);

  enum class Attempt : std::uint8_t { kLoggedIn, kNotNow, kUsedUp, kRefused };
  Attempt log_in_unattended(const Child& child, std::size_t entry);
  Attempt log_in_with(const Child& child, std::size_t entry, LockedMemory& pin);
  /// The child that was logged in, as far as it could be; nullptr when no PIN is entrusted or
  /// there is no child.
  Child log_in_all_unattended();
  Result<Bytes> sign_request(wire::Request request);
  Result<Bytes> sign_with_pin(const Child& child, wire::Request request, const wire::State& state);

  const Pkcs11Options& options_;
  const std::string path_;
  UnattendedPins& unattended_;

  std::mutex mutex_;
  Child child_;
  std::set<std::size_t> used_up_;  ///< unattended entries tried in child_
  std::optional<Error> start_failure_;
  std::chrono::steady_clock::time_point start_failed_at_;
  std::mutex login_;  ///< one person is asked at a time
};

}  // namespace antin::hsm
