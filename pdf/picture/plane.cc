#include "pdf/picture/plane.h"

#include <algorithm>

namespace antin::pdf::picture {

Raster reduced(const Raster& raster, std::uint32_t factor) {
  Raster small{raster.width / factor, raster.height / factor, raster.dpi / factor, {}};
  small.rgb.resize(std::size_t{small.width} * small.height * 3);
  std::vector<std::uint32_t> sums(std::size_t{small.width} * 3);
  const std::uint32_t pixels = factor * factor;
  for (std::uint32_t y = 0; y < small.height; ++y) {
    std::fill(sums.begin(), sums.end(), pixels / 2);
    for (std::uint32_t v = 0; v < factor; ++v) {
      const std::uint8_t* in = raster.rgb.data() + (std::size_t{y} * factor + v) * raster.width * 3;
      for (std::uint32_t x = 0; x < small.width; ++x) {
        for (std::uint32_t u = 0; u < factor; ++u, in += 3) {
          for (std::size_t i = 0; i < 3; ++i) sums[std::size_t{x} * 3 + i] += in[i];
        }
      }
    }
    std::uint8_t* out = small.rgb.data() + std::size_t{y} * small.width * 3;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(sums[i] / pixels);
    }
  }
  return small;
}

Plane lightness(const Raster& raster, std::uint32_t width, std::uint32_t height) {
  Plane plane{width, height, Bytes(std::size_t{width} * height)};
  for (std::uint32_t y = 0; y < height; ++y) {
    const std::uint8_t* in = raster.rgb.data() + std::size_t{y} * raster.width * 3;
    std::uint8_t* out = plane.values.data() + std::size_t{y} * width;
    for (std::size_t x = 0; x < width; ++x) {
      // 0.299, 0.587, 0.114 in units of 1/256, rounded.
      out[x] = static_cast<std::uint8_t>(
          (77U * in[3 * x] + 150U * in[3 * x + 1] + 29U * in[3 * x + 2] + 128U) >> 8U);
    }
  }
  return plane;
}

Cells<std::uint8_t> activity(const Plane& plane, std::uint32_t side) {
  const auto columns = cells_for(plane.width, side);
  const auto rows = cells_for(plane.height, side);
  Cells<std::uint8_t> low{columns, rows};
  Cells<std::uint8_t> high{columns, rows};
  std::fill(low.values.begin(), low.values.end(), std::uint8_t{255});
  for (std::uint32_t y = 0; y < plane.height; ++y) {
    const std::uint8_t* in = plane.row(y);
    std::uint8_t* lows = &low.at(0, y / side);
    std::uint8_t* highs = &high.at(0, y / side);
    for (std::uint32_t x = 0; x < plane.width; x += side) {
      const auto [least, most] = std::minmax_element(in + x, in + std::min(x + side, plane.width));
      lows[x / side] = std::min(lows[x / side], *least);
      highs[x / side] = std::max(highs[x / side], *most);
    }
  }
  Cells<std::uint8_t> range{columns, rows};
  each_with_neighbours(range, [&](std::uint32_t x, std::uint32_t y, const auto& around) {
    std::uint8_t least = 255;
    std::uint8_t most = 0;
    around([&](std::uint32_t u, std::uint32_t v) {
      least = std::min(least, low.at(u, v));
      most = std::max(most, high.at(u, v));
    });
    range.at(x, y) = static_cast<std::uint8_t>(most - least);
  });
  return range;
}

Cells<std::uint8_t> spread(const Cells<std::uint8_t>& cells) {
  Cells<std::uint8_t> result{cells.columns, cells.rows};
  each_with_neighbours(result, [&](std::uint32_t x, std::uint32_t y, const auto& around) {
    around([&](std::uint32_t u, std::uint32_t v) {
      result.at(x, y) = std::max(result.at(x, y), cells.at(u, v));
    });
  });
  return result;
}

Cells<std::uint8_t> lesser(Cells<std::uint8_t> one, const Cells<std::uint8_t>& other) {
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    one.values[i] = std::min(one.values[i], other.values[i]);
  }
  return one;
}

Cells<MeanColour> mean_colours(const Raster& raster, std::uint32_t width, std::uint32_t height,
                               std::uint32_t side) {
  struct Sum {
    std::uint32_t red = 0, green = 0, blue = 0, pixels = 0;
  };
  Cells<Sum> sums{cells_for(width, side), cells_for(height, side)};
  for (std::uint32_t y = 0; y < height; ++y) {
    const std::uint8_t* in = raster.rgb.data() + std::size_t{y} * raster.width * 3;
    Sum* row = &sums.at(0, y / side);
    for (std::uint32_t x = 0; x < width; x += side) {
      Sum& sum = row[x / side];
      const std::uint32_t end = std::min(x + side, width);
      for (std::size_t i = x; i < end; ++i) {
        sum.red += in[3 * i];
        sum.green += in[3 * i + 1];
        sum.blue += in[3 * i + 2];
      }
      sum.pixels += end - x;
    }
  }
  Cells<MeanColour> means{sums.columns, sums.rows};
  for (std::size_t i = 0; i < means.values.size(); ++i) {
    const Sum& sum = sums.values[i];
    const auto mean = [&](std::uint32_t total) {
      return static_cast<float>(total) / static_cast<float>(sum.pixels);
    };
    means.values[i] = {mean(sum.red), mean(sum.green), mean(sum.blue)};
  }
  return means;
}

}  // namespace antin::pdf::picture
