#include "certs/ossl/hmac.h"

#include <array>
#include <cstdlib>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "certs/ossl/handles.h"

namespace antin::ossl {

Bytes hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  const Handle<EVP_MAC, &EVP_MAC_free> mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  const Handle<EVP_MAC_CTX, &EVP_MAC_CTX_free> context{mac ? EVP_MAC_CTX_new(mac.get()) : nullptr};
  std::array<char, 7> digest{'S', 'H', 'A', '2', '5', '6', '\0'};
  const std::array<OSSL_PARAM, 2> params{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_init(context.get(), key.data(), key.size(), params.data()) != 1)
    std::abort();
  for (const auto& part : parts) {
    if (EVP_MAC_update(context.get(), part.data(), part.size()) != 1) std::abort();
  }
  constexpr std::size_t kOctets = 32;
  Bytes value(kOctets);
  std::size_t length = 0;
  if (EVP_MAC_final(context.get(), value.data(), &length, value.size()) != 1) std::abort();
  value.resize(length);
  return value;
}

bool equal_in_constant_time(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace antin::ossl
