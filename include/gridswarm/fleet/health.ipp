// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/random.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/health.hpp"
#include "gridswarm/fleet/load.hpp"
#include "gridswarm/kernel/logarithm.hpp"

namespace gridswarm::inline GS_ABI::fleet {

namespace health_detail {

/// Probability that something of this mean time happens within dt_h; 0 for a mean of 0.
GS_INLINE double chance(double dt_h, double mean_h) {
  return mean_h > 0.0 ? 1.0 - kernel::exp_of(-dt_h / mean_h) : 0.0;
}

GS_INLINE bool is_event(const Nameplate& plate, Index i, double hour) {
  if (plate.lost_from_h.empty() || !(hour >= plate.lost_from_h[i] - 1e-9)) return false;
  return hour < given_or(plate.lost_to_h, i, 1e300) - 1e-9;
}

}  // namespace health_detail

GS_INLINE std::int64_t update_health(Fleet& fleet, std::uint64_t seed, std::int64_t tick,
                                     double time_s, double dt_s) {
  using namespace health_detail;
  const Nameplate& plate = fleet.plate;
  State& state = fleet.state;
  if (plate.mtbf_h.empty() && plate.lost_from_h.empty())
    return std::count(state.health.begin(), state.health.end(), 0.0);
  std::int64_t lost = 0;
  for (Index i = 0; i < fleet.size(); ++i) {
    double health = 1.0;
    if (!plate.mtbf_h.empty() && plate.mtbf_h[i] > 0.0) {
      const double u = draw_uniform(seed, Stream::failure, static_cast<std::uint64_t>(plate.id[i]),
                                    static_cast<std::uint32_t>(tick));
      const double mean_h = state.failed[i] ? given_or(plate.repair_h, i, 24.0) : plate.mtbf_h[i];
      if (u < chance(dt_s / s_per_h, mean_h)) state.failed[i] = state.failed[i] ? 0 : 1;
      if (state.failed[i]) health = 0.0;
    }
    if (is_event(plate, i, time_s / s_per_h))
      health = std::min(health, given_or(plate.lost_health, i, 0.0));
    state.health[i] = health;
    lost += health == 0.0;
  }
  return lost;
}

GS_INLINE void find_lost(const Fleet& fleet, std::vector<std::uint8_t>& apart) {
  apart.assign(static_cast<std::size_t>(fleet.size()), 0);
  for (Index i = 0; i < fleet.size(); ++i) apart[i] = fleet.state.health[i] == 0.0;
}

GS_INLINE void silence_lost(const Fleet& fleet, std::span<double> p_kw, std::span<double> q_kvar) {
  for (Index i = 0; i < fleet.size(); ++i)
    if (fleet.state.health[i] == 0.0) p_kw[i] = q_kvar[i] = 0.0;
}

}  // namespace gridswarm::inline GS_ABI::fleet
