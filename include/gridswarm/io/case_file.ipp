// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/matpower.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE feeder::Case read_case(const std::string& path) { return read_matpower(path); }

}  // namespace gridswarm::inline GS_ABI::io
