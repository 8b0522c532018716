#include "service/audit/merkle.h"

#include <algorithm>
#include <bit>

#include "certs/ossl/digest.h"

namespace antin::audit {
namespace {

constexpr std::array<std::uint8_t, 1> kLeaf{0x00};
constexpr std::array<std::uint8_t, 1> kNode{0x01};

Hash sha256(std::initializer_list<ByteView> parts) {
  const auto digest = ossl::digest(DigestAlgorithm::kSha256, parts);
  Hash hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

// Leaves [begin, end) of a tree; `begin` is a multiple of the largest power of two in its length.
struct Range {
  std::uint64_t begin, end;
  std::uint64_t count() const { return end - begin; }
  /// RFC 9162 §2.1.1: the largest power of two smaller than the count.
  std::uint64_t middle() const { return begin + std::bit_floor(count() - 1); }
  Range left() const { return {begin, middle()}; }
  Range right() const { return {middle(), end}; }
};

// Each step halves the range at least: never deeper than 62.
// NOLINTNEXTLINE(misc-no-recursion)
Result<Hash> hash_of(const Range& range, const NodeSource& nodes) {
  if (std::has_single_bit(range.count())) {
    const auto level = static_cast<unsigned>(std::countr_zero(range.count()));
    return nodes({level, range.begin >> level});
  }
  ANTIN_TRY(const auto left, hash_of(range.left(), nodes));
  ANTIN_TRY(const auto right, hash_of(range.right(), nodes));
  return node_hash(left, right);
}

}  // namespace

bool to_hash(ByteView octets, Hash& out) noexcept {
  if (octets.size() != out.size()) return false;
  std::copy(octets.begin(), octets.end(), out.begin());
  return true;
}

Hash leaf_hash(ByteView entry) {
  return sha256({kLeaf, entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return sha256({kNode, view(left), view(right)});
}

Hash empty_root() {
  return sha256({});
}

Result<Hash> root_at(TreeSize size, const NodeSource& nodes) {
  if (size.value == 0) return empty_root();
  if (size.value > kMaxTreeSize) return make_error(Code::kInternal, "tree too large");
  return hash_of({0, size.value}, nodes);
}

Result<Proof> inclusion_proof(std::uint64_t index, TreeSize size, const NodeSource& nodes) {
  if (index >= size.value || size.value > kMaxTreeSize)
    return make_error(Code::kInternal, "no such leaf");
  Proof proof;
  Range range{0, size.value};
  while (range.count() > 1) {
    const bool goes_left = index < range.middle();
    const auto sibling = goes_left ? range.right() : range.left();
    ANTIN_TRY(const auto hash, hash_of(sibling, nodes));
    proof.push_back(hash);
    range = goes_left ? range.left() : range.right();
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<Proof> consistency_proof(TreeSize older, TreeSize newer, const NodeSource& nodes) {
  if (older > newer || newer.value > kMaxTreeSize)
    return make_error(Code::kInternal, "the older tree is the larger one");
  Proof proof;
  if (older.value == 0 || older == newer) return proof;
  Range range{0, newer.value};
  // While the way down keeps left, the verifier knows the subtree: it is the whole older tree.
  bool known = true;
  while (range.end != older.value) {
    const bool goes_left = older.value <= range.middle();
    const auto sibling = goes_left ? range.right() : range.left();
    ANTIN_TRY(const auto hash, hash_of(sibling, nodes));
    proof.push_back(hash);
    known = known && goes_left;
    range = goes_left ? range.left() : range.right();
  }
  if (!known) {
    ANTIN_TRY(const auto hash, hash_of(range, nodes));
    proof.push_back(hash);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, TreeSize size, const Hash& root,
                      const Proof& proof) {
  if (index >= size.value || size.value > kMaxTreeSize) return false;
  auto node = index;
  auto last = size.value - 1;
  auto hash = leaf;
  for (const auto& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1U) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      // The right edge has no sibling on the levels in between.
      while ((node & 1U) == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1U;
    last >>= 1U;
  }
  return last == 0 && hash == root;
}

bool verify_consistency(const TreeHead& older, const TreeHead& newer, const Proof& proof) {
  const auto first = older.size.value, second = newer.size.value;
  if (first > second || second > kMaxTreeSize) return false;
  if (first == 0) return proof.empty() && older.root == empty_root();
  if (first == second) return proof.empty() && older.root == newer.root;
  auto rest = proof.begin();
  auto node = first - 1, last = second - 1;
  const auto shift = static_cast<unsigned>(std::countr_one(node));
  node >>= shift;
  last >>= shift;
  // A complete older tree is not repeated in the proof.
  Hash old_hash = older.root;
  if (!std::has_single_bit(first)) {
    if (rest == proof.end()) return false;
    old_hash = *rest++;
  }
  Hash new_hash = old_hash;
  for (; rest != proof.end(); ++rest) {
    if (last == 0) return false;
    if ((node & 1U) != 0 || node == last) {
      old_hash = node_hash(*rest, old_hash);
      new_hash = node_hash(*rest, new_hash);
      while ((node & 1U) == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      new_hash = node_hash(new_hash, *rest);
    }
    node >>= 1U;
    last >>= 1U;
  }
  return last == 0 && old_hash == older.root && new_hash == newer.root;
}

void GrowingTree::add(const Hash& leaf, const Completed& completed) {
  auto hash = leaf;
  NodeId id{0, size_};
  if (completed) completed(id, hash);
  for (auto bits = size_; (bits & 1U) != 0; bits >>= 1U) {
    hash = node_hash(edge_.back(), hash);
    edge_.pop_back();
    id = {id.level + 1, id.number >> 1U};
    if (completed) completed(id, hash);
  }
  edge_.push_back(hash);
  ++size_;
}

Hash GrowingTree::root() const {
  if (edge_.empty()) return empty_root();
  auto hash = edge_.back();
  for (auto larger = edge_.rbegin() + 1; larger != edge_.rend(); ++larger)
    hash = node_hash(*larger, hash);
  return hash;
}

}  // namespace antin::audit
