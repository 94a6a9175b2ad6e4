// SPDX-License-Identifier: BSD-3-Clause
// Oracles: closed-form moments with bounds from their own standard errors, and the exact quantile.
#include "gridswarm/link/delay.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/normal.hpp"
#include "gridswarm/base/random.hpp"

using namespace gridswarm;

namespace {

std::uint32_t word(std::uint64_t n) { return draw(5, Stream::link, n / 4, 0)[n % 4]; }

link::Model lognormal(double median_ms, double sigma) {
  link::LinkOptions options;
  options.delay_ms = median_ms;
  options.sigma = sigma;
  return link::model_of(options);
}

std::string refusal(link::LinkOptions options) {
  try {
    link::model_of(options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("lognormal delays have the median, mean and variance of the closed form") {
  constexpr int count = 200000;
  for (const double sigma : {0.25, 0.5, 1.0}) {
    const link::Model model = lognormal(10.0, sigma);
    const std::vector<double> table = link::delay_table(model);
    double sum = 0.0, sum_log = 0.0, sum_log2 = 0.0;
    for (int n = 0; n < count; ++n) {
      const double ms = link::lognormal_ns(model, table, word(n)) / 1e6;
      sum += ms;
      sum_log += std::log(ms / 10.0);
      sum_log2 += std::log(ms / 10.0) * std::log(ms / 10.0);
    }
    const double mean = 10.0 * std::exp(sigma * sigma / 2);
    const double deviation = mean * std::sqrt((std::exp(sigma * sigma) - 1.0) / count);
    CHECK(std::fabs(sum / count - mean) < 4.0 * deviation);
    CHECK(std::fabs(sum_log / count) < 4.0 * sigma / std::sqrt(count));
    const double second = sigma * sigma;  // variance of z^2 is 2
    CHECK(std::fabs(sum_log2 / count - second) < 4.0 * second * std::sqrt(2.0 / count));
  }
}

TEST_CASE("the table of delays differs from the exact quantile by no more than is stated") {
  for (const double sigma : {0.1, 0.5, 1.0, 2.0}) {
    const link::Model model = lognormal(1.0, sigma);
    const std::vector<double> table = link::delay_table(model);
    double worst = 0.0;
    for (std::uint64_t n = 0; n < 50000; ++n) {
      const double u = (static_cast<double>(word(n)) + 0.5) * 0x1p-32;
      const double exact = 1e6 * std::exp(sigma * normal_quantile(u));
      worst = std::max(worst, std::fabs(link::lognormal_ns(model, table, word(n)) / exact - 1.0));
    }
    CHECK(worst <= 5e-6 * (sigma * sigma + 2.2 * sigma));
  }
}

TEST_CASE("jitter is uniform below its bound") {
  link::LinkOptions options;
  options.jitter_ms = 1.0;
  const link::Model model = link::model_of(options);
  constexpr int count = 100000;
  double sum = 0.0;
  for (int n = 0; n < count; ++n) {
    const link::Nanoseconds ns = link::jitter_ns(model, word(n));
    REQUIRE(ns >= 0);
    REQUIRE(ns < 1000000);
    sum += static_cast<double>(ns) / 1e6;
  }
  CHECK(std::fabs(sum / count - 0.5) < 4.0 / std::sqrt(12.0 * count));
}

TEST_CASE("chance takes its share of messages, none at 0 and all at 1") {
  constexpr int count = 100000;
  for (const double loss : {0.0, 0.05, 0.5, 1.0}) {
    link::LinkOptions options;
    options.loss = loss;
    const link::Model model = link::model_of(options);
    int lost = 0;
    for (int n = 0; n < count; ++n) lost += link::is_lost(model, word(n));
    CHECK(std::fabs(lost - loss * count) <= 4.0 * std::sqrt(loss * (1.0 - loss) * count));
  }
}

TEST_CASE("a message of 1,500 bytes takes 12 ms of a wire of 125 kB/s, rounded up") {
  link::LinkOptions options;
  options.rate_kb_per_s = 125.0;
  link::Model model = link::model_of(options);
  CHECK(link::wire_ns(model, 1500) == 12 * link::ns_per_ms);
  model.bytes_per_s = 3;
  CHECK(link::wire_ns(model, 1) == 333333334);
  model.bytes_per_s = 0;
  CHECK(link::wire_ns(model, 1) == 0);
}

TEST_CASE("models that no wire has are refused in one sentence") {
  link::LinkOptions options;
  options.delay_ms = -1.0;
  CHECK(refusal(options) == "delay_ms -1 ms is negative: messages take time");
  options.delay_ms = 1e99;
  CHECK(refusal(options).find("longer than 30 days") != std::string::npos);
  options = {};
  options.loss = 1.5;
  CHECK(refusal(options) == "loss 1.5 is not a probability: it lies from 0 to 1");
  options.loss = std::nan("");
  CHECK(refusal(options) != "");
  options = {};
  options.sigma = 9.0;
  CHECK(refusal(options) == "sigma 9 of a lognormal delay lies from 0 to 5");
  options = {};
  options.queue_kb = 1.0;
  CHECK(refusal(options).find("needs a byte budget") != std::string::npos);
  options = {};
  options.rate_kb_per_s = -1.0;
  CHECK(refusal(options) == "rate_kb_per_s and queue_kb can't be negative; 0 means no bound");
  CHECK(refusal({}) == "");
}
