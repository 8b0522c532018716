#include "pdf/picture/regions.h"

#include <algorithm>

namespace antin::pdf::picture {
namespace {

/// In cells, both ends included.
struct Block {
  std::uint32_t left, top, right, bottom;
  std::uint64_t area() const noexcept {
    return std::uint64_t{right - left + 1} * (bottom - top + 1);
  }
};

Block around(const Block& a, const Block& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

/// At most this many cells between them: a word's letters belong together, lines of text do not.
constexpr std::uint32_t kGapAcross = 2;
constexpr std::uint32_t kGapDown = 1;

bool near(const Block& a, const Block& b) {
  return a.left <= b.right + kGapAcross + 1 && b.left <= a.right + kGapAcross + 1 &&
         a.top <= b.bottom + kGapDown + 1 && b.top <= a.bottom + kGapDown + 1;
}

/// Marked cells of a row that follow each other.
std::vector<Block> runs(const Cells<std::uint8_t>& marked, std::uint32_t y) {
  std::vector<Block> found;
  for (std::uint32_t x = 0; x < marked.columns; ++x) {
    if (marked.at(x, y) == 0) continue;
    if (!found.empty() && found.back().right + kGapAcross + 1 >= x) {
      found.back().right = x;
    } else {
      found.push_back({x, y, x, y});
    }
  }
  return found;
}

/// Joins until nothing is near anything else.
void settle(std::vector<Block>& blocks) {
  for (std::size_t i = 0; i < blocks.size();) {
    bool joined = false;
    for (std::size_t k = i + 1; k < blocks.size();) {
      if (near(blocks[i], blocks[k])) {
        blocks[i] = around(blocks[i], blocks[k]);
        blocks[k] = blocks.back();
        blocks.pop_back();
        joined = true;
      } else {
        ++k;
      }
    }
    i = joined ? 0 : i + 1;
  }
}

/// Joins the pair that wastes least until there are few enough.
void thin_out(std::vector<Block>& blocks, std::size_t most) {
  while (blocks.size() > most) {
    std::uint64_t least = UINT64_MAX;
    std::size_t first = 0;
    std::size_t second = 1;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      for (std::size_t k = i + 1; k < blocks.size(); ++k) {
        const auto waste = around(blocks[i], blocks[k]).area();
        if (waste < least) {
          least = waste;
          first = i;
          second = k;
        }
      }
    }
    blocks[first] = around(blocks[first], blocks[second]);
    blocks[second] = blocks.back();
    blocks.pop_back();
  }
}

}  // namespace

std::vector<PixelBox> boxes_around(const Cells<std::uint8_t>& marked, std::uint32_t side,
                                   std::uint32_t width, std::uint32_t height,
                                   std::size_t max_boxes) {
  // A page full of differences has thousands of runs: they are joined as they come.
  constexpr std::size_t kOpen = 512;
  std::vector<Block> blocks;
  for (std::uint32_t y = 0; y < marked.rows; ++y) {
    for (const Block& run : runs(marked, y)) {
      const auto into = std::find_if(blocks.begin(), blocks.end(),
                                     [&](const Block& block) { return near(block, run); });
      if (into != blocks.end()) {
        *into = around(*into, run);
      } else {
        blocks.push_back(run);
      }
    }
    if (blocks.size() > kOpen) {
      settle(blocks);
      thin_out(blocks, kOpen / 2);
    }
  }
  settle(blocks);
  thin_out(blocks, std::max<std::size_t>(max_boxes, 1));
  std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
    return a.area() != b.area() ? a.area() > b.area()
                                : std::pair{a.top, a.left} < std::pair{b.top, b.left};
  });
  std::vector<PixelBox> boxes;
  boxes.reserve(blocks.size());
  for (const Block& block : blocks) {
    const auto x = block.left * side;
    const auto y = block.top * side;
    boxes.push_back({x, y, std::min((block.right + 1) * side, width) - x,
                     std::min((block.bottom + 1) * side, height) - y});
  }
  return boxes;
}

}  // namespace antin::pdf::picture
