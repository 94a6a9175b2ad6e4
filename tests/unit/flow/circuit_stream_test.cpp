// SPDX-License-Identifier: BSD-3-Clause
// Batches of circuits by axes: every scenario has the bits that it has written out alone, whatever
// the blocks, threads and ranks.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/exchange.hpp"
#include "gridswarm/flow/circuit_figures.hpp"
#include "gridswarm/flow/circuit_state.hpp"
#include "gridswarm/flow/circuit_stream.hpp"
#include "small_circuit.hpp"

using namespace gridswarm;
using flow::CircuitPart;

namespace {

/// 230 V three phases: source s - a - b, a switch b - c, and a - c open. One-phase loads at b and
/// c, three phases at c, a bank of two steps at a.
small_circuit::Made ladder() {
  small_circuit::Made made;
  const double half = 115.0, side = 230.0 * std::sqrt(0.75);
  add_source(made, "s", {1, 2, 3}, {{230.0, 0.0}, {-half, -side}, {-half, side}}, {0.001, 0.01});
  add_line(made, "s", "a", {1, 2, 3}, {0.02, 0.01});
  add_line(made, "a", "b", {1, 2, 3}, {0.03, 0.02});
  add_line(made, "b", "c", {1, 2, 3}, {0.01, 0.01});
  add_line(made, "a", "c", {1, 2, 3}, {0.04, 0.01});
  made.circuit.lines.in_service[3] = 0;
  add_load(made, "b", {1, 0}, 1, 0.23, 4.0, 1.0);
  add_load(made, "c", {2, 0}, 1, 0.23, 2.0, 0.5);
  add_load(made, "c", {1, 2, 3, 0}, 3, 0.4, 9.0, 3.0);
  add_bank(made, "a", {1, 2, 3}, 0.5, 230.0, 2, 1);
  for (double& kv : made.circuit.buses.base_kv_ln) kv = 0.23;
  return made;
}

/// Three topologies: as it is, fed over line ac, and c cut off.
std::vector<std::vector<flow::CircuitChange>> topologies() {
  return {{},
          {{CircuitPart::line_in_service, 1, 0.0}, {CircuitPart::line_in_service, 3, 1.0}},
          {{CircuitPart::line_in_service, 2, 0.0}, {CircuitPart::source_v_pu, 0, 1.02}}};
}

/// `rows` rows of loads, each heavier than the one before.
std::vector<double> heavier(const feeder::Circuit& circuit, Index rows) {
  std::vector<double> kw;
  for (Index s = 0; s < rows; ++s)
    for (const double own : circuit.loads.kw) kw.push_back(own * (0.2 + 1.3 * s / rows));
  return kw;
}

/// Blocks put together again.
struct Joined {
  Column<double> v_re, source_kw;
  Column<std::int32_t> steps_in;
  Index blocks = 0;
  void take(const flow::CircuitResult& result) {
    v_re.insert(v_re.end(), result.v_re.begin(), result.v_re.end());
    source_kw.insert(source_kw.end(), result.source_kw.begin(), result.source_kw.end());
    steps_in.insert(steps_in.end(), result.steps_in.begin(), result.steps_in.end());
    ++blocks;
  }
};

Joined streamed(const feeder::Circuit& circuit, const flow::CircuitBatch& batch,
                const flow::StreamOptions& stream = {}) {
  Joined all;
  flow::solve_stream(circuit, batch, {}, stream, [&](const flow::CircuitBlock& block) {
    all.take(block.result);
    return true;
  });
  return all;
}

flow::CircuitResult alone(const feeder::Circuit& circuit, flow::CircuitInjections injections) {
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(flow::prepare(circuit, {}), injections, {}, work, result);
  return result;
}

bool same_bits(const Column<double>& a, const Column<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("a product of circuit axes has the bits of its scenarios written out") {
  const small_circuit::Made made = ladder();
  const feeder::Circuit& circuit = made.circuit;
  const std::vector<double> kw = heavier(circuit, 11);
  const std::vector<std::int32_t> steps = {0, 2};
  flow::CircuitBatch batch;
  batch.topology = topologies();
  batch.tap_rows = 2;
  batch.steps_in = steps;
  batch.injections.given.scenarios = 11;
  batch.injections.given.load_kw = kw;
  REQUIRE(flow::scenarios_of(batch) == 3 * 2 * 11);
  const Joined all = streamed(circuit, batch);
  const auto nodes = static_cast<std::size_t>(circuit.nodes.size());
  for (Index t = 0; t < 3; ++t)
    for (Index tap = 0; tap < 2; ++tap) {
      const std::vector<std::int32_t> repeated(11, steps[tap]);
      flow::CircuitInjections own = batch.injections.given;
      own.steps_in = repeated;
      const auto expected = alone(flow::changed(circuit, batch.topology[t]), own);
      const std::size_t first = static_cast<std::size_t>(t * 2 + tap) * 11;
      CHECK(std::memcmp(all.v_re.data() + first * nodes, expected.v_re.data(),
                        11 * nodes * sizeof(double)) == 0);
      for (std::size_t s = 0; s < 11; ++s) {
        CHECK(all.source_kw[first + s] == expected.source_kw[s]);
        CHECK(all.steps_in[first + s] == steps[tap]);
      }
    }
  CHECK(std::isnan(all.v_re[2 * 22 * nodes + nodes - 1]));  // c is cut off in the third topology
  CHECK(all.source_kw[0] < all.source_kw[10]);
}

TEST_CASE("blocks of circuits of any length, and room for one solver, give the same bits") {
  const small_circuit::Made made = ladder();
  const std::vector<double> kw = heavier(made.circuit, 23);
  flow::CircuitBatch batch;
  batch.topology = topologies();
  batch.injections.given.scenarios = 23;
  batch.injections.given.load_kw = kw;
  const Joined whole = streamed(made.circuit, batch);
  CHECK(whole.blocks == 1);
  for (const std::int64_t block : {1, 7, 16})
    CHECK(same_bits(whole.v_re, streamed(made.circuit, batch, {.block = block}).v_re));
  const Joined cut = streamed(made.circuit, batch, {.solvers_mib = 0.0});
  CHECK(cut.blocks == 3);
  CHECK(same_bits(whole.v_re, cut.v_re));
  const Joined warm = streamed(made.circuit, batch, {.warm_start = true});
  for (std::size_t i = 0; i < warm.v_re.size(); ++i)
    CHECK((std::isnan(warm.v_re[i]) || std::abs(warm.v_re[i] - whole.v_re[i]) < 1e-7));
}

TEST_CASE("loads of a circuit follow profiles; kvar without a term stays the circuit's own") {
  const small_circuit::Made made = ladder();
  const std::vector<double> factor = {1.0, 0.5, 2.0};
  const std::vector<double> fixed = {0.0, 2.0, 9.0};
  const std::vector<Index> row = {0}, profile = {0};
  const std::vector<double> p = {4.0};
  flow::CircuitBatch batch;
  batch.injections.rows = 3;
  batch.injections.profiles = 1;
  batch.injections.factor = factor;
  batch.injections.loads.fixed_p = fixed;
  batch.injections.loads.row = row;
  batch.injections.loads.p_profile = profile;
  batch.injections.loads.p = p;
  const std::vector<double> kw = {4.0, 2.0, 9.0, 2.0, 2.0, 9.0, 8.0, 2.0, 9.0};
  flow::CircuitInjections written;
  written.scenarios = 3;
  written.load_kw = kw;
  const auto expected = alone(made.circuit, written);
  CHECK(same_bits(streamed(made.circuit, batch).v_re, expected.v_re));
}

TEST_CASE("many circuits have the same bits over threads and pretended ranks") {
  const small_circuit::Made made = ladder();
  feeder::Circuit second = made.circuit;
  second.loads.kw[0] = 1.0;
  const std::vector<double> kw = heavier(made.circuit, 40);
  flow::CircuitBatch batch, other;
  batch.injections.given.scenarios = other.injections.given.scenarios = 40;
  batch.injections.given.load_kw = other.injections.given.load_kvar = kw;
  other.topology = topologies();
  const std::vector<flow::FeederCircuit> feeders = {{&made.circuit, &batch}, {&second, &other}};
  Column<double> first;
  for (const int ranks : {1, 3})
    for (const int threads : {1, 2}) {
      LocalExchange exchange(ranks);
      flow::FlowOptions options;
      options.threads = threads;
      Column<double> got;
      flow::ManyCircuitHooks hooks;
      hooks.measure = [](Index, const flow::CircuitBlock& block, Column<double>& more) {
        for (Index s = 0; s < block.result.scenarios; ++s)
          more.push_back(flow::figures_of(*block.solver[static_cast<std::size_t>(s)],
                                          block.injections, block.result, s)
                             .losses_kw);
      };
      hooks.sink = [&](const flow::ManyCircuitBlock& block) {
        got.push_back(block.feeder);
        got.insert(got.end(), block.result.v_re.begin(), block.result.v_re.end());
        got.insert(got.end(), block.more.begin(), block.more.end());
        return true;
      };
      flow::solve_many(feeders, options, {.block = 7}, exchange, hooks);
      if (first.empty()) first = got;
      CHECK(same_bits(first, got));
    }
  CHECK(first.size() > 40 * 4 * 12);
}

TEST_CASE("a circuit's load that is not finite is named with the scenario of the batch") {
  const small_circuit::Made made = ladder();
  std::vector<double> kw = heavier(made.circuit, 30);
  kw[3 * 21 + 1] = std::numeric_limits<double>::quiet_NaN();
  flow::CircuitBatch batch;
  batch.injections.given.scenarios = 30;
  batch.injections.given.load_kw = kw;
  try {
    streamed(made.circuit, batch, {.block = 8});
    FAIL("not refused");
  } catch (const flow::NotFiniteError& error) {
    CHECK(error.scenario == 21);
    CHECK(error.where == made.circuit.loads.name[1]);
  }
}

TEST_CASE("axes of a circuit that do not fit are refused") {
  const small_circuit::Made made = ladder();
  const std::vector<double> some(5, 1.0);
  flow::CircuitBatch batch;
  batch.injections.given.scenarios = 2;
  batch.injections.given.load_kw = some;
  CHECK_THROWS_AS(flow::check(made.circuit, batch), UsageError);
  batch = {};
  batch.topology = {{{CircuitPart::line_in_service, 9, 0.0}}};
  CHECK_THROWS_AS(flow::check(made.circuit, batch), UsageError);
  batch = {};
  batch.tap_rows = 2;
  const std::vector<std::int32_t> steps(3, 0);
  batch.steps_in = steps;
  CHECK_THROWS_AS(flow::check(made.circuit, batch), UsageError);
}

TEST_CASE("figures of a circuit: losses by hand, lowest node, unbalance of one-phase load") {
  small_circuit::Made made;
  const double side = 230.0 * std::sqrt(0.75);
  add_source(made, "s", {1, 2, 3}, {{230.0, 0.0}, {-115.0, -side}, {-115.0, side}});
  add_line(made, "s", "a", {1, 2, 3}, {0.1, 0.0});
  add_load(made, "a", {1, 0}, 1, 0.23, 2.2, 0.0);
  made.circuit.loads.law[0] = feeder::LoadLaw::constant_current;
  for (double& kv : made.circuit.buses.base_kv_ln) kv = 0.23;
  const flow::CircuitSolver solver = flow::prepare(made.circuit, {});
  flow::CircuitInjections own;
  own.scenarios = 1;
  flow::CircuitWork work;
  flow::CircuitResult result;
  flow::solve(solver, own, {}, work, result);
  const flow::CircuitFigures it = flow::figures_of(solver, own, result, 0);
  const double i_a = 2200.0 / 230.0;  // constant current, in phase
  CHECK(it.status == "converged");
  CHECK(it.losses_kw == doctest::Approx(1e-3 * 0.1 * i_a * i_a).epsilon(1e-9));
  CHECK(it.vm_min_pu == doctest::Approx((230.0 - 0.1 * i_a) / 230.0).epsilon(1e-12));
  CHECK(it.vm_min_node == "a.1");
  CHECK(it.vm_max_1_pu == doctest::Approx(1.0));
  // V1 falls by d: |V2| = d / 3, |V1| = (3 * 230 - d) / 3
  CHECK(it.unbalance_percent ==
        doctest::Approx(100.0 * 0.1 * i_a / (690.0 - 0.1 * i_a)).epsilon(1e-9));
  CHECK(it.unbalance_bus == "a");
  flow::CircuitSummary summary;
  flow::add_figures(summary, it);
  CHECK(flow::all_settled(summary));
}

TEST_CASE("a circuit held at constant power has no law, limit or control left") {
  small_circuit::Made made = ladder();
  made.circuit.loads.law[1] = feeder::LoadLaw::constant_impedance;
  made.circuit.loads.v_min_pu[2] = 2.0;  // far outside its limits: an impedance
  flow::CircuitInjections own;
  own.scenarios = 1;
  const auto result = alone(made.circuit, own);
  CHECK(std::abs(result.load_kw[1] - 2.0) > 1e-3);
  CHECK(std::abs(result.load_kw[2] - 9.0) > 1e-3);
  const auto held = alone(flow::at_constant_power(made.circuit, result, 0), own);
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(held.load_kw[k] == doctest::Approx(made.circuit.loads.kw[k]).epsilon(1e-9));
}

TEST_CASE("one start that all scenarios share is each one's own, in slices and choices too") {
  const small_circuit::Made made = ladder();
  const flow::CircuitSolver solver = flow::prepare(made.circuit, {});
  flow::CircuitWork work;
  flow::CircuitResult begin, shared, apart;
  flow::solve(solver, {.scenarios = 1}, {}, work, begin);
  constexpr Index scenarios = 11;
  const std::vector<double> kw = heavier(made.circuit, scenarios);
  flow::CircuitInjections given = {scenarios};
  given.load_kw = kw;
  given.start_re = begin.v_re;
  given.start_im = begin.v_im;
  given.one_start = true;
  flow::solve(solver, given, {}, work, shared);
  std::vector<double> re, im;
  for (Index s = 0; s < scenarios; ++s) {
    re.insert(re.end(), begin.v_re.begin(), begin.v_re.end());
    im.insert(im.end(), begin.v_im.begin(), begin.v_im.end());
  }
  flow::CircuitInjections each = given;
  each.start_re = re;
  each.start_im = im;
  each.one_start = false;
  flow::solve(solver, each, {}, work, apart);
  CHECK(std::equal(shared.v_re.begin(), shared.v_re.end(), apart.v_re.begin()));
  CHECK(shared.iterations[3] == apart.iterations[3]);
  flow::solve(solver, flow::slice(given, 3, 5), {}, work, apart);
  const auto nodes = static_cast<std::ptrdiff_t>(made.circuit.nodes.size());
  CHECK(std::equal(apart.v_re.begin(), apart.v_re.end(), shared.v_re.begin() + 3 * nodes));
  each.one_start = true;
  CHECK_THROWS_AS(flow::solve(solver, each, {}, work, apart), UsageError);
}
