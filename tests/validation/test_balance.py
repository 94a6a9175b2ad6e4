# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm balance` against a quadratic programme solved by scipy, cluster by cluster.

The programme is rebuilt from the files alone (docs/theory/balance.md). Without its equality, by
e = sum p, it is a bounded least-squares problem:
    minimise  sum_i a_i/2 (p_i - want_i)^2 + a_ext/2 (sum_i p_i)^2,  min_i <= p_i <= max_i,
which scipy.optimize.lsq_linear solves by an active set.
"""

import csv
import json
import os
import pathlib
import random
import subprocess

import numpy as np
import pytest
from scipy.optimize import lsq_linear

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
BUSES = 24
AGENTS = 90


def write_case(path):
    """A line of BUSES buses at 12.66 kV with a small load at each."""
    buses = [f"{b} {3 if b == 1 else 1} 0.02 0.01 0 0 1 1 0 12.66 1 1.1 0.9;"
             for b in range(1, BUSES + 1)]
    branches = [f"{b} {b + 1} 0.01 0.01 0 0 0 0 0 0 1 -360 360;" for b in range(1, BUSES)]
    path.write_text(
        "function mpc = line\nmpc.version = '2';\nmpc.baseMVA = 10;\n"
        "mpc.bus = [\n" + "\n".join(buses) + "\n];\n"
        "mpc.gen = [\n1 0 0 10 -10 1 100 1 10 0;\n];\n"
        "mpc.branch = [\n" + "\n".join(branches) + "\n];\n")


def make_agents(seed):
    """Batteries, a fifth of them pinned; wants inside their bands; costs over three decades."""
    chance = random.Random(seed)
    agents = []
    for i in range(AGENTS):
        rating = chance.uniform(3.0, 20.0)
        low, high = sorted(chance.uniform(-rating, rating) for _ in range(2))
        want = chance.uniform(low, high)
        if chance.random() < 0.2:
            low = high = want
        agents.append({"agent": 1000 + i, "bus": chance.randint(2, BUSES), "kind": "battery",
                       "s_kva": 1.2 * rating, "rating_kw": rating, "e_kwh": 4 * rating, "soc": 0.5,
                       "soc_min": 0.0, "efficiency": 0.95,
                       "cost_per_kw2": 10 ** chance.uniform(-2.0, 1.0),
                       "p_kw": want, "p_min_kw": low, "p_max_kw": high})
    return agents


def write_table(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def balance(folder, *options):
    run = subprocess.run([PROGRAM, "balance", str(folder / "case.m"), "--fleet",
                          str(folder / "fleet.csv"), "-o", str(folder / "setpoints.csv"), "--json",
                          *options], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    with open(folder / "setpoints.csv", newline="") as file:
        table = {int(row["agent"]): row for row in csv.DictReader(file)}
    return json.loads(run.stdout), table


def optimum(agents, a_ext):
    """Set-points and cost of one cluster by scipy."""
    column = {name: np.array([agent[name] for agent in agents])
              for name in ("p_kw", "p_min_kw", "p_max_kw", "cost_per_kw2")}
    p = column["p_min_kw"].copy()
    free = column["p_max_kw"] > column["p_min_kw"]
    weight = np.sqrt(column["cost_per_kw2"])
    if free.any():
        matrix = np.vstack([np.diag(weight[free]), np.full((1, free.sum()), np.sqrt(a_ext))])
        target = np.append(weight[free] * column["p_kw"][free], -np.sqrt(a_ext) * p[~free].sum())
        found = lsq_linear(matrix, target, (column["p_min_kw"][free], column["p_max_kw"][free]),
                           method="bvls", tol=1e-15, max_iter=10000)
        assert found.success
        p[free] = found.x
    return p, cost(agents, p, a_ext)


def cost(agents, p, a_ext):
    terms = [agent["cost_per_kw2"] / 2 * (x - agent["p_kw"]) ** 2 for agent, x in zip(agents, p)]
    return sum(terms) + a_ext / 2 * sum(p) ** 2


@pytest.fixture
def folder(tmp_path):
    write_case(tmp_path / "case.m")
    return tmp_path


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("a_ext", [0.01, 1.0, 100.0])
def test_cost_is_that_of_the_quadratic_programme(folder, seed, a_ext):
    agents = make_agents(seed)
    write_table(folder / "fleet.csv", agents)
    groups = {}
    for agent in agents:  # four pieces of the line
        groups.setdefault((agent["bus"] - 1) * 4 // BUSES, []).append(agent)
    write_table(folder / "clusters.csv",
                [{"agent": agent["agent"], "bus": agent["bus"],
                  "cluster": min(each["agent"] for each in group), "leader": 0}
                 for group in groups.values() for agent in group])
    told, table = balance(folder, "--clusters", str(folder / "clusters.csv"), "--a-ext", str(a_ext))
    total = 0.0
    for group in groups.values():
        wanted, best = optimum(group, a_ext)
        total += best
        p = [float(table[agent["agent"]]["p_kw"]) for agent in group]
        assert cost(group, p, a_ext) == pytest.approx(best, rel=1e-6)
        assert p == pytest.approx(list(wanted), abs=1e-4)
        for agent, x in zip(group, p):
            assert agent["p_min_kw"] <= x <= agent["p_max_kw"]
    assert told["total_cost"] == pytest.approx(total, rel=1e-6)
    assert told["exact_cost"] == pytest.approx(total, rel=1e-6)
    assert told["gap"] <= 1e-9
    assert told["clusters"] == len(groups)
    assert told["agents"] == AGENTS


def test_reactive_power_stays_within_the_rating_and_the_table_is_complete(folder):
    agents = make_agents(7)
    write_table(folder / "fleet.csv", agents)
    told, table = balance(folder)
    assert sorted(table) == [agent["agent"] for agent in agents]
    for agent in agents:
        row = table[agent["agent"]]
        size = float(row["p_kw"]) ** 2 + float(row["q_kvar"]) ** 2
        assert size <= agent["s_kva"] ** 2 * (1 + 1e-12)
    assert told["volt_var_converged"]
    assert told["messages"] > 0 and told["bytes"] > 0 and told["gate_bound"] > 0
    given = sum(max(float(row["p_kw"]), 0.0) for row in table.values())
    assert told["shared_kw"] + told["surplus_left_kw"] == pytest.approx(given, rel=1e-12)


@pytest.mark.parametrize("change, word", [
    ({"p_min_kw": 3.0, "p_max_kw": 2.0, "p_kw": 2.5}, "1000"),
    ({"cost_per_kw2": 0.0}, "cost_per_kw2"),
    ({"p_kw": "nan"}, "p_kw"),
    ({"bus": 99}, "99"),
])
def test_a_fleet_that_cannot_be_balanced_is_refused_in_one_sentence(folder, change, word):
    agents = make_agents(1)
    agents[0].update(change)
    write_table(folder / "fleet.csv", agents)
    run = subprocess.run([PROGRAM, "balance", str(folder / "case.m"), "--fleet",
                          str(folder / "fleet.csv")], capture_output=True, text=True, check=False)
    assert run.returncode == 4
    assert word in run.stderr and run.stderr.count("\n") == 1


@pytest.mark.parametrize("options", [["--category", "C"], ["--a-ext", "0"], ["--a-ext", "nan"],
                                     ["--category", "own", "--q1-pu", "-0.5"]])
def test_options_out_of_range_are_a_usage_error(folder, options):
    write_table(folder / "fleet.csv", make_agents(1))
    run = subprocess.run([PROGRAM, "balance", str(folder / "case.m"), "--fleet",
                          str(folder / "fleet.csv"), *options], capture_output=True, text=True,
                         check=False)
    assert run.returncode == 2
