// SPDX-License-Identifier: BSD-3-Clause
// What an agent expects of its own net power in the next ledger tick.
//
// Persistence: the mean of the tick that ended is the forecast of the next. Exponential mean:
//   m <- m + w (x - m),   0 < w <= 1;   w = 1 is persistence.
// The error is measured against what then happened, never against a model.
#pragma once

#include <cstdint>

#include "gridswarm/base/column.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// Means and errors per agent; a ledger tick is one observation.
struct Forecast {
  double weight = 1.0;         ///< w
  Column<double> energy_kw_s;  ///< sum of p dt in the running ledger tick
  double elapsed_s = 0.0;
  Column<double> abs_error_kw;    ///< sum of |forecast - observed| per agent
  std::int64_t observations = 0;  ///< ledger ticks that had a forecast
  bool started = false;           ///< State::forecast_kw holds a forecast
};

/// Forget everything; sizes the columns.
void reset_forecast(const Fleet& fleet, Forecast& forecast);

/// Add a control tick of dt_s at the present p_kw.
void observe(const Fleet& fleet, double dt_s, Forecast& forecast);

/// End a ledger tick: score the old forecast, write the next into State::forecast_kw.
void close_forecast(Fleet& fleet, Forecast& forecast);

/// Mean over agents and ledger ticks of |forecast - observed|, kW; 0 before the second ledger tick.
double mean_abs_error_kw(const Forecast& forecast);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/forecast.ipp"
#endif
