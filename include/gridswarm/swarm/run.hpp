// SPDX-License-Identifier: BSD-3-Clause
// The clock of a whole run: feeders over ranks and threads, interval by interval.
//
//   interval k:  every feeder: open (re-form, elect), control ticks, close (journal)  in parallel
//                one exchange: rows and journals travel to rank 0
//                rank 0: rows to the sink in feeder order; the journals to the ledger plane
//                everybody hears whether somebody wants to stop
// The ledger plane works on interval k while the control plane is in k + 1: no tick waits for it.
// Results, records and log head do not depend on threads, ranks or instruction set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/swarm/feeder_run.hpp"
#include "gridswarm/swarm/ledger_plane.hpp"
#include "gridswarm/swarm/sink.hpp"
#include "gridswarm/swarm/summary.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// What a run is given.
struct RunInput {
  Scenario scenario;
  fleet::ProfileSet profiles;              ///< time 0 is run.start
  std::function<FeederInput(Index)> load;  ///< feeder k; called on the rank that owns it
  int threads = 0;                         ///< of this process; 0: what OpenMP would use
};

/// What a run tells while it goes; both may be empty.
struct RunHooks {
  std::function<bool()> stop;                  ///< asked once per interval, on every process
  std::function<void(Index, Index)> progress;  ///< intervals done, intervals in all; on rank 0
};

struct RunResult {
  bool interrupted = false;              ///< asked to stop before the last interval
  RunSummary summary;                    ///< on rank 0
  std::vector<VariantSummary> variants;  ///< on rank 0, in lane order
};

/// Where rank 0 puts what arrives; either may be null.
struct Outlets {
  Sink* sink = nullptr;
  LedgerPlane* ledger = nullptr;
};

/// Collective. Run the scenario. `open` is called on rank 0 once every process has loaded its
/// feeders without an error, so bad input leaves nothing behind; what it gives must outlive the
/// run. An interrupted run has sunk and committed whole intervals only.
/// @throws Error as the parts do; where another process could not load its feeders, with its status
RunResult run(const RunInput& input, Exchange& exchange, const std::function<Outlets()>& open,
              const RunHooks& hooks);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/run.ipp"
#endif
