// SPDX-License-Identifier: BSD-3-Clause
// The branches of a reduction: from nodal admittances, from conductors, and several made into one.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/kernel/angle.hpp"

namespace gridswarm::inline GS_ABI::feeder {
namespace reduction_detail {

/// A branch to be, p.u. on 1 MVA; impedance and charging at its to end, ratio at its from end.
struct Edge {
  Index from = none, to = none;
  Phasor z, y;
  double inverse_ratio = 1.0;
  double shift_deg = 0.0;
  double rate_mva = 0.0;
  int phases = 0;
  std::uint32_t from_phases = 0, to_phases = 0;  ///< bit of each phase joined
  std::int8_t in_service = 1;
  bool is_transformer = false;
};

struct Reducer {
  const Circuit& circuit;
  Case grid;
  std::vector<Phasor> turn;  ///< u by node row
  std::vector<Edge> edges;
};

/// Bus of a terminal: that of its first node; none where all is ground.
inline Index bus_of(const Circuit& circuit, std::span<const Index> nodes) {
  for (const Index node : nodes)
    if (node != ground) return circuit.nodes.bus[node];
  return none;
}

inline Phasor direction(const Reducer& it, Index node) {
  return node == ground ? Phasor{} : it.turn[node];
}

inline std::uint32_t phase_bit(const Reducer& it, Index node) {
  if (node == ground || norm(it.turn[node]) == 0.0) return 0;
  return 1U << it.circuit.nodes.number[node];
}

inline double magnitude(Phasor a) { return std::sqrt(norm(a)); }

/// In degrees; what is a multiple of 30 but for rounding is exactly that.
inline double angle_deg(Phasor a) {
  const double angle = kernel::angle_of(a.re, a.im) / rad_per_deg;
  const double whole = 30.0 * std::floor(angle / 30.0 + 0.5);
  return std::fabs(angle - whole) < 1e-9 ? whole : angle;
}

/// Line to line. @throws InputError for a bus without base voltage
inline double base_kv(const Reducer& it, Index bus) {
  const double kv = it.grid.buses.base_kv[bus];
  if (!(kv > 0.0))
    throw InputError(it.circuit.file.empty() ? "circuit" : it.circuit.file, 0,
                     "bus " + it.grid.buses.name[bus] +
                         " has no base voltage; state voltage bases and let them be calculated");
  return kv;
}

/// c^H M c.
inline Phasor quadratic(std::span<const Phasor> matrix, std::span<const Phasor> c) {
  Phasor sum;
  for (std::size_t i = 0; i < c.size(); ++i)
    for (std::size_t j = 0; j < c.size(); ++j)
      sum = sum + conj(c[i]) * matrix[i * c.size() + j] * c[j];
  return sum;
}

/// The line's impedance with zero rows for conductors that are grounded at both ends, which are
/// eliminated: z - z_pg z_gg^-1 z_gp.
inline std::vector<Phasor> without_grounded(const Circuit& circuit, Index line) {
  const auto from = circuit.lines.from.row(line), to = circuit.lines.to.row(line);
  const auto given = circuit.lines.z_ohm.row(line);
  std::vector<Phasor> z(given.begin(), given.end());
  const std::size_t n = from.size();
  for (std::size_t g = 0; g < n; ++g) {
    if (from[g] != ground || to[g] != ground || norm(z[g * n + g]) == 0.0) continue;
    const Phasor pivot = inverse(z[g * n + g]);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (i != g && j != g) z[i * n + j] = z[i * n + j] - z[i * n + g] * pivot * z[g * n + j];
    for (std::size_t k = 0; k < n; ++k) z[g * n + k] = z[k * n + g] = {};
  }
  return z;
}

/// Current of every conductor of a line that carries 1: u / m in phases, the sum back in neutrals.
inline std::vector<Phasor> line_shares(const Reducer& it, Index line, Edge& edge) {
  const auto from = it.circuit.lines.from.row(line), to = it.circuit.lines.to.row(line);
  std::vector<Phasor> share(from.size());
  std::vector<std::size_t> neutrals;
  Phasor sum;
  for (std::size_t k = 0; k < from.size(); ++k) {
    share[k] = direction(it, from[k] != ground ? from[k] : to[k]);
    edge.from_phases |= phase_bit(it, from[k]);
    edge.to_phases |= phase_bit(it, to[k]);
    if (norm(share[k]) > 0.0)
      ++edge.phases;
    else if (from[k] != ground || to[k] != ground)
      neutrals.push_back(k);
    sum = sum + share[k];
  }
  if (edge.phases == 0) return share;
  for (const std::size_t k : neutrals)
    share[k] = (-1.0 / static_cast<double>(neutrals.size())) * sum;
  for (Phasor& one : share) one = (1.0 / edge.phases) * one;
  return share;
}

/// The branch of two buses' admittances [ff ft; tf tt]; the rest goes into the buses' shunts.
inline void add_pair(Reducer& it, const Phasor (&y)[4], Index from, Index to, bool keep_from_rest,
                     Edge edge) {
  const double ratio = magnitude(y[1]) / magnitude(y[0]);
  const Phasor rough = -1.0 * (y[3] * inverse(y[2]));  // about t
  const Phasor twice = y[1] * inverse(y[2]);           // e^2j shift
  Phasor turn = (1.0 / magnitude(rough)) * rough;
  const double half = 0.5 * kernel::angle_of(twice.re, twice.im) / rad_per_deg;
  const double near = angle_deg(turn);
  double shift = half + 180.0 * std::floor((near - half) / 180.0 + 0.5);
  const double whole = 30.0 * std::floor(shift / 30.0 + 0.5);
  if (std::fabs(shift - whole) < 1e-7) shift = whole;
  const Rotation exact = rotation(shift);
  const Phasor series = (-ratio) * (y[2] * Phasor{exact.re, exact.im});
  edge.from = from;
  edge.to = to;
  edge.z = inverse(series);
  edge.inverse_ratio = 1.0 / ratio;
  edge.shift_deg = shift;
  it.edges.push_back(edge);
  if (!edge.in_service) return;
  const Phasor rest_from = y[0] - (1.0 / (ratio * ratio)) * series, rest_to = y[3] - series;
  if (keep_from_rest) it.grid.buses.gs_mw[from] += rest_from.re;
  if (keep_from_rest) it.grid.buses.bs_mvar[from] += rest_from.im;
  it.grid.buses.gs_mw[to] += rest_to.re;
  it.grid.buses.bs_mvar[to] += rest_to.im;
}

/// 1/3 u^H Y u between the buses of an element, p.u. on 1 MVA.
inline std::vector<Phasor> project(const Reducer& it, const Primitive& element,
                                   const std::vector<Index>& buses) {
  std::vector<Phasor> y(buses.size() * buses.size());
  const auto row_of = [&](Index node) {
    return static_cast<std::size_t>(
        std::find(buses.begin(), buses.end(), it.circuit.nodes.bus[node]) - buses.begin());
  };
  const std::size_t n = element.node.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const Index a = element.node[i], b = element.node[j];
      const double scale =
          base_kv(it, it.circuit.nodes.bus[a]) * base_kv(it, it.circuit.nodes.bus[b]) / 3.0;
      Phasor& entry = y[row_of(a) * buses.size() + row_of(b)];
      entry = entry + scale * (conj(it.turn[a]) * element.y_s[i * n + j] * it.turn[b]);
    }
  return y;
}

/// An element by its nodal admittance: a shunt, a branch, or branches from its first bus to every
/// other one, the rest being open.
inline void add_admittance(Reducer& it, const Primitive& element, const Edge& stated) {
  std::vector<Index> buses;
  for (const Index node : element.node) {
    const Index bus = it.circuit.nodes.bus[node];
    if (std::find(buses.begin(), buses.end(), bus) == buses.end()) buses.push_back(bus);
  }
  if (buses.empty()) return;
  const std::vector<Phasor> y = project(it, element, buses);
  const std::size_t n = buses.size();
  if (n == 1) {
    it.grid.buses.gs_mw[buses[0]] += y[0].re;
    it.grid.buses.bs_mvar[buses[0]] += y[0].im;
    return;
  }
  for (std::size_t k = 1; k < n; ++k) {
    std::vector<Phasor> left = y;
    for (std::size_t g = 1; g < n; ++g) {
      if (g == k || norm(left[g * n + g]) == 0.0) continue;
      const Phasor pivot = inverse(left[g * n + g]);
      for (const std::size_t i : {std::size_t{0}, k})
        for (const std::size_t j : {std::size_t{0}, k})
          left[i * n + j] = left[i * n + j] - left[i * n + g] * pivot * left[g * n + j];
    }
    const Phasor pair[4] = {left[0], left[k], left[k * n], left[k * n + k]};
    if (norm(pair[0]) == 0.0 || norm(pair[1]) == 0.0 || norm(pair[2]) == 0.0) continue;
    Edge edge = stated;
    for (const Index node : element.node) {
      const Index bus = it.circuit.nodes.bus[node];
      if (bus == buses[0]) edge.from_phases |= phase_bit(it, node);
      if (bus == buses[k]) edge.to_phases |= phase_bit(it, node);
    }
    edge.phases = __builtin_popcount(edge.from_phases);
    add_pair(it, pair, buses[0], buses[k], k == 1, edge);
  }
}

/// The same branch seen from its other end.
inline Edge turned(Edge edge) {
  const double square = 1.0 / (edge.inverse_ratio * edge.inverse_ratio);
  std::swap(edge.from, edge.to);
  std::swap(edge.from_phases, edge.to_phases);
  edge.z = square * edge.z;
  edge.y = (1.0 / square) * edge.y;
  edge.inverse_ratio = 1.0 / edge.inverse_ratio;
  edge.shift_deg = -edge.shift_deg;
  return edge;
}

/// Elements of separate phases, seen from one of their ends.
inline bool are_separate(const std::vector<Edge>& group, std::uint32_t Edge::*end) {
  std::uint32_t seen = 0;
  for (const Edge& edge : group) {
    if (edge.*end == 0 || (seen & edge.*end)) return false;
    seen |= edge.*end;
  }
  return true;
}

/// One branch for a bank: every phase carries the same.
inline Edge as_bank(const std::vector<Edge>& group, std::uint32_t Edge::*end) {
  Edge bank = group[0];
  bank.z = bank.y = {};
  bank.inverse_ratio = bank.rate_mva = 0.0;
  bank.from_phases = bank.to_phases = 0;
  int phases = 0;
  for (const Edge& edge : group) phases += __builtin_popcount(edge.*end);
  for (const Edge& edge : group) {
    const double weight = static_cast<double>(__builtin_popcount(edge.*end)) / phases;
    bank.z = bank.z + weight * weight * edge.z;
    bank.y = bank.y + edge.y;
    bank.inverse_ratio += weight * edge.inverse_ratio;
    bank.rate_mva += edge.rate_mva;
    bank.from_phases |= edge.from_phases;
    bank.to_phases |= edge.to_phases;
  }
  bank.phases = phases;
  return bank;
}

/// One branch for elements that share phases: their voltages are the same.
inline Edge as_parallel(const std::vector<Edge>& group) {
  Edge joint = group[0];
  Phasor series;
  bool is_short = false;
  joint.y = {};
  joint.inverse_ratio = joint.rate_mva = 0.0;
  for (const Edge& edge : group) {
    is_short = is_short || norm(edge.z) == 0.0;
    if (!is_short) series = series + inverse(edge.z);
    joint.y = joint.y + edge.y;
    joint.inverse_ratio += edge.inverse_ratio / static_cast<double>(group.size());
    joint.rate_mva += edge.rate_mva;
  }
  joint.z = is_short ? Phasor{} : inverse(series);
  return joint;
}

/// A wire beside transformers of the same phases: a jumper of an open delta carries no turns and
/// is left out; a wire over all their phases shorts them.
inline void choose_between(std::vector<Edge>& group) {
  std::uint32_t turned_phases = 0;
  for (const Edge& edge : group)
    if (edge.is_transformer) turned_phases |= edge.from_phases;
  if (turned_phases == 0) return;
  bool is_bypassed = false;
  for (const Edge& edge : group)
    is_bypassed |= !edge.is_transformer && (edge.from_phases & turned_phases) == turned_phases;
  std::erase_if(group, [&](const Edge& edge) { return edge.is_transformer == is_bypassed; });
}

/// Elements in service between the same two buses as one, at the place of the first.
inline std::vector<Edge> merge_parallel(const Reducer& it) {
  std::map<std::pair<Index, Index>, std::vector<std::size_t>> between;
  for (std::size_t k = 0; k < it.edges.size(); ++k)
    if (it.edges[k].in_service) between[std::minmax(it.edges[k].from, it.edges[k].to)].push_back(k);
  std::vector<Edge> merged;
  for (std::size_t k = 0; k < it.edges.size(); ++k) {
    const Edge& edge = it.edges[k];
    const auto found = between.find(std::minmax(edge.from, edge.to));
    if (!edge.in_service || found->second.size() == 1) {
      merged.push_back(edge);
      continue;
    }
    if (found->second[0] != k) continue;
    std::vector<Edge> group;
    for (const std::size_t row : found->second)
      group.push_back(it.edges[row].from == edge.from ? it.edges[row] : turned(it.edges[row]));
    if (are_separate(group, &Edge::from_phases)) {
      merged.push_back(as_bank(group, &Edge::from_phases));
    } else if (are_separate(group, &Edge::to_phases)) {
      merged.push_back(as_bank(group, &Edge::to_phases));
    } else {
      choose_between(group);
      merged.push_back(as_parallel(group));
    }
  }
  return merged;
}

inline void add_branch(Case& grid, const Edge& edge) {
  Branches& branches = grid.branches;
  branches.from.push_back(edge.from);
  branches.to.push_back(edge.to);
  branches.r_pu.push_back(edge.z.re);
  branches.x_pu.push_back(edge.z.im);
  branches.b_pu.push_back(edge.y.im);
  branches.g_pu.push_back(edge.y.re);
  branches.rate_mva.push_back(edge.rate_mva);
  branches.ratio.push_back(edge.inverse_ratio == 1.0 ? 0.0 : 1.0 / edge.inverse_ratio);
  branches.shift_deg.push_back(edge.shift_deg);
  branches.in_service.push_back(edge.in_service);
}

}  // namespace reduction_detail
}  // namespace gridswarm::inline GS_ABI::feeder
