// SPDX-License-Identifier: BSD-3-Clause
// What a run comes to: the table a planner reads first, and what the swarm and its log did.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/swarm/sink.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// One variant (with the swarm or with local rules only) over all feeders and ticks.
struct VariantSummary {
  double peak_import_kw = 0;
  double losses_kwh = 0;
  double bus_minutes_outside = 0;
  double loading_max_percent = 0;
  double curtailed_kwh = 0;
  double shed_kwh = 0;
  double wear_cost = 0;
  double lost_agent_h = 0;
  double ev_unserved_kwh = 0;
  double imbalance_left = 0;   ///< sum over ticks of cluster imbalance, as a share of agent power
  double imbalance_floor = 0;  ///< the same where every feeder were one cluster
  double shared_kwh = 0;
  double v_min_pu = 0;
  double v_max_pu = 0;
  double unbalance_max_percent = 0;
};

/// The whole run.
struct RunSummary {
  std::string name;
  std::int64_t feeders = 0;
  std::int64_t agents = 0;
  std::int64_t ticks = 0;
  std::int64_t clusters = 0;  ///< at the end
  double churn_percent = 0;   ///< agents that changed cluster, per ledger tick
  std::int64_t messages = 0;  ///< between agents
  std::int64_t bytes = 0;
  double forecast_error_kw = 0;  ///< mean over agents and ledger ticks
  double forecast_rmse_kw = 0;
  double forecast_bias_kw = 0;
  double forecast_skill = 0;       ///< 1 - RMSE / RMSE of persistence
  double volt_var_gap = 0;         ///< largest over the run
  std::int64_t not_converged = 0;  ///< power flows
  std::int64_t records = 0;
  std::int64_t device_records = 0;   ///< in the clusters' trees, with a hierarchy
  std::int64_t cluster_records = 0;  ///< of `records`, those certified by committees
  std::int64_t refused = 0;          ///< records that a contract refused
  std::string log_head;              ///< root of the log, hex
  double anchor_age_s = 0;           ///< longest wait of a decision for its commit
  double loss_bound_ms = 0;          ///< what a power failure could have lost, at worst
  std::int64_t loss_bound_records = 0;
  double seconds = 0;
  double flow_percent = 0;  ///< share of the ticks' time spent in power flow
  std::int64_t exchange_rounds = 0;
  std::int64_t exchange_bytes = 0;
};

/// Adds up intervals in the order in which they arrive: (interval, feeder) ascending.
class SummaryBuilder {
 public:
  SummaryBuilder(const Scenario& scenario, Index feeders);
  void add(const FeederInterval& rows);
  /// Call after the last feeder of an interval.
  void close_interval();
  /// Per variant, in lane order; energies in kWh.
  std::vector<VariantSummary> variants() const;
  double flow_percent() const;
  double churn_percent(std::int64_t agents) const;

  std::int64_t messages = 0;
  std::int64_t bytes = 0;
  std::int64_t clusters = 0;  ///< of the interval added last
  double volt_var_gap = 0;
  double forecast_error_kw() const;             ///< over feeders, weighted by their agents
  fleet::ForecastError forecast_error() const;  ///< the same: RMSE, bias and skill

 private:
  struct Sums {
    VariantSummary values;
    double imbalance_kw = 0;
    double floor_kw = 0;
    double power_kw = 0;
  };
  double dt_h_;
  Index variants_;
  std::vector<Sums> sums_;
  std::vector<double> import_kw_;  ///< (tick of the interval, variant), over feeders
  std::int64_t intervals_ = 0;
  std::int64_t moved_ = 0;
  double error_kw_ = 0;  ///< of the interval added last: sum over feeders of error x agents
  double forecasts_ = 0, square_kw2_ = 0, bias_kw_ = 0, persistence_kw2_ = 0;
  std::int64_t agents_ = 0;
  std::int64_t clusters_now_ = 0;
  double flow_s_ = 0;
  double tick_s_ = 0;
};

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<swarm::VariantSummary>> fields<swarm::VariantSummary>();
template <>
std::span<const Field<swarm::RunSummary>> fields<swarm::RunSummary>();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/summary.ipp"
#endif
