#include "verifier/detached.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "certs/ossl/digest.h"
#include "certs/ossl/pem.h"
#include "verifier/cades_archive.h"
#include "verifier/cms_judge.h"
#include "verifier/guarded.h"
#include "verifier/level.h"
#include "verifier/oids.h"
#include "verifier/report_message.h"

namespace antin::verifier {
namespace {

constexpr std::size_t kLargestSignature = std::size_t{32} << 20U;

void add(Findings& findings, Code code, Severity severity, Params params = {}) {
  findings.push_back({code, severity, std::move(params), {}});
}

// RFC 7468: "CMS", and "PKCS7" as older programs say.
Result<Bytes> from_pem(ByteView file) {
  auto block = ossl::first_pem_block(file);
  const std::string label = block ? block->label : "";
  if (label != "CMS" && label != "PKCS7" && label != "PKCS #7 SIGNED DATA")
    return make_error(Code::kSigCmsMalformed, "PEM " + label);
  return std::move(block->octets);
}

/// One signature file while it is judged.
class FileJudge {
 public:
  FileJudge(const Input& input, ByteView octets)
      : input_(input), octets_(octets), proofs_(input.at), chains_(input, proofs_) {}

  Result<Report> judge();

 private:
  SignatureReport judge_signer(const CmsSignature& cms, std::size_t index);
  void judge_cryptography(const CmsSignature& cms, CheckedSignature& checked,
                          std::optional<UtcTime>& claimed, SignatureReport& report);
  void judge_time_and_trust(const CmsSignature& cms, const CheckedSignature& checked,
                            std::optional<UtcTime> claimed, SignatureReport& report);
  std::optional<Bytes> content_digest(DigestAlgorithm algorithm);

  const Input& input_;
  ByteView octets_;
  Proofs proofs_;
  ChainJudge chains_;
  ObjectLog objects_;
  Judging judging_{input_, proofs_, chains_, objects_, {}};
  std::map<DigestAlgorithm, Bytes> digests_;
};

std::optional<Bytes> FileJudge::content_digest(DigestAlgorithm algorithm) {
  auto known = digests_.find(algorithm);
  if (known == digests_.end())
    known = digests_.emplace(algorithm, ossl::digest(algorithm, {input_.document.view()})).first;
  return known->second;
}

void FileJudge::judge_cryptography(const CmsSignature& cms, CheckedSignature& checked,
                                   std::optional<UtcTime>& claimed, SignatureReport& report) {
  const auto scheme = read_scheme(cms.digest_algorithm, cms.signature_algorithm);
  auto judgement =
      judge_cms(cms, {.rule = ContentRule::kBesideFile,
                      .scheme = scheme,
                      .content_digest = content_digest(scheme.digest).value_or(Bytes{}),
                      .candidates = checked.material.certificates});
  auto& findings = report.findings;
  findings.insert(findings.end(), judgement.findings.begin(), judgement.findings.end());
  report.integrity = judgement.integrity;
  report.algorithm = {.digest = std::string{name(scheme.digest)},
                      .signature = scheme.name,
                      .key_bits = judgement.signer ? judgement.signer->public_key().bits : 0};
  claimed = judgement.signing_time;
  checked.signer = judgement.signer;
  checked.certificate_referenced = judgement.certificate_referenced;
  checked.value = cms.signature;
  checked.timestamps = std::move(judgement.timestamps);
  checked.content_timestamps = std::move(judgement.content_timestamps);
  checked.content = [this](DigestAlgorithm algorithm) { return content_digest(algorithm); };
  if (scheme.state == SchemeReading::State::kUnsupported) return;
  checked.digests = {scheme.digest};
  if (scheme.kind == SchemeReading::Kind::kRsaPss) checked.digests.push_back(scheme.mgf_digest);
}

void FileJudge::judge_time_and_trust(const CmsSignature& cms, const CheckedSignature& checked,
                                     std::optional<UtcTime> claimed, SignatureReport& report) {
  ArchiveJudgement archive;
  const auto parts = read_archive_parts(octets_, checked.index);
  if (parts) archive = judge_archive_timestamps(checked, *parts, judging_, report);
  const auto proven = judge_timestamps(checked, archive.proven, judging_, report);
  report.process = archive.proven ? "archival" : !report.timestamps.empty() ? "long_term" : "basic";
  auto& time = report.signing_time;
  time.claimed = claimed;
  time.proven = proven;
  time.source = proven ? "timestamp" : claimed ? "cms" : "none";
  judge_claimed_time(input_, report);
  if (!proven) add(report.findings, Code::kSigTimeNotProven, Severity::kInfo);
  judge_trust(checked, proven, judging_, report);
  settle(report);
  report.level = base_level(SignatureKind::kCades, checked.certificate_referenced, report);
  if (report.level == "B-T")
    raise_level(embedded_material(cms), &archive.covered, judging_.chains_of[checked.index],
                report);
  require_level(input_.policy, report);
}

SignatureReport FileJudge::judge_signer(const CmsSignature& cms, std::size_t index) {
  SignatureReport report;
  report.field = "SignerInfo " + std::to_string(index + 1);
  report.sub_filter = has_attribute(cms.signed_attributes, oid::kSigningCertificateV2) ||
                              has_attribute(cms.signed_attributes, oid::kSigningCertificate)
                          ? "CAdES"
                          : "CMS";
  report.coverage = Coverage::kWholeFile;
  if (cms.length != octets_.size())
    add(report.findings, Code::kSigTrailingOctets, Severity::kError);
  CheckedSignature checked;
  checked.index = index;
  checked.material = embedded_material(cms);
  for (const auto& certificate : input_.certificates) checked.material.add(certificate);
  std::optional<UtcTime> claimed;
  judge_cryptography(cms, checked, claimed, report);
  const auto countersignatures =
      std::count_if(cms.unsigned_attributes.begin(), cms.unsigned_attributes.end(),
                    [](const auto& one) { return one.oid == oid::kCountersignature; });
  if (countersignatures != 0)
    add(report.findings, Code::kSigCountersignature, Severity::kInfo,
        {{"count", std::to_string(countersignatures)}});
  judge_time_and_trust(cms, checked, claimed, report);
  const auto sha256 = ossl::sha256(octets_);
  report.signature_sha256 = to_hex(sha256);
  objects_.add(ValidationObject::Kind::kSignature, sha256, SharedBytes{to_bytes(octets_)}, index);
  return report;
}

Result<Report> FileJudge::judge() {
  Report report;
  report.file = input_.name;
  report.size = input_.document.size();
  report.judged_at = input_.at;
  report.policy = input_.policy.name;
  report.sha256 = to_hex(*content_digest(DigestAlgorithm::kSha256));
  ANTIN_TRY(const auto first, read_cms(octets_));
  for (std::size_t i = 0; i < first.signer_count; ++i) {
    ANTIN_TRY(const auto cms, read_cms(octets_, i));
    report.signatures.push_back(judge_signer(cms, i));
  }
  report.validation_objects = objects_.take(proofs_);
  conclude(report, FileState::kAccountedFor);
  return report;
}

}  // namespace

Result<Bytes> signature_octets(ByteView file) {
  if (file.size() > kLargestSignature) return make_error(Code::kResourceLimit, "signature file");
  const auto text = as_text(file);
  if (const auto armour = text.find("-----BEGIN "); armour < 1024) return from_pem(file);
  if (file.empty() || file.front() != 0x30)
    return make_error(Code::kSigNotCms, "starts with another octet than SEQUENCE");
  return to_bytes(file);
}

Result<Report> verify_detached(const DetachedInput& detached) {
  return guarded([&]() -> Result<Report> {
    ANTIN_TRY(const auto octets, signature_octets(detached.signature));
    return FileJudge{detached.input, octets}.judge();
  });
}

}  // namespace antin::verifier
