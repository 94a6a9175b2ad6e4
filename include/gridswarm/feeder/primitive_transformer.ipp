// SPDX-License-Identifier: BSD-3-Clause
// Bodies of primitive.hpp: transformers.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/primitive.hpp"

namespace gridswarm::inline GS_ABI::feeder {

namespace {

[[noreturn]] inline void refuse_transformer(const Circuit& circuit, Index transformer,
                                            const std::string& sentence) {
  throw InputError(circuit.file.empty() ? "circuit" : circuit.file, 0,
                   circuit.transformers.name[transformer] + " " + sentence);
}

/// One phase of a transformer, every winding on its own volts.
struct TransformerPhase {
  std::size_t windings = 0;
  std::size_t phases = 0;
  double rating_va = 0.0;  ///< of one phase
  std::vector<double> volts;
  std::vector<double> per_volt;  ///< 1 / (volts tap)
};

/// Row of Windings of position `winding`.
inline Index row_of(const Circuit& circuit, Index transformer, Index winding) {
  return circuit.transformers.windings.row(transformer)[winding];
}

inline TransformerPhase phase_of(const Circuit& circuit, Index transformer,
                                 std::span<const double> tap_pu) {
  const auto rows = circuit.transformers.windings.row(transformer);
  TransformerPhase phase;
  phase.windings = rows.size();
  phase.phases = static_cast<std::size_t>(circuit.transformers.phases[transformer]);
  if (phase.windings < 2 || phase.phases < 1)
    refuse_transformer(circuit, transformer, "has fewer than 2 windings or no phase");
  phase.rating_va = 1e3 * circuit.windings.kva[rows[0]] / static_cast<double>(phase.phases);
  if (!(phase.rating_va > 0.0))
    refuse_transformer(circuit, transformer, "has a first winding of 0 kVA; its rating is needed");
  for (std::size_t w = 0; w < phase.windings; ++w) {
    const double volts = winding_v(circuit, transformer, static_cast<Index>(w));
    if (!(volts > 0.0))
      refuse_transformer(circuit, transformer,
                         "has a winding " + std::to_string(w + 1) + " of 0 kV");
    const double tap = tap_pu.empty() ? circuit.windings.tap_pu[rows[w]] : tap_pu[w];
    phase.volts.push_back(volts);
    phase.per_volt.push_back(1.0 / (volts * (tap == 0.0 ? 1e-4 : tap)));
  }
  return phase;
}

/// Z_B of the header, inverted.
inline std::vector<Phasor> short_circuit_s(const Circuit& circuit, Index transformer,
                                           const TransformerPhase& phase) {
  const auto rows = circuit.transformers.windings.row(transformer);
  const auto pairs = circuit.transformers.reactances.row(transformer);
  const Column<double>& r_percent = circuit.windings.r_percent;
  const std::size_t n = phase.windings - 1;
  if (pairs.size() != n * (n + 1) / 2)
    refuse_transformer(circuit, transformer,
                       "needs " + std::to_string(n * (n + 1) / 2) +
                           " reactances, one per pair of "
                           "windings; it has " +
                           std::to_string(pairs.size()));
  const double scale = 0.01 / phase.rating_va;
  const auto reactance = [&](std::size_t pair) {
    return circuit.transformers.x_percent[pairs[pair]];
  };
  std::vector<Phasor> z(n * n), y(n * n);
  for (std::size_t i = 0; i < n; ++i)
    z[i * n + i] = scale * Phasor{r_percent[rows[0]] + r_percent[rows[i + 1]], reactance(i)};
  std::size_t pair = n;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j, ++pair) {
      const Phasor between =
          scale * Phasor{r_percent[rows[i + 1]] + r_percent[rows[j + 1]], reactance(pair)};
      z[i * n + j] = z[j * n + i] = 0.5 * (z[i * n + i] + z[j * n + j] - between);
    }
  if (invert(z, y) < 1e-14)
    refuse_transformer(circuit, transformer,
                       "has no short-circuit impedance; give it a reactance or resistances");
  return y;
}

/// Y_1 of the header, with what flows at no load.
inline std::vector<Phasor> one_volt_s(const Circuit& circuit, Index transformer,
                                      const TransformerPhase& phase) {
  const std::vector<Phasor> inner = short_circuit_s(circuit, transformer, phase);
  const std::size_t n = phase.windings, m = n - 1;
  std::vector<Phasor> y(n * n);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j) {
      const Phasor entry = inner[i * m + j];
      y[(i + 1) * n + j + 1] = entry;
      y[j + 1] = y[j + 1] - entry;
      y[(i + 1) * n] = y[(i + 1) * n] - entry;
      y[0] = y[0] + entry;
    }
  const double scale = 0.01 * phase.rating_va;
  y[n + 1] = y[n + 1] + scale * Phasor{circuit.transformers.no_load_loss_percent[transformer],
                                       -circuit.transformers.magnetizing_percent[transformer]};
  return y;
}

/// Where the conductors of each winding begin in the list of all.
inline std::vector<std::size_t> first_conductors(const Circuit& circuit, Index transformer,
                                                 Primitive& whole) {
  std::vector<std::size_t> first;
  for (const Index row : circuit.transformers.windings.row(transformer)) {
    first.push_back(whole.node.size());
    const auto nodes = circuit.windings.nodes.row(row);
    whole.node.insert(whole.node.end(), nodes.begin(), nodes.end());
  }
  whole.y_s.assign(whole.node.size() * whole.node.size(), {});
  return first;
}

/// Grounding of neutrals and the anti-float admittance. y_s is of `order` conductors.
inline void add_grounds(const Circuit& circuit, Index transformer, const TransformerPhase& phase,
                        const std::vector<std::size_t>& first, Primitive& whole) {
  const std::size_t order = whole.node.size();
  const auto rows = circuit.transformers.windings.row(transformer);
  const double ppm = 1e-6 * circuit.transformers.ppm_antifloat[transformer];
  for (std::size_t w = 0; w < phase.windings; ++w) {
    const Phasor drain{0.0, -0.5 * ppm * phase.rating_va / (phase.volts[w] * phase.volts[w])};
    const auto at = [&](std::size_t conductor) -> Phasor& {
      return whole.y_s[(first[w] + conductor) * (order + 1)];
    };
    for (std::size_t p = 0; p < phase.phases; ++p)
      for (const Index end :
           winding_ends(circuit, transformer, static_cast<Index>(w), static_cast<Index>(p)))
        at(static_cast<std::size_t>(end)) = at(static_cast<std::size_t>(end)) + drain;
    if (circuit.windings.connection[rows[w]] != Connection::wye) continue;
    const double r = circuit.windings.r_neutral_ohm[rows[w]];
    const double x = circuit.windings.x_neutral_ohm[rows[w]];
    const Phasor solid{1e6, 0.0};
    const Phasor neutral = r < 0.0 ? drain : (r == 0.0 && x == 0.0 ? solid : inverse(Phasor{r, x}));
    at(phase.phases) = at(phase.phases) + neutral;
  }
}

}  // namespace

GS_INLINE std::vector<Phasor> transformer_one_volt(const Circuit& circuit, Index transformer) {
  return one_volt_s(circuit, transformer, phase_of(circuit, transformer, {}));
}

GS_INLINE double winding_v(const Circuit& circuit, Index transformer, Index winding) {
  const Index row = row_of(circuit, transformer, winding);
  const std::int32_t phases = circuit.transformers.phases[transformer];
  const bool is_wye = circuit.windings.connection[row] == Connection::wye;
  const double volts = 1e3 * circuit.windings.kv[row];
  return is_wye && (phases == 2 || phases == 3) ? volts / sqrt3 : volts;
}

GS_INLINE std::array<Index, 2> winding_ends(const Circuit& circuit, Index transformer,
                                            Index winding, Index phase) {
  const auto rows = circuit.transformers.windings.row(transformer);
  const Windings& windings = circuit.windings;
  const std::int32_t phases = circuit.transformers.phases[transformer];
  const bool is_wye = windings.connection[rows[winding]] == Connection::wye;
  std::array<Index, 2> ends{phase, phases};
  if (!is_wye && phases > 1) {
    // The higher voltage of a wye-delta leads by 30 degrees unless delta_leads says otherwise.
    bool forward = true;
    if (windings.connection[rows[0]] != windings.connection[rows[1]]) {
      const Index high = windings.kv[rows[0]] >= windings.kv[rows[1]] ? rows[0] : rows[1];
      const bool high_is_delta = windings.connection[high] == Connection::delta;
      forward = high_is_delta == (circuit.transformers.delta_leads[transformer] != 0);
    }
    ends[1] = phase + (forward ? 1 : -1);
    if (phases > 2) ends[1] = (ends[1] + phases) % phases;
    if (ends[1] < 0) ends[1] = 2;  // two phases are an open delta
  }
  const auto count = static_cast<Index>(windings.nodes.row(rows[winding]).size());
  if (ends[0] >= count || ends[1] >= count)
    refuse_transformer(circuit, transformer,
                       "lists " + std::to_string(count) + " nodes at winding " +
                           std::to_string(winding + 1) + "; its connection needs " +
                           std::to_string(std::max(ends[0], ends[1]) + 1));
  return ends;
}

GS_INLINE Primitive transformer_conductors(const Circuit& circuit, Index transformer,
                                           std::span<const double> tap_pu) {
  const TransformerPhase phase = phase_of(circuit, transformer, tap_pu);
  const std::vector<Phasor> y = one_volt_s(circuit, transformer, phase);
  Primitive whole;
  const std::vector<std::size_t> first = first_conductors(circuit, transformer, whole);
  const std::size_t order = whole.node.size(), n = phase.windings;
  for (std::size_t p = 0; p < phase.phases; ++p)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const auto rows =
            winding_ends(circuit, transformer, static_cast<Index>(i), static_cast<Index>(p));
        const auto columns =
            winding_ends(circuit, transformer, static_cast<Index>(j), static_cast<Index>(p));
        const Phasor between = (phase.per_volt[i] * phase.per_volt[j]) * y[i * n + j];
        for (std::size_t a = 0; a < 2; ++a)
          for (std::size_t b = 0; b < 2; ++b) {
            Phasor& entry = whole.y_s[(first[i] + static_cast<std::size_t>(rows[a])) * order +
                                      first[j] + static_cast<std::size_t>(columns[b])];
            entry = a == b ? entry + between : entry - between;
          }
      }
  add_grounds(circuit, transformer, phase, first, whole);
  return whole;
}

GS_INLINE Primitive transformer_primitive(const Circuit& circuit, Index transformer,
                                          std::span<const double> tap_pu) {
  const Primitive whole = transformer_conductors(circuit, transformer, tap_pu);
  return onto_nodes(whole.node, whole.y_s);
}

}  // namespace gridswarm::inline GS_ABI::feeder
