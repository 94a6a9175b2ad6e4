// SPDX-License-Identifier: BSD-3-Clause
#include "app/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace gridswarm::app {
namespace {

// The one global of the program: a signal handler can reach nothing else.
std::atomic<bool> signal_came{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int) { signal_came.store(true, std::memory_order_relaxed); }

}  // namespace

void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART | SA_RESETHAND;  // the second signal finds the default: it kills
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept { return signal_came.load(std::memory_order_relaxed); }

}  // namespace gridswarm::app
