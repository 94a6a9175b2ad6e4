// SPDX-License-Identifier: BSD-3-Clause
// Every symmetric power flow of power-grid-model's own validation data, by its own tolerances
// (params.json) and its own way of comparing: |difference| <= atol + rtol |reference|, angles as
// phasors of their magnitude, seen from the first node.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/json.hpp"
#include "gridswarm/io/pgm_solve.hpp"

using namespace gridswarm;
namespace fs = std::filesystem;
using io::JsonKind;
using io::JsonValue;

namespace {

std::string shared_folder() {
  const char* given = std::getenv("GRIDSWARM_SHARED_DATA");
  if (given && fs::exists(std::string(given) + "/pgm")) return std::string(given) + "/pgm";
  MESSAGE("no GRIDSWARM_SHARED_DATA here; skipped");
  return {};
}

JsonValue json_of(const fs::path& path) {
  return io::parse_json(io::read_file(path.string()), path.string());
}

struct Comparison {
  double rtol;
  double atol;
  int values = 0;
  double worst = 0.0;      ///< largest |difference| / allowed
  std::string where = {};  ///< of the worst
};

void compare(Comparison& c, std::complex<double> got, std::complex<double> wanted,
             const std::string& where) {
  const double part = std::abs(got - wanted) / (c.atol + c.rtol * std::abs(wanted));
  ++c.values;
  if (part <= c.worst) return;
  c.worst = std::isnan(part) ? 1e300 : part;
  std::ostringstream text;
  text << where << ": " << got << " for " << wanted;
  c.where = text.str();
}

/// One reference scenario against ours.
void compare_scenario(Comparison& c, const JsonValue& reference, const io::PgmNetwork& network,
                      const io::PgmOutput& ours) {
  for (const JsonValue& list : reference.items) {
    const auto type = static_cast<io::PgmType>(io::pgm_type_of(list.key));
    const io::PgmOutputTable& table = ours[static_cast<std::size_t>(type)];
    for (const JsonValue& item : list.items) {
      const io::PgmPlace* place = network.find(std::int64_t(io::find(item, "id")->number));
      REQUIRE(place != nullptr);
      REQUIRE(place->type == type);
      for (const JsonValue& value : item.items) {
        if (value.key == "id" || value.kind != JsonKind::number) continue;
        const std::string where = list.key + " " + std::to_string(place->id) + " " + value.key;
        if (value.key == "u_angle") {
          const JsonValue* u = io::find(item, "u");
          if (u == nullptr) continue;
          const double got = table.at(place->row, "u_angle") - table.at(0, "u_angle");
          compare(c, std::polar(table.at(place->row, "u"), got),
                  std::polar(u->number, value.number - io::find(list.items[0], "u_angle")->number),
                  where);
        } else {
          compare(c, table.at(place->row, value.key), value.number, where);
        }
      }
    }
  }
}

Comparison run(const fs::path& folder, bool batch, const JsonValue& params,
               const std::string& method) {
  Comparison c{io::find(params, "rtol")->number, io::find(params, "atol")->number};
  io::PgmNetwork network = io::read_pgm((folder / "input.json").string());
  const io::PgmBatch changes =
      batch ? io::read_pgm_batch((folder / "update_batch.json").string(), network)
            : io::pgm_as_it_stands();
  const JsonValue reference =
      json_of(folder / (batch ? "sym_output_batch.json" : "sym_output.json"));
  const JsonValue& data = *io::find(reference, "data");
  io::PgmOptions options;
  options.flow.tol_step_pu = 1e-13;
  options.flow.method = method;
  options.flow.fixed_taps = io::find(params, "tap_changing_strategy") == nullptr;
  const io::PgmSolution solution = io::solve_pgm(network, changes, options);
  for (Index s = 0; s < changes.scenarios(); ++s) {
    CHECK_MESSAGE(solution.status[s] == flow::FlowStatus::converged, folder << " scenario " << s);
    const auto undo = io::apply_pgm(network, io::changes_of(changes, s));
    compare_scenario(c, batch ? data.items[s] : data, network,
                     io::pgm_output(network, solution, s));
    io::apply_pgm(network, undo);
  }
  return c;
}

}  // namespace

namespace {

/// Folders with params.json, as names below the root.
std::vector<std::string> reference_names(const std::string& root) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().filename() == "params.json")
      names.push_back(fs::relative(entry.path().parent_path(), root).string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Compare all cases; how many were compared.
int compare_all(const std::string& root, const std::string& method) {
  int compared = 0;
  for (const std::string& name : reference_names(root)) {
    const fs::path folder = fs::path(root) / name;
    const JsonValue params = json_of(folder / "params.json");
    if (io::find(params, "xfail") != nullptr) continue;
    for (const bool batch : {false, true}) {
      if (!fs::exists(folder / (batch ? "sym_output_batch.json" : "sym_output.json"))) continue;
      try {
        const Comparison c = run(folder, batch, params, method);
        const std::string which = name + (batch ? " (batch)" : "");
        std::printf("  %-56s %4d values, worst %.1e of tolerance: %s\n", which.c_str(), c.values,
                    c.worst, c.where.c_str());
        CHECK_MESSAGE(c.worst <= 1.0, which);
        CHECK(c.values > 0);
        ++compared;
      } catch (const Error& error) {
        FAIL_CHECK(name << ": " << std::string(error.what()));
      }
    }
  }
  return compared;
}

}  // namespace

TEST_CASE("every symmetric case of power-grid-model agrees within its own tolerances") {
  const std::string root = shared_folder();
  if (root.empty()) return;
  CHECK(compare_all(root, "automatic") == 22);
  if (flow::klu_available()) CHECK(compare_all(root, "newton") == 22);
}

TEST_CASE("every network and batch of power-grid-model's data is read, but those it refuses") {
  const std::string root = shared_folder();
  if (root.empty()) return;
  int made = 0;
  std::vector<std::string> refused;
  for (const std::string& name : reference_names(root)) {
    const fs::path folder = fs::path(root) / name;
    const io::PgmNetwork network = io::read_pgm((folder / "input.json").string());
    if (const fs::path batch = folder / "update_batch.json"; fs::exists(batch))
      CHECK(io::read_pgm_batch(batch.string(), network).scenarios() > 0);
    try {
      const io::PgmCase model = io::make_pgm_case(network);
      made += model.grid.buses.size() >= network.of(io::PgmType::node).size() ? 1 : 0;
    } catch (const InputError& error) {
      refused.push_back(name + ": " + error.what());
    }
  }
  CHECK(made == 43);
  REQUIRE(refused.size() == 2);  // power-grid-model refuses them as well
  CHECK(refused[0].find("which is not of constant power") != std::string::npos);
  CHECK(refused[1].find("which a source feeds") != std::string::npos);
}
