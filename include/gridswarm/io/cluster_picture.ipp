// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/cluster_picture.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace picture_detail {

inline constexpr std::array<const char*, 7> palette = {"#0072B2", "#E69F00", "#009E73", "#CC79A7",
                                                       "#D55E00", "#56B4E9", "#B8A800"};
inline constexpr const char* faint = "#B5B5B5";
inline constexpr const char* ink = "#333333";
inline constexpr double step_px = 18.0;
inline constexpr double margin_px = 30.0;

/// Where each position stands, in columns and rows.
struct Layout {
  std::vector<Index> column, row;
  Index columns = 0;
  Index rows = 0;
};

GS_INLINE Layout lay_out(const feeder::Forest& forest) {
  const auto n = static_cast<std::size_t>(forest.size());
  Layout layout{std::vector<Index>(n, 0), std::vector<Index>(n, 0), 0, 0};
  std::vector<Index> reach(n, 0);
  for (Index q = forest.size() - 1; q >= forest.roots; --q)
    reach[forest.parent[q]] = std::max(reach[forest.parent[q]], reach[q] + 1);
  Csr children = group_by(forest.parent, forest.size());
  std::vector<Index> waiting;
  for (Index top = forest.roots - 1; top >= 0; --top) waiting.push_back(top);
  while (!waiting.empty()) {
    const Index q = waiting.back();
    waiting.pop_back();
    const Index p = q < forest.roots ? none : forest.parent[q];
    const auto below = children.row(q);
    std::vector<Index> order(below.begin(), below.end());
    std::stable_sort(order.begin(), order.end(),
                     [&](Index a, Index b) { return reach[a] > reach[b]; });
    layout.column[q] = p == none ? 0 : layout.column[p] + 1;
    // The straight child was put on its parent's row already.
    if (p == none || layout.row[q] == 0) layout.row[q] = ++layout.rows;
    if (!order.empty()) layout.row[order[0]] = layout.row[q];
    waiting.insert(waiting.end(), order.rbegin(), order.rend());
    layout.columns = std::max(layout.columns, layout.column[q] + 1);
  }
  return layout;
}

/// Position -> agents by cluster row.
using Shares = std::vector<std::map<Index, Index>>;

GS_INLINE Shares shares_of(const feeder::Forest& forest, const fleet::Fleet& fleet,
                           const cluster::Clusters& clusters) {
  Shares shares(static_cast<std::size_t>(forest.size()));
  for (Index i = 0; i < fleet.size(); ++i)
    if (clusters.of[i] != none) ++shares[forest.position[fleet.plate.bus[i]]][clusters.of[i]];
  return shares;
}

/// Position -> cluster row with members on both sides of the wire above it; none.
GS_INLINE std::vector<Index> wires_used(const feeder::Forest& forest, Shares below,
                                        const cluster::Clusters& clusters) {
  std::vector<Index> used(below.size(), none);
  for (Index q = forest.size() - 1; q >= forest.roots; --q) {
    std::erase_if(below[q], [&](const auto& share) {
      return share.second == static_cast<Index>(clusters.members.row(share.first).size());
    });
    if (!below[q].empty()) used[q] = below[q].begin()->first;
    auto& above = below[forest.parent[q]];
    for (const auto& [row, count] : below[q]) above[row] += count;
  }
  return used;
}

/// Cluster row -> colour: the least used one that no cluster beside it has.
GS_INLINE std::vector<std::size_t> colours_of(const feeder::Forest& forest, const Shares& shares,
                                              const std::vector<Index>& used,
                                              const cluster::Clusters& clusters) {
  std::vector<std::set<Index>> beside(clusters.id.size());
  std::vector<std::set<Index>> above(shares.size());
  for (Index q = 0; q < forest.size(); ++q) {
    std::set<Index> here;
    for (const auto& share : shares[q]) here.insert(share.first);
    if (used[q] != none) here.insert(used[q]);
    std::set<Index> near = here;
    if (q >= forest.roots)
      near.insert(above[forest.parent[q]].begin(), above[forest.parent[q]].end());
    for (const Index a : here)
      for (const Index b : near)
        if (a != b) {
          beside[a].insert(b);
          beside[b].insert(a);
        }
    above[q] = here.empty() ? near : here;
  }
  std::array<Index, palette.size()> count{};
  std::vector<std::size_t> colour(clusters.id.size(), palette.size());
  for (std::size_t row = 0; row < colour.size(); ++row) {
    std::array<bool, palette.size()> taken{};
    for (const Index other : beside[row])
      if (colour[other] < palette.size()) taken[colour[other]] = true;
    std::size_t best = palette.size();
    for (std::size_t c = 0; c < palette.size(); ++c)
      if (!taken[c] && (best == palette.size() || count[c] < count[best])) best = c;
    colour[row] = best == palette.size() ? row % palette.size() : best;
    ++count[colour[row]];
  }
  return colour;
}

GS_INLINE std::string px(double x) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f", x);
  return text.data();
}

GS_INLINE std::string circle(double x, double y, double r, const std::string& style) {
  return "<circle cx=\"" + px(x) + "\" cy=\"" + px(y) + "\" r=\"" + px(r) + "\" " + style + "/>\n";
}

/// A disc, divided by the shares of its clusters.
GS_INLINE std::string disc(double x, double y, double r, const std::map<Index, Index>& shares,
                           const std::vector<std::size_t>& colour) {
  if (shares.empty()) return circle(x, y, 0.45 * r, std::string("fill=\"") + faint + "\"");
  if (shares.size() == 1)
    return circle(x, y, r, std::string("fill=\"") + palette[colour[shares.begin()->first]] + "\"");
  constexpr double turn = 6.283185307179586;
  double all = 0.0;
  for (const auto& share : shares) all += share.second;
  double angle = -0.25 * turn;
  std::string out;
  for (const auto& [row, count] : shares) {
    const double end = angle + turn * count / all;
    out += "<path d=\"M" + px(x) + " " + px(y) + "L" + px(x + r * std::cos(angle)) + " " +
           px(y + r * std::sin(angle)) + "A" + px(r) + " " + px(r) + " 0 " +
           (2 * count > all ? "1" : "0") + " 1 " + px(x + r * std::cos(end)) + " " +
           px(y + r * std::sin(end)) + "Z\" fill=\"" + palette[colour[row]] + "\"/>\n";
    angle = end;
  }
  return out;
}

GS_INLINE std::string heading(const feeder::Case& grid, const fleet::Fleet& fleet,
                              const cluster::Clusters& clusters) {
  std::string name;
  for (const char c : grid.name) name += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return "<text x=\"" + px(margin_px) + "\" y=\"22\" font-size=\"15\" font-weight=\"bold\">" +
         name + ": " + std::to_string(fleet.size()) + " agents in " +
         std::to_string(clusters.size()) + " clusters</text>\n<text x=\"" + px(margin_px) +
         "\" y=\"40\" font-size=\"11\">discs: buses with agents, grey without; rings: leaders; "
         "square: source</text>\n";
}

}  // namespace picture_detail

GS_INLINE std::string cluster_picture(const feeder::Case& grid, const feeder::Forest& forest,
                                      const fleet::Fleet& fleet,
                                      const cluster::Clusters& clusters) {
  using namespace picture_detail;
  if (forest.size() > most_buses_drawn)
    throw UsageError("a picture shows " + std::to_string(most_buses_drawn) +
                     " buses at most, and the case has " + std::to_string(forest.size()));
  const Layout layout = lay_out(forest);
  const Shares shares = shares_of(forest, fleet, clusters);
  const std::vector<Index> used = wires_used(forest, shares, clusters);
  const std::vector<std::size_t> colour = colours_of(forest, shares, used, clusters);
  const auto x = [&](Index q) { return margin_px + step_px * layout.column[q]; };
  const auto y = [&](Index q) { return margin_px + 20.0 + step_px * layout.row[q]; };
  const double width = std::max(480.0, 2.0 * margin_px + step_px * layout.columns);
  const double height = 2.0 * margin_px + 20.0 + step_px * (layout.rows + 1);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + px(width) +
                    "\" height=\"" + px(height) + "\" font-family=\"sans-serif\" fill=\"" + ink +
                    "\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
                    heading(grid, fleet, clusters);
  for (Index q = forest.roots; q < forest.size(); ++q) {
    const Index p = forest.parent[q];
    out += "<path d=\"M" + px(x(p)) + " " + px(y(p)) + "V" + px(y(q)) + "H" + px(x(q)) +
           "\" fill=\"none\" stroke-width=\"2.5\" stroke=\"" +
           (used[q] == none ? faint : palette[colour[used[q]]]) + "\"/>\n";
  }
  for (Index q = 0; q < forest.size(); ++q) {
    if (q < forest.roots)
      out += "<rect x=\"" + px(x(q) - 7.0) + "\" y=\"" + px(y(q) - 7.0) +
             "\" width=\"14\" height=\"14\"/>\n";
    if (q >= forest.roots || !shares[q].empty()) out += disc(x(q), y(q), 6.0, shares[q], colour);
  }
  for (Index row = 0; row < clusters.size(); ++row) {
    if (clusters.leader[row] == none) continue;
    const Index q = forest.position[fleet.plate.bus[clusters.leader[row]]];
    out += circle(x(q), y(q), 7.5,
                  std::string("fill=\"none\" stroke-width=\"1.6\" stroke=\"") + ink + "\"");
  }
  return out + "</svg>\n";
}

}  // namespace gridswarm::inline GS_ABI::io
