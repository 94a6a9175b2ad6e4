// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pgm_circuit.hpp"
#include "gridswarm/io/pgm_circuit_holds.ipp"
#include "gridswarm/io/pgm_circuit_parts.ipp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_phases.ipp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline void add_pgm_circuit_bus(feeder::Circuit& circuit, feeder::CircuitIndex& index,
                                const std::string& name, double rated_v) {
  const Index bus = feeder::add_bus(circuit, index, name);
  circuit.buses.base_kv_ln[bus] = 1e-3 * rated_v / std::sqrt(3.0);
  for (std::int32_t number = 1; number <= 3; ++number)
    feeder::add_node(circuit, index, bus, number);
}

inline void add_pgm_line(const std::string& name, const PgmPhaseBranch& line, double rating_a,
                         bool closed, bool is_switch, feeder::Lines& lines) {
  lines.name.push_back(name);
  lines.from.append(nodes_of(line.from));
  lines.to.append(nodes_of(line.to));
  lines.z_ohm.append(phasors(line.y.z_ohm));
  lines.y_s.append(phasors(line.y.y_s));
  lines.rating_a.push_back(std::isfinite(rating_a) ? rating_a : 0.0);
  lines.length.push_back(0.0);
  lines.is_switch.push_back(is_switch);
  lines.in_service.push_back(closed);
}

/// All four blocks, between two buses.
inline void add_pgm_two_port(const std::string& name, const PgmPhaseBranch& branch,
                             feeder::Admittances& admittances) {
  std::array<feeder::Phasor, 36> y;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      y[6 * i + j] = phasor(branch.y.ff[3 * i + j]);
      y[6 * i + j + 3] = phasor(branch.y.ft[3 * i + j]);
      y[6 * i + j + 18] = phasor(branch.y.tf[3 * i + j]);
      y[6 * i + j + 21] = phasor(branch.y.tt[3 * i + j]);
    }
  admittances.name.push_back(name);
  admittances.nodes.append(nodes_of(branch.from, branch.to));
  admittances.y_s.append(y);
  admittances.in_service.push_back(1);
}

inline bool is_zero(const PgmMatrix& m) {
  return std::all_of(m.begin(), m.end(), [](const Complex& entry) { return entry == Complex(); });
}

inline void add_pgm_phase_branch(const std::string& name, const PgmPhaseBranch& branch,
                                 bool both_closed, feeder::Circuit& circuit) {
  if (both_closed) {
    add_pgm_two_port(name, branch, circuit.admittances);
    return;
  }
  if (!is_zero(branch.y.ff))
    add_pgm_admittance(name + " open at its to end", branch.from, branch.y.ff, circuit.admittances);
  if (!is_zero(branch.y.tt))
    add_pgm_admittance(name + " open at its from end", branch.to, branch.y.tt, circuit.admittances);
}

inline void add_pgm_phase_branches(const PgmNetwork& network, double frequency_hz,
                                   PgmCircuit& out) {
  for (const PgmType type : pgm_branches) {
    if (type == PgmType::three_winding_transformer) continue;
    const PgmTable& table = network.of(type);
    for (Index row = 0; row < table.size(); ++row) {
      const bool from_closed = table.at(row, "from_status") != 0.0;
      const bool to_closed = table.at(row, "to_status") != 0.0;
      const PgmPhaseBranch branch{
          pgm_blocks(network, type, row, frequency_hz), pgm_bus(network, table, row, "from_node"),
          pgm_bus(network, table, row, "to_node"), from_closed || to_closed};
      const bool closed = from_closed && to_closed;
      const std::string name = pgm_name(table, row);
      const bool is_link = type == PgmType::link;
      if (branch.y.is_line)
        add_pgm_line(name, branch, is_link ? 0.0 : table.at(row, "i_n"), closed, is_link,
                     out.circuit.lines);
      if (!branch.y.is_line || !closed) add_pgm_phase_branch(name, branch, closed, out.circuit);
      out.branches[static_cast<std::size_t>(type)].push_back(branch);
    }
  }
}

inline void add_pgm_phase_stars(const PgmNetwork& network, feeder::CircuitIndex& index,
                                PgmCircuit& out) {
  const PgmTable& table = network.of(PgmType::three_winding_transformer);
  for (Index row = 0; row < table.size(); ++row) {
    const Index star = out.circuit.buses.size();
    const std::string name = pgm_name(table, row);
    add_pgm_circuit_bus(out.circuit, index, "star of " + std::to_string(table.id(row)),
                        table.at(row, "u1"));
    const std::array<PgmBlocks, 3> legs = pgm_star_blocks(network, row);
    Index nodes[3];
    for (int k = 0; k < 3; ++k) {
      const std::string side = std::to_string(k + 1);
      nodes[k] = pgm_bus(network, table, row, ("node_" + side).c_str());
      if (std::find(nodes, nodes + k, nodes[k]) != nodes + k)
        refuse_pgm(network, table, row,
                   "has two sides at node " + out.circuit.buses.name[nodes[k]]);
      const bool closed = table.at(row, "status_" + side) != 0.0;
      const PgmPhaseBranch leg{legs[k], nodes[k], star, true};
      add_pgm_phase_branch(name + " side " + side, leg, closed, out.circuit);
      out.branches[static_cast<std::size_t>(table.type)].push_back(leg);
    }
  }
}

/// Sources in service by node, in the order of their first.
inline std::vector<PgmPhaseFeed> feeds_of(const PgmNetwork& network) {
  const PgmTable& table = network.of(PgmType::source);
  std::vector<Index> feed_of(network.of(PgmType::node).size(), none);
  std::vector<PgmPhaseFeed> feeds;
  for (Index row = 0; row < table.size(); ++row) {
    if (table.at(row, "status") == 0.0) continue;
    const Index node = pgm_bus(network, table, row, "node");
    if (feed_of[node] == none) {
      feed_of[node] = static_cast<Index>(feeds.size());
      feeds.push_back({node, {}, {}, {}, {}});
    }
    feeds[feed_of[node]].rows.push_back(row);
  }
  return feeds;
}

/// Joins the sources of a feed: by their admittances, or stiff as the first stiff one.
inline void join_sources(const PgmNetwork& network, PgmPhaseFeed& feed) {
  const PgmTable& table = network.of(PgmType::source);
  const auto stiff = std::find_if(feed.rows.begin(), feed.rows.end(),
                                  [&](Index row) { return pgm_is_stiff(table, row); });
  if (stiff != feed.rows.end()) feed.u = pgm_source_voltage(network, table, *stiff);
  Complex drive;
  for (const Index row : feed.rows) {
    const Complex u = pgm_source_voltage(network, table, row);
    if (stiff == feed.rows.end()) {
      const Complex y = pgm_source_admittance(table, row);
      feed.y1 += y;
      feed.y0 += y / pgm_or(table.at(row, "z01_ratio"), 1.0);
      drive += y * u;
    } else if (pgm_is_stiff(table, row) && std::abs(u - feed.u) > pgm_same_u) {
      refuse_pgm(network, table, row,
                 "holds its node at another voltage than source " +
                     std::to_string(table.id(*stiff)) + ", and no impedance lies between them");
    }
  }
  if (stiff == feed.rows.end()) feed.u = drive / feed.y1;
}

inline void add_pgm_phase_feeds(const PgmNetwork& network, PgmCircuit& out) {
  const PgmTable& table = network.of(PgmType::source);
  out.feeds = feeds_of(network);
  for (PgmPhaseFeed& feed : out.feeds) {
    join_sources(network, feed);
    const double base_v = 1e3 * out.circuit.buses.base_kv_ln[feed.node];
    const double z_base = 3.0 * base_v * base_v / va_per_mva;
    // Between several nodes that are held there is a loop: it needs an impedance, however small.
    const Complex stiff(0.0, out.feeds.size() > 1 ? z_base * va_per_mva / pgm_stiff_sk : 0.0);
    const bool is_stiff = feed.y1 == Complex();
    const Complex z1 = is_stiff ? stiff : z_base / feed.y1;
    const PgmMatrix z = pgm_of_sequences(is_stiff ? stiff : z_base / feed.y0, z1, z1);
    if (!is_finite(z))
      refuse_pgm(network, table, feed.rows.front(), "has a short circuit power too small");
    feeder::Sources& sources = out.circuit.sources;
    sources.name.push_back(pgm_name(table, feed.rows.front()));
    sources.nodes.append(nodes_of(feed.node));
    const Complex turn(-0.5, -0.5 * std::sqrt(3.0));
    for (const Complex& unit : {Complex(1.0), turn, std::conj(turn)})
      sources.emf_v.push_back(phasor(base_v * feed.u * unit));
    sources.z_ohm.append(phasors(z));
    sources.in_service.push_back(1);
  }
}

inline void add_pgm_phase_shunts(const PgmNetwork& network, feeder::Circuit& circuit) {
  const PgmTable& table = network.of(PgmType::shunt);
  feeder::Shunts& shunts = circuit.shunts;
  for (Index row = 0; row < table.size(); ++row) {
    const Index bus = pgm_bus(network, table, row, "node");
    const double rated_kv = std::sqrt(3.0) * circuit.buses.base_kv_ln[bus];
    const double kvar = 1e3 * table.at(row, "b1") * rated_kv * rated_kv;
    shunts.name.push_back(pgm_name(table, row));
    shunts.nodes.append(nodes_of(bus));
    shunts.y_s.append(phasors(pgm_shunt_admittance(network, row)));
    shunts.kvar.push_back(kvar);
    shunts.steps.push_back(1);
    shunts.steps_in.push_back(1);
    shunts.is_capacitor.push_back(kvar > 0.0);
    shunts.in_service.push_back(table.at(row, "status") != 0.0);
  }
}

inline void add_pgm_phase_loads(const PgmNetwork& network, PgmCircuit& out) {
  feeder::CircuitLoads& loads = out.circuit.loads;
  for (std::size_t k = 0; k < std::size(pgm_appliances); ++k) {
    const PgmTable& table = network.of(pgm_appliances[k]);
    out.first_load[k] = loads.size();
    for (Index row = 0; row < table.size(); ++row) {
      const Index bus = pgm_bus(network, table, row, "node");
      const double type = table.at(row, "type");
      const bool on = table.at(row, "status") != 0.0;
      const std::string name = pgm_name(table, row);
      if (type != 0.0 && type != 1.0 && type != 2.0)
        refuse_pgm(network, table, row, "has type " + shortest(type) + "; it must be 0, 1 or 2");
      const double kv_ln = out.circuit.buses.base_kv_ln[bus];
      const std::array<Index, 3> nodes = nodes_of(bus);
      if (pgm_phases_of(table.type) == 1) {
        const Index all[] = {nodes[0], nodes[1], nodes[2], feeder::ground};
        add_pgm_phase_load(name, all, std::sqrt(3.0) * kv_ln,
                           1e3 * pgm_consumption(network, table.type, row), type, on, loads);
        continue;
      }
      for (Index phase = 0; phase < 3; ++phase) {
        const Index pair[] = {nodes[phase], feeder::ground};
        add_pgm_phase_load(name + " phase " + std::to_string(phase + 1), pair, kv_ln,
                           1e3 * pgm_consumption(network, table.type, row, phase), type, on, loads);
      }
    }
  }
}

}  // namespace detail

GS_INLINE PgmCircuit make_pgm_circuit(const PgmNetwork& network, double frequency_hz) {
  PgmCircuit out;
  out.circuit.name = "pgm";
  out.circuit.file = network.file;
  out.circuit.frequency_hz = frequency_hz;
  out.circuit.controls = false;
  feeder::CircuitIndex index;
  const PgmTable& nodes = network.of(PgmType::node);
  for (Index row = 0; row < nodes.size(); ++row) {
    const double rated = nodes.at(row, "u_rated");
    if (!std::isfinite(rated * rated) || !(rated * rated > 0.0))
      detail::refuse_pgm(network, nodes, row,
                         "has u_rated " + shortest(rated) + " V, beyond what can be computed");
    detail::add_pgm_circuit_bus(out.circuit, index, std::to_string(nodes.id(row)), rated);
  }
  detail::add_pgm_phase_branches(network, frequency_hz, out);
  detail::add_pgm_phase_stars(network, index, out);
  detail::add_pgm_phase_feeds(network, out);
  detail::add_pgm_phase_shunts(network, out.circuit);
  detail::add_pgm_phase_loads(network, out);
  detail::add_pgm_phase_holds(network, out);
  detail::add_pgm_references(network, out);
  return out;
}

GS_INLINE feeder::Circuit parse_pgm_circuit(std::string_view text, const std::string& file) {
  const PgmNetwork network = parse_pgm(text, file);
  feeder::Circuit circuit = make_pgm_circuit(network).circuit;
  circuit.warnings = network.warnings;
  return circuit;
}

}  // namespace gridswarm::inline GS_ABI::io
