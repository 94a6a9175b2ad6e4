// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/phasor.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/flow/compensation.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace compensation_detail {

using feeder::Phasor;

inline constexpr Index most_rounds = 100;

inline Phasor k_of(const feeder::Forest& forest, Index at) {
  return {forest.k_re[at], forest.k_im[at]};
}

inline BreakPoint make_break(const feeder::Case& grid, const feeder::Forest& forest, Index e) {
  const feeder::Branches& branches = grid.branches;
  const Index from = forest.position[branches.from[e]];
  const Index to = forest.position[branches.to[e]];
  const feeder::Rotation turn = feeder::rotation(branches.shift_deg[e]);
  const double ratio = branches.ratio[e] == 0.0 ? 1.0 : branches.ratio[e];
  const Phasor t =
      Phasor{ratio * turn.re, ratio * turn.im} * k_of(forest, to) * inverse(k_of(forest, from));
  const Phasor z = 1.0 / norm(k_of(forest, to)) * Phasor{branches.r_pu[e], branches.x_pu[e]};
  return {e, from, to, t.re, t.im, z.re, z.im};
}

/// Charging and iron losses of a closing branch, seen from the source.
inline void add_charging(const feeder::Case& grid, const BreakPoint& at, feeder::Forest& forest) {
  const feeder::Branches& branches = grid.branches;
  const double ratio = branches.ratio[at.branch] == 0.0 ? 1.0 : branches.ratio[at.branch];
  const Phasor half = {branches.g_pu.empty() ? 0.0 : 0.5 * branches.g_pu[at.branch],
                       0.5 * branches.b_pu[at.branch]};
  const auto add = [&](Index position, double scale) {
    const double square = norm(k_of(forest, position)) * scale;
    forest.g_pu[position] += square * half.re;
    forest.b_pu[position] += square * half.im;
  };
  add(at.from, 1.0 / (ratio * ratio));
  add(at.to, 1.0);
}

/// Impedance from every position of b's path to a source: what position k shares with b's path is
/// the same for all k below the branching.
inline std::vector<Phasor> path_impedance(const feeder::Forest& forest, Index b) {
  std::vector<Phasor> sum(forest.size());
  std::vector<Index> path;
  for (Index k = b; k != none; k = forest.parent[k]) path.push_back(k);
  std::vector<std::int8_t> on_path(forest.size(), 0);
  for (auto k = path.rbegin(); k != path.rend(); ++k) on_path[*k] = 1;
  for (Index k = forest.roots; k < forest.size(); ++k) {
    sum[k] = sum[forest.parent[k]];
    if (on_path[k]) sum[k] = sum[k] + Phasor{forest.r_pu[k], forest.x_pu[k]};
  }
  return sum;
}

inline void fill_matrix(Compensation& made) {
  const auto loops = made.breaks.size();
  made.m_re.assign(loops * loops, 0.0);
  made.m_im.assign(loops * loops, 0.0);
  for (std::size_t n = 0; n < loops; ++n) {
    const BreakPoint& b = made.breaks[n];
    const std::vector<Phasor> from = path_impedance(made.forest, b.from);
    const std::vector<Phasor> to = path_impedance(made.forest, b.to);
    const Phasor turn = inverse(conj(Phasor{b.t_re, b.t_im}));
    for (std::size_t m = 0; m < loops; ++m) {
      const BreakPoint& a = made.breaks[m];
      Phasor entry = inverse(Phasor{a.t_re, a.t_im}) * (from[a.from] * turn - to[a.from]) -
                     (from[a.to] * turn - to[a.to]);
      if (m == n) entry = entry + Phasor{a.z_re, a.z_im};
      made.m_re[m * loops + n] = entry.re;
      made.m_im[m * loops + n] = entry.im;
    }
  }
}

/// Dense LU with row exchanges.
inline void factor_matrix(const feeder::Case& grid, Compensation& made) {
  const auto loops = static_cast<Index>(made.breaks.size());
  const auto entry = [&](Index i, Index j) {
    const auto at = static_cast<std::size_t>(i) * loops + j;
    return Phasor{made.m_re[at], made.m_im[at]};
  };
  const auto set = [&](Index i, Index j, Phasor value) {
    const auto at = static_cast<std::size_t>(i) * loops + j;
    made.m_re[at] = value.re;
    made.m_im[at] = value.im;
  };
  double largest = 0.0;
  for (Index i = 0; i < loops; ++i) largest = std::max(largest, norm(entry(i, i)));
  for (Index k = 0; k < loops; ++k) {
    Index best = k;
    for (Index i = k + 1; i < loops; ++i)
      if (norm(entry(i, k)) > norm(entry(best, k))) best = i;
    made.pivot.push_back(best);
    constexpr double negligible = 1e-24;
    if (!(norm(entry(best, k)) > negligible * largest))
      throw InputError(
          grid.file.empty() ? grid.name : grid.file, 0,
          "the loop that branch " +
              std::to_string(grid.buses.id[grid.branches.from[made.breaks[k].branch]]) + "-" +
              std::to_string(grid.buses.id[grid.branches.to[made.breaks[k].branch]]) +
              " closes has no impedance, so that its current is undetermined; open "
              "one of its branches or give one an impedance");
    for (Index j = 0; j < loops; ++j) {
      const Phasor kept = entry(k, j);
      set(k, j, entry(best, j));
      set(best, j, kept);
    }
    for (Index i = k + 1; i < loops; ++i) {
      const Phasor share = entry(i, k) * inverse(entry(k, k));
      set(i, k, share);
      for (Index j = k + 1; j < loops; ++j) set(i, j, entry(i, j) - share * entry(k, j));
    }
  }
}

/// e -> M^-1 e.
inline void solve_matrix(const Compensation& made, std::vector<Phasor>& e) {
  const auto loops = static_cast<Index>(made.breaks.size());
  const auto entry = [&](Index i, Index j) {
    const auto at = static_cast<std::size_t>(i) * loops + j;
    return Phasor{made.m_re[at], made.m_im[at]};
  };
  for (Index k = 0; k < loops; ++k) std::swap(e[k], e[made.pivot[k]]);
  for (Index i = 0; i < loops; ++i)
    for (Index j = 0; j < i; ++j) e[i] = e[i] - entry(i, j) * e[j];
  for (Index i = loops - 1; i >= 0; --i) {
    for (Index j = i + 1; j < loops; ++j) e[i] = e[i] - entry(i, j) * e[j];
    e[i] = e[i] * inverse(entry(i, i));
  }
}

/// The currents of one scenario's break points, and what they did to the powers of the last round.
struct Scenario {
  std::vector<Phasor> current;       ///< J
  std::vector<Phasor> from_v, to_v;  ///< V' at the ends with which J became a power
  bool is_done = false;
  bool is_lost = false;
  std::int32_t sweeps = 0;
};

struct Round {
  const Compensation& made;
  const feeder::Case& grid;
  const Injections& given;
  const FlowOptions& options;
  Column<double> p_pu, q_pu;  ///< given powers and those of break points
  std::vector<Scenario> scenarios;
};

inline std::size_t bus_at(const Round& round, Index scenario, Index position) {
  return static_cast<std::size_t>(scenario) * round.grid.buses.size() +
         round.made.forest.bus[position];
}

inline Phasor v_of(const Round& round, const FlowResult& result, Index scenario, Index position) {
  const std::size_t at = bus_at(round, scenario, position);
  return Phasor{result.v_re[at], result.v_im[at]} * inverse(k_of(round.made.forest, position));
}

/// Given powers, and what the break points inject at their ends' last voltages.
inline void place_powers(Round& round, Index s) {
  const auto buses = static_cast<std::size_t>(round.grid.buses.size());
  const std::size_t first = static_cast<std::size_t>(s) * buses;
  for (std::size_t b = first; b < first + buses; ++b) {
    round.p_pu[b] = round.given.scale * round.given.p_pu[b];
    round.q_pu[b] = round.given.scale * round.given.q_pu[b];
  }
  const Scenario& scenario = round.scenarios[s];
  for (std::size_t m = 0; m < scenario.current.size(); ++m) {
    const BreakPoint& at = round.made.breaks[m];
    const Phasor j = scenario.current[m];
    const Phasor from = scenario.from_v[m] * conj(j * inverse(conj(Phasor{at.t_re, at.t_im})));
    const Phasor to = scenario.to_v[m] * conj(j);
    round.p_pu[bus_at(round, s, at.from)] -= from.re;
    round.q_pu[bus_at(round, s, at.from)] -= from.im;
    round.p_pu[bus_at(round, s, at.to)] += to.re;
    round.q_pu[bus_at(round, s, at.to)] += to.im;
  }
}

/// After a tree solution: how far the break points' laws fail, and currents that mend it. Returns
/// whether the scenario is solved.
inline bool mend(Round& round, const FlowResult& result, Index s) {
  Scenario& scenario = round.scenarios[s];
  std::vector<Phasor> error(round.made.breaks.size());
  const double allowed_pu = tol_mismatch_va / (round.grid.base_mva * va_per_mva);
  bool is_done = result.status[s] == FlowStatus::converged;
  for (std::size_t m = 0; m < error.size(); ++m) {
    const BreakPoint& at = round.made.breaks[m];
    const Phasor from = v_of(round, result, s, at.from);
    const Phasor to = v_of(round, result, s, at.to);
    const Phasor z = {at.z_re, at.z_im};
    const Phasor j = scenario.current[m];
    error[m] = from * inverse(Phasor{at.t_re, at.t_im}) - to - z * j;
    const double moved = norm(from - scenario.from_v[m]) + norm(to - scenario.to_v[m]);
    const double power = norm(from) * norm(j);
    const double allowed =
        std::max(allowed_pu * allowed_pu, tol_mismatch_rel * tol_mismatch_rel * power);
    const double tol = round.options.tol_step_pu;
    is_done = is_done && norm(error[m]) <= tol * tol && moved * norm(j) <= allowed;
    scenario.from_v[m] = from;
    scenario.to_v[m] = to;
  }
  if (is_done) return true;
  // Currents that run away are not followed: what the last round found is kept.
  constexpr double lost = 1e8;
  for (const Phasor& e : error) scenario.is_lost = scenario.is_lost || !(norm(e) < lost);
  if (scenario.is_lost) return true;
  solve_matrix(round.made, error);
  for (std::size_t m = 0; m < error.size(); ++m)
    scenario.current[m] = scenario.current[m] + error[m];
  return false;
}

/// What break points take at a source comes out of it, too.
inline void add_to_sources(const Round& round, FlowResult& result, Index s) {
  const Scenario& scenario = round.scenarios[s];
  for (std::size_t m = 0; m < scenario.current.size(); ++m) {
    const BreakPoint& at = round.made.breaks[m];
    const Phasor j = scenario.current[m];
    const Phasor from = scenario.from_v[m] * conj(j * inverse(conj(Phasor{at.t_re, at.t_im})));
    const Phasor to = scenario.to_v[m] * conj(j);
    if (at.from < round.made.forest.roots) {
      result.source_p_pu[s] += from.re;
      result.source_q_pu[s] += from.im;
    }
    if (at.to < round.made.forest.roots) {
      result.source_p_pu[s] -= to.re;
      result.source_q_pu[s] -= to.im;
    }
  }
}

}  // namespace compensation_detail

GS_INLINE Compensation prepare_compensation(const feeder::Case& grid) {
  feeder::SpanningForest spanning = feeder::spanning_forest(grid);
  Compensation made;
  made.forest = std::move(spanning.forest);
  const feeder::Generators& generators = grid.generators;
  for (Index g = 0; g < generators.size(); ++g)
    if (generators.in_service[g] && grid.buses.type[generators.bus[g]] == feeder::BusType::pv &&
        made.forest.position[generators.bus[g]] != none)
      throw UsageError("compensation can't hold the voltage of PV bus " +
                       std::to_string(grid.buses.id[generators.bus[g]]) + "; use newton");
  for (const Index e : spanning.closing) {
    made.breaks.push_back(compensation_detail::make_break(grid, made.forest, e));
    compensation_detail::add_charging(grid, made.breaks.back(), made.forest);
  }
  compensation_detail::fill_matrix(made);
  compensation_detail::factor_matrix(grid, made);
  return made;
}

GS_INLINE void solve_compensation(const Compensation& prepared, const feeder::Case& grid,
                                  const Injections& injections, const FlowOptions& options,
                                  FlowWork& work, FlowResult& result) {
  const auto all = static_cast<std::size_t>(injections.scenarios) * grid.buses.size();
  if (injections.p_pu.size() != all || injections.q_pu.size() != all)
    throw UsageError("a power flow of " + std::to_string(injections.scenarios) +
                     " scenarios needs " + std::to_string(all) + " injections p and q");
  compensation_detail::Round round = {prepared, grid, injections, options, {}, {}, {}};
  round.p_pu.resize(all);
  round.q_pu.resize(all);
  const std::size_t loops = prepared.breaks.size();
  round.scenarios.resize(injections.scenarios);
  for (auto& scenario : round.scenarios)
    scenario.current = scenario.from_v = scenario.to_v = std::vector<feeder::Phasor>(loops);
  Injections inner = injections;
  inner.p_pu = round.p_pu;
  inner.q_pu = round.q_pu;
  inner.scale = 1.0;
  bool going = true;
  for (Index k = 0; going; ++k) {
    for (Index s = 0; s < injections.scenarios; ++s)
      if (!round.scenarios[s].is_done) compensation_detail::place_powers(round, s);
    solve(grid, prepared.forest, inner, options, work, result);
    going = false;
    for (Index s = 0; s < injections.scenarios; ++s) {
      auto& scenario = round.scenarios[s];
      if (scenario.is_done) continue;
      scenario.sweeps += result.iterations[s];
      scenario.is_done = compensation_detail::mend(round, result, s);
      going = going || !scenario.is_done;
    }
    if (k + 1 >= compensation_detail::most_rounds) break;
  }
  for (Index s = 0; s < injections.scenarios; ++s) {
    if (!round.scenarios[s].is_done || round.scenarios[s].is_lost)
      result.status[s] = FlowStatus::diverged;
    result.iterations[s] = round.scenarios[s].sweeps;
    compensation_detail::add_to_sources(round, result, s);
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
