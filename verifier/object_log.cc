#include "verifier/object_log.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace antin::verifier {
namespace {

// No copy: the parsed object owns its octets and stays alive with them.
template <class T>
SharedBytes octets_of(const T& parsed) {
  const auto owner = std::make_shared<const T>(parsed);
  return SharedBytes{owner, owner->der()};
}

}  // namespace

void ObjectLog::add(Kind kind, const Bytes& sha256, SharedBytes octets, std::size_t signature) {
  const auto [at, added] = known_.try_emplace(sha256, entries_.size());
  if (added)
    entries_.push_back({sha256,
                        {.kind = kind,
                         .sha256 = to_hex(sha256),
                         .octets = std::move(octets),
                         .proven = {},
                         .used_by = {}}});
  auto& users = entries_[at->second].object.used_by;
  if (std::find(users.begin(), users.end(), signature) == users.end()) users.push_back(signature);
}

void ObjectLog::add(const UsedEvidence& used, const std::vector<certs::Certificate>& chain,
                    std::size_t signature) {
  for (const auto& one : chain) add(Kind::kCertificate, one.sha256(), octets_of(one), signature);
  for (const auto& one : used.certificates)
    add(Kind::kCertificate, one.sha256(), octets_of(one), signature);
  for (const auto& one : used.crls) add(Kind::kCrl, one.sha256(), octets_of(one), signature);
  for (const auto& one : used.ocsp) add(Kind::kOcsp, one.sha256(), octets_of(one), signature);
}

std::vector<ValidationObject> ObjectLog::take(const Proofs& proofs) {
  std::vector<ValidationObject> objects;
  objects.reserve(entries_.size());
  for (auto& [sha256, object] : entries_) {
    object.proven = proofs.known(sha256);
    std::sort(object.used_by.begin(), object.used_by.end());
    objects.push_back(std::move(object));
  }
  entries_.clear();
  known_.clear();
  return objects;
}

}  // namespace antin::verifier
