# SPDX-License-Identifier: BSD-3-Clause
"""gs.dispatch: set-points by hand, refusals by name, balances and limits out of reach."""
import numpy as np
import pandas as pd
import pytest

import gridswarm as gs

TWO = pd.DataFrame({"want_kw": [1.0, 2.0], "min_kw": -10.0, "max_kw": 10.0, "cost": [1.0, 2.0]},
                   index=["pv", "battery"])


@pytest.mark.parametrize("method", ["newton", "breakpoints", "innovations", "admm"])
def test_two_members_share_3_kw_in_inverse_proportion_to_their_costs(method):
    answer = gs.dispatch(TWO, 0.0, method=method, tolerance=1e-10)
    assert answer.solved and answer.message == ""
    assert answer.p_kw.to_dict() == pytest.approx({"pv": -1.0, "battery": 1.0}, abs=1e-7)
    assert answer.figures["gap"] <= 1e-6 and answer.figures["rounds"] >= 1


@pytest.mark.parametrize("exchange_kw, status, sentence", [
    (21.5, "short_of_power", "short of power by 1.5 kW with every member at its upper limit"),
    (-23.0, "too_much_power", "3 kW too much with every member at its lower limit"),
])
def test_a_balance_out_of_reach_says_by_how_much_and_on_which_side(exchange_kw, status, sentence):
    answer = gs.dispatch(TWO, exchange_kw)
    assert (answer.status, answer.message) == (status, sentence)
    assert abs(answer.p_kw.abs() - 10.0).max() == 0.0
    assert not answer.solved and sentence in repr(answer)


@pytest.mark.parametrize("column, value, sentence", [
    ("min_kw", 11.0, "member battery: limits exclude every set-point, from 11 to 10 kW"),
    ("cost", 0.0, "member battery: a cost of 0 per kW"),
    ("want_kw", np.nan, "member battery: want_kw = nan is not a finite number"),
])
def test_a_member_without_a_set_point_is_refused_by_name(column, value, sentence):
    wrong = TWO.copy()
    wrong.loc["battery", column] = value
    with pytest.raises(gs.UsageError, match=sentence):
        gs.dispatch(wrong)


def test_unknown_methods_options_and_columns_are_refused():
    with pytest.raises(gs.UsageError, match="magic"):
        gs.dispatch(TWO, method="magic")
    with pytest.raises(gs.UsageError, match="unknown option speed"):
        gs.dispatch(TWO, speed=1)
    with pytest.raises(gs.UsageError, match="need a column cost"):
        gs.dispatch(TWO.drop(columns="cost"))
    assert "method" in gs.options("dispatch").index
    assert "max_steps" in gs.options("dispatch_network").index


def test_members_with_costs_in_pieces_share_a_step_by_what_each_could_move():
    members = pd.DataFrame({
        "min_kw": [0.0, 0.0, -2.0],
        "pieces": [[(3.0, 0.1)], [(6.0, 0.1)], [(0.0, -0.05), (2.0, 0.05)]],
    }, index=["tariff", "other", "battery"])
    answer = gs.dispatch(members, 5.0)
    assert answer.p_kw.to_dict() == pytest.approx({"tariff": 1.0, "other": 2.0, "battery": 2.0})
    assert answer.figures["price"] == 0.1
    members.at["other", "pieces"] = [(3.0, 0.2), (6.0, 0.1)]
    with pytest.raises(gs.UsageError, match="member other: marginal cost falls at piece 1"):
        gs.dispatch(members, 5.0)
    members.at["other", "pieces"] = [(6.0, 0.1)]
    with pytest.raises(gs.UsageError, match="innovations need costs that rise strictly"):
        gs.dispatch(members, 5.0, method="innovations")


def feeder(vmax_pu=1.1, rate_mva=0.0):
    case = gs.synthetic_case(3, seed=1)
    case.bus[["pd_mw", "qd_mvar"]] = 0.0
    case.bus["vmax_pu"], case.bus["vmin_pu"] = vmax_pu, 0.9
    case.branch["rate_mva"] = rate_mva
    return case


def members_on(case):
    buses = case.bus.loc[case.bus["type"] == 1, "bus"]
    return pd.DataFrame({"bus": buses.to_numpy(), "want_kw": 400.0, "min_kw": 0.0,
                         "max_kw": 400.0, "cost": 0.01})


def test_without_a_limit_that_binds_the_wires_change_nothing():
    case = feeder()
    case.bus["vmax_pu"] = 2.0
    members = members_on(case)
    on_wires, alone = gs.dispatch(members, 500.0, case=case), gs.dispatch(members, 500.0)
    assert on_wires.solved
    np.testing.assert_allclose(on_wires.p_kw, alone.p_kw, rtol=1e-5)
    assert on_wires.figures["price"] == pytest.approx(alone.figures["price"], rel=1e-4)


def test_a_voltage_limit_is_kept_and_holds_in_the_ac_power_flow():
    case = feeder()
    free = gs.dispatch(members_on(case), exchange_cost=0.0, case=case)
    limit = 1.0 + 0.5 * (free.bus["v_pu"].max() - 1.0)
    case.bus["vmax_pu"] = limit
    members = members_on(case).assign(min_kvar=-50.0, max_kvar=50.0, kvar_cost=0.02)
    kept = gs.dispatch(members, exchange_cost=0.0, case=case)
    assert kept.solved and kept.figures["gap"] <= 1e-6
    assert kept.bus["v_pu"].max() == pytest.approx(limit, abs=1e-7)
    assert kept.q_kvar.min() < -1.0  # reactive power is absorbed before power is given up
    case.bus.loc[members["bus"], "pd_mw"] = -kept.p_kw.to_numpy() / 1000.0
    case.bus.loc[members["bus"], "qd_mvar"] = -kept.q_kvar.to_numpy() / 1000.0
    assert gs.power_flow(case).bus["vm_pu"].max() <= limit + 1e-3


def test_limits_that_cant_be_kept_name_the_bus_or_the_branch():
    case = feeder(vmax_pu=1.0)
    members = members_on(case).assign(min_kw=300.0)
    answer = gs.dispatch(members, exchange_cost=0.0, case=case)
    assert answer.status == "beyond_limits"
    assert "p.u. beyond its voltage limit" in answer.message
    assert answer.figures["voltage_excess_pu"] > 0.0
    answer = gs.dispatch(members, exchange_cost=0.0, case=feeder(rate_mva=0.2))
    assert answer.status == "beyond_limits" and "kW more than its limit" in answer.message
    members.loc[1, "bus"] = 12345
    with pytest.raises(gs.UsageError, match="member 1: .* has no bus 12345"):
        gs.dispatch(members, case=case)
