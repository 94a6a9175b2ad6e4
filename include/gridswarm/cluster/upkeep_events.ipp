// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "gridswarm/cluster/upkeep.hpp"
#include "gridswarm/cluster/upkeep.ipp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

struct EventWord {
  EventKind kind;
  std::string_view word;
};
inline constexpr std::array event_words = {
    EventWord{EventKind::join, "join"},         EventWord{EventKind::leave, "leave"},
    EventWord{EventKind::isolate, "isolate"},   EventWord{EventKind::give_back, "return"},
    EventWord{EventKind::open, "open"},         EventWord{EventKind::close, "close"},
    EventWord{EventKind::power, "power"},       EventWord{EventKind::soc, "soc"},
    EventWord{EventKind::size_min, "size_min"}, EventWord{EventKind::size_max, "size_max"},
    EventWord{EventKind::diameter, "diameter"}, EventWord{EventKind::rating, "rating"},
};

GS_INLINE std::string named(AgentId agent) { return "agent " + std::to_string(agent); }

/// "branch 4-7" by the file's bus ids or names.
GS_INLINE std::string named_branch(const feeder::Case& grid, Index branch) {
  const auto name = [&grid](Index bus) {
    return grid.by_name ? grid.buses.name[bus] : std::to_string(grid.buses.id[bus]);
  };
  return "branch " + name(grid.branches.from[branch]) + "-" + name(grid.branches.to[branch]);
}

GS_INLINE Index row_of_agent(const Upkeep& upkeep, AgentId id) {
  const auto& ids = upkeep.fleet.plate.id;
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  if (at == ids.end() || *at != id)
    throw UsageError(named(id) + " is not in the fleet; list everybody who may ever take part");
  return static_cast<Index>(at - ids.begin());
}

/// Who was touched and has another cluster now, as records; `own` is the event's agent.
GS_INLINE void count_moves(const Upkeep& upkeep, Index own, Change& change) {
  for (const Upkeep::Touch& touch : upkeep.touched) {
    const Index slot = upkeep.cluster[touch.agent];
    const ClusterId id = slot == none ? none : upkeep.living[slot].id;
    if (id == touch.before) continue;
    if (upkeep.presence[touch.agent] == Presence::absent) continue;  // its leave record says so
    ++change.records;
    change.bytes += assign_bytes;
    change.moved += touch.agent != own;
  }
}

GS_INLINE void begin(Upkeep& upkeep, double time_s) {
  if (!(time_s >= upkeep.now_s))
    throw UsageError("time_s is " + std::to_string(time_s) + ", before the last event at " +
                     std::to_string(upkeep.now_s) + "; put events in the order of time");
}

GS_INLINE void note_time(Upkeep& upkeep, double time_s) {
  upkeep.now_s = time_s;
  ++upkeep.event;
  upkeep.touched.clear();
}

GS_INLINE Change come(Upkeep& upkeep, Index agent) {
  upkeep.presence[agent] = Presence::in;
  const Index position = upkeep.forest.position[upkeep.fleet.plate.bus[agent]];
  if (position == none) return {};  // it waits for supply
  stand(upkeep, agent, position);
  const Index root = upkeep.feeder[position];
  upkeep.dirty[root] = 1;
  if (attach(upkeep, agent)) return {};
  return reform(upkeep, {&root, 1}, Look::mend, 1);
}

GS_INLINE Change go(Upkeep& upkeep, Index agent, Presence where) {
  const bool was_in = upkeep.presence[agent] == Presence::in;
  upkeep.presence[agent] = where;
  upkeep.lost_from[agent] = none;
  const Index position = upkeep.ground.position[agent];
  if (!was_in || position == none) return {};
  const Index root = upkeep.feeder[position];
  upkeep.dirty[root] = 1;
  const bool whole = detach(upkeep, agent);
  step_down(upkeep, agent);
  if (whole) return {};
  return reform(upkeep, {&root, 1}, Look::mend, 1);
}

GS_INLINE Change join_or_return(Upkeep& upkeep, const Event& event) {
  const Index agent = row_of_agent(upkeep, event.agent);
  const bool joins = event.kind == EventKind::join;
  const Presence wanted = joins ? Presence::absent : Presence::isolated;
  if (upkeep.presence[agent] != wanted)
    throw UsageError(named(event.agent) + (joins ? " is there already; only who is absent can join"
                                                 : " is not isolated; only who is can return"));
  if (event.bus != none && (event.bus < 0 || event.bus >= upkeep.grid.buses.size()))
    throw UsageError(named(event.agent) + " would join at bus row " + std::to_string(event.bus) +
                     ", which the case lacks");
  note_time(upkeep, event.time_s);
  if (event.bus != none) upkeep.fleet.plate.bus[agent] = event.bus;
  Change change = come(upkeep, agent);
  if (joins) {
    ++change.records;
    change.bytes += join_bytes;
  }
  count_moves(upkeep, agent, change);
  return change;
}

GS_INLINE Change leave_or_isolate(Upkeep& upkeep, const Event& event) {
  const Index agent = row_of_agent(upkeep, event.agent);
  const bool leaves = event.kind == EventKind::leave;
  const Presence now = upkeep.presence[agent];
  if (now == Presence::absent || (!leaves && now == Presence::isolated))
    throw UsageError(named(event.agent) + (now == Presence::absent
                                               ? " is not there; it must join first"
                                               : " is isolated already"));
  note_time(upkeep, event.time_s);
  Change change = go(upkeep, agent, leaves ? Presence::absent : Presence::isolated);
  if (leaves) {
    ++change.records;
    change.bytes += leave_bytes;
  }
  count_moves(upkeep, agent, change);
  return change;
}

/// Agents find their new positions; who lost supply remembers its cluster.
GS_INLINE void stand_anew(Upkeep& upkeep) {
  for (Index i = 0; i < upkeep.fleet.size(); ++i) {
    upkeep.ground.position[i] = upkeep.next_at[i] = none;
    if (upkeep.presence[i] != Presence::in) continue;
    const Index position = upkeep.forest.position[upkeep.fleet.plate.bus[i]];
    const Index slot = upkeep.cluster[i];
    if (position != none) {
      stand(upkeep, i, position);
      upkeep.ground.clustered[position] += slot != none;
    } else if (slot != none) {
      assign(upkeep, i, none);
      upkeep.lost_from[i] = upkeep.living[slot].id;
    }
  }
}

/// Members that are left in a cluster: of several feeders those of the one with most of them, the
/// first such; the others remember it.
GS_INLINE void keep_one_feeder(Upkeep& upkeep, Index slot) {
  Living& cluster = upkeep.living[slot];
  std::vector<Index> rest;
  std::vector<Index> roots;
  for (Index i : cluster.members)
    if (upkeep.cluster[i] == slot) {
      rest.push_back(i);
      roots.push_back(upkeep.feeder[upkeep.ground.position[i]]);
    }
  std::sort(roots.begin(), roots.end());
  Index home = none;
  std::ptrdiff_t most = 0;
  for (Index root : roots) {
    const auto range = std::equal_range(roots.begin(), roots.end(), root);
    if (range.second - range.first <= most) continue;
    most = range.second - range.first;
    home = root;
  }
  cluster.members.clear();
  for (Index i : rest) {
    if (upkeep.feeder[upkeep.ground.position[i]] == home) {
      cluster.members.push_back(i);
    } else {
      assign(upkeep, i, none);
      upkeep.lost_from[i] = cluster.id;
    }
  }
}

GS_INLINE Change operate(Upkeep& upkeep, const Event& event) {
  if (event.branch < 0 || event.branch >= upkeep.grid.branches.size())
    throw UsageError("branch row " + std::to_string(event.branch) + " is not in the case");
  std::int8_t& in_service = upkeep.grid.branches.in_service[event.branch];
  const bool closes = event.kind == EventKind::close;
  const std::string name = detail::named_branch(upkeep.grid, event.branch);
  if ((in_service != 0) == closes)
    throw UsageError(name + (closes ? " is closed already" : " is open already"));
  in_service = closes;
  feeder::Forest forest;
  try {
    forest = feeder::make_forest(upkeep.grid);
  } catch (const InputError&) {
    in_service = !closes;
    throw UsageError(name + " would close a loop or join two sources; open another one first");
  }
  note_time(upkeep, event.time_s);
  std::vector<Index> feeder_of(upkeep.grid.buses.size(), none);
  for (Index q = 0; q < upkeep.forest.size(); ++q)
    feeder_of[upkeep.forest.bus[q]] = upkeep.feeder[q];
  lay_wires(upkeep, std::move(forest));
  for (Index bus = 0; bus < upkeep.grid.buses.size(); ++bus) {
    const Index position = upkeep.forest.position[bus];
    const Index now = position == none ? none : upkeep.feeder[position];
    if (now == feeder_of[bus]) continue;
    for (Index root : {now, feeder_of[bus]})
      if (root != none) upkeep.dirty[root] = 1;
  }
  stand_anew(upkeep);
  for (Living& cluster : upkeep.living) cluster.buses.clear();  // of the old order
  for (Index slot = 0; slot < static_cast<Index>(upkeep.living.size()); ++slot) {
    if (upkeep.living[slot].members.empty()) continue;
    keep_one_feeder(upkeep, slot);
    if (upkeep.living[slot].members.empty()) close_slot(upkeep, slot);
  }
  for (Index slot = 0; slot < static_cast<Index>(upkeep.living.size()); ++slot)
    if (!upkeep.living[slot].members.empty()) claim(upkeep, slot);
  Change change = reform(upkeep, broken_roots(upkeep), Look::mend, 1);
  count_moves(upkeep, none, change);
  return change;
}

GS_INLINE Change rebound(Upkeep& upkeep, const Event& event) {
  ClusterOptions options = upkeep.options;
  const bool whole = event.kind == EventKind::size_min || event.kind == EventKind::size_max;
  if (whole && !(event.value >= 1.0 && event.value <= 1e9 &&
                 event.value == static_cast<double>(static_cast<std::int64_t>(event.value))))
    throw UsageError(std::string(word_of(event.kind)) + " is " + std::to_string(event.value) +
                     "; it must be a whole number from 1");
  switch (event.kind) {
    case EventKind::size_min: options.size_min = static_cast<std::int64_t>(event.value); break;
    case EventKind::size_max: options.size_max = static_cast<std::int64_t>(event.value); break;
    case EventKind::diameter: options.diameter_max_pu = event.value; break;
    default: options.rating_max_kva = event.value; break;
  }
  Scoring scoring = scoring_of_looks(options);
  check_ratings(upkeep.fleet, options);
  note_time(upkeep, event.time_s);
  upkeep.options = options;
  upkeep.scoring = std::move(scoring);
  std::fill(upkeep.dirty.begin(), upkeep.dirty.end(), std::int8_t{1});
  std::vector<Index> roots;
  for (Index slot = 0; slot < static_cast<Index>(upkeep.living.size()); ++slot) {
    Living& cluster = upkeep.living[slot];
    if (cluster.members.empty()) continue;
    cluster.broken = !within_bounds(upkeep.scoring, cluster.part);
    if (cluster.broken) unclaim(upkeep, slot);
    if (cluster.broken || cluster.part.members < options.size_min)
      roots.push_back(upkeep.feeder[upkeep.ground.position[cluster.members[0]]]);
  }
  std::sort(roots.begin(), roots.end());
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  Change change = reform(upkeep, roots, Look::mend, 1);
  count_moves(upkeep, none, change);
  return change;
}

/// The agent's state is another one: so is its cluster's J.
GS_INLINE void weigh_anew(Upkeep& upkeep, Index agent) {
  upkeep.traits[agent] = distance::traits_of_agent(upkeep.fleet, agent, upkeep.options.flexibility);
  if (upkeep.cluster[agent] == none) return;
  upkeep.dirty[upkeep.feeder[upkeep.ground.position[agent]]] = 1;
  claim(upkeep, upkeep.cluster[agent]);
}

GS_INLINE Change measured(Upkeep& upkeep, const Event& event) {
  const Index agent = row_of_agent(upkeep, event.agent);
  const bool soc = event.kind == EventKind::soc;
  const bool sensible =
      soc ? event.value >= 0.0 && event.value <= 1.0 : event.value > -1e12 && event.value < 1e12;
  if (!sensible)
    throw UsageError(named(event.agent) + " has " + (soc ? "soc " : "power ") +
                     std::to_string(event.value) +
                     (soc ? "; it must lie between 0 and 1" : " kW; that is no power"));
  note_time(upkeep, event.time_s);
  fleet::State& state = upkeep.fleet.state;
  const auto n = static_cast<std::size_t>(upkeep.fleet.size());
  if (soc) {
    if (state.soc.size() != n) state.soc = upkeep.fleet.plate.soc_start;
    state.soc[agent] = event.value;
  } else {
    if (state.p_want_kw.size() != n)
      state.p_want_kw = state.p_kw.size() == n ? state.p_kw : Column<double>(n, 0.0);
    state.p_want_kw[agent] = event.value;
  }
  weigh_anew(upkeep, agent);
  return {};
}

}  // namespace detail

GS_INLINE EventKind event_kind_of(std::string_view word) {
  std::string words;
  for (const detail::EventWord& entry : detail::event_words) {
    if (entry.word == word) return entry.kind;
    words += (words.empty() ? "" : ", ") + std::string(entry.word);
  }
  throw UsageError("'" + std::string(word) + "' is no event; choose " + words);
}

GS_INLINE std::string_view word_of(EventKind kind) {
  for (const detail::EventWord& entry : detail::event_words)
    if (entry.kind == kind) return entry.word;
  return {};
}

GS_INLINE Change apply(Upkeep& upkeep, const Event& event) {
  detail::begin(upkeep, event.time_s);
  switch (event.kind) {
    case EventKind::join:
    case EventKind::give_back: return detail::join_or_return(upkeep, event);
    case EventKind::leave:
    case EventKind::isolate: return detail::leave_or_isolate(upkeep, event);
    case EventKind::open:
    case EventKind::close: return detail::operate(upkeep, event);
    case EventKind::power:
    case EventKind::soc: return detail::measured(upkeep, event);
    default: return detail::rebound(upkeep, event);
  }
}

GS_INLINE void sense(Upkeep& upkeep, const fleet::State& state) {
  upkeep.fleet.state = state;
  const std::vector<distance::Traits> traits =
      distance::traits_of(upkeep.fleet, upkeep.options.flexibility);
  std::vector<std::int8_t> changed(upkeep.living.size(), 0);
  for (Index i = 0; i < upkeep.fleet.size(); ++i) {
    if (traits[i] == upkeep.traits[i]) continue;
    upkeep.traits[i] = traits[i];
    if (upkeep.cluster[i] == none) continue;
    changed[upkeep.cluster[i]] = 1;
    upkeep.dirty[upkeep.feeder[upkeep.ground.position[i]]] = 1;
  }
  for (Index slot = 0; slot < static_cast<Index>(changed.size()); ++slot)
    if (changed[slot]) claim(upkeep, slot);
}

GS_INLINE Change settle(Upkeep& upkeep, double now_s, int threads) {
  detail::begin(upkeep, now_s);
  detail::note_time(upkeep, now_s);
  std::vector<Index> roots;
  for (Index root = 0; root < upkeep.forest.roots; ++root)
    if (upkeep.dirty[root] && now_s - upkeep.looked_s[root] >= upkeep.upkeep.dwell_s)
      roots.push_back(root);
  Change change = detail::reform(upkeep, roots, Look::afresh, threads);
  detail::count_moves(upkeep, none, change);
  return change;
}

}  // namespace gridswarm::inline GS_ABI::cluster
