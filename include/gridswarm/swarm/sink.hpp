// SPDX-License-Identifier: BSD-3-Clause
// Where results go, one feeder and ledger interval at a time.
//
// The clock fills a FeederInterval per feeder; it travels to rank 0 as bytes and reaches the sink
// in feeder order, so a sink sees the same calls for any number of ranks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/exchange.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/swarm/scenario.hpp"
#include "gridswarm/swarm/totals.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// What does not change during a run; one per feeder, known on rank 0 before the first interval.
struct FeederLayout {
  std::string name;
  std::vector<std::int64_t> bus;    ///< ids of the case
  std::vector<std::int64_t> agent;  ///< ids of the fleet
  std::vector<std::int64_t> agent_bus;
  std::vector<std::int64_t> agent_kind;
  std::vector<double> e_kwh;       ///< per agent, 0 without storage
  std::vector<double> efficiency;  ///< per agent, one way
  double kw_per_pu = 0;            ///< three-phase kW of 1 p.u. in the case
  double base_mva = 1;
  std::vector<std::int64_t> bus_type;  ///< beside bus; 3 marks a source
  std::vector<double> base_kv, gs_mw, bs_mvar;
  std::vector<std::int64_t> fbus, tbus;  ///< per branch of the case, as this run solves it: a
  std::vector<std::int64_t> in_service;  ///< town's variation included
  std::vector<double> r_pu, x_pu, b_pu, rate_mva, ratio, shift_deg;
  // Of a circuit, else empty; its ids only count the rows of its reduction:
  std::vector<std::string> bus_name;
  std::vector<std::string> node;          ///< 650.2, in the circuit's order
  std::vector<std::string> agent_phases;  ///< words, empty: all of its bus
};

/// Rows of one feeder for one ledger interval.
struct FeederInterval {
  Index feeder = 0;
  Index interval = 0;
  Index ticks = 0;            ///< control ticks in it
  Column<TickTotals> totals;  ///< (tick, variant)
  Column<double> p_kw;        ///< (tick, variant, bus) net injection into the grid
  Column<double> q_kvar;      ///< (tick, variant, bus)
  Column<double> v_re_pu;     ///< (tick, variant, bus; of a circuit: node), NaN where unsupplied
  Column<double> v_im_pu;
  Column<double> agent_p_kw;     ///< (tick, variant, agent), empty unless asked for
  Column<double> agent_soc;      ///< (tick, variant, agent), after the tick; empty unless asked for
  Column<double> soc;            ///< (variant, agent) at the end of the interval
  Column<double> e_out_kwh;      ///< (variant, agent) energy into the grid
  Column<double> e_in_kwh;       ///< (variant, agent) energy out of the grid
  Column<std::int64_t> cluster;  ///< (variant, agent), -1 without
  Column<std::int64_t> leader;   ///< (variant, agent) agent id of its cluster's leader, -1 without
  Column<double> unserved_kwh;   ///< (variant) EV energy missing at departures of this interval
  std::int64_t moved = 0;        ///< agents whose cluster changed at the end of the interval
  std::int64_t clusters = 0;
  std::int64_t messages = 0;
  std::int64_t bytes = 0;        ///< between agents
  double forecast_error_kw = 0;  ///< mean over agents and ledger ticks so far of |forecast - power|
  double forecasts = 0;          ///< of agents and ledger ticks so far; the three below are sums
  double forecast_square_kw2 = 0;
  double forecast_bias_kw = 0;        ///< forecast - power
  double persistence_square_kw2 = 0;  ///< squared error that persistence would have made
  double flow_s = 0;                  ///< time spent in power flow; not part of any hash
  double tick_s = 0;                  ///< time spent in the other phases
};

/// For sending between ranks of one program; not a file format.
Bytes pack(const FeederInterval& rows);
/// Read what pack() wrote; `rows` keeps its capacity.
void unpack(const Bytes& bytes, FeederInterval& rows);
Bytes pack(const FeederLayout& layout);
void unpack(const Bytes& bytes, FeederLayout& layout);

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void begin(const Scenario& scenario, const std::vector<FeederLayout>& feeders) = 0;
  virtual void interval(const FeederInterval& rows) = 0;
  virtual void end() = 0;
};

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/sink.ipp"
#endif
