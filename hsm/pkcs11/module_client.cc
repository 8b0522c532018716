#include "hsm/pkcs11/module_client.h"

#include <algorithm>
#include <utility>

namespace antin::hsm {
namespace {

using Ended = ChildProcess::Ended;
using wire::Type;

// Threads that replace each other's children must end some day.
constexpr int kMostLogins = 4;

// Names the token and nothing on it.
Pkcs11Uri uri_of(const TokenStatus& token) {
  Pkcs11Uri uri;
  uri.token = token.label;
  uri.serial = token.serial;
  uri.manufacturer = token.manufacturer;
  uri.model = token.model;
  uri.slot_id = token.slot;
  return uri;
}

wire::Request request_for(Type type, const Pkcs11Uri& uri) {
  wire::Request request;
  request.type = type;
  request.uri = uri.to_string();
  return request;
}

bool says_pin_incorrect(const ChildProcess::Answer& answer) {
  if (answer.ended != Ended::kAnswered || answer.type != Type::kFailure) return false;
  const auto failure = wire::decode_failure(answer.body());
  return failure && failure.value().code == Code::kTokenPinIncorrect;
}

const std::string* param(const Params& params, std::string_view name) {
  for (const auto& [key, value] : params) {
    if (key == name) return &value;
  }
  return nullptr;
}

// A person's PIN, in locked memory as soon as it is there.
Result<LockedMemory> asked(PinSource& pins, const TokenStatus& token, PinSource::Why why) {
  ANTIN_TRY(auto secret, pins.pin(token, why));
  if (secret.empty())
    return make_error(Code::kTokenPinRefused, "empty PIN", {{"token", token.label}});
  return locked(std::move(secret));
}

}  // namespace

Status UnattendedPins::add(UnattendedPin entry) {
  ANTIN_TRY(auto token, Pkcs11Uri::parse(entry.token_uri));
  ANTIN_TRY(auto pin, locked(std::move(entry.pin)));
  const bool given = !pin.empty();
  entries_.push_back(std::make_unique<Entry>(std::move(token), std::move(pin)));
  entries_.back()->given = given;
  return Done{};
}

EntrustedPin::State UnattendedPins::state(std::size_t index) {
  auto& entry = *entries_.at(index);
  const std::lock_guard lock{entry.mutex};
  if (!entry.pin.empty()) return EntrustedPin::State::kHeld;
  return entry.given ? EntrustedPin::State::kDestroyed : EntrustedPin::State::kNone;
}

void UnattendedPins::replace(std::size_t index, LockedMemory pin) {
  auto& entry = *entries_.at(index);
  const std::lock_guard lock{entry.mutex};
  entry.pin.wipe();
  entry.pin = std::move(pin);
  entry.given = true;
}

std::optional<std::size_t> UnattendedPins::find(const TokenStatus& token) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::lock_guard lock{entries_[i]->mutex};
    if (!entries_[i]->pin.empty() && allows_token(entries_[i]->token, token)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> UnattendedPins::find_by_label(const std::string& label) {
  TokenStatus token;
  token.label = label;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::lock_guard lock{entries_[i]->mutex};
    if (!entries_[i]->pin.empty() && entries_[i]->token.token.value_or(label) == label) return i;
  }
  return std::nullopt;
}

Result<ModuleClient::Child> ModuleClient::child() {
  const std::lock_guard lock{mutex_};
  if (child_) return child_;
  const auto now = std::chrono::steady_clock::now();
  if (start_failure_ && now - start_failed_at_ < options_.restart_pause) return *start_failure_;
  auto started = ChildProcess::start(options_, path_);
  if (!started) {
    start_failure_ = started.error();
    start_failed_at_ = std::chrono::steady_clock::now();
    return std::move(started).error();
  }
  start_failure_.reset();
  used_up_.clear();
  child_ = std::move(started).value();
  return child_;
}

void ModuleClient::retire(const Child& child) {
  child->kill();
  const std::lock_guard lock{mutex_};
  if (child_ == child) child_.reset();
}

Error ModuleClient::broken(const Answer& answer) const {
  if (answer.ended == Ended::kTimeout) {
    const auto seconds = (options_.operation_timeout.count() + 999) / 1000;
    return make_error(Code::kTokenTimeout, "no answer; the module's process was replaced",
                      {{"tep", path_}, {"seconds", std::to_string(seconds)}});
  }
  return make_error(Code::kTokenFailed, path_ + ": the module's process died and was replaced",
                    {{"reason", "CRASH"}});
}

Error ModuleClient::error_of(const Answer& answer) const {
  auto failure = wire::decode_failure(answer.body());
  if (answer.type != Type::kFailure || !failure)
    return make_error(Code::kTokenFailed, path_ + ": answer of another type",
                      {{"reason", "PROTOCOL"}});
  auto& why = failure.value();
  return make_error(why.code, path_ + ": " + why.detail, std::move(why.params));
}

Error ModuleClient::error_of(const Replied& replied) const {
  auto error = error_of(replied.answer);
  error.cause = replied.first;
  return error;
}

Result<ModuleClient::Replied> ModuleClient::ask(const wire::Request& request) {
  Patience patience;
  return ask(request, patience);
}

Result<ModuleClient::Replied> ModuleClient::ask(const wire::Request& request, Patience& patience) {
  for (;;) {
    ANTIN_TRY(auto used, child());
    auto answer = used->exchange(request, nullptr);
    if (answer.ended == Ended::kTimeout) {
      retire(used);
      return broken(answer);
    }
    const bool answered = answer.ended == Ended::kAnswered;
    if (answered && answer.type != Type::kFailure)
      return Replied{std::move(used), std::move(answer), patience.first};
    auto error = answered ? error_of(answer) : broken(answer);
    if (answered) {
      const auto failure = wire::decode_failure(answer.body());
      if (failure && failure.value().cure == wire::Cure::kNone)
        return Replied{std::move(used), std::move(answer), patience.first};
    }
    // It died, or a fresh session did not cure it: only a new child is left to try, once.
    retire(used);
    if (!patience.use_up()) return error;
    patience.first = std::make_shared<const Error>(std::move(error));
  }
}

Result<std::vector<TokenStatus>> ModuleClient::tokens() {
  ANTIN_TRY(auto replied, ask(request_for(Type::kListTokens, {})));
  if (replied.answer.type != Type::kTokens) return error_of(replied);
  ANTIN_TRY(auto tokens, wire::decode_tokens(replied.answer.body()));
  for (auto& token : tokens) token.module = path_;
  return tokens;
}

Result<std::vector<wire::TokenObjects>> ModuleClient::keys(const Pkcs11Uri& uri) {
  Patience patience;
  auto logged_in = log_in_all_unattended();
  ANTIN_TRY(auto replied, ask(request_for(Type::kListKeys, uri), patience));
  // A child that died meanwhile was replaced by one that nobody has logged in: it shows no private
  // key, and that must not be taken for having none.
  for (int again = 0; logged_in && replied.child != logged_in && again < kMostLogins; ++again) {
    logged_in = log_in_all_unattended();
    ANTIN_TRY(replied, ask(request_for(Type::kListKeys, uri), patience));
  }
  if (replied.answer.type != Type::kKeys) return error_of(replied);
  ANTIN_TRY(auto tokens, wire::decode_keys(replied.answer.body()));
  for (auto& objects : tokens) objects.token.module = path_;
  return tokens;
}

Result<wire::State> ModuleClient::state_of(const Pkcs11Uri& token) {
  ANTIN_TRY(auto replied, ask(request_for(Type::kTokenState, token)));
  if (replied.answer.type != Type::kState) return error_of(replied);
  ANTIN_TRY(auto state, wire::decode_state(replied.answer.body()));
  state.token.module = path_;
  return state;
}

// PKCS#11 tells no number of tries left: only that they are few, one or none.
Error ModuleClient::pin_failure(Error error, const Pkcs11Uri& token) {
  if (error.code != Code::kTokenPinIncorrect) return error;
  const auto state = state_of(token);
  if (state && state.value().token.pin_locked)
    return while_doing(std::move(error), Code::kTokenPinLocked, "that was the last try");
  const bool one = state && state.value().token.pin_final_try;
  error.params.emplace_back("n", one ? "01" : "một số ít");
  error.params.emplace_back("left", one ? "One try is" : "A few tries are");
  return error;
}

Status ModuleClient::login(const TokenStatus& token, PinSource& pins) {
  const std::lock_guard one_person{login_};
  const auto uri = uri_of(token);
  ANTIN_TRY(const auto state, state_of(uri));
  if (state.logged_in || !state.token.login_required) return Done{};
  if (state.token.pin_locked)
    return make_error(Code::kTokenPinLocked, "CKF_USER_PIN_LOCKED before asking",
                      {{"token", state.token.label}});

  auto request = request_for(Type::kLogin, uri);
  request.pin_octets = wire::kPinPad;
  std::optional<LockedMemory> pin;
  if (!state.token.pin_pad) {
    ANTIN_TRY(pin, asked(pins, state.token, PinSource::Why::kLogin));
    request.pin_octets = static_cast<std::uint16_t>(pin->size());
  }
  ANTIN_TRY(const auto used, child());
  const auto answer = used->exchange(request, pin ? &*pin : nullptr);
  pin.reset();
  // Whatever happened, the PIN was used once and is gone: nothing is tried again.
  if (answer.ended != Ended::kAnswered) {
    retire(used);
    return broken(answer);
  }
  if (answer.type == Type::kState) return Done{};
  return pin_failure(error_of(answer), uri);
}

Status ModuleClient::change_pin(const TokenStatus& token, PinSource& pins) {
  const std::lock_guard one_person{login_};
  const auto uri = uri_of(token);
  ANTIN_TRY(const auto state, state_of(uri));
  if (state.token.pin_locked)
    return make_error(Code::kTokenPinLocked, "CKF_USER_PIN_LOCKED before asking",
                      {{"token", state.token.label}});
  auto request = request_for(Type::kChangePin, uri);
  request.pin_octets = wire::kPinPad;
  std::optional<LockedMemory> both;
  if (!state.token.pin_pad) {
    ANTIN_TRY(const auto old_pin, asked(pins, state.token, PinSource::Why::kLogin));
    ANTIN_TRY(const auto new_pin, asked(pins, state.token, PinSource::Why::kNewPin));
    ANTIN_TRY(both, LockedMemory::allocate());
    const auto behind = std::copy(old_pin.reveal().begin(), old_pin.reveal().end(), both->data());
    std::copy(new_pin.reveal().begin(), new_pin.reveal().end(), behind);
    both->set_size(old_pin.size() + new_pin.size());
    request.pin_octets = static_cast<std::uint16_t>(old_pin.size());
    request.new_pin_octets = static_cast<std::uint16_t>(new_pin.size());
  }
  ANTIN_TRY(const auto used, child());
  const auto answer = used->exchange(request, both ? &*both : nullptr);
  both.reset();
  // As with a login: each PIN was used once, and nothing is tried again.
  if (answer.ended != Ended::kAnswered) {
    retire(used);
    return broken(answer);
  }
  if (answer.type == Type::kState) return Done{};
  return pin_failure(error_of(answer), uri);
}

ModuleClient::Attempt ModuleClient::log_in_unattended(const Child& child, std::size_t entry) {
  auto outcome = Attempt::kRefused;  // also when the PIN was destroyed meanwhile
  // Threads that come together wait here for the first one's login and then find it done.
  unattended_.with(entry, [&](LockedMemory& pin) { outcome = log_in_with(child, entry, pin); });
  return outcome;
}

ModuleClient::Attempt ModuleClient::log_in_with(const Child& child, std::size_t entry,
                                                LockedMemory& pin) {
  const auto fresh =
      child->exchange(request_for(Type::kTokenState, unattended_.token(entry)), nullptr);
  if (fresh.ended != Ended::kAnswered || fresh.type != Type::kState) return Attempt::kNotNow;
  const auto state = wire::decode_state(fresh.body());
  if (!state) return Attempt::kNotNow;
  if (state.value().logged_in) return Attempt::kLoggedIn;
  const auto& token = state.value().token;
  if (token.pin_locked || token.pin_final_try || token.pin_count_low) return Attempt::kRefused;
  {
    const std::lock_guard lock{mutex_};
    if (child_ != child) return Attempt::kNotNow;  // replaced meanwhile: ask the new one
    if (!used_up_.insert(entry).second) return Attempt::kUsedUp;
  }
  auto request = request_for(Type::kLogin, uri_of(token));
  request.pin_octets = token.pin_pad ? wire::kPinPad : static_cast<std::uint16_t>(pin.size());
  const auto answer = child->exchange(request, &pin);
  if (answer.ended != Ended::kAnswered) {
    retire(child);
    return Attempt::kNotNow;
  }
  if (says_pin_incorrect(answer)) UnattendedPins::destroy(pin);
  return answer.type == Type::kState ? Attempt::kLoggedIn : Attempt::kRefused;
}

ModuleClient::Child ModuleClient::log_in_all_unattended() {
  if (unattended_.empty()) return nullptr;
  const auto used = child();
  if (!used) return nullptr;  // the request that follows tells why
  for (std::size_t entry = 0; entry < unattended_.size(); ++entry)
    log_in_unattended(used.value(), entry);
  return used.value();
}

Result<Bytes> ModuleClient::sign_with_pin(const Child& child, wire::Request request,
                                          const wire::State& state) {
  const auto& token = state.token;
  if (token.pin_locked)
    return make_error(Code::kTokenPinLocked, "CKF_USER_PIN_LOCKED before asking",
                      {{"token", token.label}});
  Answer answer;
  const auto run = [&](const LockedMemory* pin) {
    request.pin_octets = pin == nullptr ? wire::kPinPad : static_cast<std::uint16_t>(pin->size());
    answer = child->exchange(request, pin);
  };
  const auto entry = unattended_.find(token);
  bool ran = false;
  if (token.pin_pad) {
    run(nullptr);
    ran = true;
  } else if (entry && !token.pin_count_low && !token.pin_final_try) {
    ran = unattended_.with(*entry, [&](LockedMemory& pin) {
      run(&pin);
      if (says_pin_incorrect(answer)) UnattendedPins::destroy(pin);
    });
  } else if (options_.signature_pins != nullptr) {
    const std::lock_guard one_person{login_};
    ANTIN_TRY(const auto pin,
              asked(*options_.signature_pins, token, PinSource::Why::kForSignature));
    run(&pin);
    ran = true;
  }
  if (!ran)
    return make_error(Code::kTokenLoginRequired, "the key wants a PIN for each signature",
                      {{"token", token.label}});
  if (answer.ended != Ended::kAnswered) {
    retire(child);
    return broken(answer);
  }
  if (answer.type != Type::kSignature) return pin_failure(error_of(answer), uri_of(token));
  return wire::decode_signature(answer.body());
}

Status ModuleClient::log_in_entrusted(const TokenStatus& token, std::size_t entry) {
  const std::lock_guard one_person{login_};
  const auto uri = uri_of(token);
  ANTIN_TRY(const auto state, state_of(uri));
  if (state.logged_in || !state.token.login_required) return Done{};
  if (state.token.pin_locked)
    return make_error(Code::kTokenPinLocked, "CKF_USER_PIN_LOCKED before trying",
                      {{"token", state.token.label}});
  ANTIN_TRY(const auto used, child());
  {
    const std::lock_guard lock{mutex_};
    used_up_.insert(entry);
  }
  auto request = request_for(Type::kLogin, uri);
  Answer answer;
  const bool held = unattended_.with(entry, [&](LockedMemory& pin) {
    request.pin_octets =
        state.token.pin_pad ? wire::kPinPad : static_cast<std::uint16_t>(pin.size());
    answer = used->exchange(request, &pin);
    if (says_pin_incorrect(answer)) UnattendedPins::destroy(pin);
  });
  if (!held)
    return make_error(Code::kTokenLoginRequired, "no PIN held", {{"token", state.token.label}});
  if (answer.ended != Ended::kAnswered) {
    retire(used);
    return broken(answer);
  }
  if (answer.type == Type::kState) return Done{};
  return pin_failure(error_of(answer), uri);
}

void ModuleClient::look_again() {
  Child present;
  {
    const std::lock_guard lock{mutex_};
    present = child_;
  }
  if (!present) return;  // the next request loads the module anyway
  const auto seen_by = [](const Child& child) -> std::optional<std::vector<TokenStatus>> {
    const auto answer = child->exchange(request_for(Type::kListTokens, {}), nullptr);
    if (answer.ended != Ended::kAnswered || answer.type != Type::kTokens) return std::nullopt;
    auto tokens = wire::decode_tokens(answer.body());
    if (!tokens) return std::nullopt;
    return std::move(tokens).value();
  };
  const auto now = seen_by(present);
  auto started = ChildProcess::start(options_, path_);
  if (!started) return;
  const auto fresh = std::move(started).value();
  const auto then = seen_by(fresh);
  if (!then) return;
  const bool more =
      !now || std::any_of(then->begin(), then->end(), [&now](const TokenStatus& token) {
        return token.initialized &&
               std::none_of(now->begin(), now->end(), [&token](const TokenStatus& known) {
                 return known.initialized && known.label == token.label &&
                        known.serial == token.serial;
               });
      });
  if (!more) return;
  const std::lock_guard lock{mutex_};
  if (child_ != present) return;
  child_ = fresh;
  used_up_.clear();
}

Result<SignatureValue> ModuleClient::sign(const std::string& key, SignatureScheme scheme,
                                          const ToBeSigned& attributes) {
  if (attributes.value().size() > wire::kMaxAttributesOctets)
    return make_error(Code::kTokenAttributesRefused, "more than 16 KiB of attributes");
  wire::Request request;
  request.type = Type::kSign;
  request.uri = key;
  request.scheme = scheme;
  request.attributes = attributes.value();
  ANTIN_TRY(auto value, sign_request(std::move(request)));
  return SignatureValue{std::move(value)};
}

Result<Bytes> ModuleClient::sign_checkpoint(const std::string& key, std::string_view note) {
  wire::Request request;
  request.type = Type::kSignCheckpoint;
  request.uri = key;
  request.attributes = to_bytes(note);
  return sign_request(std::move(request));
}

Result<Bytes> ModuleClient::checkpoint_key(const std::string& key) {
  wire::Request request;
  request.type = Type::kCheckpointKey;
  request.uri = key;
  return sign_request(std::move(request));
}

Result<Bytes> ModuleClient::sign_request(wire::Request request) {
  Patience patience;
  for (int logins = 0;;) {
    ANTIN_TRY(auto replied, ask(request, patience));
    const auto& answer = replied.answer;
    if (answer.type == Type::kSignature) return wire::decode_signature(answer.body());
    if (answer.type == Type::kState) {
      ANTIN_TRY(auto state, wire::decode_state(answer.body()));
      state.token.module = path_;
      return sign_with_pin(replied.child, std::move(request), state);
    }
    auto error = error_of(replied);
    const auto* label = param(error.params, "token");
    if (error.code != Code::kTokenLoginRequired || label == nullptr) return error;
    const auto entry = unattended_.find_by_label(*label);
    if (!entry || ++logins > kMostLogins) return error;
    switch (log_in_unattended(replied.child, *entry)) {
      case Attempt::kRefused:
        return error;
      case Attempt::kUsedUp:
        // An entrusted PIN logs in once per child. Here it has, and the login was lost with the
        // token's sessions: a new child is due.
        if (!patience.use_up()) return error;
        retire(replied.child);
        break;
      case Attempt::kLoggedIn:
      case Attempt::kNotNow:
        break;
    }
  }
}

}  // namespace antin::hsm
