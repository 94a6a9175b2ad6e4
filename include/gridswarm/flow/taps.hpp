// SPDX-License-Identifier: BSD-3-Clause
// Where automatic tap changers come to rest: a discrete search around any method that solves given
// taps.
//
// A changer rests while the voltage it watches lies inside its dead band, v_set +- band / 2; with
// line drop compensation that is |V - (r + jx) I|, I what its branch brings to the watched bus.
// Outside it moves by as many steps as the way to the nearer border surely needs, then one by one,
// so that it stops at the first tap inside the band, as the device does, and as power-grid-model's
// strategy any_valid_tap does. Changers near a source move first; those behind them wait till these
// rest. A changer that turns back between two taps, because its step is wider than its band, stays
// where it is nearer to its set point.
#pragma once

#include <cstdint>
#include <functional>

#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Solve a batch at the taps it states, into rectangular form.
using SolveAtTaps = std::function<void(const Injections&, FlowResult&)>;

/// How a search went, over all scenarios.
struct TapSearch {
  std::int64_t rounds = 0;    ///< solutions after the first
  std::int64_t moves = 0;     ///< taps passed
  std::int64_t hunting = 0;   ///< changers that found no tap inside their band between two
  std::int64_t at_limit = 0;  ///< changers that rest at tap_min or tap_max outside their band
};

/// Rounds after which a search ends wherever it is.
inline constexpr std::int64_t most_tap_rounds = 200;

/// Whether a case has changers that move by themselves.
bool has_automatic_taps(const feeder::Case& grid);

/// Solve at the taps of the batch (or the case), then move taps and solve again, warm, the
/// scenarios that moved, until all rest. Scenarios that fail keep their last taps. result.tap tells
/// the taps.
/// @param forest  spanning forest of `grid`: which side of a branch is nearer to a source
TapSearch search_taps(const feeder::Case& grid, const feeder::Forest& forest,
                      const Injections& injections, const SolveAtTaps& solve_at,
                      FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/taps.ipp"
#endif
