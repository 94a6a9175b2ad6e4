// SPDX-License-Identifier: BSD-3-Clause
// A tree through every supplied bus of any network, and the branches that close its loops.
//
// Of all spanning trees the shortest: branches join it by growing |z| (Kruskal, Proc. American
// Mathematical Society 7(1), 1956), so those without impedance come first and the closing branches
// are the long ones, whose currents Ohm's law tells with most digits. Sources count as joined from
// the beginning: a branch that would join two of them closes, too.
#pragma once

#include <vector>

#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// A forest as make_forest() builds it, but of a case that may have loops and held voltages.
struct SpanningForest {
  Forest forest;               ///< knows nothing of the closing branches, nor of their charging
  std::vector<Index> closing;  ///< rows of supplied branches that are not in the tree, ascending
};

/// Equal impedances join in the file's order.
SpanningForest spanning_forest(const Case& grid);

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/spanning.ipp"
#endif
