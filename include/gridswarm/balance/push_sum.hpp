// SPDX-License-Identifier: BSD-3-Clause
// Averaging that forgets nothing: over one-way links, through losses, joins and leaves.
//
// Everyone holds a mass of two numbers (s_i, w_i), at first (its value, 1), and shares it evenly
// between itself and its d_i listeners each round; s_i / w_i tends to the mean on any strongly
// connected graph (push-sum: Kempe, Dobra & Gehrke 2003). Against loss a message carries not this
// round's share but the sum of all shares so far, with a counter:
//   sent_i += (s_i, w_i) / (1 + d_i),   (s_i, w_i) <- (s_i, w_i) / (1 + d_i),   sent_i goes out,
//   whoever hears it takes in sent_i - (what it had taken in of i before);
// so the next message that arrives brings what the lost ones carried, and a late one that carries a
// smaller counter is thrown away: no mass is lost (running sums: Hadjicostis, Vaidya &
// Dominguez-Garcia 2016). A new value adds its difference to s_i. Who joins brings (value, 1); who
// leaves takes its own (value, 1) out of its mass and hands the rest, with all it ever owed, to its
// listeners: the mean of those who are there is tracked from any state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/balance/consensus.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// (s, w), or a sum of such shares.
struct Mass {
  double value = 0.0;
  double weight = 0.0;
};

/// What goes over a link: two numbers and a counter.
struct RunningSum {
  Mass sum;
  std::uint32_t counter = 0;
};
inline constexpr std::int64_t running_sum_bytes = 20;

/// Everyone's state. Link k leads from the node whose row of `listeners` it stands in.
struct PushSum {
  Csr listeners;                  ///< one-way: row i hears i
  std::vector<Index> sender;      ///< per link
  Column<double> value;           ///< per node: what it brought in; 0 while it is away
  std::vector<char> present;      ///< per node
  std::vector<Mass> mass;         ///< per node
  std::vector<RunningSum> sent;   ///< per node
  std::vector<RunningSum> taken;  ///< per link, by its listener
};

/// @throws UsageError where a node is named that isn't there, or names itself
PushSum make_push_sum(const Csr& listeners, std::span<const double> value);

/// What i sends this round: the same to all its listeners.
RunningSum share_out(PushSum& state, Index i);

/// The listener of a link takes a message in; an older one than the last changes nothing.
void take_in(PushSum& state, Index link, const RunningSum& message);

/// s_i / w_i; 0 while i has no weight.
double estimate(const PushSum& state, Index i);

/// i's value changes.
void set_value(PushSum& state, Index i, double value);

/// i comes back with a value; its links are as before.
void join(PushSum& state, Index i, double value);

/// i leaves in order: its last words reach its listeners whatever the links lose.
/// @throws UsageError if nobody who is present listens to it
void leave(PushSum& state, Index i);

/// Exact mean of those present.
double mean_of_present(const PushSum& state);

/// Largest |estimate - mean| of those present.
double worst_error(const PushSum& state);

/// One round for all; messages are lost by (seed, link, round). Adds to rounds, messages, bytes.
void push_sum_round(PushSum& state, const AveragingOptions& options, ConsensusTotals& totals);

/// Rounds until all present are within the tolerance of the mean.
ConsensusTotals average_by_push_sum(PushSum& state, const AveragingOptions& options);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/push_sum.ipp"
#endif
