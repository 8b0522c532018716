#include "service/capture/tiff.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <tiffio.h>

namespace antin::service::capture {
namespace {

constexpr tmsize_t kMostMemory = tmsize_t{400} << 20U;  // in one piece
constexpr std::size_t kDirectoriesPerPage = 3;          // with thumbnails and masks

struct CloseTiff {
  void operator()(TIFF* tiff) const noexcept { TIFFClose(tiff); }
};
struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const noexcept { TIFFOpenOptionsFree(options); }
};

/// The octets as libtiff asks for them, and what it had to say.
struct Memory {
  ByteView octets;
  std::uint64_t at = 0;
  std::size_t complaints = 0;
  std::string last;
};
Memory& memory_of(thandle_t handle) {
  return *static_cast<Memory*>(handle);
}

tmsize_t read_some(thandle_t handle, void* to, tmsize_t size) {
  auto& memory = memory_of(handle);
  if (size <= 0 || memory.at >= memory.octets.size()) return 0;
  const auto most = memory.octets.size() - static_cast<std::size_t>(memory.at);
  const auto count = std::min(most, static_cast<std::size_t>(size));
  std::memcpy(to, &memory.octets[static_cast<std::size_t>(memory.at)], count);
  memory.at += count;
  return static_cast<tmsize_t>(count);
}
tmsize_t write_none(thandle_t, void*, tmsize_t) {
  return 0;
}
toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto& memory = memory_of(handle);
  if (from == SEEK_CUR) offset += memory.at;
  if (from == SEEK_END) offset += memory.octets.size();
  memory.at = offset;
  return offset;
}
int close_nothing(thandle_t) {
  return 0;
}
toff_t size_of(thandle_t handle) {
  return memory_of(handle).octets.size();
}
int complain(TIFF* /*tiff*/, void* user, const char* module, const char* format, va_list) {
  auto& memory = memory_of(user);
  ++memory.complaints;
  // The format only: what it would be filled with comes from the file.
  memory.last = std::string(module == nullptr ? "" : module) + ": " + format;
  return 1;
}

/// What a directory says, as far as it matters here.
struct Directory {
  std::uint32_t columns = 0, rows = 0, band = 0, kind = 0;
  std::uint16_t bits = 1, samples = 1, photometric = 0xFFFF, compression = COMPRESSION_NONE;
  std::uint16_t orientation = 1, unit = RESUNIT_INCH;
  float x = 0, y = 0;
};

Directory directory_of(TIFF* tiff) {
  Directory page;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.columns);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.rows);
  TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &page.kind);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &page.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page.samples);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &page.photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &page.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &page.orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &page.unit);
  TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &page.x);
  TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &page.y);
  if (TIFFIsTiled(tiff) != 0) {
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &page.band);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &page.band);
  }
  page.band = std::clamp<std::uint32_t>(page.band, 1, std::max(page.rows, 1U));
  return page;
}

bool is_known_compression(std::uint16_t compression) {
  static constexpr std::array<std::uint16_t, 9> kKnown = {
      COMPRESSION_NONE,          COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3,
      COMPRESSION_CCITTFAX4,     COMPRESSION_LZW,      COMPRESSION_JPEG,
      COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE,  COMPRESSION_PACKBITS};
  return std::find(kKnown.begin(), kKnown.end(), compression) != kKnown.end();
}

bool is_known_colour(std::uint16_t photometric) {
  return photometric == PHOTOMETRIC_MINISWHITE || photometric == PHOTOMETRIC_MINISBLACK ||
         photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_PALETTE ||
         photometric == PHOTOMETRIC_YCBCR || photometric == PHOTOMETRIC_SEPARATED;
}

/// A palette of nothing but black and white is no colour.
bool is_black_and_white(TIFF* tiff) {
  std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue) != 1) return false;
  const std::array<std::uint16_t, 2> both = {red[0], red[1]};
  for (std::size_t i = 0; i < both.size(); ++i) {
    if ((both.at(i) != 0 && both.at(i) < 0xFF00) || green[i] != both.at(i) || blue[i] != both.at(i))
      return false;
  }
  return true;
}

enum class Form : std::uint8_t { kBilevel, kGrey, kColour };

Form form_of(TIFF* tiff, const Directory& page) {
  const bool grey =
      page.photometric == PHOTOMETRIC_MINISWHITE || page.photometric == PHOTOMETRIC_MINISBLACK;
  if (page.bits == 1 && page.samples == 1) {
    if (grey) return Form::kBilevel;
    if (page.photometric == PHOTOMETRIC_PALETTE && is_black_and_white(tiff)) return Form::kBilevel;
  }
  return grey ? Form::kGrey : Form::kColour;
}

void describe(const Directory& page, Form form, pdf::PlacedPicture& placed) {
  placed.columns = page.columns;
  placed.rows = page.rows;
  placed.bits = form == Form::kBilevel ? 1 : 8;
  placed.space =
      form == Form::kColour ? pdf::PlacedPicture::Space::kRgb : pdf::PlacedPicture::Space::kGray;
  const double inches = page.unit == RESUNIT_INCH ? 1 : page.unit == RESUNIT_CENTIMETER ? 2.54 : 0;
  placed.dpi_x = sound_dpi(static_cast<double>(page.x) * inches);
  placed.dpi_y = sound_dpi(static_cast<double>(page.y) * inches);
  if (page.orientation >= 1 && page.orientation <= 8)
    placed.orientation = static_cast<std::uint8_t>(page.orientation);
}

/// A row of libtiff's pixels, on white paper, in the form that is kept and the one that is seen.
class Rows {
 public:
  Rows(Form form, std::size_t columns)
      : form_(form),
        seen_(columns * (form == Form::kColour ? 3 : 1)),
        bits_(form == Form::kBilevel ? (columns + 7) / 8 : 0) {}

  void take(const std::uint32_t* pixels) {
    const auto columns = form_ == Form::kColour ? seen_.size() / 3 : seen_.size();
    for (std::size_t x = 0; x < columns; ++x) {
      const auto pixel = pixels[x];
      // libtiff hands out colours already weighed with alpha.
      const auto paper = 255U - TIFFGetA(pixel);
      if (paper > 0) transparent_ = true;
      const auto on_paper = [&](std::uint32_t value) {
        return static_cast<std::uint8_t>(std::min(value + paper, 255U));
      };
      if (form_ == Form::kColour) {
        seen_[3 * x] = on_paper(TIFFGetR(pixel));
        seen_[3 * x + 1] = on_paper(TIFFGetG(pixel));
        seen_[3 * x + 2] = on_paper(TIFFGetB(pixel));
      } else {
        seen_[x] = on_paper(TIFFGetG(pixel));
      }
    }
    if (form_ == Form::kBilevel) pack();
  }
  ByteView seen() const { return seen_; }
  ByteView kept() const { return form_ == Form::kBilevel ? ByteView(bits_) : ByteView(seen_); }
  pdf::PackedRows::Layout layout() const {
    const std::size_t pixel = form_ == Form::kBilevel ? 0 : form_ == Form::kGrey ? 1 : 3;
    return {kept().size(), pixel};
  }
  bool transparent() const { return transparent_; }

 private:
  void pack() {
    std::fill(bits_.begin(), bits_.end(), std::uint8_t{0});
    for (std::size_t x = 0; x < seen_.size(); ++x) {
      if (seen_[x] >= 128) bits_[x / 8] = static_cast<std::uint8_t>(bits_[x / 8] | 0x80U >> x % 8);
    }
  }
  Form form_;
  Bytes seen_, bits_;
  bool transparent_ = false;
};

/// The conversion that libtiff does for viewers, in bands of whole strips or rows of tiles.
class Conversion {
 public:
  explicit Conversion(TIFF* tiff) {
    std::array<char, 1024> why{};
    begun_ = TIFFRGBAImageBegin(&image_, tiff, 1, why.data()) == 1;
    if (begun_) image_.req_orientation = image_.orientation;  // as stored
  }
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;
  ~Conversion() {
    if (begun_) TIFFRGBAImageEnd(&image_);
  }
  bool begun() const { return begun_; }
  bool band(std::uint32_t row, std::uint32_t rows, std::vector<std::uint32_t>& pixels) {
    image_.row_offset = static_cast<int>(row);
    return TIFFRGBAImageGet(&image_, pixels.data(), image_.width, rows) == 1;
  }

 private:
  TIFFRGBAImage image_{};
  bool begun_ = false;
};

}  // namespace

struct TiffFile::Inside {
  PictureFile file;
  std::string name;
  Memory memory;
  std::unique_ptr<TIFF, CloseTiff> tiff;

  Error broken(const std::string& why) const {
    return damaged(file, FileKind::kTiff, why + "; " + memory.last);
  }
};

TiffFile::TiffFile(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
TiffFile::TiffFile(TiffFile&&) noexcept = default;
TiffFile& TiffFile::operator=(TiffFile&&) noexcept = default;
TiffFile::~TiffFile() = default;

Result<TiffFile> TiffFile::open(const PictureFile& file, std::size_t max_pages) {
  auto inside = std::make_unique<Inside>();
  inside->name = file.name;
  inside->file = {file.octets, inside->name, file.limits};
  inside->memory.octets = file.octets;
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (!options) return make_error(Code::kResourceLimit, "libtiff");
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostMemory);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), complain, &inside->memory);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), complain, &inside->memory);
  // "m": read, do not map.
  inside->tiff.reset(TIFFClientOpenExt("memory", "rm", &inside->memory, read_some, write_none, seek,
                                       close_nothing, size_of, nullptr, nullptr, options.get()));
  if (!inside->tiff) return inside->broken("no first directory");
  auto* const tiff = inside->tiff.get();
  TiffFile opened(std::move(inside));
  for (std::size_t count = 1;; ++count) {
    const auto kind = directory_of(tiff).kind;
    if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0)
      opened.directories_.push_back(TIFFCurrentDirOffset(tiff));
    if (TIFFLastDirectory(tiff) != 0) break;
    if (count >= max_pages * kDirectoriesPerPage || opened.directories_.size() > max_pages)
      return make_error(Code::kCaptureTooMany, "directories",
                        {{"count", std::to_string(count)}, {"max", std::to_string(max_pages)}});
    if (TIFFReadDirectory(tiff) == 0) return opened.inside_->broken("chain of directories");
  }
  if (opened.directories_.empty()) return opened.inside_->broken("no page");
  return opened;
}

Result<Picture> TiffFile::read(std::size_t page, RowSink& sink) {
  auto* const tiff = inside_->tiff.get();
  const auto& file = inside_->file;
  if (TIFFSetSubDirectory(tiff, directories_.at(page)) == 0) return inside_->broken("directory");
  const auto directory = directory_of(tiff);
  ANTIN_CHECK(check_size(file, directory.columns, directory.rows));
  if (directory.columns == 0 || directory.rows == 0) return inside_->broken("no pixels");
  if (!is_known_compression(directory.compression))
    return unknown_coding(file, FileKind::kTiff,
                          "compression " + std::to_string(directory.compression));
  if (!is_known_colour(directory.photometric))
    return unknown_coding(file, FileKind::kTiff,
                          "photometric " + std::to_string(directory.photometric));
  Conversion conversion(tiff);
  if (!conversion.begun())
    return unknown_coding(file, FileKind::kTiff, std::to_string(directory.bits) + " bits");
  // Complaints about tags are forgiven; from here on they are about the picture.
  inside_->memory.complaints = 0;
  const auto form = form_of(tiff, directory);
  Picture picture;
  describe(directory, form, picture.placed);
  if (directory.bits > 8) picture.reduced_from = directory.bits;
  Rows rows(form, directory.columns);
  pdf::PackedRows packed(rows.layout());
  sink.begin({directory.columns, directory.rows, form == Form::kColour ? 3U : 1U});
  // Several strips at once, when they are thin.
  constexpr std::uint32_t kLeastRows = 64;
  const auto band =
      std::min(directory.rows, (kLeastRows + directory.band - 1) / directory.band * directory.band);
  std::vector<std::uint32_t> pixels(std::size_t{directory.columns} * band);
  for (std::uint32_t row = 0; row < directory.rows; row += band) {
    const auto count = std::min(band, directory.rows - row);
    if (!conversion.band(row, count, pixels) || inside_->memory.complaints > 0)
      return inside_->broken("pixels");
    for (std::uint32_t i = 0; i < count; ++i) {
      rows.take(&pixels[std::size_t{i} * directory.columns]);
      sink.row(rows.seen());
      ANTIN_CHECK(packed.add(rows.kept()));
    }
  }
  ANTIN_TRY(picture.packed, std::move(packed).finish());
  picture.transparent = rows.transparent();
  return picture;
}

}  // namespace antin::service::capture
