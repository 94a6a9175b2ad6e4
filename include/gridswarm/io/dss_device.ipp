// SPDX-License-Identifier: BSD-3-Clause
// Bodies of dss_device.hpp.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/io/dss_device.hpp"
#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

constexpr std::array<DssNumber<DssDevice>, 3> device_numbers{
    {{"kv", &DssDevice::kv}, {"vminpu", &DssDevice::v_min}, {"vmaxpu", &DssDevice::v_max}}};

}  // namespace

GS_INLINE bool replay_device(DssBuild& build, DssDevice& device, const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (read_number<DssDevice>(device, device_numbers, property)) return true;
  Index* shape = nullptr;
  if (name == "daily") shape = &device.daily;
  if (name == "yearly") shape = &device.yearly;
  if (name == "duty") shape = &device.duty;
  if (shape != nullptr) {
    *shape = word_of(value) == "none" ? none : profile_of(build, value);
    return true;
  }
  if (name == "phases")
    device.phases = phases_of(value);
  else if (name == "bus1")
    device.bus = bus_of(value);
  else if (name == "conn")
    device.connection = connection_of(value);
  else if (name == "model")
    device.model = integer_of(value);
  else
    return false;
  return true;
}

GS_INLINE void append_device(DssBuild& build, const DssObject& object, const DssDevice& device,
                             feeder::DerKind kind, double kva, double kw, double kvar) {
  require_positive(object, "kv", device.kv);
  if (device.bus.name.empty()) fail(object, "has no bus1");
  for (const double number : {kva, kw, kvar, device.v_min, device.v_max})
    if (!std::isfinite(number)) fail(object, "has a power or a limit that is not a finite number");
  feeder::Ders& rows = build.circuit.ders;
  rows.kind.push_back(kind);
  rows.nodes.append(nodes_of(build, object, device.bus, device.phases,
                             conductors_of(device.connection, device.phases)));
  rows.connection.push_back(device.connection);
  rows.phases.push_back(device.phases);
  rows.kv.push_back(device.kv);
  rows.kva.push_back(kva);
  rows.kw.push_back(kw);
  rows.kvar.push_back(kvar);
  rows.v_min_pu.push_back(device.v_min);
  rows.v_max_pu.push_back(device.v_max);
  rows.rule.push_back(feeder::VarRule::given);
  rows.tan_phi.push_back(0.0);
  rows.volt_var.push_back({});
  rows.volt_watt.push_back({});
  rows.profile.push_back(device.daily != none    ? device.daily
                         : device.yearly != none ? device.yearly
                                                 : device.duty);
  rows.in_service.push_back(is_in_service(object) ? 1 : 0);
  remember(build, object, rows.size());
  rows.name.push_back(full_name(object));
}

}  // namespace gridswarm::inline GS_ABI::io
