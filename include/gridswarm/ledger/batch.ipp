// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// body(first, count) for pieces of `count` things, `piece` of them at a time, over threads.
template <class Body>
void run_blocks(std::size_t count, std::size_t piece, int threads, Body&& body) {
  const auto pieces = static_cast<Index>((count + piece - 1) / piece);
  run_pieces(pieces, threads, [&](Index k, int) {
    const std::size_t first = static_cast<std::size_t>(k) * piece;
    body(first, std::min(piece, count - first));
  });
}

GS_INLINE void leaf_hashes(const Entries& entries, std::span<Hash> out, int threads) {
  GRIDSWARM_ASSERT(out.size() == entries.size());
  constexpr std::size_t piece = 1024;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(entries.bytes.data());
  run_blocks(out.size(), piece, threads, [&](std::size_t first, std::size_t count) {
    kernel::hash_kernels().leaves(bytes, entries.first.data() + first, count,
                                  reinterpret_cast<std::uint8_t*>(out[first].data()));
  });
}

GS_INLINE void tile_roots(std::span<const Hash> hashes, std::span<Hash> roots, int threads) {
  GRIDSWARM_ASSERT(hashes.size() == tile_width * roots.size());
  // Eight tiles side by side fill the lanes of the kernels even in the last row, and their nodes
  // stay in the first-level cache.
  constexpr std::size_t together = 8;
  run_blocks(roots.size(), together, threads, [&](std::size_t first, std::size_t count) {
    std::array<Hash, together * tile_width / 2> row;
    std::size_t left = count * tile_width / 2;
    node_hashes(hashes.subspan(first * tile_width, 2 * left), std::span(row).first(left));
    for (; left > count; left /= 2)
      node_hashes(std::span(row).first(left), std::span(row).first(left / 2));
    std::ranges::copy(std::span(row).first(count),
                      roots.begin() + static_cast<std::ptrdiff_t>(first));
  });
}

/// push_leaves() for hashes of subtrees of 2^level leaves.
GS_INLINE void push_row(CompactRange& range, int level, std::span<const Hash> hashes, int threads) {
  constexpr int tile_level = std::bit_width(static_cast<unsigned>(tile_width)) - 1;
  while (!hashes.empty()) {
    const std::uint64_t at = range.end >> level;
    if (const std::size_t tiles = hashes.size() / tile_width; tiles > 0 && at % tile_width == 0) {
      std::vector<Hash> roots(tiles);
      tile_roots(hashes.first(tiles * tile_width), roots, threads);
      push_row(range, level + tile_level, roots, threads);
      hashes = hashes.subspan(tiles * tile_width);
      continue;
    }
    const int aligned = at == 0 ? tile_level : std::min(std::countr_zero(at), tile_level);
    const int below = std::min(aligned, static_cast<int>(std::bit_width(hashes.size())) - 1);
    const std::size_t count = std::size_t{1} << below;
    push(range, level + below, perfect_root(hashes.first(count)));
    hashes = hashes.subspan(count);
  }
}

GS_INLINE void push_leaves(CompactRange& range, std::span<const Hash> leaves, int threads) {
  push_row(range, 0, leaves, threads);
}

GS_INLINE Hash root_of_leaves(std::span<const Hash> leaves, int threads) {
  CompactRange range;
  push_leaves(range, leaves, threads);
  return root_of(range);
}

/// begin, end and the hashes; their levels follow from the first two.
GS_INLINE void write_range(Bytes& out, const CompactRange& range) {
  Writer writer(out);
  writer.u64(range.begin);
  writer.u64(range.end);
  for (const Hash& hash : range.hashes) writer.raw(hash);
}

/// Add the range in `bytes` to `left`; false unless it is one and begins where `left` ends.
GS_INLINE bool merge_written(CompactRange& left, ByteView bytes) {
  Reader reader(bytes);
  const std::uint64_t begin = reader.u64();
  const std::uint64_t end = reader.u64();
  if (!reader.ok() || begin != left.end || begin > end) return false;
  while (left.end < end) {
    const int widest = std::bit_width(end - left.end) - 1;
    const int level = left.end == 0 ? widest : std::min(std::countr_zero(left.end), widest);
    const Hash hash = reader.hash();
    if (!reader.ok()) return false;
    push(left, level, hash);
  }
  return reader.done();
}

GS_INLINE CompactRange join_ranges(Exchange& exchange, std::span<const CompactRange> hosted) {
  GRIDSWARM_ASSERT(hosted.size() == static_cast<std::size_t>(exchange.hosted()));
  Mail mail = make_mail(exchange);
  for (std::size_t h = 0; h < hosted.size(); ++h)
    for (Bytes& box : mail.out[h]) write_range(box, hosted[h]);
  exchange.exchange(mail);
  CompactRange all;
  all.begin = all.end = Reader(mail.in[0][0]).u64();
  for (std::size_t rank = 0; rank < mail.in[0].size(); ++rank)
    if (!merge_written(all, mail.in[0][rank]))
      throw Error(ExitCode::run_time,
                  "the leaves of rank " + std::to_string(rank) + " do not follow those before");
  return all;
}

}  // namespace gridswarm::inline GS_ABI::ledger
