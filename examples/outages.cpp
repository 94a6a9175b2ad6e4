// SPDX-License-Identifier: BSD-3-Clause
// Which single outage of a feeder lets the voltage sink most, over a day of hours? All outages
// times all hours in one call; their product is never written out.
#include <cmath>
#include <cstdio>
#include <vector>

#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/stream.hpp"
#include "gridswarm/io/case_file.hpp"

int main() {
  using namespace gridswarm;
  const feeder::Case grid = io::read_case("examples/data/ieee33.m");
  Column<double> p_pu, q_pu;
  flow::nominal_injections(grid, p_pu, q_pu);
  Column<double> p_day, q_day;  // (hour, bus): loads between 40 and 100 %
  for (int hour = 0; hour < 24; ++hour)
    for (std::size_t bus = 0; bus < p_pu.size(); ++bus) {
      const double load = 0.7 - 0.3 * std::cos((hour - 6) * 3.14159265 / 12.0);
      p_day.push_back(load * p_pu[bus]);
      q_day.push_back(load * q_pu[bus]);
    }

  flow::Batch batch;
  batch.injections.given = {24, p_day, q_day};
  batch.topology.push_back({});  // the case as it is, then each outage
  for (Index line = 0; line < grid.branches.size(); ++line)
    batch.topology.push_back({{flow::CasePart::branch_in_service, line, 0.0}});

  double lowest_pu = 2.0;
  std::int64_t at = 0;
  Index dark = 0;
  flow::solve_stream(grid, batch, {}, {}, [&](const flow::BatchBlock& block) {
    for (Index s = 0; s < block.result.scenarios; ++s)
      for (std::size_t bus = 0; bus < p_pu.size(); ++bus) {
        const std::size_t i = static_cast<std::size_t>(s) * p_pu.size() + bus;
        const double vm_pu = std::hypot(block.result.v_re[i], block.result.v_im[i]);
        dark += std::isnan(vm_pu);
        if (!(vm_pu < lowest_pu)) continue;
        lowest_pu = vm_pu;
        at = block.first + s;
      }
    return true;
  });
  const flow::BatchRow row = flow::row_of(batch, at);
  std::printf("%lld power flows, %d bus hours without supply\n",
              static_cast<long long>(flow::scenarios_of(batch)), dark);
  std::printf("lowest voltage %.4f p.u., topology %d, hour %d\n", lowest_pu, row.topology,
              row.injection);
}
