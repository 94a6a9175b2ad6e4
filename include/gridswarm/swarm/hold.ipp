// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/swarm/hold.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace hold_detail {

/// Every bus has one cluster that answers for it: the first that lives there, else that of the bus
/// above it, else (between the source and all clusters) that of a bus below.
GS_INLINE Csr buses_by_cluster(const FeederRun& run, const Variant& variant) {
  const std::vector<Index>& parent = run.forest.parent;
  const balance::ClusterTrees& trees = variant.trees;
  std::vector<Index> owner(parent.size(), none);
  for (Index c = variant.clusters.size(); c-- > 0;)
    for (Index node = trees.first[c]; node < trees.first[c + 1]; ++node)
      owner[trees.position[node]] = c;
  for (std::size_t at = 0; at < owner.size(); ++at)
    if (owner[at] == none && parent[at] != none) owner[at] = owner[parent[at]];
  for (std::size_t at = owner.size(); at-- > 0;)
    if (parent[at] != none && owner[parent[at]] == none) owner[parent[at]] = owner[at];
  return group_by(owner, variant.clusters.size());
}

/// Who of `agents` can help, and how far each may change from its set-point now.
GS_INLINE void list_members(const FeederRun& run, const Scenario& scenario, const Variant& variant,
                            std::span<const Index> agents, bool active, TickWork& work) {
  const fleet::Nameplate& plate = variant.fleet.plate;
  const fleet::State& state = variant.fleet.state;
  balance::SupportMembers& members = work.members;
  work.helpers.clear();
  members.position.clear();
  for (Column<double>* column :
       {&members.q_low_pu, &members.q_high_pu, &members.p_low_pu, &members.p_high_pu})
    column->clear();
  for (const Index i : agents) {
    const fleet::Kind kind = plate.kind[i];
    if (kind == fleet::Kind::meter || kind == fleet::Kind::load) continue;
    if (state.health[i] == 0.0 || run.position[i] == none) continue;
    const double p = variant.p_kw[i], q = variant.q_kvar[i], s = plate.s_kva[i];
    const double most_kvar =
        balance::reactive_limit_kvar(variant.fleet, i, p, run.volt_var, scenario.volt_var);
    work.helpers.push_back(i);
    members.position.push_back(run.position[i]);
    members.q_low_pu.push_back(std::min(0.0, -most_kvar - q) * run.pu_per_kw);
    members.q_high_pu.push_back(std::max(0.0, most_kvar - q) * run.pu_per_kw);
    if (!active) continue;
    const bool generates = kind == fleet::Kind::pv || kind == fleet::Kind::wind;
    const double reactive_kvar = std::max(most_kvar, std::fabs(q));
    const double room_kw = std::sqrt(std::max(0.0, s * s - reactive_kvar * reactive_kvar));
    const double low_kw = generates ? 0.0 : std::max(state.p_min_kw[i], -room_kw);
    const double high_kw = generates ? p : std::min(state.p_max_kw[i], room_kw);
    members.p_low_pu.push_back(std::min(0.0, low_kw - p) * run.pu_per_kw);
    members.p_high_pu.push_back(std::max(0.0, high_kw - p) * run.pu_per_kw);
  }
}

/// What those listed can do for `buses`, done.
GS_INLINE void ask(const FeederRun& run, const Scenario& scenario, std::span<const Index> buses,
                   TickWork& work, Variant& variant) {
  if (work.helpers.empty()) return;
  balance::VoltageSupportOptions options;
  options.v_min_pu = scenario.limits.v_min_pu + hold_margin_pu;
  options.v_max_pu = scenario.limits.v_max_pu - hold_margin_pu;
  balance::support_voltage(run.forest, buses, work.members, work.volt_var.v_pu, options,
                           work.voltage_support, work.supported);
  work.volt_var.v_pu = work.supported.v_pu;
  for (std::size_t k = 0; k < work.helpers.size(); ++k) {
    variant.q_kvar[work.helpers[k]] += work.supported.dq_pu[k] / run.pu_per_kw;
    variant.p_kw[work.helpers[k]] += work.supported.dp_pu[k] / run.pu_per_kw;
  }
  variant.support.q_kvar += work.supported.effort_q_pu / run.pu_per_kw;
  variant.support.p_kw += work.supported.effort_p_pu / run.pu_per_kw;
  variant.support.members += static_cast<std::int64_t>(work.helpers.size());
}

}  // namespace hold_detail

GS_INLINE void hold_voltages(const FeederRun& run, const Scenario& scenario, TickWork& work,
                             Variant& variant) {
  using namespace hold_detail;
  variant.support.q_kvar = 0.0;
  variant.support.members = 0;
  const cluster::Clusters& clusters = variant.clusters;
  const auto is_out = [&](std::span<const Index> buses) {
    return std::any_of(buses.begin(), buses.end(), [&](Index at) {
      const double v_pu = work.volt_var.v_pu[at];
      return v_pu < scenario.limits.v_min_pu || v_pu > scenario.limits.v_max_pu;
    });
  };
  const Csr owned = buses_by_cluster(run, variant);
  const auto ask_each = [&](bool active) {
    for (Index c = 0; c < clusters.size(); ++c) {
      if (!is_out(owned.row(c))) continue;
      list_members(run, scenario, variant, clusters.members.row(c), active, work);
      ask(run, scenario, owned.row(c), work, variant);
    }
  };
  ask_each(false);
  if (!is_out(owned.items)) return;
  list_members(run, scenario, variant, clusters.members.items, false, work);
  ask(run, scenario, owned.items, work, variant);
  ask_each(true);
}

}  // namespace gridswarm::inline GS_ABI::swarm
