// SPDX-License-Identifier: BSD-3-Clause
// What sources give is what loads take and lines lose, phase by phase, on 100,000 nodes.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::Phasor;
using small_circuit::Made;

namespace {

constexpr Index buses = 33334;
constexpr double volts = 11547.0;

/// The synthetic feeder on three uncoupled phases that carry different shares of its load.
Made three_phases() {
  const feeder::Case grid = feeder::make_synthetic(buses, 3);
  Made made;
  const auto name = [](Index bus) { return "b" + std::to_string(bus); };
  add_source(made, name(0), {1, 2, 3},
             {{volts, 0.0}, {-0.5 * volts, -0.866 * volts}, {-0.5 * volts, 0.866 * volts}});
  const double z_base = 400.0 / grid.base_mva;
  for (Index e = 0; e < grid.branches.size(); ++e)
    add_line(made, name(grid.branches.from[e]), name(grid.branches.to[e]), {1, 2, 3},
             z_base * Phasor{grid.branches.r_pu[e], grid.branches.x_pu[e]});
  for (Index bus = 1; bus < buses; ++bus)
    for (const int phase : {1, 2, 3}) {
      const double share = 1e3 * (0.2 + 0.06 * phase);
      add_load(made, name(bus), {phase, 0}, 1, 1e-3 * volts, share * grid.buses.pd_mw[bus],
               share * grid.buses.qd_mvar[bus]);
    }
  return made;
}

/// Of one phase: kW and kvar that its lines lose and its loads take.
struct PhaseSums {
  Phasor lost, taken, given;
};

/// Currents of lines from their voltages, load by load and line by line; the first bus is the root.
PhaseSums sums_of(const Made& made, const flow::CircuitResult& result, int phase) {
  const feeder::Circuit& circuit = made.circuit;
  const auto at = [&](Index node) { return Phasor{result.v_re[node], result.v_im[node]}; };
  PhaseSums sums;
  for (Index i = 0; i < circuit.lines.size(); ++i) {
    const Index from = circuit.lines.from.row(i)[phase], to = circuit.lines.to.row(i)[phase];
    const Phasor drop = at(from) - at(to);
    const Phasor current = drop * inverse(circuit.lines.z_ohm.row(i)[4 * phase]);
    sums.lost = sums.lost + 1e-3 * (drop * conj(current));
    if (circuit.nodes.bus[from] == 0) sums.given = sums.given + 1e-3 * (at(from) * conj(current));
  }
  for (Index i = phase; i < circuit.loads.size(); i += 3)
    sums.taken = sums.taken + Phasor{result.load_kw[i], result.load_kvar[i]};
  return sums;
}

}  // namespace

TEST_CASE("every phase of 100,000 nodes is given what it takes and loses") {
  const Made made = three_phases();
  REQUIRE(made.circuit.nodes.size() > 100000);
  flow::FlowOptions options;
  options.threads = 1;
  const flow::CircuitSolver solver = flow::prepare(made.circuit, options);
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(solver, {1}, options, work, result);
  REQUIRE(result.status[0] == flow::FlowStatus::converged);
  Phasor given;
  for (const int phase : {0, 1, 2}) {
    CAPTURE(phase);
    const PhaseSums sums = sums_of(made, result, phase);
    const Phasor missing = sums.given - sums.taken - sums.lost;
    CHECK(sums.lost.re > 0.01 * sums.taken.re);
    CHECK(std::sqrt(norm(missing)) <= 1e-9 * std::sqrt(norm(sums.given)));
    given = given + sums.given;
  }
  CHECK(result.source_kw[0] == doctest::Approx(given.re).epsilon(1e-9));
  CHECK(result.source_kvar[0] == doctest::Approx(given.im).epsilon(1e-9));
}
