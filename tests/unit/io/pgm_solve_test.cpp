// SPDX-License-Identifier: BSD-3-Clause
// Results by component: what flows in flows out, scenarios share cases and never each other.
#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/io/json.hpp"
#include "gridswarm/io/pgm_solve.hpp"
#include "pgm_sample.hpp"

using namespace gridswarm;
using doctest::Approx;
using io::PgmType;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

io::PgmOptions exact() {
  io::PgmOptions options;
  options.flow.tol_step_pu = 1e-13;
  options.flow.fixed_taps = true;
  return options;
}

const io::PgmOutputTable& table_of(const io::PgmOutput& output, PgmType type) {
  return output[static_cast<std::size_t>(type)];
}

double total(const io::PgmOutput& output, PgmType type, const char* name) {
  double sum = 0.0;
  for (Index row = 0; row < table_of(output, type).rows; ++row)
    sum += table_of(output, type).at(row, name);
  return sum;
}

io::PgmBatch batch_of(const io::PgmNetwork& network, const std::string& data) {
  return io::parse_pgm_batch(
      "{\"version\": \"1.0\", \"type\": \"update\", \"is_batch\": true, \"data\": " + data + "}",
      "b.json", network);
}

/// Two nodes of 400 V, a source of that power at the first, `more` in the data.
io::PgmNetwork two_nodes(const std::string& more) {
  return io::parse_pgm(
      R"({"version": "1.0", "type": "input", "is_batch": false, "data": {
      "node": [{"id": 1, "u_rated": 400}, {"id": 2, "u_rated": 400}],
      "line": [{"id": 3, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
                "r1": 0.016, "x1": 0.016, "c1": 0, "tan1": 0}], )" +
          more + "}}",
      "a.json");
}

}  // namespace

TEST_CASE("what the sources give is what everything else takes") {
  if (!flow::klu_available()) return;
  io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const io::PgmSolution solution = io::solve_pgm(network, io::pgm_as_it_stands(), exact());
  REQUIRE(solution.status[0] == flow::FlowStatus::converged);
  const io::PgmOutput output = io::pgm_output(network, solution, 0);
  for (const char* name : {"p", "q"}) {
    double given = total(output, PgmType::source, name) + total(output, PgmType::sym_gen, name) +
                   total(output, PgmType::asym_gen, name);
    for (const PgmType load : {PgmType::sym_load, PgmType::asym_load, PgmType::shunt})
      given -= total(output, load, name);
    const std::string from = std::string(name) + "_from";
    const std::string to = std::string(name) + "_to";
    double lost = 0.0;
    for (const PgmType branch : {PgmType::line, PgmType::asym_line, PgmType::link,
                                 PgmType::generic_branch, PgmType::transformer})
      lost += total(output, branch, from.c_str()) + total(output, branch, to.c_str());
    for (const char* side : {"_1", "_2", "_3"})
      lost += total(output, PgmType::three_winding_transformer, (std::string(name) + side).c_str());
    CHECK(given == Approx(lost).epsilon(1e-8));
    CHECK(total(output, PgmType::node, name) ==
          Approx(lost + total(output, PgmType::shunt, name)).epsilon(1e-8));
  }
  // The held node has its voltage, and the machine gives what that takes.
  CHECK(table_of(output, PgmType::node).at(4, "u_pu") == Approx(0.98).epsilon(1e-10));
  CHECK(table_of(output, PgmType::sym_gen).at(0, "q") ==
        table_of(output, PgmType::voltage_regulator).at(0, "q"));
  CHECK(table_of(output, PgmType::voltage_regulator).at(0, "limit_violated") == 0.0);
  CHECK(table_of(output, PgmType::sym_load).at(2, "energized") == 0.0);
  CHECK(table_of(output, PgmType::transformer_tap_regulator).at(0, "tap_pos") == 2.0);
}

TEST_CASE("scenarios that change powers share a case, others have their own, each as if alone") {
  io::PgmNetwork network = two_nodes(
      R"("source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1.0}],
         "sym_load": [{"id": 5, "node": 2, "status": 1, "type": 0, "p_specified": 1e4,
                       "q_specified": 0}])");
  const io::PgmBatch batch = batch_of(
      network,
      "[{}, {\"sym_load\": [{\"id\": 5, \"p_specified\": 5e4}]},"
      " {\"line\": [{\"id\": 3, \"to_status\": 0}]}, {\"sym_load\": [{\"id\": 5, \"status\": 0}]},"
      " {\"source\": [{\"id\": 4, \"u_ref\": 1.05}]}, {\"line\": [{\"id\": 3, \"to_status\": 0}],"
      "  \"sym_load\": [{\"id\": 5, \"q_specified\": 7}]},"
      " {\"source\": [{\"id\": 4, \"status\": 0}]}]");
  const io::PgmSolution solution = io::solve_pgm(network, batch, exact());
  REQUIRE(solution.groups.size() == 4);
  CHECK(solution.groups[0].scenarios == std::vector<Index>{0, 1, 3});
  CHECK(solution.groups[1].scenarios == std::vector<Index>{2, 5});
  CHECK(solution.status[6] == flow::FlowStatus::unsupplied);
  for (Index s = 0; s < batch.scenarios(); ++s) {
    io::PgmNetwork changed = network;
    io::apply_pgm(changed, io::changes_of(batch, s));
    const io::PgmSolution alone = io::solve_pgm(changed, io::pgm_as_it_stands(), exact());
    const io::PgmOutput one = io::pgm_output(changed, alone, 0);
    const io::PgmOutput same = io::pgm_output(changed, solution, s);
    for (std::size_t t = 0; t < one.size(); ++t)
      for (std::size_t k = 0; k < one[t].value.size(); ++k)
        CHECK((one[t].value[k] == same[t].value[k] ||
               (std::isnan(one[t].value[k]) && std::isnan(same[t].value[k]))));
  }
  // Node 2 is dark behind the open switch, the line still energized from node 1.
  io::PgmNetwork open = network;
  io::apply_pgm(open, io::changes_of(batch, 2));
  const io::PgmOutput output = io::pgm_output(open, solution, 2);
  CHECK(table_of(output, PgmType::node).at(1, "energized") == 0.0);
  CHECK(table_of(output, PgmType::node).at(1, "u") == 0.0);
  CHECK(table_of(output, PgmType::line).at(0, "energized") == 1.0);
  CHECK(table_of(output, PgmType::sym_load).at(0, "p") == 0.0);
}

TEST_CASE("regulated machines share equally until one reaches its limit") {
  if (!flow::klu_available()) return;
  io::PgmNetwork network = two_nodes(
      R"("source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1.0, "sk": 1e30}],
         "sym_load": [{"id": 5, "node": 2, "status": 1, "type": 0, "p_specified": 0,
                       "q_specified": 9e4}],
         "sym_gen": [{"id": 6, "node": 2, "status": 1, "type": 0, "p_specified": 0,
                      "q_specified": 0},
                     {"id": 7, "node": 2, "status": 1, "type": 0, "p_specified": 0,
                      "q_specified": 0}],
         "voltage_regulator": [
           {"id": 8, "regulated_object": 6, "status": 1, "u_ref": 1.0, "q_max": 3e4},
           {"id": 9, "regulated_object": 7, "status": 1, "u_ref": 1.0}])");
  const io::PgmBatch batch = batch_of(network,
                                      "[{}, {\"voltage_regulator\": [{\"id\": 9, \"q_max\": 2e4}]},"
                                      " {\"voltage_regulator\": [{\"id\": 8, \"status\": 0}]}]");
  const io::PgmSolution solution = io::solve_pgm(network, batch, exact());
  const double wanted[3][4] = {// q of 6 and 7, voltage, limit
                               {3e4, 6e4, 1.0, 0.0},
                               {3e4, 2e4, no_value, 2.0},
                               {0.0, 9e4, 1.0, 0.0}};
  for (Index s = 0; s < 3; ++s) {
    const auto undo = io::apply_pgm(network, io::changes_of(batch, s));
    const io::PgmOutput output = io::pgm_output(network, solution, s);
    CHECK(table_of(output, PgmType::sym_gen).at(0, "q") == Approx(wanted[s][0]).epsilon(1e-6));
    CHECK(table_of(output, PgmType::sym_gen).at(1, "q") == Approx(wanted[s][1]).epsilon(1e-6));
    CHECK(table_of(output, PgmType::voltage_regulator).at(1, "limit_violated") == wanted[s][3]);
    // 40 kvar are missing behind x = 0.016 ohm: u (1 - u) = 0.016 * 0.04 / 0.16 = 0.004 at least.
    const double u = table_of(output, PgmType::node).at(1, "u_pu");
    CHECK((std::isnan(wanted[s][2]) ? u < 0.997 : std::abs(u - 1.0) < 1e-9));
    io::apply_pgm(network, undo);
  }
}

TEST_CASE("stiff sources of one node share by their short circuit powers and must agree") {
  io::PgmNetwork network = two_nodes(
      R"("source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1.0, "sk": 1e30},
                    {"id": 5, "node": 1, "status": 1, "u_ref": 1.0, "sk": 3e30}],
         "sym_load": [{"id": 6, "node": 1, "status": 1, "type": 0, "p_specified": 4e4,
                       "q_specified": 0}])");
  const io::PgmSolution solution = io::solve_pgm(network, io::pgm_as_it_stands(), exact());
  const io::PgmOutput output = io::pgm_output(network, solution, 0);
  CHECK(table_of(output, PgmType::source).at(0, "p") == Approx(1e4));
  CHECK(table_of(output, PgmType::source).at(1, "p") == Approx(3e4));
  const io::PgmBatch apart = batch_of(network, "[{\"source\": [{\"id\": 5, \"u_ref\": 1.1}]}]");
  CHECK_THROWS_WITH_AS(io::solve_pgm(network, apart, exact()),
                       "b.json: scenario 0: a.json:5: source 5 holds its node at another voltage "
                       "than source 4, and no impedance lies between them",
                       InputError);
}

TEST_CASE("the answer is a dataset that reads back, empty where a scenario has not converged") {
  io::PgmNetwork network = two_nodes(
      R"("source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1.0}],
         "sym_load": [{"id": 5, "node": 2, "status": 1, "type": 0, "p_specified": 1e4,
                       "q_specified": 0}])");
  const io::PgmBatch batch =
      batch_of(network, "[{}, {\"sym_load\": [{\"id\": 5, \"p_specified\": 9e9}]}]");
  const io::PgmSolution solution = io::solve_pgm(network, batch, exact());
  const io::JsonValue answer =
      io::parse_json(io::format_pgm_output(network, batch, solution, true), "out.json");
  const io::JsonValue& data = *io::find(answer, "data");
  REQUIRE(data.items.size() == 2);
  CHECK(io::find(*io::find(data.items[0], "sym_load"), "id") == nullptr);
  CHECK(io::find(io::find(data.items[0], "sym_load")->items[0], "p")->number == 1e4);
  CHECK(io::find(io::find(data.items[0], "line")->items[0], "loading")->kind == io::JsonKind::null);
  CHECK(data.items[1].items.empty());
}

TEST_CASE("tap regulators hold their band, and flows belong to the taps that were found") {
  if (!flow::klu_available()) return;
  io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const io::PgmBatch batch = batch_of(network,
                                      "[{}, {\"source\": [{\"id\": 30, \"u_ref\": 1.06}]},"
                                      " {\"sym_load\": [{\"id\": 20, \"p_specified\": 9e4}]}]");
  io::PgmOptions options = exact();
  options.flow.fixed_taps = false;
  const io::PgmSolution solution = io::solve_pgm(network, batch, options);
  int moved = 0;
  for (Index s = 0; s < batch.scenarios(); ++s) {
    io::PgmNetwork state = network;
    io::apply_pgm(state, io::changes_of(batch, s));
    REQUIRE(solution.status[s] == flow::FlowStatus::converged);
    const io::PgmOutput output = io::pgm_output(state, solution, s);
    const double u = table_of(output, PgmType::node).at(1, "u");
    CHECK(std::abs(u - 405.0) <= 5.0);
    // The same network at that tap, fixed: uk_max and pk_min make its impedance another one.
    const double tap = table_of(output, PgmType::transformer_tap_regulator).at(0, "tap_pos");
    moved += tap != 2.0 ? 1 : 0;
    io::apply_pgm(
        state, std::vector<io::PgmChange>{{PgmType::transformer, 0,
                                           io::pgm_column(PgmType::transformer, "tap_pos"), tap}});
    const io::PgmOutput fixed =
        io::pgm_output(state, io::solve_pgm(state, io::pgm_as_it_stands(), exact()), 0);
    CHECK(u == Approx(table_of(fixed, PgmType::node).at(1, "u")).epsilon(1e-12));
    CHECK(table_of(output, PgmType::transformer).at(0, "p_from") ==
          Approx(table_of(fixed, PgmType::transformer).at(0, "p_from")).epsilon(1e-9));
    CHECK(table_of(output, PgmType::source).at(0, "q") ==
          Approx(table_of(fixed, PgmType::source).at(0, "q")).epsilon(1e-9));
  }
  CHECK(moved > 0);
}

TEST_CASE("by phase, one phase's load leaves the others what they have") {
  // 400 / sqrt(3) V behind a line of 0.016 ohm per phase, z0 = z1: no coupling between phases.
  const io::PgmNetwork network = io::parse_pgm(
      R"({"version": "1.0", "type": "input", "is_batch": false, "data": {
      "node": [{"id": 1, "u_rated": 400}, {"id": 2, "u_rated": 400}],
      "line": [{"id": 3, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
                "r1": 0.016, "x1": 0, "c1": 0, "tan1": 0,
                "r0": 0.016, "x0": 0, "c0": 0, "tan0": 0, "i_n": 100}],
      "source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1, "sk": 1e20}],
      "asym_load": [{"id": 5, "node": 2, "status": 1, "type": 0, "p_specified": [0, 30e3, 0],
                     "q_specified": [0, 0, 0]}]}})",
      "a.json");
  const io::PgmBatch batch =
      batch_of(network, R"([{}, {"asym_load": [{"id": 5, "p_specified": [null, 15e3, null]}]}])");
  io::PgmOptions options = exact();
  options.symmetric = false;
  const io::PgmSolution solution = io::solve_pgm(network, batch, options);
  CHECK(solution.groups.size() == 1);
  io::PgmNetwork state = network;
  for (Index s = 0; s < 2; ++s) {
    const double p = s == 0 ? 30e3 : 15e3;
    const auto undo = io::apply_pgm(state, io::changes_of(batch, s));
    const io::PgmOutput output = io::pgm_output(state, solution, s);
    io::apply_pgm(state, undo);
    // u (1 - u) = p r / v^2 with v^2 = 160000 / 3.
    const double u = 0.5 + std::sqrt(0.25 - 3.0 * p * 0.016 / 160e3);
    CHECK(table_of(output, PgmType::node).at(1, "u_pu", 1) == Approx(u).epsilon(1e-12));
    CHECK(table_of(output, PgmType::node).at(1, "u_pu", 0) == Approx(1.0).epsilon(1e-14));
    CHECK(table_of(output, PgmType::source).at(0, "p", 1) == Approx(p / u).epsilon(1e-12));
    CHECK(table_of(output, PgmType::asym_load).at(0, "p", 1) == Approx(p));
    const double amperes = p / (u * 400.0 / std::sqrt(3.0));
    CHECK(table_of(output, PgmType::line).at(0, "i_to", 1) == Approx(amperes));
    CHECK(table_of(output, PgmType::line).at(0, "loading") == Approx(amperes / 100.0));
  }
}

TEST_CASE("by phase, a load of constant impedance may be larger than what its source can give") {
  // 1 ohm of source and 0.5 ohm of load: a third of the voltage remains.
  const io::PgmNetwork network = io::parse_pgm(
      R"({"version": "1.0", "type": "input", "is_batch": false, "data": {
      "node": [{"id": 1, "u_rated": 1000}],
      "source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1, "sk": 1e6, "rx_ratio": 1e9}],
      "sym_load": [{"id": 5, "node": 1, "status": 1, "type": 1, "p_specified": 2e6,
                    "q_specified": 0}]}})",
      "a.json");
  io::PgmOptions options = exact();
  options.symmetric = false;
  const io::PgmBatch batch = io::pgm_as_it_stands();
  const io::PgmSolution solution = io::solve_pgm(network, batch, options);
  REQUIRE(solution.status[0] == flow::FlowStatus::converged);
  const io::PgmOutput output = io::pgm_output(network, solution, 0);
  for (Index phase = 0; phase < 3; ++phase)
    CHECK(table_of(output, PgmType::node).at(0, "u_pu", phase) == Approx(1.0 / 3.0));
}

namespace {

/// 400 V, 0.08 ohm of reactance to node 2, where two generators without active power hold `u_ref`.
io::PgmNetwork held_network(const std::string& regulator, int gen_node = 2) {
  return io::parse_pgm(
      R"({"version": "1.0", "type": "input", "is_batch": false, "data": {
      "node": [{"id": 1, "u_rated": 400}, {"id": 2, "u_rated": 400}],
      "source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1, "sk": 1e20}],
      "line": [{"id": 3, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1, "r1": 0,
                "x1": 0.08, "c1": 0, "tan1": 0, "r0": 0, "x0": 0.08, "c0": 0, "tan0": 0}],
      "sym_gen": [
      {"id": 5, "node": )" +
          std::to_string(gen_node) + R"(, "status": 1, "type": 0,
       "p_specified": 0, "q_specified": 7e3}],
      "asym_gen": [{"id": 6, "node": 2, "status": 1, "type": 0, "p_specified": [0, 0, 0],
                    "q_specified": [0, 0, 0]}],
      "voltage_regulator": [
      {"id": 8, "regulated_object": 5, "status": 1, )" +
          regulator + R"(},
      {"id": 9, "regulated_object": 6, "status": 1, "u_ref": 1.02}]}})",
      "a.json");
}

}  // namespace

TEST_CASE("by phase, generators of a node share the kvar that holds each of its phases") {
  io::PgmOptions options = exact();
  options.symmetric = false;
  const io::PgmNetwork network = held_network(R"("u_ref": 1.02)");
  const io::PgmSolution solution = io::solve_pgm(network, io::pgm_as_it_stands(), options);
  REQUIRE(solution.status[0] == flow::FlowStatus::converged);
  const io::PgmOutput output = io::pgm_output(network, solution, 0);
  const double q = 0.5 * 1.02 * 0.02 * (160e3 / 3.0) / 0.08;  // half of u (u - 1) v^2 / x
  for (Index phase = 0; phase < 3; ++phase) {
    CHECK(table_of(output, PgmType::node).at(1, "u_pu", phase) == Approx(1.02).epsilon(1e-9));
    CHECK(table_of(output, PgmType::sym_gen).at(0, "q", phase) == Approx(q).epsilon(1e-7));
    CHECK(table_of(output, PgmType::asym_gen).at(0, "q", phase) == Approx(q).epsilon(1e-7));
    CHECK(table_of(output, PgmType::voltage_regulator).at(1, "q", phase) == Approx(q));
  }
  CHECK(table_of(output, PgmType::voltage_regulator).at(0, "energized") == 1.0);
}

TEST_CASE("by phase, what cannot be held or would move taps is refused") {
  io::PgmOptions options = exact();
  options.symmetric = false;
  const auto solve = [&](const io::PgmNetwork& network) {
    io::solve_pgm(network, io::pgm_as_it_stands(), options);
  };
  CHECK_THROWS_WITH_AS(solve(held_network(R"("u_ref": 1.02, "q_max": 1e3)")),
                       doctest::Contains("voltage_regulator 8 has q_max, a limit"), InputError);
  CHECK_THROWS_WITH_AS(solve(held_network(R"("u_ref": 1.01)")),
                       doctest::Contains("but another one at node 2 has 1.01"), InputError);
  CHECK_THROWS_WITH_AS(solve(held_network(R"("u_ref": 1.02)", 1)),
                       doctest::Contains("holds node 1, which a source feeds"), InputError);
  options.flow.fixed_taps = false;
  CHECK_THROWS_WITH_AS(solve(io::parse_pgm(test::pgm_sample, "a.json")),
                       doctest::Contains("transformer_tap_regulator 40 moves taps"), InputError);
}
