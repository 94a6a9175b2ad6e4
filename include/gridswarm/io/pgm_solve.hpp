// SPDX-License-Identifier: BSD-3-Clause
// Power flow of a power-grid-model network and its batch, with results by the file's components.
//
// Scenarios that differ only in the powers of loads and generators, or in the statuses of those
// without a voltage regulator, are solved side by side in lanes; every other change (switches,
// sources, shunts, taps, regulators) makes a case of its own, shared by the scenarios that agree in
// it.
#pragma once

#include <array>
#include <complex>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/flow/solver.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_circuit.hpp"

namespace gridswarm::inline GS_ABI::io {

struct PgmOptions {
  flow::FlowOptions flow;      ///< polar is ignored; reactive limits are always kept
  bool symmetric = true;       ///< false: phase by phase, as a circuit
  double frequency_hz = 50.0;  ///< of line capacitances; the file format does not tell
};

/// How often scenarios may be grouped anew by where their taps came to rest.
inline constexpr Index pgm_tap_rounds = 4;

/// Scenarios that share a case.
struct PgmGroup {
  PgmCase model;                 ///< if symmetric
  PgmCircuit circuit;            ///< if not
  std::vector<PgmChange> taps;   ///< what the case states beyond its scenarios' changes
  Index round = 0;               ///< of grouping by taps
  std::vector<Index> scenarios;  ///< in ascending order; lane k of result is scenarios[k]
  flow::FlowResult result;       ///< sized 0 where the case has no source in service
  flow::CircuitResult by_phase;  ///< the same of the circuit
};

struct PgmSolution {
  std::vector<PgmGroup> groups;
  std::vector<Index> group;              ///< by scenario
  std::vector<Index> lane;               ///< by scenario: its place in the group
  std::vector<flow::FlowStatus> status;  ///< by scenario; unsupplied where no source is in service
  bool symmetric = true;
};

/// A batch of one scenario that changes nothing.
PgmBatch pgm_as_it_stands();

/// The changes of one scenario.
std::span<const PgmChange> changes_of(const PgmBatch& batch, Index scenario);

/// Put changes into a network; returns what undoes them.
std::vector<PgmChange> apply_pgm(PgmNetwork& network, std::span<const PgmChange> changes);

/// Solve every scenario of a batch.
/// @throws InputError for a scenario that no power flow can be made of (it is named), UsageError
///         for options that no method can meet
PgmSolution solve_pgm(const PgmNetwork& network, const PgmBatch& batch, const PgmOptions& options);

/// Results of one type: power-grid-model's attributes of a calculation.
struct PgmOutputTable {
  std::span<const char* const> names;  ///< of columns; the first is id
  Index rows = 0;
  Index phases = 1;      ///< 3 in asymmetric calculations; see pgm_by_phase
  Column<double> value;  ///< (row, column, phase); NaN where power-grid-model gives none
  double at(Index row, std::string_view name, Index phase = 0) const;
};

/// Whether asymmetric calculations give an attribute by phase; else phase 0 holds it.
bool pgm_by_phase(std::string_view name);

using PgmOutput = std::array<PgmOutputTable, pgm_type_count>;

/// Results of one scenario. `network` must be in that scenario's state (apply_pgm).
PgmOutput pgm_output(const PgmNetwork& network, const PgmSolution& solution, Index scenario);

/// The results as a power-grid-model dataset of type sym_output or asym_output: a batch if
/// `is_batch`, else its first scenario. A scenario that has not converged is an empty object.
std::string format_pgm_output(const PgmNetwork& network, const PgmBatch& batch,
                              const PgmSolution& solution, bool is_batch);

/// The same into a file.
/// @throws FileError
void write_pgm_output(const PgmNetwork& network, const PgmBatch& batch, const PgmSolution& solution,
                      bool is_batch, const std::string& path);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_output.ipp"
#include "gridswarm/io/pgm_phase_output.ipp"
#include "gridswarm/io/pgm_phase_solve.ipp"
#include "gridswarm/io/pgm_solve.ipp"
#include "gridswarm/io/pgm_write.ipp"
#endif
