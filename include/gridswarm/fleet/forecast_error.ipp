// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/forecast_error.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<fleet::ForecastError>> fields<fleet::ForecastError>() {
  using E = fleet::ForecastError;
  static const std::array<Field<E>, 5> table = {{
      {"mae", "", &E::mae, 0, no_limit, "mean size of the error, in the unit of the series"},
      {"rmse", "", &E::rmse, 0, no_limit, "root of the mean squared error"},
      {"bias", "", &E::bias, -no_limit, no_limit, "mean of forecast less what happened"},
      {"skill", "", &E::skill, -no_limit, 1, "1 - RMSE / RMSE of persistence"},
      {"steps", "", &E::steps, 0, no_limit, "steps counted"},
  }};
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::fleet {

namespace forecast_error_detail {

inline constexpr std::array<std::string_view, 3> rules = {"persistence", "clear_sky", "given"};

GS_INLINE void require_same(std::size_t steps, std::size_t others, const char* what) {
  if (steps == others) return;
  throw UsageError("forecast: the series has " + std::to_string(steps) + " steps, " + what +
                   " has " + std::to_string(others) + "; give one value per step");
}

GS_INLINE void require_horizon(std::int64_t horizon, std::size_t steps) {
  if (horizon >= 1 && horizon < static_cast<std::int64_t>(steps)) return;
  throw UsageError("forecast: a horizon of " + std::to_string(horizon) +
                   " steps is not within a series of " + std::to_string(steps) +
                   "; choose 1 or more, fewer than it has");
}

GS_INLINE double root_mean_square(std::span<const double> f, std::span<const double> x,
                                  std::int64_t horizon, std::span<const double> counted,
                                  std::int64_t lag) {
  double sum = 0.0;
  std::int64_t steps = 0;
  for (auto t = static_cast<std::size_t>(horizon); t < x.size(); ++t) {
    if (!counted.empty() && !(counted[t] > 0.0)) continue;
    const double error = (lag > 0 ? x[t - static_cast<std::size_t>(lag)] : f[t]) - x[t];
    sum += error * error;
    ++steps;
  }
  return steps > 0 ? std::sqrt(sum / static_cast<double>(steps)) : 0.0;
}

}  // namespace forecast_error_detail

GS_INLINE ForecastRule parse_forecast_rule(std::string_view text) {
  using forecast_error_detail::rules;
  for (std::size_t k = 0; k < rules.size(); ++k)
    if (text == rules[k]) return static_cast<ForecastRule>(k);
  throw UsageError("forecast '" + std::string(text.substr(0, 40)) +
                   "' is unknown; write persistence, clear_sky or given");
}

GS_INLINE Column<double> forecast_series(ForecastRule rule, std::span<const double> x,
                                         std::span<const double> clear, std::int64_t horizon) {
  using namespace forecast_error_detail;
  require_horizon(horizon, x.size());
  const auto h = static_cast<std::size_t>(horizon);
  Column<double> f(x.begin(), x.end());
  if (rule == ForecastRule::persistence) {
    for (std::size_t t = h; t < x.size(); ++t) f[t] = x[t - h];
    return f;
  }
  require_same(x.size(), clear.size(), "what it is compared with");
  if (rule == ForecastRule::given) return {clear.begin(), clear.end()};
  const double least = 0.15 * *std::max_element(clear.begin(), clear.end());
  for (std::size_t t = 0; t + h < x.size(); ++t)
    f[t + h] = clear[t] > 0.0 && clear[t] >= least ? x[t] / clear[t] * clear[t + h] : x[t];
  return f;
}

GS_INLINE ForecastError forecast_error(std::span<const double> f, std::span<const double> x,
                                       std::int64_t horizon, std::span<const double> counted) {
  using namespace forecast_error_detail;
  require_horizon(horizon, x.size());
  require_same(x.size(), f.size(), "the forecast");
  if (!counted.empty()) require_same(x.size(), counted.size(), "the choice of steps");
  ForecastError out;
  for (auto t = static_cast<std::size_t>(horizon); t < x.size(); ++t) {
    if (!counted.empty() && !(counted[t] > 0.0)) continue;
    out.bias += f[t] - x[t];
    out.mae += std::abs(f[t] - x[t]);
    ++out.steps;
  }
  if (out.steps == 0) return out;
  out.bias /= static_cast<double>(out.steps);
  out.mae /= static_cast<double>(out.steps);
  out.rmse = root_mean_square(f, x, horizon, counted, 0);
  const double persistence = root_mean_square(f, x, horizon, counted, horizon);
  out.skill = persistence > 0.0 ? 1.0 - out.rmse / persistence : 0.0;
  return out;
}

}  // namespace gridswarm::inline GS_ABI::fleet
