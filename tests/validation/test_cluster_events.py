# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm cluster --events`: one membership on any number of ranks, costs that add up, and one
sentence for what cannot happen."""

import csv
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
CASE = ROOT / "examples/data/ieee33.m"
HEAD = "time_s,event,agent,bus,branch,value\n"
EVENTS = """0,leave,17,,,
60,join,17,22,,
900,open,,,6-7,
900,close,,,8-21,
1800,soc,4,,,0.35
1860,size_max,,,,12
1900,isolate,5,,,
"""


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture
def fleet(tmp_path):
    done = run("synth", "--case", CASE, "--agents", 200, "--seed", 5, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "fleet.csv"


def live(case, fleet, events, *options):
    path = fleet.with_name("events.csv")
    path.write_text(HEAD + events)
    return run("cluster", case, "--fleet", fleet, "--json", "--events", path, *options)


def test_costs_of_events_add_up_and_the_last_bounds_hold(fleet, tmp_path):
    done = live(CASE, fleet, EVENTS, "--events-out", tmp_path / "log.csv", "-o", tmp_path / "c.csv")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    with open(tmp_path / "log.csv", newline="") as file:
        log = list(csv.DictReader(file))
    assert len([line for line in log if line["event"] != "settle"]) == report["events"] == 7
    for column in ["moved", "records", "bytes"]:
        assert sum(int(line[column]) for line in log) == report[column] > 0
    assert report["connected_share"] == 1 and report["breaches"] == 0
    with open(tmp_path / "c.csv", newline="") as file:
        members = [line["cluster"] for line in csv.DictReader(file)]
    assert max(members.count(cluster) for cluster in set(members)) <= 12
    assert len(members) == 199  # agent 5 is isolated


def test_ranks_give_the_same_membership(fleet, tmp_path):
    for ranks in [1, 3]:
        out = tmp_path / f"{ranks}.csv"
        done = live(CASE, fleet, EVENTS, "--hosted-ranks", ranks, "-o", out)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "3.csv").read_bytes()


def test_a_meshed_case_is_refused_with_its_loops(fleet, tmp_path):
    text = CASE.read_text()
    start = text.index("mpc.branch")
    head, branches = text[:start], text[start:]
    closed = branches.replace("\t0\t-360", "\t1\t-360")
    if closed == branches:
        pytest.skip("the case has no open ties written so")
    path = tmp_path / "meshed.m"
    path.write_text(head + closed)
    done = live(path, fleet, EVENTS)
    assert done.returncode == 4 and "close a loop" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("events, line, words", [
    ("0,join,3,,,\n1,join,3,,,\n", 3, "there already"),
    ("0,leave,3,,,\n1,leave,3,,,\n", 3, "not there"),
    ("0,isolate,3,,,\n1,isolate,3,,,\n", 3, "isolated already"),
    ("0,return,3,,,\n", 2, "not isolated"),
    ("0,leave,9999,,,\n", 2, "not in the fleet"),
    ("0,fly,3,,,\n", 2, "no event"),
    ("5,leave,3,,,\n4,leave,4,,,\n", 3, "order of time"),
    ("0,rating,,,,nan\n", 2, "finite"),
    ("0,rating,,,,0.001\n", 2, "raise it"),
    ("0,open,,,6-77,\n", 2, "no branch"),
    ("0,close,,,6-7,\n", 2, "closed already"),
    ("0,close,,,8-21,\n", 2, "close a loop"),
])
def test_what_cannot_happen_is_said_in_one_sentence(events, line, words, fleet):
    done = live(CASE, fleet, events)
    assert done.returncode == 4
    assert f"events.csv:{line}: " in done.stderr and words in done.stderr
    assert done.stderr.count("\n") == 1
