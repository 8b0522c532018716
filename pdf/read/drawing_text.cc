#include <algorithm>
#include <cmath>

#include "pdf/read/drawing_reader.h"
#include "pdf/read/form.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kMaxShown = 32'767;
constexpr std::size_t kWord = 8;       // glyphs that are measured together
constexpr std::size_t kLeaderRow = 4;  // equal dots in a row that make it a leader
constexpr double kVagueAdvance = 1.1;  // em: no common font is wider

}  // namespace

bool DrawingReader::text_operation(const std::string& op) {
  auto& state = state_.text;
  if (!text_operator(op, operands_, resources_, state, place_)) return false;
  if (op == "Tj" || op == "TJ" || op == "'" || op == "\"") ++shared_.word;
  for (auto& item : shown_by(op, operands_)) {
    if (item.isString()) {
      show(item.getStringValue());
    } else if (item.isNumber()) {
      const double em = -item.getNumericValue() / 1000;
      if (std::abs(em) > 0.15) ++shared_.word;
      if (em < -1) backwards_ = true;
      advance(em * state.size * state.scale);
    }
  }
  return true;
}

void DrawingReader::advance(double x) {
  if (!place_.advance(x)) shared_.drawing.understood = false;
}

const FontMetrics& DrawingReader::font() {
  const auto& dictionary = state_.text.font;
  const auto id = dictionary.getObjGen();
  auto& known = shared_.fonts.metrics;
  if (!dictionary.isIndirect()) {
    known.erase(id);  // they all have the same
  } else if (const auto found = known.find(id); found != known.end()) {
    return found->second;
  }
  return known.emplace(id, FontMetrics::from(dictionary, shared_.fonts, shared_.budget))
      .first->second;
}

void DrawingReader::show(const std::string& octets) {
  if (octets.empty()) return;
  const auto& text = state_.text;
  const auto& metrics = font();
  constexpr int kInvisible = 3, kClipOnly = 7;
  const bool seen = text.mode != kInvisible && text.mode != kClipOnly;
  const double alpha =
      group_ * (text.mode == 1   ? state_.stroke_alpha
                : text.mode == 0 ? state_.fill_alpha
                                 : std::max(state_.fill_alpha, state_.stroke_alpha));
  if (!spend(shared_.budget.marks, octets.size())) {
    shared_.drawing.complete = false;
    return;
  }
  const bool type3 = metrics.kind() == FontMetrics::Kind::kType3;
  if (shared_.purpose == DrawingPurpose::kCover && seen && !type3 && !metrics.tame()) {
    shared_.drawing.understood = false;
  }
  if (!metrics.places(octets) && metrics.kind() != FontMetrics::Kind::kSimple) {
    shared_.drawing.understood = false;  // vectors and procedures may put ink anywhere
  }
  if (!metrics.places(octets)) return show_vaguely(octets, metrics, seen ? alpha : 0);
  const auto glyphs = metrics.decode(octets);
  for (std::size_t i = 0; i < glyphs.size(); ++i) {
    const auto& glyph = glyphs[i];
    if (glyph.space || i % kWord == kWord - 1) ++shared_.word;
    const auto frame = em_frame();
    if (!is_finite(frame)) {
      shared_.drawing.understood = false;
      return;
    }
    if (seen && alpha >= kVisible && type3) {
      show_procedure(metrics, glyph, frame, alpha);
    } else if (seen && alpha >= kVisible && !glyph.space) {
      shared_.drawing.glyphs.push_back({frame, glyph.advance, stroked(metrics.ink_of(glyph)),
                                        shared_.word, is_leader(glyphs, i), false, alpha,
                                        state_.clip});
    }
    advance(
        (glyph.advance * text.size + text.character_space + (glyph.space ? text.word_space : 0)) *
        text.scale);
  }
}

Affine DrawingReader::em_frame() const {
  const auto& text = state_.text;
  return Affine{text.size * text.scale, 0, 0, text.size, 0, text.rise}
      .then(place_.text)
      .then(state_.matrix);
}

/// Letters drawn with a pen are as much wider as the pen is.
Rect DrawingReader::stroked(Rect ink) const {
  const int mode = state_.text.mode;
  const double size = std::abs(state_.text.size);
  if (mode == 0 || size <= 0) return ink;
  const double more = std::min(state_.line_width * std::max(1.0, state_.miter_limit) / size, 100.0);
  return {ink.left - more, ink.bottom - more, ink.right + more, ink.top + more};
}

bool DrawingReader::is_leader(const std::vector<FontMetrics::Glyph>& glyphs, std::size_t at) {
  if (!glyphs[at].dot) return false;
  std::size_t first = at, last = at;
  while (first > 0 && glyphs[first - 1].code == glyphs[at].code && last - first < kLeaderRow) {
    --first;
  }
  while (last + 1 < glyphs.size() && glyphs[last + 1].code == glyphs[at].code &&
         last - first < kLeaderRow) {
    ++last;
  }
  return last - first + 1 >= kLeaderRow;
}

/// Nobody told how wide the letters are, or how many octets make one.
void DrawingReader::show_vaguely(const std::string& octets, const FontMetrics& metrics,
                                 double alpha) {
  const auto& text = state_.text;
  const double count = static_cast<double>(std::min(octets.size(), kMaxShown));
  const double spaces =
      text.size == 0
          ? 0
          : (std::abs(text.character_space) + std::abs(text.word_space)) / std::abs(text.size);
  const double width = count * (kVagueAdvance + spaces);
  auto ink = metrics.ink();
  const bool any_way = text.character_space < 0 || backwards_ || text.word_space < 0 ||
                       metrics.kind() != FontMetrics::Kind::kSimple;
  ink.left = std::min(ink.left, any_way ? -width : 0.0);
  ink.right = std::max(ink.right, width);
  if (metrics.kind() != FontMetrics::Kind::kSimple) ink.bottom = -width;  // 9.7.4.3: downwards
  if (!is_finite(em_frame())) {
    shared_.drawing.understood = false;
  } else if (alpha >= kVisible) {
    shared_.drawing.glyphs.push_back(
        {em_frame(), width, stroked(ink), ++shared_.word, false, true, alpha, state_.clip});
  }
  advance(width * text.size * text.scale);
}

void DrawingReader::show_procedure(const FontMetrics& metrics, const FontMetrics::Glyph& glyph,
                                   const Affine& frame, double alpha) {
  const auto procedure = metrics.procedure(glyph.code);
  if (shared_.purpose == DrawingPurpose::kContent) {
    auto ink = metrics.ink();
    ink.right = std::max(ink.right, glyph.advance);
    shared_.drawing.glyphs.push_back(
        {frame, glyph.advance, ink, shared_.word, false, true, alpha, state_.clip});
    return;
  }
  if (!Object{procedure}.isStream() || shared_.depth >= kMaxDrawingDepth) {
    if (!Object{procedure}.isNull()) shared_.drawing.understood = false;
    return;
  }
  auto inner = state_;
  inner.matrix = metrics.matrix().then(frame);
  const auto& own = metrics.resources();
  const auto resources = Object{own}.isDictionary() ? own : resources_;
  run_inner(procedure, resources, inner, group_);
}

}  // namespace antin::pdf
