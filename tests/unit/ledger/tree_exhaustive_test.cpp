// SPDX-License-Identifier: BSD-3-Clause
// All proofs of all trees of up to 256 leaves, random ones of larger trees, and what becomes of
// them when each of their parts is tampered with.
#include <doctest/doctest.h>

#include "gridswarm/ledger/tile.hpp"
#include "unit/ledger/vectors.hpp"

using namespace gridswarm::ledger;

namespace {

constexpr std::size_t exhaustive = 256;

/// A tree, its leaves and the roots of all its beginnings.
struct Grown {
  std::vector<Hash> leaves;
  MemoryTree tree;
  std::vector<Hash> roots = {empty_root()};

  explicit Grown(std::uint64_t count) : leaves(vectors::counted_leaves(count)) {
    for (const Hash& leaf : leaves) {
      tree.append(leaf);
      roots.push_back(tree_root(tree, tree.size()));
    }
  }
};

Grown& small() {
  static Grown grown(exhaustive);
  return grown;
}

/// The forms into which a proof can be bent; each differs from it.
template <class Check>
void for_each_bent(const Proof& good, Check&& check) {
  for (std::size_t i = 0; i < good.size(); ++i) {
    Proof bad = good;
    bad[i][i % 32] ^= std::byte{1};
    check(bad);  // one bit
    bad = good;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
    check(bad);  // dropped
    bad = good;
    bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(i), good[i]);
    check(bad);  // doubled
    if (i + 1 < good.size()) {
      bad = good;
      std::swap(bad[i], bad[i + 1]);
      check(bad);  // swapped
    }
  }
  Proof bad = good;
  bad.push_back(Hash{});
  check(bad);  // one more
}

std::uint64_t next_random(std::uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 20;
}

}  // namespace

TEST_CASE(
    "every leaf of every tree of up to 256 leaves proves itself, as the RFC's recursion does") {
  Grown& grown = small();
  for (std::size_t n = 1; n <= exhaustive; ++n)
    for (std::size_t m = 0; m < n; ++m) {
      const Proof path = inclusion_proof(grown.tree, m, n);
      REQUIRE(verify_inclusion(grown.leaves[m], m, n, path, grown.roots[n]));
      if (n <= 64 || m % 16 == n % 16)
        REQUIRE(path == vectors::naive_path(m, std::span(grown.leaves).first(n)));
      REQUIRE_FALSE(verify_inclusion(grown.leaves[(m + 1) % 256], m, n, path, grown.roots[n]));
      REQUIRE_FALSE(verify_inclusion(grown.leaves[m], m + 1, n, path, grown.roots[n]));
      REQUIRE_FALSE(verify_inclusion(grown.leaves[m], n, n, path, grown.roots[n]));
      REQUIRE_FALSE(verify_inclusion(grown.leaves[m], m, n, path, grown.roots[n - 1]));
    }
}

TEST_CASE("every two trees of up to 256 leaves are consistent, as the RFC's recursion shows") {
  Grown& grown = small();
  for (std::size_t n = 0; n <= exhaustive; ++n)
    for (std::size_t m = 0; m <= n; ++m) {
      const Proof proof = consistency_proof(grown.tree, m, n);
      REQUIRE(verify_consistency(m, n, proof, grown.roots[m], grown.roots[n]));
      if (m > 0 && (n <= 64 || m % 16 == n % 16))
        REQUIRE(proof == vectors::naive_subproof(m, std::span(grown.leaves).first(n), true));
      if (m == n) continue;
      REQUIRE_FALSE(verify_consistency(n, m, proof, grown.roots[n], grown.roots[m]));  // m > n
      REQUIRE_FALSE(verify_consistency(m, n, proof, grown.roots[n], grown.roots[n]));
      if (m == 0) continue;  // what the empty tree continues with is open
      REQUIRE_FALSE(verify_consistency(m, n, proof, grown.roots[m], grown.roots[n - 1]));
      REQUIRE_FALSE(verify_consistency(0, n, proof, grown.roots[0], grown.roots[n]));
      REQUIRE_FALSE(verify_consistency(0, n, {}, grown.roots[m], grown.roots[n]));
    }
}

TEST_CASE("no inclusion proof of up to 256 leaves survives being bent") {
  Grown& grown = small();
  for (std::size_t n = 1; n <= exhaustive; n += n < 48 ? 1 : 13)
    for (std::size_t m = 0; m < n; ++m)
      for_each_bent(inclusion_proof(grown.tree, m, n), [&](const Proof& bad) {
        REQUIRE_FALSE(verify_inclusion(grown.leaves[m], m, n, bad, grown.roots[n]));
      });
}

TEST_CASE("no consistency proof of up to 256 leaves survives being bent") {
  Grown& grown = small();
  for (std::size_t n = 1; n <= exhaustive; n += n < 48 ? 1 : 13)
    for (std::size_t m = 1; m <= n; ++m)
      for_each_bent(consistency_proof(grown.tree, m, n), [&](const Proof& bad) {
        REQUIRE_FALSE(verify_consistency(m, n, bad, grown.roots[m], grown.roots[n]));
      });
}

TEST_CASE("random proofs of a tree of 100,000 leaves hold, and bent ones do not") {
  constexpr std::uint64_t most = 100000;
  MemoryTree tree;
  const std::vector<Hash> leaves = vectors::counted_leaves(most);
  for (const Hash& leaf : leaves) tree.append(leaf);
  std::uint64_t state = 7;
  for (int turn = 0; turn < 400; ++turn) {
    const std::uint64_t n = 1 + next_random(state) % most;
    const std::uint64_t m = 1 + next_random(state) % n;
    const Hash root = tree_root(tree, n);
    const Hash old_root = tree_root(tree, m);
    const Proof path = inclusion_proof(tree, m - 1, n);
    const Proof proof = consistency_proof(tree, m, n);
    REQUIRE(path.size() <= 17);
    REQUIRE(verify_inclusion(leaves[m - 1], m - 1, n, path, root));
    REQUIRE(verify_consistency(m, n, proof, old_root, root));
    for_each_bent(path, [&](const Proof& bad) {
      REQUIRE_FALSE(verify_inclusion(leaves[m - 1], m - 1, n, bad, root));
    });
    for_each_bent(proof, [&](const Proof& bad) {
      REQUIRE_FALSE(verify_consistency(m, n, bad, old_root, root));
    });
  }
}

TEST_CASE("sizes of 64 bits are proved and refused without shifting by a word") {
  // A tree whose perfect subtrees of one level all have one hash: the leaves are equal.
  struct Equal final : NodeSource {
    Hash node(int level, std::uint64_t) override {
      Hash hash = leaf_hash({});
      for (int i = 0; i < level; ++i) hash = node_hash(hash, hash);
      return hash;
    }
  } equal;
  const std::uint64_t most = ~std::uint64_t{0};
  for (const std::uint64_t n : {most, most - 1, std::uint64_t{1} << 63,
                                (std::uint64_t{1} << 63) + 1, std::uint64_t{1} << 56}) {
    const Hash root = tree_root(equal, n);
    for (const std::uint64_t m :
         {std::uint64_t{1}, std::uint64_t{1} << 40, n / 2, n / 2 + 1, n - 1}) {
      const Proof path = inclusion_proof(equal, m, n);
      const Proof proof = consistency_proof(equal, m, n);
      REQUIRE(path.size() <= 64);
      REQUIRE(verify_inclusion(leaf_hash({}), m, n, path, root));
      REQUIRE(verify_consistency(m, n, proof, tree_root(equal, m), root));
      REQUIRE_FALSE(verify_consistency(m, n, path, root, tree_root(equal, m)));
      REQUIRE_FALSE(verify_inclusion(leaf_hash({}), n, n, path, root));
    }
    for (int level = 0; level < 64; ++level) count_at(level, n);  // L above 7: nothing, no shift
    REQUIRE(count_at(8, n) == 0);
    REQUIRE(count_at(63, n) == 0);
  }
}
