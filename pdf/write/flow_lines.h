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

  /// The lines of all texts, none wider than `width_pt` (one character alone may be).
  std::vector<SetLine> broken(const std::vector<FlowText>& texts, double width_pt);
  double width(const SetLine& line);
  /// As much of one line as fits.
  SetLine cut(const FlowText& text, double width_pt);

 private:
  /// NFC, on one line, with every character that cannot be drawn spelt out.
  std::u32string drawable(const std::string& text, bool bold);
  double advance(char32_t c, bool bold);  ///< at 1 pt
  bool has_glyph(char32_t c, bool bold);

  const Typesetter& setter_;
  std::map<std::pair<char32_t, bool>, double> advances_;
};

}  // namespace antin::pdf
