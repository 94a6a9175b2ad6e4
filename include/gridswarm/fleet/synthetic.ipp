// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/fleet/device.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/fleet/synthetic.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<fleet::FleetMix>> fields() {
  using Mix = fleet::FleetMix;
  static constexpr std::array<Field<Mix>, 11> table = {{
      {"meter_share", "", &Mix::meter_share, 0, no_limit, "share of agents that are meters"},
      {"pv_share", "", &Mix::pv_share, 0, no_limit, "share of agents that are PV plants"},
      {"battery_share", "", &Mix::battery_share, 0, no_limit, "share of agents that are batteries"},
      {"ev_share", "", &Mix::ev_share, 0, no_limit, "share of agents that are electric vehicles"},
      {"wind_share", "", &Mix::wind_share, 0, no_limit, "share of agents that are wind turbines"},
      {"meter_of_load", "", &Mix::meter_of_load, 0, no_limit,
       "sum of meter ratings as a fraction of the case's load"},
      {"pv_of_load", "", &Mix::pv_of_load, 0, no_limit,
       "sum of PV ratings as a fraction of the case's load"},
      {"battery_of_load", "", &Mix::battery_of_load, 0, no_limit,
       "sum of battery ratings as a fraction of the case's load"},
      {"ev_of_load", "", &Mix::ev_of_load, 0, no_limit,
       "sum of charging ratings as a fraction of the case's load"},
      {"wind_of_load", "", &Mix::wind_of_load, 0, no_limit,
       "sum of wind ratings as a fraction of the case's load"},
      {"battery_hours", "h", &Mix::battery_hours, 0.1, 100,
       "capacity of a battery over its rating"},
  }};
  return table;
}

namespace fleet {
namespace synthetic_detail {

/// What a draw decides; one number per use.
enum Draw : std::uint32_t {
  d_kind,
  d_bus,
  d_size,
  d_soc,
  d_arrive,
  d_depart,
  d_cost,
  d_now,
  d_profile
};

GS_INLINE void check(const FleetMix& mix) {
  for (const Field<FleetMix>& field : fields<FleetMix>()) {
    const double value = mix.*std::get<double FleetMix::*>(field.member);
    if (!(value >= field.min && value <= field.max && value < no_limit))
      throw UsageError(std::string(field.name) + " = " + std::to_string(value) +
                       " is out of range; it must be a number >= " + std::to_string(field.min));
  }
}

/// Load of each bus that is connected to a source through branches in service, three-phase kW.
GS_INLINE std::vector<double> supplied_load_kw(const feeder::Case& grid) {
  const Index buses = grid.buses.size();
  std::vector<Index> group(static_cast<std::size_t>(buses));
  std::iota(group.begin(), group.end(), 0);
  const auto find = [&](Index b) {
    while (group[b] != b) b = group[b] = group[group[b]];
    return b;
  };
  const auto isolated = [&](Index b) { return grid.buses.type[b] == feeder::BusType::isolated; };
  for (Index e = 0; e < grid.branches.size(); ++e) {
    const Index from = grid.branches.from[e], to = grid.branches.to[e];
    if (grid.branches.in_service[e] && !isolated(from) && !isolated(to))
      group[find(from)] = find(to);
  }
  std::vector<char> supplied(group.size(), 0);
  for (Index b = 0; b < buses; ++b)
    if (grid.buses.type[b] == feeder::BusType::source) supplied[find(b)] = 1;
  std::vector<double> load_kw(group.size(), 0.0);
  for (Index b = 0; b < buses; ++b)
    if (supplied[find(b)] && grid.buses.type[b] != feeder::BusType::source)
      load_kw[b] = std::max(0.0, grid.buses.pd_mw[b]) * case_mw_to_agent_kw(grid);
  return load_kw;
}

/// Kinds of `agents` agents: counts by largest remainder, order by a seeded shuffle.
GS_INLINE std::vector<Kind> kinds_of(Index agents, std::uint64_t seed,
                                     const std::array<double, 5>& share) {
  const double sum = share[0] + share[1] + share[2] + share[3] + share[4];
  if (!(sum > 0.0)) throw UsageError("the shares of kinds add up to 0; give at least one kind");
  std::vector<Kind> kinds;
  double wanted = 0.0;
  for (std::size_t k = 0; k < share.size(); ++k) {
    wanted += share[k] / sum * agents;
    const auto until = k + 1 == share.size() ? static_cast<std::size_t>(agents)
                                             : static_cast<std::size_t>(wanted + 0.5);
    kinds.resize(std::min(until, static_cast<std::size_t>(agents)), static_cast<Kind>(k));
  }
  for (std::size_t i = kinds.size(); i > 1; --i)
    std::swap(kinds[i - 1], kinds[draw_below(seed, Stream::fleet, i, d_kind, i)]);
  return kinds;
}

GS_INLINE double to_watt(double kw) { return std::floor(kw * 1000.0 + 0.5) / 1000.0; }

/// Everything about agent i but its bus; `rating_kw` is fixed already.
GS_INLINE void describe(Fleet& fleet, Index i, std::uint64_t seed, const FleetMix& mix) {
  Nameplate& plate = fleet.plate;
  const auto random = [&](Draw use) {
    return draw_uniform(seed, Stream::fleet, static_cast<std::uint64_t>(plate.id[i]), use);
  };
  const auto quarter_h = [&](double first_h, double span_h, Draw use) {
    return first_h + std::floor(random(use) * span_h * 4.0) * 0.25;
  };
  const auto percent = [&](double first, double span) {
    return (first + std::floor(random(d_soc) * span)) / 100.0;
  };
  const double rating = plate.rating_kw[i];
  const Kind kind = plate.kind[i];
  const bool is_ev = kind == Kind::ev, is_battery = kind == Kind::battery;
  plate.s_kva[i] = is_ev ? rating : to_watt(1.1 * rating);
  plate.e_kwh[i] = is_battery ? to_watt(mix.battery_hours * rating)
                   : is_ev    ? to_watt(7.0 * rating)
                              : 0.0;
  plate.soc_start[i] = is_battery ? percent(30.0, 40.0) : is_ev ? percent(20.0, 40.0) : 0.0;
  plate.soc_min[i] = is_battery ? 0.1 : 0.0;
  plate.efficiency[i] = is_battery || is_ev ? 0.95 : 1.0;
  plate.arrive_h[i] = is_ev ? quarter_h(16.0, 4.0, d_arrive) : 0.0;
  plate.depart_h[i] = is_ev ? quarter_h(6.0, 3.0, d_depart) : 0.0;
  plate.soc_depart[i] = is_ev ? 0.85 : 0.0;
  plate.power_factor[i] = kind == Kind::meter ? 0.95 : 1.0;
  // Dear to curtail or to shed, cheap to shift; per kW^2, so that equal prices move equal shares.
  const double base = is_battery ? 0.5 : is_ev ? 1.0 : 4.0;
  const double cost = base * (0.75 + 0.5 * random(d_cost)) / std::max(rating, 1e-3);
  plate.cost_per_kw2[i] = std::max(1e-6, std::floor(cost * 1e6 + 0.5) / 1e6);
}

/// A present power as at an afternoon, for commands that know no clock.
GS_INLINE void set_present(Fleet& fleet, Index i, double u) {
  const Nameplate& plate = fleet.plate;
  State& state = fleet.state;
  const double rating = plate.rating_kw[i];
  double now = 0.0, low = 0.0, high = 0.0;
  switch (plate.kind[i]) {
    case Kind::pv:
    case Kind::wind: state.generation_kw[i] = now = high = to_watt(rating * (0.2 + 0.6 * u)); break;
    case Kind::meter: {
      now = low = high = -to_watt(rating * (0.3 + 0.6 * u));
      const double factor = plate.power_factor[i];
      state.consumption_kw[i] = -now;
      state.q_kvar[i] = now * std::sqrt(1.0 - factor * factor) / factor;
      break;
    }
    case Kind::battery:
      low = -rating;
      high = rating;
      break;
    case Kind::ev:
      if (u < 0.5) now = low = -rating;
      break;
    case Kind::load: break;
  }
  state.p_kw[i] = state.p_want_kw[i] = now;
  state.p_min_kw[i] = low;
  state.p_max_kw[i] = high;
}

/// Bus of each agent: the k-th of n agents of a kind draws inside the k-th n-th of the load.
GS_INLINE void place(Fleet& fleet, const std::vector<double>& load_kw, std::uint64_t seed) {
  std::vector<double> until_kw(load_kw.size());
  std::partial_sum(load_kw.begin(), load_kw.end(), until_kw.begin());
  std::array<Index, 5> count{}, seen{};
  for (const Kind kind : fleet.plate.kind) ++count[static_cast<std::size_t>(kind)];
  for (Index i = 0; i < fleet.size(); ++i) {
    const auto kind = static_cast<std::size_t>(fleet.plate.kind[i]);
    const double u =
        draw_uniform(seed, Stream::fleet, static_cast<std::uint64_t>(fleet.plate.id[i]), d_bus);
    const double at_kw = (seen[kind]++ + u) / count[kind] * until_kw.back();
    Index bus = static_cast<Index>(std::upper_bound(until_kw.begin(), until_kw.end(), at_kw) -
                                   until_kw.begin());
    if (bus == static_cast<Index>(load_kw.size())) --bus;
    while (!(load_kw[bus] > 0.0)) --bus;
    fleet.plate.bus[i] = bus;
  }
}

/// Ratings between half and one and a half of the mean that add up to total_kw per kind.
GS_INLINE void rate(Fleet& fleet, const std::array<double, 5>& total_kw, std::uint64_t seed) {
  std::array<double, 5> sum{};
  for (const bool first : {true, false})
    for (Index i = 0; i < fleet.size(); ++i) {
      const auto kind = static_cast<std::size_t>(fleet.plate.kind[i]);
      const double weight =
          0.5 +
          draw_uniform(seed, Stream::fleet, static_cast<std::uint64_t>(fleet.plate.id[i]), d_size);
      if (first)
        sum[kind] += weight;
      else
        fleet.plate.rating_kw[i] = std::max(1e-3, to_watt(weight / sum[kind] * total_kw[kind]));
    }
}

/// Name of the day profile that agent i follows; empty for storage.
GS_INLINE std::string profile_of(Kind kind, double u) {
  const auto pick = [&](const char* name, double from, double to, int count) {
    const int which = std::min(count - 1, static_cast<int>((u - from) / (to - from) * count));
    return std::string(name) + '_' + std::to_string(1 + which) + "_pu";
  };
  if (kind == Kind::pv) return pick("pv", 0.0, 1.0, 4);
  if (kind == Kind::wind) return pick("wind", 0.0, 1.0, 2);
  if (kind == Kind::meter) return u < 0.8 ? pick("home", 0.0, 0.8, 6) : pick("shop", 0.8, 1.0, 2);
  return {};
}

}  // namespace synthetic_detail

GS_INLINE Fleet make_synthetic_fleet(const feeder::Case& grid, Index agents, std::uint64_t seed,
                                     const FleetMix& mix) {
  using namespace synthetic_detail;
  check(mix);
  if (agents < 1) throw UsageError("a fleet needs at least one agent");
  const std::vector<double> load_kw = supplied_load_kw(grid);
  const double total_kw = std::accumulate(load_kw.begin(), load_kw.end(), 0.0);
  if (!(total_kw > 0.0))
    throw InputError(
        grid.file.empty() ? grid.name : grid.file, 0,
        "no supplied bus has load, so devices can't be placed; give a case with loads");
  Fleet fleet;
  Nameplate& plate = fleet.plate;
  const auto n = static_cast<std::size_t>(agents);
  const std::vector<Kind> kinds =
      kinds_of(agents, seed,
               {mix.pv_share, mix.wind_share, mix.battery_share, mix.ev_share, mix.meter_share});
  plate.kind.assign(kinds.begin(), kinds.end());
  plate.id.resize(n);
  std::iota(plate.id.begin(), plate.id.end(), AgentId{1});
  plate.bus.resize(n);
  plate.profile.assign(n, none);
  for (Column<double>* column :
       {&plate.s_kva, &plate.rating_kw, &plate.e_kwh, &plate.soc_start, &plate.soc_min,
        &plate.efficiency, &plate.arrive_h, &plate.depart_h, &plate.soc_depart, &plate.cost_per_kw2,
        &plate.power_factor})
    column->resize(n);
  place(fleet, load_kw, seed);
  rate(fleet,
       {mix.pv_of_load * total_kw, mix.wind_of_load * total_kw, mix.battery_of_load * total_kw,
        mix.ev_of_load * total_kw, mix.meter_of_load * total_kw},
       seed);
  std::vector<std::string> name(n);
  for (Index i = 0; i < agents; ++i) {
    describe(fleet, i, seed, mix);
    const auto id = static_cast<std::uint64_t>(plate.id[i]);
    name[i] = profile_of(plate.kind[i], draw_uniform(seed, Stream::fleet, id, d_profile));
    if (!name[i].empty()) fleet.profile_names.push_back(name[i]);
  }
  std::vector<std::string>& names = fleet.profile_names;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  reset_state(fleet);
  for (Index i = 0; i < agents; ++i) {
    if (!name[i].empty())
      plate.profile[i] =
          static_cast<Index>(std::lower_bound(names.begin(), names.end(), name[i]) - names.begin());
    const auto id = static_cast<std::uint64_t>(plate.id[i]);
    set_present(fleet, i, draw_uniform(seed, Stream::fleet, id, d_now));
  }
  return fleet;
}

}  // namespace fleet
}  // namespace gridswarm::inline GS_ABI
