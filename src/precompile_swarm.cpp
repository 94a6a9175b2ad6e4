// SPDX-License-Identifier: BSD-3-Clause
// The bodies of swarm/, once.
#include "gridswarm/swarm/control_tick.ipp"
#include "gridswarm/swarm/decide.ipp"
#include "gridswarm/swarm/feeder_run.ipp"
#include "gridswarm/swarm/journal.ipp"
#include "gridswarm/swarm/ledger_tick.ipp"
#include "gridswarm/swarm/run.ipp"
#include "gridswarm/swarm/scenario.ipp"
#include "gridswarm/swarm/sink.ipp"
#include "gridswarm/swarm/summary.ipp"
#include "gridswarm/swarm/totals.ipp"
#include "gridswarm/swarm/town.ipp"
#include "gridswarm/swarm/wires.ipp"
