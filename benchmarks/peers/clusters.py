# SPDX-License-Identifier: BSD-3-Clause
"""Clusters beside other packages: the same agents, time and quality, and the nearest agents.

usage: ./dev peers clusters [--json] [--agents 1000,10000,...] [--peer NAME]... [--limit SECONDS]
                            [--report FILE.md] [--plot FILE.svg]

Whoever takes longer than the limit at a size is stopped there and not asked at larger ones; both
are shown. Quality is worked out in partitions.py for everybody alike. See README.md beside this.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402

import cluster_packages  # noqa: E402
import cluster_report  # noqa: E402
import forests  # noqa: E402
import nearest  # noqa: E402
import partitions  # noqa: E402

COMMAND = "./dev peers clusters --json"
SIZES = [1000, 10_000, 100_000, 1_000_000]
ROUNDS, SECONDS = 5, 10.0  # so many, or about so long
KNN_AGENTS = 100_000
LABELS = 16, 4  # the default, and fewer
BARS = {"metis_100k_speedup": 15, "metis_1m_speedup": 15, "scipy_dijkstra_knn_speedup": 20}


def ours(forest, folder, labels):
    """What peer_clusters says, and our row; its J must be what partitions.py finds."""
    ohm = forests.PU_PER_OHM
    rounds = ROUNDS if len(forest) < 1_000_000 else 3
    command = [pathlib.Path(os.environ["GRIDSWARM_PROGRAM"]).with_name("peer_clusters"), folder,
               labels, partitions.OHM["delta"] * ohm, partitions.OHM["diameter_max"] * ohm, rounds]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"clusters.py: {done.stderr}")
    said = json.loads(done.stdout)
    table = np.genfromtxt(folder / "clusters.csv", delimiter=",", skip_header=1, usecols=(0, 2),
                          dtype=np.int64)
    found = partitions.measure(forest, table[np.argsort(table[:, 0]), 1])
    stated = said["objective"] / len(forest)
    if not abs(found["objective_per_agent"] - stated) <= 1e-6 * stated:
        sys.exit(f"clusters.py: J is {found['objective_per_agent']}, the program says {stated}")
    return said, {"name": f"gridswarm, {labels} labels", "agents": len(forest),
                  "seconds": said["form_s"], "rounds": rounds, **found}


def _at_most(seconds):
    """Let this process end when it has used its core so much longer."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


def _child(pipe, peer, forest, clusters, limit):
    try:
        _at_most(limit)
        call = cluster_packages.PEERS[peer](forest, clusters)
        pipe.send("prepared")
        best, on_wall, rounds, calls = np.inf, time.perf_counter(), 0, 1
        while rounds == 0 or (rounds < ROUNDS and time.perf_counter() - on_wall < SECONDS):
            _at_most(limit)
            begin = time.process_time()
            for _ in range(calls):
                of = call()
            taken = (time.process_time() - begin) / calls
            if calls == 1 and taken < 0.05:  # the clock of the core may tick every 4 ms
                calls = 50 if taken < 0.004 else 10
                continue
            best, rounds = min(best, taken), rounds + 1
        pipe.send((best, rounds, np.asarray(of, dtype=np.int64)))
    except Exception as failure:  # what packages raise, memory included
        pipe.send(type(failure).__name__)


def theirs(peer, forest, clusters, limit):
    """A peer in a process of its own; a reason instead of figures where it doesn't come through."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_child, args=(there, peer, forest, clusters, limit))
    process.start()
    there.close()
    row = {"name": peer, "agents": len(forest)}
    doing = "preparing"
    said = None
    try:
        said = here.recv()
        if said == "prepared":
            doing, said = "one call", None
            said = here.recv()
    except EOFError:  # the system ended it
        pass
    process.join()
    if isinstance(said, tuple):
        seconds, rounds, of = said
        return {**row, "seconds": seconds, "rounds": rounds, **partitions.measure(forest, of)}
    if said is None and process.exitcode == -signal.SIGXCPU:
        said = f"{doing} takes longer than {limit:g} s"
    return {**row, "skipped": said or f"{doing} ended by signal {-process.exitcode}"}


def compare(agents, peers, limit, late):
    """(rows of everybody at one size, of the nearest agents or None); `late` collects who need not
    come again."""
    forest, neighbours = forests.make(agents), None
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        forests.write(forest, folder)
        results = []
        for labels in LABELS:
            said, row = ours(forest, folder, labels)
            results.append(row)
        if agents == KNN_AGENTS:
            neighbours = nearest.compare(forest, folder / "knn8.i64", said)
    for peer in peers:
        if peer in late:
            results.append({"name": peer, "agents": agents, "skipped": f"not tried: {late[peer]}"})
            continue
        results.append(theirs(peer, forest, results[0]["clusters"], limit))
        if "skipped" in results[-1]:
            late[peer] = f"{results[-1]['skipped']} at {agents:,} agents"
    return results, neighbours


def rows_of(results, neighbours):
    rows = []

    def add(name, value, repeats, **more):
        bar = BARS.get(name)
        rows.append({"name": name, "value": value, "unit": "x", "op": ">=" if bar else None,
                     "bar": bar, "repeats": repeats, "command": COMMAND, **more})
    for agents in dict.fromkeys(one["agents"] for one in results):
        some = {one["name"]: one for one in results if one["agents"] == agents}
        our, metis = some[f"gridswarm, {LABELS[0]} labels"], some.get("METIS -contig", {})
        if "seconds" in metis:
            size = f"{agents // 1_000_000}m" if agents >= 1_000_000 else f"{agents // 1000}k"
            add(f"metis_{size}_speedup", metis["seconds"] / our["seconds"], our["rounds"],
                clusters=our["clusters"], peer_clusters=metis["clusters"],
                residual_ratio=our["residual_ratio"], breaches=our["breaches"],
                peer_residual_ratio=metis["residual_ratio"], peer_breaches=metis["breaches"])
    if neighbours:
        add("scipy_dijkstra_knn_speedup", neighbours["peer_seconds"] / neighbours["seconds"],
            neighbours["rounds"], **neighbours)
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev peers clusters",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="rows as one JSON object")
    parser.add_argument("--agents", default=",".join(map(str, SIZES)), help="numbers of agents")
    parser.add_argument("--peer", action="append", choices=cluster_packages.PEERS,
                        help="this package only")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a peer may take")
    parser.add_argument("--report", type=pathlib.Path, help="write tables, machine and date there")
    parser.add_argument("--plot", type=pathlib.Path, help="draw time against residual there")
    asked = parser.parse_args()
    results, late, neighbours = [], {}, None
    for agents in map(int, asked.agents.split(",")):
        some, near = compare(agents, asked.peer or cluster_packages.PEERS, asked.limit, late)
        results, neighbours = results + some, near or neighbours
        print(cluster_report.table(results, agents), end="\n\n", file=sys.stderr, flush=True)
    rows = rows_of(results, neighbours)
    if asked.plot:
        cluster_report.draw(results, asked.plot)
    if asked.report:
        cluster_report.write(results, rows, neighbours, asked)
    if asked.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        bar = f"   (bar {row['bar']})" if row["bar"] else ""
        print(f"{row['name']:<40}{row['value']:>10.2f} {row['unit']}{bar}")


if __name__ == "__main__":
    main()
