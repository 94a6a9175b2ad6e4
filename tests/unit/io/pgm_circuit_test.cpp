// SPDX-License-Identifier: BSD-3-Clause
// A power-grid-model network as a circuit: matrices and rows that a reader can check by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/pgm_circuit.hpp"

using namespace gridswarm;
using Complex = std::complex<double>;
using doctest::Approx;
using io::PgmType;

namespace {

io::PgmNetwork network_of(const std::string& data) {
  return io::parse_pgm(
      R"({"version": "1.0", "type": "input", "is_batch": false, "data": {"node": [
      {"id": 1, "u_rated": 10000}, {"id": 2, "u_rated": 10000}, {"id": 3, "u_rated": 400}],
      "source": [{"id": 9, "node": 1, "status": 1, "u_ref": 1.1, "sk": 1e8, "rx_ratio": 0.75,
                  "z01_ratio": 3}], )" +
          data + "}}",
      "a.json");
}

/// z, pk and i0 of 0: an impedance of j 5 % between 10 kV and 400 V.
io::PgmNetwork transformer_of(int from, int to, int clock, const std::string& more) {
  return network_of(
      R"("transformer": [{"id": 4, "from_node": 1, "to_node": 3, "from_status": 1, "to_status": 1,
      "u1": 10000, "u2": 400, "sn": 1e6, "uk": 0.05, "pk": 0, "i0": 0, "p0": 0, "tap_side": 0,
      "tap_min": 0, "tap_max": 0, "tap_size": 0, "winding_from": )" +
      std::to_string(from) + ", \"winding_to\": " + std::to_string(to) +
      ", \"clock\": " + std::to_string(clock) + more + "}]");
}

/// What flows into each phase of an end while all phases of both ends stand at these voltages.
Complex sum_of_row(const io::PgmMatrix& m) { return m[0] + m[1] + m[2]; }

void check_equal(Complex got, Complex wanted) {
  CHECK(std::abs(got - wanted) <= 1e-12 * (1.0 + std::abs(wanted)));
}

}  // namespace

TEST_CASE("a matrix of sequences gives each sequence its value back") {
  const Complex a(-0.5, std::sqrt(0.75));
  const io::PgmMatrix m = io::pgm_of_sequences(2.0, 3.0, 5.0);
  check_equal(sum_of_row(m), 2.0);
  const Complex positive[] = {1.0, std::conj(a), a};
  const Complex negative[] = {1.0, a, std::conj(a)};
  for (std::size_t phase = 0; phase < 3; ++phase) {
    check_equal(io::pgm_times(m, std::span(positive))[phase], 3.0 * positive[phase]);
    check_equal(io::pgm_times(m, std::span(negative))[phase], 5.0 * negative[phase]);
  }
}

TEST_CASE("a line has (z0 + 2 z1) / 3 in each phase and (z0 - z1) / 3 between them") {
  const io::PgmCircuit made = io::make_pgm_circuit(network_of(
      R"("line": [{"id": 4, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
      "r1": 1, "x1": 2, "c1": 0, "tan1": 0, "r0": 4, "x0": 5, "c0": 0, "tan0": 0, "i_n": 50}])"));
  CHECK(made.circuit.lines.z_ohm.row(0)[0].re == Approx(2.0));
  CHECK(made.circuit.lines.z_ohm.row(0)[0].im == Approx(3.0));
  CHECK(made.circuit.lines.z_ohm.row(0)[1].re == Approx(1.0));
  CHECK(made.circuit.lines.z_ohm.row(0)[7].im == Approx(1.0));
  CHECK(made.circuit.lines.rating_a[0] == 50.0);
  CHECK(made.circuit.lines.name[0] == "line.4");
  feeder::check(made.circuit);
}

TEST_CASE("a line open at one end charges the other through half of itself") {
  const io::PgmNetwork network = network_of(
      R"("asym_line": [{"id": 4, "from_node": 1, "to_node": 2, "from_status": 0, "to_status": 1,
      "r_aa": 3, "r_ba": 1, "r_bb": 3, "r_ca": 1, "r_cb": 1, "r_cc": 3,
      "x_aa": 0, "x_ba": 0, "x_bb": 0, "x_ca": 0, "x_cb": 0, "x_cc": 0,
      "c0": 0.002, "c1": 0.001}])");
  const io::PgmBlocks line = io::pgm_blocks(network, PgmType::asym_line, 0, 50.0 / M_PI);
  // Zero sequence: z = 5 ohm, y = j 0.2 S; half each: 0.1 j + 1 / (5 + 1 / 0.1 j).
  check_equal(sum_of_row(line.tt), Complex(0.0, 0.1) + 1.0 / Complex(5.0, -10.0));
  check_equal(sum_of_row(line.ff), 0.0);
  const io::PgmCircuit made = io::make_pgm_circuit(network, 50.0 / M_PI);
  CHECK(made.circuit.lines.in_service[0] == 0);
  CHECK(made.circuit.admittances.size() == 1);
  CHECK(made.circuit.admittances.nodes.row(0)[0] == 3);
}

TEST_CASE("zero sequence passes a transformer as its windings let it") {
  const Complex y(0.0, -20.0);  // of 5 % on 1 MVA, p.u.
  const double high = 1e6 / (1e4 * 1e4), low = 1e6 / (400.0 * 400.0), across = 1e6 / (1e4 * 400.0);
  const auto blocks = [](int from, int to, int clock, const std::string& more) {
    return io::pgm_blocks(transformer_of(from, to, clock, more), PgmType::transformer, 0, 50.0);
  };
  const io::PgmBlocks through = blocks(1, 1, 0, "");
  check_equal(sum_of_row(through.ff), high * y);
  check_equal(sum_of_row(through.ft), -across * y);
  const io::PgmBlocks reversed = blocks(1, 1, 6, "");
  check_equal(sum_of_row(reversed.ft), across * y);
  const io::PgmBlocks dyn = blocks(2, 1, 5, "");
  check_equal(sum_of_row(dyn.tt), low * y);
  check_equal(sum_of_row(dyn.ft), 0.0);
  check_equal(sum_of_row(dyn.ff), high * Complex(0.0, -1e-8 / 0.05));
  // 0.016 ohm are 0.1 p.u. of 400 V: three times that behind j 0.05.
  const io::PgmBlocks grounded = blocks(2, 1, 5, ", \"r_grounding_to\": 0.016");
  check_equal(sum_of_row(grounded.tt), low / Complex(0.3, 0.05));
  const io::PgmBlocks zigzag = blocks(2, 4, 0, "");
  check_equal(sum_of_row(zigzag.tt), 10.0 * low * y);
  const io::PgmBlocks star = blocks(0, 1, 0, ", \"i0_zero_sequence\": 0.5");
  check_equal(sum_of_row(star.tt), low * Complex(0.0, -0.5 - 1e-8 / 0.05));
}

TEST_CASE("a clock number turns positive and negative sequence opposite ways") {
  const io::PgmBlocks dyn =
      io::pgm_blocks(transformer_of(2, 1, 5, ""), PgmType::transformer, 0, 50.0);
  const Complex a(-0.5, std::sqrt(0.75)), turn(-std::sqrt(0.75), 0.5);  // 150 degrees
  const double across = 1e6 / (1e4 * 400.0);
  const Complex positive[] = {1.0, std::conj(a), a};
  const Complex negative[] = {1.0, a, std::conj(a)};
  const Complex y(0.0, -20.0 * across);
  check_equal(io::pgm_times(dyn.ft, std::span(positive))[0], -y * turn);
  check_equal(io::pgm_times(dyn.ft, std::span(negative))[0], -y * std::conj(turn));
}

TEST_CASE("sources of a node are one, its impedance in zero sequence z01_ratio times larger") {
  const io::PgmCircuit made = io::make_pgm_circuit(network_of(
      R"("line": [{"id": 4, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
      "r1": 1, "x1": 2, "c1": 0, "tan1": 0, "r0": 4, "x0": 5, "c0": 0, "tan0": 0}])"));
  // (10 kV)^2 / 100 MVA = 1 ohm at an angle of r / x = 3 / 4.
  const auto z = made.circuit.sources.z_ohm.row(0);
  CHECK(z[0].re + 2.0 * z[1].re == Approx(3.0 * 0.6));
  CHECK(z[0].im - z[1].im == Approx(0.8));
  CHECK(made.circuit.sources.emf_v[0].re == Approx(11000.0 / std::sqrt(3.0)));
  CHECK(made.circuit.sources.emf_v[1].im == Approx(-5500.0));
}

TEST_CASE("a load of all phases is one row, one by phase is three") {
  const io::PgmCircuit made = io::make_pgm_circuit(network_of(
      R"("asym_gen": [{"id": 4, "node": 3, "status": 1, "type": 2, "p_specified": [1e3, 2e3, 0],
                       "q_specified": [0, 0, 5e3]}],
      "sym_load": [{"id": 5, "node": 2, "status": 0, "type": 1, "p_specified": 3e3,
                    "q_specified": 0}])"));
  const feeder::CircuitLoads& loads = made.circuit.loads;
  REQUIRE(loads.size() == 4);
  CHECK(loads.name[0] == "sym_load.5");
  CHECK(loads.kv[0] == Approx(10.0));
  CHECK(loads.kw[0] == 3.0);
  CHECK(loads.law[0] == feeder::LoadLaw::constant_impedance);
  CHECK(loads.in_service[0] == 0);
  CHECK(made.first_load[3] == 1);
  CHECK(loads.name[3] == "asym_gen.4 phase 3");
  CHECK(loads.kw[2] == -2.0);
  CHECK(loads.kvar[3] == -5.0);
  CHECK(loads.nodes.row(3)[0] == 8);
  CHECK(loads.nodes.row(3)[1] == feeder::ground);
  CHECK(loads.kv[3] == Approx(0.4 / std::sqrt(3.0)));
}

TEST_CASE("what only symmetric calculations know is refused with its line") {
  CHECK_THROWS_WITH_AS(
      io::make_pgm_circuit(network_of(
          R"("line": [{"id": 4, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
          "r1": 1, "x1": 2, "c1": 0, "tan1": 0}])")),
      doctest::Contains("line 4 has no r0, which an asymmetric calculation needs"), InputError);
  CHECK_THROWS_WITH_AS(
      io::make_pgm_circuit(network_of(
          R"("generic_branch": [{"id": 4, "from_node": 1, "to_node": 2, "from_status": 1,
          "to_status": 1, "r1": 1, "x1": 2, "g1": 0, "b1": 0}])")),
      doctest::Contains("generic_branch 4 has no zero sequence"), InputError);
  CHECK_THROWS_WITH_AS(
      io::make_pgm_circuit(network_of(
          R"("asym_line": [{"id": 4, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
          "r_aa": 1, "r_ba": 1, "r_bb": 1, "r_ca": 1, "r_cb": 1, "r_cc": 1, "x_aa": 1, "x_ba": 1,
          "x_bb": 1, "x_ca": 1, "x_cb": 1, "x_cc": 1, "c0": 0, "c1": 0}])")),
      doctest::Contains("cannot be inverted"), InputError);
}
