// SPDX-License-Identifier: BSD-3-Clause
// Random unbalanced feeders against a dense solution of their nodal equations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "circuit_oracle.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/kernel/isa.hpp"
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

TEST_CASE("scenarios with inverters that follow their voltage have the bits they have alone") {
  test::RandomOptions options;
  options.sections = 15;
  const feeder::Circuit circuit = test::random_circuit(17, options);
  const flow::CircuitSolver solver = flow::prepare(circuit, {});
  REQUIRE(solver.plan->rules.size() > 2);
  constexpr Index scenarios = 11;
  const auto nodes = static_cast<std::size_t>(circuit.nodes.size());
  const auto ders = static_cast<std::size_t>(circuit.ders.size());
  std::vector<double> kw;
  for (Index s = 0; s < scenarios; ++s)
    for (std::size_t i = 0; i < ders; ++i) kw.push_back(circuit.ders.kw[i] * (0.3 * s - 1.0));
  const auto run = [&](Index count, std::size_t first) {
    flow::CircuitInjections given;
    given.scenarios = count;
    given.der_kw = std::span(kw).subspan(first * ders, static_cast<std::size_t>(count) * ders);
    flow::CircuitWork work;
    flow::CircuitResult result;
    flow::solve(solver, given, {}, work, result);
    return result;
  };
  const kernel::Isa in_use = kernel::isa_in_use();
  REQUIRE(kernel::use_isa(kernel::Isa::reference));
  const flow::CircuitResult truth = run(scenarios, 0);
  for (int i = 0; i < kernel::isa_count; ++i) {
    const auto isa = static_cast<kernel::Isa>(i);
    if (!kernel::use_isa(isa)) continue;
    CAPTURE(kernel::name_of(isa));
    const flow::CircuitResult batch = run(scenarios, 0);
    CHECK(batch.v_re == truth.v_re);
    CHECK(batch.v_im == truth.v_im);
    CHECK(batch.der_kvar == truth.der_kvar);
    CHECK(batch.iterations == truth.iterations);
  }
  kernel::use_isa(in_use);
  for (Index s = 0; s < scenarios; ++s) {
    CAPTURE(s);
    const auto at = static_cast<std::size_t>(s);
    const flow::CircuitResult alone = run(1, at);
    CHECK(truth.status[at] == flow::FlowStatus::converged);
    CHECK(alone.iterations[0] == truth.iterations[at]);
    CHECK(std::equal(alone.v_re.begin(), alone.v_re.end(), truth.v_re.begin() + at * nodes));
    CHECK(std::equal(alone.der_kvar.begin(), alone.der_kvar.end(),
                     truth.der_kvar.begin() + at * ders));
  }
}

TEST_CASE("currents of a solution balance at every node, whatever draws there") {
  test::RandomOptions options;
  options.has_floats = false;
  for (std::uint64_t seed = 400; seed < 420; ++seed) {
    CAPTURE(seed);
    const feeder::Circuit circuit = test::random_circuit(seed, options);
    const flow::CircuitResult result = solved(circuit);
    const test::CircuitOracle equations = test::oracle_circuit(circuit, 0);
    test::Complexes v;
    double base_v = 0.0;
    for (Index node = 0; node < circuit.nodes.size(); ++node) {
      v.emplace_back(result.v_re[node], result.v_im[node]);
      base_v = std::max(base_v, static_cast<double>(std::abs(v.back())));
    }
    // VA: the solver allows 1e-3 or 1e-8 of what is drawn, and a switch's admittance times the
    // last digit of its voltage is a current too.
    const test::Complexes left = test::imbalance(equations, circuit, v);
    for (Index node = 0; node < circuit.nodes.size(); ++node) {
      if (equations.is_held[node]) continue;
      const double own = static_cast<double>(std::abs(equations.y[node * equations.n + node]));
      const double size = static_cast<double>(std::abs(v[node]));
      const double allowed_va = 2e-3 + 1e-14 * own * size * base_v;
      CHECK(static_cast<double>(std::abs(left[node])) * size < allowed_va);
    }
  }
}
