// SPDX-License-Identifier: BSD-3-Clause
// Bodies of reduction.hpp: buses, lines, sources, powers; transformers are in
// reduction_edges.ipp.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/feeder/reduction.hpp"
#include "gridswarm/feeder/reduction_edges.ipp"

namespace gridswarm::inline GS_ABI::feeder {
namespace reduction_detail {

/// Buses that hang on the two legs of a centre tap, reached through lines.
inline std::vector<std::int8_t> split_buses(const Circuit& circuit) {
  std::vector<std::int8_t> split(circuit.buses.size(), 0);
  std::vector<Index> queue;
  const auto visit = [&](Index bus) {
    if (bus == none || split[bus]) return;
    split[bus] = 1;
    queue.push_back(bus);
  };
  for (Index t = 0; t < circuit.transformers.size(); ++t) {
    const auto windings = circuit.transformers.windings.row(t);
    if (circuit.transformers.phases[t] != 1 || windings.size() != 3) continue;
    const Index second = bus_of(circuit, circuit.windings.nodes.row(windings[1]));
    const Index third = bus_of(circuit, circuit.windings.nodes.row(windings[2]));
    if (second == third) visit(second);
  }
  std::vector<Index> from_key, to_key;
  for (Index line = 0; line < circuit.lines.size(); ++line) {
    from_key.push_back(bus_of(circuit, circuit.lines.from.row(line)));
    to_key.push_back(bus_of(circuit, circuit.lines.to.row(line)));
  }
  const Csr leaving = group_by(from_key, circuit.buses.size());
  const Csr coming = group_by(to_key, circuit.buses.size());
  for (std::size_t at = 0; at < queue.size(); ++at) {
    for (const Index line : leaving.row(queue[at])) visit(to_key[line]);
    for (const Index line : coming.row(queue[at])) visit(from_key[line]);
  }
  return split;
}

/// Direction of every node's voltage; 0 for what is no phase.
inline std::vector<Phasor> directions(const Circuit& circuit) {
  constexpr double half = 0.5, root = 0.86602540378443864676;
  const std::vector<std::int8_t> split = split_buses(circuit);
  std::vector<Phasor> turn(circuit.nodes.size());
  for (Index node = 0; node < circuit.nodes.size(); ++node) switch (circuit.nodes.number[node]) {
      case 1: turn[node] = {1.0, 0.0}; break;
      case 2:
        turn[node] = split[circuit.nodes.bus[node]] ? Phasor{-1.0, 0.0} : Phasor{-half, -root};
        break;
      case 3: turn[node] = {-half, root}; break;
      default: break;
    }
  return turn;
}

inline void add_bus_row(Case& grid, const std::string& name, double base_kv) {
  Buses& buses = grid.buses;
  buses.id.push_back(buses.size() + 1);
  buses.type.push_back(BusType::pq);
  for (Column<double>* column : {&buses.pd_mw, &buses.qd_mvar, &buses.gs_mw, &buses.bs_mvar,
                                 &buses.va_deg, &buses.vmax_pu, &buses.vmin_pu})
    column->push_back(0.0);
  buses.vm_pu.push_back(1.0);
  buses.phases.push_back(0);
  buses.base_kv.push_back(base_kv);
  buses.name.push_back(name);
}

/// A line between two buses, with its charging; grounded conductors fall away by Kron's formula.
inline void add_line(Reducer& it, Index line) {
  const Lines& lines = it.circuit.lines;
  const Index from = bus_of(it.circuit, lines.from.row(line));
  const Index to = bus_of(it.circuit, lines.to.row(line));
  if (from == to) return;
  if (from == none || to == none) {
    if (lines.in_service[line]) add_admittance(it, line_primitive(it.circuit, line), {});
    return;
  }
  Edge edge;
  const std::vector<Phasor> share = line_shares(it, line, edge);
  if (edge.phases == 0) return;
  const double from_kv = base_kv(it, from), to_kv = base_kv(it, to);
  edge.from = from;
  edge.to = to;
  edge.z = (3.0 / (to_kv * to_kv)) *
           quadratic(without_grounded(it.circuit, line), share);  // ohm on 1 MVA
  std::vector<Phasor> voltage(share.size());
  for (std::size_t k = 0; k < share.size(); ++k) voltage[k] = direction(it, lines.to.row(line)[k]);
  edge.y = (to_kv * to_kv / 3.0) * quadratic(lines.y_s.row(line), voltage);
  if (std::fabs(edge.y.re) < 1e-12 * std::fabs(edge.y.im)) edge.y.re = 0.0;  // rounding
  edge.inverse_ratio = from_kv / to_kv;
  edge.rate_mva = edge.phases * lines.rating_a[line] * (from_kv / sqrt3) / kw_per_mw;
  edge.in_service = lines.in_service[line];
  it.edges.push_back(edge);
}

/// The held voltage: at the bus itself, or at a bus of its own behind the impedance.
inline void add_source(Reducer& it, Index source) {
  const Sources& sources = it.circuit.sources;
  if (!sources.in_service[source]) return;
  const auto nodes = sources.nodes.row(source);
  const Index bus = bus_of(it.circuit, nodes);
  if (bus == none) return;
  const double kv = base_kv(it, bus);
  Phasor held;
  std::vector<Phasor> share;
  Edge edge;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const Phasor turn = direction(it, nodes[k]);
    share.push_back(turn);
    if (norm(turn) == 0.0) continue;
    held = held + conj(turn) * sources.emf_v[sources.nodes.first[source] + k];
    ++edge.phases;
  }
  if (edge.phases == 0) return;
  const double part = 1.0 / edge.phases;
  for (Phasor& one : share) one = part * one;
  held = (part * sqrt3 / (kw_per_mw * kv)) * held;
  edge.z = (3.0 / (kv * kv)) * quadratic(sources.z_ohm.row(source), share);
  Index row = bus;
  if (norm(edge.z) > 0.0) {
    add_bus_row(it.grid, sources.name[source], kv);
    row = it.grid.buses.size() - 1;
    edge.from = row;
    edge.to = bus;
    it.edges.push_back(edge);
  }
  it.grid.buses.type[row] = BusType::source;
  it.grid.buses.vm_pu[row] = magnitude(held);
  it.grid.buses.va_deg[row] = angle_deg(held);
}

inline void add_powers(Reducer& it) {
  const CircuitLoads& loads = it.circuit.loads;
  for (Index k = 0; k < loads.size(); ++k) {
    const Index bus = bus_of(it.circuit, loads.nodes.row(k));
    if (!loads.in_service[k] || bus == none) continue;
    it.grid.buses.pd_mw[bus] += loads.kw[k] / kw_per_mw;
    it.grid.buses.qd_mvar[bus] += loads.kvar[k] / kw_per_mw;
  }
  const Ders& ders = it.circuit.ders;
  Generators& own = it.grid.generators;
  for (Index k = 0; k < ders.size(); ++k) {
    const Index bus = bus_of(it.circuit, ders.nodes.row(k));
    if (bus == none) continue;
    own.bus.push_back(bus);
    own.pg_mw.push_back(ders.kw[k] / kw_per_mw);
    own.qg_mvar.push_back(ders.kvar[k] / kw_per_mw);
    own.qmax_mvar.push_back(0.0);
    own.qmin_mvar.push_back(0.0);
    own.vg_pu.push_back(1.0);
    own.in_service.push_back(ders.in_service[k]);
  }
}

/// Banks and reactors at one bus are its shunts; steps count as they stand.
inline void add_shunts(Reducer& it) {
  const Shunts& shunts = it.circuit.shunts;
  for (Index k = 0; k < shunts.size(); ++k)
    if (shunts.in_service[k])
      add_admittance(it, shunt_primitive(it.circuit, k, shunts.steps_in[k]), {});
  const Admittances& others = it.circuit.admittances;
  for (Index k = 0; k < others.size(); ++k)
    if (others.in_service[k]) add_admittance(it, admittance_primitive(it.circuit, k), {});
}

}  // namespace reduction_detail

GS_INLINE Case reduce(const Circuit& circuit) {
  using namespace reduction_detail;
  Reducer it{circuit, {}, directions(circuit), {}};
  it.grid.name = circuit.name;
  it.grid.file = circuit.file;
  it.grid.by_name = true;
  for (Index bus = 0; bus < circuit.buses.size(); ++bus)
    add_bus_row(it.grid, circuit.buses.name[bus], sqrt3 * circuit.buses.base_kv_ln[bus]);
  for (Index node = 0; node < circuit.nodes.size(); ++node)
    if (norm(it.turn[node]) > 0.0)
      it.grid.buses.phases[circuit.nodes.bus[node]] |=
          static_cast<std::int8_t>(1 << (circuit.nodes.number[node] - 1));
  for (Index k = 0; k < circuit.sources.size(); ++k) add_source(it, k);
  for (Index k = 0; k < circuit.lines.size(); ++k) add_line(it, k);
  for (Index k = 0; k < circuit.transformers.size(); ++k) {
    Edge stated;
    stated.is_transformer = true;
    stated.rate_mva = circuit.transformers.rating_kva[k] / kw_per_mw;
    stated.in_service = circuit.transformers.in_service[k];
    add_admittance(it, transformer_primitive(circuit, k, {}), stated);
  }
  add_shunts(it);
  add_powers(it);
  for (const Edge& edge : merge_parallel(it)) add_branch(it.grid, edge);
  return std::move(it.grid);
}

}  // namespace gridswarm::inline GS_ABI::feeder
