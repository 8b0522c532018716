#include "verifier/signature_judge.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/level.h"
#include "verifier/verdict.h"

namespace antin::verifier {
namespace {

void add(Findings& findings, Code code, Severity severity, Params params = {},
         std::string detail = {}) {
  findings.push_back({code, severity, std::move(params), std::move(detail)});
}

// What the PDF reader found about this signature. An error there without a sub-indication of its
// own is still an ill-formed signature.
void add_structure_findings(const ReadSignature& signature, const SignatureContext& context,
                            SignatureReport& report) {
  auto& findings = report.findings;
  bool unexplained = false;
  for (const auto& finding : signature.field->findings) {
    findings.push_back(finding);
    unexplained =
        unexplained || (finding.severity == Severity::kError && !info(finding.code).sub_indication);
  }
  if (unexplained) add(findings, Code::kSigStructure, Severity::kError);
  report.coverage = coverage_of(*signature.field, context.map, context.file);
  if (report.coverage == Coverage::kPartial &&
      deciding_sub_indication(findings) != SubIndication::kFormatFailure)
    add(findings, Code::kSigByteRange, Severity::kError);
  findings.insert(findings.end(), signature.findings.begin(), signature.findings.end());
}

SignatureReport new_report(const ReadSignature& signature, const SignatureContext& context) {
  SignatureReport report;
  report.field = signature.field->name;
  report.document_timestamp = signature.kind == SignatureKind::kTimestamp;
  report.revision = signature.field->revision;
  report.sub_filter = signature.field->sub_filter;
  add_structure_findings(signature, context, report);
  return report;
}

void fill_times(const ReadSignature& signature, std::optional<UtcTime> cms_time,
                std::optional<UtcTime> proven, const Input& input, SignatureReport& report) {
  auto& time = report.signing_time;
  const auto dictionary_time = from_pdf_date(signature.field->date);
  // PAdES (EN 319 142-1 §5.3) keeps the claimed time in /M; older kinds in the CMS.
  const bool from_cms = cms_time && (signature.kind != SignatureKind::kCades || !dictionary_time);
  time.claimed = from_cms ? cms_time : dictionary_time;
  time.proven = proven;
  time.source = proven ? "timestamp" : from_cms ? "cms" : dictionary_time ? "dictionary" : "none";
  judge_claimed_time(input, report);
  if (!proven) add(report.findings, Code::kSigTimeNotProven, Severity::kInfo);
}

void fill_algorithm(const SchemeReading& scheme, const std::optional<certs::Certificate>& signer,
                    SignatureReport& report) {
  report.algorithm = {.digest = std::string{name(scheme.digest)},
                      .signature = scheme.name,
                      .key_bits = signer ? signer->public_key().bits : 0};
}

// The earliest trusted document timestamp that covers everything up to `end`.
std::optional<UtcTime> document_time(const SignatureContext& context, std::size_t end) {
  std::optional<UtcTime> earliest;
  for (const auto& timestamp : context.document_timestamps) {
    if (timestamp.end < end) continue;
    earliest = earliest ? std::min(*earliest, timestamp.at) : timestamp.at;
  }
  return earliest;
}

struct Judged {
  CheckedSignature checked;
  Integrity integrity = Integrity::kNotCheckable;
  std::optional<UtcTime> cms_time;
};

void judge_cms_kind(const ReadSignature& signature, const SignatureContext& context, Judged& judged,
                    SignatureReport& report) {
  const auto& cms = *signature.cms;
  auto& checked = judged.checked;
  auto judgement = judge_cms(
      cms,
      {.rule = signature.kind == SignatureKind::kPkcs7Sha1 ? ContentRule::kSha1Inside
                                                           : ContentRule::kDetached,
       .scheme = signature.scheme,
       .content_digest = content_digest(signature, context.file, context.digests).value_or(Bytes{}),
       .candidates = context.material.certificates});
  auto& findings = report.findings;
  findings.insert(findings.end(), judgement.findings.begin(), judgement.findings.end());
  if (signature.kind == SignatureKind::kCades) {
    // EN 319 142-1 §6.3: signed attributes with a reference to the certificate are what makes it
    // CAdES; without them another certificate for the same key could be put in its place.
    if (cms.signed_attribute_octets.empty())
      add(findings, Code::kSigAttributeInvalid, Severity::kError,
          {{"attribute", "signed attributes"}});
    if (!judgement.certificate_referenced)
      add(findings, Code::kSigCertificateRefMissing, Severity::kWarning);
    if (judgement.signing_time) add(findings, Code::kSigSigningTimeAttribute, Severity::kInfo);
  }
  judged.integrity = judgement.integrity;
  judged.cms_time = judgement.signing_time;
  checked.signer = judgement.signer;
  checked.certificate_referenced = judgement.certificate_referenced;
  checked.value = cms.signature;
  checked.timestamps = std::move(judgement.timestamps);
  checked.content_timestamps = std::move(judgement.content_timestamps);
  checked.material = embedded_material(cms);
  checked.material.add(context.material);
  // An algorithm that antin cannot even verify has been reported as such.
  if (signature.scheme.state == SchemeReading::State::kUnsupported) return;
  checked.digests = {signature.scheme.digest};
  if (signature.kind == SignatureKind::kPkcs7Sha1)
    checked.digests.push_back(DigestAlgorithm::kSha1);
  if (signature.scheme.kind == SchemeReading::Kind::kRsaPss)
    checked.digests.push_back(signature.scheme.mgf_digest);
}

void judge_bare_rsa(const ReadSignature& signature, const SignatureContext& context, Judged& judged,
                    SignatureReport& report) {
  judged.checked.signer = signature.certificate;
  judged.checked.digests = {signature.scheme.digest};
  judged.checked.value = signature.value;
  judged.checked.material = context.material;
  const auto digest = content_digest(signature, context.file, context.digests);
  if (!signature.certificate || !digest) return;
  const auto matches = check_value(*signature.certificate, signature.scheme, *digest, {},
                                   signature.value) == ValueCheck::kMatches;
  judged.integrity = matches ? Integrity::kIntact : Integrity::kBroken;
  if (!matches)
    add(report.findings,
        recover_digest_info(*signature.certificate, signature.value) ? Code::kSigDigestMismatch
                                                                     : Code::kSigValueWrong,
        Severity::kError);
}

std::optional<Bytes> digest_ranges(const ReadSignature& signature, ByteView file,
                                   DigestAlgorithm algorithm) {
  if (!signature.ranges) return std::nullopt;
  const auto& ranges = *signature.ranges;
  return ossl::digest(algorithm,
                      {file.subspan(ranges.first_begin, ranges.first_end - ranges.first_begin),
                       file.subspan(ranges.second_begin, ranges.second_end - ranges.second_begin)});
}

// The CMS itself, without its padding: what the report refers to.
void log_signature(const ReadSignature& signature, std::size_t index,
                   const SignatureContext& context, SignatureReport& report) {
  const auto& contents = signature.field->contents;
  const auto length = signature.cms ? signature.cms->length : contents.size();
  const auto octets = ByteView{contents}.first(std::min(length, contents.size()));
  const auto sha256 = ossl::sha256(octets);
  report.signature_sha256 = to_hex(sha256);
  context.judging.objects.add(ValidationObject::Kind::kSignature, sha256,
                              SharedBytes{to_bytes(octets)}, index);
  if (report.signing_time.proven) context.judging.proofs.add(sha256, *report.signing_time.proven);
}

}  // namespace

std::size_t end_of(const ReadSignature& signature) {
  return signature.ranges ? std::max(signature.ranges->second_end, signature.field->contents_end)
                          : signature.field->contents_end;
}

std::optional<Bytes> content_digest(const ReadSignature& signature, ByteView file,
                                    const DocumentDigests& digests) {
  if (const auto request = request_of(signature)) return digests.of(*request);
  if (!signature.digest) return std::nullopt;
  return digest_ranges(signature, file, *signature.digest);
}

SignatureReport judge_signature(const ReadSignature& signature, std::size_t index,
                                const SignatureContext& context) {
  auto report = new_report(signature, context);
  Judged judged;
  if (signature.cms) judge_cms_kind(signature, context, judged, report);
  if (signature.kind == SignatureKind::kX509RsaSha1)
    judge_bare_rsa(signature, context, judged, report);
  judged.checked.index = index;
  judged.checked.content = [&](DigestAlgorithm algorithm) {
    return digest_ranges(signature, context.file, algorithm);
  };
  report.integrity = judged.integrity;
  fill_algorithm(signature.scheme, judged.checked.signer, report);

  // Only an intact signature is worth a proof of when it existed.
  const auto covered_since = report.coverage == Coverage::kPartial
                                 ? std::nullopt
                                 : document_time(context, end_of(signature));
  const auto proven = judge_timestamps(judged.checked, covered_since, context.judging, report);
  report.process = covered_since ? "archival" : !report.timestamps.empty() ? "long_term" : "basic";
  fill_times(signature, judged.cms_time, proven, context.input, report);
  judge_trust(judged.checked, proven, context.judging, report);
  log_signature(signature, index, context, report);
  settle(report);
  if (signature.kind != SignatureKind::kUnknown)
    report.level = base_level(signature.kind, judged.checked.certificate_referenced, report);
  return report;
}

SignatureReport judge_document_timestamp(const ReadSignature& signature, std::size_t index,
                                         const SignatureContext& context) {
  auto report = new_report(signature, context);
  if (!signature.token) {
    settle(report);
    return report;
  }
  const auto covered_since = document_time(context, end_of(signature));
  if (covered_since)
    context.judging.proofs.add(ossl::sha256(signature.token->bytes()), *covered_since);
  auto judged = judge_token({.kind = "document",
                             .token = signature.token->bytes(),
                             .covered =
                                 [&](DigestAlgorithm) {
                                   return content_digest(signature, context.file, context.digests);
                                 },
                             .signature = index},
                            context.material, context.judging);
  if (!judged) {
    add(report.findings, Code::kSigCmsMalformed, Severity::kError);
    settle(report);
    return report;
  }
  report.integrity = judged->integrity;
  fill_algorithm(judged->scheme, judged->signer, report);
  report.algorithm.digest = name(signature.token->imprint_algorithm());
  if (judged->signer) report.signer = summary_of(*judged->signer);
  for (const auto& certificate : judged->chain.chain)
    report.chain.push_back(summary_of(certificate));
  report.revocation = revocation_of(judged->chain);
  auto& findings = report.findings;
  findings.insert(findings.end(), judged->entry.findings.begin(), judged->entry.findings.end());
  if (judged->entry.trusted) report.signing_time.proven = judged->entry.gen_time;
  report.signing_time.source = judged->entry.trusted ? "timestamp" : "none";
  if (judged->entry.trusted && covered_since &&
      judged->entry.gen_time.since_epoch() > covered_since->since_epoch() + kTimestampTolerance)
    add(findings, Code::kSigTimestampOrder, Severity::kError,
        {{"thoi_diem", to_vietnam_text(judged->entry.gen_time)}});
  if (!judged->entry.trusted && !deciding_sub_indication(findings))
    add(findings, Code::kSigNoTrustedChain, Severity::kError);
  report.process = covered_since ? "archival" : "basic";
  report.best_signature_time = std::min(covered_since.value_or(context.input.at), context.input.at);
  report.signature_sha256 = to_hex(ossl::sha256(signature.token->bytes()));
  report.timestamps.push_back(std::move(judged->entry));
  settle(report);
  return report;
}

}  // namespace antin::verifier
