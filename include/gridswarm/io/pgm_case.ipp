// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pgm_branch.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_taps.ipp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline Index add_pgm_bus(feeder::Buses& buses, BusId id, const std::string& name, double base_kv,
                         feeder::BusType type) {
  buses.id.push_back(id);
  buses.type.push_back(type);
  buses.pd_mw.push_back(0.0);
  buses.qd_mvar.push_back(0.0);
  buses.gs_mw.push_back(0.0);
  buses.bs_mvar.push_back(0.0);
  buses.vm_pu.push_back(1.0);
  buses.va_deg.push_back(0.0);
  buses.base_kv.push_back(base_kv);
  buses.vmax_pu.push_back(0.0);
  buses.vmin_pu.push_back(0.0);
  buses.name.push_back(name);
  return buses.size() - 1;
}

/// y consumes: MW and Mvar at 1 p.u.
inline void add_pgm_shunt(feeder::Buses& buses, Index bus, Complex y) {
  buses.gs_mw[bus] += y.real();
  buses.bs_mvar[bus] += y.imag();
}

/// One pi model between two bus rows into the case and its port; returns the case's branch row.
inline Index add_pgm_branch(feeder::Case& grid, std::vector<PgmBranch>& ports, const PgmPi& pi,
                            Index from, Index to, bool from_closed, bool to_closed) {
  const Index tapped = pi.taps_at_to ? to : from;
  const Index other = pi.taps_at_to ? from : to;
  const PgmBranch port{pgm_port(pi, from_closed, to_closed), from, to, from_closed || to_closed};
  if (from_closed != to_closed)
    add_pgm_shunt(grid.buses, from_closed ? from : to, from_closed ? port.y.ff : port.y.tt);
  ports.push_back(port);
  feeder::Branches& branches = grid.branches;
  branches.from.push_back(tapped);
  branches.to.push_back(other);
  branches.r_pu.push_back(pi.z.real());
  branches.x_pu.push_back(pi.z.imag());
  branches.b_pu.push_back(pi.y.imag());
  branches.g_pu.push_back(pi.y.real());
  branches.rate_mva.push_back(pi.rate_mva);
  branches.ratio.push_back(pi.ratio);
  branches.shift_deg.push_back(pi.shift_deg);
  branches.in_service.push_back(from_closed && to_closed);
  return branches.size() - 1;
}

inline PgmTapped add_pgm_branches(const PgmNetwork& network, double frequency_hz, PgmCase& out) {
  PgmTapped tapped;
  for (const PgmType type : pgm_branches) {
    if (type == PgmType::three_winding_transformer) continue;
    const PgmTable& table = network.of(type);
    std::vector<PgmBranch>& ports = out.ports[static_cast<std::size_t>(type)];
    for (Index row = 0; row < table.size(); ++row) {
      const PgmPi model = pgm_pi(network, type, row, frequency_hz);
      const Index branch =
          add_pgm_branch(out.grid, ports, model, pgm_bus(network, table, row, "from_node"),
                         pgm_bus(network, table, row, "to_node"),
                         table.at(row, "from_status") != 0.0, table.at(row, "to_status") != 0.0);
      if (type != PgmType::transformer) continue;
      tapped.branch.push_back(branch);
      tapped.model.push_back(model);
    }
  }
  return tapped;
}

inline PgmTapped add_pgm_stars(const PgmNetwork& network, PgmCase& out) {
  const PgmTable& table = network.of(PgmType::three_winding_transformer);
  std::vector<PgmBranch>& ports = out.ports[static_cast<std::size_t>(table.type)];
  PgmTapped tapped;
  for (Index row = 0; row < table.size(); ++row) {
    const Index star =
        add_pgm_bus(out.grid.buses, table.id(row), "star of " + std::to_string(table.id(row)),
                    table.at(row, "u1") / 1e3, feeder::BusType::pq);
    const std::array<PgmPi, 3> legs = pgm_star(network, row);
    Index nodes[3];
    for (int k = 0; k < 3; ++k) {
      const std::string side = std::to_string(k + 1);
      nodes[k] = pgm_bus(network, table, row, ("node_" + side).c_str());
      if (std::find(nodes, nodes + k, nodes[k]) != nodes + k)
        refuse_pgm(network, table, row,
                   "has two sides at node " + std::to_string(out.grid.buses.id[nodes[k]]));
      tapped.branch.push_back(add_pgm_branch(out.grid, ports, legs[k], nodes[k], star,
                                             table.at(row, "status_" + side) != 0.0, true));
      tapped.model.push_back(legs[k]);
    }
  }
  return tapped;
}

/// Group the sources in service by node, and give each group its bus.
inline void add_pgm_feeds(const PgmNetwork& network, PgmCase& out) {
  const PgmTable& table = network.of(PgmType::source);
  std::vector<Index> feed_of(network.of(PgmType::node).size(), none);
  for (Index row = 0; row < table.size(); ++row) {
    if (table.at(row, "status") == 0.0) continue;
    const Index node = pgm_bus(network, table, row, "node");
    if (feed_of[node] == none) {
      feed_of[node] = static_cast<Index>(out.feeds.size());
      out.feeds.push_back({node, none, {}, {}, {}});
    }
    out.feeds[feed_of[node]].rows.push_back(row);
  }
  for (PgmFeed& feed : out.feeds) {
    Complex drive;
    const auto stiff = std::find_if(feed.rows.begin(), feed.rows.end(),
                                    [&](Index row) { return pgm_is_stiff(table, row); });
    if (stiff != feed.rows.end()) feed.u = pgm_source_voltage(network, table, *stiff);
    for (const Index row : feed.rows) {
      const Complex u = pgm_source_voltage(network, table, row);
      if (stiff == feed.rows.end()) {
        feed.y += pgm_source_admittance(table, row);
        drive += pgm_source_admittance(table, row) * u;
      } else if (pgm_is_stiff(table, row) && std::abs(u - feed.u) > pgm_same_u) {
        refuse_pgm(network, table, row,
                   "holds its node at another voltage than source " +
                       std::to_string(table.id(*stiff)) + ", and no impedance lies between them");
      }
    }
    feeder::Buses& buses = out.grid.buses;
    feed.bus = feed.node;
    if (stiff == feed.rows.end()) {
      feed.u = drive / feed.y;
      const std::int64_t id = table.id(feed.rows.front());
      feed.bus = add_pgm_bus(buses, id, "behind source " + std::to_string(id),
                             buses.base_kv[feed.node], feeder::BusType::source);
      std::vector<PgmBranch> unused;
      PgmPi inner;
      inner.z = 1.0 / feed.y;
      if (!std::isfinite(std::abs(inner.z)))
        refuse_pgm(network, table, feed.rows.front(), "has a short circuit power too small");
      add_pgm_branch(out.grid, unused, inner, feed.bus, feed.node, true, true);
    }
    buses.type[feed.bus] = feeder::BusType::source;
    buses.vm_pu[feed.bus] = std::abs(feed.u);
    buses.va_deg[feed.bus] = std::arg(feed.u) / rad_per_deg;
  }
}

inline void add_pgm_shunts(const PgmNetwork& network, PgmCase& out) {
  const PgmTable& table = network.of(PgmType::shunt);
  const PgmTable& nodes = network.of(PgmType::node);
  for (Index row = 0; row < table.size(); ++row) {
    const Index bus = pgm_bus(network, table, row, "node");
    const double rated = nodes.at(bus, "u_rated");
    const Complex y = Complex(table.at(row, "g1"), table.at(row, "b1")) * (rated * rated / 1e6);
    if (!std::isfinite(std::abs(y)))
      refuse_pgm(network, table, row, "has an admittance that is, per unit, beyond a double");
    if (table.at(row, "status") != 0.0) add_pgm_shunt(out.grid.buses, bus, y);
  }
}

/// Which regulator in service each appliance has; it must be of constant power.
inline PgmRegulators index_pgm_regulators(const PgmNetwork& network) {
  PgmRegulators regulator;
  for (std::size_t k = 0; k < std::size(pgm_appliances); ++k)
    regulator[k].assign(network.of(pgm_appliances[k]).size(), none);
  const PgmTable& table = network.of(PgmType::voltage_regulator);
  for (Index row = 0; row < table.size(); ++row) {
    const PgmPlace& place =
        *network.find(static_cast<std::int64_t>(table.at(row, "regulated_object")));
    const PgmTable& object = network.of(place.type);
    const auto k =
        static_cast<std::size_t>(place.type) - static_cast<std::size_t>(PgmType::sym_load);
    if (object.at(place.row, "type") != 0.0)
      refuse_pgm(
          network, table, row,
          "regulates " + std::to_string(place.id) + ", which is not of constant power (type 0)");
    if (table.at(row, "status") == 0.0) continue;
    if (regulator[k][place.row] != none)
      refuse_pgm(network, table, row,
                 "regulates " + std::to_string(place.id) + ", which another one regulates");
    if (std::isnan(table.at(row, "u_ref"))) refuse_pgm(network, table, row, "has no u_ref");
    regulator[k][place.row] = row;
  }
  return regulator;
}

/// A regulated appliance as a generator of its bus, which becomes PV.
inline void add_pgm_generator(const PgmNetwork& network, Index bus, Index regulator, double p_mw,
                              PgmCase& out) {
  const PgmTable& table = network.of(PgmType::voltage_regulator);
  feeder::Case& grid = out.grid;
  const double u = table.at(regulator, "u_ref");
  for (const PgmFeed& feed : out.feeds)
    if (feed.node == bus)
      refuse_pgm(network, table, regulator,
                 "holds node " + std::to_string(grid.buses.id[bus]) +
                     ", which a source feeds; one of both must be off");
  if (grid.buses.type[bus] == feeder::BusType::pv && grid.buses.vm_pu[bus] != u)
    refuse_pgm(network, table, regulator,
               "has u_ref " + shortest(u) + ", but another one at node " +
                   std::to_string(grid.buses.id[bus]) + " has " + shortest(grid.buses.vm_pu[bus]));
  const double low = pgm_or(table.at(regulator, "q_min"), -no_limit);
  const double high = pgm_or(table.at(regulator, "q_max"), no_limit);
  grid.buses.type[bus] = feeder::BusType::pv;
  grid.buses.vm_pu[bus] = u;
  grid.generators.bus.push_back(bus);
  grid.generators.pg_mw.push_back(p_mw);
  grid.generators.qg_mvar.push_back(0.0);
  grid.generators.qmin_mvar.push_back(std::min(low, high) / va_per_mva);
  grid.generators.qmax_mvar.push_back(std::max(low, high) / va_per_mva);
  grid.generators.vg_pu.push_back(u);
  grid.generators.in_service.push_back(1);
}

inline void add_pgm_load(std::int64_t id, Index bus, Complex consumption, double type, bool on,
                         feeder::Loads& loads) {
  const double i = type == 2.0 ? 1.0 : 0.0;
  loads.id.push_back(id);
  loads.bus.push_back(bus);
  loads.p_mw.push_back(consumption.real());
  loads.q_mvar.push_back(consumption.imag());
  loads.i_p.push_back(i);
  loads.z_p.push_back(1.0 - i);
  loads.i_q.push_back(i);
  loads.z_q.push_back(1.0 - i);
  loads.in_service.push_back(on);
}

inline void add_pgm_appliances(const PgmNetwork& network, PgmCase& out) {
  out.regulator = index_pgm_regulators(network);
  feeder::Buses& buses = out.grid.buses;
  for (std::size_t k = 0; k < std::size(pgm_appliances); ++k) {
    const PgmTable& table = network.of(pgm_appliances[k]);
    out.load_row[k].assign(table.size(), none);
    for (Index row = 0; row < table.size(); ++row) {
      const Index bus = pgm_bus(network, table, row, "node");
      const bool on = table.at(row, "status") != 0.0;
      const double type = table.at(row, "type");
      const Complex consumption = pgm_consumption(network, table.type, row);
      if (type != 0.0 && type != 1.0 && type != 2.0)
        refuse_pgm(network, table, row, "has type " + shortest(type) + "; it must be 0, 1 or 2");
      if (type != 0.0) {
        out.load_row[k][row] = out.grid.loads.size();
        add_pgm_load(table.id(row), bus, consumption, type, on, out.grid.loads);
      } else if (on && out.regulator[k][row] != none) {
        add_pgm_generator(network, bus, out.regulator[k][row], -consumption.real(), out);
      } else if (on) {
        buses.pd_mw[bus] += consumption.real();
        buses.qd_mvar[bus] += consumption.imag();
      }
    }
  }
}

/// Start angles: from the sources along the branches, turned by their shifts, since a flat start
/// behind a transformer of clock 5 is 150 degrees off.
inline void turn_starts(PgmCase& out) {
  feeder::Buses& buses = out.grid.buses;
  const feeder::Branches& branches = out.grid.branches;
  std::vector<Index> at;  // end 2 e of branch e is its from end
  for (Index e = 0; e < branches.size(); ++e)
    for (const Index bus : {branches.from[e], branches.to[e]})
      at.push_back(branches.in_service[e] ? bus : none);
  const Csr ends = group_by(at, buses.size());
  std::vector<std::int8_t> seen(buses.size(), 0);
  std::vector<Index> queue;
  for (const PgmFeed& feed : out.feeds) {
    queue.push_back(feed.bus);
    seen[feed.bus] = 1;
  }
  for (std::size_t k = 0; k < queue.size(); ++k) {
    for (const Index end : ends.row(queue[k])) {
      const Index other = at[end ^ 1];
      if (seen[other]) continue;
      seen[other] = 1;
      const double shift = branches.shift_deg[end / 2];
      buses.va_deg[other] = buses.va_deg[queue[k]] + (end % 2 == 0 ? -shift : shift);
      queue.push_back(other);
    }
  }
}

}  // namespace detail

GS_INLINE std::complex<double> pgm_consumption(const PgmNetwork& network, PgmType type, Index row,
                                               Index phase) {
  const PgmTable& table = network.of(type);
  const detail::Complex power(table.at(row, "p_specified", phase),
                              table.at(row, "q_specified", phase));
  if (std::isnan(power.real())) detail::refuse_pgm(network, table, row, "has no p_specified");
  if (std::isnan(power.imag())) detail::refuse_pgm(network, table, row, "has no q_specified");
  const bool generates = type == PgmType::sym_gen || type == PgmType::asym_gen;
  return power / (generates ? -va_per_mva : va_per_mva);
}

GS_INLINE std::complex<double> pgm_consumption(const PgmNetwork& network, PgmType type, Index row) {
  std::complex<double> sum;
  for (Index phase = 0; phase < pgm_phases_of(type); ++phase)
    sum += pgm_consumption(network, type, row, phase);
  return sum;
}

GS_INLINE PgmCase make_pgm_case(const PgmNetwork& network, double frequency_hz) {
  PgmCase out;
  out.grid.name = "pgm";
  out.grid.file = network.file;
  out.grid.base_mva = 1.0;
  const PgmTable& nodes = network.of(PgmType::node);
  for (Index row = 0; row < nodes.size(); ++row) {
    const double rated = nodes.at(row, "u_rated");
    detail::add_pgm_bus(out.grid.buses, nodes.id(row), "", rated / 1e3, feeder::BusType::pq);
    if (!std::isfinite(rated * rated) || !(rated * rated > 0.0))
      detail::refuse_pgm(network, nodes, row,
                         "has u_rated " + shortest(rated) + " V, beyond what can be computed");
  }
  const detail::PgmTapped two = detail::add_pgm_branches(network, frequency_hz, out);
  const detail::PgmTapped three = detail::add_pgm_stars(network, out);
  detail::add_pgm_feeds(network, out);
  detail::add_pgm_shunts(network, out);
  detail::add_pgm_appliances(network, out);
  detail::add_pgm_taps(network, two, three, out);
  detail::turn_starts(out);
  return out;
}

GS_INLINE feeder::Case parse_pgm_case(std::string_view text, const std::string& file) {
  const PgmNetwork network = parse_pgm(text, file);
  feeder::Case grid = make_pgm_case(network).grid;
  grid.warnings = network.warnings;
  return grid;
}

}  // namespace gridswarm::inline GS_ABI::io
