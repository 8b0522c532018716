#include "verifier/ess.h"

#include <algorithm>
#include <optional>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "verifier/ber.h"
#include "verifier/oids.h"
#include "verifier/scheme.h"

namespace antin::verifier {
namespace {

using NamePtr = ossl::Handle<X509_NAME, &X509_NAME_free>;
using IntegerPtr = ossl::Handle<ASN1_INTEGER, &ASN1_INTEGER_free>;

enum class Version { kOne, kTwo };

// SigningCertificate(V2) ::= SEQUENCE { certs SEQUENCE OF ESSCertID(v2), … }
std::optional<CertificateReference> first_reference(ByteView value, Version version) {
  ber::Reader outer{value};
  const auto attribute = outer.next(ber::kSequence);
  if (!attribute || !outer.done()) return std::nullopt;
  ber::Reader inside{attribute->content};
  const auto certificates = inside.next(ber::kSequence);
  if (!certificates) return std::nullopt;
  ber::Reader each{certificates->content};
  const auto first = each.next(ber::kSequence);
  if (!first) return std::nullopt;
  ber::Reader id{first->content};
  CertificateReference reference{
      version == Version::kOne ? DigestAlgorithm::kSha1 : DigestAlgorithm::kSha256, {}};
  if (version == Version::kTwo) {
    if (const auto algorithm = id.next(ber::kSequence)) {
      ber::Reader parts{algorithm->content};
      const auto oid = parts.next(ber::kOid);
      const auto digest = oid ? digest_algorithm_of(ber::oid_text(oid->content)) : std::nullopt;
      if (!digest) return std::nullopt;
      reference.algorithm = *digest;
    }
  }
  const auto hash = id.next(ber::kOctetString);
  if (!hash) return std::nullopt;
  reference.hash = to_bytes(hash->content);
  return reference;
}

void collect(const std::vector<Attribute>& attributes, std::string_view oid, Version version,
             CertificateReferences& into) {
  if (!has_attribute(attributes, oid)) return;
  into.present = true;
  const auto* value = single_value(attributes, oid);
  auto reference = value == nullptr ? std::nullopt : first_reference(*value, version);
  if (reference) {
    into.all.push_back(std::move(*reference));
  } else {
    into.damaged = true;
  }
}

bool has_key_identifier(const certs::Certificate& certificate, const Bytes& wanted) {
  const auto* identifier = X509_get0_subject_key_id(certificate.x509());
  return identifier != nullptr &&
         std::equal(wanted.begin(), wanted.end(), ASN1_STRING_get0_data(identifier),
                    ASN1_STRING_get0_data(identifier) + ASN1_STRING_length(identifier));
}

bool has_serial(const certs::Certificate& certificate, const ASN1_INTEGER& serial) {
  return ASN1_INTEGER_cmp(&serial, X509_get0_serialNumber(certificate.x509())) == 0;
}

/// The issuer that a CMS names. Decoding a name is dear, and hardly ever needed: who signs copies
/// the octets from his certificate.
class NamedIssuer {
 public:
  explicit NamedIssuer(ByteView octets) : octets_(octets) {}

  bool issued(const certs::Certificate& certificate) {
    const auto* name = X509_get_issuer_name(certificate.x509());
    const unsigned char* written = nullptr;
    std::size_t length = 0;
    if (X509_NAME_get0_der(name, &written, &length) == 1 &&
        std::equal(octets_.begin(), octets_.end(), written, written + length))
      return true;
    if (!decoded_) {
      const auto* at = octets_.data();
      decoded_ = NamePtr{d2i_X509_NAME(nullptr, &at, static_cast<long>(octets_.size()))};
    }
    return *decoded_ && X509_NAME_cmp(decoded_->get(), name) == 0;
  }

 private:
  ByteView octets_;
  std::optional<NamePtr> decoded_;
};

}  // namespace

bool CertificateReferences::match(const certs::Certificate& certificate) const {
  return !damaged && !all.empty() && std::all_of(all.begin(), all.end(), [&](const auto& one) {
    return one.algorithm == DigestAlgorithm::kSha256
               ? certificate.sha256() == one.hash
               : ossl::digest(one.algorithm, {certificate.der()}) == one.hash;
  });
}

CertificateReferences certificate_references(const std::vector<Attribute>& signed_attributes) {
  CertificateReferences references;
  collect(signed_attributes, oid::kSigningCertificate, Version::kOne, references);
  collect(signed_attributes, oid::kSigningCertificateV2, Version::kTwo, references);
  return references;
}

std::vector<certs::Certificate> named_by(const CmsSignature& cms,
                                         const std::vector<certs::Certificate>& certificates) {
  const ossl::ErrorMark mark;
  NamedIssuer issuer{cms.issuer};
  const auto* octets = cms.serial.data();
  const IntegerPtr serial{d2i_ASN1_INTEGER(nullptr, &octets, static_cast<long>(cms.serial.size()))};
  std::vector<certs::Certificate> named;
  for (const auto& certificate : certificates) {
    const bool matches =
        cms.key_identifier.empty()
            ? serial && has_serial(certificate, *serial) && issuer.issued(certificate)
            : has_key_identifier(certificate, cms.key_identifier);
    if (matches) named.push_back(certificate);
  }
  return named;
}

}  // namespace antin::verifier
