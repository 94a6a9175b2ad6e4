// SPDX-License-Identifier: BSD-3-Clause
// Whole files in and out; what is written appears complete or not at all.
#pragma once

#include <string>
#include <string_view>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// The bytes of a file.
/// @throws FileError if it is missing, a folder, or cannot be read
std::string read_file(const std::string& path);

/// Does a device, a pipe or an open descriptor stand at this path? Such a place is written itself:
/// a file renamed over it would take its place.
bool is_written_in_place(const std::string& path);

/// Replace or create a file: written beside it under a temporary name, then renamed; except a place
/// that is written itself.
/// @throws FileError if the folder is missing or not writable, or the disk is full
void write_file_atomically(const std::string& path, std::string_view text);

/// The shortest decimal that reads back as the same double; nothing for NaN (an empty CSV cell).
std::string shortest(double value);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/file.ipp"
#endif
