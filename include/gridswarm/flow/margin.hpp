// SPDX-License-Identifier: BSD-3-Clause
// How far the load of a scenario could be scaled before no power flow exists.
//
// The margin is the largest lambda for which the scenario with lambda times its load has a
// solution: above 1 a reserve, below 1 what a diverged scenario would have to shed. Load is every
// bus whose net injection is consumption (p_pu < 0, with its q_pu) and every load that stands
// apart; generation stays. Lambda is doubled or halved until it is bracketed, then bisected, all
// scenarios side by side, each from its own last solution. For one load S behind Z = R + jX and V0,
//   lambda = V0^2 / (2 (R P + X Q + |Z| |S|)),
// where the two solutions of the quadratic in |V|^2 meet.
#pragma once

#include "gridswarm/base/column.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/flow/subset.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct MarginOptions {
  double tol = 1e-3;  ///< width of the last bracket, relative where lambda is above 1
  double cap = 10.0;  ///< lambda is not searched beyond this
};

/// Per scenario.
struct Margin {
  Column<double> lambda;  ///< largest factor that was solved; 0 where none was
  Column<double> above;   ///< smallest factor that was not; infinity where the cap was solved
};

/// Buffers; owned by the caller.
struct MarginWork {
  InjectionRows rows;
  FlowResult result;
  Column<double> start_re, start_im;  ///< (scenario, bus row): the last solution
};

/// Margins of all scenarios. Near the limit a sweep converges ever slower, so radial cases are
/// solved by tree_newton whatever the solver's method.
/// @throws UsageError as solve(), and for tol <= 0 or cap < 1
void load_margin(const Solver& solver, const Injections& injections, const FlowOptions& options,
                 const MarginOptions& wanted, FlowWork& work, MarginWork& buffers, Margin& margin);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/margin.ipp"
#endif
