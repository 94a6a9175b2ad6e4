// SPDX-License-Identifier: BSD-3-Clause
// Contracts are replayed for years on other machines: their sources know integers only.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

TEST_CASE("no source of contract/ names a floating-point type, literal or header") {
  const std::regex banned(
      R"(\b(double|float|float_t|double_t|cmath|math\.h|complex|unordered_map|unordered_set)\b)"
      R"(|\b\d+\.\d|\b\d+[eE][+-]?\d|\b0x[0-9a-fA-F.]*[pP])");
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(GRIDSWARM_INCLUDE_FOLDER) + "/contract")) {
    ++files;
    std::ifstream in(entry.path());
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      const std::string code = line.substr(0, line.find("//"));
      INFO(entry.path().filename().string() << ":" << number << ": " << line);
      CHECK_FALSE(std::regex_search(code, banned));
    }
  }
  CHECK(files >= 19);
}
