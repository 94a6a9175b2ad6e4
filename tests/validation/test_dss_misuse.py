# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow` on OpenDSS files that can't be used: one clear sentence with file and line on
stderr, the documented status, no result written."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))

HEAD = "new circuit.c basekv=4.16 bus1=s isc3=20000 isc1=20000\n"
CODE = ("new linecode.k nphases=3 rmatrix=(.1 | 0 .1 | 0 0 .1) xmatrix=(.2 | 0 .2 | 0 0 .2) "
        "cmatrix=(0 | 0 0 | 0 0 0) units=km\n")
LINE = "new line.l bus1=s bus2=a linecode=k length=1 units=km\n"
UNIT = "new transformer.t phases=1 buses=(a.1 b.1) kvs=(2.4 2.4) kvas=(500 500) xhl=1\n"


def flow(folder, text, *options, name="case.dss"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return subprocess.run([PROGRAM, "flow", path, "--json", "-o", folder / "v.csv", *options],
                          capture_output=True, text=True, timeout=60)


def refused(folder, done, *words, status=4):
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == ""
    last = done.stderr.rstrip("\n").splitlines()[-1]
    assert last.startswith("gridswarm: "), done.stderr
    for word in words:
        assert word in last, done.stderr
    assert not (folder / "v.csv").exists()


def test_a_small_circuit_is_solved(tmp_path):
    done = flow(tmp_path, HEAD + CODE + LINE + "new load.x bus1=a kv=4.16 kw=100\n")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text, words", [
    ("new line.l bus1=s bus2=a linecode=nowhere\n", ["case.dss:2", "nowhere"]),
    ("new line.l bus1=s bus2=a geometry=nowhere\n", ["case.dss:2", "nowhere"]),
    ("new transformer.t xfmrcode=nowhere buses=(s a)\n", ["case.dss:2", "nowhere"]),
    ("new regcontrol.r transformer=nobody\n", ["case.dss:2", "nobody"]),
    ("new load.x bus1=s model=7\n", ["case.dss:2", "model=7"]),
    ("new load.x bus1=s daily=never\n", ["case.dss:2", "never"]),
    ("new load.x bus1=s kv=0\n", ["case.dss:2", "kv"]),
    ("new load.x bus1=s kw=lots\n", ["case.dss:2", "lots"]),
    ("new load.x bus1=s watts=3\n", ["case.dss:2", "watts"]),
    ("new lode.x bus1=s\n", ["case.dss:2", "lode"]),
    ("edit load.missing kw=3\n", ["case.dss:2", "missing"]),
    ("frobnicate the grid\n", ["case.dss:2", "frobnicate"]),
    (CODE + LINE + UNIT.replace("xhl=1", "xhl=0"), ["case.dss:4", "without impedance"]),
    (CODE + LINE + UNIT.replace("kvs=(2.4 2.4)", "kvs=(2.4 0)"), ["case.dss:4", "kv"]),
    (CODE.replace("| 0 0 .1) x", "| 0 .1) x") + LINE, ["case.dss", "matrix"]),
    (CODE + LINE + "new line.m bus1=s bus2=s linecode=k\n~ length=nan\n", ["case.dss"]),
])
def test_what_a_file_gets_wrong_is_named_with_its_line(tmp_path, text, words):
    refused(tmp_path, flow(tmp_path, HEAD + text), *words)


@pytest.mark.parametrize("text", [
    "", "\n\n! nothing\n", "\x00\xff\x00", "new", "new circuit", "solve\n", "(" * 5000,
    "new load.x bus1=s\n", "~ kw=3\n", HEAD + "new load.x bus1=" + "a." * 3000 + "\n",
    HEAD + "new load.x phases=1000000000 bus1=s\n",
    HEAD + "new transformer.t windings=1000000000\n",
    HEAD + "new linecode.k nphases=100000000 rmatrix=(1)\n",
    HEAD + "new loadshape.s npts=4000000000 mult=(1 1 1) interval=0\nnew load.x bus1=s daily=s\n",
])
def test_absurd_files_are_refused_or_solved_at_once(tmp_path, text):
    done = flow(tmp_path, text)
    assert done.returncode in (0, 3, 4), (done.returncode, done.stderr)
    if done.returncode == 4:
        refused(tmp_path, done)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_file_cut_anywhere_ends_in_one_sentence(tmp_path, share):
    text = HEAD + CODE + LINE + UNIT + "new load.x bus1=a kv=4.16 kw=100 pf=0.9\nsolve\n"
    done = flow(tmp_path, text[:int(share * len(text))])
    assert done.returncode in (0, 3, 4), (done.returncode, done.stderr)
    if done.returncode == 4:
        refused(tmp_path, done)


def test_redirects_that_circle_are_refused(tmp_path):
    (tmp_path / "other.dss").write_text("redirect case.dss\n")
    refused(tmp_path, flow(tmp_path, HEAD + "redirect other.dss\n"), "other.dss:1")


@pytest.mark.parametrize("command", [
    "redirect ../outside.dss", "redirect {0}/outside.dss", "compile ../outside.dss",
    "redirect link.dss", "redirect missing.dss", "redirect .", "buscoords ../outside.dss",
    "new loadshape.s npts=2 mult=(file=../outside.dss)",
])
def test_files_outside_the_case_are_not_read(tmp_path, command):
    (tmp_path / "outside.dss").write_text("new load.spy bus1=s kw=1\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.dss").symlink_to(tmp_path / "outside.dss")
    done = flow(inside, HEAD + command.format(tmp_path) + "\nnew load.x bus1=s daily=s\n")
    assert done.returncode == 4, (done.returncode, done.stderr)
    assert "spy" not in done.stderr
    refused(inside, done)


def test_a_load_on_a_phase_that_nothing_feeds_is_told(tmp_path):
    text = (HEAD + "new line.l phases=1 bus1=s.1 bus2=a.1 r1=.1 x1=.2 r0=.1 x0=.2 c1=0 c0=0\n"
            "new load.x bus1=a.3 phases=1 kv=2.4 kw=10\n")
    done = flow(tmp_path, text)
    if done.returncode == 0:  # solved, the node without voltage
        assert "a.3" in done.stderr.lower() or '"unsupplied":1' in done.stdout.replace(" ", "")
    else:
        assert done.returncode in (3, 4)
        assert "a.3" in done.stderr.lower()


def test_a_delta_that_nothing_grounds_names_its_nodes(tmp_path):
    text = (HEAD + "new transformer.t buses=(s d) conns=(wye delta) kvs=(4.16 0.48) "
            "kvas=(500 500) xhl=4 ppm_antifloat=0\nnew load.x bus1=d conn=delta kv=0.48 kw=10\n")
    refused(tmp_path, flow(tmp_path, text), "d.1")


def test_regulators_that_hunt_are_told_with_their_last_state(tmp_path):
    text = (HEAD + CODE + LINE + UNIT + "new load.x bus1=b.1 phases=1 kv=2.4 kw=100\n"
            "new regcontrol.low transformer=t winding=2 vreg=115 band=2 ptratio=20\n"
            "new regcontrol.high transformer=t winding=2 vreg=125 band=2 ptratio=20\n"
            "set maxcontroliter=12\nsolve\n")
    done = flow(tmp_path, text)
    assert done.returncode == 3, (done.returncode, done.stderr)
    assert "hunt" in (done.stderr + done.stdout)
