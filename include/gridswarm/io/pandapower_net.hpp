// SPDX-License-Identifier: BSD-3-Clause
// What a pandapower file becomes: a case, and the element behind each of its rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Where a row of the case comes from.
struct PandapowerOrigin {
  std::string table;       ///< "line", "trafo", "trafo3w", ...
  std::int64_t index = 0;  ///< the row's index in that table
  std::string side;        ///< trafo3w: "hv", "mv" or "lv"; dcline: "from" or "to"; else empty
};

/// A network as a case, and the element behind each row.
struct PandapowerNet {
  feeder::Case grid;                     ///< bus ids are pandapower's indices
  Index file_buses = 0;                  ///< buses of the file; those beyond were added
  std::vector<PandapowerOrigin> branch;  ///< one per branch row
  std::vector<PandapowerOrigin> generator;
  std::vector<PandapowerOrigin> load;  ///< one per row of Case::loads
};

}  // namespace gridswarm::inline GS_ABI::io
