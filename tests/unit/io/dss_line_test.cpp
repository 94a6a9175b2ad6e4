// SPDX-License-Identifier: BSD-3-Clause
// Lines from OpenDSS texts, against matrices worked out by hand from OpenDSS's manual.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_file.hpp"
#include "gridswarm/io/line_constants.hpp"

using namespace gridswarm;
using doctest::Approx;

namespace {

feeder::Circuit circuit_of(const std::string& lines) {
  const io::DssText text = io::read_dss_text_from("new circuit.c\n" + lines, "");
  return io::circuit_of(text, "text");
}

/// Entry (i, j) of the last line.
feeder::Phasor z_of(const feeder::Circuit& circuit, int i, int j) {
  const Index row = circuit.lines.size() - 1;
  const auto n = static_cast<int>(circuit.lines.from.row(row).size());
  return circuit.lines.z_ohm.row(row)[i * n + j];
}
double b_of(const feeder::Circuit& circuit, int i, int j) {
  const Index row = circuit.lines.size() - 1;
  const auto n = static_cast<int>(circuit.lines.from.row(row).size());
  return circuit.lines.y_s.row(row)[i * n + j].im;
}
void check_z(feeder::Phasor got, double re, double im) {
  CHECK(got.re == Approx(re).epsilon(1e-12));
  CHECK(got.im == Approx(im).epsilon(1e-12));
}
constexpr double w60 = 2.0 * std::numbers::pi * 60.0;
const std::string ends = " bus1=sourcebus bus2=x ";

}  // namespace

TEST_CASE("symmetrical components become self and mutual terms of the whole length") {
  const auto circuit =
      circuit_of("new line.a" + ends + "r1=1 x1=2 r0=4 x0=8 c1=30 c0=15 length=2 normamps=70\n");
  check_z(z_of(circuit, 0, 0), 2.0 * 2.0, 2.0 * 4.0);  // (2 z1 + z0) / 3
  check_z(z_of(circuit, 2, 1), 2.0 * 1.0, 2.0 * 2.0);  // (z0 - z1) / 3
  CHECK(b_of(circuit, 1, 1) == Approx(2.0 * w60 * 25e-9).epsilon(1e-12));
  CHECK(b_of(circuit, 0, 1) == Approx(-2.0 * w60 * 5e-9).epsilon(1e-12));
  CHECK(circuit.lines.rating_a[0] == 70.0);
  CHECK(circuit.lines.name[0] == "line.a");
  CHECK(feeder::name_of_node(circuit, circuit.lines.to.row(0)[2]) == "x.3");
}

TEST_CASE("one conductor has its own impedance and no sequence but one") {
  const auto circuit = circuit_of("new line.a phases=1 bus1=sourcebus.2 bus2=x.2 r1=1 x1=2 c1=0\n");
  check_z(z_of(circuit, 0, 0), 1.0, 2.0);
  CHECK(feeder::name_of_node(circuit, circuit.lines.from.row(0)[0]) == "sourcebus.2");
}

TEST_CASE("a line code counts per its own unit of length, the line in another") {
  const std::string code =
      "new linecode.k nphases=2 rmatrix=[1|0.5 1] xmatrix=[2|1 2] cmatrix=[8|-2 8] units=km "
      "normamps=90\n";
  const auto circuit = circuit_of(code +
                                  "new line.a bus1=sourcebus.1.3 bus2=x.1.3 linecode=K "
                                  "length=500 units=m\n");
  check_z(z_of(circuit, 0, 0), 0.5, 1.0);
  check_z(z_of(circuit, 0, 1), 0.25, 0.5);
  CHECK(b_of(circuit, 0, 1) == Approx(-w60 * 1e-9).epsilon(1e-12));
  CHECK(circuit.lines.rating_a[0] == 90.0);
  // The unit may come first, and nothing is converted where one of the two is not said.
  check_z(z_of(circuit_of(code + "new line.a units=m linecode=k length=500" + ends), 0, 0), 0.5,
          1.0);
  check_z(z_of(circuit_of(code + "new line.a linecode=k length=500" + ends), 0, 0), 500.0, 1000.0);
}

TEST_CASE("what is said last of an impedance stands") {
  const std::string code = "new linecode.k r1=1 x1=1 r0=1 x0=1\n";
  check_z(z_of(circuit_of(code + "new line.a linecode=k r1=5 r0=5" + ends), 0, 0), 5.0, 1.0);
  check_z(z_of(circuit_of(code + "new line.a r1=5 r0=5 linecode=k" + ends), 0, 0), 1.0, 1.0);
  check_z(z_of(circuit_of(code + "new line.a linecode=k rmatrix=[7|0 7|0 0 7]" + ends), 0, 0), 7.0,
          1.0);
}

TEST_CASE("charging that is not stated is OpenDSS's per 1000 ft, in the line's unit") {
  const std::string line = "new line.a r1=1 x1=1 r0=1 x0=1 length=3" + ends;
  const double per_kft = (2.0 * 3.4e-9 + 1.6e-9) / 3.0;
  CHECK(b_of(circuit_of(line), 0, 0) == Approx(3.0 * w60 * per_kft).epsilon(1e-12));
  CHECK(b_of(circuit_of(line + " units=mi"), 0, 0) ==
        Approx(3.0 * w60 * per_kft * 5.28).epsilon(1e-12));
}

TEST_CASE("a switch is a short stub unless an impedance follows") {
  const auto circuit = circuit_of("new line.a switch=y" + ends);
  check_z(z_of(circuit, 0, 0), 1e-3, 1e-3);
  CHECK(circuit.lines.is_switch[0] == 1);
  check_z(z_of(circuit_of("new line.a switch=y r1=2 r0=2 length=1" + ends), 0, 0), 2.0, 1.0);
}

TEST_CASE("impedances of another base frequency are carried to the circuit's, with the earth's") {
  const auto circuit = circuit_of(
      "new linecode.k nphases=1 basefreq=50 rmatrix=[1] xmatrix=[2] cmatrix=[10] "
      "rg=0.1 xg=0.3 rho=50\nnew line.a linecode=k" +
      ends);
  const double k = 0.3 / std::log(658.5 * std::sqrt(50.0 / 50.0));
  check_z(z_of(circuit, 0, 0), 1.0 + 0.1 * 0.2, (2.0 - 0.5 * k * std::log(1.2)) * 1.2);
  CHECK(b_of(circuit, 0, 0) == Approx(w60 * 10e-9).epsilon(1e-12));
}

TEST_CASE("an open or disabled line is out of service or not there") {
  const std::string two = "new line.a" + ends + "\nnew line.b" + ends + "\n";
  CHECK(circuit_of(two + "open line.a 1").lines.in_service[0] == 0);
  CHECK(circuit_of(two + "open line.a 2 1\nopen line.a 2 2\nopen line.a 2 3").lines.in_service[0] ==
        0);
  CHECK(circuit_of(two + "disable line.a").lines.size() == 1);
  CHECK_THROWS_AS(circuit_of(two + "open line.a 1 2"), InputError);
}

TEST_CASE("Kron reduction of a line code leaves what an earthed neutral makes of it") {
  const auto circuit = circuit_of(
      "new linecode.k nphases=2 rmatrix=[2|1 4] xmatrix=[0|0 0] cmatrix=[5|-1 3] neutral=2 kron=y\n"
      "new line.a linecode=k" +
      ends);
  REQUIRE(circuit.lines.from.row(0).size() == 1);
  check_z(z_of(circuit, 0, 0), 2.0 - 1.0 / 4.0, 0.0);
  CHECK(b_of(circuit, 0, 0) == Approx(w60 * 5e-9).epsilon(1e-12));
}

TEST_CASE("a fourth conductor stays a conductor, joined to the node that is named") {
  const auto circuit = circuit_of(
      "new linecode.k nphases=4 r1=1 x1=1 r0=1 x0=1\n"
      "new line.a bus1=sourcebus.1.2.3.0 bus2=x.1.2.3.4 linecode=k\n");
  CHECK(circuit.lines.from.row(0)[3] == feeder::ground);
  CHECK(feeder::name_of_node(circuit, circuit.lines.to.row(0)[3]) == "x.4");
}

TEST_CASE("Carson's first terms give the textbook's loop of two wires") {
  // Kersting, Distribution System Modeling and Analysis, (4.41): ohms per mile at 60 Hz, 100 ohm m:
  // z_ii = r + 0.09530 + j 0.12134 (ln 1/GMR_ft + 7.93402), z_ij = 0.09530 + j 0.12134 (..).
  const double foot = 0.3048, mile = 1609.344;
  const io::BareConductor a{0.0, 9.0, 0.306 / mile / 1.02, 0.306 / mile, 0.0244 * foot, 0.01, 0.01};
  io::BareConductor b = a;
  b.x = 2.5 * foot;
  const std::vector<io::BareConductor> wires{a, b};
  const auto constants = io::line_constants(wires, 60.0, 100.0, io::EarthModel::carson);
  const feeder::Phasor self = mile * constants.z_ohm_per_m[0];
  const feeder::Phasor mutual = mile * constants.z_ohm_per_m[1];
  CHECK(self.re == Approx(0.4013).epsilon(1e-4));
  CHECK(self.im == Approx(0.12134 * (std::log(1.0 / 0.0244) + 7.93402)).epsilon(1e-4));
  CHECK(mutual.re == Approx(0.0953).epsilon(1e-3));
  CHECK(mutual.im == Approx(0.12134 * (std::log(1.0 / 2.5) + 7.93402)).epsilon(1e-4));
  // The whole series and the complex depth say nearly the same at power frequency.
  for (const auto model : {io::EarthModel::full_carson, io::EarthModel::deri}) {
    const auto other = io::line_constants(wires, 60.0, 100.0, model);
    CHECK(mile * other.z_ohm_per_m[1].im == Approx(mutual.im).epsilon(0.01));
    CHECK(mile * other.z_ohm_per_m[1].re == Approx(mutual.re).epsilon(0.05));
  }
}

TEST_CASE("charging of one wire is that of a wire over a plane") {
  const std::vector<io::BareConductor> wire{{0.0, 10.0, 1e-4, 1e-4, 0.008, 0.01, 0.01}};
  const auto constants = io::line_constants(wire, 60.0, 100.0, io::EarthModel::deri);
  CHECK(constants.y_s_per_m[0].im ==
        Approx(w60 * 2.0 * std::numbers::pi * 8.854e-12 / std::log(20.0 / 0.01)).epsilon(1e-8));
}

TEST_CASE("a geometry, and the same places as a spacing with wires, are one line") {
  const std::string wires =
      "set earthmodel=carson\n"
      "new wiredata.w runits=mi rac=0.306 gmrunits=ft gmrac=0.0244 radunits=in diam=0.721 "
      "normamps=530\n"
      "new wiredata.n runits=mi rac=0.592 gmrunits=ft gmrac=0.00814 radunits=in diam=0.563 "
      "normamps=340\n";
  const auto a = circuit_of(wires +
                            "new linegeometry.g nconds=4 nphases=3 reduce=y\n"
                            "~ cond=1 wire=w units=ft x=-4 h=28\n~ cond=2 wire=w x=-1.5 h=28\n"
                            "~ cond=3 wire=w x=3 h=28\n~ cond=4 wire=n x=0 h=24\n"
                            "new line.a geometry=g length=2000 units=ft" +
                            ends);
  const auto b = circuit_of(wires +
                            "new linespacing.s nconds=4 nphases=3 units=ft x=[-4 -1.5 3 0] "
                            "h=[28 28 28 24]\n"
                            "new line.a spacing=s wires=[w w w n] length=2 units=kft" +
                            ends);
  // IEEE 4-bus feeder, printed ohms per mile, neutral reduced.
  const double miles = 2000.0 / 5280.0;
  CHECK(z_of(a, 0, 0).re == Approx(0.4576 * miles).epsilon(2e-4));
  CHECK(z_of(a, 0, 0).im == Approx(1.0780 * miles).epsilon(2e-4));
  CHECK(z_of(a, 0, 2).re == Approx(0.1535 * miles).epsilon(4e-4));
  CHECK(z_of(a, 0, 2).im == Approx(0.3849 * miles).epsilon(4e-4));
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      check_z(z_of(b, i, j), z_of(a, i, j).re, z_of(a, i, j).im);
      CHECK(b_of(b, i, j) == Approx(b_of(a, i, j)).epsilon(1e-12));
    }
  CHECK(a.lines.rating_a[0] == 530.0);
  CHECK(b.lines.rating_a[0] == 530.0);
}

TEST_CASE("lines and wires that cannot be meant are errors with their line") {
  const std::string w = "new wiredata.w rac=1 gmrac=0.01 runits=km gmrunits=m radunits=m\n";
  const auto fails = [](const std::string& lines, const char* sentence) {
    CHECK_THROWS_WITH_AS(circuit_of(lines), sentence, InputError);
  };
  fails("new line.a bus1=sourcebus", "text:2: line.a needs bus1= and bus2=");
  fails("new line.a linecode=none" + ends, "text:2: there is no linecode none");
  fails("new line.a geometry=none" + ends, "text:2: there is no linegeometry none");
  fails("new line.a phases=0" + ends, "text:2: phases=0; 1 to 100 are read");
  fails("new line.a wires=[w]" + ends, "text:2: spacing= comes before wires=");
  fails(
      "new wiredata.w rac=1\nnew linegeometry.g nconds=1 wire=w h=1\nnew line.a geometry=g" + ends,
      "text:2: wiredata.w needs a radius, gmrac= or radius= or diam=");
  fails(
      w + "new linegeometry.g nconds=1 nphases=1 cond=1 wire=w h=0\nnew line.a geometry=g" + ends,
      "text:3: linegeometry.g has conductor 1 at height 0.000000 m; it must hang above the earth");
  fails(w +
            "new linegeometry.g nconds=2 nphases=1 wires=[w w] cond=1 h=9 cond=2 h=9\n"
            "new line.a geometry=g" +
            ends,
        "text:3: linegeometry.g has conductors 1 and 2 in the same place");
}
