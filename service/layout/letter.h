#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/time.h"
#include "service/layout/stamp.h"

namespace antin::service::layout {

/// New pages made from a template.
struct Composed {
  Bytes pdf;
  std::size_t pages = 0;
  std::vector<Place> places;
};

/// Letters, copies from the register, books: a template of kind letter with its data; a QR code in
/// the left top corner when `qr` is not "". The same input gives the same octets. Fails as
/// filled(), pdf::draw_sheet() and stamp() do, and with kLayoutTooLarge.
struct LetterRequest {
  const Layout* layout = nullptr;
  Data data;
  std::string qr;
  std::optional<UtcTime> made_at;
};
Result<Composed> letter(const LetterRequest& request, PagePictures& pictures, RandomSource& random);

/// A template of kind line as an appearance file of kind copy_line (pdf/write/appearance.h), whose
/// time is filled in by the signature itself: what is shown is /M. Fails as filled().
Result<std::string> line_appearance(const Layout& layout, const Data& data);

/// Printout of an e-document: a new file without signatures, every page whole and not larger
/// than it was above a foot made from a template of kind footer, with a QR code for look-up.
struct PrintoutRequest {
  SharedBytes document;
  std::string password;
  pdf::ReadLimits limits = {};
  const Layout* footer = nullptr;
  Data data;
  std::string qr;
  std::optional<UtcTime> made_at;
};
Result<Composed> printout(const PrintoutRequest& request);

}  // namespace antin::service::layout
