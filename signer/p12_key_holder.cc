#include "signer/p12_key_holder.h"

#include <algorithm>
#include <utility>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"

namespace antin::signer {
namespace {

using Pkcs12Ptr = ossl::Handle<PKCS12, &PKCS12_free>;

Result<certs::Certificate> from_x509(X509* certificate) {
  const int length = i2d_X509(certificate, nullptr);
  if (length <= 0) return make_error(Code::kCertMalformed, "certificate in PKCS#12");
  Bytes der(static_cast<std::size_t>(length));
  auto* at = der.data();
  i2d_X509(certificate, &at);
  return certs::Certificate::from_der(der);
}

std::vector<SignatureScheme> schemes_of(const certs::Certificate& certificate) {
  using enum SignatureAlgorithm;
  using enum DigestAlgorithm;
  const auto key = certificate.public_key();
  if (key.kind == certs::PublicKeyInfo::Kind::kEc)
    return {{kEcdsa, key.bits > 384   ? kSha512
                     : key.bits > 256 ? kSha384
                                      : kSha256},
            {kEcdsa, kSha256},
            {kEcdsa, kSha384},
            {kEcdsa, kSha512}};
  return {{kRsaPkcs1, kSha256}, {kRsaPkcs1, kSha384}, {kRsaPkcs1, kSha512},
          {kRsaPss, kSha256},   {kRsaPss, kSha384},   {kRsaPss, kSha512}};
}

}  // namespace

struct P12KeyHolder::Inside {
  ossl::PublicKeyPtr key;  // the private half is in it too
  hsm::TokenKey description;
};

P12KeyHolder::P12KeyHolder(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
P12KeyHolder::~P12KeyHolder() = default;

Result<std::unique_ptr<P12KeyHolder>> P12KeyHolder::open(ByteView file, const std::string& name,
                                                         const Secret& password) {
  const auto unusable = [&](const char* doing) {
    auto error = ossl::take_errors(Code::kKeyFileUnusable, doing);
    error.params = {{"file", name}};
    return error;
  };
  const auto* at = file.data();
  const Pkcs12Ptr p12{d2i_PKCS12(nullptr, &at, static_cast<long>(file.size()))};
  if (!p12) return unusable("PKCS#12 syntax");
  Bytes text(password.reveal().begin(), password.reveal().end());
  text.push_back(0);
  const Secret terminated(std::move(text));
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* others = nullptr;
  const int parsed = PKCS12_parse(
      p12.get(), reinterpret_cast<const char*>(terminated.reveal().data()), &key, &leaf, &others);
  ossl::PublicKeyPtr owned_key{key};
  const ossl::X509Ptr owned_leaf{leaf};
  const ossl::X509StackPtr owned_others{others};
  if (parsed != 1 || !owned_key || !owned_leaf) return unusable("PKCS#12 content or password");

  auto certificate = from_x509(owned_leaf.get());
  if (!certificate) return std::move(certificate).error();
  auto inside = std::make_unique<Inside>();
  inside->key = std::move(owned_key);
  auto& description = inside->description;
  const auto fingerprint = to_hex(certificate.value().sha256());
  description.uri = "pkcs12:" + fingerprint;
  description.label = certificate.value().subject_common_name();
  description.token.module = name;
  description.token.label = name;
  description.token.initialized = true;
  description.certificate = CertificateDer{certificate.value().der()};
  description.schemes = schemes_of(certificate.value());
  for (int i = 0; i < sk_X509_num(owned_others.get()); ++i) {
    auto other = from_x509(sk_X509_value(owned_others.get(), i));
    if (!other) return std::move(other).error();
    description.chain.emplace_back(other.value().der());
  }
  return std::unique_ptr<P12KeyHolder>(new P12KeyHolder(std::move(inside)));  // NOLINT: private
}

Result<hsm::KeyHolder::Listing> P12KeyHolder::tokens() {
  return Listing{.tokens = {inside_->description.token}, .failures = {}};
}

Result<std::vector<hsm::TokenKey>> P12KeyHolder::keys(const hsm::KeyQuery& query) {
  const auto& key = inside_->description;
  const bool matches = (!query.uri || *query.uri == key.uri) &&
                       (!query.label || *query.label == key.label) && !query.id &&
                       (!query.certificate_sha256 ||
                        *query.certificate_sha256 == ossl::sha256(key.certificate->value()));
  if (!matches) return std::vector<hsm::TokenKey>{};
  return std::vector{key};
}

Status P12KeyHolder::login(const hsm::TokenStatus&, hsm::PinSource&) {
  return Done{};
}

Result<SignatureValue> P12KeyHolder::sign(const std::string& key_uri, SignatureScheme scheme,
                                          const ToBeSigned& attributes) {
  if (key_uri != inside_->description.uri) return make_error(Code::kTokenKeyNotFound, key_uri);
  const auto failed = [] { return ossl::take_errors(Code::kTokenFailed, "sign with PKCS#12 key"); };
  const bool rsa = EVP_PKEY_is_a(inside_->key.get(), "EC") == 0;
  if (rsa == (scheme.algorithm == SignatureAlgorithm::kEcdsa))
    return make_error(Code::kTokenMechanism, "key type");
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* parameters = nullptr;
  if (!context || EVP_DigestSignInit(context.get(), &parameters, ossl::evp_md(scheme.digest),
                                     nullptr, inside_->key.get()) != 1)
    return failed();
  if (scheme.algorithm == SignatureAlgorithm::kRsaPss &&
      (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1))
    return failed();
  const auto& text = attributes.value();
  std::size_t length = 0;
  if (EVP_DigestSign(context.get(), nullptr, &length, text.data(), text.size()) != 1)
    return failed();
  Bytes value(length);
  if (EVP_DigestSign(context.get(), value.data(), &length, text.data(), text.size()) != 1)
    return failed();
  value.resize(length);
  return SignatureValue{std::move(value)};
}

}  // namespace antin::signer
