// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/swarm/banks.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace banks_detail {

GS_INLINE bool is_storage(fleet::Kind kind) {
  return kind == fleet::Kind::battery || kind == fleet::Kind::ev;
}

GS_INLINE bool names(const InverterSource& source, fleet::Kind kind, AgentId id) {
  static constexpr const char* words[] = {"pv", "wind", "battery", "ev"};
  const char* word = words[static_cast<int>(kind)];
  return (source.devices == "all" || source.devices == word) && id >= source.first_agent &&
         id <= source.last_agent;
}

GS_INLINE BankOfRun make_bank_of(const Scenario& scenario, const InverterSource& source,
                                 const fleet::Nameplate& plate, std::vector<Index> agent) {
  BankOfRun out;
  out.agent = std::move(agent);
  Column<double> p_kw, s_kva, charge_kw;
  Column<AgentId> id;
  for (const Index i : out.agent) {
    p_kw.push_back(plate.rating_kw[i]);
    s_kva.push_back(plate.s_kva[i]);
    charge_kw.push_back(is_storage(plate.kind[i]) ? plate.rating_kw[i] : 0.0);
    id.push_back(plate.id[i]);
  }
  fleet::InverterSettings settings = source.settings;
  settings.nominal_hz = scenario.run.f_hz;
  if (fleet::solve_inside(settings, scenario.run.dt_s))
    throw UsageError("[[inverter]]: volt-var responds within " +
                     std::to_string(settings.volt_var.open_loop_s) + " s, sooner than a tick of " +
                     std::to_string(scenario.run.dt_s) +
                     " s: choose a shorter dt_s, or leave [[inverter]] out, and the curve of "
                     "[volt_var] is solved inside the tick");
  out.bank = fleet::make_bank(settings, scenario.run.dt_s, {p_kw, s_kva, charge_kw, id}, true,
                              static_cast<std::uint64_t>(scenario.run.seed));
  for (Column<double>* column :
       {&out.v_pu, &out.f_hz, &out.want, &out.low, &out.high, &out.health, &out.p, &out.q})
    column->assign(out.agent.size(), 0.0);
  return out;
}

}  // namespace banks_detail

GS_INLINE std::vector<BankOfRun> make_banks(const Scenario& scenario, const fleet::Fleet& fleet) {
  using namespace banks_detail;
  std::vector<BankOfRun> banks;
  if (scenario.inverters.empty()) return banks;
  const fleet::Nameplate& plate = fleet.plate;
  std::vector<std::vector<Index>> members(scenario.inverters.size());
  for (Index i = 0; i < fleet.size(); ++i) {
    if (plate.kind[i] == fleet::Kind::meter || plate.kind[i] == fleet::Kind::load) continue;
    std::size_t k = 0;
    while (k < members.size() && !names(scenario.inverters[k], plate.kind[i], plate.id[i])) ++k;
    if (k == members.size())
      throw UsageError("agent " + std::to_string(plate.id[i]) +
                       " is named by no [[inverter]]: add one with devices = \"all\" at the end");
    members[k].push_back(i);
  }
  for (std::size_t k = 0; k < members.size(); ++k)
    if (!members[k].empty())
      banks.push_back(make_bank_of(scenario, scenario.inverters[k], plate, std::move(members[k])));
  return banks;
}

GS_INLINE void step_banks(const fleet::Fleet& fleet, std::vector<BankOfRun>& banks,
                          Column<double>& p_kw, Column<double>& q_kvar) {
  const fleet::State& state = fleet.state;
  if (banks.empty()) return;
  std::copy(state.q_kvar.begin(), state.q_kvar.end(), q_kvar.begin());  // of loads
  for (BankOfRun& of : banks) {
    for (std::size_t k = 0; k < of.agent.size(); ++k) {
      const Index i = of.agent[k];
      const double per_kw = 1.0 / fleet.plate.rating_kw[i];
      const bool storage = banks_detail::is_storage(fleet.plate.kind[i]);
      of.v_pu[k] = state.v_pu[i];
      of.f_hz[k] = state.f_hz[i];
      of.want[k] = p_kw[i] * per_kw;
      of.low[k] = storage ? state.p_min_kw[i] * per_kw : 0.0;
      of.high[k] = (storage ? state.p_max_kw[i] : state.generation_kw[i]) * per_kw;
      of.health[k] = state.health[i];
    }
    fleet::step(of.bank, {of.v_pu, of.v_pu, of.v_pu, of.f_hz, of.want, of.low, of.high, of.health},
                of.p, of.q);
    for (std::size_t k = 0; k < of.agent.size(); ++k) {
      const Index i = of.agent[k];
      p_kw[i] = of.p[k] * fleet.plate.rating_kw[i];
      q_kvar[i] = of.q[k] * fleet.plate.s_kva[i];
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::swarm
