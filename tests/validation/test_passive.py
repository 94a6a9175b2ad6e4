# SPDX-License-Identifier: BSD-3-Clause
"""One kW profile for a meter and for the case's own loads: the meter takes the kW, the loads the
shape."""
import os
import pathlib
import subprocess

import pytest

h5py = pytest.importorskip("h5py")
ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SCENARIO = f"""
[run]
start = "2026-01-01T00:00"
duration_h = 0.5
[passive]
profile = "load_kw"
[[feeder]]
case = "{ROOT}/examples/data/ieee33.m"
fleet = "fleet.csv"
[[profile]]
file = "profiles.csv"
repeat = true
"""


def test_a_meter_takes_its_kilowatts_where_the_same_profile_scales_the_loads(tmp_path):
    (tmp_path / "profiles.csv").write_text(
        "time,load_kw\n2026-01-01T00:00,10\n2026-01-01T12:00,20\n"
    )
    header = (ROOT / "tests/determinism/hamlet_fleet.csv").read_text().splitlines()[0]
    meter = "1,3,meter,60,50,,,,,,,,0.06,1,load_kw,-10,-10,-10"
    (tmp_path / "fleet.csv").write_text(f"{header}\n{meter}\n")
    (tmp_path / "scenario.toml").write_text(SCENARIO)
    done = subprocess.run(
        [PROGRAM, "run", str(tmp_path / "scenario.toml"), "-o", str(tmp_path / "out")],
        capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "out/results.h5") as file:
        taken = file["feeder_00/agents/e_in_kwh"][:, 0, 0]
        load = file["feeder_00/totals/load_kw"][:, 0]
    assert taken == pytest.approx([2.5, 2.5])  # 10 kW for a quarter of an hour
    assert load == pytest.approx(3715 / 2 + 10)  # half of the case's 3,715 kW, and the meter
