// SPDX-License-Identifier: BSD-3-Clause
// The circuits of the shared data, against what OpenDSS itself made of them: matrices, nodes and
// ratings of every line, and the currents behind the source's impedance.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/io/csv.hpp"
#include "gridswarm/io/dss_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/json.hpp"

using namespace gridswarm;
namespace fs = std::filesystem;

namespace {

std::string shared_folder() {
  const char* given = std::getenv("GRIDSWARM_SHARED_DATA");
  if (given && fs::exists(std::string(given) + "/threephase"))
    return std::string(given) + "/threephase";
  MESSAGE("no GRIDSWARM_SHARED_DATA here; skipped");
  return {};
}

/// Numbers of a lower triangle, a11;a21;a22;..
std::vector<double> triangle(std::string_view cell) {
  std::vector<double> numbers;
  std::stringstream text{std::string(cell)};
  for (std::string number; std::getline(text, number, ';');) numbers.push_back(std::stod(number));
  return numbers;
}

/// Largest |difference| over |reference| + floor of the lower triangle of part of a matrix.
double worst_of(std::string_view cell, std::span<const feeder::Phasor> matrix,
                double feeder::Phasor::*part, double floor) {
  const std::vector<double> wanted = triangle(cell);
  std::size_t n = 0, k = 0;
  while (n * n < matrix.size()) ++n;
  if (wanted.size() != n * (n + 1) / 2) return 1e300;
  double worst = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j, ++k) {
      const double difference = std::fabs(matrix[i * n + j].*part - wanted[k]);
      worst = std::max(worst, difference / (std::fabs(wanted[k]) + floor));
    }
  return worst;
}

/// "bus.1.2" as the export has it: bus, and nodes with 0 for ground.
bool same_nodes(const feeder::Circuit& circuit, std::span<const Index> nodes, std::string_view bus,
                std::string_view numbers) {
  std::string got;
  for (const Index node : nodes) {
    if (node != feeder::ground &&
        io::lower_case(circuit.buses.name[circuit.nodes.bus[node]]) != io::lower_case(bus))
      return false;
    got += got.empty() ? "" : ".";
    got += std::to_string(node == feeder::ground ? 0 : circuit.nodes.number[node]);
  }
  return got == numbers;
}

/// Series admittance of a stiff line; OpenDSS's own charging is lost in its rounding.
double stiffness(std::span<const feeder::Phasor> z) {
  double least = 1e300;
  for (const feeder::Phasor& entry : z)
    if (feeder::norm(entry) > 0.0) least = std::min(least, std::sqrt(feeder::norm(entry)));
  return 1.0 / least;
}

void compare_lines(const feeder::Circuit& circuit, const io::CsvTable& table) {
  std::unordered_map<std::string, Index> row;
  for (Index i = 0; i < circuit.lines.size(); ++i) row[io::lower_case(circuit.lines.name[i])] = i;
  const auto cell = [&](Index i, const char* name) {
    return table.cell(i, io::require_column(table, name));
  };
  const feeder::Lines& lines = circuit.lines;
  for (Index i = 0; i < table.rows(); ++i) {
    const std::string name = "line." + io::lower_case(cell(i, "name"));
    INFO(name);
    REQUIRE(row.contains(name));
    const Index line = row[name];
    const auto z = lines.z_ohm.row(line), y = lines.y_s.row(line);
    CHECK(worst_of(cell(i, "r_ohm_lowertri"), z, &feeder::Phasor::re, 1e-10) < 1e-9);
    CHECK(worst_of(cell(i, "x_ohm_lowertri"), z, &feeder::Phasor::im, 1e-10) < 1e-9);
    const double lost = 4e-15 * stiffness(z) / 1e-9;
    CHECK(worst_of(cell(i, "g_s_lowertri"), y, &feeder::Phasor::re, lost) < 1e-9);
    CHECK(worst_of(cell(i, "b_s_lowertri"), y, &feeder::Phasor::im, lost) < 1e-9);
    CHECK(same_nodes(circuit, lines.from.row(line), cell(i, "bus1"), cell(i, "nodes1")));
    CHECK(same_nodes(circuit, lines.to.row(line), cell(i, "bus2"), cell(i, "nodes2")));
    CHECK(lines.in_service[line] == (cell(i, "closed") == "1"));
    CHECK(lines.rating_a[line] ==
          doctest::Approx(io::number(table, i, io::require_column(table, "normamps"))));
  }
}

/// I = Y E behind the only source's impedance.
void compare_source(const feeder::Circuit& circuit, const io::CsvTable& table) {
  REQUIRE(circuit.sources.size() == 1);
  const auto z = circuit.sources.z_ohm.row(0);
  std::vector<feeder::Phasor> y(z.size());
  REQUIRE(feeder::invert(z, y) > 0.0);
  const std::size_t n = circuit.sources.nodes.row(0).size();
  REQUIRE(static_cast<std::size_t>(table.rows()) == n);
  for (std::size_t i = 0; i < n; ++i) {
    feeder::Phasor current;
    for (std::size_t j = 0; j < n; ++j) current = current + y[i * n + j] * circuit.sources.emf_v[j];
    const auto row = static_cast<Index>(i);
    const feeder::Phasor wanted{io::number(table, row, 1), io::number(table, row, 2)};
    CHECK(std::sqrt(feeder::norm(current - wanted) / feeder::norm(wanted)) < 1e-9);
  }
}

/// Base voltages as calcvoltagebases chose them.
void compare_bases(const feeder::Circuit& circuit, const io::CsvTable& table) {
  std::unordered_map<std::string, double> base;
  for (Index i = 0; i < circuit.buses.size(); ++i)
    base[io::lower_case(circuit.buses.name[i])] = circuit.buses.base_kv_ln[i];
  const Index bus = io::require_column(table, "bus");
  const Index kv = io::require_column(table, "kvbase_ln");
  for (Index i = 0; i < table.rows(); ++i) {
    const std::string name = io::lower_case(table.cell(i, bus));
    INFO(name);
    REQUIRE(base.contains(name));
    CHECK(base[name] == doctest::Approx(io::number(table, i, kv)).epsilon(1e-6));
  }
}

}  // namespace

TEST_CASE("every shared circuit has the lines, the source and the bases that OpenDSS makes of it") {
  const std::string folder = shared_folder();
  if (folder.empty()) return;
  int circuits = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string summary = (entry.path() / "summary.json").string();
    if (!fs::exists(summary)) continue;
    INFO(entry.path().string());
    const auto json = io::parse_json(io::read_file(summary), summary);
    const std::string master = (entry.path() / io::find(json, "master")->text).string();
    const auto circuit = io::read_dss(master, folder);
    compare_lines(circuit, io::read_csv((entry.path() / "lines.csv").string()));
    compare_source(circuit, io::read_csv((entry.path() / "source.csv").string()));
    compare_bases(circuit, io::read_csv((entry.path() / "solution.csv").string()));
    ++circuits;
  }
  CHECK(circuits == 14);
}

TEST_CASE("the European feeder's hundred profiles are a day of minutes each") {
  const std::string folder = shared_folder();
  if (folder.empty()) return;
  const auto circuit = io::read_dss(folder + "/european_lv/dss/Master.dss");
  CHECK(circuit.frequency_hz == 50.0);
  CHECK(circuit.profiles.size() == 55);
  for (Index i = 0; i < circuit.profiles.size(); ++i) {
    CHECK(circuit.profiles.p[i].size() == 1440);
    CHECK(circuit.profiles.step_s[i] == 60.0);
    CHECK(circuit.profiles.is_actual[i] == 0);  // batchedit says so
  }
}

TEST_CASE("every small circuit of PowerModelsDistribution's tests is read") {
  const char* given = std::getenv("GRIDSWARM_SHARED_DATA");
  if (!given || !fs::exists(std::string(given) + "/pmd")) return;
  int circuits = 0;
  for (const auto& entry : fs::recursive_directory_iterator(std::string(given) + "/pmd")) {
    if (entry.path().extension() != ".dss") continue;
    INFO(entry.path().string());
    CHECK_NOTHROW(io::read_dss(entry.path().string()));
    ++circuits;
  }
  CHECK(circuits == 38);
}
