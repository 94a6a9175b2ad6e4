# SPDX-License-Identifier: BSD-3-Clause
"""The log beside OpenSSL, libsodium, x/mod sumdb and Tessera. See README.md beside this file."""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from cluster_report import commit, machine

HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path(os.environ["GRIDSWARM_PROGRAM"]).parent
GO_SOURCE = HERE.parent.parent / "tests/interop/tessera"
TESSERA_BATCHES = (64, 256, 1024, 4096, 16384)
OUR_BLOCKS = (256, 1024, 4096, 16384, 65536)


def told(*words):
    """What a program prints, as JSON."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr}")
    return json.loads(done.stdout)


def go_program():
    """Tessera and x/mod as one program."""
    if shutil.which("go") is None:
        sys.exit("peers ledger needs Go 1.24 or later on the PATH")
    program = BIN.parent / "interop/tessera"
    environment = dict(os.environ, GOFLAGS="-mod=readonly", GOTOOLCHAIN="local")
    subprocess.run(["go", "build", "-o", program, "."], cwd=GO_SOURCE, env=environment, check=True)
    return program


def durable(folder, name, program, *words):
    """One durable run on the asked disk, in a folder that goes away."""
    place = pathlib.Path(tempfile.mkdtemp(dir=folder))
    try:
        return dict(told(program, "durable", place / "log", *words), name=name, words=words)
    finally:
        shutil.rmtree(place)


def durable_runs(asked, go):
    """All sizes of both sides, in turns."""
    runs = []
    for batch, block in zip(TESSERA_BATCHES, OUR_BLOCKS):
        for outstanding in (batch, 2 * batch):
            runs.append(durable(asked.disk, "Tessera", go, batch, outstanding, asked.seconds))
        runs.append(durable(asked.disk, "gridswarm", BIN / "peer_ledger", block, asked.seconds))
    return runs


def best_within(runs, name, limit_ms):
    """The fastest run of one side that keeps the limit, if any does."""
    kept = [run for run in runs if run["name"] == name and run["p99_ms"] <= limit_ms]
    return max(kept, key=lambda run: run["records_per_s"], default=None)


def hash_table(ours, sodium, xmod):
    """Lines of the hashing table, and its rows."""
    node, batch = 1e9 / ours["merkle_nodes_per_s"], ours["batch_append_ns"]
    lines = ["| | ns | gridswarm is faster by |", "| --- | ---: | ---: |",
             f"| node, gridswarm | {node:.1f} | |"]
    rows = []
    for name, ns, own in (("node, OpenSSL EVP, cached digest", ours["openssl_evp_node_ns"], node),
                          ("node, libsodium", 1e9 * sodium["node_s"], node),
                          ("node, x/mod tlog.NodeHash", 1e9 * xmod["node_s"], node),
                          ("append of 118 bytes, x/mod tlog.StoredHashes", 1e9 * xmod["append_s"],
                           batch),
                          ("proof in 2^20 leaves, x/mod tlog.CheckRecord", 1e9 * xmod["verify_s"],
                           1e3 * ours["proof_verify_us"])):
        lines.append(f"| {name} | {ns:.1f} | {ns / own:.1f} |")
        rows.append({"name": name, "value": ns / own})
    lines.insert(3, f"| append of 118 bytes in a batch, gridswarm | {batch:.1f} | |")
    lines.insert(4, f"| proof in 2^20 leaves, gridswarm | {1e3 * ours['proof_verify_us']:.0f} | |")
    return lines, rows


def durable_table(runs, limits):
    """Lines of the durable table, and the rows tessera_speedup."""
    lines = ["| | batch, under way | records/s | p50 ms | p99 ms |",
             "| --- | --- | ---: | ---: | ---: |"]
    for run in sorted(runs, key=lambda run: run["name"]):
        words = ", ".join(f"{word:,}" for word in run["words"][:-1])
        lines.append(f"| {run['name']} | {words} | {run['records_per_s']:,.0f} "
                     f"| {run['p50_ms']:.1f} | {run['p99_ms']:.1f} |")
    lines += ["", "| p99 at most | gridswarm/s | Tessera/s | tessera_speedup |",
              "| --- | ---: | ---: | ---: |"]
    rows = []
    for limit in limits:
        ours, other = (best_within(runs, name, limit) for name in ("gridswarm", "Tessera"))
        speeds = [f"{run['records_per_s']:,.0f}" if run else "no batch keeps it"
                  for run in (ours, other)]
        ratio = ours["records_per_s"] / other["records_per_s"] if ours and other else None
        lines.append(f"| {limit:g} ms | {speeds[0]} | {speeds[1]} "
                     f"| {f'{ratio:.1f}' if ratio else ''} |")
        if ratio:
            rows.append({"name": f"tessera_speedup_{limit:g}_ms", "value": ratio, "op": ">=",
                         "bar": 20})
    return lines, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="rows as JSON")
    parser.add_argument("--disk", default=".", help="a folder on the disk to write to")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each durable run")
    parser.add_argument("--limits", default="50,100,250,1000", help="p99 in ms")
    parser.add_argument("--report", help="write the page there")
    asked = parser.parse_args()
    go = go_program()
    ours = {row["name"]: row["value"] for row in told(BIN / "bench_ledger", "--json")["rows"]}
    first, rows = hash_table(ours, told(BIN / "peer_ledger", "sodium"), told(go, "hashes"))
    runs = durable_runs(asked, go)
    second, more = durable_table(runs, [float(limit) for limit in asked.limits.split(",")])
    lines = first + [""] + second
    if asked.report:
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        head = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
                f"# {datetime.date.today()}: the log beside other packages", "",
                f"- Command: `./dev peers ledger {' '.join(sys.argv[1:])}`",
                f"- Library as of {commit()}; Tessera and x/mod as tests/interop/tessera/go.mod"
                " says", f"- Machine: {machine()}; load averages at the end {load}",
                "- What the rows are: benchmarks/peers/README.md", ""]
        pathlib.Path(asked.report).write_text("\n".join(head + lines) + "\n")
    print(json.dumps({"rows": rows + more}, indent=1) if asked.json else "\n".join(lines))


if __name__ == "__main__":
    main()
