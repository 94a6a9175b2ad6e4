// SPDX-License-Identifier: BSD-3-Clause
// Devices that follow the voltage, for tests.
#pragma once

#include <initializer_list>

#include "grids.hpp"
#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/tree_newton.hpp"

namespace gridswarm::test {

inline void add_load(feeder::Case& grid, Index bus, double p_mw, double q_mvar, double i_p,
                     double z_p, double i_q, double z_q) {
  feeder::Loads& loads = grid.loads;
  loads.id.push_back(loads.size() + 1);
  loads.bus.push_back(bus);
  loads.p_mw.push_back(p_mw);
  loads.q_mvar.push_back(q_mvar);
  loads.i_p.push_back(i_p);
  loads.z_p.push_back(z_p);
  loads.i_q.push_back(i_q);
  loads.z_q.push_back(z_q);
  loads.in_service.push_back(1);
}

inline void add_inverter(feeder::Case& grid, Index bus, double p_mw, double rating_mva,
                         feeder::VarRule rule) {
  feeder::Inverters& inverters = grid.inverters;
  inverters.id.push_back(inverters.size() + 1);
  inverters.bus.push_back(bus);
  inverters.p_mw.push_back(p_mw);
  inverters.q_mvar.push_back(0.0);
  inverters.rating_mva.push_back(rating_mva);
  inverters.rule.push_back(rule);
  inverters.tan_phi.push_back(0.0);
  inverters.volt_var.emplace_back();
  inverters.volt_watt.emplace_back();
  inverters.in_service.push_back(1);
}

inline void add_generator(feeder::Case& grid, Index bus, double vg_pu, double qmin_mvar,
                          double qmax_mvar) {
  feeder::Generators& g = grid.generators;
  g.bus.push_back(bus);
  g.pg_mw.push_back(0.0);
  g.qg_mvar.push_back(0.0);
  g.qmax_mvar.push_back(qmax_mvar);
  g.qmin_mvar.push_back(qmin_mvar);
  g.vg_pu.push_back(vg_pu);
  g.in_service.push_back(1);
}

/// Which end of its branch has the taps.
enum TapEnd { taps_at_to, taps_at_from };

/// An automatic tap changer of branch `branch` at tap 0, ratio as the branch has it, -16..16; it
/// watches the branch's to end for 1 +- 0.01.
inline void add_tap_changer(feeder::Case& grid, Index branch, double step, TapEnd end) {
  feeder::TapChangers& taps = grid.tap_changers;
  const double ratio = grid.branches.ratio[branch];
  taps.id.push_back(taps.size() + 1);
  taps.branch.push_back(branch);
  taps.ratio0.push_back(ratio == 0.0 ? 1.0 : ratio);
  taps.step.push_back(step);
  taps.from_end.push_back(end == taps_at_from);
  taps.tap.push_back(0);
  taps.tap_min.push_back(-16);
  taps.tap_max.push_back(16);
  taps.automatic.push_back(1);
  taps.bus.push_back(grid.branches.to[branch]);
  taps.v_set_pu.push_back(1.0);
  taps.v_band_pu.push_back(0.02);
  taps.r_comp_pu.push_back(0.0);
  taps.x_comp_pu.push_back(0.0);
}

inline Curve curve(std::initializer_list<double> x, std::initializer_list<double> y) {
  Curve c;
  for (const double value : x) c.x[static_cast<std::size_t>(c.count++)] = value;
  std::size_t k = 0;
  for (const double value : y) c.y[k++] = value;
  return c;
}

/// Category B of IEEE 1547: 0.44 at 0.92 p.u., nothing from 0.98 to 1.02, -0.44 at 1.08.
inline Curve ieee_volt_var() { return curve({0.92, 0.98, 1.02, 1.08}, {0.44, 0.0, 0.0, -0.44}); }

/// Newton on the tree, as a feeder that is solved once.
inline flow::FlowResult newton(const feeder::Case& grid, const flow::Injections& injections,
                               const flow::FlowOptions& options = {}) {
  flow::FlowWork work;
  flow::FlowResult result;
  flow::solve_tree_newton(grid, feeder::spanning_forest(grid).forest, injections, options, work,
                          result);
  return result;
}

}  // namespace gridswarm::test
