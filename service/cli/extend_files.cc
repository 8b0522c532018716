#include "service/cli/extend_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "service/cli/inputs.h"
#include "service/cli/sign_files.h"
#include "service/cli/sign_setup.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostDocument = std::size_t{4} << 30U;
// ISO 32000-2 annex H.3 in the reading of most programs: the header may stand a little later.
constexpr std::size_t kHeaderWithin = 1'024;

bool is_pdf(ByteView octets) {
  const auto head = as_text(octets.first(std::min(octets.size(), kHeaderWithin)));
  return head.find("%PDF-") != std::string_view::npos;
}

Status refuse_invalid(const verifier::Report& report, Code broken) {
  if (report.verdict != verifier::Verdict::kInvalid) return Done{};
  return while_doing(make_error(report.message, "verdict", report.message_params), broken,
                     "the verifier calls it INVALID");
}

}  // namespace

signer::ProofMaterial FileExtender::proof() const {
  auto proof = proof_material(setup_);
  proof.freshness = setup_.freshness;
  return proof;
}

verifier::Input FileExtender::input(const SharedBytes& document) const {
  static const certs::TrustStore nobody;
  return {.name = {},
          .document = document,
          .password = setup_.password,
          .trust = setup_.trust ? &*setup_.trust : &nobody,
          .crls = setup_.crls,
          .ocsp = setup_.ocsp,
          .policy = verifier::Policy::viet_nam(),
          .at = environment_.clock->utc_now()};
}

Status FileExtender::judge(const SharedBytes& document, Code broken) const {
  ANTIN_TRY(const auto report, verifier::verify(input(document)));
  return refuse_invalid(report, broken);
}

Status FileExtender::judge_detached(const SharedBytes& content, const Bytes& signature,
                                    Code broken) const {
  ANTIN_TRY(const auto report,
            verifier::verify_detached({.input = input(content), .signature = signature}));
  return refuse_invalid(report, broken);
}

Result<ExtendedFile> FileExtender::extend(const std::string& path) const {
  ANTIN_TRY(auto buffer, read_growable(path));
  const ByteView view(*buffer);
  SharedBytes octets(std::move(buffer), view);
  return is_pdf(view) ? extend_pdf(octets) : extend_detached(path, octets);
}

Result<ExtendedFile> FileExtender::extend_pdf(const SharedBytes& document) const {
  ANTIN_CHECK(judge(document, Code::kExtendInputBroken));
  ANTIN_TRY(auto made, signer::extend({.document = document,
                                       .password = setup_.password,
                                       .target = setup_.target,
                                       .proof = proof(),
                                       .without = setup_.without_evidence,
                                       .renewal = setup_.renewal},
                                      environment_));
  ExtendedFile out{.original = document,
                   .tail = std::move(made.tail),
                   .changed = false,
                   .level = made.level_reached,
                   .fields = std::move(made.fields),
                   .renew_before = {},
                   .warnings = std::move(made.warnings)};
  out.changed = !out.tail.empty();
  auto whole = document;
  if (out.changed) {
    auto octets = std::make_shared<Bytes>();
    octets->reserve(document.size() + out.tail.size());
    octets->insert(octets->end(), document.view().begin(), document.view().end());
    whole = append_tail(std::move(octets), out.tail);
    ANTIN_CHECK(judge(whole, Code::kExtendWouldBreak));
  }
  if (out.level == signer::Level::kLTA) {
    ANTIN_TRY(const auto need, signer::needs_renewal(whole, setup_.password, proof(),
                                                     environment_.clock->utc_now()));
    out.renew_before = need.before;
    if (need.due && need.before)
      out.warnings.push_back({.code = Code::kRenewalDue,
                              .severity = Severity::kWarning,
                              .params = {{"ngay", to_vietnam_day_text(*need.before)}},
                              .detail = {}});
  }
  return out;
}

Result<ExtendedFile> FileExtender::extend_detached(const std::string& path,
                                                   const SharedBytes& signature) const {
  auto content = setup_.content;
  if (content.empty() && has_suffix(path, ".p7s")) {
    content = std::filesystem::path(path).replace_extension().string();
    std::error_code ignored;
    if (!std::filesystem::exists(content, ignored)) content.clear();
  }
  if (content.empty()) return make_error(Code::kDetachedContentNeeded, path, {{"tep", path}});
  ANTIN_TRY(auto octets, read_file(content, kMostDocument));
  const SharedBytes signed_file(std::move(octets));
  // What was signed and what was not is told first, in words of its own.
  ANTIN_TRY(auto made, signer::extend_detached({.signature = to_bytes(signature.view()),
                                                .content = signed_file,
                                                .target = setup_.target,
                                                .proof = proof(),
                                                .without = setup_.without_evidence,
                                                .renewal = setup_.renewal},
                                               environment_));
  ANTIN_CHECK(judge_detached(signed_file, to_bytes(signature.view()), Code::kExtendInputBroken));
  if (made.changed) ANTIN_CHECK(judge_detached(signed_file, made.cms, Code::kExtendWouldBreak));
  return ExtendedFile{.original = {},
                      .tail = std::move(made.cms),
                      .changed = made.changed,
                      .level = made.level_reached,
                      .fields = {},
                      .renew_before = {},
                      .warnings = std::move(made.warnings)};
}

}  // namespace antin::service
