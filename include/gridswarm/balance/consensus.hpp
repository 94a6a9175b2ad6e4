// SPDX-License-Identifier: BSD-3-Clause
// How many who know one number each come to know the sum or the mean, counted in rounds.
//
// In a round everyone sends what it has at the round's begin and takes in what reached it; a
// message of a round is lost by chance, or not. consensus_links.hpp runs the same over links, in
// virtual time. Inside a cluster: sums up the tree and down again, exact in 2 D hops; x <- W x with
// Metropolis weights W_ij = 1 / (1 + max(d_i, d_j)) (the baseline: n^2 rounds on a line), and the
// same speeded up by Chebyshev polynomials: with lambda >= |all eigenvalues of W but 1|,
//   x_1 = W x_0,   x_{k+1} = w_{k+1} (W x_k - x_{k-1}) + x_{k-1},
//   w_2 = 1 / (1 - lambda^2 / 2),   w_{k+1} = 1 / (1 - lambda^2 w_k / 4).
// A message carries the round k it is of, x_k and x_{k-1}. Plain averaging takes what it heard last
// and drifts off the mean under loss; the fast one waits until it knows x_k of every neighbour (who
// can't be more than one round ahead), saying its own again meanwhile: its numbers are those of
// links without loss, only later. Between leaders: windows over a ring, S_i(L) = x_i + x_{i-1} + ..
// of length L; a doubling is one message, S_i(2L) = S_i(L) + S_{i-L}(L), and the binary digits of n
// say which doublings make up S_i(n): for n = 2^k this is the one-peer exponential graph. (Xiao &
// Boyd 2004; Golub & Varga 1961; Ying et al. 2021.)
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct AveragingOptions {
  std::int64_t max_rounds = 100000;
  double tolerance = 1e-3;  ///< stop when all are that near to the mean, as a share of the spread
  double loss = 0.0;        ///< of each message of a round
  std::int64_t seed = 1;
  double lambda = 0.0;  ///< Chebyshev: bound of the other eigenvalues; 0: found by power iteration
};

/// What it took. The error is the largest distance from the exact mean (or sum), as a share of the
/// largest distance at the start.
struct ConsensusTotals {
  double error = 0.0;
  bool reached = false;  ///< everyone is within the tolerance
  std::int64_t rounds = 0;
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
  double took_s = 0.0;  ///< virtual; 0 where only rounds are counted
};

/// Everyone learns the exact sum: up from the leaves, down from the roots. Children are added in
/// the order of their rows.
/// @param parent  per node, none for a root; parent[i] < i
/// @param value   per node in; the sum of its tree out
ConsensusTotals sum_over_tree(std::span<const Index> parent, std::span<double> value);

/// Plain averaging by Metropolis weights. @param neighbours  symmetric, without self
ConsensusTotals average_by_metropolis(const Csr& neighbours, const AveragingOptions& options,
                                      std::span<double> value);

/// Averaging accelerated by Chebyshev polynomials; `rounds` counts the waiting too.
ConsensusTotals average_by_chebyshev(const Csr& neighbours, const AveragingOptions& options,
                                     std::span<double> value);

/// Largest |eigenvalue| of the Metropolis matrix but 1, by power iteration across the constant
/// vector; a lower estimate that grows with the rounds. The graph must be connected.
double second_eigenvalue(const Csr& neighbours, std::int64_t rounds);

/// Everyone learns the sum of all n values in ceil(log2 n) rounds, any n >= 1; at most two messages
/// out of each node in a round.
ConsensusTotals sum_over_leaders(std::span<double> value);

/// @throws UsageError where a list names a node that isn't there, itself, or one that doesn't list
/// it in turn, and where the graph is in parts
void check_graph(const Csr& neighbours);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::AveragingOptions>> fields();
template <>
std::span<const Field<balance::ConsensusTotals>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/consensus.ipp"
#endif
