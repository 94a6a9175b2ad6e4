// SPDX-License-Identifier: BSD-3-Clause
// The bodies of balance/, once.
#include "gridswarm/balance/boxed_quadratic.ipp"
#include "gridswarm/balance/cluster_trees.ipp"
#include "gridswarm/balance/dispatch.ipp"
#include "gridswarm/balance/frequency.ipp"
#include "gridswarm/balance/frequency_areas.ipp"
#include "gridswarm/balance/frequency_groups.ipp"
#include "gridswarm/balance/gate.ipp"
#include "gridswarm/balance/matching.ipp"
#include "gridswarm/balance/sharing.ipp"
#include "gridswarm/balance/tree_response.ipp"
#include "gridswarm/balance/volt_var.ipp"
#include "gridswarm/balance/volt_var_step.ipp"
