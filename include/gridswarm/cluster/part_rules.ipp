// SPDX-License-Identifier: BSD-3-Clause
// The rules of parts, as small functions that every loop of formation takes in.
#pragma once

#include <algorithm>

#include "gridswarm/cluster/part.hpp"

namespace gridswarm::inline GS_ABI::cluster {

inline Plain& Plain::operator+=(const Plain& other) {
  p_milliwatt += other.p_milliwatt;
  return *this;
}

inline Plain& Plain::operator-=(const Plain& other) {
  p_milliwatt -= other.p_milliwatt;
  return *this;
}

inline Wide& Wide::operator+=(const Wide& other) {
  output += other.output;
  output2 += other.output2;
  response += other.response;
  response2 += other.response2;
  for (Index t = 0; t < most_steps; ++t) {
    p_low_milliwatt[t] += other.p_low_milliwatt[t];
    p_high_milliwatt[t] += other.p_high_milliwatt[t];
  }
  return *this;
}

inline Wide& Wide::operator-=(const Wide& other) {
  output -= other.output;
  output2 -= other.output2;
  response -= other.response;
  response2 -= other.response2;
  for (Index t = 0; t < most_steps; ++t) {
    p_low_milliwatt[t] -= other.p_low_milliwatt[t];
    p_high_milliwatt[t] -= other.p_high_milliwatt[t];
  }
  return *this;
}

namespace detail {

/// May they join over an edge of this length, a holding the upper end? A part whose members all lie
/// beyond diameter_max below its top can't take in anyone above: it is not joined to an empty one.
template <class More>
inline bool fits(const Scoring& s, const Part<More>& a, const Part<More>& b, std::int64_t length) {
  return a.members + b.members <= s.size_max && a.depth + b.depth + length <= s.diameter_max &&
         a.rating_va + b.rating_va <= s.rating_max_va;
}

template <class More>
inline bool within_bounds(const Scoring& s, const Part<More>& part) {
  return part.members <= s.size_max && part.diameter <= s.diameter_max &&
         part.rating_va <= s.rating_max_va;
}

/// Hang b on a's top by an edge.
template <class More>
inline void join(Part<More>& a, const Part<More>& b, std::int64_t length) {
  if (b.members == 0) return;
  const std::int64_t reach = b.depth + length;
  const bool far = reach > too_far;
  const std::int64_t depth = far ? too_far : reach;
  const std::int64_t sum = far ? b.members * too_far : b.sum + b.members * length;
  a.pairs += b.pairs + b.members * a.sum + a.members * sum;
  a.sum += sum;
  a.diameter = std::max({a.diameter, b.diameter, a.members > 0 ? a.depth + depth : 0});
  a.depth = std::max(a.depth, depth);
  a.members += b.members;
  a.storage += b.storage;
  a.soc += b.soc;
  a.soc2 += b.soc2;
  a.rating_va += b.rating_va;
  a.more += b.more;
}

/// Score of what is counted of the devices beside their charge: never negative.
inline double more_score(const Scoring& s, std::int64_t, const Plain& more) {
  const std::int64_t p = more.p_milliwatt;
  return s.per_milliwatt * static_cast<double>(p < 0 ? -p : p);
}

inline double more_score(const Scoring& s, std::int64_t members, const Wide& more) {
  const double inverse = s.inverse[static_cast<std::size_t>(members)];
  const std::int64_t output = members * more.output2 - more.output * more.output;
  const std::int64_t response = members * more.response2 - more.response * more.response;
  std::int64_t left = 0;
  for (Index t = 0; t < most_steps; ++t)
    left += std::max({std::int64_t{0}, more.p_low_milliwatt[t], -more.p_high_milliwatt[t]});
  return s.per_output2 * (static_cast<double>(output) * inverse) +
         s.per_response2 * (static_cast<double>(response) * inverse) +
         s.per_milliwatt * static_cast<double>(left);
}

/// J of a cluster in 1e-6 from its sums; `more` is its more_score.
inline std::int64_t objective_of(const Scoring& s, std::int64_t members, std::int64_t pairs,
                                 std::int64_t storage, std::int64_t soc, std::int64_t soc2,
                                 double more) {
  const double near =
      s.per_pair * (static_cast<double>(pairs) * s.inverse[static_cast<std::size_t>(members)]);
  const double alike = s.per_soc2 * (static_cast<double>(storage * soc2 - soc * soc) *
                                     s.inverse[static_cast<std::size_t>(storage)]);
  // Above 1e11 (J = 1e5 for one cluster) costs count as equal: undersized clusters cost more.
  const double total = near + alike + more;
  return static_cast<std::int64_t>(total < 1e11 ? total + 0.5 : 1e11) + s.overhead;
}

inline std::int64_t undersized_cost(const Scoring& s, std::int64_t members) {
  return members > 0 && members < s.size_min ? undersized_score : 0;
}

/// What the search minimises.
template <class More>
inline std::int64_t score_of(const Scoring& s, const Part<More>& part) {
  if (part.members == 0) return 0;
  return objective_of(s, part.members, part.pairs, part.storage, part.soc, part.soc2,
                      more_score(s, part.members, part.more)) +
         undersized_cost(s, part.members);
}

}  // namespace detail
}  // namespace gridswarm::inline GS_ABI::cluster
