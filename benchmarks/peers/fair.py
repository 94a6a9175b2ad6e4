# SPDX-License-Identifier: BSD-3-Clause
"""What every comparison here agrees in: at which tolerance a package runs, and how times are taken.

A package is what packages.py and packages3.py make: solve(tolerance, count=None), name.
"""
import sys
import time

import numpy as np

ROUNDS, SECONDS = 15, 20.0  # per package and grid: so many rounds, or about so long, at least 3


def loosest(package, truth, accuracy_pu, error_pu, decades=12):
    """(tolerance, error): the first of so many decades, 0.1, 0.01, ..., at which error_pu(package,
    solved, truth) is at most accuracy_pu; None if there is none, which is said on stderr.

    A tolerance that fails on ten scenarios is not tried on all.
    """
    error = np.inf
    for tolerance in [10.0 ** -k for k in range(1, decades + 1)]:
        for count in (min(10, len(truth)), None):
            try:
                error = error_pu(package, package.solve(tolerance, count), truth)
            except Exception as failure:  # what packages raise where they don't converge
                print(f"{package.name} at {tolerance:g}: {failure}", file=sys.stderr)
                error = np.inf
            if not error <= accuracy_pu:
                break
        else:
            return tolerance, error
    print(f"{package.name} never comes within {accuracy_pu:g} p.u.; last {error:g}",
          file=sys.stderr)
    return None


def race(entrants, threads):
    """[(best seconds, rounds)] of each (package, tolerance), taking turns: CPU time of the process
    for one thread, else time on the wall."""
    clock = time.process_time if threads == 1 else time.perf_counter
    best, spent = np.full(len(entrants), np.inf), np.zeros(len(entrants))
    rounds = [0] * len(entrants)
    for turn in range(ROUNDS):
        for k, (package, tolerance) in enumerate(entrants):
            if turn >= 3 and spent[k] > SECONDS:
                continue
            begin, on_wall = clock(), time.perf_counter()
            solved = package.solve(tolerance)
            taken = clock() - begin
            spent[k] += time.perf_counter() - on_wall
            del solved
            best[k] = min(best[k], taken)
            rounds[k] += 1
    return list(zip(best, rounds))
