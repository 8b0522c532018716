#include "signer/document_cipher.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

#include <openssl/evp.h>

#include "certs/ossl/handles.h"

namespace antin::signer {
namespace {

using CipherPtr = ossl::Handle<EVP_CIPHER, &EVP_CIPHER_free>;
using CipherContextPtr = ossl::Handle<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

constexpr std::size_t kBlock = 16;

Bytes rc4(ByteView key, ByteView plain) {
  std::array<std::uint8_t, 256> state{};
  std::iota(state.begin(), state.end(), std::uint8_t{0});
  std::uint8_t j = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    j = static_cast<std::uint8_t>(j + state.at(i) + key[i % key.size()]);
    std::swap(state.at(i), state.at(j));
  }
  Bytes out;
  out.reserve(plain.size());
  std::uint8_t i = 0;
  j = 0;
  for (const auto octet : plain) {
    i = static_cast<std::uint8_t>(i + 1U);
    j = static_cast<std::uint8_t>(j + state.at(i));
    std::swap(state.at(i), state.at(j));
    const auto at = static_cast<std::uint8_t>(state.at(i) + state.at(j));
    out.push_back(octet ^ state.at(at));
  }
  return out;
}

Result<Bytes> aes_cbc(ByteView key, const Bytes& iv, ByteView plain) {
  const CipherPtr cipher{
      EVP_CIPHER_fetch(nullptr, key.size() == 16 ? "AES-128-CBC" : "AES-256-CBC", nullptr)};
  const CipherContextPtr context{EVP_CIPHER_CTX_new()};
  Bytes out(iv);
  out.resize(kBlock + plain.size() + kBlock);
  int body = 0;
  int last = 0;
  if (!cipher || !context ||
      EVP_EncryptInit_ex2(context.get(), cipher.get(), key.data(), iv.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), out.data() + kBlock, &body, plain.data(),
                        static_cast<int>(plain.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), out.data() + kBlock + body, &last) != 1)
    return ossl::take_errors(Code::kEncryptionFailed, "AES-CBC");
  out.resize(kBlock + static_cast<std::size_t>(body) + static_cast<std::size_t>(last));
  return out;
}

}  // namespace

Result<Bytes> OpensslDocumentCipher::encrypt(Kind kind, ByteView key, ByteView plain) {
  constexpr std::size_t kMost = std::size_t{1} << 30U;
  if (plain.size() > kMost) return make_error(Code::kResourceLimit, "stream to encrypt");
  if (kind == Kind::kRc4) {
    if (key.empty() || key.size() > 16)
      return make_error(Code::kEncryptionFailed, "RC4 key has a length that PDF does not know");
    return rc4(key, plain);
  }
  if (key.size() != 16 && key.size() != 32)
    return make_error(Code::kEncryptionFailed, "AES key has a length that PDF does not know");
  return aes_cbc(key, random_.bytes(kBlock), plain);
}

}  // namespace antin::signer
