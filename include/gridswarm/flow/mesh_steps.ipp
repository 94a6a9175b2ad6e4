// SPDX-License-Identifier: BSD-3-Clause
// The iterations of a block of mesh scenarios, and their results. A lane that is done takes the
// next scenario at once, so that no lane waits for the slowest.
#pragma once

#include "gridswarm/flow/mesh_block.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace mesh_detail {

/// Would more than most_shared_steps steps be needed at the rate of the last two?
inline bool is_slow(const Pass& pass, const Block& block, int l) {
  const double step = block.step_pu[l];
  const double rate = step / block.before_pu[l];
  if (!(step < lost_step_pu) || block.steps[l] > most_shared_steps) return true;
  if (block.steps[l] < 3) return false;
  double left = step;
  for (int k = block.steps[l]; k < most_shared_steps && left > pass.options.tol_step_pu; ++k)
    left *= rate;
  return left > pass.options.tol_step_pu;
}

/// Reactive power that bus `holder` of node i injects on top of what it was given.
inline double held_q(const Mesh& mesh, const Block& block, Index i, int l) {
  const std::size_t at = static_cast<std::size_t>(i) * pair + width + l;
  const Index row = mesh.law_node.empty() ? none : mesh.law_row[i];
  const double drawn =
      row == none
          ? 0.0
          : block.draws[(static_cast<std::size_t>(row) * kernel::law_rows + kernel::law_q) * width +
                        l];
  return block.power[at] - block.s[at] + drawn;
}

/// Let held nodes of lane l go where their generators pass a limit: from now on they inject it
/// (MATPOWER's rule: all at once, after a converged solution). Returns whether any went.
inline bool release_limits(const Pass& pass, Block& block, int l, FlowResult& result) {
  const Mesh& mesh = pass.mesh;
  const double slack_pu = limit_slack_mvar / pass.grid.base_mva;
  bool any = false;
  for (Index i = 0; i < mesh.y.nodes(); ++i) {
    double* free = block.free + static_cast<std::size_t>(i) * width + l;
    if (mesh.y.kind[i] != feeder::NodeKind::held || *free != 0.0) continue;
    const double q = held_q(mesh, block, i, l);
    const bool is_high = q > mesh.q_max[i] + slack_pu;
    const bool is_low = q < mesh.q_min[i] - slack_pu;
    if (!is_high && !is_low) continue;
    *free = 1.0;
    const double limit = is_high ? mesh.q_max[i] : mesh.q_min[i];
    block.s[static_cast<std::size_t>(i) * pair + width + l] += limit;
    result.held_q_pu[bus_at(pass, block.scenario[l], mesh.y.holder[i])] = limit;
    any = true;
  }
  return any;
}

/// Whether some held node of lane l passes a limit.
inline bool passes_limits(const Pass& pass, const Block& block, int l) {
  const double slack_pu = limit_slack_mvar / pass.grid.base_mva;
  for (Index i = 0; i < pass.mesh.y.nodes(); ++i) {
    if (pass.mesh.y.kind[i] != feeder::NodeKind::held) continue;
    const double q = held_q(pass.mesh, block, i, l);
    if (q > pass.mesh.q_max[i] + slack_pu || q < pass.mesh.q_min[i] - slack_pu) return true;
  }
  return false;
}

/// What the sources and the held buses of a lane inject.
inline void store_powers(const Pass& pass, const Block& block, int l, FlowResult& result) {
  const Mesh& mesh = pass.mesh;
  const Index s = block.scenario[l];
  double p = 0.0;
  double q = 0.0;
  for (Index i = 0; i < mesh.y.nodes(); ++i) {
    const std::size_t at = static_cast<std::size_t>(i) * pair + l;
    if (mesh.y.kind[i] == feeder::NodeKind::load) continue;
    if (mesh.y.kind[i] == feeder::NodeKind::held) {
      const std::size_t to = bus_at(pass, s, mesh.y.holder[i]);
      const bool gone = pass.releases && block.free[static_cast<std::size_t>(i) * width + l] != 0.0;
      if (!gone) result.held_q_pu[to] = held_q(mesh, block, i, l);
      continue;
    }
    const Index row = mesh.law_node.empty() ? none : mesh.law_row[i];
    const double* draw = block.draws + static_cast<std::size_t>(row) * kernel::law_rows * width + l;
    p += block.power[at] - block.s[at] + (row == none ? 0.0 : draw[0]);
    q += block.power[at + width] - block.s[at + width] + (row == none ? 0.0 : draw[width]);
  }
  result.source_p_pu[s] = p;
  result.source_q_pu[s] = q;
}

inline void store_voltages(const Pass& pass, const Block& block, int l, FlowResult& result) {
  const Mesh& mesh = pass.mesh;
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const std::size_t first = bus_at(pass, block.scenario[l], 0);
  for (Index bus = 0; bus < pass.grid.buses.size(); ++bus) {
    const Index i = mesh.y.node[bus];
    const double* v = block.v + static_cast<std::size_t>(i == none ? 0 : i) * pair + l;
    const double kr = mesh.y.k_re[bus];
    const double ki = mesh.y.k_im[bus];
    result.v_re[first + bus] = i == none ? unknown : kr * v[0] - ki * v[width];
    result.v_im[first + bus] = i == none ? unknown : kr * v[width] + ki * v[0];
  }
}

/// What every device does in lane l.
inline void store_devices(const Pass& pass, const Block& block, int l, FlowResult& result) {
  const Mesh& mesh = pass.mesh;
  for (std::size_t k = 0; k < mesh.laws.law.size(); ++k) {
    const kernel::Law& law = mesh.laws.law[k];
    const Index bus = mesh.laws.bus[k];
    if (mesh.y.node[bus] == none || law.kind == kernel::law_held) continue;
    alignas(64) std::array<double, width> u;
    alignas(64) std::array<double, kernel::law_rows * width> draw{};
    magnitudes(mesh, block, bus, u.data());
    kernel::kernels().law_add(law, u.data(), block.devices + k * pair,
                              block.devices + k * pair + width, draw.data());
    const bool is_load = law.kind == kernel::law_load;
    const Index rows = is_load ? pass.grid.loads.size() : pass.grid.inverters.size();
    const std::size_t at = static_cast<std::size_t>(block.scenario[l]) * rows + mesh.laws.device[k];
    (is_load ? result.load_p_pu : result.inverter_p_pu)[at] = is_load ? draw[l] : -draw[l];
    (is_load ? result.load_q_pu : result.inverter_q_pu)[at] =
        is_load ? draw[width + l] : -draw[width + l];
  }
}

/// The scenarios that a block works through.
struct Queue {
  std::span<const Index> scenarios;
  std::size_t next = 0;
  std::span<std::int8_t> again;  ///< by scenario of the batch
};

/// Write what lane l came to, and give it the next scenario.
inline void finish(const Pass& pass, Block& block, int l, Outcome outcome, Queue& queue,
                   FlowResult& result) {
  const Index s = block.scenario[l];
  result.status[s] = outcome == Outcome::converged    ? FlowStatus::converged
                     : outcome == Outcome::infeasible ? FlowStatus::infeasible
                                                      : FlowStatus::diverged;
  result.max_step_pu[s] = block.step_pu[l];
  queue.again[s] = outcome == Outcome::again;
  store_voltages(pass, block, l, result);
  store_devices(pass, block, l, result);
  store_powers(pass, block, l, result);
  block.lane[l] = Lane::idle;
  if (queue.next == queue.scenarios.size()) return;
  load_lane(pass, queue.scenarios[queue.next++], block, l);
  block.lane[l] = Lane::fresh;
}

/// Copy voltages of lane l.
inline void copy_lane(const Mesh& mesh, const double* from, double* to, int l) {
  for (Index k = 0; k < 2 * mesh.y.nodes(); ++k)
    to[static_cast<std::size_t>(k) * width + l] = from[static_cast<std::size_t>(k) * width + l];
}

/// A lane that failed shows the best of its voltages: it goes back to them, and is written after
/// the next mismatch.
inline void fail(const Pass& pass, Block& block, int l, Outcome outcome, Queue& queue,
                 FlowResult& result) {
  if (pass.shares || block.check.mismatch_squared[l] <= block.best_squared[l])
    return finish(pass, block, l, outcome, queue, result);
  copy_lane(pass.mesh, block.best, block.v, l);
  block.ending[l] = outcome;
  block.is_ending[l] = 1;
  block.lane[l] = Lane::fresh;
}

/// After a mismatch: what becomes of lane l?
inline void judge(const Pass& pass, Block& block, int l, Queue& queue, FlowResult& result) {
  const Index s = block.scenario[l];
  const double va_per_pu = pass.grid.base_mva * va_per_mva;
  result.max_mismatch_va[s] = std::sqrt(block.check.mismatch_squared[l]) * va_per_pu;
  if (!block.is_ending[l] || block.ending[l] != Outcome::infeasible)  // that has a pivot's bus
    result.worst_bus[s] = pass.mesh.y.buses.row(static_cast<Index>(block.check.node[l]))[0];
  if (block.is_ending[l]) return finish(pass, block, l, block.ending[l], queue, result);
  const bool within = block.steps[l] > 0 && block.step_pu[l] <= pass.options.tol_step_pu &&
                      block.check.excess[l] <= 0.0;
  if (within && pass.releases && release_limits(pass, block, l, result)) {
    block.steps[l] = 0;
    block.best_squared[l] = std::numeric_limits<double>::infinity();
    block.lane[l] = Lane::fresh;  // the mismatch is that of the powers before
    return;
  }
  if (within) {
    const bool limits = pass.shares && pass.options.q_limits && passes_limits(pass, block, l);
    return finish(pass, block, l, limits ? Outcome::again : Outcome::converged, queue, result);
  }
  const bool ends = result.iterations[s] >= pass.options.max_iterations;
  const bool slow = pass.shares ? block.steps[l] > 0 && is_slow(pass, block, l)
                                : block.steps[l] >= most_own_steps;
  if (ends || slow)
    return fail(pass, block, l, slow && !ends && pass.shares ? Outcome::again : Outcome::diverged,
                queue, result);
  if (!pass.shares && block.check.mismatch_squared[l] < block.best_squared[l]) {
    block.best_squared[l] = block.check.mismatch_squared[l];
    copy_lane(pass.mesh, block.v, block.best, l);
  }
}

/// Factors of every lane's own J; a lane with a pivot that leaves no digits stops.
inline void factor(const Pass& pass, const kernel::MeshView& view, Block& block, Queue& queue,
                   FlowResult& result) {
  const auto& kernels = kernel::kernels();
  kernels.mesh_jacobian(view, block.state, block.factors);
  kernel::MeshPivots pivots;
  kernels.lu_factor(view, block.factors, block.work, pivots);
  for (int l = 0; l < width; ++l) {
    if (block.lane[l] != Lane::moving || pivots.weakest[l] > weakest_pivot) continue;
    const auto row = static_cast<Index>(pivots.row[l]);
    for (Index i = 0; i < view.nodes; ++i)
      if (view.p_row[i] == row || view.q_row[i] == row)
        result.worst_bus[block.scenario[l]] = pass.mesh.y.buses.row(i)[0];
    fail(pass, block, l, Outcome::infeasible, queue, result);
  }
}

/// rhs -> step.
inline void solve_rhs(const Pass& pass, const kernel::MeshView& view, Block& block, Queue& queue,
                      FlowResult& result) {
  const auto& kernels = kernel::kernels();
  if (!pass.shares) {
    factor(pass, view, block, queue, result);
    return kernels.lu_solve(view, block.factors, block.rhs);
  }
  kernels.lu_solve_shared(view, pass.mesh.shared_factors.data(), block.rhs);
  for (int l = 0; l < width; ++l)
    if (block.steps[l] == 0) block.last_squared[l] = 0.0;  // the last step was another scenario's
  kernels.mesh_extrapolate(view, block.rhs, block.last, block.last_squared.data());
}

/// Work through the queue.
inline void iterate(const Pass& pass, Block& block, Queue& queue, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  const kernel::MeshView view = view_of(pass.mesh, pass.layout);
  const auto any = [&](Lane state) {
    return std::find(block.lane.begin(), block.lane.end(), state) != block.lane.end();
  };
  for (int l = 0; l < width && queue.next < queue.scenarios.size(); ++l) {
    load_lane(pass, queue.scenarios[queue.next++], block, l);
    block.lane[l] = Lane::moving;
  }
  while (any(Lane::moving)) {
    refresh_draws(pass.mesh, block);
    kernels.mesh_mismatch(view, block.state, block.check);
    for (int l = 0; l < width; ++l)
      if (block.lane[l] == Lane::moving) judge(pass, block, l, queue, result);
    if (any(Lane::moving)) solve_rhs(pass, view, block, queue, result);
    if (any(Lane::moving)) {
      for (int l = 0; l < width; ++l) block.mask[l] = block.lane[l] == Lane::moving ? 1.0 : 0.0;
      kernels.mesh_step(view, block.state, block.mask.data(), block.step_squared.data());
    }
    for (int l = 0; l < width; ++l) {
      if (block.lane[l] == Lane::moving) {
        block.before_pu[l] = block.step_pu[l];
        block.step_pu[l] = std::sqrt(block.step_squared[l]);
        ++block.steps[l];
        ++result.iterations[block.scenario[l]];
      }
      if (block.lane[l] == Lane::fresh) block.lane[l] = Lane::moving;
    }
  }
}

}  // namespace mesh_detail
}  // namespace gridswarm::inline GS_ABI::flow
