// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/feeder/rotation.hpp"

namespace gridswarm::inline GS_ABI::feeder {
namespace detail {

inline std::string source_of(const Case& grid) {
  return !grid.file.empty() ? grid.file : !grid.name.empty() ? grid.name : std::string("case");
}

inline std::string name_of_branch(const Case& grid, Index branch) {
  const auto name = [&grid](Index bus) {
    return grid.by_name ? grid.buses.name[bus] : std::to_string(grid.buses.id[bus]);
  };
  return name(grid.branches.from[branch]) + "-" + name(grid.branches.to[branch]);
}

inline bool is_usable(const Case& grid, Index branch) {
  return grid.branches.in_service[branch] &&
         grid.buses.type[grid.branches.from[branch]] != BusType::isolated &&
         grid.buses.type[grid.branches.to[branch]] != BusType::isolated;
}

/// Bus row -> the half edges (2 branch + end) in service there, in the file's order.
/// @param chosen  by branch row: 0 leaves a branch out; empty: all are in
inline Csr half_edges(const Case& grid, const std::vector<std::int8_t>& chosen = {}) {
  std::vector<Index> key(2 * static_cast<std::size_t>(grid.branches.size()), none);
  for (Index e = 0; e < grid.branches.size(); ++e)
    if (is_usable(grid, e) && (chosen.empty() || chosen[e])) {
      key[2 * e] = grid.branches.from[e];
      key[2 * e + 1] = grid.branches.to[e];
    }
  return group_by(key, grid.buses.size());
}

[[noreturn]] inline void refuse_loops(const Case& grid, std::vector<Index> closing) {
  constexpr std::size_t shown = 10;
  std::sort(closing.begin(), closing.end());
  closing.erase(std::unique(closing.begin(), closing.end()), closing.end());
  std::string names;
  for (std::size_t k = 0; k < closing.size() && k < shown; ++k)
    names += (k ? ", " : "") + name_of_branch(grid, closing[k]);
  if (closing.size() > shown) names += " and " + std::to_string(closing.size() - shown) + " more";
  throw InputError(source_of(grid), 0,
                   "branches in service close a loop or join two sources: " + names +
                       "; a radial feeder is needed, take these out of service");
}

/// Put bus `row` at the next position.
inline void append(Forest& forest, Index row, Index parent, Index branch, bool reversed) {
  forest.position[row] = forest.size();
  forest.bus.push_back(row);
  forest.parent.push_back(parent);
  forest.branch.push_back(branch);
  forest.reversed.push_back(reversed);
}

/// Breadth first from the sources; a branch that meets a bus seen before, and is not the one
/// towards the parent, closes a loop or joins two sources: these are returned.
inline std::vector<Index> order_buses(const Case& grid, const Csr& edges, Forest& forest) {
  const Index buses = grid.buses.size();
  forest.position.assign(buses, none);
  for (Index row = 0; row < buses; ++row)
    if (grid.buses.type[row] == BusType::source) append(forest, row, none, none, false);
  forest.roots = forest.size();
  std::vector<Index> closing;
  for (Index parent = 0; parent < forest.size(); ++parent)
    for (const Index half : edges.row(forest.bus[parent])) {
      const Index branch = half / 2;
      if (branch == forest.branch[parent]) continue;
      const bool reversed = half % 2 == 1;
      const Index child = reversed ? grid.branches.from[branch] : grid.branches.to[branch];
      if (forest.position[child] != none)
        closing.push_back(branch);
      else
        append(forest, child, parent, branch, reversed);
    }
  for (Index row = 0; row < buses; ++row)
    if (forest.position[row] == none) forest.unsupplied.push_back(row);
  return closing;
}

inline void refuse_held_voltages(const Case& grid, const Forest& forest) {
  const Generators& generators = grid.generators;
  for (Index g = 0; g < generators.size(); ++g) {
    const Index row = generators.bus[g];
    if (generators.in_service[g] && grid.buses.type[row] == BusType::pv &&
        forest.position[row] != none)
      throw InputError(
          source_of(grid), 0,
          "bus " + std::to_string(grid.buses.id[row]) +
              " is a PV bus with a generator in service, and the sweep can't hold its "
              "voltage; make it a PQ bus (type 1) or take the generator out of service");
  }
}

/// Ratios and impedances seen from the source: K, Z' = Z / |K|^2.
inline void place_edges(const Case& grid, Forest& forest) {
  const Branches& branches = grid.branches;
  const Index n = forest.size();
  for (auto* column : {&forest.r_pu, &forest.x_pu, &forest.g_pu, &forest.b_pu, &forest.k_im})
    column->assign(n, 0.0);
  forest.k_re.assign(n, 1.0);
  for (Index c = forest.roots; c < n; ++c) {
    const Index p = forest.parent[c];
    const Index e = forest.branch[c];
    const double ratio = branches.ratio[e] == 0.0 ? 1.0 : branches.ratio[e];
    const Rotation turn = rotation(branches.shift_deg[e]);
    // k = 1/t = e^{-j shift} / ratio downwards from the from end, k = t when reversed.
    const bool reversed = forest.reversed[c];
    const double re = reversed ? turn.re * ratio : turn.re / ratio;
    const double im = reversed ? turn.im * ratio : -turn.im / ratio;
    forest.k_re[c] = forest.k_re[p] * re - forest.k_im[p] * im;
    forest.k_im[c] = forest.k_re[p] * im + forest.k_im[p] * re;
    const double square = forest.k_re[c] * forest.k_re[c] + forest.k_im[c] * forest.k_im[c];
    const double scale = (reversed ? ratio * ratio : 1.0) / square;
    forest.r_pu[c] = branches.r_pu[e] * scale;
    forest.x_pu[c] = branches.x_pu[e] * scale;
    // Charging: b/2 at the to end, b/2 / ratio^2 at the from end (the tap lies outside the line).
    const double inverse = 1.0 / (ratio * ratio);
    const double half = 0.5 * branches.b_pu[e];
    forest.b_pu[p] += reversed ? half : half * inverse;
    forest.b_pu[c] += reversed ? half * inverse : half;
    const double iron = branches.g_pu.empty() ? 0.0 : 0.5 * branches.g_pu[e];
    forest.g_pu[p] += reversed ? iron : iron * inverse;
    forest.g_pu[c] += reversed ? iron * inverse : iron;
  }
}

/// Shunts join the charging, and all of it is seen from the source: y' = y |K|^2.
inline void place_shunts(const Case& grid, Forest& forest) {
  for (Index k = 0; k < forest.size(); ++k) {
    const Index row = forest.bus[k];
    const double square = forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k];
    forest.g_pu[k] = (forest.g_pu[k] + grid.buses.gs_mw[row] / grid.base_mva) * square;
    forest.b_pu[k] = (forest.b_pu[k] + grid.buses.bs_mvar[row] / grid.base_mva) * square;
  }
}

inline void place_sources(const Case& grid, Forest& forest) {
  forest.source_re.assign(forest.roots, 0.0);
  forest.source_im.assign(forest.roots, 0.0);
  for (Index k = 0; k < forest.roots; ++k) {
    const Index row = forest.bus[k];
    double vm_pu = grid.buses.vm_pu[row];
    for (Index g = 0; g < grid.generators.size(); ++g)
      if (grid.generators.bus[g] == row && grid.generators.in_service[g]) {
        vm_pu = grid.generators.vg_pu[g];
        break;
      }
    const Rotation turn = rotation(grid.buses.va_deg[row]);
    forest.source_re[k] = vm_pu * turn.re;
    forest.source_im[k] = vm_pu * turn.im;
  }
}

}  // namespace detail

GS_INLINE Forest make_forest(const Case& grid) {
  Forest forest;
  std::vector<Index> closing = detail::order_buses(grid, detail::half_edges(grid), forest);
  if (!closing.empty()) detail::refuse_loops(grid, std::move(closing));
  detail::refuse_held_voltages(grid, forest);
  detail::place_edges(grid, forest);
  detail::place_shunts(grid, forest);
  detail::place_sources(grid, forest);
  return forest;
}

}  // namespace gridswarm::inline GS_ABI::feeder
