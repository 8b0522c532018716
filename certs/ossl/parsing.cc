#include "certs/ossl/parsing.h"

#include <array>

#include <openssl/core_dispatch.h>
#include <openssl/provider.h>

namespace antin::ossl {
namespace {

Borrowed<OSSL_PROVIDER> default_provider() {
  // Never unloaded: parsing_context() borrows its algorithms.
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): OpenSSL takes no const
  static auto* const kProvider = OSSL_PROVIDER_load(nullptr, "default");
  return kProvider;
}

const OSSL_ALGORITHM* without_decoders(void* /*provider*/, int operation, int* no_cache) {
  if (operation == OSSL_OP_DECODER) {
    *no_cache = 0;
    return nullptr;
  }
  return OSSL_PROVIDER_query_operation(default_provider(), operation, no_cache);
}

int start_provider(const OSSL_CORE_HANDLE* /*core*/, const OSSL_DISPATCH* /*in*/,
                   const OSSL_DISPATCH** out, void** provider_context) {
  // OpenSSL's table of functions without a type.
  static const std::array<OSSL_DISPATCH, 2> kFunctions = {
      OSSL_DISPATCH{OSSL_FUNC_PROVIDER_QUERY_OPERATION,
                    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
                    reinterpret_cast<void (*)()>(&without_decoders)},
      OSSL_DISPATCH{0, nullptr}};
  *out = kFunctions.data();
  *provider_context = OSSL_PROVIDER_get0_provider_ctx(default_provider());
  return 1;
}

Borrowed<OSSL_LIB_CTX> make_context() {
  if (default_provider() == nullptr) return nullptr;
  LibraryContextPtr context{OSSL_LIB_CTX_new()};
  if (!context || OSSL_PROVIDER_add_builtin(context.get(), "antin-parsing", &start_provider) != 1 ||
      OSSL_PROVIDER_load(context.get(), "antin-parsing") == nullptr)
    return nullptr;
  return context.release();
}

PublicKeyPtr rsa_key(ByteView key) {
  const auto* at = key.data();
  PublicKeyPtr read{d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(key.size()))};
  if (!read || at != key.data() + key.size()) return nullptr;
  return read;
}

PublicKeyPtr ec_key(const X509_ALGOR* algorithm, ByteView point) {
  constexpr std::uint8_t kUncompressed = 0x04;
  const void* parameter = nullptr;
  int kind = V_ASN1_UNDEF;
  X509_ALGOR_get0(nullptr, &kind, &parameter, algorithm);
  if (kind != V_ASN1_OBJECT || point.empty() || point.front() != kUncompressed) return nullptr;
  const auto* curve = static_cast<const ASN1_OBJECT*>(parameter);
  const int nid = OBJ_obj2nid(curve);
  if (nid != NID_X9_62_prime256v1 && nid != NID_secp384r1 && nid != NID_secp521r1) return nullptr;
  std::array<std::uint8_t, 16> der{};  // an OBJECT IDENTIFIER of at most 10 octets
  auto* end = der.data();
  const int length = i2d_ASN1_OBJECT(curve, nullptr);
  if (length <= 0 || static_cast<std::size_t>(length) > der.size() ||
      i2d_ASN1_OBJECT(curve, &end) != length)
    return nullptr;
  // Not EVP_PKEY_fromdata(): X509_set_pubkey() would encode such a key by the general encoders.
  const std::uint8_t* at = der.data();
  PublicKeyPtr key{d2i_KeyParams(EVP_PKEY_EC, nullptr, &at, length)};
  auto* into = key.get();
  at = point.data();
  if (into == nullptr ||
      d2i_PublicKey(EVP_PKEY_EC, &into, &at, static_cast<long>(point.size())) == nullptr)
    return nullptr;
  return key;
}

PublicKeyPtr read_key(X509_PUBKEY* from) {
  ASN1_OBJECT* kind = nullptr;
  const unsigned char* octets = nullptr;
  int length = 0;
  X509_ALGOR* algorithm = nullptr;
  if (X509_PUBKEY_get0_param(&kind, &octets, &length, &algorithm, from) != 1) return nullptr;
  const ByteView key{octets, static_cast<std::size_t>(length)};
  switch (OBJ_obj2nid(kind)) {
    case NID_rsaEncryption:
      return rsa_key(key);
    case NID_X9_62_id_ecPublicKey:
      return ec_key(algorithm, key);
    default:
      return nullptr;
  }
}

Bytes encoded(const X509_PUBKEY* key) {
  const int length = i2d_X509_PUBKEY(key, nullptr);
  if (length <= 0) return {};
  Bytes der(static_cast<std::size_t>(length));
  auto* at = der.data();
  i2d_X509_PUBKEY(key, &at);
  return der;
}

X509Ptr read_in(Borrowed<OSSL_LIB_CTX> context, ByteView der) {
  X509Ptr made{X509_new_ex(context, nullptr)};
  auto* into = made.get();
  const auto* at = der.data();
  if (into == nullptr || d2i_X509(&into, &at, static_cast<long>(der.size())) == nullptr) {
    // d2i has freed the object that it was given.
    // NOLINTNEXTLINE(bugprone-unused-return-value)
    made.release();
    return nullptr;
  }
  if (at != der.data() + der.size()) return nullptr;
  return made;
}

}  // namespace

Borrowed<OSSL_LIB_CTX> parsing_context() {
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): as above
  static auto* const kContext = make_context();
  return kContext;
}

X509Ptr read_certificate(ByteView der) {
  const ErrorMark probe;
  auto fast = parsing_context() == nullptr ? nullptr : read_in(parsing_context(), der);
  if (!fast) return read_in(nullptr, der);
  const auto before = encoded(X509_get_X509_PUBKEY(fast.get()));
  const auto key = read_key(X509_get_X509_PUBKEY(fast.get()));
  // Setting the key encodes it anew: it must come out as it was, or the slow way is taken.
  if (!key || X509_set_pubkey(fast.get(), key.get()) != 1 ||
      encoded(X509_get_X509_PUBKEY(fast.get())) != before)
    return read_in(nullptr, der);
  return fast;
}

CmsPtr read_cms(ByteView octets) {
  const ErrorMark probe;
  CmsPtr made{CMS_ContentInfo_new_ex(parsing_context(), nullptr)};
  auto* into = made.get();
  const auto* at = octets.data();
  if (into == nullptr ||
      d2i_CMS_ContentInfo(&into, &at, static_cast<long>(octets.size())) == nullptr) {
    // NOLINTNEXTLINE(bugprone-unused-return-value)
    made.release();  // freed by d2i
    return nullptr;
  }
  if (at != octets.data() + octets.size()) return nullptr;
  return made;
}

}  // namespace antin::ossl
