# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow` on 38 small OpenDSS circuits, one device each, against published voltages.

Three and four wires, explicit neutrals, delta and wye, transformers of two and three windings,
storage and PV systems. The references are OpenDSS's, published by PowerModelsDistribution.jl to
1e-5 or better.
"""

import cmath
import csv
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
CASES = sorted((SHARED / "pmd").glob("*/*.dss"))

# Published from a session whose default base frequency was already 50 Hz, the line code's own.
AT_50_HZ = {"case2_diag"}


def prepared(case, folder):
    """The circuit, and the shapes it names, with what the session had set before."""
    for file in case.parent.glob("*.csv"):
        shutil.copy(file, folder)
    before = "set defaultbasefrequency=50\n" if case.stem in AT_50_HZ else ""
    path = folder / case.name
    path.write_text(before + case.read_text())
    return path


def voltages(path):
    with open(path, newline="") as file:
        return {(row["bus"].lower(), row["phase"]):
                complex(float(row["v_re_v"] or "nan"), float(row["v_im_v"] or "nan"))
                for row in csv.DictReader(file)}


def published(case):
    """(bus, terminal) -> (volts, the bus's largest |volts|)."""
    wanted = {}
    for bus, values in json.loads(case.with_suffix(".json").read_text())["bus"].items():
        base = max(values["vm"].values())
        for terminal, vm in values["vm"].items():
            wanted[bus.lower(), terminal] = (cmath.rect(vm, values["va"][terminal]), base)
    return wanted


@pytest.mark.skipif(not CASES, reason=f"no reference data at {SHARED / 'pmd'}")
def test_published_circuits_are_there():
    assert len(CASES) == 38


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_voltages_are_those_published(case, tmp_path):
    done = subprocess.run([PROGRAM, "flow", prepared(case, tmp_path), "--json", "-o",
                           tmp_path / "v.csv"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    volts = voltages(tmp_path / "v.csv")
    for node, (wanted, base) in published(case).items():
        assert abs(volts[node] - wanted) <= 1e-5 * base, node
