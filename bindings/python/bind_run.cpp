// SPDX-License-Identifier: BSD-3-Clause
// A whole run from Python: in this process alone, or over an mpi4py communicator.
//
// What can be wrong on one rank alone is found out before the run, and told on every rank, so that
// nobody waits for a rank that has left. The GIL is taken back only for progress and for Ctrl-C.
#include <exception>
#include <memory>

#include "bind.hpp"
#include "gridswarm/base/collectives.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/results_file.hpp"
#include "gridswarm/io/run_folder.hpp"
#include "gridswarm/io/scenario_file.hpp"
#include "gridswarm/ledger/note.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"
#include "gridswarm/swarm/genesis.hpp"
#include "gridswarm/swarm/hierarchy.hpp"
#include "gridswarm/swarm/run.hpp"

namespace gridswarm::python {
namespace {

/// What a run reads, and what it writes (on rank 0, once all feeders are loaded).
struct Prepared {
  swarm::RunInput input;
  io::RunFolder folder;
  std::unique_ptr<io::ResultsFile> results;
  std::unique_ptr<swarm::LedgerPlane> ledger;
};

Prepared prepare(const std::string& path, const std::string& out, std::optional<std::int64_t> seed,
                 int threads, bool is_root) {
  Prepared made;
  swarm::Scenario& scenario = made.input.scenario;
  scenario = io::read_scenario(path);
  if (seed) scenario.run.seed = *seed;
  made.input.threads = threads;
  made.input.profiles = io::load_profiles(scenario);
  if (is_root) made.folder = io::claim_folder(out.empty() ? "out/" + scenario.run.name : out);
  return made;
}

swarm::Outlets open_outlets(Prepared& made) {
  const swarm::Scenario& scenario = made.input.scenario;
  io::write_file_atomically(made.folder.scenario(), io::read_file(scenario.file));
  made.results = std::make_unique<io::ResultsFile>(made.folder.results());
  const ledger::SigningKey key = ledger::demo_key(static_cast<std::uint64_t>(scenario.run.seed));
  io::write_file_atomically(made.folder.vkey(), ledger::to_text(ledger::verifier_of(key)) + "\n");
  made.ledger = swarm::make_ledger_plane(ledger::posix_files(), made.folder.log(), key,
                                         swarm::genesis_of(scenario), swarm::rules_of(scenario),
                                         swarm::hierarchy_of(scenario, made.folder.gateways()));
  return {made.results.get(), made.ledger.get()};
}

/// Collective. Prepare on every rank or fail on every rank.
std::unique_ptr<Prepared> prepare_all(Exchange& exchange, const std::string& path,
                                      const std::string& out, std::optional<std::int64_t> seed,
                                      int threads) {
  std::unique_ptr<Prepared> made;
  std::exception_ptr failed;
  try {
    made = std::make_unique<Prepared>(prepare(path, out, seed, threads, hosts_root(exchange)));
    const swarm::Scenario& scenario = made->input.scenario;
    made->input.load = [&scenario](Index k) { return io::load_feeder(scenario, k); };
  } catch (...) {
    failed = std::current_exception();
  }
  const bool any = any_process(exchange, failed != nullptr);
  if (failed) std::rethrow_exception(failed);
  if (any) throw Error(ExitCode::run_time, "another rank could not begin this run");
  return made;
}

/// Calls into Python from inside the run; the first exception waits until the run has ended.
struct Ear {
  py::object progress;
  std::unique_ptr<py::error_already_set> failed;

  void tell(Index done, Index all) {
    const py::gil_scoped_acquire acquire;
    if (progress.is_none() || failed) return;
    try {
      progress(done, all);
    } catch (py::error_already_set& error) {
      failed = std::make_unique<py::error_already_set>(std::move(error));
    }
  }
  bool stop() {
    const py::gil_scoped_acquire acquire;
    if (!failed && PyErr_CheckSignals() != 0) failed = std::make_unique<py::error_already_set>();
    return failed != nullptr;
  }
};

/// A run that can begin: every rank has read its input, rank 0 has its folder.
struct Job {
  std::unique_ptr<Exchange> exchange;
  std::unique_ptr<Prepared> made;
};

std::unique_ptr<Job> prepare_job(const std::string& path, const std::string& out,
                                 std::optional<std::int64_t> seed, int threads,
                                 std::optional<int> comm) {
  auto job = std::make_unique<Job>();
  if (comm)
    job->exchange = mpi::make_exchange(*comm);
  else
    job->exchange = std::make_unique<LocalExchange>();
  job->made = prepare_all(*job->exchange, path, out, seed, threads);
  return job;
}

py::object run(Job& job, py::object progress) {
  Ear ear{std::move(progress), nullptr};
  swarm::RunResult result;
  {
    const py::gil_scoped_release release;
    swarm::RunHooks hooks;
    hooks.stop = [&] { return ear.stop(); };
    hooks.progress = [&](Index done, Index all) { ear.tell(done, all); };
    const auto open = [&] { return open_outlets(*job.made); };
    result = swarm::run(job.made->input, *job.exchange, open, hooks);
  }
  if (ear.failed) throw std::move(*ear.failed);
  if (result.interrupted) throw Error(ExitCode::interrupted, "another rank ended this run early");
  if (!hosts_root(*job.exchange)) return py::none();
  py::list variants;
  for (const swarm::VariantSummary& variant : result.variants) variants.append(to_dict(variant));
  return py::make_tuple(to_dict(result.summary), io::variant_names(job.made->input.scenario),
                        variants, job.made->folder.folder);
}

}  // namespace

void bind_run(py::module_& module) {
  py::class_<Job>(module, "Job").def("run", run);
  module.def("prepare_run", prepare_job, py::call_guard<py::gil_scoped_release>());
  module.def("run_options", describe<swarm::RunOptions>);
  module.def("totals_fields", describe<swarm::TickTotals>);
  module.def("variant_fields", describe<swarm::VariantSummary>);
}

}  // namespace gridswarm::python
