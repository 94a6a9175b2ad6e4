// SPDX-License-Identifier: BSD-3-Clause
// power-grid-model files read into tables and a case; per unit values by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/pgm_branch.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "pgm_sample.hpp"

using namespace gridswarm;
using Complex = std::complex<double>;
using doctest::Approx;
using io::PgmType;

namespace {

/// The sample with the first `from` replaced.
std::string with(const std::string& from, const std::string& to) {
  std::string text = test::pgm_sample;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// What reading a text and making its case is refused with; empty if it is not.
std::string refusal(const std::string& text) {
  try {
    io::make_pgm_case(io::parse_pgm(text, "a.json"));
  } catch (const InputError& error) {
    CHECK(error.line > 0);
    return error.what();
  }
  return {};
}

void says(const std::string& text, const std::string& sentence) {
  CHECK(refusal(text) == sentence);
}

}  // namespace

TEST_CASE("lists and objects of components are read alike, and what is not used is listed") {
  const io::PgmNetwork network =
      io::parse_pgm(with("\"i_n\": 300", "\"i_n\": 300, \"_length\": 3"), "a.json");
  CHECK(network.of(PgmType::node).size() == 7);
  CHECK(network.of(PgmType::node).at(6, "u_rated") == 3000.0);
  CHECK(network.of(PgmType::asym_load).at(0, "p_specified", 2) == 3000.0);
  CHECK(std::isnan(network.of(PgmType::transformer).at(0, "tap_nom")));
  CHECK(network.of(PgmType::line).line[0] == 12);
  CHECK(network.find(16)->type == PgmType::three_winding_transformer);
  CHECK(network.find(99) == nullptr);
  REQUIRE(network.warnings.size() == 2);
  CHECK(network.warnings[0] ==
        "a.json:13: line has no attribute \"_length\"; it is passed over (1 in the file)");
  CHECK(network.warnings[1] ==
        "a.json:51: sym_voltage_sensor has no part in a power flow and is passed over (1 in the "
        "file)");
}

TEST_CASE("the case is per unit on 1 MVA") {
  const io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const feeder::Case grid = io::make_pgm_case(network).grid;
  CHECK(grid.base_mva == 1.0);
  REQUIRE(grid.buses.size() == 9);  // 7 nodes, a star, a source's bus
  CHECK(grid.buses.id[7] == 16);
  CHECK(grid.buses.id[8] == 30);
  CHECK(grid.buses.type[8] == feeder::BusType::source);
  CHECK(grid.buses.vm_pu[8] == Approx(1.02));
  CHECK(grid.buses.va_deg[8] == Approx(0.1 * 180 / 3.14159265358979));
  // Line 11: z base 400^2 / 1e6 = 0.16 ohm; y = 100 pi 1e-6 (0.1 + j) 0.16.
  CHECK(grid.branches.r_pu[0] == Approx(0.1));
  CHECK(grid.branches.x_pu[0] == Approx(0.05));
  CHECK(grid.branches.b_pu[0] == Approx(5.02655e-5));
  CHECK(grid.branches.g_pu[0] == Approx(5.02655e-6));
  CHECK(grid.branches.rate_mva[0] == Approx(0.207846));
  // Line 12 is open at node 3: from node 2 one sees nearly its whole charging.
  CHECK(grid.branches.in_service[1] == 0);
  CHECK(grid.buses.bs_mvar[1] == Approx(5.02655e-5).epsilon(1e-4));
  CHECK(grid.buses.bs_mvar[2] == Approx(0.02 * 0.16));
  CHECK(grid.buses.gs_mw[2] == Approx(0.01 * 0.16));
  // Loads of constant power and generators in the buses, the others apart, the regulated one PV.
  CHECK(grid.buses.pd_mw[2] == Approx(0.05));
  CHECK(grid.buses.pd_mw[5] == Approx(0.006));
  CHECK(grid.buses.pd_mw[1] == Approx(-0.003));
  REQUIRE(grid.loads.size() == 2);
  CHECK(grid.loads.z_p[0] == 1.0);
  CHECK(grid.loads.i_q[1] == 1.0);
  CHECK(grid.loads.in_service[1] == 0);
  REQUIRE(grid.generators.size() == 1);
  CHECK(grid.buses.type[4] == feeder::BusType::pv);
  CHECK(grid.generators.qmax_mvar[0] == Approx(0.05));
}

TEST_CASE("a transformer's taps change its ratio, not its impedance") {
  const io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const io::PgmPi pi = io::pgm_pi(network, PgmType::transformer, 0, 50.0);
  // uk at tap 2 of 5: 0.05 + 2/5 (0.06 - 0.05) = 0.054; pk stays, for pk_max is not given.
  CHECK(std::abs(pi.z) == Approx(0.054));
  CHECK(pi.z.real() == Approx(0.01));
  CHECK(std::abs(pi.y) == Approx(0.01));
  CHECK(pi.y.real() == Approx(0.001));
  CHECK(pi.ratio == Approx(1.02));
  CHECK(pi.ratio0 == Approx(1.0));
  CHECK(pi.step == Approx(0.01));
  CHECK(pi.shift_deg == 150.0);
  const io::PgmNetwork at_to = io::parse_pgm(
      with(
          "\"tap_side\": 0, \"tap_pos\": 2, \"tap_min\": -5, \"tap_max\": 5,\n   \"tap_size\": 100",
          "\"tap_side\": 1, \"tap_pos\": 2, \"tap_min\": -5, \"tap_max\": 5,\n   \"tap_size\": 4"),
      "a.json");
  const io::PgmPi other = io::pgm_pi(at_to, PgmType::transformer, 0, 50.0);
  CHECK(other.taps_at_to);
  CHECK(other.ratio == Approx(1.02));
  CHECK(other.shift_deg == -150.0);
  CHECK(std::abs(other.z) == Approx(0.054));
}

TEST_CASE("three windings make a star whose legs add up to the tests between two sides") {
  const io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const auto legs = io::pgm_star(network, 0);
  // On the rating of side 1 (1 MVA): between 1 and 2, r = 5e3 (1 / 0.6)^2 W / 1 MVA.
  CHECK((legs[0].z + legs[1].z).real() == Approx(5e-3 / 0.36));
  CHECK((legs[0].z + legs[2].z).real() == Approx(4e-3 / 0.16));
  CHECK((legs[1].z + legs[2].z).real() == Approx(3e-3 / 0.16));
  // uk of leg 1: (0.1 + 0.125 - 0.1) / 2.
  CHECK(std::abs(legs[0].z) == Approx(0.0625));
  CHECK(legs[1].ratio == Approx((400.0 + 5.0) / 400.0));  // tap 0 lies one below nominal, downwards
  CHECK(legs[2].shift_deg == -30.0);
  CHECK(legs[1].y == Complex());
}

TEST_CASE("a balanced asymmetric line sees the diagonal less what lies beside it") {
  const io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const io::PgmPi pi = io::pgm_pi(network, PgmType::asym_line, 0, 50.0);
  CHECK(pi.z.real() == Approx(0.01 / 0.16));
  CHECK(pi.z.imag() == Approx(0.03 / 0.16));
  CHECK(pi.y.imag() == Approx(100 * 3.14159265 * 2e-7 * 0.16));
}

TEST_CASE("sources of one node become one, stiff ones hold the node itself") {
  const std::string both = with("\"status\": 0, \"u_ref\": 1.0", "\"status\": 1, \"u_ref\": 1.0");
  const io::PgmCase soft = io::make_pgm_case(io::parse_pgm(both, "a.json"));
  REQUIRE(soft.feeds.size() == 1);
  CHECK(soft.feeds[0].rows.size() == 2);
  CHECK(std::abs(soft.feeds[0].y) == Approx((1e8 + 1e10) / 1e6));
  const io::PgmCase stiff =
      io::make_pgm_case(io::parse_pgm(with("\"sk\": 1e8", "\"sk\": 1e30"), "a.json"));
  CHECK(stiff.grid.buses.size() == 8);
  CHECK(stiff.feeds[0].bus == 0);
  CHECK(stiff.grid.buses.type[0] == feeder::BusType::source);
}

TEST_CASE("what makes no network is refused with file, line, id and value") {
  says(with("\"1.0\"", "\"2.0\""),
       "a.json:2: version \"2.0\" is not known; this program reads \"1.0\"");
  says(with("\"input\"", "\"update\""),
       "a.json:2: the dataset is of type \"update\"; here one of type \"input\" is needed");
  says(with("\"sym_load\"", "\"sim_load\""), "a.json:31: there is no component type \"sim_load\"");
  says(with("[2, 400]", "[2, 400, 1]"),
       "a.json:5: a node has 3 values, but \"attributes\" in line 3 names 2");
  says(with("[2, 400]", "[2, 0]"),
       "a.json:5: u_rated of node 2 is 0; it must be a positive, finite number");
  says(with("[2, 400]", "[1, 400]"), "a.json:5: id 1 is used twice, first in line 5");
  says(with("[2, 400]", "[2.5, 400]"),
       "a.json:5: id of node is 2.5; it must be a whole number up to 2147483647");
  says(with("[2, 400]", "[2, 1e200]"),
       "a.json:5: node 2 has u_rated 1e+200 V, beyond what can be computed");
  says(with("\"r1\": 0.016", "\"r1\": -1"),
       "a.json:12: r1 of line 11 is -1; it must be a finite number, not negative");
  says(with("\"to_node\": 3", "\"to_node\": 33"),
       "a.json:12: to_node of line 11 is 33; there is no node of that id");
  says(with("\"to_node\": 3", "\"to_node\": 2"), "a.json:12: line 11 begins and ends at node 2");
  says(with("\"to_node\": 3", "\"to_node\": 7"),
       "a.json:12: line 11 joins nodes of u_rated 400 and 3000 V; a line joins nodes of one "
       "voltage");
  says(with("\"from_status\": 1, \"to_status\": 0", "\"from_status\": 2, \"to_status\": 0"),
       "a.json:14: from_status of line 12 is 2; a status is 0 or 1");
  says(with("\"clock\": 5", "\"clock\": 6"),
       "a.json:7: transformer 10 has clock 6; -12 to 12 is possible, odd where just one of both "
       "windings is a star");
  says(with("\"tap_pos\": 2", "\"tap_pos\": 7"),
       "a.json:7: transformer 10 has tap_pos 7, beyond tap_min -5 to tap_max 5");
  says(with("\"pk\": 10e3", "\"pk\": 90e3"),
       "a.json:7: transformer 10 has uk 0.054, below pk / sn = 0.09; no reactance is left");
  says(with("\"p_specified\": 50e3, ", ""), "a.json:32: sym_load 20 has no p_specified");
  says(with("\"p_specified\": 50e3", "\"p_specified\": null"),
       "a.json:32: sym_load 20 has no p_specified");
  says(with("\"p_specified\": 50e3", "\"p_specified\": \"inf\""),
       "a.json:32: p_specified of sym_load 20 is \"inf\"; it must be a finite number");
  says(with("[1e3, 2e3, 3e3]", "[1e3, 2e3]"),
       "a.json:36: p_specified of asym_load 23 is an array; it must be a list of three numbers, "
       "one per phase");
  says(with("\"regulated_object\": 24", "\"regulated_object\": 10"),
       "a.json:50: regulated_object of voltage_regulator 41 is 10, which is a transformer; a "
       "sym_gen is needed");
  says(with("\"type\": 0, \"p_specified\": 30e3", "\"type\": 1, \"p_specified\": 30e3"),
       "a.json:50: voltage_regulator 41 regulates 24, which is not of constant power (type 0)");
  says(with("\"id\": 24, \"node\": 5", "\"id\": 24, \"node\": 1"),
       "a.json:50: voltage_regulator 41 holds node 1, which a source feeds; one of both must be "
       "off");
}

TEST_CASE("a file cut at any byte is refused") {
  const std::string& whole = test::pgm_sample;
  for (std::size_t cut = 0; cut + 2 < whole.size(); ++cut)
    CHECK_THROWS_AS(io::parse_pgm(whole.substr(0, cut), "a.json"), InputError);
}

TEST_CASE("a batch changes what it names, by id or by position, and nothing else") {
  const io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "a.json");
  const auto batch_of = [&](const std::string& data) {
    return io::parse_pgm_batch(
        "{\"version\": \"1.0\", \"type\": \"update\", \"is_batch\": true, \"attributes\": "
        "{\"asym_load\": [\"id\", \"p_specified\"]},\n\"data\": " +
            data + "}",
        "b.json", network);
  };
  const io::PgmBatch batch = batch_of(
      "[{\"sym_load\": [{\"id\": 21, \"p_specified\": 1e3, \"q_specified\": null}],"
      " \"asym_load\": [[23, [null, 5, null]]]},\n {}, {\"asym_load\": [{\"status\": 0}]}]");
  REQUIRE(batch.scenarios() == 3);
  CHECK(batch.first == std::vector<std::size_t>{0, 2, 2, 3});
  CHECK(batch.changes[0].row == 1);
  CHECK(batch.changes[0].value == 1e3);
  CHECK(batch.changes[1].column == io::pgm_column(PgmType::asym_load, "p_specified") + 1);
  CHECK(batch.changes[2].value == 0.0);
  const auto refused = [&](const std::string& data, const std::string& sentence) {
    CHECK_THROWS_WITH_AS(batch_of(data), sentence.c_str(), InputError);
  };
  refused("[{\"sym_load\": [{\"id\": 99}]}]", "b.json:2: the network has no sym_load 99");
  refused("[{\"sym_load\": [{\"id\": 23}]}]", "b.json:2: the network has no sym_load 23");
  refused("[{\"sym_load\": [{\"status\": 0}]}]",
          "b.json:2: a sym_load has no id; it may be left out only where all 3 are listed");
  refused("[{\"line\": [{\"id\": 11, \"r1\": 1}]}]",
          "b.json:2: r1 of line 11 cannot be changed by a batch");
  refused("[7]", "b.json:2: a scenario is 7; it must be an object of components");
}
