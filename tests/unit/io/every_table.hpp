// SPDX-License-Identifier: BSD-3-Clause
// A case with rows in every table and numbers that need all their bits.
#pragma once

#include <limits>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::test {

inline feeder::Case every_table() {
  feeder::Case grid;
  grid.name = "every_table";
  grid.base_mva = 0.1 + 0.2;
  feeder::Buses& b = grid.buses;
  b.id = {0, 7, 3};
  b.type = {feeder::BusType::source, feeder::BusType::pq, feeder::BusType::pv};
  b.pd_mw = {0.0, 1.0 / 3.0, -0.1};
  b.qd_mvar = {0.0, 0.1, 5e-324};
  b.gs_mw = {0.0, 0.0, 1e-17};
  b.bs_mvar = {0.0, -0.0, 2.0};
  b.vm_pu = {1.02, 1.0, 1.0};
  b.va_deg = {-30.0, 0.0, 0.1};
  b.base_kv = {20.0, 20.0, 0.4};
  b.vmax_pu = {1.1, std::numeric_limits<double>::infinity(), 1.1};
  b.vmin_pu = {0.9, 0.0, 0.9};
  b.name = {"top", "", "it's \xC3\xBC"};
  feeder::Branches& e = grid.branches;
  e.from = {0, 1};
  e.to = {1, 2};
  e.r_pu = {0.01, 0.0};
  e.x_pu = {0.02, 0.1};
  e.b_pu = {0.001, 0.0};
  e.rate_mva = {0.0, 0.63};
  e.ratio = {0.0, 1.025};
  e.shift_deg = {0.0, 150.0};
  e.in_service = {1, 1};
  e.g_pu = {0.0, 1e-4};
  feeder::Generators& g = grid.generators;
  g.bus = {0, 2};
  g.pg_mw = {0.0, 0.25};
  g.qg_mvar = {0.0, 0.1};
  g.qmax_mvar = {std::numeric_limits<double>::infinity(), 1.0};
  g.qmin_mvar = {-std::numeric_limits<double>::infinity(), -1.0};
  g.vg_pu = {1.02, 1.0};
  g.in_service = {1, 1};
  grid.loads = {{17}, {1}, {0.2}, {0.1}, {0.0}, {0.25}, {0.0}, {0.5}, {1}};
  grid.inverters = {{4},    {1},
                    {0.05}, {0.01},
                    {0.06}, {feeder::VarRule::volt_var},
                    {0.3},  {{2, {0.95, 1.05}, {0.4, -0.4}}},
                    {{}},   {1}};
  grid.tap_changers = {{9}, {1}, {1.0},  {0.0125}, {1},    {2},   {-9},
                       {9}, {1}, {none}, {1.0},    {0.02}, {0.0}, {0.0}};
  return grid;
}

}  // namespace gridswarm::test
