# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow` against reference solutions of published and open networks.

Bars as promised: voltages within 1e-8 p.u., losses within 1e-7 relative, branches within 1e-7 MW.
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

FORESTS = [
    "case10ba", "case18", "case22", "case33bw", "case69", "case70da", "case85", "case118zh",
    "case141", "case141_der", "case533mt_hi", "case1197", "cigre_lv", "cigre_mv_der",
    "mv_oberrhein", "simbench_lv_rural1",
]

# Their branches have a conductance (transformer iron losses), which a MATPOWER file can hold only
# as a shunt at the branch's ends: bus voltages are the same, flows of those branches are not.
WITH_CONDUCTANCE = ["mv_oberrhein", "simbench_lv_rural1"]

needs_data = pytest.mark.skipif(not BALANCED.is_dir(), reason=f"no reference data at {BALANCED}")


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def run(*arguments):
    return subprocess.run([PROGRAM, "flow", *map(str, arguments)], capture_output=True, text=True)


def solve(case_file, folder):
    """Summary, bus rows and branch rows of one case."""
    done = run(case_file, "--json", "-o", folder / "v.csv", "--branches", folder / "b.csv")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), rows(folder / "v.csv"), rows(folder / "b.csv")


def phasor(row):
    return cmath.rect(float(row["vm_pu"]), math.radians(float(row["va_deg"])))


@needs_data
@pytest.mark.parametrize("case", FORESTS)
def test_bus_voltages_and_losses(case, tmp_path):
    folder = BALANCED / case
    summary, buses, _ = solve(folder / f"{case}.m", tmp_path)
    expected = rows(folder / "solution_bus.csv")
    assert [row["bus"] for row in buses] == [row["bus"] for row in expected]
    for row, reference in zip(buses, expected):
        if reference["vm_pu"] in ("", "nan"):
            assert row["vm_pu"] == "" and row["va_deg"] == ""
            continue
        assert abs(phasor(row) - phasor(reference)) < 1e-8
        assert abs(float(row["vm_pu"]) - float(reference["vm_pu"])) < 1e-8
        assert abs(math.radians(float(row["va_deg"]) - float(reference["va_deg"]))) < 1e-8
    truth = json.loads((folder / "summary.json").read_text())
    losses_mw = truth.get("losses_mw_of_m", truth["losses_mw"])
    assert summary["losses_mw"] == pytest.approx(losses_mw, rel=1e-7)
    slack_mw = sum(one["p_mw"] for one in truth["slack_injection"])
    assert summary["slack_p_mw"] == pytest.approx(slack_mw, rel=1e-8, abs=1e-9)
    assert summary["vm_min_pu"] == pytest.approx(truth["vmin_pu"], abs=1e-8)
    assert summary["max_step_pu"] <= 1e-10


@needs_data
@pytest.mark.parametrize("case", FORESTS)
def test_branch_flows(case, tmp_path):
    folder = BALANCED / case
    _, _, branches = solve(folder / f"{case}.m", tmp_path)
    expected = rows(folder / "solution_branch.csv")
    models = rows(folder / "branch.csv")
    assert len(branches) == len(expected)
    compared = 0
    for row, reference, model in zip(branches, expected, models):
        assert (row["fbus"], row["tbus"]) == (reference["fbus"], reference["tbus"])
        if case in WITH_CONDUCTANCE and float(model["g_pu"]) != 0.0:
            continue
        compared += 1
        for column in ("pf_mw", "qf_mvar", "pt_mw", "qt_mvar"):
            wanted = float(reference[column] or 0)
            assert float(row[column]) == pytest.approx(wanted, abs=1e-7, rel=0)
    assert compared >= len(branches) - 2


@pytest.mark.parametrize(
    "case, losses_kw, vm_min_pu, bus",
    [("ieee33", 202.677, 0.91309, 18), ("ieee69", 224.992, 0.90919, 65)],
)
def test_published_feeders_have_the_published_losses(case, losses_kw, vm_min_pu, bus, tmp_path):
    summary, _, _ = solve(ROOT / "examples" / "data" / f"{case}.m", tmp_path)
    assert summary["losses_mw"] * 1000 == pytest.approx(losses_kw, abs=5e-4)
    assert summary["vm_min_pu"] == pytest.approx(vm_min_pu, abs=5e-6)
    assert summary["vm_min_bus"] == bus


@needs_data
@pytest.mark.parametrize("ours, theirs", [("ieee33", "case33bw"), ("ieee69", "case69")])
def test_published_feeders_equal_the_reference(ours, theirs, tmp_path):
    _, buses, _ = solve(ROOT / "examples" / "data" / f"{ours}.m", tmp_path)
    for row, reference in zip(buses, rows(BALANCED / theirs / "solution_bus.csv"), strict=True):
        assert abs(phasor(row) - phasor(reference)) < 1e-8


def test_currents_and_loadings(tmp_path):
    """A per-phase case of two buses, by hand: I = |S| / |V| line to neutral, loading of 5 MVA."""
    case = tmp_path / "one_line.m"
    case.write_text(
        "function mpc = one_line\nmpc.version = '2';\nmpc.baseMVA = 30/3;\n"
        "mpc.bus = [1 3 0 0 0 0 1 1 0 20/sqrt(3) 1 1 1; 2 1 3 4 0 0 1 1 0 20/sqrt(3) 1 1 1];\n"
        "mpc.gen = [1 0 0 9 -9 1 10 1 9 0];\n"
        "mpc.branch = [1 2 0 0 0 5 0 0 0 0 1 -360 360];\n"
    )
    _, _, branches = solve(case, tmp_path)
    assert float(branches[0]["pf_mw"]) == pytest.approx(3, abs=1e-12)
    assert float(branches[0]["i_ka"]) == pytest.approx(5 / (20 / math.sqrt(3)), rel=1e-12)
    assert float(branches[0]["loading_percent"]) == pytest.approx(100, rel=1e-12)


def test_not_converged_is_exit_status_3_with_results(tmp_path):
    case = ROOT / "examples" / "data" / "ieee33.m"
    done = run(case, "--json", "--max-iterations", 2, "-o", tmp_path / "v.csv")
    assert done.returncode == 3
    assert json.loads(done.stdout)["converged"] is False
    assert len(rows(tmp_path / "v.csv")) == 33


def test_files_that_cannot_be_used_are_exit_status_4(tmp_path):
    missing = run(tmp_path / "no.m")
    assert missing.returncode == 4 and "no.m: cannot be opened" in missing.stderr
    case = ROOT / "examples" / "data" / "ieee33.m"
    denied = run(case, "-o", tmp_path / "no_such_folder" / "v.csv")
    assert denied.returncode == 4 and "cannot be written" in denied.stderr
    assert run(case, "--tol-step-pu", "-1").returncode == 2


def test_keys_of_the_summary(tmp_path):
    summary, buses, branches = solve(ROOT / "examples" / "data" / "ieee33.m", tmp_path)
    assert list(summary) == [
        "case", "buses", "unsupplied", "converged", "status", "method", "iterations",
        "max_mismatch_va", "worst_bus", "max_step_pu", "losses_mw", "losses_mvar", "vm_min_pu",
        "vm_min_bus", "vm_max_pu", "slack_p_mw", "seconds",
    ]
    assert list(buses[0]) == ["bus", "phase", "vm_pu", "va_deg"]
    assert list(branches[0]) == [
        "fbus", "tbus", "pf_mw", "qf_mvar", "pt_mw", "qt_mvar", "i_ka", "loading_percent"
    ]
