#include "verifier/proofs.h"

#include <algorithm>
#include <utility>

namespace antin::verifier {

void Proofs::add(const Bytes& sha256, UtcTime at) {
  const auto [known, added] = earliest_.try_emplace(sha256, at);
  if (!added) known->second = std::min(known->second, at);
}

void Proofs::add(const Material& material, UtcTime at) {
  for (const auto& one : material.certificates) add(one.sha256(), at);
  for (const auto& one : material.crls) add(one.sha256(), at);
  for (const auto& one : material.ocsp) add(one.sha256(), at);
}

UtcTime Proofs::of(const Bytes& sha256) {
  const auto sources = std::exchange(sources_, {});
  for (const auto& source : sources) source(*this);
  const auto found = earliest_.find(sha256);
  return found == earliest_.end() ? judged_at_ : std::min(found->second, judged_at_);
}

std::optional<UtcTime> Proofs::known(const Bytes& sha256) const {
  const auto found = earliest_.find(sha256);
  return found == earliest_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace antin::verifier
