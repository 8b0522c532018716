#include "verifier/signature_judge.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/level.h"
#include "verifier/verdict.h"

namespace antin::verifier {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

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

void settle(SignatureReport& report) {
  report.sub_indication = deciding_sub_indication(report.findings);
  report.indication =
      report.sub_indication ? indication_of(*report.sub_indication) : Indication::kTotalPassed;
  if (report.indication == Indication::kTotalPassed && report.integrity != Integrity::kIntact) {
    // Every way to get here adds a finding; this is the net below.
    add(report.findings, Code::kSigStructure, Severity::kError);
    report.sub_indication = SubIndication::kFormatFailure;
    report.indication = Indication::kTotalFailed;
  }
}

// V-09: producers that write Viet Nam's clock time with a Z are seven hours ahead.
void judge_claimed_time(const Input& input, SignatureReport& report) {
  auto& time = report.signing_time;
  if (!time.claimed) return;
  const auto ahead = time.claimed->since_epoch() - time.proven.value_or(input.at).since_epoch();
  if (ahead >= 6h + 50min && ahead <= 7h + 10min) {
    time.claimed = UtcTime{time.claimed->since_epoch() - 7h};
    add(report.findings, Code::kSigTimeZoneQuirk, Severity::kInfo);
  } else if (ahead > 5min) {
    add(report.findings, Code::kSigTimeInFuture, Severity::kWarning);
  }
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

// V-19: a token that does not hold proves nothing, and says so; it breaks nothing either.
std::optional<UtcTime> judge_signature_timestamps(const std::vector<Bytes>& tokens,
                                                  const Bytes& signature_value,
                                                  const SignatureContext& context,
                                                  const Material& material, UtcTime known_since,
                                                  SignatureReport& report) {
  std::optional<UtcTime> earliest;
  for (const auto& token : tokens) {
    auto judged = judge_token({.kind = "signature",
                               .token = token,
                               .covered = signature_value,
                               .covered_digest = {},
                               .known_since = known_since},
                              material, context.input);
    if (!judged) {
      add(report.findings, Code::kSigTimestampBroken, Severity::kWarning);
      continue;
    }
    if (judged->entry.trusted) {
      const auto at = judged->entry.gen_time;
      earliest = earliest ? std::min(*earliest, at) : at;
    } else {
      add(report.findings,
          judged->integrity == Integrity::kIntact ? Code::kSigTimestampUntrusted
                                                  : Code::kSigTimestampBroken,
          Severity::kWarning);
    }
    report.timestamps.push_back(std::move(judged->entry));
  }
  return earliest;
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

// Where this signature itself ends: what covers that covers the signature value too.
std::size_t end_of(const ReadSignature& signature) {
  return signature.ranges ? std::max(signature.ranges->second_end, signature.field->contents_end)
                          : signature.field->contents_end;
}

struct Judged {
  std::optional<certs::Certificate> signer;
  Integrity integrity = Integrity::kNotCheckable;
  std::optional<UtcTime> cms_time;
  std::vector<Bytes> timestamps;
  std::vector<DigestAlgorithm> digests;
  bool certificate_referenced = false;
};

Judged judge_cms_kind(const ReadSignature& signature, const SignatureContext& context,
                      Material& material, SignatureReport& report) {
  const auto& cms = *signature.cms;
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
  material.certificates.insert(material.certificates.end(), cms.certificates.begin(),
                               cms.certificates.end());
  material.crls.insert(material.crls.end(), judgement.crls.begin(), judgement.crls.end());
  Judged judged{.signer = judgement.signer,
                .integrity = judgement.integrity,
                .cms_time = judgement.signing_time,
                .timestamps = std::move(judgement.timestamps),
                .digests = {signature.scheme.digest},
                .certificate_referenced = judgement.certificate_referenced};
  if (signature.kind == SignatureKind::kPkcs7Sha1) judged.digests.push_back(DigestAlgorithm::kSha1);
  if (signature.scheme.kind == SchemeReading::Kind::kRsaPss)
    judged.digests.push_back(signature.scheme.mgf_digest);
  return judged;
}

Judged judge_bare_rsa(const ReadSignature& signature, const SignatureContext& context,
                      SignatureReport& report) {
  Judged judged;
  judged.signer = signature.certificate;
  judged.digests = {signature.scheme.digest};
  const auto digest = content_digest(signature, context.file, context.digests);
  if (!signature.certificate || !digest) return judged;
  const auto matches = check_value(*signature.certificate, signature.scheme, *digest, {},
                                   signature.value) == ValueCheck::kMatches;
  judged.integrity = matches ? Integrity::kIntact : Integrity::kBroken;
  if (!matches)
    add(report.findings,
        recover_digest_info(*signature.certificate, signature.value) ? Code::kSigDigestMismatch
                                                                     : Code::kSigValueWrong,
        Severity::kError);
  return judged;
}

}  // namespace

std::optional<Bytes> content_digest(const ReadSignature& signature, ByteView file,
                                    const DocumentDigests& digests) {
  if (const auto request = request_of(signature)) return digests.of(*request);
  if (!signature.digest || !signature.ranges) return std::nullopt;
  const auto& ranges = *signature.ranges;
  return ossl::digest(*signature.digest,
                      {file.subspan(ranges.first_begin, ranges.first_end - ranges.first_begin),
                       file.subspan(ranges.second_begin, ranges.second_end - ranges.second_begin)});
}

SignatureReport judge_signature(const ReadSignature& signature, const SignatureContext& context) {
  auto report = new_report(signature, context);
  Material material = context.material;
  Judged judged;
  if (signature.cms) judged = judge_cms_kind(signature, context, material, report);
  if (signature.kind == SignatureKind::kX509RsaSha1)
    judged = judge_bare_rsa(signature, context, report);
  report.integrity = judged.integrity;
  fill_algorithm(signature.scheme, judged.signer, report);

  // Only an intact signature is worth a proof of when it existed.
  const auto covered_since = report.coverage == Coverage::kPartial
                                 ? std::nullopt
                                 : document_time(context, end_of(signature));
  auto proven = signature.cms ? judge_signature_timestamps(
                                    judged.timestamps, signature.cms->signature, context, material,
                                    covered_since.value_or(context.input.at), report)
                              : std::nullopt;
  if (covered_since && (!proven || *covered_since < *proven)) proven = covered_since;
  fill_times(signature, judged.cms_time, proven, context.input, report);

  if (judged.signer) {
    std::vector<certs::Certificate> chain;
    judge_chain(*judged.signer, material, context.input, proven, report, chain);
    // An algorithm that antin cannot even verify has been reported as such.
    if (signature.scheme.state == SchemeReading::State::kUnsupported) judged.digests.clear();
    judge_algorithms(judged.digests, *judged.signer, chain, context.input, proven, report.findings);
  }
  settle(report);
  if (signature.kind != SignatureKind::kUnknown)
    report.level = base_level(signature.kind, judged.certificate_referenced, report);
  return report;
}

SignatureReport judge_document_timestamp(const ReadSignature& signature,
                                         const SignatureContext& context) {
  auto report = new_report(signature, context);
  if (!signature.token) {
    settle(report);
    return report;
  }
  const auto known_since = document_time(context, end_of(signature)).value_or(context.input.at);
  auto judged =
      judge_token({.kind = "document",
                   .token = signature.token->bytes(),
                   .covered = {},
                   .covered_digest = content_digest(signature, context.file, context.digests),
                   .known_since = known_since},
                  context.material, context.input);
  if (!judged) {
    add(report.findings, Code::kSigCmsMalformed, Severity::kError);
    settle(report);
    return report;
  }
  report.integrity = judged->integrity;
  fill_algorithm(judged->scheme, judged->signer, report);
  report.algorithm.digest = name(signature.token->imprint_algorithm());
  if (judged->signer) report.signer = summary_of(*judged->signer);
  for (const auto& certificate : judged->chain) report.chain.push_back(summary_of(certificate));
  report.revocation = judged->revocation;
  auto& findings = report.findings;
  findings.insert(findings.end(), judged->entry.findings.begin(), judged->entry.findings.end());
  if (judged->entry.trusted) report.signing_time.proven = judged->entry.gen_time;
  report.signing_time.source = judged->entry.trusted ? "timestamp" : "none";
  if (!judged->entry.trusted && !deciding_sub_indication(findings))
    add(findings, Code::kSigNoTrustedChain, Severity::kError);
  report.timestamps.push_back(std::move(judged->entry));
  settle(report);
  return report;
}

}  // namespace antin::verifier
