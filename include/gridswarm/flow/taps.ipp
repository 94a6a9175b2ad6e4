// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/flow/subset.hpp"
#include "gridswarm/flow/taps.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// One automatic changer as the search sees it.
struct Changer {
  Index row;    ///< of Case::tap_changers
  int rank;     ///< automatic changers between it and its source
  double sign;  ///< +1 where a higher ratio raises the watched voltage
  bool to_end;  ///< the end of its branch towards the watched bus is the to end
};

/// A changer in one scenario.
struct Watched {
  std::int32_t last_move = 0;
  double last_error_pu = 0.0;  ///< distance to the set point before the last move
  bool rests = false;          ///< for good
};

/// A changer that watches an end of its own branch: V_from = V_to ratio.
inline void watch_own_end(const feeder::Case& grid, Changer& changer) {
  const Index bus = grid.tap_changers.bus[changer.row];
  const Index e = grid.tap_changers.branch[changer.row];
  if (bus != grid.branches.from[e] && bus != grid.branches.to[e]) return;
  changer.to_end = bus == grid.branches.to[e];
  changer.sign = changer.to_end ? -1.0 : 1.0;
}

inline std::vector<Changer> list_changers(const feeder::Case& grid, const feeder::Forest& forest) {
  const feeder::TapChangers& taps = grid.tap_changers;
  std::vector<Index> changer_of(grid.branches.size(), none);
  for (Index t = 0; t < taps.size(); ++t)
    if (taps.automatic[t]) changer_of[taps.branch[t]] = t;
  std::vector<Changer> list;
  std::vector<int> above(forest.size(), 0);
  for (Index k = forest.roots; k < forest.size(); ++k) {
    above[k] = above[forest.parent[k]];
    const Index t = changer_of[forest.branch[k]];
    if (t == none) continue;
    // Behind the branch the voltage is V_from / ratio, or V_to ratio where it is reversed.
    const bool is_reversed = forest.reversed[k];
    list.push_back({t, above[k]++, is_reversed ? 1.0 : -1.0, !is_reversed});
    watch_own_end(grid, list.back());
    changer_of[forest.branch[k]] = none;
  }
  // A branch that closes a loop has no side nearer to a source; the end that is watched tells.
  for (const Index t : changer_of) {
    if (t == none || !grid.branches.in_service[taps.branch[t]]) continue;
    const Index at = forest.position[taps.bus[t]];
    Changer changer{t, at == none ? 0 : above[at], 0.0, false};
    watch_own_end(grid, changer);
    if (at != none && changer.sign != 0.0) list.push_back(changer);
  }
  return list;
}

/// Ratio of a changer's branch at a tap.
inline double ratio_at(const feeder::TapChangers& taps, Index t, std::int32_t tap) {
  const double turns = 1.0 + taps.step[t] * tap;
  return taps.from_end[t] ? taps.ratio0[t] * turns : taps.ratio0[t] / turns;
}

/// The voltage that a changer watches, line drop compensation included.
inline double watched_pu(const feeder::Case& grid, const Changer& changer, std::int32_t tap,
                         const double* v_re, const double* v_im) {
  const feeder::TapChangers& taps = grid.tap_changers;
  const Index t = changer.row;
  const double re = v_re[taps.bus[t]];
  const double im = v_im[taps.bus[t]];
  const double r_comp = taps.r_comp_pu.empty() ? 0.0 : taps.r_comp_pu[t];
  const double x_comp = taps.x_comp_pu.empty() ? 0.0 : taps.x_comp_pu[t];
  const Index e = taps.branch[t];
  const double r = grid.branches.r_pu[e];
  const double x = grid.branches.x_pu[e];
  const double square = r * r + x * x;
  if ((r_comp == 0.0 && x_comp == 0.0) || square == 0.0) return std::sqrt(re * re + im * im);
  // V_from / t and V_to stand at the ends of the line between them.
  const feeder::Rotation turn = feeder::rotation(grid.branches.shift_deg[e]);
  const double ratio = ratio_at(taps, t, tap);
  const double fr = v_re[grid.branches.from[e]];
  const double fi = v_im[grid.branches.from[e]];
  const double hr = (fr * turn.re + fi * turn.im) / ratio;
  const double hi = (fi * turn.re - fr * turn.im) / ratio;
  const double dr = hr - v_re[grid.branches.to[e]];
  const double di = hi - v_im[grid.branches.to[e]];
  // Into the to end flows (V_from / t - V_to) / z; into the from end its negative over conj(t).
  double jr = (dr * r + di * x) / square;
  double ji = (di * r - dr * x) / square;
  if (!changer.to_end) {
    const double kr = (jr * turn.re - ji * turn.im) / ratio;
    ji = -(ji * turn.re + jr * turn.im) / ratio;
    jr = -kr;
  }
  const double ur = re - (r_comp * jr - x_comp * ji);
  const double ui = im - (r_comp * ji + x_comp * jr);
  return std::sqrt(ur * ur + ui * ui);
}

/// Taps that a changer moves now; 0: it rests.
inline std::int32_t move_of(const feeder::TapChangers& taps, const Changer& changer, double u,
                            std::int32_t tap, Watched& watched, TapSearch& search) {
  const Index t = changer.row;
  const double error = taps.v_set_pu[t] - u;
  const double outside = std::fabs(error) - 0.5 * taps.v_band_pu[t];
  if (watched.rests || !(outside > 0.0)) return 0;
  // Share by which one tap more changes the ratio, and so the watched voltage.
  const double share = taps.step[t] / (1.0 + taps.step[t] * tap);
  const double per_tap = changer.sign * (taps.from_end[t] ? share : -share) * u;
  if (per_tap == 0.0 || !std::isfinite(per_tap)) return 0;
  const std::int32_t way = (error > 0.0) == (per_tap > 0.0) ? 1 : -1;
  const bool turns_back = watched.last_move != 0 && (way > 0) != (watched.last_move > 0);
  if (turns_back) {
    watched.rests = true;
    ++search.hunting;
    if (std::fabs(error) <= watched.last_error_pu) return 0;
  }
  const double wanted = turns_back ? 1.0 : std::floor(outside / std::fabs(per_tap));
  const auto steps = static_cast<std::int32_t>(std::clamp(wanted, 1.0, 1e6));
  const std::int32_t next =
      std::clamp(tap + way * steps, taps.tap_min[t], std::max(taps.tap_min[t], taps.tap_max[t]));
  if (next == tap) {
    watched.rests = true;
    ++search.at_limit;
  }
  watched.last_error_pu = std::fabs(error);
  watched.last_move = next - tap;
  return next - tap;
}

/// Move the changers of one scenario that are next; true if any moved.
inline bool move_scenario(const feeder::Case& grid, const std::vector<Changer>& changers,
                          const FlowResult& result, Index scenario, std::int32_t* tap,
                          Watched* watched, TapSearch& search) {
  const std::size_t at = static_cast<std::size_t>(scenario) * grid.buses.size();
  int rank = -1;
  for (std::size_t i = 0; i < changers.size(); ++i) {
    if (rank >= 0 && changers[i].rank > rank) continue;
    std::int32_t& own = tap[changers[i].row];
    const double u =
        watched_pu(grid, changers[i], own, result.v_re.data() + at, result.v_im.data() + at);
    const std::int32_t move = move_of(grid.tap_changers, changers[i], u, own, watched[i], search);
    if (move == 0) continue;
    own += move;
    search.moves += std::abs(move);
    rank = changers[i].rank;
  }
  return rank >= 0;
}

}  // namespace detail

GS_INLINE bool has_automatic_taps(const feeder::Case& grid) {
  const auto& automatic = grid.tap_changers.automatic;
  return std::any_of(automatic.begin(), automatic.end(), [](std::int8_t a) { return a != 0; });
}

GS_INLINE TapSearch search_taps(const feeder::Case& grid, const feeder::Forest& forest,
                                const Injections& injections, const SolveAtTaps& solve_at,
                                FlowResult& result) {
  TapSearch search;
  const feeder::TapChangers& taps = grid.tap_changers;
  const auto rows = static_cast<std::size_t>(taps.size());
  std::vector<detail::Changer> changers = detail::list_changers(grid, forest);
  std::stable_sort(changers.begin(), changers.end(),
                   [](const auto& a, const auto& b) { return a.rank < b.rank; });
  Column<std::int32_t> tap(rows * static_cast<std::size_t>(injections.scenarios));
  for (std::size_t i = 0; i < tap.size(); ++i)
    tap[i] = injections.tap.empty() ? taps.tap[i % rows] : injections.tap[i];
  std::vector<detail::Watched> watched(changers.size() *
                                       static_cast<std::size_t>(injections.scenarios));
  Injections moved = injections;
  moved.tap = tap;
  solve_at(moved, result);
  std::vector<Index> active(injections.scenarios);
  for (Index s = 0; s < injections.scenarios; ++s) active[s] = s;
  InjectionRows copies;
  FlowResult part;
  while (search.rounds < most_tap_rounds) {
    std::erase_if(active, [&](Index s) {
      return result.status[s] != FlowStatus::converged ||
             !detail::move_scenario(
                 grid, changers, result, s, tap.data() + rows * static_cast<std::size_t>(s),
                 watched.data() + changers.size() * static_cast<std::size_t>(s), search);
    });
    if (active.empty()) break;
    ++search.rounds;
    moved.start_re = result.v_re;
    moved.start_im = result.v_im;
    solve_at(gather(moved, active, copies), part);
    for (std::size_t i = 0; i < active.size(); ++i) {
      const std::int32_t before = result.iterations[active[i]];
      put(part, static_cast<Index>(i), active[i], result);
      result.iterations[active[i]] += before;
    }
  }
  result.tap = tap;
  return search;
}

}  // namespace gridswarm::inline GS_ABI::flow
