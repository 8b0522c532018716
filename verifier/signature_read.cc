#include <algorithm>
#include <utility>

#include "verifier/ber.h"
#include "verifier/signature_judge.h"

namespace antin::verifier {
namespace {

void add_error(Findings& findings, Code code, std::string detail = {}) {
  findings.push_back({code, Severity::kError, {}, std::move(detail)});
}

void read_cms_kind(const pdf::SignatureField& field, ReadSignature& into) {
  auto cms = read_cms(field.contents);
  if (!cms) {
    add_error(into.findings, cms.error().code, cms.error().detail);
    return;
  }
  into.cms = std::move(cms).value();
  into.foreign_octets = !zero_padded(field.contents, into.cms->length);
  into.scheme = read_scheme(into.cms->digest_algorithm, into.cms->signature_algorithm);
  into.digest =
      into.kind == SignatureKind::kPkcs7Sha1 ? DigestAlgorithm::kSha1 : into.scheme.digest;
}

void read_timestamp_kind(const pdf::SignatureField& field, ReadSignature& into) {
  const auto outer = ber::read_outer(field.contents);
  if (!outer) {
    add_error(into.findings, Code::kSigCmsMalformed);
    return;
  }
  into.foreign_octets = !zero_padded(field.contents, outer->length);
  auto token = certs::TimestampToken::from_bytes(ByteView{field.contents}.first(outer->length));
  if (!token) {
    add_error(into.findings, Code::kSigCmsMalformed, token.error().detail);
    return;
  }
  into.digest = token.value().imprint_algorithm();
  into.token = std::move(token).value();
}

// ISO 32000-2 12.8.3.2: /Contents is a DER OCTET STRING holding the RSA value, /Cert the signer's
// certificate. Which digest was used stands inside the value (RFC 8017 §9.2).
void read_bare_rsa(const pdf::SignatureField& field, ReadSignature& into) {
  const auto outer = ber::read_outer(field.contents);
  auto certificate = certs::Certificate::from_der(field.cert_entry);
  ber::Reader reader{outer ? ByteView{outer->definite} : ByteView{}};
  const auto value = reader.next(ber::kOctetString);
  if (!value) {
    add_error(into.findings, Code::kSigCmsMalformed, "adbe.x509.rsa_sha1 without OCTET STRING");
    return;
  }
  into.foreign_octets = !zero_padded(field.contents, outer->length);
  into.value = to_bytes(value->content);
  into.scheme = {.state = SchemeReading::State::kReadable,
                 .kind = SchemeReading::Kind::kRsaPkcs1,
                 .digest = DigestAlgorithm::kSha1,
                 .mgf_digest = DigestAlgorithm::kSha1,
                 .salt_octets = 0,
                 .name = std::string{name(SignatureAlgorithm::kRsaPkcs1)}};
  if (!certificate) {
    add_error(into.findings, Code::kSigSignerNotFound, "/Cert");
    return;
  }
  into.certificate = std::move(certificate).value();
  if (const auto inside = recover_digest_info(*into.certificate, into.value))
    into.scheme.digest = inside->algorithm;
  into.digest = into.scheme.digest;
}

}  // namespace

SignatureKind kind_of(const pdf::SignatureField& field) {
  if (field.sub_filter == "ETSI.CAdES.detached") return SignatureKind::kCades;
  if (field.sub_filter == "adbe.pkcs7.detached") return SignatureKind::kPkcs7;
  if (field.sub_filter == "adbe.pkcs7.sha1") return SignatureKind::kPkcs7Sha1;
  if (field.sub_filter == "adbe.x509.rsa_sha1") return SignatureKind::kX509RsaSha1;
  if (field.sub_filter == "ETSI.RFC3161") return SignatureKind::kTimestamp;
  return SignatureKind::kUnknown;
}

ReadSignature read_signature(const pdf::SignatureField& field, std::size_t file_size) {
  ReadSignature read{.field = &field,
                     .kind = kind_of(field),
                     .ranges = signed_ranges(field, file_size),
                     .cms = {},
                     .token = {},
                     .certificate = {},
                     .value = {},
                     .scheme = {},
                     .digest = {},
                     .findings = {}};
  switch (read.kind) {
    case SignatureKind::kCades:
    case SignatureKind::kPkcs7:
    case SignatureKind::kPkcs7Sha1:
      read_cms_kind(field, read);
      break;
    case SignatureKind::kTimestamp:
      read_timestamp_kind(field, read);
      break;
    case SignatureKind::kX509RsaSha1:
      read_bare_rsa(field, read);
      break;
    case SignatureKind::kUnknown:
      read.findings.push_back(
          {Code::kSigSubFilterUnknown, Severity::kError, {{"sub_filter", field.sub_filter}}, {}});
      break;
  }
  if (read.foreign_octets) add_error(read.findings, Code::kSigTrailingOctets);
  return read;
}

std::optional<DigestRequest> request_of(const ReadSignature& signature) {
  const auto& ranges = signature.ranges;
  // A range that starts late, or runs backwards, cannot share the running digest of the file.
  if (!signature.digest || !ranges || ranges->first_begin != 0) return std::nullopt;
  return DigestRequest{*signature.digest, ranges->first_end, ranges->second_begin,
                       ranges->second_end};
}

}  // namespace antin::verifier
