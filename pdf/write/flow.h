#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "pdf/write/face.h"

namespace antin::pdf {

/// A run of text set in one way; begins a line of its own.
struct FlowText {
  std::string text;  ///< UTF-8
  double size_pt = 11;
  using Weight = Face;
  Face weight = Face::kRegular;
  std::uint32_t rgb = 0;
};

/// A paragraph, or a row when it has a label.
struct FlowBlock {
  std::vector<FlowText> label;  ///< left column; the text stands beside it
  std::vector<FlowText> text;
  double space_before_pt = 0;
  double indent_pt = 0;  ///< of the text, when there is no label
  enum class Align { kLeft, kCentre } align = Align::kLeft;
  enum class Rule { kNone, kThin, kHeavy } rule_below = Rule::kNone;
  std::optional<std::uint32_t> frame_rgb;  ///< drawn around
  enum class Keep { kAlone, kWithNext } keep = Keep::kAlone;
};

struct FlowDocument {
  std::string title;
  std::string language = "vi";     ///< /Lang (ISO 32000-2 14.9.2)
  std::optional<UtcTime> made_at;  ///< /CreationDate; no clock is read
  std::string running_foot;        ///< left of the page number, one line, cut to fit
  double label_width_pt = 150;
  std::vector<FlowBlock> blocks;
};

/// Sets blocks one after the other on A4 pages with "page/pages" at the foot. Lines are broken at
/// spaces, and inside a word that is wider than its column; blocks go to the next page whole when
/// they are short, else line by line; nothing is cut and nothing overlaps. A character without a
/// glyph is spelt out ("‹U+4E2D›"). The fonts are embedded as subsets and the text can be
/// extracted. The same document gives the same octets. Fails with kFontMissing, kResourceLimit
/// (over 5,000 pages).
Result<Bytes> draw_flow(const FlowDocument& document);

}  // namespace antin::pdf
