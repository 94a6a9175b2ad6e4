// SPDX-License-Identifier: BSD-3-Clause
// Flows of lines and transformers of a circuit as a table with a row per conductor and terminal:
// what --branches writes.
#pragma once

#include "app/result_table.hpp"
#include "gridswarm/flow/circuit_branch.hpp"

namespace gridswarm::app {

/// Columns element,terminal,bus,phase: lines, then transformers; phase 0 is ground.
ItemAxis conductor_items(const feeder::Circuit& circuit);

/// What a conductor tells: p_kw, q_kvar, i_a, loading_percent of its element.
std::vector<Quantity> conductor_quantities();

/// Append (quantity, conductor) of one scenario.
void add_conductors(const feeder::Circuit& circuit, const flow::BranchPlan& plan,
                    const flow::CircuitResult& result, Index scenario, Column<double>& to);

}  // namespace gridswarm::app
