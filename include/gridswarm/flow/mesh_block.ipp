// SPDX-License-Identifier: BSD-3-Clause
// One block of mesh scenarios: fill the lanes, iterate, and write what came out.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/laws.ipp"
#include "gridswarm/flow/mesh_layout.ipp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace mesh_detail {

/// A lane that moved farther than this is lost (the kernel keeps its last voltages).
inline constexpr double lost_step_pu = 1e3;
/// A pivot below this share of the largest number of its row leaves no digits.
inline constexpr double weakest_pivot = 1e-13;
/// A scenario that would need more shared steps than this is better off with factors of its own.
inline constexpr int most_shared_steps = 40;
inline constexpr int most_own_steps = 40;
/// By how much a generator may pass its reactive limit (as MATPOWER's opf.violation).
inline constexpr double limit_slack_mvar = 5e-6;

/// How the blocks of one pass step.
struct Pass {
  const Mesh& mesh;
  const feeder::Case& grid;
  const Injections& injections;
  const FlowOptions& options;
  const MeshLayout& layout;
  bool shares;    ///< one set of factors for all
  bool releases;  ///< held nodes let go at their reactive limits
};

/// Where a lane stands: without a scenario, loaded after the mismatch of this round, or on its way.
enum class Lane : std::int8_t { idle, fresh, moving };

/// What a scenario came to; `again`: shared factors don't suit it.
enum class Outcome : std::int8_t { converged, diverged, infeasible, again };

/// Buffers of a block, cut out of one piece of memory, and the state of its lanes.
struct Block {
  std::array<Index, width> scenario{};
  double *v, *s, *power, *rhs, *draws, *devices, *ends, *factors, *work, *free, *last, *best;
  std::array<Lane, width> lane{};
  std::array<int, width> steps{};
  std::array<double, width> step_pu{};
  std::array<double, width> before_pu{};
  std::array<double, width> best_squared{};    ///< smallest mismatch so far; own factors only
  std::array<std::int8_t, width> is_ending{};  ///< back at the best voltages, to be written
  std::array<Outcome, width> ending{};
  alignas(64) std::array<double, width> mask{};
  alignas(64) std::array<double, width> step_squared{};
  alignas(64) std::array<double, width> last_squared{};
  kernel::MeshState state{};
  kernel::MeshCheck check{};
};

/// How many numbers each buffer of a block takes; in the order of Block's pointers.
inline std::array<std::size_t, 12> sizes_of(const Mesh& mesh, const MeshLayout& layout, bool shares,
                                            bool releases) {
  const auto nodes = static_cast<std::size_t>(mesh.y.nodes());
  const auto unknowns = static_cast<std::size_t>(layout.unknowns());
  return {nodes * pair,
          nodes * pair,
          nodes * pair,
          unknowns * width,
          mesh.law_node.size() * kernel::law_rows * width,
          mesh.laws.law.size() * pair,
          mesh.end_entry.size() * kernel::mesh_end_rows * width,
          shares ? 0 : layout.lu_column.size() * width,
          shares ? 0 : unknowns * width,
          releases ? nodes * width : 0,
          shares ? unknowns * width : 0,
          shares ? 0 : nodes * pair};
}

inline std::size_t block_size(const Pass& pass) {
  std::size_t all = 0;
  for (const std::size_t size : sizes_of(pass.mesh, pass.layout, pass.shares, pass.releases))
    all += size;
  return all;
}

inline void cut_buffers(const Pass& pass, double* memory, Block& block) {
  const auto sizes = sizes_of(pass.mesh, pass.layout, pass.shares, pass.releases);
  double** buffers[] = {&block.v,     &block.s,       &block.power, &block.rhs,
                        &block.draws, &block.devices, &block.ends,  &block.factors,
                        &block.work,  &block.free,    &block.last,  &block.best};
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    *buffers[k] = memory;
    memory += sizes[k];
  }
}

inline std::size_t bus_at(const Pass& pass, Index scenario, Index bus) {
  return static_cast<std::size_t>(scenario) * pass.grid.buses.size() + bus;
}

/// Powers given at nodes: buses, and loads of constant power; and each device's own numbers.
inline void load_powers(const Pass& pass, Block& block, int l) {
  const Mesh& mesh = pass.mesh;
  const feeder::Case& grid = pass.grid;
  const double scale = pass.injections.scale;
  const Index scenario = block.scenario[l];
  for (Index i = 0; i < mesh.y.nodes(); ++i)
    block.s[static_cast<std::size_t>(i) * pair + l] =
        block.s[static_cast<std::size_t>(i) * pair + width + l] = 0.0;
  const double* p = pass.injections.p_pu.data() + bus_at(pass, scenario, 0);
  const double* q = pass.injections.q_pu.data() + bus_at(pass, scenario, 0);
  for (Index bus = 0; bus < grid.buses.size(); ++bus) {
    const Index i = mesh.y.node[bus];
    if (i == none || grid.buses.type[bus] == feeder::BusType::source) continue;
    block.s[static_cast<std::size_t>(i) * pair + l] += scale * p[bus];
    block.s[static_cast<std::size_t>(i) * pair + width + l] += scale * q[bus];
  }
  for (const Index load : mesh.laws.steady) {
    const Index i = mesh.y.node[grid.loads.bus[load]];
    if (i == none) continue;
    const SteadyPower power = steady_power(grid, pass.injections, load, scenario);
    block.s[static_cast<std::size_t>(i) * pair + l] -= power.p_pu;
    block.s[static_cast<std::size_t>(i) * pair + width + l] -= power.q_pu;
  }
  for (std::size_t k = 0; k < mesh.laws.law.size(); ++k) {
    const SteadyPower power = detail::law_power(grid, mesh.laws, pass.injections, k, scenario);
    block.devices[k * pair + l] = power.p_pu;
    block.devices[k * pair + width + l] = power.q_pu;
  }
}

/// Start at the mesh's voltages.
inline void load_start(const Mesh& mesh, Block& block, int l) {
  for (Index i = 0; i < mesh.y.nodes(); ++i) {
    block.v[static_cast<std::size_t>(i) * pair + l] = mesh.start_re[i];
    block.v[static_cast<std::size_t>(i) * pair + width + l] = mesh.start_im[i];
  }
}

/// Start at the caller's voltages; held magnitudes as they are held.
inline void load_warm_start(const Pass& pass, Block& block, int l) {
  const Mesh& mesh = pass.mesh;
  for (Index i = 0; i < mesh.y.nodes(); ++i) {
    if (mesh.y.kind[i] == feeder::NodeKind::source) continue;
    const Index bus = mesh.y.buses.row(i)[0];
    const std::size_t at = bus_at(pass, block.scenario[l], bus);
    feeder::Phasor v = feeder::Phasor{pass.injections.start_re[at], pass.injections.start_im[at]} *
                       inverse(feeder::Phasor{mesh.y.k_re[bus], mesh.y.k_im[bus]});
    if (mesh.y.kind[i] == feeder::NodeKind::held) v = mesh.y.v_set[i] / std::sqrt(norm(v)) * v;
    block.v[static_cast<std::size_t>(i) * pair + l] = v.re;
    block.v[static_cast<std::size_t>(i) * pair + width + l] = v.im;
  }
}

/// What a branch's tap of this scenario adds to Y at end k.
inline void load_tap(const Pass& pass, std::size_t k, Block& block, int l) {
  const Mesh& mesh = pass.mesh;
  const feeder::TapChangers& taps = pass.grid.tap_changers;
  const feeder::Branches& branches = pass.grid.branches;
  const Index tap = mesh.end_tap[k];
  const feeder::Link& link = mesh.y.links[mesh.tap_link[tap]];
  const double stated = branches.ratio[link.branch] == 0.0 ? 1.0 : branches.ratio[link.branch];
  const feeder::Phasor t = {link.t_re, link.t_im};
  const feeder::Phasor y = {link.y_re, link.y_im};
  const Index from = branches.from[link.branch];
  const feeder::Phasor half = {branches.g_pu.empty() ? 0.0 : 0.5 * branches.g_pu[link.branch],
                               0.5 * branches.b_pu[link.branch]};
  const double k_squared = norm(feeder::Phasor{mesh.y.k_re[from], mesh.y.k_im[from]});
  const std::size_t at = static_cast<std::size_t>(block.scenario[l]) * taps.size() + tap;
  const double turns = 1.0 + taps.step[tap] * pass.injections.tap[at];
  const double ratio = taps.from_end[tap] ? taps.ratio0[tap] * turns : taps.ratio0[tap] / turns;
  const double share = stated / ratio;  // 1 / t' goes by this
  const bool at_to = mesh.end_at_to[k] != 0;
  const feeder::Phasor mutual = (1.0 - share) * (y * (at_to ? inverse(t) : inverse(conj(t))));
  const feeder::Phasor self = (share * share - 1.0) / norm(t) * y +
                              (1.0 / (ratio * ratio) - 1.0 / (stated * stated)) * k_squared * half;
  double* end = block.ends + k * kernel::mesh_end_rows * width + l;
  end[kernel::end_self_re * width] = at_to ? 0.0 : self.re;
  end[kernel::end_self_im * width] = at_to ? 0.0 : self.im;
  end[kernel::end_mutual_re * width] = mutual.re;
  end[kernel::end_mutual_im * width] = mutual.im;
}

/// Put a scenario into lane l.
inline void load_lane(const Pass& pass, Index scenario, Block& block, int l) {
  const Mesh& mesh = pass.mesh;
  block.scenario[l] = scenario;
  block.steps[l] = 0;
  block.step_pu[l] = block.before_pu[l] = 0.0;
  block.best_squared[l] = std::numeric_limits<double>::infinity();
  block.is_ending[l] = 0;
  load_powers(pass, block, l);
  load_start(mesh, block, l);
  if (!pass.injections.start_re.empty()) load_warm_start(pass, block, l);
  for (std::size_t k = 0; block.state.ends.first && k < mesh.end_entry.size(); ++k)
    load_tap(pass, k, block, l);
  for (Index i = 0; pass.releases && i < mesh.y.nodes(); ++i)
    block.free[static_cast<std::size_t>(i) * width + l] =
        mesh.y.kind[i] == feeder::NodeKind::held ? 0.0 : 1.0;
}

/// Buffers, and lanes without a scenario: no power at the mesh's voltages.
inline void make_block(const Pass& pass, double* memory, Block& block) {
  const Mesh& mesh = pass.mesh;
  cut_buffers(pass, memory, block);
  std::fill(memory, memory + block_size(pass), 0.0);
  for (int l = 0; l < width; ++l) load_start(mesh, block, l);
  const double floor_pu = tol_mismatch_va / (pass.grid.base_mva * va_per_mva);
  block.check.rel_squared = tol_mismatch_rel * tol_mismatch_rel;
  block.check.abs_squared = floor_pu * floor_pu;
  const bool has_taps = !pass.injections.tap.empty() && !mesh.end_entry.empty();
  block.state.v = block.v;
  block.state.s = block.s;
  block.state.power = block.power;
  block.state.rhs = block.rhs;
  block.state.free = pass.releases ? block.free : nullptr;
  block.state.ends = {has_taps ? mesh.end_first.data() : nullptr, mesh.end_entry.data(),
                      block.ends};
  block.state.draws = {mesh.law_node.empty() ? nullptr : mesh.law_row.data(), block.draws};
}

/// Voltage magnitudes that the devices at bus `bus` feel.
inline void magnitudes(const Mesh& mesh, const Block& block, Index bus, double* u) {
  const double* v = block.v + static_cast<std::size_t>(mesh.y.node[bus]) * pair;
  const double k = mesh.y.k_re[bus] * mesh.y.k_re[bus] + mesh.y.k_im[bus] * mesh.y.k_im[bus];
  for (int l = 0; l < width; ++l) u[l] = std::sqrt(k * (v[l] * v[l] + v[width + l] * v[width + l]));
}

/// What all devices consume at the voltages as they are; slopes over the relative magnitude.
inline void refresh_draws(const Mesh& mesh, Block& block) {
  const std::size_t rows = kernel::law_rows * width;
  std::fill(block.draws, block.draws + mesh.law_node.size() * rows, 0.0);
  for (std::size_t k = 0; k < mesh.laws.law.size(); ++k) {
    const Index bus = mesh.laws.bus[k];
    const Index i = mesh.y.node[bus];
    if (i == none || mesh.laws.law[k].kind == kernel::law_held) continue;
    alignas(64) std::array<double, width> u;
    alignas(64) std::array<double, kernel::law_rows * width> own{};
    magnitudes(mesh, block, bus, u.data());
    kernel::kernels().law_add(mesh.laws.law[k], u.data(), block.devices + k * pair,
                              block.devices + k * pair + width, own.data());
    double* draw = block.draws + static_cast<std::size_t>(mesh.law_row[i]) * rows;
    for (int l = 0; l < 2 * width; ++l) {
      draw[l] += own[l];
      draw[2 * width + l] += own[2 * width + l] * u[l % width];
    }
  }
}

}  // namespace mesh_detail
}  // namespace gridswarm::inline GS_ABI::flow
