// SPDX-License-Identifier: BSD-3-Clause
// The bodies of base/, once.
#include "gridswarm/base/angle.ipp"
#include "gridswarm/base/collectives.ipp"
#include "gridswarm/base/csr.ipp"
#include "gridswarm/base/exchange.ipp"
#include "gridswarm/base/normal.ipp"
#include "gridswarm/base/random.ipp"
