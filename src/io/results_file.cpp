// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/results_file.hpp"

#include <cmath>
#include <cstdio>
#include <numeric>
#include <type_traits>

#include "gridswarm/base/units.hpp"

namespace gridswarm::inline GS_ABI::io {

std::vector<std::string> variant_names(const swarm::Scenario& scenario) {
  std::vector<std::string> names;
  for (std::int64_t draw = 0; draw < scenario.run.seeds; ++draw)
    for (const char* name : {"swarm", "local"})
      names.push_back(draw == 0 ? name : name + ("#" + std::to_string(draw)));
  return names;
}

ResultsFile::ResultsFile(const std::string& path) : file_(Hdf5File::create(path)) {}

void ResultsFile::begin(const swarm::Scenario& scenario,
                        const std::vector<swarm::FeederLayout>& feeders) {
  since_ = "seconds since " + scenario.run.start;
  variants_ = variant_names(scenario);
  dt_s_ = scenario.run.dt_s;
  ledger_dt_s_ = scenario.run.ledger_dt_s;
  interval_ticks_ = scenario.ticks_per_interval();
  buses_ = scenario.results.buses;
  devices_ = scenario.results.agents_every_tick;
  file_.set_attribute("", "title", std::string("gridswarm run"));
  file_.set_attribute("", "version", std::string(GRIDSWARM_VERSION));
  set_attributes(file_, "", scenario.run);
  set_attributes(file_, "", scenario.passive);
  for (std::size_t k = 0; k < feeders.size(); ++k) {
    char name[32];
    std::snprintf(name, sizeof name, "feeder_%02zu", k);
    Group& group = groups_.emplace_back();
    file_.set_attribute(name, "case", feeders[k].name);
    file_.set_attribute(name, "kw_per_pu", feeders[k].kw_per_pu);
    if (buses_) add_wires(std::string(name) + "/wires", group, feeders[k]);
    file_.set_attribute(name, "base_mva", feeders[k].base_mva);
    add_grid(name, feeders[k]);
    add_totals(std::string(name) + "/totals", group);
    add_agents(std::string(name) + "/agents", group, feeders[k]);
    if (!devices_) continue;
    const std::string devices = std::string(name) + "/devices";
    group.devices_time =
        file_.add_growing_axis(devices + "/time", {since_, "start of control tick"});
    file_.add_axis(devices + "/variant", variants_, {"", "variant of the run"});
    file_.add_axis(devices + "/agent", feeders[k].agent, {"", "agent id"});
    const std::vector<std::string> dims = {"time", "variant", "agent"};
    group.device_p_kw = file_.add_dataset(devices + "/p_kw", dims, {"kW", "power into the grid"});
    group.device_soc = file_.add_dataset(devices + "/soc", dims, {"", "state of charge after it"});
  }
}

void ResultsFile::add_wires(const std::string& name, Group& group,
                            const swarm::FeederLayout& feeder) {
  group.wires_time = file_.add_growing_axis(name + "/time", {since_, "start of control tick"});
  file_.add_axis(name + "/variant", variants_, {"", "variant of the run"});
  add_buses(name, feeder);
  const bool by_node = !feeder.node.empty();
  if (by_node) file_.add_axis(name + "/node", feeder.node, {"", "node of the circuit: bus.phase"});
  const std::vector<std::string> dims = {"time", "variant", "bus"};
  const std::vector<std::string> v_dims = {"time", "variant", by_node ? "node" : "bus"};
  group.p_kw = file_.add_dataset(name + "/p_kw", dims, {"kW", "net active power into the grid"});
  group.q_kvar = file_.add_dataset(name + "/q_kvar", dims, {"kvar", "net reactive power"});
  group.vm_pu = file_.add_dataset(name + "/vm_pu", v_dims, {"1", "voltage magnitude, p.u."});
  group.va_deg = file_.add_dataset(name + "/va_deg", v_dims, {"degree", "voltage angle"});
}

void ResultsFile::add_buses(const std::string& name, const swarm::FeederLayout& feeder) {
  if (feeder.bus_name.empty())
    file_.add_axis(name + "/bus", feeder.bus, {"", "bus id of the case"});
  else
    file_.add_axis(name + "/bus", feeder.bus_name, {"", "bus name of the circuit"});
}

void ResultsFile::put_buses(const std::string& name, const std::string& dim, const char* text,
                            const std::vector<std::int64_t>& ids,
                            const swarm::FeederLayout& feeder) {
  if (feeder.bus_name.empty()) {
    const auto set = file_.add_dataset(name, {dim}, {"", text}, Hdf5Type::i64);
    file_.write_rows(set, 0, static_cast<std::int64_t>(ids.size()), ids.data());
    return;
  }
  std::vector<std::string> names;  // a circuit's ids count its buses from 1
  for (const std::int64_t id : ids)
    names.push_back(feeder.bus_name[static_cast<std::size_t>(id - 1)]);
  file_.add_texts(name, dim, names, {"", text});
}

void ResultsFile::add_grid(const std::string& name, const swarm::FeederLayout& feeder) {
  std::vector<std::int64_t> rows(feeder.fbus.size());
  std::iota(rows.begin(), rows.end(), 1);
  add_buses(name + "/buses", feeder);
  file_.add_axis(name + "/branches/branch", rows, {"", "row of the case's branches, from 1"});
  const auto put = [&](const char* dim, const char* path, const char* unit, const char* text,
                       const auto& values) {
    using Number = typename std::decay_t<decltype(values)>::value_type;
    const auto set = file_.add_dataset(name + path, {dim}, {unit, text},
                                       std::is_integral_v<Number> ? Hdf5Type::i64 : Hdf5Type::f64);
    file_.write_rows(set, 0, static_cast<std::int64_t>(values.size()), values.data());
  };
  put("bus", "/buses/type", "", "1 load, 2 PV, 3 source, 4 isolated", feeder.bus_type);
  put("bus", "/buses/base_kv", "kV", "base voltage", feeder.base_kv);
  put("bus", "/buses/gs_mw", "MW", "shunt consumption at 1 p.u.", feeder.gs_mw);
  put("bus", "/buses/bs_mvar", "Mvar", "shunt injection at 1 p.u.", feeder.bs_mvar);
  put_buses(name + "/branches/fbus", "branch", "from bus", feeder.fbus, feeder);
  put_buses(name + "/branches/tbus", "branch", "to bus", feeder.tbus, feeder);
  put("branch", "/branches/r_pu", "1", "series resistance, p.u. on base_mva", feeder.r_pu);
  put("branch", "/branches/x_pu", "1", "series reactance, p.u. on base_mva", feeder.x_pu);
  put("branch", "/branches/b_pu", "1", "line charging, p.u. on base_mva", feeder.b_pu);
  put("branch", "/branches/rate_mva", "MVA", "rating, 0 unlimited", feeder.rate_mva);
  put("branch", "/branches/ratio", "1", "transformer ratio at the from end, 0 means 1",
      feeder.ratio);
  put("branch", "/branches/shift_deg", "degree", "phase shift at the from end", feeder.shift_deg);
  put("branch", "/branches/in_service", "", "1 in service", feeder.in_service);
}

void ResultsFile::add_agents(const std::string& name, Group& group,
                             const swarm::FeederLayout& feeder) {
  group.agents_time = file_.add_growing_axis(name + "/time", {since_, "end of ledger tick"});
  file_.add_axis(name + "/variant", variants_, {"", "variant of the run"});
  file_.add_axis(name + "/agent", feeder.agent, {"", "agent id"});
  const std::vector<std::string> dims = {"time", "variant", "agent"};
  group.soc = file_.add_dataset(name + "/soc", dims, {"", "state of charge at the end"});
  group.e_out_kwh = file_.add_dataset(name + "/e_out_kwh", dims, {"kWh", "energy into the grid"});
  group.e_in_kwh = file_.add_dataset(name + "/e_in_kwh", dims, {"kWh", "energy out of the grid"});
  group.cluster =
      file_.add_dataset(name + "/cluster", dims, {"", "cluster id, -1 without"}, Hdf5Type::i64);
  group.leader = file_.add_dataset(
      name + "/leader", dims, {"", "agent id of its cluster's leader, -1 without"}, Hdf5Type::i64);
  const auto per_agent = [&](const char* column, const char* unit, const char* text,
                             const auto& values, Hdf5Type type) {
    const auto set = file_.add_dataset(name + "/" + column, {"agent"}, {unit, text}, type);
    file_.write_rows(set, 0, static_cast<std::int64_t>(values.size()), values.data());
  };
  put_buses(name + "/bus", "agent",
            feeder.bus_name.empty() ? "bus id of the agent" : "bus name of the agent",
            feeder.agent_bus, feeder);
  if (!feeder.agent_phases.empty())
    file_.add_texts(name + "/phases", "agent", feeder.agent_phases,
                    {"", "phases it joins, nothing: all of its bus"});
  per_agent("kind", "", "0 pv, 1 wind, 2 battery, 3 ev, 4 meter, 5 load", feeder.agent_kind,
            Hdf5Type::i64);
  per_agent("e_kwh", "kWh", "storage capacity", feeder.e_kwh, Hdf5Type::f64);
  per_agent("efficiency", "", "one-way storage efficiency", feeder.efficiency, Hdf5Type::f64);
}

void ResultsFile::add_totals(const std::string& name, Group& group) {
  group.totals_time = file_.add_growing_axis(name + "/time", {since_, "start of control tick"});
  file_.add_axis(name + "/variant", variants_, {"", "variant of the run"});
  for (const auto& field : fields<swarm::TickTotals>())
    group.totals.push_back(
        file_.add_dataset(name + "/" + field.name, {"time", "variant"}, {field.unit, field.text}));
}

void ResultsFile::interval(const swarm::FeederInterval& rows) {
  Group& group = groups_[static_cast<std::size_t>(rows.feeder)];
  if (buses_) write_wires(group, rows);
  write_agents(group, rows);
  group.kept.insert(group.kept.end(), rows.totals.begin(), rows.totals.end());
  if (!devices_) return;
  const std::int64_t first = static_cast<std::int64_t>(rows.interval) * interval_ticks_;
  column_.resize(static_cast<std::size_t>(rows.ticks));
  for (Index t = 0; t < rows.ticks; ++t) column_[t] = static_cast<double>(first + t) * dt_s_;
  file_.write_rows(group.devices_time, first, rows.ticks, column_.data());
  file_.write_rows(group.device_p_kw, first, rows.ticks, rows.agent_p_kw.data());
  file_.write_rows(group.device_soc, first, rows.ticks, rows.agent_soc.data());
}

void ResultsFile::write_wires(Group& group, const swarm::FeederInterval& rows) {
  const std::int64_t first = static_cast<std::int64_t>(rows.interval) * interval_ticks_;
  column_.resize(static_cast<std::size_t>(rows.ticks));
  for (Index t = 0; t < rows.ticks; ++t) column_[t] = static_cast<double>(first + t) * dt_s_;
  file_.write_rows(group.wires_time, first, rows.ticks, column_.data());
  file_.write_rows(group.p_kw, first, rows.ticks, rows.p_kw.data());
  file_.write_rows(group.q_kvar, first, rows.ticks, rows.q_kvar.data());
  column_.resize(rows.v_re_pu.size());
  column2_.resize(rows.v_re_pu.size());
  for (std::size_t i = 0; i < rows.v_re_pu.size(); ++i) {
    column_[i] = std::hypot(rows.v_re_pu[i], rows.v_im_pu[i]);
    column2_[i] = std::atan2(rows.v_im_pu[i], rows.v_re_pu[i]) / rad_per_deg;
  }
  file_.write_rows(group.vm_pu, first, rows.ticks, column_.data());
  file_.write_rows(group.va_deg, first, rows.ticks, column2_.data());
}

void ResultsFile::write_agents(Group& group, const swarm::FeederInterval& rows) {
  const double end_s = static_cast<double>(rows.interval + 1) * ledger_dt_s_;
  file_.write_rows(group.agents_time, rows.interval, 1, &end_s);
  file_.write_rows(group.soc, rows.interval, 1, rows.soc.data());
  file_.write_rows(group.e_out_kwh, rows.interval, 1, rows.e_out_kwh.data());
  file_.write_rows(group.e_in_kwh, rows.interval, 1, rows.e_in_kwh.data());
  file_.write_rows(group.cluster, rows.interval, 1, rows.cluster.data());
  file_.write_rows(group.leader, rows.interval, 1, rows.leader.data());
}

void ResultsFile::write_totals(Group& group) {
  const auto variants = variants_.size();
  const auto ticks = static_cast<std::int64_t>(group.kept.size() / variants);
  column_.resize(static_cast<std::size_t>(ticks));
  for (std::int64_t t = 0; t < ticks; ++t) column_[t] = static_cast<double>(t) * dt_s_;
  file_.write_rows(group.totals_time, 0, ticks, column_.data());
  column_.resize(group.kept.size());
  const auto table = fields<swarm::TickTotals>();
  for (std::size_t f = 0; f < table.size(); ++f) {
    const auto member = std::get<double swarm::TickTotals::*>(table[f].member);
    for (std::size_t i = 0; i < group.kept.size(); ++i) column_[i] = group.kept[i].*member;
    file_.write_rows(group.totals[f], 0, ticks, column_.data());
  }
}

void ResultsFile::end() {
  for (Group& group : groups_) write_totals(group);
  file_.close();
}

}  // namespace gridswarm::inline GS_ABI::io
