// SPDX-License-Identifier: BSD-3-Clause
// The bodies of cluster/, once.
#include "gridswarm/cluster/cohesion.ipp"
#include "gridswarm/cluster/comparison.ipp"
#include "gridswarm/cluster/feeder_tree.ipp"
#include "gridswarm/cluster/form.ipp"
#include "gridswarm/cluster/history.ipp"
#include "gridswarm/cluster/leader.ipp"
#include "gridswarm/cluster/neighbours.ipp"
#include "gridswarm/cluster/options.ipp"
#include "gridswarm/cluster/part.ipp"
#include "gridswarm/cluster/quality.ipp"
#include "gridswarm/cluster/refine.ipp"
#include "gridswarm/cluster/tree_programme.ipp"
