#include "pdf/read/content_operands.h"

#include <algorithm>
#include <cmath>

#include "pdf/read/form.h"

namespace antin::pdf {

using Object = QPDFObjectHandle;

bool Operands::add(const Object& operand) {
  if (operands_.size() >= kMost) return false;
  operands_.push_back(operand);
  return true;
}

void Operands::clear() {
  operands_.clear();
  sound_ = true;
}

Object Operands::at(std::size_t from_end) const {
  return from_end > operands_.size() ? Object::newNull() : operands_[operands_.size() - from_end];
}

double Operands::number(std::size_t from_end) {
  if (from_end <= operands_.size()) {
    auto& operand = operands_[operands_.size() - from_end];
    const double value = operand.isNumber() ? operand.getNumericValue() : NAN;
    if (std::isfinite(value)) return value;
  }
  sound_ = false;
  return 0;
}

Affine Operands::matrix() {
  return {number(6), number(5), number(4), number(3), number(2), number(1)};
}

Object Operands::resource(const Object& resources, const char* category,
                          std::size_t from_end) const {
  auto name = at(from_end);
  if (!name.isName()) return Object::newNull();
  return key_of(key_of(resources, category), name.getName().c_str());
}

void TextPlace::next_line(double x, double y) {
  line = Affine{1, 0, 0, 1, x, y}.then(line);
  text = line;
}

bool TextPlace::advance(double x) {
  if (!std::isfinite(x)) return false;
  text = Affine{1, 0, 0, 1, x, 0}.then(text);
  return true;
}

namespace {

bool set_parameter(const std::string& op, Operands& operands, const Object& resources,
                   TextState& state) {
  if (op == "Tf") {
    state.size = operands.number(1);
    state.font = operands.resource(resources, "/Font", 2);
  } else if (op == "Tc") {
    state.character_space = operands.number(1);
  } else if (op == "Tw") {
    state.word_space = operands.number(1);
  } else if (op == "Tz") {
    state.scale = operands.number(1) / 100;
  } else if (op == "TL") {
    state.leading = operands.number(1);
  } else if (op == "Ts") {
    state.rise = operands.number(1);
  } else if (op == "Tr") {
    state.mode = static_cast<int>(std::clamp(operands.number(1), -1.0, 8.0));
  } else {
    return false;
  }
  return true;
}

bool shows(const std::string& op) {
  return op == "Tj" || op == "TJ" || op == "'" || op == "\"";
}

}  // namespace

bool text_operator(const std::string& op, Operands& operands, const Object& resources,
                   TextState& state, TextPlace& place) {
  if (op == "BT") {
    place = {};
  } else if (op == "Tm") {
    place.text = place.line = operands.matrix();
  } else if (op == "Td" || op == "TD") {
    if (op == "TD") state.leading = -operands.number(1);
    place.next_line(operands.number(2), operands.number(1));
  } else if (op == "T*" || op == "'") {
    place.next_line(0, -state.leading);
  } else if (op == "\"") {
    state.word_space = operands.number(3);
    state.character_space = operands.number(2);
    place.next_line(0, -state.leading);
  } else {
    return shows(op) || set_parameter(op, operands, resources, state);
  }
  return true;
}

std::vector<Object> shown_by(const std::string& op, const Operands& operands) {
  auto last = operands.last();
  if (!shows(op)) return {};
  if (op == "TJ") return last.isArray() ? last.getArrayAsVector() : std::vector<Object>{};
  return last.isString() ? std::vector<Object>{last} : std::vector<Object>{};
}

}  // namespace antin::pdf
