// SPDX-License-Identifier: BSD-3-Clause
// What the upkeep of a membership knows: wires, agents, living clusters; events and what they cost.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/hull.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct UpkeepOptions {
  double dwell_s = 900.0;  ///< least time between two looks at a dirty feeder
};

/// What can happen. `give_back` ends an isolation ("return" in files).
enum class EventKind : std::int8_t {
  join,
  leave,
  isolate,
  give_back,
  open,
  close,
  power,
  soc,
  size_min,
  size_max,
  diameter,
  rating,
};

struct Event {
  EventKind kind = EventKind::join;
  double time_s = 0.0;  ///< never before the event before
  AgentId agent = 0;    ///< join to give_back, power, soc: an agent of the fleet
  Index bus = none;     ///< join: bus row; none: where the fleet says
  Index branch = none;  ///< open, close: branch row
  double value = 0.0;   ///< power: p_kw; soc: 0..1; the others: the option's new value
};

/// Bytes of membership records as a log holds them, unsigned (docs/formats-payloads.md): envelope
/// and payload of join, leave and assign.
inline constexpr std::int64_t join_bytes = 72 + 40;
inline constexpr std::int64_t leave_bytes = 72 + 8;
inline constexpr std::int64_t assign_bytes = 72 + 24;

/// What one event or one settle() cost; two of them add by +=.
struct Change {
  std::int64_t moved = 0;      ///< members whose cluster is another one or none now, without the
                               ///< event's own agent
  std::int64_t records = 0;    ///< join, leave and assign records a log gets
  std::int64_t bytes = 0;      ///< of these records
  std::int64_t reformed = 0;   ///< feeders mended or formed anew, and taken over
  std::int64_t looked_at = 0;  ///< feeders mended or formed anew, taken over or not

  Change& operator+=(const Change& other);  ///< in upkeep.hpp
};

/// Where an agent of the fleet is.
enum class Presence : std::int8_t { absent, in, isolated };

/// One living cluster; a free slot has no members.
struct Living {
  ClusterId id = none;
  std::vector<Index> members;  ///< agent rows, in no order
  std::vector<Index> buses;    ///< positions it passes (cluster/hull.hpp)
  Part<Wide> part;
  Index top = none;     ///< forest position
  bool broken = false;  ///< claims nothing and waits for its feeder to be mended
};

/// Buffers of one thread that forms feeders anew; columns by agent row are only true for the
/// feeder's agents.
struct FeederWork {
  distance::AgentTree tree;   ///< of the feeder, with the agent rows of the fleet
  std::vector<Index> agents;  ///< of the feeder, in preorder
  std::vector<Index> dirty;   ///< of them, those whose place is not settled
  std::vector<Index> first;   ///< by agent row: smallest agent row of its cluster
  std::vector<Index> row;     ///< by agent row: buffer
  std::vector<Index> chain;   ///< buffer
  Clusters before;            ///< `of` by agent row, and `id`
  FormWork form;
};

/// Everything the upkeep of one case knows. Made by make_upkeep() and changed by
/// apply(), sense() and settle() (cluster/upkeep.hpp); read freely.
struct Upkeep {
  feeder::Case grid;  ///< switch states as they are now
  feeder::Forest forest;
  fleet::Fleet fleet;  ///< all agents who may ever take part; powers and SOC as they are now
  ClusterOptions options;
  UpkeepOptions upkeep;
  Scoring scoring;  ///< with half of the options' min_gain (cluster/reform.hpp)

  Ground ground;
  Csr children;                          ///< position -> positions, by bus id
  std::vector<Index> feeder;             ///< position -> root
  std::vector<distance::Traits> traits;  ///< agent row
  std::vector<Presence> presence;        ///< agent row
  std::vector<Index> cluster;            ///< agent row -> slot, or none
  std::vector<ClusterId> lost_from;  ///< agent row -> cluster it had when supply was lost, or none
  std::vector<Index> first_at;       ///< position -> an agent row that is in, or none
  std::vector<Index> next_at;        ///< agent row -> the next one at its position
  std::vector<Living> living;
  std::vector<Index> free_slots;
  std::unordered_map<ClusterId, Index> slot_of_id;

  std::vector<std::int8_t> dirty;  ///< by root
  std::vector<double> looked_s;    ///< by root: when it was last formed anew
  double now_s = 0.0;

  struct Touch {
    Index agent;
    ClusterId before;
  };
  std::vector<Touch> touched;       ///< agents reassigned during this event
  std::vector<std::int64_t> stamp;  ///< agent row -> event that last touched it
  std::int64_t event = 0;
  std::vector<std::int64_t> seen;  ///< position -> search that last saw it
  std::int64_t search = 0;
  HullWork work;
  std::vector<FeederWork> feeder_work;  ///< by thread, one at least
};

/// What climbs and formations read of the agents; the tree is the caller's.
FormInput input_of(const Upkeep& upkeep, const distance::AgentTree& tree);

}  // namespace gridswarm::inline GS_ABI::cluster
