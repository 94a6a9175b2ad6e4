// SPDX-License-Identifier: BSD-3-Clause
// Scenarios of a power-grid-model network phase by phase: its circuit, and their powers in lanes.
#pragma once

#include "gridswarm/flow/circuit_hold.hpp"
#include "gridswarm/io/pgm_circuit.ipp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_solve.hpp"
#include "gridswarm/io/pgm_solve.ipp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Powers of the loads of a group's scenarios, (scenario, row of loads).
struct PgmPhasePowers {
  Column<double> kw;
  Column<double> kvar;
};

/// Powers of one scenario, whose changes are in `network`, into lane k.
inline void place_phase_powers(const PgmNetwork& network, const PgmCircuit& model, std::size_t k,
                               PgmPhasePowers& powers) {
  const std::size_t loads = model.circuit.loads.size();
  for (std::size_t kind = 0; kind < std::size(pgm_appliances); ++kind) {
    const PgmType type = pgm_appliances[kind];
    const PgmTable& table = network.of(type);
    const Index status = pgm_column(type, "status");
    std::size_t at = k * loads + model.first_load[kind];
    for (Index row = 0; row < table.size(); ++row)
      for (Index phase = 0; phase < pgm_phases_of(type); ++phase, ++at) {
        if (table.value[static_cast<std::size_t>(row) * table.width + status] == 0.0) continue;
        const Complex mva = pgm_consumption(network, type, row, phase);
        powers.kw[at] = 1e3 * mva.real();
        if (model.regulator[kind][row] == none) powers.kvar[at] = 1e3 * mva.imag();
      }
  }
}

/// Loads of constant impedance as the file states them become admittances of the circuit, which are
/// eliminated with it, however large; lanes keep what their scenario states beyond them.
inline void settle_impedances(feeder::Circuit& circuit, PgmPhasePowers& powers) {
  feeder::CircuitLoads& loads = circuit.loads;
  const std::size_t count = loads.size();
  for (std::size_t row = 0; row < count; ++row) {
    if (loads.law[row] != feeder::LoadLaw::constant_impedance) continue;
    const Complex stated = 1e3 * Complex(powers.kw[row], powers.kvar[row]);
    const double volts = 1e3 * loads.kv[row];  // all phases: 3 (kv / sqrt(3))^2 = kv^2
    const std::span<const Index> nodes = loads.nodes.row(row);
    const std::size_t n = nodes.size() - 1;
    std::vector<feeder::Phasor> y(n * n);
    for (std::size_t q = 0; q < n; ++q) y[q * n + q] = phasor(std::conj(stated) / (volts * volts));
    circuit.admittances.name.push_back(loads.name[row]);
    circuit.admittances.nodes.append(nodes.first(n));
    circuit.admittances.y_s.append(y);
    circuit.admittances.in_service.push_back(1);
    for (std::size_t k = powers.kw.size(); k > 0; k -= count) {
      const std::size_t at = k - count + row;
      powers.kw[at] -= powers.kw[row];
      powers.kvar[at] -= powers.kvar[row];
    }
  }
}

/// Taps are moved by symmetric calculations only.
inline void refuse_pgm_tap_regulators(const PgmNetwork& network, const flow::FlowOptions& options) {
  const PgmTable& table = network.of(PgmType::transformer_tap_regulator);
  for (Index row = 0; row < table.size(); ++row)
    if (!options.fixed_taps && table.at(row, "status") != 0.0)
      refuse_pgm(network, table, row,
                 "moves taps, which asymmetric calculations leave alone; fix the taps or set its "
                 "status to 0");
}

GS_INLINE void solve_by_phase(PgmNetwork& network, const PgmBatch& batch, const PgmOptions& options,
                              PgmGroup& group) {
  const std::size_t scenarios = group.scenarios.size();
  PgmPhasePowers powers;
  each_scenario(network, batch, group, [&](std::size_t k) {
    if (k == 0) {
      refuse_pgm_tap_regulators(network, options.flow);
      group.circuit = make_pgm_circuit(network, options.frequency_hz);
      powers.kw.assign(scenarios * group.circuit.circuit.loads.size(), 0.0);
      powers.kvar = powers.kw;
    }
    place_phase_powers(network, group.circuit, k, powers);
  });
  feeder::Circuit& circuit = group.circuit.circuit;
  if (group.circuit.feeds.empty()) return;
  std::fill(circuit.loads.in_service.begin(), circuit.loads.in_service.end(), std::int8_t{1});
  settle_impedances(circuit, powers);
  flow::FlowOptions flow = options.flow;
  flow.polar = false;
  flow.fixed_taps = true;
  flow::CircuitInjections injections;
  injections.scenarios = static_cast<Index>(scenarios);
  injections.load_kw = powers.kw;
  injections.load_kvar = powers.kvar;
  flow::CircuitWork work;
  flow::HeldVoltages held;
  for (const PgmPhaseHold& hold : group.circuit.holds)
    for (Index phase = 0; phase < 3; ++phase) {
      held.load.push_back(hold.first_load + phase);
      held.v_pu.push_back(hold.u_pu);
    }
  flow::solve_held(flow::prepare(circuit, flow), held, injections, flow, work, group.by_phase);
}

}  // namespace detail

}  // namespace gridswarm::inline GS_ABI::io
