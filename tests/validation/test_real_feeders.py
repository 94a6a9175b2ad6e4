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


@pytest.mark.skipif(not DATA.is_dir(), reason=f"reference data not found at {DATA}")
@pytest.mark.parametrize("name", ["case533mt_hi", "mv_oberrhein"])
def test_a_day_runs_balances_and_verifies(name, tmp_path):
    case = DATA / "balanced" / name / f"{name}.m"
    text = SCENARIO.format(case=case, data=DATA, passive="L1_A_pload")
    (tmp_path / "day.toml").write_text(text)
    done = run("run", tmp_path / "day.toml", "--json", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["agents"] == 300
    assert result["not_converged"] == 0
    assert result["refused"] == 0
    assert result["volt_var_gap_max"] <= 1e-9
    assert result["shared_kwh"][0] > 0
    checked = run("verify", tmp_path / "out" / "log", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["root"] == result["log_head"]
