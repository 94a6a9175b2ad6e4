// SPDX-License-Identifier: BSD-3-Clause
// Axes mean what the written-out batch means, to the bit.
#include "gridswarm/flow/batch.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "batches.hpp"

using namespace gridswarm;
using flow::CaseChange;
using flow::CasePart;

TEST_CASE("scenarios of a product count injections fastest, then taps, then topologies") {
  flow::Batch batch;
  batch.topology.resize(2);
  batch.tap_rows = 3;
  batch.injections.rows = 5;
  CHECK(flow::scenarios_of(batch) == 30);
  const flow::BatchRow row = flow::row_of(batch, 22);  // 22 = (1 * 3 + 1) * 5 + 2
  CHECK(row.topology == 1);
  CHECK(row.tap == 1);
  CHECK(row.injection == 2);
}

TEST_CASE("a zip walks its axes together, and an axis of one row stays") {
  flow::Batch batch;
  batch.combine = flow::Combine::zip;
  batch.topology.resize(4);
  batch.injections.rows = 4;
  CHECK(flow::scenarios_of(batch) == 4);
  CHECK(flow::row_of(batch, 3).topology == 3);
  CHECK(flow::row_of(batch, 3).injection == 3);
  CHECK(flow::row_of(batch, 3).tap == 0);
  batch.injections.rows = 3;
  CHECK_THROWS_WITH_AS(flow::scenarios_of(batch), doctest::Contains("can't be zipped"), UsageError);
}

TEST_CASE("an empty batch is one scenario: the case as it is") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);
  CHECK(flow::scenarios_of({}) == 1);
  flow::FillRows fill;
  const flow::Batch nothing;
  const flow::Injections one = flow::fill_block(grid, nothing, 0, 1, fill);
  CHECK(one.scenarios == 1);
  CHECK(one.p_pu.size() == 2);
  CHECK(one.p_pu[1] == 0.0);
}

TEST_CASE("equal topologies are one, in whatever order and with whatever changes nothing") {
  const feeder::Case grid = test::ladder();
  const CaseChange open{CasePart::branch_in_service, 1, 0.0};
  const CaseChange close{CasePart::branch_in_service, 4, 1.0};
  const CaseChange nothing{CasePart::branch_in_service, 0, 1.0};
  flow::Batch batch;
  batch.topology = {{}, {open, close}, {nothing}, {close, open, nothing}, {open}};
  const flow::Topologies found = flow::distinct_topologies(grid, batch);
  CHECK(found.number == std::vector<Index>{0, 1, 0, 1, 2});
  CHECK(found.changes.size() == 3);
  CHECK(found.changes[0].empty());
  const feeder::Case other = flow::changed(grid, found.changes[1]);
  CHECK(other.branches.in_service[1] == 0);
  CHECK(other.branches.in_service[4] == 1);
  CHECK(grid.branches.in_service[1] == 1);
}

TEST_CASE("device powers times profiles fill rows as written by hand") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);
  const std::array<double, 6> factor = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0};  // 3 rows, 2 profiles
  const std::array<Index, 3> row = {1, 1, 1}, profile = {0, 1, none}, q_profile = {1, 1, 0};
  const std::array<double, 3> p = {-0.1, 0.01, -0.001}, q = {-0.2, 0.0, 0.0};
  const std::array<double, 2> fixed = {0.0, -1.0};
  flow::Batch batch;
  batch.injections.rows = 3;
  batch.injections.profiles = 2;
  batch.injections.factor = factor;
  batch.injections.buses = {fixed, {}, row, profile, q_profile, p, q};
  flow::check(grid, batch);
  flow::FillRows fill;
  const flow::Injections rows = flow::fill_block(grid, batch, 1, 2, fill);
  CHECK(rows.p_pu[1] == doctest::Approx(-1.0 - 0.1 * 3 + 0.01 * 4 - 0.001));
  CHECK(rows.p_pu[3] == doctest::Approx(-1.0 - 0.1 * 5 + 0.01 * 6 - 0.001));
  CHECK(rows.q_pu[3] == doctest::Approx(-0.2 * 6));
  CHECK(rows.load_p_pu.empty());
}

TEST_CASE("rows that follow one another are read in place") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);
  const std::vector<double> p(20, -0.1), q(20, 0.0);
  flow::Batch batch;
  batch.injections.given = {10, p, q};
  flow::FillRows fill;
  CHECK(flow::fill_block(grid, batch, 4, 3, fill).p_pu.data() == p.data() + 8);
  batch.topology.resize(2);
  CHECK(flow::fill_block(grid, batch, 9, 2, fill).p_pu.data() != p.data());  // row 9, then row 0
}

TEST_CASE("what does not fit the case is refused in words") {
  const feeder::Case grid = test::two_buses(0.01, 0.02);
  const auto refused = [&grid](const flow::Batch& batch, const char* part) {
    CHECK_THROWS_WITH_AS(flow::check(grid, batch), doctest::Contains(part), UsageError);
  };
  flow::Batch branch;
  branch.topology = {{{CasePart::branch_in_service, 7, 0.0}}};
  refused(branch, "row 7");
  flow::Batch taps;
  taps.tap_rows = 2;
  const std::array<std::int32_t, 3> tap = {1, 2, 3};
  taps.tap = tap;
  refused(taps, "tap");
  flow::Batch profile;
  const std::array<double, 2> factor = {1.0, 1.0}, p = {0.1, 0.1};
  const std::array<Index, 2> row = {0, 1}, which = {0, 3};
  profile.injections.rows = 2;
  profile.injections.profiles = 1;
  profile.injections.factor = factor;
  profile.injections.buses.row = row;
  profile.injections.buses.p_profile = which;
  profile.injections.buses.p = p;
  refused(profile, "profile 3 of 1");
}
