// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "gridswarm/swarm/summary.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<swarm::VariantSummary>> fields<swarm::VariantSummary>() {
  using S = swarm::VariantSummary;
  constexpr double any = no_limit;
  static const std::array<Field<S>, 15> table = {{
      {"peak_import_kw", "kW", &S::peak_import_kw, -any, any, "largest import of all feeders"},
      {"losses_kwh", "kWh", &S::losses_kwh, 0, any, "energy lost in the wires"},
      {"bus_minutes_outside", "min", &S::bus_minutes_outside, 0, any,
       "buses, or phase nodes, times minutes outside the limits"},
      {"loading_max_percent", "%", &S::loading_max_percent, 0, any, "highest branch loading"},
      {"curtailed_kwh", "kWh", &S::curtailed_kwh, 0, any, "sun and wind not taken"},
      {"shed_kwh", "kWh", &S::shed_kwh, -any, any, "consumption left out and not caught up"},
      {"wear_cost", "", &S::wear_cost, 0, any, "of batteries, in the unit of cost_per_kwh"},
      {"lost_agent_h", "h", &S::lost_agent_h, 0, any, "hours of agents at health 0, added"},
      {"ev_unserved_kwh", "kWh", &S::ev_unserved_kwh, 0, any, "missing in EVs at departure"},
      {"imbalance_left", "", &S::imbalance_left, 0, 1,
       "cluster imbalance as a share of agent power"},
      {"imbalance_floor", "", &S::imbalance_floor, 0, 1, "the least that any clusters could leave"},
      {"shared_kwh", "kWh", &S::shared_kwh, 0, any, "energy shared inside clusters"},
      {"v_min_pu", "p.u.", &S::v_min_pu, 0, any, "lowest voltage"},
      {"v_max_pu", "p.u.", &S::v_max_pu, 0, any, "highest voltage"},
      {"unbalance_max_percent", "%", &S::unbalance_max_percent, 0, any,
       "largest voltage unbalance |V2| / |V1|"},
  }};
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::RunSummary>> fields<swarm::RunSummary>() {
  using S = swarm::RunSummary;
  constexpr double any = no_limit;
  static const std::array<Field<S>, 26> table = {{
      {"run", "", &S::name, 0, 0, "name of the run"},
      {"feeders", "", &S::feeders, 0, any, "feeders"},
      {"agents", "", &S::agents, 0, any, "devices"},
      {"ticks", "", &S::ticks, 0, any, "control ticks"},
      {"clusters", "", &S::clusters, 0, any, "clusters at the end"},
      {"churn_percent", "%", &S::churn_percent, 0, 100,
       "agents that changed cluster, per ledger tick"},
      {"messages", "", &S::messages, 0, any, "messages between agents"},
      {"bytes", "B", &S::bytes, 0, any, "bytes between agents"},
      {"forecast_error_kw", "kW", &S::forecast_error_kw, 0, any,
       "mean error of an agent's forecast of its next ledger tick"},
      {"forecast_rmse_kw", "kW", &S::forecast_rmse_kw, 0, any, "root of its mean square"},
      {"forecast_bias_kw", "kW", &S::forecast_bias_kw, -any, any, "mean of forecast less power"},
      {"forecast_skill", "", &S::forecast_skill, -any, 1, "1 - RMSE / RMSE of persistence"},
      {"volt_var_gap_max", "", &S::volt_var_gap, 0, any,
       "largest distance of q from its curve, as a share of the rating"},
      {"not_converged", "", &S::not_converged, 0, any, "power flows that did not converge"},
      {"records", "", &S::records, 0, any, "records in the log"},
      {"device_records", "", &S::device_records, 0, any,
       "records in the clusters' trees, with a hierarchy"},
      {"cluster_records", "", &S::cluster_records, 0, any,
       "of the log's records, those that a cluster's committee certified"},
      {"refused", "", &S::refused, 0, any, "records that a contract refused"},
      {"log_head", "", &S::log_head, 0, 0, "root of the log"},
      {"anchor_age_s", "s", &S::anchor_age_s, 0, any, "longest wait of a decision for its commit"},
      {"loss_bound_ms", "ms", &S::loss_bound_ms, 0, any,
       "oldest decision that a power failure could have lost, at the worst moment"},
      {"loss_bound_records", "", &S::loss_bound_records, 0, any,
       "records that could not be durable at once: of four ledger ticks in sequence"},
      {"seconds", "s", &S::seconds, 0, any, "wall time"},
      {"flow_percent", "%", &S::flow_percent, 0, 100, "share of the ticks' time in power flow"},
      {"exchange_rounds", "", &S::exchange_rounds, 0, any, "rounds between ranks"},
      {"exchange_bytes", "B", &S::exchange_bytes, 0, any, "bytes between ranks"},
  }};
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::swarm {

GS_INLINE SummaryBuilder::SummaryBuilder(const Scenario& scenario, Index)
    : dt_h_(scenario.run.dt_s / 3600.0),
      variants_(scenario.variants()),
      sums_(static_cast<std::size_t>(variants_)),
      import_kw_(static_cast<std::size_t>(variants_ * scenario.ticks_per_interval()), 0.0) {
  for (Sums& sums : sums_) {
    sums.values.v_min_pu = no_limit;
    sums.values.peak_import_kw = -no_limit;
  }
}

GS_INLINE void SummaryBuilder::add(const FeederInterval& rows) {
  if (rows.feeder == 0) {
    error_kw_ = 0.0;
    forecasts_ = square_kw2_ = bias_kw_ = persistence_kw2_ = 0.0;
    agents_ = 0;
  }
  for (Index row = 0; row < rows.ticks * variants_; ++row) {
    const TickTotals& tick = rows.totals[row];
    Sums& sums = sums_[row % variants_];
    VariantSummary& values = sums.values;
    import_kw_[row] += tick.source_kw;
    values.losses_kwh += tick.losses_kw * dt_h_;
    values.bus_minutes_outside += tick.buses_outside * dt_h_ * 60.0;
    values.loading_max_percent = std::max(values.loading_max_percent, tick.loading_max_percent);
    values.curtailed_kwh += tick.curtailed_kw * dt_h_;
    values.shed_kwh += tick.shed_kw * dt_h_;
    values.wear_cost += tick.wear_cost;
    values.lost_agent_h += tick.lost_agents * dt_h_;
    values.shared_kwh += tick.shared_kw * dt_h_;
    values.v_min_pu = std::min(values.v_min_pu, tick.v_min_pu);
    values.v_max_pu = std::max(values.v_max_pu, tick.v_max_pu);
    values.unbalance_max_percent =
        std::max(values.unbalance_max_percent, tick.unbalance_max_percent);
    sums.imbalance_kw += tick.imbalance_kw;
    sums.floor_kw += tick.floor_kw;
    sums.power_kw += tick.power_kw;
    volt_var_gap = std::max(volt_var_gap, tick.volt_var_gap);
  }
  for (Index v = 0; v < variants_; ++v) sums_[v].values.ev_unserved_kwh += rows.unserved_kwh[v];
  const auto agents = static_cast<std::int64_t>(rows.soc.size()) / variants_;
  error_kw_ += rows.forecast_error_kw * static_cast<double>(agents);
  forecasts_ += rows.forecasts;
  square_kw2_ += rows.forecast_square_kw2;
  bias_kw_ += rows.forecast_bias_kw;
  persistence_kw2_ += rows.persistence_square_kw2;
  agents_ += agents;
  messages += rows.messages;
  bytes += rows.bytes;
  moved_ += rows.moved;
  clusters_now_ += rows.clusters;
  flow_s_ += rows.flow_s;
  tick_s_ += rows.tick_s;
}

GS_INLINE void SummaryBuilder::close_interval() {
  for (std::size_t row = 0; row < import_kw_.size(); ++row) {
    double& peak_kw = sums_[row % static_cast<std::size_t>(variants_)].values.peak_import_kw;
    peak_kw = std::max(peak_kw, import_kw_[row]);
    import_kw_[row] = 0.0;
  }
  clusters = clusters_now_;
  clusters_now_ = 0;
  ++intervals_;
}

GS_INLINE std::vector<VariantSummary> SummaryBuilder::variants() const {
  std::vector<VariantSummary> out;
  for (const Sums& sums : sums_) {
    out.push_back(sums.values);
    if (sums.power_kw > 0.0) {
      out.back().imbalance_left = sums.imbalance_kw / sums.power_kw;
      out.back().imbalance_floor = sums.floor_kw / sums.power_kw;
    }
  }
  return out;
}

GS_INLINE double SummaryBuilder::forecast_error_kw() const {
  return agents_ > 0 ? error_kw_ / static_cast<double>(agents_) : 0.0;
}

GS_INLINE fleet::ForecastError SummaryBuilder::forecast_error() const {
  fleet::ForecastError out;
  if (!(forecasts_ > 0.0)) return out;
  out.mae = forecast_error_kw();
  out.rmse = std::sqrt(square_kw2_ / forecasts_);
  out.bias = bias_kw_ / forecasts_;
  if (persistence_kw2_ > 0.0) out.skill = 1.0 - std::sqrt(square_kw2_ / persistence_kw2_);
  return out;
}

GS_INLINE double SummaryBuilder::flow_percent() const {
  const double all_s = flow_s_ + tick_s_;
  return all_s > 0.0 ? 100.0 * flow_s_ / all_s : 0.0;
}

GS_INLINE double SummaryBuilder::churn_percent(std::int64_t agents) const {
  const double chances = static_cast<double>(agents) * static_cast<double>(intervals_);
  return chances > 0.0 ? 100.0 * static_cast<double>(moved_) / chances : 0.0;
}

}  // namespace gridswarm::inline GS_ABI::swarm
