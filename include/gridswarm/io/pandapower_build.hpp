// SPDX-License-Identifier: BSD-3-Clause
// A pandapower network while it becomes a case: what its tables' readers share.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pandapower_net.hpp"
#include "gridswarm/io/pandapower_table.hpp"

namespace gridswarm::inline GS_ABI::io::detail {

struct PandaBuild {
  const std::string& file;
  const JsonValue& tables;  ///< the network's "_object"
  PandapowerNet& net;
  double f_hz = 50.0;
  bool t_model = true;     ///< transformers as T; else as pi
  bool version_3 = false;  ///< written by pandapower 3
  BusId next_id = 0;       ///< beyond all bus ids so far
  std::unordered_map<BusId, Index> bus_row;
  std::vector<std::int8_t> held;  ///< by bus row: a held voltage or source stands there
  /// Bus ids where a switch opens an element, by "l", "t", "t3" and its index.
  std::unordered_map<std::string, std::vector<BusId>> open_at;
};

/// A branch before it has a row.
struct NewBranch {
  Index from = none;
  Index to = none;
  double r_pu = 0.0;
  double x_pu = 0.0;
  double g_pu = 0.0;
  double b_pu = 0.0;
  double rate_mva = 0.0;
  double ratio = 0.0;
  double shift_deg = 0.0;
  bool in_service = true;
};

inline void warn(PandaBuild& build, const PandaTable& table, const std::string& sentence) {
  build.net.grid.warnings.push_back(
      InputError(build.file, table.line, table.name + ": " + sentence).what());
}

inline std::string described(const PandaTable& table, Index row) {
  return table.name + " " + std::to_string(table.index[row]);
}

/// A bus of the case; the file's come first.
inline Index add_bus(PandaBuild& build, BusId id, double base_kv, const std::string& name) {
  feeder::Buses& b = build.net.grid.buses;
  const Index row = b.size();
  b.id.push_back(id);
  b.type.push_back(feeder::BusType::pq);
  for (auto* column : {&b.pd_mw, &b.qd_mvar, &b.gs_mw, &b.bs_mvar, &b.va_deg})
    column->push_back(0.0);
  b.vm_pu.push_back(1.0);
  b.base_kv.push_back(base_kv);
  b.vmax_pu.push_back(HUGE_VAL);
  b.vmin_pu.push_back(0.0);
  b.name.push_back(name);
  build.bus_row.emplace(id, row);
  build.held.push_back(0);
  build.next_id = std::max(build.next_id, id + 1);
  return row;
}

/// One that the file does not know, beyond the largest id.
inline Index add_inner_bus(PandaBuild& build, double base_kv, const std::string& name) {
  return add_bus(build, build.next_id, base_kv, name);
}

inline bool bus_in_service(const PandaBuild& build, Index row) {
  return build.net.grid.buses.type[row] != feeder::BusType::isolated;
}

inline Index bus_of(const PandaBuild& build, const PandaTable& table, Index row,
                    const char* column) {
  const BusId id = whole(table, row, column);
  const auto found = build.bus_row.find(id);
  if (found == build.bus_row.end())
    refuse(table, row,
           std::string(column) + " is " + std::to_string(id) + ", which the table bus lacks");
  return found->second;
}

/// In service, at a bus in service.
inline bool is_live(const PandaBuild& build, const PandaTable& table, Index row) {
  return flag_or(table, row, "in_service", true) &&
         bus_in_service(build, bus_of(build, table, row, "bus"));
}

inline double positive(const PandaTable& table, Index row, const char* column, double otherwise) {
  const double value = number_or(table, row, column, otherwise);
  if (!(value > 0.0 && value < 1e300))
    refuse(table, row, std::string(column) + " is " + shortest(value) + "; it must be positive");
  return value;
}

inline double z_base_ohm(const PandaBuild& build, const PandaTable& table, Index row, Index bus) {
  const double base_kv = build.net.grid.buses.base_kv[bus];
  if (!(base_kv > 0.0))
    refuse(table, row,
           "its bus " + std::to_string(build.net.grid.buses.id[bus]) + " has vn_kv " +
               shortest(base_kv) + "; it must be positive");
  return base_kv * base_kv / build.net.grid.base_mva;
}

inline void add_branch(PandaBuild& build, const PandaTable& table, Index row, const NewBranch& it,
                       const char* side = "") {
  for (const double value :
       {it.r_pu, it.x_pu, it.g_pu, it.b_pu, it.rate_mva, it.ratio, it.shift_deg})
    if (!std::isfinite(value))
      refuse(table, row, "its values lead to a branch whose numbers are beyond a double");
  if (std::abs(it.shift_deg) > 1e6) refuse(table, row, "its shift is no angle in degrees");
  feeder::Branches& b = build.net.grid.branches;
  b.from.push_back(it.from);
  b.to.push_back(it.to);
  b.r_pu.push_back(it.r_pu);
  b.x_pu.push_back(it.x_pu);
  b.g_pu.push_back(it.g_pu);
  b.b_pu.push_back(it.b_pu);
  b.rate_mva.push_back(it.rate_mva);
  b.ratio.push_back(it.ratio);
  b.shift_deg.push_back(it.shift_deg);
  b.in_service.push_back(it.in_service);
  build.net.branch.push_back({table.name, table.index[row], side});
}

inline std::string switch_key(const char* kind, std::int64_t element) {
  return std::string(kind) + std::to_string(element);
}

inline bool is_open_at(const PandaBuild& build, const char* kind, const PandaTable& table,
                       Index row, Index bus) {
  const auto found = build.open_at.find(switch_key(kind, table.index[row]));
  if (found == build.open_at.end()) return false;
  const BusId id = build.net.grid.buses.id[bus];
  return std::find(found->second.begin(), found->second.end(), id) != found->second.end();
}

/// Hang ends that are cut off on buses of their own; a branch cut off at both ends is out.
inline void cut_ends(PandaBuild& build, const PandaTable& table, Index row, bool from_open,
                     bool to_open, NewBranch& branch) {
  if (from_open && to_open) branch.in_service = false;
  if (!branch.in_service) return;
  const auto cut = [&](Index& end) {
    end = add_inner_bus(build, build.net.grid.buses.base_kv[end],
                        described(table, row) + " open end");
  };
  if (from_open) cut(branch.from);
  if (to_open) cut(branch.to);
}

/// Admittance at a bus, p.u. of the case.
inline void add_shunt(PandaBuild& build, Index bus, double g_pu, double b_pu) {
  build.net.grid.buses.gs_mw[bus] += g_pu * build.net.grid.base_mva;
  build.net.grid.buses.bs_mvar[bus] += b_pu * build.net.grid.base_mva;
}

}  // namespace gridswarm::inline GS_ABI::io::detail
