// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/health.hpp"
#include "gridswarm/fleet/load.hpp"
#include "gridswarm/fleet/wear.hpp"
#include "gridswarm/flow/tree_sweep.hpp"
#include "gridswarm/swarm/circuit_wires.hpp"
#include "gridswarm/swarm/hold.hpp"
#include "gridswarm/swarm/wires.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace wires_detail {

/// Net injection of every bus in one lane: passive loads, the case's own generators, agents.
GS_INLINE void inject(const FeederRun& run, double passive, const Variant& variant, double* p_pu,
                      double* q_pu) {
  const feeder::Case& grid = run.input.grid;
  for (Index bus = 0; bus < grid.buses.size(); ++bus) {
    p_pu[bus] = -passive * grid.buses.pd_mw[bus] / grid.base_mva;
    q_pu[bus] = -passive * grid.buses.qd_mvar[bus] / grid.base_mva;
  }
  const feeder::Generators& own = grid.generators;
  for (Index g = 0; g < own.size(); ++g) {
    if (!own.in_service[g]) continue;
    p_pu[own.bus[g]] += own.pg_mw[g] / grid.base_mva;
    q_pu[own.bus[g]] += own.qg_mvar[g] / grid.base_mva;
  }
  const Column<Index>& bus_of = variant.fleet.plate.bus;
  for (Index i = 0; i < variant.fleet.size(); ++i) {
    p_pu[bus_of[i]] += variant.p_kw[i] * run.pu_per_kw;
    q_pu[bus_of[i]] += variant.q_kvar[i] * run.pu_per_kw;
  }
  for (const Index bus : run.forest.unsupplied) p_pu[bus] = q_pu[bus] = 0.0;
}

/// |V| by forest position, and every agent's own voltage.
GS_INLINE void measure_voltage(const FeederRun& run, Index lane, Variant& variant) {
  const std::size_t first = static_cast<std::size_t>(lane) * run.input.grid.buses.size();
  for (Index at = 0; at < run.forest.size(); ++at) {
    const double re = run.flow.v_re[first + run.forest.bus[at]];
    const double im = run.flow.v_im[first + run.forest.bus[at]];
    variant.v_pu[at] = std::sqrt(re * re + im * im);
  }
  for (Index i = 0; i < variant.fleet.size(); ++i)
    variant.fleet.state.v_pu[i] = run.position[i] == none ? 0.0 : variant.v_pu[run.position[i]];
}

GS_INLINE void set_reactive(const FeederRun& run, const Scenario& scenario, TickWork& work,
                            Variant& variant) {
  if (!variant.with_swarm || !variant.banks.empty()) return;
  balance::volt_var(run.forest, variant.fleet, run.volt_var, variant.v_pu, scenario.volt_var,
                    work.volt_var, variant.reactive, variant.p_kw, variant.q_kvar);
  if (variant.lost > 0) fleet::silence_lost(variant.fleet, variant.p_kw, variant.q_kvar);
}

/// The largest move of active power that a leader still asks for, as a share of the rating.
GS_INLINE double active_gap(const Variant& variant) {
  const fleet::Nameplate& plate = variant.fleet.plate;
  double gap = 0.0;
  for (Index i = 0; i < variant.fleet.size(); ++i)
    if (plate.kind[i] != fleet::Kind::meter && plate.kind[i] != fleet::Kind::load &&
        plate.s_kva[i] > 0.0)
      gap = std::max(gap, std::abs(variant.p_kw[i] - variant.fleet.state.p_kw[i]) / plate.s_kva[i]);
  return gap;
}

/// What was just solved is now the state; returns how far reactive power is from its curve, and
/// consumption from what its voltage asks for.
GS_INLINE double settle(const FeederRun& run, const Scenario& scenario, TickWork& work,
                        Variant& variant) {
  fleet::State& state = variant.fleet.state;
  state.p_kw = variant.p_kw;
  state.q_kvar = variant.q_kvar;
  if (!variant.with_swarm || !variant.banks.empty())
    return fleet::follow_voltage(variant.fleet, variant.p_kw, variant.q_kvar);
  set_reactive(run, scenario, work, variant);
  if (scenario.limits.hold) hold_voltages(run, scenario, work, variant);
  double gap = fleet::follow_voltage(variant.fleet, variant.p_kw, variant.q_kvar);
  if (scenario.limits.hold) gap = std::max(gap, active_gap(variant));
  for (const Index i : run.volt_var.agent)
    if (variant.fleet.plate.s_kva[i] > 0.0)
      gap = std::max(gap,
                     std::abs(variant.q_kvar[i] - state.q_kvar[i]) / variant.fleet.plate.s_kva[i]);
  return gap;
}

/// A member tells its four reserves and hears two numbers.
GS_INLINE void count_support(Variant& variant) {
  constexpr std::int64_t bytes = 4 * 8 + 2 * 8;
  variant.messages += 2 * variant.support.members;
  variant.bytes += bytes * variant.support.members;
}

/// The set-points that the last power flow saw.
GS_INLINE void keep_solved(Variant& variant) {
  variant.p_kw = variant.fleet.state.p_kw;
  variant.q_kvar = variant.fleet.state.q_kvar;
}

/// What loads and devices at the sources' own buses take: it flows through no wire of the feeder.
GS_INLINE double taken_at_sources_kw(const FeederRun& run, double passive, const Variant& variant) {
  const feeder::Case& grid = run.input.grid;
  double taken_kw = 0.0;
  for (Index at = 0; at < run.forest.roots; ++at)
    taken_kw += passive * grid.buses.pd_mw[run.forest.bus[at]] / (grid.base_mva * run.pu_per_kw);
  for (Index i = 0; i < variant.fleet.size(); ++i)
    if (run.position[i] != none && run.position[i] < run.forest.roots) taken_kw -= variant.p_kw[i];
  return taken_kw;
}

/// The case's own loads less its own generation.
GS_INLINE double net_load_kw(const FeederRun& run, double passive) {
  const feeder::Case& grid = run.input.grid;
  double load_mw = 0.0;
  for (Index at = 0; at < run.forest.size(); ++at)
    load_mw += passive * grid.buses.pd_mw[run.forest.bus[at]];
  for (Index g = 0; g < grid.generators.size(); ++g)
    if (grid.generators.in_service[g] &&
        run.forest.position[grid.generators.bus[g]] >= run.forest.roots)
      load_mw -= grid.generators.pg_mw[g];
  return load_mw / (grid.base_mva * run.pu_per_kw);
}

/// Generation, storage and meters as they add up behind and at the sources.
GS_INLINE void measure_devices(const FeederRun& run, const Variant& variant, TickTotals& totals) {
  for (Index i = 0; i < variant.fleet.size(); ++i) {
    if (run.position[i] == none) continue;
    const double p_kw = variant.p_kw[i];
    switch (variant.fleet.plate.kind[i]) {
      case fleet::Kind::pv:
      case fleet::Kind::wind:
        totals.generation_kw += p_kw;
        totals.curtailed_kw += variant.fleet.state.generation_kw[i] - p_kw;
        break;
      case fleet::Kind::battery:
      case fleet::Kind::ev:
        (p_kw < 0.0 ? totals.charge_kw : totals.discharge_kw) += std::abs(p_kw);
        break;
      case fleet::Kind::meter:
      case fleet::Kind::load: totals.load_kw -= p_kw; break;
    }
  }
  totals.shed_kw = fleet::shed_kw(variant.fleet);
  totals.wear_cost = fleet::wear_cost(variant.fleet, run.dt_s);
  totals.lost_agents = static_cast<double>(variant.lost);
  totals.support_kvar = variant.support.q_kvar;
  totals.support_kw = variant.support.p_kw;
}

}  // namespace wires_detail

GS_INLINE void solve_wires(const Scenario& scenario, double passive, TickWork& work,
                           FeederRun& run) {
  using namespace wires_detail;
  if (run.circuit) return solve_circuit_wires(scenario, run);
  const Index lanes = static_cast<Index>(run.variants.size());
  const Index buses = run.input.grid.buses.size();
  for (Variant& variant : run.variants) {
    variant.support = {};
    set_reactive(run, scenario, work, variant);
  }
  for (std::int64_t pass = 1;; ++pass) {
    for (Index lane = 0; lane < lanes; ++lane)
      inject(run, passive, run.variants[lane], run.p_pu.data() + lane * buses,
             run.q_pu.data() + lane * buses);
    flow::solve(run.input.grid, run.forest, {lanes, run.p_pu, run.q_pu}, scenario.flow,
                run.flow_work, run.flow);
    double worst = 0.0;
    for (Index lane = 0; lane < lanes; ++lane) {
      measure_voltage(run, lane, run.variants[lane]);
      run.variants[lane].volt_var_gap = settle(run, scenario, work, run.variants[lane]);
      worst = std::max(worst, run.variants[lane].volt_var_gap);
    }
    if (worst <= volt_var_gap_max || pass == scenario.run.volt_var_passes) break;
  }
  for (Variant& variant : run.variants) {
    keep_solved(variant);
    count_support(variant);
  }
  for (Index lane = 0; lane < lanes; ++lane)
    run.not_converged += run.flow.status[lane] != flow::FlowStatus::converged;
}

GS_INLINE double sweep_wires(const Scenario& scenario, double passive, TickWork& work,
                             FeederRun& run) {
  using namespace wires_detail;
  GRIDSWARM_ASSERT(!run.circuit);
  const std::size_t buses = static_cast<std::size_t>(run.input.grid.buses.size());
  double step_pu = 0.0;
  for (std::size_t lane = 0; lane < run.variants.size(); ++lane) {
    Variant& variant = run.variants[lane];
    set_reactive(run, scenario, work, variant);
    const auto row = [&](Column<double>& column) {
      return std::span(column).subspan(lane * buses, buses);
    };
    inject(run, passive, variant, row(run.p_pu).data(), row(run.q_pu).data());
    step_pu = std::max(
        step_pu, flow::tree_sweep(run.forest, row(run.p_pu), row(run.q_pu), row(run.flow.v_re),
                                  row(run.flow.v_im), work.tree_power));
    measure_voltage(run, static_cast<Index>(lane), variant);
    variant.fleet.state.p_kw = variant.p_kw;
    variant.fleet.state.q_kvar = variant.q_kvar;
  }
  return step_pu;
}

namespace wires_detail {

GS_INLINE void measure_balanced_wires(const Scenario& scenario, double passive, Index lane,
                                      TickWork& work, FeederRun& run, TickTotals& totals) {
  const feeder::Case& grid = run.input.grid;
  const Variant& variant = run.variants[lane];
  const std::size_t first = static_cast<std::size_t>(lane) * grid.buses.size();
  const auto row = [&](const Column<double>& column) {
    return std::span(column).subspan(first, grid.buses.size());
  };
  const flow::TreePower power =
      flow::tree_power(grid, run.forest, row(run.flow.v_re), row(run.flow.v_im), row(run.p_pu),
                       row(run.q_pu), work.tree_power);
  totals.losses_kw = power.losses_pu / run.pu_per_kw;
  totals.loading_max_percent = power.loading_max_percent;
  totals.source_kw =
      run.flow.source_p_pu[lane] / run.pu_per_kw + taken_at_sources_kw(run, passive, variant);
  totals.flow_iterations = run.flow.iterations[lane];
  totals.volt_var_gap = variant.volt_var_gap;
  totals.v_min_pu = no_limit;
  for (const double v : variant.v_pu) {
    totals.v_min_pu = std::min(totals.v_min_pu, v);
    totals.v_max_pu = std::max(totals.v_max_pu, v);
    totals.buses_outside += v < scenario.limits.v_min_pu || v > scenario.limits.v_max_pu;
  }
  totals.load_kw = net_load_kw(run, passive);
}

}  // namespace wires_detail

GS_INLINE void measure_wires(const Scenario& scenario, double passive, Index lane, TickWork& work,
                             FeederRun& run, TickTotals& totals) {
  if (run.circuit)
    measure_circuit_wires(scenario, lane, run, totals);
  else
    wires_detail::measure_balanced_wires(scenario, passive, lane, work, run, totals);
  wires_detail::measure_devices(run, run.variants[lane], totals);
}

}  // namespace gridswarm::inline GS_ABI::swarm
