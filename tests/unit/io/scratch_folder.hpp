// SPDX-License-Identifier: BSD-3-Clause
// A folder of its own for one test, gone at the end.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

/// Made anew under the system's folder for temporary files; removed with everything in it.
struct ScratchFolder {
  explicit ScratchFolder(const std::string& name)
      : path((std::filesystem::temp_directory_path() /
              ("gridswarm_" + name + "_" + std::to_string(getpid())))
                 .string()) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string operator/(const std::string& name) const { return path + "/" + name; }
  std::string path;
};
