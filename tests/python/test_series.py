# SPDX-License-Identifier: BSD-3-Clause
"""Time series in one call: the same numbers as the program's, and as the batch they stand for."""
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import gridswarm as gs

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASE = ROOT / "examples/data/ieee33.m"
PROFILES = ROOT / "examples/data/town_profiles.csv"
PROGRAM = os.environ["GRIDSWARM_PROGRAM"]


@pytest.fixture
def case():
    return gs.read_case(CASE)


def factors(steps=8, step="15min"):
    hours = pd.date_range("2024-06-01", periods=steps, freq=step)
    return pd.Series(np.linspace(0.2, 1.6, steps), index=hours, name="all")


def test_one_column_for_all_loads_is_the_batch_of_scaled_loads(case):
    all_loads = factors()
    res = gs.time_series(case, all_loads, unit="per_unit")
    p = -1000 * np.outer(all_loads, case.bus.pd_mw)
    q = -1000 * np.outer(all_loads, case.bus.qd_mvar)
    batch = gs.power_flow(case, p, q)
    assert res.vm_pu.dims == ("time", "bus") and (res.time.values == all_loads.index.values).all()
    np.testing.assert_allclose(res.vm_pu, batch.vm_pu, atol=1e-13)
    np.testing.assert_allclose(res.va_deg, batch.va_deg, atol=1e-11)
    np.testing.assert_allclose(res.losses_mw, batch.losses_mw, rtol=1e-9)
    assert (res.status == "converged").all()
    assert float(res.vm_pu.sel(time="2024-06-01T00:15", bus=18)) == res.vm_pu.values[1, 17]


def test_columns_for_buses_replace_their_loads_alone(case):
    frame = pd.DataFrame({18: [50.0, 60.0], 22: [0.0, 10.0]},
                         index=pd.date_range("2024-01-01", periods=2, freq="H"))
    res = gs.time_series(case, frame, unit="kw")
    dp_kw, dq_kvar = np.zeros((2, 33)), np.zeros((2, 33))
    for bus in (18, 22):
        stated = 1000 * case.bus.pd_mw[bus], 1000 * case.bus.qd_mvar[bus]
        dp_kw[:, bus - 1] = stated[0] - frame[bus]
        dq_kvar[:, bus - 1] = stated[1] - frame[bus] * stated[1] / stated[0]
    batch = gs.power_flow(case, dp_kw=dp_kw, dq_kvar=dq_kvar)
    np.testing.assert_allclose(res.vm_pu, batch.vm_pu, atol=1e-12)


def test_lists_of_devices_stand_instead_of_the_loads(case):
    frame = pd.DataFrame({"sun_pu": [0.0, 1.0], "home_pu": [1.0, 0.5]},
                         index=pd.date_range("2024-06-01", periods=2, freq="H"))
    loads = pd.DataFrame({"bus": [18], "profile": ["home_pu"], "p_mw": [0.4], "q_mvar": [0.1]})
    plants = pd.DataFrame({"bus": [25], "profile": ["sun_pu"], "p_mw": [0.5], "q_mvar": [0.0]})
    res = gs.time_series(case, frame, loads=loads, generation=plants)
    p_kw, q_kvar = np.zeros((2, 33)), np.zeros((2, 33))
    p_kw[:, 17], q_kvar[:, 17], p_kw[:, 24] = [-400, -200], [-100, -50], [0, 500]
    np.testing.assert_allclose(res.vm_pu, gs.power_flow(case, p_kw, q_kvar).vm_pu, atol=1e-13)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_series_has_the_bits_that_the_program_writes(case, tmp_path, threads):
    lists = pd.DataFrame({"bus": [18, 25], "profile": ["home_1_pu", "shop_1_pu"],
                          "p_mw": [0.4, 0.3], "q_mvar": [0.1, 0.0]})
    lists.to_csv(tmp_path / "loads.csv", index=False)
    out = tmp_path / "series.h5"
    subprocess.run([PROGRAM, "flow", CASE, "--profiles", PROFILES, "--loads",
                    tmp_path / "loads.csv", "--start", "2024-06-01T06:00", "--duration", "4h",
                    "--step", "10min", "-o", out], check=True, capture_output=True)
    res = gs.time_series(case, PROFILES, loads=lists, start="2024-06-01T06:00",
                         duration=pd.Timedelta("4h"), step="10min", threads=threads)
    with xr.open_dataset(out, engine="h5netcdf") as written:
        np.testing.assert_array_equal(res.time.values, written.time.values)
        np.testing.assert_array_equal(res.vm_pu.values, written.vm_pu.values)
        np.testing.assert_array_equal(res.va_deg.values, written.va_deg.values)


def test_blocks_of_a_long_series_are_handed_on_one_by_one(case):
    hours = pd.date_range("2024-01-01", periods=4000, freq="H")
    wave = pd.Series(0.7 + 0.3 * np.sin(np.arange(4000)), index=hours, name="all")
    whole = gs.time_series(case, wave, unit="per_unit")
    blocks = []
    assert gs.time_series(case, wave, unit="per_unit", memory_mib=1.0, each=blocks.append) is None
    assert len(blocks) > 2
    assert (np.concatenate([block.vm_pu for block in blocks]) == whole.vm_pu.values).all()
    assert (np.concatenate([block.time for block in blocks]) == whole.time.values).all()


def test_an_error_in_a_block_ends_the_series(case):
    def stop(block):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        gs.time_series(case, factors(), unit="per_unit", each=stop)


@pytest.mark.parametrize("keywords, words", [
    ({"unit": None}, "unit"), ({"duration": "soon"}, "duration"), ({"start": "2031-01-01"}, "2031"),
    ({"bogus": 1}, "bogus"), ({"method": "magic"}, "magic"), ({"step": "-5min"}, "step")])
def test_what_a_series_cannot_be_made_of_is_refused(case, keywords, words):
    with pytest.raises(gs.Error, match=words):
        gs.time_series(case, factors(), **{"unit": "per_unit", **keywords})


def test_a_frame_without_instants_or_for_a_bus_unknown_is_refused(case):
    with pytest.raises(gs.UsageError, match="DatetimeIndex"):
        gs.time_series(case, pd.DataFrame({18: [1.0]}), unit="per_unit")
    with pytest.raises(gs.UsageError, match="99"):
        gs.time_series(case, pd.DataFrame({99: [1.0, 1.0], 18: [1.0, 1.0]},
                                          index=pd.date_range("2024", periods=2, freq="H")),
                       unit="per_unit")
