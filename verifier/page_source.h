#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::verifier {

/// Draws the pages of one document. Comparing is pure: whoever calls it knows how to draw, within
/// limits of time and memory of its own. Pages count from 0.
class PageSource {
 public:
  enum class As : std::uint8_t { kSeen, kPrinted };
  struct Picture {
    SharedBytes octets;  ///< one binary PPM of the page within its crop box
    /// False: the program that drew complained about the document; something may be missing.
    bool complete = true;
  };

  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;
  virtual ~PageSource() = default;
  /// Fails with kCompareNoRenderer, kCompareDrawingTimeout, kResourceLimit, any other code: it
  /// cannot be drawn.
  virtual Result<Picture> draw(std::size_t page, unsigned dpi, As as) = 0;
  /// The words of all pages and where they stand, as pdftotext -tsv says them.
  virtual Result<SharedBytes> words() = 0;
};

class PageSources {
 public:
  PageSources() = default;
  PageSources(const PageSources&) = delete;
  PageSources& operator=(const PageSources&) = delete;
  virtual ~PageSources() = default;
  /// `document`: a whole PDF without encryption.
  virtual Result<std::unique_ptr<PageSource>> open(const SharedBytes& document) = 0;
};

}  // namespace antin::verifier
