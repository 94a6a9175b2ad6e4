# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm cluster` on published networks, checked from its table and the branches alone."""

import collections
import csv
import hashlib
import json
import os
import pathlib
import struct
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
BALANCED = SHARED / "balanced"
FORESTS = ["case10ba", "case18", "case22", "case33bw", "case69", "case70da", "case85", "case118zh",
           "case141", "case533mt_hi", "case1197", "cigre_lv", "mv_oberrhein"]

needs_data = pytest.mark.skipif(not BALANCED.is_dir(), reason=f"no reference data at {BALANCED}")


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **environment})


def form(case_file, fleet, out, *options, **environment):
    done = run("cluster", case_file, "--fleet", fleet, "--json", "-o", out, *options, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), rows(out)


def make_fleet(case_file, agents, folder):
    done = run("synth", "--case", case_file, "--agents", agents, "--seed", 5, "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder / "fleet.csv"


def adjacency(branches):
    near = collections.defaultdict(set)
    for branch in branches:
        if branch["status"] == "1":
            near[branch["fbus"]].add(branch["tbus"])
            near[branch["tbus"]].add(branch["fbus"])
    return near


def hull(near, buses, allowed):
    """Buses of the smallest subtree joining `buses` inside `allowed`; None where there is none."""
    start = next(iter(buses))
    parent, order = {start: None}, [start]
    for bus in order:
        for other in near[bus]:
            if other not in parent and other in allowed:
                parent[other] = bus
                order.append(other)
    if not buses <= parent.keys():
        return None
    kept = set()
    for bus in buses:
        while bus is not None and bus not in kept:
            kept.add(bus)
            bus = parent[bus]
    return kept


def check_connected(table, branches):
    near = adjacency(branches)
    buses_of, everywhere = collections.defaultdict(set), set()
    for row in table:
        everywhere.add(row["bus"])
        buses_of[row["cluster"]].add(row["bus"])
    passed = {}
    for cluster, buses in buses_of.items():
        allowed = buses | (near.keys() - everywhere)
        found = hull(near, buses, allowed)
        assert found is not None, f"cluster {cluster} is not connected"
        for bus in found - everywhere:
            assert passed.setdefault(bus, cluster) == cluster, f"two clusters pass bus {bus}"


@needs_data
@pytest.mark.parametrize("case", FORESTS)
def test_clusters_are_connected_and_within_bounds(case, tmp_path):
    case_file = BALANCED / case / f"{case}.m"
    fleet = make_fleet(case_file, 300, tmp_path)
    summary, table = form(case_file, fleet, tmp_path / "c.csv")
    assert len(table) == 300
    check_connected(table, rows(BALANCED / case / "branch.csv"))
    sizes = collections.Counter(row["cluster"] for row in table)
    assert max(sizes.values()) <= 64
    assert sum(size < 4 for size in sizes.values()) == summary["undersized"]
    leaders = collections.Counter(row["cluster"] for row in table if row["leader"] == "1")
    assert leaders == collections.Counter(sizes.keys())
    assert (summary["connected_share"], summary["breaches"]) == (1, 0)
    assert summary["clusters"] == len(sizes)

    p_kw = {row["agent"]: float(row["p_kw"] or 0) for row in rows(fleet)}
    net = collections.defaultdict(float)
    for row in table:
        net[row["cluster"]] += p_kw[row["agent"]]
    everything = sum(map(abs, p_kw.values()))
    assert summary["residual_ratio"] == pytest.approx(sum(map(abs, net.values())) / everything,
                                                      abs=1e-6)
    assert summary["residual_floor"] <= summary["residual_ratio"] + 1e-12


def small(tmp_path, agents=200):
    case_file = ROOT / "examples/data/ieee33.m"
    return case_file, make_fleet(case_file, agents, tmp_path)


def test_the_membership_hash_is_that_of_the_table(tmp_path):
    case_file, fleet = small(tmp_path)
    summary, table = form(case_file, fleet, tmp_path / "c.csv")
    pairs = sorted((int(row["agent"]), int(row["cluster"])) for row in table)
    packed = b"".join(struct.pack(">qq", *pair) for pair in pairs)
    assert hashlib.sha256(packed).hexdigest() == summary["membership_sha256"]


def test_one_membership_for_any_threads_kernels_and_order_of_rows(tmp_path):
    case_file, fleet = small(tmp_path)
    first, _ = form(case_file, fleet, tmp_path / "c.csv")
    lines = fleet.read_text().splitlines()
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("\n".join([lines[0], *sorted(lines[1:], key=lambda x: x[::-1])]) + "\n")
    for options, environment in ((("--threads", 1), {}), (("--threads", 2), {}),
                                 ((), {"GRIDSWARM_ISA": "reference"}),
                                 ((), {"GRIDSWARM_ISA": "baseline"})):
        again, _ = form(case_file, shuffled, tmp_path / "d.csv", *options, **environment)
        assert again["membership_sha256"] == first["membership_sha256"]
        assert again["objective"] == first["objective"]


def test_with_the_previous_membership_nobody_moves_without_cause(tmp_path):
    case_file, fleet = small(tmp_path)
    first, table = form(case_file, fleet, tmp_path / "c.csv")
    again, same = form(case_file, fleet, tmp_path / "d.csv", "--previous", tmp_path / "c.csv")
    assert [row["cluster"] for row in same] == [row["cluster"] for row in table]
    assert (again["churn"], again["switching"]) == (0, 0)

    lines = fleet.read_text().splitlines()
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("\n".join(lines[:50] + lines[51:]) + "\n")
    left, rest = form(case_file, fewer, tmp_path / "e.csv", "--previous", tmp_path / "c.csv")
    old = {row["agent"]: row["cluster"] for row in table}
    assert left["agents"] == 199
    assert sum(old[row["agent"]] != row["cluster"] for row in rest) <= 4


@pytest.mark.parametrize("options, code, words", [
    (["--w-distance", "nan"], 2, "--w-distance"),
    (["--size-min", "9", "--size-max", "5"], 2, "size_min is 9"),
    (["--rating-max-kva", "0.01"], 2, "rating_max_kva"),
    (["--edge-length", "ohm"], 2, "edge_length is 'ohm'"),
    (["--previous", "nowhere.csv"], 4, "nowhere.csv"),
    (["--epoch", "-1"], 2, "epoch is -1"),
])
def test_bad_options_end_with_their_code_and_one_sentence(options, code, words, tmp_path):
    case_file, fleet = small(tmp_path, 20)
    done = run("cluster", case_file, "--fleet", fleet, *options)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
