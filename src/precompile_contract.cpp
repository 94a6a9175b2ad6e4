// SPDX-License-Identifier: BSD-3-Clause
// The bodies of contract/, once.
#include "gridswarm/contract/apply.ipp"
#include "gridswarm/contract/energy.ipp"
#include "gridswarm/contract/leader.ipp"
#include "gridswarm/contract/membership.ipp"
#include "gridswarm/contract/records.ipp"
#include "gridswarm/contract/set.ipp"
#include "gridswarm/contract/settlement.ipp"
#include "gridswarm/contract/state.ipp"
#include "gridswarm/contract/verdict.ipp"
