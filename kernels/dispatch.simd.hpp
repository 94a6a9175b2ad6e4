// SPDX-License-Identifier: BSD-3-Clause
// A leader's aggregate over its members, sixteen of them side by side.
//
// Lane l holds members l, l + 16, l + 32, ..; lanes are added halves onto halves at the end, so the
// order of every sum is the same in each instruction set and in reference.hpp.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

/// Each half is a number the compiler knows: clusters are small, and a loop would cost more.
template <int half = lanes / 2>
inline double sum_lanes(double* lane) {
#pragma omp simd
  for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  if constexpr (half > 1) return sum_lanes<half / 2>(lane);
  return lane[0];
}

inline void fill_lanes(double* lane, double value) {
#pragma omp simd
  for (int l = 0; l < lanes; ++l) lane[l] = value;
}

inline double magnitude(double x) { return x < 0.0 ? -x : x; }

/// Running survey of sixteen lanes.
struct SurveyLanes {
  double low[lanes], high[lanes], size[lanes], first[lanes], last[lanes];
};

inline void survey_lane(SurveyLanes& at, int l, const DispatchView& members, size_t i) {
  const double min_kw = members.min_kw[i], max_kw = members.max_kw[i];
  const double below = magnitude(min_kw), above = magnitude(max_kw);
  at.low[l] += min_kw;
  at.high[l] += max_kw;
  at.size[l] += below > above ? below : above;
  const double first = (min_kw - members.want_kw[i]) / members.inverse_cost[i];
  const double last = (max_kw - members.want_kw[i]) / members.inverse_cost[i];
  at.first[l] = first < at.first[l] ? first : at.first[l];
  at.last[l] = last > at.last[l] ? last : at.last[l];
}

DispatchSurvey dispatch_survey(const DispatchView& members) {
  SurveyLanes at;
  const double first = (members.min_kw[0] - members.want_kw[0]) / members.inverse_cost[0];
  const double last = (members.max_kw[0] - members.want_kw[0]) / members.inverse_cost[0];
  fill_lanes(at.low, 0.0);
  fill_lanes(at.high, 0.0);
  fill_lanes(at.size, 0.0);
  fill_lanes(at.first, first);
  fill_lanes(at.last, last);
  const size_t whole = members.count - members.count % lanes;
  for (size_t i = 0; i < whole; i += lanes) {
#pragma omp simd
    for (int l = 0; l < lanes; ++l) survey_lane(at, l, members, i + static_cast<size_t>(l));
  }
  const int rest = static_cast<int>(members.count - whole);
#pragma omp simd
  for (int l = 0; l < rest; ++l) survey_lane(at, l, members, whole + static_cast<size_t>(l));
  DispatchSurvey survey = {};
  survey.min_price = at.first[0];
  survey.max_price = at.last[0];
  for (int l = 1; l < lanes; ++l) {
    if (at.first[l] < survey.min_price) survey.min_price = at.first[l];
    if (at.last[l] > survey.max_price) survey.max_price = at.last[l];
  }
  survey.sum_min_kw = sum_lanes(at.low);
  survey.sum_max_kw = sum_lanes(at.high);
  survey.sum_size_kw = sum_lanes(at.size);
  return survey;
}

inline void pass_lane(double* sum, double* slope, int l, const DispatchView& members, size_t i,
                      double price) {
  const double inverse = members.inverse_cost[i];
  const double min_kw = members.min_kw[i], max_kw = members.max_kw[i];
  const double free_kw = members.want_kw[i] + price * inverse;
  const double above = free_kw <= min_kw ? min_kw : free_kw;
  sum[l] += free_kw >= max_kw && free_kw > min_kw ? max_kw : above;
  slope[l] += free_kw > min_kw && free_kw < max_kw ? inverse : 0.0;
}

DispatchSums dispatch_pass(const DispatchView& members, double price) {
  double sum[lanes], slope[lanes];
  fill_lanes(sum, 0.0);
  fill_lanes(slope, 0.0);
  const size_t whole = members.count - members.count % lanes;
  for (size_t i = 0; i < whole; i += lanes) {
#pragma omp simd
    for (int l = 0; l < lanes; ++l)
      pass_lane(sum, slope, l, members, i + static_cast<size_t>(l), price);
  }
  const int rest = static_cast<int>(members.count - whole);
#pragma omp simd
  for (int l = 0; l < rest; ++l)
    pass_lane(sum, slope, l, members, whole + static_cast<size_t>(l), price);
  const double sum_kw = sum_lanes(sum);
  return {sum_kw, sum_lanes(slope)};
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
