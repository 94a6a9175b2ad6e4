# SPDX-License-Identifier: BSD-3-Clause
"""gridswarm audit: a device's history, its proofs, and logs that it refuses."""
import base64
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))


def gridswarm(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("audit") / "run"
    done = gridswarm("run", ROOT / "tests/determinism/hamlet_certified.toml", "-o", out)
    assert done.returncode == 0, done.stderr
    return out


def test_a_devices_history_has_a_reading_and_a_settlement_of_every_tick(folder):
    done = gridswarm("audit", folder / "log", "--device", 1, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["missing_trees"] == 0
    rows = list(zip(told["tick"], told["who"], told["what"]))
    for tick in range(1, 13):
        said = [what for at, who, what in rows if at == tick and who == "agent 1"]
        assert sum("reads its meter" in what for what in said) == 1
        assert sum("settles" in what for what in said) == 1
    assert told["time"][-1] == "2026-06-21T13:00"
    certified = [i for i, leaf in enumerate(told["leaf"]) if leaf >= 0]
    assert certified
    for i in certified:
        proof, record = (base64.b64decode(told[key][i]) for key in ("proof", "record"))
        assert proof.startswith(b"GSPROOF1") and record in proof
        assert 1500 < len(proof) < 2560


def test_proofs_land_in_files(folder, tmp_path):
    done = gridswarm("audit", folder / "log", "--cluster", 1, "--to", 2, "--proofs", tmp_path / "p")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "p").iterdir())
    assert any(name.endswith(".device-proof") for name in names)
    assert any(name.endswith(".tlog-proof") for name in names)
    assert "each proved against the log's checkpoint" in done.stdout


def test_a_changed_log_and_changed_trees_are_not_told(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    tree = next((copy / "gateway").rglob("tick-1"))
    raw = bytearray(tree.read_bytes())
    raw[len(raw) // 2] ^= 1
    tree.write_bytes(raw)
    done = gridswarm("audit", copy / "log", "--device", 1)
    assert done.returncode == 4 and "damaged" in done.stderr
    tile = next(path for path in (copy / "log/tile/0").rglob("*") if path.is_file())
    raw = bytearray(tile.read_bytes())
    raw[0] ^= 1
    tile.write_bytes(raw)
    done = gridswarm("audit", copy / "log", "--device", 1)
    assert done.returncode == 5 and "NOT verified" in done.stdout


def test_bad_questions_are_usage_errors(folder, tmp_path):
    log = folder / "log"
    assert gridswarm("audit", log).returncode == 2
    assert gridswarm("audit", log, "--device", 1, "--cluster", 1).returncode == 2
    assert gridswarm("audit", log, "--device", 1, "--from", 3, "--to", 2).returncode == 2
    assert gridswarm("audit", log, "--device", 1, "--gateway", tmp_path / "no").returncode == 4
    assert gridswarm("audit", tmp_path / "no", "--device", 1).returncode == 4
