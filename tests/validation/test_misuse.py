# SPDX-License-Identifier: BSD-3-Clause
"""Every command with bad input: one clear sentence on stderr, the documented status, no file made.

What can be wrong inside a scenario is test_run_misuse.py's business."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
CASE = ROOT / "examples/data/ieee33.m"
FLEET = ROOT / "tests/determinism/hamlet_fleet.csv"
HAMLET = ROOT / "tests/determinism/hamlet.toml"
COMMANDS = ["run", "flow", "cluster", "balance", "synth", "verify", "info"]


def call(*arguments, cwd, **environment):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], cwd=cwd, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=120,
    )


def refused(done, status, *words):
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("gridswarm: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


@pytest.fixture
def bad(tmp_path):
    """A folder of files that nobody can use."""
    case, fleet = CASE.read_text(), FLEET.read_text()
    (tmp_path / "empty").write_text("")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "cut.m").write_text(case[:900])
    (tmp_path / "cut.csv").write_text(fleet[:1000])
    (tmp_path / "columns.csv").write_text(fleet.replace("agent,bus", "agnt,bus", 1))
    (tmp_path / "nan.csv").write_text(fleet.replace("257.993", "nan", 1))
    (tmp_path / "twice.csv").write_text(fleet + fleet.splitlines()[3] + "\n")
    (tmp_path / "bus.csv").write_text(fleet.replace("\n3,4,pv", "\n3,444,pv", 1))
    (tmp_path / "soc.csv").write_text(fleet.replace(",0.34,", ",1.34,", 1))
    (tmp_path / "nan.m").write_text(case.replace("0.0922", "NaN", 1))
    (tmp_path / "folder").mkdir()
    return tmp_path


def test_no_command_and_a_wrong_one_are_usage_errors(tmp_path):
    refused(call(cwd=tmp_path), 2, "subcommand")
    refused(call("flwo", CASE, cwd=tmp_path), 2, "no command flwo")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_named(command, tmp_path):
    refused(call(command, "--nope", cwd=tmp_path), 2, "--nope")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "option, value", [("--threads", "-1"), ("--threads", "x"), ("--seed", "-1"), ("--seed", "1e99")]
)
def test_a_number_out_of_range_is_refused_by_its_option(command, option, value, tmp_path):
    what = [] if command in ("synth", "info") else ["x"]
    refused(call(command, *what, option, value, cwd=tmp_path), 2, option)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_goes_to_stdout_and_ends_0(command, tmp_path):
    done = call(command, "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--json" in done.stdout


@pytest.mark.parametrize("command", ["flow", "cluster", "balance"])
@pytest.mark.parametrize("case", ["missing.m", "empty", "binary", "cut.m", "folder", "nan.m"])
def test_a_case_that_is_none_is_named(command, case, bad):
    fleet = [] if command == "flow" else ["--fleet", FLEET]
    refused(call(command, case, *fleet, "-o", "made", cwd=bad), 4, case)
    assert not (bad / "made").exists()


@pytest.mark.parametrize("command", ["cluster", "balance"])
@pytest.mark.parametrize(
    "fleet, word",
    [
        ("missing.csv", "missing.csv"), ("empty", "empty"), ("binary", "binary"),
        ("folder", "folder"), ("cut.csv", "cut.csv:13"), ("columns.csv", "agnt"),
        ("nan.csv", "nan.csv:4"), ("twice.csv", "twice.csv:62"), ("bus.csv", "444"),
        ("soc.csv", "soc.csv:5"), (CASE, "ieee33.m"),
    ],
)
def test_a_fleet_that_is_none_is_named_by_line(command, fleet, word, bad):
    refused(call(command, CASE, "--fleet", fleet, "-o", "made", cwd=bad), 4, word)
    assert not (bad / "made").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["flow", CASE], ["cluster", CASE, "--fleet", FLEET], ["balance", CASE, "--fleet", FLEET],
        ["synth", "--case", CASE, "--agents", "5"], ["run", HAMLET],
    ],
)
@pytest.mark.parametrize("out", ["/proc/nowhere/made", "empty/made"])
def test_an_output_that_cannot_be_written_is_named(arguments, out, bad):
    refused(call(*arguments, "-o", out, cwd=bad), 4, out.rsplit("/", 1)[0])


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--buses", "1", "--agents", "5"], "--buses"),
        (["--buses", "99999999999", "--agents", "5"], "--buses"),
        (["--buses", "9", "--agents", "0"], "--agents"),
        (["--case", CASE, "--agents", "-3"], "--agents"),
        (["--case", CASE, "--buses", "9", "--agents", "5"], "--case or --buses"),
        ([], "--case"),
    ],
)
def test_synth_refuses_what_it_cannot_make(arguments, word, tmp_path):
    refused(call("synth", *arguments, "-o", "made", cwd=tmp_path), 2, word)
    assert not (tmp_path / "made").exists()


def test_synth_overwrites_nothing(tmp_path):
    assert call("synth", "--buses", "9", "--agents", "5", "-o", "a", cwd=tmp_path).returncode == 0
    refused(call("synth", "--buses", "9", "--agents", "5", "-o", "a", cwd=tmp_path), 4, "a/")


@pytest.mark.parametrize("log", ["missing", "empty", "binary"])
def test_a_log_that_is_none_is_named(log, bad):
    refused(call("verify", log, cwd=bad), 4, log)


def test_a_folder_without_a_log_fails_verification(bad):
    done = call("verify", "folder", cwd=bad)
    assert done.returncode == 5
    assert "checkpoint" in done.stdout + done.stderr


@pytest.mark.parametrize("ranks", ["0", "-5", "99999999999"])
def test_no_one_pretends_such_numbers_of_ranks(ranks, tmp_path):
    refused(call("run", HAMLET, "--hosted-ranks", ranks, "-o", "made", cwd=tmp_path), 2,
            "--hosted-ranks")
    assert not (tmp_path / "made").exists()


def test_an_unknown_instruction_set_is_refused(tmp_path):
    refused(call("info", cwd=tmp_path, GRIDSWARM_ISA="pentium"), 2, "pentium")


def test_a_power_flow_that_does_not_converge_says_so_by_its_status(tmp_path):
    done = call("flow", CASE, "--max-iterations", "1", cwd=tmp_path)
    assert done.returncode == 3
