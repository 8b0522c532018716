#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "pdf/write/picture_pages.h"

/// Scans: pictures and PDF in, a PDF of the prescribed standard out, complaints page by page (R-06,
/// S-21). Every octet that comes in is hostile: sizes are looked at before memory is asked for.
namespace antin::service::capture {

enum class FileKind : std::uint8_t { kPdf, kJpeg, kPng, kTiff };

/// By its first octets, whatever its name says; nullopt: none of the four.
std::optional<FileKind> kind_of(ByteView file) noexcept;
/// "JPEG"
std::string_view name(FileKind kind) noexcept;

struct PictureLimits {
  std::uint32_t max_side = 30'000;
  std::uint64_t max_pixels = 72'000'000;  ///< A3 at 600 dpi
};

/// A file in a message to people, and how large its pictures may be.
struct PictureFile {
  ByteView octets;
  std::string_view name;
  PictureLimits limits;
};

/// Where decoded rows go: from the top, eight bits a component, one component (grey) or three.
class RowSink {
 public:
  struct Shape {
    std::uint32_t columns, rows;
    unsigned components;
  };
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;
  /// Once, before the first row.
  virtual void begin(const Shape& shape) = 0;
  /// `octets`: columns x components.
  virtual void row(ByteView octets) = 0;
};

/// What a picture file comes down to. A resolution of 0: the file does not say.
struct Picture {
  pdf::PlacedPicture placed;
  ByteView as_it_stands;      ///< what goes into the PDF, part of the file…
  Bytes packed;               ///< …or this, when it had to be unpacked
  bool transparent = false;   ///< some of it was; it lies on white now
  unsigned reduced_from = 0;  ///< bits a component before they became 8; 0: nothing was lost
  ByteView data() const noexcept { return packed.empty() ? as_it_stands : ByteView(packed); }
};

/// Pixels per inch out of what a file says; 0 when that is no resolution of anything.
double sound_dpi(double value) noexcept;

/// Error of a picture that exceeds `limits`; nothing when it does not.
Status check_size(const PictureFile& file, std::uint64_t columns, std::uint64_t rows);
Error damaged(const PictureFile& file, FileKind kind, std::string why);
Error unknown_coding(const PictureFile& file, FileKind kind, std::string_view coding);

/// Each decodes the whole picture into `sink`, and so knows that it is whole. Fails with
/// kCaptureDamaged, kCaptureCoding, kCaptureTooLarge.
Result<Picture> read_jpeg(const PictureFile& file, RowSink& sink);
Result<Picture> read_png(const PictureFile& file, RowSink& sink);

}  // namespace antin::service::capture
