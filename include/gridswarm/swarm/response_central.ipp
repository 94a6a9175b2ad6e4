// SPDX-License-Identifier: BSD-3-Clause
// What the swarm is held against: one centre over its own links, and averaging without clusters.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>

#include "gridswarm/base/random.hpp"
#include "gridswarm/swarm/response.hpp"
#include "gridswarm/swarm/response_work.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace detail {

enum CentreKind : std::int16_t {
  c_report,
  c_set,
  c_sample,
  c_look,
  c_close,
  c_solve,
  c_give,
  c_kinds
};
inline constexpr int passes_if_lossy = 6;
inline constexpr std::int32_t measurement_bytes = 24;  ///< agent, sequence, power
inline constexpr std::int32_t set_point_bytes = 16;    ///< sequence, power

struct CentreRun {
  const Responders& responders;
  std::span<const double> step_kw;
  const ResponseOptions& options;
  link::Network network;
  Staircase stairs;
  Column<double> known_kw;
  std::vector<Index> all;
  std::vector<double> scratch;
  double price = 0.0;
  double change_kw = 0.0;     ///< sum of known_kw
  std::int64_t poll = 0;      ///< polls begun
  std::int64_t reported = 0;  ///< reports of the poll under way
  bool is_closing = false;    ///< a window is open, or a solution under way
  bool lossy = false;
  Index next_told = 0;  ///< who gets the next set-point
  Index to_tell = 0;    ///< so many don't have the newest yet
  int passes = 0;       ///< over all agents, where messages get lost

  CentreRun(const Responders& of, std::span<const double> step, const ResponseOptions& how)
      : responders(of), step_kw(step), options(how), stairs(of, how.keep_log) {}
  Index centre() const { return responders.size(); }
  link::Nanoseconds after(double seconds) const { return now_ns(network) + to_ns(seconds); }
};

/// Links 2 i and 2 i + 1: agent i to the centre and back. A report's payload is its power.
GS_INLINE void report_to_centre(CentreRun& run, Index agent) {
  send(run.network, 2 * agent, CentreKind::c_report, measurement_bytes,
       std::bit_cast<std::uint64_t>(run.step_kw[agent]));
}

GS_INLINE void begin_poll(CentreRun& run) {
  run.reported = 0;
  ++run.poll;
  const link::Nanoseconds skew = to_ns(run.options.clock_skew_s);
  for (Index i = 0; i < run.responders.size(); ++i)
    if (skew == 0)
      report_to_centre(run, i);
    else  // each at the agreed moment of its own clock
      wake(run.network, i, now_ns(run.network) + skew - run.network.nodes[i].clock_offset_ns,
           CentreKind::c_look);
  wake(run.network, run.centre(), run.after(run.options.deadline_s), CentreKind::c_close,
       static_cast<std::uint64_t>(run.poll));
}

GS_INLINE void hear(CentreRun& run, const link::Event& event) {
  const double kw = std::bit_cast<double>(event.payload);
  const bool is_new = kw != run.known_kw[event.from];
  run.change_kw += kw - run.known_kw[event.from];
  run.known_kw[event.from] = kw;
  if (run.options.loop_s > 0.0) {
    if (++run.reported == run.responders.size())
      wake(run.network, run.centre(), run.after(run.options.solve_s), CentreKind::c_solve,
           static_cast<std::uint64_t>(run.poll));
  } else if (is_new && !run.is_closing) {
    run.is_closing = true;
    wake(run.network, run.centre(), run.after(run.options.centre_window_s + run.options.solve_s),
         CentreKind::c_solve);
  }
}

/// Give a pass of set-points out, one after the other, from whoever is next.
GS_INLINE void begin_pass(CentreRun& run) {
  const bool is_giving = run.to_tell > 0;
  run.to_tell = run.responders.size();
  if (!is_giving)
    wake(run.network, run.centre(), run.after(1.0 / run.options.ingest_per_s), CentreKind::c_give);
}

GS_INLINE void solve_centre(CentreRun& run) {
  run.is_closing = false;
  run.price = exact_price(run.responders, run.all, -run.change_kw, run.scratch);
  run.passes = run.lossy && run.options.loop_s == 0.0 ? passes_if_lossy : 0;
  begin_pass(run);
}

/// The next agent gets the newest set-point. Payload 1: a pass begins anew, as some got lost.
GS_INLINE void give_next(CentreRun& run, const link::Event& event) {
  if (event.payload == 1) return begin_pass(run);
  send(run.network, 2 * run.next_told + 1, CentreKind::c_set, set_point_bytes,
       std::bit_cast<std::uint64_t>(run.price));
  run.next_told = (run.next_told + 1) % run.responders.size();
  if (--run.to_tell > 0)
    wake(run.network, run.centre(), run.after(1.0 / run.options.ingest_per_s), CentreKind::c_give);
  else if (--run.passes > 0)
    wake(run.network, run.centre(), run.after(5.0 * run.options.sample_s), CentreKind::c_give, 1);
}

GS_INLINE void answer(CentreRun& run, const link::Event& event) {
  switch (event.kind) {
    case CentreKind::c_report: return hear(run, event);
    case CentreKind::c_set:
      return run.stairs.follow(event.node, std::bit_cast<double>(event.payload),
                               now_ns(run.network));
    case CentreKind::c_give: return give_next(run, event);
    case CentreKind::c_look: return report_to_centre(run, event.node);
    case CentreKind::c_solve:
      if (run.options.loop_s == 0.0 || static_cast<std::int64_t>(event.payload) == run.poll)
        solve_centre(run);
      return;
    case CentreKind::c_close:  // reports are missing: solve with those that came
      if (static_cast<std::int64_t>(event.payload) == run.poll &&
          run.reported < run.responders.size())
        wake(run.network, run.centre(), run.after(run.options.solve_s), CentreKind::c_solve,
             event.payload);
      return;
    default: break;
  }
  if (run.options.loop_s == 0.0) {
    report_to_centre(run, event.node);
    if (run.lossy && event.payload > 0)
      wake(run.network, event.node, run.after(run.options.sample_s), CentreKind::c_sample,
           event.payload - 1);
    return;
  }
  begin_poll(run);
  if (run.lossy) wake(run.network, 0, run.after(run.options.loop_s), CentreKind::c_sample);
}

GS_INLINE void prepare(CentreRun& run, const ResponseLinks& links, std::uint64_t seed) {
  constexpr std::uint64_t repeats_if_lossy = 20;
  const Index agents = run.responders.size();
  run.network = link::make_network(agents + 1, CentreKind::c_kinds, seed);
  link::Model one = link::model_of(links.centre);
  one.in_order = true;  // a newer set-point is never undone by an older one
  const Index model = add_model(run.network, one);
  for (Index i = 0; i < agents; ++i) {
    add_link(run.network, i, run.centre(), model);
    add_link(run.network, run.centre(), i, model);
    run.all.push_back(i);
  }
  limit_ingest(run.network, run.centre(), to_ns(1.0 / run.options.ingest_per_s), 0);
  run.known_kw.assign(agents, 0.0);
  run.lossy = is_lossy(run.options, links.centre);
  trouble(run.options, agents, run.centre(), seed, run.network);
  if (run.options.loop_s > 0.0) {
    const std::uint64_t centre = static_cast<std::uint64_t>(agents);
    wake(run.network, 0, phase_ns(seed, centre, run.options.loop_s), CentreKind::c_sample);
    return;
  }
  for (Index i = 0; i < agents; ++i)
    if (run.step_kw[i] != 0.0)
      wake(run.network, i, phase_ns(seed, static_cast<std::uint64_t>(i), run.options.sample_s),
           CentreKind::c_sample, repeats_if_lossy);
}

/// peers[k][i]: whom agent i hears by the k-th random permutation, there and back.
GS_INLINE std::vector<std::vector<Index>> random_peers(Index agents, Index degree,
                                                       std::uint64_t seed) {
  std::vector<std::vector<Index>> peers;
  for (Index pair = 0; pair < degree / 2; ++pair) {
    std::vector<Index> order(agents), next(agents), previous(agents);
    for (Index i = 0; i < agents; ++i) order[i] = i;
    for (Index i = agents - 1; i > 0; --i)
      std::swap(order[i], order[draw_below(seed, Stream::response, static_cast<std::uint64_t>(i),
                                           static_cast<std::uint32_t>(100 + pair), i + 1)]);
    for (Index i = 0; i < agents; ++i) {
      next[order[i]] = order[(i + 1) % agents];
      previous[order[(i + 1) % agents]] = order[i];
    }
    peers.push_back(std::move(next));
    peers.push_back(std::move(previous));
  }
  return peers;
}

}  // namespace detail

GS_INLINE Response respond_by_centre(const Responders& responders, std::span<const double> step_kw,
                                     const ResponseOptions& options, const ResponseLinks& links,
                                     std::uint64_t seed) {
  detail::CentreRun run(responders, step_kw, options);
  detail::prepare(run, links, seed);
  Response response;
  run_events(run, response.heard);
  finish_response(run.network, run.stairs, response);
  return response;
}

/// x_i(k + 1) = mean over itself and its peers of x(k), plus what i has newly measured: dynamic
/// average consensus with doubly stochastic weights, so the sum of x is the sum of changes in every
/// round. N x_i is what agent i believes the whole change to be, and its price follows.
GS_INLINE Response respond_by_averaging(const Responders& responders,
                                        std::span<const double> step_kw,
                                        const ResponseOptions& options, double round_s,
                                        Index degree, std::uint64_t seed) {
  const Index agents = responders.size();
  const std::vector<std::vector<Index>> peers = detail::random_peers(agents, degree, seed);
  Staircase stairs(responders, options.keep_log);
  round_s += 2.0 * options.clock_skew_s;  // until whoever is last has begun, too
  const double limit = price_limit(responders);
  GiveCurve all{};
  double whole_kw = 0.0;
  std::vector<std::int64_t> seen_in(agents);
  std::int64_t last_seen = 0;
  for (Index i = 0; i < agents; ++i) {
    add_gives(responders, i, limit, all);
    whole_kw += step_kw[i];
    const double phase_s =
        draw_uniform(seed, Stream::response, static_cast<std::uint64_t>(i), 0) * options.sample_s;
    seen_in[i] = static_cast<std::int64_t>(phase_s / round_s) + 1;
    last_seen = std::max(last_seen, seen_in[i]);
  }
  Column<double> x(agents, 0.0), mean(agents, 0.0);
  Response response;
  const double share = 1.0 / (1.0 + static_cast<double>(peers.size()));
  for (std::int64_t round = 1; static_cast<double>(round) * round_s < options.horizon_s; ++round) {
    double worst = 0.0;
    for (Index i = 0; i < agents; ++i) {
      double sum = x[i];
      for (const std::vector<Index>& peer : peers) sum += x[peer[i]];
      mean[i] = sum * share + (seen_in[i] == round ? step_kw[i] : 0.0);
    }
    std::swap(x, mean);
    response.messages += agents * static_cast<std::int64_t>(peers.size());
    for (Index i = 0; i < agents; ++i) {
      const double believed_kw = static_cast<double>(agents) * x[i];
      stairs.follow(i, price_for(all, limit, -believed_kw),
                    to_ns(static_cast<double>(round) * round_s));
      worst = std::max(worst, std::abs(believed_kw - whole_kw));
    }
    if (round >= last_seen && worst <= 1e-4 * std::abs(whole_kw)) break;
  }
  response.bytes = 8 * response.messages;
  response.busiest_messages = response.messages / agents;
  take_stairs(stairs, response);
  return response;
}

}  // namespace gridswarm::inline GS_ABI::swarm
