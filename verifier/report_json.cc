#include <cmath>
#include <nlohmann/json.hpp>

#include "certs/core/base64.h"
#include "certs/core/codes.h"
#include "verifier/explanation.h"
#include "verifier/report.h"
#include "verifier/words.h"

namespace antin::verifier {
namespace {

using Json = nlohmann::ordered_json;

Json sentences(Code code, const Params& params) {
  return {{"vi", sentence(code, Language::kVietnamese, params)},
          {"en", sentence(code, Language::kEnglish, params)}};
}

Json advices(Code code, const Params& params) {
  return {{"vi", what_to_do(code, Language::kVietnamese, params)},
          {"en", what_to_do(code, Language::kEnglish, params)}};
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json time_or_null(const std::optional<UtcTime>& at) {
  return at ? Json(to_rfc3339(*at)) : Json(nullptr);
}

Json findings_json(const Findings& findings) {
  auto all = Json::array();
  for (const auto& finding : findings) {
    Json one = {{"code", info(finding.code).name},
                {"severity", name(finding.severity)},
                {"message", sentences(finding.code, finding.params)}};
    one["advice"] = advices(finding.code, finding.params);
    if (!finding.detail.empty()) one["detail"] = finding.detail;
    all.push_back(std::move(one));
  }
  return all;
}

Json certificate_json(const CertificateSummary& certificate) {
  return {{"name", certificate.name},
          {"organization", certificate.organization},
          {"issuer", certificate.issuer},
          {"serial", certificate.serial},
          {"sha256", certificate.sha256},
          {"not_before", to_rfc3339(certificate.not_before)},
          {"not_after", to_rfc3339(certificate.not_after)}};
}

Json changes_json(const ChangesAfter& changes) {
  auto items = Json::array();
  for (const auto& item : changes.items) {
    Json one = {{"object", std::to_string(item.change.object.number) + " " +
                               std::to_string(item.change.object.generation)},
                {"page", item.change.page ? Json(*item.change.page + 1) : Json(nullptr)},
                {"what", info(item.change.what).name},
                {"rule", item.rule},
                {"permitted", item.permitted},
                {"level", name(item.change.level)},
                {"message", sentences(item.change.what, {})}};
    if (!item.permitted) one["advice"] = advices(item.change.what, {});
    if (!item.change.field.empty()) one["field"] = item.change.field;
    if (!item.change.detail.empty()) one["detail"] = item.change.detail;
    items.push_back(std::move(one));
  }
  return {{"level", name(changes.level)}, {"permitted", changes.permitted}, {"items", items}};
}

Json revocation_json(const std::vector<RevocationEntry>& entries) {
  auto all = Json::array();
  for (const auto& entry : entries)
    all.push_back({{"certificate_sha256", entry.certificate_sha256},
                   {"state", entry.state},
                   {"source", entry.source},
                   {"reason", entry.reason},
                   {"revoked_at", time_or_null(entry.revoked_at)},
                   {"this_update", time_or_null(entry.this_update)},
                   {"next_update", time_or_null(entry.next_update)},
                   {"evidence_sha256", entry.evidence_sha256}});
  return all;
}

Json timestamps_json(const std::vector<TimestampEntry>& entries) {
  auto all = Json::array();
  for (const auto& entry : entries)
    all.push_back({{"kind", entry.kind},
                   {"time", to_rfc3339(entry.gen_time)},
                   {"tsa", entry.tsa},
                   {"trusted", entry.trusted},
                   {"findings", findings_json(entry.findings)}});
  return all;
}

Json signature_json(const SignatureReport& signature) {
  auto chain = Json::array();
  for (const auto& certificate : signature.chain) chain.push_back(certificate_json(certificate));
  return {{"field", signature.field},
          {"kind", signature.document_timestamp ? "document_timestamp" : "signature"},
          {"revision", signature.revision + 1},
          {"sub_filter", signature.sub_filter},
          {"level", or_null(signature.level)},
          {"indication", name(signature.indication)},
          {"sub_indication",
           signature.sub_indication ? Json(name(*signature.sub_indication)) : Json(nullptr)},
          {"integrity", name(signature.integrity)},
          {"coverage", name(signature.coverage)},
          {"changes_after", changes_json(signature.changes_after)},
          {"signer", signature.signer ? certificate_json(*signature.signer) : Json(nullptr)},
          {"signing_time",
           {{"claimed", time_or_null(signature.signing_time.claimed)},
            {"proven", time_or_null(signature.signing_time.proven)},
            {"source", signature.signing_time.source}}},
          {"algorithm",
           {{"digest", signature.algorithm.digest},
            {"signature", signature.algorithm.signature},
            {"key_bits", signature.algorithm.key_bits}}},
          {"chain", std::move(chain)},
          {"revocation", revocation_json(signature.revocation)},
          {"timestamps", timestamps_json(signature.timestamps)},
          {"findings", findings_json(signature.findings)}};
}

Json boxes_json(const std::vector<Comparison::Box>& boxes) {
  // Hundredths of a point are far below a pixel.
  const auto rounded = [](double value) { return std::round(value * 100) / 100; };
  auto all = Json::array();
  for (const auto& box : boxes)
    all.push_back({rounded(box[0]), rounded(box[1]), rounded(box[2]), rounded(box[3])});
  return all;
}

std::string_view name(Comparison::Page::Result result) {
  using enum Comparison::Page::Result;
  return result == kSame ? "same" : result == kDifferent ? "different" : "not_comparable";
}

std::string_view name(Comparison::TextDifference::Kind kind) {
  using enum Comparison::TextDifference::Kind;
  return kind == kChanged ? "changed" : kind == kAdded ? "added" : "removed";
}

Json page_json(const Comparison::Page& page) {
  Json one = {{"page", page.page},
              {"result", name(page.result)},
              {"boxes", boxes_json(page.boxes)},
              {"original_page", or_null(page.original)},
              {"dpi", page.dpi == 0 ? Json(nullptr) : Json(page.dpi)}};
  auto text = Json::array();
  for (const auto& difference : page.text)
    text.push_back({{"kind", name(difference.kind)},
                    {"original", difference.original},
                    {"copy", difference.copy},
                    {"box", boxes_json({difference.box})[0]}});
  one["text"] = std::move(text);
  if (!page.picture.empty()) one["picture"] = to_base64(page.picture);
  return one;
}

Json comparison_json(const Comparison& comparison) {
  auto pages = Json::array();
  for (const auto& page : comparison.pages) pages.push_back(page_json(page));
  const auto count = [](std::size_t number) { return number == 0 ? Json(nullptr) : Json(number); };
  return {{"result", name(comparison.result)},
          {"result_code", info(message_of(comparison.result)).name},
          {"original", comparison.result == Comparison::Result::kNotFound
                           ? Json(nullptr)
                           : Json{{"file", comparison.original_file},
                                  {"sha256", comparison.original_sha256},
                                  {"size", comparison.original_size},
                                  {"pages", count(comparison.original_pages)}}},
          {"copy_pages", count(comparison.copy_pages)},
          {"message", sentences(message_of(comparison.result), {})},
          {"advice", advices(message_of(comparison.result), {})},
          {"findings", findings_json(comparison.findings)},
          {"pages", std::move(pages)}};
}

Json register_json(const RegisterEntry& entry) {
  Json all = {{"state", name(entry.state)}};
  if (entry.state == RegisterEntry::State::kNotFound) return all;
  all["kind"] = name(entry.kind);
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) all[key] = value;
  };
  put("number", entry.number);
  put("book", entry.book);
  put("date", entry.date);
  put("unit", entry.unit_name);
  put("unit_code", entry.unit_code);
  if (entry.pages != 0) all["pages"] = entry.pages;
  if (entry.decision) {
    put("decision", entry.decision->number);
    put("decision_date", entry.decision->date);
  }
  return all;
}

// Names from certificates and documents may hold any octets; a report is always valid UTF-8.
std::string text_of(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Report& report) {
  auto signatures = Json::array();
  for (const auto& signature : report.signatures) signatures.push_back(signature_json(signature));
  const Json whole = {
      {"schema", "antin-report/1"},
      {"file", report.file},
      {"sha256", report.sha256},
      {"size", report.size},
      {"pages", report.pages},
      {"revisions", report.revisions},
      {"verdict", name(report.verdict)},
      {"valid", report.verdict == Verdict::kValid},
      {"message", sentences(report.message, report.message_params)},
      {"message_code", info(report.message).name},
      {"signatures", std::move(signatures)},
      {"findings", findings_json(report.findings)},
      {"comparison", report.comparison ? comparison_json(*report.comparison) : Json(nullptr)},
      {"register", report.register_entry ? register_json(*report.register_entry) : Json(nullptr)}};
  return text_of(whole);
}

std::string to_json(const Comparison& comparison, const std::string& copy_name) {
  return text_of({{"schema", "antin-comparison/1"},
                  {"file", copy_name},
                  {"comparison", comparison_json(comparison)}});
}

}  // namespace antin::verifier
