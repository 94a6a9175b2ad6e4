// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/primitive.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"

using namespace gridswarm;
using feeder::Circuit;
using feeder::Connection;
using feeder::Phasor;
using feeder::Primitive;
using Complex = std::complex<double>;

namespace {

struct Made {
  Circuit circuit;
  feeder::CircuitIndex index;
};

void add_winding(Made& made, const std::string& bus, std::initializer_list<int> numbers,
                 Connection connection, double kv) {
  const Index row = add_bus(made.circuit, made.index, bus);
  std::vector<Index> nodes;
  for (const int number : numbers) nodes.push_back(add_node(made.circuit, made.index, row, number));
  auto& windings = made.circuit.windings;
  windings.nodes.append(nodes);
  windings.connection.push_back(connection);
  windings.kv.push_back(kv);
  windings.kva.push_back(100.0);
  windings.r_percent.push_back(1.0);
  windings.tap_pu.push_back(1.0);
  windings.r_neutral_ohm.push_back(-1.0);
  windings.x_neutral_ohm.push_back(0.0);
  made.circuit.transformers.windings.items.push_back(windings.size() - 1);
}

/// 100 kVA, 1 % resistance per winding, 4 % reactance per pair; no admittance to ground.
void close_transformer(Made& made, std::int32_t phases) {
  auto& table = made.circuit.transformers;
  table.name.push_back("transformer.t");
  table.phases.push_back(phases);
  table.windings.first.push_back(made.circuit.windings.size());
  const Index n = made.circuit.windings.size();
  for (Index pair = 0; pair < n * (n - 1) / 2; ++pair) {
    table.reactances.items.push_back(pair);
    table.x_percent.push_back(4.0);
  }
  table.reactances.first.push_back(n * (n - 1) / 2);
  table.no_load_loss_percent.push_back(0.0);
  table.magnetizing_percent.push_back(0.0);
  table.ppm_antifloat.push_back(0.0);
  table.delta_leads.push_back(0);
  table.rating_kva.push_back(0.0);
  table.in_service.push_back(1);
}

Made delta_wye(double high_kv, double low_kv, Connection high, Connection low) {
  Made made;
  add_winding(made, "high", {1, 2, 3, 0}, high, high_kv);
  add_winding(made, "low", {1, 2, 3, 0}, low, low_kv);
  close_transformer(made, 3);
  return made;
}

/// Balanced voltages on the first three nodes: those that the others take with nothing connected.
std::vector<Complex> open_voltages(const Primitive& element, double volts) {
  const std::size_t n = element.node.size(), m = n - 3;
  std::vector<Phasor> lower, inverse(m * m);
  for (std::size_t i = 3; i < n; ++i)
    for (std::size_t j = 3; j < n; ++j) lower.push_back(element.y_s[i * n + j]);
  REQUIRE(invert(lower, inverse) > 1e-9);
  std::vector<Complex> current(m), result(m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const Phasor y = element.y_s[(i + 3) * n + j];
      current[i] += Complex(y.re, y.im) * std::polar(volts, -2.0 * pi / 3.0 * double(j));
    }
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j)
      result[i] -= Complex(inverse[i * m + j].re, inverse[i * m + j].im) * current[j];
  return result;
}

double degrees(Complex a) { return std::arg(a) / rad_per_deg; }

}  // namespace

TEST_CASE("a single-phase transformer is its short-circuit impedance behind its turns") {
  Made made;
  add_winding(made, "a", {1, 0}, Connection::wye, 2.0);
  add_winding(made, "b", {1, 0}, Connection::wye, 0.2);
  close_transformer(made, 1);
  // 2 % + j4 % of 200 V on 100 kVA: 0.4 ohm base, 0.008 + j0.016 ohm; turns 10 : 1.
  const Complex y = 1.0 / Complex(0.008, 0.016);
  const Primitive element = transformer_primitive(made.circuit, 0, {});
  REQUIRE(element.node == std::vector<Index>{0, 1});
  CHECK(element.y_s[3].re == doctest::Approx(y.real()).epsilon(1e-14));
  CHECK(element.y_s[3].im == doctest::Approx(y.imag()).epsilon(1e-14));
  CHECK(element.y_s[1].re == doctest::Approx(-y.real() / 10.0).epsilon(1e-14));
  CHECK(element.y_s[0].im == doctest::Approx(y.imag() / 100.0).epsilon(1e-14));

  const std::array<double, 2> taps{1.0, 1.1};
  const Primitive raised = transformer_primitive(made.circuit, 0, taps);
  CHECK(raised.y_s[3].re == doctest::Approx(y.real() / 1.21).epsilon(1e-14));
  CHECK(raised.y_s[0].re == element.y_s[0].re);
}

TEST_CASE("the lower voltage of delta-wye and wye-delta lags by 30 degrees, or leads if told so") {
  for (const Connection high : {Connection::delta, Connection::wye}) {
    const Connection low = high == Connection::wye ? Connection::delta : Connection::wye;
    for (const int leads : {0, 1}) {
      Made made = delta_wye(12.47, 4.16, high, low);
      made.circuit.transformers.delta_leads[0] = static_cast<std::int8_t>(leads);
      made.circuit.transformers.ppm_antifloat[0] = 1.0;
      const auto v = open_voltages(transformer_primitive(made.circuit, 0, {}), 12470.0 / sqrt3);
      CAPTURE(leads);
      CHECK(std::abs(v[0]) == doctest::Approx(4160.0 / sqrt3).epsilon(1e-6));
      CHECK(degrees(v[0]) == doctest::Approx(leads ? 30.0 : -30.0).epsilon(1e-6));
      CHECK(degrees(v[2] / v[0]) == doctest::Approx(120.0).epsilon(1e-6));
    }
  }
}

TEST_CASE("a step-up transformer lags on its low side too, whichever winding comes first") {
  Made made = delta_wye(4.16, 12.47, Connection::wye, Connection::delta);
  made.circuit.transformers.ppm_antifloat[0] = 1.0;
  const auto v = open_voltages(transformer_primitive(made.circuit, 0, {}), 4160.0 / sqrt3);
  CHECK(degrees(v[0]) == doctest::Approx(30.0).epsilon(1e-6));
}

TEST_CASE("a centre tap gives two voltages of opposite sign to one bus") {
  Made made;
  add_winding(made, "pole", {2, 0}, Connection::wye, 7.2);
  add_winding(made, "house", {1, 0}, Connection::wye, 0.12);
  add_winding(made, "house", {0, 2}, Connection::wye, 0.12);
  close_transformer(made, 1);
  const Primitive element = transformer_primitive(made.circuit, 0, {});
  REQUIRE(element.node.size() == 3);
  // Symmetric legs: what one draws from the pole at +120 V the other draws at -120 V.
  CHECK(element.y_s[1].im == doctest::Approx(-element.y_s[2].im));
  const Phasor at_rest = 7200.0 * element.y_s[3] + 120.0 * element.y_s[4] - 120.0 * element.y_s[5];
  CHECK(std::abs(at_rest.re) + std::abs(at_rest.im) <= 1e-9);
}

TEST_CASE("losses and current at no load hang on the second of three windings") {
  Made made;
  add_winding(made, "pole", {1, 0}, Connection::wye, 7.2);
  add_winding(made, "house", {1, 0}, Connection::wye, 0.12);
  add_winding(made, "house", {0, 2}, Connection::wye, 0.12);
  close_transformer(made, 1);
  const Primitive ideal = transformer_primitive(made.circuit, 0, {});
  made.circuit.transformers.no_load_loss_percent[0] = 0.2;
  made.circuit.transformers.magnetizing_percent[0] = 0.5;
  const Primitive real = transformer_primitive(made.circuit, 0, {});
  // 0.2 % and 0.5 % of 100 kVA at 120 V.
  CHECK((real.y_s[4] - ideal.y_s[4]).re * 120.0 * 120.0 == doctest::Approx(200.0));
  CHECK((real.y_s[4] - ideal.y_s[4]).im * 120.0 * 120.0 == doctest::Approx(-500.0));
  CHECK(real.y_s[8].re == ideal.y_s[8].re);
}

TEST_CASE("the anti-float admittance is half a part per million at either end of every winding") {
  Made made = delta_wye(12.47, 4.16, Connection::delta, Connection::wye);
  const Primitive without = transformer_conductors(made.circuit, 0, {});
  made.circuit.transformers.ppm_antifloat[0] = 1.0;
  const Primitive with = transformer_conductors(made.circuit, 0, {});
  const std::size_t n = with.node.size();
  REQUIRE(n == 8);
  const double delta_s = 0.5e-6 * (100e3 / 3.0) / (12470.0 * 12470.0);
  const double wye_s = 0.5e-6 * 100e3 / (4160.0 * 4160.0);
  const auto drain = [&](std::size_t i) { return without.y_s[i * 9].im - with.y_s[i * 9].im; };
  CHECK(drain(0) == doctest::Approx(2.0 * delta_s).epsilon(1e-5));  // ends of two phases
  CHECK(drain(3) == 0.0);                                           // no neutral in a delta
  CHECK(drain(4) == doctest::Approx(wye_s).epsilon(1e-5));
  CHECK(drain(7) == doctest::Approx(4.0 * wye_s).epsilon(1e-5));  // three ends and once more
}

TEST_CASE("a neutral is grounded through its impedance, or by a microohm") {
  Made made;
  add_winding(made, "a", {1, 0}, Connection::wye, 2.0);
  add_winding(made, "b", {1, 4}, Connection::wye, 2.0);
  close_transformer(made, 1);
  const double open = transformer_primitive(made.circuit, 0, {}).y_s[8].re;
  made.circuit.windings.r_neutral_ohm[1] = 5.0;
  CHECK(transformer_primitive(made.circuit, 0, {}).y_s[8].re == doctest::Approx(open + 0.2));
  made.circuit.windings.r_neutral_ohm[1] = 0.0;
  CHECK(transformer_primitive(made.circuit, 0, {}).y_s[8].re == doctest::Approx(open + 1e6));
}

TEST_CASE("two phases of delta are an open delta") {
  Made made;
  add_winding(made, "a", {1, 2, 3}, Connection::delta, 4.8);
  add_winding(made, "b", {1, 2, 3}, Connection::delta, 0.48);
  close_transformer(made, 2);
  CHECK(winding_ends(made.circuit, 0, 0, 0) == std::array<Index, 2>{0, 1});
  CHECK(winding_ends(made.circuit, 0, 0, 1) == std::array<Index, 2>{1, 2});
  CHECK(winding_v(made.circuit, 0, 0) == 4800.0);
  CHECK(transformer_primitive(made.circuit, 0, {}).y_s[2].im == 0.0);  // phases 1 and 3 don't meet
}

TEST_CASE("a transformer that makes no sense is refused by its name") {
  Made made = delta_wye(12.47, 4.16, Connection::delta, Connection::wye);
  const Made good = made;
  made.circuit.windings.r_percent = {0.0, 0.0};
  made.circuit.transformers.x_percent[0] = 0.0;
  CHECK_THROWS_WITH_AS(transformer_primitive(made.circuit, 0, {}),
                       "circuit: transformer.t has no short-circuit impedance; give it a reactance "
                       "or resistances",
                       InputError);
  made = good;
  made.circuit.windings.kv[1] = 0.0;
  CHECK_THROWS_AS(transformer_primitive(made.circuit, 0, {}), InputError);
  made = good;
  made.circuit.windings.kva[0] = 0.0;
  CHECK_THROWS_AS(transformer_primitive(made.circuit, 0, {}), InputError);
  made = Made{};
  add_winding(made, "a", {1, 2}, Connection::delta, 4.8);
  add_winding(made, "b", {1, 2, 3}, Connection::delta, 0.48);
  close_transformer(made, 3);
  CHECK_THROWS_WITH_AS(transformer_primitive(made.circuit, 0, {}),
                       "circuit: transformer.t lists 2 nodes at winding 1; its connection needs 3",
                       InputError);
}

TEST_CASE("a line between shared and grounded conductors adds up on its nodes") {
  Made made;
  const Index bus = add_bus(made.circuit, made.index, "a");
  const Index one = add_node(made.circuit, made.index, bus, 1);
  const Index two = add_node(made.circuit, made.index, bus, 2);
  auto& lines = made.circuit.lines;
  lines.name.push_back("line.l");
  lines.from.append(std::array<Index, 2>{one, one});
  lines.to.append(std::array<Index, 2>{two, feeder::ground});
  lines.z_ohm.append(std::array<Phasor, 4>{{{2.0, 0.0}, {}, {}, {4.0, 0.0}}});
  lines.y_s.append(std::array<Phasor, 4>{{{0.0, 0.2}, {}, {}, {0.0, 0.4}}});
  const Primitive element = line_primitive(made.circuit, 0);
  REQUIRE(element.node == std::vector<Index>{one, two});
  CHECK(element.y_s[0].re == 0.75);
  CHECK(element.y_s[0].im == doctest::Approx(0.3));
  CHECK(element.y_s[1].re == -0.5);
  CHECK(element.y_s[3].im == 0.1);

  lines.z_ohm.items[3] = {0.0, 0.0};
  CHECK_THROWS_AS(line_primitive(made.circuit, 0), InputError);
}

TEST_CASE("a bank with some of its steps in has that share of its admittance") {
  Made made;
  const Index bus = add_bus(made.circuit, made.index, "a");
  auto& shunts = made.circuit.shunts;
  shunts.name.push_back("capacitor.c");
  shunts.nodes.append(std::array<Index, 1>{add_node(made.circuit, made.index, bus, 1)});
  shunts.y_s.append(std::array<Phasor, 1>{{{0.0, 8.0}}});
  shunts.steps.push_back(4);
  CHECK(shunt_primitive(made.circuit, 0, 3).y_s[0].im == 6.0);
  CHECK(shunt_primitive(made.circuit, 0, 0).y_s[0].im == 0.0);
}

TEST_CASE("an inverse is one of every column, and none is told by 0") {
  const std::vector<Phasor> matrix{{0, 0}, {1, 2}, {0, 1}, {3, 0}, {0, 0},
                                   {1, 1}, {2, 1}, {0, 5}, {1, -1}};
  std::vector<Phasor> inverse(9);
  CHECK(invert(matrix, inverse) > 0.01);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      Phasor sum;
      for (int k = 0; k < 3; ++k) sum = sum + matrix[3 * i + k] * inverse[3 * k + j];
      CHECK(sum.re == doctest::Approx(i == j ? 1.0 : 0.0));
      CHECK(std::abs(sum.im) <= 1e-15);
    }
  const std::vector<Phasor> singular{{1, 1}, {2, 2}, {2, 2}, {4, 4}};
  std::vector<Phasor> nothing(4);
  CHECK(invert(singular, nothing) <= 1e-15);
}
