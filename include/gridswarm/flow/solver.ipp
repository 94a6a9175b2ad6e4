// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/solver.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline constexpr std::array<const char*, 6> method_names = {
    "automatic", "sweep", "tree_newton", "lindistflow", "compensation", "newton"};

}  // namespace detail

GS_INLINE const char* name_of(Method method) {
  return detail::method_names[static_cast<std::size_t>(method)];
}

GS_INLINE Method method_of(const std::string& name) {
  std::string known;
  for (std::size_t k = 0; k < detail::method_names.size(); ++k) {
    if (name == detail::method_names[k]) return static_cast<Method>(k);
    known += (k ? ", " : "") + std::string(detail::method_names[k]);
  }
  throw UsageError("there is no power flow method \"" + name + "\"; choose one of " + known);
}

GS_INLINE Solver prepare(const feeder::Case& grid, const FlowOptions& options) {
  Solver solver;
  solver.method = method_of(options.method);
  if (solver.method == Method::automatic) solver.method = Method::sweep;
  if (solver.method != Method::sweep)
    throw UsageError(std::string("method ") + name_of(solver.method) +
                     " can't solve this case; use sweep");
  solver.grid = grid;
  solver.forest = feeder::make_forest(grid);
  return solver;
}

GS_INLINE void solve(const Solver& solver, const Injections& injections, const FlowOptions& options,
                     FlowWork& work, FlowResult& result) {
  solve(solver.grid, solver.forest, injections, options, work, result);
}

}  // namespace gridswarm::inline GS_ABI::flow
