// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS circuits (.dss) into feeder::Circuit.
//
// A text is read as OpenDSS reads it: commands one after another, objects made and edited by their
// properties in any order, names without case. Files that a master names by redirect, compile or
// file= are looked for beside the file that names them, and nowhere outside the master's folder.
#pragma once

#include <string>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/io/dss_object.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Buses get the base voltage of the file's list (set voltagebases) that is nearest to their own
/// without load; 0 where the file neither has a list nor asks for bases.
/// @param root  the folder that nothing is read outside of; empty: the master's own folder
/// @throws FileError for files that can't be opened or lie outside the root, InputError
///         with file and line for what can't be read or is not known; what may be passed over is in
///         Circuit::warnings
feeder::Circuit read_dss(const std::string& path, const std::string& root = {});

/// The circuit that a text states; `file` is for messages. @throws InputError as read_dss does
feeder::Circuit circuit_of(const DssText& text, const std::string& file);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_file.ipp"
#endif
