// SPDX-License-Identifier: BSD-3-Clause
// The bodies of swarm/, once.
#include "gridswarm/swarm/journal.ipp"
