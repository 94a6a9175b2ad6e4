// SPDX-License-Identifier: BSD-3-Clause
#include "app/over_ranks.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"

namespace gridswarm::app {
namespace {

/// This process's share of the machine's cores, unless --threads was typed: more threads than cores
/// would wait for each other.
Common share_cores(Common common) {
  if (common.threads > 0) return common;
  const int share =
      static_cast<int>(std::thread::hardware_concurrency()) / mpi::processes_on_node();
  common.threads = std::max(1, std::min(threads_for(0), share));
  return common;
}

}  // namespace

ExitCode over_ranks(const Common& common, int pretended_ranks,
                    const std::function<ExitCode(Exchange&, const Common&)>& body) {
  if (mpi::launched_by_mpi([](const char* name) { return std::getenv(name); })) {
    const mpi::Session session;
    try {
      const auto exchange = mpi::make_exchange();
      return body(*exchange, share_cores(common));
    } catch (const Error& error) {
      std::fprintf(stderr, "gridswarm: %s\n", error.what());
      mpi::abort_all(static_cast<int>(error.exit_code));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "gridswarm: %s\n", error.what());
      mpi::abort_all(static_cast<int>(ExitCode::run_time));
    }
  }
  LocalExchange exchange(pretended_ranks);
  return body(exchange, common);
}

}  // namespace gridswarm::app
