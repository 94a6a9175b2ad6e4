// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/run_folder.hpp"

namespace gridswarm::inline GS_ABI::io {

GS_INLINE RunFolder claim_folder(const std::string& folder) {
  if (folder.empty()) throw UsageError("no folder given to write results into: use -o FOLDER");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(folder, "can't be made as a folder: " + error.message());
  if (!std::filesystem::is_directory(folder, error)) throw FileError(folder, "is not a folder");
  const RunFolder run = {folder};
  for (const std::string& mark :
       {run.scenario(), run.results(), run.results() + ".tmp", run.log(), run.gateways()}) {
    const bool there = std::filesystem::exists(std::filesystem::symlink_status(mark, error));
    if (there)
      throw FileError(folder, "already holds another run (" + mark +
                                  "); choose a new folder or remove that one");
  }
  const std::string probe = folder + "/.gridswarm_probe";
  write_file_atomically(probe, "x");  // throws naming the probe when the folder can't be written
  if (std::remove(probe.c_str()) != 0) throw FileError(folder, "files in it can't be removed");
  return run;
}

}  // namespace gridswarm::inline GS_ABI::io
