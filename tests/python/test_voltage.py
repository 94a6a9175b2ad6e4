# SPDX-License-Identifier: BSD-3-Clause
"""Voltage held by devices, against the AC power flow and by hand."""
import numpy as np
import pandas as pd
import pytest

import gridswarm as gs


@pytest.fixture(name="case")
def weak_feeder():
    """A feeder of 30 buses whose lowest voltage lies below 0.95 p.u."""
    case = gs.synthetic_case(30, seed=3)
    for factor in (1, 2, 4, 8, 16, 32, 64):
        case.bus[["pd_mw", "qd_mvar"]] *= 2.0 if factor > 1 else 1.0
        if gs.power_flow(case).bus["vm_pu"].min() < 0.945:
            return case
    raise AssertionError("no load takes this feeder below 0.945")


def devices_at(case, kvar):
    buses = case.bus["bus"].to_numpy()[1:]
    return pd.DataFrame({"bus": buses, "q_min_kvar": -kvar, "q_max_kvar": kvar},
                        index=[f"d{bus}" for bus in buses])


def after(case, devices, answer):
    """Lowest |V| of the AC power flow with the answer."""
    rows = {bus: row for row, bus in enumerate(case.bus["bus"])}
    dq = np.zeros(len(case.bus))
    for device, bus in devices["bus"].items():
        dq[rows[bus]] += answer.q_kvar[device]
    return gs.power_flow(case, dq_kvar=dq).bus["vm_pu"].min()


def test_a_leader_lifts_the_lowest_voltage_to_its_band(case):
    low = gs.power_flow(case).bus["vm_pu"].min()
    devices = devices_at(case, 1e5)
    answer = gs.hold_voltage(devices, case, v_min_pu=0.95)
    assert low < 0.945 and answer.held and not answer.message
    assert answer.outside_before_pu == pytest.approx(0.95 - low, abs=1e-9)
    assert answer.v_pu.min() == pytest.approx(0.95, abs=1e-6)
    lifted = after(case, devices, answer)
    assert lifted == pytest.approx(0.95, abs=0.3 * (0.95 - low))  # the model is linear


def test_members_who_agree_use_the_same_share(case):
    devices = devices_at(case, 1e5)
    answer = gs.hold_voltage(devices, case, v_min_pu=0.95, agreed=True)
    assert answer.held and answer.rounds > 0 and answer.messages > 0
    share = answer.q_kvar / devices["q_max_kvar"]
    assert share.max() - share.min() <= 1e-3 * share.max()


def test_reserves_that_do_not_suffice_are_told_with_the_bus(case):
    devices = devices_at(case, 1e-3)
    answer = gs.hold_voltage(devices, case, v_min_pu=0.95)
    assert not answer.held
    worst = answer.v_pu.idxmin()
    assert answer.message.startswith(f"bus {worst} stays ")
    assert answer.q_kvar.max() == pytest.approx(1e-3)


def test_active_power_does_the_rest(case):
    devices = devices_at(case, 1e-3).assign(p_min_kw=0.0, p_max_kw=1e5)
    answer = gs.hold_voltage(devices, case, v_min_pu=0.95)
    assert answer.held and answer.p_kw.max() > 0.0


def test_what_can_not_be_is_refused_by_name(case):
    devices = devices_at(case, 10.0)
    devices.loc[devices.index[2], "q_min_kvar"] = 1.0
    with pytest.raises(gs.UsageError, match=f"device {devices.index[2]}: q_min_kvar = 1"):
        gs.hold_voltage(devices, case)
    with pytest.raises(gs.UsageError, match="has no bus 999"):
        gs.hold_voltage({"bus": [999], "q_min_kvar": [0.0], "q_max_kvar": [1.0]}, case)
    with pytest.raises(gs.UsageError):
        gs.hold_voltage(devices_at(case, 10.0), case, v_min_pu=1.1, v_max_pu=0.9)
