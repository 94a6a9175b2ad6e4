# SPDX-License-Identifier: BSD-3-Clause
"""gridswarm synth, as people call it: files, exit codes, and the same bytes for the same seed."""

import csv
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))


def synth(*arguments):
    return subprocess.run([PROGRAM, "synth", *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture
def made(tmp_path):
    done = synth("--buses", 40, "--agents", 100, "--seed", 5, "-o", tmp_path / "a", "--json")
    assert done.returncode == 0, done.stderr
    return tmp_path / "a", json.loads(done.stdout)


def test_buses_and_agents_give_a_case_and_a_fleet(made):
    folder, report = made
    assert report["buses"] == 40 and report["agents"] == 100 and report["seed"] == 5
    assert sorted(p.name for p in folder.iterdir()) == ["case.m", "fleet.csv"]
    rows = list(csv.DictReader(open(folder / "fleet.csv")))
    assert [int(row["agent"]) for row in rows] == list(range(1, 101))
    kinds = [row["kind"] for row in rows]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "pv": 30, "meter": 30, "battery": 20, "ev": 15, "wind": 5}


def test_the_made_case_can_be_given_a_fleet_of_its_own(made, tmp_path):
    folder, _ = made
    done = synth("--case", folder / "case.m", "--agents", 100, "--seed", 5, "-o", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "b/fleet.csv").read_bytes() == (folder / "fleet.csv").read_bytes()


def test_another_seed_gives_another_fleet(made, tmp_path):
    folder, _ = made
    done = synth("--case", folder / "case.m", "--agents", 100, "--seed", 6, "-o", tmp_path / "b")
    assert done.returncode == 0
    assert (tmp_path / "b/fleet.csv").read_bytes() != (folder / "fleet.csv").read_bytes()


def test_the_mix_is_an_option(made, tmp_path):
    folder, _ = made
    done = synth("--case", folder / "case.m", "--agents", 10, "--pv-share", 1, "--meter-share", 0,
                 "--battery-share", 0, "--ev-share", 0, "--wind-share", 0, "-o", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert {row["kind"] for row in csv.DictReader(open(tmp_path / "b/fleet.csv"))} == {"pv"}


def test_the_committed_day_is_what_synth_writes(tmp_path):
    assert synth("--profiles", "--seed", 1, "-o", tmp_path / "p").returncode == 0
    assert (tmp_path / "p/profiles.csv").read_bytes() == (
        ROOT / "examples/data/town_profiles.csv").read_bytes()


@pytest.mark.parametrize("arguments, what", [
    ([], "synth needs --case CASE or --buses N"),
    (["--case", "x.m", "--buses", 5, "--agents", 5], "not both"),
    (["--buses", 1, "--agents", 5], "--buses must be at least 2"),
    (["--buses", 5], "--agents must be at least 1"),
    (["--buses", 5, "--agents", -3], "--agents must be at least 1"),
    (["--agents", 5, "--profiles"], "--agents needs --case CASE or --buses N"),
    (["--profiles", "--step-min", 7], "whole minutes that divide a day"),
    (["--profiles", "--seed", -1], "--seed"),
    (["--buses", 5, "--agents", 5, "--pv-share", -1], "--pv-share"),
    (["--buses", 5, "--agents", 5, "--pv-share", "nan"], "--pv-share"),
])
def test_what_can_not_be_meant_is_a_usage_error(arguments, what, tmp_path):
    done = synth(*arguments, "-o", tmp_path / "x")
    assert done.returncode == 2
    assert what in done.stderr and done.stderr.count("\n") <= 2
    assert not (tmp_path / "x").exists()


def test_the_folder_must_be_given():
    done = synth("--profiles")
    assert done.returncode == 2 and "-o DIR" in done.stderr


def test_a_folder_that_holds_a_fleet_already_is_left_alone(made):
    folder, _ = made
    before = (folder / "fleet.csv").read_bytes()
    done = synth("--buses", 5, "--agents", 5, "-o", folder)
    assert done.returncode == 4 and "is there already" in done.stderr
    assert (folder / "fleet.csv").read_bytes() == before


def test_a_file_in_place_of_the_folder_and_a_missing_case_are_file_errors(tmp_path):
    (tmp_path / "file").write_text("")
    done = synth("--profiles", "-o", tmp_path / "file")
    assert done.returncode == 4 and "is a file; -o needs a folder" in done.stderr
    done = synth("--profiles", "-o", tmp_path / "file/below")
    assert done.returncode == 4 and done.stderr.count("\n") == 1
    done = synth("--case", tmp_path / "no.m", "--agents", 5, "-o", tmp_path / "y")
    assert done.returncode == 4 and "no.m" in done.stderr
    assert not (tmp_path / "y").exists()
