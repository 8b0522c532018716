#include "pdf/write/page_marks.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"
#include "pdf/write/text_font.h"
#include "pdf/write/unicode.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kMaxOctets = std::size_t{64} << 20U;
constexpr std::size_t kMaxGlyphs = 1'000'000;
constexpr std::size_t kMaxImages = 10'000;
constexpr std::size_t kMaxOperators = 5'000'000;
constexpr std::size_t kMaxOperands = 4'096;
constexpr std::size_t kMaxSaved = 500;
constexpr int kMaxForms = 4;
// Marks on one letter that are put in order, and length of a text that is looked for: no script
// needs more, and the work stays linear.
constexpr int kMostMarks = 16;
constexpr std::size_t kLongestText = 300;
// Height of a line above and below the baseline, in parts of the type size.
constexpr double kAbove = 0.9;
constexpr double kBelow = -0.2;

struct TextState {
  std::string font;
  double size = 1, character_space = 0, word_space = 0, scale = 1, leading = 0, rise = 0;
};

struct GraphicsState {
  Affine matrix;
  TextState text;
};

// What all content streams of one page share.
struct Work {
  PageMarks marks;
  std::map<ObjectId, TextFont> fonts;
  std::size_t octets = 0, operators = 0;
  bool exhausted = false;
};

class Interpreter final : public ContentReader {
 public:
  Interpreter(Work& work, const QPDFObjectHandle& resources, const Affine& base, int depth)
      : work_(work), resources_(resources), depth_(depth) {
    state_.matrix = base;
  }

  Status run(QPDFObjectHandle contents) {
    Bytes octets;
    const auto add = [&](const QPDFObjectHandle& stream) -> Status {
      if (!QPDFObjectHandle{stream}.isStream()) return Done{};
      ANTIN_TRY(const auto part, decoded_stream(stream, kMaxOctets - work_.octets));
      if (!part) return Done{};
      work_.octets += part->size();
      octets.insert(octets.end(), part->begin(), part->end());
      octets.push_back('\n');  // 7.8.2: parts end between tokens
      return Done{};
    };
    if (contents.isArray()) {
      for (const auto& part : contents.getArrayAsVector()) ANTIN_CHECK(add(part));
    } else {
      ANTIN_CHECK(add(contents));
    }
    parse_content(octets, *this);
    if (failure_) return std::move(*failure_);
    if (work_.exhausted) return make_error(Code::kResourceLimit, "page content too large");
    return Done{};
  }

  void handleObject(QPDFObjectHandle object) override {
    if (!object.isOperator()) {
      if (operands_.size() < kMaxOperands) operands_.push_back(object);
      return;
    }
    if (++work_.operators > kMaxOperators || work_.marks.glyphs.size() > kMaxGlyphs ||
        work_.marks.images.size() > kMaxImages) {
      work_.exhausted = true;
      stop();
    }
    execute(object.getOperatorValue());
    operands_.clear();
    if (failure_) stop();
  }

 private:
  double number(std::size_t from_end) {
    if (from_end > operands_.size()) return 0;
    auto value = operands_[operands_.size() - from_end];
    const double n = value.isNumber() ? value.getNumericValue() : 0;
    return std::isfinite(n) ? n : 0;
  }
  Affine matrix_operand() {
    return {number(6), number(5), number(4), number(3), number(2), number(1)};
  }
  std::string name_operand(std::size_t from_end) {
    return from_end > operands_.size() ? "" : name_of(operands_[operands_.size() - from_end]);
  }

  void execute(const std::string& op) {
    auto& text = state_.text;
    if (op == "q") {
      if (saved_.size() < kMaxSaved) saved_.push_back(state_);
    } else if (op == "Q") {
      if (!saved_.empty()) {
        state_ = saved_.back();
        saved_.pop_back();
      }
    } else if (op == "cm") {
      state_.matrix = matrix_operand().then(state_.matrix);
    } else if (op == "Do") {
      external(name_operand(1));
    } else if (op == "Tf") {
      text.font = name_operand(2);
      text.size = number(1);
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
    } else {
      place_or_show(op);
    }
  }

  void place_or_show(const std::string& op) {
    auto& text = state_.text;
    if (op == "BT") {
      text_matrix_ = line_matrix_ = {};
    } else if (op == "Tm") {
      text_matrix_ = line_matrix_ = matrix_operand();
    } else if (op == "Td") {
      next_line(number(2), number(1));
    } else if (op == "TD") {
      text.leading = -number(1);
      next_line(number(2), number(1));
    } else if (op == "T*") {
      next_line(0, -text.leading);
    } else if (op == "Tj") {
      show_last();
    } else if (op == "'") {
      next_line(0, -text.leading);
      show_last();
    } else if (op == "\"") {
      text.word_space = number(3);
      text.character_space = number(2);
      next_line(0, -text.leading);
      show_last();
    } else if (op == "TJ" && !operands_.empty() && operands_.back().isArray()) {
      for (auto& item : operands_.back().getArrayAsVector()) {
        if (item.isString()) {
          show(item.getStringValue());
        } else if (item.isNumber()) {
          advance(-item.getNumericValue() / 1000 * text.size * text.scale);
        }
      }
    }
  }

  void next_line(double x, double y) {
    line_matrix_ = Affine{1, 0, 0, 1, x, y}.then(line_matrix_);
    text_matrix_ = line_matrix_;
  }
  void advance(double x) {
    if (std::isfinite(x)) text_matrix_ = Affine{1, 0, 0, 1, x, 0}.then(text_matrix_);
  }
  void show_last() {
    if (!operands_.empty() && operands_.back().isString()) show(operands_.back().getStringValue());
  }

  const TextFont* font() {
    auto dictionary = key_of(key_of(resources_, "/Font"), ("/" + state_.text.font).c_str());
    const ObjectId id = id_of(dictionary);
    const auto known = work_.fonts.find(id);
    if (known != work_.fonts.end() && id.number != 0) return &known->second;
    auto read = TextFont::from(dictionary);
    if (!read) {
      failure_ = std::move(read).error();
      return nullptr;
    }
    return &(work_.fonts[id] = std::move(read).value());
  }

  void show(const std::string& octets) {
    const auto& text = state_.text;
    const TextFont* decoder = font();
    if (decoder == nullptr) return;
    for (auto& glyph : decoder->decode(octets)) {
      const double width = glyph.advance * text.size * text.scale;
      const Affine place = text_matrix_.then(state_.matrix);
      const Rect box =
          place.map(Rect{0, kBelow * text.size + text.rise, width, kAbove * text.size + text.rise});
      if (work_.marks.glyphs.size() <= kMaxGlyphs) {
        work_.marks.glyphs.push_back({std::move(glyph.text), box});
      }
      advance(width + (text.character_space + (glyph.space ? text.word_space : 0)) * text.scale);
    }
  }

  void external(const std::string& name) {
    auto object = key_of(key_of(resources_, "/XObject"), ("/" + name).c_str());
    if (!object.isStream()) return;
    auto dictionary = object.getDict();
    const std::string kind = name_of(key_of(dictionary, "/Subtype"));
    if (kind == "Image") {
      work_.marks.images.push_back(state_.matrix.map(Rect{0, 0, 1, 1}));
    } else if (kind == "Form" && depth_ < kMaxForms) {
      auto own = key_of(dictionary, "/Resources");
      Interpreter inner{work_, own.isDictionary() ? own : resources_,
                        matrix_of(dictionary).then(state_.matrix), depth_ + 1};
      if (auto status = inner.run(object); !status) failure_ = std::move(status).error();
    }
  }

  Work& work_;
  QPDFObjectHandle resources_;
  int depth_;
  GraphicsState state_;
  std::vector<GraphicsState> saved_;
  Affine text_matrix_, line_matrix_;
  std::vector<QPDFObjectHandle> operands_;
  std::optional<Error> failure_;
};

// One code point of the page in canonical decomposition, and the glyph it came from.
struct Spelled {
  char32_t code_point;
  std::size_t glyph;
};

void spell(const std::u32string& text, std::size_t glyph, std::vector<Spelled>& out) {
  for (const char32_t c : text) {
    if (is_blank(c)) continue;
    std::u32string parts;
    append_decomposed(c, parts);
    for (const char32_t part : parts) {
      auto at = out.end();
      const int own = combining_class(part);
      for (int i = 0; i < kMostMarks && own != 0 && at != out.begin() &&
                      combining_class((at - 1)->code_point) > own;
           ++i) {
        --at;
      }
      out.insert(at, {part, glyph});
    }
  }
}

}  // namespace

Result<PageMarks> read_marks(const QPDFObjectHandle& contents, const QPDFObjectHandle& resources,
                             const Affine& base) {
  Work work;
  Interpreter interpreter{work, resources, base, 0};
  ANTIN_CHECK(interpreter.run(contents));
  return std::move(work.marks);
}

std::optional<Rect> find_text(const PageMarks& marks, std::string_view text) {
  std::vector<Spelled> page;
  for (std::size_t i = 0; i < marks.glyphs.size(); ++i) spell(marks.glyphs[i].text, i, page);
  std::vector<Spelled> wanted;
  spell(code_points(text), 0, wanted);
  if (wanted.empty() || wanted.size() > kLongestText) return std::nullopt;
  const auto hit = std::find_end(
      page.begin(), page.end(), wanted.begin(), wanted.end(),
      [](const Spelled& a, const Spelled& b) { return a.code_point == b.code_point; });
  if (hit == page.end()) return std::nullopt;
  Rect box = marks.glyphs[hit->glyph].box;
  for (auto at = hit; at != hit + static_cast<std::ptrdiff_t>(wanted.size()); ++at) {
    const Rect& glyph = marks.glyphs[at->glyph].box;
    box = {std::min(box.left, glyph.left), std::min(box.bottom, glyph.bottom),
           std::max(box.right, glyph.right), std::max(box.top, glyph.top)};
  }
  return box;
}

}  // namespace antin::pdf
