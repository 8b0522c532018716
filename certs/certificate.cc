#include "certs/certificate.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "certs/asn1.h"
#include "certs/certificate_parsed.h"
#include "certs/ossl/digest.h"
#include "certs/ossl/parsing.h"

namespace antin::certs {
namespace {

constexpr std::size_t kMostInOneFile = 256;
// Certificates are a few kilobytes; the limit only bounds work on hostile input.
constexpr std::size_t kLargestCertificate = std::size_t{1} << 20U;

ossl::Borrowed<const X509_NAME> subject(const X509* x509) {
  return X509_get_subject_name(x509);
}
ossl::Borrowed<const X509_NAME> issuer(const X509* x509) {
  return X509_get_issuer_name(x509);
}

std::vector<std::string> access_urls(const X509* x509, int method) {
  const ossl::ErrorMark probe;
  const ossl::AccessDescriptionsPtr all{static_cast<AUTHORITY_INFO_ACCESS*>(
      X509_get_ext_d2i(x509, NID_info_access, nullptr, nullptr))};
  std::vector<std::string> urls;
  for (int i = 0; all && i < sk_ACCESS_DESCRIPTION_num(all.get()); ++i) {
    const auto* one = sk_ACCESS_DESCRIPTION_value(all.get(), i);
    if (OBJ_obj2nid(one->method) != method || one->location->type != GEN_URI) continue;
    urls.push_back(display_text(one->location->d.uniformResourceIdentifier));
  }
  return urls;
}

std::vector<std::string> point_urls(const X509* x509, int extension) {
  const ossl::ErrorMark probe;
  const ossl::DistributionPointsPtr points{
      static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(x509, extension, nullptr, nullptr))};
  std::vector<std::string> urls;
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    const auto* name = sk_DIST_POINT_value(points.get(), i)->distpoint;
    if (name == nullptr || name->type != 0) continue;
    for (int n = 0; n < sk_GENERAL_NAME_num(name->name.fullname); ++n) {
      const auto* one = sk_GENERAL_NAME_value(name->name.fullname, n);
      if (one->type == GEN_URI) urls.push_back(display_text(one->d.uniformResourceIdentifier));
    }
  }
  return urls;
}

std::string curve_name(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return "explicit";
  const std::string_view group{name.data(), length};
  if (group == "prime256v1") return "P-256";
  if (group == "secp384r1") return "P-384";
  if (group == "secp521r1") return "P-521";
  return std::string{group};
}

Status append(std::vector<Certificate>& all, Result<Certificate> one) {
  if (!one) return std::move(one).error();
  if (all.size() == kMostInOneFile)
    return make_error(Code::kCertMalformed, "more than 256 certificates");
  all.push_back(std::move(one).value());
  return Done{};
}

// RFC 2315 / RFC 5652 "certs-only": SignedData without signers.
Status append_bundle(std::vector<Certificate>& all, ByteView octets) {
  const auto cms = ossl::read_cms(octets);
  if (!cms) return make_error(Code::kCertMalformed, "neither certificate nor PKCS#7");
  const ossl::X509StackPtr certs{CMS_get1_certs(cms.get())};
  for (int i = 0; certs && i < sk_X509_num(certs.get()); ++i) {
    ANTIN_CHECK(
        append(all, Certificate::from_der(to_der(sk_X509_value(certs.get(), i), i2d_X509))));
  }
  return Done{};
}

Status append_pem(std::vector<Certificate>& all, ByteView octets) {
  const ossl::ErrorMark probe;  // the end of the file is an error in OpenSSL's eyes
  const ossl::BioPtr in{BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size()))};
  if (!in) return ossl::take_errors(Code::kCertMalformed, "memory");
  for (;;) {
    char* raw_name = nullptr;
    char* raw_header = nullptr;
    unsigned char* raw_data = nullptr;
    long length = 0;
    const bool more = PEM_read_bio(in.get(), &raw_name, &raw_header, &raw_data, &length) == 1;
    const std::unique_ptr<char, ossl::FreeOpensslMemory> name{raw_name};
    const std::unique_ptr<char, ossl::FreeOpensslMemory> header{raw_header};
    const ossl::OctetsPtr data{raw_data};
    if (!more) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) return Done{};
      return make_error(Code::kCertMalformed, "damaged PEM block");
    }
    const std::string_view type{name.get()};
    const ByteView der{data.get(), static_cast<std::size_t>(length)};
    if (type == PEM_STRING_X509 || type == PEM_STRING_X509_OLD) {
      ANTIN_CHECK(append(all, Certificate::from_der(der)));
    } else if (type == PEM_STRING_PKCS7 || type == PEM_STRING_CMS ||
               type == PEM_STRING_PKCS7_SIGNED) {
      ANTIN_CHECK(append_bundle(all, der));
    }
  }
}

}  // namespace

/// Certificates read lately. The same few authorities, agencies and officers come with every
/// document, and reading one costs as much as two RSA-2048 verifications. What is kept is a
/// function of the octets alone (and which signatures verified), so nobody can tell but by the time
/// it takes.
class Certificate::Recent {
 public:
  static Recent& instance() {
    static Recent recent;
    return recent;
  }
  std::shared_ptr<const Parsed> find(const Bytes& sha256, ByteView der) {
    const std::lock_guard lock{mutex_};
    const auto& slot = slots_.at(sha256.front());
    if (!slot || slot->sha256 != sha256 ||
        !std::equal(der.begin(), der.end(), slot->der.begin(), slot->der.end()))
      return nullptr;
    return slot;
  }
  void put(std::shared_ptr<const Parsed> parsed) {
    if (parsed->der.size() > kLargestKept) return;
    const std::lock_guard lock{mutex_};
    slots_.at(parsed->sha256.front()).swap(parsed);  // the old one goes after the lock
  }

 private:
  static constexpr std::size_t kLargestKept = 8192;
  std::mutex mutex_;
  std::array<std::shared_ptr<const Parsed>, 256> slots_;  // by the first octet of the fingerprint
};

// Asking for the flags fills OpenSSL's own cache of extensions while nobody else has the object.
Certificate::Parsed::Parsed(ByteView octets, Bytes digest, ossl::X509Ptr read, UtcTime from,
                            UtcTime until)
    : der(to_bytes(octets)),
      sha256(std::move(digest)),
      x509(std::move(read)),
      not_before(from),
      not_after(until),
      self_issued((X509_get_extension_flags(x509.get()) & EXFLAG_SI) != 0) {}

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.empty() || der.size() > kLargestCertificate)
    return make_error(Code::kCertMalformed, "no octets, or too many");
  const ossl::ErrorMark probe;
  auto digest = ossl::sha256(der);
  if (auto known = Recent::instance().find(digest, der)) return Certificate{std::move(known)};
  auto x509 = ossl::read_certificate(der);
  if (!x509) return make_error(Code::kCertMalformed, "not one certificate and nothing else");
  // OpenSSL reads BER. Two encodings of one certificate would have two fingerprints.
  const auto again = to_der(x509.get(), i2d_X509);
  if (!std::equal(again.begin(), again.end(), der.begin(), der.end()))
    return make_error(Code::kCertMalformed, "certificate is not in DER");
  const auto not_before = utc_time(X509_get0_notBefore(x509.get()));
  const auto not_after = utc_time(X509_get0_notAfter(x509.get()));
  if (!not_before || !not_after) return make_error(Code::kCertMalformed, "validity");
  auto parsed = std::make_shared<const Parsed>(der, std::move(digest), std::move(x509), *not_before,
                                               *not_after);
  Recent::instance().put(parsed);
  return Certificate{std::move(parsed)};
}

Result<std::vector<Certificate>> Certificate::from_file_bytes(ByteView octets) {
  if (octets.size() > kMostInOneFile * kLargestCertificate)
    return make_error(Code::kCertMalformed, "file too large");
  std::vector<Certificate> all;
  if (as_text(octets).find("-----BEGIN ") != std::string_view::npos) {
    ANTIN_CHECK(append_pem(all, octets));
  } else if (auto one = from_der(octets)) {
    all.push_back(std::move(one).value());
  } else {
    ANTIN_CHECK(append_bundle(all, octets));
  }
  if (all.empty()) return make_error(Code::kCertMalformed, "no certificate in the file");
  return all;
}

const Bytes& Certificate::der() const noexcept {
  return parsed_->der;
}
const Bytes& Certificate::sha256() const noexcept {
  return parsed_->sha256;
}
ossl::Borrowed<X509> Certificate::x509() const noexcept {
  return parsed_->x509.get();
}
UtcTime Certificate::not_before() const {
  return parsed_->not_before;
}
UtcTime Certificate::not_after() const {
  return parsed_->not_after;
}

std::string Certificate::subject_common_name() const {
  return first_value(subject(x509()), NID_commonName);
}
std::string Certificate::display_name() const {
  auto name = subject_common_name();
  return name.empty() ? subject_line() : name;
}
std::string Certificate::subject_organization() const {
  return first_value(subject(x509()), NID_organizationName);
}
std::vector<std::string> Certificate::subject_values(NamePart part) const {
  switch (part) {
    case NamePart::kOrganization:
      return all_values(subject(x509()), NID_organizationName);
    case NamePart::kUnit:
      return all_values(subject(x509()), NID_organizationalUnitName);
    case NamePart::kLocality:
      return all_values(subject(x509()), NID_localityName);
    case NamePart::kProvince:
      break;
  }
  return all_values(subject(x509()), NID_stateOrProvinceName);
}
std::string Certificate::issuer_common_name() const {
  return first_value(issuer(x509()), NID_commonName);
}
std::string Certificate::issuer_organization() const {
  return first_value(issuer(x509()), NID_organizationName);
}
std::string Certificate::subject_line() const {
  return name_line(subject(x509()));
}
std::string Certificate::issuer_line() const {
  return name_line(issuer(x509()));
}
std::string Certificate::serial_hex() const {
  return integer_hex(X509_get0_serialNumber(x509()));
}

PublicKeyInfo Certificate::public_key() const {
  const auto* key = X509_get0_pubkey(x509());
  if (key == nullptr) return {PublicKeyInfo::Kind::kOther, 0, ""};
  const auto bits = static_cast<unsigned>(std::max(0, EVP_PKEY_get_bits(key)));
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return {PublicKeyInfo::Kind::kRsa, bits, ""};
    case EVP_PKEY_EC:
      return {PublicKeyInfo::Kind::kEc, bits, curve_name(key)};
    default:
      return {PublicKeyInfo::Kind::kOther, bits, ""};
  }
}

bool Certificate::self_issued() const {
  return parsed_->self_issued;
}

bool Certificate::self_signed() const {
  return self_issued() && signature_verifies_with(*this);
}

bool Certificate::signature_verifies_with(const Certificate& issuer) const {
  if (const auto known = parsed_->memo.find(issuer.sha256())) return *known;
  const ossl::ErrorMark probe;
  auto* key = X509_get0_pubkey(issuer.x509());
  const bool verified = key != nullptr && X509_verify(x509(), key) == 1;
  parsed_->memo.put(issuer.sha256(), verified);
  return verified;
}

bool Certificate::is_ca() const {
  return (X509_get_extension_flags(x509()) & EXFLAG_CA) != 0;
}

bool Certificate::may_sign() const {
  const ossl::ErrorMark probe;
  // Without the extension OpenSSL answers UINT32_MAX: no restriction.
  return (X509_get_key_usage(x509()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool Certificate::may_timestamp() const {
  const ossl::ErrorMark probe;
  int critical = 0;  // -1: absent, -2: more than once
  const ossl::ExtendedKeyUsagePtr usage{static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(x509(), NID_ext_key_usage, &critical, nullptr))};
  return usage && critical == 1 && sk_ASN1_OBJECT_num(usage.get()) == 1 &&
         OBJ_obj2nid(sk_ASN1_OBJECT_value(usage.get(), 0)) == NID_time_stamp;
}

std::optional<DigestAlgorithm> Certificate::signature_digest() const {
  const ossl::ErrorMark probe;
  int digest_nid = NID_undef;
  if (X509_get_signature_info(x509(), &digest_nid, nullptr, nullptr, nullptr) != 1 &&
      digest_nid == NID_undef)
    return std::nullopt;
  return ossl::digest_of_nid(digest_nid);
}

Bytes Certificate::public_key_sha256() const {
  const auto spki = to_der(X509_get_X509_PUBKEY(x509()), i2d_X509_PUBKEY);
  return ossl::sha256(spki);
}

std::vector<std::string> Certificate::ocsp_urls() const {
  return access_urls(x509(), NID_ad_OCSP);
}
std::vector<std::string> Certificate::ca_issuer_urls() const {
  return access_urls(x509(), NID_ad_ca_issuers);
}

std::vector<std::string> Certificate::crl_urls() const {
  return point_urls(x509(), NID_crl_distribution_points);
}
std::vector<std::string> Certificate::delta_crl_urls() const {
  return point_urls(x509(), NID_freshest_crl);
}

}  // namespace antin::certs
