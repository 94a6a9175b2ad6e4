// SPDX-License-Identifier: BSD-3-Clause
// What a stream of scenarios holds in memory beside its inputs and outputs.
//
// A child process solves, its parent made the inputs, the sink keeps nothing: the child's peak less
// that of a child that does nothing. Profiles on 1,000 buses, short and fifty times as long, and
// every outage of 2,000 buses.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/flow/stream.hpp"
#include "rows.hpp"

using namespace gridswarm;

namespace {

constexpr Index profiles = 20;

/// Devices at every bus that follow profiles of random factors.
struct Setting {
  feeder::Case grid;
  Column<Index> row, profile;
  Column<double> p_pu, q_pu, factor;
  flow::Batch batch;

  Setting(Index buses, Index rows) : grid(feeder::make_synthetic(buses, 1)) {
    for (Index k = 0; k < buses; ++k) {
      row.push_back(k);
      profile.push_back(k % profiles);
      p_pu.push_back(-grid.buses.pd_mw[k] / grid.base_mva);
      q_pu.push_back(-grid.buses.qd_mvar[k] / grid.base_mva);
    }
    for (Index i = 0; i < rows * profiles; ++i)
      factor.push_back(0.5 + draw_uniform(3, Stream::test, static_cast<std::uint64_t>(i), 0));
    batch.injections.rows = rows;
    batch.injections.profiles = profiles;
    batch.injections.factor = factor;
    batch.injections.buses = {{}, {}, row, profile, profile, p_pu, q_pu};
  }
};

double stream(const Setting& setting) {
  flow::FlowOptions options;
  options.threads = 1;
  double sum = 0.0;
  flow::solve_stream(setting.grid, setting.batch, options, {},
                     [&sum](const flow::BatchBlock& block) {
                       sum += block.result.source_p_pu[0];
                       return true;
                     });
  return sum;
}

/// Peak of a child that does this, in MiB: inputs stand in it as in its parent.
template <class Body>
double peak_mib(Body&& body) {
  const pid_t child = fork();
  if (child == 0) _exit(std::isfinite(body()) ? 0 : 1);
  int status = 0;
  rusage usage;
  wait4(child, &status, 0, &usage);
  return status == 0 ? static_cast<double>(usage.ru_maxrss) / 1024.0 : 1e9;
}

double extra_mib(const Setting& setting) {
  return peak_mib([&] { return stream(setting); }) - peak_mib([] { return 0.0; });
}

}  // namespace

int main(int argc, char** argv) {
  const Setting days(1000, 2000), year(1000, 100000);
  Setting outages(2000, 20);
  for (Index e = 0; e < outages.grid.branches.size(); ++e)
    outages.batch.topology.push_back({{flow::CasePart::branch_in_service, e, 0.0}});
  const double days_mib = extra_mib(days);
  const double year_mib = extra_mib(year);
  const double outages_mib = extra_mib(outages);
  const std::string command = "bench_stream --json";
  const std::vector<bench::Row> rows = {
      {"stream_extra_mib", std::max({days_mib, year_mib, outages_mib}), "MiB", "<=", 64.0, 1,
       command},
      {"stream_2000_steps_extra_mib", days_mib, "MiB", "", 0.0, 1, command},
      {"stream_100000_steps_extra_mib", year_mib, "MiB", "", 0.0, 1, command},
      {"stream_1999_outages_extra_mib", outages_mib, "MiB", "", 0.0, 1, command},
  };
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
