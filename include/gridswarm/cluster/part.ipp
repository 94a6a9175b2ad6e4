// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/part.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

GS_INLINE void check_range(const Field<ClusterOptions>& field, double value) {
  if (value >= field.min && value <= field.max) return;  // NaN fails both
  throw UsageError(std::string(field.name) + " is " + std::to_string(value) +
                   "; it must lie between " + std::to_string(field.min) + " and " +
                   std::to_string(field.max));
}

GS_INLINE void check(const ClusterOptions& options) {
  for (const Field<ClusterOptions>& field : fields<ClusterOptions>()) {
    if (const auto* real = std::get_if<double ClusterOptions::*>(&field.member))
      check_range(field, options.**real);
    if (const auto* whole = std::get_if<std::int64_t ClusterOptions::*>(&field.member))
      check_range(field, static_cast<double>(options.**whole));
  }
  if (options.size_min > options.size_max)
    throw UsageError("size_min is " + std::to_string(options.size_min) + " but size_max only " +
                     std::to_string(options.size_max) + "; lower the one or raise the other");
}

}  // namespace detail

GS_INLINE Scoring scoring_of(const ClusterOptions& options) {
  detail::check(options);
  const double soc2 = options.delta_soc * options.delta_soc;
  const double output2 = options.delta_output * options.delta_output;
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
  s.per_milliwatt = score_unit * options.w_residual / (options.delta_kw * distance::power_unit);
  s.overhead = distance::to_fixed(options.kappa, score_unit);
  s.move = distance::to_fixed(options.w_switch, score_unit);
  s.inverse.assign(static_cast<std::size_t>(options.size_max) + 1, 0.0);
  for (std::size_t m = 1; m < s.inverse.size(); ++m) s.inverse[m] = 1.0 / static_cast<double>(m);
  return s;
}

GS_INLINE Part single(const distance::Traits* traits) {
  Part part;
  if (traits == nullptr) return part;
  part.members = 1;
  part.traits = *traits;
  return part;
}

GS_INLINE bool fits(const Scoring& scoring, const Part& a, const Part& b, std::int64_t length) {
  return a.members + b.members <= scoring.size_max &&
         (a.members == 0 || a.depth + b.depth + length <= scoring.diameter_max) &&
         a.traits.rating_va + b.traits.rating_va <= scoring.rating_max_va;
}

GS_INLINE bool within_bounds(const Scoring& scoring, const Part& part) {
  return part.members <= scoring.size_max && part.diameter <= scoring.diameter_max &&
         part.traits.rating_va <= scoring.rating_max_va;
}

GS_INLINE Part join(const Part& a, const Part& b, std::int64_t length) {
  Part out = a;
  if (b.members == 0) return out;
  const std::int64_t reach = b.depth + length;
  const bool far = reach > too_far;
  const std::int64_t depth = far ? too_far : reach;
  const std::int64_t sum = far ? b.members * too_far : b.sum + b.members * length;
  out.members += b.members;
  out.pairs += b.pairs + b.members * a.sum + a.members * sum;
  out.sum += sum;
  out.diameter = std::max({a.diameter, b.diameter, a.members > 0 ? a.depth + depth : 0});
  out.depth = std::max(a.depth, depth);
  out.traits += b.traits;
  return out;
}

GS_INLINE std::int64_t objective_of(const Scoring& scoring, const Part& part) {
  if (part.members == 0) return 0;
  const distance::Traits& t = part.traits;
  const double near =
      scoring.per_pair * (static_cast<double>(part.pairs) * scoring.inverse[part.members]);
  const std::int64_t soc = t.storage * t.soc2 - t.soc * t.soc;
  const double alike = scoring.per_soc2 * (static_cast<double>(soc) * scoring.inverse[t.storage]);
  const std::int64_t output = part.members * t.output2 - t.output * t.output;
  const double steady =
      scoring.per_output2 * (static_cast<double>(output) * scoring.inverse[part.members]);
  const double left = scoring.per_milliwatt * static_cast<double>(distance::residual_milliwatt(t));
  // Above 1e11 (J = 1e5 for one cluster) costs count as equal: undersized clusters cost more.
  const double total = near + alike + steady + left;
  return static_cast<std::int64_t>(total < 1e11 ? total + 0.5 : 1e11) + scoring.overhead;
}

GS_INLINE std::int64_t score_of(const Scoring& scoring, const Part& part) {
  const bool undersized = part.members > 0 && part.members < scoring.size_min;
  return objective_of(scoring, part) + (undersized ? undersized_score : 0);
}

}  // namespace gridswarm::inline GS_ABI::cluster
