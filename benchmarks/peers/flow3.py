# SPDX-License-Identifier: BSD-3-Clause
"""Batched three-phase power flow beside other packages: same feeder, scenarios, outputs, accuracy.

usage: ./dev peers flow3 [--json] [--grid NAME]... [--plot FILE.svg]

As flow.py, with 1e-6 p.u. of a reference that is solved to 1e-11 or better, one thread. OpenDSS's
circuits are those of $GRIDSWARM_SHARED_DATA/threephase. See README.md beside this file.
"""
import argparse
import json
import os
import pathlib
import sys
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

import fair  # noqa: E402
import grids3  # noqa: E402
import packages3  # noqa: E402

ACCURACY_PU = 1e-6
SCENARIOS = 500
COMMAND = "./dev peers flow3 --json"
PGM = {"pgm_newton": [packages3.PgmNewton],
       "pgm_iterative_current": [packages3.PgmIterativeCurrent]}
WITH_PANDAPOWER = {**PGM, "pandapower": [packages3.Pandapower]}
OPENDSS = {"opendss": [packages3.OpenDss, packages3.OpenDssShapes]}


def circuit(name, folder, controls=False):
    return lambda: grids3.opendss(name, folder, SCENARIOS, controls)


# name: how it is made, its reference, who comes, and the smallest ratio that the issue asks for
GRIDS = {
    "radial3_1k": (lambda: grids3.radial(1000, SCENARIOS), grids3.radial_voltages,
                   WITH_PANDAPOWER, {"pgm_newton": 50}),
    "radial3_10k": (lambda: grids3.radial(10_000, SCENARIOS), grids3.radial_voltages, PGM,
                    {"pgm_newton": 50}),
    "european_lv": (circuit("european_lv", "european_lv"), packages3.opendss_voltages, OPENDSS,
                    {"opendss": 40}),
    "ckt5": (circuit("ckt5", "epri_ckt5"), packages3.opendss_voltages, OPENDSS, {"opendss": 40}),
    "ieee8500": (circuit("ieee8500", "ieee8500"), packages3.opendss_voltages, OPENDSS,
                 {"opendss": 40}),
    "ieee8500_controls": (circuit("ieee8500_controls", "ieee8500", controls=True),
                          packages3.opendss_voltages, {"opendss": [packages3.OpenDss]},
                          {"opendss": 10}),
}


def error_pu(package, solved, truth):
    magnitude, angle = solved
    if package.scale is not None:
        magnitude = magnitude / package.scale
    found = magnitude * np.exp(1j * angle * package.rad_per_angle)
    count = min(len(found), len(truth))
    return np.abs(found[:count] - truth[:count, package.order]).max()


def loosest(package, truth):
    """As fair.loosest(); who comes for information only has no tolerance to be found."""
    if getattr(package, "is_information", False):
        return np.nan, None
    return fair.loosest(package, truth, ACCURACY_PU, error_pu, decades=11)


def compare(name):
    """What each package did on this feeder, gridswarm first."""
    make, reference, peers, _ = GRIDS[name]
    feeder = make()
    truth = reference(feeder)
    named = [("", packages3.Gridswarm(feeder))]
    named += [(peer, made(feeder)) for peer, all_made in peers.items() for made in all_made]
    found = [loosest(package, truth) for _, package in named]
    if found[0] is None:
        sys.exit("flow3.py: nothing to compare with")
    runners = [k for k in range(len(named)) if found[k] is not None]
    times = fair.race([(named[k][1], found[k][0]) for k in runners], threads=1)
    results = []
    for k, (seconds, rounds) in zip(runners, times):
        peer, package = named[k]
        count = min(SCENARIOS, getattr(package, "at_most", SCENARIOS))
        results.append({
            "grid": name, "peer": peer, "name": package.name, "threads": 1, "rounds": rounds,
            "tolerance": found[k][0], "error_pu": found[k][1], "scenarios": count,
            "nodes": truth.shape[1], "seconds": seconds,
            "ns": seconds * 1e9 / (count * truth.shape[1])})
    return results


def rows_of(results):
    """One row per feeder and peer; where a peer came twice, its faster way counts."""
    ours = results[0]
    rows = []
    for peer in dict.fromkeys(one["peer"] for one in results if one["peer"]):
        theirs = min((one for one in results if one["peer"] == peer), key=lambda one: one["ns"])
        bar = GRIDS[ours["grid"]][3].get(peer)
        rows.append({"name": f"{ours['grid']}_vs_{peer}", "value": theirs["ns"] / ours["ns"],
                     "unit": "x", "op": ">=" if bar else None, "bar": bar,
                     "repeats": min(theirs["rounds"], ours["rounds"]), "command": COMMAND,
                     "error_pu": ours["error_pu"], "peer_error_pu": theirs["error_pu"],
                     "ns": ours["ns"], "peer_ns": theirs["ns"]})
    return rows


def print_table(results):
    """For people, on stderr, so that --json leaves stdout to the rows."""
    first = results[0]
    lines = [f"{first['grid']}: {first['nodes']} nodes, {first['scenarios']} scenarios",
             f"{'package':<36}{'tolerance':>10}{'error p.u.':>12}{'ms/scenario':>13}"
             f"{'ns/node/scen.':>15}{'time ratio':>12}{'rounds':>8}"]
    lines += [f"{one['name']:<36}{one['tolerance']:>10.0e}{one['error_pu'] or np.nan:>12.1e}"
              f"{one['seconds'] * 1e3 / one['scenarios']:>13.3f}{one['ns']:>15.1f}"
              f"{one['ns'] / first['ns']:>12.2f}{one['rounds']:>8}" for one in results]
    print("\n".join(lines), end="\n\n", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev peers flow3",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="rows as one JSON object")
    parser.add_argument("--grid", action="append", choices=GRIDS, help="this feeder only")
    parser.add_argument("--plot", type=pathlib.Path, help="draw all times into this file")
    asked = parser.parse_args()
    rows, all_results = [], []
    for name in asked.grid or GRIDS:
        begin = time.perf_counter()
        results = compare(name)
        all_results += results
        rows += rows_of(results)
        print_table(results)
        print(f"{time.perf_counter() - begin:.0f} s for {name}\n", file=sys.stderr)
    if asked.plot:
        import plot
        plot.draw(all_results, asked.plot, "ns per node and scenario")
    if asked.json:
        print(json.dumps({"rows": rows}))
        return
    print("Time of that package over gridswarm's, best of several rounds, one thread.")
    for row in rows:
        bar = f"   (bar {row['bar']})" if row["bar"] else ""
        print(f"{row['name']:<44}{row['value']:>10.2f} {row['unit']}{bar}")


if __name__ == "__main__":
    main()
