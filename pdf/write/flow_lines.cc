#include "pdf/write/flow_lines.h"

#include <algorithm>

#include "pdf/write/unicode.h"

namespace antin::pdf {
namespace {

constexpr char32_t kLastOfPlane0 = 0xFFFF;

std::u32string spelt(char32_t c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::u32string hex;
  for (; c != 0 || hex.size() < 4; c >>= 4U)
    hex.insert(hex.begin(), static_cast<char32_t>(kDigits[c & 0xFU]));
  return U"‹U+" + hex + U"›";
}

SetLine line_of(std::u32string_view text, const FlowText& like) {
  return {utf8_of(text), like.size_pt, like.weight == Face::kBold, like.rgb,
          like.weight == Face::kItalic};
}

// Where the line that begins at `begin` ends, and where the next one begins.
struct Break {
  std::size_t end, next;
};

}  // namespace

double FlowLines::advance(char32_t c, Face face) {
  const auto [at, fresh] = advances_.try_emplace({c, face}, 0);
  if (fresh) {
    constexpr float kUnits = 1000;
    auto& font = setter_.font(face);
    font.SetFontSize(kUnits);
    at->second = font.GetFontMetrics()->UnicodeCharWidth(static_cast<unsigned short>(c)) /
                 static_cast<double>(kUnits);
  }
  return at->second;
}

bool FlowLines::has_glyph(char32_t c, Face face) {
  return c <= kLastOfPlane0 && !is_invisible_control(c) &&
         setter_.font(face).GetFontMetrics()->GetGlyphId(static_cast<long>(c)) != 0;
}

std::u32string FlowLines::drawable(const std::string& text, Face face) {
  std::u32string out;
  for (const char32_t c : code_points(to_nfc(text))) {
    if (c == '\n' || c == '\r' || c == '\t' || c == 0xA0)
      out += U' ';
    else if (has_glyph(c, face))
      out += c;
    else
      out += spelt(c);
  }
  return out;
}

std::vector<SetLine> FlowLines::broken(const std::vector<FlowText>& texts, double width_pt,
                                       double indent_pt) {
  std::vector<SetLine> lines;
  for (const auto& text : texts) {
    const auto characters = drawable(text.text, text.weight);
    const auto next_break = [&](std::size_t begin) -> Break {
      double used = 0;
      std::size_t space = std::u32string::npos;
      for (std::size_t at = begin; at < characters.size(); ++at) {
        if (characters[at] == U' ') space = at;
        used += advance(characters[at], text.weight) * text.size_pt;
        if (used <= width_pt - (begin == 0 ? indent_pt : 0) || at == begin) continue;
        if (space != std::u32string::npos && space > begin) return {space, space + 1};
        // A word wider than the column; a mark stays with its letter.
        std::size_t end = at;
        while (end > begin + 1 && combining_class(characters[end]) != 0) --end;
        return {end, end};
      }
      return {characters.size(), characters.size()};
    };
    for (std::size_t begin = 0; begin < characters.size();) {
      const auto [end, next] = next_break(begin);
      lines.push_back(line_of(std::u32string_view{characters}.substr(begin, end - begin), text));
      begin = next;
    }
  }
  return lines;
}

double FlowLines::width(const SetLine& line) {
  double sum = 0;
  for (const char32_t c : code_points(line.text)) sum += advance(c, line.face()) * line.size_pt;
  return sum;
}

SetLine FlowLines::cut(const FlowText& text, double width_pt) {
  const auto characters = drawable(text.text, text.weight);
  double used = advance(U'…', text.weight) * text.size_pt;
  std::size_t end = 0;
  while (end < characters.size()) {
    used += advance(characters[end], text.weight) * text.size_pt;
    if (used > width_pt) break;
    ++end;
  }
  auto kept = characters.substr(0, end);
  if (end < characters.size()) kept += U'…';
  return line_of(kept, text);
}

}  // namespace antin::pdf
