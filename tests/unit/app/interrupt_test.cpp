// SPDX-License-Identifier: BSD-3-Clause
#include "app/interrupt.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace gridswarm;

namespace {

/// Exit status of a child that catches interrupts and then gets so many of them; -signal if killed.
int child_after(int signals, int which) {
  const pid_t child = fork();
  if (child == 0) {
    app::catch_interrupts();
    if (app::interrupted()) _exit(1);
    for (int i = 0; i < signals; ++i) raise(which);
    _exit(app::interrupted() ? 130 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("the first signal sets the flag and lets the run go on, the second ends it") {
  CHECK(child_after(0, SIGINT) == 0);
  CHECK(child_after(1, SIGINT) == 130);
  CHECK(child_after(1, SIGTERM) == 130);
  CHECK(child_after(2, SIGINT) == -SIGINT);
}
