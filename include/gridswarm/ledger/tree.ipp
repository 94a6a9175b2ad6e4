// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE void push(CompactRange& range, int level, const Hash& hash) {
  GRIDSWARM_ASSERT(level < 64 && range.end % (std::uint64_t{1} << level) == 0);
  range.end += std::uint64_t{1} << level;
  Hash top = hash;
  // Two subtrees of one level join when the pair starts at a multiple of its own size.
  while (!range.levels.empty() && range.levels.back() == level && (range.end >> level) % 2 == 0) {
    top = node_hash(range.hashes.back(), top);
    range.levels.pop_back();
    range.hashes.pop_back();
    ++level;
  }
  range.levels.push_back(level);
  range.hashes.push_back(top);
}

GS_INLINE void merge(CompactRange& left, const CompactRange& right) {
  GRIDSWARM_ASSERT(left.end == right.begin);
  for (std::size_t i = 0; i < right.hashes.size(); ++i)
    push(left, right.levels[i], right.hashes[i]);
}

GS_INLINE Hash root_of(const CompactRange& range) {
  GRIDSWARM_ASSERT(range.begin == 0);
  if (range.hashes.empty()) return empty_root();
  Hash root = range.hashes.back();
  for (std::size_t i = range.hashes.size() - 1; i-- > 0;) root = node_hash(range.hashes[i], root);
  return root;
}

GS_INLINE void MemoryTree::append(const Hash& leaf) {
  Hash hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(hash);
    const std::size_t count = levels_[level].size();
    if (count % 2 != 0) return;
    hash = node_hash(levels_[level][count - 2], levels_[level][count - 1]);
  }
}

GS_INLINE Hash MemoryTree::node(int level, std::uint64_t index) {
  return levels_.at(static_cast<std::size_t>(level)).at(index);
}

/// MTH of leaves [begin, end) as they lie in a tree split by RFC 6962.
GS_INLINE Hash range_root(NodeSource& nodes, std::uint64_t begin, std::uint64_t end) {
  CompactRange range;
  while (begin < end) {
    const int level = std::bit_width(end - begin) - 1;
    push(range, level, nodes.node(level, begin >> level));
    begin += std::uint64_t{1} << level;
  }
  return root_of(range);
}

GS_INLINE Hash tree_root(NodeSource& nodes, std::uint64_t size) {
  return range_root(nodes, 0, size);
}

/// k: the largest power of two strictly below n > 1.
GS_INLINE std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

GS_INLINE Proof inclusion_proof(NodeSource& nodes, std::uint64_t index, std::uint64_t size) {
  GRIDSWARM_ASSERT(index < size);
  Proof path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_of(end - begin);
    if (index < middle) {
      path.push_back(range_root(nodes, middle, end));
      end = middle;
    } else {
      path.push_back(range_root(nodes, begin, middle));
      begin = middle;
    }
  }
  std::ranges::reverse(path);
  return path;
}

GS_INLINE Proof consistency_proof(NodeSource& nodes, std::uint64_t old_size, std::uint64_t size) {
  GRIDSWARM_ASSERT(old_size <= size);
  Proof path;
  if (old_size == 0) return path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (old_size != end) {
    const std::uint64_t middle = begin + split_of(end - begin);
    if (old_size <= middle) {
      path.push_back(range_root(nodes, middle, end));
      end = middle;
    } else {
      path.push_back(range_root(nodes, begin, middle));
      begin = middle;
    }
  }
  if (begin != 0) path.push_back(range_root(nodes, begin, end));
  std::ranges::reverse(path);
  return path;
}

GS_INLINE bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Hash r = leaf;
  for (const Hash& p : proof) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      r = node_hash(p, r);
      while (fn % 2 == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1, sn >>= 1;
  }
  return sn == 0 && r == root;
}

GS_INLINE bool verify_consistency(std::uint64_t old_size, std::uint64_t size,
                                  std::span<const Hash> proof, const Hash& old_root,
                                  const Hash& root) {
  if (old_size > size) return false;
  if (old_size == 0)
    return proof.empty() && old_root == empty_root() && (size != 0 || root == old_root);
  if (old_size == size) return proof.empty() && old_root == root;
  if (proof.empty()) return false;
  const bool starts_whole = std::has_single_bit(old_size);
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = size - 1;
  while (fn % 2 == 1) fn >>= 1, sn >>= 1;
  Hash fr = starts_whole ? old_root : proof[0];
  Hash sr = fr;
  for (const Hash& c : proof.subspan(starts_whole ? 0 : 1)) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while (fn % 2 == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1, sn >>= 1;
  }
  return fr == old_root && sr == root && sn == 0;
}

}  // namespace gridswarm::inline GS_ABI::ledger
