// SPDX-License-Identifier: BSD-3-Clause
// Generators, PV systems and storage: what they inject in a snapshot, worked out by hand.
#include "gridswarm/io/dss_der.hpp"

#include "dss_sample.hpp"

using namespace gridswarm;
using doctest::Approx;
using test::converted;
using test::refusal;

namespace {

void check_power(const std::string& text, double kw, double kvar) {
  INFO(text);
  const auto circuit = converted("new " + text);
  REQUIRE(circuit.ders.size() == 1);
  CHECK(circuit.ders.kw[0] == Approx(kw).epsilon(1e-12));
  CHECK(circuit.ders.kvar[0] == Approx(kvar).epsilon(1e-12));
}

}  // namespace

TEST_CASE("devices that state nothing but their bus have the manual's defaults") {
  const auto circuit =
      converted("new pvsystem.P bus1=a\nnew storage.S bus1=a\nnew generator.G bus1=a");
  const auto& ders = circuit.ders;
  REQUIRE(ders.size() == 3);
  CHECK(ders.name[0] == "generator.G");
  CHECK(ders.kind[1] == feeder::DerKind::pv);
  CHECK(ders.kind[2] == feeder::DerKind::storage);
  for (Index i = 0; i < 3; ++i) {
    CHECK(ders.phases[i] == 3);
    CHECK(ders.kv[i] == 12.47);
    CHECK(ders.v_min_pu[i] == 0.9);
    CHECK(ders.v_max_pu[i] == 1.1);
    CHECK(ders.connection[i] == feeder::Connection::wye);
    CHECK(ders.rule[i] == feeder::VarRule::given);
    CHECK(test::nodes(circuit, ders.nodes.row(i)) == "a.1 a.2 a.3 0");
  }
  CHECK(ders.kw[0] == 1000.0);
  CHECK(ders.kvar[0] == 60.0);
  CHECK(ders.kw[1] == 500.0);
  CHECK(ders.kva[1] == 500.0);
  CHECK(ders.kw[2] == -0.25);  // 1 % of 25 kW, idling
  CHECK(ders.kva[2] == 25.0);
}

TEST_CASE("a generator's power is as last stated") {
  check_power("generator.g bus1=a kw=100 pf=0.8", 100.0, 75.0);
  check_power("generator.g bus1=a kw=100 pf=-0.8", 100.0, -75.0);
  check_power("generator.g bus1=a kw=100 kvar=20 model=4", 100.0, 20.0);
  check_power("generator.g bus1=a kw=100 kvar=75 kw=200", 200.0, 150.0);
}

TEST_CASE("a PV system gives its panel's power times its inverter's efficiency") {
  check_power("pvsystem.p bus1=a kva=300 irrad=0.8 pmpp=300 pf=1", 240.0, 0.0);
  check_power(
      "xycurve.eff npts=2 xarray=(0.1 1) yarray=(0.9 0.99)\n"
      "new xycurve.hot npts=2 points=(0 1.2 100 0.6)\n"
      "new pvsystem.p bus1=a kva=100 pmpp=100 temperature=50 effcurve=eff p-tcurve=hot",
      90.0 * 0.98, 0.0);
  check_power("pvsystem.p bus1=a kva=300 pmpp=300 %pmpp=50", 150.0, 0.0);
  check_power("pvsystem.p bus1=a kva=300 pmpp=300 irradiance=0.1", 0.0, 0.0);
  check_power("pvsystem.p bus1=a kva=300 pmpp=300 irradiance=0.1 %cutin=5 %cutout=5", 30.0, 0.0);
}

TEST_CASE("an inverter's rating limits watts first unless they have priority") {
  check_power("pvsystem.p bus1=a kva=100 pmpp=80 pf=0.8", 80.0, 60.0);
  check_power("pvsystem.p bus1=a kva=100 pmpp=100 kvar=60", 80.0, 60.0);
  check_power("pvsystem.p bus1=a kva=100 pmpp=80 kvar=90 wattpriority=yes", 80.0, 60.0);
  check_power("pvsystem.p bus1=a kva=100 pmpp=160 pf=0.8 pfpriority=yes kvarmax=200", 80.0, 60.0);
  check_power("pvsystem.p bus1=a kva=100 pmpp=80 pf=0.8 kvarmax=44", 80.0, 44.0);
  check_power("pvsystem.p bus1=a kva=100 pmpp=80 kvar=-60 kvarmaxabs=-20", 80.0, -20.0);
}

TEST_CASE("storage follows its state as far as its energy allows") {
  const std::string unit = "storage.s bus1=a kwrated=100 kwhrated=200 ";
  check_power(unit + "kwhstored=100 state=discharging %discharge=80", 80.0, 0.0);
  check_power(unit + "kwhstored=100 state=charging %charge=90", -90.0, 0.0);
  check_power(unit + "kwhstored=100", -1.0, 0.0);
  check_power(unit + "state=charging", -1.0, 0.0);
  check_power(unit + "%stored=20 state=discharging", -1.0, 0.0);
  check_power(unit + "%stored=20 %reserve=10 state=discharging kva=200 pf=-0.8", 100.0, -75.0);
  check_power(unit + "kw=-50 %stored=50 %idlingkw=0", -50.0, 0.0);
  check_power(unit + "kw=50 kvar=10 %kwrated=40", 40.0, 10.0);
}

TEST_CASE("devices that can't be are refused with their line") {
  CHECK(refusal("new generator.g bus1=a model=3").find("model=3") != std::string::npos);
  CHECK(refusal("new pvsystem.g bus1=a model=2").find("model=2") != std::string::npos);
  CHECK(refusal("new storage.g bus1=a model=3").find("model=3") != std::string::npos);
  CHECK(refusal("new pvsystem.g bus1=a kva=0").find("kva=0") != std::string::npos);
  CHECK(refusal("new storage.g bus1=a kwrated=0").find("kwrated") != std::string::npos);
  CHECK(refusal("new storage.g bus1=a state=flying").find("state") != std::string::npos);
  CHECK(refusal("new pvsystem.g pmpp=3").find("no bus1") != std::string::npos);
  CHECK(refusal("new generator.g bus1=a pf=0").find("pf=0") != std::string::npos);
}
