# SPDX-License-Identifier: BSD-3-Clause
"""A week of quarter hours of a SimBench feeder through `gridswarm flow`, every step against the
reference: losses within 1e-6 relative, voltages within 1e-9 p.u."""

import csv
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
FEEDER = SHARED / "balanced" / "simbench_lv_rural1"
PROFILES = [SHARED / "profiles" / f"simbench_{kind}_15min_2016.csv" for kind in ("load", "pv")]
STEPS = 672

# The file states the iron losses of its transformer as shunts at these buses, MW at 1 p.u.; the
# reference counts them among the losses.
IRON_MW = {4: 0.00023, 15: 0.00023}

pytestmark = pytest.mark.skipif(not FEEDER.is_dir(), reason=f"no reference data at {FEEDER}")


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def flow(*arguments):
    return subprocess.run(
        [PROGRAM, "flow", FEEDER / "simbench_lv_rural1.m", "--json",
         "--profiles", ",".join(map(str, PROFILES)), "--profile-unit", "per_unit",
         "--loads", FEEDER / "loads.csv", "--generation", FEEDER / "der.csv",
         "--start", "2016-06-06T00:00", "--duration", "7d", "--step", "15min",
         *map(str, arguments)],
        capture_output=True, text=True)


@pytest.fixture(scope="module")
def reference():
    return rows(next(FEEDER.glob("timeseries_week_*.csv")))


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    out = tmp_path_factory.mktemp("week")
    done = flow("-o", out / "v.csv", "--scenarios", out / "s.csv")
    assert done.returncode == 0, done.stderr
    voltages = {}
    for row in rows(out / "v.csv"):
        voltages.setdefault(row["time"], {})[int(row["bus"])] = float(row["vm_pu"])
    return json.loads(done.stdout), rows(out / "s.csv"), voltages


def test_every_step_converges(week):
    summary, scenarios, voltages = week
    assert summary["scenarios"] == summary["converged"] == STEPS == len(scenarios) == len(voltages)
    assert scenarios[0]["time"] == "2016-06-06T00:00"
    assert scenarios[-1]["time"] == "2016-06-12T23:45"


def test_losses_of_every_step(week, reference):
    _, scenarios, voltages = week
    for mine, theirs in zip(scenarios, reference, strict=True):
        iron_mw = sum(g * voltages[mine["time"]][bus] ** 2 for bus, g in IRON_MW.items())
        losses_mw = float(mine["losses_mw"]) + iron_mw
        assert losses_mw == pytest.approx(float(theirs["losses_mw"]), rel=1e-6), theirs["time"]


def test_source_and_voltages_of_every_step(week, reference):
    _, scenarios, voltages = week
    for mine, theirs in zip(scenarios, reference, strict=True):
        assert float(mine["slack_p_mw"]) == pytest.approx(float(theirs["slack_p_mw"]), abs=1e-11)
        assert float(mine["slack_q_mvar"]) == pytest.approx(float(theirs["slack_q_mvar"]),
                                                            abs=1e-11)
        for bus, vm_pu in voltages[mine["time"]].items():
            assert vm_pu == pytest.approx(float(theirs[f"vm_bus{bus}"]), abs=1e-9)


def test_pretended_ranks_change_no_byte(week, tmp_path):
    for ranks in (1, 8):
        done = flow("--hosted-ranks", ranks, "--branches", tmp_path / f"b{ranks}.csv",
                    "-o", tmp_path / f"v{ranks}.csv", "--scenarios", tmp_path / f"s{ranks}.csv")
        assert done.returncode == 0, done.stderr
    for name in "bvs":
        assert (tmp_path / f"{name}1.csv").read_bytes() == (tmp_path / f"{name}8.csv").read_bytes()


def test_hdf5_opens_in_xarray_with_instants(week, tmp_path):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    done = flow("-o", tmp_path / "week.h5", "--branches", tmp_path / "branches.h5")
    assert done.returncode == 0, done.stderr
    _, scenarios, voltages = week
    with xarray.open_dataset(tmp_path / "week.h5", engine="h5netcdf") as data:
        assert data.vm_pu.dims == ("time", "bus")
        noon = data.sel(time="2016-06-08T12:00")
        assert float(noon.vm_pu.sel(bus=5)) == voltages["2016-06-08T12:00"][5]
        assert float(noon.losses_mw) == float(scenarios[2 * 96 + 48]["losses_mw"])
    with xarray.open_dataset(tmp_path / "branches.h5", engine="h5netcdf") as data:
        assert data.loading_percent.dims == ("time", "branch")
        assert data.sizes["time"] == STEPS
