#include "hsm/pkcs11/mechanism.h"

#include <algorithm>
#include <array>

#include "certs/ossl/digest.h"

namespace antin::hsm {
namespace {

struct DigestRow {
  DigestAlgorithm digest;
  std::size_t octets;
  CK_MECHANISM_TYPE hash;
  CK_RSA_PKCS_MGF_TYPE mgf;
  CK_MECHANISM_TYPE rsa_pkcs1;
  CK_MECHANISM_TYPE rsa_pss;
  CK_MECHANISM_TYPE ecdsa;
  std::array<std::uint8_t, 19> digest_info;  ///< RFC 8017 §9.2 note 1, up to the digest
};

constexpr std::array kDigests = {
    DigestRow{DigestAlgorithm::kSha256,
              32,
              CKM_SHA256,
              CKG_MGF1_SHA256,
              CKM_SHA256_RSA_PKCS,
              CKM_SHA256_RSA_PKCS_PSS,
              CKM_ECDSA_SHA256,
              {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
               0x01, 0x05, 0x00, 0x04, 0x20}},
    DigestRow{DigestAlgorithm::kSha384,
              48,
              CKM_SHA384,
              CKG_MGF1_SHA384,
              CKM_SHA384_RSA_PKCS,
              CKM_SHA384_RSA_PKCS_PSS,
              CKM_ECDSA_SHA384,
              {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
               0x02, 0x05, 0x00, 0x04, 0x30}},
    DigestRow{DigestAlgorithm::kSha512,
              64,
              CKM_SHA512,
              CKG_MGF1_SHA512,
              CKM_SHA512_RSA_PKCS,
              CKM_SHA512_RSA_PKCS_PSS,
              CKM_ECDSA_SHA512,
              {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
               0x03, 0x05, 0x00, 0x04, 0x40}},
};

const DigestRow* row_of(DigestAlgorithm digest) noexcept {
  const auto* found = std::find_if(kDigests.begin(), kDigests.end(),
                                   [digest](const DigestRow& row) { return row.digest == digest; });
  return found == kDigests.end() ? nullptr : found;
}

bool has(const KeyTraits& key, CK_MECHANISM_TYPE mechanism) noexcept {
  return std::find(key.mechanisms.begin(), key.mechanisms.end(), mechanism) != key.mechanisms.end();
}

struct Choice {
  CK_MECHANISM_TYPE raw;
  CK_MECHANISM_TYPE hashing;
};

// The two mechanisms that do `scheme`, whichever the token has; nothing when the key cannot (S-03:
// no RSA below 2048 bits, no digest wider than the curve).
std::optional<Choice> choice_of(const KeyTraits& key, SignatureScheme scheme) {
  const auto* const row = row_of(scheme.digest);
  if (row == nullptr) return std::nullopt;
  Choice choice{};
  switch (scheme.algorithm) {
    case SignatureAlgorithm::kRsaPkcs1:
      choice = {CKM_RSA_PKCS, row->rsa_pkcs1};
      break;
    case SignatureAlgorithm::kRsaPss:
      choice = {CKM_RSA_PKCS_PSS, row->rsa_pss};
      break;
    case SignatureAlgorithm::kEcdsa:
      choice = {CKM_ECDSA, row->ecdsa};
      break;
  }
  const bool ecdsa = scheme.algorithm == SignatureAlgorithm::kEcdsa;
  if (ecdsa != (key.type == CKK_ECDSA) || (!ecdsa && key.type != CKK_RSA)) return std::nullopt;
  if (!ecdsa && key.bits != 0 && key.bits < 2048) return std::nullopt;
  if (ecdsa && (key.bits < 256 || row->octets * 8 > std::max<std::size_t>(key.bits, 256)))
    return std::nullopt;
  if (!has(key, choice.raw) && !has(key, choice.hashing)) return std::nullopt;
  return choice;
}

void put_integer(Bytes& der, ByteView big_endian) {
  while (big_endian.size() > 1 && big_endian.front() == 0) big_endian = big_endian.subspan(1);
  const bool sign_octet = (big_endian.front() & 0x80U) != 0;
  der.push_back(0x02);
  der.push_back(static_cast<std::uint8_t>(big_endian.size() + (sign_octet ? 1 : 0)));
  if (sign_octet) der.push_back(0);
  der.insert(der.end(), big_endian.begin(), big_endian.end());
}

}  // namespace

std::optional<SigningCall> SigningCall::make(const KeyTraits& key, SignatureScheme scheme,
                                             ByteView attributes) {
  const auto choice = choice_of(key, scheme);
  if (!choice) return std::nullopt;
  const auto& row = *row_of(scheme.digest);
  SigningCall call;
  call.ecdsa_ = scheme.algorithm == SignatureAlgorithm::kEcdsa;
  if (scheme.algorithm == SignatureAlgorithm::kRsaPss)
    call.pss_ = CK_RSA_PKCS_PSS_PARAMS{row.hash, row.mgf, row.octets};
  if (has(key, choice->hashing)) {
    call.type_ = choice->hashing;
    call.data_ = to_bytes(attributes);
    return call;
  }
  call.type_ = choice->raw;
  if (scheme.algorithm == SignatureAlgorithm::kRsaPkcs1)
    call.data_.assign(row.digest_info.begin(), row.digest_info.end());
  const auto digest = ossl::digest(scheme.digest, {attributes});
  call.data_.insert(call.data_.end(), digest.begin(), digest.end());
  return call;
}

std::optional<SigningCall> SigningCall::make_checkpoint(const KeyTraits& key, ByteView note) {
  constexpr std::size_t kEd25519Bits = 255;
  if (key.type != CKK_EC_EDWARDS || key.bits != kEd25519Bits || !has(key, CKM_EDDSA))
    return std::nullopt;
  SigningCall call;
  call.type_ = CKM_EDDSA;
  call.ed25519_ = true;
  call.data_ = to_bytes(note);
  return call;
}

CK_MECHANISM SigningCall::mechanism() noexcept {
  if (!pss_) return {type_, nullptr, 0};
  return {type_, &*pss_, sizeof *pss_};
}

std::optional<Bytes> SigningCall::signature(ByteView raw) const {
  if (ecdsa_) return ecdsa_to_der(raw);
  constexpr std::size_t kEd25519Octets = 64;
  if (raw.empty() || (ed25519_ && raw.size() != kEd25519Octets)) return std::nullopt;
  return to_bytes(raw);
}

std::vector<SignatureScheme> schemes_of(const KeyTraits& key) {
  using enum DigestAlgorithm;
  using enum SignatureAlgorithm;
  constexpr std::array kPreferred = {
      SignatureScheme{kRsaPkcs1, kSha256}, SignatureScheme{kRsaPkcs1, kSha384},
      SignatureScheme{kRsaPkcs1, kSha512}, SignatureScheme{kRsaPss, kSha256},
      SignatureScheme{kRsaPss, kSha384},   SignatureScheme{kRsaPss, kSha512},
      SignatureScheme{kEcdsa, kSha512},    SignatureScheme{kEcdsa, kSha384},
      SignatureScheme{kEcdsa, kSha256},
  };
  std::vector<SignatureScheme> schemes;
  for (const auto scheme : kPreferred) {
    if (choice_of(key, scheme)) schemes.push_back(scheme);
  }
  return schemes;
}

std::optional<Bytes> ecdsa_to_der(ByteView raw) {
  // Two numbers of a curve of at most 521 bits.
  if (raw.empty() || raw.size() % 2 != 0 || raw.size() > 132) return std::nullopt;
  Bytes numbers;
  put_integer(numbers, raw.first(raw.size() / 2));
  put_integer(numbers, raw.subspan(raw.size() / 2));
  Bytes der{0x30};
  if (numbers.size() >= 0x80) der.push_back(0x81);
  der.push_back(static_cast<std::uint8_t>(numbers.size()));
  der.insert(der.end(), numbers.begin(), numbers.end());
  return der;
}

}  // namespace antin::hsm
