#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/time.h"
#include "verifier/material.h"

namespace antin::verifier {

/// The set of proofs of existence of EN 319 102-1 §5.6.2.3: since when a trusted timestamp proves
/// that an object existed. Everything at hand exists at the time of the judgement at the latest.
class Proofs {
 public:
  explicit Proofs(UtcTime judged_at) : judged_at_(judged_at) {}

  UtcTime judged_at() const noexcept { return judged_at_; }
  /// The earlier of two proofs counts.
  void add(const Bytes& sha256, UtcTime at);
  void add(const Material& material, UtcTime at);
  /// Proofs that cost something to find: looked for when somebody asks for the first time.
  void add_when_asked(std::function<void(Proofs&)> source) {
    sources_.push_back(std::move(source));
  }

  /// The earliest instant at which the object is proven to have existed; judged_at() at the latest.
  UtcTime of(const Bytes& sha256);
  /// Nothing when no timestamp proves anything. Does not look further than what is known by now.
  std::optional<UtcTime> known(const Bytes& sha256) const;

 private:
  UtcTime judged_at_;
  std::map<Bytes, UtcTime> earliest_;
  std::vector<std::function<void(Proofs&)>> sources_;
};

}  // namespace antin::verifier
