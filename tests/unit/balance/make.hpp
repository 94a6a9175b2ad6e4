// SPDX-License-Identifier: BSD-3-Clause
// Small feeders, fleets and clusters made by hand or from a seed, for the tests of balance/.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace make {

using namespace gridswarm;

/// The n-th number of a seeded stream, uniform in [low, high).
struct Dice {
  std::uint64_t seed;
  std::uint64_t n = 0;
  double uniform(double low, double high) {
    return low + (high - low) * draw_uniform(seed, Stream::test, n++, 0);
  }
  Index below(Index bound) {
    return static_cast<Index>(
        draw_below(seed, Stream::test, n++, 1, static_cast<std::uint64_t>(bound)));
  }
};

/// One source at position 0, the other positions hang on parents[k] < k; bus row = position.
inline feeder::Forest forest(const std::vector<Index>& parents, double r_pu, double x_pu) {
  feeder::Forest out;
  out.roots = 1;
  out.parent = parents;
  const std::size_t count = parents.size();
  for (std::size_t k = 0; k < count; ++k) {
    out.bus.push_back(static_cast<Index>(k));
    out.position.push_back(static_cast<Index>(k));
    out.branch.push_back(k == 0 ? none : static_cast<Index>(k) - 1);
  }
  out.reversed.assign(count, 0);
  out.r_pu.assign(count, r_pu);
  out.x_pu.assign(count, x_pu);
  out.r_pu[0] = out.x_pu[0] = 0.0;
  out.g_pu.assign(count, 0.0);
  out.b_pu.assign(count, 0.0);
  out.k_re.assign(count, 1.0);
  out.k_im.assign(count, 0.0);
  out.source_re = {1.0};
  out.source_im = {0.0};
  return out;
}

/// A seeded tree: each bus hangs on one of the last `window`; edges within a factor 4 of each
/// other.
inline feeder::Forest random_forest(Index count, Index window, double x_pu, double r_over_x,
                                    Dice& dice) {
  std::vector<Index> parents = {none};
  for (Index k = 1; k < count; ++k) parents.push_back(k - 1 - dice.below(k < window ? k : window));
  feeder::Forest out = forest(parents, 0.0, 0.0);
  for (Index k = 1; k < count; ++k) {
    out.x_pu[k] = x_pu * dice.uniform(0.5, 2.0);
    out.r_pu[k] = out.x_pu[k] * r_over_x * dice.uniform(0.5, 2.0);
  }
  return out;
}

/// Batteries of 10 kVA that want 0 and may do anything within their rating, one per bus row given.
inline fleet::Fleet fleet(const std::vector<Index>& buses) {
  fleet::Fleet out;
  const std::size_t count = buses.size();
  for (std::size_t i = 0; i < count; ++i) out.plate.id.push_back(100 + static_cast<AgentId>(i));
  out.plate.bus.assign(buses.begin(), buses.end());
  out.plate.kind.assign(count, fleet::Kind::battery);
  out.plate.s_kva.assign(count, 10.0);
  out.plate.rating_kw.assign(count, 10.0);
  out.plate.cost_per_kw2.assign(count, 1.0);
  for (Column<double>* column : {&out.state.p_kw, &out.state.q_kvar, &out.state.p_want_kw})
    column->assign(count, 0.0);
  out.state.p_min_kw.assign(count, -10.0);
  out.state.p_max_kw.assign(count, 10.0);
  return out;
}

/// Random wants, bands and costs; about one agent in five can't move.
inline fleet::Fleet random_fleet(Index agents, Index buses, Dice& dice) {
  std::vector<Index> at;
  for (Index i = 0; i < agents; ++i) at.push_back(dice.below(buses));
  fleet::Fleet out = fleet(at);
  for (Index i = 0; i < agents; ++i) {
    out.state.p_want_kw[i] = dice.uniform(-5.0, 5.0);
    const bool pinned = dice.uniform(0.0, 1.0) < 0.2;
    out.state.p_min_kw[i] = out.state.p_want_kw[i] - (pinned ? 0.0 : dice.uniform(0.0, 4.0));
    out.state.p_max_kw[i] = out.state.p_want_kw[i] + (pinned ? 0.0 : dice.uniform(0.0, 4.0));
    out.plate.cost_per_kw2[i] = dice.uniform(0.05, 2.0);
  }
  return out;
}

/// Membership from a cluster row per agent and each cluster's top position.
inline cluster::Clusters clusters(const std::vector<Index>& of, const std::vector<Index>& top) {
  cluster::Clusters out;
  out.of = of;
  out.members = group_by(of, static_cast<Index>(top.size()));
  out.top = top;
  for (std::size_t c = 0; c < top.size(); ++c) {
    const auto row = out.members.row(static_cast<Index>(c));
    out.id.push_back(row.empty() ? -1 : 100 + row[0]);
    out.leader.push_back(row.empty() ? none : row[0]);
  }
  return out;
}

}  // namespace make
