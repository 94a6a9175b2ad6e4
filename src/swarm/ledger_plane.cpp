// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/ledger_plane.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/swarm/hierarchy.hpp"

namespace gridswarm::inline GS_ABI::swarm {
namespace {

using Clock = std::chrono::steady_clock;

/// Batches that may wait; one more makes submit() wait.
constexpr std::size_t waiting_max = 2;

/// A batch, when its ledger tick began and when it was submitted.
struct Waiting {
  JournalBatch batch;
  Clock::time_point opened;
  Clock::time_point submitted;
};

class ThreadedPlane final : public LedgerPlane {
 public:
  ThreadedPlane(ledger::Log log, const contract::Rules& rules, ledger::FileSystem& files,
                const HierarchyOptions& hierarchy)
      : log_(std::move(log)),
        state_(contract::make_state(log_.genesis(), rules)),
        is_hierarchy_(!hierarchy.gateways.empty()),
        gateways_(files, hierarchy.gateways) {
    known_.genesis = log_.genesis();
    known_.seats = hierarchy.seats;
    worker_ = std::jthread([this] { work(); });
  }

  ~ThreadedPlane() override { stop(); }

  void submit(JournalBatch batch) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < waiting_max || failed_ || stopping_; });
    if (failed_) std::rethrow_exception(failed_);
    if (stopping_) throw UsageError("a ledger plane that has finished takes no more journals");
    const Clock::time_point now = Clock::now();
    waiting_.push_back({std::move(batch), opened_, now});
    opened_ = now;
    changed_.notify_all();
  }

  LedgerResult finish() override {
    stop();
    if (failed_) std::rethrow_exception(failed_);
    const ledger::Head head = log_.head();
    result_.size = static_cast<std::int64_t>(head.size);
    result_.head = ledger::to_hex(head.root);
    log_.close();
    return result_;
  }

 private:
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (worker_.joinable()) worker_.join();
  }

  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
      if (waiting_.empty()) return;
      auto [batch, opened, submitted] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      changed_.notify_all();
      try {
        commit(std::move(batch));
      } catch (...) {
        const std::lock_guard guard(mutex_);
        failed_ = std::current_exception();
        changed_.notify_all();
        return;
      }
      const Clock::time_point durable = Clock::now();
      const double age_s = std::chrono::duration<double>(durable - submitted).count();
      const double loss_ms = std::chrono::duration<double, std::milli>(durable - opened).count();
      result_.loss_bound_ms = std::max(result_.loss_bound_ms, loss_ms);
      result_.anchor_age_s = std::max(result_.anchor_age_s, age_s);
    }
  }

  /// The block of a hierarchy; its trees are durable before the log names them.
  Block certified(const JournalBatch& batch, const ledger::BlockInfo& info) {
    std::vector<HierarchyTick> feeders;
    for (const Bytes& pack : batch.packed) feeders.push_back(unpack_hierarchy(pack));
    HierarchyBlock made = close_hierarchy(state_, known_, feeders, info);
    for (const HierarchyTick& feeder : feeders)
      gateways_.put(feeder.trees.feeder, feeder.trees.tick, feeder.encoded);
    count_ = made.device_records + static_cast<std::int64_t>(made.block.leaves.size());
    result_.device_records += made.device_records;
    result_.cluster_records += made.cluster_records;
    return std::move(made.block);
  }

  /// The block of a log that takes every record itself.
  Block flat(const JournalBatch& batch, const ledger::BlockInfo& info) {
    ledger::Entries records = merge_records(batch.packed);
    count_ = static_cast<std::int64_t>(records.size());
    return close_block(state_, std::move(records), info);
  }

  void commit(JournalBatch batch) {
    ledger::BlockInfo info;
    info.tick = batch.tick;
    info.time_s = batch.time_s;
    Block block = is_hierarchy_ ? certified(batch, info) : flat(batch, info);
    if (!block.refused.empty() && result_.refused == 0)
      result_.first_refusal = block.refused.front().text;
    recent_[blocks_++ % recent_.size()] = count_;
    result_.loss_bound_records =
        std::max(result_.loss_bound_records,
                 std::accumulate(recent_.begin(), recent_.end(), std::int64_t{}));
    result_.refused += static_cast<std::int64_t>(block.refused.size());
    result_.records += static_cast<std::int64_t>(block.leaves.size());
    log_.append_block(block.leaves, block.info);
  }

  ledger::Log log_;
  contract::State state_;
  bool is_hierarchy_;
  ledger::GatewayStore gateways_;
  ledger::ClusterRegister known_;
  std::array<std::int64_t, waiting_max + 2> recent_{};  ///< records of the last batches
  std::size_t blocks_ = 0;
  std::int64_t count_ = 0;  ///< records of the batch at work
  LedgerResult result_;     ///< the worker's until it has joined
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  Clock::time_point opened_ = Clock::now();  ///< when the ledger tick under way began
  std::exception_ptr failed_;
  bool stopping_ = false;
  std::jthread worker_;  ///< last: it uses all of the above
};

}  // namespace

std::unique_ptr<LedgerPlane> make_ledger_plane(ledger::FileSystem& files, const std::string& folder,
                                               const ledger::SigningKey& key,
                                               const ledger::Hash& genesis,
                                               const contract::Rules& rules,
                                               const HierarchyOptions& hierarchy) {
  return std::make_unique<ThreadedPlane>(ledger::Log::create(files, folder, key, genesis), rules,
                                         files, hierarchy);
}

}  // namespace gridswarm::inline GS_ABI::swarm
