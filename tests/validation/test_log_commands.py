# SPDX-License-Identifier: BSD-3-Clause
"""Proofs, policies, witnesses, mirrors and pruning, as people use them."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

PROGRAM = pathlib.Path(os.environ.get("GRIDSWARM_PROGRAM", "build/release/bin/gridswarm"))
WRITER = PROGRAM.parent / "write_sample_log"
PAGE = pathlib.Path(__file__).parents[2] / "docs/how-to/log.md"
EARLY, LATER = [3], [3, 300]  # 4 entries, then 305


def run(*words, cwd=None):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd)


def gridswarm(*words, cwd):
    return run(PROGRAM.resolve(), *words, cwd=cwd)


def told(*words, cwd, code=0):
    """The JSON that a command prints."""
    done = gridswarm(*words, "--json", cwd=cwd)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def here(tmp_path):
    """A folder with a log of 305 entries, its key, and its checkpoint of 4 entries."""
    for folder, counts in (("early", EARLY), ("log", LATER)):
        done = run(WRITER, tmp_path / folder, *counts)
        assert done.returncode == 0, done.stderr
        (tmp_path / "log.vkey").write_text(done.stdout)
    shutil.copy(tmp_path / "early/checkpoint", tmp_path / "early.note")
    return tmp_path


def test_the_page_about_the_log_runs_as_it_stands(here):
    (here / "bin").mkdir()
    (here / "bin/gridswarm").symlink_to(PROGRAM.resolve())
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.S))
    assert script.count("gridswarm ") >= 14
    done = subprocess.run(["bash", "-euc", script], cwd=here, capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{here}/bin:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert (here / "w1.key").stat().st_mode & 0o777 == 0o600
    assert not (here / "copy/tile/entries/000").exists()
    assert told("verify", "log", "--policy", "site.policy", cwd=here)["witnesses"] == 1


def test_a_proof_holds_for_its_record_index_and_key_alone(here):
    told("prove", "log", 7, "--record", "entry", "-o", "proof", cwd=here)
    good = told("check-proof", "proof", "--record", "entry", "--vkey", "log.vkey", cwd=here)
    assert (good["ok"], good["index"], good["size"]) == (True, 7, 305)
    (here / "entry").write_bytes((here / "entry").read_bytes() + b"x")
    bad = told("check-proof", "proof", "--record", "entry", "--vkey", "log.vkey", cwd=here, code=5)
    assert "does not lead" in bad["reason"]
    other = "gridswarm.example/log0+148d9955+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    bad = told("check-proof", "proof", "--record", "entry", "--vkey", other, cwd=here, code=5)
    assert "no log of the policy" in bad["reason"]
    text = (here / "proof").read_text()
    for wrong in (text.replace("index 7", "index 07"), text[:-3], "", text.replace("@v1", "@v2")):
        (here / "proof").write_text(wrong)
        bad = told("check-proof", "proof", "--record", "entry", "--vkey", "log.vkey", cwd=here,
                   code=5)
        assert "spelling" in bad["reason"]


def test_a_fork_is_kept_as_evidence_that_others_can_check(here):
    assert run(WRITER, here / "fork", 4, 299).returncode == 0
    told("mirror", "log", "copy", "--vkey", "log.vkey", cwd=here)
    bad = told("mirror", "fork", "copy", "--vkey", "log.vkey", cwd=here, code=5)
    assert bad["evidence"] == "copy/fork"
    assert told("check-proof", "copy/fork", "--vkey", "log.vkey", cwd=here)["ok"]
    assert told("verify", "copy", cwd=here, code=5)["file"] == "fork"


def test_a_mirror_sees_a_log_that_was_rolled_back(here):
    told("mirror", "log", "copy", "--vkey", "log.vkey", cwd=here)
    before = {path: path.read_bytes() for path in (here / "copy").rglob("*") if path.is_file()}
    bad = told("mirror", "early", "copy", "--vkey", "log.vkey", cwd=here, code=5)
    assert "rolled back" in bad["reason"]
    assert before == {path: path.read_bytes() for path in (here / "copy").rglob("*")
                      if path.is_file()}


def test_a_witness_answers_a_conflict_with_the_size_it_keeps(here):
    done = gridswarm("key", "w.example", "--witness", "-o", "w.key", cwd=here)
    assert done.returncode == 0 and done.stdout.startswith("w.example+")
    assert gridswarm("key", "w.example", "-o", "w.key", cwd=here).returncode == 4  # never replaced
    words = ("witness", "state", "request", "--key", "w.key", "--vkey", "log.vkey")
    told("prove", "early", "--from", 0, "-o", "request", cwd=here)
    first = told(*words, "--time-s", 1700000000, cwd=here)
    assert (first["status"], first["size"]) == (200, 4)
    told("prove", "log", "--from", 0, "-o", "request", cwd=here)
    late = told(*words, cwd=here, code=5)
    assert (late["status"], late["size"], late["lines"]) == (409, 4, "")
    told("prove", "log", "--from", 4, "-o", "request", cwd=here)
    assert told(*words, cwd=here)["size"] == 305
    told("prove", "early", "--from", 4, "-o", "request", cwd=here)
    assert told(*words, cwd=here, code=5)["status"] == 409  # a log that fell back


@pytest.mark.parametrize("text, line, sentence", [
    ("quorum none", 1, "newline"),
    ("log {key}\nwitness a {key}\nquorum a\n", 2, "type 1"),
    ("log {key}\nlog {key}\nquorum none\n", 2, "line 1"),
    ("log {key}\ngroup g 2 a\nquorum g\n", 2, "no witness"),
    ("log {key}\nlog\n", 2, "expected"),
])
def test_a_wrong_policy_is_named_with_its_line(here, text, line, sentence):
    key = (here / "log.vkey").read_text().strip()
    (here / "policy").write_text(text.format(key=key))
    done = gridswarm("verify", "log", "--policy", "policy", cwd=here)
    assert done.returncode == 4
    assert f"policy:{line}: " in done.stderr and sentence in done.stderr


def test_a_revoked_key_counts_no_more(here):
    shutil.copy(here / "log.vkey", here / "revoked")
    words = ("verify", "log", "--vkey", "log.vkey")
    assert told(*words, cwd=here)["ok"]
    bad = told(*words, "--revoked", "revoked", cwd=here, code=5)
    assert "was revoked" in bad["reason"]


def test_a_pruned_log_says_what_it_cannot_show(here):
    assert told("prune", "log", 300, cwd=here)["bundles"] == 1
    whole = told("verify", "log", "--vkey", "log.vkey", "--anchor", "early.note", cwd=here)
    assert (whole["minimum_index"], whole["pruned"]) == (300, 256)
    done = gridswarm("prove", "log", 3, "--record", "entry", cwd=here)
    assert done.returncode == 4 and "was pruned" in done.stderr
    assert gridswarm("prove", "log", 3, cwd=here).returncode == 0
    assert gridswarm("prune", "log", 299, cwd=here).returncode == 2
    assert gridswarm("prune", "log", 306, cwd=here).returncode == 2


@pytest.mark.parametrize("words, code, sentence", [
    (["prove", "log"], 2, "INDEX"),
    (["prove", "log", "1", "--from", "1"], 2, "either"),
    (["prove", "log", "305"], 2, "is not in the log"),
    (["prove", "log", "x"], 2, "expected a number"),
    (["prove", "log", "--from", "306"], 2, "lies beyond"),
    (["prove", "nowhere", "1"], 4, "nowhere"),
    (["check-proof", "log/checkpoint", "--record", "log.vkey"], 2, "--vkey or --policy"),
    (["check-proof", "log/checkpoint", "--vkey", "log.vkey"], 2, "--record"),
    (["mirror", "log", "copy"], 2, "--vkey or --policy"),
    (["mirror", "log", "log", "--vkey", "log.vkey"], 2, "writer's log"),
    (["key", "a b", "-o", "key"], 2, "named"),
    (["key", "name"], 2, "-o"),
])
def test_wrong_words_end_with_one_sentence(here, words, code, sentence):
    done = gridswarm(*words, cwd=here)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr


@pytest.mark.parametrize("change", [
    lambda text: text.replace("=\n\n", "\n\n"),                      # padding away
    lambda text: re.sub(r"(\n\d+\n.{42})(.)=", r"\1B=", text),       # spare bits set
    lambda text: text.replace("\n305\n", "\n0305\n"),
    lambda text: text.replace("=\n\n", "=\nextension\n\n"),
    lambda text: text + "\u2014 stranger AAAA\n",
    lambda text: text.replace("\n", "\r\n"),
])
def test_a_checkpoint_in_another_spelling_ends_5(here, change):
    path = here / "log/checkpoint"
    text = path.read_text()
    path.write_bytes(change(text).encode())
    assert change(text) != text
    assert told("verify", "log", cwd=here, code=5)["file"] == "checkpoint"
