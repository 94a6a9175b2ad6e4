// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <chrono>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/fleet/health.hpp"
#include "gridswarm/swarm/circuit_wires.hpp"
#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/decide.hpp"
#include "gridswarm/swarm/wires.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace control_tick_detail {

GS_INLINE double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Profiles of this tick as draw `draw` sees them: from draw 1 on each profile is up to 10 % higher
/// or lower, anew each interval.
GS_INLINE const fleet::ProfileValues& values_of(const Scenario& scenario, Index interval,
                                                std::int64_t draw, FeederRun& run) {
  if (draw == 0) return run.values;
  run.drawn = run.values;
  for (std::size_t k = 0; k < run.drawn.value.size(); ++k) {
    const double by =
        0.9 + 0.2 * draw_uniform(static_cast<std::uint64_t>(scenario.run.seed), Stream::weather,
                                 k << 32 | static_cast<std::uint64_t>(draw),
                                 static_cast<std::uint32_t>(interval));
    run.drawn.value[k] *= by;
    run.drawn.reactive[k] *= by;
  }
  return run.drawn;
}

/// Factor on the case's own loads at time_s.
GS_INLINE double passive_factor(const Scenario& scenario, const fleet::ProfileSet& profiles,
                                const FeederRun& run, double time_s) {
  double factor = scenario.passive.mode == "none" ? 0.0 : scenario.passive.scale;
  if (run.passive_row != none)
    factor *= fleet::value_at(profiles.profiles[run.passive_row], time_s);
  return run.circuit ? set_loads(scenario, time_s, factor, *run.circuit) : factor;
}

GS_INLINE void store_circuit_row(Index lane, std::size_t slot, FeederRun& run) {
  FeederInterval& rows = run.rows;
  const std::size_t buses = run.input.grid.buses.size(), nodes = run.input.circuit->nodes.size();
  const auto part = [slot](Column<double>& column, std::size_t size) {
    return std::span(column).subspan(slot * size, size);
  };
  circuit_rows(run, lane, part(rows.p_kw, buses), part(rows.q_kvar, buses),
               part(rows.v_re_pu, nodes), part(rows.v_im_pu, nodes));
}

GS_INLINE void store_row(Index lane, Index row, FeederRun& run) {
  FeederInterval& rows = run.rows;
  const Variant& variant = run.variants[lane];
  const std::size_t lanes = run.variants.size();
  const std::size_t slot = static_cast<std::size_t>(row) * lanes + lane;
  const std::size_t agents = variant.fleet.size();
  if (!rows.agent_p_kw.empty()) {
    std::copy_n(variant.p_kw.begin(), agents, rows.agent_p_kw.begin() + slot * agents);
    std::copy_n(variant.fleet.state.soc.begin(), agents, rows.agent_soc.begin() + slot * agents);
  }
  if (rows.p_kw.empty()) return;
  if (run.circuit) return store_circuit_row(lane, slot, run);
  const std::size_t buses = run.input.grid.buses.size();
  const std::size_t from = lane * buses, to = slot * buses;
  for (std::size_t bus = 0; bus < buses; ++bus) {
    rows.p_kw[to + bus] = run.p_pu[from + bus] / run.pu_per_kw;
    rows.q_kvar[to + bus] = run.q_pu[from + bus] / run.pu_per_kw;
    rows.v_re_pu[to + bus] = run.flow.v_re[from + bus];
    rows.v_im_pu[to + bus] = run.flow.v_im[from + bus];
  }
}

GS_INLINE void count_energy(const fleet::Tick& tick, Index lane, FeederRun& run) {
  Variant& variant = run.variants[lane];
  const std::size_t agents = variant.fleet.size();
  double* out_kwh = run.rows.e_out_kwh.data() + lane * agents;
  double* in_kwh = run.rows.e_in_kwh.data() + lane * agents;
  const double dt_h = tick.dt_s / 3600.0;
  for (std::size_t i = 0; i < agents; ++i) {
    const double p_kw = variant.p_kw[i];
    (p_kw > 0.0 ? out_kwh[i] : in_kwh[i]) += (p_kw > 0.0 ? p_kw : -p_kw) * dt_h;
    const double v_pu = variant.fleet.state.v_pu[i];
    variant.v_min_pu[i] = std::min(variant.v_min_pu[i], v_pu);
    variant.v_max_pu[i] = std::max(variant.v_max_pu[i], v_pu);
  }
}

}  // namespace control_tick_detail

GS_INLINE double hour_of_day(const Scenario& scenario, Index tick) {
  const std::int64_t start_s = fleet::parse_stamp(scenario.run.start);
  const double s = static_cast<double>(start_s % 86400) + tick * scenario.run.dt_s;
  return (s - 86400.0 * static_cast<double>(static_cast<std::int64_t>(s / 86400.0))) / 3600.0;
}

GS_INLINE void begin_interval(Index interval, FeederRun& run) {
  FeederInterval& rows = run.rows;
  rows.interval = interval;
  std::fill(rows.e_out_kwh.begin(), rows.e_out_kwh.end(), 0.0);
  std::fill(rows.e_in_kwh.begin(), rows.e_in_kwh.end(), 0.0);
  std::fill(rows.unserved_kwh.begin(), rows.unserved_kwh.end(), 0.0);
  rows.flow_s = rows.tick_s = 0.0;
  for (Variant& variant : run.variants) {
    std::fill(variant.v_min_pu.begin(), variant.v_min_pu.end(), no_limit);
    std::fill(variant.v_max_pu.begin(), variant.v_max_pu.end(), 0.0);
    variant.messages = variant.bytes = 0;
  }
}

GS_INLINE void sense_and_decide(const Scenario& scenario, const fleet::ProfileSet& profiles,
                                const fleet::Tick& now, double time_s, double passive,
                                TickWork& work, FeederRun& run) {
  using namespace control_tick_detail;
  fleet::values_at(profiles, run.profile_rows, time_s, run.values);
  for (Variant& variant : run.variants) {
    const fleet::Nameplate& plate = variant.fleet.plate;
    if (!plate.mtbf_h.empty() || !plate.lost_from_h.empty())
      variant.lost = fleet::update_health(
          variant.fleet, static_cast<std::uint64_t>(scenario.run.seed),
          static_cast<std::int64_t>(time_s / now.dt_s + 0.5), time_s, now.dt_s);
    fleet::sense(variant.fleet, values_of(scenario, run.rows.interval, variant.draw, run), now);
    if (variant.with_swarm)
      decide_with_swarm(run, scenario, now, passive * run.passive_kw, work, variant);
    else
      decide_alone(run, work, variant);
    step_banks(variant.fleet, variant.banks, variant.p_kw, variant.q_kvar);
    silence_unsupplied(run, variant);
  }
}

GS_INLINE void control_tick(const Scenario& scenario, const fleet::ProfileSet& profiles, Index tick,
                            Index row, TickWork& work, FeederRun& run) {
  using namespace control_tick_detail;
  GRIDSWARM_ASSERT(row >= 0 && row < run.rows.ticks);
  const double began_s = seconds_now();
  const fleet::Tick now{hour_of_day(scenario, tick), scenario.run.dt_s};
  const double time_s = tick * scenario.run.dt_s;
  const double passive = passive_factor(scenario, profiles, run, time_s);
  const Index lanes = static_cast<Index>(run.variants.size());
  sense_and_decide(scenario, profiles, now, time_s, passive, work, run);
  const double decided_s = seconds_now();
  solve_wires(scenario, passive, work, run);
  const double solved_s = seconds_now();
  for (Index lane = 0; lane < lanes; ++lane) {
    Variant& variant = run.variants[lane];
    TickTotals& totals = run.rows.totals[static_cast<std::size_t>(row * lanes + lane)];
    totals = {};
    measure_wires(scenario, passive, lane, work, run, totals);
    measure_sharing(variant, totals);
    count_energy(now, lane, run);
    fleet::observe(variant.fleet, now.dt_s, variant.forecast);
    fleet::integrate(variant.fleet, now.dt_s);
    store_row(lane, row, run);
    run.rows.unserved_kwh[lane] += fleet::settle_departures(variant.fleet, now);
  }
  run.rows.flow_s += solved_s - decided_s;
  run.rows.tick_s += seconds_now() - solved_s + decided_s - began_s;
}

}  // namespace gridswarm::inline GS_ABI::swarm
