// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/swarm/control_tick.hpp"
#include "gridswarm/swarm/ledger_tick.hpp"
#include "gridswarm/swarm/packing.hpp"
#include "gridswarm/swarm/run.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace run_detail {

/// The feeders of this process, with the hosted rank that owns each.
struct Hosted {
  std::vector<std::unique_ptr<FeederRun>> feeders;  ///< ascending by feeder
  std::vector<std::vector<Index>> of_rank;          ///< hosted rank -> rows of `feeders`
  std::vector<Bytes> journals;                      ///< of this interval, beside feeders
  std::vector<TickWork> work;                       ///< of each thread
};

/// Feeder k belongs to rank k mod ranks.
GS_INLINE Hosted load_feeders(const RunInput& input, const Exchange& exchange) {
  Hosted hosted;
  hosted.of_rank.resize(static_cast<std::size_t>(exchange.hosted()));
  for (Index k = 0; k < input.scenario.feeder_count(); ++k) {
    const int row = k % exchange.ranks() - exchange.first_hosted();
    if (row < 0 || row >= exchange.hosted()) continue;
    hosted.of_rank[row].push_back(static_cast<Index>(hosted.feeders.size()));
    hosted.feeders.push_back(make_feeder_run(input.scenario, input.profiles, k, input.load(k)));
  }
  hosted.journals.resize(hosted.feeders.size());
  hosted.work.resize(static_cast<std::size_t>(threads_for(input.threads)));
  return hosted;
}

/// Collective. Every process's feeders, or an error everywhere.
GS_INLINE Hosted load_all(const RunInput& input, Exchange& exchange) {
  Hosted hosted;
  std::exception_ptr failure;
  int status = 0;
  try {
    hosted = load_feeders(input, exchange);
  } catch (const Error& error) {
    failure = std::current_exception();
    status = static_cast<int>(error.exit_code);
  } catch (...) {
    failure = std::current_exception();
    status = static_cast<int>(ExitCode::run_time);
  }
  const std::int64_t worst = all_max(exchange, status);
  if (failure) std::rethrow_exception(failure);
  if (worst != 0)
    throw Error(static_cast<ExitCode>(worst), "another process could not load its feeders");
  return hosted;
}

/// A list of byte strings as one, for one payload per rank.
GS_INLINE Bytes join(const std::vector<Bytes>& parts) {
  Bytes out;
  PackWriter write{out};
  for (const Bytes& part : parts) {
    write(static_cast<std::uint64_t>(part.size()));
    write.raw(part.data(), part.size());
  }
  return out;
}

GS_INLINE std::vector<Bytes> split(const Bytes& joined) {
  std::vector<Bytes> parts;
  PackReader read{joined.data()};
  while (read.at < joined.data() + joined.size()) {
    std::uint64_t size = 0;
    read(size);
    parts.emplace_back(read.at, read.at + size);
    read.at += size;
  }
  return parts;
}

/// Collective. `make` gives `count` byte strings per feeder; rank 0 gets all, by feeder.
template <class Make>
std::vector<std::vector<Bytes>> gather_by_feeder(const Hosted& hosted, Exchange& exchange,
                                                 Index feeders, Make&& make) {
  std::vector<Bytes> payloads;
  for (const auto& rows : hosted.of_rank) {
    std::vector<Bytes> parts;
    for (const Index row : rows) parts.push_back(join(make(row)));
    payloads.push_back(join(parts));
  }
  const std::vector<Bytes> by_rank = gather_to_root(exchange, std::move(payloads));
  std::vector<std::vector<Bytes>> by_feeder(by_rank.empty() ? 0 : feeders);
  for (std::size_t rank = 0; rank < by_rank.size(); ++rank) {
    std::size_t k = rank;
    for (const Bytes& part : split(by_rank[rank])) {
      by_feeder[k] = split(part);
      k += by_rank.size();
    }
  }
  return by_feeder;
}

/// Collective. What is said once about every feeder, on rank 0.
/// @throws InputError where two feeders have an agent of the same id
GS_INLINE std::vector<FeederLayout> gather_layouts(const Scenario& scenario, const Hosted& hosted,
                                                   Exchange& exchange, Index feeders) {
  const auto packed = gather_by_feeder(hosted, exchange, feeders, [&](Index row) {
    return std::vector<Bytes>{pack(layout_of(*hosted.feeders[row]))};
  });
  std::vector<FeederLayout> layout(packed.size());
  std::vector<std::int64_t> seen;
  for (std::size_t k = 0; k < packed.size(); ++k) {
    unpack(packed[k][0], layout[k]);
    seen.insert(seen.end(), layout[k].agent.begin(), layout[k].agent.end());
  }
  std::sort(seen.begin(), seen.end());
  const auto twice = std::adjacent_find(seen.begin(), seen.end());
  if (twice != seen.end())
    throw InputError(scenario.file, 0,
                     "agent " + std::to_string(*twice) +
                         " is on two feeders; agent ids must be unique over a run");
  return layout;
}

/// All ticks of one interval of one feeder, then its close. Threads can't throw: the error waits.
GS_INLINE std::exception_ptr advance(const RunInput& input, Index interval, TickWork& work,
                                     FeederRun& run, Bytes& journal) {
  try {
    const Index ticks = input.scenario.ticks_per_interval();
    open_interval(input.scenario, input.profiles, interval, run);
    begin_interval(interval, run);
    for (Index row = 0; row < ticks; ++row)
      control_tick(input.scenario, input.profiles, interval * ticks + row, row, work, run);
    journal = close_interval(input.scenario, interval, run);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

/// One interval of all feeders here. @throws the first feeder's error
GS_INLINE void advance_all(const RunInput& input, Index interval, Hosted& hosted) {
  std::vector<std::exception_ptr> failed(hosted.feeders.size());
  run_pieces(static_cast<Index>(hosted.feeders.size()), input.threads, [&](Index row, int thread) {
    failed[row] =
        advance(input, interval, hosted.work[thread], *hosted.feeders[row], hosted.journals[row]);
  });
  for (const std::exception_ptr& failure : failed)
    if (failure) std::rethrow_exception(failure);
}

/// Rank 0: what arrived goes to the sink, the summary and the ledger plane.
GS_INLINE void deliver(const Scenario& scenario, Index interval,
                       std::vector<std::vector<Bytes>> by_feeder, const Outlets& outlets,
                       SummaryBuilder& summary) {
  FeederInterval rows;
  JournalBatch batch;
  batch.tick = interval + 1;
  batch.time_s = fleet::parse_stamp(scenario.run.start) +
                 static_cast<std::int64_t>((interval + 1) * scenario.run.ledger_dt_s);
  for (std::vector<Bytes>& parts : by_feeder) {
    unpack(parts[0], rows);
    summary.add(rows);
    if (outlets.sink) outlets.sink->interval(rows);
    batch.packed.push_back(std::move(parts[1]));
  }
  summary.close_interval();
  if (outlets.ledger) outlets.ledger->submit(std::move(batch));
}

using Moment = std::chrono::steady_clock::time_point;

/// Rank 0, after the last interval: wait for the ledger and fill the tables.
GS_INLINE void summarise(const Scenario& scenario, Index intervals, const Exchange& exchange,
                         const SummaryBuilder& builder, LedgerPlane* ledger, Moment began,
                         RunResult& result) {
  RunSummary& summary = result.summary;
  result.variants = builder.variants();
  summary.name = scenario.run.name;
  summary.feeders = scenario.feeder_count();
  summary.ticks = static_cast<std::int64_t>(intervals) * scenario.ticks_per_interval();
  summary.clusters = builder.clusters;
  summary.churn_percent = builder.churn_percent(summary.agents);
  summary.messages = builder.messages;
  summary.bytes = builder.bytes;
  summary.volt_var_gap = builder.volt_var_gap;
  const fleet::ForecastError forecast = builder.forecast_error();
  summary.forecast_error_kw = builder.forecast_error_kw();
  summary.forecast_rmse_kw = forecast.rmse;
  summary.forecast_bias_kw = forecast.bias;
  summary.forecast_skill = forecast.skill;
  summary.flow_percent = builder.flow_percent();
  summary.exchange_rounds = exchange.traffic().rounds;
  summary.exchange_bytes = exchange.traffic().bytes;
  if (ledger) {
    const LedgerResult log = ledger->finish();
    summary.records = log.records;
    summary.device_records = log.device_records;
    summary.cluster_records = log.cluster_records;
    summary.refused = log.refused;
    summary.log_head = log.head;
    summary.anchor_age_s = log.anchor_age_s;
    summary.loss_bound_ms = log.loss_bound_ms;
    summary.loss_bound_records = log.loss_bound_records;
    if (log.refused > 0)
      throw Error(ExitCode::run_time, "a contract refused " + std::to_string(log.refused) +
                                          " records of this run; the first: " + log.first_refusal);
  }
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace run_detail

GS_INLINE RunResult run(const RunInput& input, Exchange& exchange,
                        const std::function<Outlets()>& open, const RunHooks& hooks) {
  using namespace run_detail;
  const auto began = std::chrono::steady_clock::now();
  const Scenario& scenario = input.scenario;
  const Index feeders = scenario.feeder_count();
  const Index intervals = scenario.ticks() / scenario.ticks_per_interval();
  const bool is_root = hosts_root(exchange);
  Hosted hosted = load_all(input, exchange);
  RunResult result;
  SummaryBuilder summary(scenario, feeders);
  const std::vector<FeederLayout> layout = gather_layouts(scenario, hosted, exchange, feeders);
  for (const FeederLayout& feeder : layout)
    result.summary.agents += static_cast<std::int64_t>(feeder.agent.size());
  const Outlets outlets = is_root ? open() : Outlets();
  if (outlets.sink) outlets.sink->begin(scenario, layout);
  Index interval = 0;
  for (; interval < intervals && !result.interrupted; ++interval) {
    advance_all(input, interval, hosted);
    auto by_feeder = gather_by_feeder(hosted, exchange, feeders, [&](Index row) {
      return std::vector<Bytes>{pack(hosted.feeders[row]->rows), hosted.journals[row]};
    });
    if (is_root) deliver(scenario, interval, std::move(by_feeder), outlets, summary);
    if (is_root && hooks.progress) hooks.progress(interval + 1, intervals);
    const bool stop = any_process(exchange, hooks.stop && hooks.stop());
    result.interrupted = stop && interval + 1 < intervals;
  }
  std::int64_t lost = 0;
  for (const auto& run : hosted.feeders) lost += run->not_converged;
  result.summary.not_converged = all_sum(exchange, lost);
  if (outlets.sink) outlets.sink->end();
  if (is_root) summarise(scenario, interval, exchange, summary, outlets.ledger, began, result);
  return result;
}

}  // namespace gridswarm::inline GS_ABI::swarm
