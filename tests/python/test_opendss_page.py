# SPDX-License-Identifier: BSD-3-Clause
"""docs/how-to/opendss.md: its files are read, and its commands run as they stand."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
PAGE = (ROOT / "docs/how-to/opendss.md").read_text()
WRITTEN = ["voltages.csv", "branches.csv", "taps.csv", "day.csv", "figures.csv", "held.csv",
           "constant.csv", "noon.png"]


def test_the_pages_commands_run_as_they_stand(tmp_path):
    shutil.copytree(ROOT / "examples/data", tmp_path / "examples/data")
    commands = 0
    for kind, block in re.findall(r"```(\w+)\n(.*?)```", PAGE, re.S):
        if kind == "dss":
            (tmp_path / block.split()[1]).write_text(block)
            continue
        lines = ([[sys.executable, "-c", block]] if kind == "python" else
                 [[PROGRAM, *shlex.split(line)[1:]] for line in block.splitlines()])
        for line in lines:
            done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, (line, done.stderr)
            assert "passed over" not in done.stderr and "Warning" not in done.stderr, done.stderr
            commands += 1
    assert commands >= 8
    assert [name for name in WRITTEN if not (tmp_path / name).is_file()] == []
    assert len((tmp_path / "figures.csv").read_text().splitlines()) == 1 + 96


def test_held_taps_stay_where_the_first_run_left_them(tmp_path):
    case = ROOT / "examples/data/ieee13.dss"
    for name, more in (("taps.csv", []), ("again.csv", ["--taps", tmp_path / "taps.csv"])):
        subprocess.run([PROGRAM, "flow", case, "--taps-out", tmp_path / name, *more], check=True,
                       capture_output=True)
    assert (tmp_path / "taps.csv").read_text() == (tmp_path / "again.csv").read_text()
