# SPDX-License-Identifier: BSD-3-Clause
"""Build the Go programs beside this file, or say why that is not possible here."""
import functools
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
OUR_PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", "build/release/bin/gridswarm")
OURS = pathlib.Path(OUR_PROGRAM).parent / "interop_log"
BUILT = OURS.parent.parent / "interop"


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)


def version_of(text):
    found = re.search(r"go ?(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


@functools.cache
def go_program(name):
    """The program of tests/interop/NAME; skips the test without Go or the modules."""
    source = HERE / name
    wanted = version_of((source / "go.mod").read_text())
    try:
        found = version_of(run("go", "version").stdout)
    except FileNotFoundError:
        found = (0, 0)
    if found < wanted:
        pytest.skip(f"needs Go {wanted[0]}.{wanted[1]} or later on the PATH, "
                    f"found {'none' if found == (0, 0) else '%d.%d' % found}")
    environment = dict(os.environ, GOFLAGS="-mod=readonly", GOTOOLCHAIN="local")
    try:
        fetched = run("go", "mod", "download", cwd=source, env=environment, timeout=240)
    except subprocess.TimeoutExpired:
        pytest.skip("the Go modules could not be fetched within 240 s")
    if fetched.returncode != 0 and unreachable(fetched.stderr):
        pytest.skip("the Go modules can't be fetched: " + fetched.stderr.strip()[:200])
    assert fetched.returncode == 0, fetched.stderr
    program = BUILT / name
    built = run("go", "build", "-o", program, ".", cwd=source, env=environment)
    assert built.returncode == 0, built.stderr
    return program


def unreachable(message):
    """True where the network failed, not a checksum or a version."""
    return bool(re.search(r"dial tcp|no such host|i/o timeout|connection re|proxyconnect|"
                          r"network is unreachable|TLS handshake|50\d |forbidden", message, re.I))
