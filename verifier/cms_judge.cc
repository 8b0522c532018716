#include "verifier/cms_judge.h"

#include <algorithm>
#include <string>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/ber.h"
#include "verifier/ess.h"
#include "verifier/oids.h"

namespace antin::verifier {
namespace {

void add_error(Findings& findings, Code code, std::string detail = {}, Params params = {}) {
  findings.push_back({code, Severity::kError, std::move(params), std::move(detail)});
}

void bad_attribute(Findings& findings, const char* which, const char* how) {
  add_error(findings, Code::kSigAttributeInvalid, how, {{"attribute", which}});
}

// RFC 5652 §11.3: UTCTime until 2049, GeneralizedTime from 2050 on, always Zulu with seconds.
std::optional<UtcTime> read_time(const Bytes& whole) {
  ber::Reader outer{whole};
  const auto value = outer.next();
  if (!value || !outer.done()) return std::nullopt;
  std::string text{as_text(value->content)};
  if (value->tag == ber::kUtcTime) text.insert(0, text < "5" ? "20" : "19");
  if ((value->tag != ber::kUtcTime && value->tag != ber::kGeneralizedTime) || text.size() != 15)
    return std::nullopt;
  return from_rfc3339(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
                      text.substr(8, 2) + ":" + text.substr(10, 2) + ":" + text.substr(12));
}

// Shortest lengths, sets in order (X.690 10.1, 11.6): what RFC 5652 §5.4 wants digested when the
// attributes did not arrive in DER.
Bytes to_der(ByteView whole, unsigned depth) {  // NOLINT(misc-no-recursion): read_outer() bounds it
  ber::Reader outer{whole};
  const auto element = outer.next();
  if (!element || (element->tag & 0x20U) == 0 || depth > 64) {
    if (!element) return {};
    Bytes primitive;
    ber::append_header(primitive, element->tag, element->content.size());
    primitive.insert(primitive.end(), element->content.begin(), element->content.end());
    return primitive;
  }
  std::vector<Bytes> parts;
  ber::Reader inside{element->content};
  while (const auto part = inside.next()) parts.push_back(to_der(part->whole, depth + 1));
  if (element->tag == ber::kSet) std::sort(parts.begin(), parts.end());
  Bytes content;
  for (const auto& part : parts) content.insert(content.end(), part.begin(), part.end());
  Bytes out;
  ber::append_header(out, element->tag, content.size());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

// The digest that the message-digest attribute (or the signature itself) must be about.
Bytes digest_of_content(const CmsSignature& cms, const CmsInput& input) {
  if (input.rule != ContentRule::kSha1Inside || !cms.content) return input.content_digest;
  return ossl::digest(input.scheme.digest, {*cms.content});
}

void check_content(const CmsSignature& cms, const CmsInput& input, CmsJudgement& judgement) {
  auto& findings = judgement.findings;
  if (input.rule == ContentRule::kBesideFile) {
    if (cms.content_type != oid::kData) bad_attribute(findings, "content-type", "eContentType");
    if (cms.content && !input.content_digest.empty() &&
        ossl::digest(input.scheme.digest, {*cms.content}) != input.content_digest) {
      judgement.integrity = Integrity::kBroken;
      add_error(findings, Code::kSigDigestMismatch, "content inside");
    }
    return;
  }
  if (input.rule == ContentRule::kDetached) {
    if (cms.content) add_error(findings, Code::kSigEncapsulatedContent);
    if (cms.content_type != oid::kData) bad_attribute(findings, "content-type", "eContentType");
    return;
  }
  if (!cms.content || cms.content->size() != 20) {
    add_error(findings, Code::kSigCmsMalformed, "adbe.pkcs7.sha1 without a SHA-1 digest inside");
    return;
  }
  if (!input.content_digest.empty() && *cms.content != input.content_digest) {
    judgement.integrity = Integrity::kBroken;
    add_error(findings, Code::kSigDigestMismatch);
  }
}

void check_content_type(const CmsSignature& cms, Findings& findings) {
  const auto* value = single_value(cms.signed_attributes, oid::kContentType);
  if (value == nullptr) {
    bad_attribute(findings, "content-type", "missing or doubled");
    return;
  }
  ber::Reader outer{*value};
  const auto type = outer.next(ber::kOid);
  if (!type || ber::oid_text(type->content) != cms.content_type)
    bad_attribute(findings, "content-type", "not the type of the content");
}

// RFC 6211: a signed copy of the two identifiers, against substitution of either.
void check_algorithm_protection(const CmsSignature& cms, Findings& findings) {
  const auto* value = single_value(cms.signed_attributes, oid::kAlgorithmProtection);
  if (value == nullptr) return;
  ber::Reader outer{*value};
  const auto sequence = outer.next(ber::kSequence);
  ber::Reader inside{sequence ? sequence->content : ByteView{}};
  const auto digest = inside.next(ber::kSequence);
  const auto signature = inside.next(ber::context(1));
  ber::Reader digest_parts{digest ? digest->content : ByteView{}};
  ber::Reader signature_parts{signature ? signature->content : ByteView{}};
  const auto digest_oid = digest_parts.next(ber::kOid);
  const auto signature_oid = signature_parts.next(ber::kOid);
  if (!digest_oid || ber::oid_text(digest_oid->content) != cms.digest_algorithm.oid ||
      (signature &&
       (!signature_oid || ber::oid_text(signature_oid->content) != cms.signature_algorithm.oid)))
    add_error(findings, Code::kSigAlgorithmContradiction, "CMSAlgorithmProtection");
}

// False when the attribute disagrees with the content; absence is a finding, not a disagreement.
bool check_message_digest(const CmsSignature& cms, const Bytes& content_digest,
                          CmsJudgement& judgement) {
  const auto* value = single_value(cms.signed_attributes, oid::kMessageDigest);
  ber::Reader outer{value == nullptr ? ByteView{} : ByteView{*value}};
  const auto digest = outer.next(ber::kOctetString);
  if (!digest || !outer.done()) {
    bad_attribute(judgement.findings, "message-digest", "missing or doubled");
    return false;
  }
  if (content_digest.empty()) return false;  // ranges unreadable: reported by whoever read them
  if (std::equal(digest->content.begin(), digest->content.end(), content_digest.begin(),
                 content_digest.end()))
    return true;
  judgement.integrity = Integrity::kBroken;
  add_error(judgement.findings, Code::kSigDigestMismatch);
  return false;
}

void identify_signer(const CmsSignature& cms, const CmsInput& input, CmsJudgement& judgement) {
  const auto references = certificate_references(cms.signed_attributes);
  auto named = named_by(cms, cms.certificates);
  for (auto& certificate : named_by(cms, input.candidates)) named.push_back(certificate);
  if (named.empty()) {
    add_error(judgement.findings, Code::kSigSignerNotFound);
    return;
  }
  // Several certificates may carry one name and serial; the reference tells which one was meant.
  const auto meant = std::find_if(named.begin(), named.end(),
                                  [&](const auto& one) { return references.match(one); });
  judgement.certificate_referenced = meant != named.end();
  judgement.signer = judgement.certificate_referenced ? *meant : named.front();
  if (references.present && !judgement.certificate_referenced)
    add_error(judgement.findings, Code::kSigSignerMismatch, "signing-certificate");
}

// What the signature value is over, when it is right: nothing is returned when it is wrong.
ValueCheck check_signature(const CmsSignature& cms, const CmsInput& input,
                           const certs::Certificate& signer, const Bytes& content_digest) {
  const auto& scheme = input.scheme;
  if (cms.signed_attribute_octets.empty())
    return check_value(signer, scheme, content_digest, {}, cms.signature);
  const auto over = [&](const Bytes& attributes) {
    return check_value(signer, scheme, ossl::digest(scheme.digest, {attributes}), attributes,
                       cms.signature);
  };
  const auto as_received = over(cms.signed_attribute_octets);
  if (as_received != ValueCheck::kDiffers) return as_received;
  const auto der = to_der(cms.signed_attribute_octets, 0);
  return der == cms.signed_attribute_octets ? as_received : over(der);
}

// An RSA signature by another digest than announced can still tell whether the octets are intact.
bool matches_other_digest(const CmsSignature& cms, const certs::Certificate& signer) {
  const auto inside = recover_digest_info(signer, cms.signature);
  return inside && !cms.signed_attribute_octets.empty() &&
         ossl::digest(inside->algorithm, {cms.signed_attribute_octets}) == inside->digest;
}

void check_cryptography(const CmsSignature& cms, const CmsInput& input, const Bytes& content_digest,
                        bool digest_matches, CmsJudgement& judgement) {
  auto& findings = judgement.findings;
  if (!judgement.signer || input.scheme.state == SchemeReading::State::kUnsupported ||
      content_digest.empty())
    return;
  bool value_matches = false;
  switch (check_signature(cms, input, *judgement.signer, content_digest)) {
    case ValueCheck::kMatches:
      value_matches = true;
      break;
    case ValueCheck::kOtherDigest:
      add_error(findings, Code::kSigAlgorithmContradiction, "digest inside the signature value");
      value_matches = matches_other_digest(cms, *judgement.signer);
      break;
    case ValueCheck::kWrongKeyKind:
      add_error(findings, Code::kSigAlgorithmContradiction, "key of the certificate");
      return;
    case ValueCheck::kDiffers:
      break;
  }
  if (!value_matches) {
    judgement.integrity = Integrity::kBroken;
    // Without attributes the value is over the content itself: RSA tells which of the two is wrong.
    const auto inside = cms.signed_attribute_octets.empty()
                            ? recover_digest_info(*judgement.signer, cms.signature)
                            : std::nullopt;
    add_error(findings, inside && inside->algorithm == input.scheme.digest
                            ? Code::kSigDigestMismatch
                            : Code::kSigValueWrong);
  } else if (digest_matches && judgement.integrity != Integrity::kBroken) {
    judgement.integrity = Integrity::kIntact;
  }
}

std::vector<Bytes> values_of(const std::vector<Attribute>& attributes, std::string_view oid) {
  std::vector<Bytes> values;
  for (const auto& attribute : attributes) {
    if (attribute.oid == oid)
      values.insert(values.end(), attribute.values.begin(), attribute.values.end());
  }
  return values;
}

}  // namespace

CmsJudgement judge_cms(const CmsSignature& cms, const CmsInput& input) {
  CmsJudgement judgement;
  auto& findings = judgement.findings;
  findings = cms.findings;
  const bool several = input.rule == ContentRule::kBesideFile && cms.signer_count != 0;
  if (cms.signer_count != 1 && !several)
    add_error(findings, Code::kSigSignerCount, {}, {{"count", std::to_string(cms.signer_count)}});
  if (cms.signer_count == 0) return judgement;

  if (input.scheme.state == SchemeReading::State::kUnsupported)
    add_error(findings, Code::kSigAlgorithmUnsupported, {}, {{"algorithm", input.scheme.name}});
  if (input.scheme.state == SchemeReading::State::kContradiction)
    add_error(findings, Code::kSigAlgorithmContradiction, input.scheme.name);
  check_content(cms, input, judgement);
  const auto content_digest = digest_of_content(cms, input);
  bool digest_matches = true;
  if (cms.signed_attribute_octets.empty()) {
    // RFC 5652 §5.3: attributes may be absent only when the content is plain data.
    if (cms.content_type != oid::kData) bad_attribute(findings, "signed attributes", "absent");
  } else {
    check_content_type(cms, findings);
    check_algorithm_protection(cms, findings);
    if (input.scheme.state != SchemeReading::State::kUnsupported)
      digest_matches = check_message_digest(cms, content_digest, judgement);
  }
  identify_signer(cms, input, judgement);
  check_cryptography(cms, input, content_digest, digest_matches, judgement);

  if (const auto* time = single_value(cms.signed_attributes, oid::kSigningTime))
    judgement.signing_time = read_time(*time);
  judgement.timestamps = values_of(cms.unsigned_attributes, oid::kSignatureTimestamp);
  judgement.content_timestamps = values_of(cms.signed_attributes, oid::kContentTimestamp);
  return judgement;
}

}  // namespace antin::verifier
