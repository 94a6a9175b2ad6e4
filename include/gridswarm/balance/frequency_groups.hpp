// SPDX-License-Identifier: BSD-3-Clause
// What flexible devices do for frequency: groups that answer alone at once, then agree on a price.
//
// A group is what a cluster's devices (scaled to the share of the area's load that its feeder
// stands for) can give: power within [min, max], first-order response. Its set-point is
//   p* = clamp(primary + y / c, min, max).
// Primary, alone: droop -K dead(f) as inverters have it (IEEE 1547-2018: 0.036 Hz, 5 s), or
// load-side control -k f / c, whose slopes follow cost so that it minimises sum c p^2 / 2 + damping
// (Zhao, Topcu, Li & Low 2014). Secondary, with neighbours only: each group integrates what it
// measures and moves towards its neighbours' prices,
//   y_g' = y_g - dt k C e_g + s sum_h w_gh (y_h - y_g),   e_g = B f + (n / n_tie at_tie) T,
// C = 1 / sum 1/c, w Metropolis weights. Summed over an area the differences vanish and e_g gives n
// (B f + T): at rest every area's control error is 0, so all frequencies and tie flows are as
// scheduled, and equal prices share the power at least cost (averaging PI control: Simpson-Porco,
// Dorfler & Bullo 2013; Mallada, Zhao & Low 2017). With hand_over the price leaks, and AGC takes
// over what lasts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/balance/frequency_areas.hpp"
#include "gridswarm/base/csr.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// One row per group.
struct FrequencyGroups {
  Column<Index> area;
  Column<double> min_mw, max_mw;   ///< deviation from what it does anyway; min <= 0 <= max
  Column<double> droop_mw_per_hz;  ///< of primary "droop"
  Column<double> dead_band_hz;     ///< of primary "droop"
  Column<double> response_s;       ///< first-order; 0: at once
  Column<double> measure_delay_s;  ///< age of the frequency it acts upon
  Column<double> cost_per_mw2;     ///< c of c p^2 / 2, > 0
  Column<std::int8_t> at_tie;      ///< measures its area's export
  std::vector<std::pair<Index, Index>> talks;  ///< who exchanges prices, once per pair
  Index size() const { return static_cast<Index>(area.size()); }
};

struct SupportOptions {
  std::string primary = "droop";       ///< "droop", "load_side" or "none"
  double load_side_gain_per_hz = 1.0;  ///< k, cost per MW and Hz
  bool secondary = true;
  double secondary_period_s = 0.1;
  double secondary_gain_per_s = 0.3;  ///< k
  double consensus_share = 0.5;       ///< s, 0..1
  double message_delay_s = 0.0;       ///< age of prices when they arrive, own ones likewise
  double hand_over_s = 0.0;           ///< time constant of the leak; 0: never
};

/// Groups in a run; prepared once.
struct SupportState {
  Column<double> p_mw, target_mw, price, secondary_price_limit;
  Column<double> decay_half, decay_full;  ///< share of the way left after half a step, a step
  Column<double> integral_gain;           ///< period k C
  Column<double> tie_weight;              ///< n / n_tie where at_tie, else 0
  Csr neighbours;
  Column<double> weight;                   ///< of each entry of neighbours
  std::vector<Column<double>> old_prices;  ///< ring, newest at `newest`
  std::size_t newest = 0;
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

/// @throws InputError naming the group that can't be, or two that can't reach each other
void prepare_support(const FrequencyGroups& groups, std::span<const Area> areas,
                     const SupportOptions& options, double step_s, SupportState& state);
/// Set-points from frequencies as each group measures them (per group).
void set_targets(const FrequencyGroups& groups, const SupportOptions& options,
                 std::span<const double> measured_hz, SupportState& state);
/// One exchange of prices.
/// @param measured_hz, measured_export_mw  per group, of its area; @param bias_mw_per_hz  per area
void exchange_prices(const FrequencyGroups& groups, const SupportOptions& options,
                     std::span<const double> measured_hz, std::span<const double> bias_mw_per_hz,
                     std::span<const double> measured_export_mw, SupportState& state);
/// Move towards the set-points for one step; the sums per area go into `inputs`.
void advance_support(const FrequencyGroups& groups, SupportState& state, AreaInputs& inputs);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::SupportOptions>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/frequency_groups.ipp"
#endif
