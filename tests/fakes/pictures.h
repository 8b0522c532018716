#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <jpeglib.h>
#include <png.h>
#include <string>
#include <string_view>
#include <tiffio.h>
#include <vector>

#include "certs/core/bytes.h"

/// Pictures as scanners write them, and what can be wrong with them. Encoded by the libraries that
/// other software uses too; defects are put in afterwards, octet by octet.
namespace antin::test {

/// Rows from the top, 1, 3 or 4 components of eight bits.
struct Pixels {
  std::uint32_t columns = 0, rows = 0;
  unsigned components = 3;
  Bytes octets;
};

/// A sheet with lines of words, a red seal and the noise of paper. `slope`: what each line falls
/// over the width, in rows per column. `lines` 0: a blank sheet.
inline Pixels sheet(std::uint32_t columns, std::uint32_t rows, unsigned seed, double slope = 0,
                    unsigned lines = 24, unsigned components = 3) {
  Pixels pixels{columns, rows, components, {}};
  pixels.octets.reserve(std::size_t{columns} * rows * components);
  std::uint32_t state = seed * 2'654'435'761U + 1;
  const auto noise = [&state] {
    state = state * 1'664'525U + 1'013'904'223U;
    return static_cast<int>(state >> 29U);
  };
  const auto line_height = std::max(1U, rows / (lines + 8));
  const double seal_x = columns * 0.7, seal_y = rows * 0.75, radius = columns * 0.09;
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < columns; ++x) {
      const double level = y - slope * (x - columns / 2.0);
      const auto line = level < 0 ? 0U : static_cast<unsigned>(level / line_height);
      const double in_line = level - line * static_cast<double>(line_height);
      const auto word = x / (columns / 40) * 31U + line * 17U + seed * 7U;
      const bool ink = line >= 4 && line < lines + 4 && in_line > line_height * 0.35 &&
                       in_line < line_height * 0.7 && x > columns / 8 && x < columns * 7 / 8 &&
                       word % 5 != 0 && (x / 3 + word) % 3 != 0;
      const double dx = x - seal_x, dy = y - seal_y, far = dx * dx + dy * dy;
      const bool seal = lines > 0 && far < radius * radius && far > radius * radius * 0.8;
      const int paper = 246 + noise();
      const int shade = ink ? 30 + noise() : paper;
      for (unsigned c = 0; c < components; ++c) {
        const int value = seal ? (c == 0 ? 210 : 40) : shade;
        pixels.octets.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  return pixels;
}

struct JpegMaking {
  int quality = 85;
  int unit = 1;  ///< JFIF: 0 none, 1 per inch, 2 per centimetre
  int x = 200, y = 200;
  bool progressive = false, adobe_cmyk = false;
  Bytes exif = {};  ///< what follows "Exif\0\0"
};

inline Bytes jpeg(const Pixels& pixels, const JpegMaking& how = {}) {
  jpeg_compress_struct made{};
  jpeg_error_mgr errors{};
  made.err = jpeg_std_error(&errors);
  jpeg_create_compress(&made);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&made, &out, &size);
  made.image_width = pixels.columns;
  made.image_height = pixels.rows;
  made.input_components = static_cast<int>(pixels.components);
  made.in_color_space = pixels.components == 1   ? JCS_GRAYSCALE
                        : pixels.components == 3 ? JCS_RGB
                                                 : JCS_CMYK;
  jpeg_set_defaults(&made);
  jpeg_set_quality(&made, how.quality, TRUE);
  if (how.progressive) jpeg_simple_progression(&made);
  if (!how.exif.empty()) made.write_JFIF_header = FALSE;
  made.density_unit = static_cast<UINT8>(how.unit);
  made.X_density = static_cast<UINT16>(how.x);
  made.Y_density = static_cast<UINT16>(how.y);
  if (how.adobe_cmyk) made.write_Adobe_marker = TRUE;
  jpeg_start_compress(&made, TRUE);
  if (!how.exif.empty()) {
    Bytes marker = to_bytes(std::string_view{"Exif\0\0", 6});
    marker.insert(marker.end(), how.exif.begin(), how.exif.end());
    jpeg_write_marker(&made, JPEG_APP0 + 1, marker.data(), static_cast<unsigned>(marker.size()));
  }
  const std::size_t row = std::size_t{pixels.columns} * pixels.components;
  while (made.next_scanline < made.image_height) {
    auto* line = const_cast<JSAMPLE*>(&pixels.octets[made.next_scanline * row]);
    jpeg_write_scanlines(&made, &line, 1);
  }
  jpeg_finish_compress(&made);
  Bytes octets(out, out + size);
  jpeg_destroy_compress(&made);
  std::free(out);
  return octets;
}

/// Orientation and resolution as a camera writes them, little-endian.
inline Bytes exif(unsigned orientation, unsigned dpi) {
  Bytes tiff = to_bytes(std::string_view{"II*\0\x08\0\0\0\x04\0", 10});
  const auto number = [&tiff](std::uint32_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i)
      tiff.push_back(static_cast<std::uint8_t>(value >> 8U * i & 0xFFU));
  };
  const auto entry = [&](unsigned tag, unsigned type, std::uint32_t value) {
    number(tag, 2), number(type, 2), number(1, 4), number(value, 4);
  };
  entry(0x112, 3, orientation), entry(0x11A, 5, 62), entry(0x11B, 5, 62), entry(0x128, 3, 2);
  number(0, 4);
  number(dpi, 4), number(1, 4);
  return tiff;
}

struct PngMaking {
  int colour = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  bool interlaced = false;
  double dpi = 200;  ///< 0: no pHYs
};

/// `pixels` as rows of the PNG's own layout, whatever its components say.
inline Bytes png(const Pixels& pixels, const PngMaking& how = {}) {
  Bytes out;
  auto* made = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  auto* about = png_create_info_struct(made);
  png_set_write_fn(
      made, &out,
      [](png_structp to, png_bytep octets, std::size_t size) {
        auto& bytes = *static_cast<Bytes*>(png_get_io_ptr(to));
        bytes.insert(bytes.end(), octets, octets + size);
      },
      nullptr);
  png_set_IHDR(made, about, pixels.columns, pixels.rows, how.bits, how.colour,
               how.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
  png_set_compression_level(made, 1);
  if (how.colour == PNG_COLOR_TYPE_PALETTE) {
    const std::vector<png_color> entries = {{255, 255, 255}, {0, 0, 0}, {200, 0, 0}, {0, 0, 200}};
    png_set_PLTE(made, about, entries.data(), 1 << std::min(how.bits, 2));
  }
  if (how.dpi > 0) {
    const auto per_metre = static_cast<png_uint_32>(how.dpi / 0.0254 + 0.5);
    png_set_pHYs(made, about, per_metre, per_metre, PNG_RESOLUTION_METER);
  }
  png_write_info(made, about);
  const auto row = png_get_rowbytes(made, about);
  const int passes = png_set_interlace_handling(made);
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t y = 0; y < pixels.rows; ++y) png_write_row(made, &pixels.octets[y * row]);
  }
  png_write_end(made, nullptr);
  png_destroy_write_struct(&made, &about);
  return out;
}

struct TiffMaking {
  std::uint16_t compression = COMPRESSION_LZW;
  std::uint16_t photometric = PHOTOMETRIC_RGB;
  std::uint16_t bits = 8, orientation = 1, unit = RESUNIT_INCH;
  float dpi = 200;
  std::uint32_t tile = 0;  ///< side of a tile; 0: strips
  std::uint32_t rows_per_strip = 16;
  bool alpha = false, thumbnail = false;
  const char* mode = "w";  ///< "w8": BigTIFF
};

namespace tiff_memory {
struct File {
  Bytes octets;
  std::uint64_t at = 0;
};
inline tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
  auto& file = *static_cast<File*>(handle);
  if (file.at >= file.octets.size()) return 0;
  const auto count =
      std::min<std::size_t>(static_cast<std::size_t>(size), file.octets.size() - file.at);
  std::memcpy(to, &file.octets[file.at], count);
  file.at += count;
  return static_cast<tmsize_t>(count);
}
inline tmsize_t write(thandle_t handle, void* from, tmsize_t size) {
  auto& file = *static_cast<File*>(handle);
  const auto count = static_cast<std::size_t>(size);
  if (file.octets.size() < file.at + count) file.octets.resize(file.at + count);
  std::memcpy(&file.octets[file.at], from, count);
  file.at += count;
  return size;
}
inline toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto& file = *static_cast<File*>(handle);
  file.at = offset + (from == SEEK_CUR ? file.at : from == SEEK_END ? file.octets.size() : 0);
  return file.at;
}
inline int close(thandle_t) {
  return 0;
}
inline toff_t size(thandle_t handle) {
  return static_cast<File*>(handle)->octets.size();
}
}  // namespace tiff_memory

struct TiffPage {
  Pixels pixels;
  TiffMaking how;
};

inline void write_tiff_page(TIFF* tiff, const Pixels& pixels, const TiffMaking& how) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, pixels.columns);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, pixels.rows);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, how.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, pixels.components);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, how.photometric);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, how.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, how.orientation);
  if (how.thumbnail) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
  if (how.dpi > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, how.unit);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, static_cast<double>(how.dpi));
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, static_cast<double>(how.dpi));
  }
  if (how.alpha) {
    const std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  if (how.compression == COMPRESSION_JPEG && how.photometric == PHOTOMETRIC_YCBCR)
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  const std::size_t row = (std::size_t{pixels.columns} * pixels.components * how.bits + 7) / 8;
  if (how.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, how.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, how.tile);
    const std::size_t pixel = std::size_t{pixels.components} * how.bits / 8;
    Bytes tile(std::size_t{how.tile} * how.tile * pixel);
    for (std::uint32_t top = 0; top < pixels.rows; top += how.tile) {
      for (std::uint32_t left = 0; left < pixels.columns; left += how.tile) {
        for (std::uint32_t y = 0; y < std::min(how.tile, pixels.rows - top); ++y) {
          const auto count = std::min(how.tile, pixels.columns - left) * pixel;
          std::memcpy(&tile[y * how.tile * pixel], &pixels.octets[(top + y) * row + left * pixel],
                      count);
        }
        TIFFWriteTile(tiff, tile.data(), left, top, 0, 0);
      }
    }
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, how.rows_per_strip);
    for (std::uint32_t y = 0; y < pixels.rows; ++y)
      TIFFWriteScanline(tiff, const_cast<std::uint8_t*>(&pixels.octets[y * row]), y, 0);
  }
  TIFFWriteDirectory(tiff);
}

inline Bytes tiff(const std::vector<TiffPage>& pages) {
  tiff_memory::File file;
  auto* made =
      TIFFClientOpen("memory", pages.front().how.mode, &file, tiff_memory::read, tiff_memory::write,
                     tiff_memory::seek, tiff_memory::close, tiff_memory::size, nullptr, nullptr);
  for (const auto& page : pages) write_tiff_page(made, page.pixels, page.how);
  TIFFClose(made);
  return std::move(file.octets);
}

/// One bit a pixel, ink is 1.
inline Pixels bilevel(const Pixels& grey) {
  Pixels bits{grey.columns, grey.rows, 1, Bytes((grey.columns + 7) / 8 * std::size_t{grey.rows})};
  for (std::size_t y = 0; y < grey.rows; ++y) {
    for (std::size_t x = 0; x < grey.columns; ++x) {
      if (grey.octets[(y * grey.columns + x) * grey.components] < 128) {
        auto& octet = bits.octets[y * ((grey.columns + 7) / 8) + x / 8];
        octet = static_cast<std::uint8_t>(octet | 0x80U >> x % 8);
      }
    }
  }
  return bits;
}

}  // namespace antin::test
