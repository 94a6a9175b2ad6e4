// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>

#include "gridswarm/balance/consensus_links.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace consensus_links_detail {

inline constexpr std::int16_t up = 0, down = 1;

/// Messages and time of a run that began at `start`.
GS_INLINE void take_counts(const link::Network& network, link::Nanoseconds start,
                           ConsensusTotals& totals) {
  totals.messages = network.totals.sent;
  totals.bytes = network.totals.bytes_sent;
  totals.took_s = static_cast<double>(link::now_ns(network) - start) / 1e9;
}

/// State of a sum over a tree.
struct TreeRun {
  link::Network& network;
  std::span<const Index> parent;
  const TreeLinks& links;
  link::Nanoseconds retry_ns;
  Csr children;
  std::vector<Index> missing;  ///< children not heard yet
  std::vector<char> heard;     ///< per node: its sum has reached its parent
  std::vector<char> knows;     ///< per node: it knows the result
  std::vector<double> from_child, sum;
  std::span<double> value;
  Index knowing = 0;
};

GS_INLINE void say(TreeRun& run, Index row, std::int16_t kind, double number) {
  link::send(run.network, row, kind, consensus_detail::number_bytes,
             std::bit_cast<link::Payload>(number));
}

GS_INLINE void learn(TreeRun& run, Index i, double result) {
  if (run.knows[i]) return;
  run.knows[i] = 1;
  run.value[i] = result;
  ++run.knowing;
  for (const Index child : run.children.row(i)) say(run, run.links.down[child], down, result);
}

/// i has heard all its children.
GS_INLINE void speak_up(TreeRun& run, Index i) {
  for (const Index child : run.children.row(i)) run.sum[i] += run.from_child[child];
  if (run.parent[i] == none) {
    learn(run, i, run.sum[i]);
    return;
  }
  say(run, run.links.up[i], up, run.sum[i]);
  link::wake(run.network, i, link::now_ns(run.network) + run.retry_ns, up);
}

GS_INLINE void answer(TreeRun& run, const link::Event& event) {
  const Index i = event.node;
  if (event.stage == link::Stage::timer) {
    if (run.knows[i]) return;
    say(run, run.links.up[i], up, run.sum[i]);
    link::wake(run.network, i, event.at_ns + run.retry_ns, up);
  } else if (event.kind == down) {
    learn(run, i, std::bit_cast<double>(event.payload));
  } else if (run.knows[i]) {
    say(run, run.links.down[event.from], down, run.value[i]);
  } else if (!run.heard[event.from]) {
    run.heard[event.from] = 1;
    run.from_child[event.from] = std::bit_cast<double>(event.payload);
    if (--run.missing[i] == 0) speak_up(run, i);
  }
}

/// Rows that wait for their message to arrive.
template <class Row>
struct Post {
  std::vector<Row> rows;
  std::vector<std::uint32_t> free;
  link::Payload put(const Row& row) {
    if (free.empty()) {
      rows.push_back(row);
      return rows.size() - 1;
    }
    const std::uint32_t at = free.back();
    free.pop_back();
    rows[at] = row;
    return at;
  }
  /// Lost messages keep their row: the post of a run grows by its losses.
  Row take(link::Payload at) {
    free.push_back(static_cast<std::uint32_t>(at));
    return rows[at];
  }
};

/// Ring of node i's clock for its round-th period.
GS_INLINE void wake_at(link::Network& network, Index i, std::int64_t round,
                       link::Nanoseconds period_ns) {
  const link::Nanoseconds at = link::true_time_ns(network.nodes[i], round * period_ns);
  link::wake(network, i, std::max(at, link::now_ns(network)), 0);
}

/// The entry of row items[k] that names the node whose row k stands in.
GS_INLINE std::vector<Index> back_entries(const Csr& neighbours) {
  std::vector<Index> back(neighbours.items.size(), none);
  for (Index i = 0; i < neighbours.rows(); ++i)
    for (Index k = neighbours.first[i]; k < neighbours.first[i + 1]; ++k) {
      const std::span<const Index> row = neighbours.row(neighbours.items[k]);
      const auto found = std::find(row.begin(), row.end(), i);
      GRIDSWARM_ASSERT(found != row.end());
      back[k] = neighbours.first[neighbours.items[k]] + static_cast<Index>(found - row.begin());
    }
  return back;
}

/// Runs the clocks of all nodes until `done` (asked once per round) or out of rounds.
/// @param turn     turn(node): the node's period has come
/// @param arrived  arrived(event)
template <class Turn, class Arrived, class Error>
void run_rounds(link::Network& network, link::Nanoseconds period_ns,
                const AveragingOptions& options, ConsensusTotals& totals, Turn&& turn,
                Arrived&& arrived, Error&& error) {
  const link::Nanoseconds start = link::now_ns(network);
  const auto count = static_cast<Index>(network.nodes.size());
  std::vector<std::int64_t> round(network.nodes.size(), 0);
  for (Index i = 0; i < count; ++i) wake_at(network, i, 0, period_ns);
  link::Event event;
  std::int64_t turns = 0;
  totals.error = error();
  while (totals.error > options.tolerance && totals.rounds < options.max_rounds &&
         link::next(network, link::forever, event)) {
    if (event.stage != link::Stage::timer) {
      arrived(event);
      continue;
    }
    turn(event.node);
    wake_at(network, event.node, ++round[event.node], period_ns);
    if (++turns % count != 0) continue;
    totals.rounds = turns / count - 1;  // what was said in the first turns is taken in later
    totals.error = error();
  }
  totals.reached = totals.error <= options.tolerance;
  take_counts(network, start, totals);
}

}  // namespace consensus_links_detail

GS_INLINE TreeLinks add_tree_links(link::Network& network, std::span<const Index> parent,
                                   Index model) {
  TreeLinks links{std::vector<Index>(parent.size(), none), std::vector<Index>(parent.size(), none)};
  for (std::size_t i = 0; i < parent.size(); ++i) {
    if (parent[i] == none) continue;
    links.up[i] = link::add_link(network, static_cast<Index>(i), parent[i], model);
    links.down[i] = link::add_link(network, parent[i], static_cast<Index>(i), model);
  }
  return links;
}

GS_INLINE Index add_graph_links(link::Network& network, const Csr& listeners, Index model) {
  const auto first = static_cast<Index>(network.links.size());
  for (Index i = 0; i < listeners.rows(); ++i)
    for (const Index j : listeners.row(i)) link::add_link(network, i, j, model);
  return first;
}

GS_INLINE ConsensusTotals sum_over_tree_links(link::Network& network, std::span<const Index> parent,
                                              const TreeLinks& links, link::Nanoseconds retry_ns,
                                              link::Nanoseconds give_up_ns,
                                              std::span<double> value) {
  using namespace consensus_links_detail;
  const std::size_t count = parent.size();
  const std::vector<Index> key(parent.begin(), parent.end());
  TreeRun run{network, parent, links, retry_ns, group_by(key, static_cast<Index>(count)),
              {},      {},     {},    {},       {value.begin(), value.end()},
              value};
  run.missing.resize(count);
  run.heard.assign(count, 0);
  run.knows.assign(count, 0);
  run.from_child.assign(count, 0.0);
  const link::Nanoseconds start = link::now_ns(network);
  for (std::size_t i = 0; i < count; ++i)
    run.missing[i] = static_cast<Index>(run.children.row(static_cast<Index>(i)).size());
  for (std::size_t i = 0; i < count; ++i)
    if (run.missing[i] == 0) speak_up(run, static_cast<Index>(i));
  link::Event event;
  while (run.knowing < static_cast<Index>(count) && link::next(network, give_up_ns, event))
    answer(run, event);
  std::vector<double> none_needed(count, 0.0);
  ConsensusTotals totals = sum_over_tree(parent, none_needed);  // for the rounds
  totals.reached = run.knowing == static_cast<Index>(count);
  totals.error = totals.reached ? 0.0 : 1.0;
  take_counts(network, start, totals);
  return totals;
}

GS_INLINE ConsensusTotals average_over_links(link::Network& network, const Csr& neighbours,
                                             Index first_link, Averaging method,
                                             link::Nanoseconds period_ns,
                                             const AveragingOptions& options,
                                             std::span<double> value) {
  using namespace consensus_detail;
  using namespace consensus_links_detail;
  const bool is_fast = method == Averaging::chebyshev;
  const Spread spread = spread_of(value);
  const std::vector<Index> back = back_entries(neighbours);
  Averager state =
      make_averager(neighbours, is_fast ? lambda_of(neighbours, options) : 0.0, is_fast, value);
  struct Letter {
    Said said;
    Index entry;
  };
  Post<Letter> post;
  std::vector<char> has_spoken(value.size(), 0);
  const auto bytes = static_cast<std::int32_t>(is_fast ? said_bytes : number_bytes);
  const auto turn = [&](Index i) {
    if (has_spoken[i]) go_on(state, i);
    has_spoken[i] = 1;
    for (Index k = neighbours.first[i]; k < neighbours.first[i + 1]; ++k)
      link::send(network, first_link + k, up, bytes, post.put({state.own[i], back[k]}));
  };
  const auto arrived = [&](const link::Event& event) {
    const Letter letter = post.take(event.payload);
    hear(state, static_cast<std::size_t>(letter.entry), letter.said);
  };
  ConsensusTotals totals;
  run_rounds(network, period_ns, options, totals, turn, arrived, [&] {
    take_numbers(state, value);
    return share_of(spread, value);
  });
  return totals;
}

GS_INLINE ConsensusTotals push_sum_over_links(link::Network& network, Index first_link,
                                              link::Nanoseconds period_ns,
                                              const AveragingOptions& options, PushSum& state) {
  using namespace consensus_links_detail;
  struct Letter {
    RunningSum sum;
    Index entry;
  };
  Post<Letter> post;
  const double start = worst_error(state);
  const auto turn = [&](Index i) {
    if (!state.present[i]) return;
    const RunningSum sum = share_out(state, i);
    for (Index k = state.listeners.first[i]; k < state.listeners.first[i + 1]; ++k)
      link::send(network, first_link + k, up, running_sum_bytes, post.put({sum, k}));
  };
  const auto arrived = [&](const link::Event& event) {
    const Letter letter = post.take(event.payload);
    take_in(state, letter.entry, letter.sum);
  };
  ConsensusTotals totals;
  run_rounds(network, period_ns, options, totals, turn, arrived,
             [&] { return start > 0.0 ? worst_error(state) / start : 0.0; });
  return totals;
}

namespace consensus_links_detail {

/// One step of the windows: who speaks to whom, and what is done with it.
struct WindowStep {
  std::size_t length, covered;
  bool adds, doubles;
};

GS_INLINE std::vector<WindowStep> window_steps(std::size_t count) {
  std::vector<WindowStep> steps;
  std::size_t covered = 0;
  for (std::size_t length = 1; length <= count; length *= 2) {
    const bool adds = (count & length) != 0;
    steps.push_back({length, covered, adds, 2 * length <= count});
    if (adds) covered += length;
  }
  return steps;
}

/// State of a leader: its window, its sum, and what it has heard of each step.
struct Leader {
  double window = 0.0, sum = 0.0;
  std::size_t step = 0;
  bool said = false;
  std::vector<double> to_add, to_double;
  std::vector<char> has_add, has_double;
};

}  // namespace consensus_links_detail

GS_INLINE ConsensusTotals sum_over_leader_links(link::Network& network, Index model,
                                                std::span<double> value) {
  using namespace consensus_links_detail;
  const std::size_t count = value.size();
  const std::vector<WindowStep> steps = window_steps(count);
  const auto first = static_cast<Index>(network.links.size());
  for (const WindowStep& step : steps)  // per step and node: the link to add over, to double over
    for (std::size_t i = 0; i < count; ++i)
      for (const std::size_t far : {step.covered, step.length})
        link::add_link(network, static_cast<Index>(i), static_cast<Index>((i + far) % count),
                       model);
  std::vector<Leader> leaders(count);
  for (std::size_t i = 0; i < count; ++i) {
    leaders[i].window = value[i];
    leaders[i].to_add.resize(steps.size());
    leaders[i].to_double.resize(steps.size());
    leaders[i].has_add.resize(steps.size());
    leaders[i].has_double.resize(steps.size());
  }
  struct Letter {
    double number;
    std::size_t step;
  };
  Post<Letter> post;
  const auto go_on = [&](std::size_t i) {
    for (Leader& at = leaders[i]; at.step < steps.size(); ++at.step, at.said = false) {
      const WindowStep& step = steps[at.step];
      const bool hears = step.adds && step.covered > 0;
      const auto row = first + static_cast<Index>(2 * (at.step * count + i));
      if (!at.said && hears)
        link::send(network, row, up, consensus_detail::number_bytes,
                   post.put({at.window, at.step}));
      if (!at.said && step.doubles)
        link::send(network, row + 1, down, consensus_detail::number_bytes,
                   post.put({at.window, at.step}));
      at.said = true;
      if ((hears && !at.has_add[at.step]) || (step.doubles && !at.has_double[at.step])) return;
      if (step.adds) at.sum = hears ? at.sum + at.to_add[at.step] : at.window;
      if (step.doubles) at.window += at.to_double[at.step];
    }
  };
  const link::Nanoseconds start = link::now_ns(network);
  for (std::size_t i = 0; i < count; ++i) go_on(i);
  link::Event event;
  while (link::next(network, link::forever, event)) {
    const Letter letter = post.take(event.payload);
    Leader& at = leaders[event.node];
    (event.kind == up ? at.to_add : at.to_double)[letter.step] = letter.number;
    (event.kind == up ? at.has_add : at.has_double)[letter.step] = 1;
    go_on(static_cast<std::size_t>(event.node));
  }
  ConsensusTotals totals;
  totals.reached = true;
  for (std::size_t i = 0; i < count; ++i) {
    totals.reached = totals.reached && leaders[i].step == steps.size();
    value[i] = leaders[i].sum;
  }
  totals.error = totals.reached ? 0.0 : 1.0;
  std::vector<double> zeros(count, 0.0);
  totals.rounds = sum_over_leaders(zeros).rounds;
  take_counts(network, start, totals);
  return totals;
}

}  // namespace gridswarm::inline GS_ABI::balance
