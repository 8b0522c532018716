#include "certs/ossl/scrypt.h"

#include <array>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "certs/ossl/handles.h"

namespace antin::ossl {
namespace {

constexpr unsigned kMostLog2 = 24;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30U;

// OSSL_PARAM takes what it only reads by pointers to what it might write.
void* input(ByteView octets) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return const_cast<std::uint8_t*>(octets.data());
}

}  // namespace

Result<Bytes> scrypt(ByteView secret, ByteView salt, const ScryptCost& cost) {
  if (cost.log2_n == 0 || cost.log2_n > kMostLog2 || cost.r == 0 || cost.p == 0)
    return make_error(Code::kPasswordWork, "scrypt cost");
  const Handle<EVP_KDF, &EVP_KDF_free> kdf{EVP_KDF_fetch(nullptr, "SCRYPT", nullptr)};
  const Handle<EVP_KDF_CTX, &EVP_KDF_CTX_free> context{kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr};
  if (!context) return take_errors(Code::kPasswordWork, "EVP_KDF SCRYPT");
  std::uint64_t n = std::uint64_t{1} << cost.log2_n;
  std::uint64_t most = kMostMemory;
  std::uint32_t r = cost.r, p = cost.p;
  // An empty secret is still one: OpenSSL wants to be told of it.
  std::uint8_t nothing = 0;
  const std::array<OSSL_PARAM, 7> params{
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
                                        secret.empty() ? &nothing : input(secret), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, input(salt), salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
      OSSL_PARAM_construct_end()};
  constexpr std::size_t kOctets = 32;
  Bytes key(kOctets);
  if (EVP_KDF_derive(context.get(), key.data(), key.size(), params.data()) != 1)
    return take_errors(Code::kPasswordWork, "scrypt");
  return key;
}

}  // namespace antin::ossl
