#include "tests/conformance/corpus/corpus_judge.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "certs/timestamp.h"
#include "certs/trust_store.h"
#include "pdf/read/document.h"
#include "verifier/ber.h"
#include "verifier/cms_judge.h"
#include "verifier/cms_reader.h"
#include "verifier/oids.h"
#include "verifier/verify.h"
#include "verifier/words.h"

namespace antin::conformance {
namespace {

using verifier::Report;
using verifier::SignatureReport;
using verifier::Verdict;

void add_token(ByteView octets, std::vector<certs::Certificate>& into) {
  const auto outer = verifier::ber::read_outer(octets);
  if (!outer) return;
  const auto token = certs::TimestampToken::from_bytes(octets.first(outer->length));
  if (!token) return;
  for (const auto& certificate : token.value().certificates()) into.push_back(certificate);
}

// The encrypted files come from pyHanko's tests, whose passwords are these.
std::string password_of(const SharedBytes& octets) {
  for (const auto* password : {"", "usersecret", "ownersecret", "secret"}) {
    const auto document = pdf::Document::open(octets, {.password = password, .limits = {}});
    if (document || document.error().code != Code::kPdfPasswordNeeded) return password;
  }
  return "";
}

std::vector<certs::Certificate> certificates_in(const SharedBytes& octets,
                                                const std::string& password) {
  std::vector<certs::Certificate> all;
  const auto document = pdf::Document::open(octets, {.password = password, .limits = {}});
  if (!document) return all;
  if (const auto store = document.value().security_store()) {
    for (const auto& der : store.value().certificates) {
      if (auto certificate = certs::Certificate::from_der(der)) all.push_back(certificate.value());
    }
  }
  const auto fields = document.value().signature_fields();
  if (!fields) return all;
  for (const auto& field : fields.value()) {
    if (auto certificate = certs::Certificate::from_der(field.cert_entry))
      all.push_back(certificate.value());
    add_token(field.contents, all);
    const auto cms = verifier::read_cms(field.contents);
    if (!cms) continue;
    all.insert(all.end(), cms.value().certificates.begin(), cms.value().certificates.end());
    for (const auto& attribute : cms.value().unsigned_attributes) {
      if (attribute.oid != verifier::oid::kSignatureTimestamp) continue;
      for (const auto& value : attribute.values) add_token(value, all);
    }
  }
  return all;
}

void promote(const certs::Certificate& certificate, certs::TrustStore& trust) {
  const bool known =
      std::any_of(trust.anchors.begin(), trust.anchors.end(),
                  [&](const auto& anchor) { return anchor.certificate == certificate; });
  if (known) return;
  trust.anchors.push_back({.certificate = certificate,
                           .purposes = {certs::Purpose::kSign, certs::Purpose::kSeal,
                                        certs::Purpose::kTimestamp, certs::Purpose::kOcsp},
                           .trusted_from = {},
                           .trusted_until = {}});
}

Result<Report> judge(const SharedBytes& document, const std::string& name,
                     const std::string& password, const certs::TrustStore& trust, UtcTime at) {
  return verifier::verify({.name = name,
                           .document = document,
                           .password = password,
                           .trust = &trust,
                           .crls = {},
                           .policy = {},
                           .at = at});
}

// The newest moment that the file itself tells of: then the last signature had just been made.
UtcTime signing_time(const Report& report) {
  std::optional<UtcTime> newest;
  const auto take = [&](std::optional<UtcTime> at) {
    if (at && (!newest || *newest < *at)) newest = at;
  };
  for (const auto& signature : report.signatures) {
    take(signature.signing_time.claimed);
    for (const auto& timestamp : signature.timestamps) take(timestamp.gen_time);
  }
  if (newest) return *newest;
  for (const auto& signature : report.signatures) {
    if (!signature.signer) continue;
    const auto from = signature.signer->not_before.since_epoch();
    take(UtcTime{from + (signature.signer->not_after.since_epoch() - from) / 2});
  }
  return newest.value_or(*from_rfc3339("2026-11-01T00:00:00Z"));
}

bool is_trust_reason(SubIndication reason) {
  switch (reason) {
    case SubIndication::kNoCertificateChainFound:
    case SubIndication::kTryLater:
    case SubIndication::kChainConstraintsFailure:
    case SubIndication::kCertificateChainGeneralFailure:
    case SubIndication::kOutOfBoundsNoPoe:
    case SubIndication::kOutOfBoundsNotRevoked:
    case SubIndication::kNotYetValid:
    case SubIndication::kRevokedNoPoe:
    case SubIndication::kRevokedCaNoPoe:
    case SubIndication::kNoPoe:
      return true;
    default:
      return false;
  }
}

bool is_algorithm_reason(SubIndication reason) {
  return reason == SubIndication::kCryptoConstraintsFailure ||
         reason == SubIndication::kCryptoConstraintsFailureNoPoe;
}

bool has_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& finding) { return finding.severity == Severity::kError; });
}

// Is there a reason to refuse that has nothing to do with who is trusted?
bool refused_for_substance(const Report& report) {
  if (report.verdict == Verdict::kNoSignature || has_error(report.findings)) return true;
  return std::any_of(
      report.signatures.begin(), report.signatures.end(), [](const SignatureReport& signature) {
        return signature.integrity == verifier::Integrity::kBroken ||
               signature.coverage == verifier::Coverage::kPartial ||
               !signature.changes_after.permitted ||
               (signature.sub_indication && !is_trust_reason(*signature.sub_indication) &&
                !is_algorithm_reason(*signature.sub_indication));
      });
}

std::string describe(const Report& report) {
  std::string text{name(report.verdict)};
  for (const auto& signature : report.signatures) {
    text += " {" + signature.field + " " + std::string{name(signature.integrity)} + " " +
            std::string{name(signature.coverage)};
    if (signature.sub_indication) text += " " + std::string{name(*signature.sub_indication)};
    for (const auto& finding : signature.findings) {
      if (finding.severity == Severity::kError)
        text += " " + std::string{info(finding.code).name} + "(" + finding.detail + ")";
    }
    for (const auto& item : signature.changes_after.items) {
      if (!item.permitted)
        text += " !" + std::string{info(item.change.what).name} + "@" + item.change.detail;
    }
    text += "}";
  }
  for (const auto& finding : report.findings) {
    if (finding.severity == Severity::kError)
      text += " " + std::string{info(finding.code).name} + "(" + finding.detail + ")";
  }
  return text;
}

}  // namespace

std::vector<Row> read_manifest(const std::string& file) {
  std::vector<Row> rows;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line);
    rows.push_back({json.at("path"), json.value("label", json.value("klass", "")), json.at("gate"),
                    json.value("label_note", "")});
  }
  return rows;
}

Judged judge_with_own_trust(const SharedBytes& document, const std::string& name) {
  certs::TrustStore trust;
  const auto password = password_of(document);
  auto at = *from_rfc3339("2026-11-01T00:00:00Z");
  const auto first = judge(document, name, password, trust, at);
  if (!first) return {std::nullopt, to_log_line(first.error())};
  at = signing_time(first.value());
  const auto found = certificates_in(document, password);
  for (const auto& certificate : found) {
    if (certificate.self_signed()) promote(certificate, trust);
  }
  auto report = judge(document, name, password, trust, at);
  if (!report) return {std::nullopt, to_log_line(report.error())};
  for (const auto& signature : report.value().signatures) {
    if (!signature.signer || signature.indication == Indication::kTotalPassed) continue;
    for (const auto& certificate : found) {
      if (to_hex(certificate.sha256()) == signature.signer->sha256) promote(certificate, trust);
    }
  }
  report = judge(document, name, password, trust, at);
  if (!report) return {std::nullopt, to_log_line(report.error())};
  return {std::move(report).value(), ""};
}

std::string disagreement(const Row& row, const Judged& judged) {
  if (row.gate == "exclude") return "";
  if (!judged.report) {
    // A file that no strict reader opens is not VALID, and nothing else was asked of it.
    return row.gate == "must-not-be-VALID" ? "" : "unreadable: " + judged.problem;
  }
  const auto& report = *judged.report;
  if (row.gate == "must-not-be-VALID") {
    if (report.verdict == Verdict::kValid) return "is VALID";
    // Not even "not enough is known": whoever asks must be told no.
    if (report.verdict == Verdict::kInsufficient) return "is INSUFFICIENT: " + describe(report);
    return refused_for_substance(report) ? "" : "refused for trust alone: " + describe(report);
  }
  bool trust_or_algorithm = false;
  for (const auto& signature : report.signatures) {
    if (signature.integrity != verifier::Integrity::kIntact)
      return "integrity: " + describe(report);
    trust_or_algorithm = trust_or_algorithm || (signature.sub_indication &&
                                                (is_trust_reason(*signature.sub_indication) ||
                                                 is_algorithm_reason(*signature.sub_indication)));
  }
  if (report.verdict == Verdict::kValid) return "";
  // A document timestamp vouches for nobody: intact, and yet nobody has signed.
  const bool only_stamped =
      report.verdict == Verdict::kNoSignature && !report.signatures.empty() &&
      !has_error(report.findings) &&
      std::all_of(report.signatures.begin(), report.signatures.end(), [](const auto& signature) {
        return signature.document_timestamp && signature.indication == Indication::kTotalPassed &&
               signature.coverage != verifier::Coverage::kPartial &&
               signature.changes_after.permitted;
      });
  if (only_stamped) return "";
  if (trust_or_algorithm && !refused_for_substance(report)) return "";
  return "not VALID: " + describe(report);
}

}  // namespace antin::conformance
