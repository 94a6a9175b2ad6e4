# SPDX-License-Identifier: BSD-3-Clause
"""The control plane beside other packages: devices, quadratic programmes, messages.

usage: ./dev peers control [--part devices,qp,messages] [--json] [--report FILE.md]

A part is a file control_PART.py with `compare()`, which returns rows (name, value, unit, op, bar,
repeats, command and whatever else is worth keeping) and lines of a table in Markdown; it imports
the other packages inside that. See README.md beside this.
"""
import argparse
import datetime
import importlib
import json
import os
import pathlib
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

from cluster_report import commit, machine  # noqa: E402

HERE = pathlib.Path(__file__).parent
PARTS = [name for name in ("devices", "qp", "messages") if (HERE / f"control_{name}.py").exists()]


def collect(parts):
    """(rows, Markdown lines) of all parts; a part whose package is missing says so in its place."""
    rows, lines = [], []
    for part in parts:
        print(f"==> {part}", file=sys.stderr, flush=True)
        lines += ["", f"## {part}"]
        try:
            some, table = importlib.import_module(f"control_{part}").compare()
        except ModuleNotFoundError as missing:
            lines.append(f"Skipped: package {missing.name} is not installed.")
            continue
        rows += some
        lines += table
    return rows, lines


def report(path, lines):
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    head = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
            f"# {datetime.date.today()}: the control plane beside other packages", "",
            f"- Command: `./dev peers control {' '.join(sys.argv[1:])}`",
            f"- Library as of {commit()}; others as benchmarks/peers/requirements.txt pins them",
            f"- Machine: {machine()}; load averages at the end {load}",
            "- What the rows are: benchmarks/peers/README.md"]
    pathlib.Path(path).write_text("\n".join(head + lines) + "\n")


def main():
    parser = argparse.ArgumentParser(prog="./dev peers control",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--part", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--json", action="store_true", help="rows as one JSON object")
    parser.add_argument("--report", help="write tables, machine and date there")
    asked = parser.parse_args()
    parts = [part for part in asked.part.split(",") if part]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    rows, lines = collect(parts)
    if asked.report:
        report(asked.report, lines)
    if asked.json:
        print(json.dumps({"rows": rows}))
        return
    print("\n".join(lines).strip(), end="\n\n")
    for row in rows:
        bar = f"   (bar {row['op']} {row['bar']})" if row.get("bar") else ""
        print(f"{row['name']:<40}{row['value']:>12.4g} {row.get('unit', '')}{bar}")


if __name__ == "__main__":
    main()
