// SPDX-License-Identifier: BSD-3-Clause
// Part of circuit_elimination.hpp: a bus that hangs on lines alone, which keep their impedance.
//
// Nodes c of the bus are at the line, nodes u (a neutral that ends here) are held by B alone. With
// R = B_uu^-1 and B' = B_cc - B_cu R B_uc, what c sees of them:
//   M = (1 + Z B')^-1       V_c = M (V_above - Z (J_c - B_cu R J_u))
//                           V_u = -R (J_u + B_uc V_c)
//   upwards                 (1 + B' Z)^-1 (J_c - B_cu R J_u) + B' M V_above
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "gridswarm/flow/circuit_elimination.hpp"
#include "gridswarm/flow/circuit_thevenin.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Nodes of the bus at the line and others, and the nodes above, each once.
struct LineNodes {
  std::vector<int> at_line, others, above;
  WideMatrix select, back;  ///< above -> at_line, and its transpose
};

inline LineNodes nodes_at_line(const OwnLine& own) {
  LineNodes nodes;
  for (std::size_t i = 0; i < own.above.size(); ++i)
    (own.above[i] < 0 ? nodes.others : nodes.at_line).push_back(static_cast<int>(i));
  for (const int i : nodes.at_line) nodes.above.push_back(own.above[static_cast<std::size_t>(i)]);
  std::vector<int>& above = nodes.above;
  std::sort(above.begin(), above.end());
  above.erase(std::unique(above.begin(), above.end()), above.end());
  const int n = static_cast<int>(nodes.at_line.size()), m = static_cast<int>(above.size());
  nodes.select = WideMatrix(n, m);
  nodes.back = WideMatrix(m, n);
  for (int i = 0; i < n; ++i) {
    const int node = own.above[static_cast<std::size_t>(nodes.at_line[i])];
    const auto at = std::lower_bound(above.begin(), above.end(), node) - above.begin();
    nodes.select(i, static_cast<int>(at)) = {1.0L, 0.0L};
    nodes.back(static_cast<int>(at), i) = {1.0L, 0.0L};
  }
  return nodes;
}

/// 1 + a b, inverted.
inline WideMatrix inverse_of_one_and(const Shrinking& shrinking, Index k, const WideMatrix& a,
                                     const WideMatrix& b) {
  WideMatrix m = product(a, b);
  add_to(m, wide_identity(m.rows));
  if (!(invert(m) > 0.0L)) refuse_floating(shrinking, k);
  return m;
}

/// The factors with B folded into them; what B becomes above goes to the parent.
inline void fold_line(Shrinking& shrinking, const OwnLine& own, EliminatedBus& bus) {
  const WideMatrix& b = shrinking.graph.self[bus.vertex];
  const LineNodes nodes = nodes_at_line(own);
  const auto& c = nodes.at_line;
  const auto& u = nodes.others;
  WideMatrix r = part_of(b, u, u);
  if (!u.empty() && !(invert(r) > least_pivot)) refuse_floating(shrinking, bus.vertex);
  const WideMatrix cu_r = product(part_of(b, c, u), r), r_uc = product(r, part_of(b, u, c));
  WideMatrix seen = part_of(b, c, c);
  subtract_from(seen, product(cu_r, part_of(b, u, c)));
  const WideMatrix z = part_of(own.z, c, c);
  const WideMatrix m = inverse_of_one_and(shrinking, bus.vertex, z, seen);
  const WideMatrix back = product(nodes.back, inverse_of_one_and(shrinking, bus.vertex, seen, z));
  const WideMatrix mz = product(m, z), t = product(m, nodes.select);
  std::vector<int> above(nodes.above.size());
  for (std::size_t p = 0; p < above.size(); ++p) above[p] = static_cast<int>(p);
  const int rows = b.rows, columns = static_cast<int>(above.size());
  bus.z = WideMatrix(rows, rows);
  bus.t = WideMatrix(rows, columns);
  bus.up = WideMatrix(columns, rows);
  add_part(bus.z, c, c, mz);
  add_part(bus.z, c, u, negative(product(mz, cu_r)));
  add_part(bus.z, u, c, negative(product(r_uc, mz)));
  add_part(bus.z, u, u, r);
  add_part(bus.z, u, u, product(r_uc, product(mz, cu_r)));
  add_part(bus.t, c, above, t);
  add_part(bus.t, u, above, negative(product(r_uc, t)));
  add_part(bus.up, above, c, back);
  add_part(bus.up, above, u, negative(product(back, cu_r)));
  for (const int position : nodes.above) bus.above.push_back({bus.parent, position});
  add_part(shrinking.graph.self[bus.parent], nodes.above, nodes.above,
           product(product(nodes.back, seen), t));
}

inline EliminatedBus hang_on_line(Shrinking& shrinking, Index k, Index parent, OwnLine own) {
  const WideMatrix& b = shrinking.graph.self[k];
  EliminatedBus bus;
  bus.vertex = k;
  bus.parent = parent;
  const WideMatrix& z_th = shrinking.z_th[k];
  const bool has_none = is_zero(b);
  const bool is_small =
      has_none || (!z_th.is_empty() && row_norm(product(z_th, b)) <= small_admittance);
  const bool has_all = std::find(own.above.begin(), own.above.end(), -1) == own.above.end();
  if (!is_small || !has_all || shrinking.folds[k]) {
    fold_line(shrinking, own, bus);
    return bus;
  }
  bus.is_own = true;
  for (const int position : own.above) bus.above.push_back({parent, position});
  bus.z = std::move(own.z);
  if (!has_none) bus.shunt = b;
  return bus;
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::flow
