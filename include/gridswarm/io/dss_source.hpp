// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Vsource, which `new circuit` makes too, into Sources.
//
// Three ways to state what lies behind the voltage: short-circuit powers (MVAsc3, MVAsc1), currents
// (Isc3, Isc1) or impedances in ohms or per unit. From the first two, with x1/r1 and x0/r0 given,
//   X1 = kV^2 / MVAsc3 / sqrt(1 + (r1/x1)^2),   |2 Z1 + Z0| = 3 kV / (sqrt(3) Isc1)  gives R0.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A Vsource while its properties are replayed.
struct DssSource {
  enum class Given : signed char { power, current, impedance };
  DssBus from, to;
  std::int64_t phases = 3;
  double base_kv = 115.0, pu = 1.0, angle_deg = 0.0;
  double frequency_hz = 0.0, base_frequency_hz = 60.0;  ///< of the source; of its impedances
  double mva_sc3 = 2000.0, mva_sc1 = 2100.0, i_sc3 = 10000.0, i_sc1 = 10540.0;
  double x1_r1 = 4.0, x0_r0 = 3.0;
  Given given = Given::power;
  feeder::Phasor z1{1.65, 6.6}, z2{1.65, 6.6}, z0{1.9, 5.7};
  feeder::Phasor z1_pu, z2_pu, z0_pu, ideal_pu{1.0e-6, 0.001};
  bool z2_given = false, z0_given = false;
  bool z1_pu_given = false, z2_pu_given = false, z0_pu_given = false;
  double base_mva = 100.0, z_base_ohm = 115.0 * 115.0 / 100.0;
  std::int64_t sequence = 1;  ///< 1, 0 or -1
  bool is_ideal = false;
};

/// R + jX given as [R, X].
feeder::Phasor impedance_of(const DssValue& value);

/// All sources that are enabled.
void add_sources(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_source.ipp"
#endif
