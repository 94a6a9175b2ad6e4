// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/cluster/comparison.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "partition.hpp"
#include "sample.hpp"

namespace {

using namespace gridswarm;
using cluster::Clusters;
using sample::partition;

TEST_CASE("churn counts who left after the best matching, whatever the ids") {
  const Clusters a = partition({0, 0, 0, 1, 1, 1}, 2);
  CHECK(cluster::churn(a, partition({1, 1, 1, 0, 0, 0}, 2)) == 0.0);
  CHECK(cluster::churn(a, partition({0, 0, 1, 1, 1, 1}, 2)) == doctest::Approx(1.0 / 6.0));
  CHECK(cluster::churn(a, partition({0, 0, 0, 0, 0, 0}, 1)) == doctest::Approx(0.5));
  CHECK(cluster::churn(a, partition({none, 0, 0, 1, 1, none}, 2)) == 0.0);
}

TEST_CASE("the adjusted Rand index is that of the textbook's small partitions") {
  // The values that scikit-learn's manual shows for adjusted_rand_score.
  const auto ari = [](std::vector<Index> a, std::vector<Index> b) {
    return cluster::compare(partition(std::move(a), 4), partition(std::move(b), 4)).ari;
  };
  CHECK(ari({0, 0, 1, 1}, {1, 1, 0, 0}) == 1.0);
  CHECK(ari({0, 0, 1, 2}, {0, 0, 1, 1}) == doctest::Approx(4.0 / 7.0));
  CHECK(ari({0, 0, 0, 0}, {0, 1, 2, 3}) == 0.0);
  CHECK(ari({0, 0, 1, 1}, {0, 1, 0, 1}) == doctest::Approx(-0.5));
  CHECK(ari({0, 0, 0, 0}, {1, 1, 1, 1}) == 1.0);
  CHECK(ari({0, 1, 2, 3}, {3, 2, 1, 0}) == 1.0);
}

TEST_CASE("independent halves share no information, equal ones all, halves of halves ln 2") {
  const Clusters a = partition({0, 0, 1, 1}, 2);
  const auto independent = cluster::compare(a, partition({0, 1, 0, 1}, 2));
  CHECK(independent.nmi == doctest::Approx(0.0));
  CHECK(independent.vi_nats == doctest::Approx(2.0 * std::log(2.0)));
  const auto same = cluster::compare(a, partition({1, 1, 0, 0}, 2));
  CHECK(same.nmi == doctest::Approx(1.0));
  CHECK(same.vi_nats == doctest::Approx(0.0));
  const auto finer = cluster::compare(a, partition({0, 1, 2, 3}, 4));
  CHECK(finer.vi_nats == doctest::Approx(std::log(2.0)));
  CHECK(finer.nmi == doctest::Approx(2.0 / 3.0));
  CHECK(cluster::compare(partition({0, 0, 0}, 1), partition({0, 0, 0}, 1)).nmi == 1.0);
}

TEST_CASE("on random partitions the indices equal counts over all pairs of agents") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Index n = 40;
    std::vector<Index> one, other;
    for (Index i = 0; i < n; ++i) {
      const auto step = static_cast<std::uint32_t>(i);
      one.push_back(static_cast<Index>(sample::number(seed, 80, step, 6)) - 1);
      other.push_back(static_cast<Index>(sample::number(seed, 81, step, 8)) - 1);
    }
    double both = 0.0, in_one = 0.0, in_other = 0.0, all = 0.0, agents = 0.0;
    std::map<Index, double> p, q;
    std::map<std::pair<Index, Index>, double> pq;
    for (Index i = 0; i < n; ++i) {
      if (one[i] == none || other[i] == none) continue;
      agents += 1.0;
      p[one[i]] += 1.0;
      q[other[i]] += 1.0;
      pq[{one[i], other[i]}] += 1.0;
      for (Index j = 0; j < i; ++j) {
        if (one[j] == none || other[j] == none) continue;
        all += 1.0;
        in_one += one[i] == one[j];
        in_other += other[i] == other[j];
        both += one[i] == one[j] && other[i] == other[j];
      }
    }
    double mutual = 0.0, left_open = 0.0;
    for (const auto& [key, count] : pq) {
      const double shares = count * agents / (p[key.first] * q[key.second]);
      mutual += count / agents * std::log(shares);
      left_open -=
          count / agents * (std::log(count / p[key.first]) + std::log(count / q[key.second]));
    }
    const double chance = in_one * in_other / all;
    const auto found = cluster::compare(partition(one, 5), partition(other, 7));
    CHECK(found.agents_in_both == static_cast<std::int64_t>(agents));
    CHECK(found.ari ==
          doctest::Approx((both - chance) / (0.5 * (in_one + in_other) - chance)).epsilon(1e-9));
    CHECK(found.vi_nats == doctest::Approx(left_open).epsilon(1e-9));
    CHECK(found.nmi == doctest::Approx(2.0 * mutual / (left_open + 2.0 * mutual)).epsilon(1e-9));
  }
}

TEST_CASE("partitions without an agent in common differ in nothing") {
  const auto found = cluster::compare(partition({0, none}, 1), partition({none, 0}, 1));
  CHECK(found.agents_in_both == 0);
  CHECK(found.ari == 1.0);
}

}  // namespace
