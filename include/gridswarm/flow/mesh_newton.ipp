// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/flow/mesh_steps.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace mesh_detail {

/// Enough that the last lanes of a piece wait little, few enough for many threads.
inline constexpr Index scenarios_per_piece = 32;

inline void place_diagonals(Mesh& mesh) {
  const feeder::Admittance& y = mesh.y;
  constexpr double digits = 4.0 * std::numeric_limits<double>::epsilon();
  constexpr double squared_voltage = 1.5;
  mesh.self_re = y.ground_re;
  mesh.self_im = y.ground_im;
  mesh.floor.resize(y.nodes());
  for (Index i = 0; i < y.nodes(); ++i) {
    double size = 0.0;
    for (Index e = y.first[i]; e < y.first[i + 1]; ++e) {
      mesh.self_re[i] -= y.y_re[e];
      mesh.self_im[i] -= y.y_im[e];
      size += std::sqrt(y.y_re[e] * y.y_re[e] + y.y_im[e] * y.y_im[e]);
    }
    const double worth = digits * size * squared_voltage;
    mesh.floor[i] = worth * worth;
  }
}

inline void place_laws(const feeder::Case& grid, Mesh& mesh) {
  mesh.laws = make_laws(grid, true);
  mesh.law_row.assign(mesh.y.nodes(), none);
  mesh.q_min.assign(mesh.y.nodes(), 0.0);
  mesh.q_max.assign(mesh.y.nodes(), 0.0);
  for (std::size_t k = 0; k < mesh.laws.law.size(); ++k) {
    const kernel::Law& law = mesh.laws.law[k];
    const Index i = mesh.y.node[mesh.laws.bus[k]];
    if (i == none) continue;
    if (law.kind == kernel::law_held) {
      mesh.q_min[i] += law.q_min;
      mesh.q_max[i] += law.q_max;
    } else if (mesh.law_row[i] == none) {
      mesh.law_row[i] = static_cast<Index>(mesh.law_node.size());
      mesh.law_node.push_back(i);
    }
  }
}

inline void place_taps(const feeder::Case& grid, Mesh& mesh) {
  const feeder::Admittance& y = mesh.y;
  std::vector<Index> link_of(grid.branches.size(), none);
  for (std::size_t k = 0; k < y.links.size(); ++k)
    if (y.links[k].from != y.links[k].to) link_of[y.links[k].branch] = static_cast<Index>(k);
  std::vector<std::vector<Index>> ends(y.nodes());  // 2 tap changer + end
  for (Index r = 0; r < grid.tap_changers.size(); ++r) {
    mesh.tap_link.push_back(link_of[grid.tap_changers.branch[r]]);
    if (mesh.tap_link.back() == none) continue;
    ends[y.links[mesh.tap_link.back()].from].push_back(2 * r);
    ends[y.links[mesh.tap_link.back()].to].push_back(2 * r + 1);
  }
  mesh.end_first.push_back(0);
  for (Index i = 0; i < y.nodes(); ++i) {
    for (const Index end : ends[i]) {
      const feeder::Link& link = y.links[mesh.tap_link[end / 2]];
      const Index other = end % 2 == 0 ? link.to : link.from;
      mesh.end_entry.push_back(find_in(y.column, y.first[i], y.first[i + 1], other));
      mesh.end_tap.push_back(end / 2);
      mesh.end_at_to.push_back(end % 2);
    }
    mesh.end_first.push_back(static_cast<Index>(mesh.end_entry.size()));
  }
}

/// Columns that only this solver sizes come on top of what laws want.
inline void size_result(const feeder::Case& grid, const Mesh& mesh, const Injections& injections,
                        FlowResult& result) {
  const Index scenarios = injections.scenarios;
  const std::size_t all =
      static_cast<std::size_t>(scenarios) * static_cast<std::size_t>(grid.buses.size());
  result.scenarios = scenarios;
  result.v_re.resize(all);
  result.v_im.resize(all);
  result.vm_pu.clear();
  result.va_rad.clear();
  result.status.assign(scenarios, FlowStatus::unsupplied);
  result.iterations.assign(scenarios, 0);
  result.worst_bus.assign(scenarios, 0);
  for (auto* column :
       {&result.max_step_pu, &result.max_mismatch_va, &result.source_p_pu, &result.source_q_pu})
    column->assign(scenarios, 0.0);
  size_law_results(grid, mesh.laws, injections, result);
  const feeder::TapChangers& taps = grid.tap_changers;
  result.tap.resize(static_cast<std::size_t>(scenarios) * taps.size());
  for (std::size_t k = 0; k < result.tap.size(); ++k)
    result.tap[k] = injections.tap.empty() ? taps.tap[k % taps.size()] : injections.tap[k];
}

/// All blocks of one pass; `again` marks by scenario who must go another way.
inline void run_pass(const Pass& pass, std::span<const Index> scenarios, FlowWork& work,
                     std::span<std::int8_t> again, FlowResult& result) {
  const auto count = static_cast<Index>(scenarios.size());
  const Index pieces = (count + scenarios_per_piece - 1) / scenarios_per_piece;
  const int threads = std::min<int>(threads_for(static_cast<int>(pass.options.threads)), pieces);
  // A page and a half between threads' buffers keeps their equal columns out of each other's sets.
  const std::size_t spread = (block_size(pass) + width - 1) / width * width + 768;
  work.lanes.resize(spread * static_cast<std::size_t>(std::max(threads, 1)));
  run_pieces(pieces, threads, [&](Index piece, int thread) {
    const Index first = piece * scenarios_per_piece;
    Queue queue = {scenarios.subspan(first, std::min(scenarios_per_piece, count - first)), 0,
                   again};
    Block block;
    make_block(pass, work.lanes.data() + spread * static_cast<std::size_t>(thread), block);
    iterate(pass, block, queue, result);
  });
}

/// The case as stated, by factors of its own; then its factors, for all to share.
inline void solve_case(const feeder::Case& grid, Mesh& mesh) {
  Column<double> p_pu, q_pu;
  nominal_injections(grid, p_pu, q_pu);
  const Injections injections = {1, p_pu, q_pu};
  const FlowOptions options;
  FlowResult result;
  size_result(grid, mesh, injections, result);
  const Pass pass = {mesh, grid, injections, options, mesh.held, false, false};
  Column<double> memory(block_size(pass));
  Block block;
  make_block(pass, memory.data(), block);
  const std::array<Index, 1> only = {0};
  std::array<std::int8_t, 1> again = {0};
  Queue queue = {only, 0, again};
  iterate(pass, block, queue, result);
  mesh.has_solution = result.status[0] == FlowStatus::converged;
  for (Index i = 0; mesh.has_solution && i < mesh.y.nodes(); ++i) {
    mesh.start_re[i] = block.v[static_cast<std::size_t>(i) * pair];
    mesh.start_im[i] = block.v[static_cast<std::size_t>(i) * pair + width];
  }
  load_lane(pass, 0, block, 0);
  refresh_draws(mesh, block);
  const kernel::MeshView view = view_of(mesh, mesh.held);
  kernel::MeshPivots pivots;
  kernel::kernels().mesh_mismatch(view, block.state, block.check);
  kernel::kernels().mesh_jacobian(view, block.state, block.factors);
  kernel::kernels().lu_factor(view, block.factors, block.work, pivots);
  mesh.shared_factors.resize(mesh.held.lu_column.size());
  for (std::size_t k = 0; k < mesh.shared_factors.size(); ++k)
    mesh.shared_factors[k] = block.factors[k * width];
}

}  // namespace mesh_detail

GS_INLINE std::shared_ptr<const Mesh> prepare_mesh(const feeder::Case& grid) {
  auto mesh = std::make_shared<Mesh>();
  mesh->y = feeder::admittance(grid);
  mesh->start_re = mesh->y.v_re;
  mesh->start_im = mesh->y.v_im;
  mesh_detail::place_diagonals(*mesh);
  mesh_detail::place_laws(grid, *mesh);
  mesh_detail::place_taps(grid, *mesh);
  mesh->held = make_layout(*mesh, false);
  const auto is_held = [](feeder::NodeKind kind) { return kind == feeder::NodeKind::held; };
  const bool holds = std::any_of(mesh->y.kind.begin(), mesh->y.kind.end(), is_held);
  mesh->free = holds ? make_layout(*mesh, true) : mesh->held;
  mesh_detail::solve_case(grid, *mesh);
  return mesh;
}

GS_INLINE void solve_mesh(const Mesh& mesh, const feeder::Case& grid, const Injections& injections,
                          const FlowOptions& options, FlowWork& work, FlowResult& result) {
  const std::size_t all =
      static_cast<std::size_t>(injections.scenarios) * static_cast<std::size_t>(grid.buses.size());
  if (injections.p_pu.size() != all || injections.q_pu.size() != all)
    throw UsageError("a power flow of " + std::to_string(injections.scenarios) +
                     " scenarios needs " + std::to_string(all) + " injections p and q");
  check_device_arrays(grid, injections);
  mesh_detail::size_result(grid, mesh, injections, result);
  if (mesh.y.nodes() == 0) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    std::fill(result.v_re.begin(), result.v_re.end(), unknown);
    std::fill(result.v_im.begin(), result.v_im.end(), unknown);
    return;
  }
  std::vector<Index> scenarios(injections.scenarios);
  std::iota(scenarios.begin(), scenarios.end(), 0);
  std::vector<std::int8_t> again(injections.scenarios, 0);
  const mesh_detail::Pass shared = {mesh, grid, injections, options, mesh.held, true, false};
  mesh_detail::run_pass(shared, scenarios, work, again, result);
  std::erase_if(scenarios, [&](Index s) { return again[s] == 0; });
  const MeshLayout& layout = options.q_limits ? mesh.free : mesh.held;
  const mesh_detail::Pass own = {mesh, grid, injections, options, layout, false, options.q_limits};
  mesh_detail::run_pass(own, scenarios, work, again, result);
}

}  // namespace gridswarm::inline GS_ABI::flow
