// SPDX-License-Identifier: BSD-3-Clause
// Forecasts of a whole series, and how wrong they were: what a run says of every agent, asked
// beforehand of a profile.
//
//   persistence  f(t + h) = x(t)
//   clear_sky    f(t + h) = k(t) c(t + h),   k = x / c: the share of a clear sky's power persists.
//                while c(t) is below 0.15 of its largest value, persistence: the quotient of two
//                small numbers says little (on measured plants this turns a loss into a gain)
//   given        f is another series, as somebody issued it
// Errors e = f - x over the steps counted: mean of |e|, root of the mean square, mean (bias), and
// skill = 1 - RMSE / RMSE of persistence (Coimbra, Kleissl and Marquez, in Solar Energy Forecasting
// and Resource Assessment, 2013). Nights can be left out: they make every forecast look good.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::fleet {

enum class ForecastRule : std::int8_t { persistence, clear_sky, given };

/// @throws UsageError naming the rules there are
ForecastRule parse_forecast_rule(std::string_view text);

/// f of the series x, `horizon` steps ahead; x itself where the rule doesn't know yet.
/// @param clear  clear_sky: c by step; given: f itself; persistence: may be empty
/// @throws UsageError where lengths differ or the horizon lies outside [1, steps)
Column<double> forecast_series(ForecastRule rule, std::span<const double> x,
                               std::span<const double> clear, std::int64_t horizon);

/// In the unit of the series.
struct ForecastError {
  double mae = 0.0;
  double rmse = 0.0;
  double bias = 0.0;
  double skill = 0.0;  ///< against persistence; 0 where that makes no error
  std::int64_t steps = 0;
};

/// Error of f over the steps from `horizon` on whose `counted` is above 0 (empty: all).
/// @throws UsageError where lengths differ
ForecastError forecast_error(std::span<const double> f, std::span<const double> x,
                             std::int64_t horizon, std::span<const double> counted = {});

}  // namespace gridswarm::inline GS_ABI::fleet

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<fleet::ForecastError>> fields<fleet::ForecastError>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/forecast_error.ipp"
#endif
