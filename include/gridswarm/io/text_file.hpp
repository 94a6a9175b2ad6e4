// SPDX-License-Identifier: BSD-3-Clause
// Whole files in and out, with errors that name the file.
#pragma once

#include <string>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// The whole file. @throws FileError when missing, a folder or unreadable
std::string read_text_file(const std::string& path);
/// Replace the file in one step (written beside it, then renamed). @throws FileError
void write_text_file(const std::string& path, const std::string& text);

}  // namespace gridswarm::inline GS_ABI::io
