// SPDX-License-Identifier: BSD-3-Clause
// Dispatch under limits of the wires, and one Newton step of it along the tree.
//
// A primal-dual gradient on this problem needs thousands of rounds, since voltages of one feeder
// are nearly the same constraint. Primal-dual Newton steps on the barrier problem (an interior
// point, Wright 1997) need tens, and on a tree each is one sweep up and one down: with the changes
// dP, dQ, dv and prices la (per kW), lq (per kvar), M the limits' push on v summed over a subtree,
// what is below an edge answers
//   (dP, dQ, M) = A (la, lq, dv) + b          A 3 x 3, at the edge's lower end
//   la_n = la_parent - psi' - r M,  lq_n = lq_parent - x M,  dv_n = dv_parent + r dP + x dQ
// so eliminating the edge with E = [[psi'', 0, r], [0, 0, x], [-r, -x, 0]] leaves the same form:
//   A <- (I + A E)^-1 A,   b <- (I + A E)^-1 (A c + b),   c = (-psi', 0, 0).
// Twelve numbers up and three down per branch, whatever lies below: nobody learns another's cost.
// A second sweep agrees on the length of the step. Exactly the hierarchy of arXiv 1903.00072, with
// Newton steps in place of gradients.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// Rows of members; one that also gives reactive power has two.
struct NetworkProblem {
  BoxedQuadratic members;                 ///< kW or kvar; the exchange counts active rows alone
  std::span<const Index> position;        ///< per row, of the forest
  std::span<const std::int8_t> reactive;  ///< per row, 1: kvar; empty: all kW
  std::span<const double> base_kw;        ///< per position: other injections; empty: none
  std::span<const double> base_kvar;
  std::span<const double> v_min_pu;  ///< per position, of |V'|; infinite: no limit
  std::span<const double> v_max_pu;
  std::span<const double> flow_max_kw;  ///< per position, of |P| on the edge above
  double pu_per_kw = 0.001;             ///< 1 / (1000 base_mva)
};

namespace network_detail {

using Three = std::array<double, 3>;  // (dP, dQ, M), or (la, lq, dv)

/// What lies below answers A u + b.
struct Answer {
  std::array<Three, 3> a{};
  Three b{};
  void add(const Answer& other) {
    for (std::size_t k = 0; k < 3; ++k) {
      b[k] += other.b[k];
      for (std::size_t l = 0; l < 3; ++l) a[k][l] += other.a[k][l];
    }
  }
  Three at(const Three& u) const {
    Three out = b;
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t l = 0; l < 3; ++l) out[k] += a[k][l] * u[l];
    return out;
  }
};

/// One side of a limit: its price z > 0 and room t > 0; t = room + give z once steps are whole.
struct Limit {
  double z = 0.0, t = 1.0, give = 0.0;  // give = 0: no limit
  bool is_there() const { return give > 0.0; }
};

/// Everything that changes during the run.
struct State {
  Column<double> to_low, to_high;             // per row: what is left to either limit
  Column<double> z_low, z_high, dx;           // per row
  Column<double> p, q, v;                     // per position, in kW and p.u.
  Column<double> la, lq;                      // per position
  Column<double> la_new, lq_new, dp, dq, dv;  // per position
  std::vector<Limit> limits;                  // per position: v above, v below, P above, P below
  std::vector<Answer> below;                  // per position
  double y = 0.0, mu = 0.0;
};

/// Sizes of the instance.
struct Scale {
  double price = 0.0, kw = 0.0, path_pu = 0.0;
};

/// The problem with its forest, in kW.
struct Wires {
  const feeder::Forest& forest;
  const NetworkProblem& problem;
  double r(Index n) const { return forest.r_pu[n] * problem.pu_per_kw; }
  double x(Index n) const { return forest.x_pu[n] * problem.pu_per_kw; }
  bool is_reactive(std::size_t i) const {
    return !problem.reactive.empty() && problem.reactive[i] != 0;
  }
  bool is_free(std::size_t i) const {
    return problem.members.max_kw[i] > problem.members.min_kw[i];
  }
};

/// Refuse what has no answer. @throws UsageError naming the row
void check(const Wires& wires, std::size_t x, std::size_t v, std::size_t flow);

/// Flows and voltages of set-points: one sweep up, one down.
void spread(const Wires& wires, std::span<const double> x, State& at);

/// Prices per position from those of the limits: M up, la and lq down.
void spread_prices(const Wires& wires, State& at);

/// How far v above, v below, P above and P below are from their limits: > 0 within.
std::array<double, 4> room_of(const Wires& wires, const State& at, Index n);

Scale scale_of(const Wires& wires);

/// Set-points, prices and limits to begin with; a price of `scale.price` bends one by `excess_pu`
/// of a thousandth.
void start(const Wires& wires, const Scale& scale, double excess_pu, std::span<double> x,
           State& at);

/// Sweep up: `below` of all subtrees at their edge's upper end; returns the sum over roots.
Answer sweep_up(const Wires& wires, std::span<const double> x, State& at);

/// Sweep down: prices and changes everywhere, then every member its own.
void sweep_down(const Wires& wires, std::span<const double> x, double y_new, State& at);

/// Go as far as all stay inside, part <= 1; returns the mean of all products afterwards.
double advance(const Wires& wires, double y_new, std::span<double> x, State& at, double& part);

}  // namespace network_detail
}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/network_newton.ipp"
#endif
