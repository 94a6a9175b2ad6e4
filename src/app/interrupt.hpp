// SPDX-License-Identifier: BSD-3-Clause
// Ctrl-C ends a run between two ticks: what was committed stays whole, the exit status is 130.
#pragma once

namespace gridswarm::app {

/// From here on SIGINT and SIGTERM set a flag; a second signal ends the process at once.
void catch_interrupts();

/// Has a signal come? A run loop asks between ticks, closes its files and returns
/// ExitCode::interrupted. Safe from any thread.
bool interrupted() noexcept;

}  // namespace gridswarm::app
