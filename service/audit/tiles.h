#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "service/audit/merkle.h"

/// Where a log's hashes and entries are found by those who follow it (C2SP tlog-tiles): tiles of
/// height 8, 256 hashes wide, and bundles of 256 entries.
namespace antin::audit {

constexpr unsigned kTileHeight = 8;
constexpr std::uint64_t kTileWidth = 256;

struct TileId {
  enum class Kind : std::uint8_t { kHashes, kEntries };
  Kind kind = Kind::kHashes;
  unsigned level = 0;  ///< 0 to 63; of entries: 0
  std::uint64_t number = 0;
  std::uint64_t width = kTileWidth;  ///< 1 to 255 of a partial tile

  /// The subtrees whose hashes it holds begin here, on this level of the tree.
  NodeId first() const { return {level * kTileHeight, number * kTileWidth}; }
  friend bool operator==(const TileId&, const TileId&) = default;
};

/// "0/x001/234", "0/000.p/5", "entries/007": what stands behind "/tile/". Exactly as tile_path()
/// writes it; false for everything else.
bool parse_tile_path(std::string_view path, TileId& out);
std::string tile_path(const TileId& tile);

/// Whether every subtree of it is complete in a tree of this size. A partial tile stays one that
/// may be asked for after it has filled up.
bool in_tree(const TileId& tile, TreeSize size) noexcept;

/// Adds one entry to a bundle: two octets of length, then the entry. False beyond 65,535 octets.
bool append_entry(Bytes& bundle, ByteView entry);

}  // namespace antin::audit
