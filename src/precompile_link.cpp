// SPDX-License-Identifier: BSD-3-Clause
// The bodies of link/, once.
#include "gridswarm/link/delay.ipp"
#include "gridswarm/link/event_queue.ipp"
#include "gridswarm/link/network.ipp"
#include "gridswarm/link/send.ipp"
