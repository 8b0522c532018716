#include "signer/cms_parts.h"

#include <algorithm>
#include <utility>

#include <openssl/cms.h>

#include "certs/core/der.h"
#include "certs/ossl/handles.h"
#include "certs/ossl/parsing.h"

namespace antin::signer {
namespace {

constexpr std::size_t kMostOctets = std::size_t{64} << 20U;
constexpr std::size_t kMostElements = 10'000;

Error malformed(const char* what) {
  return make_error(Code::kCmsMalformed, what);
}

// Every element of a SET OF or SEQUENCE OF; nothing when one is not DER or there are too many.
std::optional<std::vector<Bytes>> elements_of(ByteView content) {
  std::vector<Bytes> all;
  der::Reader reader(content);
  der::Element element{};
  while (!reader.at_end()) {
    if (all.size() >= kMostElements || !reader.next(element)) return std::nullopt;
    all.push_back(to_bytes(element.whole));
  }
  return all;
}

std::optional<CmsAttribute> read_attribute(ByteView whole) {
  der::Element attribute{};
  der::Element type{};
  der::Element values{};
  if (!der::Reader(whole).next(der::kSequence, attribute)) return std::nullopt;
  der::Reader fields(attribute.content);
  if (!fields.next(der::kOid, type) || !fields.next(der::kSet, values) || !fields.at_end())
    return std::nullopt;
  CmsAttribute out{.type = to_bytes(type.whole), .values = {}};
  if (auto all = elements_of(values.content)) {
    out.values = std::move(*all);
  } else {
    // A value of indefinite length, as some timestamp tokens have: then it is the only one.
    out.values.push_back(to_bytes(values.content));
  }
  return out;
}

Bytes whole_oid(std::string_view oid) {
  return der::oid(oid);
}

// SignerInfo, RFC 5652 §5.3.
bool read_signer(ByteView whole, CmsParts& parts) {
  der::Element info{};
  der::Element field{};
  if (!der::Reader(whole).next(der::kSequence, info)) return false;
  der::Reader fields(info.content);
  const auto take = [&](bool good) {
    if (good) parts.signer.push_back(to_bytes(field.whole));
    return good;
  };
  if (!take(fields.next(der::kInteger, field)) || !take(fields.next(field)) ||
      !take(fields.next(der::kSequence, field)) || !fields.next(field))
    return false;
  if (field.tag == der::kContext0) {
    if (!take(true) || !fields.next(field)) return false;
  }
  if (!take(field.tag == der::kSequence) || !take(fields.next(der::kOctetString, field)))
    return false;
  if (fields.at_end()) return true;
  if (!fields.next(der::kContext1, field) || !fields.at_end()) return false;
  const auto attributes = elements_of(field.content);
  if (!attributes) return false;
  for (const auto& one : *attributes) {
    auto attribute = read_attribute(one);
    if (!attribute) return false;
    parts.unsigned_attributes.push_back(std::move(*attribute));
  }
  return true;
}

enum class Reading { kGood, kNotDer, kSeveralSigners };

// ContentInfo of SignedData, RFC 5652 §3 and §5.1.
Reading read_der(ByteView octets, CmsParts& parts) {
  der::Element info{};
  der::Element type{};
  der::Element explicit_content{};
  der::Element data{};
  der::Element field{};
  der::Reader outer(octets);
  if (!outer.next(der::kSequence, info) || !outer.at_end()) return Reading::kNotDer;
  der::Reader head(info.content);
  if (!head.next(der::kOid, type) || to_bytes(type.whole) != whole_oid(oid::kSignedData) ||
      !head.next(der::kContext0, explicit_content) || !head.at_end())
    return Reading::kNotDer;
  if (!der::Reader(explicit_content.content).next(der::kSequence, data)) return Reading::kNotDer;
  der::Reader fields(data.content);
  if (!fields.next(der::kInteger, field)) return Reading::kNotDer;
  parts.version = to_bytes(field.whole);
  if (!fields.next(der::kSet, field)) return Reading::kNotDer;
  parts.digest_algorithms = to_bytes(field.whole);
  if (!fields.next(der::kSequence, field) || !elements_of(field.content)) return Reading::kNotDer;
  parts.content = to_bytes(field.whole);
  if (!fields.next(field)) return Reading::kNotDer;
  for (auto* list : {&parts.certificates, &parts.crls}) {
    const auto tag = list == &parts.certificates ? der::kContext0 : der::kContext1;
    if (field.tag != tag) continue;
    auto all = elements_of(field.content);
    if (!all || !fields.next(field)) return Reading::kNotDer;
    *list = std::move(*all);
  }
  if (field.tag != der::kSet || !fields.at_end()) return Reading::kNotDer;
  const auto signers = elements_of(field.content);
  if (!signers) return Reading::kNotDer;
  if (signers->size() != 1) return Reading::kSeveralSigners;
  return read_signer(signers->front(), parts) ? Reading::kGood : Reading::kNotDer;
}

// The number in a small INTEGER element.
unsigned small_number(const Bytes& integer) {
  return integer.empty() ? 0U : integer.back();
}

unsigned version_for(const CmsParts& parts) {
  const auto has = [](const std::vector<Bytes>& list, std::uint8_t tag) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Bytes& one) { return !one.empty() && one.front() == tag; });
  };
  constexpr std::uint8_t kContext3 = 0xA3;
  if (has(parts.crls, der::kContext1) || has(parts.certificates, kContext3)) return 5;
  if (has(parts.certificates, der::kContext2)) return 4;
  if (has(parts.certificates, der::kContext1) || small_number(parts.signer.at(0)) == 3 ||
      parts.content_type() != whole_oid(oid::kData))
    return 3;
  return 1;
}

bool add_once(std::vector<Bytes>& list, Bytes element) {
  if (std::find(list.begin(), list.end(), element) != list.end()) return false;
  list.push_back(std::move(element));
  return true;
}

}  // namespace

Bytes CmsParts::signature_value() const {
  der::Element value{};
  if (signer.empty() || !der::Reader(signer.back()).next(der::kOctetString, value)) return {};
  return to_bytes(value.content);
}

Bytes CmsParts::content_type() const {
  der::Element outer{};
  der::Element type{};
  if (!der::Reader(content).next(der::kSequence, outer) ||
      !der::Reader(outer.content).next(der::kOid, type))
    return {};
  return to_bytes(type.whole);
}

bool CmsParts::detached() const {
  der::Element outer{};
  if (!der::Reader(content).next(der::kSequence, outer)) return false;
  const auto fields = elements_of(outer.content);
  return fields && fields->size() == 1;
}

std::vector<Bytes> CmsParts::unsigned_values(std::string_view oid) const {
  const auto wanted = whole_oid(oid);
  std::vector<Bytes> all;
  for (const auto& attribute : unsigned_attributes) {
    if (attribute.type == wanted)
      all.insert(all.end(), attribute.values.begin(), attribute.values.end());
  }
  return all;
}

std::vector<Bytes> CmsParts::signed_values(std::string_view oid) const {
  constexpr std::size_t kSignedAttributes = 3;
  der::Element set{};
  if (signer.size() <= kSignedAttributes ||
      !der::Reader(signer[kSignedAttributes]).next(der::kContext0, set))
    return {};
  const auto wanted = whole_oid(oid);
  der::Reader reader(set.content);
  der::Element element{};
  while (reader.next(element)) {
    auto attribute = read_attribute(element.whole);
    if (attribute && attribute->type == wanted) return std::move(attribute->values);
  }
  return {};
}

void CmsParts::add_unsigned(std::string_view oid, Bytes value) {
  // One attribute per value: EN 319 122-1 wants every timestamp in an attribute of its own.
  unsigned_attributes.push_back({.type = whole_oid(oid), .values = {std::move(value)}});
}

bool CmsParts::add_certificate(const Bytes& der) {
  return add_once(certificates, der);
}

bool CmsParts::add_crl(const Bytes& der) {
  return add_once(crls, der);
}

bool CmsParts::add_ocsp(const Bytes& response) {
  return add_once(crls, der::tlv(der::kContext1, {whole_oid(oid::kOcspResponse), response}));
}

Result<CmsParts> take_apart(ByteView cms) {
  if (cms.size() > kMostOctets) return malformed("too large");
  CmsParts parts;
  auto reading = read_der(cms, parts);
  if (reading == Reading::kNotDer) {
    const ossl::ErrorMark mark;
    const auto parsed = ossl::read_cms(cms);
    const int length = parsed ? i2d_CMS_ContentInfo(parsed.get(), nullptr) : 0;
    if (length <= 0) return malformed("not a CMS");
    Bytes der(static_cast<std::size_t>(length));
    auto* at = der.data();
    i2d_CMS_ContentInfo(parsed.get(), &at);
    parts = {};
    reading = read_der(der, parts);
  }
  if (reading == Reading::kSeveralSigners)
    return make_error(Code::kDetachedUnsupported, "not exactly one signer",
                      {{"ly_do", "SignerInfo ≠ 1"}});
  if (reading != Reading::kGood) return malformed("not DER, and not readable as BER");
  return parts;
}

Bytes put_together(const CmsParts& parts) {
  auto signer = parts.signer;
  if (!parts.unsigned_attributes.empty()) {
    std::vector<Bytes> attributes;
    for (const auto& one : parts.unsigned_attributes)
      attributes.push_back(
          der::tlv(der::kSequence, {one.type, der::set_of(der::kSet, one.values)}));
    signer.push_back(der::set_of(der::kContext1, std::move(attributes)));
  }
  const auto version = std::max(small_number(parts.version), version_for(parts));
  std::vector<Bytes> data{der::small_integer(version), parts.digest_algorithms, parts.content};
  if (!parts.certificates.empty()) data.push_back(der::set_of(der::kContext0, parts.certificates));
  if (!parts.crls.empty()) data.push_back(der::set_of(der::kContext1, parts.crls));
  data.push_back(der::tlv(der::kSet, {der::tlv(der::kSequence, signer)}));
  return der::tlv(der::kSequence, {whole_oid(oid::kSignedData),
                                   der::tlv(der::kContext0, {der::tlv(der::kSequence, data)})});
}

}  // namespace antin::signer
