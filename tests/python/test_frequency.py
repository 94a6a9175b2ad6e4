# SPDX-License-Identifier: BSD-3-Clause
"""Frequency studies from Python, against SciPy's solver of the same equations."""
import numpy as np
import pandas as pd
import pytest

import gridswarm as gs

AREAS = pd.DataFrame({"machines_mva": [2000.0, 1000.0], "inertia_s": [5.0, 4.0],
                      "damping_pu": [1.0, 0.8], "droop_pu": [0.05, 0.06],
                      "governor_s": [0.2, 0.3], "turbine_s": [0.3, 0.4], "reheat_s": [7.0, 0.0],
                      "high_pressure_share": [0.3, 0.3]})
TIES = pd.DataFrame({"from": [0], "to": [1], "synchronising_mw_per_rad": [50.0]})
LOADS = pd.DataFrame({"time_s": [0.0], "area": [0], "load_mw": [80.0]})
GROUPS = pd.DataFrame({"area": [0, 1], "min_mw": [-500.0, -500.0], "max_mw": [500.0, 500.0],
                       "response_s": [0.3, 0.5], "cost_per_mw2": [2.0, 1.0]})


def by_scipy(gain, times_s):
    """Frequencies, from the equations of docs/theory/frequency.md written again."""
    integrate = pytest.importorskip("scipy.integrate")
    base, inertia = AREAS.machines_mva.to_numpy(), AREAS.inertia_s.to_numpy()

    def slope(_, x):
        f, valve, chest, power, reheat, tie = x[0:2], x[2:4], x[4:6], x[6:8], x[8], x[9]
        mechanical = np.array([0.3 * chest[0] + 0.7 * reheat, chest[1]])
        export = np.array([tie, -tie])
        surplus = (mechanical - [80.0, 0.0] - AREAS.damping_pu * base * f / 50.0 - export + power)
        wanted = -f * base / (AREAS.droop_pu * 50.0)
        support = np.clip(-gain * f / GROUPS.cost_per_mw2, -500.0, 500.0)
        return np.concatenate([
            surplus * 50.0 / (2.0 * inertia * base), (wanted - valve) / AREAS.governor_s,
            (valve - chest) / AREAS.turbine_s, (support - power) / GROUPS.response_s,
            [(chest[0] - reheat) / 7.0, 2.0 * np.pi * 50.0 * (f[0] - f[1])]])

    found = integrate.solve_ivp(slope, (0.0, times_s[-1]), np.zeros(10), method="LSODA",
                                t_eval=times_s, rtol=1e-10, atol=1e-12)
    return 50.0 + found.y[:2].T


@pytest.mark.parametrize("gain, tolerance_hz", [(0.0, 1e-6), (200.0, 5e-4)])
def test_curves_are_those_of_scipy(gain, tolerance_hz):
    """Groups sample the frequency once a step of 1 ms: half a step of the steepest fall at most."""
    response = gs.frequency_response(AREAS, LOADS, TIES, GROUPS, primary="load_side",
                                     load_side_gain_per_hz=gain, secondary=False, step_s=0.001,
                                     duration_s=20.0)
    expected = by_scipy(gain, response.frequency_hz.index.to_numpy())
    assert np.abs(response.frequency_hz.to_numpy() - expected).max() < tolerance_hz


def test_figures_curves_and_messages_agree():
    options = {"duration_s": 60.0, "record_every_s": 0.01}
    groups = GROUPS.assign(at_tie=1)
    response = gs.frequency_response(AREAS, LOADS, TIES, groups, **options)
    lowest = response.frequency_hz.min().to_numpy()
    assert response.figures.nadir_hz.to_numpy() == pytest.approx(lowest)
    assert response.figures.end_hz.to_numpy() == pytest.approx([50.0, 50.0], abs=1e-3)
    assert response.group_mw.sum() == pytest.approx(response.support_mw.iloc[-1].sum())
    assert response.messages == 0  # one group an area: nobody to talk to
    alone = gs.frequency_response(AREAS, LOADS, TIES, **options)
    assert (alone.support_mw == 0).all(axis=None)
    assert alone.figures.nadir_hz[0] < response.figures.nadir_hz[0]


@pytest.mark.parametrize("change, sentence", [
    ({"areas": AREAS.assign(inertia=1)}, "areas: unknown column inertia"),
    ({"areas": AREAS.assign(inertia_s=-1)}, "inertia_s = -1 must lie between 0.0 and inf s"),
    ({"loads": LOADS.drop(columns="load_mw")}, "loads: column load_mw is missing"),
    ({"groups": GROUPS.assign(area=0.5)}, "groups: area must hold whole numbers, not 0.500000"),
    ({"step": 1}, "unknown option step"),
    ({"areas": {}}, "areas must be a DataFrame, not dict"),
])
def test_wrong_tables_are_named(change, sentence):
    with pytest.raises(gs.Error, match=sentence):
        gs.frequency_response(**{"areas": AREAS, "loads": LOADS, **change})
