// SPDX-License-Identifier: BSD-3-Clause
// power-grid-model's results of an asymmetric calculation, by its own components.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/base/units.hpp"
#include "gridswarm/io/pgm_output.ipp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_solve.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

using Phases = std::array<Complex, 3>;

/// One solved scenario while its results are worked out. Volts to ground, amperes.
struct PgmPhaseState {
  const PgmNetwork& network;
  const PgmGroup& group;
  Index lane;
  std::vector<Phases> v;      ///< by bus row; NaN where unsupplied
  std::vector<Phases> drawn;  ///< by bus row: current into branches and shunts
  std::vector<Phases> used;   ///< by bus row: current into loads, less that of generators

  const PgmCircuit& model() const { return group.circuit; }
  bool supplied(Index bus) const { return !std::isnan(v[bus][0].real()); }
  double base_v(Index bus) const { return 1e3 * model().circuit.buses.base_kv_ln[bus]; }
};

inline void add_to(Phases& sum, const Phases& more) {
  for (std::size_t q = 0; q < 3; ++q) sum[q] += more[q];
}

/// p, q, i, s of a current at one end, by phase, from cells on; apparent power over phases and the
/// largest current.
inline PgmEnd place_phase_end(const Phases& v, const Phases& i, double* cells) {
  PgmEnd end{0.0, 0.0};
  for (std::size_t q = 0; q < 3; ++q) {
    const Complex power = v[q] * std::conj(i[q]);
    cells[q] = power.real();
    cells[3 + q] = power.imag();
    cells[6 + q] = std::abs(i[q]);
    cells[9 + q] = std::abs(power);
    end.s_va += cells[9 + q];
    end.i_a = std::max(end.i_a, cells[6 + q]);
  }
  return end;
}

/// Currents into both ends of a branch; zero where it carries none.
inline std::array<Phases, 2> branch_currents(const PgmPhaseState& state,
                                             const PgmPhaseBranch& branch) {
  std::array<Phases, 2> i{};
  const auto add = [&](Phases& sum, const PgmMatrix& y, Index bus) {
    if (state.supplied(bus)) add_to(sum, pgm_times(y, std::span(state.v[bus])));
  };
  add(i[0], branch.y.ff, branch.from);
  add(i[0], branch.y.ft, branch.to);
  add(i[1], branch.y.tf, branch.from);
  add(i[1], branch.y.tt, branch.to);
  return i;
}

inline void place_phase_branches(PgmPhaseState& state, PgmOutput& output) {
  for (const PgmType type : pgm_branches) {
    if (type == PgmType::three_winding_transformer) continue;
    const PgmTable& table = state.network.of(type);
    const auto& branches = state.model().branches[static_cast<std::size_t>(type)];
    for (Index row = 0; row < table.size(); ++row) {
      const PgmPhaseBranch& branch = branches[row];
      double* cells = pgm_cells(output, state.network, type, row);
      const Index closed = table.at(row, "from_status") != 0.0 ? branch.from : branch.to;
      cells[3] = branch.live && state.supplied(closed);
      if (cells[3] == 0.0) continue;
      const std::array<Phases, 2> i = branch_currents(state, branch);
      const Phases at_from = state.supplied(branch.from) ? state.v[branch.from] : Phases{};
      const Phases at_to = state.supplied(branch.to) ? state.v[branch.to] : Phases{};
      const PgmEnd from = place_phase_end(at_from, i[0], cells + 9);
      const PgmEnd to = place_phase_end(at_to, i[1], cells + 21);
      cells[6] = pgm_loading(table, row, from, to);
      add_to(state.drawn[branch.from], i[0]);
      add_to(state.drawn[branch.to], i[1]);
    }
  }
}

inline void place_phase_stars(PgmPhaseState& state, PgmOutput& output) {
  const PgmType type = PgmType::three_winding_transformer;
  const PgmTable& table = state.network.of(type);
  const auto& branches = state.model().branches[static_cast<std::size_t>(type)];
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, type, row);
    for (Index k = 0; k < 3; ++k) {
      const PgmPhaseBranch& leg = branches[3 * row + k];
      const std::string side = std::to_string(k + 1);
      if (table.at(row, "status_" + side) == 0.0 || !state.supplied(leg.from)) continue;
      cells[3] = 1.0;
      const Phases i = branch_currents(state, leg)[0];
      const PgmEnd end = place_phase_end(state.v[leg.from], i, cells + 9 + 12 * k);
      cells[6] = std::max(cells[6], end.s_va / table.at(row, "sn_" + side));
      add_to(state.drawn[leg.from], i);
    }
  }
}

/// The appliance's own p, q, i, s, pf from its current (`sign` 1: consumption).
inline void place_phase_appliance(const PgmPhaseState& state, Index bus, const Phases& i,
                                  double sign, double* cells) {
  cells[3] = 1.0;
  for (std::size_t q = 0; q < 3; ++q) {
    const Complex power = sign * state.v[bus][q] * std::conj(i[q]);
    const double s = std::abs(power);
    cells[6 + q] = power.real();
    cells[9 + q] = power.imag();
    cells[12 + q] = std::abs(i[q]);
    cells[15 + q] = s;
    cells[18 + q] = s > 0.0 ? power.real() / s : 0.0;
  }
}

inline void place_phase_shunts(PgmPhaseState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::shunt);
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, table.type, row);
    const Index bus = pgm_bus(state.network, table, row, "node");
    if (table.at(row, "status") == 0.0 || !state.supplied(bus)) continue;
    const Phases i = pgm_times(pgm_shunt_admittance(state.network, row), std::span(state.v[bus]));
    place_phase_appliance(state, bus, i, 1.0, cells);
    add_to(state.drawn[bus], i);
  }
}

/// The share of one regulated appliance of a node in the kvar that holds it, Mvar consumed.
inline double held_mvar(const PgmPhaseState& state, Index bus, Index phase) {
  for (const PgmPhaseHold& hold : state.model().holds)
    if (hold.node == bus) {
      const std::size_t at = static_cast<std::size_t>(state.lane) *
                                 static_cast<std::size_t>(state.model().circuit.loads.size()) +
                             static_cast<std::size_t>(hold.first_load + phase);
      return 1e-3 * state.group.by_phase.load_kvar[at] / hold.appliances;
    }
  return 0.0;
}

inline void place_phase_loads(PgmPhaseState& state, PgmOutput& output) {
  for (std::size_t kind = 0; kind < std::size(pgm_appliances); ++kind) {
    const PgmType type = pgm_appliances[kind];
    const PgmTable& table = state.network.of(type);
    const double sign = type == PgmType::sym_gen || type == PgmType::asym_gen ? -1.0 : 1.0;
    for (Index row = 0; row < table.size(); ++row) {
      double* cells = pgm_cells(output, state.network, type, row);
      const Index bus = pgm_bus(state.network, table, row, "node");
      if (table.at(row, "status") == 0.0 || !state.supplied(bus)) continue;
      const double law = table.at(row, "type");
      const bool is_one = pgm_phases_of(type) == 1;
      Phases i;
      for (Index q = 0; q < 3; ++q) {
        const Complex v = state.v[bus][q];
        const double u = std::abs(v) / state.base_v(bus);
        Complex consumed = is_one ? pgm_consumption(state.network, type, row, 0) / 3.0
                                  : pgm_consumption(state.network, type, row, q);
        if (state.model().regulator[kind][row] != none) consumed.imag(held_mvar(state, bus, q));
        consumed *= va_per_mva * (law == 1.0 ? u * u : law == 2.0 ? u : 1.0);
        i[q] = std::conj(consumed / v);
      }
      place_phase_appliance(state, bus, i, sign, cells);
      add_to(state.used[bus], i);
    }
  }
}

/// What a source's voltage drives through it while its node is at that of all together.
inline Phases driven_current(const PgmPhaseState& state, const PgmTable& table, Index row,
                             const PgmPhaseFeed& feed) {
  const double base_a = va_per_mva / (3.0 * state.base_v(feed.node));
  const Complex i = base_a * pgm_source_admittance(table, row) *
                    (pgm_source_voltage(state.network, table, row) - feed.u);
  const Complex a(-0.5, 0.5 * std::sqrt(3.0));
  return {i, i * std::conj(a), i * a};
}

/// A source's share of what those of its node feed in together: by admittance in each sequence;
/// where one is stiff, it is the stiff ones that share, by short circuit power (of sum `stiff`).
inline PgmMatrix source_share(const PgmTable& table, Index row, const PgmPhaseFeed& feed,
                              double stiff) {
  if (stiff > 0.0) {
    const double share = pgm_is_stiff(table, row) ? pgm_stiffness(table, row) / stiff : 0.0;
    return pgm_of_sequences(share, share, share);
  }
  const Complex y1 = pgm_source_admittance(table, row);
  const Complex y0 = y1 / pgm_or(table.at(row, "z01_ratio"), 1.0);
  return pgm_of_sequences(y0 / feed.y0, y1 / feed.y1, y1 / feed.y1);
}

/// What the sources of a node feed in is what its branches and appliances take.
inline void place_phase_sources(PgmPhaseState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::source);
  for (Index row = 0; row < table.size(); ++row) pgm_cells(output, state.network, table.type, row);
  for (const PgmPhaseFeed& feed : state.model().feeds) {
    Phases total = state.drawn[feed.node];
    add_to(total, state.used[feed.node]);
    double stiff = 0.0;
    std::vector<Phases> current(feed.rows.size());
    for (const Index row : feed.rows)
      stiff += pgm_is_stiff(table, row) ? pgm_stiffness(table, row) : 0.0;
    for (std::size_t k = 0; k < feed.rows.size(); ++k) {
      if (pgm_is_stiff(table, feed.rows[k])) continue;
      current[k] = driven_current(state, table, feed.rows[k], feed);
      for (std::size_t q = 0; q < 3 && stiff > 0.0; ++q) total[q] -= current[k][q];
    }
    for (std::size_t k = 0; k < feed.rows.size(); ++k) {
      const Index row = feed.rows[k];
      add_to(current[k], pgm_times(source_share(table, row, feed, stiff), std::span(total)));
      place_phase_appliance(state, feed.node, current[k], 1.0,
                            pgm_cells(output, state.network, table.type, row));
    }
  }
}

/// What a node's sources and generators give less what its loads take: with sources, what its
/// branches and shunts draw. Without, that would be the rounding of large numbers' sum.
inline void place_phase_nodes(const PgmPhaseState& state, PgmOutput& output) {
  std::vector<std::int8_t> feeds(state.v.size(), 0);
  for (const PgmPhaseFeed& feed : state.model().feeds) feeds[feed.node] = 1;
  const PgmTable& table = state.network.of(PgmType::node);
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, table.type, row);
    if (!state.supplied(row)) continue;
    cells[3] = 1.0;
    for (std::size_t q = 0; q < 3; ++q) {
      const Complex v = state.v[row][q];
      const Complex i = feeds[row] ? state.drawn[row][q] : -state.used[row][q];
      const Complex power = v * std::conj(i);
      cells[6 + q] = std::abs(v) / state.base_v(row);
      cells[9 + q] = std::abs(v);
      cells[12 + q] = std::arg(v);
      cells[15 + q] = power.real();
      cells[18 + q] = power.imag();
    }
  }
}

/// Voltage regulators in service hold what they are to hold; no limit stops them.
inline void place_phase_regulators(const PgmPhaseState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::voltage_regulator);
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, table.type, row);
    const PgmPlace& place =
        *state.network.find(static_cast<std::int64_t>(table.at(row, "regulated_object")));
    const PgmTable& object = state.network.of(place.type);
    const Index bus = pgm_bus(state.network, object, place.row, "node");
    if (table.at(row, "status") == 0.0 || object.at(place.row, "status") == 0.0 ||
        !state.supplied(bus))
      continue;
    cells[3] = 1.0;
    for (Index phase = 0; phase < 3; ++phase)
      cells[6 + phase] = -va_per_mva * held_mvar(state, bus, phase);
  }
}

/// Tap regulators are idle.
inline void place_idle(const PgmPhaseState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::transformer_tap_regulator);
  for (Index row = 0; row < table.size(); ++row)
    pgm_cells(output, state.network, table.type, row)[6] = std::numeric_limits<double>::quiet_NaN();
}

GS_INLINE PgmOutput pgm_phase_output(const PgmNetwork& network, const PgmSolution& solution,
                                     Index scenario) {
  const PgmGroup& group = solution.groups[solution.group[scenario]];
  const std::size_t buses = group.circuit.circuit.buses.size();
  PgmPhaseState state{network, group, solution.lane[scenario], {}, {}, {}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  state.v.assign(buses, {nan, nan, nan});
  const std::size_t first = static_cast<std::size_t>(state.lane) * buses * 3;
  for (std::size_t k = 0; k < 3 * buses && !group.by_phase.v_re.empty(); ++k)
    state.v[k / 3][k % 3] = {group.by_phase.v_re[first + k], group.by_phase.v_im[first + k]};
  state.drawn.assign(buses, {});
  state.used.assign(buses, {});
  PgmOutput output = empty_pgm_output(network, 3);
  place_phase_branches(state, output);
  place_phase_stars(state, output);
  place_phase_shunts(state, output);
  place_phase_loads(state, output);
  place_phase_sources(state, output);
  place_phase_nodes(state, output);
  place_phase_regulators(state, output);
  place_idle(state, output);
  return output;
}

}  // namespace detail

}  // namespace gridswarm::inline GS_ABI::io
