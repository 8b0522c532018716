#pragma once

#include <memory>
#include <vector>

#include "service/capture/picture.h"

namespace antin::service::capture {

/// A TIFF (6.0 or BigTIFF) as libtiff reads it from memory. Its octets must outlive it.
class TiffFile {
 public:
  /// Walks the chain of directories; thumbnails and masks are no pages. Fails with kCaptureDamaged,
  /// kCaptureTooMany.
  static Result<TiffFile> open(const PictureFile& file, std::size_t max_pages);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;
  TiffFile(TiffFile&&) noexcept;
  TiffFile& operator=(TiffFile&&) noexcept;
  ~TiffFile();

  std::size_t pages() const noexcept { return directories_.size(); }
  /// As read_jpeg() and read_png(): uncompressed, CCITT, LZW, Deflate, PackBits and JPEG inside.
  Result<Picture> read(std::size_t page, RowSink& sink);

 private:
  struct Inside;
  explicit TiffFile(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
  std::vector<std::uint64_t> directories_;  ///< offsets
};

}  // namespace antin::service::capture
