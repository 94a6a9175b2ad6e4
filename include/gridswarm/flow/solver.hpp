// SPDX-License-Identifier: BSD-3-Clause
// One door to every power flow: a case is prepared once, then solves batch after batch.
//
// The method is chosen from the case, or forced, and is always reported:
//   sweep         current summation (flow/power_flow.hpp): radial, constant power; fastest
//   tree_newton   Newton on the tree by 2x2 Norton reduction (flow/tree_newton.hpp): radial, with
//                 loads, inverters and held voltages that follow the voltage inside the solve
//   lindistflow   lossless approximation, one pass up and one down: screening
//   compensation  a tree method plus currents at the break points of a few loops
//   newton        sparse Newton (flow/mesh_newton.hpp): any network
// Same bits for every number of threads, neighbours and instruction set.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/flow/choice.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct Compensation;  // flow/compensation.hpp
struct Mesh;          // flow/mesh_newton.hpp
struct TreeNewton;    // flow/tree_newton.hpp

/// A number of a batch that is not finite.
class NotFiniteError : public UsageError {
 public:
  /// @param what_is  "the active power", say
  /// @param where    what the number is for, by the file's own name: "bus 17"
  NotFiniteError(const std::string& what_is, const std::string& where, std::int64_t scenario,
                 double value)
      : UsageError(what_is + " at " + where + " in scenario " + std::to_string(scenario) + " is " +
                   std::to_string(value) + "; it must be a finite number"),
        what_is(what_is),
        where(where),
        scenario(scenario),
        value(value) {}
  /// The same of another scenario.
  NotFiniteError(const NotFiniteError& error, std::int64_t scenario)
      : NotFiniteError(error.what_is, error.where, scenario, error.value) {}
  std::string what_is;
  std::string where;
  std::int64_t scenario;
  double value;
};

/// A case made ready for one method. Built once per topology and never changed by solving, so
/// threads may share it.
struct Solver {
  Method method = Method::sweep;  ///< in use; never automatic
  bool chosen = false;            ///< by prepare(), not forced: what it loses, another may try
  feeder::Case grid;
  feeder::Forest forest;                   ///< the case's spanning forest
  std::shared_ptr<const TreeNewton> tree;  ///< tree_newton: laws and taps; null otherwise
  std::shared_ptr<const Mesh> mesh;        ///< newton: admittances, factor pattern; null otherwise
  std::shared_ptr<const Compensation> compensation;  ///< break points; null otherwise
};

/// A case in which no bus but sources has supply is no error: its scenarios are `unsupplied`.
/// @throws InputError for sources of different voltage joined by no impedance, UsageError where a
///         forced method can't solve this case (the branches or buses in its way are named)
Solver prepare(const feeder::Case& grid, const FlowOptions& options);

/// Solve all scenarios of a batch. `injections` as in flow/power_flow.hpp. Where prepare() chose
/// the method, scenarios that it could not solve are tried by a second one; FlowResult::method
/// tells which made each scenario's values, and its iterations count both.
/// @throws UsageError for arrays of another size, and for a load, an injection or a start that is
///         not finite: the first is named by its scenario and the file's bus number
void solve(const Solver& solver, const Injections& injections, const FlowOptions& options,
           FlowWork& work, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/solver.ipp"
#endif
