// SPDX-License-Identifier: BSD-3-Clause
// Oracles written apart: steps merged by merit order (the linear programme of fixed exchanges), and
// the largest dual value, each member's best answer found by trying every piece.
#include "gridswarm/balance/piecewise_costs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/piecewise_balancing.hpp"
#include "gridswarm/base/error.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

/// A problem that owns its columns.
struct Pieces {
  std::vector<Index> first{0};
  std::vector<double> low, end, start_cost, end_cost;
  double e_ref = 0.0, inverse_external = 0.0;
  balance::PiecewiseCosts view() const {
    return {first, low, end, start_cost, end_cost, e_ref, inverse_external};
  }
  void piece(double to_kw, double from_cost, double to_cost) {
    end.push_back(to_kw);
    start_cost.push_back(from_cost);
    end_cost.push_back(to_cost);
  }
  void add(double from_kw, const std::vector<std::array<double, 3>>& pieces) {
    low.push_back(from_kw);
    for (const auto& [to_kw, from_cost, to_cost] : pieces) piece(to_kw, from_cost, to_cost);
    first.push_back(static_cast<Index>(end.size()));
  }
  double begin(std::size_t i, Index k) const { return k == first[i] ? low[i] : end[k - 1]; }
};

/// Steps, slopes, points without width, prices that several members share, limits that leave
/// nothing to choose; exchanges fixed, cheap and dear. Kind 0: steps only, exchange fixed.
Pieces random_pieces(std::uint64_t seed, bool wild) {
  make::Dice dice{seed};
  Pieces it;
  const bool only_steps = seed % 2 == 0;
  const Index count = 1 + dice.below(seed % 3 == 0 ? 4 : 30);
  double low = 0.0, high = 0.0;
  for (Index i = 0; i < count; ++i) {
    const double size = std::pow(10.0, wild ? dice.uniform(-9.0, 9.0) : dice.uniform(-1.0, 2.0));
    const double unit = wild ? std::pow(10.0, dice.uniform(-12.0, 12.0)) : 1.0;
    double at = dice.uniform(-size, 0.5 * size), cost = unit * (dice.below(20) - 10);
    it.low.push_back(at);
    low += at;
    const Index pieces = 1 + dice.below(5);
    for (Index k = 0; k < pieces; ++k) {
      at += dice.below(5) == 0 ? 0.0 : dice.uniform(0.0, size);
      const double rise = only_steps || dice.below(2) == 0 ? 0.0 : unit * dice.uniform(0.0, 5.0);
      it.piece(at, cost, cost + rise);
      cost += rise + (dice.below(3) == 0 ? 0.0 : unit * dice.below(4));
    }
    it.first.push_back(static_cast<Index>(it.end.size()));
    high += at;
  }
  it.inverse_external =
      only_steps || dice.below(2) == 0 ? 0.0 : std::pow(10.0, dice.uniform(-3.0, 3.0));
  const double part = it.inverse_external > 0.0 ? dice.uniform(-1.0, 2.0) : dice.uniform(0.0, 1.0);
  it.e_ref = std::min(std::max(low + part * (high - low), it.inverse_external > 0 ? -1e300 : low),
                      it.inverse_external > 0 ? 1e300 : high);
  return it;
}

/// Cost of using a piece from its begin for x kW.
double piece_cost(const Pieces& it, std::size_t i, Index k, double x) {
  const double wide = it.end[k] - it.begin(i, k);
  const double rise = wide > 0.0 ? (it.end_cost[k] - it.start_cost[k]) / wide : 0.0;
  return x * it.start_cost[k] + 0.5 * rise * x * x;
}

/// f_i with f_i(low) = 0, less the constant that makes it 0 at the set-point nearest 0.
double at_zero(const Pieces& it, std::size_t i) {
  double cost = 0.0;
  for (Index k = it.first[i]; k < it.first[i + 1]; ++k) {
    const double begin = it.begin(i, k);
    cost += piece_cost(it, i, k, std::clamp(0.0, begin, it.end[k]) - begin);
  }
  return cost;
}

/// Steps in the order of their costs until the exchange is met.
double by_merit(const Pieces& it) {
  struct Step {
    double cost, wide;
  };
  std::vector<Step> steps;
  double left = it.e_ref, cost = 0.0;
  for (std::size_t i = 0; i < it.low.size(); ++i) {
    left -= it.low[i];
    cost -= at_zero(it, i);
    for (Index k = it.first[i]; k < it.first[i + 1]; ++k)
      steps.push_back({it.start_cost[k], it.end[k] - it.begin(i, k)});
  }
  std::sort(steps.begin(), steps.end(), [](auto a, auto b) { return a.cost < b.cost; });
  for (const Step& step : steps) {
    const double used = std::clamp(left, 0.0, step.wide);
    cost += used * step.cost;
    left -= used;
  }
  return cost;
}

/// Lower bound by a price: everyone's best answer to it, tried at every end and inside each piece.
double dual_value(const Pieces& it, double y) {
  double value = y * it.e_ref - 0.5 * y * y * it.inverse_external;
  for (std::size_t i = 0; i < it.low.size(); ++i) {
    double before = 0.0, best = -y * it.low[i];
    for (Index k = it.first[i]; k < it.first[i + 1]; ++k) {
      const double begin = it.begin(i, k), wide = it.end[k] - begin;
      const double rise = it.end_cost[k] - it.start_cost[k];
      const double inside = rise > 0.0 ? wide * (y - it.start_cost[k]) / rise : wide;
      for (const double x : {wide, std::clamp(inside, 0.0, wide)})
        best = std::min(best, before + piece_cost(it, i, k, x) - y * (begin + x));
      before += piece_cost(it, i, k, wide);
    }
    value += best - at_zero(it, i);
  }
  return value;
}

/// The largest such bound is the optimum (strong duality); it is concave in y.
double by_duality(const Pieces& it) {
  const double inv = it.inverse_external;
  double low = *std::min_element(it.start_cost.begin(), it.start_cost.end());
  double high = *std::max_element(it.end_cost.begin(), it.end_cost.end());
  if (inv > 0.0) {  // the exchange's own price may lie beyond the members'
    double sum = std::fabs(it.e_ref);
    for (std::size_t i = 0; i < it.low.size(); ++i)
      sum += std::fabs(it.low[i]) + std::fabs(it.end[it.first[i + 1] - 1]);
    low = std::min(low, -sum / inv);
    high = std::max(high, sum / inv);
  }
  for (int k = 0; k < 300; ++k) {
    const double a = low + (high - low) / 3.0, b = high - (high - low) / 3.0;
    (dual_value(it, a) < dual_value(it, b) ? low : high) =
        dual_value(it, a) < dual_value(it, b) ? a : b;
  }
  return dual_value(it, 0.5 * (low + high));
}

/// Sum of what limits could cost: a size to hold differences against.
double size_of(const Pieces& it, std::span<const double> p) {
  double size = 0.0;
  for (std::size_t i = 0; i < it.low.size(); ++i)
    size += std::fabs(balance::member_cost(it.view(), i, p[i])) + std::fabs(at_zero(it, i));
  return size + std::fabs(balance::cost_of(it.view(), p));
}

/// Does Newton without a bracket come back to a price, or stand where the sum has no slope?
enum class Plain { solved, cycles, no_slope };
Plain by_plain_newton(const Pieces& it) {
  double y = 0.0;
  std::vector<double> seen;
  for (int pass = 0; pass < 200; ++pass) {
    double sum = 0.0, slope = it.inverse_external, tied = 0.0;
    for (std::size_t i = 0; i < it.low.size(); ++i) {
      sum += it.low[i];
      for (Index k = it.first[i]; k < it.first[i + 1]; ++k) {
        const double wide = it.end[k] - it.begin(i, k);
        const double rise = it.end_cost[k] - it.start_cost[k];
        if (y == it.start_cost[k] && rise == 0.0)
          tied += wide;
        else if (y >= it.end_cost[k])
          sum += wide;
        else if (y > it.start_cost[k]) {
          sum += wide * (y - it.start_cost[k]) / rise;
          slope += wide / rise;
        }
      }
    }
    const double g = sum + y * it.inverse_external - it.e_ref;
    if (g <= 1e-9 && g + tied >= -1e-9) return Plain::solved;
    if (slope == 0.0) return Plain::no_slope;
    if (std::find(seen.begin(), seen.end(), y) != seen.end()) return Plain::cycles;
    seen.push_back(y);
    y -= g / slope;
  }
  return Plain::solved;
}

struct Answer {
  balance::Balance status;
  balance::Balancing result;
  std::vector<double> p;
};

Answer answer(const Pieces& it, const char* method, double tolerance = 1e-9) {
  Answer out;
  out.p.resize(it.low.size());
  balance::BalancingOptions options;
  options.method = method;
  options.tolerance = tolerance;
  out.status = balance::balance_cluster(it.view(), options, out.p, out.result);
  return out;
}

double off_balance(const Pieces& it, const Answer& at) {
  double sum = 0.0, size = 1e-300;
  for (const double p : at.p) sum += p, size += std::fabs(p);
  return it.inverse_external > 0.0 ? 0.0 : std::fabs(sum - it.e_ref) / size;
}

}  // namespace

TEST_CASE("costs in pieces: on 1,000 random instances Newton reaches the exact optimum to 1e-6") {
  std::int64_t most_rounds = 0, sum_rounds = 0, cycles = 0, no_slope = 0;
  double largest = 0.0, admm_gap = 0.0;
  std::int64_t admm_failed = 0, admm_rounds = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    const Pieces it = random_pieces(seed, false);
    const Plain plain = by_plain_newton(it);
    cycles += plain == Plain::cycles;
    no_slope += plain == Plain::no_slope;
    const double exact = seed % 2 == 0 ? by_merit(it) : by_duality(it);
    for (const char* method : {"newton", "breakpoints"}) {
      CAPTURE(method);
      const Answer at = answer(it, method);
      REQUIRE(at.status == balance::Balance::solved);
      const double size = size_of(it, at.p) + 1e-12;
      REQUIRE(std::fabs(at.result.cost - exact) <= 1e-6 * size);
      REQUIRE(off_balance(it, at) <= 1e-12);
      REQUIRE(at.result.gap <= 1e-6);
      largest = std::max(largest, at.result.gap);
      for (std::size_t i = 0; i < at.p.size(); ++i) {
        REQUIRE(at.p[i] >= it.low[i]);
        REQUIRE(at.p[i] <= it.end[it.first[i + 1] - 1]);
      }
      if (method != std::string("newton")) continue;
      most_rounds = std::max(most_rounds, at.result.rounds);
      sum_rounds += at.result.rounds;
    }
    const Answer admm = answer(it, "admm", 1e-8);
    admm_gap = std::max(admm_gap, admm.result.gap);
    admm_failed += admm.status != balance::Balance::solved;
    admm_rounds += admm.result.rounds;
  }
  CHECK(cycles > 0);    // the set holds instances on which Newton without a bracket runs in a ring
  CHECK(no_slope > 0);  // and such on which it has no slope to go by
  CHECK(most_rounds <= 40);
  MESSAGE("newton: rounds ", sum_rounds / 1000, " on average, ", most_rounds, " at most, gap ",
          largest, "; without bracket ", cycles, " cycle, ", no_slope, " have no slope");
  MESSAGE("admm: gap ", admm_gap, ", rounds ", admm_rounds / 1000, " on average, ", admm_failed,
          " out of rounds");
  CHECK(admm_gap <= 1e-4);
}

TEST_CASE("sizes over 18 decades and costs over 24 neither hang nor unbalance a cluster") {
  std::int64_t most_rounds = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    const Pieces it = random_pieces(seed, true);
    const Answer at = answer(it, "newton");
    REQUIRE(at.status == balance::Balance::solved);
    REQUIRE(off_balance(it, at) <= 1e-12);
    REQUIRE(at.result.gap <= 1e-6);
    most_rounds = std::max(most_rounds, at.result.rounds);
  }
  CHECK(most_rounds <= 200);
}

TEST_CASE("members on a jump share what is left in proportion to what each could move") {
  Pieces it;
  it.add(0.0, {{3.0, 0.1, 0.1}});  // a tariff step
  it.add(0.0, {{6.0, 0.1, 0.1}});
  it.add(-2.0, {{0.0, -0.05, -0.05}, {2.0, 0.05, 0.05}});  // a battery: wear either way
  it.add(0.0, {{5.0, 0.3, 0.3}});                          // curtailment, dear
  it.e_ref = 5.0;  // the battery's 2 kW, and 3 of 9 kW at 0.1
  for (const char* method : {"newton", "breakpoints"}) {
    const Answer at = answer(it, method);
    CHECK(at.p[0] == doctest::Approx(1.0));
    CHECK(at.p[1] == doctest::Approx(2.0));
    CHECK(at.p[2] == 2.0);
    CHECK(at.p[3] == 0.0);
    CHECK(at.result.price == 0.1);
    CHECK(at.result.cost == doctest::Approx(0.3 + 0.1));
    CHECK(at.result.missing_kw == doctest::Approx(0.0));
  }
}

TEST_CASE("one sloping piece per member is the boxed quadratic's cluster") {
  Pieces it;  // 1/2 (p - 1)^2 and (p - 2)^2 in [-10, 10]: sum 0 at y = -2 (balancing_test.cpp)
  it.add(-10.0, {{10.0, -11.0, 9.0}});
  it.add(-10.0, {{10.0, -24.0, 16.0}});
  const Answer at = answer(it, "newton");
  CHECK(at.p[0] == doctest::Approx(-1.0));
  CHECK(at.p[1] == doctest::Approx(1.0));
  CHECK(at.result.price == doctest::Approx(-2.0));
}

TEST_CASE("pieces out of reach of the exchange say by how much and on which side") {
  Pieces it;
  it.add(-1.0, {{0.0, 1.0, 1.0}, {2.0, 1.0, 3.0}});
  it.add(-1.0, {{3.0, 0.0, 0.0}});
  for (const char* method : {"newton", "breakpoints", "admm"}) {
    it.e_ref = 6.5;
    const Answer low = answer(it, method);
    CHECK(low.status == balance::Balance::short_of_power);
    CHECK(low.result.missing_kw == 1.5);
    CHECK(low.p == std::vector<double>{2.0, 3.0});
    it.e_ref = -5.0;
    const Answer high = answer(it, method);
    CHECK(high.status == balance::Balance::too_much_power);
    CHECK(high.result.missing_kw == -3.0);
    CHECK(high.p == std::vector<double>{-1.0, -1.0});
  }
}

TEST_CASE("pieces that fall, exclude every set-point or hold no number are refused by member") {
  const auto why = [](const Pieces& it, const char* method = "newton") {
    try {
      answer(it, method);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Pieces falls, empty, nan;
  falls.add(0.0, {{1.0, 0.0, 0.0}});
  falls.add(0.0, {{1.0, 2.0, 2.0}, {2.0, 1.0, 1.0}});
  CHECK(why(falls) == "member 1: marginal cost falls at piece 1; costs must be convex");
  empty.add(5.0, {{4.0, 0.0, 0.0}});
  CHECK(why(empty).find("member 0: limits exclude every set-point") == 0);
  nan.add(0.0, {{1.0, std::nan(""), 0.0}});
  CHECK(why(nan).find("not finite") != std::string::npos);
  Pieces fine;
  fine.add(0.0, {{1.0, 0.0, 0.0}});
  CHECK(why(fine, "innovations").find("innovations need costs that rise strictly") == 0);
  CHECK(why(fine, "magic").find("balances no pieces") != std::string::npos);
}
