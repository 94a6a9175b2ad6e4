// SPDX-License-Identifier: BSD-3-Clause
// The OpenDSS master of a case of the shared data.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gridswarm/io/dss_file.hpp"
#include "gridswarm/io/json.hpp"

namespace gridswarm::test {

/// Path of the master that a case's summary.json names.
inline std::string shared_master(const std::string& folder) {
  std::ifstream file(folder + "/summary.json");
  std::stringstream text;
  text << file.rdbuf();
  for (const io::JsonValue& item : io::parse_json(text.str(), "summary.json").items)
    if (item.key == "master") return folder + "/" + item.text;
  return {};
}

/// The circuit of a case's folder; some masters redirect to their neighbours.
inline feeder::Circuit read_shared(const std::string& folder) {
  return io::read_dss(shared_master(folder), std::filesystem::path(folder).parent_path().string());
}

}  // namespace gridswarm::test
