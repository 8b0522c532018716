#include "tests/unit/reports/made.h"

namespace antin::verifier::made {
namespace {

CertificateSummary certificate(unsigned number, const std::string& name) {
  return {.name = name,
          .organization = "Ủy ban nhân dân phường Đống Đa",
          .issuer = "CN=Cơ quan chứng thực số thử nghiệm, O=Ban Cơ yếu Chính phủ, C=VN",
          .serial = "7a0b" + std::to_string(number),
          .sha256 = sha256(number),
          .not_before = time("2025-01-01T00:00:00Z"),
          .not_after = time("2028-01-01T00:00:00Z")};
}

ValidationObject object(ValidationObject::Kind kind, const std::string& hash,
                        std::vector<std::size_t> used_by) {
  return {.kind = kind,
          .sha256 = hash,
          .octets = SharedBytes{to_bytes("octets of " + hash)},
          .proven = time("2026-05-20T00:00:00Z"),
          .used_by = std::move(used_by)};
}

void spoil(Report& report, Verdict verdict) {
  auto& last = report.signatures.back();
  if (verdict == Verdict::kInvalid) {
    last.indication = Indication::kTotalFailed;
    last.sub_indication = SubIndication::kHashFailure;
    last.integrity = Integrity::kBroken;
    last.findings.push_back({Code::kSigDigestMismatch, Severity::kError, {}, "object 12 0"});
    last.changes_after.level = pdf::ChangeLevel::kContent;
    last.changes_after.permitted = false;
    last.changes_after.items.push_back({.change = {.object = {12, 0},
                                                   .page = 2,
                                                   .level = pdf::ChangeLevel::kContent,
                                                   .what = Code::kSigDigestMismatch,
                                                   .field = "Sig9",
                                                   .detail = ""},
                                        .rule = "ISO 32000-2 12.8.2.2",
                                        .permitted = false});
    report.message = Code::kSigDigestMismatch;
  }
  if (verdict == Verdict::kInsufficient) {
    last.indication = Indication::kIndeterminate;
    last.sub_indication = SubIndication::kTryLater;
    last.revocation.front().state = "unknown";
    last.findings.push_back({Code::kSigRevocationUnknown, Severity::kError, {}, ""});
    report.message = Code::kSigRevocationUnknown;
  }
}

}  // namespace

UtcTime time(const std::string& rfc3339) {
  return *from_rfc3339(rfc3339);
}

std::string sha256(unsigned seed) {
  std::string hex;
  for (unsigned i = 0; i < 64; ++i) hex += "0123456789abcdef"[(seed * 7 + i * (seed + 3)) % 16];
  const auto tail = std::to_string(seed);
  return hex.substr(0, 64 - tail.size()) + tail;
}

SignatureReport signature(unsigned number) {
  SignatureReport one;
  one.field = "Chữ ký " + std::to_string(number);
  one.revision = number;
  one.sub_filter = "ETSI.CAdES.detached";
  one.level = "B-LT";
  one.indication = Indication::kTotalPassed;
  one.integrity = Integrity::kIntact;
  one.coverage = Coverage::kWholeRevision;
  one.signer = certificate(10 * number, "Nguyễn Thị Ánh Nguyệt");
  one.signing_time = {.claimed = time("2026-05-19T23:59:00Z"),
                      .proven = time("2026-05-20T00:00:00Z"),
                      .source = "timestamp"};
  one.algorithm = {.digest = "SHA-256", .signature = "RSASSA-PSS", .key_bits = 3072};
  one.chain = {*one.signer, certificate(1, "CA"), certificate(2, "Root")};
  one.revocation = {{.certificate_sha256 = one.signer->sha256,
                     .state = "good",
                     .source = "ocsp",
                     .evidence_sha256 = sha256(3),
                     .reason = "",
                     .revoked_at = {},
                     .this_update = time("2026-05-20T00:05:00Z"),
                     .next_update = time("2026-05-21T00:05:00Z")}};
  one.timestamps = {{.kind = "signature",
                     .gen_time = time("2026-05-20T00:00:00Z"),
                     .tsa = "Máy chủ dấu thời gian",
                     .trusted = true,
                     .findings = {}}};
  one.process = "long_term";
  one.best_signature_time = time("2026-05-20T00:00:00Z");
  one.signature_sha256 = sha256(10 * number + 1);
  return one;
}

SignatureReport document_timestamp(unsigned number) {
  auto one = signature(number);
  one.document_timestamp = true;
  one.sub_filter = "ETSI.RFC3161";
  one.timestamps.front().kind = "document";
  return one;
}

Report report(Verdict verdict, unsigned signatures) {
  Report whole;
  whole.file = "Quyết định số 12.pdf";
  whole.sha256 = sha256(99);
  whole.size = 1'234'567;
  whole.pages = 12;
  whole.revisions = signatures + 1;
  whole.verdict = verdict;
  whole.judged_at = time("2026-06-01T02:03:04Z");
  whole.policy = "viet-nam";
  whole.message = verdict == Verdict::kValid         ? Code::kVerdictValid
                  : verdict == Verdict::kNoSignature ? Code::kVerdictNoSignature
                                                     : Code::kVerdictInsufficient;
  std::vector<std::size_t> everybody;
  for (unsigned i = 0; i < signatures; ++i) {
    whole.signatures.push_back(signature(i + 1));
    whole.validation_objects.push_back(
        object(ValidationObject::Kind::kSignature, whole.signatures.back().signature_sha256, {i}));
    whole.validation_objects.push_back(
        object(ValidationObject::Kind::kCertificate, whole.signatures.back().signer->sha256, {i}));
    everybody.push_back(i);
  }
  if (signatures == 0) return whole;
  whole.validation_objects.push_back(
      object(ValidationObject::Kind::kCertificate, sha256(1), everybody));
  whole.validation_objects.push_back(object(ValidationObject::Kind::kOcsp, sha256(3), everybody));
  spoil(whole, verdict);
  return whole;
}

Report report_full_of(const std::string& text) {
  auto whole = report(Verdict::kInvalid, 2);
  whole.file = text;
  whole.policy = text;
  for (auto& one : whole.signatures) {
    one.field = text;
    one.sub_filter = text;
    one.algorithm.digest = text;
    one.algorithm.signature = text;
    for (auto* certificate : {&*one.signer, &one.chain[0], &one.chain[1]}) {
      certificate->name = text;
      certificate->organization = text;
      certificate->issuer = text;
      certificate->serial = text;
    }
    one.timestamps.front().tsa = text;
    one.findings.push_back({Code::kFileUnreadable, Severity::kWarning, {{"file", text}}, text});
    for (auto& item : one.changes_after.items) item.change.field = text;
  }
  whole.findings.push_back({Code::kFileUnreadable, Severity::kError, {{"file", text}}, text});
  return whole;
}

}  // namespace antin::verifier::made
