// SPDX-License-Identifier: BSD-3-Clause
// What a record says: the payload of each kind, as integers in big-endian order.
//
// A payload has a fixed size, every member in the order declared here, eight bytes per number and
// 32 per hash; so decode(encode(x)) = x and encode(decode(b)) = b, and one byte more or less is
// refused. Energies are milliwatt-hours (`milliwh`: in this code base `mwh` would read as
// megawatt-hours), money is micro-token, shares of one are parts per million. Energy and power
// count into the grid.
//
// Authors are one line of numbers, so that sorting records by (tick, author, kind) puts every fact
// about an agent before its cluster needs it: agents, then clusters, then the feeders' gateways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// Kinds in the order in which the records of one author at one tick are applied. In the envelope
/// a kind is a pair (ledger::Kind, schema), see envelope_of().
enum class RecordKind : std::uint8_t {
  join = 1,
  leave = 2,
  assign = 3,
  reading = 4,
  settle = 5,
  lead = 6,
  cluster_tick = 7,
  interval = 8,
};

/// An agent enters the swarm on its feeder. Author: the agent.
struct Join {
  AgentId agent = 0;
  std::int64_t feeder = 0;
  std::int64_t device = 0;  ///< 0 pv, 1 wind, 2 battery, 3 ev, 4 meter
  std::int64_t rating_w = 0;
  std::int64_t e_capacity_wh = 0;
  bool operator==(const Join&) const = default;
};

/// An agent leaves the swarm; its balance stays. Author: the agent.
struct Leave {
  AgentId agent = 0;
  bool operator==(const Leave&) const = default;
};

/// An agent belongs to a cluster from this epoch on; cluster -1: to none. Author: the agent.
/// Epochs number the formations of one feeder.
struct Assign {
  AgentId agent = 0;
  ClusterId cluster = none;
  std::int64_t epoch = 0;
  bool operator==(const Assign&) const = default;
};

/// What an agent measured over one ledger tick. Only its salted commitment enters the log: meters
/// have so little entropy that a bare hash could be guessed. Author: the agent.
struct Reading {
  AgentId agent = 0;
  std::int64_t tick = 0;
  std::int64_t energy_in_milliwh = 0;   ///< taken from the grid, >= 0
  std::int64_t energy_out_milliwh = 0;  ///< given to the grid, >= 0
  std::int64_t v_min_micro_pu = 0;
  std::int64_t v_max_micro_pu = 0;
  std::int64_t soc_ppm = 0;
  bool operator==(const Reading&) const = default;
};

/// An agent's part in its cluster's settlement; it counts once the cluster closes the tick.
/// Author: the agent.
struct Settle {
  AgentId agent = 0;
  std::int64_t tick = 0;
  ClusterId cluster = none;
  std::int64_t produced_milliwh = 0;  ///< >= 0
  std::int64_t consumed_milliwh = 0;  ///< >= 0
  std::int64_t shared_milliwh = 0;    ///< > 0 given to the cluster, < 0 taken from it
  std::int64_t tokens_micro = 0;      ///< earned (> 0) or paid (< 0) for the shared energy
  std::int64_t reward_micro = 0;      ///< >= 0, newly issued
  bool operator==(const Settle&) const = default;
};

/// The members of a cluster elected a leader; that closes the epoch's membership. Author: the
/// cluster.
struct Lead {
  ClusterId cluster = none;
  std::int64_t epoch = 0;
  AgentId agent = 0;
  std::int64_t score_ppm = 0;  ///< what it was elected by; >= 0
  bool operator==(const Lead&) const = default;
};

/// Bits of ClusterTick::limits.
inline constexpr std::int64_t limit_undervoltage = 1;
inline constexpr std::int64_t limit_overvoltage = 2;
inline constexpr std::int64_t limit_all = 3;

/// A cluster closes a ledger tick: its sums, and one hash over its members' readings.
/// Author: the cluster.
struct ClusterTick {
  ClusterId cluster = none;
  std::int64_t epoch = 0;
  std::int64_t tick = 0;
  std::int64_t count = 0;             ///< settled members
  std::int64_t net_milliwh = 0;       ///< sum of produced - consumed
  std::int64_t shared_milliwh = 0;    ///< energy that changed hands inside, >= 0
  std::int64_t residual_milliwh = 0;  ///< energy exchanged with outside, sum of |net| - 2 shared
  std::int64_t limits = 0;            ///< limit_* bits seen by a member
  ledger::Hash readings{};            ///< readings_digest() of the settled members, ascending by id
  bool operator==(const ClusterTick&) const = default;
};

/// Records of a gateway folded into one because a buffer was full; nothing settled is dropped.
/// Author: the gateway.
struct Interval {
  std::int64_t feeder = 0;
  std::int64_t first_tick = 0;
  std::int64_t last_tick = 0;
  std::int64_t count = 0;  ///< records folded, > 0
  ledger::Hash hash{};     ///< Merkle root over their leaves
  bool operator==(const Interval&) const = default;
};

/// Any payload. The alternative's position is its kind.
using Payload =
    std::variant<std::monostate, Join, Leave, Assign, Reading, Settle, Lead, ClusterTick, Interval>;

/// The kind of a payload that is not empty.
RecordKind kind_of(const Payload& payload);

/// Bytes of a payload of that kind; 0 for an unknown kind.
std::size_t payload_size(RecordKind kind);

/// The canonical bytes. @pre the payload is not empty
Bytes encode(const Payload& payload);

/// The payload, or nothing when the kind is unknown or the size is not its size.
std::optional<Payload> decode(RecordKind kind, std::span<const std::byte> bytes);

/// Who writes a record: an agent (its id), a cluster, a feeder's gateway. All ids below 2^61.
inline constexpr std::int64_t cluster_author_bit = std::int64_t{1} << 61;
inline constexpr std::int64_t feeder_author_bit = std::int64_t{1} << 62;
std::int64_t author_of_cluster(ClusterId cluster);
std::int64_t author_of_feeder(std::int64_t feeder);

/// What the envelope of a payload must say.
struct Envelope {
  ledger::Kind kind = ledger::Kind::governance;
  std::uint16_t schema = 1;
  std::int64_t author = 0;
  std::int64_t tick = -1;  ///< -1: the payload does not name one
  std::uint64_t cluster_epoch = 0;
};

/// @pre the payload is not empty
Envelope envelope_of(const Payload& payload);

/// The kind that an envelope announces; nothing if no contract reads it.
std::optional<RecordKind> kind_of(const ledger::Record& record);

/// One hash over the commitments of a cluster's readings, in ascending order of agent id.
ledger::Hash readings_digest(std::span<const ledger::Hash> commitments);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/records.ipp"
#endif
