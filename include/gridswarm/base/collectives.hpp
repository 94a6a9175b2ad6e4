// SPDX-License-Identifier: BSD-3-Clause
// What every distributed algorithm asks of an exchange: everything to one, one to all, all to all.
//
// Each is one phase of Exchange::exchange, so it behaves alike for MPI and for pretended ranks, and
// its bytes are counted. Results are ordered by rank: a sum formed over them is the same for any
// split of ranks over processes. All functions are collective: every rank calls them, in one order.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/base/exchange.hpp"

namespace gridswarm::inline GS_ABI {

/// Does this process host rank 0, the one that writes files and talks to people?
inline bool hosts_root(const Exchange& exchange) { return exchange.first_hosted() == 0; }

/// Collective. One payload per hosted rank, in rank order.
/// @return where rank 0 is hosted: the payloads of all ranks by rank; elsewhere nothing
std::vector<Bytes> gather_to_root(Exchange& exchange, std::vector<Bytes> payloads);

/// Collective. @param payload  what rank 0 says; ignored where rank 0 isn't hosted
/// @return rank 0's payload, in every process
Bytes broadcast(Exchange& exchange, Bytes payload);

/// Collective. One payload per hosted rank. @return the payloads of all ranks by rank
std::vector<Bytes> all_gather(Exchange& exchange, const std::vector<Bytes>& payloads);

/// Collective. The largest of one value per process.
std::int64_t all_max(Exchange& exchange, std::int64_t value);

/// Collective. The sum of one value per process.
std::int64_t all_sum(Exchange& exchange, std::int64_t value);

/// Collective. True everywhere if any process says true (someone failed, someone was interrupted).
bool any_process(Exchange& exchange, bool value);

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/collectives.ipp"
#endif
