// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/laws.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// Stands for "no limit" where a square must stay finite.
inline constexpr double unlimited_pu = 1e100;

/// A limit that a file calls Inf while the other is a number: Newton on trees lets go of a limit by
/// a share of the range, which must stay a power that means something.
inline constexpr double most_held_q_pu = 1e4;

inline std::string file_of(const feeder::Case& grid) {
  return !grid.file.empty() ? grid.file : !grid.name.empty() ? grid.name : std::string("case");
}

inline kernel::LawCurve law_curve(const feeder::Case& grid, const Curve& curve, std::int64_t id,
                                  double without) {
  kernel::LawCurve law = {};
  law.y0 = curve.count > 0 ? curve.y[0] : without;
  law.segments = std::max(0, curve.count - 1);
  for (int s = 0; s + 1 < curve.count; ++s) {
    law.x[s] = curve.x[s];
    law.width[s] = curve.x[s + 1] - curve.x[s];
    law.slope[s] = (curve.y[s + 1] - curve.y[s]) / law.width[s];
    if (!(law.width[s] > 0.0) || !std::isfinite(law.slope[s]))
      throw InputError(file_of(grid), 0,
                       "a curve of inverter " + std::to_string(id) +
                           " needs finite points with ascending voltages");
  }
  return law;
}

inline bool is_steady(const feeder::Loads& loads, Index k) {
  return loads.i_p[k] == 0.0 && loads.z_p[k] == 0.0 && loads.i_q[k] == 0.0 && loads.z_q[k] == 0.0;
}

inline bool is_in_use(const feeder::Case& grid, Index row, std::int8_t in_service) {
  return in_service && grid.buses.type[row] != feeder::BusType::isolated;
}

inline void append_law(Laws& laws, const kernel::Law& law, Index bus, Index device) {
  laws.law.push_back(law);
  laws.bus.push_back(bus);
  laws.device.push_back(device);
}

inline void add_load_laws(const feeder::Case& grid, Laws& laws) {
  const feeder::Loads& loads = grid.loads;
  for (Index k = 0; k < loads.size(); ++k) {
    if (!is_in_use(grid, loads.bus[k], loads.in_service[k])) continue;
    const double all =
        loads.p_mw[k] + loads.q_mvar[k] + loads.i_p[k] + loads.z_p[k] + loads.i_q[k] + loads.z_q[k];
    if (!std::isfinite(all))
      throw InputError(file_of(grid), 0,
                       "load " + std::to_string(loads.id[k]) + " has a number that is not finite");
    if (is_steady(loads, k)) {
      laws.steady.push_back(k);
      continue;
    }
    kernel::Law law = {};
    law.kind = kernel::law_load;
    law.i_p = loads.i_p[k];
    law.z_p = loads.z_p[k];
    law.i_q = loads.i_q[k];
    law.z_q = loads.z_q[k];
    append_law(laws, law, loads.bus[k], k);
  }
}

inline void add_inverter_laws(const feeder::Case& grid, Laws& laws) {
  const feeder::Inverters& inverters = grid.inverters;
  const Curve no_curve;
  for (Index k = 0; k < inverters.size(); ++k) {
    if (!is_in_use(grid, inverters.bus[k], inverters.in_service[k])) continue;
    const std::int64_t id = inverters.id[k];
    const double rating_mva = inverters.rating_mva[k];
    const Curve& watt = inverters.volt_watt.empty() ? no_curve : inverters.volt_watt[k];
    const Curve& var = inverters.volt_var.empty() ? no_curve : inverters.volt_var[k];
    const bool follows = inverters.rule[k] == feeder::VarRule::volt_var;
    if (!(rating_mva >= 0.0) || !std::isfinite(rating_mva) || !std::isfinite(inverters.p_mw[k]) ||
        !std::isfinite(inverters.q_mvar[k]) || !std::isfinite(inverters.tan_phi[k]))
      throw InputError(file_of(grid), 0,
                       "inverter " + std::to_string(id) +
                           " has a number that is not finite, or a negative rating");
    if (rating_mva == 0.0 && (watt.count > 0 || follows))
      throw InputError(file_of(grid), 0,
                       "inverter " + std::to_string(id) +
                           " has a curve, which is a share of its rating, and no rating_mva");
    if (follows && var.count == 0)
      throw InputError(file_of(grid), 0,
                       "inverter " + std::to_string(id) + " follows volt_var and has no curve");
    kernel::Law law = {};
    law.kind = kernel::law_inverter;
    law.rating = rating_mva > 0.0 ? rating_mva / grid.base_mva : unlimited_pu;
    law.q_share = inverters.rule[k] == feeder::VarRule::given ? 1.0 : 0.0;
    law.tan_phi = inverters.rule[k] == feeder::VarRule::power_factor ? inverters.tan_phi[k] : 0.0;
    law.volt_watt = law_curve(grid, watt, id, 1.0);
    law.volt_var = law_curve(grid, follows ? var : no_curve, id, 0.0);
    append_law(laws, law, inverters.bus[k], k);
  }
}

inline void add_held_laws(const feeder::Case& grid, bool q_limits, Laws& laws) {
  const feeder::Generators& generators = grid.generators;
  std::vector<Index> law_of(grid.buses.size(), none);
  for (Index g = 0; g < generators.size(); ++g) {
    const Index row = generators.bus[g];
    if (!generators.in_service[g] || grid.buses.type[row] != feeder::BusType::pv) continue;
    if (law_of[row] == none) {
      law_of[row] = static_cast<Index>(laws.law.size());
      kernel::Law law = {};
      law.kind = kernel::law_held;
      law.v_set = generators.vg_pu[g];
      law.steepness = held_steepness;
      law.q_min = q_limits ? 0.0 : -unlimited_pu;
      law.q_max = q_limits ? 0.0 : unlimited_pu;
      append_law(laws, law, row, none);
    }
    if (!q_limits) continue;
    kernel::Law& law = laws.law[law_of[row]];
    law.q_min += (generators.qmin_mvar[g] - generators.qg_mvar[g]) / grid.base_mva;
    law.q_max += (generators.qmax_mvar[g] - generators.qg_mvar[g]) / grid.base_mva;
  }
  for (kernel::Law& law : laws.law) {
    if (law.kind != kernel::law_held || !q_limits) continue;
    law.q_min = std::max(law.q_min, -most_held_q_pu);
    law.q_max = std::min(law.q_max, most_held_q_pu);
  }
}

inline void require_size(std::size_t size, Index scenarios, Index rows, const char* what) {
  const std::size_t all = static_cast<std::size_t>(scenarios) * static_cast<std::size_t>(rows);
  if (size != 0 && size != all)
    throw UsageError("a batch of " + std::to_string(scenarios) + " scenarios and " +
                     std::to_string(rows) + " rows needs " + std::to_string(all) + " numbers " +
                     what + ", not " + std::to_string(size));
}

/// The batch's own number of a device in a scenario, or what the case states.
template <class T>
T device_value(std::span<const T> batch, Index scenario, Index rows, Index row, T stated) {
  const std::size_t at = static_cast<std::size_t>(scenario) * rows + row;
  return batch.empty() ? stated : batch[at];
}

/// p and q of law i in a scenario.
inline SteadyPower law_power(const feeder::Case& grid, const Laws& laws,
                             const Injections& injections, std::size_t i, Index scenario) {
  const Index k = laws.device[i];
  if (laws.law[i].kind == kernel::law_load) return steady_power(grid, injections, k, scenario);
  const kernel::Law& law = laws.law[i];
  if (law.kind == kernel::law_held) {
    const double inside = kernel::newton_inside * (law.q_max - law.q_min);
    return {0.0, std::max(law.q_min + inside, std::min(law.q_max - inside, 0.0))};
  }
  const feeder::Inverters& inverters = grid.inverters;
  return {device_value(injections.inverter_p_pu, scenario, inverters.size(), k,
                       inverters.p_mw[k] / grid.base_mva),
          inverters.q_mvar[k] / grid.base_mva};
}

}  // namespace detail

GS_INLINE Laws make_laws(const feeder::Case& grid, bool q_limits) {
  Laws laws;
  detail::add_load_laws(grid, laws);
  detail::add_inverter_laws(grid, laws);
  detail::add_held_laws(grid, q_limits, laws);
  laws.at_bus = group_by(laws.bus, grid.buses.size());
  return laws;
}

GS_INLINE bool has_laws(const feeder::Case& grid) {
  const auto any = [](const Column<std::int8_t>& in_service) {
    return std::find_if(in_service.begin(), in_service.end(), [](auto on) { return on != 0; }) !=
           in_service.end();
  };
  if (any(grid.loads.in_service) || any(grid.inverters.in_service)) return true;
  for (Index g = 0; g < grid.generators.size(); ++g)
    if (grid.generators.in_service[g] &&
        grid.buses.type[grid.generators.bus[g]] == feeder::BusType::pv)
      return true;
  return false;
}

GS_INLINE void check_device_arrays(const feeder::Case& grid, const Injections& injections) {
  const Index count = injections.scenarios;
  const Index buses = grid.buses.size();
  detail::require_size(injections.load_p_pu.size(), count, grid.loads.size(), "load_p_pu");
  detail::require_size(injections.load_q_pu.size(), count, grid.loads.size(), "load_q_pu");
  detail::require_size(injections.inverter_p_pu.size(), count, grid.inverters.size(),
                       "inverter_p_pu");
  detail::require_size(injections.tap.size(), count, grid.tap_changers.size(), "tap");
  detail::require_size(injections.start_re.size(), count, buses, "start_re");
  detail::require_size(injections.start_im.size(), count, buses, "start_im");
}

GS_INLINE SteadyPower steady_power(const feeder::Case& grid, const Injections& injections,
                                   Index load, Index scenario) {
  const feeder::Loads& loads = grid.loads;
  return {detail::device_value(injections.load_p_pu, scenario, loads.size(), load,
                               loads.p_mw[load] / grid.base_mva),
          detail::device_value(injections.load_q_pu, scenario, loads.size(), load,
                               loads.q_mvar[load] / grid.base_mva)};
}

GS_INLINE void fill_law_lanes(const feeder::Case& grid, const Laws& laws,
                              const Injections& injections, Index first, Index used,
                              std::span<double> lanes) {
  std::fill(lanes.begin(), lanes.end(), 0.0);
  for (std::size_t i = 0; i < laws.law.size(); ++i)
    for (Index l = 0; l < used; ++l) {
      const SteadyPower power = detail::law_power(grid, laws, injections, i, first + l);
      lanes[2 * i * kernel::sweep_lanes + l] = power.p_pu;
      lanes[(2 * i + 1) * kernel::sweep_lanes + l] = power.q_pu;
    }
}

GS_INLINE void size_law_results(const feeder::Case& grid, const Laws& laws,
                                const Injections& injections, FlowResult& result) {
  const auto count = static_cast<std::size_t>(injections.scenarios);
  for (auto* column : {&result.load_p_pu, &result.load_q_pu})
    column->assign(count * grid.loads.size(), 0.0);
  for (auto* column : {&result.inverter_p_pu, &result.inverter_q_pu})
    column->assign(count * grid.inverters.size(), 0.0);
  bool holds = false;
  for (const kernel::Law& law : laws.law) holds = holds || law.kind == kernel::law_held;
  result.held_q_pu.assign(holds ? count * grid.buses.size() : 0, 0.0);
  for (Index s = 0; s < injections.scenarios; ++s)
    for (const Index k : laws.steady) {
      const SteadyPower power = steady_power(grid, injections, k, s);
      const std::size_t at = static_cast<std::size_t>(s) * grid.loads.size() + k;
      result.load_p_pu[at] = power.p_pu;
      result.load_q_pu[at] = power.q_pu;
    }
}

GS_INLINE void report_law(const feeder::Case& grid, const Laws& laws, Index i, const double* u,
                          std::span<const double> lanes, Index first, Index used,
                          FlowResult& result) {
  constexpr std::size_t width = kernel::sweep_lanes;
  const auto row = static_cast<std::size_t>(i);
  alignas(64) std::array<double, kernel::law_rows * width> draw{};
  kernel::kernels().law_add(laws.law[row], u, lanes.data() + 2 * row * width,
                            lanes.data() + (2 * row + 1) * width, draw.data());
  const bool is_load = laws.law[row].kind == kernel::law_load;
  const bool is_held = laws.law[row].kind == kernel::law_held;
  const Index rows = is_load   ? grid.loads.size()
                     : is_held ? grid.buses.size()
                               : grid.inverters.size();
  const Index device = is_held ? laws.bus[row] : laws.device[row];
  for (Index l = 0; l < used; ++l) {
    const std::size_t at = static_cast<std::size_t>(first + l) * rows + device;
    const double p = draw[kernel::law_p * width + l];
    const double q = draw[kernel::law_q * width + l];
    if (is_load) {
      result.load_p_pu[at] = p;
      result.load_q_pu[at] = q;
    } else if (is_held) {
      result.held_q_pu[at] = -q;
    } else {
      result.inverter_p_pu[at] = -p;
      result.inverter_q_pu[at] = -q;
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
