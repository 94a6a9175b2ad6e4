// SPDX-License-Identifier: BSD-3-Clause
// How alike two agents are: by state of charge and by output, in integers.
//
// The paper's first rule groups agents of similar SOC or output. SOC counts for storage only.
// Output is net power over rating. A cluster's spread of a feature f is its sum of squared
// deviations,
//   V_f(C) = sum_i f_i^2 - (sum_i f_i)^2 / m,
// which adds up from sums, so it is O(1) when two clusters join. Everything is fixed point: the
// same bytes on every machine, in any order of summation.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::distance {

inline constexpr double feature_unit = 1e6;  ///< SOC and output are counted in 1e-6
inline constexpr double power_unit = 1e6;    ///< powers in mW: 1e6 per kW

/// x in `unit`ths, rounded half away from zero; NaN counts as 0, beyond +-9e18 as that.
std::int64_t to_fixed(double x, double unit);

/// Sums over some agents; two of them add by +=.
struct Traits {
  std::int64_t storage = 0;  ///< agents with storage
  std::int64_t soc = 0;      ///< sum over them, 1e-6
  std::int64_t soc2 = 0;     ///< sum of squares, 1e-12
  std::int64_t output = 0;   ///< sum of p / rating, 1e-6, each within +-1
  std::int64_t output2 = 0;
  std::int64_t p_milliwatt = 0;      ///< net power into the grid, milliwatt
  std::int64_t p_low_milliwatt = 0;  ///< the same at the lower end of the flexibility counted in
  std::int64_t p_high_milliwatt = 0;
  std::int64_t rating_va = 0;

  Traits& operator+=(const Traits& other);
  bool operator==(const Traits& other) const = default;
};

/// What one agent (row) adds: see traits_of().
Traits traits_of_agent(const fleet::Fleet& fleet, Index agent, double flexibility);

/// What each agent adds, by agent row. Net power is what the device would do alone (p_want_kw), so
/// that balancing inside clusters does not feed back on who forms them. Columns that are empty
/// count as 0.
/// @param flexibility  share of the band p_min_kw..p_max_kw counted in, 0..1
std::vector<Traits> traits_of(const fleet::Fleet& fleet, double flexibility);

/// V = sum of squared deviations from the mean of `count` numbers with this sum and sum of squares;
/// in units of the squares. 0 for count = 0.
double spread(std::int64_t count, std::int64_t sum, std::int64_t sum2);

/// |p| left when the band [low, high] is used towards 0, in milliwatt.
std::int64_t residual_milliwatt(const Traits& traits);

}  // namespace gridswarm::inline GS_ABI::distance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/distance/similarity.ipp"
#endif
