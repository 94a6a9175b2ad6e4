# SPDX-License-Identifier: BSD-3-Clause
"""Circuits in Python: tables, batches (scenario, bus, phase), days, and the program's answer."""
import json
import os
import subprocess
import threading

import gridswarm as gs
import numpy as np
import pandas as pd
import pytest

PROGRAM = os.environ.get("GRIDSWARM_PROGRAM")

TEXT = """
Clear
New Circuit.small basekv=4.16 pu=1.0 phases=3 bus1=s
New Loadshape.day npts=24 interval=1
~ mult=(.3 .3 .3 .3 .3 .4 .5 .6 .7 .7 .7 .7 .8 .8 .8 .8 .9 1 1 1 .9 .7 .5 .4)
New Transformer.reg phases=3 windings=2 buses=(s r) conns=(wye wye)
~ kvs=(4.16 4.16) kvas=(2000 2000) xhl=1
New Regcontrol.reg transformer=reg winding=2 vreg=120 band=2 ptratio=20
~ ctprim=200 r=4 x=4
New Line.ra bus1=r.1.2.3 bus2=a.1.2.3 phases=3
~ r1=0.4 x1=0.5 r0=0.9 x0=1.2 c1=0 c0=0 length=1
New Line.ab bus1=a.2 bus2=b.2 phases=1 r1=0.8 x1=0.6 r0=0.8 x0=0.6 c1=0 c0=0 length=1
New Capacitor.bank bus1=a phases=3 kvar=100 kv=4.16
New Load.all bus1=a phases=3 kv=4.16 kw=600 kvar=250 model=1 daily=day
New Load.one bus1=b.2 phases=1 kv=2.4 kw=60 kvar=20 model=2
Set voltagebases=[4.16]
Calcvoltagebases
Solve
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "small.dss"
    path.write_text(TEXT)
    return path


@pytest.fixture
def circuit(path):
    return gs.read_circuit(path)


def test_tables_are_what_the_file_says(circuit):
    assert list(circuit.load["name"]) == ["load.all", "load.one"]
    assert circuit.load.loc["load.one", "kw"] == 60.0
    assert circuit.load.loc["load.one", "law"] == "constant_impedance"
    assert circuit.line.loc["line.ab", "to"] == "b.2"
    assert circuit.regulator["transformer"].iloc[0] == "transformer.reg"
    assert (circuit.node["bus"] == "b").sum() == 1
    assert circuit.bus.loc["a", "base_kv_ln"] == pytest.approx(4.16 / 3**0.5)


def test_one_power_flow_tells_bus_by_phase(circuit):
    res = gs.power_flow(circuit)
    assert res.converged is True and res.status == "converged"
    assert res.vm_pu.dims == ("bus", "phase")
    assert np.isnan(res.vm_pu.sel(bus="b", phase=1))
    assert 0.9 < float(res.vm_pu.sel(bus="b", phase=2)) < float(res.vm_pu.sel(bus="a", phase=2))
    v = complex(res.v_v.sel(bus="a", phase=1))
    assert abs(v) / 4160 * 3**0.5 == pytest.approx(float(res.vm_pu.sel(bus="a", phase=1)))
    assert np.degrees(np.angle(v)) == pytest.approx(float(res.va_deg.sel(bus="a", phase=1)))
    assert len(res.node) == len(circuit.node)
    assert float(res.tap_pu[0]) > 1.0
    assert float(res.load.kw.sel(load="load.one")) != 60.0  # an impedance
    assert 0 < float(res.unbalance_percent.sel(bus="a")) < 5


def test_a_batch_has_the_answers_of_its_scenarios(circuit):
    kw = np.outer([0.3, 0.7, 1.1], circuit.load["kw"])
    res = gs.Solver(circuit).solve(load_kw=kw)
    assert res.vm_pu.dims == ("scenario", "bus", "phase")
    assert res.raw("vm_pu").shape == (3, len(circuit.node))
    assert not res.raw("vm_pu").flags.writeable
    taps = res.tap_pu.values[:, 0]
    assert taps[0] < taps[2]  # each scenario has its own controls
    for k in range(3):
        one = gs.power_flow(circuit, load_kw=kw[k])
        assert np.array_equal(one.raw("v_re_v")[0], res.raw("v_re_v")[k])
        assert one.source_kw == res.source_kw[k]
    assert list(res.figures["status"]) == ["converged"] * 3


def test_powers_come_by_name_and_keep_their_labels(circuit):
    time = pd.date_range("2024-06-01", periods=2, freq="h")
    frame = pd.DataFrame({"load.one": [10.0, 20.0], "load.all": [300.0, 400.0]}, index=time)
    res = gs.power_flow(circuit, load_kw=frame)
    assert res.vm_pu.dims == ("time", "bus", "phase")
    assert list(res.vm_pu.time.values) == list(time.values)
    by_row = gs.power_flow(circuit, load_kw=frame[["load.all", "load.one"]].to_numpy())
    assert np.array_equal(by_row.raw("v_re_v"), res.raw("v_re_v"))
    assert list(res.figures.index) == list(time)


def test_edits_of_numbers_count_and_the_original_stays(circuit):
    other = circuit.copy()
    other.load.loc["load.all", "kw"] = 100.0
    other.line.loc["line.ab", "in_service"] = False
    res = gs.power_flow(other)
    assert np.isnan(res.vm_pu.sel(bus="b", phase=2))
    assert float(res.load.kw.sel(load="load.all")) == pytest.approx(100.0)
    assert gs.power_flow(circuit).source_kw > res.source_kw + 400


def test_end_states_hold(circuit):
    res = gs.power_flow(circuit)
    again = gs.power_flow(res.end_state(), fixed_taps=True)
    assert np.array_equal(again.tap_pu, res.tap_pu)
    assert np.allclose(again.raw("vm_pu"), res.raw("vm_pu"), atol=1e-9)
    held = gs.power_flow(res.at_constant_power())
    assert float(held.load.kw.sel(load="load.one")) == pytest.approx(60.0)
    assert np.array_equal(held.tap_pu, res.tap_pu)


def test_a_start_gives_the_same_answer_in_fewer_iterations(circuit):
    solver = gs.Solver(circuit, fixed_taps=True)
    cold = solver.solve()
    warm = solver.solve(start=cold)
    assert warm.iterations < cold.iterations
    assert np.allclose(warm.raw("vm_pu"), cold.raw("vm_pu"), atol=1e-9)


def test_a_day_follows_the_shapes(circuit):
    day = gs.time_series(circuit)
    assert day.vm_pu.dims == ("time", "bus", "phase") and day.sizes["time"] == 24
    hour = gs.power_flow(circuit, load_kw=[600 * 0.3, 60], load_kvar=[250 * 0.3, 20])
    assert float(day.losses_kw[0]) == pytest.approx(hour.figures["losses_kw"][0], rel=1e-9)
    blocks = []
    assert gs.time_series(circuit, duration="6h", each=blocks.append, memory_mib=0.001) is None
    assert sum(block.sizes["time"] for block in blocks) == 6


def test_threads_may_solve_with_one_solver(circuit):
    solver = gs.Solver(circuit, threads=1)
    expected = solver.solve().raw("v_re_v").copy()
    answers = [None] * 4

    def work(k):
        answers[k] = solver.solve().raw("v_re_v").copy()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(expected, answer) for answer in answers)


def test_python_says_what_the_program_says(circuit, path):
    if PROGRAM is None:
        pytest.skip("GRIDSWARM_PROGRAM is not set")
    done = subprocess.run([PROGRAM, "flow", path, "--json"], capture_output=True, text=True)
    told = json.loads(done.stdout)
    for name, value in gs.power_flow(circuit).summary().items():
        assert told[name] == value or value != value, name


def test_misuse_is_told(circuit, tmp_path):
    with pytest.raises(gs.UsageError, match="load_kw"):
        gs.power_flow(circuit, load_kw=[1.0])
    with pytest.raises(gs.UsageError, match="load.one"):
        gs.power_flow(circuit, load_kw=pd.Series({"load.all": 1.0}))
    with pytest.raises(gs.UsageError, match="scenario 1"):
        gs.power_flow(circuit, load_kw=[[1.0, 2.0], [np.nan, 2.0]])
    with pytest.raises(gs.UsageError, match="equally many"):
        gs.power_flow(circuit, load_kw=np.ones((2, 2)), load_kvar=np.ones((3, 2)))
    with pytest.raises(gs.UsageError, match="loads"):
        gs.power_flow(circuit, p_kw=[1.0])
    with pytest.raises(gs.UsageError, match="unknown option"):
        gs.power_flow(circuit, no_such=1)
    with pytest.raises(gs.UsageError, match="a batch"):
        gs.power_flow(circuit, load_kw=np.ones((2, 2))).node
    with pytest.raises(gs.UsageError, match="rows"):
        broken = circuit.copy()
        broken.load = broken.load.iloc[:1]
        gs.power_flow(broken)
    with pytest.raises(gs.UsageError, match="unbalanced"):
        gs.read_case(circuit.file)
    (tmp_path / "case.m").write_text("function mpc = case\nmpc.baseMVA = 1;\n")
    with pytest.raises(gs.UsageError, match="OpenDSS"):
        gs.read_circuit(tmp_path / "case.m")


def test_a_power_grid_model_network_is_a_circuit_of_three_phases(tmp_path):
    """400 V behind 0.016 ohm per phase, 30 kW on the second: u (1 - u) = 0.009."""
    data = {"node": [{"id": 7, "u_rated": 400}, {"id": 3, "u_rated": 400}],
            "source": [{"id": 9, "node": 7, "status": 1, "u_ref": 1.0, "sk": 1e20}],
            "line": [{"id": 5, "from_node": 7, "to_node": 3, "from_status": 1, "to_status": 1,
                      "r1": 0.016, "x1": 0, "c1": 0, "tan1": 0, "r0": 0.016, "x0": 0, "c0": 0,
                      "tan0": 0}],
            "asym_load": [{"id": 4, "node": 3, "status": 1, "type": 0,
                           "p_specified": [0, 3e4, 0], "q_specified": [0, 0, 0]}]}
    path = tmp_path / "input.json"
    path.write_text(json.dumps({"version": "1.0", "type": "input", "is_batch": False,
                                "attributes": {}, "data": data}))
    circuit = gs.read_circuit(path)
    assert list(circuit.load["name"]) == [f"asym_load.4 phase {k}" for k in (1, 2, 3)]
    res = gs.power_flow(circuit)
    assert float(res.vm_pu.sel(bus="3", phase=2)) == pytest.approx(0.5 + (0.25 - 0.009) ** 0.5,
                                                                   rel=1e-9)
    assert float(res.vm_pu.sel(bus="3", phase=1)) == pytest.approx(1.0, rel=1e-12)
