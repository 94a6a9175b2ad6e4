// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Reactor: between two buses a line without charging, else a shunt.
#pragma once

#include <vector>

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A Reactor while its properties are replayed.
struct DssReactor {
  enum class Given : signed char { kvar, ohms, matrices, sequences };
  DssBus from, to;
  bool to_given = false;  ///< another bus than the first
  std::int64_t phases = 3;
  bool is_delta = false, is_parallel = false;
  Given given = Given::kvar;
  double kvar = 100.0, kv = 12.47, r = 0.0, x = 0.0, g_parallel = 0.0;
  std::vector<double> r_matrix, x_matrix;
  feeder::Phasor z1, z2, z0;
  bool z2_given = false, z0_given = false;
  double frequency_hz = 60.0;  ///< at which the impedances hold
};

/// All reactors that are enabled.
void add_reactors(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_reactor.ipp"
#endif
