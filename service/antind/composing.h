#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/antind/case_composer.h"
#include "service/antind/worker_pool.h"

namespace antin::service {

/// the line of a copy, at most two rows that begin 8 mm below the page's top, is shown by the
/// signature and may cover nothing: what stands on the page before keeps out of there.
inline constexpr std::int64_t kCopyLineBandMm = 19;

/// What a worker is to make of a template and a document (docs/PROTOCOL.worker.md, message 11).
struct Composing {
  std::string layout;  ///< id; "": only the QR code and the properties
  std::string day;
  std::map<std::string, std::string> values = {};
  std::vector<std::vector<std::string>> rows = {};  ///< label and value, or cells
  std::string qr = {};
  std::int64_t keep_top_mm = 0;  ///< of the first page, kept free of the QR code
  /// what the document says of itself, in its Info and its XMP.
  std::vector<std::pair<std::string, std::string>> properties = {};
  SharedBytes basis = {};
};

/// `toml`: the template, "" for none. `wanted`: "tail", "document" or "appearance"; of a tail the
/// whole file, which begins with all of `basis`. Fails as WorkerPool::ask() does.
Result<Made> composed(WorkerPool& workers, const std::string& toml, const Composing& asked,
                      std::string_view wanted, std::chrono::milliseconds within);

/// Whether the first octets of a document are another, whole, and something follows.
bool begins_with(const SharedBytes& whole, const SharedBytes& front);

}  // namespace antin::service
