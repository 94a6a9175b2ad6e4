# SPDX-License-Identifier: BSD-3-Clause
"""Banks of inverters from Python: settings, shapes, state, refusals."""
import numpy as np
import pandas as pd
import pytest

import gridswarm as gs

NO_TRIPS = {"trip": {"enabled": False}}


def test_settings_are_the_category_s_with_changes():
    a = gs.inverter_settings(category="A", abnormal_category="II",
                             volt_var={"open_loop_s": 20.0})
    assert (a["volt_var"]["v1_pu"], a["volt_var"]["q1_pu"], a["absorb_pu"]) == (0.90, 0.25, 0.25)
    assert a["volt_var"]["open_loop_s"] == 20.0
    assert (a["trip"]["uv1_pu"], a["trip"]["uv1_s"]) == (0.70, 10.0)
    assert gs.inverter_settings(**a) == a
    b = gs.inverter_settings()
    assert (b["volt_var"]["q1_pu"], b["trip"]["uv1_s"]) == (0.44, 21.0)


@pytest.mark.parametrize("changes, sentence", [
    ({"category": "C"}, "inverter category C is unknown; choose A or B"),
    ({"abnormal_category": "IV"}, "abnormal operating category IV is unknown"),
    ({"volt_war": {}}, "an inverter has no setting volt_war"),
    ({"volt_var": {"v5_pu": 1.0}}, "volt_var has no setting v5_pu"),
    ({"volt_var": 1.0}, "volt_var must be a dict"),
    ({"volt_var": {"v1_pu": 0.5}}, "v1_pu = 0.5 must lie between 0.82 and 0.98"),
    ({"volt_var": {"v1_pu": 0.97}}, "points must ascend by at least 0.02, but 0.98 follows 0.97"),
    ({"volt_var": {"q2_pu": -0.1}}, "the curve must not rise, but 0 follows -0.1"),
    ({"reactive": "sometimes"}, "reactive function sometimes is unknown"),
])
def test_a_setting_outside_the_standard_is_refused_with_one_sentence(changes, sentence):
    with pytest.raises(gs.UsageError, match=sentence) as refused:
        gs.inverter_settings(**changes)
    assert "\n" not in str(refused.value)


def test_volt_var_of_category_b_in_kvar_and_in_every_shape():
    voltages = np.array([0.90, 0.95, 1.00, 1.05, 1.10])
    expected = [44.0, 22.0, 0.0, -22.0, -44.0]
    bank = gs.InverterBank(50.0, 100.0, dt_s=60.0, settings=NO_TRIPS)
    for v, q in zip(voltages, expected):
        alone = gs.InverterBank(50.0, 100.0, dt_s=60.0, settings=NO_TRIPS)
        assert alone.step(v)[1] == pytest.approx([q])
    many = gs.InverterBank(np.full(5, 50.0), 100.0, dt_s=60.0, settings=NO_TRIPS, threads=2)
    p, q = many.step(voltages)
    assert p == pytest.approx(np.full(5, 50.0)) and q == pytest.approx(expected)
    p, q = bank.step(voltages[:, None])
    assert p.shape == q.shape == (5, 1)
    assert q[:, 0] == pytest.approx(expected, abs=1e-9)  # ticks of a minute: the response is over


def test_rows_of_inputs_are_ticks_one_after_another():
    rng = np.random.default_rng(1)
    voltages, frequencies = 0.9 + 0.2 * rng.random((50, 7)), 59.9 + 0.2 * rng.random((50, 7))
    at_once, one_by_one = (gs.InverterBank(np.full(7, 5.0), 6.0, dt_s=0.1) for _ in range(2))
    p, q = at_once.step(voltages, frequencies, 4.0)
    for tick in range(50):
        p_now, q_now = one_by_one.step(voltages[tick], frequencies[tick], 4.0)
        assert np.array_equal(p_now, p[tick]) and np.array_equal(q_now, q[tick])
    assert np.hypot(p, q).max() <= 6.0 * (1.0 + 1e-12)


def test_a_dip_trips_category_ii_while_category_iii_rides_through():
    dip = np.full((30, 1), 0.40)  # 3 s in ticks of 0.1 s; below UV2 of both
    two = gs.InverterBank(5.0, dt_s=0.1, id=[17], settings={"abnormal_category": "II"})
    three = gs.InverterBank(5.0, dt_s=0.1, settings={"abnormal_category": "III"})
    for bank in (two, three):
        bank.step(1.0)
        bank.step(dip[:10])
    pd.testing.assert_frame_equal(two.state, pd.DataFrame(
        {"in_service": [False], "ceased": [False], "tripped_by": ["UV2"]},
        index=pd.Index([17], name="id")))
    assert three.state.in_service[0] and three.state.ceased[0]
    assert three.step(1.0)[0] > 4.9  # reactive power has begun to rise and comes first
    assert two.step(1.0)[0] == [0.0]


def test_storage_charges_and_three_phases_are_averaged():
    bank = gs.InverterBank(10.0, 10.0, dt_s=1.0, charge_kw=8.0, settings=NO_TRIPS)
    assert bank.step(1.0, want_kw=-20.0)[0] == pytest.approx([-8.0])
    seen = gs.three_phase_voltage([1.09], [1.03], [1.03])
    assert seen["v_pu"] == pytest.approx([1.05]) and seen["highest_pu"] == pytest.approx([1.09])
    bank = gs.InverterBank(5.0, 10.0, dt_s=60.0, settings=NO_TRIPS)
    assert bank.step(**seen)[1] == pytest.approx([-2.2])


def test_what_cannot_be_is_refused():
    with pytest.raises(gs.UsageError, match="a tick of 60 s cannot see trip window OV2 of 0.16 s"):
        gs.InverterBank(5.0, dt_s=60.0)
    with pytest.raises(gs.UsageError, match="inverter of agent 3: P_max 5 kW .* rating of 4 kVA"):
        gs.InverterBank(5.0, 4.0, dt_s=0.1, id=[3])
    with pytest.raises(gs.UsageError, match="id must hold 2 numbers"):
        gs.InverterBank([5.0, 5.0], dt_s=0.1, id=[3])
    bank = gs.InverterBank([5.0, 5.0], dt_s=0.1)
    with pytest.raises(gs.UsageError, match=r"shape \(2,\) or \(ticks, 2\)"):
        bank.step([1.0, 1.0, 1.0])
    with pytest.raises(gs.UsageError, match="finite"):
        bank.step([1.0, np.nan])
    with pytest.raises(gs.UsageError, match="inverter 1 of the bank: its limits 0 to -0.2"):
        bank.step(1.0, available_kw=[1.0, -1.0])
