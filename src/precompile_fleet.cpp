// SPDX-License-Identifier: BSD-3-Clause
// The bodies of fleet/, once.
#include "gridswarm/fleet/device.ipp"
#include "gridswarm/fleet/forecast.ipp"
#include "gridswarm/fleet/inverter.ipp"
#include "gridswarm/fleet/inverter_settings.ipp"
#include "gridswarm/fleet/on_feeder.ipp"
#include "gridswarm/fleet/phases.ipp"
#include "gridswarm/fleet/profile.ipp"
#include "gridswarm/fleet/select.ipp"
#include "gridswarm/fleet/synthetic.ipp"
#include "gridswarm/fleet/synthetic_profiles.ipp"
