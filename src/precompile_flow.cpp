// SPDX-License-Identifier: BSD-3-Clause
// The bodies of flow/, once.
#include "gridswarm/flow/power_flow.ipp"
#include "gridswarm/flow/sensitivity.ipp"
