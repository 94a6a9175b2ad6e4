// SPDX-License-Identifier: BSD-3-Clause
// The swarm answers a step. Reports climb to the cluster's leader, hop by hop, each agent telling
// what its part of the tree has changed by (24 bytes); the leader covers what its members can,
// exactly, and one price goes down (8 bytes). Every leaders_s the leaders add up all clusters'
// changes and curves by recursive doubling, which for K leaders takes ceil(log2 K) rounds for any
// K: in round r leader i sends to i + 2^r the sum S of the 2^r leaders up to itself, and the sum A
// of as many as the lower bits of K say; S' = S + S(i - 2^r), A' = S + A(i - 2^r) where bit r of K
// is set. (Bruck et al., IEEE TPDS 8, 1997.) Knowing the sums, each finds the price y that balances
// all, gives what its own curve says at y, and stays with that plus whatever changes later. Rounds
// of several exchanges may be under way at once; a lost message costs one exchange.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>

#include "gridswarm/base/random.hpp"
#include "gridswarm/swarm/response.hpp"
#include "gridswarm/swarm/response_work.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace detail {

enum SwarmKind : std::int16_t { report, price, exchange, sample, merged, solve, begin, kinds };
inline constexpr std::int32_t report_bytes = 24;  ///< agent, sequence, change of power
inline constexpr std::int32_t price_bytes = 8;
inline constexpr std::int32_t exchange_bytes = 296;  ///< number; change and curve, twice
inline constexpr int exchanges_at_once = 16;
inline constexpr int most_rounds = 32;
inline constexpr int repeats_if_lossy = 20;

/// What one leader knows of one exchange.
struct Exchange {
  std::int64_t number = -1;
  bool begun = false;  ///< by this leader's clock; others may be ahead
  int round = 0;
  double sum = 0.0, lower = 0.0, own = 0.0;
  std::uint32_t heard = 0;  ///< bit r: round r's message is here
  std::array<double, most_rounds> other_sum{}, other_lower{};
};

struct SwarmRun {
  const Responders& responders;
  std::span<const double> step_kw;
  const ResponseOptions& options;
  link::Network network;
  Staircase stairs;
  Csr below;                          ///< agent -> those who report to it
  std::vector<Index> up, down;        ///< links of each agent from and to the one above
  Column<double> told_kw;             ///< what the one above last heard of this agent's part
  Column<double> part_kw;             ///< change of the agent and all below
  std::vector<std::uint8_t> waiting;  ///< a merge (agent) or a solve (cluster's leader) is set
  std::vector<GiveCurve> curve;       ///< per cluster
  GiveCurve all{};
  double limit = 0.0;
  Column<double> agreed_give_kw, agreed_change_kw, price_now;
  std::vector<std::int64_t> agreed_number;
  std::vector<Exchange> exchanges;  ///< cluster x exchanges_at_once
  std::vector<Index> peer_link;     ///< cluster x rounds
  struct Parcel {
    double sum, lower;
    std::int64_t number;
    int round;
  };
  std::vector<Parcel> parcels;
  std::vector<double> scratch;
  int rounds = 0;
  bool lossy = false;
  double known_kw = 0.0, whole_kw = 0.0;
  std::int64_t quiet = 0;
  std::int64_t last_number = -1;  ///< of the exchange after which all is quiet
  double first_s = 0.0;           ///< when exchange 0 begins

  SwarmRun(const Responders& of, std::span<const double> step, const ResponseOptions& how)
      : responders(of), step_kw(step), options(how), stairs(of, how.keep_log) {}
};

GS_INLINE void lay_links(SwarmRun& run, const ResponseLinks& links) {
  const Responders& responders = run.responders;
  const Index model = add_model(run.network, [&] {
    link::Model one = link::model_of(links.neighbour);
    one.in_order = true;  // reports and prices replace older ones
    return one;
  }());
  const Index agents = responders.size();
  run.up.assign(agents, none);
  run.down.assign(agents, none);
  for (Index i = 0; i < agents; ++i) {
    if (responders.above[i] == none) continue;
    run.up[i] = add_link(run.network, i, responders.above[i], model);
    run.down[i] = add_link(run.network, responders.above[i], i, model);
  }
  run.below = group_by(responders.above, agents);
  const Index clusters = static_cast<Index>(responders.leader.size());
  while ((Index{1} << run.rounds) < clusters) ++run.rounds;
  for (Index c = 0; c < clusters; ++c)
    for (int r = 0; r < run.rounds; ++r) {
      const Index peer = static_cast<Index>((c + (std::int64_t{1} << r)) % clusters);
      run.peer_link.push_back(
          add_link(run.network, responders.leader[c], responders.leader[peer], model));
    }
  run.lossy = is_lossy(run.options, links.neighbour);
}

/// The leader decides; its price goes down the tree.
GS_INLINE void set_price(SwarmRun& run, Index agent, double price) {
  run.stairs.follow(agent, price, now_ns(run.network));
  for (const Index below : run.below.row(agent))
    send(run.network, run.down[below], SwarmKind::price, price_bytes,
         std::bit_cast<std::uint64_t>(price));
}

GS_INLINE void decide(SwarmRun& run, Index c) {
  const Index leader = run.responders.leader[c];
  const double need = run.agreed_give_kw[c] - (run.part_kw[leader] - run.agreed_change_kw[c]);
  const double price =
      exact_price(run.responders, run.responders.members.row(c), need, run.scratch);
  if (price == run.price_now[c] && !run.lossy) return;
  run.price_now[c] = price;
  set_price(run, leader, price);
}

/// Something below (or the agent itself) changed: tell the one above, or decide, a moment later.
GS_INLINE void stir(SwarmRun& run, Index agent) {
  if (run.waiting[agent]) return;
  run.waiting[agent] = 1;
  const bool leads = run.responders.above[agent] == none;
  wake(run.network, agent, now_ns(run.network) + to_ns(run.options.merge_s),
       leads ? SwarmKind::solve : SwarmKind::merged);
}

GS_INLINE void agree(SwarmRun& run, Index c, Exchange& one, double total_kw) {
  if (one.number <= run.agreed_number[c]) return;
  run.agreed_number[c] = one.number;
  const double y = price_for(run.all, run.limit, -total_kw);
  run.agreed_give_kw[c] = gives_at(run.curve[c], run.limit, y);
  run.agreed_change_kw[c] = one.own;
  decide(run, c);
}

GS_INLINE void send_round(SwarmRun& run, Index c, const Exchange& one) {
  run.parcels.push_back({one.sum, one.lower, one.number, one.round});
  send(run.network, run.peer_link[static_cast<std::size_t>(c) * run.rounds + one.round],
       SwarmKind::exchange, exchange_bytes, run.parcels.size() - 1);
}

/// Use what has been heard, round by round; returns when a message is missing or all is known.
GS_INLINE void go_on(SwarmRun& run, Index c, Exchange& one) {
  const auto clusters = static_cast<std::uint32_t>(run.responders.leader.size());
  while (one.round < run.rounds && (one.heard >> one.round & 1u)) {
    const int r = one.round;
    const bool in_lower = clusters >> r & 1u;
    const double lower = in_lower ? one.sum + one.other_lower[r] : one.lower;
    one.sum += one.other_sum[r];
    one.lower = lower;
    if (++one.round < run.rounds) send_round(run, c, one);
  }
  if (one.round < run.rounds) return;
  // With 2^rounds leaders the doubled sum is the whole; else the last round's lower part is.
  agree(run, c, one, std::has_single_bit(clusters) ? one.sum : one.lower);
}

GS_INLINE Exchange& exchange_of(SwarmRun& run, Index c, std::int64_t number) {
  Exchange& one = run.exchanges[static_cast<std::size_t>(c) * exchanges_at_once +
                                static_cast<std::size_t>(number % exchanges_at_once)];
  if (one.number < number) one = Exchange{.number = number};
  return one;
}

/// Leader c's clock says when exchange `number` begins.
GS_INLINE void await_exchange(SwarmRun& run, Index c, std::int64_t number) {
  const Index leader = run.responders.leader[c];
  const double local_s = run.first_s + static_cast<double>(number) * run.options.leaders_s;
  if (local_s >= run.options.horizon_s) return;
  const link::Nanoseconds at = true_time_ns(run.network.nodes[leader], to_ns(local_s));
  wake(run.network, leader, std::max(at, now_ns(run.network)), SwarmKind::begin,
       static_cast<std::uint64_t>(number));
}

GS_INLINE void begin_exchange(SwarmRun& run, Index c, std::int64_t number) {
  Exchange& one = exchange_of(run, c, number);
  one.begun = true;
  one.own = one.sum = run.part_kw[run.responders.leader[c]];
  if (run.rounds > 0) send_round(run, c, one);
  go_on(run, c, one);
  if (c == 0) {  // what the simulation knows, to end; no leader acts upon it
    const bool all_known = std::abs(run.known_kw - run.whole_kw) <= 1e-9 * std::abs(run.whole_kw);
    run.quiet = all_known && !run.lossy ? run.quiet + 1 : 0;
    if (run.quiet == 2) run.last_number = number;
  }
  if (run.last_number < 0 || number < run.last_number) await_exchange(run, c, number + 1);
}

GS_INLINE void hear_report(SwarmRun& run, const link::Event& event) {
  const Index child = static_cast<Index>(event.from);
  const double now_kw = std::bit_cast<double>(event.payload);
  const double more = now_kw - run.told_kw[child];
  if (more == 0.0 && !run.lossy) return;  // else told on: the last report may not have come
  run.told_kw[child] = now_kw;
  run.part_kw[event.node] += more;
  if (run.responders.above[event.node] == none) run.known_kw += more;
  stir(run, event.node);
}

/// Payload of a sample: how many are to come if links lose messages.
GS_INLINE void look(SwarmRun& run, const link::Event& event) {
  const Index agent = event.node;
  if (event.payload == repeats_if_lossy || !run.lossy) {
    run.part_kw[agent] += run.step_kw[agent];
    if (run.responders.above[agent] == none) run.known_kw += run.step_kw[agent];
  }
  stir(run, agent);
  if (run.lossy && event.payload > 0)
    wake(run.network, agent, now_ns(run.network) + to_ns(run.options.sample_s), SwarmKind::sample,
         event.payload - 1);
}

GS_INLINE void hear_exchange(SwarmRun& run, const link::Event& event) {
  const SwarmRun::Parcel parcel = run.parcels[event.payload];
  const Index c = run.responders.cluster[event.node];
  Exchange& one = exchange_of(run, c, parcel.number);
  if (one.number != parcel.number) return;  // its place is taken by a newer one
  one.heard |= 1u << parcel.round;
  one.other_sum[parcel.round] = parcel.sum;
  one.other_lower[parcel.round] = parcel.lower;
  if (one.begun && parcel.round == one.round) go_on(run, c, one);
}

GS_INLINE void answer(SwarmRun& run, const link::Event& event) {
  const Index agent = event.node;
  switch (event.kind) {
    case SwarmKind::report: return hear_report(run, event);
    case SwarmKind::price: return set_price(run, agent, std::bit_cast<double>(event.payload));
    case SwarmKind::exchange: return hear_exchange(run, event);
    case SwarmKind::sample: return look(run, event);
    case SwarmKind::merged:
      run.waiting[agent] = 0;
      return send(run.network, run.up[agent], SwarmKind::report, report_bytes,
                  std::bit_cast<std::uint64_t>(run.part_kw[agent]));
    case SwarmKind::solve:
      run.waiting[agent] = 0;
      return decide(run, run.responders.cluster[agent]);
    default:
      return begin_exchange(run, run.responders.cluster[agent],
                            static_cast<std::int64_t>(event.payload));
  }
}

GS_INLINE void prepare(SwarmRun& run, const ResponseLinks& links, std::uint64_t seed) {
  const Responders& responders = run.responders;
  const Index agents = responders.size();
  const std::size_t clusters = responders.leader.size();
  run.network = link::make_network(agents, SwarmKind::kinds, seed);
  lay_links(run, links);
  run.told_kw.assign(agents, 0.0);
  run.part_kw.assign(agents, 0.0);
  run.waiting.assign(agents, 0);
  run.limit = price_limit(responders);
  run.curve.assign(clusters, GiveCurve{});
  for (Index i = 0; i < agents; ++i)
    add_gives(responders, i, run.limit, run.curve[responders.cluster[i]]);
  for (const GiveCurve& curve : run.curve)
    for (int k = 0; k < curve_points; ++k) run.all[k] += curve[k];
  for (Column<double>* column : {&run.agreed_give_kw, &run.agreed_change_kw, &run.price_now})
    column->assign(clusters, 0.0);
  run.agreed_number.assign(clusters, -1);
  run.exchanges.assign(clusters * exchanges_at_once, Exchange{});
  for (Index i = 0; i < agents; ++i) {
    run.whole_kw += run.step_kw[i];
    if (run.step_kw[i] != 0.0)
      wake(run.network, i, phase_ns(seed, static_cast<std::uint64_t>(i), run.options.sample_s),
           SwarmKind::sample, repeats_if_lossy);
  }
  run.first_s = draw_uniform(seed, Stream::response, static_cast<std::uint64_t>(agents), 1) *
                run.options.leaders_s;
  Column<double> lost_kw(clusters, 0.0);
  for (Index i = 0; i < agents; ++i) lost_kw[responders.cluster[i]] += std::abs(run.step_kw[i]);
  const auto hardest = std::max_element(lost_kw.begin(), lost_kw.end()) - lost_kw.begin();
  trouble(run.options, agents, responders.leader[hardest], seed, run.network);
  for (Index c = 0; c < static_cast<Index>(clusters); ++c) await_exchange(run, c, 0);
}

}  // namespace detail

GS_INLINE Response respond_by_swarm(const Responders& responders, std::span<const double> step_kw,
                                    const ResponseOptions& options, const ResponseLinks& links,
                                    std::uint64_t seed) {
  detail::SwarmRun run(responders, step_kw, options);
  detail::prepare(run, links, seed);
  Response response;
  run_events(run, response.heard);
  finish_response(run.network, run.stairs, response);
  return response;
}

}  // namespace gridswarm::inline GS_ABI::swarm
