#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "verifier/chain_judge.h"
#include "verifier/proofs.h"
#include "verifier/report.h"

namespace antin::verifier {

/// Octets that a judgement rests on, each once, with the signatures that needed them.
class ObjectLog {
 public:
  using Kind = ValidationObject::Kind;

  void add(const UsedEvidence& used, const std::vector<certs::Certificate>& chain,
           std::size_t signature);
  void add(Kind kind, const Bytes& sha256, SharedBytes octets, std::size_t signature);

  std::vector<ValidationObject> take(const Proofs& proofs);

 private:
  struct Entry {
    Bytes sha256;
    ValidationObject object;
  };
  std::map<Bytes, std::size_t> known_;
  std::vector<Entry> entries_;
};

}  // namespace antin::verifier
