// SPDX-License-Identifier: BSD-3-Clause
// One element of a circuit in lanes: its logarithm and exponential against libm in long double, and
// every instruction set against the reference.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/kernel/logarithm.hpp"

using namespace gridswarm;
using kernel::sweep_lanes;

namespace {

double drawn(std::uint64_t what, std::uint32_t which) {
  return draw_uniform(11, Stream::test, what, which);
}

double relative_error(double value, long double truth) {
  return truth == 0.0L ? std::abs(value) : static_cast<double>(std::abs((value - truth) / truth));
}

/// Rated 100 V, between 0.95 and 1.05, plain below 0.5.
kernel::CircuitBands some_bands(double cut_off) {
  kernel::CircuitBands bands = {};
  bands.low_square = 50.0 * 50.0;
  bands.plain = 1e-4;
  bands.over_rated = 1e-2;
  for (int part = 0; part < 2; ++part) {
    bands.below_flat[part] = 1e-4 * (0.7 + part);
    bands.below_over[part] = 1e-2 * (0.3 - part);
    bands.above[part] = 1e-4 * (0.9 - 0.1 * part);
    bands.flat[part] = 1e-4 * (0.2 + part);
    bands.over[part] = 1e-2 * 0.5;
    bands.over_square[part] = 0.3 - part;
    bands.exponent[part] = -1.2 + 2.2 * part;
  }
  bands.cut_off = cut_off;
  return bands;
}

/// Elements of every kind, grounded and not, over nodes whose voltages lie anywhere from 0 to 1.3.
struct Example {
  std::vector<kernel::CircuitLaw> laws;
  std::vector<kernel::CircuitBands> bands{some_bands(0.0), some_bands(0.8)};
  Column<double> power, v;
  Column<double> j, drawn_powers;
};

Example make_example(int nodes, double spread) {
  Example example;
  for (int i = 0; i < 8 * nodes; ++i) {
    kernel::CircuitLaw law = {i % 4, i % nodes,   i % 3 == 0 ? -1 : (i + 1) % nodes,
                              i % 2, 95.0 * 95.0, 105.0 * 105.0};
    if (i % 11 == 0) law.most_square = std::numeric_limits<double>::infinity();
    example.laws.push_back(law);
    for (int l = 0; l < 2 * sweep_lanes; ++l)
      example.power.push_back(1e4 * drawn(static_cast<std::uint64_t>(i), 100u + l));
  }
  for (int k = 0; k < nodes; ++k)
    for (int l = 0; l < sweep_lanes; ++l)
      example.v.push_back(100.0 + spread * (drawn(static_cast<std::uint64_t>(k), 200u + l) - 0.8));
  Column<double> v;
  for (int k = 0; k < nodes; ++k)
    for (int part = 0; part < 2; ++part)
      for (int l = 0; l < sweep_lanes; ++l)
        v.push_back((part == 0 ? 1.0 : 0.1 * k) * example.v[k * sweep_lanes + l]);
  example.v = v;
  return example;
}

void run(Example& example) {
  const kernel::Kernels& k = kernel::kernels();
  example.j.assign(example.v.size(), 0.25);
  example.drawn_powers.assign(example.power.size(), 0.0);
  for (std::size_t i = 0; i < example.laws.size(); ++i)
    k.circuit_law_draw(example.laws[i], example.bands.data(),
                       example.power.data() + 2 * i * sweep_lanes, example.v.data(),
                       example.j.data());
  k.circuit_law_powers(example.laws.data(), example.laws.size(), example.bands.data(),
                       example.power.data(), example.v.data(), example.drawn_powers.data());
}

bool same_bits(const Column<double>& a, const Column<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("the lanes' logarithm, exponential and powers are those of libm in long double") {
  double worst_log = 0.0, worst_exp = 0.0, worst_power = 0.0;
  for (std::uint64_t i = 0; i < 200000; ++i) {
    const double u = 1e-3 + 3.0 * drawn(i, 0);
    const double y = 1400.0 * (drawn(i, 1) - 0.5);
    const double e = 12.0 * (drawn(i, 2) - 0.3);
    worst_log = std::max(worst_log, relative_error(kernel::log_of(u), std::log((long double)u)));
    worst_exp = std::max(worst_exp, relative_error(kernel::exp_of(y), std::exp((long double)y)));
    if (u > 0.2)
      worst_power = std::max(worst_power, relative_error(kernel::exp_of(e * kernel::log_of(u)),
                                                         std::pow((long double)u, e)));
  }
  CHECK(worst_log < 1e-15);
  CHECK(worst_exp < 1e-15);
  CHECK(worst_power < 1e-14);
  CHECK(kernel::log_of(1.0) == 0.0);
  CHECK(kernel::exp_of(0.0) == 1.0);
  CHECK(std::isfinite(kernel::exp_of(1e300)));
  CHECK(kernel::exp_of(-1e300) > 0.0);
}

TEST_CASE("elements of a circuit have the reference's bits on every instruction set") {
  const kernel::Isa in_use = kernel::isa_in_use();
  for (const double spread : {5.0, 120.0}) {  // mostly within limits; anywhere
    Example reference = make_example(12, spread);
    REQUIRE(kernel::use_isa(kernel::Isa::reference));
    run(reference);
    for (int i = 1; i < kernel::isa_count; ++i) {
      const auto isa = static_cast<kernel::Isa>(i);
      if (!kernel::use_isa(isa)) continue;
      CAPTURE(kernel::name_of(isa));
      Example fast = make_example(12, spread);
      run(fast);
      CHECK(same_bits(reference.j, fast.j));
      CHECK(same_bits(reference.drawn_powers, fast.drawn_powers));
    }
  }
  kernel::use_isa(in_use);
}

TEST_CASE("a lane within its limits has the same bits whether its neighbours are or not") {
  Example calm = make_example(1, 0.0);
  for (double& v : calm.v) v = 100.0;
  for (int l = 0; l < sweep_lanes; ++l) calm.v[sweep_lanes + l] = 3.0;
  calm.laws.resize(1);
  calm.laws[0] = {kernel::circuit_law_power, 0, -1, 0, 95.0 * 95.0, 105.0 * 105.0};
  calm.power.resize(2 * sweep_lanes);
  Example stirred = calm;
  stirred.v[5] = 0.0;
  stirred.v[6] = 300.0;
  stirred.v[7] = NAN;
  run(calm);
  run(stirred);
  CHECK(std::memcmp(calm.j.data(), stirred.j.data(), 5 * sizeof(double)) == 0);
  CHECK(calm.j[6] != stirred.j[6]);
  CHECK(std::isfinite(stirred.j[5]));
}
