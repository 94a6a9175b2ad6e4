// SPDX-License-Identifier: BSD-3-Clause
// What loads and DER of a circuit draw: every law at its break points by hand, and anywhere against
// the published formulas.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "circuit_truth.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_laws.hpp"
#include "gridswarm/kernel/kernels.hpp"

using namespace gridswarm;
using feeder::Connection;
using feeder::LoadLaw;
using kernel::sweep_lanes;

namespace {

/// One bus with nodes 1, 2, 3, 4.
feeder::Circuit one_bus() {
  feeder::Circuit circuit;
  feeder::CircuitIndex index;
  const Index bus = feeder::add_bus(circuit, index, "here");
  for (std::int32_t number = 1; number <= 4; ++number)
    feeder::add_node(circuit, index, bus, number);
  return circuit;
}

void add_load(feeder::Circuit& circuit, std::vector<Index> nodes, Connection connection,
              std::int32_t phases, const test::TrueElement& at, double kv, double kw, double kvar) {
  feeder::CircuitLoads& loads = circuit.loads;
  loads.name.push_back("load." + std::to_string(loads.size()));
  loads.nodes.append(nodes);
  loads.connection.push_back(connection);
  loads.phases.push_back(phases);
  loads.law.push_back(at.law);
  loads.kv.push_back(kv);
  loads.kw.push_back(kw);
  loads.kvar.push_back(kvar);
  loads.v_min_pu.push_back(at.v_min_pu);
  loads.v_max_pu.push_back(at.v_max_pu);
  loads.v_low_pu.push_back(at.v_low_pu);
  loads.exponent_p.push_back(at.exponent_p);
  loads.exponent_q.push_back(at.exponent_q);
  loads.zip.push_back(at.zip);
  loads.profile.push_back(none);
  loads.in_service.push_back(1);
}

void add_der(feeder::Circuit& circuit, std::vector<Index> nodes, std::int32_t phases, double kv,
             double kw, double kvar) {
  feeder::Ders& ders = circuit.ders;
  ders.name.push_back("pvsystem." + std::to_string(ders.size()));
  ders.kind.push_back(feeder::DerKind::pv);
  ders.nodes.append(nodes);
  ders.connection.push_back(Connection::wye);
  ders.phases.push_back(phases);
  ders.kv.push_back(kv);
  ders.kva.push_back(0.0);
  ders.kw.push_back(kw);
  ders.kvar.push_back(kvar);
  ders.v_min_pu.push_back(0.9);
  ders.v_max_pu.push_back(1.1);
  ders.rule.push_back(feeder::VarRule::given);
  ders.tan_phi.push_back(0.0);
  ders.volt_var.emplace_back();
  ders.volt_watt.emplace_back();
  ders.profile.push_back(none);
  ders.in_service.push_back(1);
}

/// Slots are node rows; all nodes belong to step 0.
struct Drawn {
  flow::CircuitLaws laws;
  std::vector<double> power;
  Column<double> v, j, drawn;
};

Drawn draw_at(const feeder::Circuit& circuit, const std::vector<std::complex<double>>& volts) {
  const std::vector<Index> slot{0, 1, 2, 3}, step{0, 0, 0, 0};
  Drawn at;
  at.laws = flow::make_circuit_laws(circuit, slot, step, 1);
  at.power.resize(2 * at.laws.law.size() * sweep_lanes);
  at.drawn.resize(at.power.size());
  flow::fill_load_powers(circuit, at.laws, {}, {}, 0, 1, at.power);
  flow::fill_der_powers(circuit, at.laws, {}, {}, 0, 1, at.power);
  for (int k = 0; k < 4; ++k)
    for (int part = 0; part < 2; ++part)
      for (int l = 0; l < sweep_lanes; ++l)
        at.v.push_back(part == 0 ? volts[k].real() : volts[k].imag());
  at.j.assign(at.v.size(), 0.0);
  const kernel::Kernels& k = kernel::kernels();
  for (std::size_t i = 0; i < at.laws.law.size(); ++i)
    k.circuit_law_draw(at.laws.law[i], at.laws.bands.data(), at.power.data() + 2 * i * sweep_lanes,
                       at.v.data(), at.j.data());
  k.circuit_law_powers(at.laws.law.data(), at.laws.law.size(), at.laws.bands.data(),
                       at.power.data(), at.v.data(), at.drawn.data());
  return at;
}

std::complex<double> current(const Drawn& at, int node) {
  const std::size_t line = 2 * static_cast<std::size_t>(node) * sweep_lanes;
  return {at.j[line], at.j[line + sweep_lanes]};
}

/// Current of a one-phase wye load of 6 kW + 3 kvar rated at 100 V, at u along an odd angle.
std::complex<double> load_current(const test::TrueElement& at, double u) {
  feeder::Circuit circuit = one_bus();
  add_load(circuit, {0, feeder::ground}, Connection::wye, 1, at, 0.1, 6.0, 3.0);
  return current(draw_at(circuit, {std::polar(100.0 * u, 0.4), 0.0, 0.0, 0.0}), 0);
}

double relative_difference(std::complex<double> a, test::Complex b) {
  const auto size = std::max(std::abs(b), 1e-3L);  // A: what a cut-off leaves is next to nothing
  return static_cast<double>(std::abs(test::Complex(a.real(), a.imag()) - b) / size);
}

constexpr double barely = 1e-12;
const double rated_a = 10.0 * std::sqrt(36.0 + 9.0);

}  // namespace

TEST_CASE(
    "a load of constant power is an admittance outside its limits, joined by a straight line") {
  const test::TrueElement at;
  CHECK(std::abs(load_current(at, 1.0)) == doctest::Approx(rated_a));
  CHECK(std::abs(load_current(at, 0.96)) == doctest::Approx(rated_a / 0.96));
  CHECK(std::abs(load_current(at, 0.95 + barely)) == doctest::Approx(rated_a / 0.95));
  CHECK(std::abs(load_current(at, 0.95 - barely)) == doctest::Approx(rated_a / 0.95));
  CHECK(std::abs(load_current(at, 0.725)) == doctest::Approx(rated_a * 0.5 * (0.5 + 1 / 0.95)));
  CHECK(std::abs(load_current(at, 0.5 - barely)) == doctest::Approx(rated_a * 0.5));
  CHECK(std::abs(load_current(at, 0.25)) == doctest::Approx(rated_a * 0.25));
  CHECK(std::abs(load_current(at, 0.0)) == 0.0);
  CHECK(std::abs(load_current(at, 1.05 + barely)) == doctest::Approx(rated_a / 1.05));
  CHECK(std::abs(load_current(at, 1.2)) == doctest::Approx(rated_a * 1.2 / (1.05 * 1.05)));
}

TEST_CASE("a load of constant current keeps it down to its limit, an impedance is one everywhere") {
  test::TrueElement at;
  at.law = LoadLaw::constant_current;
  CHECK(std::abs(load_current(at, 0.951)) == doctest::Approx(rated_a));
  CHECK(std::abs(load_current(at, 1.049)) == doctest::Approx(rated_a));
  CHECK(std::abs(load_current(at, 0.725)) == doctest::Approx(rated_a * 0.75));
  CHECK(std::abs(load_current(at, 1.2)) == doctest::Approx(rated_a * 1.2 / 1.05));
  at.law = LoadLaw::constant_impedance;
  for (const double u : {0.1, 0.7, 1.0, 1.4})
    CHECK(std::abs(load_current(at, u)) == doctest::Approx(rated_a * u));
}

TEST_CASE("exponents and shares follow the voltage within limits only") {
  test::TrueElement at;
  at.law = LoadLaw::exponents;
  at.exponent_p = 0.8;
  at.exponent_q = 3.0;
  const std::complex<double> v = std::polar(97.0, 0.4);
  const std::complex<double> s = v * std::conj(load_current(at, 0.97));
  CHECK(s.real() == doctest::Approx(6000.0 * std::pow(0.97, 0.8)).epsilon(1e-13));
  CHECK(s.imag() == doctest::Approx(3000.0 * std::pow(0.97, 3.0)).epsilon(1e-13));
  CHECK(std::abs(load_current(at, 1.2)) == doctest::Approx(rated_a * 1.2 / (1.05 * 1.05)));
  at.law = LoadLaw::zip;
  at.zip = {0.2, 0.3, 0.5, 1.0, 0.0, 0.0, 0.0};
  const std::complex<double> part = v * std::conj(load_current(at, 0.97));
  CHECK(part.real() == doctest::Approx(6000.0 * (0.2 * 0.97 * 0.97 + 0.3 * 0.97 + 0.5)));
  CHECK(part.imag() == doctest::Approx(3000.0 * 0.97 * 0.97));
  at.zip[6] = 0.97;  // half of it is left at the cut-off itself, and next to nothing below
  CHECK(std::abs(load_current(at, 0.97)) == doctest::Approx(std::abs(part / v) / 2.0));
  CHECK(std::abs(load_current(at, 0.93)) < 1e-12 * rated_a);
}

TEST_CASE("every law follows the published formulas at any voltage") {
  for (const LoadLaw law : {LoadLaw::constant_power, LoadLaw::constant_impedance,
                            LoadLaw::exponents, LoadLaw::constant_current, LoadLaw::zip})
    for (const double cut_off : {0.0, 0.6}) {
      test::TrueElement at;
      at.law = law;
      at.rated_v = 100.0;
      at.exponent_p = 0.7;
      at.exponent_q = 4.5;
      at.zip = {0.5, -0.2, 0.7, 0.1, 0.4, 0.5, cut_off};
      double worst = 0.0;
      for (int i = 1; i < 400; ++i) {
        const double u = 0.0039 * i;
        const std::complex<double> v = std::polar(100.0 * u, 0.4);
        const test::Complex truth =
            test::true_current(at, {6000.0L, 3000.0L}, test::Complex(v.real(), v.imag()));
        worst = std::max(worst, relative_difference(load_current(at, u), truth));
      }
      CAPTURE(static_cast<int>(law));
      CHECK(worst < (cut_off > 0.0 && law == LoadLaw::zip ? 1e-11 : 1e-14));
    }
}

TEST_CASE("a DER is an impedance on both sides of its limits, down to no voltage at all") {
  const auto injected = [](double u) {
    feeder::Circuit circuit = one_bus();
    add_der(circuit, {0, feeder::ground}, 1, 0.1, 6.0, 3.0);
    return current(draw_at(circuit, {100.0 * u, 0.0, 0.0, 0.0}), 0);
  };
  CHECK(injected(1.0).real() == doctest::Approx(-60.0));
  CHECK(injected(1.0).imag() == doctest::Approx(30.0));
  CHECK(injected(0.9).real() == doctest::Approx(-60.0 / 0.9));
  CHECK(injected(0.45).real() == doctest::Approx(-60.0 * 0.45 / 0.81));
  CHECK(injected(0.0) == std::complex<double>(0.0, 0.0));
  CHECK(injected(1.2).real() == doctest::Approx(-60.0 * 1.2 / 1.21));
}

TEST_CASE("wye and delta loads share their power alike among their elements") {
  const std::complex<double> turn = std::polar(1.0, -2.0943951023931953);
  const std::vector<std::complex<double>> balanced{100.0, 100.0 * turn, 100.0 * turn * turn, 0.0};
  const double line_kv = 0.1 * std::sqrt(3.0);
  feeder::Circuit wye = one_bus(), delta = one_bus();
  add_load(wye, {0, 1, 2, 3}, Connection::wye, 3, {}, line_kv, 9.0, 3.0);
  add_load(delta, {0, 1, 2}, Connection::delta, 3, {}, line_kv, 9.0, 3.0);
  const Drawn in_wye = draw_at(wye, balanced), in_delta = draw_at(delta, balanced);
  REQUIRE(in_wye.laws.law.size() == 3);
  for (int node = 0; node < 3; ++node) {
    const std::complex<double> s = balanced[node] * std::conj(current(in_wye, node));
    CHECK(s.real() == doctest::Approx(3000.0));
    CHECK(s.imag() == doctest::Approx(1000.0));
    CHECK(std::abs(current(in_wye, node) - current(in_delta, node)) < 1e-9);
  }
  CHECK(std::abs(current(in_wye, 3)) < 1e-9);
  std::vector<double> kw(1), kvar(1);
  flow::sum_device_powers(in_delta.laws.of_load, in_delta.drawn, 1.0, 0, 1u, kw, kvar);
  CHECK(kw[0] == doctest::Approx(9.0));
  CHECK(kvar[0] == doctest::Approx(3.0));
}

TEST_CASE("two phases in wye are rated line to line, two in delta are an open delta") {
  feeder::Circuit circuit = one_bus();
  add_load(circuit, {0, 1, feeder::ground}, Connection::wye, 2, {}, 0.208, 4.0, 0.0);
  add_load(circuit, {0, 1, 2}, Connection::delta, 2, {}, 0.208, 4.0, 0.0);
  const std::vector<Index> slot{0, 1, 2, 3}, step{0, 0, 0, 0};
  const flow::CircuitLaws laws = flow::make_circuit_laws(circuit, slot, step, 1);
  REQUIRE(laws.law.size() == 4);
  CHECK(laws.bands[laws.law[0].bands].over_rated * 208.0 == doctest::Approx(std::sqrt(3.0)));
  CHECK(laws.bands[laws.law[2].bands].over_rated * 208.0 == doctest::Approx(1.0));
  CHECK(laws.law[2].a == 0);
  CHECK(laws.law[2].b == 1);
  CHECK(laws.law[3].a == 1);
  CHECK(laws.law[3].b == 2);
}

TEST_CASE("elements stand step by step, and those between steps come last") {
  feeder::Circuit circuit = one_bus();
  add_load(circuit, {1, feeder::ground}, Connection::wye, 1, {}, 0.1, 1.0, 0.0);
  add_load(circuit, {0, 1}, Connection::delta, 1, {}, 0.1, 2.0, 0.0);
  add_load(circuit, {feeder::ground, 0}, Connection::delta, 1, {}, 0.1, 3.0, 0.0);
  add_load(circuit, {2, 2}, Connection::delta, 1, {}, 0.1, 4.0, 0.0);
  add_load(circuit, {3, feeder::ground}, Connection::wye, 1, {}, 0.1, 5.0, 0.0);
  add_load(circuit, {2, feeder::ground}, Connection::wye, 1, {}, 0.1, 6.0, 0.0);
  const std::vector<Index> slot{1, 2, 0, none}, step{none, 0, 1};
  const flow::CircuitLaws laws = flow::make_circuit_laws(circuit, slot, step, 2);
  CHECK(laws.first == std::vector<std::int32_t>{0, 1, 2, 4});
  CHECK(laws.law[0].a == 1);  // ground and node 0, turned round
  CHECK(laws.law[0].b == -1);
  CHECK(laws.law[1].a == 2);
  CHECK(laws.law[2].a == 0);  // at a slot without a step
  CHECK(laws.law[3].b == 2);  // between two steps
  CHECK(laws.of_load.row(0)[0] == 1);
  CHECK(laws.of_load.row(1)[0] == 3);
  CHECK(laws.of_load.row(2)[0] == 0);
  CHECK(laws.of_load.row(3).empty());  // both ends at one node
  CHECK(laws.of_load.row(4).empty());  // not supplied
}

TEST_CASE("every lane has its scenario's powers, and lanes past the last repeat the first") {
  feeder::Circuit circuit = one_bus();
  add_load(circuit, {0, 1, feeder::ground}, Connection::wye, 2, {}, 0.1, 1.0, 0.0);
  add_der(circuit, {0, feeder::ground}, 1, 0.1, 1.0, 0.0);
  const std::vector<Index> slot{0, 1, 2, 3}, step{0, 0, 0, 0};
  const flow::CircuitLaws laws = flow::make_circuit_laws(circuit, slot, step, 1);
  std::vector<double> power(2 * laws.law.size() * sweep_lanes);
  const std::vector<double> kw{7.0, 1.0, 2.0}, kvar{0.5, 0.25, 0.125};
  flow::fill_load_powers(circuit, laws, kw, kvar, 1, 2, power);
  flow::fill_der_powers(circuit, laws, kw, {}, 1, 2, power);
  const auto at = [&](Index law, int part, int lane) {
    return power[(2 * static_cast<std::size_t>(law) + part) * sweep_lanes + lane];
  };
  const Index load = laws.of_load.row(0)[1], der = laws.of_der.row(0)[0];
  CHECK(at(load, 0, 0) == 500.0);
  CHECK(at(load, 0, 1) == 1000.0);
  CHECK(at(load, 1, 1) == 62.5);
  CHECK(at(load, 0, 5) == 500.0);
  CHECK(at(der, 0, 1) == -2000.0);
  CHECK(at(der, 1, 1) == 0.0);
}

TEST_CASE("a device that makes no sense is named") {
  const std::vector<Index> slot{0, 1, 2, 3}, step{0, 0, 0, 0};
  const auto refused = [&](const auto& spoil) {
    feeder::Circuit circuit = one_bus();
    add_load(circuit, {0, 1, feeder::ground}, Connection::wye, 2, {}, 0.1, 1.0, 0.0);
    spoil(circuit.loads);
    CHECK_THROWS_WITH_AS(flow::make_circuit_laws(circuit, slot, step, 1),
                         doctest::Contains("load.0"), InputError);
  };
  refused([](feeder::CircuitLoads& loads) { loads.phases[0] = 3; });
  refused([](feeder::CircuitLoads& loads) { loads.kv[0] = 0.0; });
  refused([](feeder::CircuitLoads& loads) { loads.v_min_pu[0] = NAN; });
  refused([](feeder::CircuitLoads& loads) { loads.v_min_pu[0] = -0.1; });
  refused([](feeder::CircuitLoads& loads) {
    loads.law[0] = LoadLaw::zip;
    loads.zip[0][2] = INFINITY;
  });
}
