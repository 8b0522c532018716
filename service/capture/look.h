#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "certs/ossl/running_digest.h"
#include "service/capture/picture.h"

namespace antin::service::capture {

/// A picture made small: one octet of brightness a cell, rows from the top.
struct SmallPicture {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> grey;
  std::uint8_t at(std::size_t x, std::size_t y) const { return grey[y * width + x]; }
};

/// What looking at every pixel of a page has shown.
struct Look {
  Bytes sha256;  ///< of size and pixels as decoded, whatever file they came in and however they lie
  SmallPicture small;  ///< at most kSmallSide cells a side, as stored
};
constexpr std::size_t kSmallSide = 1'024;

/// Takes the rows of one picture, or of several strips below each other as one.
class Looker final : public RowSink {
 public:
  void begin(const Shape& shape) override;
  void row(ByteView octets) override;
  Look finish();

 private:
  void close_cells();
  ossl::RunningSha256 digest_;
  Shape shape_{0, 0, 1};
  std::size_t factor_ = 1;  ///< pixels of a cell, each way
  std::size_t rows_in_ = 0;
  std::vector<std::uint32_t> sums_;
  SmallPicture small_;
};

/// As the reader of the page sees it; `orientation` as EXIF counts.
SmallPicture upright(const SmallPicture& stored, std::uint8_t orientation);

/// Nothing on it: no more marks than dust makes. Edges do not count, where scanners show shadows.
bool is_blank(const SmallPicture& page);

/// How far the lines of text lie from level, in degrees clockwise, within 5; nullopt when there is
/// too little on the page to tell.
std::optional<double> skew_of(const SmallPicture& page);

/// 64 signs of waves of an upright page (cosine transform of 64 x 64 means, rows and columns 4 to
/// 11: coarser ones are alike on all letters of an office, finer ones change with the skew).
///
/// Measured on 12 sheets of six kinds of papers, each scanned twice (skew within 0.6 degrees, other
/// grain, JPEG of quality 85 and 60, 200 dpi): up to kAlike signs differ in 11 of the 12 pairs of
/// one sheet and in none of the 66 pairs of two sheets. Two filled-in copies of one form, or a
/// sheet with one word changed, do count as alike: this finds candidates, and people look.
std::uint64_t fingerprint_of(const SmallPicture& page);
/// Pages whose fingerprints differ in no more than this many signs look alike.
constexpr int kAlike = 7;
/// In how many of the 64 two fingerprints differ.
int distance(std::uint64_t a, std::uint64_t b) noexcept;

}  // namespace antin::service::capture
