// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI::distance {

GS_INLINE std::int64_t to_fixed(double x, double unit) {
  const double scaled = x * unit;
  if (!(scaled == scaled)) return 0;
  if (scaled >= 9e18) return 9'000'000'000'000'000'000;
  if (scaled <= -9e18) return -9'000'000'000'000'000'000;
  return static_cast<std::int64_t>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

GS_INLINE Traits& Traits::operator+=(const Traits& other) {
  storage += other.storage;
  soc += other.soc;
  soc2 += other.soc2;
  output += other.output;
  output2 += other.output2;
  p_milliwatt += other.p_milliwatt;
  p_low_milliwatt += other.p_low_milliwatt;
  p_high_milliwatt += other.p_high_milliwatt;
  rating_va += other.rating_va;
  return *this;
}

GS_INLINE Traits traits_of_agent(const fleet::Fleet& fleet, Index agent, double flexibility) {
  const auto n = static_cast<std::size_t>(fleet.size());
  const auto at = [n, agent](const Column<double>& column, double otherwise) {
    return column.size() == n ? column[agent] : otherwise;
  };
  Traits t;
  const double p_kw = at(fleet.state.p_want_kw, at(fleet.state.p_kw, 0.0));
  const double rating_kw = fleet.plate.rating_kw[agent];
  const double low_kw = p_kw + flexibility * (at(fleet.state.p_min_kw, p_kw) - p_kw);
  const double high_kw = p_kw + flexibility * (at(fleet.state.p_max_kw, p_kw) - p_kw);
  double output = rating_kw > 0.0 ? p_kw / rating_kw : 0.0;
  output = output > 1.0 ? 1.0 : output < -1.0 ? -1.0 : output;
  if (fleet.plate.e_kwh[agent] > 0.0) {
    t.storage = 1;
    t.soc = to_fixed(at(fleet.state.soc, fleet.plate.soc_start[agent]), feature_unit);
    t.soc2 = t.soc * t.soc;
  }
  t.output = to_fixed(output, feature_unit);
  t.output2 = t.output * t.output;
  t.p_milliwatt = to_fixed(p_kw, power_unit);
  t.p_low_milliwatt = to_fixed(low_kw < p_kw ? low_kw : p_kw, power_unit);
  t.p_high_milliwatt = to_fixed(high_kw > p_kw ? high_kw : p_kw, power_unit);
  t.rating_va = to_fixed(fleet.plate.s_kva[agent], 1e3);
  return t;
}

GS_INLINE std::vector<Traits> traits_of(const fleet::Fleet& fleet, double flexibility) {
  std::vector<Traits> traits(static_cast<std::size_t>(fleet.size()));
  for (Index i = 0; i < fleet.size(); ++i) traits[i] = traits_of_agent(fleet, i, flexibility);
  return traits;
}

GS_INLINE double spread(std::int64_t count, std::int64_t sum, std::int64_t sum2) {
  if (count == 0) return 0.0;
  return static_cast<double>(count * sum2 - sum * sum) / static_cast<double>(count);
}

GS_INLINE std::int64_t residual_milliwatt(const Traits& traits) {
  if (traits.p_low_milliwatt > 0) return traits.p_low_milliwatt;
  if (traits.p_high_milliwatt < 0) return -traits.p_high_milliwatt;
  return 0;
}

}  // namespace gridswarm::inline GS_ABI::distance
