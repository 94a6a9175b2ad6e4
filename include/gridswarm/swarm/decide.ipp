// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/fleet/load.hpp"
#include "gridswarm/swarm/decide.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace decide_detail {

/// Every agent tells those who hear it; returns what they have open then.
GS_INLINE std::span<const double> exchange(const FeederRun& run, const Scenario& scenario,
                                           TickWork& work, Variant& variant) {
  const Index agents = variant.fleet.size();
  const std::vector<Index>& first = run.neighbours.agents.first;
  Column<std::int64_t>& bytes = variant.fleet.state.bytes;
  work.told.resize(static_cast<std::size_t>(agents));
  balance::tell_neighbours(variant.fleet, work.told);
  std::int64_t heard = 0;
  for (Index i = 0; i < agents; ++i) {
    if (variant.lost > 0 && variant.fleet.state.health[i] == 0.0) continue;
    const std::int64_t heard_by = first[i + 1] - first[i];
    bytes[i] += heard_by * balance::neighbour_message_bytes;
    heard += heard_by;
  }
  variant.messages += heard;
  variant.bytes += heard * balance::neighbour_message_bytes;
  if (scenario.local.rounds == 0 && scenario.local.leader) return variant.fleet.state.p_want_kw;
  balance::pair_neighbours(variant.fleet, run.neighbours.agents, variant.clusters.of, work.told,
                           scenario.local, work.pair_work, work.pairs, variant.p_kw);
  variant.messages += work.pairs.totals.messages;
  variant.bytes += work.pairs.totals.bytes;
  return work.pairs.open_kw;
}

}  // namespace decide_detail

GS_INLINE double even_rate_kw(const fleet::Nameplate& plate, const fleet::State& state,
                              const fleet::Tick& tick, Index i) {
  const double need_kwh =
      std::max(0.0, plate.soc_depart[i] - state.soc[i]) * plate.e_kwh[i] / plate.efficiency[i];
  double left_h = plate.depart_h[i] - tick.hour_of_day;
  if (left_h <= 0.0) left_h += 24.0;
  const double rate_kw = -need_kwh / std::max(left_h, tick.dt_s / 3600.0);
  return std::min(std::max(rate_kw, state.p_min_kw[i]), state.p_max_kw[i]);
}

GS_INLINE void adapt_wants(const fleet::Tick& tick, fleet::Fleet& fleet) {
  const fleet::Nameplate& plate = fleet.plate;
  fleet::State& state = fleet.state;
  const double* const limit_kw[2] = {state.p_min_kw.data(), state.p_max_kw.data()};
  for (Index i = 0; i < fleet.size(); ++i) {
    const fleet::Kind kind = plate.kind[i];
    const bool gives_all = kind == fleet::Kind::pv || kind == fleet::Kind::wind;
    state.p_min_kw[i] = limit_kw[gives_all][i];  // no branch to guess
    if (kind == fleet::Kind::ev) state.p_want_kw[i] = even_rate_kw(plate, state, tick, i);
  }
}

GS_INLINE void silence_unsupplied(const FeederRun& run, Variant& variant) {
  for (Index i = 0; i < variant.fleet.size(); ++i)
    if (run.position[i] == none)
      variant.p_kw[i] = variant.q_kvar[i] = variant.fleet.state.q_kvar[i] = 0.0;
}

GS_INLINE void decide_with_swarm(const FeederRun& run, const Scenario& scenario,
                                 const fleet::Tick& tick, double passive_kw, TickWork& work,
                                 Variant& variant) {
  using namespace decide_detail;
  adapt_wants(tick, variant.fleet);
  const std::span<const double> open_kw = exchange(run, scenario, work, variant);
  if (!scenario.local.leader) {
    variant.dispatched.totals = {};
    fleet::follow_reactive(variant.fleet, variant.p_kw, variant.fleet.state.q_kvar);
    return;
  }
  balance::match(variant.clusters, variant.trees, open_kw, work.matching, work.transfers);
  variant.e_ref_kw.resize(static_cast<std::size_t>(variant.clusters.size()));
  balance::cluster_targets(variant.fleet, variant.clusters, passive_kw, tick.dt_s, scenario.sharing,
                           variant.sharing, variant.e_ref_kw);
  balance::dispatch(variant.fleet, variant.clusters, variant.e_ref_kw, scenario.dispatch,
                    work.dispatch, variant.dispatched, variant.p_kw);
  fleet::follow_reactive(variant.fleet, variant.p_kw, variant.fleet.state.q_kvar);
  variant.messages += variant.dispatched.totals.messages;
  variant.bytes += variant.dispatched.totals.bytes;
}

GS_INLINE void decide_alone(const FeederRun& run, TickWork& work, Variant& variant) {
  fleet::local_rules(variant.fleet, run.input.grid.buses.size(), work.local);
  variant.p_kw = variant.fleet.state.p_kw;
  variant.q_kvar = variant.fleet.state.q_kvar;
}

GS_INLINE void measure_sharing(const Variant& variant, TickTotals& totals) {
  const Column<double>& p_kw = variant.p_kw;
  double sum_kw = 0.0;
  for (Index i = 0; i < variant.fleet.size(); ++i) {
    totals.power_kw += std::abs(p_kw[i]);
    sum_kw += p_kw[i];
    const bool is_alone = variant.clusters.of.empty() || variant.clusters.of[i] == none;
    if (is_alone) totals.imbalance_kw += std::abs(p_kw[i]);
  }
  totals.floor_kw = std::abs(sum_kw);
  for (Index c = 0; c < variant.clusters.size(); ++c) {
    double surplus_kw = 0.0, deficit_kw = 0.0;
    for (const Index i : variant.clusters.members.row(c))
      (p_kw[i] > 0.0 ? surplus_kw : deficit_kw) += std::abs(p_kw[i]);
    totals.imbalance_kw += std::abs(surplus_kw - deficit_kw);
    totals.shared_kw += std::min(surplus_kw, deficit_kw);
  }
  totals.rounds = static_cast<double>(variant.dispatched.totals.passes_max);
}

}  // namespace gridswarm::inline GS_ABI::swarm
