// SPDX-License-Identifier: BSD-3-Clause
// Taps and steps that differ by scenario give what circuits stated so would give.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "circuit_balance.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using feeder::Phasor;
using small_circuit::Made;

namespace {

/// a - regulators of one phase - r - c; with `loop` a line from c back to a as well.
Made regulated(bool loop) {
  Made made;
  const double v = 2400.0;
  add_source(made, "s", {1, 2, 3}, {{v, 0.0}, {-1200.0, -2078.46}, {-1200.0, 2078.46}},
             {0.05, 0.1});
  add_line(made, "s", "a", {1, 2, 3}, {0.1, 0.2}, {0.0, 1e-5});
  for (const int phase : {1, 2, 3}) {
    add_winding(made, "a", {phase, 0}, feeder::Connection::wye, 2.4, 1000.0, 0.3);
    add_winding(made, "r", {phase, 0}, feeder::Connection::wye, 2.4, 1000.0, 0.3);
    close_transformer(made, "reg" + std::to_string(phase), 1, 1.0);
    add_regulator(made, "reg" + std::to_string(phase), 20.0);
  }
  add_line(made, "r", "c", {1, 2, 3}, {0.2, 0.3}, {0.0, 2e-5});
  if (loop) add_line(made, "c", "a", {1, 2, 3}, {0.9, 1.3});
  add_bank(made, "c", {1, 2, 3}, 50.0, 2400.0, 2, 1);
  add_load(made, "c", {1, 2, 3, 0}, 3, 4.16, 600.0, 200.0);
  add_load(made, "c", {2, 0}, 1, 2.4, 100.0, 20.0);
  return made;
}

flow::CircuitResult solved(const Made& made, const flow::CircuitInjections& given) {
  flow::FlowOptions options;
  options.threads = 1;
  options.fixed_taps = true;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(flow::prepare(made.circuit, options), given, options, work, result);
  return result;
}

constexpr Index scenarios = 11;
constexpr double step = 0.00625;

void check_taps(bool loop) {
  const Made made = regulated(loop);
  std::vector<double> tap_pu;
  std::vector<std::int32_t> steps_in;
  for (Index s = 0; s < scenarios; ++s) {
    for (int k = 0; k < 3; ++k) tap_pu.push_back(1.0 + step * ((s * (k + 2)) % 16 - 5));
    steps_in.push_back(s % 3);
  }
  flow::CircuitInjections given = {scenarios};
  given.tap_pu = tap_pu;
  given.steps_in = steps_in;
  const flow::CircuitResult result = solved(made, given);
  const auto nodes = static_cast<std::size_t>(made.circuit.nodes.size());
  std::vector<Phasor> load_kva;
  for (Index i = 0; i < made.circuit.loads.size(); ++i)
    load_kva.push_back({made.circuit.loads.kw[i], made.circuit.loads.kvar[i]});
  for (Index s = 0; s < scenarios; ++s) {
    CAPTURE(s);
    REQUIRE(result.status[s] == flow::FlowStatus::converged);
    CHECK(test::largest_mismatch_va(made.circuit, result, s, load_kva) <= 0.02);
    Made stated = made;
    for (int k = 0; k < 3; ++k) {
      CHECK(result.tap_pu[3 * s + k] == tap_pu[3 * s + k]);
      stated.circuit.windings.tap_pu[2 * k + 1] = tap_pu[3 * s + k];
    }
    CHECK(result.steps_in[s] == steps_in[s]);
    stated.circuit.shunts.steps_in[0] = steps_in[s];
    const flow::CircuitResult alone = solved(stated, {1});
    CHECK(result.source_kvar[s] == doctest::Approx(alone.source_kvar[0]).epsilon(1e-7));
    double worst = 0.0;
    for (std::size_t node = 0; node < nodes; ++node)
      worst = std::max(worst, std::abs(result.v_re[s * nodes + node] - alone.v_re[node]) +
                                  std::abs(result.v_im[s * nodes + node] - alone.v_im[node]));
    CHECK(worst <= 1e-5);
  }
}

}  // namespace

TEST_CASE("taps and steps by scenario agree with circuits that state them") { check_taps(false); }

TEST_CASE("so they do where regulators stand in a loop") { check_taps(true); }

TEST_CASE("what buffers solved before, at other taps or of another circuit, leaves no trace") {
  for (const bool loop : {false, true}) {
    CAPTURE(loop);
    const Made made = regulated(loop);
    flow::FlowOptions options;
    options.threads = 1;
    options.fixed_taps = true;
    const flow::CircuitSolver solver = flow::prepare(made.circuit, options);
    std::vector<double> other, wanted;
    for (Index s = 0; s < scenarios; ++s)
      for (int k = 0; k < 3; ++k) {
        other.push_back(1.0 - step * (s + k));
        wanted.push_back(s == 4 ? 1.0 : 1.0 + step * ((s + 2 * k) % 7));
      }
    flow::CircuitInjections given = {scenarios};
    flow::CircuitWork work, fresh;
    flow::CircuitResult after, alone;
    given.tap_pu = other;
    flow::solve(solver, given, options, work, after);
    flow::solve(flow::prepare(regulated(!loop).circuit, options), {1}, options, work, after);
    flow::solve(solver, given, options, work, after);
    given.tap_pu = wanted;
    flow::solve(solver, given, options, work, after);
    flow::solve(solver, given, options, fresh, alone);
    CHECK(std::equal(after.v_re.begin(), after.v_re.end(), alone.v_re.begin()));
    CHECK(std::equal(after.v_im.begin(), after.v_im.end(), alone.v_im.begin()));
    given = {1};  // stated taps are those of lane 4
    flow::solve(solver, given, options, fresh, after);
    const auto nodes = static_cast<std::ptrdiff_t>(made.circuit.nodes.size());
    CHECK(std::equal(after.v_re.begin(), after.v_re.end(), alone.v_re.begin() + 4 * nodes));
  }
}
