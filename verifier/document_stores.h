#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "pdf/read/document.h"
#include "verifier/proofs.h"
#include "verifier/signature_judge.h"

namespace antin::verifier {

/// What a document security store holds, read; what cannot be read is counted.
struct StoredMaterial {
  Material material;
  std::size_t unreadable = 0;
};
StoredMaterial read_store(const pdf::SecurityStore& store);

/// The document security store as it was in earlier revisions, read when asked for. Bounded: of a
/// document with very many timestamps only some revisions are looked at.
class DocumentStores {
 public:
  DocumentStores(const pdf::Document& document, const Input& input)
      : document_(document), input_(input) {}

  /// Everything that revisions up to this one hold; null when it cannot be read.
  const Material* until(std::size_t revision);

 private:
  const pdf::Document& document_;
  const Input& input_;
  std::map<std::size_t, std::optional<Material>> read_;
};

/// POE extraction, EN 319 102-1 §5.6.2.3: what a document timestamp of `at` proves about a
/// signature that it covers: its value, its timestamps and, when asked for, the evidence inside.
void add_proofs_of(const ReadSignature& covered, UtcTime at, Proofs& proofs);

}  // namespace antin::verifier
