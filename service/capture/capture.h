#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/finding.h"
#include "pdf/read/hygiene.h"
#include "pdf/read/page_scan.h"
#include "service/capture/picture.h"

namespace antin::service::capture {

struct InputFile {
  std::string name;  ///< for messages to people only
  SharedBytes octets;
};

/// A page as the clerk wants it, zero-based.
struct ChosenPage {
  std::size_t file = 0, page = 0;
  int rotate = 0;  ///< 0, 90, 180, 270 degrees clockwise, beyond what its file says
};

struct PaperSize {
  double width_mm = 0, height_mm = 0;
};
/// "A4", "a3", "210x297"; nullopt for anything else and for sheets no larger than a stamp.
std::optional<PaperSize> paper_named(std::string_view text);
/// "A4" when it is one of A0 to A6, either way up, within 1 % (2 mm at least); else "".
std::string name_of(const PaperSize& paper);

/// What the clerk says about the original.
struct Declared {
  std::optional<std::size_t> pages;  ///< C-07
  std::optional<PaperSize> paper;
  enum class Colour : std::uint8_t { kExpected, kNotExpected } colour = Colour::kExpected;
  /// What a digital signature in an input means: C-04 stops unless the officer confirms that the
  /// file is a scan; for SAO Y nothing is confirmed away.
  enum class SignedInput : std::uint8_t {
    kStop,
    kConfirmedScan,
    kNeverCopied
  } signed_input = SignedInput::kStop;
};

/// What a scan must be (R-06: NĐ 30/2020 App. I).
struct Standard {
  double min_dpi = 200;
  double dpi_tolerance = 0.01;
  double size_tolerance = 0.02;  ///< of pictures on pages, and of pages against the paper
  double max_skew = 1;           ///< degrees
};

struct CaptureLimits {
  std::size_t max_files = 500, max_pages = 500;
  PictureLimits picture;
  pdf::ReadLimits pdf;
};

struct CaptureRequest {
  std::vector<InputFile> files;
  std::vector<ChosenPage> pages;  ///< empty: all of all files, in order
  Declared declared;
  Standard standard;
  CaptureLimits limits;
  pdf::HygienePolicy hygiene = pdf::HygienePolicy::viet_nam();
};

/// A page of the result, and what is known of it.
struct CapturedPage {
  ChosenPage from;
  double width_mm = 0, height_mm = 0;  ///< as the reader sees it
  std::string paper;                   ///< "A4", "" for none of the series
  double dpi_x = 0, dpi_y = 0;         ///< the coarser picture's; 0: no picture
  pdf::ScanColour colour = pdf::ScanColour::kColour;
  Bytes sha256;         ///< of the pixels, or of the coded picture when they were not looked at
  bool looked = false;  ///< the pixels were looked at; else the rest is not known
  bool blank = false;
  std::optional<double> skew;  ///< degrees clockwise
  std::uint64_t fingerprint = 0;
};

struct Captured {
  SharedBytes document;  ///< empty: it could not be made, the findings say why
  bool kept = false;     ///< it is the one input, octet for octet
  std::vector<CapturedPage> pages;
  Findings findings;  ///< complaints by page number of the result: parameter "page"
};
/// No complaint that is an error: the document meets the standard.
bool fits(const Captured& captured) noexcept;

/// All pages of all files in order: what an order is chosen from. Fails as capture() does.
Result<std::vector<ChosenPage>> all_pages(const CaptureRequest& request);

/// One PDF out of PDF, JPEG, PNG and TIFF files, and what is to be said against it. JPEG and plain
/// PNG go in as they are, the rest without loss; a PDF that is wanted whole stays what it is. The
/// same request gives the same octets.
///
/// Fails with kCaptureKind, kCaptureDamaged, kCaptureCoding, kCaptureTooLarge, kCaptureTooMany,
/// kCaptureOrder, kOriginalSigned, kCopyOfElectronic, as pdf::Document::open() and
/// pdf::check_hygiene() do.
Result<Captured> capture(const CaptureRequest& request);

}  // namespace antin::service::capture
