// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/balance/large_dispatch.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace large_detail {

inline constexpr std::size_t piece_size = 2048, numbers = 7;

/// Members first .. end - 1 of a problem.
GS_INLINE kernel::DispatchView piece_view(const BoxedQuadratic& problem, std::size_t first,
                                          std::size_t end) {
  return {end - first, problem.want_kw.data() + first, problem.min_kw.data() + first,
          problem.max_kw.data() + first, problem.inverse_cost.data() + first};
}

/// Calls body(piece, first, end) for all pieces, over threads.
template <class Body>
void each_piece(std::size_t count, int threads, Body&& body) {
  const auto pieces = static_cast<Index>((count + piece_size - 1) / piece_size);
  run_pieces(pieces, threads, [&](Index piece, int) {
    const std::size_t first = static_cast<std::size_t>(piece) * piece_size;
    body(static_cast<std::size_t>(piece), first, std::min(count, first + piece_size));
  });
}

/// Reading 1: the survey, and sums at price 0.
GS_INLINE kernel::DispatchSurvey read_survey(const BoxedQuadratic& problem, int threads,
                                             Column<double>& sums, kernel::DispatchSums& at_zero) {
  const kernel::Kernels& kernels = kernel::kernels();
  each_piece(
      problem.want_kw.size(), threads, [&](std::size_t piece, std::size_t first, std::size_t end) {
        const kernel::DispatchView view = piece_view(problem, first, end);
        const kernel::DispatchSurvey survey = kernels.dispatch_survey(view);
        const kernel::DispatchSums zero = kernels.dispatch_pass(view, 0.0);
        const double each[numbers] = {survey.sum_min_kw, survey.sum_max_kw, survey.sum_size_kw,
                                      survey.min_price,  survey.max_price,  zero.sum_kw,
                                      zero.slope};
        std::copy(each, each + numbers, sums.begin() + piece * numbers);
      });
  kernel::DispatchSurvey all{0.0, 0.0, 0.0, sums[3], sums[4]};
  at_zero = {0.0, 0.0};
  for (std::size_t k = 0; k < sums.size(); k += numbers) {
    all.sum_min_kw += sums[k];
    all.sum_max_kw += sums[k + 1];
    all.sum_size_kw += sums[k + 2];
    all.min_price = std::min(all.min_price, sums[k + 3]);
    all.max_price = std::max(all.max_price, sums[k + 4]);
    at_zero.sum_kw += sums[k + 5];
    at_zero.slope += sums[k + 6];
  }
  return all;
}

/// List members whose state changes between the two prices; branch-free.
GS_INLINE std::size_t list_unsettled(const BoxedQuadratic& problem, std::size_t first,
                                     std::size_t end, double low, double high,
                                     LargeDispatchWork& work) {
  std::size_t at = first;
  for (std::size_t i = first; i < end; ++i) {
    const double want = problem.want_kw[i], inverse = problem.inverse_cost[i];
    const double min_kw = problem.min_kw[i], max_kw = problem.max_kw[i];
    const double a = want + low * inverse, b = want + high * inverse;
    work.want_kw[at] = want;
    work.min_kw[at] = min_kw;
    work.max_kw[at] = max_kw;
    work.inverse_cost[at] = inverse;
    const int state_a = (a > min_kw) + (a >= max_kw), state_b = (b > min_kw) + (b >= max_kw);
    at += state_a != state_b;
  }
  return at - first;
}

/// Sums over those listed at a price.
GS_INLINE kernel::DispatchSums pass_listed(const LargeDispatchWork& work, std::size_t count,
                                           int threads, double price, Column<double>& sums) {
  const kernel::Kernels& kernels = kernel::kernels();
  each_piece(count, threads, [&](std::size_t piece, std::size_t first, std::size_t) {
    const auto listed = static_cast<std::size_t>(work.listed[piece]);
    const kernel::DispatchView view{listed, work.want_kw.data() + first, work.min_kw.data() + first,
                                    work.max_kw.data() + first, work.inverse_cost.data() + first};
    const kernel::DispatchSums each = kernels.dispatch_pass(view, price);
    sums[piece * numbers] = each.sum_kw;
    sums[piece * numbers + 1] = each.slope;
  });
  kernel::DispatchSums all{0.0, 0.0};
  for (std::size_t k = 0; k < sums.size(); k += numbers) {
    all.sum_kw += sums[k];
    all.slope += sums[k + 1];
  }
  return all;
}

/// Readings 2 and 3: sums of all at y, and the list where high > low.
GS_INLINE kernel::DispatchSums read_and_list(const BoxedQuadratic& problem, int threads, double y,
                                             double low, double high, LargeDispatchWork& work) {
  const kernel::Kernels& kernels = kernel::kernels();
  each_piece(
      problem.want_kw.size(), threads, [&](std::size_t piece, std::size_t first, std::size_t end) {
        const auto each = kernels.dispatch_pass(piece_view(problem, first, end), y);
        work.sums[piece * numbers] = each.sum_kw;
        work.sums[piece * numbers + 1] = each.slope;
        if (high > low)
          work.listed[piece] =
              static_cast<std::int64_t>(list_unsettled(problem, first, end, low, high, work));
      });
  kernel::DispatchSums all{0.0, 0.0};
  for (std::size_t k = 0; k < work.sums.size(); k += numbers) {
    all.sum_kw += work.sums[k];
    all.slope += work.sums[k + 1];
  }
  return all;
}

GS_INLINE void size_work(std::size_t count, LargeDispatchWork& work) {
  const std::size_t pieces = (count + piece_size - 1) / piece_size;
  for (Column<double>* column : {&work.want_kw, &work.min_kw, &work.max_kw, &work.inverse_cost})
    column->resize(count);
  work.listed.resize(pieces);
  work.sums.resize(pieces * numbers);
}

/// Newton over the settled line and those listed, in [low, high]; not_converged if it isn't there.
GS_INLINE Price solve_listed(const BoxedQuadratic& problem, kernel::DispatchSums all, double y1,
                             double low, double high, double tolerance_kw, std::int64_t max_passes,
                             int threads, LargeDispatchWork& work) {
  const std::size_t count = problem.want_kw.size();
  const kernel::DispatchSums start = pass_listed(work, count, threads, y1, work.sums);
  Price at{y1, all.sum_kw, 4, Balance::not_converged};
  kernel::DispatchSums listed = start;
  while (at.passes < max_passes) {
    const double settled = all.slope - start.slope;
    at.sum_kw = all.sum_kw + settled * (at.price - y1) + (listed.sum_kw - start.sum_kw);
    const double g = at.sum_kw + at.price * problem.inverse_external - problem.e_ref_kw;
    const double slope = settled + listed.slope + problem.inverse_external;
    (g > 0.0 ? high : low) = at.price;
    double next = slope > 0.0 ? at.price - g / slope : low;
    if (std::fabs(g) <= tolerance_kw) {
      at.status = Balance::solved;
      return at;
    }
    if (!(next > low && next < high)) next = low + 0.5 * (high - low);
    if (!(next > low && next < high)) return at;
    at.price = next;
    listed = pass_listed(work, count, threads, at.price, work.sums);
    ++at.passes;
  }
  return at;
}

}  // namespace large_detail

GS_INLINE Price dispatch_large(const BoxedQuadratic& problem, double tolerance,
                               std::int64_t max_passes, int threads, LargeDispatchWork& work,
                               std::span<double> p_kw) {
  using namespace large_detail;
  const std::size_t count = problem.want_kw.size();
  Price price{0.0, 0.0, 0, Balance::not_converged};
  if (count > 0) {
    size_work(count, work);
    kernel::DispatchSums zero{};
    const kernel::DispatchSurvey survey = read_survey(problem, threads, work.sums, zero);
    const double slope = zero.slope + problem.inverse_external;
    const double y1 = slope > 0.0 ? (problem.e_ref_kw - zero.sum_kw) / slope : 0.0;
    const double bound_kw = tolerance * (survey.sum_size_kw + std::fabs(problem.e_ref_kw));
    double y2 = y1;
    if (y1 > survey.min_price && y1 < survey.max_price) {
      const auto at = read_and_list(problem, threads, y1, 0.0, 0.0, work);
      const double g = at.sum_kw + y1 * problem.inverse_external - problem.e_ref_kw;
      const double slope_there = at.slope + problem.inverse_external;
      if (slope_there > 0.0) y2 = y1 - g / slope_there;
    }
    const double low = y2 - 0.5 * std::fabs(y2 - y1), high = y2 + 0.5 * std::fabs(y2 - y1);
    if (high > low && low > survey.min_price && high < survey.max_price) {
      const auto all = read_and_list(problem, threads, y2, low, high, work);
      price = solve_listed(problem, all, y2, low, high, bound_kw, max_passes, threads, work);
    }
  }
  if (price.status != Balance::solved) price = solve_by_newton(problem, tolerance, max_passes);
  each_piece(count, threads, [&](std::size_t, std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i)
      p_kw[i] = set_point(problem.want_kw[i], problem.min_kw[i], problem.max_kw[i],
                          problem.inverse_cost[i], price.price);
  });
  return price;
}

}  // namespace gridswarm::inline GS_ABI::balance
