// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <map>

#include "gridswarm/ledger/tile.hpp"
#include "unit/ledger/vectors.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

/// Root and tile files of the tree whose leaf i is the number i as eight bytes.
struct CountedLog {
  TileEdge edge;
  std::map<std::string, Bytes> files;

  explicit CountedLog(std::uint64_t size) {
    const auto keep = [&](const TileId& tile, std::span<const Hash> hashes) {
      const ByteView bytes = std::as_bytes(hashes);
      files[path_of(tile)] = {bytes.begin(), bytes.end()};
    };
    for (const Hash& leaf : vectors::counted_leaves(size)) append(edge, leaf, keep);
    visit_partial(edge, keep);
  }
  std::string file_hash(const std::string& path) { return to_hex(sha256(files.at(path))); }
};

}  // namespace

TEST_CASE("tile numbers are written in groups of three digits") {
  CHECK(path_of({0, 0, 256}) == "tile/0/000");
  CHECK(path_of({1, 999, 256}) == "tile/1/999");
  CHECK(path_of({2, 1000, 256}) == "tile/2/x001/000");
  CHECK(path_of({7, 1234067, 5}) == "tile/7/x001/x234/067.p/5");
  CHECK(path_of({bundle_level, 273, 112}) == "tile/entries/273.p/112");
}

TEST_CASE("a tree of 70,000 leaves has the tiles that the specification counts") {
  CHECK(tile_at(0, 273, 70000) == TileId{0, 273, 112});
  CHECK(tile_at(0, 272, 70000).width == 256);
  CHECK(tile_at(0, 274, 70000).width == 0);
  CHECK(tile_at(1, 0, 70000).width == 256);
  CHECK(tile_at(1, 1, 70000).width == 17);
  CHECK(tile_at(2, 0, 70000).width == 1);
  CHECK(tile_at(3, 0, 70000).width == 0);
  CHECK(tiles_of(70000).size() == 274 + 274 + 2 + 1);
  CHECK(tiles_of(256) == std::vector<TileId>{{bundle_level, 0, 256}, {0, 0, 256}, {1, 0, 1}});
  CHECK(tiles_of(0).empty());
}

TEST_CASE("the largest sizes shift by less than a word") {
  const std::uint64_t most = ~std::uint64_t{0};
  CHECK(count_at(7, most) == 255);
  CHECK(count_at(8, most) == 0);
  CHECK(tile_at(7, 0, most).width == 255);
}

TEST_CASE("roots and tile files of counted leaves are the published ones") {
  CHECK(to_hex(root_of(CountedLog(256).edge)) ==
        "15e2dd4973ae44de8c8cf3048fd98d17adaaea6287f4e0606a55a643617408c0");
  CHECK(to_hex(root_of(CountedLog(257).edge)) ==
        "d418c0873259bce7d0561ab004486112416c1c4490865415342bfe06e673146c");
  CHECK(to_hex(root_of(CountedLog(65537).edge)) ==
        "a901bb447a4b4c361cdf559658f27f24a8a3ebbc49257c472efe950932d4853a");
  CountedLog log(70000);
  CHECK(to_hex(root_of(log.edge)) ==
        "0759167a0f98e35e802d46ff7c7d29d2c3f03a63a256deb6abbff357a91b63b1");
  CHECK(log.file_hash("tile/0/273.p/112") ==
        "c7ebb1581fb37d08e8c14ef23ce02ebd07d79d783b6515c740d8b9f566ef0289");
  CHECK(log.file_hash("tile/1/001.p/17") ==
        "4fd210567f39abfd6af3acd3f895698cbaaf1b83bd764f98d7d81f431454aa54");
  CHECK(log.files.size() + 274 == tiles_of(70000).size());
}

TEST_CASE("the bundle of the eight published leaves, and of counted leaves") {
  Bytes bundle;
  for (const std::string& hex : vectors::leaf_hex) append_to_bundle(bundle, *from_hex(hex));
  CHECK(to_hex(bundle) ==
        "000000010000011000022021000230310004404142430008505152535455565700106061626364656667686"
        "96a6b6c6d6e6f");
  const auto entries = parse_bundle(bundle, 8);
  REQUIRE(entries);
  for (std::size_t i = 0; i < 8; ++i) CHECK(to_hex((*entries)[i]) == vectors::leaf_hex[i]);
  Bytes counted;
  for (std::uint64_t i = 70000 - 112; i < 70000; ++i) {
    Bytes entry;
    Writer(entry).u64(i);
    append_to_bundle(counted, entry);
  }
  CHECK(to_hex(sha256(counted)) ==
        "d0948a54de15d727a997b2d243bf342e57f1ebdb01afea25232e1492fef0a899");
}

TEST_CASE("a bundle with more, fewer or cut-off entries is refused") {
  Bytes bundle;
  for (const char* entry : {"", "ab", "c"}) append_to_bundle(bundle, bytes_of(entry));
  CHECK(parse_bundle(bundle, 3));
  CHECK_FALSE(parse_bundle(bundle, 2));
  CHECK_FALSE(parse_bundle(bundle, 4));
  CHECK_FALSE(parse_bundle(ByteView(bundle).first(bundle.size() - 1), 3));
  CHECK(parse_bundle({}, 0));
  CHECK_FALSE(parse_tile(Bytes(33), 1));
}

TEST_CASE("the edge's root is the definition's at every size over two tiles") {
  const std::vector<Hash> leaves = vectors::counted_leaves(600);
  TileEdge edge;
  for (std::size_t n = 0; n < leaves.size(); ++n) {
    if (n < 40 || n % 37 == 0 || (n > 250 && n < 262) || n > 505)
      REQUIRE(root_of(edge) == vectors::naive_root(std::span(leaves).first(n)));
    append(edge, leaves[n], [](const TileId&, std::span<const Hash>) {});
  }
}
