// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "unit/ledger/vectors.hpp"

using namespace gridswarm::ledger;
using vectors::hash_of_hex;

namespace {

constexpr std::size_t exhaustive = 80;

MemoryTree tree_of(std::span<const Hash> leaves) {
  MemoryTree tree;
  for (const Hash& leaf : leaves) tree.append(leaf);
  return tree;
}

std::vector<Hash> published_leaves() {
  std::vector<Hash> leaves;
  for (const std::string& hex : vectors::leaf_hex) leaves.push_back(leaf_hash(*from_hex(hex)));
  return leaves;
}

}  // namespace

TEST_CASE("the roots of 0 to 8 leaves are the published ones") {
  MemoryTree tree;
  CompactRange range;
  CHECK(to_hex(root_of(range)) == vectors::roots[0]);
  const std::vector<Hash> leaves = published_leaves();
  for (std::size_t i = 1; i < 8; ++i) CHECK(to_hex(leaves[i]) == vectors::leaf_hash_hex[i - 1]);
  for (std::size_t i = 0; i < 8; ++i) {
    tree.append(leaves[i]);
    push(range, 0, leaves[i]);
    CHECK(to_hex(root_of(range)) == vectors::roots[i + 1]);
    CHECK(to_hex(tree_root(tree, i + 1)) == vectors::roots[i + 1]);
  }
}

TEST_CASE("the published inclusion and consistency proofs") {
  const std::vector<Hash> leaves = published_leaves();
  MemoryTree tree = tree_of(leaves);
  const Hash middle =
      hash_of_hex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
  const Hash right =
      hash_of_hex("837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e");
  const Hash pair = hash_of_hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
  CHECK(inclusion_proof(tree, 6, 7) == Proof{middle, hash_of_hex(vectors::roots[4])});
  CHECK(inclusion_proof(tree, 0, 7) == Proof{leaves[1], pair, right});
  CHECK(consistency_proof(tree, 3, 7) ==
        Proof{leaves[2], leaves[3], hash_of_hex(vectors::roots[2]), right});
  CHECK(consistency_proof(tree, 4, 7) == Proof{right});
  CHECK(consistency_proof(tree, 6, 7) == Proof{middle, leaves[6], hash_of_hex(vectors::roots[4])});
}

TEST_CASE("roots and proofs of every size up to 80 are those of the RFC's recursion, and verify") {
  const std::vector<Hash> leaves = vectors::counted_leaves(exhaustive);
  MemoryTree tree = tree_of(leaves);
  std::vector<Hash> roots;
  for (std::size_t n = 0; n <= exhaustive; ++n)
    roots.push_back(vectors::naive_root(std::span(leaves).first(n)));
  for (std::size_t n = 0; n <= exhaustive; ++n) {
    REQUIRE(tree_root(tree, n) == roots[n]);
    for (std::size_t m = 0; m < n; ++m) {
      const Proof path = inclusion_proof(tree, m, n);
      REQUIRE(path == vectors::naive_path(m, std::span(leaves).first(n)));
      REQUIRE(verify_inclusion(leaves[m], m, n, path, roots[n]));
    }
    for (std::size_t m = 0; m <= n; ++m) {
      const Proof proof = consistency_proof(tree, m, n);
      if (m > 0) REQUIRE(proof == vectors::naive_subproof(m, std::span(leaves).first(n), true));
      REQUIRE(verify_consistency(m, n, proof, roots[m], roots[n]));
    }
  }
}

TEST_CASE(
    "no proof survives a wrong leaf, index, size, root, or a changed, missing or added hash") {
  const std::vector<Hash> leaves = vectors::counted_leaves(40);
  MemoryTree tree = tree_of(leaves);
  for (std::size_t n = 1; n <= leaves.size(); ++n) {
    const Hash root = tree_root(tree, n);
    for (std::size_t m = 0; m < n; ++m) {
      const Proof path = inclusion_proof(tree, m, n);
      REQUIRE_FALSE(verify_inclusion(leaves[m], n, n, path, root));
      for (std::size_t other = 0; other < n; ++other)
        REQUIRE(verify_inclusion(leaves[m], other, n, path, root) == (other == m));
      REQUIRE_FALSE(verify_inclusion(root, m, n, path, leaf_hash(root)));
      for (std::size_t i = 0; i < path.size(); ++i) {
        Proof bad = path;
        bad[i][31] ^= std::byte{1};
        REQUIRE_FALSE(verify_inclusion(leaves[m], m, n, bad, root));
        REQUIRE_FALSE(verify_inclusion(leaves[m], m, n, std::span(path).first(i), root));
      }
      Proof longer = path;
      longer.push_back(root);
      REQUIRE_FALSE(verify_inclusion(leaves[m], m, n, longer, root));
    }
  }
}

TEST_CASE(
    "no consistency proof survives a wrong size or root, or a changed, missing or added hash") {
  const std::vector<Hash> leaves = vectors::counted_leaves(40);
  MemoryTree tree = tree_of(leaves);
  for (std::size_t n = 1; n <= leaves.size(); ++n)
    for (std::size_t m = 1; m < n; ++m) {
      const Hash old_root = tree_root(tree, m);
      const Hash root = tree_root(tree, n);
      const Proof proof = consistency_proof(tree, m, n);
      REQUIRE_FALSE(verify_consistency(n, m, proof, root, old_root));
      REQUIRE_FALSE(verify_consistency(m, n, proof, root, root));
      REQUIRE_FALSE(verify_consistency(m, n, proof, old_root, old_root));
      REQUIRE_FALSE(verify_consistency(m, n, {}, old_root, root));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        Proof bad = proof;
        bad[i][0] ^= std::byte{0x80};
        REQUIRE_FALSE(verify_consistency(m, n, bad, old_root, root));
        REQUIRE_FALSE(verify_consistency(m, n, std::span(proof).first(i), old_root, root));
      }
      Proof longer = proof;
      longer.push_back(root);
      REQUIRE_FALSE(verify_consistency(m, n, longer, old_root, root));
    }
}

TEST_CASE("the empty tree is consistent with every tree, and only under its own root") {
  const Hash root = leaf_hash({});
  CHECK(verify_consistency(0, 1, {}, empty_root(), root));
  CHECK_FALSE(verify_consistency(0, 1, {}, root, root));
  CHECK_FALSE(verify_consistency(0, 1, Proof{root}, empty_root(), root));
  CHECK(verify_consistency(0, 0, {}, empty_root(), empty_root()));
  CHECK_FALSE(verify_consistency(0, 0, {}, empty_root(), root));
  CHECK_FALSE(verify_consistency(0, 0, {}, root, root));
  CHECK(verify_consistency(1, 1, {}, root, root));
  CHECK_FALSE(verify_inclusion(root, 0, 0, {}, empty_root()));
}

TEST_CASE("proofs at the far end of 64 bits neither hang nor pass") {
  const Hash any = leaf_hash({});
  const std::uint64_t most = ~std::uint64_t{0};
  const Proof long_proof(64, any);
  CHECK_FALSE(verify_inclusion(any, most - 1, most, long_proof, any));
  CHECK_FALSE(verify_consistency(most - 1, most, long_proof, any, any));
  CHECK_FALSE(verify_consistency(std::uint64_t{1} << 63, most, long_proof, any, any));
}

TEST_CASE("ranges built apart and merged give the root of the whole, wherever they were cut") {
  const std::vector<Hash> leaves = vectors::counted_leaves(37);
  const Hash root = vectors::naive_root(leaves);
  const auto range_of = [&](std::size_t begin, std::size_t end) {
    CompactRange range;
    range.begin = range.end = begin;
    for (std::size_t i = begin; i < end; ++i) push(range, 0, leaves[i]);
    return range;
  };
  for (std::size_t a = 0; a <= leaves.size(); ++a)
    for (std::size_t b = a; b <= leaves.size(); ++b) {
      CompactRange left = range_of(0, a);
      CompactRange middle = range_of(a, b);
      merge(middle, range_of(b, leaves.size()));
      merge(left, middle);
      REQUIRE(root_of(left) == root);
    }
}
