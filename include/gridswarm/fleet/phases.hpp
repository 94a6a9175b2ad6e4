// SPDX-License-Identifier: BSD-3-Clause
// Which phases an agent joins: bits 1, 2, 4 for a, b, c, written as words like a, bc, abc.
//
// 0 (an empty cell) means all phases that its bus has. An agent's power spreads evenly over its
// phases. On the legs of a centre tap a and b are the legs 1 and 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// Bits of a word; empty: 0; nothing for a word that is none (another letter, one twice).
std::optional<std::int8_t> phases_of_word(std::string_view word);

/// The word of these bits, letters ascending; 0: empty.
std::string word_of_phases(std::int8_t phases);

/// Phases of agent i as stated, 0 where the fleet has no such column.
std::int8_t phases_of(const Nameplate& plate, Index i);

/// Let every agent join the phases of one load of its bus, drawn in proportion to its kW; agents at
/// buses without load join all phases.
void join_phases_of_loads(const feeder::Circuit& circuit, std::uint64_t seed, Fleet& fleet);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/phases.ipp"
#endif
