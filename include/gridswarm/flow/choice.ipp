// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/choice.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/flow/sensitivity.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline constexpr std::array<const char*, 6> method_names = {
    "automatic", "sweep", "tree_newton", "lindistflow", "compensation", "newton"};

/// Below this lowest voltage, as LinDistFlow foretells it for the case's own loads, Newton on the
/// tree is faster than the sweep.
inline constexpr double stressed_below_pu = 0.82;

/// Lowest voltage of a forest over its source's, to first order.
inline double foretold_vm_pu(const feeder::Case& grid, const feeder::Forest& forest) {
  Column<double> p_bus, q_bus;
  nominal_injections(grid, p_bus, q_bus);
  const auto size = static_cast<std::size_t>(forest.size());
  Column<double> p(size), q(size), dv(size), scratch(2 * size);
  for (Index k = forest.roots; k < forest.size(); ++k) {
    p[k] = p_bus[forest.bus[k]];
    q[k] = q_bus[forest.bus[k]];
  }
  lin_voltage(forest, p, q, dv, scratch);
  double lowest = 0.0;
  for (const double change : dv) lowest = std::min(lowest, change);
  return 1.0 + lowest;
}

/// "3-7, 4-9 and 12 more": branches as their buses.
inline std::string branch_names(const feeder::Case& grid, const std::vector<Index>& branches) {
  constexpr std::size_t named = 5;
  std::string names;
  for (std::size_t k = 0; k < std::min(named, branches.size()); ++k)
    names += (k ? ", " : "") + std::to_string(grid.buses.id[grid.branches.from[branches[k]]]) +
             "-" + std::to_string(grid.buses.id[grid.branches.to[branches[k]]]);
  if (branches.size() > named) names += " and " + std::to_string(branches.size() - named) + " more";
  return names;
}

[[noreturn]] inline void refuse_method(Method method, const std::string& why) {
  throw UsageError(std::string("method ") + name_of(method) + " can't solve this case: " + why);
}

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

GS_INLINE Survey survey(const feeder::Case& grid, const FlowOptions& options) {
  Survey found{feeder::spanning_forest(grid), {}, false};
  const feeder::Generators& generators = grid.generators;
  for (Index g = 0; g < generators.size(); ++g) {
    const Index row = generators.bus[g];
    const bool is_new = found.held.empty() || found.held.back() != row;
    if (generators.in_service[g] && grid.buses.type[row] == feeder::BusType::pv && is_new &&
        found.spanning.forest.position[row] != none)
      found.held.push_back(row);
  }
  const auto any = [](const Column<std::int8_t>& flags) {
    return std::any_of(flags.begin(), flags.end(), [](std::int8_t flag) { return flag != 0; });
  };
  found.has_devices =
      any(grid.loads.in_service) || any(grid.inverters.in_service) ||
      (grid.tap_changers.size() > 0 && !options.fixed_taps && any(grid.tap_changers.automatic));
  return found;
}

GS_INLINE Method choose(const feeder::Case& grid, const Survey& found) {
  if (!found.spanning.closing.empty())
    return klu_available() ? Method::newton : Method::compensation;
  // A batch may bring taps of its own even where none moves by itself.
  if (!found.held.empty() || found.has_devices || grid.tap_changers.size() > 0)
    return Method::tree_newton;
  const bool is_stressed =
      !(detail::foretold_vm_pu(grid, found.spanning.forest) >= detail::stressed_below_pu);
  return is_stressed ? Method::tree_newton : Method::sweep;
}

GS_INLINE void require_able(const feeder::Case& grid, const Survey& found, Method method) {
  const bool is_tree =
      method == Method::sweep || method == Method::tree_newton || method == Method::lindistflow;
  if (is_tree && !found.spanning.closing.empty())
    detail::refuse_method(method,
                          "the branches " + detail::branch_names(grid, found.spanning.closing) +
                              " (from-to bus) close loops or join sources; open them, or use "
                              "newton or automatic");
  if (method == Method::compensation && found.has_devices)
    detail::refuse_method(
        method,
        "it knows neither loads and inverters that stand apart from their bus, nor taps "
        "that move; use newton or automatic");
  if (method != Method::sweep && method != Method::lindistflow) return;
  if (!found.held.empty())
    detail::refuse_method(method, "it can't hold the voltage of bus " +
                                      std::to_string(grid.buses.id[found.held.front()]) +
                                      "; use tree_newton or automatic");
  if (found.has_devices)
    detail::refuse_method(
        method,
        "it knows neither loads and inverters that stand apart from their bus, nor taps "
        "that move; use tree_newton or automatic");
}

}  // namespace gridswarm::inline GS_ABI::flow
