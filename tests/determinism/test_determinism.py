# SPDX-License-Identifier: BSD-3-Clause
"""One log head for any number of threads and ranks and any instruction set, another for 1 W."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(HERE.parents[1] / "build/release/bin/gridswarm"))
MPI = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMP_NUM_THREADS": "1",
}
HIDE_WIDE_LIBM = "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA,-AVX512F"


def run(out, *options, scenario=HERE / "hamlet.toml", launcher=(), **environment):
    command = [*launcher, PROGRAM, "run", str(scenario), "--json", "-o", str(out), *options]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def isas():
    done = subprocess.run([PROGRAM, "info", "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["isa_supported"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return run(tmp_path_factory.mktemp("plain") / "run", "--threads", "1")


def same(result, plain):
    """Everything that a run computes, clocks and traffic between ranks left out."""
    apart = {"seconds", "flow_percent", "anchor_age_s", "loss_bound_ms", "out",
             "exchange_rounds", "exchange_bytes"}
    return {k: v for k, v in result.items() if k not in apart} == {
        k: v for k, v in plain.items() if k not in apart
    }


def test_the_run_writes_records_and_refuses_none(plain):
    assert plain["records"] > 500
    assert plain["refused"] == 0
    assert len(plain["log_head"]) == 64


CERTIFIED = HERE / "hamlet_certified.toml"


def test_a_hierarchy_gives_the_same_over_threads_ranks_and_instruction_sets(plain, tmp_path):
    certified = run(tmp_path / "one", "--threads", "1", scenario=CERTIFIED)
    assert certified["device_records"] == plain["records"]
    assert certified["records"] == certified["cluster_records"] + certified["agents"]
    assert certified["log_head"] != plain["log_head"]
    assert same(run(tmp_path / "two", "--threads", "2", scenario=CERTIFIED), certified)
    assert same(run(tmp_path / "ranks", "--hosted-ranks", "3", scenario=CERTIFIED), certified)
    for isa in isas():
        assert same(run(tmp_path / isa, scenario=CERTIFIED, GRIDSWARM_ISA=isa), certified)


def test_two_threads_give_the_same(plain, tmp_path):
    assert same(run(tmp_path / "run", "--threads", "2"), plain)


def test_eight_pretended_ranks_give_the_same(plain, tmp_path):
    result = run(tmp_path / "run", "--hosted-ranks", "8")
    assert same(result, plain)
    assert result["exchange_bytes"] > 0


@pytest.mark.parametrize("isa", isas())
def test_every_instruction_set_gives_the_same(isa, plain, tmp_path):
    assert same(run(tmp_path / "run", GRIDSWARM_ISA=isa), plain)


def test_another_libm_gives_the_same(plain, tmp_path):
    assert same(run(tmp_path / "run", GLIBC_TUNABLES=HIDE_WIDE_LIBM), plain)


@pytest.mark.skipif(not shutil.which("mpirun"), reason="mpirun is not installed")
@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_mpi_ranks_give_the_same(ranks, plain, tmp_path):
    result = run(tmp_path / "run", launcher=["mpirun", "-n", str(ranks)], **MPI)
    assert same(result, plain)


def contents(folder):
    """{(object, attribute or ''): value as bytes with type and shape} of a run's results.h5.

    Attributes that point at other objects by address (HDF5's lists of scales) are named only."""
    h5py = pytest.importorskip("h5py")
    found = {}

    def see(name, thing):
        if isinstance(thing, h5py.Dataset):
            found[name, ""] = as_bytes(thing[()])
        for key in thing.attrs:
            value = thing.attrs.get_id(key)
            is_address = value.get_type().get_class() in (h5py.h5t.VLEN, h5py.h5t.COMPOUND)
            found[name, key] = None if is_address else as_bytes(thing.attrs[key])

    with h5py.File(pathlib.Path(folder) / "results.h5") as file:
        see("/", file)
        file.visititems(see)
    return found


def as_bytes(value):
    import numpy

    array = numpy.asarray(value)
    raw = repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
    return str(array.dtype), array.shape, raw


def test_the_results_have_something_to_compare(plain):
    found = contents(plain["out"])
    assert sum(1 for _, attribute in found if not attribute) > 100
    assert ("feeder_00/wires/vm_pu", "units") in found
    assert ("/", "seed") in found


@pytest.mark.parametrize(
    "name, options, ranks",
    [
        ("two threads", ["--threads", "2"], 0),
        ("eight pretended ranks", ["--hosted-ranks", "8"], 0),
        ("two ranks", [], 2),
        ("four ranks", [], 4),
    ],
)
def test_results_hold_the_same_data(name, options, ranks, plain, tmp_path):
    if ranks and not shutil.which("mpirun"):
        pytest.skip("mpirun is not installed")
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    result = run(tmp_path / "run", *options, launcher=launcher, **(MPI if ranks else {}))
    ours, theirs = contents(plain["out"]), contents(result["out"])
    assert ours.keys() == theirs.keys()
    assert [key for key in ours if ours[key] != theirs[key]] == []


def test_another_seed_shows_in_the_comparison(plain, tmp_path):
    """The comparison above sees what it should see: another seed is another file."""
    other = run(tmp_path / "run", "--seed", "8")
    ours, theirs = contents(plain["out"]), contents(other["out"])
    differing = {key for key in ours if ours[key] != theirs.get(key)}
    assert ("/", "seed") in differing
    assert len(differing) > 20


@pytest.mark.parametrize("line", [3, 17, 41])
def test_one_watt_on_one_device_gives_another_head(line, plain, tmp_path):
    rows = (HERE / "hamlet_fleet.csv").read_text().splitlines()
    column = rows[0].split(",").index("rating_kw")
    cells = rows[line].split(",")
    cells[column] = repr(float(cells[column]) + 0.001)
    rows[line] = ",".join(cells)
    (tmp_path / "fleet.csv").write_text("\n".join(rows) + "\n")
    data = HERE.parents[1] / "examples" / "data"
    text = (HERE / "hamlet.toml").read_text()
    text = text.replace("../../examples/data", str(data)).replace("hamlet_fleet.csv", "fleet.csv")
    (tmp_path / "hamlet.toml").write_text(text)
    result = run(tmp_path / "run", scenario=tmp_path / "hamlet.toml")
    assert result["log_head"] != plain["log_head"]


def test_three_phases_give_one_head_over_threads_ranks_and_instruction_sets(tmp_path):
    """Unbalanced feeders: every power flow conductor by conductor, controls lane by lane."""
    scenario = HERE / "hamlet3.toml"
    plain = run(tmp_path / "plain", "--threads", "1", scenario=scenario)
    assert plain["records"] > 200 and plain["refused"] == 0 and plain["not_converged"] == 0
    assert same(run(tmp_path / "threads", "--threads", "2", scenario=scenario), plain)
    assert same(run(tmp_path / "ranks", "--hosted-ranks", "3", scenario=scenario), plain)
    for isa in isas():
        assert same(run(tmp_path / isa, scenario=scenario, GRIDSWARM_ISA=isa), plain)
    assert same(run(tmp_path / "libm", scenario=scenario, GLIBC_TUNABLES=HIDE_WIDE_LIBM), plain)
