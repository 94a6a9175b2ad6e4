// SPDX-License-Identifier: BSD-3-Clause
// A scenario's bits depend on nothing but its own numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "grids.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/kernel/isa.hpp"

using namespace gridswarm;

namespace {

constexpr Index buses = 26;

/// p, q of one scenario: its load grows with its number, so that lanes stop at different sweeps.
void add_scenario(Index number, std::vector<double>& p, std::vector<double>& q) {
  for (Index k = 0; k < buses; ++k) {
    const double u =
        draw_uniform(5, Stream::test, static_cast<std::uint64_t>(number * buses + k), 0);
    p.push_back(-0.08 * (number + 1) * u);
    q.push_back(-0.02 * (number + 1) * u);
  }
}

feeder::Case grid() { return test::everything(buses - 1, 3); }

bool same_bits(const double* a, const double* b, std::size_t count) {
  return count == 0 || std::memcmp(a, b, count * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("every scenario of a ragged batch has the bits it has alone") {
  for (const Index count : {1, 2, 15, 16, 17, 33}) {
    std::vector<double> p, q;
    for (Index s = 0; s < count; ++s) add_scenario(s, p, q);
    const auto batch = test::solved(grid(), count, p, q);
    for (Index s = 0; s < count; ++s) {
      CAPTURE(count);
      CAPTURE(s);
      std::vector<double> p1, q1;
      add_scenario(s, p1, q1);
      const auto alone = test::solved(grid(), 1, p1, q1);
      CHECK(same_bits(alone.v_re.data(), batch.v_re.data() + s * buses, buses));
      CHECK(same_bits(alone.v_im.data(), batch.v_im.data() + s * buses, buses));
      CHECK(alone.status[0] == batch.status[s]);
      CHECK(alone.iterations[0] == batch.iterations[s]);
      CHECK(alone.max_mismatch_va[0] == batch.max_mismatch_va[s]);
      CHECK(alone.worst_bus[0] == batch.worst_bus[s]);
      CHECK(alone.source_p_pu[0] == batch.source_p_pu[s]);
    }
  }
}

TEST_CASE("lanes of one block stop at different sweeps") {
  std::vector<double> p, q;
  for (Index s = 0; s < 16; ++s) add_scenario(s, p, q);
  const auto result = test::solved(grid(), 16, p, q);
  CHECK(result.iterations[15] > result.iterations[0] + 2);
}

TEST_CASE("a poisoned or diverging lane leaves its neighbours' bits alone") {
  std::vector<double> p, q;
  for (Index s = 0; s < 16; ++s) add_scenario(s, p, q);
  const auto clean = test::solved(grid(), 16, p, q);
  p[3 * buses + 7] = NAN;
  for (Index k = 0; k < buses; ++k) p[8 * buses + k] = -50.0;
  const auto poisoned = test::solved(grid(), 16, p, q);
  CHECK(poisoned.status[3] == flow::FlowStatus::diverged);
  CHECK(poisoned.status[8] == flow::FlowStatus::diverged);
  for (Index s = 0; s < 16; ++s) {
    if (s == 3 || s == 8) continue;
    CAPTURE(s);
    CHECK(same_bits(clean.v_re.data() + s * buses, poisoned.v_re.data() + s * buses, buses));
    CHECK(clean.iterations[s] == poisoned.iterations[s]);
  }
}

TEST_CASE("threads do not change a bit") {
  std::vector<double> p, q;
  for (Index s = 0; s < 70; ++s) add_scenario(s % 20, p, q);
  flow::FlowOptions one, three;
  one.threads = 1;
  three.threads = 3;
  const auto a = test::solved(grid(), 70, p, q, one);
  const auto b = test::solved(grid(), 70, p, q, three);
  CHECK(same_bits(a.v_re.data(), b.v_re.data(), a.v_re.size()));
  CHECK(same_bits(a.v_im.data(), b.v_im.data(), a.v_im.size()));
}

TEST_CASE("every instruction set gives the bits of the reference kernels") {
  std::vector<double> p, q;
  for (Index s = 0; s < 37; ++s) add_scenario(s % 24, p, q);
  p[2 * buses + 5] = -80.0;  // one lane that does not converge
  const kernel::Isa in_use = kernel::isa_in_use();
  REQUIRE(kernel::use_isa(kernel::Isa::reference));
  const auto reference = test::solved(grid(), 37, p, q);
  for (int i = 1; i < kernel::isa_count; ++i) {
    const auto isa = static_cast<kernel::Isa>(i);
    if (!kernel::use_isa(isa)) continue;
    CAPTURE(kernel::name_of(isa));
    const auto fast = test::solved(grid(), 37, p, q);
    CHECK(same_bits(reference.v_re.data(), fast.v_re.data(), fast.v_re.size()));
    CHECK(same_bits(reference.v_im.data(), fast.v_im.data(), fast.v_im.size()));
    CHECK(reference.iterations == fast.iterations);
    CHECK(reference.worst_bus == fast.worst_bus);
    CHECK(same_bits(reference.max_mismatch_va.data(), fast.max_mismatch_va.data(), 37));
    CHECK(same_bits(reference.source_q_pu.data(), fast.source_q_pu.data(), 37));
  }
  kernel::use_isa(in_use);
}

TEST_CASE("powers in another unit, with their scale, have the bits of powers in per unit") {
  const double scale = -1.0 / 1024.0;  // exact, so that both ways round alike
  for (const char* method : {"sweep"}) {
    CAPTURE(method);
    std::vector<double> p, q;
    for (Index s = 0; s < 11; ++s) add_scenario(s, p, q);
    std::vector<double> p_other = p, q_other = q;
    for (double& value : p_other) value /= scale;
    for (double& value : q_other) value /= scale;
    flow::FlowOptions options;
    options.method = method;
    const flow::Solver solver = flow::prepare(grid(), options);
    flow::FlowWork work;
    flow::FlowResult direct, scaled;
    flow::solve(solver, {11, p, q}, options, work, direct);
    flow::Injections other{11, p_other, q_other};
    other.scale = scale;
    flow::solve(solver, other, options, work, scaled);
    CHECK(same_bits(direct.v_re.data(), scaled.v_re.data(), direct.v_re.size() - 1));
    CHECK(same_bits(direct.v_im.data(), scaled.v_im.data(), direct.v_im.size() - 1));
    CHECK(direct.iterations == scaled.iterations);
    CHECK(direct.source_p_pu == scaled.source_p_pu);
  }
}
