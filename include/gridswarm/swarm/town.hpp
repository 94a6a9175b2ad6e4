// SPDX-License-Identifier: BSD-3-Clause
// A town: one listed feeder becomes many by seeded variation.
#pragma once

#include <cstdint>

#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/swarm/scenario.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Multiply every load (p and q alike) and every series impedance (r and x alike) by its own
/// factor, uniform in 1 - variation .. 1 + variation, drawn by (seed, feeder, row).
void vary(feeder::Case& grid, double variation, std::uint64_t seed, Index feeder);

/// The same of a circuit: every load and every line.
void vary(feeder::Circuit& circuit, double variation, std::uint64_t seed, Index feeder);

/// Give every branch in service without a rating `margin` times the larger apparent power at its
/// two ends in a power flow of the case's own load; at least 1 % of the largest one, so that
/// branches without load are not rated zero.
/// @throws InputError where that power flow does not converge
void rate_branches(feeder::Case& grid, double margin);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/town.ipp"
#endif
