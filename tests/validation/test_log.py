# SPDX-License-Identifier: BSD-3-Clause
"""Two verifiers that share no code agree about logs, whole and tampered with."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import pytest

PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", "build/release/bin/gridswarm")
WRITER = pathlib.Path(PROGRAM).parent / "write_sample_log"
SCRIPT = pathlib.Path(__file__).parent / "verify_log.py"
DEMO_NAME = "gridswarm.example/demo-key-is-worthless/seed-1"


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True)


def write_log(folder, *counts):
    """Write a log; its public key."""
    done = run(WRITER, folder, *counts)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def verify(log, *options):
    """Exit status and JSON of the program."""
    done = run(PROGRAM, "verify", log, "--json", *options)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "log"
    return folder, write_log(folder, 100, 154, 0, 300, 700)


@pytest.mark.parametrize("counts", [[], [0], [1], [254, 1], [255], [256, 255], [100, 154, 0, 300]])
def test_both_verifiers_find_the_same_head(tmp_path, counts):
    key = write_log(tmp_path / "log", *counts)
    code, told = verify(tmp_path / "log", "--vkey", key)
    assert code == 0, told
    other = run(sys.executable, SCRIPT, tmp_path / "log", key)
    assert other.returncode == 0, other.stderr
    assert other.stdout.split() == [DEMO_NAME, str(told["size"]), told["root"]]


def test_a_large_log_passes_both(tmp_path):
    key = write_log(tmp_path / "log", 65000, 5000)
    code, told = verify(tmp_path / "log", "--vkey", key)
    assert (code, told["size"]) == (0, 70002)
    assert run(sys.executable, SCRIPT, tmp_path / "log", key).returncode == 0


def test_the_keys_of_the_json_are_those_of_the_manual(sample):
    code, told = verify(sample[0])
    assert code == 0
    assert set(told) == {"log", "kind", "origin", "size", "root", "blocks", "minimum_index",
                         "pruned", "witnesses", "anchored_to", "ok", "reason", "file"}
    assert told["ok"] is True and told["blocks"] == 5
    assert "not pinned" in told["anchored_to"]


def test_a_flipped_byte_anywhere_fails_both_and_is_named(sample, tmp_path):
    log = tmp_path / "log"
    shutil.copytree(sample[0], log)
    chance = random.Random(1)
    for path in sorted(p for p in log.rglob("*") if p.is_file() and p.stat().st_size):
        good = path.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        code, told = verify(log)
        assert (code, told["file"]) == (5, str(path.relative_to(log)))
        assert run(sys.executable, SCRIPT, log, sample[1]).returncode == 1
        path.write_bytes(good)
    assert verify(log)[0] == 0


def test_missing_extra_and_swapped_files_end_5_and_are_named(sample, tmp_path):
    log = tmp_path / "log"
    shutil.copytree(sample[0], log)
    tile = log / "tile/0/001"
    tile.rename(tmp_path / "tile")
    assert verify(log)[1]["file"] == "tile/0/001"
    (tmp_path / "tile").rename(tile)
    (log / "tile/0/extra").symlink_to(tile)
    code, told = verify(log)
    assert (code, told["file"]) == (5, "tile/0/extra")
    (log / "tile/0/extra").unlink()
    tile.rename(tmp_path / "tile")
    (log / "tile/0/002").rename(tile)
    (tmp_path / "tile").rename(log / "tile/0/002")
    code, told = verify(log)
    assert code == 5 and told["file"] in ("tile/0/001", "tile/0/002")


def test_a_tile_replaced_by_a_link_to_itself_is_named(sample, tmp_path):
    log = tmp_path / "log"
    shutil.copytree(sample[0], log)
    (log / "tile/0/001").rename(tmp_path / "elsewhere")
    (log / "tile/0/001").symlink_to(tmp_path / "elsewhere")
    code, told = verify(log)
    assert (code, told["file"]) == (5, "tile/0/001")


def test_key_from_a_file_and_another_key(sample, tmp_path):
    (tmp_path / "key").write_text(sample[1] + "\n")
    assert verify(sample[0], "--vkey", tmp_path / "key")[0] == 0
    other = "gridswarm.example/log0+148d9955+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    code, told = verify(sample[0], "--vkey", other)
    assert (code, told["file"]) == (5, "checkpoint")


def test_anchor_of_an_older_size_and_of_another_history(sample, tmp_path):
    write_log(tmp_path / "early", 100, 154)
    code, told = verify(sample[0], "--anchor", tmp_path / "early/checkpoint")
    assert code == 0 and "size 256" in told["anchored_to"]
    code, told = verify(tmp_path / "early", "--anchor", sample[0] / "checkpoint")
    assert code == 5 and "rolled back" in told["reason"]
    write_log(tmp_path / "other", 99, 154)
    code, told = verify(sample[0], "--anchor", tmp_path / "other/checkpoint")
    assert code == 5 and "rewritten" in told["reason"]


@pytest.mark.parametrize("words, code, sentence", [
    (["nowhere"], 4, "is not there"),
    ([], 2, "LOG"),
    (["{log}", "--vkey", "neither"], 2, "neither a file nor a key"),
    (["{log}", "--vkey", "{log}/checkpoint"], 4, "is not a public key"),
    (["{log}", "--anchor", "missing"], 4, "missing"),
    (["{log}", "--anchor", "{log}/superblock.0"], 4, "is not a signed checkpoint"),
    (["{log}", "--unknown"], 2, "unknown"),
])
def test_wrong_words_end_with_one_sentence(sample, words, code, sentence):
    done = run(PROGRAM, "verify", *[word.format(log=sample[0]) for word in words])
    assert done.returncode == code
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_log_cut_off_in_an_append_is_named_and_recovered(sample, tmp_path):
    log = tmp_path / "log"
    shutil.copytree(sample[0], log)
    (log / "stage").write_bytes(b"GSSTAGE1 torn")
    code, told = verify(log)
    assert (code, told["file"]) == (5, "stage")
    code, told = verify(log, "--recover")
    assert code == 0, told
