#include <algorithm>
#include <unordered_map>

#include "pdf/read/drawing_font.h"

namespace antin::pdf {
namespace {

/// Big-endian numbers of a font program; reading beyond the end turns `good` off.
class FontOctets {
 public:
  explicit FontOctets(ByteView octets) : octets_(octets) {}
  bool good() const noexcept { return good_; }
  std::size_t size() const noexcept { return octets_.size(); }
  unsigned u8(std::size_t at) {
    if (at >= octets_.size()) {
      good_ = false;
      return 0;
    }
    return octets_[at];
  }
  unsigned u16(std::size_t at) { return u8(at) << 8U | u8(at + 1); }
  std::size_t u32(std::size_t at) { return std::size_t{u16(at)} << 16U | u16(at + 2); }
  int s16(std::size_t at) { return static_cast<std::int16_t>(u16(at)); }
  int s8(std::size_t at) { return static_cast<std::int8_t>(u8(at)); }

 private:
  ByteView octets_;
  bool good_ = true;
};

struct Tables {
  std::size_t head = 0, maxp = 0, loca = 0, glyf = 0;
};

/// nullopt when glyphs may also be drawn from something else than "glyf".
std::optional<Tables> tables_of(FontOctets& font) {
  Tables tables;
  const unsigned count = font.u16(4);
  if (count > 64) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = 12 + 16 * i;
    std::string tag;
    for (std::size_t k = 0; k < 4; ++k) tag += static_cast<char>(font.u8(entry + k));
    const auto offset = font.u32(entry + 8);
    if (offset >= font.size()) {
      if (font.u32(entry + 12) == 0) continue;
      return std::nullopt;
    }
    for (auto [name, place] : {std::pair{"head", &tables.head},
                               {"maxp", &tables.maxp},
                               {"loca", &tables.loca},
                               {"glyf", &tables.glyf}}) {
      if (tag != name) continue;
      if (*place != 0) return std::nullopt;  // two of a kind: readers differ
      *place = offset;
    }
    for (const char* other : {"CFF ", "CFF2", "SVG ", "COLR", "sbix", "CBDT", "EBDT", "bdat"}) {
      if (tag == other) return std::nullopt;
    }
  }
  if (!font.good() || tables.head == 0 || tables.maxp == 0 || tables.loca == 0 ||
      tables.glyf == 0) {
    return std::nullopt;
  }
  return tables;
}

/// Points of outlines, in font units.
class Outlines {
 public:
  Outlines(FontOctets& font, const Tables& tables, std::size_t& steps)
      : font_(font),
        tables_(tables),
        steps_(steps),
        long_offsets_(font.s16(tables.head + 50) != 0),
        count_(font.u16(tables.maxp + 4)) {}

  std::size_t count() const noexcept { return count_; }

  /// Grows `extent` by the points of a glyph seen through `frame`; false when it is damaged.
  bool add(std::size_t glyph, const Affine& frame, int depth, Rect& extent) {
    if (glyph >= count_ || depth > 5 || !spend(steps_, 1)) return false;
    const auto at = offset_of(glyph), end = offset_of(glyph + 1);
    if (!font_.good() || end < at || tables_.glyf + end > font_.size()) return false;
    if (end == at) return true;
    const auto start = tables_.glyf + at;
    const int contours = font_.s16(start);
    return contours >= 0
               ? add_simple(glyph, start, static_cast<std::size_t>(contours), frame, extent)
               : add_composite(start + 10, frame, depth, extent);
  }

 private:
  std::size_t offset_of(std::size_t glyph) {
    return long_offsets_ ? font_.u32(tables_.loca + 4 * glyph)
                         : std::size_t{font_.u16(tables_.loca + 2 * glyph)} * 2;
  }

  struct Box {
    int left = 0, bottom = 0, right = 0, top = 0;
  };

  bool add_simple(std::size_t glyph, std::size_t start, std::size_t contours, const Affine& frame,
                  Rect& extent) {
    if (contours == 0) return true;
    // Composed glyphs mostly move their parts: a part's box moves along.
    const bool upright = frame.b == 0 && frame.c == 0;
    if (const auto known = upright ? boxes_.find(glyph) : boxes_.end(); known != boxes_.end()) {
      extent = united(extent, mapped(known->second, frame));
      return true;
    }
    if (!read_points(start, contours)) return false;
    if (upright) {
      const auto [left, right] = std::minmax_element(xs_.begin(), xs_.end());
      const auto [bottom, top] = std::minmax_element(ys_.begin(), ys_.end());
      const auto& box = boxes_.emplace(glyph, Box{*left, *bottom, *right, *top}).first->second;
      extent = united(extent, mapped(box, frame));
      return true;
    }
    for (std::size_t i = 0; i < xs_.size(); ++i) {
      extent = united(extent, mapped({xs_[i], ys_[i], xs_[i], ys_[i]}, frame));
    }
    return true;
  }

  static Rect mapped(const Box& box, const Affine& frame) {
    return frame.map(Rect{static_cast<double>(box.left), static_cast<double>(box.bottom),
                          static_cast<double>(box.right), static_cast<double>(box.top)});
  }

  bool read_points(std::size_t start, std::size_t contours) {
    auto at = start + 10 + 2 * contours;
    const std::size_t points = std::size_t{font_.u16(at - 2)} + 1;
    at += 2 + font_.u16(at);
    if (!spend(steps_, points)) return false;
    flags_.clear();
    while (flags_.size() < points && font_.good()) {
      const auto flag = static_cast<std::uint8_t>(font_.u8(at++));
      const std::size_t repeat = (flag & 8U) != 0 ? font_.u8(at++) : 0;
      flags_.insert(flags_.end(), std::min(repeat + 1, points - flags_.size()), flag);
    }
    if (!font_.good()) return false;
    const auto coordinates = [&](unsigned is_short, unsigned same, std::vector<int>& out) {
      out.resize(points);
      int value = 0;
      for (std::size_t i = 0; i < points; ++i) {
        const unsigned flag = flags_[i];
        if ((flag & is_short) != 0) {
          const auto delta = static_cast<int>(font_.u8(at++));
          value += (flag & same) != 0 ? delta : -delta;
        } else if ((flag & same) == 0) {
          value += font_.s16(at);
          at += 2;
        }
        out[i] = value;
      }
    };
    coordinates(2, 16, xs_);
    coordinates(4, 32, ys_);
    return font_.good();
  }

  bool add_composite(std::size_t at, const Affine& frame, int depth, Rect& extent) {
    constexpr double kF2Dot14 = 1.0 / 16384;
    for (int part = 0; part < 64; ++part) {
      const auto flags = font_.u16(at);
      const std::size_t glyph = font_.u16(at + 2);
      at += 4;
      if ((flags & 2U) == 0) return false;  // placed by points: not by numbers we know
      Affine own;
      if ((flags & 1U) != 0) {
        own.e = font_.s16(at);
        own.f = font_.s16(at + 2);
        at += 4;
      } else {
        own.e = font_.s8(at);
        own.f = font_.s8(at + 1);
        at += 2;
      }
      const auto scale = [&] {
        at += 2;
        return font_.s16(at - 2) * kF2Dot14;
      };
      if ((flags & 8U) != 0) {
        own.a = own.d = scale();
      } else if ((flags & 0x40U) != 0) {
        own.a = scale();
        own.d = scale();
      } else if ((flags & 0x80U) != 0) {
        own.a = scale();
        own.b = scale();
        own.c = scale();
        own.d = scale();
      }
      if (!font_.good() || !add(glyph, own.then(frame), depth + 1, extent)) return false;
      if ((flags & 0x20U) == 0) return true;
    }
    return false;
  }

  FontOctets& font_;
  const Tables& tables_;
  std::size_t& steps_;
  bool long_offsets_;
  std::size_t count_;
  std::unordered_map<std::size_t, Box> boxes_;  ///< of glyphs that consist of points
  std::vector<std::uint8_t> flags_;
  std::vector<int> xs_, ys_;
};

}  // namespace

std::optional<Rect> true_type_extent(ByteView program, std::size_t& steps) {
  FontOctets font{program};
  const auto tables = tables_of(font);
  if (!tables) return std::nullopt;
  const auto units = font.u16(tables->head + 18);
  if (!font.good() || units < 16 || units > 16'384) return std::nullopt;
  Outlines outlines{font, *tables, steps};
  Rect extent;
  for (std::size_t glyph = 0; glyph < outlines.count(); ++glyph) {
    if (!outlines.add(glyph, {}, 0, extent)) return std::nullopt;
  }
  const double em = units;
  return Rect{extent.left / em, extent.bottom / em, extent.right / em, extent.top / em};
}

}  // namespace antin::pdf
