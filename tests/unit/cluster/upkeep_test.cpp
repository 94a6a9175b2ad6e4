// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/cluster/upkeep.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::ClusterOptions;
using cluster::Event;
using cluster::EventKind;
using cluster::Presence;
using cluster::Upkeep;

/// Feeders joined by open ties, so that switches can move parts between sources.
feeder::Case with_ties(Index feeders, Index buses, std::uint64_t seed, Index reach, Index ties) {
  feeder::Case grid = sample::random_case(feeders, buses, seed, reach);
  for (Index t = 0; t < ties; ++t) {
    const auto step = static_cast<std::uint32_t>(t);
    const auto a = static_cast<Index>(sample::number(seed, 90, step, grid.buses.size()));
    const auto b = static_cast<Index>(sample::number(seed, 91, step, grid.buses.size()));
    if (a == b) continue;
    sample::add_branch(grid, a, b, 0.002, 0.002);
    grid.branches.in_service.back() = 0;
  }
  return grid;
}

/// What quality.hpp, which knows nothing of the upkeep, says of the membership now.
void check_valid(const Upkeep& upkeep) {
  cluster::Clusters clusters;
  const fleet::Fleet fleet = cluster::fleet_now(upkeep, &clusters);
  const feeder::Forest forest = feeder::make_forest(upkeep.grid);
  const auto quality = cluster::measure(upkeep.grid, forest, fleet, upkeep.options, clusters);
  REQUIRE(quality.connected_share == 1.0);
  REQUIRE(quality.breaches == 0);
  Index supplied = 0;
  for (Index i = 0; i < fleet.size(); ++i) {
    const bool has_supply = forest.position[fleet.plate.bus[i]] != none;
    supplied += has_supply;
    REQUIRE((clusters.of[i] != none) == has_supply);
  }
  REQUIRE(quality.agents == supplied);
  const std::set<ClusterId> ids(clusters.id.begin(), clusters.id.end());
  REQUIRE(ids.size() == clusters.id.size());
}

/// A possible event, drawn; none possible: a leave that may be refused.
Event draw(const Upkeep& upkeep, std::uint64_t seed, std::uint32_t step) {
  Event event;
  event.time_s = 60.0 * step;
  const std::uint64_t what = sample::number(seed, 92, step, 20);
  const Index agents = upkeep.fleet.size();
  const auto first = static_cast<Index>(sample::number(seed, 93, step, agents));
  const auto pick = [&](Presence wanted) {
    for (Index k = 0; k < agents; ++k)
      if (upkeep.presence[(first + k) % agents] == wanted)
        return upkeep.fleet.plate.id[(first + k) % agents];
    return AgentId{-1};
  };
  if (what < 6) {
    event.kind = EventKind::join;
    event.agent = pick(Presence::absent);
    if (what < 2)
      event.bus = static_cast<Index>(sample::number(seed, 94, step, upkeep.grid.buses.size()));
  } else if (what < 12) {
    event.kind = EventKind::leave;
    event.agent = pick(Presence::in);
  } else if (what < 15) {
    event.kind = EventKind::isolate;
    event.agent = pick(Presence::in);
  } else if (what < 18) {
    event.kind = EventKind::give_back;
    event.agent = pick(Presence::isolated);
  } else {
    event.branch = static_cast<Index>(sample::number(seed, 95, step, upkeep.grid.branches.size()));
    // Switches in service are opened rarely, else the feeder falls apart.
    if (upkeep.grid.branches.in_service[event.branch])
      event.branch =
          static_cast<Index>(sample::number(seed, 96, step, upkeep.grid.branches.size()));
    event.kind = upkeep.grid.branches.in_service[event.branch] ? EventKind::open : EventKind::close;
  }
  return event;
}

/// Every third agent is not there at first.
std::vector<Index> every_third(const fleet::Fleet& fleet) {
  std::vector<Index> rows;
  for (Index i = 0; i < fleet.size(); i += 3) rows.push_back(i);
  return rows;
}

/// Apply, or say that the event was refused.
bool happens(Upkeep& upkeep, const Event& event, cluster::Change& change) {
  try {
    change += cluster::apply(upkeep, event);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

TEST_CASE("a living membership begins as form() makes it") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const feeder::Case grid = sample::random_case(3, 30, seed, 1 + static_cast<Index>(seed % 5));
    const fleet::Fleet fleet = sample::random_fleet(grid, 200, seed);
    const auto formed = cluster::form(grid, feeder::make_forest(grid), fleet, {}, nullptr);
    const Upkeep upkeep = cluster::make_upkeep(grid, fleet, {}, {});
    const cluster::Clusters now = cluster::clusters_now(upkeep);
    CHECK(now.of == formed.clusters.of);
    CHECK(now.id == formed.clusters.id);
    CHECK(now.top == formed.clusters.top);
    CHECK(cluster::objective_now(upkeep) == doctest::Approx(formed.objective));
  }
}

TEST_CASE("joins, leaves, isolations and switchings in any order never leave it invalid") {
  Index happened = 0;
  cluster::Change sum;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const feeder::Case grid = with_ties(3, 25, seed, 1 + static_cast<Index>(seed % 6), 20);
    const fleet::Fleet fleet = sample::random_fleet(grid, 30 + 10 * static_cast<Index>(seed), seed);
    ClusterOptions options;
    if (seed % 4 == 0) options.rating_max_kva = 60.0;
    if (seed % 3 == 0) options.diameter_max_pu = 0.02;
    if (seed % 5 == 0) options.size_max = 6;
    Upkeep upkeep = cluster::make_upkeep(grid, fleet, options, {}, nullptr, every_third(fleet));
    check_valid(upkeep);
    for (std::uint32_t step = 0; step < 600; ++step) {
      CAPTURE(seed);
      CAPTURE(step);
      happened += happens(upkeep, draw(upkeep, seed, step), sum);
      if (step % 7 == 0) sum += cluster::settle(upkeep, 60.0 * step);
      check_valid(upkeep);
    }
  }
  MESSAGE(happened, " events; moved ", sum.moved, ", records ", sum.records, ", formed anew ",
          sum.reformed, " of ", sum.looked_at);
  CHECK(happened >= 10000);
}

/// How far J is above another one, by the measure of the oracle tests.
double gap(double objective, double other, const ClusterOptions& options) {
  return (objective - other) / std::max(other, options.kappa);
}

std::int64_t undersized_now(const Upkeep& upkeep) {
  std::int64_t count = 0;
  for (const auto& living : upkeep.living)
    count += !living.members.empty() && living.part.members < upkeep.options.size_min;
  return count;
}

TEST_CASE("without switching cost and dwell it stays within 1 % of forming anew") {
  double largest = 0.0;
  Index compared = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const feeder::Case grid = with_ties(2, 25, seed, 1 + static_cast<Index>(seed % 6), 10);
    const fleet::Fleet fleet = sample::random_fleet(grid, 90, seed);
    ClusterOptions options;
    options.w_switch = 0.0;
    options.delta_kw = 20.0;
    Upkeep upkeep =
        cluster::make_upkeep(grid, fleet, options, {.dwell_s = 0.0}, nullptr, every_third(fleet));
    cluster::Change sum;
    for (std::uint32_t step = 0; step < 60; ++step) {
      const Event event = draw(upkeep, seed, step);
      if (!happens(upkeep, event, sum)) continue;
      sum += cluster::settle(upkeep, event.time_s);
      const fleet::Fleet now = cluster::fleet_now(upkeep, nullptr);
      const auto fresh = cluster::form(upkeep.grid, upkeep.forest, now, options, nullptr);
      const std::int64_t undersized = undersized_now(upkeep);
      CAPTURE(seed);
      CAPTURE(step);
      CHECK(undersized <= fresh.undersized);
      if (undersized != fresh.undersized) continue;
      ++compared;
      const double above = gap(cluster::objective_now(upkeep), fresh.objective, options);
      largest = std::max(largest, above);
      CHECK(above <= 0.01);
    }
  }
  MESSAGE(compared, " comparisons, largest gap ", 100.0 * largest, " %");
  CHECK(compared > 300);
}

TEST_CASE("with switching cost no move is left undone that gains more than it costs and 1 %") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const feeder::Case grid = with_ties(2, 25, seed, 3, 10);
    const fleet::Fleet fleet = sample::random_fleet(grid, 90, seed);
    ClusterOptions options;
    options.w_switch = 0.5;
    Upkeep upkeep =
        cluster::make_upkeep(grid, fleet, options, {.dwell_s = 0.0}, nullptr, every_third(fleet));
    cluster::Change sum;
    for (std::uint32_t step = 0; step < 40; ++step) {
      const Event event = draw(upkeep, seed, step);
      if (!happens(upkeep, event, sum)) continue;
      sum += cluster::settle(upkeep, event.time_s);
      cluster::Clusters before;
      const fleet::Fleet now = cluster::fleet_now(upkeep, &before);
      const auto other = cluster::form(upkeep.grid, upkeep.forest, now, options, &before);
      CAPTURE(seed);
      CAPTURE(step);
      const double bound = other.objective + other.switching;
      CHECK(gap(cluster::objective_now(upkeep), bound, options) <= 0.01);
    }
  }
}

/// What moving from one membership of a single feeder to another costs, counted on its edges as
/// history.hpp says.
std::int64_t moves_between(const Upkeep& upkeep, const fleet::Fleet& fleet,
                           const cluster::Clusters& before, const cluster::Clusters& after) {
  const auto tree = distance::make_agent_tree(upkeep.grid, upkeep.forest, fleet,
                                              cluster::length_rule(upkeep.options));
  cluster::FeederTree feeder;
  cluster::make_feeder_tree({tree, fleet}, 0, feeder);
  cluster::HistoryWork work;
  cluster::History was, is;
  cluster::recall(feeder, &before, work, was);
  cluster::recall(feeder, &after, work, is);
  std::int64_t moves = 0;
  for (Index v = 1; v < feeder.nodes(); ++v)
    if (was.was_joined[v] != is.was_joined[v])
      moves += was.was_joined[v] ? was.if_cut[v] : was.if_joined[v];
  return moves;
}

TEST_CASE("with dwell each look leaves it within 1 % of forming from nothing, and moving there") {
  double largest = -1.0;
  Index compared = 0;
  Index moved = 0, closer = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const feeder::Case grid = with_ties(1, 40, seed, 1 + static_cast<Index>(seed % 6), 8);
    const fleet::Fleet fleet = sample::random_fleet(grid, 90, seed);
    ClusterOptions options;
    options.w_switch = 0.25;
    options.delta_kw = 10.0;
    Upkeep upkeep =
        cluster::make_upkeep(grid, fleet, options, {.dwell_s = 240.0}, nullptr, every_third(fleet));
    cluster::Change sum;
    for (std::uint32_t step = 0; step < 120; ++step) {
      const Event event = draw(upkeep, seed, step);
      if (!happens(upkeep, event, sum)) continue;
      if (cluster::settle(upkeep, event.time_s).looked_at == 0) continue;
      cluster::Clusters now;
      const fleet::Fleet there = cluster::fleet_now(upkeep, &now);
      const auto fresh = cluster::form(upkeep.grid, upkeep.forest, there, options, nullptr);
      CAPTURE(seed);
      CAPTURE(step);
      if (undersized_now(upkeep) != fresh.undersized) continue;
      ++compared;
      const double moving =
          options.w_switch * static_cast<double>(moves_between(upkeep, there, now, fresh.clusters));
      const double above = gap(cluster::objective_now(upkeep) - moving, fresh.objective, options);
      moved += moving > 0.0;
      closer += moving > 0.05 * fresh.objective;
      largest = std::max(largest, above);
      CHECK(above <= 0.01);
    }
  }
  MESSAGE(compared, " looks, largest gap ", 100.0 * largest, " %; ", moved, " elsewhere, ", closer,
          " by more than 5 % of J");
  CHECK(compared > 150);
}

TEST_CASE("within the dwell only what must change changes") {
  const feeder::Case grid = sample::random_case(1, 40, 7, 3);
  fleet::Fleet fleet = sample::random_fleet(grid, 150, 7);
  ClusterOptions options;
  options.w_switch = 0.0;
  options.min_gain = 0.0;
  Upkeep upkeep = cluster::make_upkeep(grid, fleet, options, {.dwell_s = 600.0});
  const cluster::Clusters before = cluster::clusters_now(upkeep);
  for (Index i = 0; i < fleet.size(); ++i)
    fleet.state.p_want_kw[i] =
        static_cast<double>(sample::number(7, 97, static_cast<std::uint32_t>(i), 21)) - 10.0;
  cluster::sense(upkeep, fleet.state);
  CHECK(cluster::settle(upkeep, 599.0).looked_at == 0);
  CHECK(cluster::clusters_now(upkeep).of == before.of);
  const cluster::Change change = cluster::settle(upkeep, 600.0);
  CHECK(change.looked_at == 1);
  CHECK(change.moved > 0);
  CHECK(change.records == change.moved);
  CHECK(change.bytes == change.records * cluster::assign_bytes);
  CHECK(cluster::settle(upkeep, 5000.0).looked_at == 0);  // nothing happened since
}

TEST_CASE("a join costs two records, a leave one, and what they move one each") {
  const feeder::Case grid = sample::random_case(1, 30, 2, 3);
  const fleet::Fleet fleet = sample::random_fleet(grid, 120, 2);
  Upkeep upkeep = cluster::make_upkeep(grid, fleet, {}, {});
  const AgentId agent = fleet.plate.id[40];
  const cluster::Change left = cluster::apply(upkeep, {.kind = EventKind::leave, .agent = agent});
  CHECK(left.records == 1 + left.moved);
  CHECK(left.bytes == cluster::leave_bytes + left.moved * cluster::assign_bytes);
  const cluster::Change came = cluster::apply(upkeep, {.kind = EventKind::join, .agent = agent});
  CHECK(came.records == 2 + came.moved);
  CHECK(came.bytes == cluster::join_bytes + (1 + came.moved) * cluster::assign_bytes);
}

TEST_CASE("supply that is lost and found again gives clusters their ids back") {
  feeder::Case grid = sample::random_case(1, 40, 5, 1);  // a line
  const fleet::Fleet fleet = sample::random_fleet(grid, 160, 5);
  Upkeep upkeep = cluster::make_upkeep(grid, fleet, {}, {});
  const cluster::Clusters before = cluster::clusters_now(upkeep);
  cluster::apply(upkeep, {.kind = EventKind::open, .branch = 0});
  CHECK(cluster::clusters_now(upkeep).size() < before.size());
  check_valid(upkeep);
  cluster::apply(upkeep, {.kind = EventKind::close, .branch = 0});
  const cluster::Clusters after = cluster::clusters_now(upkeep);
  Index same = 0;
  for (Index i = 0; i < fleet.size(); ++i) same += before.id[before.of[i]] == after.id[after.of[i]];
  CHECK(same > fleet.size() * 9 / 10);
}

TEST_CASE("a membership from outside is taken over, and mended where it is not valid") {
  const feeder::Case grid = sample::random_case(2, 30, 9, 3);
  const fleet::Fleet fleet = sample::random_fleet(grid, 160, 9);
  const auto formed = cluster::form(grid, feeder::make_forest(grid), fleet, {}, nullptr);
  const Upkeep kept = cluster::make_upkeep(grid, fleet, {}, {}, &formed.clusters);
  CHECK(cluster::clusters_now(kept).of == formed.clusters.of);
  cluster::Clusters torn = formed.clusters;
  std::rotate(torn.of.begin(), torn.of.begin() + 7, torn.of.end());
  torn.members = group_by(torn.of, torn.size());
  check_valid(cluster::make_upkeep(grid, fleet, {}, {}, &torn));
}

TEST_CASE("events that cannot be are refused and change nothing") {
  feeder::Case grid = sample::random_case(1, 20, 3, 3);
  sample::add_branch(grid, 2, 9, 0.001, 0.001);
  grid.branches.in_service.back() = 0;
  const fleet::Fleet fleet = sample::random_fleet(grid, 60, 3);
  ClusterOptions options;
  options.rating_max_kva = 100.0;
  Upkeep upkeep = cluster::make_upkeep(grid, fleet, options, {});
  cluster::apply(upkeep, {.kind = EventKind::power, .time_s = 5.0, .agent = 100, .value = 1.0});
  const cluster::Clusters before = cluster::clusters_now(upkeep);
  const double objective = cluster::objective_now(upkeep);
  const Event impossible[] = {
      {.kind = EventKind::join, .time_s = 5.0, .agent = 100},
      {.kind = EventKind::leave, .time_s = 5.0, .agent = 1},
      {.kind = EventKind::leave, .time_s = 4.0, .agent = 100},
      {.kind = EventKind::give_back, .time_s = 5.0, .agent = 100},
      {.kind = EventKind::open, .time_s = 5.0, .branch = 99},
      {.kind = EventKind::open, .time_s = 5.0, .branch = 19},
      {.kind = EventKind::close, .time_s = 5.0, .branch = 0},
      {.kind = EventKind::close, .time_s = 5.0, .branch = 19},
      {.kind = EventKind::soc, .time_s = 5.0, .agent = 100, .value = 1.5},
      {.kind = EventKind::size_max, .time_s = 5.0, .value = 2.5},
      {.kind = EventKind::size_max, .time_s = 5.0, .value = 3.0},
      {.kind = EventKind::diameter, .time_s = 5.0, .value = -1.0},
      {.kind = EventKind::rating, .time_s = 5.0, .value = 0.5},
  };
  for (const Event& event : impossible) {
    CAPTURE(cluster::word_of(event.kind));
    CHECK_THROWS_AS(cluster::apply(upkeep, event), UsageError);
  }
  CHECK(cluster::clusters_now(upkeep).of == before.of);
  CHECK(cluster::objective_now(upkeep) == objective);
  CHECK(upkeep.grid.branches.in_service.back() == 0);
}

TEST_CASE("bounds that tighten hold at once") {
  const feeder::Case grid = sample::random_case(2, 30, 4, 3);
  const fleet::Fleet fleet = sample::random_fleet(grid, 200, 4);
  Upkeep upkeep = cluster::make_upkeep(grid, fleet, {}, {});
  const auto bound = [&](EventKind kind, double value) {
    cluster::apply(upkeep, {.kind = kind, .value = value});
    check_valid(upkeep);
  };
  bound(EventKind::size_max, 12);
  CHECK(upkeep.options.size_max == 12);
  bound(EventKind::diameter, 0.02);
  bound(EventKind::rating, 30.0);
  bound(EventKind::size_min, 2);
}

}  // namespace
