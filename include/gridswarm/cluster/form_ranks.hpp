// SPDX-License-Identifier: BSD-3-Clause
// Formation over ranks: whole feeders, and pieces of giant ones.
//
// Every rank knows the case and the fleet, and works out alike who does what: the largest feeder or
// piece first, each to the rank that has least to do (LPT), counted in members. Rank 0 has the tops
// of giant feeders. Three phases, the first two only where a feeder is giant:
//   1. the labels of the pieces' roots go up,   2. one byte per piece comes down (two with a
//   previous membership),                       3. what was formed goes up to rank 0.
// The clusters are those of form(), to the bit, for any number of ranks and threads.
#pragma once

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/cluster/form.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// What ranks said to each other in one formation; own mail is free.
struct RankVolume {
  std::int64_t ranks = 1;
  std::int64_t pieces = 0;    ///< of giant feeders
  std::int64_t rounds = 0;    ///< phases of the exchange
  std::int64_t messages = 0;  ///< mail that was not empty
  std::int64_t label_bytes = 0, choice_bytes = 0, membership_bytes = 0;
  std::int64_t bytes() const { return label_bytes + choice_bytes + membership_bytes; }
};

struct RankFormation {
  Formation formation;
  RankVolume volume;
};

/// Collective; all ranks are given the same things. form() over the ranks of an exchange.
/// @param threads  per process
/// @return where rank 0 is hosted; elsewhere an empty formation
/// @throws what form() throws, on every rank alike
RankFormation form_over_ranks(Exchange& exchange, const feeder::Case& grid,
                              const feeder::Forest& forest, const fleet::Fleet& fleet,
                              const ClusterOptions& options, const Clusters* previous,
                              int threads = 1, const FormExtras& extras = {});

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::RankVolume>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/form_ranks.ipp"
#endif
