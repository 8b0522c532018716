#include <algorithm>

#include "certs/ossl/digest.h"
#include "service/worker/worker.h"

namespace antin::service::worker {
namespace {

Error unsound(const std::string& why) {
  return make_error(Code::kCompletedUnsound, why, {{"ly_do", why}, {"reason", why}});
}

// What the judgement itself calls wrong, or else the part of it that is not as it must be.
Error unsound(const verifier::SignatureReport& signature, const char* otherwise) {
  const auto wrong =
      std::find_if(signature.findings.begin(), signature.findings.end(),
                   [](const auto& finding) { return finding.severity == Severity::kError; });
  return unsound(wrong == signature.findings.end() ? otherwise
                                                   : std::string(info(wrong->code).name));
}

// Everything that needs no trust: there is none here, and who may sign was asked before.
Status judge_own(const verifier::SignatureReport& signature, const std::string& certificate_sha256,
                 const std::string& level) {
  if (signature.integrity != verifier::Integrity::kIntact) return unsound(signature, "integrity");
  if (signature.indication == Indication::kTotalFailed) return unsound(signature, "indication");
  if (signature.coverage == verifier::Coverage::kPartial) return unsound(signature, "coverage");
  if (!signature.changes_after.permitted) return unsound(signature, "changes");
  if (!signature.signer || signature.signer->sha256 != certificate_sha256)
    return unsound("certificate");
  if (signature.sub_filter != "ETSI.CAdES.detached") return unsound("sub-filter");
  // From B-T on there must be a timestamp of this very signature; whether its maker is trusted
  // shows in every report.
  const auto reached = signature.level.value_or("");
  if (!reached.starts_with("B-")) return unsound("level " + reached);
  if (level != "B-B" && reached == "B-B") return unsound("level " + reached);
  return Done{};
}

}  // namespace

Status check_finished(const cbor::Value& body, const SharedBytes& octets,
                      const Settings& settings) {
  ANTIN_TRY(const auto now, time_at(body, "now"));
  ANTIN_TRY(const auto field, cbor::text_at(body, "field"));
  ANTIN_TRY(const auto level, cbor::text_at(body, "level"));
  ANTIN_TRY(const auto certificate, cbor::bytes_at(body, "certificate"));
  ANTIN_TRY(const auto signed_end, cbor::integer_at(body, "from"));
  if (signed_end < 1 || static_cast<std::uint64_t>(signed_end) > octets.size())
    return make_error(Code::kIpcMalformed, "from");
  auto policy = settings.policy;
  policy.report_hazards.reset();
  const auto report = verifier::verify({.name = "document",
                                        .document = octets,
                                        .password = {},
                                        .trust = &settings.trust,
                                        .crls = {},
                                        .policy = std::move(policy),
                                        .at = now});
  if (!report) return unsound(std::string(info(report.error().code).name));
  const verifier::SignatureReport* own = nullptr;
  for (const auto& signature : report.value().signatures) {
    if (signature.field != field) continue;
    if (own != nullptr || signature.document_timestamp) return unsound("field");
    own = &signature;
  }
  if (own == nullptr) return unsound("field");
  ANTIN_CHECK(judge_own(*own, to_hex(ossl::sha256(certificate)), level));
  if (static_cast<std::uint64_t>(signed_end) == octets.size()) return Done{};
  return check_added(cbor::Map{{"what", "proof"}, {"from", signed_end}}, octets,
                     settings.policy.limits);
}

}  // namespace antin::service::worker
