#include "pdf/picture/registration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace antin::pdf::picture {
namespace {

constexpr std::size_t kUnknowns = 6;
using Vector6 = std::array<double, kUnknowns>;
using Matrix6 = std::array<Vector6, kUnknowns>;

/// Gaussian elimination with pivots; nullopt when the cells fix less than an affine field.
std::optional<Vector6> solve(Matrix6 m, Vector6 v) {
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    std::size_t pivot = i;
    for (std::size_t j = i + 1; j < kUnknowns; ++j) {
      if (std::abs(m[j][i]) > std::abs(m[pivot][i])) pivot = j;
    }
    if (std::abs(m[pivot][i]) < 1e-6) return std::nullopt;
    std::swap(m[i], m[pivot]);
    std::swap(v[i], v[pivot]);
    for (std::size_t j = i + 1; j < kUnknowns; ++j) {
      const double factor = m[j][i] / m[i][i];
      for (std::size_t k = i; k < kUnknowns; ++k) m[j][k] -= factor * m[i][k];
      v[j] -= factor * v[i];
    }
  }
  Vector6 x{};
  for (std::size_t i = kUnknowns; i-- > 0;) {
    double sum = v[i];
    for (std::size_t k = i + 1; k < kUnknowns; ++k) sum -= m[i][k] * x[k];
    x[i] = sum / m[i][i];
  }
  return x;
}

struct Spot {
  std::uint32_t x, y;  ///< upper left pixel of a cell
};

/// Cells with strokes in both pictures, thinned to a number that costs little.
std::vector<Spot> spots(const Plane& plane, const Cells<std::uint8_t>& one,
                        const Cells<std::uint8_t>& other, std::uint32_t side) {
  constexpr std::uint8_t kStroke = 60;
  constexpr std::size_t kEnough = 2500;
  std::vector<Spot> all;
  for (std::uint32_t y = 1; y + 1 < one.rows; ++y) {
    for (std::uint32_t x = 1; x + 1 < one.columns; ++x) {
      if (std::min(one.at(x, y), other.at(x, y)) < kStroke) continue;
      if ((x + 2) * side >= plane.width || (y + 2) * side >= plane.height) continue;
      all.push_back({x * side, y * side});
    }
  }
  if (all.size() <= kEnough) return all;
  std::vector<Spot> some;
  some.reserve(kEnough);
  for (std::size_t i = 0; i < kEnough; ++i) some.push_back(all[i * all.size() / kEnough]);
  return some;
}

double sample(const Plane& plane, double x, double y) {
  x = std::clamp(x, 0.0, static_cast<double>(plane.width) - 2.0);
  y = std::clamp(y, 0.0, static_cast<double>(plane.height) - 2.0);
  const auto left = static_cast<std::uint32_t>(x);
  const auto top = static_cast<std::uint32_t>(y);
  const double u = x - left;
  const double v = y - top;
  return (1 - v) * ((1 - u) * plane.at(left, top) + u * plane.at(left + 1, top)) +
         v * ((1 - u) * plane.at(left, top + 1) + u * plane.at(left + 1, top + 1));
}

/// One Gauss-Newton step; differences above a stroke's noise weigh less, so that what was changed
/// does not pull.
std::optional<Vector6> step(const Plane& copy, const Plane& original,
                            const std::vector<Spot>& where, std::uint32_t side, const Shift& now,
                            double stiffness) {
  constexpr double kTrusted = 24;
  const double scale = std::max(1.0, now.middle_x);
  Matrix6 normal{};
  Vector6 right{};
  for (const Spot spot : where) {
    const auto moved = now.at(spot.x, spot.y);
    for (std::uint32_t y = spot.y; y < spot.y + side; y += 2) {
      for (std::uint32_t x = spot.x + (y / 2) % 2; x < spot.x + side; x += 2) {
        const double gx = (original.at(x + 1, y) - original.at(x - 1, y)) / 2.0;
        const double gy = (original.at(x, y + 1) - original.at(x, y - 1)) / 2.0;
        if (gx == 0 && gy == 0) continue;
        const double error = original.at(x, y) - sample(copy, x + moved.x, y + moved.y);
        const double weight = std::min(1.0, kTrusted / std::max(1.0, std::abs(error)));
        const double u = (x - now.middle_x) / scale;
        const double v = (y - now.middle_y) / scale;
        const Vector6 row{gx, gx * u, gx * v, gy, gy * u, gy * v};
        for (std::size_t i = 0; i < kUnknowns; ++i) {
          for (std::size_t k = i; k < kUnknowns; ++k) normal[i][k] += weight * row[i] * row[k];
          right[i] += weight * row[i] * error;
        }
      }
    }
  }
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t k = 0; k < i; ++k) normal[i][k] = normal[k][i];
    // Where little is written, the field stays flat.
    normal[i][i] = normal[i][i] * 1.001 + (i % 3 == 0 ? 1.0 : stiffness);
  }
  auto solved = solve(normal, right);
  if (solved) {
    for (const std::size_t i : {1U, 2U, 4U, 5U}) (*solved)[i] /= scale;
  }
  return solved;
}

/// Steps until nothing moves any more; nullopt when that leads too far.
std::optional<Shift> fit(const Plane& copy, const Plane& original, const std::vector<Spot>& where,
                         std::uint32_t side, Shift shift, double stiffness, double limit) {
  constexpr int kSteps = 5;
  for (int i = 0; i < kSteps; ++i) {
    const auto change = step(copy, original, where, side, shift, stiffness);
    if (!change) return std::nullopt;
    const auto& c = *change;
    shift.x += c[0];
    shift.xx += c[1];
    shift.xy += c[2];
    shift.y += c[3];
    shift.yx += c[4];
    shift.yy += c[5];
    if (shift.longest(original.width, original.height) > limit) return std::nullopt;
    if (std::abs(c[0]) + std::abs(c[3]) < 0.01) break;
  }
  return shift;
}

}  // namespace

double Shift::longest(std::uint32_t width, std::uint32_t height) const noexcept {
  double most = 0;
  for (const double px : {0.0, static_cast<double>(width)}) {
    for (const double py : {0.0, static_cast<double>(height)}) {
      const auto moved = at(px, py);
      most = std::max(most, std::hypot(moved.x, moved.y));
    }
  }
  return most;
}

Shift find_shift(const Plane& copy, const Plane& original, const Cells<std::uint8_t>& copy_activity,
                 const Cells<std::uint8_t>& original_activity, std::uint32_t side, double limit) {
  constexpr std::size_t kFewest = 12;
  Shift none;
  none.middle_x = original.width / 2.0;
  none.middle_y = original.height / 2.0;
  const auto where = spots(original, copy_activity, original_activity, side);
  if (where.size() < kFewest) return none;
  // Words that drift along their lines look like a stretched page: then the middle alone counts.
  for (const double stiffness : {2e3, 1e12}) {
    if (const auto found = fit(copy, original, where, side, none, stiffness, limit)) return *found;
  }
  return none;
}

}  // namespace antin::pdf::picture
