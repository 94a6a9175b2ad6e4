# SPDX-License-Identifier: BSD-3-Clause
"""Files of io/hdf5_file.hpp open in xarray with both engines, labelled and complete."""
import os
import pathlib
import subprocess

import numpy as np
import pytest

xarray = pytest.importorskip("xarray")
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", "build/release/bin/gridswarm")
SAMPLE = pathlib.Path(PROGRAM).with_name("hdf5_sample")
ENGINES = ["netcdf4", "h5netcdf"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE} is not built")
    target = tmp_path_factory.mktemp("hdf5") / "sample.h5"
    subprocess.run([SAMPLE, target], check=True)
    return target


def opened(path, engine, group=None):
    pytest.importorskip("netCDF4" if engine == "netcdf4" else engine)
    return xarray.open_dataset(path, engine=engine, group=group)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_is_found_by_time_and_bus_number(path, engine):
    with opened(path, engine) as data:
        assert data.v_pu.dims == ("time", "bus")
        assert float(data.v_pu.sel(time="2016-01-01T00:02:00", bus=900)) == 2.2
        assert data.v_pu.attrs["units"] == "p.u."
        assert data.v_pu.attrs["long_name"] == "voltage magnitude"
        assert data.bus.dtype == np.int64
        assert np.isnan(data.v_pu.isel(time=3)).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_and_attributes_of_the_file_are_read(path, engine):
    with opened(path, engine) as data:
        assert list(data.kind.values) == ["source", "load", ""]
        assert data.attrs["title"] == "a sample"
        assert data.attrs["seed"] == 7
        assert data.attrs["dt_s"] == 60.0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_growing_group_has_all_rows_and_its_agents_by_name(path, engine):
    with opened(path, engine, "run") as data:
        assert data.sizes == {"time": 5000, "agent": 2}
        assert data.p_kw.dtype == np.float32
        assert data.p_kw.attrs["units"] == "kW"
        column = data.p_kw.sel(agent="b\u00e4r").values
        assert (column == 100.0 * np.arange(5000, dtype=np.float32) + 1).all()
        assert data.alive.dtype == np.int8
        assert (data.alive.values == [1, 0]).all()
        assert data.time.values[-1] == np.datetime64("2016-01-01") + np.timedelta64(4999 * 60, "s")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_group_below_the_axes_opens_too(path, engine):
    with opened(path, engine, "below") as data:
        assert data.level.dims == ("bus",)
        assert list(data.level.values) == [0.1, 0.2, 0.3]


def test_scales_are_attached_and_nothing_is_compressed(path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path) as file:
        assert file["v_pu"].dims[0]["time"] == file["time"]
        assert file["v_pu"].dims[1]["bus"] == file["bus"]
        assert file["v_pu"].chunks is None
        assert file["run/p_kw"].chunks is not None
        assert file["run/p_kw"].compression is None
        assert not pathlib.Path(str(path) + ".tmp").exists()
