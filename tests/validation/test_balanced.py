# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow` on every balanced reference network, radial and meshed, with held voltages.

Bars: voltages within 1e-9 p.u. (1e-7 where the references' own round-off allows no more), losses
within 1e-8 relative, branch flows within 1e-7 MW and Mvar.
"""

import cmath
import csv
import json
import math
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
BALANCED = SHARED / "balanced"

CASES = sorted(file.parent.name for file in BALANCED.glob("*/summary.json"))

# |y| reaches 1e6 p.u.: the last digits of a voltage are worth more than the bar of the others.
COARSE = {"case141": 1e-7, "case9241pegase": 1e-7}

# A MATPOWER file holds the iron losses of their transformers as shunts at the branches' ends: bus
# voltages are the same, flows of those branches are not, and losses exclude them. Their flows are
# compared on the case with its conductances, made in Python.
WITH_CONDUCTANCE = {"mv_oberrhein", "simbench_lv_rural1"}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def phasor(row):
    return cmath.rect(float(row["vm_pu"]), math.radians(float(row["va_deg"])))


def test_reference_data_are_there():
    if not CASES:
        pytest.skip(f"no reference data at {BALANCED}")
    assert len(CASES) >= 26


@pytest.fixture(scope="module", params=CASES)
def solved(request, tmp_path_factory):
    """Name, folder, summary, bus rows and branch rows of one case."""
    folder = BALANCED / request.param
    out = tmp_path_factory.mktemp(request.param)
    done = subprocess.run(
        [PROGRAM, "flow", folder / f"{request.param}.m", "--json", "-o", out / "v.csv",
         "--branches", out / "b.csv"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (request.param, folder, json.loads(done.stdout), rows(out / "v.csv"),
            rows(out / "b.csv"))


def test_bus_voltages(solved):
    name, folder, summary, buses, _ = solved
    expected = rows(folder / "solution_bus.csv")
    assert [row["bus"] for row in buses] == [row["bus"] for row in expected]
    bar = COARSE.get(name, 1e-9)
    for row, reference in zip(buses, expected):
        if reference["vm_pu"] in ("", "nan"):
            assert row["vm_pu"] == "" and row["va_deg"] == ""
        else:
            assert abs(phasor(row) - phasor(reference)) <= bar, row["bus"]
    assert summary["converged"] and summary["max_step_pu"] <= 1e-10


def test_losses_and_slack(solved):
    _, folder, summary, _, _ = solved
    truth = json.loads((folder / "summary.json").read_text())
    losses_mw = truth.get("losses_mw_of_m", truth["losses_mw"])
    assert summary["losses_mw"] == pytest.approx(losses_mw, rel=1e-8)
    slack_mw = sum(one["p_mw"] for one in truth["slack_injection"])
    assert summary["slack_p_mw"] == pytest.approx(slack_mw, rel=1e-8, abs=1e-9)


def with_conductance(folder, name):
    """Branch rows of a case whose branches conduct to ground themselves, and not their buses."""
    gs = pytest.importorskip("gridswarm")
    case = gs.read_case(str(folder / f"{name}.m"))
    buses = rows(folder / "bus.csv")
    for key in ("gs_mw", "bs_mvar"):
        case.bus[key] = [float(row[key]) for row in buses]
    case.branch["g_pu"] = [float(row["g_pu"]) for row in rows(folder / "branch.csv")]
    result = gs.power_flow(case)
    truth = json.loads((folder / "summary.json").read_text())
    assert result.losses_mw == pytest.approx(truth["losses_mw"], rel=1e-8)
    return result.branch.to_dict("records")


def test_branch_flows(solved):
    name, folder, _, _, branches = solved
    if name in WITH_CONDUCTANCE:
        branches = with_conductance(folder, name)
    expected = rows(folder / "solution_branch.csv")
    assert len(branches) == len(expected)
    for row, reference in zip(branches, expected):
        for key in ("pf_mw", "qf_mvar", "pt_mw", "qt_mvar"):
            assert abs(float(row[key]) - float(reference[key])) <= 1e-7, (row, reference)
