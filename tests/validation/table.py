# SPDX-License-Identifier: BSD-3-Clause
"""Write docs/validation.md: every reference network beside what `gridswarm flow` makes of it.

usage: table.py PROGRAM FOLDER  (FOLDER holds balanced/ and pgm/, the reference data)
The bars are asserted by test_balanced.py and test_pgm.py; this page shows the distance to them.
"""
import cmath
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import pgm_cases

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/validation.md"

HEAD = """\
# Validation: every reference network

Each line is one network with a solution that nobody here computed: what `gridswarm flow` finds, and
how far it stays from the reference. `dV` is the largest complex voltage difference over all buses,
`losses` the relative difference of total losses, `branches` the largest difference of an end's P or
Q. The bars of `tests/validation/test_balanced.py`: 1e-9 p.u. (case141 and case9241pegase 1e-7,
where |y| reaches 1e6 p.u.), 1e-8, 1e-7 MW. Made by `./dev validate FOLDER`; digits below 1e-12 are
rounding.

| network | buses | loops | method | iterations | dV, p.u. | losses | branches, MW |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""

TAIL = """
Two networks (mv_oberrhein, simbench_lv_rural1) have transformers with iron losses, which a MATPOWER
file can hold only as shunts at the ends of their branches: voltages are the same, flows of those
branches are not, so the table leaves them out; `test_balanced.py` compares them on the case with
its conductances, made in Python.
"""

PGM_HEAD = """
## power-grid-model's own cases

Its validation data (references from pandapower, Vision, OpenDSS and by hand), solved from its JSON
by `gridswarm flow input.json --update update_batch.json`, symmetric ones first. Every number of a
reference is compared: voltages, flows, currents, loadings, powers of loads and sources, regulators.
`worst` is the largest difference as a share of what the case itself allows; 1 would be the bar.

| case | scenarios | method | numbers | worst | where |
| --- | --- | --- | --- | --- | --- |
"""

PGM_BY_PHASE = """
The same with `--asymmetric`, phase by phase:

| case | scenarios | method | numbers | worst | where |
| --- | --- | --- | --- | --- | --- |
"""

PGM_TAIL = """
Four more folders are refused by power-grid-model, so that their references hold no values.
"""


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def phasor(row):
    return cmath.rect(float(row["vm_pu"]), math.radians(float(row["va_deg"])))


def line(program, folder, index):
    name = folder.name
    with tempfile.TemporaryDirectory() as out:
        out = pathlib.Path(out)
        done = subprocess.run(
            [program, "flow", folder / f"{name}.m", "--json", "-o", out / "v.csv", "--branches",
             out / "b.csv"], capture_output=True, text=True, check=True)
        buses, branches = rows(out / "v.csv"), rows(out / "b.csv")
    summary = json.loads(done.stdout)
    truth = json.loads((folder / "summary.json").read_text())
    voltage = max(abs(phasor(row) - phasor(reference))
                  for row, reference in zip(buses, rows(folder / "solution_bus.csv"))
                  if reference["vm_pu"] not in ("", "nan"))
    losses_mw = truth.get("losses_mw_of_m", truth["losses_mw"])
    losses = abs(summary["losses_mw"] / losses_mw - 1.0)
    keys = ("pf_mw", "qf_mvar", "pt_mw", "qt_mvar")
    flows = max(abs(float(row[key]) - float(reference[key])) for row, reference
                in zip(branches, rows(folder / "solution_branch.csv")) for key in keys)
    flows = "-" if "losses_mw_of_m" in truth else f"{flows:.0e}"
    return (f"| {name} | {index['buses']} | {index['independent_loops']} | {summary['method']} | "
            f"{summary['iterations']} | {voltage:.0e} | {losses:.0e} | {flows} |\n")


def pgm_line(program, root, kind, folder, batch):
    with tempfile.TemporaryDirectory() as out:
        done = pgm_cases.compare(program, root, folder, batch, pathlib.Path(out) / "out.json",
                                 "--tol", "1e-12", kind=kind)
    return (f"| {done.name} | {done.scenarios} | {done.method} | {done.values} | "
            f"{done.worst:.0e} | {done.where} |\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = sorted(rows(shared / "balanced/cases.csv"), key=lambda row: int(row["buses"]))
    lines = [line(program, shared / "balanced" / row["case"], row) for row in cases]
    pgm = {kind: [pgm_line(program, shared / "pgm", kind, *run)
                  for run in pgm_cases.runs(shared / "pgm", kind)]
           for kind in ("sym", "asym")}
    PAGE.write_text(HEAD + "".join(lines) + TAIL + PGM_HEAD + "".join(pgm["sym"]) + PGM_BY_PHASE +
                    "".join(pgm["asym"]) + PGM_TAIL)


if __name__ == "__main__":
    main()
