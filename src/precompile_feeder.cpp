// SPDX-License-Identifier: BSD-3-Clause
// The bodies of feeder/, once.
#include "gridswarm/feeder/admittance.ipp"
#include "gridswarm/feeder/circuit.ipp"
#include "gridswarm/feeder/forest.ipp"
#include "gridswarm/feeder/primitive.ipp"
#include "gridswarm/feeder/reduction.ipp"
#include "gridswarm/feeder/spanning.ipp"
#include "gridswarm/feeder/synthetic.ipp"
