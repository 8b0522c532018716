#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "service/antind/worker_pool.h"
#include "service/casework/cases.h"

namespace antin::service {

/// What became of the files that were scanned.
struct CapturedScan {
  bool fits = false;     ///< it is what NĐ 30/2020 App. I wants of a scan (R-06)
  SharedBytes document;  ///< the PDF; empty when none could be made
  std::int64_t pages = 0;
  nlohmann::ordered_json judged = nlohmann::ordered_json::array();      ///< page by page
  nlohmann::ordered_json complaints = nlohmann::ordered_json::array();  ///< page by page
};

/// What a digital signature in the file means (C-04, R-05).
enum class SignedScan : std::uint8_t { kStop, kConfirmedScan, kNeverCopied };

/// By the product, and by what the officer confirmed.
SignedScan signed_scan(const casework::Case& one, const nlohmann::json& facts);

/// Page `page` of file `file`, both from 0, turned clockwise by 0, 90, 180 or 270 degrees.
struct PickedPage {
  std::int64_t file = 0, page = 0, rotate = 0;
};

/// Files, and which of their pages in which order; none named: all of them.
struct Scanned {
  std::vector<SharedBytes> files;
  std::vector<PickedPage> pages = {};
  std::string paper = {};  ///< "A4", "210x297": of pictures that do not say how large they are
  SignedScan signed_input = SignedScan::kStop;
};

/// Asks a worker to make a PDF of the prescribed standard: of PDF, JPEG, PNG or TIFF. Fails as
/// WorkerPool::ask() does, and with what the worker says of a file that cannot be read.
Result<CapturedScan> capture_scan(WorkerPool& workers, const Scanned& scanned,
                                  std::chrono::milliseconds within);

}  // namespace antin::service
