// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/normal.hpp"
#include "gridswarm/link/delay.hpp"

namespace gridswarm::inline GS_ABI::link {

namespace delay_detail {

inline constexpr double longest_ns = 30.0 * 86400e9;

GS_INLINE void refuse(const std::string& sentence) { throw UsageError(sentence); }

GS_INLINE std::string text(double value) {
  std::string out = std::to_string(value);
  while (out.size() > 1 && out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

GS_INLINE void check_delay(const std::string& what, double ns) {
  if (!(ns >= 0.0)) refuse(what + " " + text(ns / 1e6) + " ms is negative: messages take time");
  if (ns > longest_ns) refuse(what + " " + text(ns / 1e6) + " ms is longer than 30 days");
}

GS_INLINE Nanoseconds whole_ns(double ms) {
  return static_cast<Nanoseconds>(ms * static_cast<double>(ns_per_ms) + 0.5);
}

}  // namespace delay_detail

GS_INLINE Model model_of(const LinkOptions& options) {
  delay_detail::check_delay("delay_ms", options.delay_ms * 1e6);
  delay_detail::check_delay("floor_ms", options.floor_ms * 1e6);
  delay_detail::check_delay("jitter_ms", options.jitter_ms * 1e6);
  if (!(options.rate_kb_per_s >= 0.0) || !(options.queue_kb >= 0.0))
    delay_detail::refuse("rate_kb_per_s and queue_kb can't be negative; 0 means no bound");
  Model model;
  const bool is_fixed = options.sigma == 0.0;
  model.delay = is_fixed ? Delay::fixed : Delay::lognormal;
  model.in_order = options.in_order;
  model.floor_ns = delay_detail::whole_ns(options.floor_ms + (is_fixed ? options.delay_ms : 0.0));
  model.median_ns = is_fixed ? 0.0 : options.delay_ms * 1e6;
  model.sigma = options.sigma;
  model.jitter_ns = delay_detail::whole_ns(options.jitter_ms);
  model.loss = options.loss;
  model.bytes_per_s = static_cast<std::int64_t>(options.rate_kb_per_s * 1e3 + 0.5);
  model.queue_bytes = static_cast<std::int64_t>(options.queue_kb * 1e3 + 0.5);
  check_model(model, 0);
  return model;
}

GS_INLINE void check_model(const Model& model, Index traces) {
  using namespace delay_detail;
  check_delay("a link's delay", static_cast<double>(model.floor_ns));
  check_delay("a link's median delay", model.median_ns);
  check_delay("a link's jitter", static_cast<double>(model.jitter_ns));
  if (!(model.loss >= 0.0 && model.loss <= 1.0))
    refuse("loss " + text(model.loss) + " is not a probability: it lies from 0 to 1");
  if (!(model.sigma >= 0.0 && model.sigma <= 5.0))
    refuse("sigma " + text(model.sigma) + " of a lognormal delay lies from 0 to 5");
  if (model.bytes_per_s < 0 || model.queue_bytes < 0)
    refuse("a link's byte budget and queue can't be negative; 0 means no bound");
  if (model.queue_bytes > 0 && model.bytes_per_s == 0)
    refuse("a bound on a link's queue needs a byte budget: without one nothing ever waits");
  if (model.delay == Delay::trace && (model.trace < 0 || model.trace >= traces))
    refuse("delay trace " + std::to_string(model.trace) + " does not exist: add the trace first");
}

GS_INLINE bool draws(const Model& model) { return model.loss > 0.0 || model.jitter_ns > 0; }

namespace delay_detail {

inline constexpr std::uint32_t knots = 4096, computed = knots / 64;

GS_INLINE double exact_ns(const Model& model, double u) {
  const double above = model.median_ns * lognormal_quantile(u, model.sigma);
  return above < longest_ns ? above : longest_ns;
}

}  // namespace delay_detail

GS_INLINE std::vector<double> delay_table(const Model& model) {
  std::vector<double> table;
  if (model.delay != Delay::lognormal) return table;
  for (std::uint32_t k = 0; k <= delay_detail::knots; ++k) {
    const double u = static_cast<double>(k) / static_cast<double>(delay_detail::knots);
    table.push_back(u > 0.0 && u < 1.0 ? delay_detail::exact_ns(model, u) : 0.0);
  }
  return table;
}

GS_INLINE double lognormal_ns(const Model& model, std::span<const double> table,
                              std::uint32_t word) {
  using namespace delay_detail;
  const std::uint32_t knot = word >> 20;
  if (knot < computed || knot >= knots - computed)
    return exact_ns(model, (static_cast<double>(word) + 0.5) * 0x1p-32);
  const double part = (static_cast<double>(word & 0xfffffu) + 0.5) * 0x1p-20;
  return table[knot] + part * (table[knot + 1] - table[knot]);
}

GS_INLINE Nanoseconds jitter_ns(const Model& model, std::uint32_t word) {
  __extension__ typedef unsigned __int128 Wide;
  const Wide most = static_cast<std::uint64_t>(model.jitter_ns);
  return static_cast<Nanoseconds>((most * word) >> 32);
}

GS_INLINE bool is_lost(const Model& model, std::uint32_t word) {
  return static_cast<double>(word) < model.loss * 0x1p32;
}

GS_INLINE Nanoseconds wire_ns(const Model& model, std::int64_t bytes) {
  if (model.bytes_per_s == 0) return 0;
  return (bytes * ns_per_s + model.bytes_per_s - 1) / model.bytes_per_s;
}

}  // namespace gridswarm::inline GS_ABI::link

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<link::LinkOptions>> fields() {
  using T = link::LinkOptions;
  static constexpr double inf = no_limit, longest_ms = 30.0 * 86400e3;
  static const Field<T> table[] = {
      {"delay_ms", "ms", &T::delay_ms, 0, longest_ms,
       "delay of a message; the median if it varies"},
      {"sigma", "", &T::sigma, 0, 5,
       "standard deviation of the logarithm of a lognormal delay; 0 is a fixed delay"},
      {"floor_ms", "ms", &T::floor_ms, 0, longest_ms, "delay that every message has besides"},
      {"jitter_ms", "ms", &T::jitter_ms, 0, longest_ms, "uniform delay from 0 to this, added"},
      {"loss", "", &T::loss, 0, 1, "probability that a message never arrives"},
      {"rate_kb_per_s", "kB/s", &T::rate_kb_per_s, 0, inf, "byte budget of a link; 0 is none"},
      {"queue_kb", "kB", &T::queue_kb, 0, inf,
       "what may wait for the wire before messages are dropped; 0 is no bound"},
      {"in_order", "", &T::in_order, 0, 1, "messages of one link never overtake each other"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
