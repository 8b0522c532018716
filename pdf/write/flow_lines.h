#pragma once

// Only pdf/write includes this: PoDoFo stays inside.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pdf/write/flow.h"
#include "pdf/write/typesetter.h"

namespace antin::pdf {

/// Breaks flowing text into lines. Measures each character once.
class FlowLines {
 public:
  explicit FlowLines(const Typesetter& setter) : setter_(setter) {}

  /// The lines of all texts, none wider than `width_pt` (one character alone may be). The first
  /// line of each text leaves `indent_pt` free.
  std::vector<SetLine> broken(const std::vector<FlowText>& texts, double width_pt,
                              double indent_pt = 0);
  double width(const SetLine& line);
  /// As much of one line as fits.
  SetLine cut(const FlowText& text, double width_pt);

 private:
  /// NFC, on one line, with every character that cannot be drawn spelt out.
  std::u32string drawable(const std::string& text, Face face);
  double advance(char32_t c, Face face);  ///< at 1 pt
  bool has_glyph(char32_t c, Face face);

  const Typesetter& setter_;
  std::map<std::pair<char32_t, Face>, double> advances_;
};

}  // namespace antin::pdf
