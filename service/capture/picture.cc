#include "service/capture/picture.h"

#include <algorithm>
#include <array>

namespace antin::service::capture {
namespace {

bool begins(ByteView file, std::string_view magic) {
  return as_text(file.first(std::min(file.size(), magic.size()))) == magic;
}

}  // namespace

std::optional<FileKind> kind_of(ByteView file) noexcept {
  using namespace std::string_view_literals;
  if (begins(file, "\xFF\xD8\xFF"sv)) return FileKind::kJpeg;
  if (begins(file, "\x89PNG\r\n\x1A\n"sv)) return FileKind::kPng;
  for (const auto magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (begins(file, magic)) return FileKind::kTiff;
  }
  // Other software opens files with something in front; what may stand there is the reader's rule.
  const auto front = as_text(file.first(std::min<std::size_t>(file.size(), 1'024)));
  if (front.find("%PDF-") != std::string_view::npos) return FileKind::kPdf;
  return std::nullopt;
}

std::string_view name(FileKind kind) noexcept {
  static constexpr std::array<std::string_view, 4> kNames = {"PDF", "JPEG", "PNG", "TIFF"};
  return kNames.at(static_cast<std::size_t>(kind));
}

double sound_dpi(double value) noexcept {
  // Beyond this no scanner scans, and a sheet would be smaller than a stamp or larger than a wall.
  return value >= 10 && value <= 10'000 ? value : 0;
}

Status check_size(const PictureFile& file, std::uint64_t columns, std::uint64_t rows) {
  const auto& limits = file.limits;
  if (columns <= limits.max_side && rows <= limits.max_side && columns * rows <= limits.max_pixels)
    return Done{};
  return make_error(Code::kCaptureTooLarge, "picture",
                    {{"file", std::string(file.name)},
                     {"width", std::to_string(columns)},
                     {"height", std::to_string(rows)},
                     {"max", std::to_string(limits.max_pixels / 1'000'000)}});
}

Error damaged(const PictureFile& file, FileKind kind, std::string why) {
  return make_error(Code::kCaptureDamaged, std::move(why),
                    {{"file", std::string(file.name)}, {"kind", std::string(name(kind))}});
}

Error unknown_coding(const PictureFile& file, FileKind kind, std::string_view coding) {
  return make_error(Code::kCaptureCoding, std::string(coding),
                    {{"file", std::string(file.name)},
                     {"kind", std::string(name(kind))},
                     {"coding", std::string(coding)}});
}

}  // namespace antin::service::capture
