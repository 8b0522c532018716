#include "service/antind/case_signatures.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "service/antind/case_facts.h"
#include "service/ipc/worker_protocol.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;
using casework::SignatureFact;

// Only what the verifier passed, or left open for want of revocation data alone.
SignatureFact::Verdict verdict_of(const Json& signature) {
  const auto indication = text_fact(signature, "indication");
  if (text_fact(signature, "integrity") != "intact") return SignatureFact::Verdict::kFailed;
  if (indication == "TOTAL-PASSED") return SignatureFact::Verdict::kPassed;
  if (indication == "INDETERMINATE" && text_fact(signature, "sub_indication") == "TRY_LATER")
    return SignatureFact::Verdict::kRevocationUnknown;
  return SignatureFact::Verdict::kFailed;
}

SignatureFact::After after_of(const Json& signature) {
  const auto coverage = text_fact(signature, "coverage");
  if (coverage == "whole_file") return SignatureFact::After::kNothing;
  const auto changes = signature.find("changes_after");
  if (coverage != "whole_revision" || changes == signature.end() || !changes->is_object() ||
      !changes->value("permitted", false))
    return SignatureFact::After::kMore;
  const auto level = text_fact(*changes, "level");
  if (level == "none" || level == "long_term_data") return SignatureFact::After::kNothing;
  return level == "signature" ? SignatureFact::After::kSignatures : SignatureFact::After::kMore;
}

bool has_doubts(const Json& report) {
  const auto findings = report.find("findings");
  return findings == report.end() || !findings->is_array() ||
         std::any_of(findings->begin(), findings->end(), [](const Json& finding) {
           return !finding.is_object() || text_fact(finding, "severity") != "info";
         });
}

Result<std::vector<Bytes>> digests(const cbor::Value& body, const char* key) {
  ANTIN_TRY(const auto list, cbor::array_at(body, key));
  std::vector<Bytes> all;
  all.reserve(list.size());
  for (const auto& one : list) {
    if (one.bytes() == nullptr) return make_error(Code::kIpcMalformed, key);
    all.push_back(*one.bytes());
  }
  return all;
}

}  // namespace

Result<std::vector<SignatureFact>> signatures_in(std::string_view report,
                                                 const std::vector<Bytes>& agencies) {
  const auto read = Json::parse(report, nullptr, false);
  const auto list = read.is_object() ? read.find("signatures") : read.end();
  if (!read.is_object() || list == read.end() || !list->is_array())
    return make_error(Code::kIpcMalformed, "report");
  const auto verdict = text_fact(read, "verdict");
  std::vector<std::pair<std::int64_t, SignatureFact>> all;
  bool passed = true;
  for (const auto& signature : *list) {
    if (text_fact(signature, "kind") != "signature") continue;
    SignatureFact fact{.verdict = verdict_of(signature), .after = after_of(signature)};
    const auto signer = signature.find("signer");
    if (signer != signature.end() && signer->is_object()) {
      fact.name = text_fact(*signer, "name");
      if (!from_hex(text_fact(*signer, "sha256"), fact.certificate_sha256))
        return make_error(Code::kIpcMalformed, "sha256");
    } else {
      fact.verdict = SignatureFact::Verdict::kFailed;
    }
    if (std::find(agencies.begin(), agencies.end(), fact.certificate_sha256) != agencies.end())
      fact.by = SignatureFact::By::kAgency;
    passed = passed && fact.verdict == SignatureFact::Verdict::kPassed &&
             fact.after != SignatureFact::After::kMore;
    all.emplace_back(signature.value("revision", std::int64_t{0}), std::move(fact));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& one, const auto& other) { return one.first < other.first; });
  // The document as a whole: octets that nothing accounts for are no signature's fault. What is
  // left open must be a signature's own, or nobody could confirm it.
  const bool whole = verdict == "VALID" || verdict == "NO_SIGNATURE" ||
                     (verdict == "INSUFFICIENT" && !passed && !has_doubts(read));
  std::vector<SignatureFact> facts;
  facts.reserve(all.size());
  for (auto& [revision, fact] : all) {
    if (!whole) fact.verdict = SignatureFact::Verdict::kFailed;
    facts.push_back(std::move(fact));
  }
  return facts;
}

Result<ReadSignatures> read_signatures(WorkerPool& workers, const SharedBytes& document, UtcTime at,
                                       std::chrono::milliseconds within, const Whose& whose) {
  ReadSignatures read;
  const auto asked = std::chrono::steady_clock::now();
  ANTIN_TRY(const auto inspected,
            workers.ask(worker::kInspect, cbor::Map{{"at", seconds(at)}}, {document}, within));
  ANTIN_TRY(read.pages, cbor::integer_at(inspected.body, "pages"));
  ANTIN_TRY(read.signed_end, cbor::integer_at(inspected.body, "signed_end"));
  ANTIN_TRY(const auto agencies, digests(inspected.body, "agencies"));
  read.inspected = inspected.body;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - asked);
  const auto left = std::max(within - took, std::chrono::milliseconds(1));
  // "document": every signature and everything around it, and no rule of a certified copy, which is
  // not finished yet. The register is not asked: it is about to hear of this document.
  ANTIN_TRY(const auto verified, workers.ask(worker::kVerify,
                                             cbor::Map{{"name", "document.pdf"},
                                                       {"password", ""},
                                                       {"profile", "document"},
                                                       {"now", seconds(at)},
                                                       {"format", "json"},
                                                       {"lang", ""},
                                                       {"at", seconds(at)}},
                                             {document}, left));
  ANTIN_TRY(const auto report, cbor::text_at(verified.body, "report"));
  ANTIN_TRY(read.document.signatures, signatures_in(report, agencies));
  for (auto& signature : read.document.signatures) whose(signature);
  return read;
}

}  // namespace antin::service
