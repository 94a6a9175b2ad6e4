// SPDX-License-Identifier: BSD-3-Clause
// Many scenarios of one circuit, described by axes and never written out: flow/batch.hpp for
// unbalanced networks. Axes and their order are the same; the tap axis holds the taps of regulators
// and the steps of shunts, where they start or, with fixed taps, stay.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/flow/batch.hpp"
#include "gridswarm/flow/circuit_subset.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// What of a circuit a topology row may change.
enum class CircuitPart : std::int8_t {
  line_in_service,  ///< switches among them: 0 is open
  transformer_in_service,
  shunt_in_service,
  shunt_steps_in,
  source_in_service,
  source_v_pu  ///< what the circuit's own voltage of that source is multiplied by
};
using CircuitChange = ChangeOf<CircuitPart>;

/// Rows of powers: `given` arrays, or else profiles, or else one row, the circuit's own. Of `given`
/// only powers are looked at; an array that is empty there, and a kvar column without terms and
/// without a fixed part, means the circuit's own.
struct CircuitAxis {
  CircuitInjections given = {};         ///< given.scenarios rows; 0: not given
  Index rows = 0;                       ///< of `factor`; 0: no profiles
  Index profiles = 0;                   ///< columns of `factor`
  std::span<const double> factor = {};  ///< (row, profile)
  Profiled loads = {};                  ///< kW and kvar consumed, by row of CircuitLoads
  Profiled ders = {};                   ///< kW and kvar injected, by row of Ders
};

struct CircuitBatch {
  std::vector<std::vector<CircuitChange>> topology = {};  ///< rows; empty: one, as it is
  Index tap_rows = 0;                                     ///< 0: one, the circuit's own
  std::span<const double> tap_pu = {};  ///< (tap row, row of Regulators); empty: the circuit's
  std::span<const std::int32_t> steps_in = {};  ///< (tap row, row of Shunts); empty alike
  CircuitAxis injections = {};
  Combine combine = Combine::product;
};

/// How many scenarios a batch has. @throws UsageError where a zip's axes differ in length
std::int64_t scenarios_of(const CircuitBatch& batch);

BatchRow row_of(const CircuitBatch& batch, std::int64_t scenario);

/// What a change would replace; nothing for a row that does not exist.
std::optional<double> value_in(const feeder::Circuit& circuit, const CircuitChange& change);

/// @throws UsageError for an array of another size or a row, profile or element that does not exist
void check(const feeder::Circuit& circuit, const CircuitBatch& batch);

using CircuitTopologies = TopologiesOf<CircuitChange>;
CircuitTopologies distinct_topologies(const feeder::Circuit& circuit, const CircuitBatch& batch);

/// `circuit` with these changes.
feeder::Circuit changed(const feeder::Circuit& circuit, std::span<const CircuitChange> changes);

/// Injections of scenarios first .. first + count - 1: a view of the axis itself where its rows
/// follow one another, else of `fill`, valid until it changes.
CircuitInjections fill_block(const feeder::Circuit& circuit, const CircuitBatch& batch,
                             std::int64_t first, Index count, CircuitRows& fill);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_batch.ipp"
#endif
