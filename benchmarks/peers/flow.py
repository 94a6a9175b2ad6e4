# SPDX-License-Identifier: BSD-3-Clause
"""Batched power flow beside other packages: same grid, same scenarios, same outputs and accuracy.

usage: ./dev peers flow [--json]

Each package runs at its loosest tolerance that keeps every voltage of every scenario within
1e-8 p.u. of a reference made here. Then all take turns, several rounds, and the best counts: the
seconds of one core from arrays of loads to arrays of |V| and angle. See README.md beside this file.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
warnings.filterwarnings("ignore", message=".*slack bus")  # lightsim2grid takes the ext_grid

import numpy as np  # noqa: E402
import scipy.sparse as sp  # noqa: E402
import scipy.sparse.linalg as spla  # noqa: E402

import packages  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = 500
SEED = 1
ACCURACY_PU = 1e-8
TOLERANCES = [10.0 ** -k for k in range(1, 13)]
COMMAND = "./dev peers flow --json"
PEERS = {
    "radial_1k": {"pgm_newton": packages.PgmNewton,
                  "pgm_iterative_current": packages.PgmIterativeCurrent,
                  "lightsim2grid": packages.Lightsim2grid},
    "ieee69": {"pgm_newton": packages.PgmNewton,
               "pgm_iterative_current": packages.PgmIterativeCurrent,
               "lightsim2grid": packages.Lightsim2grid,
               "pandapower": packages.Pandapower},
}


def read_cases():
    import gridswarm as gs
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "radial_1k")
        subprocess.run([os.environ["GRIDSWARM_PROGRAM"], "synth", "--buses", "1000", "--agents",
                        "1", "--seed", str(SEED), "-o", str(out)], check=True, capture_output=True)
        radial = gs.read_case(out / "case.m")
    return {"radial_1k": radial, "ieee69": gs.read_case(ROOT / "examples/data/ieee69.m")}


def random_loads(case):
    """(scenario, load) MW and Mvar: each load at 0.2 to 1.65 times what the case states."""
    rows = packages.load_rows(case)
    factor = np.random.default_rng(SEED).uniform(0.2, 1.65, (SCENARIOS, len(rows)))
    return factor * case.bus.pd_mw.to_numpy()[rows], factor * case.bus.qd_mvar.to_numpy()[rows]


def reference(case, p_mw, q_mvar):
    """Complex voltages (scenario, bus) of a tree to 1e-13 p.u., by none of the packages under test.

    With A the incidence (branch, bus): A' J = conj(S / V) and A V = z J, solved in turn by scipy's
    sparse LU of A without the source's column, until no voltage moves by more than 1e-13.
    """
    row = {bus: k for k, bus in enumerate(case.bus.bus)}
    count, lines = len(case.bus), np.arange(len(case.branch))
    ends = [[row[bus] for bus in case.branch[end]] for end in ("fbus", "tbus")]
    sign = np.r_[np.ones(len(lines)), -np.ones(len(lines))]
    incidence = sp.csc_matrix((sign, (np.r_[lines, lines], np.concatenate(ends))),
                              shape=(len(lines), count))
    z = (case.branch.r_pu + 1j * case.branch.x_pu).to_numpy()[:, None]
    is_source = (case.bus.type == 3).to_numpy()
    v_bus = (case.bus.vm_pu * np.exp(1j * np.deg2rad(case.bus.va_deg))).to_numpy()[:, None]
    inner = incidence[:, ~is_source].astype(complex)
    up, down = spla.splu(inner.T.tocsc()), spla.splu(inner)
    from_source = incidence[:, is_source] @ v_bus[is_source]
    power = np.zeros((count, len(p_mw)), complex)
    power[packages.load_rows(case)] = -(p_mw + 1j * q_mvar).T / case.base_mva
    power = power[~is_source]
    v = np.ones_like(power)
    for _ in range(100):
        new = down.solve(z * up.solve(np.conj(power / v)) - from_source)
        step = np.abs(new - v).max()
        v = new
        if step <= 1e-13:
            break
    else:
        sys.exit(f"flow.py: the reference stays at steps of {step:g} p.u.")
    full = np.empty((len(p_mw), count), complex)
    full[:, ~is_source], full[:, is_source] = v.T, v_bus[is_source]
    return full


def error_pu(package, solved, truth):
    vm_pu, angle = solved
    return np.abs(vm_pu * np.exp(1j * angle * package.rad_per_angle) - truth).max()


def loosest(package, p_mw, q_mvar, truth):
    """(tolerance, error): the first of TOLERANCES that reaches ACCURACY_PU.

    A tolerance that fails on a few scenarios is not tried on all.
    """
    for tolerance in TOLERANCES:
        for count in (SCENARIOS // 20, SCENARIOS):
            solved = package.solve(p_mw[:count], q_mvar[:count], tolerance)
            error = error_pu(package, solved, truth[:count])
            if not error <= ACCURACY_PU:
                break
        if error <= ACCURACY_PU:
            return tolerance, error
    sys.exit(f"flow.py: {package.name} never comes within {ACCURACY_PU:g} p.u.; last {error:g}")


def race(entrants, p_mw, q_mvar):
    """Best core seconds of each (package, tolerance), taking turns."""
    best = [np.inf] * len(entrants)
    for turn in range(max(package.rounds for package, _ in entrants)):
        for k, (package, tolerance) in enumerate(entrants):
            if turn >= package.rounds:
                continue
            begin = time.process_time()
            package.solve(p_mw, q_mvar, tolerance)
            best[k] = min(best[k], time.process_time() - begin)
    return best


def compare(grid, case):
    """A list of what each package did on this grid, gridswarm first."""
    p_mw, q_mvar = random_loads(case)
    truth = reference(case, p_mw, q_mvar)
    named = {"": packages.Gridswarm(case)}
    named.update((name, make(case)) for name, make in PEERS[grid].items())
    losses = [package.losses_mw() for package in named.values()]
    for package, value in zip(named.values(), losses):
        if abs(value - losses[0]) > 1e-6 * losses[0]:
            sys.exit(f"flow.py: {package.name} finds {value} MW of losses, not {losses[0]}")
    found = [loosest(package, p_mw, q_mvar, truth) for package in named.values()]
    entrants = [(package, setting) for package, (setting, _) in zip(named.values(), found)]
    seconds = race(entrants, p_mw, q_mvar)
    return [{"grid": grid, "peer": peer, "name": package.name, "rounds": package.rounds,
             "tolerance": setting, "error_pu": error, "seconds": taken, "losses_mw": loss,
             "ns": taken * 1e9 / truth.size}
            for (peer, package), (setting, error), taken, loss
            in zip(named.items(), found, seconds, losses)]


def rows_of(results):
    ours = results[0]
    return [{"name": f"{peer['grid']}_vs_{peer['peer']}",
             "value": peer["seconds"] / ours["seconds"], "unit": "x", "op": None, "bar": None,
             "repeats": min(peer["rounds"], ours["rounds"]), "command": COMMAND}
            for peer in results[1:]]


def print_table(results):
    """For people, on stderr, so that --json leaves stdout to the rows."""
    ours = results[0]
    lines = [f"{ours['grid']}, {SCENARIOS} scenarios, losses {ours['losses_mw']:.6f} MW as stated",
             f"{'package':<36}{'tolerance':>10}{'error p.u.':>12}{'ms':>10}{'ns/bus/scen.':>14}"
             f"{'time ratio':>12}"]
    for one in results:
        lines.append(f"{one['name']:<36}{one['tolerance']:>10.0e}{one['error_pu']:>12.1e}"
                     f"{one['seconds'] * 1e3:>10.2f}{one['ns']:>14.1f}"
                     f"{one['seconds'] / ours['seconds']:>12.2f}")
    print("\n".join(lines), end="\n\n", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(prog="./dev peers flow", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="rows as one JSON object")
    wants_json = parser.parse_args().json
    rows = []
    for grid, case in read_cases().items():
        results = compare(grid, case)
        rows += rows_of(results)
        print_table(results)
    if wants_json:
        print(json.dumps({"rows": rows}))
    else:
        print("Best core seconds of one thread; time ratio: that package's over gridswarm's.")
        for row in rows:
            print(f"{row['name']:<36}{row['value']:>10.2f} {row['unit']}")


if __name__ == "__main__":
    main()
