// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_bases.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/circuit_bases.hpp"
#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// The circuit's lines, transformers and sources alone. Its bases are those of the sources: without
/// loads the equations are linear, and the first solution is the last.
inline feeder::Circuit without_loads(const feeder::Circuit& circuit) {
  feeder::Circuit bare;
  bare.file = circuit.file;
  bare.buses = circuit.buses;
  bare.nodes = circuit.nodes;
  bare.sources = circuit.sources;
  bare.lines = circuit.lines;
  std::fill(bare.lines.y_s.items.begin(), bare.lines.y_s.items.end(), feeder::Phasor{});
  bare.transformers = circuit.transformers;
  bare.windings = circuit.windings;
  bare.admittances = circuit.admittances;
  double largest_v = 1.0;
  for (const feeder::Phasor& emf : circuit.sources.emf_v)
    largest_v = std::max(largest_v, __builtin_sqrt(norm(emf)));
  std::fill(bare.buses.base_kv_ln.begin(), bare.buses.base_kv_ln.end(), 1e-3 * largest_v);
  return bare;
}

}  // namespace

GS_INLINE double nearest_base_kv(std::span<const double> bases_kv_ll, double kv) {
  double best = 0.0, least = std::numeric_limits<double>::infinity();
  for (const double base : bases_kv_ll) {
    const double difference = std::fabs(1.0 - kv / base);
    if (!(difference < least)) continue;
    least = difference;
    best = base;
  }
  return best;
}

GS_INLINE void assign_bases(feeder::Circuit& circuit, std::span<const double> bases_kv_ll) {
  FlowOptions options;
  options.threads = 1;
  options.fixed_taps = true;
  CircuitWork work;
  CircuitResult result;
  CircuitInjections injections;
  injections.scenarios = 1;
  solve(prepare(without_loads(circuit), options), injections, options, work, result);
  std::vector<char> is_told(circuit.buses.name.size());
  for (Index node = 0; node < circuit.nodes.size(); ++node) {
    const Index bus = circuit.nodes.bus[node];
    if (is_told[bus]) continue;
    is_told[bus] = 1;
    const double volts = __builtin_sqrt(feeder::norm({result.v_re[node], result.v_im[node]}));
    const double kv = 1.732e-3 * (std::isfinite(volts) ? volts : 0.0);
    circuit.buses.base_kv_ln[bus] = nearest_base_kv(bases_kv_ll, kv) / sqrt3;
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
