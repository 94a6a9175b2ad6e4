// SPDX-License-Identifier: BSD-3-Clause
// Oracle written apart: dense matrices, and the dual climbed one price at a time by bisection.
#include "gridswarm/balance/network_dispatch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "make.hpp"

using namespace gridswarm;

namespace {

/// A problem that owns its columns; source at position 0 with 1 p.u.
struct Feeder {
  feeder::Forest forest;
  std::vector<double> want, low, high, inverse, base_kw, v_min, v_max, flow_max;
  std::vector<Index> position;
  std::vector<std::int8_t> reactive;
  double e_ref = 0.0, inverse_external = 0.0;

  explicit Feeder(const std::vector<Index>& parents, double r_pu, double x_pu)
      : forest(make::forest(parents, r_pu, x_pu)) {
    const std::size_t size = parents.size();
    base_kw.assign(size, 0.0);
    v_min.assign(size, 0.9);
    v_max.assign(size, 1.1);
    flow_max.assign(size, 1e9);
  }
  void add(Index n, double w, double l, double h, double a, bool kvar = false) {
    want.push_back(w);
    low.push_back(l);
    high.push_back(h);
    inverse.push_back(1.0 / a);
    position.push_back(n);
    reactive.push_back(kvar);
  }
  balance::NetworkProblem view() const {
    return {{want, low, high, inverse, e_ref, inverse_external},
            position,
            reactive,
            base_kw,
            {},
            v_min,
            v_max,
            flow_max,
            0.001};
  }
};

struct Answer {
  balance::NetworkStatus status;
  balance::NetworkDispatch result;
  std::vector<double> x, v, flow;
};

Answer answer(const Feeder& it) {
  Answer out;
  out.x.resize(it.want.size());
  out.v.resize(it.v_min.size());
  out.flow.resize(it.v_min.size());
  out.status =
      balance::dispatch_network(it.forest, it.view(), {}, out.x, out.v, out.flow, out.result);
  return out;
}

/// sum_i row_i x_i <= right for each; the last row is the exchange.
struct Dense {
  std::vector<std::vector<double>> rows;
  std::vector<double> right;
};

Dense dense_of(const Feeder& it) {
  Dense out;
  const auto above = [&](Index n) {
    std::vector<Index> path;
    for (; n > 0; n = it.forest.parent[n]) path.push_back(n);
    return path;
  };
  const auto shares = [&](Index n, Index m, bool kvar) {
    double sum = 0.0;
    for (const Index e : above(n)) {
      const auto other = above(m);
      if (std::find(other.begin(), other.end(), e) != other.end())
        sum += 0.001 * (kvar ? it.forest.x_pu[e] : it.forest.r_pu[e]);
    }
    return sum;
  };
  const auto both = [&](std::vector<double> row, double base, double low, double high) {
    out.rows.push_back(row);
    out.right.push_back(high - base);
    for (double& each : row) each = -each;
    out.rows.push_back(row);
    out.right.push_back(base - low);
  };
  const auto size = static_cast<Index>(it.v_min.size());
  for (Index n = 1; n < size; ++n) {
    std::vector<double> v, flow;
    double v_base = 1.0, flow_base = 0.0;
    for (std::size_t i = 0; i < it.want.size(); ++i) {
      v.push_back(shares(n, it.position[i], it.reactive[i] != 0));
      const auto path = above(it.position[i]);
      const bool is_below = std::find(path.begin(), path.end(), n) != path.end();
      flow.push_back(is_below && it.reactive[i] == 0 ? 1.0 : 0.0);
    }
    for (Index m = 1; m < size; ++m) {
      v_base += shares(n, m, false) * it.base_kw[m];
      const auto path = above(m);
      if (std::find(path.begin(), path.end(), n) != path.end()) flow_base += it.base_kw[m];
    }
    both(v, v_base, it.v_min[n], it.v_max[n]);
    both(flow, flow_base, -it.flow_max[n], it.flow_max[n]);
  }
  return out;
}

/// The largest dual value found: a lower bound of the optimum, and close to it.
double by_dual_ascent(const Feeder& it, int sweeps) {
  const Dense dense = dense_of(it);
  const std::size_t rows = dense.rows.size(), count = it.want.size();
  std::vector<double> price(count, 0.0), z(rows, 0.0);  // price: y less what rows take
  double y = 0.0;
  const auto x_at = [&](std::size_t i, double change) {
    return std::clamp(it.want[i] + (price[i] + change) * it.inverse[i], it.low[i], it.high[i]);
  };
  const auto climb = [&](auto&& slope, double low, double high) {  // slope falls; its root
    for (int k = 0; k < 100; ++k) {
      const double middle = 0.5 * (low + high);
      (slope(middle) > 0.0 ? low : high) = middle;
    }
    return 0.5 * (low + high);
  };
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const double dy = climb(
        [&](double change) {
          double e = 0.0;
          for (std::size_t i = 0; i < count; ++i)
            if (it.reactive[i] == 0) e += x_at(i, change);
          return it.e_ref - e - (y + change) * it.inverse_external;
        },
        -1e4, 1e4);
    y += dy;
    for (std::size_t i = 0; i < count; ++i)
      if (it.reactive[i] == 0) price[i] += dy;
    for (std::size_t k = 0; k < rows; ++k) {
      const auto over = [&](double dz) {
        double sum = -dense.right[k];
        for (std::size_t i = 0; i < count; ++i)
          sum += dense.rows[k][i] * x_at(i, -dense.rows[k][i] * dz);
        return sum;
      };
      const double dz = over(-z[k]) <= 0.0 ? -z[k] : climb(over, -z[k], 1e6);
      z[k] += dz;
      for (std::size_t i = 0; i < count; ++i) price[i] -= dense.rows[k][i] * dz;
    }
  }
  double value = y * it.e_ref - 0.5 * y * y * it.inverse_external;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = x_at(i, 0.0), off = x - it.want[i];
    value += 0.5 * off * off / it.inverse[i] - price[i] * x;
  }
  for (std::size_t k = 0; k < rows; ++k) value -= z[k] * dense.right[k];
  return value;
}

Feeder random_feeder(std::uint64_t seed, Index size) {
  make::Dice dice{seed};
  std::vector<Index> parents{none};
  for (Index k = 1; k < size; ++k)
    parents.push_back(std::max<Index>(0, k - 1 - dice.below(std::min<Index>(k, 3))));
  const double length = 0.6 / static_cast<double>(size);
  Feeder it(parents, length, 0.5 * length);
  const double share = 30.0 / static_cast<double>(size);
  double low = 0.0, high = 0.0, want = 0.0;
  for (Index n = 1; n < size; ++n) {
    const double kw = share * dice.uniform(10.0, 60.0), cost = dice.uniform(0.005, 0.02) / share;
    it.base_kw[n] = -share * dice.uniform(0.0, 20.0);
    it.v_max[n] = 1.05;
    it.v_min[n] = 0.95;
    it.flow_max[n] = dice.below(3) == 0 ? 400.0 : 1200.0;
    it.add(n, 0.9 * kw, dice.below(4) == 0 ? kw : 0.0, kw, cost);
    low += it.low.back();
    high += kw;
    want += 0.9 * kw;
    if (seed % 2 == 1) it.add(n, 0.0, -0.3 * kw, 0.3 * kw, 0.1 * cost, true);
  }
  it.inverse_external = seed % 3 == 0 ? 0.0 : 30.0 * dice.uniform(0.5, 20.0);
  it.e_ref = seed % 3 == 0 ? low + 0.2 * (high - low) : dice.uniform(0.5, 1.1) * want;
  return it;
}

}  // namespace

TEST_CASE("under limits of the wires the dispatch is the exact optimum of small random feeders") {
  int bound = 0, compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const Feeder it = random_feeder(seed, 4 + static_cast<Index>(seed % 5));
    const Answer at = answer(it);
    if (at.status == balance::NetworkStatus::beyond_limits) continue;
    ++compared;
    REQUIRE(at.status == balance::NetworkStatus::solved);
    const double exact = by_dual_ascent(it, 1500);
    CHECK(at.result.cost == doctest::Approx(exact).epsilon(1e-6));
    CHECK(at.result.gap <= 1e-6);
    CHECK(at.result.voltage_excess_pu <= 1e-7);
    CHECK(at.result.flow_excess_kw <= 1e-4);
    bound += at.result.voltage_excess_pu > -1e-7 || at.result.flow_excess_kw > -1e-3;
    for (std::size_t i = 0; i < at.x.size(); ++i)
      CHECK((at.x[i] >= it.low[i] && at.x[i] <= it.high[i]));
  }
  CHECK(compared >= 40);
  CHECK(bound >= 15);
  MESSAGE(bound, " of ", compared, " meet a limit");
}

TEST_CASE("under limits of the wires rounds hardly grow with the feeder, and gaps stay certified") {
  for (const Index size : {30, 300, 3000}) {
    std::int64_t most = 0;
    double gap = 0.0, excess = -1.0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Answer at = answer(random_feeder(seed, size));
      if (at.status == balance::NetworkStatus::beyond_limits) continue;
      REQUIRE(at.status == balance::NetworkStatus::solved);
      most = std::max(most, at.result.rounds);
      gap = std::max(gap, at.result.gap);
      excess = std::max(excess, at.result.voltage_excess_pu);
      CHECK(at.result.messages == 2 * at.result.rounds * (size - 1));
    }
    CHECK(gap <= 1e-6);
    CHECK(most <= 120);
    MESSAGE(size, " buses: rounds at most ", most, ", gap ", gap, ", voltage beyond ", excess);
  }
}

TEST_CASE("a voltage limit curtails the far member first, as by hand") {
  Feeder it({none, 0, 1}, 0.2, 0.1);
  it.v_max = {1.1, 1.1, 1.05};
  it.add(1, 100.0, 0.0, 100.0, 0.01);
  it.add(2, 100.0, 0.0, 100.0, 0.01);
  it.e_ref = 200.0;
  it.inverse_external = 1e-9;  // hardly an exchange: set-points may not move for it
  it.e_ref = 0.0;
  it.inverse_external = 1e9;     // free
  const Answer at = answer(it);  // v_2 = 1 + 0.0002 x_1 + 0.0004 x_2 = 1.05, move along (1, 2)
  CHECK(at.status == balance::NetworkStatus::solved);
  CHECK(at.x[0] == doctest::Approx(90.0).epsilon(1e-6));
  CHECK(at.x[1] == doctest::Approx(80.0).epsilon(1e-6));
  CHECK(at.v[2] == doctest::Approx(1.05));
  CHECK(at.flow[1] == doctest::Approx(170.0).epsilon(1e-6));
}

TEST_CASE("limits that can't be kept name the bus or the branch and say by how much") {
  Feeder high({none, 0, 1}, 0.2, 0.1);
  high.add(2, 200.0, 150.0, 200.0, 0.01);  // 1 + 0.0004 * 150 = 1.06 at best
  high.v_max = {1.1, 1.1, 1.05};
  high.inverse_external = 1e9;
  const Answer at = answer(high);
  CHECK(at.status == balance::NetworkStatus::beyond_limits);
  CHECK(at.result.voltage_position == 2);
  CHECK(at.result.voltage_excess_pu == doctest::Approx(0.01).epsilon(1e-4));
  CHECK(at.result.flow_position == -1);
  Feeder narrow({none, 0, 1}, 0.02, 0.01);
  narrow.flow_max = {0.0, 120.0, 500.0};
  narrow.add(1, 0.0, -10.0, 10.0, 0.01);
  narrow.add(2, 200.0, 150.0, 200.0, 0.01);
  narrow.inverse_external = 1e9;
  const Answer flow = answer(narrow);  // 150 - 10 of 120 kW
  CHECK(flow.status == balance::NetworkStatus::beyond_limits);
  CHECK(flow.result.flow_position == 1);
  CHECK(flow.result.flow_excess_kw == doctest::Approx(20.0).epsilon(1e-4));
}

TEST_CASE("an exchange out of reach of the boxes says by how much before any round") {
  Feeder it({none, 0}, 0.02, 0.01);
  it.add(1, 0.0, -1.0, 2.0, 1.0);
  it.e_ref = 3.5;
  const Answer at = answer(it);
  CHECK(at.status == balance::NetworkStatus::short_of_power);
  CHECK(at.result.missing_kw == 1.5);
  CHECK(at.result.rounds == 0);
  it.e_ref = -2.0;
  CHECK(answer(it).status == balance::NetworkStatus::too_much_power);
  CHECK(answer(it).result.missing_kw == -1.0);
  it.e_ref = 2.0;  // just in reach
  CHECK(answer(it).x[0] == doctest::Approx(2.0).epsilon(1e-6));
}

TEST_CASE("rows whose limits exclude every set-point, or without supply, are refused by number") {
  const auto why = [](const Feeder& it) {
    try {
      answer(it);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Feeder it({none, 0}, 0.02, 0.01);
  it.add(1, 0.0, 2.0, 1.0, 1.0);
  CHECK(why(it).find("row 0: limits exclude every set-point") == 0);
  it.high[0] = 3.0;
  it.position[0] = none;
  CHECK(why(it).find("row 0 stands at no bus with supply") == 0);
  it.position[0] = 1;
  it.want.push_back(0.0);
  CHECK(why(it).find("columns of different lengths") != std::string::npos);
}
