// SPDX-License-Identifier: BSD-3-Clause
// A MATPOWER case file as the tables it defines, after the statements that follow them have run.
//
// Many files in use give impedances in ohm or loads in kW and convert them below the tables, such
// as
//   Vbase = mpc.bus(1, BASE_KV) * 1e3;  Sbase = mpc.baseMVA * 1e6;
//   mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);
// A reader that skips such code is wrong by orders of magnitude without a word. So assignments made
// of arithmetic are carried out, and every other statement is refused with its line. Fields of the
// case that say nothing about power flow (costs, areas, limits of an optimal power flow) are passed
// over, unknown ones with a warning.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gridswarm/io/mfile_values.hpp"

namespace gridswarm::inline GS_ABI::io {

struct MFile {
  std::string name;                     ///< after "function mpc ="
  std::map<std::string, Matrix> table;  ///< "bus", "gen", "branch", "baseMVA", "dcline" as assigned
  std::map<std::string, std::int64_t> line;  ///< where each was assigned
  std::vector<std::string> bus_name;         ///< texts of mpc.bus_name; empty without it
  std::vector<std::string> warnings;         ///< tables that were passed over, with file and line
  bool base_is_third = false;   ///< baseMVA is written as an expression that ends in /3
  bool bus_over_root3 = false;  ///< the bus table divides by sqrt(3)
};

/// Run a case file's text.
/// @param file  its name, for messages
/// @throws InputError with the line of what is cut off, malformed or not understood
MFile run_mfile(std::string_view text, const std::string& file);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/mfile.ipp"
#endif
