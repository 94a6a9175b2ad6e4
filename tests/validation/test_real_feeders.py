# SPDX-License-Identifier: BSD-3-Clause
"""Days on real feeders with published profiles, unchanged: Swedish, German, SimBench."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
DATA = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT.parent / "shared" / "data"))

SCENARIO = """
[run]
name = "day"
start = "2016-06-21T00:00"
duration_h = 24
dt_s = 300

[passive]
profile = "{passive}"

[mix]
wind_share = 0.0
pv_share = 0.35

[[feeder]]
case = "{case}"
agents = 300
profile_pv = "PV1"
profile_meter = "H0_A_pload"

[[profile]]
file = "{data}/profiles/simbench_load_15min_2016.csv"
unit = "per_unit"

[[profile]]
file = "{data}/profiles/simbench_pv_15min_2016.csv"
unit = "per_unit"
"""


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


# Volt-var with category B's slope could swing on the long 20 kV cables of mv_oberrhein.
GENTLE = """
[volt_var]
category = "own"
q1_pu = 0.26
q4_pu = -0.26
"""

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"reference data not found at {DATA}")


def write_scenario(tmp_path, name, more=""):
    case = DATA / "balanced" / name / f"{name}.m"
    text = SCENARIO.format(case=case, data=DATA, passive="L1_A_pload")
    (tmp_path / "day.toml").write_text(text + more)


@needs_data
def test_the_gate_refuses_a_steep_curve_and_says_what_would_do(tmp_path):
    write_scenario(tmp_path, "mv_oberrhein")
    done = run("run", tmp_path / "day.toml", "-o", tmp_path / "out")
    assert done.returncode == 4
    assert "may swing" in done.stderr and "0.6" in done.stderr
    assert not (tmp_path / "out").exists()


@needs_data
@pytest.mark.parametrize("name, more", [("case533mt_hi", ""), ("mv_oberrhein", GENTLE)])
def test_a_day_runs_balances_and_verifies(name, more, tmp_path):
    write_scenario(tmp_path, name, more)
    done = run("run", tmp_path / "day.toml", "--json", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["agents"] == 300
    assert result["not_converged"] == 0
    assert result["refused"] == 0
    assert result["volt_var_gap_max"] <= 1e-9
    assert result["shared_kwh"][0] > 0
    out = tmp_path / "out"
    checked = run("verify", out / "log", "--vkey", out / "log.vkey", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["root"] == result["log_head"]
