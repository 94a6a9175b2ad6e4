# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow` of small OpenDSS circuits that the test writes: answers by hand, options,
misuse, and the same bytes over threads and ranks."""

import cmath
import csv
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))

# 400 V, three phases, 0.1 ohm per phase from s to a; one phase of load at a.
TINY = """
Clear
New Circuit.tiny basekv=0.4 pu=1.0 phases=3 bus1=s r1=0 x1=1e-6 r0=0 x0=1e-6
New Loadshape.steps npts=4 sinterval=900 mult=(1.0 0.5 0.0 1.5)
New Line.sa bus1=s.1.2.3 bus2=a.1.2.3 phases=3 r1=0.1 x1=0 r0=0.1 x0=0 c1=0 c0=0 length=1
New Load.one bus1=a.2 phases=1 kv=0.231 kw=2.0 kvar=1.0 model={model}
~ vminpu=0.5 vmaxpu=1.5 daily=steps
Set voltagebases=[0.4]
Calcvoltagebases
Solve
"""

# A regulator that has to raise 2.4 kV by some steps, and a bank of capacitors.
REGULATED = """
Clear
New Circuit.long basekv=4.16 pu=1.0 phases=3 bus1=s
New Transformer.reg phases=3 windings=2 buses=(s r) conns=(wye wye)
~ kvs=(4.16 4.16) kvas=(2000 2000) xhl=1
New Regcontrol.reg transformer=reg winding=2 vreg=122 band=2 ptratio=20
New Line.ra bus1=r.1.2.3 bus2=a.1.2.3 phases=3
~ r1=0.4 x1=0.5 r0=0.9 x0=1.2 c1=0 c0=0 length=1
New Capacitor.bank bus1=a phases=3 kvar=100 kv=4.16
New Load.all bus1=a phases=3 kv=4.16 kw=900 kvar=400 model=1
Set voltagebases=[4.16]
Calcvoltagebases
Solve
"""


def run(*arguments, command="flow", prefix=()):
    environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1",
                   "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                   "OMPI_MCA_rmaps_base_oversubscribe": "1",
                   "OMPI_MCA_hwloc_base_binding_policy": "none"}
    return subprocess.run([*prefix, PROGRAM, command, *map(str, arguments)], capture_output=True,
                          text=True, env=environment)


def flow(*arguments):
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "tiny.dss"
    path.write_text(TINY.format(model=1))
    return path


@pytest.fixture
def regulated(tmp_path):
    path = tmp_path / "long.dss"
    path.write_text(REGULATED)
    return path


def load_voltage(kw, kvar):
    """Voltage at node a.2 behind 0.1 ohm by the fixed point of its own definition."""
    source = cmath.rect(400 / 3**0.5, -2 * cmath.pi / 3)
    z = 0.1 + 1e-6j
    v = source
    for _ in range(200):
        v = source - z * ((1000 * kw + 1000j * kvar) / v).conjugate()
    return v, 0.1 * abs((1000 * kw + 1000j * kvar) / v)**2 / 1000


def test_a_load_behind_a_resistance_is_as_by_hand(tiny, tmp_path):
    told = flow(tiny, "-o", tmp_path / "v.csv")
    v, losses_kw = load_voltage(2.0, 1.0)
    nodes = {(row["bus"], row["phase"]): row for row in rows(tmp_path / "v.csv")}
    assert len(nodes) == 6
    at = nodes["a", "2"]
    assert abs(complex(float(at["v_re_v"]), float(at["v_im_v"])) - v) < 1e-6
    assert float(at["vmag_pu"]) == pytest.approx(abs(v) / (400 / 3**0.5), abs=1e-9)
    assert float(at["angle_deg"]) == pytest.approx(cmath.phase(v) * 180 / cmath.pi, abs=1e-7)
    assert told["losses_kw"] == pytest.approx(losses_kw, rel=1e-8)
    assert told["vm_min_node"] == "a.2"
    assert told["loads_kw"] == pytest.approx(2.0, rel=1e-9)
    assert told["buses"] == 2 and told["nodes"] == 6
    assert told["status"] == "converged" and told["hunting"] is False


def test_branches_tell_every_conductor(tiny, tmp_path):
    flow(tiny, "--branches", tmp_path / "b.csv")
    v, losses_kw = load_voltage(2.0, 1.0)
    table = {(row["terminal"], row["phase"]): row for row in rows(tmp_path / "b.csv")}
    assert len(table) == 6 and {row["element"] for row in table.values()} == {"line.sa"}
    assert float(table["2", "2"]["p_kw"]) == pytest.approx(-2.0, rel=1e-7)
    assert float(table["2", "2"]["q_kvar"]) == pytest.approx(-1.0, rel=1e-7)
    assert float(table["1", "2"]["p_kw"]) == pytest.approx(2.0 + losses_kw, rel=1e-7)
    assert float(table["1", "2"]["i_a"]) == pytest.approx(abs((2000 + 1000j) / v), rel=1e-7)
    assert abs(float(table["1", "1"]["i_a"])) < 1e-6


def test_a_day_follows_the_circuits_own_shape(tiny, tmp_path):
    told = flow(tiny, "--daily", "--duration", "1h", "--scenarios", tmp_path / "s.csv")
    assert told["scenarios"] == told["converged"] == 4
    for row, factor in zip(rows(tmp_path / "s.csv"), (1.0, 0.5, 0.0, 1.5)):
        _, losses_kw = load_voltage(2.0 * factor, 1.0 * factor)
        assert float(row["losses_kw"]) == pytest.approx(losses_kw, rel=1e-7, abs=1e-9)
    whole = flow(tiny, "--daily")
    assert whole["scenarios"] == 96  # shapes go round


def test_profiles_stand_for_shapes(tiny, tmp_path):
    (tmp_path / "p.csv").write_text("second,one_pu\n0,1.0\n900,0.5\n1800,0.0\n2700,1.5\n")
    (tmp_path / "kw.csv").write_text(
        "second,one_kw,one_kvar\n0,2,1\n900,1,0.5\n1800,0,0\n2700,3,1.5\n")
    (tmp_path / "list.csv").write_text("load,profile,kw,kvar\nload.one,one_pu,2.0,1.0\n")
    flow(tiny, "--daily", "--duration", "1h", "-o", tmp_path / "day.csv")
    for name, more in (("p", ()), ("kw", ()), ("p", ("--loads", tmp_path / "list.csv"))):
        flow(tiny, "--profiles", tmp_path / f"{name}.csv", *more, "-o", tmp_path / "same.csv")
        for one, other in zip(rows(tmp_path / "day.csv"), rows(tmp_path / "same.csv")):
            assert one["bus"] == other["bus"] and one["time"] == other["time"]
            assert float(one["v_re_v"]) == pytest.approx(float(other["v_re_v"]), abs=1e-9)


def test_the_end_state_given_back_is_the_same_answer(regulated, tmp_path):
    told = flow(regulated, "--taps-out", tmp_path / "taps.csv", "-o", tmp_path / "v.csv")
    assert told["taps_moved"] == 1 and told["control_iterations"] > 0
    assert told["taps_of"] == ["transformer.reg.2"] and told["taps"][0] > 1.0
    held = flow(regulated, "--taps", tmp_path / "taps.csv", "-o", tmp_path / "again.csv")
    assert held["taps_moved"] == 0 and held["taps"] == told["taps"]
    for one, other in zip(rows(tmp_path / "v.csv"), rows(tmp_path / "again.csv")):
        assert float(one["vmag_pu"]) == pytest.approx(float(other["vmag_pu"]), abs=1e-9)
    still = flow(regulated, "--fixed-taps")
    assert still["taps"] == [1.0] and still["vm_min_pu"] < told["vm_min_pu"] - 0.01


def test_constant_power_holds_the_state_and_frees_loads_from_their_model(tmp_path):
    path = tmp_path / "z.dss"
    path.write_text(TINY.format(model=2))
    assert flow(path)["loads_kw"] < 1.99
    assert flow(path, "--constant-power")["loads_kw"] == pytest.approx(2.0, rel=1e-9)
    taps = tmp_path / "long.dss"
    taps.write_text(REGULATED.replace("model=1", "model=2"))
    assert flow(taps, "--constant-power")["taps"] == flow(taps)["taps"]


def test_controls_cut_short_are_told_with_their_last_state(regulated):
    done = run(regulated, "--json", "--max-control-iterations", "1")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert told["hunting"] is True and told["status"] == "converged"
    assert "hunting" in done.stderr


def test_people_get_a_table_and_what_was_passed_over(tiny):
    done = run(tiny)
    assert done.returncode == 0
    assert "losses_kw" in done.stdout and "unbalance_percent" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("arguments, words", [
    (("--margin",), "balanced"),
    (("--daily", "--constant-power"), "series"),
    (("--daily", "--profiles", "p.csv"), "--profiles"),
    (("--step", "15min"), "--daily"),
    (("--daily", "--start", "2020-01-01"), "--profiles"),
    (("--max-control-iterations", "-3"), "max-control-iterations"),
])
def test_options_that_do_not_go_together_are_usage_errors(tiny, arguments, words):
    done = run(tiny, *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""


@pytest.mark.parametrize("text, words", [
    ("element,winding,tap_pu,steps_in\ntransformer.none,2,1.0,\n", "is no transformer"),
    ("element,winding,tap_pu,steps_in\ntransformer.reg,3,1.0,\n", "is no winding"),
    ("element,winding,tap_pu,steps_in\nreg,2,-1.0,\n", "above 0"),
    ("element,winding,tap_pu,steps_in\nreg,2,,\n", "needs winding and tap_pu"),
    ("element,winding,tap_pu,steps_in\nbank,,,7\n", "between 0 and its 1"),
    ("element,winding,tap,steps_in\nbank,,,1\n", "tap"),
])
def test_bad_states_are_named_by_line(regulated, tmp_path, text, words):
    (tmp_path / "taps.csv").write_text(text)
    done = run(regulated, "--taps", tmp_path / "taps.csv")
    assert done.returncode == 4 and words in done.stderr and "taps.csv" in done.stderr


def test_what_is_for_circuits_is_refused_for_cases(tmp_path):
    case = tmp_path / "made" / "case.m"
    done = run("--buses", "20", "--agents", "1", "-o", tmp_path / "made", command="synth")
    assert done.returncode == 0, done.stderr
    for arguments in (("--taps", "x.csv"), ("--constant-power",), ("--daily",)):
        done = run(case, *arguments)
        assert done.returncode == 2 and "circuits" in done.stderr
    assert run(tmp_path / "missing.dss").returncode == 4


def test_files_come_from_the_circuits_folder_or_the_case_folder_above_it(tmp_path):
    (tmp_path / "common.dss").write_text("Set voltagebases=[0.4]\n")
    inner = tmp_path / "inner" / "tiny.dss"
    inner.parent.mkdir()
    inner.write_text(TINY.format(model=1).replace("Set voltagebases=[0.4]",
                                                  "Redirect ../common.dss"))
    done = run(inner)
    assert done.returncode == 4 and "tiny.dss:" in done.stderr and "folder" in done.stderr
    assert flow(inner, "--case-folder", tmp_path)["vm_min_node"] == "a.2"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert run(inner, "--case-folder", elsewhere).returncode == 4


def test_a_day_has_the_same_bytes_over_threads_and_ranks(tmp_path):
    path = tmp_path / "long.dss"
    path.write_text(REGULATED.replace("model=1", "model=1 daily=day").replace(
        "New Transformer", "New Loadshape.day npts=6 interval=1 mult=(.2 .5 .9 1.1 1.2 .1)\n"
        "New Transformer"))
    told = set()
    for number, (prefix, more) in enumerate([((), ("--threads", "1")), ((), ("--threads", "2")),
                                             ((), ("--hosted-ranks", "3")),
                                             (("mpirun", "-n", "2"), ("--threads", "1"))]):
        out, figures = tmp_path / f"v{number}.csv", tmp_path / f"s{number}.csv"
        done = run(path, "--daily", "--step", "5min", "-o", out, "--scenarios", figures, *more,
                   prefix=prefix)
        assert done.returncode == 0, done.stderr
        told.add(out.read_bytes() + figures.read_bytes())
    assert len(told) == 1
