// SPDX-License-Identifier: BSD-3-Clause
// Taps and capacitor states as a table people can edit: what --taps takes and --taps-out gives.
//
//   element,winding,tap_pu,steps_in
//   transformer.reg1,2,1.0375,
//   capacitor.cap1,0,,1
// Windings count from 1; a capacitor has none. Names go without case, and without their class where
// they are clear.
#pragma once

#include <string>

#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::app {

/// Put the file's taps and steps into the circuit; what it names is held by no control any more.
/// @throws FileError, InputError by line: names, windings and steps that the circuit does not have
void read_circuit_state(const std::string& path, feeder::Circuit& circuit);

/// The table of a circuit as it stands: windings that a regulator moves, and all capacitor banks.
/// @throws FileError
void write_circuit_state(const std::string& path, const feeder::Circuit& circuit);

}  // namespace gridswarm::app
