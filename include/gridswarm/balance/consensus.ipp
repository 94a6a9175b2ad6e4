// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/balance/consensus.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace consensus_detail {

inline constexpr std::int64_t number_bytes = 8;

/// The exact mean, and how far from it anyone is.
struct Spread {
  double mean = 0.0;
  double size = 0.0;
};

GS_INLINE double distance(std::span<const double> value, double mean) {
  double most = 0.0;
  for (const double x : value) most = std::max(most, std::fabs(x - mean));
  return most;
}

GS_INLINE Spread spread_of(std::span<const double> value) {
  long double sum = 0.0L;
  for (const double x : value) sum += x;
  Spread spread;
  if (!value.empty()) spread.mean = static_cast<double>(sum / static_cast<double>(value.size()));
  spread.size = distance(value, spread.mean);
  return spread;
}

GS_INLINE double share_of(const Spread& spread, std::span<const double> value) {
  return spread.size > 0.0 ? distance(value, spread.mean) / spread.size : 0.0;
}

/// What a message of averaging carries.
struct Said {
  double now = 0.0, before = 0.0;  ///< x_k, x_{k-1}
  std::int32_t round = -1;         ///< k; -1: nothing said yet
};
inline constexpr std::int64_t said_bytes = 20;

/// Everyone's numbers, and what each heard last along each entry of neighbours.items.
struct Averager {
  const Csr& neighbours;
  double lambda;          ///< 0: plain
  bool waits;             ///< for every neighbour's x_k
  Column<double> weight;  ///< per entry
  std::vector<Said> heard, own;
  Column<double> factor;  ///< per node: w of its next round
};

GS_INLINE Column<double> metropolis_weights(const Csr& neighbours) {
  Column<double> weight(neighbours.items.size());
  for (Index i = 0; i < neighbours.rows(); ++i) {
    for (Index k = neighbours.first[i]; k < neighbours.first[i + 1]; ++k) {
      const std::size_t most =
          std::max(neighbours.row(i).size(), neighbours.row(neighbours.items[k]).size());
      weight[k] = 1.0 / (1.0 + static_cast<double>(most));
    }
  }
  return weight;
}

GS_INLINE Averager make_averager(const Csr& neighbours, double lambda, bool waits,
                                 std::span<const double> value) {
  Averager out{neighbours, lambda, waits, metropolis_weights(neighbours), {}, {}, {}};
  out.factor.assign(value.size(), 1.0);
  for (const double x : value) out.own.push_back({x, x, 0});
  out.heard.resize(neighbours.items.size());
  for (Index i = 0; i < neighbours.rows(); ++i)  // who heard nothing yet keeps to its own
    for (Index k = neighbours.first[i]; k < neighbours.first[i + 1]; ++k)
      out.heard[k].now = out.heard[k].before = value[i];
  return out;
}

/// Takes a message in along an entry; an older one than the last changes nothing.
GS_INLINE void hear(Averager& state, std::size_t entry, const Said& said) {
  if (said.round > state.heard[entry].round) state.heard[entry] = said;
}

/// Node i goes on to its next round if it knows enough.
GS_INLINE void go_on(Averager& state, Index i) {
  Said& own = state.own[i];
  double change = 0.0;
  for (Index k = state.neighbours.first[i]; k < state.neighbours.first[i + 1]; ++k) {
    const Said& heard = state.heard[k];
    if (state.waits && heard.round < own.round) return;
    const bool is_ahead = state.waits && heard.round > own.round;
    change += state.weight[k] * ((is_ahead ? heard.before : heard.now) - own.now);
  }
  double& w = state.factor[i];
  const double next = w * ((own.now + change) - own.before) + own.before;
  const double square = state.lambda * state.lambda;
  w = own.round == 0 ? 1.0 / (1.0 - 0.5 * square) : 1.0 / (1.0 - 0.25 * square * w);
  own = {next, own.now, own.round + 1};
}

/// Everyone hears its neighbours, but for what is lost.
GS_INLINE void exchange(Averager& state, const AveragingOptions& options, std::int64_t round) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  for (std::size_t k = 0; k < state.heard.size(); ++k) {
    const bool is_lost =
        options.loss > 0.0 &&
        draw_uniform(seed, Stream::link, k, static_cast<std::uint32_t>(round)) < options.loss;
    if (!is_lost) hear(state, k, state.own[state.neighbours.items[k]]);
  }
}

GS_INLINE void take_numbers(const Averager& state, std::span<double> value) {
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = state.own[i].now;
}

GS_INLINE ConsensusTotals average(const AveragingOptions& options, Averager& state,
                                  std::span<double> value) {
  const Spread spread = spread_of(value);
  ConsensusTotals totals;
  totals.error = share_of(spread, value);
  while (totals.error > options.tolerance && totals.rounds < options.max_rounds) {
    exchange(state, options, totals.rounds);
    for (Index i = 0; i < state.neighbours.rows(); ++i) go_on(state, i);
    take_numbers(state, value);
    ++totals.rounds;
    totals.error = share_of(spread, value);
  }
  totals.messages = totals.rounds * static_cast<std::int64_t>(state.heard.size());
  totals.bytes = totals.messages * (state.waits ? said_bytes : number_bytes);
  totals.reached = totals.error <= options.tolerance;
  return totals;
}

/// A bound of the other eigenvalues: what the options say, or what is found.
GS_INLINE double lambda_of(const Csr& neighbours, const AveragingOptions& options) {
  constexpr std::int64_t estimate_rounds = 400;
  const double found =
      options.lambda > 0.0 ? options.lambda : second_eigenvalue(neighbours, estimate_rounds);
  return std::min(found, 1.0 - 1e-12);
}

GS_INLINE void take_mean_out(std::span<double> value) {
  double sum = 0.0;
  for (const double x : value) sum += x;
  for (double& x : value) x -= sum / static_cast<double>(value.size());
}

}  // namespace consensus_detail

GS_INLINE void check_graph(const Csr& neighbours) {
  const Index count = neighbours.rows();
  const auto refuse = [](Index i, const std::string& what) {
    throw UsageError("node " + std::to_string(i) + " of a consensus graph " + what);
  };
  for (Index i = 0; i < count; ++i) {
    for (const Index j : neighbours.row(i)) {
      if (j < 0 || j >= count) refuse(i, "names " + std::to_string(j) + ", which isn't there");
      if (j == i) refuse(i, "names itself");
      const std::span<const Index> back = neighbours.row(j);
      if (std::find(back.begin(), back.end(), i) == back.end())
        refuse(i, "hears " + std::to_string(j) + ", which doesn't hear it");
    }
  }
  std::vector<Index> stack(count > 0 ? 1 : 0, 0);
  std::vector<char> seen(static_cast<std::size_t>(count), 0);
  if (count > 0) seen[0] = 1;
  while (!stack.empty()) {
    const Index i = stack.back();
    stack.pop_back();
    for (const Index j : neighbours.row(i))
      if (!seen[j]) seen[j] = 1, stack.push_back(j);
  }
  const auto lone = std::find(seen.begin(), seen.end(), 0);
  if (lone != seen.end())
    refuse(static_cast<Index>(lone - seen.begin()), "can't be reached from node 0: no mean of all");
}

GS_INLINE ConsensusTotals sum_over_tree(std::span<const Index> parent, std::span<double> value) {
  const auto count = static_cast<Index>(parent.size());
  ConsensusTotals totals;
  std::vector<Index> depth(parent.size(), 0);
  std::vector<double> below(parent.size(), 0.0);  // of children, in the order of their rows
  for (Index i = 0; i < count; ++i) {
    GRIDSWARM_ASSERT(parent[i] < i);
    if (parent[i] != none) depth[i] = depth[parent[i]] + 1;
    totals.rounds = std::max<std::int64_t>(totals.rounds, 2 * depth[i]);
    totals.messages += parent[i] == none ? 0 : 2;
  }
  std::vector<Index> key(parent.begin(), parent.end());
  const Csr children = group_by(key, count);
  for (Index i = count - 1; i >= 0; --i)
    for (const Index child : children.row(i)) value[i] += value[child];
  for (Index i = 0; i < count; ++i)
    if (parent[i] != none) value[i] = value[parent[i]];
  totals.bytes = totals.messages * consensus_detail::number_bytes;
  totals.reached = true;
  return totals;
}

GS_INLINE ConsensusTotals average_by_metropolis(const Csr& neighbours,
                                                const AveragingOptions& options,
                                                std::span<double> value) {
  using namespace consensus_detail;
  Averager state = make_averager(neighbours, 0.0, false, value);
  return average(options, state, value);
}

GS_INLINE ConsensusTotals average_by_chebyshev(const Csr& neighbours,
                                               const AveragingOptions& options,
                                               std::span<double> value) {
  using namespace consensus_detail;
  Averager state = make_averager(neighbours, lambda_of(neighbours, options), true, value);
  return average(options, state, value);
}

GS_INLINE double second_eigenvalue(const Csr& neighbours, std::int64_t rounds) {
  using namespace consensus_detail;
  const auto count = static_cast<std::size_t>(neighbours.rows());
  if (count < 2) return 0.0;
  const Column<double> weight = metropolis_weights(neighbours);
  Column<double> x(count), next(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = draw_uniform(1, Stream::link, i, 0) - 0.5;
  take_mean_out(x);
  double lambda = 0.0;
  for (std::int64_t round = 0; round < rounds; ++round) {
    double before = 0.0, after = 0.0;
    for (Index i = 0; i < neighbours.rows(); ++i) {
      double change = 0.0;
      for (Index k = neighbours.first[i]; k < neighbours.first[i + 1]; ++k)
        change += weight[k] * (x[neighbours.items[k]] - x[i]);
      next[i] = x[i] + change;
      before += x[i] * x[i];
      after += next[i] * next[i];
    }
    if (!(before > 0.0)) return 0.0;
    lambda = std::max(lambda, std::sqrt(after / before));
    const double scale = after > 0.0 ? 1.0 / std::sqrt(after) : 0.0;
    for (std::size_t i = 0; i < count; ++i) x[i] = next[i] * scale;
    take_mean_out(x);
  }
  return lambda;
}

GS_INLINE ConsensusTotals sum_over_leaders(std::span<double> value) {
  const std::size_t count = value.size();
  ConsensusTotals totals;
  totals.reached = true;
  if (count < 2) return totals;
  std::vector<double> window(value.begin(), value.end()), doubled(count);
  std::size_t covered = 0;  // length of the window that `value` holds
  for (std::size_t length = 1; length <= count; length *= 2) {
    bool talks = false;
    if ((count & length) != 0) {
      for (std::size_t i = 0; i < count; ++i) {
        const double more = window[(i + count - covered) % count];
        value[i] = covered == 0 ? more : value[i] + more;
      }
      talks = covered != 0;
      totals.messages += covered != 0 ? static_cast<std::int64_t>(count) : 0;
      covered += length;
    }
    if (2 * length <= count) {
      for (std::size_t i = 0; i < count; ++i)
        doubled[i] = window[i] + window[(i + count - length) % count];
      window.swap(doubled);
      totals.messages += static_cast<std::int64_t>(count);
      talks = true;
    }
    totals.rounds += talks;
  }
  totals.bytes = totals.messages * consensus_detail::number_bytes;
  return totals;
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::AveragingOptions>> fields() {
  using T = balance::AveragingOptions;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"max_rounds", "", &T::max_rounds, 0, inf, "rounds at most"},
      {"tolerance", "", &T::tolerance, 0, 1,
       "distance from the mean at which all may stop, as a share of the largest at the start"},
      {"loss", "", &T::loss, 0, 1, "probability that a message of a round is lost"},
      {"seed", "", &T::seed, 0, inf, "of the losses"},
      {"lambda", "", &T::lambda, 0, 1,
       "bound of the eigenvalues of averaging but 1; 0: found by power iteration"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::ConsensusTotals>> fields() {
  using T = balance::ConsensusTotals;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"error", "", &T::error, 0, inf,
       "largest distance from the exact result, as a share of the largest at the start"},
      {"reached", "", &T::reached, 0, 1, "everyone is within the tolerance"},
      {"rounds", "", &T::rounds, 0, inf, "rounds of messages"},
      {"messages", "", &T::messages, 0, inf, "sent, the lost ones too"},
      {"bytes", "B", &T::bytes, 0, inf, "payload of those messages"},
      {"took_s", "s", &T::took_s, 0, inf, "virtual time; 0 where only rounds are counted"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
