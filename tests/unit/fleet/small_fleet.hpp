// SPDX-License-Identifier: BSD-3-Clause
// Fleets of a few agents, written down in a test.
#pragma once

#include "gridswarm/fleet/device.hpp"

namespace gridswarm::test {

struct Device {
  fleet::Kind kind;
  double rating_kw = 1.0;
  double e_kwh = 0.0;
  double soc = 0.0;
  double soc_min = 0.0;
  double efficiency = 1.0;
  Index profile = none;
  Index bus = 0;
  double arrive_h = 18.0;
  double depart_h = 7.0;
  double soc_depart = 0.8;
  double power_factor = 1.0;
  double s_kva = -1.0;  ///< negative: the rating
};

inline fleet::Fleet make_fleet(const std::vector<Device>& devices, Index profiles = 0) {
  fleet::Fleet out;
  fleet::Nameplate& plate = out.plate;
  for (const Device& d : devices) {
    plate.id.push_back(static_cast<AgentId>(plate.id.size()) + 1);
    plate.bus.push_back(d.bus);
    plate.kind.push_back(d.kind);
    plate.s_kva.push_back(d.s_kva < 0.0 ? d.rating_kw : d.s_kva);
    plate.rating_kw.push_back(d.rating_kw);
    plate.e_kwh.push_back(d.e_kwh);
    plate.soc_start.push_back(d.soc);
    plate.soc_min.push_back(d.soc_min);
    plate.efficiency.push_back(d.efficiency);
    plate.arrive_h.push_back(d.arrive_h);
    plate.depart_h.push_back(d.depart_h);
    plate.soc_depart.push_back(d.soc_depart);
    plate.cost_per_kw2.push_back(1.0);
    plate.power_factor.push_back(d.power_factor);
    plate.profile.push_back(d.profile);
  }
  for (Index i = 0; i < profiles; ++i) out.profile_names.push_back(std::to_string(i));
  fleet::reset_state(out);
  return out;
}

/// Values of per-unit profiles.
inline fleet::ProfileValues values(std::initializer_list<double> value) {
  fleet::ProfileValues out;
  out.value.assign(value);
  out.reactive.assign(value.size(), 0.0);
  out.unit.assign(value.size(), fleet::ProfileUnit::per_unit);
  out.has_reactive.assign(value.size(), 0);
  return out;
}

}  // namespace gridswarm::test
