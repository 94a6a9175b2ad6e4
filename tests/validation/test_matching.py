# SPDX-License-Identifier: BSD-3-Clause
"""The matching of `gridswarm balance` against a linear programme solved by scipy (HiGHS).

The programme moves every surplus and deficit of a cluster along the branches of a random tree at
cost kW x |z|; the cluster's top, the lowest bus above all members, gives and takes what is left.
Flows both ways on every branch are its variables: it knows nothing of sweeps or forced flows.
"""

import csv
import json
import os
import pathlib
import random
import subprocess

import numpy as np
import pytest
from scipy.optimize import linprog

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
BASE_MVA = 10


def write_case(path, parents, z):
    """Bus k + 1 hangs on bus parents[k] + 1 by a branch of impedance z[k] (1 + j) / sqrt(2)."""
    buses = [f"{b} {3 if b == 1 else 1} 0 0 0 0 1 1 0 12.66 1 1.1 0.9;"
             for b in range(1, len(parents) + 1)]
    branches = [f"{parents[k] + 1} {k + 1} {z[k] / 2 ** 0.5!r} {z[k] / 2 ** 0.5!r} 0 0 0 0 0 0 1"
                " -360 360;" for k in range(1, len(parents))]
    path.write_text(
        f"function mpc = tree\nmpc.version = '2';\nmpc.baseMVA = {BASE_MVA};\n"
        "mpc.bus = [\n" + "\n".join(buses) + "\n];\n"
        "mpc.gen = [\n1 0 0 10 -10 1 100 1 10 0;\n];\n"
        "mpc.branch = [\n" + "\n".join(branches) + "\n];\n")


def write_table(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def pinned(agent, bus, p_kw):
    """A battery that can do nothing but p_kw."""
    return {"agent": agent, "bus": bus + 1, "kind": "battery", "s_kva": 50.0, "rating_kw": 20.0,
            "e_kwh": 40.0, "soc": 0.5, "soc_min": 0.0, "efficiency": 0.95, "cost_per_kw2": 1.0,
            "p_kw": p_kw, "p_min_kw": p_kw, "p_max_kw": p_kw}


def balance(folder, agents):
    write_table(folder / "fleet.csv", agents)
    write_table(folder / "clusters.csv",
                [{"agent": agent["agent"], "bus": agent["bus"],
                  "cluster": agents[0]["agent"], "leader": 0} for agent in agents])
    run = subprocess.run([PROGRAM, "balance", str(folder / "case.m"), "--fleet",
                          str(folder / "fleet.csv"), "--clusters", str(folder / "clusters.csv"),
                          "--json"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def top_of(parents, buses):
    def path(bus):
        return [bus] if bus == 0 else [bus] + path(parents[bus])
    common = set.intersection(*(set(path(bus)) for bus in buses))
    return max(common, key=lambda bus: len(path(bus)))


def programme(parents, z, top, agents, priced=True):
    """Optimal cost; with `priced` the top settles the difference, else the leftover is free."""
    count = len(parents)
    cost, columns = [], []
    for k in range(1, count):
        for a, b in ((k, parents[k]), (parents[k], k)):
            column = np.zeros(count)
            column[a], column[b] = -1.0, 1.0
            columns.append(column)
            cost.append(z[k] / BASE_MVA)
    bounds = [(0, None)] * len(cost)
    p = [agent["p_kw"] for agent in agents]
    need = np.zeros(count)
    if priced:
        for agent in agents:
            need[agent["bus"] - 1] -= agent["p_kw"]
        need[top] += sum(p)
    else:  # all of the scarcer side moves, of the other what it takes
        whole = min(sum(x for x in p if x > 0), -sum(x for x in p if x < 0))
        for sign in (1.0, -1.0):
            for agent in agents:
                if agent["p_kw"] * sign <= 0:
                    continue
                column = np.zeros(count + 2)
                column[agent["bus"] - 1] = sign
                column[count + (sign < 0)] = 1.0
                columns.append(column)
                cost.append(0.0)
                bounds.append((0, abs(agent["p_kw"])))
        columns = [np.append(column, [0.0] * (count + 2 - len(column))) for column in columns]
        need = np.append(need, [whole, whole])
    found = linprog(cost, A_eq=np.array(columns).T, b_eq=need, bounds=bounds, method="highs")
    assert found.status == 0, found.message
    return found.fun


@pytest.mark.parametrize("seed", range(12))
def test_the_matching_costs_what_the_linear_programme_costs(tmp_path, seed):
    chance = random.Random(seed)
    count = chance.randint(3, 12)
    parents = [None] + [chance.randrange(max(0, k - 4), k) for k in range(1, count)]
    z = [0.0] + [chance.uniform(0.001, 0.02) for _ in range(1, count)]
    write_case(tmp_path / "case.m", parents, z)
    agents = [pinned(100 + i, chance.randrange(1, count), chance.uniform(-9.0, 9.0))
              for i in range(chance.randint(2, 15))]
    told = balance(tmp_path, agents)
    top = top_of(parents, [agent["bus"] - 1 for agent in agents])
    assert told["matching_cost"] == pytest.approx(programme(parents, z, top, agents), rel=1e-8)
    total = sum(agent["p_kw"] for agent in agents)
    assert told["surplus_left_kw"] - told["deficit_left_kw"] == pytest.approx(total, abs=1e-9)


def test_without_the_priced_root_bottom_up_pairing_is_no_optimum(tmp_path):
    """A line, its root at the right end: surplus at 0, deficit at 5, surplus at 6, a kW each.

    Pairing from the leaves up moves the kW of 0 five steps to 5 and leaves that of 6 at the root:
    cost 5, the optimum with the leftover priced there. Were it free, 6 would serve 5: cost 1."""
    parents, z = [None, 0, 1, 2, 3, 4, 5], [0.0] + [1e-3] * 6  # bus k stands at 6 - k
    write_case(tmp_path / "case.m", parents, z)
    agents = [pinned(1, 6, 1.0), pinned(2, 1, -1.0), pinned(3, 0, 1.0)]
    step = 1e-3 / BASE_MVA
    assert balance(tmp_path, agents)["matching_cost"] == pytest.approx(5 * step, rel=1e-9)
    assert programme(parents, z, 0, agents) == pytest.approx(5 * step, rel=1e-9)
    assert programme(parents, z, 0, agents, priced=False) == pytest.approx(1 * step, rel=1e-9)
