// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/feeder_tree.hpp"

namespace gridswarm::inline GS_ABI::cluster {

GS_INLINE void make_feeder_tree(const FormInput& input, Index feeder, FeederTree& out) {
  const distance::AgentTree& tree = input.tree;
  const Index root = tree.root[feeder];
  const Index n = tree.end_of(feeder) - root;
  const auto agent_at = [&](Index k) {
    const Index agent = tree.agent[root + k];
    return agent == none || (!input.apart.empty() && input.apart[agent]) ? none : agent;
  };
  // First bottom-up: into how many branches with agents does the way part at k?
  out.kept.assign(static_cast<std::size_t>(n), 0);
  out.extra.resize(static_cast<std::size_t>(n));
  for (Index k = n - 1; k > 0; --k)
    if (out.kept[k] > 0 || agent_at(k) != none) ++out.kept[tree.parent[root + k] - root];
  out.parent.clear();
  out.agent.clear();
  out.node.clear();
  out.length.clear();
  for (Index k = 0; k < n; ++k) {
    const Index agent = agent_at(k);
    const Index ways = out.kept[k];
    if (agent == none && ways == 0) {
      k += tree.size[root + k] - 1;
      continue;
    }
    const Index up = k == 0 ? none : tree.parent[root + k] - root;
    const Index above = up == none ? none : out.kept[up];
    const std::int64_t length =
        above == none ? 0 : std::min(out.extra[up] + tree.length[root + k], too_far);
    if (agent == none && ways == 1) {
      out.kept[k] = above;
      out.extra[k] = length;
      continue;
    }
    out.kept[k] = out.nodes();
    out.extra[k] = 0;
    out.parent.push_back(above);
    out.agent.push_back(agent);
    out.node.push_back(root + k);
    out.length.push_back(length);
  }
  out.size.assign(out.parent.size(), 1);
  for (Index v = out.nodes() - 1; v > 0; --v) out.size[out.parent[v]] += out.size[v];
}

GS_INLINE std::int64_t response_class(fleet::Kind kind) {
  switch (kind) {
    case fleet::Kind::battery: return 0;
    case fleet::Kind::pv: return 1;
    case fleet::Kind::ev: return 2;
    case fleet::Kind::wind: return 3;
    case fleet::Kind::meter:
    case fleet::Kind::load: return 4;
  }
  return 4;
}

namespace detail {

inline void set_more(const FormInput&, const Scoring&, Index, const distance::Traits& traits,
                     Plain& more) {
  more.p_milliwatt = traits.p_milliwatt;
}

inline void set_more(const FormInput& input, const Scoring& scoring, Index agent,
                     const distance::Traits& traits, Wide& more) {
  more.output = traits.output;
  more.output2 = traits.output2;
  more.response = response_class(input.fleet.plate.kind[agent]);
  more.response2 = more.response * more.response;
  more.p_low_milliwatt[0] = traits.p_low_milliwatt;
  more.p_high_milliwatt[0] = traits.p_high_milliwatt;
  const Horizon& horizon = input.horizon;
  const auto agents = static_cast<std::size_t>(input.fleet.size());
  for (Index t = 0; t < horizon.steps; ++t) {
    const std::size_t at = static_cast<std::size_t>(t) * agents + static_cast<std::size_t>(agent);
    const double p_kw = horizon.p_kw[at];
    const double low_kw = horizon.p_low_kw.empty() ? p_kw : horizon.p_low_kw[at];
    const double high_kw = horizon.p_high_kw.empty() ? p_kw : horizon.p_high_kw[at];
    const double down = scoring.flexibility * (low_kw - p_kw);
    const double up = scoring.flexibility * (high_kw - p_kw);
    more.p_low_milliwatt[t] =
        distance::to_fixed(p_kw + (down < 0 ? down : 0), distance::power_unit);
    more.p_high_milliwatt[t] = distance::to_fixed(p_kw + (up > 0 ? up : 0), distance::power_unit);
  }
}

}  // namespace detail

template <class More>
Part<More> part_of_agent(const FormInput& input, const Scoring& scoring, Index agent) {
  const distance::Traits t =
      input.traits.empty() ? distance::traits_of_agent(input.fleet, agent, scoring.flexibility)
                           : input.traits[agent];
  Part<More> part;
  part.members = 1;
  part.storage = static_cast<std::int32_t>(t.storage);
  part.soc = t.soc;
  part.soc2 = t.soc2;
  part.rating_va = t.rating_va;
  detail::set_more(input, scoring, agent, t, part.more);
  return part;
}

}  // namespace gridswarm::inline GS_ABI::cluster
