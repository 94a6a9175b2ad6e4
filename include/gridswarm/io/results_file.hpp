// SPDX-License-Identifier: BSD-3-Clause
// A run's results as HDF5 groups that xarray opens one by one.
//
// feeder_00/wires    (time, variant, bus)       p_kw, q_kvar into the grid; vm_pu, va_deg
// feeder_00/totals   (time, variant)            the fields of swarm::TickTotals
// feeder_00/agents   (time, variant, agent)     per ledger tick: soc, e_out_kwh, e_in_kwh, cluster,
// leader;
//                    (agent)                    bus, kind, e_kwh, efficiency
// feeder_00/devices  (time, variant, agent)     per control tick, if asked for: p_kw, soc after it
// feeder_00/buses    (bus)                      the wires as solved: type, base_kv, gs_mw, bs_mvar
// feeder_00/branches (branch)                   fbus, tbus, r_pu, x_pu, b_pu, rate_mva, ratio, ...
// Of a circuit buses are names, vm_pu and va_deg are over (time, variant, node) with nodes such as
// 650.2, agents have their phases, and buses and branches are those of the reduction.
// The file's attributes hold the scenario. Time counts seconds from run.start to the BEGINNING of a
// control tick, and to the END of a ledger tick.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/io/hdf5_file.hpp"
#include "gridswarm/swarm/sink.hpp"

namespace gridswarm::inline GS_ABI::io {

/// "swarm" and "local", with "#1", "#2", ... behind them where there are several draws.
std::vector<std::string> variant_names(const swarm::Scenario& scenario);

class ResultsFile final : public swarm::Sink {
 public:
  /// @throws FileError where `path` can't be written
  explicit ResultsFile(const std::string& path);
  void begin(const swarm::Scenario& scenario,
             const std::vector<swarm::FeederLayout>& feeders) override;
  void interval(const swarm::FeederInterval& rows) override;
  /// Give the file its name. Without it (a run that failed) only PATH.tmp is left.
  void end() override;

 private:
  struct Group {
    Hdf5File::Dataset wires_time, p_kw, q_kvar, vm_pu, va_deg;
    Hdf5File::Dataset agents_time, soc, e_out_kwh, e_in_kwh, cluster, leader;
    Hdf5File::Dataset devices_time, device_p_kw, device_soc;
    Hdf5File::Dataset totals_time;
    std::vector<Hdf5File::Dataset> totals;
    std::vector<swarm::TickTotals> kept;  ///< (tick, variant), written at the end
  };
  void add_wires(const std::string& name, Group& group, const swarm::FeederLayout& feeder);
  void add_grid(const std::string& name, const swarm::FeederLayout& feeder);
  void add_agents(const std::string& name, Group& group, const swarm::FeederLayout& feeder);
  void add_buses(const std::string& name, const swarm::FeederLayout& feeder);
  /// Buses by id, or by name where the feeder has names.
  void put_buses(const std::string& name, const std::string& dim, const char* text,
                 const std::vector<std::int64_t>& ids, const swarm::FeederLayout& feeder);
  void add_totals(const std::string& name, Group& group);
  void write_totals(Group& group);
  void write_wires(Group& group, const swarm::FeederInterval& rows);
  void write_agents(Group& group, const swarm::FeederInterval& rows);

  Hdf5File file_;
  std::string since_;
  std::vector<std::string> variants_;
  double dt_s_ = 0;
  double ledger_dt_s_ = 0;
  Index interval_ticks_ = 0;
  bool buses_ = true;
  bool devices_ = false;
  std::vector<Group> groups_;
  Column<double> column_;  ///< scratch
  Column<double> column2_;
};

}  // namespace gridswarm::inline GS_ABI::io
