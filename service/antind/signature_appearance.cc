#include <algorithm>
#include <array>
#include <cstdio>

#include "service/antind/line.h"
#include "service/antind/officer_signing.h"

namespace antin::service {
namespace {

constexpr double kMostWidthMm = 40, kMostHeightMm = 20;
constexpr double kMarginMm = 0.5;
// The room between capacity and name (packaging/layouts) is 38 mm, and the picture stands in its
// middle; the renderer begins a millimetre above the name.
constexpr double kRoomMm = 38, kAboveNameMm = 1;

std::uint32_t number_at(const Bytes& octets, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | octets[at + i];
  return number;
}

std::string millimetres(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.2f", value);
  return {text.data(), static_cast<std::size_t>(std::max(0, length))};
}

}  // namespace

std::optional<cbor::Value> signature_appearance(const std::string& name, const Bytes& png) {
  // Signature, then the header chunk with width and height (ISO/IEC 15948 5.2, 11.2.2). Whether it
  // is a good picture is for the worker to say.
  constexpr std::array<std::uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  constexpr std::size_t kWidthAt = 16, kHeaderEnd = 24;
  if (png.size() < kHeaderEnd || !std::equal(kPng.begin(), kPng.end(), png.begin()))
    return std::nullopt;
  const double across = number_at(png, kWidthAt), down = number_at(png, kWidthAt + 4);
  if (across < 1 || down < 1) return std::nullopt;
  const double width = std::min(kMostWidthMm, kMostHeightMm * across / down);
  const double height = width * down / across;
  const double box_width = width + 2 * kMarginMm, box_height = height + 2 * kMarginMm;
  const double lift = kAboveNameMm - (kRoomMm - box_height) / 2;
  const std::string toml = "schema = \"antin-appearance/1\"\nkind = \"signature\"\nwidth_mm = " +
                           millimetres(box_width) + "\nheight_mm = " + millimetres(box_height) +
                           "\n[anchor]\ntext = " + in_quotes(name) +
                           "\nabove = true\npage = -1\ny_mm = " + millimetres(lift) +
                           "\n[image]\nfile = \"signature.png\"\nx_mm = " + millimetres(kMarginMm) +
                           "\ny_mm = " + millimetres(kMarginMm) +
                           "\nwidth_mm = " + millimetres(width) +
                           "\n[[line]]\ntext = \" \"\nsize_pt = 5\n";
  return cbor::Value(
      cbor::Map{{"toml", toml},
                {"files", cbor::Array{cbor::Map{{"name", "signature.png"}, {"octets", png}}}}});
}

}  // namespace antin::service
