#pragma once

// Only pdf/ includes this: it shows libqpdf.

#include <string>
#include <vector>

#include "pdf/read/content_stream.h"

namespace antin::pdf {

/// The operands that stand in front of an operator. Counted from the end, 1 the last: what stands
/// too many in front is passed over by every reader.
class Operands {
 public:
  using Object = QPDFObjectHandle;
  static constexpr std::size_t kMost = 4'096;

  /// False when there are too many already.
  bool add(const Object& operand);
  /// After the operator.
  void clear();
  bool empty() const noexcept { return operands_.empty(); }
  std::size_t size() const noexcept { return operands_.size(); }
  const std::vector<Object>& all() const noexcept { return operands_; }
  /// Null when there are fewer.
  Object at(std::size_t from_end) const;
  Object last() const { return at(1); }

  /// 0, and no longer sound(), when it is no finite number.
  double number(std::size_t from_end);
  /// The last six.
  Affine matrix();
  /// What a name stands for in a category of `resources`; null when it is no name.
  Object resource(const Object& resources, const char* category, std::size_t from_end = 1) const;
  /// Every number that this operator was asked for was one.
  bool sound() const noexcept { return sound_; }

 private:
  std::vector<Object> operands_;
  bool sound_ = true;
};

/// q and Q (8.4.2): the states put aside.
template <class State>
class SavedStates {
 public:
  explicit SavedStates(std::size_t most = 200) : most_(most) {}
  /// False when too many are.
  bool save(const State& state) {
    if (saved_.size() >= most_) return false;
    saved_.push_back(state);
    return true;
  }
  void restore(State& state) {
    if (saved_.empty()) return;
    state = std::move(saved_.back());
    saved_.pop_back();
  }

 private:
  std::size_t most_;
  std::vector<State> saved_;
};

/// Text state parameters (9.3).
struct TextState {
  QPDFObjectHandle font = QPDFObjectHandle::newNull();
  double size = 1, character_space = 0, word_space = 0, scale = 1, rise = 0, leading = 0;
  int mode = 0;
};

/// Where the next glyph goes (9.4.2).
struct TextPlace {
  Affine text, line;
  void next_line(double x, double y);
  /// False, and nothing is moved, when `x` is not finite.
  bool advance(double x);
};

/// Carries out the operators that set a text state or place text (tables 103 and 106); of those
/// that show text, what they do beforehand. False when `op` is neither; true for one that shows.
bool text_operator(const std::string& op, Operands& operands, const QPDFObjectHandle& resources,
                   TextState& state, TextPlace& place);

/// The parts of what a showing operator (table 107) shows: strings, and numbers of TJ.
std::vector<QPDFObjectHandle> shown_by(const std::string& op, const Operands& operands);

}  // namespace antin::pdf
