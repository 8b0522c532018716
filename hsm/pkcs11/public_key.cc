#include "hsm/pkcs11/public_key.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <openssl/asn1.h>
#include <openssl/core_names.h>

namespace antin::hsm {
namespace {

struct Curve {
  std::array<std::uint8_t, 10> oid;  ///< DER, the first `octets` of it
  std::size_t octets;
  std::size_t bits;
};

constexpr std::array kCurves = {
    Curve{{0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07}, 10, 256},
    Curve{{0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22}, 7, 384},
    Curve{{0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23}, 7, 521},
};

ByteView without_leading_zeros(ByteView number) noexcept {
  while (!number.empty() && number.front() == 0) number = number.subspan(1);
  return number;
}

bool same_number(ByteView a, ByteView b) noexcept {
  a = without_leading_zeros(a);
  b = without_leading_zeros(b);
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

std::size_t bit_length(ByteView big_endian) noexcept {
  const auto number = without_leading_zeros(big_endian);
  if (number.empty()) return 0;
  return (number.size() - 1) * 8 + std::bit_width(number.front());
}

std::size_t curve_bits(ByteView params) noexcept {
  for (const auto& curve : kCurves) {
    const ByteView oid{curve.oid.data(), curve.octets};
    if (std::equal(params.begin(), params.end(), oid.begin(), oid.end())) return curve.bits;
  }
  return 0;
}

std::size_t edwards_bits(ByteView params) noexcept {
  constexpr std::array<std::uint8_t, 5> kOid = {0x06, 0x03, 0x2B, 0x65, 0x70};
  constexpr std::array<std::uint8_t, 14> kName = {0x13, 0x0C, 'e', 'd', 'w', 'a', 'r',
                                                  'd',  's',  '2', '5', '5', '1', '9'};
  const auto is = [params](ByteView known) {
    return std::equal(params.begin(), params.end(), known.begin(), known.end());
  };
  return is(kOid) || is(kName) ? 255 : 0;
}

Bytes ed25519_point(ByteView point) {
  constexpr std::size_t kOctets = 32;
  if (point.size() == kOctets + 2 && point[0] == 0x04 && point[1] == kOctets)
    point = point.subspan(2);
  return point.size() == kOctets ? to_bytes(point) : Bytes{};
}

bool ed25519_verifies(ByteView point, ByteView message, ByteView signature) {
  const ossl::ErrorMark mark;
  const ossl::PublicKeyPtr key{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size())};
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

Bytes bare_point(ByteView point) {
  if (point.size() > 2 && point[0] == 0x04 && point[1] == point.size() - 2)
    return to_bytes(point.subspan(2));
  if (point.size() > 3 && point[0] == 0x04 && point[1] == 0x81 && point[2] == point.size() - 3)
    return to_bytes(point.subspan(3));
  return to_bytes(point);
}

std::optional<ParsedCertificate> ParsedCertificate::parse(ByteView der, Bytes id) {
  const ossl::ErrorMark mark;
  const auto* at = der.data();
  ossl::X509Ptr x509{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  if (!x509) return std::nullopt;
  ParsedCertificate certificate{std::move(x509)};
  certificate.id = std::move(id);
  return certificate;
}

bool ParsedCertificate::has(const PublicKey& key) const {
  const ossl::ErrorMark mark;
  auto* const mine = X509_get0_pubkey(x509_.get());
  if (mine == nullptr) return false;
  if (!key.modulus.empty()) {
    BIGNUM* fetched = nullptr;
    if (EVP_PKEY_get_bn_param(mine, OSSL_PKEY_PARAM_RSA_N, &fetched) != 1) return false;
    const ossl::Handle<BIGNUM, &BN_free> modulus{fetched};
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(modulus.get())));
    BN_bn2bin(modulus.get(), octets.data());
    return same_number(octets, key.modulus);
  }
  if (EVP_PKEY_get_base_id(mine) != EVP_PKEY_EC) return false;
  std::uint8_t* fetched = nullptr;
  const auto octets = EVP_PKEY_get1_encoded_public_key(mine, &fetched);
  const auto free_octets = [](std::uint8_t* some) { OPENSSL_free(some); };
  const std::unique_ptr<std::uint8_t, decltype(free_octets)> point{fetched, free_octets};
  return octets == key.point.size() && std::equal(key.point.begin(), key.point.end(), point.get());
}

bool ParsedCertificate::is_of_type(CK_KEY_TYPE type) const {
  const ossl::ErrorMark mark;
  auto* const mine = X509_get0_pubkey(x509_.get());
  if (mine == nullptr) return false;
  const int wanted = type == CKK_RSA ? EVP_PKEY_RSA : EVP_PKEY_EC;
  return EVP_PKEY_get_base_id(mine) == wanted;
}

bool ParsedCertificate::became_valid_after(const ParsedCertificate& other) const {
  return ASN1_TIME_compare(X509_get0_notBefore(x509_.get()),
                           X509_get0_notBefore(other.x509_.get())) > 0;
}

}  // namespace antin::hsm
