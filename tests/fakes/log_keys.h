#pragma once

#include <memory>
#include <string>
#include <utility>

#include <openssl/evp.h>

#include "service/audit/note.h"

namespace antin::fakes {

/// A log's key whose private half is at hand.
struct LogKey {
  std::shared_ptr<EVP_PKEY> key;
  audit::VerifierKey verifier;

  static LogKey of(const std::string& name) {
    std::shared_ptr<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
    auto verifier = audit::VerifierKey::of(name, public_key(key.get()));
    return {std::move(key), std::move(verifier).value()};
  }
  /// The octets that tokend would give for `text`.
  Bytes raw(std::string_view text) const {
    const ossl::DigestContextPtr context(EVP_MD_CTX_new());
    Bytes signature(64);
    auto size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
    EVP_DigestSign(context.get(), signature.data(), &size, as_bytes(text).data(), text.size());
    return signature;
  }
  audit::NoteSignature sign(std::string_view text) const {
    return {verifier.name(), verifier.id(), raw(text)};
  }
  static Bytes public_key(EVP_PKEY* key) {
    Bytes octets(32);
    auto size = octets.size();
    EVP_PKEY_get_raw_public_key(key, octets.data(), &size);
    return octets;
  }
};

}  // namespace antin::fakes
