// SPDX-License-Identifier: BSD-3-Clause
// What the controllers of a response study share: prices, the ledger of set-points, links.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/swarm/response.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Prices at which a cluster says what it would give, from -limit to limit.
inline constexpr int curve_points = 17;
using GiveCurve = std::array<double, curve_points>;

/// Price at which every agent stands at a limit.
double price_limit(const Responders& responders);
/// Add what one agent gives at each price.
void add_gives(const Responders& responders, Index agent, double limit, GiveCurve& curve);
/// The price at which a curve, joined by straight lines, gives `need_kw`; the nearest if none does.
double price_for(const GiveCurve& curve, double limit, double need_kw);
/// What a curve gives at a price.
double gives_at(const GiveCurve& curve, double limit, double price);
/// The exact price at which the listed agents give `need_kw`, at their limits if they can't.
double exact_price(const Responders& responders, std::span<const Index> agents, double need_kw,
                   std::vector<double>& scratch);

/// Set-points in force and their sum over time.
struct Staircase {
  const Responders& responders;
  Column<double> p_kw;
  double sum_kw = 0.0;
  SetPoints told;
  std::int64_t orders = 0;
  double moved_kw = 0.0;
  bool keep_log = false;
  std::vector<Order> log;

  explicit Staircase(const Responders& of, bool keep_log = false);
  /// The agent follows the price from now on.
  void follow(Index agent, double price, link::Nanoseconds now_ns);
  /// The agent's set-point is p from now on.
  void move(Index agent, double p, link::Nanoseconds now_ns);
  /// Summed cost of the set-points in force.
  double cost() const;
};

/// Random phase of agent's sampling clock in [0, period).
link::Nanoseconds phase_ns(std::uint64_t seed, std::uint64_t agent, double period_s);
link::Nanoseconds to_ns(double seconds);
/// Set-points, cost and churn into the response; the staircase is used up.
void take_stairs(Staircase& stairs, Response& response);
/// Counts and set-points of a finished simulation.
void finish_response(const link::Network& network, Staircase& stairs, Response& response);
/// Clocks, and who can't be heard: a tenth of the agents until cut_s, node `decides` until
/// silent_s. The network's nodes are the agents, and what comes after them stays with the majority.
void trouble(const ResponseOptions& options, Index agents, Index decides, std::uint64_t seed,
             link::Network& network);
/// Must what was told be told again?
bool is_lossy(const ResponseOptions& options, const link::LinkOptions& links);
/// The event loop: every event up to the horizon is answered, and messages are kept if asked.
template <class Run>
void run_events(Run& run, std::vector<Heard>& heard) {
  link::Event event;
  while (next(run.network, to_ns(run.options.horizon_s), event)) {
    if (run.options.keep_log && event.stage != link::Stage::timer)
      heard.push_back({static_cast<double>(event.at_ns) / static_cast<double>(link::ns_per_s),
                       event.from, event.node, event.kind, event.bytes});
    answer(run, event);
  }
}

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/response.ipp"
#include "gridswarm/swarm/response_admm.ipp"
#include "gridswarm/swarm/response_central.ipp"
#include "gridswarm/swarm/response_swarm.ipp"
#endif
