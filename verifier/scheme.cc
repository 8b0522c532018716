#include "verifier/scheme.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "verifier/ber.h"
#include "verifier/oids.h"

namespace antin::verifier {
namespace {

using Kind = SchemeReading::Kind;
using State = SchemeReading::State;
using KeyContextPtr = ossl::Handle<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;

int nid_of(const std::string& oid) {
  // No look-up of names: a dotted number only.
  const ossl::ErrorMark mark;
  const ossl::Handle<ASN1_OBJECT, &ASN1_OBJECT_free> object{OBJ_txt2obj(oid.c_str(), 1)};
  return object ? OBJ_obj2nid(object.get()) : NID_undef;
}

// Inside RSASSA-PSS-params, [n] EXPLICIT with a default when absent.
std::optional<ByteView> explicit_value(ber::Reader& from, unsigned number, bool& damaged) {
  const auto tagged = from.next(ber::context(number));
  if (!tagged) return std::nullopt;
  ber::Reader inside{tagged->content};
  const auto value = inside.next();
  damaged = damaged || !value || !inside.done();
  return value ? std::optional{value->whole} : std::nullopt;
}

std::optional<AlgorithmId> algorithm_in(ByteView whole) {
  ber::Reader outer{whole};
  const auto sequence = outer.next(ber::kSequence);
  if (!sequence) return std::nullopt;
  ber::Reader inside{sequence->content};
  const auto oid = inside.next(ber::kOid);
  if (!oid) return std::nullopt;
  AlgorithmId id{ber::oid_text(oid->content), {}};
  if (!inside.done()) {
    const auto parameters = inside.next();
    if (!parameters || !inside.done()) return std::nullopt;
    id.parameters = to_bytes(parameters->whole);
  }
  return id;
}

// RFC 4055 §3.1; false: damaged or an algorithm we do not know.
bool read_pss(ByteView parameters, SchemeReading& scheme) {
  scheme.digest = scheme.mgf_digest = DigestAlgorithm::kSha1;
  scheme.salt_octets = 20;
  ber::Reader outer{parameters};
  const auto sequence = outer.next(ber::kSequence);
  if (!sequence || !outer.done()) return false;
  ber::Reader inside{sequence->content};
  bool damaged = false;
  if (const auto hash = explicit_value(inside, 0, damaged)) {
    const auto id = algorithm_in(*hash);
    const auto digest = id ? digest_algorithm_of(id->oid) : std::nullopt;
    if (!digest) return false;
    scheme.digest = *digest;
  }
  if (const auto mask = explicit_value(inside, 1, damaged)) {
    const auto id = algorithm_in(*mask);
    const auto inner = id && id->oid == oid::kMgf1 ? algorithm_in(id->parameters) : std::nullopt;
    const auto digest = inner ? digest_algorithm_of(inner->oid) : std::nullopt;
    if (!digest) return false;
    scheme.mgf_digest = *digest;
  }
  if (const auto salt = explicit_value(inside, 2, damaged)) {
    ber::Reader number{*salt};
    const auto value = number.next(ber::kInteger);
    if (!value || value->content.empty() || value->content.size() > 2 || value->content[0] > 0x7F)
      return false;
    scheme.salt_octets = 0;
    for (const auto octet : value->content) scheme.salt_octets = scheme.salt_octets * 256 + octet;
  }
  if (const auto trailer = explicit_value(inside, 3, damaged)) {
    ber::Reader number{*trailer};
    const auto value = number.next(ber::kInteger);
    if (!value || value->content.size() != 1 || value->content[0] != 1) return false;
  }
  return !damaged && inside.done();
}

KeyContextPtr verify_context(const certs::Certificate& signer) {
  auto* key = X509_get0_pubkey(signer.x509());
  KeyContextPtr context{key == nullptr ? nullptr : EVP_PKEY_CTX_new(key, nullptr)};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) context.reset();
  return context;
}

bool key_fits(const certs::Certificate& signer, Kind kind) {
  const auto* key = X509_get0_pubkey(signer.x509());
  if (key == nullptr) return false;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return kind == Kind::kRsaPkcs1 || kind == Kind::kRsaPss;
    case EVP_PKEY_RSA_PSS:
      return kind == Kind::kRsaPss;
    case EVP_PKEY_EC:
      return kind == Kind::kEcdsa;
    case EVP_PKEY_ED25519:
      return kind == Kind::kEd25519;
    default:
      return false;
  }
}

bool check_ed25519(const certs::Certificate& signer, ByteView message, ByteView signature) {
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                              X509_get0_pubkey(signer.x509())) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

bool set_pss(EVP_PKEY_CTX* context, const SchemeReading& scheme) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, ossl::evp_md(scheme.mgf_digest)) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, scheme.salt_octets) == 1;
}

bool check_digest(const certs::Certificate& signer, const SchemeReading& scheme,
                  ByteView message_digest, ByteView signature) {
  const auto context = verify_context(signer);
  if (!context) return false;
  auto* raw = context.get();
  if (scheme.kind == Kind::kRsaPkcs1 && EVP_PKEY_CTX_set_rsa_padding(raw, RSA_PKCS1_PADDING) != 1)
    return false;
  if (EVP_PKEY_CTX_set_signature_md(raw, ossl::evp_md(scheme.digest)) != 1) return false;
  if (scheme.kind == Kind::kRsaPss && !set_pss(raw, scheme)) return false;
  return EVP_PKEY_verify(raw, signature.data(), signature.size(), message_digest.data(),
                         message_digest.size()) == 1;
}

}  // namespace

std::optional<DigestAlgorithm> digest_algorithm_of(const std::string& oid) {
  const int nid = nid_of(oid);
  if (const auto digest = ossl::digest_of_nid(nid)) return digest;
  int digest_nid = NID_undef;
  int key_nid = NID_undef;
  if (nid == NID_undef || OBJ_find_sigid_algs(nid, &digest_nid, &key_nid) != 1) return std::nullopt;
  return ossl::digest_of_nid(digest_nid);
}

SchemeReading read_scheme(const AlgorithmId& digest, const AlgorithmId& signature) {
  SchemeReading scheme;
  scheme.name = signature.oid;
  const auto announced = digest_algorithm_of(digest.oid);
  if (!announced) {
    scheme.name = digest.oid;
    return scheme;
  }
  scheme.digest = *announced;
  if (signature.oid == oid::kEd25519) {
    // RFC 8419 §3.1: SHA-512 whenever there are signed attributes.
    scheme.kind = Kind::kEd25519;
    scheme.name = "Ed25519";
    scheme.state =
        *announced == DigestAlgorithm::kSha512 ? State::kReadable : State::kContradiction;
    return scheme;
  }
  if (signature.oid == oid::kRsaPss) {
    scheme.kind = Kind::kRsaPss;
    scheme.name = name(SignatureAlgorithm::kRsaPss);
    const bool sound = read_pss(signature.parameters, scheme);
    scheme.state = sound && scheme.digest == *announced ? State::kReadable : State::kContradiction;
    if (scheme.digest != *announced) scheme.digest = *announced;
    return scheme;
  }
  if (signature.oid == oid::kRsaEncryption || signature.oid == oid::kEcPublicKey) {
    // PKCS #7 style: the key's algorithm alone, the digest stands beside it.
    scheme.kind = signature.oid == oid::kRsaEncryption ? Kind::kRsaPkcs1 : Kind::kEcdsa;
    scheme.state = State::kReadable;
  } else {
    int digest_nid = NID_undef;
    int key_nid = NID_undef;
    if (OBJ_find_sigid_algs(nid_of(signature.oid), &digest_nid, &key_nid) != 1) return scheme;
    if (key_nid != NID_rsaEncryption && key_nid != NID_X9_62_id_ecPublicKey) return scheme;
    scheme.kind = key_nid == NID_rsaEncryption ? Kind::kRsaPkcs1 : Kind::kEcdsa;
    const auto used = ossl::digest_of_nid(digest_nid);
    if (!used) return scheme;
    scheme.state = *used == *announced ? State::kReadable : State::kContradiction;
  }
  scheme.name = name(scheme.kind == Kind::kRsaPkcs1 ? SignatureAlgorithm::kRsaPkcs1
                                                    : SignatureAlgorithm::kEcdsa);
  return scheme;
}

ValueCheck check_value(const certs::Certificate& signer, const SchemeReading& scheme,
                       ByteView message_digest, ByteView message, ByteView signature) {
  const ossl::ErrorMark mark;
  if (!key_fits(signer, scheme.kind)) return ValueCheck::kWrongKeyKind;
  if (scheme.kind == Kind::kEd25519)
    return check_ed25519(signer, message, signature) ? ValueCheck::kMatches : ValueCheck::kDiffers;
  if (check_digest(signer, scheme, message_digest, signature)) return ValueCheck::kMatches;
  if (scheme.kind != Kind::kRsaPkcs1) return ValueCheck::kDiffers;
  const auto inside = recover_digest_info(signer, signature);
  return inside && inside->algorithm != scheme.digest ? ValueCheck::kOtherDigest
                                                      : ValueCheck::kDiffers;
}

std::optional<DigestInfo> recover_digest_info(const certs::Certificate& signer,
                                              ByteView signature) {
  const ossl::ErrorMark mark;
  auto* key = X509_get0_pubkey(signer.x509());
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return std::nullopt;
  const KeyContextPtr context{EVP_PKEY_CTX_new(key, nullptr)};
  if (!context || EVP_PKEY_verify_recover_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1)
    return std::nullopt;
  Bytes raw(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t length = raw.size();
  if (EVP_PKEY_verify_recover(context.get(), raw.data(), &length, signature.data(),
                              signature.size()) != 1)
    return std::nullopt;
  raw.resize(length);
  ber::Reader outer{raw};
  const auto sequence = outer.next(ber::kSequence);
  // Octets after the DigestInfo are how low-exponent forgeries hide (CVE-2006-4339).
  if (!sequence || !outer.done()) return std::nullopt;
  ber::Reader inside{sequence->content};
  const auto algorithm = inside.next(ber::kSequence);
  const auto digest = inside.next(ber::kOctetString);
  if (!algorithm || !digest || !inside.done()) return std::nullopt;
  const auto id = algorithm_in(algorithm->whole);
  const auto known = id ? digest_algorithm_of(id->oid) : std::nullopt;
  if (!known || ossl::digest(*known, {}).size() != digest->content.size()) return std::nullopt;
  return DigestInfo{*known, to_bytes(digest->content)};
}

}  // namespace antin::verifier
