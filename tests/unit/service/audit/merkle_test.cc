#include "service/audit/merkle.h"

#include <array>
#include <map>

#include <gtest/gtest.h>

namespace antin::audit {
namespace {

std::string hex(const Hash& hash) {
  return to_hex(view(hash));
}

Hash from(std::string_view text) {
  Bytes octets;
  Hash hash{};
  EXPECT_TRUE(from_hex(text, octets) && to_hash(octets, hash));
  return hash;
}

// The eight entries of the reference trees of RFC 6962's implementations, and their roots.
constexpr std::array<std::string_view, 8> kEntries{"",
                                                   "00",
                                                   "10",
                                                   "2021",
                                                   "3031",
                                                   "40414243",
                                                   "5051525354555657",
                                                   "606162636465666768696a6b6c6d6e6f"};
constexpr std::array<std::string_view, 9> kRoots{
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// A tree that keeps every node.
struct Tree {
  GrowingTree edge;
  std::map<std::pair<unsigned, std::uint64_t>, Hash> nodes;
  std::vector<Hash> roots{empty_root()};

  void add(ByteView entry) {
    edge.add(leaf_hash(entry), [this](const NodeId& id, const Hash& hash) {
      EXPECT_TRUE(nodes.emplace(std::pair(id.level, id.number), hash).second);
    });
    roots.push_back(edge.root());
  }
  NodeSource source() const {
    return [this](const NodeId& id) -> Result<Hash> {
      const auto found = nodes.find({id.level, id.number});
      if (found == nodes.end()) return make_error(Code::kInternal, "incomplete subtree");
      return found->second;
    };
  }
};

Tree reference_tree() {
  Tree tree;
  for (const auto entry : kEntries) {
    Bytes octets;
    EXPECT_TRUE(from_hex(entry, octets));
    tree.add(octets);
  }
  return tree;
}

Tree numbered_tree(std::size_t size) {
  Tree tree;
  for (std::size_t i = 0; i < size; ++i) tree.add(as_bytes(std::to_string(i)));
  return tree;
}

TEST(Merkle, RootsAreThoseOfTheReferenceTrees) {
  const auto tree = reference_tree();
  for (std::size_t size = 0; size < kRoots.size(); ++size) {
    EXPECT_EQ(hex(tree.roots.at(size)), kRoots.at(size)) << size;
    const auto root = root_at({size}, tree.source());
    ASSERT_TRUE(root) << size;
    EXPECT_EQ(hex(root.value()), kRoots.at(size)) << size;
  }
}

TEST(Merkle, ProofsAreThoseOfTheReferenceTrees) {
  const auto tree = reference_tree();
  const auto path = inclusion_proof(0, {8}, tree.source());
  ASSERT_TRUE(path);
  EXPECT_EQ(path.value(),
            (Proof{from("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                   from("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                   from("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")}));
  const auto step = consistency_proof({6}, {8}, tree.source());
  ASSERT_TRUE(step);
  EXPECT_EQ(step.value(),
            (Proof{from("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                   from("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                   from("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")}));
}

// Each way to spoil a proof that is right.
template <class Check>
void expect_no_other(const Proof& proof, const Check& accepts) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto other = proof;
    other.at(i).at(i % 32) ^= 0x10;
    EXPECT_FALSE(accepts(other)) << "hash " << i << " changed";
    other = proof;
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(accepts(other)) << "hash " << i << " left out";
  }
  auto longer = proof;
  longer.push_back(empty_root());
  EXPECT_FALSE(accepts(longer));
  longer = proof;
  longer.insert(longer.begin(), empty_root());
  EXPECT_FALSE(accepts(longer));
}

TEST(Merkle, EveryInclusionProofOfEverySizeIsAcceptedAndNoAlteredOne) {
  constexpr std::size_t kSizes = 300;
  const auto tree = numbered_tree(kSizes);
  for (std::size_t size = 1; size <= kSizes; ++size) {
    // Every leaf of the small trees, the edges and some between of the others.
    const std::size_t step = size <= 40 ? 1 : 7;
    for (std::size_t index = size <= 40 ? 0 : size % step; index < size; index += step) {
      const auto proof = inclusion_proof(index, {size}, tree.source());
      ASSERT_TRUE(proof);
      const auto leaf = leaf_hash(as_bytes(std::to_string(index)));
      const auto& root = tree.roots.at(size);
      const auto accepts = [&](const Proof& other) {
        return verify_inclusion(leaf, index, {size}, root, other);
      };
      ASSERT_TRUE(accepts(proof.value())) << index << " of " << size;
      if (index % 5 == 0) expect_no_other(proof.value(), accepts);
      EXPECT_FALSE(verify_inclusion(leaf_hash({}), index, {size}, root, proof.value()));
      EXPECT_FALSE(verify_inclusion(leaf, size, {size}, root, proof.value()));
      EXPECT_FALSE(verify_inclusion(leaf, index, {size}, tree.roots.at(size - 1), proof.value()));
      if (size > 1) {
        const auto neighbour = index == 0 ? 1 : index - 1;
        EXPECT_FALSE(verify_inclusion(leaf, neighbour, {size}, root, proof.value()));
      }
    }
    EXPECT_FALSE(inclusion_proof(size, {size}, tree.source()));
  }
}

TEST(Merkle, EveryConsistencyProofOfEverySizeIsAcceptedAndNoAlteredOne) {
  constexpr std::size_t kSizes = 300;
  const auto tree = numbered_tree(kSizes);
  const auto head = [&](std::size_t size) { return TreeHead{{size}, tree.roots.at(size)}; };
  for (std::size_t newer = 0; newer <= kSizes; ++newer) {
    const std::size_t step = newer <= 40 ? 1 : 11;
    for (std::size_t older = newer % step; older <= newer; older += step) {
      const auto proof = consistency_proof({older}, {newer}, tree.source());
      ASSERT_TRUE(proof);
      const auto accepts = [&](const Proof& other) {
        return verify_consistency(head(older), head(newer), other);
      };
      ASSERT_TRUE(accepts(proof.value())) << older << " to " << newer;
      if ((older + newer) % 3 == 0) expect_no_other(proof.value(), accepts);
      auto other = head(older);
      other.root.at(0) ^= 1;
      EXPECT_FALSE(verify_consistency(other, head(newer), proof.value()));
      if (older > 0) {
        other = head(newer);
        other.root.at(31) ^= 1;
        EXPECT_FALSE(verify_consistency(head(older), other, proof.value()));
      }
    }
  }
  EXPECT_FALSE(consistency_proof({5}, {4}, tree.source()));
  EXPECT_FALSE(verify_consistency(head(5), head(4), {}));
}

TEST(Merkle, ProofsForTreesTooLargeToExistAreRefusedAtOnce) {
  const Proof proof(70, empty_root());
  EXPECT_FALSE(verify_inclusion(empty_root(), 0, {kMaxTreeSize + 1}, empty_root(), proof));
  EXPECT_FALSE(verify_consistency({{1}, empty_root()}, {{~std::uint64_t{0}}, empty_root()}, proof));
  EXPECT_FALSE(verify_inclusion(empty_root(), 0, {kMaxTreeSize}, empty_root(), proof));
}

}  // namespace
}  // namespace antin::audit
