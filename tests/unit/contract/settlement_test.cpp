// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/contract/settlement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "gridswarm/base/random.hpp"

using namespace gridswarm;
using namespace gridswarm::contract;

namespace {

using Numbers = std::vector<std::int64_t>;
constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
__extension__ typedef __int128 Wide;

Numbers split(std::int64_t total, const Numbers& weight) {
  Numbers share(weight.size());
  REQUIRE(split_exact(total, weight, share) == Refusal::none);
  return share;
}

/// Hamilton's method as it is told: floors, then again and again one to whoever is owed most.
Numbers split_slowly(std::int64_t total, const Numbers& weight) {
  Wide sum = 0;
  for (const std::int64_t w : weight) sum += w;
  Numbers share(weight.size(), 0);
  std::vector<bool> served(weight.size(), false);
  Wide given = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    share[i] = static_cast<std::int64_t>(Wide(total) * weight[i] / sum);
    given += share[i];
  }
  for (; given < total; ++given) {
    std::size_t best = weight.size();
    for (std::size_t i = 0; i < weight.size(); ++i)
      if (!served[i] && (best == weight.size() ||
                         Wide(total) * weight[i] % sum > Wide(total) * weight[best] % sum))
        best = i;
    served[best] = true;
    ++share[best];
  }
  return share;
}

Numbers random_numbers(std::uint64_t trial, std::size_t count, std::int64_t bound, bool is_signed) {
  Numbers out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto step = static_cast<std::uint32_t>(i);
    out[i] = static_cast<std::int64_t>(
        draw_below(11, Stream::test, trial, step, static_cast<std::uint64_t>(bound)));
    if (is_signed) out[i] -= bound / 2;
  }
  return out;
}

}  // namespace

TEST_CASE("split_exact reproduces the Alabama paradox of largest remainders") {
  CHECK(split(10, {6, 6, 2}) == Numbers{4, 4, 2});
  CHECK(split(11, {6, 6, 2}) == Numbers{5, 5, 1});
}

TEST_CASE("ties go to the lower position") {
  CHECK(split(10, {1, 1, 1}) == Numbers{4, 3, 3});
  CHECK(split(2, {5, 5, 5}) == Numbers{1, 1, 0});
}

TEST_CASE("nothing to split gives nothing; something without weights is refused") {
  CHECK(split(0, {0, 0}) == Numbers{0, 0});
  CHECK(split(0, {}) == Numbers{});
  Numbers share(2);
  CHECK(split_exact(1, Numbers{0, 0}, share) == Refusal::out_of_range);
  CHECK(split_exact(-1, Numbers{1, 1}, share) == Refusal::out_of_range);
  CHECK(split_exact(1, Numbers{1, -1}, share) == Refusal::out_of_range);
  CHECK(split_exact(1, Numbers{high, 1}, share) == Refusal::overflow);
}

TEST_CASE("the largest numbers are split without rounding") {
  CHECK(split(high, {high - 1, 1}) == Numbers{high - 1, 1});
  CHECK(split(high, {1, 1}) == Numbers{high / 2 + 1, high / 2});
}

TEST_CASE("split_exact is Hamilton's method on random weights, small and huge") {
  for (std::uint64_t trial = 0; trial < 400; ++trial) {
    const std::size_t count = 1 + draw_below(12, Stream::test, trial, 0, 40);
    const std::int64_t bound = trial % 2 == 0 ? 20 : high / 64;
    Numbers weight = random_numbers(trial, count, bound, false);
    weight[0] += 1;  // not all zero
    const auto total = static_cast<std::int64_t>(
        draw_below(12, Stream::test, trial, 1, trial % 3 == 0 ? std::uint64_t(high) : 1000));
    CHECK(split(total, weight) == split_slowly(total, weight));
  }
}

TEST_CASE("a cluster shares the smaller side and leaves the rest outside") {
  // 30 and 10 to give, 8 taken by each of two: shared 16 = 12 + 4 given; 24 leave the cluster.
  Settlement out;
  const Numbers net = {30, 10, -8, -8, 0};
  REQUIRE(settle_cluster(net, {3, 2}, out) == Refusal::none);
  CHECK(out.shared_milliwh == 16);
  CHECK(out.net_milliwh == 24);
  CHECK(out.residual_milliwh == 24);
  CHECK(out.share_milliwh == Numbers{12, 4, -8, -8, 0});
  CHECK(out.tokens_micro == Numbers{36, 12, -24, -24, 0});
  CHECK(out.reward_micro == Numbers{12, 4, 8, 8, 0});  // pool 2 * 16, weights 12 4 8 8
}

TEST_CASE("nobody shares alone, and an empty cluster settles to nothing") {
  Settlement out;
  REQUIRE(settle_cluster(Numbers{-500}, {3, 2}, out) == Refusal::none);
  CHECK(out.share_milliwh == Numbers{0});
  CHECK(out.residual_milliwh == 500);
  REQUIRE(settle_cluster(Numbers{}, {3, 2}, out) == Refusal::none);
  CHECK(out.shared_milliwh == 0);
}

TEST_CASE(
    "energy, tokens and rewards are conserved on random clusters, and no share exceeds its net") {
  Settlement out;
  for (std::uint64_t trial = 0; trial < 2000; ++trial) {
    const std::size_t count = 1 + draw_below(13, Stream::test, trial, 0, 64);
    const Numbers net = random_numbers(trial, count, trial % 2 == 0 ? 40 : 2'000'000'000, true);
    const Tariff tariff{static_cast<std::int64_t>(trial % 7), static_cast<std::int64_t>(trial % 3)};
    REQUIRE(settle_cluster(net, tariff, out) == Refusal::none);
    const auto sum = [](const Numbers& column) {
      return std::accumulate(column.begin(), column.end(), std::int64_t{0});
    };
    REQUIRE(sum(out.share_milliwh) == 0);
    REQUIRE(sum(out.tokens_micro) == 0);
    REQUIRE(sum(out.reward_micro) == tariff.reward_rate * out.shared_milliwh);
    std::int64_t given = 0;
    std::int64_t gross = 0;
    for (std::size_t i = 0; i < count; ++i) {
      given += std::max<std::int64_t>(0, out.share_milliwh[i]);
      gross += std::abs(net[i]);
      REQUIRE(out.share_milliwh[i] * (net[i] > 0 ? 1 : -1) >= 0);
      REQUIRE(std::abs(out.share_milliwh[i]) <= std::abs(net[i]));
    }
    REQUIRE(given == out.shared_milliwh);
    REQUIRE(out.residual_milliwh == gross - 2 * given);
  }
}

TEST_CASE("what does not fit 64 bits is refused") {
  Settlement out;
  CHECK(settle_cluster(Numbers{high, 1, -1}, {1, 0}, out) == Refusal::overflow);
  CHECK(settle_cluster(Numbers{low, 1}, {1, 0}, out) == Refusal::overflow);
  CHECK(settle_cluster(Numbers{high, -high}, {2, 0}, out) == Refusal::overflow);
  CHECK(settle_cluster(Numbers{high, -high}, {1, 2}, out) == Refusal::overflow);
  CHECK(settle_cluster(Numbers{high / 2, -(high / 2)}, {1, 0}, out) == Refusal::none);
  CHECK(settle_cluster(Numbers{1, -1}, {-1, 0}, out) == Refusal::out_of_range);
}
