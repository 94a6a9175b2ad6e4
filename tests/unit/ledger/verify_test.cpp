// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/verify.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/tile.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

std::vector<std::string> files_of(FileSystem& files) {
  std::vector<std::string> names;
  for (const FolderEntry& entry : files.list("log"))
    if (entry.type == FolderEntry::Type::file) names.push_back(entry.path);
  return names;
}

/// Verify fails and names `name`.
void check_named(MemoryFiles& files, const std::string& name) {
  const VerifyResult result = verify(files, "log", {});
  CAPTURE(result.reason);
  REQUIRE_FALSE(result.ok);
  REQUIRE(result.file == name);
  REQUIRE_FALSE(result.reason.empty());
  REQUIRE(result.anchored_to.empty());
}

/// Flip each `stride`-th byte of each file, one at a time.
void check_flips(const std::vector<int>& blocks, std::size_t stride) {
  MemoryFiles files;
  sample::write(files, "log", blocks);
  for (const std::string& name : files_of(files)) {
    const Bytes good = files.read("log/" + name);
    for (std::size_t at = 0; at < good.size(); at += stride) {
      CAPTURE(name);
      CAPTURE(at);
      Bytes bad = good;
      bad[at] ^= static_cast<std::byte>(1u << at % 8);
      files.write("log/" + name, bad);
      check_named(files, name);
    }
    files.write("log/" + name, good);
  }
  REQUIRE(verify(files, "log", {}).ok);
}

const std::vector<int> two_tiles = {100, 154, 20};  // an outdated partial tile in between

std::string checkpoint_of(FileSystem& files) {
  return std::string(text_of(files.read("log/checkpoint")));
}

}  // namespace

TEST_CASE("every flipped byte of a small log is found and its file named") {
  check_flips({3, 0, 2}, 1);
}

TEST_CASE("flipped bytes of a log of several tiles are found and their files named") {
  check_flips(two_tiles, 61);
}

TEST_CASE("a cut-off, prolonged, emptied or missing file is named") {
  MemoryFiles files;
  sample::write(files, "log", two_tiles);
  for (const std::string& name : files_of(files)) {
    CAPTURE(name);
    const Bytes good = files.read("log/" + name);
    Bytes longer = good;
    longer.push_back(std::byte{0});
    files.write("log/" + name, longer);
    check_named(files, name);
    if (!good.empty()) {
      files.write("log/" + name, ByteView(good).first(good.size() - 1));
      check_named(files, name);
      files.write("log/" + name, {});
      check_named(files, name);
    }
    files.remove("log/" + name);
    check_named(files, name);
    files.write("log/" + name, good);
  }
}

TEST_CASE("an extra file or folder is named, wherever it lies") {
  MemoryFiles files;
  sample::write(files, "log", two_tiles);
  for (const char* name : {"letter", "log.vkey", "superblock.2", "tile/letter", "tile/0/002",
                           "tile/0/000.p/17", "tile/entries/000.p/1", "tile/8/000", "tile/0/0"}) {
    const std::string path = std::string("log/") + name;
    files.make_folders(path.substr(0, path.rfind('/')));
    files.write(path, bytes_of("x"));
    const VerifyResult result = verify(files, "log", {});
    CHECK_FALSE(result.ok);
    CHECK_MESSAGE(std::string(name).starts_with(result.file), result.file);
    files.remove(path);
    files.remove("log/tile/0/000.p");
    files.remove("log/tile/entries/000.p");
    files.remove("log/tile/8");
    REQUIRE(verify(files, "log", {}).ok);
  }
  files.make_folders("log/tile/9");
  check_named(files, "tile/9");
}

TEST_CASE("any two files that change places are found, and one of them named") {
  MemoryFiles files;
  sample::write(files, "log", two_tiles);
  const std::vector<std::string> names = files_of(files);
  for (const std::string& a : names)
    for (const std::string& b : names) {
      if (a >= b) continue;
      const Bytes first = files.read("log/" + a);
      const Bytes second = files.read("log/" + b);
      files.write("log/" + a, second);
      files.write("log/" + b, first);
      const VerifyResult result = verify(files, "log", {});
      CAPTURE(a);
      CAPTURE(b);
      CAPTURE(result.file);
      REQUIRE_FALSE(result.ok);
      REQUIRE((result.file == a || result.file == b));
      files.write("log/" + a, first);
      files.write("log/" + b, second);
    }
}

TEST_CASE("one file copied over another is found and named") {
  MemoryFiles files;
  sample::write(files, "log", two_tiles);
  const std::vector<std::string> names = files_of(files);
  for (const std::string& from : names)
    for (const std::string& to : names) {
      if (from == to) continue;
      const Bytes good = files.read("log/" + to);
      files.write("log/" + to, files.read("log/" + from));
      check_named(files, to);
      files.write("log/" + to, good);
    }
}

TEST_CASE("outdated partial tiles may stay if they are what was published") {
  MemoryFiles files, shorter;
  sample::write(files, "log", two_tiles);
  sample::write(shorter, "log", {100});
  for (const char* name : {"tile/0/000.p/101", "tile/entries/000.p/101"}) {
    const std::string path = std::string("log/") + name;
    files.make_folders(path.substr(0, path.rfind('/')));
    files.write(path, shorter.read(path));
    CHECK(verify(files, "log", {}).ok);
    Bytes bad = shorter.read(path);
    bad[40] ^= std::byte{1};
    files.write(path, bad);
    check_named(files, name);
    files.remove(path);
    CHECK(verify(files, "log", {}).ok);  // the empty folder is nothing either
  }
}

TEST_CASE("the result says what trust rests on") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", two_tiles);
  VerifyResult result = verify(files, "log", {});
  CHECK(result.ok);
  CHECK(result.size == static_cast<std::int64_t>(head.size));
  CHECK(result.root == to_hex(head.root));
  CHECK(result.blocks == 3);
  CHECK(result.origin == demo_key(1).name);
  CHECK(result.anchored_to ==
        "nothing but itself: self-consistent, key not pinned, signature not checked");
  const VerifierKey key = verifier_of(demo_key(1));
  CHECK(verify(files, "log", {key, ""}).anchored_to == "the key " + to_text(key));
  MemoryFiles shorter;
  sample::write(shorter, "log", {100});
  const std::string anchor = checkpoint_of(shorter);
  CHECK(verify(files, "log", {key, anchor}).anchored_to ==
        "the key " + to_text(key) + " and the given checkpoint of size 101");
  CHECK(verify(files, "log", {std::nullopt, anchor}).anchored_to ==
        "the given checkpoint of size 101; key not pinned");
}

TEST_CASE("a log rewritten under another key is refused by whoever has the key") {
  MemoryFiles files;
  SigningKey thief = demo_key(2);
  thief.name = demo_key(1).name;
  sample::write(files, "log", two_tiles, thief);
  CHECK(verify(files, "log", {}).ok);
  const VerifyResult result = verify(files, "log", {verifier_of(demo_key(1)), ""});
  CHECK_FALSE(result.ok);
  CHECK(result.file == "checkpoint");
}

TEST_CASE("an anchor refuses a log that was rolled back, rewritten or is another one") {
  MemoryFiles files, longer, other, stranger;
  sample::write(files, "log", {100});
  sample::write(longer, "log", {100, 1});
  sample::write(other, "log", {99});
  sample::write(stranger, "log", {100}, demo_key(2));
  const auto refused = [&](const std::string& anchor, const char* words) {
    const VerifyResult result = verify(files, "log", {std::nullopt, anchor});
    CHECK_FALSE(result.ok);
    CHECK_MESSAGE(result.reason.find(words) != std::string::npos, result.reason);
  };
  refused(checkpoint_of(longer), "rolled back");
  refused(checkpoint_of(other), "rewritten");
  refused(checkpoint_of(stranger), "another log");
  CHECK(verify(files, "log", {std::nullopt, checkpoint_of(files)}).ok);
  CHECK_THROWS_AS(verify(files, "log", {std::nullopt, "no note"}), InputError);
  SigningKey thief = demo_key(2);
  thief.name = demo_key(1).name;
  MemoryFiles forged;
  sample::write(forged, "log", {100}, thief);
  const VerifyOptions both{verifier_of(demo_key(1)), checkpoint_of(forged)};
  CHECK_FALSE(verify(files, "log", both).ok);
}

TEST_CASE("a signed log of wrong records is refused, the bundle named") {
  const auto reason_of = [](const Bytes& entry) {
    MemoryFiles files;
    Log log = Log::create(files, "log", demo_key(1), sample::genesis());
    Entries records;
    records.push_back(entry);
    log.append_block(records, {});
    log.close();
    const VerifyResult result = verify(files, "log", {verifier_of(demo_key(1)), ""});
    CHECK_FALSE(result.ok);
    CHECK(result.file == "tile/entries/000.p/2");
    return result.reason;
  };
  CHECK(reason_of({std::byte{1}}) == "entry 0 is not a record");
  Record record;
  Bytes foreign;
  encode(record, foreign);
  CHECK(reason_of(foreign) == "entry 0 is a record of another log");
  BlockHeader header;
  header.genesis = sample::genesis();
  header.batch_root = empty_root();
  CHECK(reason_of(header_leaf(header, 0, 0)) ==
        "the block header at entry 1 does not follow the block before it");
  header.height = 7;
  CHECK(reason_of(header_leaf(header, 0, 0)) ==
        "the block header at entry 0 does not follow the block before it");
}

TEST_CASE("a folder that is not there is a file error, an empty one no log") {
  MemoryFiles files;
  CHECK_THROWS_AS(verify(files, "log", {}), FileError);
  files.make_folders("log");
  CHECK(verify(files, "log", {}).file == "checkpoint");
}

TEST_CASE("an absurd size is refused at once") {
  MemoryFiles files;
  sample::write(files, "log", {1});
  const SigningKey key = demo_key(1);
  const std::string note = sign_checkpoint({key.name, ~std::uint64_t{0}, Hash{}, {}}, key);
  files.write("log/checkpoint", bytes_of(note));
  check_named(files, "checkpoint");
}
