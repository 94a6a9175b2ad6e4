// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/synthetic.hpp"

namespace gridswarm::inline GS_ABI::feeder {
namespace detail {

/// A cable of a 20 kV grid.
struct Cable {
  double r_ohm_per_km;
  double x_ohm_per_km;
  double rate_mva;
};

inline constexpr double synthetic_kv = 20.0;
inline constexpr double synthetic_base_mva = 10.0;
inline constexpr double synthetic_drop_pu = 0.062;

/// Which random number a bus draws for what.
enum class Draw : std::uint32_t { parent, load, power_factor, length };

inline double uniform(std::uint64_t seed, Index bus, Draw what) {
  return draw_uniform(seed, Stream::feeder, static_cast<std::uint64_t>(bus),
                      static_cast<std::uint32_t>(what));
}

inline void add_synthetic_buses(Case& grid, Index buses, std::uint64_t seed) {
  Buses& b = grid.buses;
  for (Index k = 0; k < buses; ++k) {
    const double u = uniform(seed, k, Draw::load);
    const double pd_mw = k == 0 ? 0.0 : 0.02 + 0.3 * u * u * u;
    b.id.push_back(k + 1);
    b.type.push_back(k == 0 ? BusType::source : BusType::pq);
    b.pd_mw.push_back(pd_mw);
    b.qd_mvar.push_back(pd_mw * (0.2 + 0.25 * uniform(seed, k, Draw::power_factor)));
    b.gs_mw.push_back(0.0);
    b.bs_mvar.push_back(0.0);
    b.vm_pu.push_back(1.0);
    b.va_deg.push_back(0.0);
    b.base_kv.push_back(synthetic_kv);
    b.vmax_pu.push_back(1.05);
    b.vmin_pu.push_back(0.95);
  }
}

inline Index window_parent(Index bus, std::uint64_t seed) {
  // A fifth of the buses continue the newest one; the others pick among the last twelve.
  const double u = uniform(seed, bus, Draw::parent);
  if (u < 0.2) return bus - 1;
  const auto window = std::min<Index>(bus, 12);
  return bus - 1 - std::min(window - 1, static_cast<Index>((u - 0.2) / 0.8 * window));
}

/// Impedances from cable and length before scaling; the cable follows the power it carries.
inline void add_synthetic_lines(Case& grid, std::uint64_t seed) {
  constexpr Cable cables[] = {{0.443, 0.13, 7.0}, {0.206, 0.12, 11.0}, {0.103, 0.11, 17.0}};
  constexpr double z_base_ohm = synthetic_kv * synthetic_kv / synthetic_base_mva;
  const Index buses = grid.buses.size();
  std::vector<Index> parent(buses, none);
  std::vector<double> p(grid.buses.pd_mw.begin(), grid.buses.pd_mw.end());
  for (Index k = 1; k < buses; ++k) parent[k] = window_parent(k, seed);
  for (Index k = buses - 1; k > 0; --k) p[parent[k]] += p[k];
  Branches& b = grid.branches;
  for (Index k = 1; k < buses; ++k) {
    const double share = p[k] / p[0];
    const Cable& cable = cables[share > 0.5 ? 2 : share > 0.1 ? 1 : 0];
    const double length_km = 0.2 + 0.8 * uniform(seed, k, Draw::length);
    b.from.push_back(parent[k]);
    b.to.push_back(k);
    b.r_pu.push_back(cable.r_ohm_per_km * length_km / z_base_ohm);
    b.x_pu.push_back(cable.x_ohm_per_km * length_km / z_base_ohm);
    b.b_pu.push_back(0.0);
    b.rate_mva.push_back(std::max(cable.rate_mva, 1.5 * p[k]));
    b.ratio.push_back(0.0);
    b.shift_deg.push_back(0.0);
    b.in_service.push_back(1);
  }
}

/// Largest voltage drop of the lossless flow, sum of r P + x Q along the path.
inline double lossless_drop_pu(const Case& grid) {
  const Index buses = grid.buses.size();
  std::vector<double> p(buses), q(buses), drop(buses, 0.0);
  for (Index k = 0; k < buses; ++k) {
    p[k] = grid.buses.pd_mw[k] / grid.base_mva;
    q[k] = grid.buses.qd_mvar[k] / grid.base_mva;
  }
  for (Index e = buses - 2; e >= 0; --e) {
    p[grid.branches.from[e]] += p[e + 1];
    q[grid.branches.from[e]] += q[e + 1];
  }
  for (Index e = 0; e < buses - 1; ++e)
    drop[e + 1] = drop[grid.branches.from[e]] + grid.branches.r_pu[e] * p[e + 1] +
                  grid.branches.x_pu[e] * q[e + 1];
  return *std::max_element(drop.begin(), drop.end());
}

}  // namespace detail

GS_INLINE Case make_synthetic(Index buses, std::uint64_t seed) {
  if (buses < 2)
    throw UsageError("a synthetic feeder needs at least 2 buses, not " + std::to_string(buses));
  Case grid;
  grid.name = "synthetic_" + std::to_string(buses) + "_" + std::to_string(seed);
  grid.base_mva = detail::synthetic_base_mva;
  detail::add_synthetic_buses(grid, buses, seed);
  detail::add_synthetic_lines(grid, seed);
  const double scale = detail::synthetic_drop_pu / detail::lossless_drop_pu(grid);
  for (Index e = 0; e < grid.branches.size(); ++e) {
    grid.branches.r_pu[e] *= scale;
    grid.branches.x_pu[e] *= scale;
  }
  Generators& g = grid.generators;
  g.bus.push_back(0);
  g.pg_mw.push_back(0.0);
  g.qg_mvar.push_back(0.0);
  g.qmax_mvar.push_back(1e3);
  g.qmin_mvar.push_back(-1e3);
  g.vg_pu.push_back(1.0);
  g.in_service.push_back(1);
  return grid;
}

}  // namespace gridswarm::inline GS_ABI::feeder
