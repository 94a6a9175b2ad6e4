# SPDX-License-Identifier: BSD-3-Clause
"""The package beside h5py and mpi4py, in any order of imports, alone and under mpirun."""
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HAMLET = ROOT / "tests/determinism/hamlet.toml"
ORDERS = list(itertools.permutations(["gridswarm", "h5py", "mpi4py.MPI"]))

USE_ALL = """
import sys
{imports}
import gridswarm, h5py, numpy
from mpi4py import MPI
with h5py.File("mine.h5", "w") as mine:
    mine["x"] = numpy.arange(5.0)
    first = gridswarm.run(sys.argv[1], out="one")
    mine["y"] = numpy.arange(3)
second = gridswarm.run(sys.argv[1], out="two", comm=MPI.COMM_SELF)
assert first.log_head == second.log_head
with h5py.File("mine.h5") as mine, h5py.File(first.results) as theirs:
    assert mine["x"][:].sum() == 10 and theirs["feeder_00/wires/vm_pu"].shape == (36, 4, 33)
print("fine")
"""

ON_TWO = """
import sys, gridswarm
from mpi4py import MPI
summary = gridswarm.run(sys.argv[1], out=sys.argv[2], comm=MPI.COMM_WORLD, threads=1)
assert (summary is None) == (MPI.COMM_WORLD.rank > 0)
if summary:
    print(summary.log_head, summary.exchange_bytes > 0)
"""

REFUSED = """
import sys, gridswarm
from mpi4py import MPI
try:
    gridswarm.run(sys.argv[1], out=sys.argv[2], comm=MPI.COMM_WORLD)
except gridswarm.Error as error:
    with open(f"refused_{MPI.COMM_WORLD.rank}", "w") as mine:  # a shared stdout may mix the ranks
        mine.write(type(error).__name__)
"""


def python(code, *arguments, cwd, ranks=0, **environment):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    return subprocess.run([*launcher, sys.executable, "-c", code, *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True, timeout=120,
                          env={**os.environ, **environment})


def needs_both():
    pytest.importorskip("h5py")
    pytest.importorskip("mpi4py")


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_any_order_of_imports_works(order, tmp_path):
    needs_both()
    imports = "\n".join(f"import {name}" for name in order)
    done = python(USE_ALL.format(imports=imports), HAMLET, cwd=tmp_path)
    assert done.returncode == 0 and done.stdout == "fine\n", done.stderr


def test_importing_does_not_start_mpi_nor_matplotlib(tmp_path):
    needs_both()
    code = ("import sys, gridswarm, mpi4py; mpi4py.rc.initialize = False\n"
            "assert 'matplotlib' not in sys.modules and 'mpi4py.MPI' not in sys.modules\n"
            "from mpi4py import MPI; assert not MPI.Is_initialized(); print('fine')")
    done = python(code, cwd=tmp_path)
    assert done.stdout == "fine\n", done.stderr


@pytest.mark.skipif(not shutil.which("mpirun"), reason="no mpirun here")
def test_two_ranks_write_the_same_log_as_one(tmp_path):
    needs_both()
    one = python("import sys, gridswarm as gs; print(gs.run(sys.argv[1], out='one').log_head)",
                 HAMLET, cwd=tmp_path)
    two = python(ON_TWO, HAMLET, tmp_path / "two", cwd=tmp_path, ranks=2)
    assert two.returncode == 0, two.stderr
    assert two.stdout.split() == [one.stdout.strip(), "True"]


@pytest.mark.skipif(not shutil.which("mpirun"), reason="no mpirun here")
def test_what_cannot_begin_is_refused_on_every_rank(tmp_path):
    needs_both()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/results.h5").write_text("")
    done = python(REFUSED, HAMLET, tmp_path / "taken", cwd=tmp_path, ranks=2)
    assert done.returncode == 0, done.stderr
    names = [(tmp_path / f"refused_{rank}").read_text() for rank in range(2)]
    assert names == ["FileError", "Error"]


@pytest.mark.skipif(not shutil.which("mpirun"), reason="no mpirun here")
def test_a_failure_on_one_rank_ends_both(tmp_path):
    needs_both()
    text = HAMLET.read_text().replace("../../examples", str(ROOT / "examples"))
    text = text.replace('"hamlet_fleet.csv"', f'"{HAMLET.with_name("hamlet_fleet.csv")}"')
    text = text.replace("ieee69.m", "nowhere.m")
    (tmp_path / "bad.toml").write_text(text)
    begin = time.monotonic()
    done = python(ON_TWO, "bad.toml", tmp_path / "out", cwd=tmp_path, ranks=2)
    assert time.monotonic() - begin < 15
    assert done.returncode == 4 and "nowhere.m" in done.stderr


def test_an_instruction_set_is_chosen_on_import(tmp_path):
    code = "import gridswarm as gs; print(gs.info()['isa'])"
    assert python(code, cwd=tmp_path, GRIDSWARM_ISA="reference").stdout == "reference\n"
    done = python(code, cwd=tmp_path, GRIDSWARM_ISA="abacus")
    assert done.returncode == 1
    assert "UsageError: GRIDSWARM_ISA=abacus is not supported here; choose one of" in done.stderr
