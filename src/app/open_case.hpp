// SPDX-License-Identifier: BSD-3-Clause
// How every command reads its case: what the reader passed over is told on stderr.
#pragma once

#include <string>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::app {

/// io::read_balanced_case, with the case's warnings printed on stderr.
/// @param tells  false: silently (a rank that isn't 0)
feeder::Case open_case(const std::string& path, bool tells = true);

/// The same by io::read_plain_case.
feeder::Case open_plain_case(const std::string& path);

}  // namespace gridswarm::app
