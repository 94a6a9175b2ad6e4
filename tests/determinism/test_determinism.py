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
    apart = {"seconds", "flow_percent", "anchor_age_s", "out", "exchange_rounds", "exchange_bytes"}
    return {k: v for k, v in result.items() if k not in apart} == {
        k: v for k, v in plain.items() if k not in apart
    }


def test_the_run_writes_records_and_refuses_none(plain):
    assert plain["records"] > 500
    assert plain["refused"] == 0
    assert len(plain["log_head"]) == 64


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
