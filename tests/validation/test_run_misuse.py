# SPDX-License-Identifier: BSD-3-Clause
"""Bad input to `gridswarm run`: one clear sentence, the documented status, nothing half written."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
DATA = ROOT / "examples" / "data"
MPI = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMP_NUM_THREADS": "1",
}

GOOD = f"""
[run]
name = "small"
duration_h = 0.5
dt_s = 300
[passive]
mode = "constant"
[[feeder]]
case = "{DATA}/ieee33.m"
agents = 20
[[profile]]
file = "{DATA}/town_profiles.csv"
"""


def run(tmp_path, text, *options, launcher=(), **environment):
    scenario = tmp_path / "scenario.toml"
    if isinstance(text, bytes):
        scenario.write_bytes(text)
    else:
        scenario.write_text(text)
    command = [*launcher, PROGRAM, "run", str(scenario), "-o", str(tmp_path / "out"), *options]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True
    )


def refused(done, status, *words):
    assert done.returncode == status, (done.returncode, done.stderr)
    sentences = [line for line in done.stderr.splitlines() if line.startswith("gridswarm: ")]
    assert len(sentences) == 1, done.stderr
    for word in words:
        assert word in sentences[0], sentences[0]


def test_the_good_scenario_runs(tmp_path):
    done = run(tmp_path, GOOD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "old, new, status, words",
    [
        ("dt_s = 300", "dt_s = 300\ndt = 5", 4, ["scenario.toml:6", "dt"]),
        ("dt_s = 300", 'dt_s = "fast"', 4, ["scenario.toml:5", "dt_s"]),
        ("dt_s = 300", "dt_s = -300", 4, ["scenario.toml:5", "dt_s", "-300"]),
        ("dt_s = 300", "dt_s = 7", 4, ["ledger_dt_s", "multiple"]),
        ("dt_s = 300", "dt_s = nan", 4, ["scenario.toml:5", "dt_s"]),
        ("[passive]", "[pasive]", 4, ["pasive"]),
        ('"constant"', '"sometimes"', 4, ["sometimes", "constant"]),
        ('"constant"', '"profile"\nprofile = "nobody"', 2, ["nobody", "home_1_pu"]),
        ("ieee33.m", "ieee34.m", 4, ["ieee34.m"]),
        ("town_profiles.csv", "ieee33.m", 4, ["ieee33.m"]),
        ("[[feeder]]", "[[feeders]]", 4, ["feeders"]),
        ("[run]", "[run", 4, ["scenario.toml:2"]),
    ],
)
def test_a_wrong_scenario_is_refused_by_line_and_key(old, new, status, words, tmp_path):
    assert old in GOOD
    refused(run(tmp_path, GOOD.replace(old, new)), status, *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", [b"", b"\x00\xff\xfe\x01binary", GOOD[: len(GOOD) // 2].encode()])
def test_an_empty_binary_or_cut_off_scenario_is_refused(text, tmp_path):
    done = run(tmp_path, text)
    assert done.returncode in (2, 4)
    assert "scenario.toml" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_missing_scenario_is_a_file_error(tmp_path):
    done = subprocess.run(
        [PROGRAM, "run", str(tmp_path / "no.toml")], capture_output=True, text=True
    )
    refused(done, 4, "no.toml")


def test_a_folder_with_another_run_is_left_alone(tmp_path):
    assert run(tmp_path, GOOD).returncode == 0
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    refused(run(tmp_path, GOOD), 4, "out")
    after = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert before == after


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "out").write_text("a file")
    refused(run(tmp_path, GOOD), 4, "out")


def test_a_loop_is_refused_with_its_branches(tmp_path):
    tie = "mpc.branch = [\n18 33 0.01 0.01 0 0 0 0 0 0 1 -360 360;"
    text = (DATA / "ieee33.m").read_text().replace("mpc.branch = [", tie, 1)
    (tmp_path / "loop.m").write_text(text)
    refused(run(tmp_path, GOOD, "--case", str(tmp_path / "loop.m")), 4, "close a loop", "16-17")
    assert not (tmp_path / "out").exists()


def test_interrupt_keeps_what_was_committed(tmp_path):
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(GOOD.replace("duration_h = 0.5", "duration_h = 4000"))
    process = subprocess.Popen(
        [PROGRAM, "run", str(scenario), "-o", str(tmp_path / "out")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    checkpoint = tmp_path / "out" / "log" / "checkpoint"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if checkpoint.exists() and int(checkpoint.read_text().splitlines()[1]) > 0:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert (tmp_path / "out" / "results.h5").exists()
    checked = subprocess.run([PROGRAM, "verify", str(tmp_path / "out" / "log")])
    assert checked.returncode == 0


@pytest.mark.skipif(not shutil.which("mpirun"), reason="mpirun is not installed")
def test_a_failure_on_one_rank_ends_all(tmp_path):
    two = GOOD.replace("[[profile]]", f'[[feeder]]\ncase = "{tmp_path}/bad.m"\n[[profile]]')
    (tmp_path / "bad.m").write_text("function mpc = bad\n")
    began = time.monotonic()
    done = run(tmp_path, two, launcher=["mpirun", "-n", "2"], **MPI)
    assert done.returncode == 4
    assert "bad.m" in done.stderr
    assert not (tmp_path / "out").exists()
    assert time.monotonic() - began < 30  # five seconds on an idle machine; no hang on a busy one


@pytest.mark.skipif(not shutil.which("mpirun"), reason="mpirun is not installed")
def test_more_ranks_than_feeders_work(tmp_path):
    done = run(tmp_path, GOOD, launcher=["mpirun", "-n", "3"], **MPI)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "results.h5").exists()


@pytest.mark.skipif(not shutil.which("mpirun"), reason="mpirun is not installed")
def test_an_interrupt_to_one_rank_ends_all_with_whole_results_and_log(tmp_path):
    long = GOOD.replace("duration_h = 0.5", "duration_h = 2400")
    (tmp_path / "scenario.toml").write_text(long.replace("agents = 20", "agents = 90"))
    out = tmp_path / "out"
    process = subprocess.Popen(
        ["mpirun", "-n", "2", PROGRAM, "run", str(tmp_path / "scenario.toml"), "-o", str(out)],
        env={**os.environ, **MPI}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (out / "log" / "checkpoint").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
    os.kill(int(children.stdout.split()[-1]), signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert (out / "results.h5").exists()
    assert subprocess.run([PROGRAM, "verify", str(out / "log")]).returncode == 0
