// SPDX-License-Identifier: BSD-3-Clause
// Factors of a solved tree: what every bus draws, its slope, and the Norton equivalents.
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/laws.hpp"
#include "gridswarm/flow/sensitivity.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace sensitivity_detail {

/// A real 2 x 2 matrix, row by row.
struct Square {
  double a, b, c, d;
};

inline Square product(const Square& x, const Square& y) {
  return {x.a * y.a + x.b * y.c, x.a * y.b + x.b * y.d, x.c * y.a + x.d * y.c,
          x.c * y.b + x.d * y.d};
}

inline Square square_at(const Column<double>& column, Index k) {
  const double* at = column.data() + 4 * static_cast<std::size_t>(k);
  return {at[0], at[1], at[2], at[3]};
}

inline void put_square(Column<double>& column, Index k, const Square& x) {
  double* at = column.data() + 4 * static_cast<std::size_t>(k);
  at[0] = x.a;
  at[1] = x.b;
  at[2] = x.c;
  at[3] = x.d;
}

/// What a bus consumes, and how that grows with u = |V|.
struct Consumption {
  double p, q, dp, dq;
};

inline constexpr double held_slope_pu = 1e8;

/// Consumption of every position: injections, constant loads, laws at the solution.
inline std::vector<Consumption> consumption(const feeder::Case& grid, const feeder::Forest& forest,
                                            const Injections& injections, const FlowResult& result,
                                            Index scenario, const TreeFactors& factors) {
  std::vector<Consumption> at(forest.size(), Consumption{});
  const auto first = static_cast<std::size_t>(scenario) * grid.buses.size();
  for (Index k = forest.roots; k < forest.size(); ++k) {
    at[k].p = -injections.scale * injections.p_pu[first + forest.bus[k]];
    at[k].q = -injections.scale * injections.q_pu[first + forest.bus[k]];
  }
  if (!has_laws(grid) && grid.loads.size() == 0) return at;
  const Laws laws = make_laws(grid, false);
  Column<double> lanes(2 * laws.law.size() * kernel::sweep_lanes);
  fill_law_lanes(grid, laws, injections, scenario, 1, lanes);
  for (const Index load : laws.steady) {
    const Index k = forest.position[grid.loads.bus[load]];
    if (k == none) continue;
    const SteadyPower power = steady_power(grid, injections, load, scenario);
    at[k].p += power.p_pu;
    at[k].q += power.q_pu;
  }
  for (std::size_t i = 0; i < laws.law.size(); ++i) {
    const Index k = forest.position[laws.bus[i]];
    if (k == none || k < forest.roots) continue;
    if (laws.law[i].kind == kernel::law_held) {
      at[k].q -= result.held_q_pu.empty() ? 0.0 : result.held_q_pu[first + laws.bus[i]];
      at[k].dq += held_slope_pu;
      continue;
    }
    const double size = std::hypot(forest.k_re[k], forest.k_im[k]);
    alignas(64) double u[kernel::sweep_lanes];
    alignas(64) double draw[kernel::law_rows * kernel::sweep_lanes] = {};
    std::fill_n(u, kernel::sweep_lanes, size * std::hypot(factors.v_re[k], factors.v_im[k]));
    const double* p = lanes.data() + 2 * i * kernel::sweep_lanes;
    kernel::kernels().law_add(laws.law[i], u, p, p + kernel::sweep_lanes, draw);
    at[k].p += draw[kernel::law_p * kernel::sweep_lanes];
    at[k].q += draw[kernel::law_q * kernel::sweep_lanes];
    at[k].dp += draw[kernel::law_dp * kernel::sweep_lanes];
    at[k].dq += draw[kernel::law_dq * kernel::sweep_lanes];
  }
  return at;
}

/// V' of one scenario from either form of the result.
inline void place_voltages(const feeder::Forest& forest, const FlowResult& result,
                           std::size_t first, TreeFactors& factors) {
  for (Index k = 0; k < forest.size(); ++k) {
    const std::size_t i = first + forest.bus[k];
    const bool polar = result.v_re.empty();
    const double re = polar ? result.vm_pu[i] * std::cos(result.va_rad[i]) : result.v_re[i];
    const double im = polar ? result.vm_pu[i] * std::sin(result.va_rad[i]) : result.v_im[i];
    const double square = forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k];
    factors.v_re[k] = (re * forest.k_re[k] + im * forest.k_im[k]) / square;
    factors.v_im[k] = (im * forest.k_re[k] - re * forest.k_im[k]) / square;
  }
}

/// I_k and B_k of every bus alone.
inline void place_draws(const feeder::Forest& forest, const std::vector<Consumption>& wanted,
                        TreeFactors& factors) {
  for (Index k = 0; k < forest.size(); ++k) {
    const Consumption& s = wanted[k];
    const double vr = factors.v_re[k], vi = factors.v_im[k];
    const double square = vr * vr + vi * vi;
    const double ur = vr / square, ui = vi / square;  // 1 / conj(V)
    const double g = forest.g_pu[k], b = forest.b_pu[k];
    factors.j_re[k] = (s.p * ur + s.q * ui) + (g * vr - b * vi);
    factors.j_im[k] = (s.p * ui - s.q * ur) + (g * vi + b * vr);
    // -conj(S) / conj(V)^2, which multiplies conj(dV).
    const double tr = ur * ur - ui * ui, ti = 2.0 * ur * ui;
    const double cr = -(s.p * tr + s.q * ti), ci = -(s.p * ti - s.q * tr);
    // The law's conj(dS / V) over du = |K| (V . dV) / |V|.
    const double size =
        std::sqrt((forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k]) / square);
    const double lr = (s.dp * ur + s.dq * ui) * size, li = (s.dp * ui - s.dq * ur) * size;
    put_square(factors.b, k,
               {g + cr + lr * vr, -b + ci + lr * vi, b + ci + li * vr, g - cr + li * vi});
  }
}

/// Leaves to roots: sums of currents, M and M B.
inline void reduce(const feeder::Forest& forest, TreeFactors& factors) {
  for (Index k = forest.size() - 1; k >= forest.roots; --k) {
    const Square b = square_at(factors.b, k);
    const double r = forest.r_pu[k], x = forest.x_pu[k];
    const Square bz = product(b, {r, -x, x, r});
    const Square one = {1.0 + bz.a, bz.b, bz.c, 1.0 + bz.d};
    const double det = one.a * one.d - one.b * one.c;
    const Square m = {one.d / det, -one.b / det, -one.c / det, one.a / det};
    const Square mb = product(m, b);
    put_square(factors.m, k, m);
    put_square(factors.mb, k, mb);
    const Index p = forest.parent[k];
    const Square above = square_at(factors.b, p);
    put_square(factors.b, p, {above.a + mb.a, above.b + mb.b, above.c + mb.c, above.d + mb.d});
    factors.j_re[p] += factors.j_re[k];
    factors.j_im[p] += factors.j_im[k];
  }
}

inline void check_solved(const feeder::Case& grid, const FlowResult& result, Index scenario) {
  if (scenario < 0 || scenario >= result.scenarios)
    throw UsageError("the result has no scenario " + std::to_string(scenario) + ", only " +
                     std::to_string(result.scenarios));
  if (result.status[scenario] != FlowStatus::converged)
    throw UsageError("scenario " + std::to_string(scenario) +
                     " did not converge, so it has no sensitivities");
  for (Index t = 0; t < grid.tap_changers.size() && !result.tap.empty(); ++t)
    if (result.tap[scenario * grid.tap_changers.size() + t] != grid.tap_changers.tap[t])
      throw UsageError("tap changer " + std::to_string(grid.tap_changers.id[t]) +
                       " moved in scenario " + std::to_string(scenario) +
                       "; set its tap in the case and solve with fixed_taps for sensitivities");
}

}  // namespace sensitivity_detail

GS_INLINE void factor_tree(const feeder::Case& grid, const feeder::Forest& forest,
                           const Injections& injections, const FlowResult& result, Index scenario,
                           TreeFactors& factors) {
  sensitivity_detail::check_solved(grid, result, scenario);
  const auto n = static_cast<std::size_t>(forest.size());
  for (auto* column : {&factors.v_re, &factors.v_im, &factors.j_re, &factors.j_im})
    column->resize(n);
  for (auto* column : {&factors.m, &factors.mb, &factors.b}) column->assign(4 * n, 0.0);
  const auto first = static_cast<std::size_t>(scenario) * grid.buses.size();
  sensitivity_detail::place_voltages(forest, result, first, factors);
  const auto wanted =
      sensitivity_detail::consumption(grid, forest, injections, result, scenario, factors);
  sensitivity_detail::place_draws(forest, wanted, factors);
  sensitivity_detail::reduce(forest, factors);
}

}  // namespace gridswarm::inline GS_ABI::flow
