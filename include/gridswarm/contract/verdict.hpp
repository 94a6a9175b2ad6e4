// SPDX-License-Identifier: BSD-3-Clause
// The answer of a contract: accepted, or refused for one stated reason.
#pragma once

#include <cstdint>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// Why a record was refused. Numbers are part of no hash; add at the end all the same.
enum class Refusal : std::uint8_t {
  none,
  malformed,        ///< unknown kind, wrong size, clear where a commitment is due or the reverse
  wrong_author,     ///< the author may not write this record
  wrong_genesis,    ///< a record of another log
  wrong_sequence,   ///< not the author's last sequence number plus one
  wrong_order,      ///< records of a block ascend by (tick, author, kind)
  wrong_tick,       ///< payload and envelope differ, or the tick is not after the last one
  out_of_range,     ///< a value outside its stated range
  unknown_agent,    ///< never joined
  not_member,       ///< left, or belongs to another cluster
  already_member,   ///< joined twice
  unknown_cluster,  ///< nobody was ever assigned to it
  unknown_feeder,   ///< no agent of that feeder ever joined
  other_feeder,     ///< clusters do not cross feeders
  stale_epoch,      ///< epochs ascend; an election closes its epoch's membership
  cluster_size,     ///< more members than allowed, or none
  led_recently,     ///< others are eligible who did not lead of late
  no_leader,        ///< the cluster has not elected since its membership changed
  nothing_settled,  ///< no member settled this tick, or not as many as claimed
  tokens_not_conserved,  ///< the members' tokens do not sum to zero
  energy_not_conserved,  ///< energy given inside the cluster is not energy taken
  wrong_settlement,      ///< a share, payment, reward or sum differs from the settlement rule
  wrong_digest,          ///< the digest is not that of the members' readings
  no_reading,            ///< a settlement needs the agent's reading of the same tick
  overflow,              ///< a sum or product does not fit 64 bits
};

/// One sentence for people, without a full stop.
const char* text(Refusal refusal);

/// Accepted: the state has taken the record in. Refused: the state is as before, bit for bit.
struct Verdict {
  Refusal refusal = Refusal::none;
  bool accepted() const { return refusal == Refusal::none; }
  bool operator==(const Verdict&) const = default;
};

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/verdict.ipp"
#endif
