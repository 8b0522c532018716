#include "service/audit/tiles.h"

#include <algorithm>
#include <vector>

#include "service/audit/note.h"

namespace antin::audit {
namespace {

constexpr unsigned kMaxLevel = 63;
constexpr std::string_view kEntries = "entries";

std::string three_digits(std::uint64_t value) {
  auto text = std::to_string(value);
  return std::string(3 - text.size(), '0') + text;
}

std::string number_path(std::uint64_t number) {
  auto path = three_digits(number % 1000);
  for (number /= 1000; number > 0; number /= 1000)
    path.insert(0, "/").insert(0, three_digits(number % 1000)).insert(0, "x");
  return path;
}

bool is_digits(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes the number off the front; what is left is the partial tile's suffix.
bool take_number(std::string_view& path, std::uint64_t& number) {
  number = 0;
  // 7 groups of three digits hold more than any tree has.
  for (int groups = 0; groups < 7; ++groups) {
    const bool more = path.starts_with('x');
    if (more) path.remove_prefix(1);
    if (!is_digits(path.substr(0, 3))) return false;
    for (const char c : path.substr(0, 3))
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    path.remove_prefix(3);
    if (!more) return true;
    if (!path.starts_with('/')) return false;
    path.remove_prefix(1);
    if (number > kMaxTreeSize / 1000) return false;
  }
  return false;
}

}  // namespace

bool parse_tile_path(std::string_view path, TileId& out) {
  const auto whole = path;
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return false;
  const auto level = path.substr(0, slash);
  TileId tile;
  std::uint64_t value = 0;
  if (level == kEntries) {
    tile.kind = TileId::Kind::kEntries;
  } else {
    if (!read_decimal(level, value) || value > kMaxLevel) return false;
    tile.level = static_cast<unsigned>(value);
  }
  path.remove_prefix(slash + 1);
  if (!take_number(path, tile.number)) return false;
  if (!path.empty()) {
    if (!path.starts_with(".p/") || !read_decimal(path.substr(3), tile.width) || tile.width == 0 ||
        tile.width >= kTileWidth)
      return false;
  }
  // Leading groups of zeros and the like: there is one way to write each tile.
  if (tile_path(tile) != whole) return false;
  out = tile;
  return true;
}

std::string tile_path(const TileId& tile) {
  auto path =
      tile.kind == TileId::Kind::kEntries ? std::string(kEntries) : std::to_string(tile.level);
  path += "/" + number_path(tile.number);
  if (tile.width < kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

bool in_tree(const TileId& tile, TreeSize size) noexcept {
  const auto shift = tile.level * kTileHeight;
  // No tree has that many leaves.
  if (shift >= 62) return false;
  const auto nodes = size.value >> shift;
  return tile.number <= nodes / kTileWidth && tile.number * kTileWidth + tile.width <= nodes;
}

bool append_entry(Bytes& bundle, ByteView entry) {
  if (entry.size() > 0xffff) return false;
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8U));
  bundle.push_back(static_cast<std::uint8_t>(entry.size() & 0xffU));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
  return true;
}

}  // namespace antin::audit
