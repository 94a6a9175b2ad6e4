// SPDX-License-Identifier: BSD-3-Clause
// Where the files are that an OpenDSS text names: beside the file that names them, without case,
// and nowhere outside the master's folder.
#pragma once

#include <string>
#include <string_view>

#include "gridswarm/io/dss_object.hpp"

namespace gridswarm::inline GS_ABI::io {

/// The path of a file that `name` in `from` means; \ divides folders as / does.
/// @param place  for messages: where the name stands
/// @throws FileError for a name that is absolute, leads outside from.root (by .. or by a link), is
///         not there, or is no plain file
std::string find_file(const DssFile& from, std::string_view name, std::string_view place);

/// read_file of what find_file finds. @throws FileError, also for more than 256 MB
std::string read_named_file(const DssFile& from, std::string_view name, std::string_view place);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_path.ipp"
#endif
