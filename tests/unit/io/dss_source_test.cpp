// SPDX-License-Identifier: BSD-3-Clause
// Sources, reactors and load shapes from OpenDSS texts, against values worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_build.hpp"
#include "gridswarm/io/dss_file.hpp"
#include "gridswarm/io/dss_shape.hpp"
#include "gridswarm/io/sequence_matrix.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;
using doctest::Approx;
using Complex = std::complex<double>;

namespace {

feeder::Circuit circuit_of(const std::string& lines) {
  return io::circuit_of(io::read_dss_text_from(lines, ""), "text");
}

Complex complex(feeder::Phasor z) { return {z.re, z.im}; }

/// Z of the first source: self and mutual.
Complex self_of(const feeder::Circuit& circuit) { return complex(circuit.sources.z_ohm.row(0)[0]); }
Complex mutual_of(const feeder::Circuit& circuit) {
  return complex(circuit.sources.z_ohm.row(0)[1]);
}

}  // namespace

TEST_CASE("short-circuit powers come out of the impedance that they were made into") {
  const auto circuit = circuit_of(
      "new circuit.c basekv=12.47 pu=1.02 angle=30 mvasc3=200 mvasc1=180 x1r1=5 x0r0=2\n");
  const Complex z1 = self_of(circuit) - mutual_of(circuit);
  const Complex z0 = self_of(circuit) + 2.0 * mutual_of(circuit);
  CHECK(12.47 * 12.47 / std::abs(z1) == Approx(200.0).epsilon(1e-12));
  CHECK(3.0 * 12.47 * 12.47 / std::abs(2.0 * z1 + z0) == Approx(180.0).epsilon(1e-12));
  CHECK(z1.imag() / z1.real() == Approx(5.0).epsilon(1e-12));
  CHECK(z0.imag() / z0.real() == Approx(2.0).epsilon(1e-9));
  CHECK(std::abs(complex(circuit.sources.emf_v[2])) == Approx(1.02 * 12470.0 / std::sqrt(3.0)));
  CHECK(std::arg(complex(circuit.sources.emf_v[1])) == Approx(-std::numbers::pi / 2.0));
  CHECK(feeder::name_of_node(circuit, circuit.sources.nodes.row(0)[1]) == "sourcebus.2");
}

TEST_CASE("currents say the same as powers") {
  const auto a = circuit_of("new circuit.c basekv=10 isc3=3000 isc1=2000\n");
  const auto b =
      circuit_of("new circuit.c basekv=10 mvasc3=" + std::to_string(std::sqrt(3.0) * 30.0) +
                 " mvasc1=" + std::to_string(std::sqrt(3.0) * 20.0));
  CHECK(std::abs(self_of(a) - self_of(b)) < 1e-6 * std::abs(self_of(a)));
}

TEST_CASE("impedances stated in ohms or per unit stand, what is not stated keeps its value") {
  const auto ohms = circuit_of("new circuit.c r1=1 x1=2 r0=4 x0=8\n");
  CHECK(self_of(ohms) == Complex(2.0, 4.0));
  CHECK(mutual_of(ohms) == Complex(1.0, 2.0));
  CHECK(self_of(circuit_of("new circuit.c z1=[1 2]\n")) == Complex(1.0, 2.0));
  const auto pu = circuit_of("new circuit.c basekv=10 basemva=5 puz1=[0.1 0.2] puz0=[0.4, 0.8]\n");
  CHECK(std::abs(self_of(pu) - Complex(4.0, 8.0)) < 1e-12);
  const auto ideal = circuit_of("new circuit.c basekv=10 model=ideal puzideal=[0 0.1]\n");
  CHECK(std::abs(self_of(ideal) - Complex(0.0, 0.1)) < 1e-15);
  CHECK(mutual_of(ideal) == Complex(0.0));
  // R0 of the first command's short-circuit power stays when the second states Z1 only.
  const auto first = circuit_of("new circuit.c mvasc1=500\n");
  const auto both = circuit_of("new circuit.c mvasc1=500\n~ r1=1 x1=2\n");
  const Complex z0 = self_of(first) + 2.0 * mutual_of(first);
  CHECK(std::abs(self_of(both) + 2.0 * mutual_of(both) - z0) < 1e-12 * std::abs(z0));
}

TEST_CASE("a source of one phase holds its own voltage, other frequencies carry its reactance") {
  const auto circuit = circuit_of(
      "set defaultbasefrequency=50\nnew circuit.c phases=1 basekv=0.23 bus1=b.2 r1=1 x1=2 "
      "basefreq=25 frequency=50\n");
  CHECK(circuit.frequency_hz == 50.0);
  CHECK(complex(circuit.sources.emf_v[0]).real() == Approx(230.0));
  CHECK(self_of(circuit) == Complex(1.0, 4.0));
  CHECK(feeder::name_of_node(circuit, circuit.sources.nodes.row(0)[0]) == "b.2");
}

TEST_CASE("the matrix of three unlike sequences turns each of them into itself") {
  const Complex z[3] = {{0.3, 3.0}, {0.1, 1.0}, {0.2, 1.5}};  // zero, positive, negative
  const auto matrix = io::sequence_matrix({0.1, 1.0}, {0.2, 1.5}, {0.3, 3.0}, 3);
  const Complex a = std::polar(1.0, 2.0 * std::numbers::pi / 3.0);
  const Complex turn[3] = {1.0, a * a, a};  // of the next conductor
  for (int sequence = 0; sequence < 3; ++sequence) {
    const Complex current[3] = {1.0, turn[sequence], turn[sequence] * turn[sequence]};
    for (int i = 0; i < 3; ++i) {
      Complex volts = 0.0;
      for (int j = 0; j < 3; ++j) volts += complex(matrix[i * 3 + j]) * current[j];
      CHECK(std::abs(volts - z[sequence] * current[i]) < 1e-14);
    }
  }
}

TEST_CASE("a reactor between buses is a line, to ground or within a bus a shunt") {
  const auto circuit = circuit_of(
      "new circuit.c\nnew reactor.s phases=1 bus1=sourcebus.1 bus2=x.1 r=1 x=2 rp=10\n"
      "new reactor.g phases=1 bus1=x.1 r=3 x=4\nnew reactor.n phases=1 bus1=x.1 bus2=x.2 r=0 x=2\n"
      "new reactor.k phases=3 bus1=sourcebus kv=10 kvar=50\n"
      "new reactor.d phases=3 conn=delta bus1=sourcebus kv=10 kvar=50\n");
  REQUIRE(circuit.lines.size() == 1);
  CHECK(circuit.lines.name[0] == "reactor.s");
  const Complex wanted = 1.0 / (1.0 / Complex(1.0, 2.0) + 0.1);
  CHECK(std::abs(complex(circuit.lines.z_ohm.row(0)[0]) - wanted) < 1e-14);
  const feeder::Shunts& shunts = circuit.shunts;
  REQUIRE(shunts.size() == 4);
  CHECK(std::abs(complex(shunts.y_s.row(0)[0]) - 1.0 / Complex(3.0, 4.0)) < 1e-14);
  REQUIRE(shunts.nodes.row(1).size() == 2);
  CHECK(complex(shunts.y_s.row(1)[0]) == Complex(0.0, -0.5));
  CHECK(complex(shunts.y_s.row(1)[1]) == Complex(0.0, 0.5));
  CHECK(complex(shunts.y_s.row(2)[0]).imag() == Approx(-50e3 / 10e3 / 10e3));  // per phase at kV LN
  CHECK(complex(shunts.y_s.row(2)[1]) == Complex(0.0));
  CHECK(complex(shunts.y_s.row(3)[0]).imag() == Approx(-2.0 * 50e3 / 3.0 / 10e3 / 10e3));
  CHECK(complex(shunts.y_s.row(3)[1]).imag() == Approx(50e3 / 3.0 / 10e3 / 10e3));
  CHECK(shunts.is_capacitor[0] == 0);
}

TEST_CASE("reactors by matrices and sequences, series and side by side") {
  const auto circuit = circuit_of(
      "new circuit.c\nnew reactor.m phases=2 bus1=sourcebus bus2=x rmatrix=[1|0 1] "
      "xmatrix=[2|1 2]\nnew reactor.z bus1=sourcebus bus2=y z1=[0 1] z0=[0 4]\n"
      "new reactor.p phases=1 bus1=sourcebus.1 rmatrix=[2] xmatrix=[4] parallel=y\n");
  CHECK(complex(circuit.lines.z_ohm.row(0)[1]) == Complex(0.0, 1.0));
  CHECK(std::abs(complex(circuit.lines.z_ohm.row(1)[0]) - Complex(0.0, 2.0)) < 1e-15);
  CHECK(std::abs(complex(circuit.lines.z_ohm.row(1)[1]) - Complex(0.0, 1.0)) < 1e-15);
  CHECK(std::abs(complex(circuit.shunts.y_s.row(0)[0]) - Complex(0.5, -0.25)) < 1e-15);
}

TEST_CASE("load shapes have their step, their values, and what is normalized is at most 1") {
  const ScratchFolder folder("dss_shape");
  std::ofstream(folder / "pq.csv") << "1,10\n2,20\n4,30\n";
  std::ofstream(folder / "m.dss")
      << "new circuit.c\nnew loadshape.a npts=2 minterval=15 mult=(1 2 3) useactual=yes\n"
         "new loadshape.b npts=3 interval=0.5 pqcsvfile=pq.csv\n~ action=normalize\n"
         "new loadshape.h npts=3 hour=[0 2 4] mult=[1 1 1]\n"
         "new loadshape.u npts=3 hour=[0 2 5] mult=[1 1 1]\n"
         "new loadshape.c npts=3 sinterval=60 csvfile=pq.csv\n";
  const auto circuit = io::read_dss(folder / "m.dss");
  const feeder::Profiles& profiles = circuit.profiles;
  REQUIRE(profiles.size() == 4);
  CHECK(profiles.step_s[0] == 900.0);
  CHECK(profiles.p[0] == std::vector<double>{1.0, 2.0});
  CHECK(profiles.is_actual[0] == 1);
  CHECK(profiles.p[1] == std::vector<double>{0.25, 0.5, 1.0});
  CHECK(profiles.q[1][2] == 1.0);
  CHECK(profiles.step_s[2] == 7200.0);
  CHECK(profiles.p[3] == std::vector<double>{1.0, 2.0, 4.0});
  REQUIRE(circuit.warnings.size() == 1);
  CHECK(circuit.warnings[0].find("loadshape.u has hours that are not evenly spaced") !=
        std::string::npos);
}

TEST_CASE("classes without a part in the power flow are silent, listed, or refused") {
  const auto circuit = circuit_of(
      "new circuit.c\nnew monitor.m element=line.a terminal=1 mode=0 ppolar=no\n"
      "new fuse.f monitoredobj=line.a\nnew fuse.g monitoredobj=line.b\n"
      "new fault.f bus1=sourcebus enabled=no\n");
  REQUIRE(circuit.warnings.size() == 1);
  CHECK(circuit.warnings[0] ==
        "text:3: fuse.f is passed over, as every fuse (2): what it would open, close or set stays "
        "as the file has it");
  CHECK_THROWS_WITH_AS(circuit_of("new circuit.c\nnew fault.f bus1=sourcebus"),
                       "text:2: fault.f is of a class that is not read; disable it (enabled=no) to "
                       "go on without",
                       InputError);
}

TEST_CASE("options set the circuit's frequency and controls") {
  const auto circuit = circuit_of(
      "set defaultbasefreq=50\nnew circuit.c\nset controlmode=off maxcontroliter=33\n"
      "");
  CHECK(circuit.frequency_hz == 50.0);
  CHECK_FALSE(circuit.controls);
  CHECK(circuit.max_control_iterations == 33);
}

TEST_CASE("sources and reactors that cannot be meant are errors with their line") {
  const auto fails = [](const std::string& lines, const char* sentence) {
    CHECK_THROWS_WITH_AS(circuit_of(lines), sentence, InputError);
  };
  fails("", "text: makes no circuit: new circuit.name");
  fails("new circuit.c basekv=0", "text:1: basekv must be above 0");
  fails("new circuit.c mvasc3=-1", "text:1: mvasc3 must be above 0");
  fails("new circuit.c z1=5", "text:1: an impedance is two numbers, [R, X]");
  fails("new circuit.c bus2=x",
        "text:1: vsource.source lies between two buses; sources from ground "
        "to bus1 are read");
  fails("new circuit.c\nnew vsource.b", "text:2: vsource.b needs bus1=");
  fails("new circuit.c\nnew reactor.r", "text:2: reactor.r needs bus1=");
  fails("new circuit.c\nnew reactor.r bus1=a r=0 x=0",
        "text:2: reactor.r has an impedance without an inverse");
  fails("new circuit.c\nnew reactor.r bus1=a kvar=0", "text:2: reactor.r needs kvar other than 0");
}
