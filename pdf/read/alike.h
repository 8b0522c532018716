#pragma once

// Only pdf/read includes this.

#include <set>
#include <utility>
#include <vector>

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// Tells whether objects of two documents mean the same: equal by value with everything they reach,
/// whatever their numbers, the order of keys, and the lossless filters of streams. The way back up
/// (/Parent, /P) and the numbers of the structure tree are not followed.
class Alike {
 public:
  bool operator()(const QPDFObjectHandle& a, const QPDFObjectHandle& b);
  /// False once the limits were reached; every answer since then is "no".
  bool complete() const noexcept { return complete_; }

 private:
  using Pair = std::pair<QPDFObjectHandle, QPDFObjectHandle>;
  bool one(const Pair& pair);
  bool dictionaries(QPDFObjectHandle a, QPDFObjectHandle b, bool of_streams);
  bool streams(const QPDFObjectHandle& a, const QPDFObjectHandle& b);

  std::set<std::pair<QPDFObjGen, QPDFObjGen>> equal_;  ///< shown equal, or being looked at
  std::vector<Pair> work_;
  std::size_t steps_ = 2'000'000;
  std::size_t octets_ = std::size_t{256} << 20U;
  bool complete_ = true;
};

}  // namespace antin::pdf
