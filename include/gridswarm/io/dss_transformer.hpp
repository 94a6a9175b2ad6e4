// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Transformer and XfmrCode.
//
// Windings are given one by one (wdg=1 bus=a kv=.. wdg=2 ..) or as arrays (buses=, kvs=), in any
// mixture; a code fills in everything but the buses. %loadloss is split between windings 1 and 2,
// the kVA of winding 1 is that of all others unless they say otherwise afterwards.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Every Transformer of the text.
/// @throws InputError with file and line for windings, voltages and impedances that can't be
void add_transformers(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_transformer.ipp"
#endif
