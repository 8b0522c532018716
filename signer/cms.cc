#include "signer/cms.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <openssl/rsa.h>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "hsm/signed_attributes.h"

namespace antin::signer {
namespace {

using std::string_view_literals::operator""sv;

// Content octets of object identifiers.
constexpr auto kIdData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01"sv;           // RFC 5652 §4
constexpr auto kIdSignedData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"sv;     // RFC 5652 §5.1
constexpr auto kIdRsaEncryption = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;  // RFC 8017 A.1
constexpr auto kIdRsaPss = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv;         // RFC 8017 A.2.3
constexpr auto kIdMgf1 = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08"sv;           // RFC 8017 A.2.1

// RFC 5754, RFC 8702: what a digest is called alone and together with a key.
struct DigestOids {
  DigestAlgorithm digest;
  std::uint32_t octets;
  std::string_view alone;
  std::string_view with_rsa;  ///< only where rsaEncryption would not do
  std::string_view with_ecdsa;
};
constexpr std::array kDigests = {
    DigestOids{DigestAlgorithm::kSha256,
               32,
               "\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv,
               {},
               "\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv},
    DigestOids{DigestAlgorithm::kSha384,
               48,
               "\x60\x86\x48\x01\x65\x03\x04\x02\x02"sv,
               {},
               "\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv},
    DigestOids{DigestAlgorithm::kSha512,
               64,
               "\x60\x86\x48\x01\x65\x03\x04\x02\x03"sv,
               {},
               "\x2A\x86\x48\xCE\x3D\x04\x03\x04"sv},
    DigestOids{DigestAlgorithm::kSha3_256, 32, "\x60\x86\x48\x01\x65\x03\x04\x02\x08"sv,
               "\x60\x86\x48\x01\x65\x03\x04\x03\x0E"sv, "\x60\x86\x48\x01\x65\x03\x04\x03\x0A"sv},
    DigestOids{DigestAlgorithm::kSha3_384, 48, "\x60\x86\x48\x01\x65\x03\x04\x02\x09"sv,
               "\x60\x86\x48\x01\x65\x03\x04\x03\x0F"sv, "\x60\x86\x48\x01\x65\x03\x04\x03\x0B"sv},
    DigestOids{DigestAlgorithm::kSha3_512, 64, "\x60\x86\x48\x01\x65\x03\x04\x02\x0A"sv,
               "\x60\x86\x48\x01\x65\x03\x04\x03\x10"sv, "\x60\x86\x48\x01\x65\x03\x04\x03\x0C"sv},
};

// nullptr: not a digest to sign with (S-03 of the requirements).
const DigestOids* oids_of(DigestAlgorithm digest) {
  for (const auto& row : kDigests) {
    if (row.digest == digest) return &row;
  }
  return nullptr;
}

Error digest_not_allowed(DigestAlgorithm digest) {
  return make_error(Code::kDigestNotAllowed, "signing digest",
                    {{"ham_bam", std::string(name(digest))}});
}

Bytes null() {
  return der::tlv(der::kNull, {});
}

// RFC 5754 §2: parameters SHOULD be absent.
Bytes digest_identifier(const DigestOids& digest) {
  return der::tlv(der::kSequence, {der::oid(digest.alone)});
}

// RSASSA-PSS-params, RFC 4055 §3.1. Inside them §2.1 wants NULL parameters for SHA-2; RFC 8702
// §2.1 wants none for SHA-3.
Bytes pss_parameters(const DigestOids& digest) {
  const auto hash = digest.with_rsa.empty()
                        ? der::tlv(der::kSequence, {der::oid(digest.alone), null()})
                        : digest_identifier(digest);
  const auto mgf = der::tlv(der::kSequence, {der::oid(kIdMgf1), hash});
  return der::tlv(der::kSequence,
                  {der::tlv(der::kContext0, {hash}), der::tlv(der::kContext1, {mgf}),
                   der::tlv(der::kContext2, {der::small_integer(digest.octets)})});
}

Bytes signature_identifier(SignatureAlgorithm algorithm, const DigestOids& digest) {
  switch (algorithm) {
    case SignatureAlgorithm::kRsaPkcs1:
      // rsaEncryption, with the digest told by digestAlgorithm: RFC 5754 §3.2 makes every reader
      // accept it, and old readers know nothing else.
      if (digest.with_rsa.empty())
        return der::tlv(der::kSequence, {der::oid(kIdRsaEncryption), null()});
      return der::tlv(der::kSequence, {der::oid(digest.with_rsa), null()});
    case SignatureAlgorithm::kRsaPss:
      return der::tlv(der::kSequence, {der::oid(kIdRsaPss), pss_parameters(digest)});
    case SignatureAlgorithm::kEcdsa:
      break;
  }
  return der::tlv(der::kSequence, {der::oid(digest.with_ecdsa)});
}

// IssuerAndSerialNumber exactly as the certificate writes both (RFC 5280 §4.1).
Result<Bytes> issuer_and_serial(const certs::Certificate& certificate) {
  der::Element outer{};
  der::Element tbs{};
  der::Element serial{};
  der::Element algorithm{};
  der::Element issuer{};
  der::Reader certificate_reader(certificate.der());
  bool read = certificate_reader.next(der::kSequence, outer);
  der::Reader outer_reader(outer.content);
  read = read && outer_reader.next(der::kSequence, tbs);
  der::Reader fields(tbs.content);
  read = read && fields.next(serial);
  if (read && serial.tag == der::kContext0) read = fields.next(serial);
  read = read && serial.tag == der::kInteger && fields.next(der::kSequence, algorithm) &&
         fields.next(der::kSequence, issuer);
  if (!read) return make_error(Code::kCertMalformed, "issuer and serial number");
  return der::tlv(der::kSequence, {issuer.whole, serial.whole});
}

}  // namespace

Status verify_value(const certs::Certificate& signer, SignatureScheme scheme, ByteView attributes,
                    ByteView value) {
  const auto key = X509_get0_pubkey(signer.x509());
  const bool rsa =
      key != nullptr && (EVP_PKEY_is_a(key, "RSA") != 0 || EVP_PKEY_is_a(key, "RSA-PSS") != 0);
  if (key == nullptr || rsa != (scheme.algorithm != SignatureAlgorithm::kEcdsa))
    return make_error(Code::kSchemeDoesNotFit, "key type",
                      {{"thuat_toan", std::string(name(scheme.algorithm))}});
  const ossl::ErrorMark mark;
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* parameters = nullptr;
  bool good = context && EVP_DigestVerifyInit(context.get(), &parameters,
                                              ossl::evp_md(scheme.digest), nullptr, key) == 1;
  if (good && scheme.algorithm == SignatureAlgorithm::kRsaPss) {
    good = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  if (!good || EVP_DigestVerify(context.get(), value.data(), value.size(), attributes.data(),
                                attributes.size()) != 1)
    return make_error(Code::kSignatureDoesNotMatch, "signature value against the certificate");
  return Done{};
}

Result<ToBeSigned> signed_attributes(const certs::Certificate& signer, DigestAlgorithm digest,
                                     ByteView message_digest, std::optional<UtcTime> signing_time) {
  const auto* oids = oids_of(digest);
  if (oids == nullptr) return digest_not_allowed(digest);
  if (message_digest.size() != oids->octets)
    return make_error(Code::kInternal, "message digest has the wrong length");
  return ToBeSigned{hsm::build_signed_attributes({.message_digest = message_digest,
                                                  .certificate_sha256 = signer.sha256(),
                                                  .signing_time = signing_time})};
}

Result<Bytes> assemble_cms(const certs::Certificate& signer,
                           const std::vector<certs::Certificate>& chain, SignatureScheme scheme,
                           const ToBeSigned& attributes, const SignatureValue& value) {
  const auto* digest = oids_of(scheme.digest);
  if (digest == nullptr) return digest_not_allowed(scheme.digest);
  ANTIN_TRY(const auto sid, issuer_and_serial(signer));
  ANTIN_CHECK(verify_value(signer, scheme, attributes.value(), value.value()));

  std::vector<Bytes> certificates{signer.der()};
  for (const auto& other : chain) {
    if (std::find(certificates.begin(), certificates.end(), other.der()) == certificates.end())
      certificates.push_back(other.der());
  }
  // What was signed starts with SET OF; the SignerInfo carries it as IMPLICIT [0] (RFC 5652 §5.4).
  auto implicit_attributes = attributes.value();
  implicit_attributes.at(0) = der::kContext0;
  const auto digest_id = digest_identifier(*digest);
  const auto signer_info =
      der::tlv(der::kSequence, {der::small_integer(1), sid, digest_id, implicit_attributes,
                                signature_identifier(scheme.algorithm, *digest),
                                der::tlv(der::kOctetString, {ByteView(value.value())})});
  const auto signed_data =
      der::tlv(der::kSequence, {der::small_integer(1), der::tlv(der::kSet, {digest_id}),
                                der::tlv(der::kSequence, {der::oid(kIdData)}),
                                der::set_of(der::kContext0, std::move(certificates)),
                                der::tlv(der::kSet, {signer_info})});
  return der::tlv(der::kSequence,
                  {der::oid(kIdSignedData), der::tlv(der::kContext0, {signed_data})});
}

std::size_t cms_octets_estimate(const certs::Certificate& signer,
                                const std::vector<certs::Certificate>& chain) {
  // Attributes, identifiers, headers: measured below 400 octets; names are inside the certificate.
  constexpr std::size_t kFixed = 600;
  const std::size_t signature = signer.public_key().bits / 8 + 160;
  std::size_t total = kFixed + signature + 2 * signer.der().size();
  for (const auto& other : chain) total += other.der().size();
  return total;
}

}  // namespace antin::signer
