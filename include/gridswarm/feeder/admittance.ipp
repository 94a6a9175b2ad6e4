// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/admittance.hpp"
#include "gridswarm/feeder/phasor.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/feeder/spanning.ipp"

namespace gridswarm::inline GS_ABI::feeder {
namespace detail {

/// How far two voltages or ratios may differ and still count as equal.
inline constexpr double same_voltage_pu = 1e-9;

inline bool has_no_impedance(const Case& grid, Index e) {
  return grid.branches.r_pu[e] == 0.0 && grid.branches.x_pu[e] == 0.0;
}

inline Phasor ratio_of(const Case& grid, Index e) {
  const Rotation turn = rotation(grid.branches.shift_deg[e]);
  const double ratio = grid.branches.ratio[e] == 0.0 ? 1.0 : grid.branches.ratio[e];
  return {ratio * turn.re, ratio * turn.im};
}

inline Phasor k_of(const Admittance& y, Index bus) { return {y.k_re[bus], y.k_im[bus]}; }

/// t' = t K_t / K_f; exactly 1 in the tree.
inline Phasor left_over_ratio(const Case& grid, const Admittance& y, Index e) {
  const Index from = grid.branches.from[e];
  const Index to = grid.branches.to[e];
  const Forest& forest = y.spanning.forest;
  if (forest.branch[forest.position[from]] == e || forest.branch[forest.position[to]] == e)
    return {1.0, 0.0};
  return ratio_of(grid, e) * k_of(y, to) * inverse(k_of(y, from));
}

/// Nodes by forest position: a child without impedance above it belongs to its parent's.
inline void number_nodes(const Case& grid, Admittance& y) {
  const Forest& forest = y.spanning.forest;
  const Index buses = grid.buses.size();
  y.node.assign(buses, none);
  y.k_re.assign(buses, 1.0);
  y.k_im.assign(buses, 0.0);
  Index nodes = 0;
  for (Index at = 0; at < forest.size(); ++at) {
    const Index row = forest.bus[at];
    const Index branch = forest.branch[at];
    y.k_re[row] = forest.k_re[at];
    y.k_im[row] = forest.k_im[at];
    y.node[row] = branch != none && has_no_impedance(grid, branch)
                      ? y.node[forest.bus[forest.parent[at]]]
                      : nodes++;
  }
  // Two sources joined by no impedance are one node, if they can be (refused below if not).
  Sets sets(nodes);
  for (const Index e : y.spanning.closing)
    if (has_no_impedance(grid, e))
      sets.join(y.node[grid.branches.from[e]], y.node[grid.branches.to[e]]);
  std::vector<Index> number(nodes, none);
  Index count = 0;
  for (Index i = 0; i < nodes; ++i) number[i] = sets.find(i) == i ? count++ : number[sets.find(i)];
  for (Index& node : y.node)
    if (node != none) node = number[node];
  y.buses = group_by(y.node, count);
  y.kind.assign(count, NodeKind::load);
}

inline void refuse_ratio_loops(const Case& grid, const Admittance& y) {
  for (const Index e : y.spanning.closing) {
    if (!has_no_impedance(grid, e)) continue;
    const Phasor left = left_over_ratio(grid, y, e);
    if (norm(left - Phasor{1.0, 0.0}) > same_voltage_pu * same_voltage_pu)
      throw InputError(source_of(grid), 0,
                       "branch " + name_of_branch(grid, e) +
                           " without impedance closes a loop without impedance (or joins two "
                           "sources) whose ratios don't cancel; give it an impedance or open it");
  }
}

/// Bus `row` holds the voltage of its node, unless another one does.
inline void hold(const Case& grid, Admittance& y, Index row, Phasor v, NodeKind kind) {
  const Index i = y.node[row];
  const double magnitude = std::sqrt(norm(v));
  if (y.holder[i] != none) {
    const bool both = y.kind[i] == NodeKind::source && kind == NodeKind::source;
    const double apart =
        both ? std::sqrt(norm(v - Phasor{y.v_re[i], y.v_im[i]})) : std::abs(magnitude - y.v_set[i]);
    if (apart > same_voltage_pu)
      throw InputError(source_of(grid), 0,
                       "buses " + std::to_string(grid.buses.id[y.holder[i]]) + " and " +
                           std::to_string(grid.buses.id[row]) +
                           " hold different voltages and no impedance lies between them; give "
                           "both the same voltage or the branch an impedance");
    return;  // sources come first
  }
  y.holder[i] = row;
  y.kind[i] = kind;
  y.v_re[i] = v.re;
  y.v_im[i] = v.im;
  y.v_set[i] = magnitude;
}

/// Who holds what, and where the search begins: at the file's voltages.
inline void place_voltages(const Case& grid, Admittance& y) {
  const Index nodes = y.nodes();
  for (auto* column : {&y.v_im, &y.v_set, &y.ground_re, &y.ground_im}) column->assign(nodes, 0.0);
  y.v_re.assign(nodes, 1.0);
  const auto file_voltage = [&](Index row, double vm_pu) {
    const Rotation turn = rotation(grid.buses.va_deg[row]);
    return vm_pu * (Phasor{turn.re, turn.im} * inverse(k_of(y, row)));
  };
  for (Index i = 0; i < nodes; ++i) {
    const Index row = y.buses.row(i)[0];
    const double vm_pu = grid.buses.vm_pu[row];
    const Phasor v = file_voltage(row, vm_pu > 0.0 ? vm_pu : 1.0);
    y.v_re[i] = v.re;
    y.v_im[i] = v.im;
  }
  y.holder.assign(nodes, none);
  std::vector<std::int8_t> served(grid.buses.size(), 0);
  for (Index g = 0; g < grid.generators.size(); ++g)
    if (grid.generators.in_service[g]) served[grid.generators.bus[g]] = 1;
  for (const BusType type : {BusType::source, BusType::pv})
    for (Index row = 0; row < grid.buses.size(); ++row)
      if (y.node[row] != none && grid.buses.type[row] == type &&
          (type == BusType::source || served[row]))
        hold(grid, y, row, file_voltage(row, held_voltage_pu(grid, row)),
             type == BusType::source ? NodeKind::source : NodeKind::held);
}

inline void add_ground(Admittance& y, Index node, Phasor value) {
  y.ground_re[node] += value.re;
  y.ground_im[node] += value.im;
}

/// Shunts of the buses, and halves of what branches have to ground (the tap lies outside).
inline void place_grounds(const Case& grid, Admittance& y) {
  for (Index row = 0; row < grid.buses.size(); ++row)
    if (y.node[row] != none)
      add_ground(y, y.node[row],
                 norm(k_of(y, row)) / grid.base_mva *
                     Phasor{grid.buses.gs_mw[row], grid.buses.bs_mvar[row]});
  const Branches& branches = grid.branches;
  for (Index e = 0; e < branches.size(); ++e) {
    const Index from = branches.from[e];
    const Index to = branches.to[e];
    if (!is_usable(grid, e) || y.node[from] == none) continue;
    const Phasor half = {branches.g_pu.empty() ? 0.0 : 0.5 * branches.g_pu[e],
                         0.5 * branches.b_pu[e]};
    add_ground(y, y.node[from], norm(k_of(y, from)) / norm(ratio_of(grid, e)) * half);
    add_ground(y, y.node[to], norm(k_of(y, to)) * half);
  }
}

inline void place_links(const Case& grid, Admittance& y) {
  const Branches& branches = grid.branches;
  for (Index e = 0; e < branches.size(); ++e) {
    const Index from = branches.from[e];
    const Index to = branches.to[e];
    if (!is_usable(grid, e) || y.node[from] == none || has_no_impedance(grid, e)) continue;
    const Phasor series = norm(k_of(y, to)) * inverse(Phasor{branches.r_pu[e], branches.x_pu[e]});
    const Phasor t = left_over_ratio(grid, y, e);
    y.links.push_back({e, y.node[from], y.node[to], series.re, series.im, t.re, t.im});
  }
}

/// An entry of Y before rows are sorted.
struct Entry {
  Index column;
  Phasor value;
};

/// y_ft = -y' / conj(t'), y_tf = -y' / t'; the rest of each row sum goes to ground:
/// y' / |t'|^2 - y' / conj(t') = y' (1 - t') / |t'|^2 and y' - y' / t' = y' (t' - 1) / t'.
inline void place_rows(Admittance& y) {
  std::vector<std::vector<Entry>> rows(y.nodes());
  for (const Link& link : y.links) {
    const Phasor series = {link.y_re, link.y_im};
    const Phasor t = {link.t_re, link.t_im};
    const Phasor left = t - Phasor{1.0, 0.0};
    add_ground(y, link.from, (-1.0 / norm(t)) * (series * left));
    add_ground(y, link.to, series * left * inverse(t));
    if (link.from == link.to) continue;
    rows[link.from].push_back({link.to, -1.0 * (series * inverse(conj(t)))});
    rows[link.to].push_back({link.from, -1.0 * (series * inverse(t))});
  }
  y.first.assign(1, 0);
  for (auto& row : rows) {
    std::stable_sort(row.begin(), row.end(),
                     [](const Entry& a, const Entry& b) { return a.column < b.column; });
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k > 0 && row[k].column == row[k - 1].column) {
        y.y_re.back() += row[k].value.re;
        y.y_im.back() += row[k].value.im;
        continue;
      }
      y.column.push_back(row[k].column);
      y.y_re.push_back(row[k].value.re);
      y.y_im.push_back(row[k].value.im);
    }
    y.first.push_back(static_cast<Index>(y.column.size()));
  }
}

}  // namespace detail

GS_INLINE double held_voltage_pu(const Case& grid, Index bus) {
  const Generators& generators = grid.generators;
  for (Index g = 0; g < generators.size(); ++g)
    if (generators.bus[g] == bus && generators.in_service[g]) return generators.vg_pu[g];
  return grid.buses.vm_pu[bus];
}

GS_INLINE Admittance admittance(const Case& grid) {
  Admittance y;
  y.spanning = spanning_forest(grid);
  detail::number_nodes(grid, y);
  detail::refuse_ratio_loops(grid, y);
  detail::place_voltages(grid, y);
  detail::place_grounds(grid, y);
  detail::place_links(grid, y);
  detail::place_rows(y);
  return y;
}

}  // namespace gridswarm::inline GS_ABI::feeder
