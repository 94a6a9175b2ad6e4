// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_solve.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Where the numbers of a type of appliance stand in its table.
struct PgmPowerColumns {
  const PgmTable& table;
  Index node, status, type, p, q, phases;
  double sign_mva;  ///< consumption in MVA per unit of the file's power

  PgmPowerColumns(const PgmTable& table, PgmType kind)
      : table(table),
        node(pgm_column(kind, "node")),
        status(pgm_column(kind, "status")),
        type(pgm_column(kind, "type")),
        p(pgm_column(kind, "p_specified")),
        q(pgm_column(kind, "q_specified")),
        phases(q - p),
        sign_mva(kind == PgmType::sym_gen || kind == PgmType::asym_gen ? -1.0 / va_per_mva
                                                                       : 1.0 / va_per_mva) {}
  double at(Index row, Index column) const {
    return table.value[static_cast<std::size_t>(row) * table.width + column];
  }
  /// Consumption in MVA, zero where out of service.
  std::complex<double> power(Index row) const {
    std::complex<double> sum;
    if (at(row, status) == 0.0) return sum;
    for (Index k = 0; k < phases; ++k) sum += std::complex<double>(at(row, p + k), at(row, q + k));
    return sum * sign_mva;
  }
};

/// Whether a change needs a case of its own.
inline bool is_structural(const PgmNetwork& network, const std::vector<std::int64_t>& regulated,
                          const PgmChange& change) {
  const PgmTable& table = network.of(change.type);
  const std::size_t cell = static_cast<std::size_t>(change.row) * table.width + change.column;
  if (table.value[cell] == change.value) return false;
  if (std::find(std::begin(pgm_appliances), std::end(pgm_appliances), change.type) ==
      std::end(pgm_appliances))
    return true;
  return change.column == pgm_column(change.type, "status") &&
         std::binary_search(regulated.begin(), regulated.end(), table.id(change.row));
}

/// Ids of appliances with a voltage regulator, ascending.
inline std::vector<std::int64_t> regulated_ids(const PgmNetwork& network) {
  const PgmTable& table = network.of(PgmType::voltage_regulator);
  std::vector<std::int64_t> ids;
  for (Index row = 0; row < table.size(); ++row)
    ids.push_back(static_cast<std::int64_t>(table.at(row, "regulated_object")));
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// What the scenarios of a group agree in, as a key: type, row, column, value of each change.
using PgmKey = std::vector<std::array<double, 4>>;

inline PgmKey structure_of(const PgmNetwork& network, const std::vector<std::int64_t>& regulated,
                           std::span<const PgmChange> changes) {
  std::map<std::array<double, 3>, double> last;  // a later change of the same cell stands
  for (const PgmChange& change : changes)
    last[{static_cast<double>(change.type), static_cast<double>(change.row),
          static_cast<double>(change.column)}] = change.value;
  PgmKey key;
  for (const auto& [cell, value] : last)
    if (is_structural(network, regulated,
                      {static_cast<PgmType>(static_cast<int>(cell[0])), static_cast<Index>(cell[1]),
                       static_cast<Index>(cell[2]), value}))
      key.push_back({cell[0], cell[1], cell[2], value});
  return key;
}

/// The powers of a group's scenarios, by bus and by voltage-dependent load.
struct PgmPowers {
  Column<double> p_pu;
  Column<double> q_pu;
  Column<double> load_p_pu;
  Column<double> load_q_pu;
};

/// Powers of one scenario, whose changes are in `network`, into lane k.
inline void place_powers(const PgmNetwork& network, const PgmCase& model, std::size_t k,
                         PgmPowers& powers) {
  const std::size_t buses = model.grid.buses.size();
  const std::size_t loads = model.grid.loads.size();
  for (std::size_t kind = 0; kind < std::size(pgm_appliances); ++kind) {
    const PgmPowerColumns columns(network.of(pgm_appliances[kind]), pgm_appliances[kind]);
    for (Index row = 0; row < columns.table.size(); ++row) {
      const std::complex<double> power = columns.power(row);
      if (!std::isfinite(power.real()) || !std::isfinite(power.imag()))
        refuse_pgm(network, columns.table, row, "has no p_specified or no q_specified");
      const Index load = model.load_row[kind][row];
      if (load != none) {
        powers.load_p_pu[k * loads + load] = power.real();
        powers.load_q_pu[k * loads + load] = power.imag();
        continue;
      }
      const auto node = static_cast<std::int64_t>(columns.at(row, columns.node));
      const std::size_t at = k * buses + static_cast<std::size_t>(network.find(node)->row);
      powers.p_pu[at] -= power.real();
      if (model.regulator[kind][row] == none) powers.q_pu[at] -= power.imag();
    }
  }
}

/// The cells of tap_pos that a case's tap changers stand for.
inline std::vector<PgmChange> tap_cells(const PgmNetwork& network, const PgmCase& model) {
  const PgmTable& table = network.of(PgmType::transformer_tap_regulator);
  std::vector<PgmChange> cells(model.grid.tap_changers.size());
  for (Index row = 0; row < table.size(); ++row) {
    if (model.tap_row[row] == none) continue;
    const PgmPlace& place =
        *network.find(static_cast<std::int64_t>(table.at(row, "regulated_object")));
    cells[model.tap_row[row]] = {place.type, place.row, pgm_column(place.type, "tap_pos"), 0.0};
  }
  return cells;
}

/// f(k) for every scenario of a group, with its changes in `network`.
template <class F>
void each_scenario(PgmNetwork& network, const PgmBatch& batch, const PgmGroup& group, F&& f) {
  for (std::size_t k = 0; k < group.scenarios.size(); ++k) {
    const std::span<const PgmChange> changes = changes_of(batch, group.scenarios[k]);
    const std::vector<PgmChange> undo = apply_pgm(network, changes);
    const std::vector<PgmChange> taps_back = apply_pgm(network, group.taps);
    try {
      f(k);
    } catch (const InputError& error) {
      if (changes.empty()) throw;
      throw InputError(batch.file, 0,
                       "scenario " + std::to_string(group.scenarios[k]) + ": " + error.what());
    }
    apply_pgm(network, taps_back);
    apply_pgm(network, undo);
  }
}

/// As a circuit.
void solve_by_phase(PgmNetwork& network, const PgmBatch& batch, const PgmOptions& options,
                    PgmGroup& group);

inline void solve_group(PgmNetwork& network, const PgmBatch& batch, const PgmOptions& options,
                        PgmGroup& group) {
  const std::size_t scenarios = group.scenarios.size();
  PgmPowers powers;
  each_scenario(network, batch, group, [&](std::size_t k) {
    if (k == 0) {
      group.model = make_pgm_case(network, options.frequency_hz);
      const feeder::Case& grid = group.model.grid;
      powers.p_pu.assign(scenarios * grid.buses.size(), 0.0);
      powers.q_pu.assign(scenarios * grid.buses.size(), 0.0);
      powers.load_p_pu.assign(scenarios * grid.loads.size(), 0.0);
      powers.load_q_pu.assign(scenarios * grid.loads.size(), 0.0);
    }
    place_powers(network, group.model, k, powers);
  });
  feeder::Case& grid = group.model.grid;
  if (group.model.feeds.empty()) return;
  std::fill(grid.loads.in_service.begin(), grid.loads.in_service.end(), std::int8_t{1});
  flow::FlowOptions flow = options.flow;
  flow.polar = false;
  flow.q_limits = true;
  if (group.round >= pgm_tap_rounds) flow.fixed_taps = true;
  flow::Injections injections;
  injections.scenarios = static_cast<Index>(scenarios);
  injections.p_pu = powers.p_pu;
  injections.q_pu = powers.q_pu;
  injections.load_p_pu = powers.load_p_pu;
  injections.load_q_pu = powers.load_q_pu;
  flow::FlowWork work;
  flow::solve(flow::prepare(grid, flow), injections, flow, work, group.result);
}

/// Scenarios of a group whose taps came to rest elsewhere than its case states go to groups of
/// their own that state them, since a tap may change more than a ratio, and results need the case
/// as it is in the end.
inline void part_by_taps(const PgmNetwork& network, const PgmOptions& options, std::size_t from,
                         PgmSolution& solution) {
  const Index round = solution.groups[from].round;
  const feeder::TapChangers& taps = solution.groups[from].model.grid.tap_changers;
  const std::size_t width = taps.size();
  if (options.flow.fixed_taps || round >= pgm_tap_rounds || width == 0) return;
  const Column<std::int32_t> found = solution.groups[from].result.tap;
  const std::vector<Index> scenarios = solution.groups[from].scenarios;
  const std::vector<std::int32_t> stated(taps.tap.begin(), taps.tap.end());
  const std::vector<PgmChange> columns = tap_cells(network, solution.groups[from].model);
  std::map<std::vector<std::int32_t>, std::size_t> known;
  for (std::size_t k = 0; k < scenarios.size() && found.size() >= (k + 1) * width; ++k) {
    const std::vector<std::int32_t> key(found.begin() + k * width, found.begin() + (k + 1) * width);
    if (key == stated) continue;
    const auto [entry, fresh] = known.try_emplace(key, solution.groups.size());
    if (fresh) {
      PgmGroup& group = solution.groups.emplace_back();
      group.round = round + 1;
      group.taps = columns;
      for (std::size_t t = 0; t < width; ++t) group.taps[t].value = key[t];
    }
    PgmGroup& group = solution.groups[entry->second];
    solution.group[scenarios[k]] = static_cast<Index>(entry->second);
    solution.lane[scenarios[k]] = static_cast<Index>(group.scenarios.size());
    group.scenarios.push_back(scenarios[k]);
  }
}

}  // namespace detail

GS_INLINE std::span<const PgmChange> changes_of(const PgmBatch& batch, Index scenario) {
  return std::span(batch.changes)
      .subspan(batch.first[scenario], batch.first[scenario + 1] - batch.first[scenario]);
}

GS_INLINE PgmBatch pgm_as_it_stands() {
  PgmBatch batch;
  batch.first.push_back(0);
  return batch;
}

GS_INLINE std::vector<PgmChange> apply_pgm(PgmNetwork& network,
                                           std::span<const PgmChange> changes) {
  std::vector<PgmChange> undo;
  for (const PgmChange& change : changes) {
    PgmTable& table = network.of(change.type);
    double& cell = table.value[static_cast<std::size_t>(change.row) * table.width + change.column];
    undo.push_back({change.type, change.row, change.column, cell});
    cell = change.value;
  }
  std::reverse(undo.begin(), undo.end());
  return undo;
}

GS_INLINE PgmSolution solve_pgm(const PgmNetwork& network, const PgmBatch& batch,
                                const PgmOptions& options) {
  const std::vector<std::int64_t> regulated = detail::regulated_ids(network);
  PgmSolution solution;
  solution.symmetric = options.symmetric;
  std::map<detail::PgmKey, Index> known;
  for (Index s = 0; s < batch.scenarios(); ++s) {
    const detail::PgmKey key = detail::structure_of(network, regulated, changes_of(batch, s));
    const auto [entry, fresh] = known.try_emplace(key, static_cast<Index>(solution.groups.size()));
    if (fresh) solution.groups.emplace_back();
    PgmGroup& group = solution.groups[entry->second];
    solution.group.push_back(entry->second);
    solution.lane.push_back(static_cast<Index>(group.scenarios.size()));
    group.scenarios.push_back(s);
  }
  PgmNetwork state = network;
  solution.status.assign(batch.scenarios(), flow::FlowStatus::unsupplied);
  for (std::size_t g = 0; g < solution.groups.size(); ++g) {  // parting appends groups
    PgmGroup& group = solution.groups[g];
    if (options.symmetric)
      detail::solve_group(state, batch, options, group);
    else
      detail::solve_by_phase(state, batch, options, group);
    const auto& status = options.symmetric ? group.result.status : group.by_phase.status;
    for (std::size_t k = 0; k < status.size(); ++k) solution.status[group.scenarios[k]] = status[k];
    if (options.symmetric) detail::part_by_taps(network, options, g, solution);
  }
  return solution;
}

}  // namespace gridswarm::inline GS_ABI::io
