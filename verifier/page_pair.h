#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pdf/picture/compare_pages.h"
#include "pdf/read/page_images.h"
#include "verifier/page_source.h"
#include "verifier/report.h"

namespace antin::verifier {

/// What is known of one document before its pages are drawn.
struct DrawnSide {
  std::string name;  ///< "bản sao"/"bản gốc" in a sentence: the file's role
  std::vector<pdf::PageGeometry> pages;
  std::vector<pdf::PageImages> images;
  std::vector<bool> prints_otherwise;
  std::unique_ptr<PageSource> source;
};

/// A page in 48 x 64 cells of mean brightness: enough to guess which page it is.
using Thumbnail = std::array<std::uint8_t, 48 * 64>;

/// One page of the copy held against one of the original.
struct PagePair {
  std::size_t copy = 0, original = 0;
  Comparison::Page::Result result = Comparison::Page::Result::kNotComparable;
  unsigned dpi = 0;
  std::vector<Comparison::Box> boxes;
  Findings reasons;
  /// Share of what is drawn that lies outside every difference.
  double kept = 0;
  Bytes picture;
  std::optional<Thumbnail> copy_thumbnail, original_thumbnail;
};

enum class KeepPicture : std::uint8_t { kNo, kOfDifference, kOfCopy };

/// Draws the two pages and compares them. Never fails: what cannot be drawn cannot be compared.
PagePair compare_pair(DrawnSide& copy, DrawnSide& original, std::size_t copy_page,
                      std::size_t original_page, KeepPicture keep);

/// How far two thumbnails are apart, 0 to 255.
double distance(const Thumbnail& a, const Thumbnail& b) noexcept;

}  // namespace antin::verifier
