// SPDX-License-Identifier: BSD-3-Clause
// The bodies of flow/, once.
#include "gridswarm/flow/batch.ipp"
#include "gridswarm/flow/branch_flow.ipp"
#include "gridswarm/flow/laws.ipp"
#include "gridswarm/flow/many.ipp"
#include "gridswarm/flow/margin.ipp"
#include "gridswarm/flow/power_flow.ipp"
#include "gridswarm/flow/sensitivity.ipp"
#include "gridswarm/flow/solver.ipp"
#include "gridswarm/flow/stream.ipp"
#include "gridswarm/flow/subset.ipp"
#include "gridswarm/flow/summary.ipp"
#include "gridswarm/flow/tree_power.ipp"
