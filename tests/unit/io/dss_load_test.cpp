// SPDX-License-Identifier: BSD-3-Clause
// Loads: every way to say how much. Expected values are the manual's defaults or worked out by
// hand.
#include "gridswarm/io/dss_load.hpp"

#include <cmath>

#include "dss_sample.hpp"

using namespace gridswarm;
using doctest::Approx;
using test::converted;
using test::refusal;

namespace {

/// kW and kvar of one load with these properties.
std::array<double, 2> power(const std::string& properties) {
  const auto circuit = converted("new load.x bus1=a " + properties);
  REQUIRE(circuit.loads.size() == 1);
  return {circuit.loads.kw[0], circuit.loads.kvar[0]};
}

/// kvar per kW at pf 0.88.
const double at_088 = std::sqrt(1.0 / (0.88 * 0.88) - 1.0);

void check_power(const std::string& properties, double kw, double kvar) {
  INFO(properties);
  const auto [has_kw, has_kvar] = power(properties);
  CHECK(has_kw == Approx(kw).epsilon(1e-12));
  CHECK(has_kvar == Approx(kvar).epsilon(1e-12));
}

}  // namespace

TEST_CASE("a load that states nothing but its bus has the manual's defaults") {
  const auto circuit = converted("new load.L bus1=a");
  const auto& loads = circuit.loads;
  CHECK(loads.name[0] == "load.L");
  CHECK(test::nodes(circuit, loads.nodes.row(0)) == "a.1 a.2 a.3 0");
  CHECK(loads.connection[0] == feeder::Connection::wye);
  CHECK(loads.phases[0] == 3);
  CHECK(loads.law[0] == feeder::LoadLaw::constant_power);
  CHECK(loads.kv[0] == 12.47);
  CHECK(loads.kw[0] == 10.0);
  CHECK(loads.kvar[0] == Approx(10.0 * at_088));
  CHECK(loads.v_min_pu[0] == 0.95);
  CHECK(loads.v_max_pu[0] == 1.05);
  CHECK(loads.v_low_pu[0] == 0.5);
  CHECK(loads.exponent_p[0] == 1.0);
  CHECK(loads.exponent_q[0] == 2.0);
  CHECK(loads.profile[0] == none);
  CHECK(loads.in_service[0] == 1);
}

TEST_CASE("of the ways to say how much the last one stated decides") {
  check_power("kw=100", 100.0, 100.0 * at_088);
  check_power("kw=100 pf=0.8", 100.0, 75.0);
  check_power("pf=-0.8 kw=100", 100.0, -75.0);
  check_power("kw=100 kvar=40", 100.0, 40.0);
  check_power("kvar=40 kw=100", 100.0, 100.0 * at_088);
  check_power("kw=100 kvar=40 pf=0.8", 100.0, 40.0);
  check_power("kva=50 pf=0.8", 40.0, 30.0);
  check_power("pf=0.8 kva=50", 40.0, 30.0);
  check_power("kva=50 pf=-0.8", 40.0, -30.0);
  check_power("kw=0 kvar=12", 0.0, 12.0);
}

TEST_CASE("a power factor that a command left is that of the next") {
  check_power("kw=100 kvar=75\n~ kw=200", 200.0, 150.0);
  check_power("kw=100 kvar=75\nload.x.kw=200", 200.0, 150.0);
  check_power("kw=100 kvar=75 kw=200", 200.0, 200.0 * at_088);
}

TEST_CASE("loads are allocated from a transformer's kVA and from billed energy") {
  check_power("xfkva=50", 50.0 * 0.5 * 0.88, 50.0 * 0.5 * 0.88 * at_088);
  check_power("xfkva=50 allocationfactor=0.4 pf=0.8", 50.0 * 0.4 * 0.88, 50.0 * 0.4 * 0.88 * 0.75);
  check_power("pf=0.8 xfkva=50 allocationfactor=0.4", 16.0, 12.0);
  check_power("pf=0.8 kwh=720 kwhdays=30 cfactor=3", 3.0, 2.25);
}

TEST_CASE("the option loadmult multiplies loads that are neither fixed nor exempt") {
  const auto circuit = converted(
      "new load.a bus1=a kw=10 kvar=4\nnew load.b bus1=a kw=10 kvar=4 status=fixed\n"
      "new load.c bus1=a kw=10 kvar=4 status=exempt\nset loadmult=0.5");
  const auto& kw = circuit.loads.kw;
  CHECK(std::vector(kw.begin(), kw.end()) == std::vector<double>{5, 10, 10});
  CHECK(circuit.loads.kvar[0] == 2.0);
}

TEST_CASE("a load takes as many conductors as its connection needs") {
  const auto circuit = converted(
      "new load.a bus1=a.2 phases=1\nnew load.b bus1=b.3.1 phases=1 conn=delta\n"
      "new load.c bus1=c conn=delta\nnew load.d bus1=d.1.2 phases=2 conn=ln\n"
      "new load.e bus1=e.1.2.3.4\nnew load.f bus1=f phases=2 conn=LL");
  const auto row = [&](Index i) { return test::nodes(circuit, circuit.loads.nodes.row(i)); };
  CHECK(row(0) == "a.2 0");
  CHECK(row(1) == "b.3 b.1");
  CHECK(row(2) == "c.1 c.2 c.3");
  CHECK(row(3) == "d.1 d.2 0");
  CHECK(row(4) == "e.1 e.2 e.3 e.4");
  CHECK(row(5) == "f.1 f.2 0");
}

TEST_CASE("the five solved models are read with their coefficients") {
  const auto circuit = converted(
      "new load.a bus1=a model=2\nnew load.b bus1=a model=4 cvrwatts=0.8 cvrvars=3\n"
      "new load.c bus1=a model=5 vminpu=0.8 vmaxpu=1.2 vlowpu=0.1\n"
      "new load.d bus1=a model=8 zipv=(0.5 0.3 0.2 0.1 0.4 0.5 0.7)");
  CHECK(circuit.loads.law[0] == feeder::LoadLaw::constant_impedance);
  CHECK(circuit.loads.law[1] == feeder::LoadLaw::exponents);
  CHECK(circuit.loads.exponent_p[1] == 0.8);
  CHECK(circuit.loads.exponent_q[1] == 3.0);
  CHECK(circuit.loads.law[2] == feeder::LoadLaw::constant_current);
  CHECK(circuit.loads.v_min_pu[2] == 0.8);
  CHECK(circuit.loads.v_max_pu[2] == 1.2);
  CHECK(circuit.loads.v_low_pu[2] == 0.1);
  CHECK(circuit.loads.law[3] == feeder::LoadLaw::zip);
  CHECK(circuit.loads.zip[3] == std::array{0.5, 0.3, 0.2, 0.1, 0.4, 0.5, 0.7});
}

TEST_CASE("a neutral impedance of a load joins its neutral to ground") {
  const auto circuit = converted(
      "new load.a bus1=a.1.4 phases=1 rneut=2 xneut=0\nnew load.b bus1=b.1 phases=1 rneut=2");
  REQUIRE(circuit.admittances.name.size() == 1);
  CHECK(test::nodes(circuit, circuit.admittances.nodes.row(0)) == "a.4");
  CHECK(circuit.admittances.y_s.items[0].re == 0.5);
}

TEST_CASE("loads that can't be are refused with their line") {
  for (const char* model : {"3", "6", "7", "9", "0"})
    CHECK(refusal(std::string("\nnew load.x bus1=a model=") + model).find(":3: model=") !=
          std::string::npos);
  CHECK(refusal("new load.x bus1=a kv=0").find("kv=0") != std::string::npos);
  CHECK(refusal("new load.x bus1=a pf=0").find("pf=0") != std::string::npos);
  CHECK(refusal("new load.x bus1=a pf=1.5").find("pf=1.5") != std::string::npos);
  CHECK(refusal("new load.x bus1=a model=8").find("zipv") != std::string::npos);
  CHECK(refusal("new load.x bus1=a zipv=(1 2)").find("seven") != std::string::npos);
  CHECK(refusal("new load.x kw=3").find("no bus1") != std::string::npos);
  CHECK(refusal("new load.x bus1=a phases=0").find("phases=0") != std::string::npos);
  CHECK(refusal("new load.x bus1=a daily=nowhere").find("nowhere") != std::string::npos);
  CHECK(refusal("new load.x bus1=a\nopen load.x 1 2").find("conductor 2") != std::string::npos);
}
