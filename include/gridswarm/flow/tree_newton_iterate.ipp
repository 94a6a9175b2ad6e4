// SPDX-License-Identifier: BSD-3-Clause
// How the lanes of a block come to their end: plain trees by sweep, Newton and sweep; trees with
// laws by Newton alone.
#pragma once

#include "gridswarm/flow/tree_newton_block.ipp"
#include "gridswarm/flow/tree_newton_residual.ipp"

namespace gridswarm::inline GS_ABI::flow::detail {

inline bool any_lane(const TreeBlock& block, TreeLane state) {
  return std::find(block.lane.begin(), block.lane.end(), state) != block.lane.end();
}

/// The mask of lanes in a state.
inline void mask_lanes(TreeBlock& block, TreeLane state) {
  for (int l = 0; l < kernel::sweep_lanes; ++l) block.mask[l] = block.lane[l] == state ? 1.0 : 0.0;
}

/// The mask, or null where every lane that carries a scenario is in it.
inline const double* active_lanes(const TreeBlock& block) {
  const auto end = block.mask.begin() + block.rows.used;
  return std::find(block.mask.begin(), end, 0.0) == end ? nullptr : block.mask.data();
}

/// Sum over sources of V conj(J), as powers into the grid.
inline void report_tree_sources(const TreeJob& job, const TreeBlock& block, int l,
                                FlowResult& result) {
  double p = 0.0;
  double q = 0.0;
  for (Index k = 0; k < job.forest.roots; ++k) {
    const double* at = cell_of(block, k, l);
    const double vr = voltage_of(block, k, l)[0];
    const double vi = voltage_of(block, k, l)[kernel::sweep_lanes];
    const double jr = at[kernel::sweep_jr * kernel::sweep_lanes];
    const double ji = at[kernel::sweep_ji * kernel::sweep_lanes];
    p += vr * jr + vi * ji;
    q += vi * jr - vr * ji;
  }
  result.source_p_pu[block.first + l] = p;
  result.source_q_pu[block.first + l] = q;
}

/// What the check said of a lane, as its result.
inline void end_lane(const TreeJob& job, TreeBlock& block, int l, FlowStatus status,
                     FlowResult& result) {
  const Index s = block.first + l;
  const double va_per_pu = job.grid.base_mva * va_per_mva;
  block.lane[l] = TreeLane::done;
  result.status[s] = status;
  result.max_step_pu[s] = block.step_pu[l];
  result.max_mismatch_va[s] = std::isnan(block.check.excess[l])
                                  ? block.check.excess[l]
                                  : std::sqrt(block.check.mismatch_squared[l]) * va_per_pu;
  const Index cell = static_cast<Index>(block.check.bus[l]);
  result.worst_bus[s] =
      job.forest.size() > 0 ? job.forest.bus[job.prepared.plan.position[cell]] : none;
  report_tree_sources(job, block, l, result);
}

/// A lane whose pivot vanished starts again from flat voltages if it did not begin there, else it
/// is infeasible at that bus and keeps the voltages it had.
inline void drop_lane(const TreeJob& job, TreeBlock& block, int l, FlowResult& result) {
  if (!block.is_flat[l]) {
    flatten(job, block, l);
    block.rate[l] = 1.0;
    block.newton_step_pu[l] = 0.0;
    return;
  }
  explain_residual(job, block, l);
  block.check.bus[l] = block.pivot.bus[l];
  end_lane(job, block, l, FlowStatus::infeasible, result);
}

/// After a way up: lanes whose pivot vanished leave. True if any lane goes on.
inline bool drop_singular(const TreeJob& job, TreeBlock& block, FlowResult& result) {
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != TreeLane::iterating) continue;
    block.mask[l] = 1.0;
    if (block.pivot.det[l] > kernel::newton_least_pivot) continue;
    block.mask[l] = 0.0;
    if (++result.iterations[block.first + l] >= job.options.max_iterations) block.is_flat[l] = true;
    drop_lane(job, block, l, result);
  }
  return any_lane(block, TreeLane::iterating);
}

/// Shorten steps that are longer than the linear model can be trusted.
inline void damp(const TreeJob& job, TreeBlock& block, const FlowResult& result) {
  const double longest = longest_step * job.prepared.source_pu;
  bool any = false;
  for (int l = 0; l < kernel::sweep_lanes; ++l) {
    const double step = std::sqrt(block.step_squared[l]);
    // A lane that has gone on for long swings between the kinks of its curves: go half the way.
    const bool swings = job.prepared.has_laws && l < block.rows.used && step > 1e-6 &&
                        result.iterations[block.first + l] >= patience;
    const double most = swings ? std::min(longest, 0.5 * step) : longest;
    const bool is_long = block.mask[l] != 0.0 && !(step <= most);
    block.share[l] = is_long ? (step < 1e150 ? most / step : 0.0) : 1.0;
    any = any || is_long;
  }
  if (any)
    kernel::kernels().newton_damp(job.tree.tree, block.share.data(), block.memory, block.factors);
}

/// Two sweeps from the sources' voltages bring a lightly loaded feeder where one Newton step does;
/// lanes on which they hardly shrink go back and let Newton's method begin.
inline void start_by_sweeps(const TreeJob& job, TreeBlock& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  alignas(64) LaneNumbers first{};
  kernels.sweep(job.tree.tree, nullptr, false, block.memory, first.data());
  kernels.sweep(job.tree.tree, nullptr, true, block.memory, block.step_squared.data());
  const double longest = longest_step * job.prepared.source_pu;
  for (int l = 0; l < block.rows.used; ++l) {
    const double before = std::sqrt(first[l]);
    const double after = std::sqrt(block.step_squared[l]);
    result.iterations[block.first + l] += 2;
    block.rate[l] = before > 0.0 ? after / before : 0.0;
    block.step_pu[l] = after * job.prepared.plan.largest_k;
    if (before <= longest && after <= slowest_start * before) {
      block.is_flat[l] = false;
      if (block.step_pu[l] * block.rate[l] <= 0.5 * job.options.tol_step_pu)
        block.lane[l] = TreeLane::waiting;
      continue;
    }
    flatten(job, block, l);
    block.rate[l] = 1.0;
  }
}

/// A Newton step of all iterating lanes; those whose next step is foretold to be within tolerance
/// wait for the sweep that ends them.
inline void step_plain(const TreeJob& job, TreeBlock& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  mask_lanes(block, TreeLane::iterating);
  kernels.newton_up(job.tree.tree, active_lanes(block), block.memory, block.factors, block.pivot);
  if (!drop_singular(job, block, result)) return;
  kernels.newton_down(job.tree.tree, active_lanes(block), block.memory, block.factors,
                      block.step_squared.data());
  damp(job, block, result);
  const double tol_pu = std::min(job.options.tol_step_pu, tol_mismatch_rel);
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != TreeLane::iterating || block.mask[l] == 0.0) continue;
    const double step_pu = std::sqrt(block.step_squared[l]) * job.prepared.plan.largest_k;
    const std::int32_t iterations = ++result.iterations[block.first + l];
    const double last = block.newton_step_pu[l];
    if (step_pu < last) block.rate[l] = std::max(block.rate[l], step_pu / (last * last));
    block.newton_step_pu[l] = block.step_pu[l] = step_pu;
    if (block.rate[l] * step_pu * step_pu <= 0.5 * tol_pu ||
        iterations + 1 >= job.options.max_iterations)
      block.lane[l] = TreeLane::waiting;
  }
}

/// sweep_last moves every lane: those that ended by a sweep to where they are, those that were
/// dropped away from it. Their voltages wait beside their factors.
template <class Body>
void each_dropped(const TreeJob& job, TreeBlock& block, const FlowResult& result, Body&& body) {
  for (int l = 0; l < block.rows.used; ++l)
    if (block.lane[l] == TreeLane::done && result.status[block.first + l] == FlowStatus::infeasible)
      for (Index c = job.forest.roots; c < job.forest.size(); ++c) {
        double* kept = block.factors +
                       static_cast<std::size_t>(c) * kernel::newton_columns * kernel::sweep_lanes +
                       l;
        body(voltage_of(block, c, l), kept);
      }
}
inline void keep_dropped(const TreeJob& job, TreeBlock& block, const FlowResult& result) {
  each_dropped(job, block, result, [](double* v, double* kept) {
    kept[kernel::newton_b21 * kernel::sweep_lanes] = v[0];
    kept[kernel::newton_b22 * kernel::sweep_lanes] = v[kernel::sweep_lanes];
  });
}
inline void restore_dropped(const TreeJob& job, TreeBlock& block, const FlowResult& result) {
  each_dropped(job, block, result, [](double* v, double* kept) {
    v[0] = kept[kernel::newton_b21 * kernel::sweep_lanes];
    v[kernel::sweep_lanes] = kept[kernel::newton_b22 * kernel::sweep_lanes];
  });
}

/// The sweep that ends the waiting lanes, and its check; lanes not there yet go on.
inline void finish_plain(const TreeJob& job, TreeBlock& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  mask_lanes(block, TreeLane::waiting);
  keep_dropped(job, block, result);
  kernels.sweep_up(job.tree.tree, active_lanes(block), block.memory);
  kernels.sweep_last(job.tree.tree, block.memory, block.check);
  restore_dropped(job, block, result);
  for (int l = 0; l < block.rows.used; ++l) {
    if (block.lane[l] != TreeLane::waiting) continue;
    const std::int32_t iterations = ++result.iterations[block.first + l];
    block.step_pu[l] = std::sqrt(block.check.step_squared[l]) * job.prepared.plan.largest_k;
    const bool converged =
        block.step_pu[l] <= job.options.tol_step_pu && block.check.excess[l] <= 0.0;
    if (converged)
      end_lane(job, block, l, FlowStatus::converged, result);
    else if (iterations >= job.options.max_iterations)
      end_lane(job, block, l, FlowStatus::diverged, result);
    else
      block.lane[l] =
          iterations + 1 < job.options.max_iterations ? TreeLane::iterating : TreeLane::waiting;
  }
}

inline void iterate_plain(const TreeJob& job, TreeBlock& block, FlowResult& result) {
  const std::int64_t cap = job.options.max_iterations;
  for (int l = 0; l < block.rows.used; ++l)
    block.lane[l] = cap > 1 ? TreeLane::iterating : TreeLane::waiting;
  if (starts_by_sweeps(job)) start_by_sweeps(job, block, result);
  while (any_lane(block, TreeLane::iterating) || any_lane(block, TreeLane::waiting)) {
    while (any_lane(block, TreeLane::iterating)) step_plain(job, block, result);
    if (any_lane(block, TreeLane::waiting)) finish_plain(job, block, result);
  }
}

/// Newton steps with laws: every way down checks what it found.
inline void iterate_laws(const TreeJob& job, TreeBlock& block, FlowResult& result) {
  const auto& kernels = kernel::kernels();
  for (int l = 0; l < block.rows.used; ++l) block.lane[l] = TreeLane::iterating;
  while (any_lane(block, TreeLane::iterating)) {
    kernels.newton_up_laws(job.tree, block.law_lanes.data(), block.tap_lanes, block.memory,
                           block.factors, block.pivot);
    mask_lanes(block, TreeLane::iterating);
    if (!drop_singular(job, block, result)) break;
    kernels.newton_down_laws(job.tree, block.mask.data(), block.law_lanes.data(), block.tap_lanes,
                             block.memory, block.factors, block.check);
    std::copy_n(block.check.step_squared, kernel::sweep_lanes, block.step_squared.begin());
    damp(job, block, result);
    for (int l = 0; l < block.rows.used; ++l) {
      if (block.lane[l] != TreeLane::iterating || block.mask[l] == 0.0) continue;
      block.step_pu[l] = std::sqrt(block.step_squared[l]) * job.prepared.plan.largest_k;
      const bool converged = block.share[l] == 1.0 && block.step_pu[l] <= job.options.tol_step_pu &&
                             block.check.excess[l] <= 0.0;
      if (++result.iterations[block.first + l] < job.options.max_iterations && !converged) continue;
      end_lane(job, block, l, converged ? FlowStatus::converged : FlowStatus::diverged, result);
    }
  }
}

/// Powers that followed the voltage, of lanes that carry a scenario.
inline void report_devices(const TreeJob& job, const TreeBlock& block, FlowResult& result) {
  for (Index k = 0; k < job.forest.size(); ++k)
    for (Index i = job.tree.law_first[k]; i < job.tree.law_first[k + 1]; ++i) {
      alignas(64) LaneNumbers u{};
      for (int l = 0; l < kernel::sweep_lanes; ++l) {
        const double vr = voltage_of(block, k, l)[0];
        const double vi = voltage_of(block, k, l)[kernel::sweep_lanes];
        u[l] = job.prepared.k_abs[k] * std::sqrt(vr * vr + vi * vi);
      }
      report_law(job.grid, job.prepared.laws, job.tree.law_item[i], u.data(), block.law_lanes,
                 block.first, block.rows.used, result);
    }
  for (const Index load : job.prepared.laws.steady)
    if (job.prepared.plan.cell[job.grid.loads.bus[load]] >= job.forest.size())
      for (int l = 0; l < block.rows.used; ++l) {
        const std::size_t at =
            static_cast<std::size_t>(block.first + l) * job.grid.loads.size() + load;
        result.load_p_pu[at] = result.load_q_pu[at] = 0.0;  // no supply
      }
}

inline void solve_tree_block(const TreeJob& job, Index piece, double* lanes, FlowResult& result) {
  TreeBlock block;
  double* pairs = lanes + job.cells_size();
  block.memory = {lanes, pairs, pairs + job.pairs_size()};
  block.factors = block.memory.probes + job.probes_size();
  block.law_lanes = {block.factors + job.factor_size(), job.law_size()};
  block.tap_lanes = block.law_lanes.data() + block.law_lanes.size();
  block.first = piece * kernel::sweep_lanes;
  const Index buses = job.grid.buses.size();
  block.rows = {std::min<Index>(kernel::sweep_lanes, job.injections.scenarios - block.first), buses,
                buses, job.prepared.plan.cell.data(), job.injections.scale};
  block.lane.fill(TreeLane::done);
  block.step_pu.fill(1.0);
  block.rate.fill(1.0);
  const double va_per_pu = job.grid.base_mva * va_per_mva;
  const double floor_pu = tol_mismatch_va / va_per_pu;
  block.check.rel_squared = tol_mismatch_rel * tol_mismatch_rel;
  block.check.abs_squared = floor_pu * floor_pu;
  std::fill_n(result.iterations.begin() + block.first, block.rows.used, 0);
  load_block(job, block);
  if (job.prepared.has_laws)
    iterate_laws(job, block, result);
  else
    iterate_plain(job, block, result);
  const auto offset = static_cast<std::size_t>(block.first) * static_cast<std::size_t>(buses);
  Column<double>& a = job.options.polar ? result.vm_pu : result.v_re;
  Column<double>& b = job.options.polar ? result.va_rad : result.v_im;
  kernel::kernels().sweep_store(block.rows, job.prepared.plan.k_re.data(),
                                job.prepared.plan.k_im.data(), block.memory.v, job.options.polar,
                                a.data() + offset, b.data() + offset);
  report_devices(job, block, result);
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
