#include <algorithm>
#include <cmath>

#include "pdf/read/content_operands.h"
#include "pdf/read/drawing_font.h"
#include "pdf/read/hygiene_parts.h"
#include "pdf/read/inherited.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr int kMostForms = 12;
constexpr std::size_t kMostRuns = 20'000;
constexpr double kCovered = 0.85;  // of a run's box: the letters are gone
constexpr double kScan = 0.6;      // of the page: a scanned page, text below or above it is its OCR
constexpr std::size_t kFewLetters = 2;

struct State {
  Affine matrix;
  Rect clip;
  TextState text;
  bool opaque = true;  ///< alpha 1, blend mode Normal, no soft mask
  bool plain = true;   ///< the fill colour is one colour
};

/// One shown string.
struct Run {
  Rect box;
  std::size_t letters = 0;
  bool invisible = false;
};

double area_of(const Rect& box) {
  return std::max(0.0, box.width()) * std::max(0.0, box.height());
}

/// What one page shows, in the order in which it is painted: what lies over text.
struct PageMarks {
  Rect visible;
  std::vector<Run> runs;
  std::vector<Rect> pictures;
  std::size_t* comparisons = nullptr;  ///< of boxes, left for the whole document
  bool covered = false;
  bool complete = true;

  void add_picture(const Rect& box) {
    constexpr std::size_t kMostPictures = 2'000;
    if (pictures.size() < kMostPictures) {
      pictures.push_back(box);
    } else {
      complete = false;
    }
  }
  void cover(const Rect& box) {
    if (covered) return;
    if (!spend(*comparisons, runs.size())) {
      complete = false;
      return;
    }
    if (area_of(intersection(box, visible)) > kScan * area_of(visible)) return;
    for (const auto& run : runs) {
      if (run.invisible || run.letters < kFewLetters || !(area_of(run.box) > 0)) continue;
      if (area_of(intersection(intersection(run.box, box), visible)) > kCovered * area_of(run.box))
        covered = true;
    }
  }
};

/// An over-simple painter: boxes for letters, pictures and filled rectangles. What it does not
/// follow (other shapes, patterns, transparency) it takes for harmless.
class MarksReader final : public ContentReader {
 public:
  struct Shared {
    PageMarks& marks;
    HygieneBudget& budget;
    KeptFonts& fonts;
    DrawingBudget& font_budget;
    int depth = 0;
  };

  MarksReader(Shared& shared, const Object& resources, const State& state)
      : shared_(shared), resources_(resources), state_(state) {}

  void run(const Object& contents) {
    const auto octets = affordable_content(contents, shared_.budget);
    if (!octets || !parse_content(*octets, *this)) shared_.marks.complete = false;
  }

  void handleObject(Object object) override {
    if (object.isInlineImage()) {
      shared_.marks.add_picture(placed());
      return;
    }
    if (!object.isOperator()) {
      operands_.add(object);
      return;
    }
    if (!spend(shared_.budget.operators, 1) || !shared_.marks.complete) {
      shared_.marks.complete = false;
      stop();
    }
    const auto op = object.getOperatorValue();
    if (!state_operator(op) && !path_operator(op)) text_operation(op);
    operands_.clear();
  }

 private:
  double number(std::size_t from_end) { return operands_.number(from_end); }
  Rect placed() const { return intersection(state_.matrix.map(Rect{0, 0, 1, 1}), state_.clip); }

  bool state_operator(const std::string& op) {
    if (op == "q") {
      saved_.save(state_);
    } else if (op == "Q") {
      saved_.restore(state_);
    } else if (op == "cm") {
      state_.matrix = operands_.matrix().then(state_.matrix);
    } else if (op == "gs") {
      parameters(operands_.resource(resources_, "/ExtGState"));
    } else if (op == "Do") {
      external(operands_.resource(resources_, "/XObject"));
    } else if (op == "g" || op == "rg" || op == "k") {
      state_.plain = true;
    } else if (op == "cs") {
      state_.plain = false;  // until scn names a colour
    } else if (op == "sc" || op == "scn") {
      state_.plain = operands_.last().isNumber();
    } else {
      return false;
    }
    return true;
  }

  void parameters(const Object& dictionary) {
    const auto given = [&](const char* key) { return key_of(dictionary, key); };
    auto alpha = given("/ca");
    if (alpha.isNumber()) state_.opaque = alpha.getNumericValue() >= 1;
    if (const auto mode = name_of(given("/BM")); !mode.empty() && mode != "Normal") {
      state_.opaque = false;
    }
    if (Object{given("/SMask")}.isDictionary()) state_.opaque = false;
  }

  void external(Object object) {
    if (!object.isStream()) return;
    const auto dictionary = object.getDict();
    if (name_of(key_of(dictionary, "/Subtype")) == "Image") return picture(dictionary);
    if (name_of(key_of(dictionary, "/Subtype")) != "Form") return;
    if (shared_.depth >= kMostForms) {
      shared_.marks.complete = false;
      return;
    }
    auto inner = state_;
    inner.matrix = matrix_of(dictionary).then(state_.matrix);
    if (const auto box = read_rect(key_of(dictionary, "/BBox"))) {
      inner.clip = intersection(inner.clip, inner.matrix.map(*box));
    }
    const auto own = key_of(dictionary, "/Resources");
    ++shared_.depth;
    MarksReader reader{shared_, Object{own}.isDictionary() ? own : resources_, inner};
    reader.run(object);
    --shared_.depth;
  }

  void picture(const Object& dictionary) {
    const auto box = placed();
    shared_.marks.add_picture(box);
    auto mask = key_of(dictionary, "/ImageMask");
    const bool stencil = mask.isBool() && mask.getBoolValue();
    const bool through = !Object{key_of(dictionary, "/SMask")}.isNull() ||
                         !Object{key_of(dictionary, "/Mask")}.isNull();
    if (state_.opaque && !stencil && !through && upright()) shared_.marks.cover(box);
  }

  bool upright() const {
    const auto& m = state_.matrix;
    return (m.b == 0 && m.c == 0) || (m.a == 0 && m.d == 0);
  }

  // ---- paths: rectangles are enough

  bool path_operator(const std::string& op) {
    if (op == "re") {
      const double x = number(4), y = number(3), w = number(2), h = number(1);
      rectangles_.push_back(state_.matrix.map(
          Rect{std::min(x, x + w), std::min(y, y + h), std::max(x, x + w), std::max(y, y + h)}));
    } else if (op == "m" || op == "l" || op == "c" || op == "v" || op == "y") {
      other_shape_ = true;
    } else if (op == "W" || op == "W*") {
      clip_next_ = true;
    } else if (op == "f" || op == "F" || op == "f*" || op == "B" || op == "B*" || op == "b" ||
               op == "b*") {
      if (state_.opaque && state_.plain && upright()) {
        for (const auto& box : rectangles_) shared_.marks.cover(intersection(box, state_.clip));
      }
      finish_path();
    } else if (op == "n" || op == "S" || op == "s") {
      finish_path();
    } else {
      return op == "h";
    }
    return true;
  }
  void finish_path() {
    if (clip_next_ && !other_shape_ && rectangles_.size() == 1) {
      state_.clip = intersection(state_.clip, rectangles_.front());
    }
    clip_next_ = other_shape_ = false;
    rectangles_.clear();
  }

  // ---- text

  void text_operation(const std::string& op) {
    if (!text_operator(op, operands_, resources_, state_.text, place_)) return;
    auto shown = shown_by(op, operands_);
    if (!shown.empty()) show(std::move(shown));
  }

  const FontMetrics& font() {
    const auto id = state_.text.font.getObjGen();
    auto& known = shared_.fonts.metrics;
    const auto found = known.find(id);
    if (state_.text.font.isIndirect() && found != known.end()) return found->second;
    // One that stands in the resources themselves is read each time.
    constexpr std::size_t kReading = 500;
    if (!state_.text.font.isIndirect()) spend(shared_.budget.operators, kReading);
    auto metrics = FontMetrics::from(state_.text.font, shared_.fonts, shared_.font_budget);
    return known.insert_or_assign(id, std::move(metrics)).first->second;
  }

  void show(std::vector<Object> items) {
    const auto& metrics = font();
    double width = 0;
    std::size_t letters = 0;
    for (auto& item : items) {
      if (item.isNumber()) {
        width -= item.getNumericValue() / 1000 * state_.text.size;
        continue;
      }
      if (!item.isString()) continue;
      const auto octets = item.getStringValue();
      if (!metrics.places(octets)) {
        letters += octets.size();
        width += 0.5 * static_cast<double>(octets.size()) * state_.text.size;
        continue;
      }
      for (const auto& glyph : metrics.decode(octets)) {
        if (!glyph.space) ++letters;
        width += glyph.advance * state_.text.size + state_.text.character_space +
                 (glyph.space ? state_.text.word_space : 0);
      }
    }
    width *= state_.text.scale;
    if (!std::isfinite(width)) return;
    const auto frame =
        Affine{1, 0, 0, 1, 0, state_.text.rise}.then(place_.text).then(state_.matrix);
    const Rect line{std::min(0.0, width), -0.1 * state_.text.size, std::max(0.0, width),
                    0.7 * state_.text.size};
    constexpr int kInvisible = 3, kClipOnly = 7;
    if (shared_.marks.runs.size() < kMostRuns && letters > 0) {
      shared_.marks.runs.push_back(
          {frame.map(line), letters,
           state_.text.mode == kInvisible || state_.text.mode == kClipOnly});
    }
    place_.advance(width);
  }

  Shared& shared_;
  Object resources_;
  State state_;
  SavedStates<State> saved_;
  TextPlace place_;
  std::vector<Rect> rectangles_;
  bool other_shape_ = false, clip_next_ = false;
  Operands operands_;
};

void judge(const PageMarks& marks, std::size_t page, const Object& object, HazardList& list) {
  const HazardList::Place place{.page = page, .object = object, .label = {}};
  if (marks.covered) list.add(Hazard::kOverlay, place);
  std::size_t unseen = 0, outside = 0;
  for (const auto& run : marks.runs) {
    const auto meets = [&](const Rect& other) { return overlap(run.box, other); };
    if (run.invisible && !spend(*marks.comparisons, marks.pictures.size())) break;
    if (run.invisible && std::none_of(marks.pictures.begin(), marks.pictures.end(), meets)) {
      unseen += run.letters;
    }
    if (!run.invisible && run.box.width() > 0 && run.box.height() > 0 && !meets(marks.visible)) {
      outside += run.letters;
    }
  }
  if (unseen >= kFewLetters) list.add(Hazard::kInvisibleText, place);
  if (outside >= kFewLetters) list.add(Hazard::kOutsideCropBox, place);
}

}  // namespace

void look_at_pages(const Document& document, HygieneBudget& budget, HazardList& list) {
  const auto pages = document.inside().pages();
  if (!pages) return;
  KeptFonts fonts;
  DrawingBudget font_budget;
  std::size_t comparisons = 50'000'000;
  for (std::size_t page = 0; page < pages.value()->size(); ++page) {
    const auto geometry = document.page_geometry(page);
    if (!geometry) continue;
    const auto& leaf = (*pages.value())[page];
    PageMarks marks;
    marks.visible = geometry.value().visible;
    marks.comparisons = &comparisons;
    MarksReader::Shared shared{marks, budget, fonts, font_budget};
    constexpr Rect kEverywhere{-1e6, -1e6, 1e6, 1e6};
    State state;
    state.clip = kEverywhere;
    MarksReader reader{shared, inherited(leaf.dictionary, "/Resources"), state};
    reader.run(key_of(leaf.dictionary, "/Contents"));
    judge(marks, page, leaf.dictionary, list);
    if (marks.complete) continue;
    list.add(Hazard::kNotLookedThrough, {.page = page, .object = leaf.dictionary, .label = {}});
    if (budget.operators == 0 || budget.octets == 0 || comparisons == 0) return;
  }
}

}  // namespace antin::pdf
