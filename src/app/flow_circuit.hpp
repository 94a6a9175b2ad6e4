// SPDX-License-Identifier: BSD-3-Clause
// `gridswarm flow` of an unbalanced network: one solve with its controls, a day, or a batch.
#pragma once

#include "app/command.hpp"
#include "app/flow_settings.hpp"
#include "gridswarm/base/exchange.hpp"

namespace gridswarm::app {

/// Collective. Read, solve, write and tell. Warnings of the reader go to stderr.
/// @return not_converged also where controls are still hunting; the last state is kept
ExitCode flow_of_circuit(Exchange& exchange, const FlowSettings& settings, const Common& common);

/// Options that circuits alone have.
void add_circuit_options(Command& command, FlowSettings& settings);

/// @throws UsageError where one of them was typed for a balanced case
void refuse_circuit_options(const FlowSettings& settings);

}  // namespace gridswarm::app
