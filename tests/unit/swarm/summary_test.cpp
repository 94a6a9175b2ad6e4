// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/summary.hpp"

#include <doctest/doctest.h>

using namespace gridswarm;

namespace {

/// Two ticks of half an hour make an interval; one draw, so two variants.
swarm::Scenario half_hours() {
  swarm::Scenario scenario;
  scenario.run.dt_s = 1800.0;
  scenario.run.ledger_dt_s = 3600.0;
  return scenario;
}

/// Rows of one feeder whose every total is `x` for the swarm and 10 x for local rules.
swarm::FeederInterval rows_of(double x) {
  swarm::FeederInterval rows;
  rows.ticks = 2;
  for (int row = 0; row < 4; ++row) {
    const double y = row % 2 == 0 ? x : 10.0 * x;
    swarm::TickTotals& tick = rows.totals.emplace_back();
    tick.source_kw = row < 2 ? y : -y;  // imports in the first tick, exports in the second
    tick.losses_kw = tick.curtailed_kw = tick.shared_kw = tick.buses_outside = y;
    tick.loading_max_percent = y;
    tick.v_min_pu = 1.0 - 0.001 * y;
    tick.v_max_pu = 1.0 + 0.001 * y;
    tick.power_kw = 4.0 * y;
    tick.imbalance_kw = 2.0 * y;
    tick.floor_kw = y;
    tick.volt_var_gap = 1e-12 * y;
  }
  rows.unserved_kwh = {x, 10.0 * x};
  rows.messages = 7, rows.bytes = 70, rows.moved = 1, rows.clusters = 3;
  rows.flow_s = 3.0, rows.tick_s = 1.0;
  return rows;
}

}  // namespace

TEST_CASE("energies are powers times half an hour, summed over feeders and ticks") {
  swarm::SummaryBuilder builder(half_hours(), 2);
  builder.add(rows_of(1.0));
  builder.add(rows_of(2.0));
  builder.close_interval();
  const auto variants = builder.variants();
  REQUIRE(variants.size() == 2);
  CHECK(variants[0].losses_kwh == 3.0);  // (1 + 2) kW, two ticks of half an hour
  CHECK(variants[1].losses_kwh == 30.0);
  CHECK(variants[0].curtailed_kwh == 3.0);
  CHECK(variants[0].shared_kwh == 3.0);
  CHECK(variants[0].bus_minutes_outside == 180.0);  // 3 buses for 60 minutes
  CHECK(variants[0].ev_unserved_kwh == 3.0);
  CHECK(variants[0].loading_max_percent == 2.0);
  CHECK(variants[0].v_min_pu == doctest::Approx(0.998));
  CHECK(variants[1].v_max_pu == doctest::Approx(1.02));
  CHECK(variants[0].imbalance_left == 0.5);
  CHECK(variants[0].imbalance_floor == 0.25);
  CHECK(builder.volt_var_gap == doctest::Approx(2e-11));
}

TEST_CASE("the peak is the largest import of all feeders at one tick, over all intervals") {
  swarm::SummaryBuilder builder(half_hours(), 2);
  for (const double x : {1.0, 2.0, 3.0}) {
    builder.add(rows_of(x));
    builder.add(rows_of(x));
    builder.close_interval();
  }
  CHECK(builder.variants()[0].peak_import_kw == 6.0);
  CHECK(builder.variants()[1].peak_import_kw == 60.0);
}

TEST_CASE("a feeder that only exports has a peak below zero") {
  swarm::SummaryBuilder builder(half_hours(), 1);
  swarm::FeederInterval rows = rows_of(1.0);
  for (auto& tick : rows.totals) tick.source_kw = -5.0;
  builder.add(rows);
  builder.close_interval();
  CHECK(builder.variants()[0].peak_import_kw == -5.0);
}

TEST_CASE("clusters are the last interval's, messages and churn the whole run's") {
  swarm::SummaryBuilder builder(half_hours(), 2);
  for (int interval = 0; interval < 3; ++interval) {
    builder.add(rows_of(1.0));
    builder.add(rows_of(1.0));
    builder.close_interval();
  }
  CHECK(builder.clusters == 6);
  CHECK(builder.messages == 42);
  CHECK(builder.bytes == 420);
  CHECK(builder.churn_percent(20) == doctest::Approx(100.0 * 6 / 60));
  CHECK(builder.churn_percent(0) == 0.0);
  CHECK(builder.flow_percent() == 75.0);
}

TEST_CASE("where no agent has power no share of it is imbalance") {
  swarm::SummaryBuilder builder(half_hours(), 1);
  builder.add(rows_of(0.0));
  builder.close_interval();
  CHECK(builder.variants()[0].imbalance_left == 0.0);
  CHECK(builder.flow_percent() == 75.0);
}
