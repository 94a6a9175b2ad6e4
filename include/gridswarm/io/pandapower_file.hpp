// SPDX-License-Identifier: BSD-3-Clause
// Networks as pandapower writes them: pp.to_json(net, path), pandapower 2.13 to 3.x.
//
// The file becomes a balanced case with the models of runpp's defaults (transformers as T, losses
// of three-winding transformers at the high-voltage side), written here in p.u. of net.sn_mva:
//   line        z = (r + j x) length / parallel, y = (g + j 2 pi f c) length parallel
//   trafo       z = vk/100 / sn (vn_lv/base)^2 at the lv side, y from pfe and i0, T turned into pi,
//               ratio = (vn_hv / vn_lv) / (base_hv / base_lv), taps at either side
//   trafo3w     a star of three of these around a bus of its own
//   impedance, xward: a branch; ward, shunt: constant power and admittance at a bus
//   switch      between buses: a branch without impedance (z_ohm: with it), open: out of service;
//               open at a branch: that end hangs on a bus of its own, so its charging remains
//   load, sgen, storage, motor, asymmetric_*: power of the bus; loads with shares of constant
//               current or impedance: rows of Case::loads
//   ext_grid, gen with slack: sources; gen, dcline: held voltages
// Buses that the file does not know (star points, open ends) come last and have names.
// What has no such model is refused by table, row and line if in service; what says nothing about
// power flow (costs, pictures, results) is passed over, controllers with a warning.
#pragma once

#include <string>
#include <string_view>

#include "gridswarm/io/pandapower_net.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Read a network file.
/// @throws FileError if it cannot be read; InputError with file, line, table, index and value of
///         what is cut off, of a wrong type, refers to nothing, or has no model here
PandapowerNet read_pandapower(const std::string& path);

/// The same from text; `file` is what messages call it.
PandapowerNet parse_pandapower(std::string_view text, const std::string& file);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pandapower_file.ipp"
#endif
