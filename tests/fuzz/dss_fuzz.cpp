// SPDX-License-Identifier: BSD-3-Clause
// An OpenDSS text is refused, or its circuit's tables hold together, a second reading finds the
// same, and a small circuit is solved or refused.
//
// Files that a text may name lie in a folder of their own, made once: one to redirect to, one that
// redirects to itself, one of numbers.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "../unit/same_circuit.hpp"
#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/io/dss_file.hpp"

namespace gridswarm::fuzz {
namespace {

/// The folder of files that a text may name; empty where none can be written.
std::string make_folder() {
  std::error_code failed;
  const auto path = std::filesystem::temp_directory_path(failed) /
                    ("gridswarm_dss_fuzz_" + std::to_string(getpid()));
  std::filesystem::create_directories(path, failed);
  if (failed) return {};
  std::ofstream(path / "part.dss") << "new load.part bus1=b.1 phases=1 kv=2.4 kw=5\n";
  std::ofstream(path / "loop.dss") << "redirect loop.dss\n";
  std::ofstream(path / "shape.csv") << "0.5\n1\n0.25, 7\n";
  return path.string();
}

void claim_rows(std::size_t is, Index should, const char* what) {
  claim(is == static_cast<std::size_t>(should), what);
}

void claim_tables(const feeder::Circuit& circuit) {
  const auto& loads = circuit.loads;
  claim_rows(loads.kw.size(), loads.size(), "loads kw");
  claim_rows(loads.zip.size(), loads.size(), "loads zip");
  claim_rows(loads.nodes.rows(), loads.size(), "loads nodes");
  claim_rows(loads.profile.size(), loads.size(), "loads profile");
  const auto& ders = circuit.ders;
  claim_rows(ders.kw.size(), ders.size(), "ders kw");
  claim_rows(ders.volt_watt.size(), ders.size(), "ders volt_watt");
  claim_rows(ders.nodes.rows(), ders.size(), "ders nodes");
  const auto& transformers = circuit.transformers;
  claim_rows(transformers.windings.rows(), transformers.size(), "windings");
  claim_rows(transformers.reactances.rows(), transformers.size(), "reactances");
  claim_rows(circuit.windings.nodes.rows(), circuit.windings.size(), "winding nodes");
  claim_rows(circuit.shunts.steps_in.size(), circuit.shunts.size(), "steps");
  claim_rows(circuit.lines.z_ohm.first.size() - 1, circuit.lines.size(), "lines z");
  for (const Index profile : loads.profile)
    claim(profile >= none && profile < circuit.profiles.size(), "profile of a load");
  for (const Index row : circuit.regulators.transformer)
    claim(row >= 0 && row < transformers.size(), "transformer of a regulator");
  for (const Index row : circuit.capacitor_controls.shunt)
    claim(row >= 0 && row < circuit.shunts.size(), "bank of a control");
}

/// Some iterations, whatever they lead to.
void try_to_solve(const feeder::Circuit& circuit) {
  if (circuit.nodes.size() > 40) return;
  flow::FlowOptions options;
  options.max_iterations = 12;
  options.threads = 1;
  flow::CircuitInjections injections;
  injections.scenarios = 1;
  flow::CircuitWork work;
  flow::CircuitResult result;
  try {
    flow::solve(flow::prepare(circuit, options), injections, options, work, result);
  } catch (const InputError&) {
    return;
  }
  claim_rows(result.v_re.size(), circuit.nodes.size(), "a voltage per node");
}

}  // namespace

void body(std::string_view text) {
  static const std::string folder = make_folder();
  const auto read = [&] {
    return io::circuit_of(io::read_dss_text_from(std::string(text), folder), "fuzz.dss");
  };
  feeder::Circuit circuit;
  try {
    circuit = read();
  } catch (const InputError&) {
    return;
  } catch (const FileError&) {
    return;
  }
  feeder::check(circuit);
  claim_tables(circuit);
  claim(test::difference(circuit, read(), 0.0).empty(), "a second reading");
  try_to_solve(circuit);
}

}  // namespace gridswarm::fuzz
