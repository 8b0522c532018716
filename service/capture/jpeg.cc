#include <array>
#include <csetjmp>
#include <cstdio>
#include <jerror.h>
#include <jpeglib.h>

#include "service/capture/exif.h"
#include "service/capture/picture.h"

namespace antin::service::capture {
namespace {

// What libjpeg may take for a progressive picture, whose coefficients it keeps all.
constexpr long kMostMemory = 480L << 20U;
// Each scan of a progressive picture goes over all of it; real ones have a dozen.
constexpr int kMostScans = 100;
constexpr JDIMENSION kRowsAtOnce = 16;
// Octets that encoders leave between coded pixels and the next marker.
constexpr int kPadding = 3;

/// libjpeg leaves by longjmp when it gives up. So every call into it stands in a member function
/// of its own below, without any object that would want its destructor called.
class Decoder {
 public:
  Decoder() {
    jpeg_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave;
    errors_.base.emit_message = note;
    errors_.base.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = watch;
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() {
    if (made_) jpeg_destroy_decompress(&jpeg_);
  }

  // NOLINTBEGIN(cert-err52-cpp): libjpeg knows no other way
  bool open(ByteView file) {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    made_ = true;
    jpeg_.mem->max_memory_to_use = kMostMemory;
    jpeg_.progress = &progress_;
    jpeg_mem_src(&jpeg_, file.data(), file.size());
    jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xFFFF);
    return jpeg_read_header(&jpeg_, TRUE) == JPEG_HEADER_OK;
  }
  bool start(J_COLOR_SPACE out) {
    if (setjmp(errors_.back) != 0) return false;
    errors_.coded_pixels = true;
    jpeg_.out_color_space = out;
    jpeg_.dct_method = JDCT_ISLOW;
    return jpeg_start_decompress(&jpeg_) == TRUE;
  }
  /// Up to kRowsAtOnce rows; how many, 0 when it gave up.
  JDIMENSION rows(JSAMPARRAY into) {
    if (setjmp(errors_.back) != 0) return 0;
    return jpeg_read_scanlines(&jpeg_, into, kRowsAtOnce);
  }
  bool finish() {
    if (setjmp(errors_.back) != 0) return false;
    return jpeg_finish_decompress(&jpeg_) == TRUE;
  }
  // NOLINTEND(cert-err52-cpp)

  const jpeg_decompress_struct& jpeg() const { return jpeg_; }
  /// What is behind the end of the picture; only after finish().
  std::size_t left() const { return jpeg_.src->bytes_in_buffer; }
  /// Octets were missing or made no sense; what was decoded is not what was scanned.
  bool is_damaged() const { return errors_.damaged; }
  int last_message() const { return errors_.base.msg_code; }

 private:
  struct Errors {
    jpeg_error_mgr base;  // first: libjpeg hands out a pointer to it
    std::jmp_buf back;
    bool damaged = false, coded_pixels = false;
  };
  static Errors& errors_of(j_common_ptr common) { return *reinterpret_cast<Errors*>(common->err); }
  [[noreturn]] static void leave(j_common_ptr common) {
    std::longjmp(errors_of(common).back, 1);  // NOLINT(cert-err52-cpp)
  }
  static void note(j_common_ptr common, int level) {
    if (level >= 0) return;
    auto& errors = errors_of(common);
    switch (errors.base.msg_code) {
      case JWRN_EXTRANEOUS_DATA:
        // Padding between segments; behind coded pixels it means that the decoder lost its step.
        if (errors.coded_pixels && errors.base.msg_parm.i[0] > kPadding) errors.damaged = true;
        return;
      case JWRN_ADOBE_XFORM:
      case JWRN_JFIF_MAJOR:
      case JWRN_BOGUS_PROGRESSION:
        return;
      default:
        errors.damaged = true;
    }
  }
  static void watch(j_common_ptr common) {
    auto* const jpeg = reinterpret_cast<j_decompress_ptr>(common);
    if (jpeg->is_decompressor == TRUE && jpeg->input_scan_number > kMostScans) leave(common);
  }

  jpeg_decompress_struct jpeg_{};
  jpeg_progress_mgr progress_{};
  Errors errors_{};
  bool made_ = false;
};

Exif exif_of(const jpeg_decompress_struct& jpeg) {
  constexpr std::string_view kMark{"Exif\0\0", 6};
  for (auto* marker = jpeg.marker_list; marker != nullptr; marker = marker->next) {
    const ByteView data(marker->data, marker->data_length);
    if (data.size() > kMark.size() && as_text(data.first(kMark.size())) == kMark)
      return read_exif(data.subspan(kMark.size()));
  }
  return {};
}

// JFIF 1.02: 0 no unit, 1 dots per inch, 2 dots per centimetre. Before EXIF, as viewers do.
void place(const jpeg_decompress_struct& jpeg, pdf::PlacedPicture& placed) {
  const auto exif = exif_of(jpeg);
  placed.orientation = exif.orientation;
  const double unit = jpeg.density_unit == 1 ? 1 : jpeg.density_unit == 2 ? 2.54 : 0;
  placed.dpi_x = jpeg.saw_JFIF_marker == TRUE ? sound_dpi(jpeg.X_density * unit) : 0;
  placed.dpi_y = jpeg.saw_JFIF_marker == TRUE ? sound_dpi(jpeg.Y_density * unit) : 0;
  if (placed.dpi_x > 0 && placed.dpi_y > 0) return;
  placed.dpi_x = exif.dpi_x;
  placed.dpi_y = exif.dpi_y;
}

/// What a PDF may hold (ISO 32000-2 7.4.8): Huffman-coded, 8 bits; nullptr when it is that.
const char* foreign_coding(const jpeg_decompress_struct& jpeg) {
  if (jpeg.arith_code == TRUE) return "arithmetic coding";
  if (jpeg.data_precision != 8) return "not 8 bits a colour";
  if (jpeg.num_components != 1 && jpeg.num_components != 3 && jpeg.num_components != 4)
    return "not 1, 3 or 4 components";
  return nullptr;
}

void describe(const jpeg_decompress_struct& jpeg, pdf::PlacedPicture& placed) {
  using Placed = pdf::PlacedPicture;
  placed.coding = Placed::Coding::kJpeg;
  placed.columns = jpeg.image_width;
  placed.rows = jpeg.image_height;
  placed.space = jpeg.num_components == 1   ? Placed::Space::kGray
                 : jpeg.num_components == 3 ? Placed::Space::kRgb
                                            : Placed::Space::kCmyk;
  // Adobe's programs write four colours turned round and say so in their marker.
  placed.inverted = jpeg.num_components == 4 && jpeg.saw_Adobe_marker == TRUE;
  placed.colours_as_they_are = jpeg.jpeg_color_space == JCS_RGB && jpeg.saw_Adobe_marker == FALSE;
  place(jpeg, placed);
}

/// Four inks to RGB, plainly: for comparing and looking, not for showing.
void to_rgb(ByteView cmyk, bool inverted, Bytes& rgb) {
  for (std::size_t i = 0; 4 * i < cmyk.size(); ++i) {
    const auto paper = [&](std::size_t c) -> unsigned {
      return inverted ? cmyk[4 * i + c] : 255U - cmyk[4 * i + c];
    };
    for (std::size_t c = 0; c < 3; ++c)
      rgb[3 * i + c] = static_cast<std::uint8_t>(paper(c) * paper(3) / 255U);
  }
}

bool pass_rows(Decoder& decoder, const pdf::PlacedPicture& placed, RowSink& sink) {
  const std::size_t columns = placed.columns;
  const std::size_t width = columns * pdf::components(placed.space);
  const bool cmyk = placed.space == pdf::PlacedPicture::Space::kCmyk;
  Bytes buffer(width * kRowsAtOnce), rgb(cmyk ? 3 * columns : 0);
  std::array<JSAMPROW, kRowsAtOnce> rows{};
  for (std::size_t i = 0; i < rows.size(); ++i) rows.at(i) = &buffer[i * width];
  sink.begin({placed.columns, placed.rows, cmyk ? 3U : pdf::components(placed.space)});
  for (JDIMENSION done = 0; done < placed.rows;) {
    const auto got = decoder.rows(rows.data());
    if (got == 0) return false;
    for (JDIMENSION i = 0; i < got; ++i) {
      const ByteView row(rows.at(i), width);
      if (cmyk) to_rgb(row, placed.inverted, rgb);
      sink.row(cmyk ? ByteView(rgb) : row);
    }
    done += got;
  }
  return true;
}

}  // namespace

Result<Picture> read_jpeg(const PictureFile& file, RowSink& sink) {
  const auto failed = [&](const Decoder& decoder) {
    const auto why = "libjpeg message " + std::to_string(decoder.last_message());
    switch (decoder.last_message()) {
      case JERR_SOF_UNSUPPORTED:
      case JERR_BAD_PRECISION:
      case JERR_ARITH_NOTIMPL:
      case JERR_CONVERSION_NOTIMPL:
        return unknown_coding(file, FileKind::kJpeg, why);
      default:
        return damaged(file, FileKind::kJpeg, why);
    }
  };
  Decoder decoder;
  if (!decoder.open(file.octets)) return failed(decoder);
  const auto& jpeg = decoder.jpeg();
  ANTIN_CHECK(check_size(file, jpeg.image_width, jpeg.image_height));
  if (const auto* coding = foreign_coding(jpeg); coding != nullptr)
    return unknown_coding(file, FileKind::kJpeg, coding);
  Picture picture;
  describe(jpeg, picture.placed);
  const auto out = jpeg.num_components == 1   ? JCS_GRAYSCALE
                   : jpeg.num_components == 3 ? JCS_RGB
                                              : JCS_CMYK;
  if (!decoder.start(out) || !pass_rows(decoder, picture.placed, sink) || !decoder.finish())
    return failed(decoder);
  if (decoder.is_damaged()) return damaged(file, FileKind::kJpeg, "octets are missing or wrong");
  // What cameras put behind the picture stays outside.
  picture.as_it_stands = file.octets.first(file.octets.size() - decoder.left());
  return picture;
}

}  // namespace antin::service::capture
