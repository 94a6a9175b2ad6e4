// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/flow/factor_pattern.hpp"
#include "gridswarm/flow/mesh_layout.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace mesh_detail {

inline constexpr int width = kernel::sweep_lanes;
inline constexpr int pair = 2 * kernel::sweep_lanes;

/// J's entries by column, and which of its columns and rows belong to a node.
struct Sketch {
  std::vector<Index> angle, magnitude;  ///< by node: number of equation and unknown alike
  std::vector<Index> first, row;        ///< by column; the pattern is symmetric
  std::vector<Index> slot;              ///< as MeshLayout::slot, into `row`
};

inline void number_unknowns(const feeder::Admittance& y, bool releases, Sketch& sketch) {
  Index count = 0;
  for (Index i = 0; i < y.nodes(); ++i) {
    const feeder::NodeKind kind = y.kind[i];
    const bool moves = kind == feeder::NodeKind::load || (releases && y.v_set[i] > 0.0);
    sketch.angle.push_back(kind == feeder::NodeKind::source ? none : count++);
    sketch.magnitude.push_back(kind != feeder::NodeKind::source && moves ? count++ : none);
  }
}

/// Call what(i, j, index of the entry) for every entry of Y, then for the diagonal.
template <class What>
void for_each_entry(const feeder::Admittance& y, What what) {
  for (Index i = 0; i < y.nodes(); ++i)
    for (Index e = y.first[i]; e < y.first[i + 1]; ++e) what(i, y.column[e], e);
  for (Index i = 0; i < y.nodes(); ++i) what(i, i, y.first[y.nodes()] + i);
}

inline Index find_in(const std::vector<Index>& items, Index first, Index end, Index item) {
  const auto at = std::lower_bound(items.begin() + first, items.begin() + end, item);
  return static_cast<Index>(at - items.begin());
}

inline Sketch sketch_jacobian(const feeder::Admittance& y, bool releases) {
  Sketch sketch;
  number_unknowns(y, releases, sketch);
  std::vector<std::vector<Index>> rows;
  for (Index i = 0; i < y.nodes(); ++i)
    for (const Index k : {sketch.angle[i], sketch.magnitude[i]})
      if (k != none) rows.resize(k + 1);
  const auto unknowns = [&](Index i) {
    return std::array<Index, 2>{sketch.angle[i], sketch.magnitude[i]};
  };
  for_each_entry(y, [&](Index i, Index j, Index) {
    for (const Index a : unknowns(i))
      for (const Index b : unknowns(j))
        if (a != none && b != none) rows[b].push_back(a);
  });
  sketch.first.push_back(0);
  for (auto& column : rows) {
    std::sort(column.begin(), column.end());
    sketch.row.insert(sketch.row.end(), column.begin(), column.end());
    sketch.first.push_back(static_cast<Index>(sketch.row.size()));
  }
  sketch.slot.assign(4 * (y.column.size() + y.nodes()), none);
  for_each_entry(y, [&](Index i, Index j, Index e) {
    for (int row = 0; row < 2; ++row)
      for (int column = 0; column < 2; ++column) {
        const Index a = unknowns(i)[row];
        const Index b = unknowns(j)[column];
        if (a != none && b != none)
          sketch.slot[4 * static_cast<std::size_t>(e) + 2 * row + column] =
              find_in(sketch.row, sketch.first[b], sketch.first[b + 1], a);
      }
  });
  return sketch;
}

/// J at the start, by column, computed by the kernel with all lanes alike.
inline std::vector<double> start_jacobian(const Mesh& mesh, const Sketch& sketch) {
  MeshLayout layout;
  layout.p_row = layout.angle = sketch.angle;
  layout.q_row = layout.magnitude = sketch.magnitude;
  layout.slot = sketch.slot;
  layout.lu_first = sketch.first;
  layout.lu_diagonal.assign(sketch.first.size() - 1, 0);
  const auto nodes = static_cast<std::size_t>(mesh.y.nodes());
  Column<double> v(nodes * pair), s(nodes * pair), power(nodes * pair);
  Column<double> rhs(layout.lu_diagonal.size() * width), entries(sketch.row.size() * width);
  for (std::size_t i = 0; i < nodes; ++i)
    for (int l = 0; l < width; ++l) {
      v[i * pair + l] = mesh.start_re[i];
      v[i * pair + width + l] = mesh.start_im[i];
    }
  const kernel::MeshState state = {v.data(), s.data(), power.data(), rhs.data(), nullptr, {}, {}};
  const kernel::MeshView view = view_of(mesh, layout);
  kernel::MeshCheck check = {};
  kernel::kernels().mesh_mismatch(view, state, check);
  kernel::kernels().mesh_jacobian(view, state, entries.data());
  std::vector<double> value(sketch.row.size());
  for (std::size_t k = 0; k < value.size(); ++k) value[k] = entries[k * width];
  return value;
}

}  // namespace mesh_detail

GS_INLINE kernel::MeshView view_of(const Mesh& mesh, const MeshLayout& layout) {
  const feeder::Admittance& y = mesh.y;
  return {y.nodes(),
          layout.unknowns(),
          y.first.data(),
          y.column.data(),
          y.y_re.data(),
          y.y_im.data(),
          y.ground_re.data(),
          y.ground_im.data(),
          mesh.self_re.data(),
          mesh.self_im.data(),
          mesh.floor.data(),
          layout.p_row.data(),
          layout.q_row.data(),
          layout.angle.data(),
          layout.magnitude.data(),
          layout.slot.data(),
          layout.lu_first.data(),
          layout.lu_diagonal.data(),
          layout.lu_column.data()};
}

GS_INLINE MeshLayout make_layout(const Mesh& mesh, bool releases) {
  const mesh_detail::Sketch sketch = mesh_detail::sketch_jacobian(mesh.y, releases);
  const std::vector<double> value = mesh_detail::start_jacobian(mesh, sketch);
  const FactorPattern pattern = factor_pattern(sketch.first, sketch.row, value);
  MeshLayout layout;
  const auto place = [](const std::vector<Index>& number, const std::vector<Index>& order) {
    std::vector<Index> placed;
    for (const Index k : number) placed.push_back(k == none ? none : order[k]);
    return placed;
  };
  layout.p_row = place(sketch.angle, pattern.row);
  layout.q_row = place(sketch.magnitude, pattern.row);
  layout.angle = place(sketch.angle, pattern.column);
  layout.magnitude = place(sketch.magnitude, pattern.column);
  layout.lu_first = pattern.first;
  layout.lu_diagonal = pattern.diagonal;
  layout.lu_column = pattern.column_of;
  layout.slot.assign(sketch.slot.size(), none);
  mesh_detail::for_each_entry(mesh.y, [&](Index i, Index j, Index e) {
    for (int k = 0; k < 4; ++k) {
      const std::size_t at = 4 * static_cast<std::size_t>(e) + k;
      if (sketch.slot[at] == none) continue;
      const Index row = k < 2 ? layout.p_row[i] : layout.q_row[i];
      const Index column = k % 2 == 0 ? layout.angle[j] : layout.magnitude[j];
      layout.slot[at] = mesh_detail::find_in(layout.lu_column, layout.lu_first[row],
                                             layout.lu_first[row + 1], column);
    }
  });
  return layout;
}

}  // namespace gridswarm::inline GS_ABI::flow
