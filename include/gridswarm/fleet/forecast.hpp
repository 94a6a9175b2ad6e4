// SPDX-License-Identifier: BSD-3-Clause
// What an agent expects of its own net power in the next ledger tick.
//
// Persistence: the mean of the tick that ended is the forecast of the next. Exponential mean:
//   m <- m + w (x - m),   0 < w <= 1;   w = 1 is persistence.
// Clear sky, for PV: the share k = x / c of what a sky without clouds would send persists, so the
// next tick is expected at k c'; while c is below 165 W/m2, persistence (forecast_error.hpp).
// Given: a profile that somebody issued, put through the device's own model. Who has neither falls
// back on persistence. The error is measured against what then happened, never against a model, and
// beside persistence's own.
#pragma once

#include <cstdint>
#include <string>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/fleet/forecast_error.hpp"
#include "gridswarm/fleet/profile.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// [forecast]: by which rule, and where the sun is.
struct ForecastOptions {
  std::string rule = "persistence";  ///< persistence, clear_sky or given
  double weight = 1.0;               ///< w of the exponential mean
  double latitude_deg = 48.0;
  double longitude_deg = 11.0;
  double utc_offset_h = 1.0;  ///< local clock minus UTC
};

/// Means and errors per agent; a ledger tick is one observation.
struct Forecast {
  double weight = 1.0;         ///< w
  Column<double> energy_kw_s;  ///< sum of p dt in the running ledger tick
  double elapsed_s = 0.0;
  Column<double> abs_error_kw;    ///< sum of |forecast - observed| per agent
  Column<double> observed_kw;     ///< mean of the tick that ended: what persistence would say
  double square_kw2 = 0.0;        ///< sums over agents: squared error,
  double bias_kw = 0.0;           ///< forecast - observed,
  double persistence_kw2 = 0.0;   ///< squared error that persistence would have made
  std::int64_t observations = 0;  ///< ledger ticks that had a forecast
  bool started = false;           ///< State::forecast_kw holds a forecast
};

/// Forget everything; sizes the columns.
void reset_forecast(const Fleet& fleet, Forecast& forecast);

/// Add a control tick of dt_s at the present p_kw.
void observe(const Fleet& fleet, double dt_s, Forecast& forecast);

/// End a ledger tick: score the old forecast, write the next into State::forecast_kw by the mean.
void close_forecast(Fleet& fleet, Forecast& forecast);

/// PV after close_forecast: expect k c'. @param ended, next  mean clear sky of both ticks, W/m2
void foresee_clear_sky(Fleet& fleet, double ended_w_per_m2, double next_w_per_m2,
                       const Forecast& forecast);

/// Sun, wind, meters and loads: expect what their models make of `values`, the given profiles'
/// means over the next tick. @param is_given  per profile name: 1 where somebody issued one
void foresee_given(Fleet& fleet, const ProfileValues& values,
                   const std::vector<std::int8_t>& is_given);

/// Mean over agents and ledger ticks of |forecast - observed|, kW; 0 before the second ledger tick.
double mean_abs_error_kw(const Forecast& forecast);

/// All errors per agent and ledger tick, kW; zeros before the second ledger tick.
ForecastError error_of(const Forecast& forecast);

}  // namespace gridswarm::inline GS_ABI::fleet

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<fleet::ForecastOptions>> fields<fleet::ForecastOptions>();
}

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/forecast.ipp"
#endif
