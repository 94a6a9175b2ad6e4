// SPDX-License-Identifier: BSD-3-Clause
// How long a message is under way, whether it arrives, and how much a link carries.
//
// One message of `bytes` on a link, in whole nanoseconds of the virtual clock:
//   leaves  = max(now, when the wire is free) + bytes / rate           (0 without a byte budget)
//   arrives = leaves + floor + [ 0 | median exp(sigma z) | next of the trace ] + jitter u
// z = Phi^-1((w + 1/2) / 2^32) for a word w of chance. Words are keyed by (seed, link, number n of
// the message on that link): four messages' delays are the words of the draw number n / 4, loss and
// jitter of a message two words of a draw of its own. So what happens to a message depends on no
// other message, on no thread and on no order of calls. Lognormal is the usual description of
// network delays: never below its floor, long to the right. mean = floor + median exp(sigma^2 / 2).
// exp(sigma z) is read from 4,097 points in u and joined by straight lines, relative error at most
// 5e-6 (sigma^2 + 2.2 sigma); the outer 1/64 of u on either side is computed, not read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::link {

/// Virtual time in nanoseconds.
using Nanoseconds = std::int64_t;
inline constexpr Nanoseconds ns_per_ms = 1000000;
inline constexpr Nanoseconds ns_per_s = 1000000000;

enum class Delay : std::int8_t { fixed, lognormal, trace };

/// What links have in common; many links share one model.
struct Model {
  Delay delay = Delay::fixed;
  bool in_order = false;         ///< arrivals of one link never overtake each other
  Nanoseconds floor_ns = 0;      ///< the whole delay where it is fixed
  double median_ns = 0.0;        ///< lognormal: above the floor
  double sigma = 0.0;            ///< lognormal: standard deviation of the logarithm
  Index trace = none;            ///< row of the network's traces
  Nanoseconds jitter_ns = 0;     ///< uniform in [0, jitter_ns), added
  double loss = 0.0;             ///< probability that a message never arrives
  std::int64_t bytes_per_s = 0;  ///< byte budget; 0: none
  std::int64_t queue_bytes = 0;  ///< what may wait for the wire, the new message too; 0: no bound
};

/// The same as people write it; sigma 0 is a fixed delay.
struct LinkOptions {
  double delay_ms = 10.0;  ///< fixed, or median of the lognormal part
  double sigma = 0.0;
  double floor_ms = 0.0;
  double jitter_ms = 0.0;
  double loss = 0.0;
  double rate_kb_per_s = 0.0;
  double queue_kb = 0.0;
  bool in_order = false;
};

Model model_of(const LinkOptions& options);

/// @throws UsageError for a negative delay, jitter, rate or queue, a loss outside [0, 1], a sigma
/// outside [0, 5], more than 30 days of delay, a trace that is not there
void check_model(const Model& model, Index traces);

/// Can a message on this link be lost, or be late by jitter?
bool draws(const Model& model);

/// Delays above the floor at u = 0, 1/4096, .. 1 in nanoseconds; empty where it isn't lognormal.
std::vector<double> delay_table(const Model& model);

/// The lognormal part of a delay.
/// @param table  delay_table(model)
double lognormal_ns(const Model& model, std::span<const double> table, std::uint32_t word);

/// The uniform part of a delay.
Nanoseconds jitter_ns(const Model& model, std::uint32_t word);

/// Lost by this word? The loss is rounded to 1 / 2^32.
bool is_lost(const Model& model, std::uint32_t word);

/// Time that the wire is busy with a message, rounded up; 0 without a byte budget.
Nanoseconds wire_ns(const Model& model, std::int64_t bytes);

}  // namespace gridswarm::inline GS_ABI::link

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<link::LinkOptions>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/link/delay.ipp"
#endif
