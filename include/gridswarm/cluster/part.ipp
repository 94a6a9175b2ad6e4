// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/part.hpp"
#include "gridswarm/cluster/part_rules.ipp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

GS_INLINE void check_range(const Field<ClusterOptions>& field, double value) {
  if (value >= field.min && value <= field.max) return;  // NaN fails both
  throw UsageError(std::string(field.name) + " is " + std::to_string(value) +
                   "; it must lie between " + std::to_string(field.min) + " and " +
                   std::to_string(field.max));
}

GS_INLINE void check(const ClusterOptions& options, Index steps) {
  for (const Field<ClusterOptions>& field : fields<ClusterOptions>()) {
    if (const auto* real = std::get_if<double ClusterOptions::*>(&field.member))
      check_range(field, options.**real);
    if (const auto* whole = std::get_if<std::int64_t ClusterOptions::*>(&field.member))
      check_range(field, static_cast<double>(options.**whole));
  }
  if (options.size_min > options.size_max)
    throw UsageError("size_min is " + std::to_string(options.size_min) + " but size_max only " +
                     std::to_string(options.size_max) + "; lower the one or raise the other");
  if (steps < 1 || steps > most_steps)
    throw UsageError("a horizon of " + std::to_string(steps) + " steps; give 1 to " +
                     std::to_string(most_steps));
}

}  // namespace detail

GS_INLINE std::vector<std::uint8_t> size_classes(std::int64_t size_max, std::int64_t labels) {
  // Classes widen by a constant ratio, never narrower than one size: each takes the smallest width
  // whose ratio, kept for all classes left, reaches beyond size_max. The last takes what is left.
  std::vector<std::uint8_t> slot(static_cast<std::size_t>(size_max) + 1, 0);
  const auto reached = [&](std::int64_t start, std::int64_t width, std::int64_t left) {
    std::int64_t border = start;
    for (std::int64_t j = 0; j < left && border <= size_max; ++j)
      border += start == 0 ? std::max(width, border) : std::max(width, border * width / start);
    return border > size_max;
  };
  std::int64_t start = 0;
  for (std::int64_t k = 0; k < labels && start <= size_max; ++k) {
    std::int64_t width = 1;
    while (!reached(start, width, labels - k)) ++width;
    for (std::int64_t m = start; m < std::min(start + width, size_max + 1); ++m)
      slot[m] = static_cast<std::uint8_t>(k);
    start += width;
  }
  return slot;
}

GS_INLINE Scoring scoring_of(const ClusterOptions& options, Index steps) {
  detail::check(options, steps);
  const double soc2 = options.delta_soc * options.delta_soc;
  const double output2 = options.delta_output * options.delta_output;
  const double response2 = options.delta_response * options.delta_response;
  const double squares = distance::feature_unit * distance::feature_unit;
  const double lengths = static_cast<double>(distance::length_unit);
  Scoring s;
  s.size_min = options.size_min;
  s.size_max = options.size_max;
  s.diameter_max = distance::to_fixed(options.diameter_max_pu, lengths);
  s.rating_max_va =
      options.rating_max_kva > 0.0 ? distance::to_fixed(options.rating_max_kva, 1e3) : INT64_MAX;
  s.per_pair = score_unit * options.w_distance / (options.delta_pu * lengths);
  s.per_soc2 = score_unit * options.w_similarity / (soc2 * squares);
  s.per_output2 = score_unit * options.w_output / (output2 * squares);
  s.per_response2 = score_unit * options.w_response / response2;
  s.per_milliwatt =
      score_unit * options.w_residual / (options.delta_kw * distance::power_unit * steps);
  s.overhead = distance::to_fixed(options.kappa, score_unit);
  s.move = distance::to_fixed(options.w_switch, score_unit);
  s.inverse.assign(static_cast<std::size_t>(options.size_max) + 1, 0.0);
  for (std::size_t m = 1; m < s.inverse.size(); ++m) s.inverse[m] = 1.0 / static_cast<double>(m);
  s.slot_of = size_classes(options.size_max, options.labels);
  s.refine_passes = options.refine_passes;
  s.min_gain = options.min_gain;
  s.flexibility = options.flexibility;
  s.wide =
      steps > 1 || options.w_output > 0.0 || options.w_response > 0.0 || options.flexibility > 0.0;
  return s;
}

}  // namespace gridswarm::inline GS_ABI::cluster
