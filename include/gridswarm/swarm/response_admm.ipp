// SPDX-License-Identifier: BSD-3-Clause
// Exchange ADMM answers a step: a coordinator at the centre that knows no costs and no limits.
//
// min sum f_i(p_i) subject to sum p_i = -D, f_i = c_i p^2 / 2 within the agent's limits. With
// r = (sum p + D) / N, what is missing per agent, a round is (Boyd et al., Foundations and Trends
// in Machine Learning 3(1), 2011, section 7.3; scaled price u, weight rho)
//   p_i <- clamp(rho (p_i - (r + u)) / (c_i + rho)),   then u <- u + r with the new r.
// r + u goes to everybody (16 bytes), p_i and the agent's own change come back (24 bytes); a round
// ends when all have answered, or at the deadline. Devices follow every round's p_i: waiting for
// convergence would only be later. Rounds stop while |r| N is below 1e-4 of D.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/swarm/response.hpp"
#include "gridswarm/swarm/response_work.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace detail {

enum AdmmKind : std::int16_t { a_report, a_ask, a_answer, a_sample, a_round, a_give, a_kinds };
inline constexpr std::int32_t answer_bytes = 24;  ///< round, power, change
inline constexpr std::int32_t ask_bytes = 16;     ///< round, r + u
inline constexpr double round_tolerance = 1e-4;

struct AdmmRun {
  const Responders& responders;
  std::span<const double> step_kw;
  const ResponseOptions& options;
  link::Network network;
  Staircase stairs;
  Column<double> seen_kw;             ///< per agent: what it has measured of its change
  Column<double> known_kw, given_kw;  ///< what the coordinator knows of changes and powers
  double change_kw = 0.0, give_kw = 0.0;
  double scaled_price = 0.0, word = 0.0;
  std::int64_t round = 0;
  Index next_told = 0, answered = 0;
  bool is_running = false;

  AdmmRun(const Responders& of, std::span<const double> step, const ResponseOptions& how)
      : responders(of), step_kw(step), options(how), stairs(of, how.keep_log) {}
  Index centre() const { return responders.size(); }
  link::Nanoseconds after(double seconds) const { return now_ns(network) + to_ns(seconds); }
};

GS_INLINE void begin_round(AdmmRun& run) {
  const double missing_kw = run.give_kw + run.change_kw;
  run.is_running = std::abs(missing_kw) > round_tolerance * std::abs(run.change_kw);
  if (!run.is_running) return;
  const double r = missing_kw / static_cast<double>(run.responders.size());
  if (run.round > 0) run.scaled_price += r;  // by what a round has left
  run.word = r + run.scaled_price;
  ++run.round;
  run.next_told = run.answered = 0;
  wake(run.network, run.centre(), run.after(1.0 / run.options.ingest_per_s), AdmmKind::a_give);
  const double told_s = static_cast<double>(run.responders.size()) / run.options.ingest_per_s;
  wake(run.network, run.centre(), run.after(told_s + run.options.deadline_s), AdmmKind::a_round,
       static_cast<std::uint64_t>(run.round));
}

GS_INLINE void ask_next(AdmmRun& run) {
  send(run.network, 2 * run.next_told + 1, AdmmKind::a_ask, ask_bytes,
       std::bit_cast<std::uint64_t>(run.word));
  if (++run.next_told < run.responders.size())
    wake(run.network, run.centre(), run.after(1.0 / run.options.ingest_per_s), AdmmKind::a_give);
}

/// An agent's share of a round.
GS_INLINE void share(AdmmRun& run, Index agent, double word) {
  const double weight = run.options.admm_weight;
  const double p =
      weight * (run.stairs.p_kw[agent] - word) / (run.responders.cost_per_kw2[agent] + weight);
  run.stairs.move(agent, std::clamp(p, run.responders.min_kw[agent], run.responders.max_kw[agent]),
                  now_ns(run.network));
  send(run.network, 2 * agent, AdmmKind::a_answer, answer_bytes,
       std::bit_cast<std::uint64_t>(run.stairs.p_kw[agent]));
}

/// A change of power, or the answer to a round; both carry what the agent has measured.
GS_INLINE void learn(AdmmRun& run, const link::Event& event) {
  const Index agent = event.from;
  run.change_kw += run.seen_kw[agent] - run.known_kw[agent];
  run.known_kw[agent] = run.seen_kw[agent];
  if (event.kind == AdmmKind::a_answer) {
    const double kw = std::bit_cast<double>(event.payload);
    run.give_kw += kw - run.given_kw[agent];
    run.given_kw[agent] = kw;
    if (++run.answered == run.responders.size()) begin_round(run);
  } else if (!run.is_running) {
    run.is_running = true;
    wake(run.network, run.centre(), run.after(run.options.centre_window_s), AdmmKind::a_round,
         static_cast<std::uint64_t>(run.round));
  }
}

GS_INLINE void answer(AdmmRun& run, const link::Event& event) {
  switch (event.kind) {
    case AdmmKind::a_ask: return share(run, event.node, std::bit_cast<double>(event.payload));
    case AdmmKind::a_round:
      if (static_cast<std::int64_t>(event.payload) == run.round) begin_round(run);
      return;
    case AdmmKind::a_give: return ask_next(run);
    case AdmmKind::a_sample:
      run.seen_kw[event.node] = run.step_kw[event.node];
      return send(run.network, 2 * event.node, AdmmKind::a_report, answer_bytes);
    default: return learn(run, event);
  }
}

GS_INLINE void prepare(AdmmRun& run, const ResponseLinks& links, std::uint64_t seed) {
  const Index agents = run.responders.size();
  run.network = link::make_network(agents + 1, AdmmKind::a_kinds, seed);
  link::Model one = link::model_of(links.centre);
  one.in_order = true;
  const Index model = add_model(run.network, one);
  for (Index i = 0; i < agents; ++i) {
    add_link(run.network, i, run.centre(), model);
    add_link(run.network, run.centre(), i, model);
  }
  limit_ingest(run.network, run.centre(), to_ns(1.0 / run.options.ingest_per_s), 0);
  for (Column<double>* column : {&run.seen_kw, &run.known_kw, &run.given_kw})
    column->assign(agents, 0.0);
  trouble(run.options, agents, run.centre(), seed, run.network);
  for (Index i = 0; i < agents; ++i)
    if (run.step_kw[i] != 0.0)
      wake(run.network, i, phase_ns(seed, static_cast<std::uint64_t>(i), run.options.sample_s),
           AdmmKind::a_sample);
}

}  // namespace detail

GS_INLINE Response respond_by_admm(const Responders& responders, std::span<const double> step_kw,
                                   const ResponseOptions& options, const ResponseLinks& links,
                                   std::uint64_t seed) {
  detail::AdmmRun run(responders, step_kw, options);
  detail::prepare(run, links, seed);
  Response response;
  run_events(run, response.heard);
  finish_response(run.network, run.stairs, response);
  return response;
}

GS_INLINE std::vector<std::string> response_message_kinds(const std::string& controller) {
  if (controller == "swarm") return {"report", "price", "exchange"};
  if (controller == "centre") return {"report", "set-point"};
  if (controller == "admm") return {"report", "ask", "answer"};
  throw UsageError("messages of controller " + controller +
                   " are not kept; there are swarm, centre and admm");
}

}  // namespace gridswarm::inline GS_ABI::swarm
