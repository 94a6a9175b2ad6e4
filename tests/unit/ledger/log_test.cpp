// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <unistd.h>
#include <algorithm>
#include <filesystem>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/tile.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"
#include "unit/ledger/vectors.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

VerifyResult verify_log(FileSystem& files, const std::string& folder) {
  return verify(files, folder, {verifier_of(demo_key(1)), ""});
}

/// Leaf hashes of everything in a log folder.
std::vector<Hash> leaves_of(FileSystem& files, const std::string& folder, std::uint64_t size) {
  std::vector<Hash> leaves;
  for (std::uint64_t i = 0; i < size; ++i)
    leaves.push_back(leaf_hash(read_entry(files, folder, i, size)));
  return leaves;
}

}  // namespace

TEST_CASE("an empty log has size 0, the empty root, and verifies") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", {});
  CHECK(head == Head{0, empty_root()});
  const VerifyResult result = verify_log(files, "log");
  CHECK_MESSAGE(result.ok, result.file, " ", result.reason);
  CHECK(result.size == 0);
}

TEST_CASE("a block's root is that of its records and its header, by the definition") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", {3, 0, 5});
  CHECK(head.size == 3 + 1 + 0 + 1 + 5 + 1);
  const std::vector<Hash> leaves = leaves_of(files, "log", head.size);
  CHECK(head.root == vectors::naive_root(leaves));
  const Entries records = sample::records_of(2, 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(leaves[5 + i] == leaf_hash(records[i]));
}

TEST_CASE("headers chain by leaf hash, count their records and carry the root of the batch") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", {3, 0, 5});
  const std::vector<Hash> leaves = leaves_of(files, "log", head.size);
  const std::uint64_t at[] = {3, 4, 10};
  const std::uint64_t first[] = {0, 4, 5};
  Hash parent{};
  for (std::uint64_t height = 0; height < 3; ++height) {
    const Bytes leaf = read_entry(files, "log", at[height], head.size);
    const auto record = decode_record(leaf);
    REQUIRE(record);
    const auto header = decode_header(*record);
    REQUIRE(header);
    CHECK(header->height == height);
    CHECK(header->parent == parent);
    CHECK(header->first_index == first[height]);
    CHECK(header->count == at[height] - first[height]);
    CHECK(header->batch_root ==
          vectors::naive_root(std::span(leaves).subspan(first[height], header->count)));
    parent = leaf_hash(leaf);
  }
}

TEST_CASE("a log closed and opened after every block has the bytes of one written in one go") {
  const std::vector<int> counts = {100, 154, 0, 300, 700};
  MemoryFiles one, many;
  const Head head = sample::write(one, "log", counts);
  Log::create(many, "log", demo_key(1), sample::genesis());
  for (int count : counts) {
    Log log = Log::open(many, "log", demo_key(1));
    sample::append_block(log, count);
    log.close();
    const VerifyResult result = verify_log(many, "log");
    CHECK_MESSAGE(result.ok, result.file, " ", result.reason);
  }
  const auto names = one.list("log");
  CHECK(names.size() == many.list("log").size());
  for (const FolderEntry& entry : names)
    if (entry.type == FolderEntry::Type::file)
      CHECK(one.read("log/" + entry.path) == many.read("log/" + entry.path));
  CHECK(Log::open(many, "log", demo_key(1)).head() == head);
}

TEST_CASE("a log holds the tiles of its size and no others") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", {100, 154, 300});
  std::vector<std::string> expected = {"checkpoint", "lock", "superblock.0", "superblock.1"};
  for (const TileId& tile : tiles_of(head.size)) expected.push_back(path_of(tile));
  std::vector<std::string> present;
  for (const FolderEntry& entry : files.list("log"))
    if (entry.type == FolderEntry::Type::file) present.push_back(entry.path);
  std::ranges::sort(expected);
  CHECK(present == expected);
}

TEST_CASE("proofs made from the tiles are those made from the leaves, and verify") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", {255, 255, 400});
  MemoryTree tree;
  for (const Hash& leaf : leaves_of(files, "log", head.size)) tree.append(leaf);
  TileNodes nodes(files, "log", head.size);
  CHECK(tree_root(nodes, head.size) == head.root);
  for (std::uint64_t m = 0; m < head.size; m += 13) {
    const Proof path = inclusion_proof(nodes, m, head.size);
    CHECK(path == inclusion_proof(tree, m, head.size));
    CHECK(verify_inclusion(tree.node(0, m), m, head.size, path, head.root));
    const Proof proof = consistency_proof(nodes, m, head.size);
    CHECK(verify_consistency(m, head.size, proof, tree_root(tree, m), head.root));
  }
}

TEST_CASE("one writer at a time, until it closes") {
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  CHECK_THROWS_AS(Log::open(files, "log", demo_key(1)), FileError);
  CHECK_THROWS_AS(verify_log(files, "log"), FileError);
  log.close();
  CHECK_THROWS_AS(sample::append_block(log, 1), Error);
  CHECK(Log::open(files, "log", demo_key(1)).head().size == 0);
}

TEST_CASE("a log is not made over anything, nor opened where there is none or by another key") {
  MemoryFiles files;
  CHECK_THROWS_AS(Log::open(files, "log", demo_key(1)), FileError);
  CHECK_THROWS_AS(recover(files, "log"), FileError);
  sample::write(files, "log", {1});
  CHECK_THROWS_AS(Log::create(files, "log", demo_key(1), sample::genesis()), FileError);
  CHECK_THROWS_AS(Log::open(files, "log", demo_key(2)), FileError);
  files.make_folders("other");
  files.write("other/letter", bytes_of("dear"));
  CHECK_THROWS_AS(Log::create(files, "other", demo_key(1), sample::genesis()), FileError);
}

TEST_CASE("a record that no bundle can hold is refused before anything is written") {
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  Entries records;
  records.push_back(Bytes(65536));
  CHECK_THROWS_AS(log.append_block(records, {}), UsageError);
  CHECK(sample::append_block(log, 1).size == 2);
}

TEST_CASE("a damaged log is not opened for writing") {
  for (const char* victim : {"tile/0/000.p/4", "tile/entries/000.p/4", "checkpoint"}) {
    MemoryFiles files;
    sample::write(files, "log", {3});
    const std::string path = std::string("log/") + victim;
    Bytes bytes = files.read(path);
    bytes[bytes.size() / 2] ^= std::byte{1};
    files.write(path, bytes);
    CHECK_THROWS_AS_MESSAGE(Log::open(files, "log", demo_key(1)), FileError, victim);
    files.remove(path);
    CHECK_THROWS_AS_MESSAGE(Log::open(files, "log", demo_key(1)), FileError, victim);
  }
}

TEST_CASE("the log's files on this machine are the bytes of those in memory") {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("gridswarm-log-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  MemoryFiles memory;
  const Head head = sample::write(memory, "log", {100, 154, 300});
  CHECK(sample::write(posix_files(), folder, {100, 154, 300}) == head);
  const VerifyResult result = verify_log(posix_files(), folder);
  CHECK_MESSAGE(result.ok, result.file, " ", result.reason);
  std::vector<std::string> names;
  for (const FolderEntry& entry : posix_files().list(folder)) {
    names.push_back(entry.path);
    if (entry.type == FolderEntry::Type::file)
      CHECK(posix_files().read(folder + "/" + entry.path) == memory.read("log/" + entry.path));
  }
  CHECK(names.size() == memory.list("log").size());
  {
    Log log = Log::open(posix_files(), folder, demo_key(1));
    CHECK_THROWS_AS(Log::open(posix_files(), folder, demo_key(1)), FileError);
    CHECK_THROWS_AS(verify_log(posix_files(), folder), FileError);
  }
  std::filesystem::remove_all(folder);
  CHECK_THROWS_AS(verify_log(posix_files(), folder), FileError);
}
