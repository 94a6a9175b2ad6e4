// SPDX-License-Identifier: BSD-3-Clause
// A scenario of a circuit has the same bits whatever its neighbours, threads and instruction set.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using small_circuit::Made;

namespace {

/// Lines of one, two, three and four conductors, a loop, a floating delta, a regulator, a bank.
Made various() {
  Made made;
  add_source(made, "a", {1, 2, 3}, {{2400.0, 0.0}, {-1200.0, -2078.46}, {-1200.0, 2078.46}},
             {0.02, 0.1});
  add_line(made, "a", "b", {1, 2, 3}, {0.1, 0.3}, {0.0, 1e-4});
  add_line(made, "b", "c", {1, 2, 3}, {0.2, 0.3});
  add_line(made, "c", "d", {1, 3}, {0.2, 0.3});
  add_line(made, "d", "e", {3}, {0.2, 0.3}, {0.0, 1e-4});
  add_line(made, "c", "f", {1, 2, 3}, {0.2, 0.4});
  add_line(made, "f", "b", {1, 2, 3}, {0.2, 0.4});
  add_winding(made, "f", {1, 2, 3, 0}, feeder::Connection::wye, 4.16, 500.0, 0.5);
  add_winding(made, "g", {1, 2, 3}, feeder::Connection::delta, 0.48, 500.0, 0.5);
  close_transformer(made, "t", 3, 4.0);
  add_line(made, "g", "h", {1, 2, 3}, {0.005, 0.005});
  add_winding(made, "c", {2, 0}, feeder::Connection::wye, 2.4, 500.0, 0.5);
  add_winding(made, "r", {2, 0}, feeder::Connection::wye, 2.4, 500.0, 0.5);
  close_transformer(made, "reg", 1, 1.0);
  add_regulator(made, "reg", 20.0);
  add_line(made, "r", "k", {2}, {0.3, 0.3});
  add_bank(made, "f", {1, 2, 3}, 50.0, 2400.0, 2, 1);
  add_load(made, "c", {1, 2, 3, 0}, 3, 4.16, 300.0, 100.0);
  add_load(made, "e", {3, 0}, 1, 2.4, 100.0, 30.0);
  add_load(made, "h", {1, 2, 3}, 3, 0.48, 100.0, 40.0, feeder::Connection::delta);
  add_load(made, "k", {2, 0}, 1, 2.4, 80.0, 20.0);
  return made;
}

constexpr Index scenarios = 37;

struct Inputs {
  std::vector<double> kw, kvar, tap_pu;
  std::vector<std::int32_t> steps_in;
};

/// Scenario by scenario other loads, taps and steps; number 5 can't be solved.
Inputs make_inputs(const Made& made) {
  Inputs inputs;
  for (Index s = 0; s < scenarios; ++s) {
    for (Index i = 0; i < made.circuit.loads.size(); ++i) {
      const double factor =
          s == 5 ? 60.0 : 2.0 * draw_uniform(1, Stream::test, static_cast<std::uint64_t>(s), i);
      inputs.kw.push_back(factor * made.circuit.loads.kw[i]);
      inputs.kvar.push_back(factor * made.circuit.loads.kvar[i]);
    }
    inputs.tap_pu.push_back(1.0 + 0.00625 * (s % 9 - 4));
    inputs.steps_in.push_back(s % 3);
  }
  return inputs;
}

flow::CircuitResult solved(const Made& made, const Inputs& inputs, Index first, Index count,
                           int threads) {
  const auto part = [&](const auto& all) {
    const std::size_t rows = all.size() / scenarios;
    return std::span(all).subspan(static_cast<std::size_t>(first) * rows,
                                  static_cast<std::size_t>(count) * rows);
  };
  flow::CircuitInjections given = {count};
  given.load_kw = part(inputs.kw);
  given.load_kvar = part(inputs.kvar);
  given.tap_pu = part(inputs.tap_pu);
  given.steps_in = part(inputs.steps_in);
  flow::FlowOptions options;
  options.threads = threads;
  options.fixed_taps = true;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(flow::prepare(made.circuit, options), given, options, work, result);
  return result;
}

template <class Values>
bool same_bits(const Values& whole, const Values& part, Index first, Index count) {
  const std::size_t rows = whole.size() / scenarios;
  return std::memcmp(whole.data() + static_cast<std::size_t>(first) * rows, part.data(),
                     static_cast<std::size_t>(count) * rows * sizeof(whole[0])) == 0;
}

void check_same(const flow::CircuitResult& whole, const flow::CircuitResult& part, Index first,
                Index count) {
  CHECK(same_bits(whole.v_re, part.v_re, first, count));
  CHECK(same_bits(whole.v_im, part.v_im, first, count));
  CHECK(same_bits(whole.status, part.status, first, count));
  CHECK(same_bits(whole.iterations, part.iterations, first, count));
  CHECK(same_bits(whole.max_step_pu, part.max_step_pu, first, count));
  CHECK(same_bits(whole.max_mismatch_va, part.max_mismatch_va, first, count));
  CHECK(same_bits(whole.worst_node, part.worst_node, first, count));
  CHECK(same_bits(whole.source_kw, part.source_kw, first, count));
  CHECK(same_bits(whole.load_kw, part.load_kw, first, count));
}

}  // namespace

TEST_CASE("every scenario of a circuit has the bits it has alone, beside a lost one too") {
  const Made made = various();
  const Inputs inputs = make_inputs(made);
  const flow::CircuitResult whole = solved(made, inputs, 0, scenarios, 1);
  Index converged = 0;
  for (Index s = 0; s < scenarios; ++s) {
    CAPTURE(s);
    converged += whole.status[s] == flow::FlowStatus::converged;
    check_same(whole, solved(made, inputs, s, 1, 1), s, 1);
  }
  CHECK(converged == scenarios - 1);
  CHECK(whole.status[5] == flow::FlowStatus::diverged);
}

TEST_CASE("a circuit's results don't depend on threads") {
  const Made made = various();
  const Inputs inputs = make_inputs(made);
  check_same(solved(made, inputs, 0, scenarios, 1), solved(made, inputs, 0, scenarios, 3), 0,
             scenarios);
}

TEST_CASE("a circuit's results don't depend on the instruction set") {
  const Made made = various();
  const Inputs inputs = make_inputs(made);
  const flow::CircuitResult whole = solved(made, inputs, 0, scenarios, 1);
  const kernel::Isa before = kernel::isa_in_use();
  for (int isa = 0; isa < kernel::isa_count; ++isa) {
    if (!kernel::use_isa(static_cast<kernel::Isa>(isa))) continue;
    CAPTURE(isa);
    check_same(whole, solved(made, inputs, 0, scenarios, 1), 0, scenarios);
  }
  kernel::use_isa(before);
}
