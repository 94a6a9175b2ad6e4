// SPDX-License-Identifier: BSD-3-Clause
// How alike two partitions of the same agents are, whatever their ids: yesterday's and today's.
//
// With n_ab agents in cluster a of one and b of the other, a_ and b_ their sums, n agents in both:
//   ari = (S_ab - E) / ((S_a + S_b) / 2 - E),  S = sum C(n, 2),  E = S_a S_b / C(n, 2)
//         the adjusted Rand index (Hubert, Arabie, J. Classification 2, 1985): 1 the same, 0 chance
//   nmi = 2 I / (H_a + H_b)   normalised mutual information: 1 the same, 0 independent
//   vi  = H_a + H_b - 2 I     variation of information (Meila, J. Multivariate Analysis 98, 2007)
//   in
//         nats: a metric; what one membership leaves open about the other
#pragma once

#include <cstdint>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"

namespace gridswarm::inline GS_ABI::cluster {

struct Comparison {
  std::int64_t agents_in_both = 0;
  double churn = 0.0;
  double ari = 1.0;
  double nmi = 1.0;
  double vi_nats = 0.0;
};

/// Same agent rows in both (see carry_over); agents without a cluster in one of them are left out.
/// O(n log n).
Comparison compare(const Clusters& before, const Clusters& after);

/// Share of the agents in both partitions that are not in the cluster matched to their old one;
/// clusters are matched greedily by overlap, whatever their ids. Same agent rows in both.
double churn(const Clusters& before, const Clusters& after);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::Comparison>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/comparison.ipp"
#endif
