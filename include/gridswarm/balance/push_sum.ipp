// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/balance/push_sum.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE PushSum make_push_sum(const Csr& listeners, std::span<const double> value) {
  const Index count = listeners.rows();
  GRIDSWARM_ASSERT(static_cast<Index>(value.size()) == count);
  PushSum state;
  state.listeners = listeners;
  state.sender.resize(listeners.items.size());
  for (Index i = 0; i < count; ++i) {
    for (Index k = listeners.first[i]; k < listeners.first[i + 1]; ++k) {
      const Index j = listeners.items[k];
      if (j < 0 || j >= count || j == i)
        throw UsageError("node " + std::to_string(i) + " of a consensus graph can't be heard by " +
                         std::to_string(j));
      state.sender[k] = i;
    }
  }
  state.value.assign(value.begin(), value.end());
  state.present.assign(value.size(), 1);
  for (const double x : value) state.mass.push_back({x, 1.0});
  state.sent.resize(value.size());
  state.taken.resize(listeners.items.size());
  return state;
}

GS_INLINE RunningSum share_out(PushSum& state, Index i) {
  Index present = 0;
  for (const Index j : state.listeners.row(i)) present += state.present[j];
  const double part = 1.0 / (1.0 + static_cast<double>(present));
  Mass& mass = state.mass[i];
  RunningSum& sent = state.sent[i];
  mass.value *= part;
  mass.weight *= part;
  sent.sum.value += mass.value;
  sent.sum.weight += mass.weight;
  ++sent.counter;
  return sent;
}

GS_INLINE void take_in(PushSum& state, Index link, const RunningSum& message) {
  RunningSum& taken = state.taken[link];
  if (static_cast<std::int32_t>(message.counter - taken.counter) <= 0) return;
  Mass& mass = state.mass[state.listeners.items[link]];
  mass.value += message.sum.value - taken.sum.value;
  mass.weight += message.sum.weight - taken.sum.weight;
  taken = message;
}

GS_INLINE double estimate(const PushSum& state, Index i) {
  return state.mass[i].weight != 0.0 ? state.mass[i].value / state.mass[i].weight : 0.0;
}

GS_INLINE void set_value(PushSum& state, Index i, double value) {
  state.mass[i].value += value - state.value[i];
  state.value[i] = value;
}

namespace push_sum_detail {

/// Both ends of i's links agree on what was said so far.
GS_INLINE void settle_links(PushSum& state, Index i) {
  for (Index k = 0; k < static_cast<Index>(state.sender.size()); ++k)
    if (state.sender[k] == i || state.listeners.items[k] == i)
      state.taken[k] = state.sent[state.sender[k]];
}

}  // namespace push_sum_detail

GS_INLINE void join(PushSum& state, Index i, double value) {
  GRIDSWARM_ASSERT(!state.present[i]);
  push_sum_detail::settle_links(state, i);
  state.present[i] = 1;
  state.value[i] = value;
  state.mass[i] = {value, 1.0};
}

GS_INLINE void leave(PushSum& state, Index i) {
  GRIDSWARM_ASSERT(state.present[i]);
  Index heir = none;
  for (const Index j : state.listeners.row(i))
    if (heir == none && state.present[j]) heir = j;
  if (heir == none)
    throw UsageError("node " + std::to_string(i) +
                     " can't leave in order: nobody who could take its share listens to it");
  for (Index k = 0; k < static_cast<Index>(state.sender.size()); ++k)
    if (state.listeners.items[k] == i || state.sender[k] == i)
      take_in(state, k, state.sent[state.sender[k]]);  // what was still owed, either way
  state.mass[heir].value += state.mass[i].value - state.value[i];
  state.mass[heir].weight += state.mass[i].weight - 1.0;
  state.mass[i] = {};
  state.value[i] = 0.0;
  state.present[i] = 0;
}

GS_INLINE double mean_of_present(const PushSum& state) {
  long double sum = 0.0L;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < state.value.size(); ++i) {
    if (!state.present[i]) continue;
    sum += state.value[i];
    ++count;
  }
  return count > 0 ? static_cast<double>(sum / static_cast<long double>(count)) : 0.0;
}

GS_INLINE double worst_error(const PushSum& state) {
  const double mean = mean_of_present(state);
  double most = 0.0;
  for (Index i = 0; i < state.listeners.rows(); ++i)
    if (state.present[i]) most = std::max(most, std::fabs(estimate(state, i) - mean));
  return most;
}

GS_INLINE void push_sum_round(PushSum& state, const AveragingOptions& options,
                              ConsensusTotals& totals) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  const auto round = static_cast<std::uint32_t>(totals.rounds);
  for (Index i = 0; i < state.listeners.rows(); ++i)
    if (state.present[i]) share_out(state, i);
  for (std::size_t k = 0; k < state.sender.size(); ++k) {
    if (!state.present[state.sender[k]] || !state.present[state.listeners.items[k]]) continue;
    ++totals.messages;
    const bool is_lost =
        options.loss > 0.0 && draw_uniform(seed, Stream::link, k, round) < options.loss;
    if (!is_lost) take_in(state, static_cast<Index>(k), state.sent[state.sender[k]]);
  }
  ++totals.rounds;
  totals.bytes = totals.messages * running_sum_bytes;
}

GS_INLINE ConsensusTotals average_by_push_sum(PushSum& state, const AveragingOptions& options) {
  ConsensusTotals totals;
  const double start = worst_error(state);
  totals.error = start > 0.0 ? 1.0 : 0.0;
  while (totals.error > options.tolerance && totals.rounds < options.max_rounds) {
    push_sum_round(state, options, totals);
    totals.error = worst_error(state) / start;
  }
  totals.reached = totals.error <= options.tolerance;
  return totals;
}

}  // namespace gridswarm::inline GS_ABI::balance
