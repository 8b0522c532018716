#include "certs/ossl/warm_up.h"

#include <array>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "certs/ossl/parsing.h"

namespace antin::ossl {
namespace {

// Nothing is ever signed or protected by them.
constexpr std::size_t kSmallestRsa = 512;

// As a certificate brings it: written, and read again.
PublicKeyPtr read_back(const PublicKeyPtr& key) {
  unsigned char* octets = nullptr;
  const int size = i2d_PUBKEY(key.get(), &octets);
  const OctetsPtr owned{octets};
  const unsigned char* at = octets;
  return PublicKeyPtr{size > 0 ? d2i_PUBKEY(nullptr, &at, size) : nullptr};
}

void sign_and_verify(const PublicKeyPtr& key) {
  if (!key) return;
  const auto public_key = read_back(key);
  const DigestContextPtr signing{EVP_MD_CTX_new()};
  std::array<unsigned char, 256> value{};
  std::size_t size = value.size();
  const std::array<unsigned char, 1> octets{};
  const auto* digest = evp_md(DigestAlgorithm::kSha256);
  if (!public_key || !signing ||
      EVP_DigestSignInit(signing.get(), nullptr, digest, nullptr, key.get()) != 1 ||
      EVP_DigestSign(signing.get(), value.data(), &size, octets.data(), octets.size()) != 1)
    return;
  const DigestContextPtr verifying{EVP_MD_CTX_new()};
  if (!verifying ||
      EVP_DigestVerifyInit(verifying.get(), nullptr, digest, nullptr, public_key.get()) != 1)
    return;
  static_cast<void>(
      EVP_DigestVerify(verifying.get(), value.data(), size, octets.data(), octets.size()));
}

// A certificate that says nothing: what reads names and extensions is set up by it.
void make_and_read_certificate(const PublicKeyPtr& key) {
  const X509Ptr made{X509_new()};
  if (!made || !key || X509_set_pubkey(made.get(), key.get()) != 1 ||
      X509_gmtime_adj(X509_getm_notBefore(made.get()), 0) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(made.get()), 0) == nullptr ||
      X509_sign(made.get(), key.get(), evp_md(DigestAlgorithm::kSha256)) == 0)
    return;
  unsigned char* octets = nullptr;
  const int size = i2d_X509(made.get(), &octets);
  const OctetsPtr owned{octets};
  if (size <= 0) return;
  const auto read = read_certificate(ByteView(octets, static_cast<std::size_t>(size)));
  if (!read) return;
  static_cast<void>(X509_verify(read.get(), X509_get0_pubkey(read.get())));
  static_cast<void>(X509_get_extension_flags(read.get()));
}

}  // namespace

void warm_up() {
  const ErrorMark mark;
  static_cast<void>(sha256({}));
  const PublicKeyPtr rsa{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kSmallestRsa)};
  const PublicKeyPtr elliptic{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  sign_and_verify(rsa);
  sign_and_verify(elliptic);
  make_and_read_certificate(rsa);
  make_and_read_certificate(elliptic);
}

}  // namespace antin::ossl
