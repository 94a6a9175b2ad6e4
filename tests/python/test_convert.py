# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm convert`: what comes out solves as what went in."""

import csv
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
CORPUS = ROOT / "tests/fuzz/corpus"
CASES = [
    ROOT / "examples/data/ieee33.m", CORPUS / "pandapower/radial.json", CORPUS / "pgm/small.json"
]


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


def voltages(case, folder):
    done = run("flow", case, "-o", folder / "v.csv", "--json")
    assert done.returncode == 0, done.stderr
    with open(folder / "v.csv", newline="") as file:
        return [(row["vm_pu"], row["va_deg"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
@pytest.mark.parametrize("suffix", [".m", ".h5"])
def test_a_converted_case_has_the_same_voltages(case, suffix, tmp_path):
    out = tmp_path / ("case" + suffix)
    done = run("convert", case, out, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["file"] == str(out)
    before, after = voltages(case, tmp_path), voltages(out, tmp_path)
    assert len(before) == len(after) == told["buses"]
    for (vm, va), (vm_after, va_after) in zip(before, after):
        if vm == "":
            assert vm_after == ""
            continue
        assert float(vm_after) == pytest.approx(float(vm), abs=1e-9)
        assert float(va_after) == pytest.approx(float(va), abs=1e-7)


def test_hdf5_changes_no_bit(tmp_path):
    case = CASES[0]
    assert run("convert", case, tmp_path / "a.h5").returncode == 0
    assert voltages(tmp_path / "a.h5", tmp_path) == voltages(case, tmp_path)


def test_xarray_opens_the_groups_of_a_case(tmp_path):
    xarray = pytest.importorskip("xarray")
    assert run("convert", CORPUS / "pandapower/radial.json", tmp_path / "a.h5").returncode == 0
    buses = xarray.open_dataset(tmp_path / "a.h5", group="buses", engine="h5netcdf")
    assert list(buses.bus.values[:4]) == [0, 1, 5, 7]
    assert buses.base_kv.attrs["units"] == "kV"


def test_what_matpower_cannot_say_is_listed(tmp_path):
    done = run("convert", CORPUS / "pandapower/radial.json", tmp_path / "a.m")
    assert done.returncode == 0
    assert "conductances of 2 branches become shunts" in done.stderr
    assert "buses are counted anew from 1" in done.stderr


def test_unknown_suffixes_are_a_usage_error(tmp_path):
    done = run("convert", CASES[0], tmp_path / "a.xyz")
    assert done.returncode == 2
    assert "names no known format" in done.stderr


def test_a_file_that_claims_more_rows_than_it_holds_is_refused(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.h5"
    assert run("convert", CASES[0], path).returncode == 0
    with h5py.File(path, "a") as file:
        del file["branches/r_pu"]
        file["branches"].create_dataset("r_pu", shape=(10**9,), dtype="f8")
    done = run("flow", path)
    assert done.returncode == 4
    assert "branches/r_pu claims 1000000000 rows" in done.stderr


def test_a_bus_that_does_not_exist_is_refused_by_column_and_id(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.h5"
    assert run("convert", CASES[0], path).returncode == 0
    with h5py.File(path, "a") as file:
        file["branches/tbus"][3] = 77
    done = run("flow", path)
    assert done.returncode == 4
    assert "branches/tbus names bus 77, which the case does not hold" in done.stderr
