// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/swarm/response.hpp"
#include "gridswarm/swarm/response_work.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace detail {

/// First agent (by row) on each node of a cluster's tree, `none` where nobody lives.
GS_INLINE std::vector<Index> first_on_nodes(const balance::ClusterTrees& trees,
                                            const cluster::Clusters& clusters) {
  std::vector<Index> first(trees.up.size(), none);
  for (std::size_t slot = 0; slot < trees.node.size(); ++slot) {
    Index& resident = first[trees.node[slot]];
    const Index agent = clusters.members.items[slot];
    if (resident == none || agent < resident) resident = agent;
  }
  return first;
}

}  // namespace detail

GS_INLINE void report_along_wires(const balance::ClusterTrees& trees,
                                  const cluster::Clusters& clusters, Responders& responders) {
  responders.cluster = clusters.of;
  responders.members = clusters.members;
  responders.above.assign(clusters.of.size(), none);
  responders.leader.assign(static_cast<std::size_t>(clusters.size()), none);
  for (std::size_t agent = 0; agent < clusters.of.size(); ++agent)
    if (clusters.of[agent] == none)
      throw UsageError("agent row " + std::to_string(agent) +
                       " is in no cluster; a response study needs all agents supplied");
  const std::vector<Index> first = detail::first_on_nodes(trees, clusters);
  for (Index c = 0; c < clusters.size(); ++c) {
    Index& leader = responders.leader[c];
    for (Index slot = clusters.members.first[c]; slot < clusters.members.first[c + 1]; ++slot) {
      const Index agent = clusters.members.items[slot];
      Index node = trees.node[slot];
      Index above = first[node] == agent ? none : first[node];
      while (above == none && trees.up[node] != none) {
        node = trees.up[node];
        above = first[node];
      }
      responders.above[agent] = above;
      if (above == none && leader == none) leader = agent;
    }
    for (const Index agent : clusters.members.row(c))
      if (responders.above[agent] == none && agent != leader) responders.above[agent] = leader;
  }
}

GS_INLINE double price_limit(const Responders& responders) {
  double limit = 0.0;
  for (Index i = 0; i < responders.size(); ++i)
    limit = std::max(
        limit, responders.cost_per_kw2[i] * std::max(-responders.min_kw[i], responders.max_kw[i]));
  return limit;
}

GS_INLINE void add_gives(const Responders& responders, Index agent, double limit,
                         GiveCurve& curve) {
  constexpr int half = curve_points / 2;
  for (int k = 0; k < curve_points; ++k)
    curve[k] += balance::set_point(0.0, responders.min_kw[agent], responders.max_kw[agent],
                                   1.0 / responders.cost_per_kw2[agent],
                                   limit * static_cast<double>(k - half) / half);
}

GS_INLINE double price_for(const GiveCurve& curve, double limit, double need_kw) {
  const double width = 2.0 * limit / (curve_points - 1);
  if (need_kw <= curve.front()) return -limit;
  for (int k = 1; k < curve_points; ++k) {
    if (curve[k] < need_kw) continue;
    const double rise = curve[k] - curve[k - 1];
    const double share = rise > 0.0 ? (need_kw - curve[k - 1]) / rise : 0.0;
    return -limit + width * (k - 1 + share);
  }
  return limit;
}

GS_INLINE double gives_at(const GiveCurve& curve, double limit, double price) {
  if (limit == 0.0) return 0.0;
  const double place = (price + limit) / (2.0 * limit) * (curve_points - 1);
  const int k = std::clamp(static_cast<int>(place), 0, curve_points - 2);
  return curve[k] + (curve[k + 1] - curve[k]) * (place - k);
}

GS_INLINE double exact_price(const Responders& responders, std::span<const Index> agents,
                             double need_kw, std::vector<double>& scratch) {
  std::vector<double> want(agents.size(), 0.0), low, high, inverse;
  double least = 0.0, most = 0.0, limit = 0.0;  // at the limit's price all of these are at theirs
  for (const Index i : agents) {
    low.push_back(responders.min_kw[i]);
    high.push_back(responders.max_kw[i]);
    inverse.push_back(1.0 / responders.cost_per_kw2[i]);
    least += responders.min_kw[i];
    most += responders.max_kw[i];
    limit = std::max(
        limit, responders.cost_per_kw2[i] * std::max(-responders.min_kw[i], responders.max_kw[i]));
  }
  if (need_kw <= least) return -limit;
  if (need_kw >= most) return limit;
  return balance::solve_by_breakpoints({.want_kw = want,
                                        .min_kw = low,
                                        .max_kw = high,
                                        .inverse_cost = inverse,
                                        .e_ref_kw = need_kw,
                                        .inverse_external = 0.0},
                                       scratch)
      .price;
}

GS_INLINE Staircase::Staircase(const Responders& of, bool keep)
    : responders(of), p_kw(static_cast<std::size_t>(of.size()), 0.0), keep_log(keep) {}

GS_INLINE void Staircase::follow(Index agent, double price, link::Nanoseconds now_ns) {
  move(agent,
       balance::set_point(0.0, responders.min_kw[agent], responders.max_kw[agent],
                          1.0 / responders.cost_per_kw2[agent], price),
       now_ns);
}

GS_INLINE void Staircase::move(Index agent, double p, link::Nanoseconds now_ns) {
  if (p == p_kw[agent]) return;
  ++orders;
  moved_kw += std::abs(p - p_kw[agent]);
  sum_kw += p - p_kw[agent];
  p_kw[agent] = p;
  const double now_s = static_cast<double>(now_ns) / static_cast<double>(link::ns_per_s);
  if (keep_log) log.push_back({now_s, p, agent});
  if (told.time_s.empty() || told.time_s.back() != now_s) {
    told.time_s.push_back(now_s);
    told.kw.push_back(sum_kw);
  } else {
    told.kw.back() = sum_kw;
  }
}

GS_INLINE double Staircase::cost() const {
  double sum = 0.0;
  for (Index i = 0; i < responders.size(); ++i)
    sum += 0.5 * responders.cost_per_kw2[i] * p_kw[i] * p_kw[i];
  return sum;
}

GS_INLINE link::Nanoseconds to_ns(double seconds) {
  return static_cast<link::Nanoseconds>(seconds * static_cast<double>(link::ns_per_s) + 0.5);
}

GS_INLINE link::Nanoseconds phase_ns(std::uint64_t seed, std::uint64_t agent, double period_s) {
  return to_ns(draw_uniform(seed, Stream::response, agent, 0) * period_s);
}

GS_INLINE void finish_response(const link::Network& network, Staircase& stairs,
                               Response& response) {
  response.messages = network.totals.sent;
  response.bytes = network.totals.bytes_sent;
  for (const link::Tally& tally : network.received)
    response.busiest_messages = std::max(response.busiest_messages, tally.messages);
  take_stairs(stairs, response);
}

GS_INLINE void take_stairs(Staircase& stairs, Response& response) {
  response.cost = stairs.cost();
  response.orders = stairs.orders;
  response.moved_kw = stairs.moved_kw;
  response.set_points = std::move(stairs.told);
  response.log = std::move(stairs.log);
}

GS_INLINE bool is_lossy(const ResponseOptions& options, const link::LinkOptions& links) {
  return links.loss > 0.0 || options.cut_s > 0.0 || options.silent_s > 0.0;
}

GS_INLINE void trouble(const ResponseOptions& options, Index agents, Index decides,
                       std::uint64_t seed, link::Network& network) {
  const auto count = static_cast<std::uint64_t>(agents);
  if (options.clock_skew_s > 0.0)
    for (Index i = 0; i < agents; ++i)
      network.nodes[i].clock_offset_ns =
          to_ns(2.0 * options.clock_skew_s * draw_uniform(seed, Stream::response, i, 6)) -
          to_ns(options.clock_skew_s);
  const auto cut = [&](double end_s) -> link::Partition {
    return {0, to_ns(end_s), std::vector<Index>(network.nodes.size(), 0)};
  };
  if (options.cut_s > 0.0) {
    link::Partition one = cut(options.cut_s);
    const std::uint64_t first = draw_below(seed, Stream::response, count + 1, 7, count);
    for (std::uint64_t k = 0; k < std::max<std::uint64_t>(count / 10, 1); ++k)
      one.side[(first + k) % count] = 1;
    add_partition(network, one);
  }
  if (options.silent_s > 0.0) {
    link::Partition one = cut(options.silent_s);
    one.side[decides] = 1;
    add_partition(network, one);
  }
}

GS_INLINE ResponseFigures measure_response(const SetPoints& set_points, double step_kw,
                                           double actuator_s, double settle_share,
                                           double horizon_s) {
  ResponseFigures figures;
  const double band = settle_share * std::abs(step_kw);
  double power = 0.0, settled = 0.0;  // `settled`: when the imbalance last came into the band
  bool inside = band >= std::abs(step_kw);
  const std::size_t stairs = set_points.time_s.size();
  for (std::size_t i = 0; i <= stairs; ++i) {
    const double begin = i == 0 ? 0.0 : std::min(set_points.time_s[i - 1], horizon_s);
    const double end = i == stairs ? horizon_s : std::min(set_points.time_s[i], horizon_s);
    const double target = i == 0 ? 0.0 : set_points.kw[i - 1];
    if (end <= begin) continue;
    const double span = end - begin;
    const double rest = actuator_s > 0.0 ? std::exp(-span / actuator_s) : 0.0;
    // imbalance(t) = goal + away exp(-t / T): monotone towards its goal.
    const double goal = step_kw + target;
    const double away = power - target;
    const double first = actuator_s > 0.0 ? goal + away : goal;
    const double last = goal + away * rest;
    const auto moment = [&](double level) {  // when the imbalance crosses `level`
      if (actuator_s == 0.0 || away == 0.0) return 0.0;
      return -actuator_s * std::log(std::clamp((level - goal) / away, rest, 1.0));
    };
    if (std::abs(first) > band) inside = false;
    if (std::abs(last) > band) {
      inside = false;
    } else if (!inside) {
      settled = begin + moment(first > 0.0 ? band : -band);
      inside = true;
    }
    const double zero = (first > 0.0) != (last > 0.0) ? moment(0.0) : span;
    const auto area = [&](double from, double to) {
      const double fall =
          actuator_s > 0.0 ? std::exp(-from / actuator_s) - std::exp(-to / actuator_s) : 0.0;
      return std::abs(goal * (to - from) + away * actuator_s * fall);
    };
    figures.unbalanced_kws += area(0.0, zero) + area(zero, span);
    const double beyond = step_kw > 0.0 ? -last : last;
    figures.overshoot = std::max(figures.overshoot, beyond / std::abs(step_kw));
    power = target + away * rest;
  }
  figures.left_share = std::abs(step_kw + power) / std::abs(step_kw);
  figures.settle_s = inside ? settled : no_limit;
  return figures;
}

GS_INLINE Response respond_at_once(const Responders& responders, std::span<const double> step_kw) {
  Staircase stairs(responders, true);
  double need_kw = 0.0;
  for (const double step : step_kw) need_kw -= step;
  std::vector<Index> all(step_kw.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Index>(i);
  std::vector<double> scratch;
  const double price = exact_price(responders, all, need_kw, scratch);
  for (const Index agent : all) stairs.follow(agent, price, 0);
  Response response;
  take_stairs(stairs, response);
  return response;
}

GS_INLINE SetPoints response_loop(double step_kw, double period_s, double gain, double actuator_s,
                                  double phase_s, double horizon_s) {
  SetPoints out;
  double power = 0.0, target = 0.0, now_s = 0.0;
  for (std::int64_t tick = 0;; ++tick) {
    const double next_s = phase_s + static_cast<double>(tick) * period_s;
    if (next_s > horizon_s) break;
    power = target +
            (power - target) * (actuator_s > 0.0 ? std::exp(-(next_s - now_s) / actuator_s) : 0.0);
    now_s = next_s;
    target -= gain * (step_kw + power);
    out.time_s.push_back(now_s);
    out.kw.push_back(target);
  }
  return out;
}

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<swarm::ResponseOptions>> fields() {
  using T = swarm::ResponseOptions;
  static const Field<T> table[] = {
      {"sample_s", "s", &T::sample_s, 1e-3, 60, "every agent looks at its own power this often"},
      {"merge_s", "s", &T::merge_s, 0, 1, "whoever hears something waits so long for more"},
      {"leaders_s", "s", &T::leaders_s, 1e-3, 60, "leaders start an exchange this often"},
      {"loop_s", "s", &T::loop_s, 0, 3600, "of the centre's polls; 0: agents report by themselves"},
      {"centre_window_s", "s", &T::centre_window_s, 0, 60,
       "without polls: the centre waits so long for more reports"},
      {"deadline_s", "s", &T::deadline_s, 1e-3, 60,
       "with polls: the centre waits for reports no longer"},
      {"solve_s", "s", &T::solve_s, 0, 60, "of the centre"},
      {"ingest_per_s", "1/s", &T::ingest_per_s, 1, 1e9,
       "messages that the centre takes in, or gives out"},
      {"horizon_s", "s", &T::horizon_s, 1e-3, 3600, "the study ends"},
      {"admm_weight", "", &T::admm_weight, 1e-9, 1e9, "rho of ADMM, as a cost per kW^2"},
      {"clock_skew_s", "s", &T::clock_skew_s, 0, 60, "clocks are off by up to this, either way"},
      {"cut_s", "s", &T::cut_s, 0, 3600, "a tenth of the agents hears nobody else until then"},
      {"silent_s", "s", &T::silent_s, 0, 3600,
       "the leader of the cluster hit hardest, or the centre, is not heard until then"},
      {"keep_log", "", &T::keep_log, 0, 1, "orders and messages are kept one by one"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<swarm::ResponseFigures>> fields() {
  using T = swarm::ResponseFigures;
  static const Field<T> table[] = {
      {"settle_s", "s", &T::settle_s, 0, no_limit, "until the imbalance stays in its band"},
      {"overshoot", "", &T::overshoot, 0, no_limit, "beyond balance, as a share of the step"},
      {"unbalanced_kws", "kW s", &T::unbalanced_kws, 0, no_limit, "integral of |imbalance|"},
      {"left_share", "", &T::left_share, 0, no_limit, "|imbalance| at the end over the step"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
