#include "pdf/read/drawing.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "pdf/read/drawing_image.h"
#include "pdf/read/drawing_reader.h"
#include "pdf/read/form.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

/// Beginning with a stream costs more than its octets: forms that paint forms have few.
constexpr std::size_t kStreamInOperators = 100;

/// Operators that paint nothing and change nothing that is followed here (annex A).
bool is_without_effect(const std::string& op) {
  static const std::set<std::string, std::less<>> known = {
      "BMC", "BDC", "EMC", "MP", "DP", "BX", "EX", "ri", "i",  "j",  "J",  "d",
      "CS",  "SC",  "SCN", "G",  "RG", "K",  "ET", "d0", "d1", "BI", "ID", "EI"};
  return known.count(op) != 0;
}

}  // namespace

void DrawingReader::run(const Object& contents) {
  if (!spend(shared_.budget.operators, kStreamInOperators)) {
    shared_.drawing.complete = false;
    return;
  }
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

void DrawingReader::handleObject(Object object) {
  if (object.isInlineImage()) return image(Object::newNull());
  if (!object.isOperator()) {
    if (!operands_.add(object)) shared_.drawing.understood = false;
    return;
  }
  if (!spend(shared_.budget.operators, 1) || !shared_.drawing.complete) {
    shared_.drawing.complete = false;
    stop();
  }
  const auto op = object.getOperatorValue();
  const bool known =
      is_without_effect(op) || state_operator(op) || path_operator(op) || text_operation(op);
  if (!known || !operands_.sound()) shared_.drawing.understood = false;
  operands_.clear();
}

bool DrawingReader::state_operator(const std::string& op) {
  if (op == "q") {
    if (!saved_.save(state_)) shared_.drawing.complete = false;
  } else if (op == "Q") {
    saved_.restore(state_);
  } else if (op == "cm") {
    state_.matrix = operands_.matrix().then(state_.matrix);
  } else if (op == "w") {
    state_.line_width = std::abs(number(1));
  } else if (op == "M") {
    state_.miter_limit = number(1);
  } else if (op == "gs") {
    graphics_state(operands_.resource(resources_, "/ExtGState"));
  } else if (op == "Do") {
    external(operands_.resource(resources_, "/XObject"));
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

void DrawingReader::graphics_state(Object parameters) {
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

void DrawingReader::external(Object object) {
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

void DrawingReader::form(Object object) {
  if (shared_.depth >= kMaxDrawingDepth) {
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

void DrawingReader::run_inner(const Object& contents, const Object& resources,
                              const GraphicsState& state, double group) {
  ++shared_.depth;
  DrawingReader reader{shared_, resources, state, group};
  reader.run(contents);
  --shared_.depth;
}

void DrawingReader::image(const Object& object) {
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
  shared_.drawing.images.push_back(
      {state_.matrix, object, alpha, state_.clip, std::make_shared<KeptPlanes>()});
}

std::vector<Point> DrawingReader::corners(const Rect& box) {
  return {
      {box.left, box.bottom}, {box.right, box.bottom}, {box.right, box.top}, {box.left, box.top}};
}

namespace {

void read_with(SharedDrawing& shared, const DrawingSource& source) {
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

void read_drawing(const DrawingSource& source, const DrawingReading& how, Drawing& drawing) {
  SharedDrawing shared{how.purpose, how.budget, drawing, how.fonts, drawing.glyphs.size(), 0};
  read_with(shared, source);
}

void read_appearance(const QPDFObjectHandle& annotation, const Rect& rect,
                     const DrawingReading& how, Drawing& drawing) {
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
    read_drawing({stream, key_of(dictionary, "/Resources"), matrix.then(onto), rect}, how, drawing);
  }
}

}  // namespace antin::pdf
