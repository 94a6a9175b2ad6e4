# SPDX-License-Identifier: BSD-3-Clause
"""Batched power flow beside other packages: same grid, same scenarios, same outputs and accuracy.

usage: ./dev peers flow [--json] [--grid NAME]... [--threads 1,2] [--plot FILE.svg]

Each package runs at its loosest tolerance that keeps every voltage of every scenario within
1e-8 p.u. of a reference made here. Then all take turns, several rounds, and the best counts: the
time of one call that leaves |V| and angle of every bus. See README.md beside this file.
"""
import argparse
import json
import os
import pathlib
import sys
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
warnings.filterwarnings("ignore", message=".*slack bus")  # lightsim2grid takes the ext_grid
warnings.filterwarnings("ignore", message=".*some Nan in the pp_net.trafo")  # no taps: 0

import numpy as np  # noqa: E402

import fair  # noqa: E402
import grids  # noqa: E402
import packages  # noqa: E402
import reference  # noqa: E402

ACCURACY_PU = 1e-8
COMMAND = "./dev peers flow --json"
RADIAL = {"pgm_iterative_current": [packages.PgmIterativeCurrent],
          "pgm_newton": [packages.PgmNewton], "pandapower": [packages.Pandapower]}
MESHED = {"lightsim2grid": [packages.Lightsim2grid, packages.Lightsim2gridSeries],
          "pandapower": [packages.Pandapower]}
# name: how it is made, who comes, and the smallest ratio that the issue asks for
GRIDS = {
    "radial_1k": (lambda: grids.radial(1000, 1000), RADIAL,
                  {"pgm_iterative_current": 25, "pgm_newton": 60}),
    "radial_10k": (lambda: grids.radial(10_000, 1000), RADIAL,
                   {"pgm_iterative_current": 25, "pgm_newton": 60}),
    "radial_100k": (lambda: grids.radial(100_000, 100),
                    {"pgm_iterative_current": [packages.PgmIterativeCurrent]},
                    {"pgm_iterative_current": 12}),
    "case118": (lambda: grids.meshed("case118", 256), MESHED, {"lightsim2grid": 2}),
    "case1354pegase": (lambda: grids.meshed("case1354pegase", 256), MESHED, {"lightsim2grid": 2}),
    "case9241pegase": (lambda: grids.meshed("case9241pegase", 256), MESHED, {"lightsim2grid": 2}),
}


def error_pu(package, solved, truth):
    vm_pu, angle = solved
    return np.abs(vm_pu * np.exp(1j * angle * package.rad_per_angle) - truth[:len(vm_pu)]).max()


def compare(name, threads_wanted):
    """What each package did on this grid, gridswarm first, for each number of threads."""
    make, peers, _ = GRIDS[name]
    grid = make()
    truth = reference.voltages(grid)
    named = [("", packages.Gridswarm(grid))]
    named += [(peer, made(grid)) for peer, all_made in peers.items() for made in all_made]
    losses = [package.losses_mw() for _, package in named]
    for (_, package), value in zip(named, losses):
        if not abs(value - losses[0]) <= 1e-6 * losses[0]:
            sys.exit(f"flow.py: {package.name} finds {value} MW of losses, not {losses[0]}")
    found = [fair.loosest(package, truth, ACCURACY_PU, error_pu) for _, package in named]
    if None in found:
        sys.exit("flow.py: a package without a tolerance has no place beside the others")
    results = []
    for threads in threads_wanted:
        runners = [k for k, (_, package) in enumerate(named) if threads in package.threads]
        for k in runners:
            named[k][1].use(threads)
        times = fair.race([(named[k][1], found[k][0]) for k in runners], threads)
        for k, (seconds, rounds) in zip(runners, times):
            peer, package = named[k]
            count = min(len(truth), getattr(package, "at_most", len(truth)))
            results.append({
                "grid": name, "peer": peer, "name": package.name, "threads": threads,
                "rounds": rounds, "tolerance": found[k][0], "error_pu": found[k][1],
                "scenarios": count, "buses": truth.shape[1], "seconds": seconds,
                "losses_mw": losses[k], "ns": seconds * 1e9 / (count * truth.shape[1])})
    return results


def rows_of(results):
    """One row per grid and peer at one thread; where a peer came twice, its faster way counts."""
    ours = next(one for one in results if not one["peer"])
    rows = []
    for peer in dict.fromkeys(one["peer"] for one in results if one["peer"]):
        theirs = min((one for one in results if one["peer"] == peer and one["threads"] == 1),
                     key=lambda one: one["ns"])
        bar = GRIDS[ours["grid"]][2].get(peer)
        rows.append({"name": f"{ours['grid']}_vs_{peer}", "value": theirs["ns"] / ours["ns"],
                     "unit": "x", "op": ">=" if bar else None, "bar": bar,
                     "repeats": min(theirs["rounds"], ours["rounds"]), "command": COMMAND,
                     "error_pu": ours["error_pu"], "peer_error_pu": theirs["error_pu"],
                     "ns": ours["ns"], "peer_ns": theirs["ns"]})
    return rows


def print_table(results):
    """For people, on stderr, so that --json leaves stdout to the rows."""
    first = results[0]
    lines = [f"{first['grid']}: {first['buses']} buses, {first['scenarios']} scenarios, losses "
             f"{first['losses_mw']:.6f} MW as stated"]
    for threads in dict.fromkeys(one["threads"] for one in results):
        some = [one for one in results if one["threads"] == threads]
        lines.append(f"{'package, threads: ' + str(threads):<36}{'tolerance':>10}{'error p.u.':>12}"
                     f"{'ms':>11}{'ns/bus/scen.':>14}{'time ratio':>12}{'rounds':>8}")
        lines += [f"{one['name']:<36}{one['tolerance']:>10.0e}{one['error_pu']:>12.1e}"
                  f"{one['seconds'] * 1e3:>11.2f}{one['ns']:>14.1f}"
                  f"{one['ns'] / some[0]['ns']:>12.2f}{one['rounds']:>8}" for one in some]
    print("\n".join(lines), end="\n\n", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev peers flow", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="rows as one JSON object")
    parser.add_argument("--grid", action="append", choices=GRIDS, help="this grid only")
    parser.add_argument("--threads", default="1", help="numbers of threads, 1 first: 1,2")
    parser.add_argument("--plot", type=pathlib.Path, help="draw all times into this file")
    asked = parser.parse_args()
    threads = [int(word) for word in asked.threads.split(",")]
    rows, all_results = [], []
    for name in asked.grid or GRIDS:
        results = compare(name, threads)
        all_results += results
        rows += rows_of(results)
        print_table(results)
    if asked.plot:
        import plot
        plot.draw(all_results, asked.plot)
    if asked.json:
        print(json.dumps({"rows": rows}))
        return
    print("Time of that package over gridswarm's, best of several rounds, one thread.")
    for row in rows:
        bar = f"   (bar {row['bar']})" if row["bar"] else ""
        print(f"{row['name']:<40}{row['value']:>10.2f} {row['unit']}{bar}")


if __name__ == "__main__":
    main()
