// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <charconv>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/wind_turbine.hpp"

namespace gridswarm::inline GS_ABI::fleet {

namespace wind_detail {

[[noreturn]] GS_INLINE void refuse_curve(std::string_view word, const char* why) {
  throw UsageError("power curve: '" + std::string(word.substr(0, 40)) + "' " + why +
                   "; write ascending speeds in m/s with shares of the rating, such as "
                   "3:0 12:1 25:1");
}

GS_INLINE double number_of(std::string_view text, std::string_view word) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0.0) ||
      !(value <= 1e3))
    refuse_curve(word, "is no pair of numbers");
  return value;
}

GS_INLINE void add_word(std::string_view word, PowerCurve& curve) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) refuse_curve(word, "has no colon");
  const double second = number_of(word.substr(colon + 1), word);
  if (word.substr(0, colon) == "restart") {
    curve.restart_m_s = second;
    return;
  }
  const double first = number_of(word.substr(0, colon), word);
  if (!curve.wind_m_per_s.empty() && !(first > curve.wind_m_per_s.back()))
    refuse_curve(word, "does not come after the speed before");
  if (second > 1.0) refuse_curve(word, "is more than the rating");
  curve.wind_m_per_s.push_back(first);
  curve.share.push_back(second);
}

/// x^(1/3) for x in (0, 8), within 1e-15: Newton's steps from 1.
GS_INLINE double cube_root(double x) {
  double root = 1.0;
  for (int k = 0; k < 12; ++k) root -= (root - x / (root * root)) / 3.0;
  return root;
}

}  // namespace wind_detail

GS_INLINE PowerCurve usual_power_curve() {
  constexpr double cut_in = 3.0, rated = 12.0;
  PowerCurve curve;
  curve.restart_m_s = 22.0;
  for (int half = 6; half <= 24; ++half) {
    const double v = 0.5 * half;
    curve.wind_m_per_s.push_back(v);
    curve.share.push_back((v * v * v - cut_in * cut_in * cut_in) /
                          (rated * rated * rated - cut_in * cut_in * cut_in));
  }
  curve.wind_m_per_s.push_back(25.0);
  curve.share.push_back(1.0);
  return curve;
}

GS_INLINE PowerCurve parse_power_curve(std::string_view text) {
  PowerCurve curve;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) wind_detail::add_word(text.substr(at, end - at), curve);
    at = end + 1;
  }
  if (curve.wind_m_per_s.size() < 2) wind_detail::refuse_curve(text, "has fewer than two points");
  if (curve.restart_m_s > curve.wind_m_per_s.back())
    wind_detail::refuse_curve(text, "restarts above its cut-out");
  return curve;
}

GS_INLINE double air_kg_per_m3(double air_celsius, double pressure_hpa) {
  return 100.0 * pressure_hpa / (287.05 * (273.15 + air_celsius));
}

GS_INLINE double normal_wind_m_per_s(double wind_m_per_s, double density_kg_per_m3) {
  return wind_m_per_s * wind_detail::cube_root(density_kg_per_m3 / 1.225);
}

GS_INLINE double wind_share(const PowerCurve& curve, double v, bool& is_stopped) {
  const std::vector<double>& x = curve.wind_m_per_s;
  const double cut_out = x.back();
  if (v > cut_out) is_stopped = true;
  if (v <= (curve.restart_m_s > 0.0 ? curve.restart_m_s : cut_out)) is_stopped = false;
  if (is_stopped || v < x.front()) return 0.0;
  const auto right = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), v) - x.begin());
  if (right == x.size()) return curve.share.back();
  const double along = (v - x[right - 1]) / (x[right] - x[right - 1]);
  return curve.share[right - 1] + along * (curve.share[right] - curve.share[right - 1]);
}

}  // namespace gridswarm::inline GS_ABI::fleet
