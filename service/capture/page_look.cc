#include "service/capture/page_look.h"

#include <algorithm>
#include <cmath>

#include "certs/ossl/digest.h"

namespace antin::service::capture {
namespace {

using pdf::DrawnPicture;
using pdf::PictureOctets;

double area(const DrawnPicture& picture) {
  return picture.place.width() * picture.place.height();
}

/// Strips: upright, one below the other, of the same width.
bool are_strips(const std::vector<const DrawnPicture*>& pictures) {
  const auto& first = *pictures.front();
  return std::all_of(pictures.begin(), pictures.end(), [&](const auto* one) {
    return one->orientation == 1 && one->columns == first.columns &&
           std::abs(one->place.left - first.place.left) < 1 &&
           std::abs(one->place.width() - first.place.width()) < 1;
  });
}

/// The picture that makes the page, or its strips from the top.
std::vector<const DrawnPicture*> main_pictures(const pdf::PageScan& scan) {
  std::vector<const DrawnPicture*> pictures;
  for (const auto& one : scan.pictures) {
    if (!one.stencil && one.id.number != 0) pictures.push_back(&one);
  }
  for (const auto& one : scan.pictures) {
    if (pictures.empty() && one.id.number != 0) pictures.push_back(&one);
  }
  if (pictures.size() < 2) return pictures;
  const auto* const largest =
      *std::max_element(pictures.begin(), pictures.end(),
                        [](const auto* a, const auto* b) { return area(*a) < area(*b); });
  if (area(*largest) > 0.6 * scan.width_mm * scan.height_mm || !are_strips(pictures))
    return {largest};
  std::stable_sort(pictures.begin(), pictures.end(),
                   [](const auto* a, const auto* b) { return a->place.top > b->place.top; });
  return pictures;
}

/// Rows of several pictures as those of one, which must agree in width and colours.
class Strips final : public RowSink {
 public:
  Strips(Looker& looker, std::uint32_t rows) : looker_(looker), rows_(rows) {}
  void begin(const Shape& shape) override {
    if (!shape_) {
      shape_ = shape;
      looker_.begin({shape.columns, rows_, shape.components});
    } else if (shape.columns != shape_->columns || shape.components != shape_->components) {
      disagree_ = true;
    }
    last_ = shape;
  }
  void row(ByteView octets) override {
    if (!disagree_) looker_.row(octets);
  }
  /// The last picture was as large as its dictionary says.
  bool is(const DrawnPicture& picture) const {
    return !disagree_ && last_.columns == picture.columns && last_.rows == picture.rows;
  }

 private:
  Looker& looker_;
  std::uint32_t rows_;
  std::optional<Shape> shape_;
  Shape last_{0, 0, 0};
  bool disagree_ = false;
};

/// Samples of any depth and colours as a sink wants them.
class Unpacker {
 public:
  explicit Unpacker(const PictureOctets& picture)
      : picture_(picture),
        stride_((std::size_t{picture.columns} * picture.components * picture.bits + 7) / 8),
        out_(picture.palette.empty() && picture.components == 1 ? 1 : 3),
        row_(std::size_t{picture.columns} * out_) {}

  unsigned components() const { return out_; }

  ByteView row(std::size_t y) {
    const auto* const line = &picture_.octets[y * stride_];
    if (picture_.bits == 8 && !picture_.inverted && picture_.palette.empty() &&
        picture_.components == out_)
      return {line, row_.size()};
    for (std::size_t x = 0; x < picture_.columns; ++x) pixel(line, x);
    return row_;
  }

 private:
  unsigned sample(const std::uint8_t* line, std::size_t index) const {
    if (picture_.bits == 8) return line[index];
    if (picture_.bits == 16) return line[2 * index];
    const std::size_t per = 8 / picture_.bits;
    const auto shift = 8 - picture_.bits * (index % per + 1);
    return static_cast<unsigned>(line[index / per]) >> shift & ((1U << picture_.bits) - 1);
  }
  unsigned shade(const std::uint8_t* line, std::size_t index) const {
    auto value = sample(line, index);
    if (picture_.bits < 8) value = value * 255 / ((1U << picture_.bits) - 1);
    return picture_.inverted ? 255 - value : value;
  }
  void pixel(const std::uint8_t* line, std::size_t x) {
    auto* const to = &row_[x * out_];
    if (!picture_.palette.empty()) {
      const auto entry = 3 * std::size_t{sample(line, x)};
      for (std::size_t c = 0; c < 3; ++c)
        to[c] = entry + c < picture_.palette.size() ? picture_.palette[entry + c] : std::uint8_t{0};
      return;
    }
    const auto first = x * picture_.components;
    if (picture_.components == 4) {
      const auto paper = 255 - shade(line, first + 3);
      for (std::size_t c = 0; c < 3; ++c)
        to[c] = static_cast<std::uint8_t>((255 - shade(line, first + c)) * paper / 255);
      return;
    }
    for (std::size_t c = 0; c < out_; ++c)
      to[c] = static_cast<std::uint8_t>(shade(line, first + c));
  }

  const PictureOctets& picture_;
  std::size_t stride_;
  unsigned out_;
  Bytes row_;
};

/// False: not a coding that is read here.
Result<bool> pass(const PictureOctets& picture, const PictureFile& file, RowSink& sink) {
  if (picture.coding == PictureOctets::Coding::kOther) return false;
  if (picture.coding == PictureOctets::Coding::kJpeg) {
    ANTIN_TRY(const auto read, read_jpeg({picture.octets, file.name, file.limits}, sink));
    static_cast<void>(read);
    return true;
  }
  Unpacker unpacker(picture);
  sink.begin({picture.columns, picture.rows, unpacker.components()});
  for (std::size_t y = 0; y < picture.rows; ++y) sink.row(unpacker.row(y));
  return true;
}

Error not_whole(const PictureFile& file, std::string why) {
  return damaged(file, FileKind::kPdf, std::move(why));
}

}  // namespace

Result<PageLook> look_at(const pdf::Document& document, const pdf::PageScan& scan,
                         const PictureFile& file) {
  PageLook result;
  const auto pictures = main_pictures(scan);
  if (pictures.empty()) return result;
  std::uint64_t rows = 0;
  for (const auto* one : pictures) rows += one->rows;
  ANTIN_CHECK(check_size(file, pictures.front()->columns, rows));
  result.orientation = pictures.front()->orientation;
  Looker looker;
  Strips strips(looker, static_cast<std::uint32_t>(rows));
  for (const auto* one : pictures) {
    const auto most = static_cast<std::size_t>(file.limits.max_pixels) * 4;
    auto octets = pdf::picture_octets(document, one->id, most);
    if (!octets) {
      if (octets.error().code == Code::kPdfMalformed) return not_whole(file, octets.error().detail);
      return std::move(octets).error();
    }
    ANTIN_TRY(const bool passed, pass(octets.value(), file, strips));
    if (!passed) {
      result.coding = octets.value().filter;
      result.sha256 = ossl::sha256(octets.value().octets);
      return result;
    }
    if (!strips.is(*one)) return not_whole(file, "a picture is not as large as it claims to be");
  }
  result.look = looker.finish();
  return result;
}

}  // namespace antin::service::capture
