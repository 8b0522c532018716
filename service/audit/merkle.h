#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

/// The hash tree of RFC 6962 §2.1 and RFC 9162 §2.1 over SHA-256. Pure: hashes in, hashes out.
namespace antin::audit {

using Hash = std::array<std::uint8_t, 32>;

inline ByteView view(const Hash& hash) noexcept {
  return {hash.data(), hash.size()};
}
inline Bytes to_bytes(const Hash& hash) {
  return {hash.begin(), hash.end()};
}
/// False unless there are 32 octets.
bool to_hash(ByteView octets, Hash& out) noexcept;

/// SHA-256(0x00 || entry).
Hash leaf_hash(ByteView entry);
/// SHA-256(0x01 || left || right).
Hash node_hash(const Hash& left, const Hash& right);
/// Of a tree without leaves: SHA-256 of nothing.
Hash empty_root();

/// A complete subtree: it covers the leaves [number << level, (number + 1) << level).
struct NodeId {
  unsigned level = 0;
  std::uint64_t number = 0;
  friend bool operator==(const NodeId&, const NodeId&) = default;
};
/// Answers for complete subtrees only; its failure becomes the caller's.
using NodeSource = std::function<Result<Hash>(const NodeId& id)>;

/// The largest tree that is spoken of: sizes are 63-bit numbers in every database.
constexpr std::uint64_t kMaxTreeSize = std::uint64_t{1} << 62U;

/// A size that may not be confused with an index or another size.
struct TreeSize {
  std::uint64_t value = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer, clang-tidy 14 is mistaken
  friend auto operator<=>(const TreeSize&, const TreeSize&) = default;
};

/// Of the first `size` leaves.
Result<Hash> root_at(TreeSize size, const NodeSource& nodes);

using Proof = std::vector<Hash>;
/// RFC 9162 §2.1.3.1. `index` < `size`, or kInternal.
Result<Proof> inclusion_proof(std::uint64_t index, TreeSize size, const NodeSource& nodes);
/// RFC 9162 §2.1.4.1; empty when the sizes are equal or the older tree is empty.
Result<Proof> consistency_proof(TreeSize older, TreeSize newer, const NodeSource& nodes);

/// RFC 9162 §2.1.3.2.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, TreeSize size, const Hash& root,
                      const Proof& proof);

struct TreeHead {
  TreeSize size;
  Hash root{};
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};
/// RFC 9162 §2.1.4.2. From the empty tree everything follows, without a proof.
bool verify_consistency(const TreeHead& older, const TreeHead& newer, const Proof& proof);

/// A tree that grows leaf by leaf and keeps only its right edge: at most 62 hashes.
class GrowingTree {
 public:
  /// Told of each subtree that becomes complete, leaves included, from the bottom up.
  using Completed = std::function<void(const NodeId& id, const Hash& hash)>;
  void add(const Hash& leaf, const Completed& completed = {});
  TreeSize size() const noexcept { return {size_}; }
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> edge_;  ///< one for each bit of size_ that is set, largest subtree first
};

}  // namespace antin::audit
