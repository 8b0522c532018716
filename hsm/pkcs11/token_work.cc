#include "hsm/pkcs11/token_work.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "hsm/checkpoint.h"
#include "hsm/pkcs11/cryptoki.h"
#include "hsm/pkcs11/mechanism.h"
#include "hsm/pkcs11/objects.h"
#include "hsm/pkcs11/public_key.h"
#include "hsm/signed_attributes.h"

namespace antin::hsm {
namespace {

constexpr std::size_t kMaxSignatureOctets = 2048;

wire::Failure failure(Code code, std::string detail, Params params) {
  return {.code = code,
          .cure = wire::Cure::kNone,
          .ckr = 0,
          .detail = std::move(detail),
          .params = std::move(params)};
}

// What is signed is read here once more, whoever read it before.
Status understood(const wire::Request& request) {
  if (request.type == wire::Type::kSign) {
    // A person signs in with the same key. Whose keys must not do that says so before (tokend).
    if (!parse_signed_attributes(request.attributes, SignedContent::kLogin))
      ANTIN_CHECK(parse_signed_attributes(request.attributes));
  } else if (request.type == wire::Type::kSignCheckpoint) {
    ANTIN_CHECK(parse_checkpoint(as_text(request.attributes)));
  }
  return Done{};
}

wire::Failure with_label(wire::Failure why, const std::string& label) {
  for (auto& [name, value] : why.params) {
    if (name == "token" && value.empty()) value = label;
  }
  return why;
}

wire::Failure from(const Error& error) {
  return failure(error.code, error.detail, error.params);
}

bool worth_a_fresh_session(const wire::Failure& why) {
  return why.ckr != CKR_OK && fresh_session_may_help(static_cast<CK_RV>(why.ckr));
}

bool names_a_token(const Pkcs11Uri& uri) {
  return uri.token || uri.serial || uri.model || uri.manufacturer || uri.slot_id;
}

Outcome<Pkcs11Uri> parsed(const std::string& text) {
  auto uri = Pkcs11Uri::parse(text);
  if (!uri) return from(uri.error());
  return std::move(uri).value();
}

std::string scheme_text(SignatureScheme scheme) {
  return std::string{name(scheme.algorithm)} + " " + std::string{name(scheme.digest)};
}

CK_UTF8CHAR_PTR pin_octets(const LockedMemory& pin) {
  // The C API takes a pointer to what it only reads.
  return const_cast<CK_UTF8CHAR_PTR>(pin.reveal().data());  // NOLINT
}

CK_RV log_in(const Session& session, CK_USER_TYPE user, const LockedMemory* pin) {
  return pin == nullptr
             ? session.functions().C_Login(session.handle(), user, nullptr, 0)
             : session.functions().C_Login(session.handle(), user, pin_octets(*pin), pin->size());
}

}  // namespace

void TokenWork::after_failure(CK_SLOT_ID slot, const wire::Failure& why) {
  if (why.code == Code::kTokenRemoved) {
    pool_.drop(slot, SessionPool::Drop::kIdleAndLogin);
    return;
  }
  if (why.code == Code::kTokenLoginRequired) {
    // Whatever the token still believes: the person logs in again, and that must take effect.
    pool_.drop(slot, SessionPool::Drop::kIdleAndLogin);
    module_.functions().C_CloseAllSessions(slot);
    return;
  }
  if (worth_a_fresh_session(why)) pool_.drop(slot, SessionPool::Drop::kIdle);
}

wire::Failure TokenWork::no_such_token(const Pkcs11Uri& uri,
                                       const std::vector<TokenStatus>& present) {
  auto why =
      failure(Code::kTokenRemoved, "no such token is present", {{"token", uri.token.value_or("")}});
  // Some modules look for tokens only when they are loaded. A new child finds it then; but the
  // person at another token of this module must not lose a login for that.
  if (!pool_.keep_only(present)) why.cure = wire::Cure::kNewChild;
  return why;
}

Outcome<TokenStatus> TokenWork::one_token(const Pkcs11Uri& uri) {
  auto all = module_.tokens();
  if (const auto* why = failed(all)) return *why;
  const auto& present = std::get<0>(all);
  std::vector<TokenStatus> tokens;
  std::copy_if(present.begin(), present.end(), std::back_inserter(tokens),
               [&uri](const TokenStatus& one) { return allows_token(uri, one); });
  if (tokens.empty()) return no_such_token(uri, present);
  if (tokens.size() > 1)
    return failure(Code::kTokenKeyAmbiguous, "several tokens match",
                   {{"candidates", tokens[0].label + "; " + tokens[1].label}});
  return std::move(tokens.front());
}

Outcome<wire::State> TokenWork::state_once(const Pkcs11Uri& uri) {
  auto token = one_token(uri);
  if (const auto* why = failed(token)) return *why;
  wire::State state{std::get<0>(std::move(token)), false};
  auto session = pool_.open(state.token.slot);
  if (const auto* why = failed(session)) return with_label(*why, state.token.label);
  const auto logged_in = std::get<0>(session).logged_in();
  pool_.discard(std::get<0>(std::move(session)));
  if (const auto* why = failed(logged_in)) return with_label(*why, state.token.label);
  state.logged_in = std::get<0>(logged_in);
  return state;
}

Outcome<wire::State> TokenWork::state(const std::string& text) {
  const auto uri = parsed(text);
  if (const auto* why = failed(uri)) return *why;
  auto state = state_once(std::get<0>(uri));
  if (const auto* why = failed(state); why != nullptr && worth_a_fresh_session(*why))
    return state_once(std::get<0>(uri));
  return state;
}

Outcome<wire::State> TokenWork::login(const std::string& text, const LockedMemory* pin) {
  const auto uri = parsed(text);
  if (const auto* why = failed(uri)) return *why;
  auto token = one_token(std::get<0>(uri));
  if (const auto* why = failed(token)) return *why;
  wire::State state{std::get<0>(std::move(token)), true};
  auto opened = pool_.open(state.token.slot);
  if (const auto* why = failed(opened)) return with_label(*why, state.token.label);
  auto session = std::get<0>(std::move(opened));

  const auto logged_in = session.logged_in();
  CK_RV rv = CKR_OK;
  if (const auto* why = failed(logged_in)) {
    rv = static_cast<CK_RV>(why->ckr);
  } else if (!std::get<0>(logged_in)) {
    rv = log_in(session, CKU_USER, pin);
  }
  if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN) {
    pool_.discard(std::move(session));
    auto why = failure_of(rv, "C_Login", state.token.label);
    if (why.code == Code::kTokenRemoved) after_failure(state.token.slot, why);
    return why;
  }
  pool_.keep_logged_in(std::move(session));
  return state;
}

Outcome<wire::State> TokenWork::change_pin(const std::string& text, const LockedMemory* pins,
                                           std::size_t old_octets) {
  const auto uri = parsed(text);
  if (const auto* why = failed(uri)) return *why;
  auto token = one_token(std::get<0>(uri));
  if (const auto* why = failed(token)) return *why;
  wire::State state{std::get<0>(std::move(token)), false};
  const auto& p11 = module_.functions();
  // PKCS#11 v2.40 §5.5: C_SetPIN wants a read/write session. It is nobody else's.
  CK_SESSION_HANDLE handle = 0;
  const auto opened = p11.C_OpenSession(state.token.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
                                        nullptr, nullptr, &handle);
  if (opened != CKR_OK) return failure_of(opened, "C_OpenSession", state.token.label);
  const Session session{p11, state.token.slot, handle};
  auto* const first = pins == nullptr ? nullptr : pin_octets(*pins);
  const auto rv = pins == nullptr
                      ? p11.C_SetPIN(handle, nullptr, 0, nullptr, 0)
                      : p11.C_SetPIN(handle, first, old_octets,
                                     std::next(first, static_cast<std::ptrdiff_t>(old_octets)),
                                     pins->size() - old_octets);
  if (rv != CKR_OK) return failure_of(rv, "C_SetPIN", state.token.label);
  return state;
}

Outcome<wire::TokenObjects> TokenWork::objects_of(const TokenStatus& token, const Pkcs11Uri& uri) {
  // A certificate's label or id is matched above, against the key that it belongs to.
  const bool of_key = uri.type == Pkcs11Uri::Type::kPrivate;
  KeySelector selector;
  if (of_key) selector = {.label = uri.object, .id = uri.id};
  for (int attempt = 0;; ++attempt) {
    auto opened = pool_.open(token.slot);
    if (const auto* why = failed(opened)) {
      if (attempt == 0 && worth_a_fresh_session(*why)) continue;
      return with_label(*why, token.label);
    }
    auto session = std::get<0>(std::move(opened));
    const auto logged_in = session.logged_in();
    auto objects = read_objects(session, selector);
    pool_.discard(std::move(session));
    if (const auto* why = failed(objects)) {
      if (attempt == 0 && worth_a_fresh_session(*why)) continue;
      return with_label(*why, token.label);
    }
    auto& found = std::get<0>(objects);
    found.token = token;
    found.logged_in = !failed(logged_in) && std::get<0>(logged_in);
    return objects;
  }
}

Outcome<std::vector<wire::TokenObjects>> TokenWork::keys(const std::string& text) {
  const auto uri = parsed(text);
  if (const auto* why = failed(uri)) return *why;
  auto tokens = module_.tokens();
  if (const auto* why = failed(tokens); why != nullptr && worth_a_fresh_session(*why))
    tokens = module_.tokens();
  if (const auto* why = failed(tokens)) return *why;
  std::vector<wire::TokenObjects> all;
  std::optional<wire::Failure> failed_token;
  bool any_key = false;
  for (const auto& token : std::get<0>(tokens)) {
    if (!token.initialized || !allows_token(std::get<0>(uri), token)) continue;
    auto objects = objects_of(token, std::get<0>(uri));
    if (const auto* why = failed(objects)) {
      // One that was pulled meanwhile is simply not there.
      if (why->code != Code::kTokenRemoved) failed_token = *why;
      continue;
    }
    any_key = any_key || !std::get<0>(objects).keys.empty();
    all.push_back(std::get<0>(std::move(objects)));
  }
  // A broken token must not hide the keys of the others.
  if (failed_token && !any_key) return *std::move(failed_token);
  return all;
}

Outcome<SigningSession> TokenWork::find_key(const std::string& text) {
  const auto checked = parsed(text);
  if (const auto* why = failed(checked)) return *why;
  const auto& uri = std::get<0>(checked);
  auto tokens = module_.tokens();
  if (const auto* why = failed(tokens)) return *why;
  std::optional<SigningSession> found;
  std::optional<TokenStatus> hidden;
  bool any_token = false;
  for (const auto& token : std::get<0>(tokens)) {
    if (!allows_token(uri, token)) continue;
    any_token = true;
    auto opened = pool_.open(token.slot);
    if (const auto* why = failed(opened)) return with_label(*why, token.label);
    auto session = std::get<0>(std::move(opened));
    const auto give_up = [&](const wire::Failure& why) {
      pool_.discard(std::move(session));
      if (found) pool_.discard(std::move(found->session));
      return with_label(why, token.label);
    };
    // Asked before the search: another thread may log in between the two, and a key that was
    // hidden while we looked must not be called absent.
    const auto logged_in = session.logged_in();
    if (const auto* why = failed(logged_in)) return give_up(*why);
    const auto keys = find_private_keys(session, {.label = uri.object, .id = uri.id});
    if (const auto* why = failed(keys)) return give_up(*why);
    const auto& handles = std::get<0>(keys);
    if (handles.empty()) {
      if (token.login_required && !std::get<0>(logged_in)) hidden = token;
      pool_.discard(std::move(session));
      continue;
    }
    if (found || handles.size() > 1)
      return give_up(
          failure(Code::kTokenKeyAmbiguous, "several keys match", {{"candidates", text}}));
    auto traits = read_traits(session, handles.front());
    if (const auto* why = failed(traits)) return give_up(*why);
    found.emplace(
        SigningSession{std::move(session), text, token.label, std::get<0>(std::move(traits))});
  }
  if (found) return *std::move(found);
  if (hidden)
    return failure(Code::kTokenLoginRequired, "key not shown, not logged in",
                   {{"token", hidden->label}});
  if (!any_token && names_a_token(uri)) return no_such_token(uri, std::get<0>(tokens));
  return failure(Code::kTokenKeyNotFound, "no such private key", {{"key", text}});
}

TokenWork::Signed TokenWork::sign_once(SigningSession& with, const wire::Request& request,
                                       Consent consent, const LockedMemory* pin) {
  const auto& p11 = with.session.functions();
  const auto session = with.session.handle();
  const bool document = request.type == wire::Type::kSign;
  const auto scheme = document ? scheme_text(request.scheme) : std::string{"Ed25519"};
  auto call = document ? SigningCall::make(with.key, request.scheme, request.attributes)
                       : SigningCall::make_checkpoint(with.key, request.attributes);
  if (!call) return failure(Code::kTokenMechanism, "scheme not offered", {{"scheme", scheme}});
  if (request.type == wire::Type::kCheckpointKey) return checked_checkpoint(with, request, {});
  const auto failed_call = [&](CK_RV rv, const char* doing) {
    auto why = failure_of(rv, doing, with.token_label);
    why.params.emplace_back("scheme", scheme);
    return why;
  };
  auto mechanism = call->mechanism();
  if (const auto rv = p11.C_SignInit(session, &mechanism, with.key.handle); rv != CKR_OK)
    return failed_call(rv, "C_SignInit");
  // PKCS#11 v2.40 §5.6: CKA_ALWAYS_AUTHENTICATE wants the PIN between C_SignInit and C_Sign.
  if (with.key.always_authenticate) {
    const auto rv =
        log_in(with.session, CKU_CONTEXT_SPECIFIC, consent == Consent::kPinPad ? nullptr : pin);
    if (rv != CKR_OK) return failed_call(rv, "C_Login for one signature");
  }
  std::array<std::uint8_t, kMaxSignatureOctets> raw{};
  CK_ULONG octets = raw.size();
  auto& data = call->data();
  if (const auto rv = p11.C_Sign(session, data.data(), data.size(), raw.data(), &octets);
      rv != CKR_OK)
    return failed_call(rv, "C_Sign");
  auto signature = call->signature({raw.data(), std::min<std::size_t>(octets, raw.size())});
  if (!signature)
    return failure(Code::kTokenFailed, "C_Sign returned no signature", {{"reason", "C_Sign"}});
  if (!document) return checked_checkpoint(with, request, *std::move(signature));
  return *std::move(signature);
}

// The public key itself, or a signature that it verifies.
TokenWork::Signed TokenWork::checked_checkpoint(SigningSession& with, const wire::Request& request,
                                                Bytes signature) {
  auto point = read_ed25519_point(with.session, with.key.handle);
  if (point.empty())
    return failure(Code::kTokenFailed, "no public key object with the key's id",
                   {{"reason", "CKA_EC_POINT"}});
  if (request.type == wire::Type::kCheckpointKey) return point;
  if (!ed25519_verifies(point, request.attributes, signature))
    return failure(Code::kTokenFailed, "the public key does not verify the signature",
                   {{"reason", "C_Sign"}});
  return signature;
}

TokenWork::Signed TokenWork::sign(const wire::Request& request, Consent consent,
                                  const LockedMemory* pin) {
  if (const auto sound = understood(request); !sound) return from(sound.error());
  for (int attempt = 0;; ++attempt) {
    const auto last = [&](const wire::Failure& why) {
      // A PIN is used once, whatever became of it.
      return attempt > 0 || consent != Consent::kNone || !worth_a_fresh_session(why);
    };
    // The second try takes nothing from the pool: what is there may be as stale as the first.
    auto session = attempt == 0 ? pool_.take(request.uri) : std::nullopt;
    if (!session) {
      auto found = find_key(request.uri);
      if (const auto* why = failed(found)) {
        if (last(*why)) return *why;
        continue;
      }
      session = std::get<0>(std::move(found));
    }
    if (session->key.always_authenticate && consent == Consent::kNone) {
      pool_.give_back(*std::move(session));
      auto fresh = state(request.uri);
      if (const auto* why = failed(fresh)) return *why;
      return std::get<0>(std::move(fresh));
    }
    auto outcome = sign_once(*session, request, consent, pin);
    if (std::holds_alternative<Bytes>(outcome)) {
      pool_.give_back(*std::move(session));
      return outcome;
    }
    const auto slot = session->session.slot();
    pool_.discard(std::move(session->session));
    const auto why = std::get<wire::Failure>(outcome);
    if (last(why)) {
      after_failure(slot, why);
      return why;
    }
    if (worth_a_fresh_session(why)) pool_.drop(slot, SessionPool::Drop::kIdle);
  }
}

}  // namespace antin::hsm
