// SPDX-License-Identifier: BSD-3-Clause
// Our side of `./dev peers control --part qp`: one cluster's boxed quadratic with a fixed exchange,
// made here, timed by the process's clock and written down for the other solvers.
//
// usage: peer_dispatch MEMBERS SEED ROUNDS FILE
// FILE receives six columns of MEMBERS doubles: want, low, high, cost a, set-points by the
// bracketed Newton, set-points by sorted break-points. One JSON object on stdout: e_ref_kw, passes,
// and the best of ROUNDS in seconds, set-points included, of Newton on one thread, of break-points,
// and of the large cluster's version on all threads (time on the wall).
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/balance/large_dispatch.hpp"
#include "gridswarm/base/random.hpp"
#include "rows.hpp"

using namespace gridswarm;

namespace {

struct Instance {
  std::vector<double> want, low, high, cost, inverse;
  double e_ref_kw = 0.0;
  balance::BoxedQuadratic view() const { return {want, low, high, inverse, e_ref_kw, 0.0}; }
};

/// Members of 1 to 100 kW that want something inside or outside of their band, costs over two
/// decades; asked for 0.2 to 0.8 of what their limits allow.
Instance make_instance(Index members, std::uint64_t seed) {
  Instance it;
  double low = 0.0, high = 0.0;
  const auto draw = [&](Index i, std::uint32_t step) {
    return draw_uniform(seed, Stream::test, static_cast<std::uint64_t>(i), step);
  };
  for (Index i = 0; i < members; ++i) {
    const double size = 1.0 + 99.0 * draw(i, 0) * draw(i, 0);
    const double want = size * (2.0 * draw(i, 1) - 1.0);
    const double middle = want + size * (draw(i, 2) - 0.5);
    it.want.push_back(want);
    it.low.push_back(middle - 0.6 * size * draw(i, 3));
    it.high.push_back(middle + 0.6 * size * draw(i, 4));
    it.cost.push_back(0.1 + 9.9 * draw(i, 5) * draw(i, 5));
    it.inverse.push_back(1.0 / it.cost.back());
    low += it.low.back();
    high += it.high.back();
  }
  it.e_ref_kw = low + (0.2 + 0.6 * draw(members, 6)) * (high - low);
  return it;
}

void set_points(const Instance& it, double price, std::vector<double>& p) {
  for (std::size_t i = 0; i < p.size(); ++i)
    p[i] = balance::set_point(it.want[i], it.low[i], it.high[i], it.inverse[i], price);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: peer_dispatch MEMBERS SEED ROUNDS FILE\n");
    return 2;
  }
  const Instance it = make_instance(std::stoll(argv[1]), std::stoull(argv[2]));
  const int rounds = std::stoi(argv[3]);
  const std::size_t members = it.want.size();
  std::vector<double> newton(members), exact(members), large(members), scratch;
  balance::LargeDispatchWork work;
  balance::Price price;
  constexpr int solves = 20;  // a single one is too short for the process's clock
  const auto solve_often = [&] {
    for (int k = 0; k < solves; ++k) {
      price = balance::solve_by_newton(it.view(), 1e-12, 200);
      set_points(it, price.price, newton);
    }
  };
  const double newton_s = bench::best_cpu_seconds(rounds, solve_often) / solves;
  const double exact_s = bench::best_cpu_seconds(
      3, [&] { set_points(it, balance::solve_by_breakpoints(it.view(), scratch).price, exact); });
  const double large_s = bench::best_seconds(
      rounds, [&] { balance::dispatch_large(it.view(), 1e-12, 200, 0, work, large); });
  std::ofstream file(argv[4], std::ios::binary);
  for (const std::vector<double>* column : std::initializer_list<const std::vector<double>*>{
           &it.want, &it.low, &it.high, &it.cost, &newton, &exact})
    file.write(reinterpret_cast<const char*>(column->data()),
               static_cast<std::streamsize>(members * sizeof(double)));
  const nlohmann::json out = {{"e_ref_kw", it.e_ref_kw},
                              {"passes", price.passes},
                              {"newton_s", newton_s},
                              {"breakpoints_s", exact_s},
                              {"large_s", large_s}};
  std::printf("%s\n", out.dump().c_str());
}
