#include "service/cli/sign_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "verifier/evidence.h"
#include "verifier/verify.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostDocument = std::size_t{4} << 30U;
// An update with a stamp and a placeholder; one that is larger costs a copy, nothing else.
constexpr std::size_t kRoomForUpdate = std::size_t{2} << 20U;

std::shared_ptr<const Error> as_cause(const Finding& finding) {
  return std::make_shared<const Error>(make_error(finding.code, finding.detail, finding.params));
}

// What makes a report INVALID rather than INSUFFICIENT (interfaces.md).
bool decides_invalid(const verifier::SignatureReport& signature) {
  using enum SubIndication;
  const auto sub = signature.sub_indication;
  return signature.indication == Indication::kTotalFailed ||
         signature.integrity == verifier::Integrity::kBroken ||
         !signature.changes_after.permitted || sub == kRevokedNoPoe ||
         sub == kCryptoConstraintsFailure || sub == kCryptoConstraintsFailureNoPoe;
}

// The finding that made a report INVALID: one that decides the sub-indication, else the last error,
// which is about later changes.
std::shared_ptr<const Error> reason(const verifier::Report& report) {
  for (const auto& signature : report.signatures) {
    if (!decides_invalid(signature)) continue;
    const Finding* chosen = nullptr;
    for (const auto& finding : signature.findings) {
      if (finding.severity != Severity::kError) continue;
      chosen = &finding;
      if (signature.changes_after.permitted &&
          info(finding.code).sub_indication == signature.sub_indication)
        break;
    }
    if (chosen != nullptr) return as_cause(*chosen);
  }
  for (const auto& finding : report.findings) {
    if (finding.severity == Severity::kError) return as_cause(finding);
  }
  return std::make_shared<const Error>(
      make_error(report.message, "verdict", report.message_params));
}

verifier::Input judge_input_of(const SignSetup& setup, const Clock& clock,
                               const SharedBytes& document) {
  static const certs::TrustStore nobody;
  auto policy = verifier::Policy::viet_nam();
  policy.report_hazards.reset();  // the signer looks more closely
  return {.name = {},
          .document = document,
          .password = setup.password,
          .trust = setup.trust ? &*setup.trust : &nobody,
          .crls = setup.crls,
          .ocsp = setup.ocsp,
          .policy = std::move(policy),
          .at = clock.utc_now()};
}

Result<verifier::Report> judge(const SignSetup& setup, const Clock& clock,
                               const SharedBytes& document) {
  return verifier::verify(judge_input_of(setup, clock, document));
}

}  // namespace

Result<Findings> SignedDocumentJudge::judge_input(const SharedBytes& document) const {
  ANTIN_TRY(const auto report, judge(setup_, clock_, document));
  if (report.signatures.empty() || report.verdict != verifier::Verdict::kInvalid) return Findings{};
  auto error = make_error(Code::kInputSignatureBroken, "input is INVALID");
  error.cause = reason(report);
  if (!setup_.accept_broken_input || setup_.role == SignSetup::Role::kAgency) return error;
  return Findings{{.code = Code::kInputSignatureBroken,
                   .severity = Severity::kWarning,
                   .params = {},
                   .detail = {}}};
}

Status SignedDocumentJudge::judge_detached(const SharedBytes& content, const Bytes& signature,
                                           Wanted wanted) const {
  ANTIN_TRY(const auto report,
            verifier::verify_detached(
                {.input = judge_input_of(setup_, clock_, content), .signature = signature}));
  const bool intact = report.signatures.size() == 1 &&
                      report.signatures[0].integrity == verifier::Integrity::kIntact;
  if (intact && (wanted == Wanted::kIntact || report.verdict != verifier::Verdict::kInvalid))
    return Done{};
  auto error = make_error(Code::kOutputWouldBeInvalid, "detached signature is INVALID");
  error.cause = reason(report);
  return error;
}

Status SignedDocumentJudge::judge_output(const SharedBytes& document, const std::string& field,
                                         Wanted wanted) const {
  ANTIN_TRY(const auto report, judge(setup_, clock_, document));
  const auto ours = std::find_if(report.signatures.begin(), report.signatures.end(),
                                 [&](const auto& one) { return one.field == field; });
  if (ours != report.signatures.end() && ours->integrity == verifier::Integrity::kIntact &&
      (wanted == Wanted::kIntact || report.verdict != verifier::Verdict::kInvalid))
    return Done{};
  auto error = make_error(Code::kOutputWouldBeInvalid, "output is INVALID");
  error.cause = reason(report);
  return error;
}

SharedBytes append_tail(std::shared_ptr<Bytes> buffer, ByteView tail) {
  // Never moved: others still look at the original octets.
  if (buffer->capacity() - buffer->size() < tail.size()) {
    auto larger = std::make_shared<Bytes>();
    larger->reserve(buffer->size() + tail.size());
    larger->insert(larger->end(), buffer->begin(), buffer->end());
    buffer = std::move(larger);
  }
  buffer->insert(buffer->end(), tail.begin(), tail.end());
  const ByteView whole(*buffer);
  return SharedBytes(std::move(buffer), whole);
}

Result<std::shared_ptr<Bytes>> read_growable(const std::string& path) {
  ANTIN_TRY(auto octets, read_file(path, kMostDocument, kRoomForUpdate));
  return std::make_shared<Bytes>(std::move(octets));
}

Result<SharedBytes> FileBatchHost::load(const signer::BatchItem& item) {
  ANTIN_TRY(auto buffer, read_growable(item.input));
  const std::lock_guard lock(mutex_);
  buffers_[item.output] = buffer;
  const ByteView view(*buffer);
  return SharedBytes(std::move(buffer), view);
}

Result<std::optional<SharedBytes>> FileBatchHost::existing_output(const signer::BatchItem& item) {
  std::error_code ignored;
  if (!std::filesystem::exists(item.output, ignored)) return std::optional<SharedBytes>{};
  ANTIN_TRY(auto octets, read_file(item.output, kMostDocument));
  return std::optional(SharedBytes(std::move(octets)));
}

Result<bool> FileBatchHost::is_finished(const signer::BatchItem& item, const SharedBytes& input,
                                        const SharedBytes& output) {
  take_buffer(item.output);
  if (makes_container(item.output)) return is_finished_container(input, output);
  if (makes_detached(wiring_.setup, item.input, item.output))
    return signer::is_finished_detached(input, output.view(), wiring_.key.certificate,
                                        wiring_.setup.level);
  return signer::is_finished_output(input, output, wiring_.setup.password, wiring_.key.certificate,
                                    wiring_.setup.level);
}

bool FileBatchHost::makes_container(const std::string& output) {
  return has_suffix(output, ".asice");
}

std::shared_ptr<Bytes> FileBatchHost::take_buffer(const std::string& output) {
  const std::lock_guard lock(mutex_);
  auto found = buffers_.extract(output);
  return found.empty() ? nullptr : std::move(found.mapped());
}

Result<signer::SignedDocument> FileBatchHost::sign(const signer::BatchItem& item,
                                                   const SharedBytes& input) {
  auto buffer = take_buffer(item.output);
  if (makes_container(item.output)) return sign_container(input);
  if (makes_detached(wiring_.setup, item.input, item.output)) return sign_detached(input);
  ANTIN_TRY(auto warnings, judge_.judge_input(input));
  using Wanted = SignedDocumentJudge::Wanted;
  const auto wanted =
      warnings.empty() && !wiring_.key.development ? Wanted::kNotInvalid : Wanted::kIntact;
  auto request = wiring_.request;
  request.document = input;
  ANTIN_TRY(auto document,
            signer::sign(request, *wiring_.key.holder, wiring_.key.key.uri, wiring_.environment));
  const auto size = input.size();
  const auto whole = append_tail(std::move(buffer), document.tail);
  document.original = whole.prefix(size);
  ANTIN_CHECK(judge_.judge_output(whole, document.field, wanted));
  document.warnings.insert(document.warnings.end(), warnings.begin(), warnings.end());
  if (wiring_.key.development)
    document.warnings.push_back({.code = Code::kDevelopmentKey,
                                 .severity = Severity::kWarning,
                                 .params = {},
                                 .detail = {}});
  return document;
}

// The .p7s alone is the output: original ++ tail with an empty original.
Result<signer::SignedDocument> FileBatchHost::sign_detached(const SharedBytes& content) {
  ANTIN_TRY(auto made,
            signer::sign_detached(detached_request(wiring_.request, content), *wiring_.key.holder,
                                  wiring_.key.key.uri, wiring_.environment));
  using Wanted = SignedDocumentJudge::Wanted;
  ANTIN_CHECK(judge_.judge_detached(
      content, made.cms, wiring_.key.development ? Wanted::kIntact : Wanted::kNotInvalid));
  if (wiring_.key.development)
    made.warnings.push_back({.code = Code::kDevelopmentKey,
                             .severity = Severity::kWarning,
                             .params = {},
                             .detail = {}});
  return signer::SignedDocument{.original = {},
                                .tail = std::move(made.cms),
                                .field = {},
                                .level_reached = made.level_reached,
                                .signing_time = made.signing_time,
                                .warnings = std::move(made.warnings)};
}

// EN 319 162-1 4.4: the signature is over the manifest, and both join the container.
Result<signer::SignedDocument> FileBatchHost::sign_container(const SharedBytes& container) {
  ANTIN_TRY(auto manifest, verifier::evidence_manifest(container));
  ANTIN_TRY(auto document, sign_detached(SharedBytes(std::move(manifest))));
  ANTIN_TRY(document.tail, verifier::sign_evidence(container, document.tail));
  return document;
}

Result<bool> FileBatchHost::is_finished_container(const SharedBytes& input,
                                                  const SharedBytes& output) const {
  ANTIN_TRY(const auto manifest, verifier::evidence_manifest(input));
  const auto evidence = verifier::read_evidence(output);
  if (!evidence || evidence.value().manifest != manifest) return false;
  return signer::is_finished_detached(SharedBytes(manifest), evidence.value().signature,
                                      wiring_.key.certificate, wiring_.setup.level);
}

Status FileBatchHost::store(const signer::BatchItem& item, const signer::SignedDocument& document) {
  std::error_code ignored;
  // --force replaces an earlier output, never the document that is being signed.
  if (std::filesystem::equivalent(item.input, item.output, ignored))
    return make_error(Code::kFileExists, "output is the input", {{"file", item.output}});
  return write_file(item.output, {document.original.view(), document.tail}, wiring_.if_exists,
                    Sync::kLater);
}

Status FileBatchHost::commit(const std::vector<signer::BatchItem>& stored) {
  std::vector<std::string> paths;
  paths.reserve(stored.size());
  for (const auto& item : stored) paths.push_back(item.output);
  return sync_written(paths);
}

void FileBatchHost::report(std::size_t index, const signer::BatchOutcome& outcome) {
  report_(items_[index], outcome);
}

}  // namespace antin::service
