// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>

#include "gridswarm/balance/frequency_groups.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace detail {

/// exp(-x) for 0 <= x <= 1 by its series, to the last bits, without a library whose bits vary.
GS_INLINE double decay(double x) {
  double sum = 0.0;
  for (int k = 20; k > 0; --k) sum = (1.0 + sum) * -x / k;
  return 1.0 + sum;
}

/// A price as a message: one double.
inline constexpr std::int64_t price_message_bytes = 8;

GS_INLINE void check_groups(const FrequencyGroups& groups, std::size_t areas, double step_s) {
  for (Index g = 0; g < groups.size(); ++g) {
    const auto refuse = [&](const std::string& sentence) {
      throw InputError("groups", static_cast<std::int64_t>(g) + 1, sentence);
    };
    const auto text = [](double value) { return std::to_string(value); };
    if (groups.area[g] < 0 || groups.area[g] >= static_cast<Index>(areas))
      refuse("area " + std::to_string(groups.area[g]) + " is not one of the " +
             std::to_string(areas) + " areas; they count from 0");
    if (!(groups.min_mw[g] <= 0.0 && groups.max_mw[g] >= 0.0 && groups.min_mw[g] > -no_limit &&
          groups.max_mw[g] < no_limit))
      refuse("min_mw " + text(groups.min_mw[g]) + " and max_mw " + text(groups.max_mw[g]) +
             " must be finite and have 0 between them");
    if (!(groups.cost_per_mw2[g] > 0.0 && groups.cost_per_mw2[g] < no_limit))
      refuse("cost_per_mw2 is " + text(groups.cost_per_mw2[g]) + "; give a number above 0");
    for (const auto& [name, value] : {std::pair("droop_mw_per_hz", groups.droop_mw_per_hz[g]),
                                      std::pair("dead_band_hz", groups.dead_band_hz[g]),
                                      std::pair("measure_delay_s", groups.measure_delay_s[g])})
      if (!(value >= 0.0 && value < no_limit))
        refuse(std::string(name) + " is " + text(value) + "; give a number of at least 0");
    const double response = groups.response_s[g];
    if (!(response == 0.0 || (response >= step_s && response < no_limit)))
      refuse("response_s is " + text(response) + "; give 0 (at once) or at least one step");
  }
}

/// Every group of an area must hear of every other, or their prices can't meet.
GS_INLINE void check_reach(const FrequencyGroups& groups, const Csr& neighbours) {
  std::vector<char> reached(groups.area.size(), 0);
  std::vector<Index> first_of;
  std::vector<Index> front;
  for (Index g = 0; g < groups.size(); ++g) {
    if (reached[g]) continue;
    for (const Index other : first_of)
      if (groups.area[other] == groups.area[g])
        throw InputError("groups", 0,
                         "groups " + std::to_string(other) + " and " + std::to_string(g) +
                             " of area " + std::to_string(groups.area[g]) +
                             " can't reach each other; add talks that join them");
    first_of.push_back(g);
    reached[g] = 1;
    front.assign(1, g);
    while (!front.empty()) {
      const Index at = front.back();
      front.pop_back();
      for (const Index h : neighbours.row(at))
        if (!reached[h]) reached[h] = 1, front.push_back(h);
    }
  }
}

GS_INLINE void link_groups(const FrequencyGroups& groups, SupportState& state) {
  std::vector<std::vector<Index>> lists(groups.area.size());
  for (std::size_t k = 0; k < groups.talks.size(); ++k) {
    const auto [a, b] = groups.talks[k];
    const auto refuse = [&](const std::string& sentence) {
      throw InputError("talks", static_cast<std::int64_t>(k) + 1, sentence);
    };
    for (const Index end : {a, b})
      if (end < 0 || end >= groups.size())
        refuse("group " + std::to_string(end) + " is not one of the " +
               std::to_string(groups.size()) + " groups; they count from 0");
    if (a == b) refuse("group " + std::to_string(a) + " talks to itself");
    if (groups.area[a] != groups.area[b])
      refuse("groups " + std::to_string(a) + " and " + std::to_string(b) +
             " lie in two areas; prices are agreed inside an area");
    lists[a].push_back(b);
    lists[b].push_back(a);
  }
  state.neighbours = {};
  state.weight.clear();
  state.neighbours.first.assign(1, 0);
  for (std::size_t g = 0; g < lists.size(); ++g) {
    std::sort(lists[g].begin(), lists[g].end());
    for (std::size_t i = 0; i < lists[g].size(); ++i) {
      const Index h = lists[g][i];
      if (i > 0 && lists[g][i - 1] == h)
        throw InputError(
            "talks", 0,
            "groups " + std::to_string(g) + " and " + std::to_string(h) + " are joined twice");
      const std::size_t most = std::max(lists[g].size(), lists[h].size());
      state.neighbours.items.push_back(h);
      state.weight.push_back(1.0 / (1.0 + static_cast<double>(most)));
    }
    state.neighbours.first.push_back(static_cast<Index>(state.neighbours.items.size()));
  }
}

/// What an area's groups know of it together: sum of 1/c, how many, how many at ties, the highest
/// price that still moves one of them.
struct AreaShare {
  double inverse_cost = 0.0;
  double groups = 0.0;
  double at_tie = 0.0;
  double price_limit = 0.0;
};

GS_INLINE std::vector<AreaShare> area_shares(const FrequencyGroups& groups, std::size_t areas) {
  std::vector<AreaShare> shares(areas);
  for (Index g = 0; g < groups.size(); ++g) {
    AreaShare& share = shares[groups.area[g]];
    share.inverse_cost += 1.0 / groups.cost_per_mw2[g];
    share.groups += 1.0;
    share.at_tie += groups.at_tie[g] ? 1.0 : 0.0;
    share.price_limit = std::max(
        share.price_limit, groups.cost_per_mw2[g] * std::max(-groups.min_mw[g], groups.max_mw[g]));
  }
  return shares;
}

}  // namespace detail

GS_INLINE void prepare_support(const FrequencyGroups& groups, std::span<const Area> areas,
                               const SupportOptions& options, double step_s, SupportState& state) {
  if (options.primary != "droop" && options.primary != "load_side" && options.primary != "none")
    throw UsageError("primary is '" + options.primary + "'; choose droop, load_side or none");
  detail::check_groups(groups, areas.size(), step_s);
  detail::link_groups(groups, state);
  if (options.secondary) detail::check_reach(groups, state.neighbours);
  const std::size_t count = groups.area.size();
  for (Column<double>* column : {&state.p_mw, &state.target_mw, &state.price})
    column->assign(count, 0.0);
  for (Column<double>* column : {&state.decay_half, &state.decay_full, &state.integral_gain,
                                 &state.tie_weight, &state.secondary_price_limit})
    column->resize(count);
  const std::vector<detail::AreaShare> shares = detail::area_shares(groups, areas.size());
  for (std::size_t g = 0; g < count; ++g) {
    const double response = groups.response_s[g];
    state.decay_half[g] = response > 0.0 ? detail::decay(step_s / (2.0 * response)) : 0.0;
    state.decay_full[g] = response > 0.0 ? detail::decay(step_s / response) : 0.0;
    const detail::AreaShare& share = shares[groups.area[g]];
    state.integral_gain[g] =
        options.secondary_period_s * options.secondary_gain_per_s / share.inverse_cost;
    state.tie_weight[g] = groups.at_tie[g] ? share.groups / share.at_tie : 0.0;
    state.secondary_price_limit[g] = share.price_limit;
  }
  const double delay_ticks = options.message_delay_s / options.secondary_period_s;
  std::size_t ticks = 0;
  while (static_cast<double>(ticks) < delay_ticks - 1e-9) ++ticks;
  state.old_prices.assign(ticks + 1, Column<double>(count, 0.0));
  state.newest = 0;
  state.messages = state.bytes = 0;
}

GS_INLINE void set_targets(const FrequencyGroups& groups, const SupportOptions& options,
                           std::span<const double> measured_hz, SupportState& state) {
  const bool droop = options.primary == "droop";
  const double gain = options.primary == "load_side" ? options.load_side_gain_per_hz : 0.0;
  for (Index g = 0; g < groups.size(); ++g) {
    double target = (state.price[g] - gain * measured_hz[g]) / groups.cost_per_mw2[g];
    if (droop) target -= groups.droop_mw_per_hz[g] * beyond(measured_hz[g], groups.dead_band_hz[g]);
    state.target_mw[g] = std::clamp(target, groups.min_mw[g], groups.max_mw[g]);
  }
}

GS_INLINE void exchange_prices(const FrequencyGroups& groups, const SupportOptions& options,
                               std::span<const double> measured_hz,
                               std::span<const double> bias_mw_per_hz,
                               std::span<const double> measured_export_mw, SupportState& state) {
  state.newest = (state.newest + 1) % state.old_prices.size();
  const Column<double>& oldest = state.old_prices[(state.newest + 1) % state.old_prices.size()];
  Column<double>& now = state.old_prices[state.newest];
  // One place in the ring: the prices of this exchange themselves are what everybody reads.
  now = state.price;
  const double leak =
      options.hand_over_s > 0.0 ? options.secondary_period_s / options.hand_over_s : 0.0;
  for (Index g = 0; g < groups.size(); ++g) {
    const Index a = groups.area[g];
    const double error =
        bias_mw_per_hz[a] * measured_hz[g] + state.tie_weight[g] * measured_export_mw[g];
    double price = state.price[g] * (1.0 - leak) - state.integral_gain[g] * error;
    const std::span<const Index> heard = state.neighbours.row(g);
    const double* weight = state.weight.data() + state.neighbours.first[g];
    for (std::size_t i = 0; i < heard.size(); ++i)
      price += options.consensus_share * weight[i] * (oldest[heard[i]] - oldest[g]);
    state.price[g] =
        std::clamp(price, -state.secondary_price_limit[g], state.secondary_price_limit[g]);
  }
  const std::int64_t sent = static_cast<std::int64_t>(state.neighbours.items.size());
  state.messages += sent;
  state.bytes += sent * detail::price_message_bytes;
}

GS_INLINE void advance_support(const FrequencyGroups& groups, SupportState& state,
                               AreaInputs& inputs) {
  const std::size_t areas = inputs.load_mw.size();
  for (Column<double>* column :
       {&inputs.support_start_mw, &inputs.support_middle_mw, &inputs.support_end_mw})
    column->assign(areas, 0.0);
  for (Index g = 0; g < groups.size(); ++g) {
    const Index a = groups.area[g];
    const double target = state.target_mw[g];
    const double left = state.p_mw[g] - target;
    inputs.support_start_mw[a] += groups.response_s[g] > 0.0 ? state.p_mw[g] : target;
    inputs.support_middle_mw[a] += target + left * state.decay_half[g];
    state.p_mw[g] = target + left * state.decay_full[g];
    inputs.support_end_mw[a] += state.p_mw[g];
  }
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::SupportOptions>> fields() {
  using T = balance::SupportOptions;
  static const Field<T> table[] = {
      {"primary", "", &T::primary, 0, 0, "what a group does alone: droop, load_side or none"},
      {"load_side_gain_per_hz", "cost/MW/Hz", &T::load_side_gain_per_hz, 0, no_limit,
       "of load_side: a group gives this over its cost per Hz"},
      {"secondary", "", &T::secondary, 0, 1,
       "groups agree on a price that clears the area's error"},
      {"secondary_period_s", "s", &T::secondary_period_s, 1e-3, 60, "between two exchanges"},
      {"secondary_gain_per_s", "1/s", &T::secondary_gain_per_s, 0, no_limit, "of the integral"},
      {"consensus_share", "", &T::consensus_share, 0, 1, "of the way towards the neighbours"},
      {"message_delay_s", "s", &T::message_delay_s, 0, 60, "age of prices when they are used"},
      {"hand_over_s", "s", &T::hand_over_s, 0, no_limit,
       "time constant in which AGC takes over; 0: never"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
