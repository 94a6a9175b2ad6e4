// SPDX-License-Identifier: BSD-3-Clause
#include "cluster_events.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/cluster/upkeep.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/synthetic.hpp"

namespace gridswarm::bench {
namespace {

using cluster::Event;
using cluster::EventKind;
using cluster::Presence;
using cluster::Upkeep;

constexpr Index buses = 1000;
constexpr Index ties = 10;
constexpr std::uint32_t events = 3000;
constexpr int repeats = 5;

std::uint64_t draw(std::uint64_t what, std::uint32_t step, std::uint64_t bound) {
  return draw_below(7, Stream::test, what, step, bound);
}

/// A synthetic feeder with a few open ties.
feeder::Case feeder_with_ties() {
  feeder::Case grid = feeder::make_synthetic(buses, 3);
  feeder::Branches& all = grid.branches;
  for (std::uint32_t t = 0; t < ties; ++t) {
    all.from.push_back(static_cast<Index>(draw(1, t, buses / 2)));
    all.to.push_back(static_cast<Index>(buses / 2 + draw(2, t, buses / 2)));
    for (auto* column : {&all.r_pu, &all.x_pu}) column->push_back(0.002);
    for (auto* column : {&all.b_pu, &all.rate_mva, &all.ratio, &all.shift_deg})
      column->push_back(0.0);
    all.in_service.push_back(0);
  }
  return grid;
}

/// One event: 70 % come and go for good, 28 % for a while, 2 % of the draws open a switch that is
/// closed again by the next event.
Event event_at(const Upkeep& upkeep, std::uint32_t step, Index& opened) {
  Event event;
  event.time_s = 60.0 * step;
  if (opened != none) {
    event.kind = EventKind::close;
    event.branch = std::exchange(opened, none);
    return event;
  }
  const std::uint64_t what = draw(3, step, 100);
  if (what >= 98) {
    event.kind = EventKind::open;
    event.branch = opened = static_cast<Index>(draw(5, step, buses - 1));
    return event;
  }
  event.kind = what < 35   ? EventKind::join
               : what < 70 ? EventKind::leave
               : what < 84 ? EventKind::isolate
                           : EventKind::give_back;
  const Presence wanted = event.kind == EventKind::join        ? Presence::absent
                          : event.kind == EventKind::give_back ? Presence::isolated
                                                               : Presence::in;
  const auto first = static_cast<Index>(draw(4, step, buses));
  for (Index k = 0; k < buses; ++k) {
    const Index agent = (first + k) % buses;
    if (upkeep.presence[agent] != wanted) continue;
    event.agent = upkeep.fleet.plate.id[agent];
    return event;
  }
  event.kind = EventKind::power;  // nobody is there to return: a measurement instead
  event.agent = upkeep.fleet.plate.id[first];
  return event;
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Lived {
  std::vector<double> ms;
  cluster::Change change;
  double objective_over_fresh = 0.0;
};

Lived live(const cluster::UpkeepOptions& options) {
  const feeder::Case grid = feeder_with_ties();
  const fleet::Fleet fleet = fleet::make_synthetic_fleet(grid, buses, 5);
  std::vector<Index> absent;
  for (Index i = 0; i < buses; i += 3) absent.push_back(i);
  Lived lived;
  lived.ms.assign(events, 1e300);
  for (int repeat = 0; repeat < repeats; ++repeat) {
    Upkeep upkeep = cluster::make_upkeep(grid, fleet, {}, options, nullptr, absent);
    lived.change = {};
    Index opened = none;
    for (std::uint32_t step = 0; step < events; ++step) {
      const Event event = event_at(upkeep, step, opened);
      const auto begin = std::chrono::steady_clock::now();
      lived.change += cluster::apply(upkeep, event);
      lived.change += cluster::settle(upkeep, event.time_s);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
      lived.ms[step] = std::min(lived.ms[step], 1e3 * taken.count());
    }
    const fleet::Fleet now = cluster::fleet_now(upkeep, nullptr);
    lived.objective_over_fresh =
        cluster::objective_now(upkeep) /
        cluster::form(upkeep.grid, upkeep.forest, now, {}, nullptr).objective;
  }
  return lived;
}

}  // namespace

void add_event_rows(const std::string& command, std::vector<Row>& rows) {
  const Lived lived = live({});
  const auto add = [&](const char* name, double value, const char* unit, const char* op,
                       double bar) {
    rows.push_back({name, value, unit, op, bar, repeats, command});
  };
  add("event_ms_p50", percentile(lived.ms, 0.5), "ms", "<=", 0.2);
  add("event_ms_p99", percentile(lived.ms, 0.99), "ms", "<=", 0.5);
  add("event_ms_largest", percentile(lived.ms, 1.0), "ms", "", 0.0);
  add("event_members_moved", static_cast<double>(lived.change.moved) / events, "per event", "",
      0.0);
  add("event_bytes", static_cast<double>(lived.change.bytes) / events, "B per event", "", 0.0);
  add("event_objective_over_fresh", lived.objective_over_fresh, "", "", 0.0);
  const Lived eager = live({.dwell_s = 0.0});
  add("event_no_dwell_ms_p50", percentile(eager.ms, 0.5), "ms", "", 0.0);
  add("event_no_dwell_ms_p99", percentile(eager.ms, 0.99), "ms", "", 0.0);
}

}  // namespace gridswarm::bench
