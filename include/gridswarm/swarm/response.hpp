// SPDX-License-Identifier: BSD-3-Clause
// How soon a step of power is balanced again, whoever decides: the paper's "faster" as a study.
//
// At time 0 some agents change their power by step_kw (a cloud, a trip, a charging crowd). Whoever
// controls them learns of it by sampling and messages, and sends set-points; every device follows
// its set-point with the time constant T of its actuator. All that the plant needs of a controller
// is the sum of set-points over time, a staircase, as equal actuators add up:
//   T dP/dt = S(t) - P,   imbalance(t) = step + P(t).
// Between two stairs the imbalance is an exponential, so settling, overshoot and energy are exact.
// Response time: from the step until the imbalance stays within settle_share of it. One staircase
// serves every actuator. All controllers feed the measured step forward; response_loop() is the
// integral-only loop that must not be shipped.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/balance/cluster_trees.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/link/send.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Who can answer, and who reports to whom inside a cluster.
struct Responders {
  Column<double> cost_per_kw2;    ///< c of c p^2 / 2, > 0
  Column<double> min_kw, max_kw;  ///< room around what the agent does anyway; min <= 0 <= max
  std::vector<Index> cluster;     ///< per agent
  std::vector<Index> above;       ///< per agent: towards its cluster's top; none: it leads
  Csr members;                    ///< cluster -> agents, ascending
  std::vector<Index> leader;      ///< cluster -> agent
  Index size() const { return static_cast<Index>(cluster.size()); }
};

/// Reports follow the wires: each agent tells the next agent on the way to its cluster's top; of
/// several on one bus, and of several that find none above, the one of lowest row comes first.
/// @throws UsageError where an agent is in no cluster
void report_along_wires(const balance::ClusterTrees& trees, const cluster::Clusters& clusters,
                        Responders& responders);

struct ResponseOptions {
  double sample_s = 0.1;          ///< every agent looks at its own power this often
  double merge_s = 0.002;         ///< whoever hears something waits so long for more
  double leaders_s = 0.1;         ///< leaders start an exchange this often
  double loop_s = 4.0;            ///< of the centre's polls; 0: agents report by themselves
  double centre_window_s = 0.02;  ///< without polls: waits so long for more reports
  double deadline_s = 1.0;        ///< with polls: waits for reports no longer than this
  double solve_s = 0.02;          ///< of the centre
  double ingest_per_s = 1e5;      ///< messages that the centre takes in, or gives out, per second
  double horizon_s = 20.0;        ///< the study ends
  double admm_weight = 1.0;       ///< rho of ADMM, as a cost per kW^2
  double clock_skew_s = 0.0;      ///< clocks are off by up to this, either way
  double cut_s = 0.0;             ///< a tenth of the agents hears nobody else until then
  double silent_s = 0.0;          ///< whoever decides is not heard until then (response_work.hpp)
  bool keep_log = false;          ///< orders and messages are kept one by one
};

/// Links of both sides; swap them to see what the links decide.
struct ResponseLinks {
  link::LinkOptions neighbour;  ///< between agents and between leaders
  link::LinkOptions centre;     ///< up to the centre, and down
};

/// Sum of all set-points over time: kw[i] from time_s[i] on, 0 before.
struct SetPoints {
  Column<double> time_s, kw;
};

/// From time_s on, agent's set-point is p_kw.
struct Order {
  double time_s = 0.0, p_kw = 0.0;
  Index agent = none;
};

/// A message that was heard; kinds are named by response_message_kinds().
struct Heard {
  double time_s = 0.0;
  Index from = none, to = none;
  std::int16_t kind = 0;
  std::int32_t bytes = 0;
};

/// What a controller did about one step.
struct Response {
  SetPoints set_points;
  std::int64_t orders = 0;   ///< changes of a set-point
  double moved_kw = 0.0;     ///< sum of |change| over them: churn is what exceeds |step|
  std::vector<Order> log;    ///< with keep_log
  std::vector<Heard> heard;  ///< with keep_log
  double cost = 0.0;         ///< sum c p^2 / 2 of the last set-points
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
  std::int64_t busiest_messages = 0;  ///< received by the agent, leader or centre that got most
};

struct ResponseFigures {
  double settle_s = 0.0;        ///< infinite: not within the horizon
  double overshoot = 0.0;       ///< beyond balance, as a share of the step
  double unbalanced_kws = 0.0;  ///< integral of |imbalance|
  double left_share = 0.0;      ///< |imbalance| at the end, as a share of the step
};

/// @param step_kw  sum over agents, not 0
ResponseFigures measure_response(const SetPoints& set_points, double step_kw, double actuator_s,
                                 double settle_share, double horizon_s);

/// Clusters first, then leaders among themselves (response_swarm.ipp).
Response respond_by_swarm(const Responders& responders, std::span<const double> step_kw,
                          const ResponseOptions& options, const ResponseLinks& links,
                          std::uint64_t seed);
/// One centre that knows everything it hears, and solves exactly (response_central.ipp).
Response respond_by_centre(const Responders& responders, std::span<const double> step_kw,
                           const ResponseOptions& options, const ResponseLinks& links,
                           std::uint64_t seed);
/// No clusters and no leaders: averaging over `degree` random peers in rounds of round_s.
Response respond_by_averaging(const Responders& responders, std::span<const double> step_kw,
                              const ResponseOptions& options, double round_s, Index degree,
                              std::uint64_t seed);
/// Exchange ADMM over the centre's links: reports as above, then rounds of one number to everybody
/// and everybody's power back; devices follow every round's power (response_admm.ipp).
Response respond_by_admm(const Responders& responders, std::span<const double> step_kw,
                         const ResponseOptions& options, const ResponseLinks& links,
                         std::uint64_t seed);
/// Names of Heard::kind for "swarm", "centre" or "admm". @throws UsageError for another controller
std::vector<std::string> response_message_kinds(const std::string& controller);
/// No delay at all: the exact optimum as set-points at time 0. The bound of every controller.
Response respond_at_once(const Responders& responders, std::span<const double> step_kw);
/// An integral-only loop on the measured imbalance, every period_s: set-points move by gain times
/// it. Kept as a warning, and simulated with its actuator, as it sees what that does.
SetPoints response_loop(double step_kw, double period_s, double gain, double actuator_s,
                        double phase_s, double horizon_s);

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<swarm::ResponseOptions>> fields();
template <>
std::span<const Field<swarm::ResponseFigures>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/response_work.hpp"
#endif
