// SPDX-License-Identifier: BSD-3-Clause
// Capacitor banks. 1000 kvar at 10 kV draw 1e6 / 1e8 = 0.01 S in all; other values follow by hand.
#include "gridswarm/io/dss_capacitor.hpp"

#include "dss_sample.hpp"

using namespace gridswarm;
using doctest::Approx;
using test::converted;
using test::refusal;

TEST_CASE("a bank of three phases in wye joins each phase to ground") {
  const auto circuit = converted("new capacitor.C bus1=a kv=10 kvar=1000");
  const auto& shunts = circuit.shunts;
  REQUIRE(shunts.size() == 1);
  CHECK(shunts.name[0] == "capacitor.C");
  CHECK(test::nodes(circuit, shunts.nodes.row(0)) == "a.1 a.2 a.3");
  const auto y = shunts.y_s.row(0);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(y[i * 3 + j].re == 0.0);
      CHECK(y[i * 3 + j].im == Approx(i == j ? 0.01 : 0.0));
    }
  CHECK(shunts.kvar[0] == 1000.0);
  CHECK(shunts.steps[0] == 1);
  CHECK(shunts.steps_in[0] == 1);
  CHECK(shunts.is_capacitor[0] == 1);
}

TEST_CASE("a bank in delta lies between phases") {
  const auto circuit = converted("new capacitor.c bus1=a kv=10 kvar=900 conn=delta");
  const auto y = circuit.shunts.y_s.row(0);
  CHECK(y[0].im == Approx(2.0 * 0.003));
  CHECK(y[1].im == Approx(-0.003));
}

TEST_CASE("a capacitor between two phases or to a neutral of its bus is a shunt") {
  const auto circuit = converted(
      "new capacitor.c phases=1 bus1=a.1 bus2=a.2 kv=10 kvar=1000\n"
      "new capacitor.n bus1=b bus2=b.4.4.4 kv=10 kvar=1000");
  CHECK(test::nodes(circuit, circuit.shunts.nodes.row(0)) == "a.1 a.2");
  const auto y = circuit.shunts.y_s.row(0);
  CHECK(y[0].im == Approx(0.01));
  CHECK(y[1].im == Approx(-0.01));
  CHECK(y[3].im == Approx(0.01));
  CHECK(test::nodes(circuit, circuit.shunts.nodes.row(1)) == "b.1 b.2 b.3 b.4");
  CHECK(circuit.shunts.y_s.row(1)[15].im == Approx(0.03));
  CHECK(circuit.shunts.y_s.row(1)[3].im == Approx(-0.01));
}

TEST_CASE("a capacitor between two buses is a line of negative reactance") {
  const auto circuit = converted("new capacitor.c phases=1 bus1=a.1 bus2=b.1 kv=10 kvar=1000");
  CHECK(circuit.shunts.size() == 0);
  REQUIRE(circuit.lines.size() == 1);
  CHECK(circuit.lines.z_ohm.row(0)[0].im == Approx(-100.0));
  CHECK(circuit.lines.z_ohm.row(0)[0].re == 0.0);
}

TEST_CASE("a bank's steps share its rating, and states say which are in") {
  const auto circuit = converted(
      "new capacitor.a bus1=a kvar=600 numsteps=4\n"
      "new capacitor.b bus1=a numsteps=3 kvar=(100 100 100) states=(1 1 0)\n"
      "new capacitor.c bus1=a kvar=600 states=0");
  const auto& shunts = circuit.shunts;
  CHECK(shunts.kvar[0] == 600.0);
  CHECK(shunts.steps[0] == 4);
  CHECK(shunts.steps_in[0] == 4);
  CHECK(shunts.kvar[1] == 300.0);
  CHECK(shunts.steps_in[1] == 2);
  CHECK(shunts.steps_in[2] == 0);
}

TEST_CASE("microfarads and a matrix of them are admittances at the circuit's frequency") {
  const auto circuit = converted(
      "new capacitor.a phases=1 bus1=a.1 kv=10 cuf=10\n"
      "new capacitor.b phases=2 bus1=a cmatrix=(10 | -2 10)");
  const double omega = 2.0 * 3.14159265358979323846 * 60.0;
  CHECK(circuit.shunts.y_s.row(0)[0].im == Approx(omega * 10e-6));
  CHECK(circuit.shunts.kvar[0] == Approx(omega * 10e-6 * 1e8 / 1e3));
  CHECK(circuit.shunts.y_s.row(1)[1].im == Approx(omega * -2e-6));
}

TEST_CASE("banks that can't be are refused with their line") {
  CHECK(refusal("new capacitor.c bus1=a kv=0").find("kv") != std::string::npos);
  CHECK(refusal("new capacitor.c kvar=3").find("no bus1") != std::string::npos);
  CHECK(refusal("new capacitor.c bus1=a numsteps=2 kvar=(100 200)").find("unlike size") !=
        std::string::npos);
  CHECK(refusal("new capacitor.c bus1=a kvar=(100 100) numsteps=2").find("numsteps before") !=
        std::string::npos);
  CHECK(refusal("new capacitor.c bus1=a.1 phases=1 conn=delta").find("bus2=a.2") !=
        std::string::npos);
  CHECK(refusal("new capacitor.c bus1=a harm=5").find("series impedance") != std::string::npos);
  CHECK(refusal("new capacitor.c bus1=a numsteps=1e9").find("numsteps") != std::string::npos);
}
