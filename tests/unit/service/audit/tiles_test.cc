#include "service/audit/tiles.h"

#include <gtest/gtest.h>

namespace antin::audit {
namespace {

TEST(TilePath, IsReadAsItIsWritten) {
  const std::vector<std::pair<std::string, TileId>> kSame{
      {"0/000", {}},
      {"0/x001/x234/067", {.number = 1'234'067}},
      {"0/x273/000.p/112", {.number = 273'000, .width = 112}},
      {"1/001.p/17", {.level = 1, .number = 1, .width = 17}},
      {"63/999", {.level = 63, .number = 999}},
      {"entries/x001/000.p/255", {.kind = TileId::Kind::kEntries, .number = 1'000, .width = 255}},
  };
  for (const auto& [path, tile] : kSame) {
    TileId read;
    EXPECT_TRUE(parse_tile_path(path, read)) << path;
    EXPECT_EQ(read, tile) << path;
    EXPECT_EQ(tile_path(tile), path);
  }
}

TEST(TilePath, HasOneFormForEachTile) {
  for (const auto* path : {"",
                           "0",
                           "0/",
                           "0/0",
                           "0/00",
                           "0/0000",
                           "00/000",
                           "01/000",
                           "64/000",
                           "-1/000",
                           "0/x000/001",
                           "0/x000",
                           "0/000/001",
                           "0/x01/001",
                           "0/000.p/0",
                           "0/000.p/256",
                           "0/000.p/01",
                           "0/000.p/",
                           "0/000.p",
                           "0/000 ",
                           "0/000/",
                           "/0/000",
                           "entries",
                           "entries/",
                           "entries/x",
                           "Entries/000",
                           "0/x999/x999/x999/x999/x999/x999/x999/999",
                           "0/+01",
                           "0/000.p/+1"}) {
    TileId read;
    EXPECT_FALSE(parse_tile_path(path, read)) << path;
  }
}

// The example of the format's own text: a tree of 70,000.
TEST(Tiles, OfATreeAreThoseThatItsSizeGives) {
  const TreeSize size{70'000};
  EXPECT_TRUE(in_tree({.number = 272}, size));
  EXPECT_FALSE(in_tree({.number = 273}, size));
  EXPECT_TRUE(in_tree({.number = 273, .width = 112}, size));
  EXPECT_FALSE(in_tree({.number = 273, .width = 113}, size));
  EXPECT_TRUE(in_tree({.level = 1, .number = 0}, size));
  EXPECT_TRUE(in_tree({.level = 1, .number = 1, .width = 17}, size));
  EXPECT_FALSE(in_tree({.level = 1, .number = 1, .width = 18}, size));
  EXPECT_TRUE(in_tree({.level = 2, .number = 0, .width = 1}, size));
  EXPECT_FALSE(in_tree({.level = 3, .number = 0, .width = 1}, size));
  EXPECT_FALSE(in_tree({.level = 63, .number = 0, .width = 1}, size));
  EXPECT_FALSE(in_tree({.number = ~std::uint64_t{0} / 256}, size));
}

TEST(Tiles, EntriesOfABundleSayTheirLength) {
  Bytes bundle;
  EXPECT_TRUE(append_entry(bundle, as_bytes("ab")));
  EXPECT_TRUE(append_entry(bundle, {}));
  EXPECT_EQ(to_hex(bundle), "000261620000");
  EXPECT_FALSE(append_entry(bundle, Bytes(65'536)));
}

}  // namespace
}  // namespace antin::audit
