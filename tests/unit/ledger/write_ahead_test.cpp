// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/crc32c.hpp"
#include "gridswarm/ledger/damage.hpp"
#include "gridswarm/ledger/file_faulty.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/ledger/write_ahead.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

Bytes counted(std::size_t count, int first, int step) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<std::byte>(first + step * static_cast<int>(i));
  return bytes;
}

/// A log with three groups of two records that are in no block.
void leave_three_groups(FileSystem& files) {
  Log::create(files, "log", demo_key(1), sample::genesis());
  WriteAhead log(files, "log", demo_key(1), sample::info_of);
  for (int g = 0; g < 3; ++g)
    CHECK(log.append(sample::records_of(0, 2)) == 2 * static_cast<std::uint64_t>(g));
}

}  // namespace

TEST_CASE("CRC-32C of the strings of RFC 3720 B.4") {
  struct Known {
    Bytes bytes;
    std::uint32_t crc;
  };
  const Known all[] = {
      {counted(32, 0, 0), 0x8a9136aa},
      {counted(32, 255, 0), 0x62a8ab43},
      {counted(32, 0, 1), 0x46dd794e},
      {counted(32, 31, -1), 0x113fdb5c},
      {Bytes(bytes_of("123456789").begin(), bytes_of("123456789").end()), 0xe3069283}};
  for (const Known& known : all) {
    CHECK(crc32c(known.bytes) == known.crc);
    CHECK(crc32c_by_table(known.bytes) == known.crc);
  }
}

TEST_CASE("the CRC instruction gives the table's value at every length, offset and seed") {
  const Bytes bytes = counted(100, 3, 37);
  for (std::size_t from = 0; from < 9; ++from)
    for (std::size_t count = 0; from + count <= bytes.size(); ++count) {
      const ByteView part = ByteView(bytes).subspan(from, count);
      CHECK(crc32c(part, 77) == crc32c_by_table(part, 77));
      CHECK(crc32c(part.subspan(count / 3), crc32c(part.first(count / 3))) == crc32c(part));
    }
}

TEST_CASE("groups come back as they were written, for their own log and block alone") {
  Bytes file;
  append_wal_header(file, sample::genesis(), 6);
  const std::uint32_t seed = wal_seed(sample::genesis(), 6);
  append_frame(file, seed, 0, sample::records_of(1, 3));
  append_frame(file, seed, 1, sample::records_of(2, 4));
  CHECK(file.size() % 8 == 0);
  const WalScan scan = scan_wal(file, sample::genesis(), 6);
  CHECK(scan.groups == 2);
  CHECK(scan.newest == 6);
  CHECK_FALSE(scan.is_damaged);
  Entries expected = sample::records_of(1, 3);
  for (std::size_t i = 0; i < 4; ++i) expected.push_back(sample::records_of(2, 4)[i]);
  CHECK(scan.records.bytes == expected.bytes);
  CHECK(scan.records.first == expected.first);
  CHECK(scan_wal(file, sample::genesis(), 8).groups == 0);
  CHECK(scan_wal(file, sha256({}), 6).groups == 0);
}

TEST_CASE(
    "any flipped bit of a group drops it if it's the last, and is damage if a later is whole") {
  Bytes file;
  append_wal_header(file, sample::genesis(), 2);
  const std::uint32_t seed = wal_seed(sample::genesis(), 2);
  append_frame(file, seed, 0, sample::records_of(0, 1));
  const std::size_t second = file.size();
  append_frame(file, seed, 1, sample::records_of(1, 1));
  for (std::size_t bit = 8 * wal_header_bytes; bit < 8 * file.size(); ++bit) {
    Bytes bad = file;
    bad[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const WalScan scan = scan_wal(bad, sample::genesis(), 2);
    if (scan.groups == 2) continue;  // padding
    CHECK(scan.groups == (bit / 8 < second ? 0 : 1));
    CHECK(scan.is_damaged == (bit / 8 < second));
  }
  for (std::size_t size = 0; size + 8 < file.size(); ++size) {  // the last 7 may be padding
    const WalScan scan = scan_wal(ByteView(file).first(size), sample::genesis(), 2);
    CHECK_FALSE(scan.is_damaged);
    CHECK(scan.groups <= 1);
  }
}

TEST_CASE("acknowledged groups become a block at the next start, and verify") {
  MemoryFiles files;
  leave_three_groups(files);
  files.crash([] { return Fate::lost; });
  CHECK_THROWS_AS(Log::open(files, "log", demo_key(1)), FileError);  // it would pass over them
  WriteAhead log(files, "log", demo_key(1), sample::info_of);
  CHECK(log.log().head().size == 7);
  CHECK(log.append(sample::records_of(1, 5)) == 7);
  log.close();
  const VerifyResult result = verify(files, "log", {});
  CHECK_MESSAGE(result.ok, result.file, " ", result.reason);
  CHECK(result.size == 13);
  CHECK(Log::open(files, "log", demo_key(1)).height() == 2);
}

TEST_CASE(
    "rot in an acknowledged group is refused and not cut off, and the last, torn one is cut") {
  MemoryFiles files;
  leave_three_groups(files);
  Bytes bytes = files.read("log/wal.0");
  bytes[bytes.size() - 20] ^= std::byte{1};
  files.write("log/wal.0", bytes);
  {
    MemoryFiles torn = files.clone();
    CHECK(WriteAhead(torn, "log", demo_key(1), sample::info_of).log().head().size == 5);
  }
  files.crash([] { return Fate::kept; });
  bytes[bytes.size() - 20] ^= std::byte{1};
  bytes[wal_header_bytes + 20] ^= std::byte{1};
  files.write("log/wal.0", bytes);
  CHECK_THROWS_AS(WriteAhead(files, "log", demo_key(1), sample::info_of), DamageError);
}

TEST_CASE("a log behind its write-ahead files is an older copy and refused") {
  MemoryFiles files;
  Log::create(files, "log", demo_key(1), sample::genesis());
  const MemoryFiles older = files.clone();
  {
    WriteAhead log(files, "log", demo_key(1), sample::info_of);
    for (int block = 0; block < 3; ++block) {
      log.append(sample::records_of(0, 1));
      log.make_block(log.turn());
    }
    log.append(sample::records_of(3, 1));
  }
  MemoryFiles mixed = older.clone();
  mixed.write("log/wal.0", files.read("log/wal.0"));
  mixed.write("log/wal.1", files.read("log/wal.1"));
  CHECK_THROWS_AS(WriteAhead(mixed, "log", demo_key(1), sample::info_of), DamageError);
}
