// SPDX-License-Identifier: BSD-3-Clause
// The Merkle tree: its root while it grows, and proofs that need no trust in who keeps it.
//
// MTH of n > 1 leaves = node(MTH of the first k, MTH of the rest), k the largest power of two below
// n (RFC 6962 section 2.1). A perfect subtree (level l, index i) covers leaves i 2^l .. (i+1) 2^l
// - 1. A compact range is the list of the largest perfect subtrees of [begin, end): one hash per
// leaf on average, and two neighbours merge, so that clusters and ranks can build parts on their
// own. Proofs and their checks follow RFC 9162 sections 2.1.3 and 2.1.4.
#pragma once

#include <vector>

#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// How many leaves, and the root over them.
struct Head {
  std::uint64_t size = 0;
  Hash root{};
  bool operator==(const Head&) const = default;
};

/// The largest perfect subtrees of leaves [begin, end), left to right.
struct CompactRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<int> levels;
  std::vector<Hash> hashes;
};

/// Add a perfect subtree of 2^level leaves at `end`, which must be a multiple of 2^level.
void push(CompactRange& range, int level, const Hash& hash);
/// Add every subtree of `right`, which begins where `left` ends.
void merge(CompactRange& left, const CompactRange& right);
/// MTH of a range that begins at 0; empty_root() without leaves.
Hash root_of(const CompactRange& range);

/// Where the hashes of perfect subtrees come from: memory, tiles, a mirror.
class NodeSource {
 public:
  virtual ~NodeSource() = default;
  /// Hash of perfect subtree (level, index); it must lie inside the tree.
  virtual Hash node(int level, std::uint64_t index) = 0;
};

/// All levels of a small tree in memory.
class MemoryTree final : public NodeSource {
 public:
  void append(const Hash& leaf);
  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  Hash node(int level, std::uint64_t index) override;

 private:
  std::vector<std::vector<Hash>> levels_;
};

/// MTH of the first `size` leaves.
Hash tree_root(NodeSource& nodes, std::uint64_t size);

using Proof = std::vector<Hash>;

/// The hashes that lead from leaf `index` < `size` to the root, leaf side first.
Proof inclusion_proof(NodeSource& nodes, std::uint64_t index, std::uint64_t size);
/// The hashes that show that the tree of `size` leaves begins with the tree of `old_size` <=
/// `size`.
Proof consistency_proof(NodeSource& nodes, std::uint64_t old_size, std::uint64_t size);

/// True if `proof` shows that leaf `index` of the tree (size, root) hashes to `leaf`.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root);
/// True if `proof` shows that tree (size, root) begins with tree (old_size, old_root).
bool verify_consistency(std::uint64_t old_size, std::uint64_t size, std::span<const Hash> proof,
                        const Hash& old_root, const Hash& root);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/tree.ipp"
#endif
