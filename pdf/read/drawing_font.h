#pragma once

// Only pdf/read includes this.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "pdf/read/drawing.h"

namespace antin::pdf {

struct KeptFonts;

/// The measures of a font: where glyphs are put, and how far their ink may reach.
class FontMetrics {
 public:
  enum class Kind : std::uint8_t { kSimple, kComposite, kType3, kUnknown };
  struct Glyph {
    unsigned code = 0;
    double advance = 0;  ///< em
    bool space = false;  ///< single-octet code 32 (9.3.3)
    bool dot = false;    ///< what rows of leaders are made of
  };

  static FontMetrics from(QPDFObjectHandle dictionary, KeptFonts& kept, DrawingBudget& budget);

  Kind kind() const noexcept { return kind_; }
  /// Widths and codes are known: the glyphs of this string can be placed.
  bool places(std::string_view shown) const;
  /// How far the ink of any glyph reaches is known: not embedded, or TrueType outlines within
  /// reasonable measures. Nothing is believed that the font only declares.
  bool tame() const noexcept { return tame_; }
  /// Over all glyphs, in em.
  const Rect& ink() const noexcept { return ink_; }
  /// Of one glyph: its box, from its left end to beyond its advance.
  Rect ink_of(const Glyph& glyph) const;
  std::vector<Glyph> decode(std::string_view shown) const;

  // Type 3 only (9.6.4)
  const Affine& matrix() const noexcept { return matrix_; }
  QPDFObjectHandle procedure(unsigned code) const;
  const QPDFObjectHandle& resources() const noexcept { return resources_; }

 private:
  void read_simple(const QPDFObjectHandle& dictionary);
  void read_standard(const QPDFObjectHandle& dictionary);
  void read_composite(const QPDFObjectHandle& dictionary);
  void read_type3(const QPDFObjectHandle& dictionary);
  void read_program(const QPDFObjectHandle& descriptor, KeptFonts& kept, DrawingBudget& budget);

  Kind kind_ = Kind::kUnknown;
  bool placeable_ = false;
  bool tame_ = false;
  bool only_listed_ = false;  ///< codes without a width of their own cannot be placed
  double default_advance_ = 1;
  std::map<unsigned, double> advances_;
  Rect ink_{-0.3, -0.5, 1.3, 1.2};
  Affine matrix_;
  std::map<unsigned, QPDFObjectHandle> procedures_;
  QPDFObjectHandle resources_;
};

/// What is known of the fonts of one document, by their objects.
struct KeptFonts {
  std::map<QPDFObjGen, FontMetrics> metrics;
  /// How far an embedded TrueType program draws, in em; nullopt: that cannot be told.
  std::optional<Rect> extent_of(const QPDFObjectHandle& file, DrawingBudget& budget);

 private:
  std::map<QPDFObjGen, std::optional<Rect>> extents_;
  std::unordered_map<std::string, std::optional<Rect>> programs_;  ///< by their octets
};

/// The advances in em of a standard font (9.6.2.2) where all encodings agree: ASCII. Empty for
/// other fonts.
std::map<unsigned, double> standard_advances(std::string_view font);

/// The extent of all outlines of a TrueType program in em, composed of their points; nullopt when
/// it holds anything else that draws, or is damaged.
std::optional<Rect> true_type_extent(ByteView program, std::size_t& steps);

}  // namespace antin::pdf
