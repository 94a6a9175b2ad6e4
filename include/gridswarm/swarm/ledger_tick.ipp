// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/fleet/health.hpp"
#include "gridswarm/fleet/sun.hpp"
#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/hierarchy.hpp"
#include "gridswarm/swarm/ledger_tick.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace ledger_tick_detail {

/// What agents want at the very first tick, for the first formation; later the last tick's is
/// there.
GS_INLINE void sense_first(const Scenario& scenario, const fleet::ProfileSet& profiles,
                           FeederRun& run, Variant& variant) {
  fleet::values_at(profiles, run.profile_rows, 0.0, run.values);
  fleet::sense(variant.fleet, run.values, {hour_of_day(scenario, 0), scenario.run.dt_s});
}

/// What agents expect of interval `interval`, by the scenario's rule.
GS_INLINE void foresee(const Scenario& scenario, const fleet::ProfileSet& profiles, Index interval,
                       FeederRun& run) {
  const fleet::ForecastOptions& options = scenario.forecast;
  const double step_s = scenario.run.ledger_dt_s, begin_s = interval * step_s;
  if (options.rule == "clear_sky") {
    const fleet::Site site{options.latitude_deg, options.longitude_deg, options.utc_offset_h};
    const double local_s = static_cast<double>(fleet::parse_stamp(scenario.run.start)) + begin_s;
    const double ended = fleet::mean_clear_sky_w_per_m2(local_s - step_s, step_s, site);
    const double next = fleet::mean_clear_sky_w_per_m2(local_s, step_s, site);
    for (Variant& variant : run.variants)
      fleet::foresee_clear_sky(variant.fleet, ended, next, variant.forecast);
  }
  if (options.rule != "given") return;
  const Index ticks = scenario.ticks_per_interval();
  Column<double> mean(run.given_rows.size(), 0.0);
  for (Index k = 0; k < ticks; ++k) {
    fleet::values_at(profiles, run.given_rows, begin_s + k * scenario.run.dt_s, run.given);
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += run.given.value[j] / ticks;
  }
  run.given.value = mean;
  for (Variant& variant : run.variants)
    fleet::foresee_given(variant.fleet, run.given, run.is_given);
}

/// Agents whose cluster is another one now.
GS_INLINE std::int64_t count_moved(const cluster::Clusters& before,
                                   const cluster::Clusters& after) {
  if (before.of.empty()) return 0;
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < after.of.size(); ++i) {
    const ClusterId old = before.of[i] == none ? none : before.id[before.of[i]];
    const ClusterId now = after.of[i] == none ? none : after.id[after.of[i]];
    moved += old != now;
  }
  return moved;
}

GS_INLINE void reform(const Scenario& scenario, Index interval, Index lane, FeederRun& run) {
  Variant& variant = run.variants[lane];
  const bool first = variant.clusters.of.empty();
  fleet::find_lost(variant.fleet, variant.apart);
  cluster::Formation formed =
      cluster::form(run.input.grid, run.forest, variant.fleet, scenario.cluster,
                    first ? nullptr : &variant.clusters, 1, {.apart = variant.apart});
  const std::int64_t moved = count_moved(variant.clusters, formed.clusters);
  if (lane == 0) {
    run.rows.moved = moved;
    run.rows.clusters = formed.clusters.size();
  }
  if (first || moved > 0) {
    variant.clusters = std::move(formed.clusters);
    balance::make_cluster_trees(run.forest, variant.clusters, variant.fleet.plate.bus, run.edge_pu,
                                variant.trees);
  }
  cluster::elect(variant.fleet, scenario.leader, static_cast<std::uint64_t>(scenario.run.seed),
                 static_cast<std::uint32_t>(interval + 1), variant.standing, variant.clusters);
}

GS_INLINE void note_membership(const Scenario& scenario, Index interval, FeederRun& run) {
  Variant& variant = run.variants[0];
  const std::int64_t tick = interval + 1;
  if (interval == 0) note_join(run.journal, tick, variant.fleet.plate);
  cluster::leader_scores(variant.fleet, variant.standing, scenario.leader, variant.clusters,
                         run.scores);
  note_clusters(run.journal, tick, tick, variant.fleet.plate.id, variant.clusters, run.scores);
}

}  // namespace ledger_tick_detail

GS_INLINE void open_interval(const Scenario& scenario, const fleet::ProfileSet& profiles,
                             Index interval, FeederRun& run) {
  using namespace ledger_tick_detail;
  for (Index lane = 0; lane < static_cast<Index>(run.variants.size()); ++lane) {
    if (!run.variants[lane].with_swarm) continue;
    if (interval == 0) sense_first(scenario, profiles, run, run.variants[lane]);
    reform(scenario, interval, lane, run);
  }
  if (interval > 0) foresee(scenario, profiles, interval, run);
  note_membership(scenario, interval, run);
}

GS_INLINE Bytes close_interval(const Scenario& scenario, Index interval, FeederRun& run) {
  FeederInterval& rows = run.rows;
  rows.messages = rows.bytes = 0;
  for (std::size_t lane = 0; lane < run.variants.size(); ++lane) {
    Variant& variant = run.variants[lane];
    const std::size_t agents = variant.fleet.size();
    std::copy_n(variant.fleet.state.soc.begin(), agents, rows.soc.begin() + lane * agents);
    for (std::size_t i = 0; i < agents && variant.with_swarm; ++i) {
      const Index c = variant.clusters.of[i];
      rows.cluster[lane * agents + i] = c == none ? none : variant.clusters.id[c];
      const Index leader = c == none ? none : variant.clusters.leader[c];
      rows.leader[lane * agents + i] = leader == none ? none : variant.fleet.plate.id[leader];
    }
    fleet::close_forecast(variant.fleet, variant.forecast);
    if (lane > 0) continue;
    const fleet::Forecast& forecast = variant.forecast;
    rows.forecast_error_kw = fleet::mean_abs_error_kw(forecast);
    rows.forecasts = static_cast<double>(agents) * static_cast<double>(forecast.observations);
    rows.forecast_square_kw2 = forecast.square_kw2;
    rows.forecast_bias_kw = forecast.bias_kw;
    rows.persistence_square_kw2 = forecast.persistence_kw2;
    rows.messages = variant.messages;
    rows.bytes = variant.bytes;
  }
  const Variant& variant = run.variants[0];
  const std::size_t agents = variant.fleet.size();
  note_energy(run.journal, interval + 1,
              {variant.fleet.plate.id,
               std::span(rows.e_out_kwh).first(agents),
               std::span(rows.e_in_kwh).first(agents),
               variant.v_min_pu,
               variant.v_max_pu,
               variant.fleet.state.soc,
               {}});
  return scenario.ledger.hierarchy ? pack_hierarchy(run.journal, interval + 1)
                                   : pack_records(run.journal);
}

}  // namespace gridswarm::inline GS_ABI::swarm
