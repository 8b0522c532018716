#include "signer/carried.h"

#include <algorithm>

#include <openssl/cms.h>

#include "certs/core/der.h"
#include "certs/ossl/handles.h"
#include "certs/ossl/parsing.h"
#include "signer/cms_parts.h"

namespace antin::signer {
namespace {

// Of one signature; a hostile one may hold any number.
constexpr std::size_t kMostItems = 1'000;

template <class T>
bool holds(const std::vector<T>& list, const T& item) {
  return std::any_of(list.begin(), list.end(),
                     [&](const T& one) { return one.sha256() == item.sha256(); });
}

template <class T>
void add_item(std::vector<T>& list, Result<T> item) {
  if (item && list.size() < kMostItems && !holds(list, item.value()))
    list.push_back(std::move(item).value());
}

void add_certificate(certs::Evidence& to, ByteView der) {
  add_item(to.certificates, certs::Certificate::from_der(der));
}
void add_crl(certs::Evidence& to, ByteView der) {
  add_item(to.crls, certs::Crl::from_bytes(der));
}
void add_ocsp(certs::Evidence& to, ByteView der) {
  add_item(to.ocsp, certs::OcspResponse::from_bytes(der));
}

// SEQUENCE OF something, inside an EXPLICIT tag or not.
template <class Add>
void each_of_sequence(ByteView sequence, Add add) {
  der::Element list{};
  if (!der::Reader(sequence).next(der::kSequence, list)) return;
  der::Reader reader(list.content);
  der::Element item{};
  for (std::size_t i = 0; i < kMostItems && reader.next(item); ++i) add(item.whole);
}

// RevocationValues (EN 319 122-1 A.1.1.2.2) and Adobe's RevocationInfoArchival (ISO 32000-2
// 12.8.3.3.2) alike: SEQUENCE { [0] SEQUENCE OF CertificateList, [1] SEQUENCE OF
// (Basic)OCSPResponse }
void add_revocation_values(certs::Evidence& to, ByteView value) {
  der::Element outer{};
  der::Element field{};
  if (!der::Reader(value).next(der::kSequence, outer)) return;
  der::Reader fields(outer.content);
  while (fields.next(field)) {
    if (field.tag == der::kContext0)
      each_of_sequence(field.content, [&](ByteView one) { add_crl(to, one); });
    if (field.tag == der::kContext1)
      each_of_sequence(field.content, [&](ByteView one) { add_ocsp(to, one); });
  }
}

void add_parts(const CmsParts& parts, certs::Evidence& to) {
  for (const auto& one : parts.certificates) add_certificate(to, one);
  for (const auto& one : parts.crls) {
    if (one.front() == der::kSequence) {
      add_crl(to, one);
      continue;
    }
    // OtherRevocationInfoFormat, RFC 5652 §10.2.1: any that an OCSP answer can be read from.
    der::Element other{};
    der::Element format{};
    der::Element response{};
    if (!der::Reader(one).next(der::kContext1, other)) continue;
    der::Reader fields(other.content);
    if (fields.next(der::kOid, format) && fields.next(der::kSequence, response))
      add_ocsp(to, response.whole);
  }
  for (const auto& value : parts.unsigned_values(oid::kCertificateValues))
    each_of_sequence(value, [&](ByteView one) { add_certificate(to, one); });
  for (const auto& value : parts.unsigned_values(oid::kRevocationValues))
    add_revocation_values(to, value);
  for (const auto& value : parts.signed_values(oid::kAdobeRevocation))
    add_revocation_values(to, value);
}

std::optional<certs::Certificate> named_signer(ByteView cms,
                                               const std::vector<certs::Certificate>& among) {
  const ossl::ErrorMark mark;
  const auto parsed = ossl::read_cms(cms);
  STACK_OF(CMS_SignerInfo)* infos = parsed ? CMS_get0_SignerInfos(parsed.get()) : nullptr;
  if (infos == nullptr || sk_CMS_SignerInfo_num(infos) != 1) return std::nullopt;
  auto* info = sk_CMS_SignerInfo_value(infos, 0);
  for (const auto& one : among) {
    if (CMS_SignerInfo_cert_cmp(info, one.x509()) == 0) return one;
  }
  return std::nullopt;
}

}  // namespace

Carried read_carried(ByteView cms) {
  Carried carried;
  // The placeholder's padding follows the CMS; the element's own header tells where it ends.
  der::Element only{};
  if (der::Reader(cms).next(der::kSequence, only)) cms = only.whole;
  const auto parts = take_apart(cms);
  if (!parts) return carried;
  carried.signature_value = parts.value().signature_value();
  add_parts(parts.value(), carried.evidence);
  carried.signer = named_signer(cms, carried.evidence.certificates);
  for (const auto& value : parts.value().unsigned_values(oid::kSignatureTimestamp)) {
    auto token = certs::TimestampToken::from_bytes(value);
    if (!token || carried.signature_timestamps.size() >= kMostItems) continue;
    add_carried(token.value(), carried.evidence);
    carried.signature_timestamps.push_back(std::move(token).value());
  }
  return carried;
}

void add_carried(const certs::TimestampToken& token, certs::Evidence& to) {
  if (const auto parts = take_apart(token.bytes())) {
    add_parts(parts.value(), to);
  } else {
    for (const auto& one : token.certificates())
      if (!holds(to.certificates, one)) to.certificates.push_back(one);
  }
}

certs::Evidence parse_store(const pdf::SecurityStore& store) {
  certs::Evidence out;
  // The store has limits of its own: all of it counts.
  for (const auto& der : store.certificates) {
    if (auto one = certs::Certificate::from_der(der))
      out.certificates.push_back(std::move(one).value());
  }
  for (const auto& der : store.crls) {
    if (auto one = certs::Crl::from_bytes(der)) out.crls.push_back(std::move(one).value());
  }
  for (const auto& der : store.ocsp_responses) {
    if (auto one = certs::OcspResponse::from_bytes(der)) out.ocsp.push_back(std::move(one).value());
  }
  return out;
}

void merge(certs::Evidence& to, const certs::Evidence& more) {
  const auto add = [](auto& list, const auto& items) {
    for (const auto& item : items) {
      if (!holds(list, item)) list.push_back(item);
    }
  };
  add(to.certificates, more.certificates);
  add(to.crls, more.crls);
  add(to.ocsp, more.ocsp);
}

std::string short_name(const certs::Certificate& certificate) {
  auto name = certificate.subject_common_name();
  if (name.empty()) name = certificate.subject_organization();
  return name.empty() ? certificate.subject_line() : name;
}

}  // namespace antin::signer
