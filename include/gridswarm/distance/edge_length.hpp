// SPDX-License-Identifier: BSD-3-Clause
// What the length of a wire is: the one choice that makes an electrical distance of a tree.
//
// Impedances are referred to the source (Z' of feeder/forest.hpp) and count on 1 MVA, three phase:
//   three-phase case   z / base_mva
//   per-phase case     z / (3 base_mva), as Z_ohm = z kv_ln^2 / base_mva and 1 MVA <=> kv_ll^2 = 3
//   kv_ln^2.
// A path of length d carrying 1 MW therefore changes the voltage by about d p.u.
//
// log_sensitivity is the distance of Lagonotte et al. (IEEE Trans. Power Systems 4(2), 1989),
//   d(i, j) = -log10(a_ij a_ji),   a_ij = (dV_i/dQ_j) / (dV_j/dQ_j).
// On a radial feeder dV_i/dQ_j = X(lca(i, j)), the reactance from behind the source to where the
// paths of i and j part. So d(i, j) = log10 X_i + log10 X_j - 2 log10 X_lca is a sum over the path
// of edges log10(X_child / X_parent): decades, no unit. X is x_source_pu at the source; without a
// reactance behind it the source would be infinitely far from everything.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::distance {

/// r, x or |z| = sqrt(r^2 + x^2) of the wire; its share of -log10(a_ij a_ji); or a number per
/// branch.
enum class EdgeLength { resistance, reactance, magnitude, log_sensitivity, custom };

/// The choice by its name as it stands in the enum: "resistance", "reactance", ...
/// @throws UsageError for any other word.
EdgeLength edge_length_of(std::string_view name);

/// How lengths are made. An EdgeLength alone converts to it.
struct LengthRule {
  EdgeLength choice = EdgeLength::magnitude;
  double x_source_pu = 0.01;      ///< log_sensitivity: reactance behind a source, on 1 MVA, > 0
  std::span<const double> custom; /**< by branch row, >= 0, any unit; only read for `custom`, owned
                                       by the caller */
  LengthRule(EdgeLength choice_) : choice(choice_) {}
  LengthRule(EdgeLength choice_, double x_source_pu_, std::span<const double> custom_)
      : choice(choice_), x_source_pu(x_source_pu_), custom(custom_) {}
};

/// Lengths are counted in 1e-9 p.u.; one edge is at most 1000 p.u. long, longer ones are cut to
/// that. So root distances stay below 2^62 for a path of four million edges.
inline constexpr std::int64_t length_unit = 1'000'000'000;
inline constexpr double longest_edge_pu = 1000.0;

/// Lengths of all edges by forest position, 0 at roots: p.u. on 1 MVA, decades for
/// log_sensitivity, the column's unit for custom. Neither cut nor rounded.
/// @throws UsageError where x_source_pu isn't above 0, or custom lengths are too few, too many,
///         negative or not finite (the branch is named).
std::vector<double> edge_lengths_pu(const feeder::Case& grid, const feeder::Forest& forest,
                                    const LengthRule& rule);

/// The same in 1e-9, cut to the longest edge.
std::vector<std::int64_t> edge_lengths(const feeder::Case& grid, const feeder::Forest& forest,
                                       const LengthRule& rule);

/// log10(x) for normal x > 0, from + - * / alone, so that lengths have the same bytes everywhere;
/// within 1e-15 of the true value for x in 1..10, else within 4e-16 of it relatively.
double decades_of(double x);

}  // namespace gridswarm::inline GS_ABI::distance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/distance/edge_length.ipp"
#endif
