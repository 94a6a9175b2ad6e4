# SPDX-License-Identifier: BSD-3-Clause
"""Logs pass both ways between us and Tessera (POSIX storage, fsck), whole and tampered with."""
import random
import shutil

import pytest

from go_programs import OURS, go_program, run

SIZES = (1, 256, 300, 70000)


@pytest.fixture(scope="module")
def tessera():
    return go_program("tessera")


@pytest.fixture(scope="module")
def logs(tessera, tmp_path_factory):
    """By size: a log that Tessera wrote, its key and that of a cosigner."""
    made = {}
    for size in SIZES:
        folder = tmp_path_factory.mktemp("tessera") / "log"
        done = run(tessera, "write", folder, size)
        assert done.returncode == 0, done.stderr
        made[size] = (folder, *done.stdout.split())
    return made


@pytest.mark.parametrize("size", SIZES)
def test_a_log_of_tessera_is_checked_by_us_with_its_cosignature(logs, size):
    folder, key, cosigner = logs[size]
    done = run(OURS, "check", folder, key, cosigner)
    assert done.returncode == 0, done.stderr
    origin, told_size, root, signers = done.stdout.split()
    assert (origin, int(told_size), signers) == ("tessera.example/log", size, "2")
    assert root in (folder / "checkpoint").read_text()


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "checkpoint",
                                  "tile/entries/000", "tile/entries/001.p/44"])
def test_we_refuse_any_changed_byte_of_a_log_of_tessera(logs, tmp_path, name):
    folder = tmp_path / "log"
    shutil.copytree(logs[300][0], folder)
    original = (folder / name).read_bytes()
    draw = random.Random(name)
    for _ in range(20):
        data = bytearray(original)
        place = draw.randrange(len(data))
        data[place] ^= 1 << draw.randrange(8)
        (folder / name).write_bytes(data)
        done = run(OURS, "check", folder, *logs[300][1:])
        # In a line's name or key id the line becomes a stranger's, and counts no more.
        refused = done.returncode == 4 or (name == "checkpoint" and done.stdout.endswith(" 1\n"))
        assert refused, f"byte {place} of {name}: {done.stdout}"


def test_we_refuse_a_log_of_tessera_under_another_key(logs):
    assert run(OURS, "check", logs[300][0], logs[256][1]).returncode == 4


@pytest.mark.parametrize("sizes", [(1,), (256,), (300, 70000)])
def test_fsck_of_tessera_passes_a_log_of_ours(tessera, tmp_path, sizes):
    folder = tmp_path / "log"
    key = run(OURS, "write", folder, *sizes).stdout.strip()
    done = run(tessera, "check", folder, key)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "checkpoint",
                                  "tile/entries/000", "tile/entries/001.p/44"])
def test_fsck_of_tessera_refuses_a_changed_byte_of_ours(tessera, tmp_path, name):
    folder = tmp_path / "log"
    key = run(OURS, "write", folder, 300).stdout.strip()
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 3] ^= 4
    (folder / name).write_bytes(data)
    assert run(tessera, "check", folder, key).returncode == 1


def test_a_cosignature_of_ours_passes_the_formats_package_of_go(tessera, tmp_path):
    folder = tmp_path / "log"
    run(OURS, "write", folder, 300)
    cosigner = run(OURS, "cosign", folder / "checkpoint", 1700000000).stdout.strip()
    done = run(tessera, "cosignature", folder / "checkpoint", cosigner)
    assert done.stdout.split() == ["1700000000"], done.stderr
