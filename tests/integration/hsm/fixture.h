#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "tests/fakes/softhsm_token.h"

namespace antin::hsm {

/// Answers each time with the PIN it was given, and counts.
class FixedPin final : public PinSource {
 public:
  explicit FixedPin(std::string pin) : pin_(std::move(pin)) {}
  Result<Secret> pin(const TokenStatus& status, Why why) override {
    ++asked;
    last_status = status;
    last_why = why;
    return Secret{to_bytes(pin_)};
  }
  int asked = 0;
  TokenStatus last_status;
  Why last_why = Why::kLogin;

 private:
  std::string pin_;
};

class Refusing final : public PinSource {
 public:
  Result<Secret> pin(const TokenStatus&, Why) override {
    ++asked;
    return make_error(Code::kCancelled, "the person gave up");
  }
  int asked = 0;
};

inline Bytes der(std::uint8_t tag, const Bytes& content) {
  Bytes element{tag};
  if (content.size() >= 0x80) element.push_back(0x81);
  element.push_back(static_cast<std::uint8_t>(content.size()));
  element.insert(element.end(), content.begin(), content.end());
  return element;
}

inline Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// SignedAttributes of content-type and a message digest that differs by `number`.
inline ToBeSigned attributes(unsigned number = 0) {
  Bytes digest(32, 0x5A);
  for (std::size_t i = 0; i < 4; ++i) digest[i] = static_cast<std::uint8_t>(number >> (8 * i));
  const Bytes content_type = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03};
  const Bytes id_data = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
  const Bytes message_digest = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04};
  const auto first = der(0x30, joined(content_type, der(0x31, id_data)));
  const auto second = der(0x30, joined(message_digest, der(0x31, der(0x04, digest))));
  return ToBeSigned{der(0x31, joined(first, second))};
}

inline bool verifies(const CertificateDer& certificate, SignatureScheme scheme,
                     const ToBeSigned& signed_octets, const SignatureValue& value) {
  const auto* at = certificate.value().data();
  const ossl::X509Ptr x509{d2i_X509(nullptr, &at, static_cast<long>(certificate.value().size()))};
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* key = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &key, ossl::evp_md(scheme.digest), nullptr,
                           X509_get0_pubkey(x509.get())) != 1)
    return false;
  if (scheme.algorithm == SignatureAlgorithm::kRsaPss &&
      (EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  return EVP_DigestVerify(context.get(), value.value().data(), value.value().size(),
                          signed_octets.value().data(), signed_octets.value().size()) == 1;
}

inline std::string child_program() {
  return std::string{ANTIN_BINARY_DIR} + "/bin/antin-pkcs11";
}
inline std::string shim_module() {
  return std::string{ANTIN_BINARY_DIR} + "/tests/antin_p11_shim.so";
}

/// A SoftHSM token behind the fault-injecting module.
class ShimmedToken {
 public:
  ShimmedToken() {
    ::setenv("ANTIN_SHIM_MODULE", fakes::SoftHsmToken::kModule, 1);
    ::setenv("ANTIN_SHIM_CONTROL", control().c_str(), 1);
    ::setenv("ANTIN_SHIM_LOG", log().c_str(), 1);
    ::unsetenv("ANTIN_SHIM_PINPAD");
  }
  void inject(const std::string& lines) const { std::ofstream{control()} << lines; }
  void heal() const { std::filesystem::remove(control()); }
  int calls(const std::string& function) const {
    std::ifstream lines{log()};
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line == function ? 1 : 0;
    return count;
  }
  std::string control() const { return token.folder() + "/control"; }
  std::string log() const { return token.folder() + "/calls"; }

  fakes::SoftHsmToken token;
};

inline Pkcs11Options options(std::vector<std::string> modules) {
  Pkcs11Options chosen;
  chosen.modules = std::move(modules);
  chosen.child_program = child_program();
  chosen.load_timeout = std::chrono::milliseconds{20'000};
  chosen.operation_timeout = std::chrono::milliseconds{20'000};
  chosen.restart_pause = std::chrono::milliseconds{0};
  chosen.chatter = Pkcs11Options::Chatter::kInherit;
  return chosen;
}

/// What must be there: throws the error, which fails the test.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_log_line(result.error()));
  return std::move(result).value();
}

inline std::unique_ptr<Pkcs11KeyHolder> holder(Pkcs11Options chosen) {
  return must(Pkcs11KeyHolder::create(std::move(chosen)));
}

inline KeyQuery labelled(std::string label) {
  KeyQuery query;
  query.label = std::move(label);
  return query;
}

inline KeyQuery by_uri(std::string uri) {
  KeyQuery query;
  query.uri = std::move(uri);
  return query;
}

/// The one token, logged in.
inline Status log_in(KeyHolder& keys, PinSource& pins) {
  ANTIN_TRY(const auto listing, keys.tokens());
  for (const auto& token : listing.tokens) {
    if (token.label == fakes::SoftHsmToken::kLabel) return keys.login(token, pins);
  }
  return make_error(Code::kTokenRemoved, "no token listed");
}

inline Status log_in(KeyHolder& keys) {
  FixedPin pin{fakes::SoftHsmToken::kPin};
  return log_in(keys, pin);
}

/// "ok" or the code's name.
template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : std::string{info(result.error().code).name};
}

constexpr SignatureScheme kEcdsa256{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256};
constexpr SignatureScheme kRsa256{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};

}  // namespace antin::hsm
