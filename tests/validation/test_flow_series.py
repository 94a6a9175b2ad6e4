# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow`: time series, failures and what is refused."""

import csv
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
IEEE33 = ROOT / "examples" / "data" / "ieee33.m"


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def flow(*arguments):
    return subprocess.run([PROGRAM, "flow", *map(str, arguments)], capture_output=True, text=True)


def profiles(folder, text, name="profiles.csv"):
    path = folder / name
    path.write_text(text)
    return path


def test_one_column_scales_all_loads_and_a_step_of_one_is_the_case(tmp_path):
    file = profiles(tmp_path, "time,all_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,0.5\n")
    done = flow(IEEE33, "--profiles", file, "--scenarios", tmp_path / "s.csv")
    assert done.returncode == 0, done.stderr
    alone = json.loads(flow(IEEE33, "--json").stdout)
    full, half = rows(tmp_path / "s.csv")
    assert float(full["losses_mw"]) == alone["losses_mw"]
    assert float(full["vm_min_pu"]) == alone["vm_min_pu"]
    assert 0.2 < float(half["losses_mw"]) / float(full["losses_mw"]) < 0.25
    assert half["time"] == "2024-01-01T01:00"


def test_a_kw_column_stands_instead_of_its_bus_load(tmp_path):
    # Bus 18 of this case draws 90 kW and 40 kvar: the same numbers change nothing.
    file = profiles(tmp_path, "time,18_kw,18_kvar\n2024-01-01T00:00,90,40\n"
                              "2024-01-01T00:15,0,0\n")
    done = flow(IEEE33, "--profiles", file, "--scenarios", tmp_path / "s.csv")
    assert done.returncode == 0, done.stderr
    alone = json.loads(flow(IEEE33, "--json").stdout)
    same, without = rows(tmp_path / "s.csv")
    assert float(same["losses_mw"]) == pytest.approx(alone["losses_mw"], rel=1e-12)
    assert float(same["slack_p_mw"]) - float(without["slack_p_mw"]) > 0.09


def test_step_and_duration_sample_the_profile(tmp_path):
    lines = "".join(f"2024-01-01T{h:02d}:00,{h / 10}\n" for h in range(10))
    file = profiles(tmp_path, "time,all_pu\n" + lines)
    done = flow(IEEE33, "--profiles", file, "--start", "2024-01-01T02:00", "--duration", "3h",
                "--step", "30min", "--scenarios", tmp_path / "s.csv")
    assert done.returncode == 0, done.stderr
    assert [row["time"][11:] for row in rows(tmp_path / "s.csv")] == [
        "02:00", "02:30", "03:00", "03:30", "04:00", "04:30"]


def test_a_step_that_fails_is_named_and_the_others_are_kept(tmp_path):
    file = profiles(tmp_path, "time,all_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,50\n"
                              "2024-01-01T02:00,1\n")
    done = flow(IEEE33, "--profiles", file, "--json", "-o", tmp_path / "v.csv", "--scenarios",
                tmp_path / "s.csv")
    assert done.returncode == 3
    assert "time 2024-01-01T01:00 is " in done.stderr and "at bus " in done.stderr
    summary = json.loads(done.stdout)
    assert summary["scenarios"] == 3 and summary["converged"] == 2
    assert summary["diverged"] + summary["infeasible"] == 1
    first, bad, last = rows(tmp_path / "s.csv")
    assert bad["status"] in ("diverged", "infeasible")
    first.pop("time"), last.pop("time")
    assert first == last
    assert all(row["vm_pu"] for row in rows(tmp_path / "v.csv"))  # last values, none is missing


def test_tol_is_short_for_its_key():
    coarse = json.loads(flow(IEEE33, "--json", "--tol", "1e-3").stdout)
    fine = json.loads(flow(IEEE33, "--json", "--tol-step-pu", "1e-12").stdout)
    assert coarse["max_step_pu"] <= 1e-3
    assert fine["max_step_pu"] <= 1e-12


@pytest.mark.parametrize("text, options, words", [
    ("time,99_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n", [], "no bus is called"),
    ("time,all_kw\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n", [], "can't be for all loads"),
    ("time,all\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n", [], "tells no unit"),
    ("time,all_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,nan\n", [], "nan"),
    ("time,all_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n", ["--duration", "1y"], "--duration"),
    ("time,all_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n", ["--duration", "9d"], "has no value"),
    ("time,all_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n", ["--start", "2025-01-01"],
     "does not cover"),
])
def test_what_can_not_be_followed_is_refused(tmp_path, text, options, words):
    done = flow(IEEE33, "--profiles", profiles(tmp_path, text), *options)
    assert done.returncode in (2, 4)
    assert words in done.stderr and done.stdout == ""


def test_lists_name_what_they_do_not_find(tmp_path):
    file = profiles(tmp_path, "time,H0_pu\n2024-01-01T00:00,1\n2024-01-01T01:00,1\n")
    for line, words in (("77,H0_pu,1,0", "is no bus"), ("18,H1,1,0", "is no column"),
                        ("18,H0_pu,x,0", "'x'")):
        devices = profiles(tmp_path, "bus,profile,p_mw,q_mvar\n18,H0_pu,0.1,0\n" + line + "\n",
                           "loads.csv")
        done = flow(IEEE33, "--profiles", file, "--loads", devices)
        assert done.returncode == 4, done.stderr
        assert "loads.csv:3" in done.stderr and words in done.stderr


def test_options_of_a_series_need_one():
    done = flow(IEEE33, "--duration", "24h")
    assert done.returncode == 2 and "--profiles" in done.stderr


def test_an_unknown_method_is_refused():
    done = flow(IEEE33, "--method", "gauss")
    assert done.returncode == 2 and "tree_newton" in done.stderr


def pgm_network(tmp_path):
    data = {
        "node": [{"id": 1, "u_rated": 10e3}, {"id": 2, "u_rated": 10e3}],
        "line": [{"id": 3, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1,
                  "r1": 0.5, "x1": 0.2, "c1": 0, "tan1": 0, "i_n": 300}],
        "source": [{"id": 4, "node": 1, "status": 1, "u_ref": 1.0, "sk": 1e20}],
        "sym_load": [{"id": 5, "node": 2, "status": 1, "type": 0, "p_specified": 1e6,
                      "q_specified": 0}],
    }
    head = {"version": "1.0", "attributes": {}}
    network, update = tmp_path / "input.json", tmp_path / "update.json"
    network.write_text(json.dumps({**head, "type": "input", "is_batch": False, "data": data}))
    update.write_text(json.dumps({**head, "type": "update", "is_batch": True, "data": [
        {"sym_load": [{"id": 5, "p_specified": p}]} for p in (1e6, 2e6, 1e9)]}))
    return network, update


def test_updates_of_power_grid_model_answer_in_its_format(tmp_path):
    network, update = pgm_network(tmp_path)
    done = flow(network, "--update", update, "-o", tmp_path / "out.json", "--json", "--scenarios",
                tmp_path / "s.csv")
    assert done.returncode == 3  # 1 GW over that line is no power flow
    assert "scenario 2 is " in done.stderr
    answer = json.loads((tmp_path / "out.json").read_text())
    assert answer["type"] == "sym_output" and len(answer["data"]) == 3
    for scenario, p_w in zip(answer["data"][:2], (1e6, 2e6)):
        # Lossy line of R + jX ohm at 10 kV: V^2 solves V^4 + (2 R P - U^2) V^2 + Z^2 P^2 = 0.
        b = 2 * 0.5 * p_w - 1e8
        v = ((-b + (b * b - 4 * 0.29 * p_w ** 2) ** 0.5) / 2) ** 0.5
        assert scenario["node"][1]["u"] == pytest.approx(v, rel=1e-9)
    assert answer["data"][2] == {}
    summary = json.loads(done.stdout)
    assert summary["scenarios"] == 3 and summary["converged"] == 2
    figures = rows(tmp_path / "s.csv")
    assert float(figures[1]["slack_p_mw"]) == pytest.approx(2 + float(figures[1]["losses_mw"]))


def test_updates_may_become_a_table(tmp_path):
    network, update = pgm_network(tmp_path)
    flow(network, "--update", update, "-o", tmp_path / "v.csv")
    table = rows(tmp_path / "v.csv")
    assert [(row["scenario"], row["bus"]) for row in table[:4]] == [
        ("0", "1"), ("0", "2"), ("1", "1"), ("1", "2")]


def test_updates_of_another_kind_of_case_are_refused(tmp_path):
    _, update = pgm_network(tmp_path)
    done = flow(IEEE33, "--update", update)
    assert done.returncode == 4 and "ieee33.m" in done.stderr


@pytest.mark.skipif(shutil.which("mpirun") is None, reason="no mpirun")
@pytest.mark.parametrize("ranks", [2, 4])
def test_ranks_of_mpirun_change_no_byte(tmp_path, ranks):
    lines = "".join(f"2024-01-01T{m // 60:02d}:{m % 60:02d},{0.3 + m / 2000}\n"
                    for m in range(0, 1440, 2))
    file = profiles(tmp_path, "time,all_pu\n" + lines)
    for name, launcher in (("one", []), ("many", ["mpirun", "-n", str(ranks)])):
        command = [*launcher, PROGRAM, "flow", IEEE33, "--profiles", file, "--threads", 1,
                   "-o", tmp_path / f"{name}_v.csv", "--branches", tmp_path / f"{name}_b.csv",
                   "--scenarios", tmp_path / f"{name}_s.csv"]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if launcher and "gridswarm was built without" in done.stderr:
            pytest.skip("built without MPI")
        assert done.returncode == 0, done.stderr
    for table in ("v", "b", "s"):
        one, many = (tmp_path / f"{name}_{table}.csv" for name in ("one", "many"))
        assert one.read_bytes() == many.read_bytes()
    assert len(rows(tmp_path / "many_s.csv")) == 720


def test_a_run_refuses_loads_that_it_could_not_follow(tmp_path):
    network, _ = pgm_network(tmp_path)
    case = json.loads(network.read_text())
    case["data"]["sym_load"][0]["type"] = 1  # constant impedance
    network.write_text(json.dumps(case))
    assert flow(network).returncode == 0
    fleet = tmp_path / "fleet.csv"
    fleet.write_text("agent,kind,bus,rating_kw\n")
    scenario = tmp_path / "run.toml"
    scenario.write_text('[run]\nname = "x"\n[passive]\nmode = "constant"\n'
                        '[[feeder]]\ncase = "input.json"\nfleet = "fleet.csv"\n')
    for command in (["run", scenario, "-o", tmp_path / "out"],
                    ["balance", network, "--fleet", fleet]):
        done = subprocess.run([PROGRAM, *map(str, command)], capture_output=True, text=True)
        assert done.returncode == 4, done.stderr
        assert "follows the voltage, id 5" in done.stderr
