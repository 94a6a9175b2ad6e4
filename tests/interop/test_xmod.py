# SPDX-License-Identifier: BSD-3-Clause
"""A log of ours is read and checked by Go's x/mod sumdb (tlog, note), whole and tampered with."""
import random
import shutil

import pytest

from go_programs import OURS, go_program, run

SIZES = (300, 70000)  # more than one tile, more than one level of them


@pytest.fixture(scope="module")
def xmod():
    return go_program("xmod")


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log that grew to 300 and to 70,000 entries, and its public key."""
    folder = tmp_path_factory.mktemp("ours") / "log"
    done = run(OURS, "write", folder, *SIZES)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout.strip()


def told(done):
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_log_of_300_entries_is_checked_by_go(xmod, tmp_path):
    done = run(OURS, "write", tmp_path / "log", 300)
    origin, size, root = told(run(xmod, tmp_path / "log", done.stdout.strip()))
    assert (origin, size) == ("gridswarm.example/demo-key-is-worthless/seed-1", "300")
    assert root in (tmp_path / "log/checkpoint").read_text()


def test_go_finds_that_70000_entries_begin_with_the_300_signed_before(xmod, log):
    folder, key = log
    assert told(run(xmod, folder, key, f"{folder}.300"))[1] == "70000"


def test_go_refuses_another_key(xmod, log, tmp_path):
    other = run(OURS, "cosign", shutil.copy(log[0] / "checkpoint", tmp_path), 1).stdout.strip()
    assert run(xmod, log[0], other).returncode == 1


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17",
                                  "tile/2/000.p/1", "tile/entries/000", "tile/entries/273.p/112",
                                  "checkpoint"])
def test_go_refuses_a_changed_byte(xmod, log, tmp_path, name):
    folder = tmp_path / "log"
    shutil.copytree(log[0], folder)
    draw = random.Random(name)
    data = bytearray((folder / name).read_bytes())
    # Of the entries Go reads the first and the last for certain: change those.
    place = draw.randrange(len(data)) if "entries" not in name else (
        20 if name.endswith("000") else len(data) - 20)
    data[place] ^= 1 << draw.randrange(7)
    (folder / name).write_bytes(data)
    assert run(xmod, folder, log[1]).returncode == 1, f"byte {place} of {name}"


def test_go_refuses_an_older_tree_that_this_one_does_not_begin_with(xmod, log, tmp_path):
    # The same key signs a tree of 299 entries that ends with another header.
    other = tmp_path / "other"
    assert run(OURS, "write", other, 299).returncode == 0
    assert run(xmod, log[0], log[1], other / "checkpoint").returncode == 1


def test_a_cosignature_of_ours_passes_an_ed25519_that_is_not_ours(xmod, log, tmp_path):
    note = shutil.copy(log[0] / "checkpoint", tmp_path)
    cosigner = run(OURS, "cosign", note, 1700000000).stdout.strip()
    assert told(run(xmod, "cosignature", note, log[1], cosigner))[:2] == ["2", "70000"]
    changed = (tmp_path / "checkpoint").read_text().replace("\n70000\n", "\n70001\n")
    (tmp_path / "checkpoint").write_text(changed)
    assert run(xmod, "cosignature", note, log[1], cosigner).returncode == 1
