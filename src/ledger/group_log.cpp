// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/group_log.hpp"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::ledger {
namespace {

using Clock = std::chrono::steady_clock;

/// A file grows to that many times block_bytes while the block before is being made; then the
/// writer waits.
constexpr std::uint64_t stretch = 4;

Clock::duration seconds(double s) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
}

}  // namespace

struct GroupLog::State {
  State(FileSystem& files, const std::string& folder, const SigningKey& key, InfoOf info,
        const GroupOptions& given, const std::string& anchor)
      : options(given), wal(files, folder, key, std::move(info), anchor, given.block_bytes) {}

  void throw_if_stopped() const {
    if (failed) std::rethrow_exception(failed);
    if (stopping) throw UsageError("a closed log takes no more records");
  }
  std::uint64_t take(std::uint64_t bytes, const std::function<void()>& push, std::uint64_t count);
  void write();
  void make();
  bool await_group(std::unique_lock<std::mutex>& lock);
  void turn(std::unique_lock<std::mutex>& lock);
  void stop_for_good();

  const GroupOptions options;
  WriteAhead wal;  ///< append and turn: the writer's; make_block: the maker's
  std::mutex mutex;
  std::condition_variable to_writer, to_maker, to_callers;
  // All below under the mutex.
  Entries queued;
  Clock::time_point first_queued;
  std::uint64_t submitted = 0, durable = 0;  ///< tickets
  /// Ticket -> what to add to it and those after it for the index in the log; of recent groups.
  std::map<std::uint64_t, std::uint64_t> offsets;
  std::optional<WriteAhead::Waiting> ended;  ///< for the maker
  bool making = false, flushing = false, stopping = false;
  Clock::time_point block_begun;
  std::exception_ptr failed;
  std::jthread writer, maker;
};

std::uint64_t GroupLog::State::take(std::uint64_t bytes, const std::function<void()>& push,
                                    std::uint64_t count) {
  std::unique_lock lock(mutex);
  to_callers.wait(lock, [&] {
    const bool fits = queued.bytes.size() + bytes <= options.queue_bytes || queued.size() == 0;
    return fits || failed || stopping;
  });
  throw_if_stopped();
  if (queued.size() == 0) first_queued = Clock::now();
  push();
  submitted += count;
  to_writer.notify_one();
  return submitted;
}

/// Wait for a group to be written (true) or for the end of the log or of a block (false).
bool GroupLog::State::await_group(std::unique_lock<std::mutex>& lock) {
  const bool was_making = making || ended;
  const auto has_work = [&] {
    const bool is_made = was_making && !making && !ended;
    return queued.size() > 0 || is_made || stopping || flushing || failed;
  };
  if (wal.has_waiting() && !was_making)
    to_writer.wait_until(lock, block_begun + seconds(options.block_s), has_work);
  else
    to_writer.wait(lock, has_work);
  const auto is_due = [&] {
    return queued.bytes.size() >= options.group_bytes || stopping || flushing || failed;
  };
  if (queued.size() > 0 && options.hold_ms > 0.0)
    to_writer.wait_until(lock, first_queued + seconds(options.hold_ms * 1e-3), is_due);
  return queued.size() > 0;
}

/// Hand the file to the maker, when that has done the one before.
void GroupLog::State::turn(std::unique_lock<std::mutex>& lock) {
  to_callers.wait(lock, [&] { return (!making && !ended) || failed; });
  if (failed) return;
  ended = wal.turn();
  to_maker.notify_one();
}

void GroupLog::State::stop_for_good() {
  const std::lock_guard lock(mutex);
  if (!failed) failed = std::current_exception();
  to_callers.notify_all();
  to_writer.notify_all();
  to_maker.notify_all();
}

void GroupLog::State::write() try {
  Entries group;
  std::unique_lock lock(mutex);
  while (!failed) {
    if (await_group(lock)) {
      std::swap(group, queued);
      const std::uint64_t last = submitted;
      const std::uint64_t first = last - group.size() + 1;
      if (!wal.has_waiting()) block_begun = Clock::now();
      lock.unlock();
      to_callers.notify_all();  // there is room
      const std::uint64_t index = wal.append(group);
      group.clear();
      lock.lock();
      if (offsets.empty() || offsets.rbegin()->second != index - first)
        offsets.emplace(first, index - first);
      if (offsets.size() > 1024) offsets.erase(offsets.begin());
      durable = last;
      to_callers.notify_all();
    }
    const bool is_end = queued.size() == 0 && (flushing || stopping);
    const bool is_old = Clock::now() >= block_begun + seconds(options.block_s);
    const bool is_long = wal.waiting_bytes() >= options.block_bytes;
    const bool is_free = !making && !ended;
    const bool must_wait = is_end || wal.waiting_bytes() >= stretch * options.block_bytes;
    if (wal.has_waiting() && (((is_old || is_long) && is_free) || must_wait)) turn(lock);
    if (is_end && !wal.has_waiting()) {
      flushing = false;
      to_callers.notify_all();
      if (stopping) return;
    }
  }
} catch (...) {
  stop_for_good();
}

void GroupLog::State::make() try {
  std::unique_lock lock(mutex);
  for (;;) {
    to_maker.wait(lock, [&] { return ended || stopping || failed; });
    if (failed || !ended) return;
    const WriteAhead::Waiting waiting = std::move(*ended);
    ended.reset();
    making = true;
    lock.unlock();
    wal.make_block(waiting);
    lock.lock();
    making = false;
    to_callers.notify_all();
    to_writer.notify_one();
  }
} catch (...) {
  stop_for_good();
}

GroupLog::GroupLog(FileSystem& files, const std::string& folder, const SigningKey& key, InfoOf info,
                   const GroupOptions& options, const std::string& anchor)
    : state_(std::make_unique<State>(files, folder, key, std::move(info), options, anchor)) {
  state_->writer = std::jthread([state = state_.get()] { state->write(); });
  state_->maker = std::jthread([state = state_.get()] { state->make(); });
}

GroupLog::~GroupLog() {
  if (!state_) return;
  try {
    throw Error(ExitCode::run_time, "the log was given up without close()");
  } catch (...) {
    state_->stop_for_good();
  }
}

std::uint64_t GroupLog::submit(ByteView record) {
  if (record.size() > max_entry_size) throw UsageError("a record is longer than 65535 bytes");
  return state_->take(
      record.size(), [&] { state_->queued.push_back(record); }, 1);
}

std::uint64_t GroupLog::submit(const Entries& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (batch[i].size() > max_entry_size) throw UsageError("a record is longer than 65535 bytes");
  const auto push = [&] {
    for (std::size_t i = 0; i < batch.size(); ++i) state_->queued.push_back(batch[i]);
  };
  return state_->take(batch.bytes.size(), push, batch.size());
}

std::uint64_t GroupLog::wait(std::uint64_t ticket) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (ticket == 0 || ticket > state.submitted) throw UsageError("no record has that ticket");
  state.to_callers.wait(lock, [&] { return state.durable >= ticket || state.failed; });
  if (state.durable < ticket) std::rethrow_exception(state.failed);
  const auto after = state.offsets.upper_bound(ticket);
  if (after == state.offsets.begin())
    throw UsageError("the index of a record that old is no longer known here");
  return ticket + std::prev(after)->second;
}

Head GroupLog::flush() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.throw_if_stopped();
  state.flushing = true;
  state.to_writer.notify_one();
  state.to_callers.wait(
      lock, [&] { return (!state.flushing && !state.making && !state.ended) || state.failed; });
  if (state.failed) std::rethrow_exception(state.failed);
  return state.wal.log().head();
}

Head GroupLog::close() {
  const Head head = flush();
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->to_writer.notify_all();
  state_->to_maker.notify_all();
  state_->to_callers.notify_all();
  state_->writer.join();
  state_->maker.join();
  if (state_->failed) std::rethrow_exception(state_->failed);
  state_->wal.close();
  return head;
}

}  // namespace gridswarm::inline GS_ABI::ledger
