// SPDX-License-Identifier: BSD-3-Clause
// Made-up fleets and days: the same seed gives the same devices and the same weather everywhere.
//
// A fleet is sized by the feeder it stands on: each kind's ratings add up to a stated fraction of
// the case's load, whatever the number of agents. Kinds are spread over the supplied load buses in
// proportion to load, one draw per equal share of it, so a bus with twice the load has twice the
// devices. Day profiles are formulas (parabolas, rational bumps, first-order noise), not measured
// data, and use + - * / sqrt only.
#pragma once

#include <cstdint>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/fleet/fleet.hpp"
#include "gridswarm/fleet/profile.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// How many agents of each kind, and how much power of each kind. Shares are divided by their sum.
struct FleetMix {
  double meter_share = 0.30;
  double pv_share = 0.30;
  double battery_share = 0.20;
  double ev_share = 0.15;
  double wind_share = 0.05;
  double meter_of_load = 0.30;
  double pv_of_load = 0.80;
  double battery_of_load = 0.20;
  double ev_of_load = 0.15;
  double wind_of_load = 0.10;
  double battery_hours = 2.5;
};

/// Agents 1..agents on the case, with profile names of make_synthetic_profiles and a present power.
/// @throws UsageError: agents < 1, a negative share; InputError: no supplied bus of the case has
/// load.
Fleet make_synthetic_fleet(const feeder::Case& grid, Index agents, std::uint64_t seed,
                           const FleetMix& mix = {});

/// One day, per unit: pv_1_pu..pv_4_pu, wind_1_pu, wind_2_pu, home_1_pu..home_6_pu, shop_1_pu,
/// shop_2_pu, district_1_pu (what a feeder of homes and shops draws); every value in [0, 1], four
/// decimals. They repeat day by day.
/// @throws UsageError unless step_s is a whole number of minutes that divides a day.
ProfileSet make_synthetic_profiles(std::uint64_t seed, double step_s = 300.0);

}  // namespace gridswarm::inline GS_ABI::fleet

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<fleet::FleetMix>> fields();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/synthetic.ipp"
#include "gridswarm/fleet/synthetic_profiles.ipp"
#endif
