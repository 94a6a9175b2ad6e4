// SPDX-License-Identifier: BSD-3-Clause
// The slow plane of a run: takes each interval's journal, applies the contracts, appends a block.
//
// It works in a thread of its own. submit() hands a journal over and returns; only a plane that is
// two intervals behind makes the caller wait, so that memory stays bounded in a simulation, where
// nothing may be dropped. The state and the log follow from the order of submissions alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gridswarm/contract/state.hpp"
#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/sign.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// One ledger tick: the packed journals of all feeders, in feeder order.
struct JournalBatch {
  std::int64_t tick = 0;    ///< ledger tick, from 1
  std::int64_t time_s = 0;  ///< simulated Unix time
  std::vector<Bytes> packed;
};

struct LedgerResult {
  std::int64_t records = 0;          ///< appended to the root log, headers left out
  std::int64_t device_records = 0;   ///< applied from cluster trees, in a hierarchy
  std::int64_t cluster_records = 0;  ///< of `records`, those that a committee certified
  std::int64_t refused = 0;          ///< by a contract; not in the log
  std::string first_refusal;         ///< what the first one was, empty if none
  std::string head;                  ///< root of the log, hex
  std::int64_t size = 0;             ///< leaves
  double loss_bound_ms = 0;  ///< longest time from a ledger tick's begin to its durable block
  std::int64_t loss_bound_records = 0;  ///< most records of four ledger ticks in sequence: one
                                        ///< open, two waiting, one being written
  double anchor_age_s = 0;              ///< longest time from submit() to the durable block
};

class LedgerPlane {
 public:
  virtual ~LedgerPlane() = default;
  /// @throws what went wrong with an earlier batch; UsageError after finish()
  virtual void submit(JournalBatch batch) = 0;
  /// Wait for everything submitted, close the log. May be called again. @throws what went wrong
  virtual LedgerResult finish() = 0;
};

/// Where and how clusters certify what their devices wrote; see swarm/hierarchy.hpp.
struct HierarchyOptions {
  std::string gateways;  ///< folder for the clusters' trees; empty: no hierarchy
  int seats = 7;         ///< of a cluster's committee
};

/// A plane that writes a new log in `folder`. Linked library only.
/// @throws FileError where the folder holds a log or can't be written
std::unique_ptr<LedgerPlane> make_ledger_plane(ledger::FileSystem& files, const std::string& folder,
                                               const ledger::SigningKey& key,
                                               const ledger::Hash& genesis,
                                               const contract::Rules& rules,
                                               const HierarchyOptions& hierarchy = {});

}  // namespace gridswarm::inline GS_ABI::swarm
