# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm cluster` writes the same bytes for any number of threads, ranks and pretended ranks,
on any instruction set; first formed and formed again."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
       "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"}
FEEDERS, BUSES = 12, 400
BOUNDS = ["--diameter-max-pu", "0.6", "--delta-pu", "0.2"]


def run(*arguments, launcher=(), **environment):
    done = subprocess.run([*launcher, PROGRAM, *map(str, arguments)], capture_output=True,
                          text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_case(path, feeders, buses):
    """MATPOWER feeders side by side: bus i of a feeder hangs on bus i - 1 - i % 3 of it."""
    bus, gen, branch = [], [], []
    for first in range(1, feeders * buses, buses):
        gen.append(f"{first} 0 0 9 -9 1 1 1 9 -9;")
        for i in range(buses):
            bus.append(f"{first + i} {1 if i else 3} 0.002 0 0 0 1 1 0 20 1 1.1 0.9;")
            if i:
                up = first + max(0, i - 1 - i % 3)
                r_pu = 0.001 * (1 + i % 7)
                branch.append(f"{up} {first + i} {r_pu} 0.002 0 0 0 0 0 0 1 -360 360;")
    tables = {"bus": bus, "gen": gen, "branch": branch}
    path.write_text("function mpc = side_by_side\nmpc.version = '2';\nmpc.baseMVA = 1;\n" + "".join(
        f"mpc.{name} = [\n" + "\n".join(rows) + "\n];\n" for name, rows in tables.items()))


def isas():
    return json.loads(run("info", "--json"))["isa_supported"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A case, its fleet, the same fleet with other powers, and what one thread makes of both."""
    folder = tmp_path_factory.mktemp("scene")
    write_case(folder / "case.m", FEEDERS, BUSES)
    run("synth", "--case", folder / "case.m", "--agents", FEEDERS * BUSES, "--seed", 3, "-o",
        folder)
    lines = (folder / "fleet.csv").read_text().splitlines()
    at = lines[0].split(",").index("p_kw")
    cells = [line.split(",") for line in lines]
    for k, row in enumerate(cells[1:]):
        row[at] = f"{float(row[at] or 0) * (k % 5) / 4:.6f}"
    for name in ("p_min_kw", "p_max_kw"):  # bands would hold the powers back
        if name in cells[0]:
            for row in cells[1:]:
                row[cells[0].index(name)] = ""
    (folder / "later.csv").write_text("\n".join(map(",".join, cells)) + "\n")
    return folder, form(folder, folder, "--threads", 1)


def form(scene, folder, *options, **more):
    """(bytes of the table, membership_sha256) of a first formation and of one from it on."""
    out = []
    for fleet, previous in (("fleet.csv", ()), ("later.csv", ("--previous", scene / "fleet.out"))):
        table = folder / fleet.replace("csv", "out")
        summary = json.loads(run("cluster", scene / "case.m", "--fleet", scene / fleet, *BOUNDS,
                                 *previous, "--json", "-o", table, *options, **more))
        out.append((table.read_bytes(), summary["membership_sha256"], summary["switching"]))
    return out


def test_something_moves_between_the_two(scene):
    first, later = scene[1]
    assert first[2] == 0 < later[2]
    assert first[1] != later[1]


@pytest.mark.parametrize("options", [["--threads", "2"], ["--hosted-ranks", "3"],
                                     ["--hosted-ranks", "3", "--threads", "2"]])
def test_threads_and_pretended_ranks_give_the_same_bytes(options, scene, tmp_path):
    assert form(scene[0], tmp_path, *options) == scene[1]


@pytest.mark.parametrize("isa", isas())
def test_every_instruction_set_gives_the_same_bytes(isa, scene, tmp_path):
    assert form(scene[0], tmp_path, GRIDSWARM_ISA=isa) == scene[1]


@pytest.mark.skipif(not shutil.which("mpirun"), reason="mpirun is not installed")
@pytest.mark.parametrize("ranks", [1, 2])
def test_mpi_ranks_give_the_same_bytes(ranks, scene, tmp_path):
    launcher = ["mpirun", "-n", str(ranks)]
    assert form(scene[0], tmp_path, launcher=launcher, OMP_NUM_THREADS="1", **MPI) == scene[1]
