#include "service/antind/case_capture.h"

#include <algorithm>
#include <array>

#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

Result<Json> complaint(const cbor::Value& finding) {
  Json told;
  for (const char* key : {"code", "severity"}) {
    ANTIN_TRY(told[key], cbor::text_at(finding, key));
  }
  ANTIN_TRY(told["page"], cbor::integer_at(finding, "page"));
  for (const auto& [into, vi, en] :
       {std::tuple{"message", "vi", "en"}, std::tuple{"action", "vi_do", "en_do"}}) {
    ANTIN_TRY(told[into]["vi"], cbor::text_at(finding, vi));
    ANTIN_TRY(told[into]["en"], cbor::text_at(finding, en));
  }
  return told;
}

// What the page shows beside its picture.
Result<Json> page_told(const cbor::Value& page) {
  constexpr std::int64_t kMicrometres = 1'000;
  Json told;
  ANTIN_TRY(const auto dpi_x, cbor::integer_at(page, "dpi_x"));
  ANTIN_TRY(const auto dpi_y, cbor::integer_at(page, "dpi_y"));
  ANTIN_TRY(const auto width, cbor::integer_at(page, "width_um"));
  ANTIN_TRY(const auto height, cbor::integer_at(page, "height_um"));
  told["dpi"] = std::min(dpi_x, dpi_y);
  told["width_mm"] = width / kMicrometres;
  told["height_mm"] = height / kMicrometres;
  ANTIN_TRY(told["paper"], cbor::text_at(page, "paper"));
  ANTIN_TRY(told["colour"], cbor::text_at(page, "colour"));
  return told;
}

SharedBytes one_behind_the_other(const std::vector<SharedBytes>& files) {
  if (files.size() == 1) return files.front();
  Bytes all;
  std::size_t octets = 0;
  for (const auto& file : files) octets += file.size();
  all.reserve(octets);
  for (const auto& file : files) all.insert(all.end(), file.view().begin(), file.view().end());
  return SharedBytes(std::move(all));
}

// The number of pages is compared by the rules of the office, which know the case.
cbor::Map question(const Scanned& scanned) {
  static constexpr std::array kWords{"stop", "scan", "never"};
  cbor::Array files;
  files.reserve(scanned.files.size());
  for (const auto& file : scanned.files)
    files.push_back(
        cbor::Map{{"name", "scan"}, {"octets", static_cast<std::int64_t>(file.size())}});
  cbor::Array pages;
  pages.reserve(scanned.pages.size());
  for (const auto& page : scanned.pages)
    pages.push_back(cbor::Map{{"file", page.file}, {"page", page.page}, {"rotate", page.rotate}});
  return cbor::Map{{"files", std::move(files)},
                   {"pages", std::move(pages)},
                   {"original_pages", std::int64_t{0}},
                   {"paper", scanned.paper},
                   {"colour", true},
                   {"signed", kWords.at(static_cast<std::size_t>(scanned.signed_input))},
                   {"min_dpi", std::int64_t{0}}};
}

}  // namespace

SignedScan signed_scan(const casework::Case& one, const nlohmann::json& facts) {
  if (one.product != casework::Product::kCertifiedCopy) return SignedScan::kNeverCopied;
  return facts.contains("scan_confirmed") ? SignedScan::kConfirmedScan : SignedScan::kStop;
}

Result<CapturedScan> capture_scan(WorkerPool& workers, const Scanned& scanned,
                                  std::chrono::milliseconds within) {
  ANTIN_TRY(const auto reply, workers.ask(worker::kCapture, question(scanned),
                                          {one_behind_the_other(scanned.files)}, within));
  CapturedScan scan;
  ANTIN_TRY(scan.fits, cbor::boolean_at(reply.body, "fits"));
  ANTIN_TRY(const auto pages, cbor::array_at(reply.body, "pages"));
  scan.pages = static_cast<std::int64_t>(pages.size());
  for (const auto& page : pages) {
    ANTIN_TRY(auto told, page_told(page));
    scan.judged.push_back(std::move(told));
  }
  ANTIN_TRY(const auto findings, cbor::array_at(reply.body, "findings"));
  for (const auto& finding : findings) {
    ANTIN_TRY(auto told, complaint(finding));
    scan.complaints.push_back(std::move(told));
  }
  if (reply.descriptors.empty()) {
    scan.fits = false;
    return scan;
  }
  ANTIN_TRY(scan.document, map_sealed(reply.descriptors[0], worker::kMaxDocument));
  return scan;
}

}  // namespace antin::service
