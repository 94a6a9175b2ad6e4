// SPDX-License-Identifier: BSD-3-Clause
// Unbalanced networks from files: what a path holds is told by its content.
#pragma once

#include <string>
#include <string_view>

#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Does a text of that name hold OpenDSS commands? By its suffix .dss, or its first word.
bool looks_like_dss(std::string_view text, std::string_view path);

/// Does the file hold a circuit rather than a balanced case? @throws FileError
bool holds_circuit(const std::string& path);

/// Read a circuit: OpenDSS, or all phases of a power-grid-model network (holds_circuit leaves that
/// to symmetric calculations).
/// @param root  the folder that nothing is read outside of; empty: the file's own
/// @throws FileError, InputError; UsageError for a balanced case
feeder::Circuit read_circuit(const std::string& path, const std::string& root = {});

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/circuit_file.ipp"
#endif
