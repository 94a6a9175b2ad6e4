// SPDX-License-Identifier: BSD-3-Clause
// The log on disk: blocks of records go in, nothing that was acknowledged is ever lost.
//
// One append, in this order (research: Sunlight's; docs/theory/ledger.md says why each step is
// there):
//   1 build     leaves, tiles and bundles of the block, in memory
//   2 stage     all of them in one file `stage`; fsync file and folder
//   3 sign      the checkpoint (size, root): never for bytes that could still be lost
//   4 commit    size, root and signed checkpoint into superblock.<seq mod 2>; fsync: ACKNOWLEDGED
//   5 place     tiles and bundles at their final names; one syncfs
//   6 publish   `checkpoint` by temporary file, fsync, rename, fsync of the folder
//   7 drop      superseded partial tiles, then the stage
// Recovery takes the newest valid superblock, does 5-7 again if the stage belongs to it (all steps
// can be repeated), drops a stage that does not, and refuses to start unless the tiles give the
// root and the published checkpoint is a state of this tree.
#pragma once

#include <memory>
#include <string>

#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/header.hpp"
#include "gridswarm/ledger/tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// The one writer of a log folder; holds its lock until close(). Keeps only the tree's right edge
/// in memory. Every failure of a write stops it for good: reopen to go on.
class Log {
 public:
  /// Make `folder` (missing, or without a log) a log of size 0 whose origin is the key's name.
  /// Throws FileError if it holds a log already or can't be written.
  static Log create(FileSystem& files, const std::string& folder, const SigningKey& key,
                    const Hash& genesis);
  /// Recover and go on. Throws FileError if there is no log, another writer holds it or a tile is
  /// missing; DamageError if its checkpoint is not signed by `key`, if it is shorter than the
  /// checkpoint it published or than `anchor` (a signed checkpoint kept elsewhere, whole note;
  /// empty: none), or does not begin with their entries.
  static Log open(FileSystem& files, const std::string& folder, const SigningKey& key,
                  const std::string& anchor = "");
  /// The same for who replays the write-ahead files (write_ahead.hpp), whose records open() would
  /// pass over and therefore refuses.
  static Log open_with_wal(FileSystem& files, const std::string& folder, const SigningKey& key,
                           const std::string& anchor);
  Log(Log&&) noexcept;
  ~Log();

  /// Append the records and their header leaf as one block; durable when it returns. Every record
  /// must carry genesis(), be no header and have at most max_entry_size bytes; that is the caller's
  /// promise, `verify` checks it.
  Head append_block(const Entries& records, const BlockInfo& info);
  /// Threads that hash a block, as in run_pieces(); 1 until said otherwise. Bytes do not depend on
  /// it.
  void use_threads(int threads);
  const Head& head() const;
  /// Blocks so far.
  std::uint64_t height() const;
  const Hash& genesis() const;
  /// Give the lock back; append_block is an error afterwards.
  void close();

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Finish an append that a crash cut off, without any key (the signed checkpoint is in the
/// superblock). Returns the head. Throws FileError as Log::open does.
Head recover(FileSystem& files, const std::string& folder);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/log.ipp"
#endif
