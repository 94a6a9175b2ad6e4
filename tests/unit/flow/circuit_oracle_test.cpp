// SPDX-License-Identifier: BSD-3-Clause
// Random unbalanced feeders against a dense solution of their nodal equations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "circuit_oracle.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "random_circuit.hpp"

using namespace gridswarm;

namespace {

flow::CircuitResult solved(const feeder::Circuit& circuit, const flow::FlowOptions& options = {}) {
  const flow::CircuitSolver solver = flow::prepare(circuit, options);
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::CircuitInjections one;
  one.scenarios = 1;
  flow::solve(solver, one, options, work, result);
  return result;
}

/// Largest |V - truth| over |V|, or at least over 100 V for neutrals: to ground, and less the mean
/// of the bus.
struct Errors {
  double to_ground = 0.0;
  double between = 0.0;
};
Errors errors_pu(const feeder::Circuit& circuit, const flow::CircuitResult& result,
                 const test::CircuitOracle& truth) {
  test::Complexes error, mean(circuit.buses.name.size());
  std::vector<double> base(mean.size(), 100.0), count(mean.size());
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index bus = circuit.nodes.bus[node];
    error.push_back(test::Complex(result.v_re[node], result.v_im[node]) - truth.v[node]);
    mean[bus] += error[node];
    count[bus] += 1.0;
    base[bus] = std::max(base[bus], static_cast<double>(std::abs(truth.v[node])));
  }
  const auto larger = [](double most, double value) {
    return std::isfinite(value) ? std::max(most, value) : 1e9;
  };
  Errors worst;
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index bus = circuit.nodes.bus[node];
    const test::Complex between = error[node] - mean[bus] / (long double)count[bus];
    worst.to_ground = larger(worst.to_ground, (double)std::abs(error[node]) / base[bus]);
    worst.between = larger(worst.between, (double)std::abs(between) / base[bus]);
  }
  return worst;
}

void check_seeds(std::uint64_t first, std::uint64_t count, const test::RandomOptions& options,
                 double to_ground) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    const feeder::Circuit circuit = test::random_circuit(seed, options);
    const test::CircuitOracle truth = test::oracle_circuit(circuit);
    REQUIRE(truth.is_converged);
    const flow::CircuitResult result = solved(circuit);
    CHECK(result.status[0] == flow::FlowStatus::converged);
    const Errors errors = errors_pu(circuit, result, truth);
    CHECK(errors.to_ground < to_ground);
    CHECK(errors.between < 1e-9);
  }
}

}  // namespace

TEST_CASE("random unbalanced feeders have the voltages of their nodal equations") {
  test::RandomOptions options;
  options.has_floats = false;
  check_seeds(0, 100, options, 1e-9);
  options.sections = 20;
  check_seeds(100, 10, options, 1e-9);
}

TEST_CASE("random feeders with loops have the voltages of their nodal equations") {
  test::RandomOptions options;
  options.has_floats = false;
  options.loops = 2;
  check_seeds(200, 80, options, 1e-9);
}

TEST_CASE(
    "sections that only stray admittance grounds have the voltages of their nodal equations") {
  // Their voltage to ground rests on a millionth of the transformer's admittance, of which its
  // primitive has ten digits left.
  check_seeds(300, 100, {}, 1e-6);
}
