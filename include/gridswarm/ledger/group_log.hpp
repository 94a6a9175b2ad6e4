// SPDX-License-Identifier: BSD-3-Clause
// Records from many threads into one log: each waits for the disk, all of them for the same sync.
//
// submit() queues; a writer thread takes all that is queued as one group and makes it durable by
// one fdatasync, while the next group gathers; a second thread makes blocks of finished write-ahead
// files. ACKNOWLEDGED: wait() has returned; then the record survives any crash, and its index in
// the log is fixed. The signed checkpoint covers it once its block is made, after flush() at the
// latest. The queue is bounded: submit() waits while it is full (back-pressure), drops nothing.
// A failed write or sync stops the log for good: every wait() and later submit() throws.
#pragma once

#include <memory>

#include "gridswarm/ledger/write_ahead.hpp"

namespace gridswarm::inline GS_ABI::ledger {

struct GroupOptions {
  double hold_ms = 0.0;  ///< how long a group's first record waits for more before it's written
  std::uint64_t group_bytes = 1 << 20;  ///< a group of that size is not held any longer
  std::uint64_t queue_bytes = 4 << 20;  ///< records queued at most, before submit() waits
  /// Of a write-ahead file, before it becomes a block; up to 4 times that while the one before is
  /// being made.
  std::uint64_t block_bytes = 32 << 20;
  double block_s = 1.0;  ///< or its age
};

/// The one writer of a log, for any number of threads (linked library only).
class GroupLog {
 public:
  /// Recover and start. The FileSystem is used by two threads at once (posix_files() may be), and
  /// `info` by one of them. Throws as WriteAhead does.
  GroupLog(FileSystem& files, const std::string& folder, const SigningKey& key, InfoOf info,
           const GroupOptions& options = {}, const std::string& anchor = "");
  /// Leaves what is acknowledged to the next one's recovery; close() does not.
  ~GroupLog();

  /// Queue a record, or a batch that one group takes whole; a record of at most max_entry_size
  /// bytes. Returns its ticket (a batch's: that of its last record), counted from 1.
  std::uint64_t submit(ByteView record);
  std::uint64_t submit(const Entries& batch);
  /// Wait until the record of that ticket is durable. Returns its index in the log.
  std::uint64_t wait(std::uint64_t ticket);
  std::uint64_t append(ByteView record) { return wait(submit(record)); }
  /// Wait until all that was submitted is in a published block.
  Head flush();
  /// flush(), then end; nothing can be submitted afterwards. Throws what stopped the log.
  Head close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gridswarm::inline GS_ABI::ledger
