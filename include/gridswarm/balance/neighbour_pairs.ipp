// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/neighbour_message.ipp"
#include "gridswarm/balance/neighbour_pairs.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace pair_detail {

/// The largest float32 that is not above x >= 0.
inline double rounded_down(double x) {
  const float near = static_cast<float>(x);
  if (static_cast<double>(near) <= x) return near;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(near) - 1);
}

inline void count(std::int64_t messages, std::int64_t bytes, PairTotals& totals) {
  totals.messages += messages;
  totals.bytes += messages * bytes;
}

/// The nearest neighbour of i in its own cluster for which `fits` holds; none if there is none.
template <class Fits>
Index nearest_that(const Csr& neighbours, std::span<const Index> cluster_of, Index i, Fits&& fits) {
  if (cluster_of[i] == none) return none;
  for (const Index j : neighbours.row(i))
    if (cluster_of[j] == cluster_of[i] && fits(j)) return j;
  return none;
}

inline void agree(Index from, Index to, double kw, NeighbourPairs& pairs) {
  pairs.from.push_back(from);
  pairs.to.push_back(to);
  pairs.kw.push_back(kw);
}

/// Offers and answers of one round; takers see offers in the order of agent rows.
inline void pairing_round(const Csr& neighbours, std::span<const Index> cluster_of, PairWork& work,
                          NeighbourPairs& pairs) {
  Column<double>& open = pairs.open_kw;
  for (Index i = 0; i < static_cast<Index>(open.size()); ++i) {
    if (!(open[i] > 0.0) || cluster_of[i] == none) continue;
    double to_offer = open[i];
    for (const Index j : neighbours.row(i)) {
      if (cluster_of[j] != cluster_of[i] || !(work.told_kw[j] < 0.0F)) continue;
      count(2, neighbour_offer_bytes, pairs.totals);
      const double offered = std::min(to_offer, -static_cast<double>(work.told_kw[j]));
      const double kw = rounded_down(std::min(offered, std::max(0.0, -open[j])));
      to_offer -= offered;
      if (kw > 0.0) {
        agree(i, j, kw, pairs);
        open[i] -= kw;
        open[j] += kw;
        work.tell[i] = work.tell[j] = 1;
        pairs.totals.paired_kw += kw;
      }
      if (!(to_offer > 0.0)) break;
    }
  }
}

/// Agents with news tell them to all who hear them.
inline void tell_again(const Csr& neighbours, PairWork& work, NeighbourPairs& pairs) {
  for (std::size_t i = 0; i < work.tell.size(); ++i) {
    if (!work.tell[i]) continue;
    const auto heard_by = static_cast<std::int64_t>(neighbours.row(static_cast<Index>(i)).size());
    count(heard_by, neighbour_message_bytes, pairs.totals);
    work.told_kw[i] = static_cast<float>(pairs.open_kw[i]);
    work.tell[i] = 0;
  }
}

/// Storage next to who is still open takes or gives it, within its own band.
inline void bend_storage(const fleet::Fleet& fleet, const Csr& neighbours,
                         std::span<const Index> cluster_of, std::span<const NeighbourMessage> told,
                         NeighbourPairs& pairs, std::span<double> p_kw) {
  Column<double>& open = pairs.open_kw;
  for (Index i = 0; i < static_cast<Index>(open.size()); ++i) {
    if (open[i] == 0.0) continue;
    const bool gives = open[i] > 0.0;
    const Index j = nearest_that(neighbours, cluster_of, i, [&](Index other) {
      return gives ? told[other].soc >= 0.0F && told[other].soc < 1.0F : told[other].soc > 0.0F;
    });
    if (j == none) continue;
    count(2, neighbour_offer_bytes, pairs.totals);
    const double room =
        gives ? p_kw[j] - fleet.state.p_min_kw[j] : fleet.state.p_max_kw[j] - p_kw[j];
    const double kw = rounded_down(std::min(std::fabs(open[i]), std::max(0.0, room)));
    if (!(kw > 0.0)) continue;
    gives ? agree(i, j, kw, pairs) : agree(j, i, kw, pairs);
    open[i] += gives ? -kw : kw;
    const double bent = p_kw[j] + (gives ? -kw : kw);
    p_kw[j] = std::min(std::max(bent, fleet.state.p_min_kw[j]), fleet.state.p_max_kw[j]);
    pairs.totals.stored_kw += kw;
  }
}

inline double sum_of_sizes(const Column<double>& column) {
  double sum = 0.0;
  for (const double x : column) sum += std::fabs(x);
  return sum;
}

}  // namespace pair_detail

GS_INLINE void tell_neighbours(const fleet::Fleet& fleet, std::span<NeighbourMessage> out) {
  const fleet::Nameplate& plate = fleet.plate;
  const fleet::State& state = fleet.state;
  for (Index i = 0; i < fleet.size(); ++i) {
    const bool stores = plate.kind[i] == fleet::Kind::battery || plate.kind[i] == fleet::Kind::ev;
    const float soc[2] = {-1.0F, static_cast<float>(state.soc[i])};  // no branch to guess
    out[i] = {plate.id[i], static_cast<float>(state.p_want_kw[i]),
              static_cast<float>(state.v_pu[i]), soc[stores],
              static_cast<float>(state.forecast_kw[i])};
  }
}

GS_INLINE void pair_neighbours(const fleet::Fleet& fleet, const Csr& neighbours,
                               std::span<const Index> cluster_of,
                               std::span<const NeighbourMessage> told, const LocalOptions& options,
                               PairWork& work, NeighbourPairs& pairs, std::span<double> p_kw) {
  using namespace pair_detail;
  const Column<double>& want_kw = fleet.state.p_want_kw;
  std::copy(want_kw.begin(), want_kw.end(), p_kw.begin());
  pairs.open_kw = want_kw;
  pairs.from.clear();
  pairs.to.clear();
  pairs.kw.clear();
  pairs.totals = {};
  work.tell.assign(want_kw.size(), 0);
  work.told_kw.resize(want_kw.size());
  for (std::size_t i = 0; i < want_kw.size(); ++i) work.told_kw[i] = told[i].open_kw;
  pairs.totals.open_before_kw = sum_of_sizes(pairs.open_kw);
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    if (round > 0) tell_again(neighbours, work, pairs);
    pairing_round(neighbours, cluster_of, work, pairs);
  }
  if (!options.leader) bend_storage(fleet, neighbours, cluster_of, told, pairs, p_kw);
  pairs.totals.open_left_kw = sum_of_sizes(pairs.open_kw);
}

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<balance::LocalOptions>> fields() {
  using T = balance::LocalOptions;
  static const Field<T> table[] = {
      {"rounds", "", &T::rounds, 0, 100,
       "rounds in which neighbours pair surplus and deficit before the leader acts"},
      {"leader", "", &T::leader, 0, 1,
       "leaders balance what is left; without them storage answers its neighbours only"},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<balance::PairTotals>> fields() {
  using T = balance::PairTotals;
  static constexpr double inf = no_limit;
  static const Field<T> table[] = {
      {"open_before_kw", "kW", &T::open_before_kw, 0, inf, "surplus and deficit of all agents"},
      {"paired_kw", "kW", &T::paired_kw, 0, inf, "given by neighbours to neighbours"},
      {"stored_kw", "kW", &T::stored_kw, 0, inf, "taken or given by neighbours' storage"},
      {"open_left_kw", "kW", &T::open_left_kw, 0, inf, "surplus and deficit left for the leader"},
      {"messages", "", &T::messages, 0, inf, "offers, answers and states told again"},
      {"bytes", "B", &T::bytes, 0, inf, "payload of those messages"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
