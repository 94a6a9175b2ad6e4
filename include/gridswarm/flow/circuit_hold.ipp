// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_hold.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_hold.hpp"
#include "gridswarm/flow/circuit_subset.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// The first step of the slopes, and what the largest change of a voltage is made.
inline constexpr double held_step_kvar = 1.0;
inline constexpr double held_step_pu = 1e-3;

/// Slopes below this share of the largest do not count as any.
inline constexpr double no_held_slope = 1e-9;

using HeldRow = std::vector<double>;  ///< by held row

/// |V| - wanted of one scenario, p.u.; 0 where nothing supplies the row.
inline HeldRow held_off(const feeder::Circuit& circuit, const HeldVoltages& held,
                        const CircuitResult& result, std::size_t scenario) {
  const std::size_t first = scenario * static_cast<std::size_t>(circuit.nodes.size());
  const auto at = [&](Index node) {
    if (node == feeder::ground) return feeder::Phasor{};
    const std::size_t k = first + static_cast<std::size_t>(node);
    return feeder::Phasor{result.v_re[k], result.v_im[k]};
  };
  HeldRow off;
  for (std::size_t h = 0; h < held.load.size(); ++h) {
    const auto nodes = circuit.loads.nodes.row(held.load[h]);
    const double v = std::sqrt(norm(at(nodes[0]) - at(nodes[1])));
    off.push_back(std::isnan(v) ? 0.0 : v / (1e3 * circuit.loads.kv[held.load[h]]) - held.v_pu[h]);
  }
  return off;
}

/// Inverse of an n x n matrix, row-major, by Gauss and Jordan with the largest pivot of a column;
/// the row that has none, or -1.
inline int invert_held(std::size_t n, std::vector<double>& m, std::vector<double>& inverse) {
  inverse.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) inverse[i * n + i] = 1.0;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::fabs(m[i * n + k]) > std::fabs(m[pivot * n + k])) pivot = i;
    if (m[pivot * n + k] == 0.0) return static_cast<int>(k);
    for (std::size_t j = 0; j < n; ++j) {
      std::swap(m[k * n + j], m[pivot * n + j]);
      std::swap(inverse[k * n + j], inverse[pivot * n + j]);
    }
    const double over = 1.0 / m[k * n + k];
    for (std::size_t j = 0; j < n; ++j) {
      m[k * n + j] *= over;
      inverse[k * n + j] *= over;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = i == k ? 0.0 : m[i * n + k];
      for (std::size_t j = 0; j < n && factor != 0.0; ++j) {
        m[i * n + j] -= factor * m[k * n + j];
        inverse[i * n + j] -= factor * inverse[k * n + j];
      }
    }
  }
  return -1;
}

/// Changes of all voltages (row) by a step of every row's kvar (column), p.u.
inline std::vector<double> held_changes(const CircuitSolver& solver, const HeldVoltages& held,
                                        const FlowOptions& options, std::span<const double> step,
                                        CircuitWork& work, CircuitResult& result) {
  const feeder::CircuitLoads& loads = solver.circuit.loads;
  const std::size_t n = held.load.size(), width = loads.kvar.size();
  Column<double> kvar;
  for (std::size_t s = 0; s <= n; ++s)
    kvar.insert(kvar.end(), loads.kvar.begin(), loads.kvar.end());
  for (std::size_t k = 0; k < n; ++k)
    kvar[(k + 1) * width + static_cast<std::size_t>(held.load[k])] += step[k];
  CircuitInjections injections;
  injections.scenarios = static_cast<Index>(n + 1);
  injections.load_kvar = kvar;
  solve(solver, injections, options, work, result);
  const HeldRow before = held_off(solver.circuit, held, result, 0);
  std::vector<double> changes(n * n);
  for (std::size_t k = 0; k < n; ++k) {
    const HeldRow off = held_off(solver.circuit, held, result, k + 1);
    for (std::size_t h = 0; h < n; ++h) changes[h * n + k] = off[h] - before[h];
  }
  return changes;
}

/// kvar of row k per p.u. of row h, at the powers that the circuit states.
inline std::vector<double> inverse_held_slopes(const CircuitSolver& solver,
                                               const HeldVoltages& held, const FlowOptions& options,
                                               CircuitWork& work, CircuitResult& result) {
  const std::size_t n = held.load.size();
  HeldRow step(n, held_step_kvar);
  std::vector<double> m = held_changes(solver, held, options, step, work, result);
  for (std::size_t k = 0; k < n; ++k)
    if (m[k * n + k] != 0.0) step[k] *= held_step_pu / std::fabs(m[k * n + k]);
  m = held_changes(solver, held, options, step, work, result);
  for (std::size_t k = 0; k < n; ++k) {
    const Index node = solver.circuit.loads.nodes.row(held.load[k])[0];
    const bool is_supplied = !std::isnan(result.v_re[static_cast<std::size_t>(node)]);
    if (is_supplied && !(std::fabs(m[k * n + k]) > no_held_slope))
      throw InputError(solver.circuit.file.empty() ? "circuit" : solver.circuit.file, 0,
                       solver.circuit.loads.name[held.load[k]] +
                           " holds a voltage that its reactive power does not move");
    if (!is_supplied) m[k * n + k] = 1.0;
    for (std::size_t h = 0; h < n; ++h) m[h * n + k] /= step[k];
  }
  std::vector<double> inverse;
  const int lost = invert_held(n, m, inverse);
  if (lost >= 0)
    throw InputError(solver.circuit.file.empty() ? "circuit" : solver.circuit.file, 0,
                     solver.circuit.loads.name[held.load[lost]] +
                         " holds a voltage that another one holds, too");
  return inverse;
}

/// One scenario on its way.
struct Holding {
  Index scenario;
  std::vector<double> b;  ///< kvar per p.u.
  HeldRow off, dq;        ///< of the round before
  HeldRow v_re, v_im;     ///< all nodes
};

inline HeldRow held_product(const std::vector<double>& b, const HeldRow& x) {
  const std::size_t n = x.size();
  HeldRow y(n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) y[i] += b[i * n + j] * x[j];
  return y;
}

/// B learns what the last step did; then the next step.
inline void step_held(const HeldRow& off, Holding& one) {
  const std::size_t n = off.size();
  if (!one.dq.empty()) {
    HeldRow change(n), row(n, 0.0);
    for (std::size_t h = 0; h < n; ++h) change[h] = off[h] - one.off[h];
    const HeldRow moved = held_product(one.b, change);
    for (std::size_t h = 0; h < n; ++h)
      for (std::size_t k = 0; k < n; ++k) row[k] += one.dq[h] * one.b[h * n + k];
    const double along = std::inner_product(one.dq.begin(), one.dq.end(), moved.begin(), 0.0);
    for (std::size_t h = 0; h < n && along != 0.0; ++h)
      for (std::size_t k = 0; k < n; ++k)
        one.b[h * n + k] += (one.dq[h] - moved[h]) * row[k] / along;
  }
  one.off = off;
  one.dq = held_product(one.b, off);
  for (double& step : one.dq) step = -step;
}

/// What a round's scenarios are solved with: their powers, and the voltages of the round before.
inline CircuitInjections held_round(const CircuitInjections& given, std::span<const Index> chosen,
                                    const std::vector<Holding>& going, bool is_first,
                                    CircuitRows& rows) {
  CircuitInjections round = gather(given, chosen, rows);
  if (is_first) return round;
  rows.start_re.clear();
  rows.start_im.clear();
  for (const Holding& one : going) {
    rows.start_re.insert(rows.start_re.end(), one.v_re.begin(), one.v_re.end());
    rows.start_im.insert(rows.start_im.end(), one.v_im.begin(), one.v_im.end());
  }
  round.start_re = rows.start_re;
  round.start_im = rows.start_im;
  return round;
}

/// Those of `going` that have another round before them, after `result`; kvar moves with them.
inline std::vector<Holding> held_further(const CircuitSolver& solver, const HeldVoltages& held,
                                         const FlowOptions& options, const CircuitResult& result,
                                         std::vector<Holding>& going, std::span<double> kvar,
                                         std::vector<char>& is_held) {
  const auto nodes = static_cast<std::ptrdiff_t>(solver.circuit.nodes.size());
  const auto width = static_cast<std::size_t>(solver.circuit.loads.size());
  std::vector<Holding> further;
  for (std::size_t k = 0; k < going.size(); ++k) {
    Holding& one = going[k];
    if (result.status[k] != FlowStatus::converged) continue;
    const HeldRow off = held_off(solver.circuit, held, result, k);
    double largest = 0.0;
    for (const double each : off) largest = std::max(largest, std::fabs(each));
    is_held[one.scenario] = largest <= std::max(held_tol_pu, options.tol_step_pu);
    if (is_held[one.scenario]) continue;
    step_held(off, one);
    for (std::size_t h = 0; h < off.size(); ++h)
      kvar[static_cast<std::size_t>(one.scenario) * width +
           static_cast<std::size_t>(held.load[h])] += one.dq[h];
    const auto first = static_cast<std::ptrdiff_t>(k) * nodes;
    one.v_re.assign(result.v_re.begin() + first, result.v_re.begin() + first + nodes);
    one.v_im.assign(result.v_im.begin() + first, result.v_im.begin() + first + nodes);
    further.push_back(std::move(one));
  }
  return further;
}

}  // namespace detail

GS_INLINE void solve_held(const CircuitSolver& solver, const HeldVoltages& held,
                          const CircuitInjections& injections, const FlowOptions& options,
                          CircuitWork& work, CircuitResult& result) {
  if (held.size() == 0) return solve(solver, injections, options, work, result);
  FlowOptions rectangular = options;
  rectangular.polar = false;
  const std::vector<double> slopes =
      detail::inverse_held_slopes(solver, held, rectangular, work, result);
  CircuitInjections given = injections;
  Column<double> kvar(injections.load_kvar.begin(), injections.load_kvar.end());
  const Column<double>& stated = solver.circuit.loads.kvar;
  for (Index s = 0; injections.load_kvar.empty() && s < injections.scenarios; ++s)
    kvar.insert(kvar.end(), stated.begin(), stated.end());
  given.load_kvar = kvar;
  std::vector<detail::Holding> going;
  for (Index s = 0; s < injections.scenarios; ++s) going.push_back({s, slopes, {}, {}, {}, {}});
  std::vector<char> is_held(static_cast<std::size_t>(injections.scenarios), 0);
  CircuitRows rows;
  for (int round = 0; round < held_rounds && !going.empty(); ++round) {
    std::vector<Index> chosen;
    for (const detail::Holding& one : going) chosen.push_back(one.scenario);
    solve(solver, detail::held_round(given, chosen, going, round == 0, rows), rectangular, work,
          result);
    going = detail::held_further(solver, held, options, result, going, kvar, is_held);
  }
  solve(solver, given, options, work, result);
  for (std::size_t s = 0; s < is_held.size(); ++s)
    if (!is_held[s]) result.status[s] = FlowStatus::diverged;
}

}  // namespace gridswarm::inline GS_ABI::flow
