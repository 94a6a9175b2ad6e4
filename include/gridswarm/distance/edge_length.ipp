// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/distance/edge_length.hpp"

namespace gridswarm::inline GS_ABI::distance {

GS_INLINE EdgeLength edge_length_of(std::string_view name) {
  if (name == "resistance") return EdgeLength::resistance;
  if (name == "reactance") return EdgeLength::reactance;
  if (name == "magnitude") return EdgeLength::magnitude;
  if (name == "log_sensitivity") return EdgeLength::log_sensitivity;
  if (name == "custom") return EdgeLength::custom;
  throw UsageError("edge_length is '" + std::string(name) +
                   "'; choose resistance, reactance, magnitude, log_sensitivity or custom");
}

GS_INLINE double decades_of(double x) {
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 (s + s^3/3 + s^5/5 + ...) with
  // s = (m - 1) / (m + 1), |s| < 0.172: thirteen terms leave less than 1e-20.
  constexpr double log10_of_2 = 0.301029995663981195;
  constexpr double two_over_ln10 = 0.868588963806503655;
  constexpr double root_of_2 = 1.41421356237309505;
  constexpr int terms = 13;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
  auto m = std::bit_cast<double>((bits & 0xfffffffffffffu) | (std::uint64_t{1023} << 52));
  if (m >= root_of_2) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double square = s * s;
  double sum = 0.0;
  for (int k = terms - 1; k >= 0; --k) sum = sum * square + 1.0 / (2.0 * k + 1.0);
  return static_cast<double>(exponent) * log10_of_2 + two_over_ln10 * (s * sum);
}

namespace detail {

GS_INLINE void check_rule(const feeder::Case& grid, const LengthRule& rule) {
  if (rule.choice == EdgeLength::log_sensitivity && !(rule.x_source_pu > 0.0))
    throw UsageError("x_source_pu is " + std::to_string(rule.x_source_pu) +
                     "; log_sensitivity needs a reactance above 0 behind the source");
  if (rule.choice != EdgeLength::custom) return;
  const auto branches = static_cast<std::size_t>(grid.branches.size());
  if (rule.custom.size() != branches)
    throw UsageError("edge_length custom needs a length for each of the " +
                     std::to_string(branches) + " branches, and there are " +
                     std::to_string(rule.custom.size()));
  for (std::size_t e = 0; e < branches; ++e)
    if (!(rule.custom[e] >= 0.0 && rule.custom[e] <= 1e300))
      throw UsageError("the length of branch " + std::to_string(e + 1) + " is " +
                       std::to_string(rule.custom[e]) + "; it must be a number from 0");
}

GS_INLINE double magnitude_of(double x) { return x < 0.0 ? -x : x; }

/// Length of a wire of impedance r + jx p.u. on the case's base; log_sensitivity: its reactance. A
/// series capacitor has x < 0; its magnitude counts, since no length may be negative.
GS_INLINE double impedance_length(const feeder::Case& grid, EdgeLength choice, double r, double x) {
  const double to_one_mva = 1.0 / ((grid.per_phase ? 3.0 : 1.0) * grid.base_mva);
  switch (choice) {
    case EdgeLength::resistance: return magnitude_of(r) * to_one_mva;
    case EdgeLength::magnitude: return std::sqrt(r * r + x * x) * to_one_mva;
    default: return magnitude_of(x) * to_one_mva;
  }
}

}  // namespace detail

GS_INLINE std::vector<double> edge_lengths_pu(const feeder::Case& grid,
                                              const feeder::Forest& forest,
                                              const LengthRule& rule) {
  detail::check_rule(grid, rule);
  const auto n = static_cast<std::size_t>(forest.size());
  std::vector<double> length(n, 0.0);
  for (Index q = forest.roots; q < forest.size(); ++q)
    length[q] = rule.choice == EdgeLength::custom
                    ? rule.custom[forest.branch[q]]
                    : detail::impedance_length(grid, rule.choice, forest.r_pu[q], forest.x_pu[q]);
  if (rule.choice != EdgeLength::log_sensitivity) return length;
  std::vector<double> x(n, rule.x_source_pu);
  for (Index q = forest.roots; q < forest.size(); ++q) {
    const double above = x[forest.parent[q]];
    x[q] = above + length[q];
    length[q] = decades_of(x[q] / above);
  }
  return length;
}

GS_INLINE std::vector<std::int64_t> edge_lengths(const feeder::Case& grid,
                                                 const feeder::Forest& forest,
                                                 const LengthRule& rule) {
  const std::vector<double> pu = edge_lengths_pu(grid, forest, rule);
  std::vector<std::int64_t> length(pu.size());
  for (std::size_t q = 0; q < pu.size(); ++q) {
    const double cut = pu[q] < longest_edge_pu ? pu[q] : longest_edge_pu;
    length[q] = static_cast<std::int64_t>(cut * static_cast<double>(length_unit) + 0.5);
  }
  return length;
}

}  // namespace gridswarm::inline GS_ABI::distance
