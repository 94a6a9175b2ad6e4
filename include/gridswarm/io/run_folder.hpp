// SPDX-License-Identifier: BSD-3-Clause
// The folder a run writes into: claimed before anything is computed, never shared by two runs.
#pragma once

#include <string>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What a run leaves in its folder; any of them means that the folder is taken.
struct RunFolder {
  std::string folder;
  std::string scenario() const { return folder + "/run.toml"; }
  std::string results() const { return folder + "/results.h5"; }
  std::string log() const { return folder + "/log"; }
  std::string gateways() const { return folder + "/gateway"; }  ///< clusters' trees, if any
  std::string vkey() const { return folder + "/log.vkey"; }     ///< beside the log, never inside
};

/// Make the folder (and those above it) and see that files can be written there. Call it in one
/// process, before the run. @throws FileError when it can't be made or written, when it is a file,
/// or when another run is in it; nothing is left behind then but folders made on the way
RunFolder claim_folder(const std::string& folder);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/run_folder.ipp"
#endif
