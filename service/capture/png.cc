#include <cstring>
#include <memory>
#include <png.h>

#include "service/capture/picture.h"

namespace antin::service::capture {
namespace {

constexpr std::size_t kSignature = 8;
constexpr std::size_t kMostChunks = 100'000;
constexpr unsigned kHasPalette = 1, kHasColour = 2, kHasAlpha = 4;  // bits of the colour type

struct FreeImage {
  void operator()(png_image* image) const noexcept { png_image_free(image); }
};

std::uint32_t number(ByteView octets, std::size_t at) {
  return std::uint32_t{octets[at]} << 24U | std::uint32_t{octets[at + 1]} << 16U |
         std::uint32_t{octets[at + 2]} << 8U | octets[at + 3];
}

/// The skeleton of a PNG (ISO/IEC 15948); the checksums are libpng's to check.
struct Chunks {
  std::uint32_t columns = 0, rows = 0;
  unsigned bits = 0, type = 0;
  bool interlaced = false, transparent = false, ended = false;
  double dpi_x = 0, dpi_y = 0;
  Bytes palette;
  std::vector<ByteView> data;  ///< of the IDAT chunks
  std::size_t octets = 0;      ///< of them together
};

void take(std::string_view type, ByteView data, Chunks& png) {
  if (type == "IHDR" && data.size() == 13) {
    png.columns = number(data, 0);
    png.rows = number(data, 4);
    png.bits = data[8];
    png.type = data[9];
    png.interlaced = data[12] != 0;
  } else if (type == "PLTE") {
    png.palette = to_bytes(data);
  } else if (type == "tRNS") {
    png.transparent = true;
  } else if (type == "pHYs" && data.size() == 9 && data[8] == 1) {
    constexpr double kMetresPerInch = 0.0254;
    png.dpi_x = sound_dpi(number(data, 0) * kMetresPerInch);
    png.dpi_y = sound_dpi(number(data, 4) * kMetresPerInch);
  } else if (type == "IDAT") {
    png.data.push_back(data);
    png.octets += data.size();
  } else if (type == "IEND") {
    png.ended = true;
  }
}

Chunks read_chunks(ByteView file) {
  Chunks png;
  std::size_t at = kSignature;
  for (std::size_t count = 0; !png.ended && count < kMostChunks; ++count) {
    if (file.size() - at < 12) break;
    const std::size_t length = number(file, at);
    if (file.size() - at - 12 < length) break;
    take(as_text(file.subspan(at + 4, 4)), file.subspan(at + 8, length), png);
    at += 12 + length;
  }
  return png;
}

/// The decoded picture as it lies on white paper.
class OnPaper {
 public:
  OnPaper(const Chunks& png, const Bytes& pixels)
      : pixels_(pixels),
        colours_(is_grey(png) ? 1 : 3),
        alpha_(has_alpha(png)),
        columns_(png.columns),
        row_(png.columns * colours_) {}
  static bool has_alpha(const Chunks& png) {
    return (png.type & kHasAlpha) != 0 || png.transparent;
  }
  static bool is_grey(const Chunks& png) { return (png.type & (kHasPalette | kHasColour)) == 0; }

  ByteView row(std::size_t y) {
    const std::size_t pixel = colours_ + (alpha_ ? 1U : 0U);
    const auto* from = &pixels_[y * columns_ * pixel];
    if (!alpha_) return {from, row_.size()};
    for (std::size_t x = 0; x < columns_; ++x, from += pixel) {
      const unsigned alpha = from[colours_];
      if (alpha < 255) seen_through_ = true;
      for (std::size_t c = 0; c < colours_; ++c) {
        const auto mixed = from[c] * alpha + 255U * (255U - alpha);
        row_[x * colours_ + c] = static_cast<std::uint8_t>((mixed + 127U) / 255U);
      }
    }
    return row_;
  }
  unsigned colours() const { return colours_; }
  bool seen_through() const { return seen_through_; }

 private:
  const Bytes& pixels_;
  unsigned colours_;
  bool alpha_;
  std::size_t columns_;
  Bytes row_;
  bool seen_through_ = false;
};

Result<Bytes> decode(const PictureFile& file, const Chunks& png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreeImage> cleanup{&image};
  const auto failed = [&] { return damaged(file, FileKind::kPng, image.message); };
  if (png_image_begin_read_from_memory(&image, file.octets.data(), file.octets.size()) == 0)
    return failed();
  if (image.width != png.columns || image.height != png.rows)
    return damaged(file, FileKind::kPng, "two sizes");
  image.format = OnPaper::is_grey(png) ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  if (OnPaper::has_alpha(png)) image.format |= PNG_FORMAT_FLAG_ALPHA;
  Bytes pixels(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) return failed();
  return pixels;
}

void describe(const Chunks& png, pdf::PlacedPicture& placed) {
  using Space = pdf::PlacedPicture::Space;
  placed.columns = png.columns;
  placed.rows = png.rows;
  placed.bits = png.bits;
  placed.dpi_x = png.dpi_x;
  placed.dpi_y = png.dpi_y;
  placed.space = (png.type & kHasPalette) != 0  ? Space::kIndexed
                 : (png.type & kHasColour) != 0 ? Space::kRgb
                                                : Space::kGray;
  placed.palette = placed.space == Space::kIndexed ? png.palette : Bytes{};
}

Bytes joined(const Chunks& png) {
  Bytes all;
  all.reserve(png.octets);
  for (const auto& data : png.data) all.insert(all.end(), data.begin(), data.end());
  return all;
}

/// Interlaced or transparent: rows of eight bits, packed anew.
Status pack(OnPaper& paper, RowSink& sink, Picture& picture) {
  auto& placed = picture.placed;
  placed.space =
      paper.colours() == 1 ? pdf::PlacedPicture::Space::kGray : pdf::PlacedPicture::Space::kRgb;
  if (placed.bits == 16) picture.reduced_from = 16;
  // A grey picture of one bit stays one for the judge: its rows are shades now, but only two.
  placed.bits = 8;
  placed.palette.clear();
  pdf::PackedRows packed({std::size_t{placed.columns} * paper.colours(), paper.colours()});
  for (std::size_t y = 0; y < placed.rows; ++y) {
    const auto row = paper.row(y);
    sink.row(row);
    ANTIN_CHECK(packed.add(row));
  }
  ANTIN_TRY(picture.packed, std::move(packed).finish());
  picture.transparent = paper.seen_through();
  return Done{};
}

}  // namespace

Result<Picture> read_png(const PictureFile& file, RowSink& sink) {
  const auto png = read_chunks(file.octets);
  if (!png.ended || png.columns == 0 || png.rows == 0)
    return damaged(file, FileKind::kPng, "no header or no end");
  ANTIN_CHECK(check_size(file, png.columns, png.rows));
  const bool palette = (png.type & kHasPalette) != 0;
  if (palette && (png.palette.empty() || png.palette.size() % 3 != 0 || png.palette.size() > 768))
    return damaged(file, FileKind::kPng, "palette");
  ANTIN_TRY(const auto pixels, decode(file, png));
  Picture picture;
  describe(png, picture.placed);
  OnPaper paper(png, pixels);
  sink.begin({png.columns, png.rows, paper.colours()});
  if (png.interlaced || OnPaper::has_alpha(png)) {
    ANTIN_CHECK(pack(paper, sink, picture));
    return picture;
  }
  for (std::size_t y = 0; y < png.rows; ++y) sink.row(paper.row(y));
  // ISO 32000-2 7.4.4.4: what IDAT holds is what FlateDecode with PNG predictors takes.
  if (png.data.size() == 1) {
    picture.as_it_stands = png.data.front();
  } else {
    picture.packed = joined(png);
  }
  return picture;
}

}  // namespace antin::service::capture
