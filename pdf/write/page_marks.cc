#include "pdf/write/page_marks.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/content_operands.h"
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
constexpr std::size_t kMaxSaved = 500;
constexpr int kMaxForms = 4;
// Marks on one letter that are put in order, and length of a text that is looked for: no script
// needs more, and the work stays linear.
constexpr int kMostMarks = 16;
constexpr std::size_t kLongestText = 300;
// Height of a line above and below the baseline, in parts of the type size.
constexpr double kAbove = 0.9;
constexpr double kBelow = -0.2;

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
      operands_.add(object);
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
  void execute(const std::string& op) {
    if (op == "q") {
      saved_.save(state_);
    } else if (op == "Q") {
      saved_.restore(state_);
    } else if (op == "cm") {
      state_.matrix = operands_.matrix().then(state_.matrix);
    } else if (op == "Do") {
      external(operands_.resource(resources_, "/XObject"));
    } else if (text_operator(op, operands_, resources_, state_.text, place_)) {
      for (auto& item : shown_by(op, operands_)) {
        if (item.isString()) {
          show(item.getStringValue());
        } else if (item.isNumber()) {
          place_.advance(-item.getNumericValue() / 1000 * state_.text.size * state_.text.scale);
        }
      }
    }
  }

  const TextFont* font() {
    const auto& dictionary = state_.text.font;
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
      const Affine place = place_.text.then(state_.matrix);
      const Rect box =
          place.map(Rect{0, kBelow * text.size + text.rise, width, kAbove * text.size + text.rise});
      if (work_.marks.glyphs.size() <= kMaxGlyphs) {
        work_.marks.glyphs.push_back({std::move(glyph.text), box});
      }
      place_.advance(width +
                     (text.character_space + (glyph.space ? text.word_space : 0)) * text.scale);
    }
  }

  void external(QPDFObjectHandle object) {
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
  SavedStates<GraphicsState> saved_{kMaxSaved};
  TextPlace place_;
  Operands operands_;
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
