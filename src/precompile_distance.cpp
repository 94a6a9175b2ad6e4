// SPDX-License-Identifier: BSD-3-Clause
// The bodies of distance/, once.
#include "gridswarm/distance/edge_length.ipp"
#include "gridswarm/distance/electrical.ipp"
#include "gridswarm/distance/meshed.ipp"
#include "gridswarm/distance/pair_sum.ipp"
#include "gridswarm/distance/similarity.ipp"
#include "gridswarm/distance/star_mesh.ipp"
