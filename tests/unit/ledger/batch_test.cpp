// SPDX-License-Identifier: BSD-3-Clause
// Trees from batches of leaves, over threads and ranks, against leaf after leaf.
#include <doctest/doctest.h>

#include <map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "vectors.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

CompactRange one_by_one(std::uint64_t begin, std::span<const Hash> leaves) {
  CompactRange range;
  range.begin = range.end = begin;
  for (const Hash& leaf : leaves) push(range, 0, leaf);
  return range;
}

CompactRange at_once(std::uint64_t begin, std::span<const Hash> leaves, int threads) {
  CompactRange range;
  range.begin = range.end = begin;
  push_leaves(range, leaves, threads);
  return range;
}

/// Tiles that became full, with their hashes.
using Tiles = std::map<std::string, std::vector<Hash>>;

}  // namespace

TEST_CASE("a batch gives the range that leaf after leaf gives, wherever it begins and ends") {
  const std::vector<Hash> leaves = vectors::counted_leaves(1800);
  for (std::uint64_t begin : {0, 1, 2, 3, 100, 255, 256, 257, 511, 512, 1000})
    for (std::size_t count : {0, 1, 2, 3, 5, 255, 256, 257, 300, 511, 512, 513, 800}) {
      const auto some = std::span(leaves).subspan(begin, count);
      const CompactRange truth = one_by_one(begin, some);
      for (int threads : {1, 2}) {
        const CompactRange range = at_once(begin, some, threads);
        REQUIRE(range.end == truth.end);
        REQUIRE(range.levels == truth.levels);
        REQUIRE(range.hashes == truth.hashes);
      }
    }
}

TEST_CASE("batches of 0 to 300 leaves have the RFC's root") {
  const std::vector<Hash> leaves = vectors::counted_leaves(300);
  for (std::size_t n = 0; n <= leaves.size(); ++n)
    REQUIRE(root_of_leaves(std::span(leaves).first(n)) ==
            vectors::naive_root(std::span(leaves).first(n)));
}

TEST_CASE("roots across tiles are the published ones, with any number of threads") {
  const std::vector<Hash> leaves = vectors::counted_leaves(70000);
  const std::pair<std::size_t, const char*> published[] = {
      {256, "15e2dd4973ae44de8c8cf3048fd98d17adaaea6287f4e0606a55a643617408c0"},
      {257, "d418c0873259bce7d0561ab004486112416c1c4490865415342bfe06e673146c"},
      {65537, "a901bb447a4b4c361cdf559658f27f24a8a3ebbc49257c472efe950932d4853a"},
      {70000, "0759167a0f98e35e802d46ff7c7d29d2c3f03a63a256deb6abbff357a91b63b1"}};
  for (const auto& [size, root] : published)
    for (int threads : {1, 2, 3})
      CHECK(to_hex(root_of_leaves(std::span(leaves).first(size), threads)) == root);
}

TEST_CASE("leaf hashes do not depend on threads") {
  Entries entries;
  for (std::size_t i = 0; i < 3000; ++i) entries.push_back(Bytes(i % 150, std::byte{7}));
  std::vector<Hash> truth(entries.size()), hashes(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) truth[i] = leaf_hash(entries[i]);
  for (int threads : {1, 2, 5}) {
    hashes.assign(entries.size(), Hash{});
    leaf_hashes(entries, hashes, threads);
    CHECK(hashes == truth);
  }
  leaf_hashes(Entries{}, {}, 2);
}

TEST_CASE("an edge that grows by batches makes the tiles of one that grows by leaves") {
  const std::vector<Hash> leaves = vectors::counted_leaves(66200);
  Tiles slow_tiles, tiles;
  const auto into = [](Tiles& all) {
    return [&all](const TileId& tile, std::span<const Hash> hashes) {
      const bool is_new =
          all.emplace(path_of(tile), std::vector<Hash>(hashes.begin(), hashes.end())).second;
      REQUIRE(is_new);
    };
  };
  TileEdge slow, edge;
  std::size_t begin = 0;
  for (std::size_t count : {1, 254, 1, 1, 255, 256, 512, 1000, 0, 63000, 920}) {
    for (const Hash& leaf : std::span(leaves).subspan(begin, count))
      append(slow, leaf, into(slow_tiles));
    append_leaves(edge, std::span(leaves).subspan(begin, count), 2, into(tiles));
    begin += count;
    REQUIRE(edge.size == begin);
    REQUIRE(edge.rows == slow.rows);
    REQUIRE(tiles == slow_tiles);
    REQUIRE(root_of(edge) == root_of_leaves(std::span(leaves).first(begin)));
  }
  CHECK(tiles.size() == 258 + 1);
}

TEST_CASE("ranks that each hold a part find the root of the whole, also where some hold nothing") {
  const std::vector<Hash> leaves = vectors::counted_leaves(1000);
  const Hash root = root_of_leaves(leaves);
  for (int ranks : {1, 2, 3, 8}) {
    LocalExchange exchange(ranks);
    std::vector<CompactRange> parts;
    std::size_t begin = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      // Uneven on purpose; rank 1 of more than two has none.
      const std::size_t left = leaves.size() - begin;
      const std::size_t count = rank + 1 == ranks ? left : (rank == 1 ? 0 : left * 3 / 7);
      parts.push_back(at_once(begin, std::span(leaves).subspan(begin, count), 1));
      begin += count;
    }
    const CompactRange all = join_ranges(exchange, parts);
    CHECK(all.end == leaves.size());
    CHECK(root_of(all) == root);
    CHECK(exchange.traffic().bytes <= ranks * (ranks - 1) * (16 + 32 * 20));
  }
}

TEST_CASE("a gap between the parts of two ranks is an error that names the rank") {
  const std::vector<Hash> leaves = vectors::counted_leaves(10);
  LocalExchange exchange(2);
  const CompactRange parts[] = {at_once(0, std::span(leaves).first(4), 1),
                                at_once(5, std::span(leaves).subspan(5), 1)};
  CHECK_THROWS_WITH_AS(join_ranges(exchange, parts), doctest::Contains("rank 1 do not follow"),
                       Error);
}
