#include "verifier/cms_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "verifier/ber.h"
#include "verifier/oids.h"

namespace antin::verifier {
namespace {

constexpr std::size_t kMaxOctets = std::size_t{32} << 20U;
constexpr std::size_t kMaxCertificates = 256;
constexpr std::size_t kMaxCrls = 64;
constexpr std::size_t kMaxOcsp = 256;
constexpr std::size_t kMaxSigners = 32;
constexpr std::size_t kMaxAttributes = 256;

Error malformed(const char* what) {
  return make_error(Code::kSigCmsMalformed, what);
}

Result<AlgorithmId> read_algorithm(ber::Reader& from) {
  const auto sequence = from.next(ber::kSequence);
  if (!sequence) return malformed("AlgorithmIdentifier");
  ber::Reader inside{sequence->content};
  const auto oid = inside.next(ber::kOid);
  if (!oid) return malformed("AlgorithmIdentifier.algorithm");
  AlgorithmId id{ber::oid_text(oid->content), {}};
  if (id.oid.empty()) return malformed("AlgorithmIdentifier.algorithm");
  if (!inside.done()) {
    const auto parameters = inside.next();
    if (!parameters || !inside.done()) return malformed("AlgorithmIdentifier.parameters");
    id.parameters = to_bytes(parameters->whole);
  }
  return id;
}

Result<std::vector<Attribute>> read_attributes(ByteView content) {
  std::vector<Attribute> attributes;
  ber::Reader set{content};
  while (!set.done()) {
    const auto entry = set.next(ber::kSequence);
    if (!entry || attributes.size() == kMaxAttributes) return malformed("Attribute");
    ber::Reader inside{entry->content};
    const auto oid = inside.next(ber::kOid);
    const auto values = inside.next(ber::kSet);
    if (!oid || !values || !inside.done()) return malformed("Attribute");
    Attribute attribute{ber::oid_text(oid->content), {}};
    ber::Reader each{values->content};
    while (!each.done()) {
      const auto value = each.next();
      if (!value) return malformed("AttributeValue");
      attribute.values.push_back(to_bytes(value->whole));
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

// RFC 5652 §10.2.2: plain certificates; attribute certificates and other formats are no help.
Status read_certificates(ByteView content, CmsSignature& cms) {
  ber::Reader set{content};
  while (!set.done()) {
    const auto entry = set.next();
    if (!entry) return malformed("CertificateSet");
    if (entry->tag != ber::kSequence) continue;
    if (cms.certificates.size() == kMaxCertificates) return malformed("too many certificates");
    auto certificate = certs::Certificate::from_der(entry->whole);
    if (certificate) {
      cms.certificates.push_back(std::move(certificate).value());
    } else {
      cms.findings.push_back({Code::kSigEmbeddedDataUnreadable, Severity::kWarning, {}, "CMS"});
    }
  }
  return Done{};
}

// RFC 5652 §10.2.1: OtherRevocationInfoFormat, of which only OCSP helps (RFC 5940).
Status read_other_revocation(ByteView content, CmsSignature& cms) {
  ber::Reader inside{content};
  const auto format = inside.next(ber::kOid);
  const auto value = inside.next(ber::kSequence);
  if (!format || !value) return malformed("OtherRevocationInfoFormat");
  const auto oid = ber::oid_text(format->content);
  if (oid != oid::kOcspResponse && oid != oid::kOcspBasic) return Done{};
  if (cms.ocsp.size() == kMaxOcsp) return malformed("too many OCSP answers");
  auto answer = certs::OcspResponse::from_bytes(value->whole);
  if (answer) {
    cms.ocsp.push_back(std::move(answer).value());
  } else {
    cms.findings.push_back({Code::kSigEmbeddedDataUnreadable, Severity::kWarning, {}, "CMS"});
  }
  return Done{};
}

Status read_crls(ByteView content, CmsSignature& cms) {
  ber::Reader set{content};
  while (!set.done()) {
    const auto entry = set.next();
    if (!entry) return malformed("RevocationInfoChoices");
    if (entry->tag == ber::context(1)) ANTIN_CHECK(read_other_revocation(entry->content, cms));
    if (entry->tag != ber::kSequence) continue;
    if (cms.crls.size() == kMaxCrls) return malformed("too many CRLs");
    auto crl = certs::Crl::from_bytes(entry->whole);
    if (crl) {
      cms.crls.push_back(std::move(crl).value());
    } else {
      cms.findings.push_back({Code::kSigEmbeddedDataUnreadable, Severity::kWarning, {}, "CMS"});
    }
  }
  return Done{};
}

Status read_signer_id(ber::Reader& from, CmsSignature& cms) {
  if (const auto named = from.next(ber::kSequence)) {
    ber::Reader inside{named->content};
    const auto issuer = inside.next(ber::kSequence);
    const auto serial = inside.next(ber::kInteger);
    if (!issuer || !serial || !inside.done()) return malformed("IssuerAndSerialNumber");
    cms.issuer = to_bytes(issuer->whole);
    cms.serial = to_bytes(serial->whole);
    return Done{};
  }
  const auto keyed = from.next();
  if (!keyed || (keyed->tag & 0xDFU) != 0x80U) return malformed("SignerIdentifier");
  cms.key_identifier = to_bytes(keyed->content);
  return Done{};
}

Status read_signer(ByteView content, CmsSignature& cms) {
  ber::Reader info{content};
  if (!info.next(ber::kInteger)) return malformed("SignerInfo.version");
  ANTIN_CHECK(read_signer_id(info, cms));
  ANTIN_TRY(cms.digest_algorithm, read_algorithm(info));
  if (const auto attributes = info.next(ber::context(0))) {
    cms.signed_attribute_octets = to_bytes(attributes->whole);
    cms.signed_attribute_octets.front() = ber::kSet;
    ANTIN_TRY(cms.signed_attributes, read_attributes(attributes->content));
  }
  ANTIN_TRY(cms.signature_algorithm, read_algorithm(info));
  const auto value = info.next(ber::kOctetString);
  if (!value) return malformed("SignerInfo.signature");
  cms.signature = to_bytes(value->content);
  if (const auto attributes = info.next(ber::context(1))) {
    ANTIN_TRY(cms.unsigned_attributes, read_attributes(attributes->content));
  }
  return info.done() ? Status{Done{}} : malformed("octets after SignerInfo");
}

Status read_content(ber::Reader& from, CmsSignature& cms) {
  const auto encapsulated = from.next(ber::kSequence);
  if (!encapsulated) return malformed("EncapsulatedContentInfo");
  ber::Reader inside{encapsulated->content};
  const auto type = inside.next(ber::kOid);
  if (!type) return malformed("eContentType");
  cms.content_type = ber::oid_text(type->content);
  if (const auto explicit_tag = inside.next(ber::context(0))) {
    // PKCS #7 1.5 lets any type stand here; CMS an OCTET STRING.
    ber::Reader content{explicit_tag->content};
    const auto value = content.next();
    if (!value || !content.done()) return malformed("eContent");
    cms.content = to_bytes(value->content);
  }
  return inside.done() ? Status{Done{}} : malformed("EncapsulatedContentInfo");
}

Status read_signed_data(ByteView content, std::size_t wanted, CmsSignature& cms) {
  ber::Reader data{content};
  if (!data.next(ber::kInteger)) return malformed("SignedData.version");
  if (!data.next(ber::kSet)) return malformed("digestAlgorithms");
  ANTIN_CHECK(read_content(data, cms));
  if (const auto certificates = data.next(ber::context(0)))
    ANTIN_CHECK(read_certificates(certificates->content, cms));
  if (const auto crls = data.next(ber::context(1))) ANTIN_CHECK(read_crls(crls->content, cms));
  const auto signers = data.next(ber::kSet);
  if (!signers || !data.done()) return malformed("signerInfos");
  ber::Reader each{signers->content};
  while (!each.done()) {
    const auto signer = each.next(ber::kSequence);
    if (!signer) return malformed("SignerInfo");
    if (cms.signer_count == kMaxSigners) return malformed("too many signers");
    if (cms.signer_count++ == wanted) ANTIN_CHECK(read_signer(signer->content, cms));
  }
  return Done{};
}

}  // namespace

Result<CmsSignature> read_cms(ByteView padded, std::size_t signer) {
  const auto outer = ber::read_outer(padded.first(std::min(padded.size(), kMaxOctets)));
  if (!outer) return malformed("ContentInfo");
  CmsSignature cms;
  cms.length = outer->length;
  ber::Reader file{outer->definite};
  const auto info = file.next(ber::kSequence);
  if (!info) return malformed("ContentInfo");
  ber::Reader inside{info->content};
  const auto type = inside.next(ber::kOid);
  const auto content = inside.next(ber::context(0));
  if (!type || !content || !inside.done()) return malformed("ContentInfo");
  if (ber::oid_text(type->content) != oid::kSignedData)
    return make_error(Code::kSigCmsNotSignedData, ber::oid_text(type->content));
  ber::Reader explicit_tag{content->content};
  const auto data = explicit_tag.next(ber::kSequence);
  if (!data || !explicit_tag.done()) return malformed("SignedData");
  ANTIN_CHECK(read_signed_data(data->content, signer, cms));
  return cms;
}

namespace {

template <class Visitor>
void each_in_list(ber::Reader& from, unsigned tag, const Visitor& visit) {
  const auto tagged = from.next(ber::context(tag));
  ber::Reader explicit_tag{tagged ? tagged->content : ByteView{}};
  const auto list = explicit_tag.next(ber::kSequence);
  ber::Reader each{list ? list->content : ByteView{}};
  while (const auto one = each.next()) visit(one->whole);
}

// RevocationInfoArchival and RevocationValues look alike:
//   SEQUENCE { [0] EXPLICIT SEQUENCE OF CRL OPTIONAL, [1] EXPLICIT SEQUENCE OF OCSP OPTIONAL, … }
void add_revocation_values(const Bytes* value, Material& into) {
  if (value == nullptr) return;
  ber::Reader outer{*value};
  const auto values = outer.next(ber::kSequence);
  ber::Reader inside{values ? values->content : ByteView{}};
  each_in_list(inside, 0, [&](ByteView crl) { into.add_crl(crl); });
  each_in_list(inside, 1, [&](ByteView answer) { into.add_ocsp(answer); });
}

}  // namespace

Material embedded_material(const CmsSignature& cms) {
  Material embedded{{.certificates = cms.certificates, .crls = cms.crls, .ocsp = cms.ocsp}};
  add_revocation_values(single_value(cms.signed_attributes, oid::kRevocationInfoArchival),
                        embedded);
  add_revocation_values(single_value(cms.unsigned_attributes, oid::kRevocationValues), embedded);
  if (const auto* value = single_value(cms.unsigned_attributes, oid::kCertificateValues)) {
    ber::Reader outer{*value};
    const auto list = outer.next(ber::kSequence);
    ber::Reader each{list ? list->content : ByteView{}};
    while (const auto one = each.next()) embedded.add_certificate(one->whole);
  }
  return embedded;
}

const Bytes* single_value(const std::vector<Attribute>& attributes, std::string_view oid) {
  const Bytes* found = nullptr;
  for (const auto& attribute : attributes) {
    if (attribute.oid != oid) continue;
    if (found != nullptr || attribute.values.size() != 1) return nullptr;
    found = &attribute.values.front();
  }
  return found;
}

bool has_attribute(const std::vector<Attribute>& attributes, std::string_view oid) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const Attribute& attribute) { return attribute.oid == oid; });
}

bool zero_padded(ByteView padded, std::size_t length) {
  if (length >= padded.size()) return true;
  // The first is zero and each equals the one before it. Room for evidence is most of a signed
  // file, and this reads it as fast as memory does.
  const auto padding = padded.subspan(length);
  return padding.front() == 0 &&
         std::memcmp(padding.data(), padding.data() + 1, padding.size() - 1) == 0;
}

}  // namespace antin::verifier
