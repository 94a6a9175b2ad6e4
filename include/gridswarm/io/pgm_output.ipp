// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_solve.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline constexpr const char* pgm_node_names[] = {"id",      "energized", "u_pu", "u",
                                                 "u_angle", "p",         "q"};
inline constexpr const char* pgm_branch_names[] = {"id",     "energized", "loading", "p_from",
                                                   "q_from", "i_from",    "s_from",  "p_to",
                                                   "q_to",   "i_to",      "s_to"};
inline constexpr const char* pgm_star_names[] = {"id",  "energized", "loading", "p_1", "q_1",
                                                 "i_1", "s_1",       "p_2",     "q_2", "i_2",
                                                 "s_2", "p_3",       "q_3",     "i_3", "s_3"};
inline constexpr const char* pgm_appliance_names[] = {"id", "energized", "p", "q", "i", "s", "pf"};
inline constexpr const char* pgm_tap_names[] = {"id", "energized", "tap_pos"};
inline constexpr const char* pgm_regulator_names[] = {"id", "energized", "q", "limit_violated"};

inline std::span<const char* const> pgm_output_names(PgmType type) {
  switch (type) {
    case PgmType::node: return pgm_node_names;
    case PgmType::three_winding_transformer: return pgm_star_names;
    case PgmType::transformer_tap_regulator: return pgm_tap_names;
    case PgmType::voltage_regulator: return pgm_regulator_names;
    default:
      return type < PgmType::sym_load ? std::span<const char* const>(pgm_branch_names)
                                      : pgm_appliance_names;
  }
}

/// Tables of zeros.
inline PgmOutput empty_pgm_output(const PgmNetwork& network, Index phases) {
  PgmOutput output;
  for (int k = 0; k < pgm_type_count; ++k) {
    const auto type = static_cast<PgmType>(k);
    PgmOutputTable& table = output[k];
    table.names = pgm_output_names(type);
    table.rows = network.of(type).size();
    table.phases = phases;
    table.value.assign(table.names.size() * table.rows * phases, 0.0);
  }
  return output;
}

/// Of an asymmetric calculation.
PgmOutput pgm_phase_output(const PgmNetwork& network, const PgmSolution& solution, Index scenario);

/// One solved scenario while its results are worked out.
struct PgmState {
  const PgmNetwork& network;
  const PgmGroup& group;
  Index lane;
  std::vector<Complex> v;      ///< by bus row, p.u.; NaN where unsupplied
  std::vector<Complex> drawn;  ///< by node row: current into branches and shunts, p.u.
  std::vector<Complex> used;   ///< by node row: current into loads, less that of generators

  const PgmCase& model() const { return group.model; }
  bool supplied(Index bus) const { return !std::isnan(v[bus].real()); }
  double rated(Index node) const { return 1e3 * model().grid.buses.base_kv[node]; }
};

inline double* pgm_cells(PgmOutput& output, const PgmNetwork& network, PgmType type, Index row) {
  PgmOutputTable& table = output[static_cast<std::size_t>(type)];
  const std::size_t width = table.names.size() * table.phases;
  double* cells = table.value.data() + static_cast<std::size_t>(row) * width;
  cells[0] = static_cast<double>(network.of(type).id(row));
  return cells;
}

/// p, q, i, s of a current at one end, into four cells; returns |s| and |i| in VA and A.
struct PgmEnd {
  double s_va;
  double i_a;
};
inline PgmEnd place_end(Complex v, Complex i, double rated, double* cells) {
  const Complex power = va_per_mva * v * std::conj(i);
  const PgmEnd end{std::abs(power), std::abs(i) * va_per_mva / rated / std::sqrt(3.0)};
  cells[0] = power.real();
  cells[1] = power.imag();
  cells[2] = end.i_a;
  cells[3] = end.s_va;
  return end;
}

inline double pgm_loading(const PgmTable& table, Index row, const PgmEnd& from, const PgmEnd& to) {
  const double s = std::max(from.s_va, to.s_va);
  switch (table.type) {
    case PgmType::line:
    case PgmType::asym_line: return std::max(from.i_a, to.i_a) / table.at(row, "i_n");
    case PgmType::transformer: return s / table.at(row, "sn");
    case PgmType::generic_branch: {
      const double sn = table.at(row, "sn");
      return sn > 0.0 ? s / sn : 0.0;
    }
    default: return 0.0;
  }
}

/// Currents into both ends of a port; zero where it carries none.
inline std::array<Complex, 2> port_currents(const PgmState& state, const PgmBranch& port) {
  const Complex zero;
  const auto term = [&](Complex y, Index bus) { return y == zero ? zero : y * state.v[bus]; };
  const std::array<Complex, 2> i = {term(port.y.ff, port.from) + term(port.y.ft, port.to),
                                    term(port.y.tf, port.from) + term(port.y.tt, port.to)};
  return std::isnan(i[0].real() + i[1].real()) ? std::array<Complex, 2>{} : i;
}

inline void place_branches(PgmState& state, PgmOutput& output) {
  for (const PgmType type : pgm_branches) {
    if (type == PgmType::three_winding_transformer) continue;
    const PgmTable& table = state.network.of(type);
    const std::vector<PgmBranch>& ports = state.model().ports[static_cast<std::size_t>(type)];
    for (Index row = 0; row < table.size(); ++row) {
      const PgmBranch& port = ports[row];
      double* cells = pgm_cells(output, state.network, type, row);
      const Index closed = table.at(row, "from_status") != 0.0 ? port.from : port.to;
      cells[1] = port.live && state.supplied(closed);
      if (cells[1] == 0.0) continue;
      const std::array<Complex, 2> i = port_currents(state, port);
      const Complex at_from = state.supplied(port.from) ? state.v[port.from] : Complex();
      const Complex at_to = state.supplied(port.to) ? state.v[port.to] : Complex();
      const PgmEnd from = place_end(at_from, i[0], state.rated(port.from), cells + 3);
      const PgmEnd to = place_end(at_to, i[1], state.rated(port.to), cells + 7);
      cells[2] = pgm_loading(table, row, from, to);
      state.drawn[port.from] += i[0];
      state.drawn[port.to] += i[1];
    }
  }
}

inline void place_stars(PgmState& state, PgmOutput& output) {
  const PgmType type = PgmType::three_winding_transformer;
  const PgmTable& table = state.network.of(type);
  const std::vector<PgmBranch>& ports = state.model().ports[static_cast<std::size_t>(type)];
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, type, row);
    for (Index k = 0; k < 3; ++k) {
      const PgmBranch& port = ports[3 * row + k];
      const std::string side = std::to_string(k + 1);
      if (table.at(row, "status_" + side) == 0.0 || !state.supplied(port.from)) continue;
      cells[1] = 1.0;
      const Complex i = port_currents(state, port)[0];
      const PgmEnd end =
          place_end(state.v[port.from], i, state.rated(port.from), cells + 3 + 4 * k);
      cells[2] = std::max(cells[2], end.s_va / table.at(row, "sn_" + side));
      state.drawn[port.from] += i;
    }
  }
}

/// The appliance's own p, q, i, s, pf from what it consumes (`sign` 1) or feeds in (`sign` -1).
inline void place_appliance(PgmState& state, Index node, Complex consumed_pu, double sign,
                            double* cells) {
  const Complex v = state.v[node];
  const Complex power = sign * va_per_mva * consumed_pu;
  const double s = std::abs(power);
  cells[1] = 1.0;
  cells[2] = power.real();
  cells[3] = power.imag();
  cells[4] = s / (std::sqrt(3.0) * std::abs(v) * state.rated(node));
  cells[5] = s;
  cells[6] = s > 0.0 ? power.real() / s : 0.0;
}

inline void place_shunts(PgmState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::shunt);
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, table.type, row);
    const Index node = pgm_bus(state.network, table, row, "node");
    if (table.at(row, "status") == 0.0 || !state.supplied(node)) continue;
    const double z_base = state.rated(node) * state.rated(node) / va_per_mva;
    const Complex y = Complex(table.at(row, "g1"), table.at(row, "b1")) * z_base;
    place_appliance(state, node, std::norm(state.v[node]) * std::conj(y), 1.0, cells);
    state.drawn[node] += y * state.v[node];
  }
}

/// One regulated appliance in service at a bus.
struct PgmHeld {
  Index node;
  Index regulator;
  double q_min;  ///< p.u., injection
  double q_max;
  double q = 0.0;
};

/// Share a bus's reactive injection out: all machines get the same level, clamped to their limits,
/// so that the sum is `total`. The sum grows with the level, straight between limits.
inline void share_out(std::span<PgmHeld> held, double total) {
  const auto sum = [&](double level) {
    double all = 0.0;
    for (const PgmHeld& one : held) all += std::clamp(level, one.q_min, one.q_max);
    return all;
  };
  std::vector<double> limits;
  for (const PgmHeld& one : held)
    for (const double limit : {one.q_min, one.q_max})
      if (std::isfinite(limit)) limits.push_back(limit);
  std::sort(limits.begin(), limits.end());
  double from = limits.empty() ? 0.0 : limits.front();
  for (const double limit : limits)
    if (sum(limit) <= total) from = limit;
  const double missing = total - sum(from);
  const auto moves = std::count_if(held.begin(), held.end(), [&](const PgmHeld& one) {
    return missing > 0.0 ? one.q_min <= from && from < one.q_max
                         : one.q_min < from && from <= one.q_max;
  });
  const double level = moves == 0 ? from : from + missing / static_cast<double>(moves);
  for (PgmHeld& one : held) one.q = std::clamp(level, one.q_min, one.q_max);
}

/// Regulated appliances of one bus, and what the power flow says of it.
inline void place_held(PgmState& state, std::span<PgmHeld> held, PgmOutput& output) {
  const std::size_t buses = state.model().grid.buses.size();
  const Index node = held.front().node;
  const Column<double>& injected = state.group.result.held_q_pu;
  const double total = injected.empty() ? 0.0 : injected[state.lane * buses + node];
  share_out(held, total);
  const double off = std::abs(state.v[node]) - state.model().grid.buses.vm_pu[node];
  const double violated = std::abs(off) < 1e-8 ? 0.0 : off > 0.0 ? 1.0 : 2.0;
  for (const PgmHeld& one : held) {
    double* cells = pgm_cells(output, state.network, PgmType::voltage_regulator, one.regulator);
    cells[1] = 1.0;
    cells[2] = va_per_mva * one.q;
    cells[3] = violated;
  }
}

/// Reactive injection of every regulated appliance in service, by regulator row.
inline std::vector<double> held_injections(PgmState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::voltage_regulator);
  std::vector<double> q(table.size(), 0.0);
  std::vector<PgmHeld> held;
  for (Index row = 0; row < table.size(); ++row) {
    pgm_cells(output, state.network, table.type, row);
    const PgmPlace& place =
        *state.network.find(static_cast<std::int64_t>(table.at(row, "regulated_object")));
    const PgmTable& object = state.network.of(place.type);
    const Index node = pgm_bus(state.network, object, place.row, "node");
    if (table.at(row, "status") == 0.0 || object.at(place.row, "status") == 0.0 ||
        !state.supplied(node))
      continue;
    const double low = pgm_or(table.at(row, "q_min"), -no_limit) / va_per_mva;
    const double high = pgm_or(table.at(row, "q_max"), no_limit) / va_per_mva;
    held.push_back({node, row, std::min(low, high), std::max(low, high)});
  }
  std::stable_sort(held.begin(), held.end(),
                   [](const PgmHeld& a, const PgmHeld& b) { return a.node < b.node; });
  for (std::size_t first = 0, end = 0; first < held.size(); first = end) {
    while (end < held.size() && held[end].node == held[first].node) ++end;
    place_held(state, std::span(held).subspan(first, end - first), output);
  }
  for (const PgmHeld& one : held) q[one.regulator] = one.q;
  return q;
}

inline void place_loads(PgmState& state, PgmOutput& output) {
  const std::vector<double> held = held_injections(state, output);
  for (std::size_t kind = 0; kind < std::size(pgm_appliances); ++kind) {
    const PgmType type = pgm_appliances[kind];
    const PgmTable& table = state.network.of(type);
    const double sign = type == PgmType::sym_gen || type == PgmType::asym_gen ? -1.0 : 1.0;
    for (Index row = 0; row < table.size(); ++row) {
      double* cells = pgm_cells(output, state.network, type, row);
      const Index node = pgm_bus(state.network, table, row, "node");
      if (table.at(row, "status") == 0.0 || !state.supplied(node)) continue;
      Complex consumed = pgm_consumption(state.network, type, row);
      const double u = std::abs(state.v[node]);
      const double law = table.at(row, "type");
      consumed *= law == 1.0 ? u * u : law == 2.0 ? u : 1.0;
      const Index regulator = state.model().regulator[kind][row];
      if (regulator != none) consumed.imag(-held[regulator]);
      place_appliance(state, node, consumed, sign, cells);
      state.used[node] += std::conj(consumed / state.v[node]);
    }
  }
}

/// What the sources of a node feed in is what its branches and appliances take; among themselves
/// they share it by their admittances and voltages.
inline void place_sources(PgmState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::source);
  for (Index row = 0; row < table.size(); ++row) pgm_cells(output, state.network, table.type, row);
  for (const PgmFeed& feed : state.model().feeds) {
    const Complex v = state.v[feed.node];
    Complex total = state.drawn[feed.node] + state.used[feed.node];
    double stiff = 0.0;
    for (const Index row : feed.rows) {
      if (feed.y != Complex()) continue;
      if (pgm_is_stiff(table, row))
        stiff += std::min(pgm_or(table.at(row, "sk"), 1e10), 1e300);
      else
        total -=
            pgm_source_admittance(table, row) * (pgm_source_voltage(state.network, table, row) - v);
    }
    for (const Index row : feed.rows) {
      const Complex u = pgm_source_voltage(state.network, table, row);
      const double sk = std::min(pgm_or(table.at(row, "sk"), 1e10), 1e300);
      Complex i;
      if (feed.y != Complex()) {
        const Complex y = pgm_source_admittance(table, row);
        i = y / feed.y * total + y * (u - feed.u);
      } else {
        i = pgm_is_stiff(table, row) ? total * (sk / stiff)
                                     : pgm_source_admittance(table, row) * (u - v);
      }
      double* cells = pgm_cells(output, state.network, table.type, row);
      place_appliance(state, feed.node, v * std::conj(i), 1.0, cells);
    }
  }
}

inline void place_nodes(const PgmState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::node);
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, table.type, row);
    if (!state.supplied(row)) continue;
    const Complex v = state.v[row];
    const Complex power = va_per_mva * v * std::conj(state.drawn[row]);
    cells[1] = 1.0;
    cells[2] = std::abs(v);
    cells[3] = cells[2] * state.rated(row);
    cells[4] = std::arg(v);
    cells[5] = power.real();
    cells[6] = power.imag();
  }
}

inline void place_taps(const PgmState& state, PgmOutput& output) {
  const PgmTable& table = state.network.of(PgmType::transformer_tap_regulator);
  const std::size_t taps = state.model().grid.tap_changers.size();
  for (Index row = 0; row < table.size(); ++row) {
    double* cells = pgm_cells(output, state.network, table.type, row);
    const Index at = state.model().tap_row[row];
    cells[2] = std::numeric_limits<double>::quiet_NaN();
    if (at == none) continue;
    cells[1] = state.supplied(state.model().grid.tap_changers.bus[at]);
    const Column<std::int32_t>& found = state.group.result.tap;
    cells[2] = found.empty() ? state.model().grid.tap_changers.tap[at]
                             : found[static_cast<std::size_t>(state.lane) * taps + at];
  }
}

}  // namespace detail

GS_INLINE double PgmOutputTable::at(Index row, std::string_view name, Index phase) const {
  const auto found = std::find(names.begin(), names.end(), name);
  GRIDSWARM_ASSERT(found != names.end());
  const std::size_t cell = static_cast<std::size_t>(row) * names.size() + (found - names.begin());
  return value[cell * phases + phase];
}

GS_INLINE bool pgm_by_phase(std::string_view name) {
  return name != "id" && name != "energized" && name != "loading" && name != "tap_pos" &&
         name != "limit_violated";
}

GS_INLINE PgmOutput pgm_output(const PgmNetwork& network, const PgmSolution& solution,
                               Index scenario) {
  if (!solution.symmetric) return detail::pgm_phase_output(network, solution, scenario);
  const PgmGroup& group = solution.groups[solution.group[scenario]];
  const Index nodes = network.of(PgmType::node).size();
  const Index buses = group.model.grid.buses.size();
  detail::PgmState state{network, group, solution.lane[scenario], {}, {}, {}};
  state.v.assign(buses, std::numeric_limits<double>::quiet_NaN());
  const std::size_t first = static_cast<std::size_t>(state.lane) * buses;
  for (Index k = 0; k < buses && !group.result.v_re.empty(); ++k)
    state.v[k] = {group.result.v_re[first + k], group.result.v_im[first + k]};
  state.drawn.assign(buses, {});
  state.used.assign(nodes, {});
  PgmOutput output = detail::empty_pgm_output(network, 1);
  detail::place_branches(state, output);
  detail::place_stars(state, output);
  detail::place_shunts(state, output);
  detail::place_loads(state, output);
  detail::place_sources(state, output);
  detail::place_nodes(state, output);
  detail::place_taps(state, output);
  return output;
}

}  // namespace gridswarm::inline GS_ABI::io
