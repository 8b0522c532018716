#include "pdf/read/drawing.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "pdf/read/drawing_font.h"
#include "pdf/read/form.h"
#include "pdf/read/stroke.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kMaxOperands = 4'096;
constexpr std::size_t kMaxSaved = 200;
constexpr std::size_t kMaxShown = 32'767;
constexpr int kMaxDepth = 12;
constexpr int kCurveParts = 12;
constexpr std::size_t kWord = 8;       // glyphs that are measured together
constexpr std::size_t kLeaderRow = 4;  // equal dots in a row that make it a leader
constexpr double kVagueAdvance = 1.1;  // em: no common font is wider
constexpr double kVisible = 1.0 / 255;

struct TextState {
  Object font = Object::newNull();
  double size = 1, character_space = 0, word_space = 0, scale = 1, rise = 0, leading = 0;
  int mode = 0;
};

struct GraphicsState {
  Affine matrix;
  Rect clip;
  TextState text;
  double fill_alpha = 1, stroke_alpha = 1, line_width = 1, miter_limit = 10;
  bool white_fill = false;
};

/// What all content streams of one drawing share.
struct Shared {
  DrawingPurpose purpose;
  DrawingBudget& budget;
  Drawing& drawing;
  std::map<QPDFObjGen, FontMetrics> fonts;
  std::size_t word = 0;
  int depth = 0;
};

/// Operators that paint nothing and change nothing that is followed here (annex A).
bool is_without_effect(const std::string& op) {
  static const std::set<std::string, std::less<>> known = {
      "BMC", "BDC", "EMC", "MP", "DP", "BX", "EX", "ri", "i",  "j",  "J",  "d",
      "CS",  "SC",  "SCN", "G",  "RG", "K",  "ET", "d0", "d1", "BI", "ID", "EI"};
  return known.count(op) != 0;
}

bool is_finite(const Affine& m) {
  return std::isfinite(m.a + m.b + m.c + m.d + m.e + m.f);
}

class DrawingReader final : public QPDFObjectHandle::ParserCallbacks {
 public:
  DrawingReader(Shared& shared, const Object& resources, const GraphicsState& state,
                double group_alpha)
      : shared_(shared), resources_(resources), state_(state), group_(group_alpha) {}

  void run(const Object& contents) {
    const auto octets = content_octets(contents, shared_.budget.octets);
    if (!octets || !octets.value() || !spend(shared_.budget.octets, octets.value()->size())) {
      shared_.drawing.complete = false;
      return;
    }
    if (parse_content(*octets.value(), *this)) return;
    // Where one parser gives up another may go on.
    shared_.drawing.understood = false;
    if (shared_.purpose == DrawingPurpose::kContent) shared_.drawing.complete = false;
  }

  void handleObject(Object object) override {
    if (object.isInlineImage()) return image(Object::newNull());
    if (!object.isOperator()) {
      if (operands_.size() >= kMaxOperands) shared_.drawing.understood = false;
      if (operands_.size() < kMaxOperands) operands_.push_back(object);
      return;
    }
    if (!spend(shared_.budget.operators, 1) || !shared_.drawing.complete) {
      shared_.drawing.complete = false;
      terminateParsing();
    }
    const auto op = object.getOperatorValue();
    if (!is_without_effect(op) && !state_operator(op) && !path_operator(op) && !text_operator(op)) {
      shared_.drawing.understood = false;
    }
    operands_.clear();
  }
  void handleEOF() override {}

 private:
  double number(std::size_t from_end) {
    if (from_end <= operands_.size()) {
      auto value = operands_[operands_.size() - from_end];
      if (value.isNumber() && std::isfinite(value.getNumericValue())) {
        return value.getNumericValue();
      }
    }
    shared_.drawing.understood = false;
    return 0;
  }
  Affine matrix_operand() {
    return {number(6), number(5), number(4), number(3), number(2), number(1)};
  }
  Object resource(const char* category) {
    if (operands_.empty() || !operands_.back().isName()) return Object::newNull();
    return key_of(key_of(resources_, category), operands_.back().getName().c_str());
  }

  bool state_operator(const std::string& op) {
    if (op == "q") {
      if (saved_.size() < kMaxSaved) {
        saved_.push_back(state_);
      } else {
        shared_.drawing.complete = false;
      }
    } else if (op == "Q") {
      if (!saved_.empty()) {
        state_ = saved_.back();
        saved_.pop_back();
      }
    } else if (op == "cm") {
      state_.matrix = matrix_operand().then(state_.matrix);
    } else if (op == "w") {
      state_.line_width = std::abs(number(1));
    } else if (op == "M") {
      state_.miter_limit = number(1);
    } else if (op == "gs") {
      graphics_state(resource("/ExtGState"));
    } else if (op == "Do") {
      external(resource("/XObject"));
    } else if (op == "sh") {
      shape({corners(state_.clip)}, state_.fill_alpha, false);
    } else if (op == "g") {
      state_.white_fill = number(1) >= 1;
    } else if (op == "rg") {
      state_.white_fill = std::min({number(1), number(2), number(3)}) >= 1;
    } else if (op == "k") {
      state_.white_fill = std::max({number(1), number(2), number(3), number(4)}) <= 0;
    } else if (op == "cs" || op == "sc" || op == "scn") {
      state_.white_fill = false;
    } else {
      return false;
    }
    return true;
  }

  void graphics_state(Object parameters) {
    if (!parameters.isDictionary()) {
      shared_.drawing.understood = false;
      return;
    }
    const auto alpha = [&](const char* key, double& out) {
      auto value = key_of(parameters, key);
      if (value.isNumber()) out = std::clamp(value.getNumericValue(), 0.0, 1.0);
    };
    alpha("/ca", state_.fill_alpha);
    alpha("/CA", state_.stroke_alpha);
    auto width = key_of(parameters, "/LW");
    if (width.isNumber()) state_.line_width = std::abs(width.getNumericValue());
    auto miter = key_of(parameters, "/ML");
    if (miter.isNumber()) state_.miter_limit = miter.getNumericValue();
    auto font = key_of(parameters, "/Font");
    if (font.isArray() && font.getArrayNItems() == 2) {
      state_.text.font = font.getArrayItem(0);
      auto size = font.getArrayItem(1);
      if (size.isNumber()) state_.text.size = size.getNumericValue();
    }
  }

  void external(Object object) {
    if (!object.isStream()) {
      shared_.drawing.understood = false;
      return;
    }
    const auto kind = name_of(key_of(object.getDict(), "/Subtype"));
    if (kind == "Image") return image(object);
    if (kind != "Form") {
      shared_.drawing.understood = false;
      return;
    }
    form(object);
  }

  void form(Object object) {
    if (shared_.depth >= kMaxDepth) {
      shared_.drawing.complete = false;
      return;
    }
    auto dictionary = object.getDict();
    for (const char* elsewhere : {"/Ref", "/PS", "/OPI", "/Subtype2"}) {
      if (!Object{key_of(dictionary, elsewhere)}.isNull()) shared_.drawing.understood = false;
    }
    auto inner = state_;
    inner.matrix = matrix_of(dictionary).then(state_.matrix);
    if (const auto box = read_rect(key_of(dictionary, "/BBox"))) {
      inner.clip = intersection(inner.clip, inner.matrix.map(*box));
    }
    double group = group_;
    if (name_of(key_of(key_of(dictionary, "/Group"), "/S")) == "Transparency") {
      // 11.6.6: painted as one object with the alpha that holds outside.
      group *= state_.fill_alpha;
      inner.fill_alpha = inner.stroke_alpha = 1;
    }
    const auto own = key_of(dictionary, "/Resources");
    run_inner(object, Object{own}.isDictionary() ? own : resources_, inner, group);
  }

  void run_inner(const Object& contents, const Object& resources, const GraphicsState& state,
                 double group) {
    ++shared_.depth;
    DrawingReader reader{shared_, resources, state, group};
    reader.run(contents);
    --shared_.depth;
  }

  void image(const Object& object) {
    const double alpha = group_ * state_.fill_alpha;
    if (alpha < kVisible) return;
    if (!is_finite(state_.matrix)) {
      shared_.drawing.understood = false;
      return;
    }
    if (!spend(shared_.budget.marks, 1)) {
      shared_.drawing.complete = false;
      return;
    }
    shared_.drawing.images.push_back({state_.matrix, object, alpha, state_.clip});
  }

  static std::vector<Point> corners(const Rect& box) {
    return {
        {box.left, box.bottom}, {box.right, box.bottom}, {box.right, box.top}, {box.left, box.top}};
  }

  // ---- paths

  bool path_operator(const std::string& op) {
    if (op == "m") {
      path_.push_back({state_.matrix.map(Point{number(2), number(1)})});
    } else if (op == "l") {
      line_to(state_.matrix.map(Point{number(2), number(1)}));
    } else if (op == "c") {
      curve({number(6), number(5)}, {number(4), number(3)}, {number(2), number(1)});
    } else if (op == "v" || op == "y") {
      const Point first{number(4), number(3)}, last{number(2), number(1)};
      curve_from_here(op == "v", first, last);
    } else if (op == "re") {
      const double x = number(4), y = number(3), w = number(2), h = number(1);
      auto box = corners({x, y, x + w, y + h});
      for (auto& point : box) point = state_.matrix.map(point);
      box.push_back(box.front());
      path_.push_back(std::move(box));
    } else if (op == "h") {
      close();
    } else if (op == "W" || op == "W*") {
      clip_next_ = true;
    } else if (op == "n") {
      finish_path();
    } else if (op == "S" || op == "s") {
      if (op == "s") close();
      stroke();
      finish_path();
    } else if (op == "f" || op == "F" || op == "f*") {
      fill(op == "f*");
      finish_path();
    } else if (op == "B" || op == "B*" || op == "b" || op == "b*") {
      if (op[0] == 'b') close();
      fill(op.size() == 2);
      stroke();
      finish_path();
    } else {
      return false;
    }
    return true;
  }

  void line_to(Point point) {
    if (path_.empty()) path_.push_back({point});
    if (!spend(shared_.budget.points, 1)) {
      shared_.drawing.complete = false;
      return;
    }
    path_.back().push_back(point);
  }
  void close() {
    if (!path_.empty() && !path_.back().empty()) line_to(Point{path_.back().front()});
  }
  void curve(Point one, Point two, Point three) {
    one = state_.matrix.map(one);
    two = state_.matrix.map(two);
    three = state_.matrix.map(three);
    curve_mapped(one, two, three);
  }
  void curve_from_here(bool first_is_here, Point first, Point last) {
    first = state_.matrix.map(first);
    last = state_.matrix.map(last);
    const auto here = path_.empty() || path_.back().empty() ? first : path_.back().back();
    curve_mapped(first_is_here ? here : first, first_is_here ? first : last, last);
  }
  void curve_mapped(Point one, Point two, Point three) {
    if (path_.empty() || path_.back().empty()) path_.push_back({one});
    const auto zero = path_.back().back();
    for (int i = 1; i <= kCurveParts; ++i) {
      const double t = static_cast<double>(i) / kCurveParts, s = 1 - t;
      const auto mix = [&](double a, double b, double c, double d) {
        return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
      };
      line_to({mix(zero.x, one.x, two.x, three.x), mix(zero.y, one.y, two.y, three.y)});
    }
  }

  void fill(bool even_odd) {
    if (path_.empty()) return;
    shape(path_, state_.fill_alpha, even_odd, state_.white_fill);
  }
  void stroke() {
    StrokeStyle style;
    const auto& m = state_.matrix;
    // The longest that one unit of width can become.
    style.width = state_.line_width * std::max(std::hypot(m.a, m.b), std::hypot(m.c, m.d));
    style.miter_limit = state_.miter_limit;
    std::size_t segments = 0;
    for (const auto& contour : path_) segments += contour.size();
    if (!spend(shared_.budget.points, segments * 4)) {
      shared_.drawing.complete = false;
      return;
    }
    shape(stroke_outline(path_, style), state_.stroke_alpha, false);
    if (!shared_.drawing.shapes.empty()) shared_.drawing.shapes.back().stroke = true;
  }
  void finish_path() {
    if (clip_next_) {
      DrawnShape area;
      area.contours = path_;
      if (!path_.empty()) state_.clip = intersection(state_.clip, area.box());
      clip_next_ = false;
    }
    path_.clear();
  }

  void shape(std::vector<std::vector<Point>> contours, double alpha, bool even_odd,
             bool white = false) {
    alpha *= group_;
    if (alpha < kVisible || contours.empty()) return;
    for (const auto& contour : contours) {
      for (const auto& point : contour) {
        if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
          shared_.drawing.understood = false;
          return;
        }
      }
    }
    DrawnShape shape{std::move(contours), even_odd, false, alpha, state_.clip};
    if (white && shared_.purpose == DrawingPurpose::kContent && lies_on_nothing(shape)) return;
    if (!spend(shared_.budget.marks, 1)) {
      shared_.drawing.complete = false;
      return;
    }
    shared_.drawing.shapes.push_back(std::move(shape));
  }
  /// White on white paper is no mark: many producers begin a page with it.
  bool lies_on_nothing(const DrawnShape& shape) const {
    const auto& drawing = shared_.drawing;
    constexpr std::size_t kFew = 200;
    return drawing.glyphs.empty() && drawing.images.empty() && drawing.shapes.size() < kFew &&
           std::none_of(drawing.shapes.begin(), drawing.shapes.end(),
                        [&](const DrawnShape& other) { return overlap(shape.box(), other.box()); });
  }

  // ---- text

  bool text_operator(const std::string& op) {
    auto& text = state_.text;
    if (op == "BT") {
      text_matrix_ = line_matrix_ = {};
    } else if (op == "Tf") {
      text.size = number(1);
      const bool named = operands_.size() >= 2 && operands_[operands_.size() - 2].isName();
      text.font = named ? key_of(key_of(resources_, "/Font"),
                                 operands_[operands_.size() - 2].getName().c_str())
                        : Object::newNull();
    } else if (op == "Tc") {
      text.character_space = number(1);
    } else if (op == "Tw") {
      text.word_space = number(1);
    } else if (op == "Tz") {
      text.scale = number(1) / 100;
    } else if (op == "TL") {
      text.leading = number(1);
    } else if (op == "Ts") {
      text.rise = number(1);
    } else if (op == "Tr") {
      text.mode = static_cast<int>(number(1));
    } else if (op == "Tm") {
      text_matrix_ = line_matrix_ = matrix_operand();
    } else if (op == "Td") {
      next_line(number(2), number(1));
    } else if (op == "TD") {
      text.leading = -number(1);
      next_line(number(2), number(1));
    } else if (op == "T*") {
      next_line(0, -text.leading);
    } else {
      return show_operator(op);
    }
    return true;
  }

  bool show_operator(const std::string& op) {
    auto& text = state_.text;
    if (op == "\"") {
      text.word_space = number(3);
      text.character_space = number(2);
    }
    if (op == "'" || op == "\"") next_line(0, -text.leading);
    if (op == "Tj" || op == "'" || op == "\"") {
      ++shared_.word;
      if (!operands_.empty() && operands_.back().isString()) {
        show(operands_.back().getStringValue());
      }
    } else if (op == "TJ") {
      ++shared_.word;
      if (operands_.empty() || !operands_.back().isArray()) return true;
      for (auto& item : operands_.back().getArrayAsVector()) {
        if (item.isString()) {
          show(item.getStringValue());
        } else if (item.isNumber()) {
          const double em = -item.getNumericValue() / 1000;
          if (std::abs(em) > 0.15) ++shared_.word;
          if (em < -1) backwards_ = true;
          advance(em * text.size * text.scale);
        }
      }
    } else {
      return false;
    }
    return true;
  }

  void next_line(double x, double y) {
    line_matrix_ = Affine{1, 0, 0, 1, x, y}.then(line_matrix_);
    text_matrix_ = line_matrix_;
  }
  void advance(double x) {
    if (std::isfinite(x)) {
      text_matrix_ = Affine{1, 0, 0, 1, x, 0}.then(text_matrix_);
    } else {
      shared_.drawing.understood = false;
    }
  }

  const FontMetrics& font() {
    const auto& dictionary = state_.text.font;
    const auto id = dictionary.getObjGen();
    if (dictionary.isIndirect()) {
      const auto known = shared_.fonts.find(id);
      if (known != shared_.fonts.end()) return known->second;
    }
    return shared_.fonts[id] = FontMetrics::from(dictionary, shared_.budget);
  }

  void show(const std::string& octets) {
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

  Affine em_frame() const {
    const auto& text = state_.text;
    return Affine{text.size * text.scale, 0, 0, text.size, 0, text.rise}
        .then(text_matrix_)
        .then(state_.matrix);
  }
  /// Letters drawn with a pen are as much wider as the pen is.
  Rect stroked(Rect ink) const {
    const int mode = state_.text.mode;
    const double size = std::abs(state_.text.size);
    if (mode == 0 || size <= 0) return ink;
    const double more =
        std::min(state_.line_width * std::max(1.0, state_.miter_limit) / size, 100.0);
    return {ink.left - more, ink.bottom - more, ink.right + more, ink.top + more};
  }
  static bool is_leader(const std::vector<FontMetrics::Glyph>& glyphs, std::size_t at) {
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
  void show_vaguely(const std::string& octets, const FontMetrics& metrics, double alpha) {
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

  void show_procedure(const FontMetrics& metrics, const FontMetrics::Glyph& glyph,
                      const Affine& frame, double alpha) {
    const auto procedure = metrics.procedure(glyph.code);
    if (shared_.purpose == DrawingPurpose::kContent) {
      auto ink = metrics.ink();
      ink.right = std::max(ink.right, glyph.advance);
      shared_.drawing.glyphs.push_back(
          {frame, glyph.advance, ink, shared_.word, false, true, alpha, state_.clip});
      return;
    }
    if (!Object{procedure}.isStream() || shared_.depth >= kMaxDepth) {
      if (!Object{procedure}.isNull()) shared_.drawing.understood = false;
      return;
    }
    auto inner = state_;
    inner.matrix = metrics.matrix().then(frame);
    const auto& own = metrics.resources();
    const auto resources = Object{own}.isDictionary() ? own : resources_;
    run_inner(procedure, resources, inner, group_);
  }

  Shared& shared_;
  Object resources_;
  GraphicsState state_;
  double group_;
  std::vector<GraphicsState> saved_;
  Affine text_matrix_, line_matrix_;
  std::vector<std::vector<Point>> path_;
  bool clip_next_ = false;
  bool backwards_ = false;
  std::vector<Object> operands_;
};

void read_with(Shared& shared, const DrawingSource& source) {
  GraphicsState state;
  state.matrix = source.base;
  state.clip = source.clip;
  try {
    DrawingReader reader{shared, source.resources, state, 1};
    reader.run(source.contents);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    shared.drawing.complete = false;
  }
}

/// Appearance streams below /N, /R or /D: one, or one for each state.
void collect_streams(Object entry, std::vector<Object>& streams, bool& understood) {
  if (entry.isStream()) {
    streams.push_back(entry);
  } else if (entry.isDictionary()) {
    for (const auto& state : entry.getKeys()) {
      auto stream = entry.getKey(state);
      if (stream.isStream()) {
        streams.push_back(stream);
      } else if (!stream.isNull()) {
        understood = false;
      }
    }
  } else if (!entry.isNull()) {
    understood = false;
  }
}

}  // namespace

bool spend(std::size_t& left, std::size_t amount) noexcept {
  if (amount > left) {
    left = 0;
    return false;
  }
  left -= amount;
  return true;
}

Rect DrawnShape::box() const noexcept {
  Rect box;
  bool first = true;
  for (const auto& contour : contours) {
    for (const auto& point : contour) {
      const Rect here{point.x, point.y, point.x, point.y};
      box = first ? here : united(box, here);
      first = false;
    }
  }
  return box;
}

void read_drawing(const DrawingSource& source, DrawingPurpose purpose, DrawingBudget& budget,
                  Drawing& drawing) {
  Shared shared{purpose, budget, drawing, {}, drawing.glyphs.size(), 0};
  read_with(shared, source);
}

void read_appearance(const QPDFObjectHandle& annotation, const Rect& rect, DrawingPurpose purpose,
                     DrawingBudget& budget, Drawing& drawing) {
  const auto appearance = key_of(annotation, "/AP");
  std::vector<Object> streams;
  for (const char* kind : {"/N", "/R", "/D"}) {
    collect_streams(key_of(appearance, kind), streams, drawing.understood);
  }
  if (streams.size() > 64) {
    drawing.complete = false;
    return;
  }
  for (auto& stream : streams) {
    auto dictionary = stream.getDict();
    const auto box = read_rect(key_of(dictionary, "/BBox"));
    const auto matrix = matrix_of(dictionary);
    const auto around = box ? matrix.map(*box) : Rect{};
    if (!box || !(around.width() > 0) || !(around.height() > 0) || !std::isfinite(around.width()) ||
        !std::isfinite(around.height())) {
      drawing.complete = false;
      continue;
    }
    const double x = rect.width() / around.width(), y = rect.height() / around.height();
    const Affine onto{x, 0, 0, y, rect.left - around.left * x, rect.bottom - around.bottom * y};
    read_drawing({stream, key_of(dictionary, "/Resources"), matrix.then(onto), rect}, purpose,
                 budget, drawing);
  }
}

}  // namespace antin::pdf
