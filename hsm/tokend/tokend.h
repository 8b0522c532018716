#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "hsm/key_holder.h"
#include "hsm/pkcs11_uri.h"
#include "hsm/tokend/journal.h"
#include "hsm/tokend/protocol.h"
#include "service/ipc/channel.h"

namespace antin::hsm {

/// What tokend lets its clients do. Nothing has a default that allows anything.
struct TokendPolicy {
  /// RFC 7512 patterns: a key signs only when one of them covers its URI, and only such keys are
  /// listed.
  std::vector<std::string> signing_keys;
  /// Whether a client may bring a person's PIN. antind may not: it must never see one.
  enum class Login { kRefused, kAllowed };
  Login login = Login::kRefused;
};

/// The key holder as a service: answers list_tokens, list_keys, login and sign (docs/
/// PROTOCOL.tokend.md) on any number of connections at once.
///
/// Before a signature is made: the key is allowed, and the attributes are understood completely -
/// content-type id-data, message-digest as long as the scheme's digest, signing-certificate-v2 that
/// names the key's own certificate, signing-time or none, nothing else. Before it is released: the
/// journal has it.
class Tokend {
  struct Passkey {};
  class Policy;

 public:
  /// `keys` and `journal` must outlive this. Fails with kTokenUriInvalid for a bad pattern.
  static Result<std::unique_ptr<Tokend>> create(KeyHolder& keys, SignatureJournal& journal,
                                                const TokendPolicy& policy);
  Tokend(Passkey, KeyHolder& keys, SignatureJournal& journal, TokendPolicy::Login login)
      : keys_(keys), journal_(journal), login_(login) {}

  /// Serves one connection until the peer closes it (success) or breaks the protocol.
  Status serve(service::Channel& channel);

 private:
  using Reply = Result<service::Message>;
  Reply list_tokens();
  Reply list_keys(const service::Message& request);
  Reply login(service::Channel& channel, const service::Message& request);
  Reply sign(const service::Message& request);
  Reply journal(const service::Message& request);

  bool allowed(const Pkcs11Uri& key) const;
  Result<Bytes> certificate_sha256(const std::string& key_uri);

  KeyHolder& keys_;
  SignatureJournal& journal_;
  const TokendPolicy::Login login_;
  std::vector<Pkcs11Uri> patterns_;

  std::shared_mutex known_mutex_;
  std::map<std::string, Bytes> known_;  ///< SHA-256 of the certificate of a key, by its URI
};

}  // namespace antin::hsm
