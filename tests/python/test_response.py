# SPDX-License-Identifier: BSD-3-Clause
"""Response studies from Python: what an answer says of itself, and what can't be asked."""
import numpy as np
import pytest

import gridswarm as gs

REGION = gs.ResponseRegion(100)


def test_a_region_names_leaders_and_a_step_of_a_tenth():
    leaders = REGION.agents[REGION.agents.above < 0]
    assert len(leaders) == REGION.agents.cluster.nunique()
    step = REGION.step(3)
    assert (step < 0).sum() == 10 and (step > 0).sum() == 0


@pytest.mark.parametrize("controller", ["swarm", "centre", "admm", "averaging", "at_once"])
def test_set_points_add_up_to_the_step_and_the_curve_ends_where_the_figures_say(controller):
    answer = gs.response_time(REGION, controller, actuator_s=0.1)
    assert answer.set_points.iloc[-1] == pytest.approx(-answer.step_kw, rel=2e-3)
    settle_s = answer.figures.settle_s
    times = settle_s + np.array([-1e-3, 1e-3, 0.1, 1.0])
    share = answer.imbalance(times) / answer.step_kw
    assert abs(share[0]) > 0.05 and (np.abs(share[1:]) <= 0.05).all()


def test_the_log_of_messages_and_orders_is_whole():
    answer = gs.response_time(REGION, "swarm", keep_log=True)
    assert len(answer.orders) == answer.figures.orders
    assert set(answer.messages.kind) == {"report", "price", "exchange"}
    assert answer.messages.time_s.is_monotonic_increasing
    last = answer.orders.groupby("agent").p_kw.last().sum()
    assert last == pytest.approx(answer.set_points.iloc[-1])
    assert answer.figures.bus_minutes >= 0.0
    silent = gs.response_time(REGION, "swarm")
    assert silent.orders.empty and np.isnan(silent.figures.bus_minutes)


def test_what_cannot_be_is_refused_in_a_sentence():
    with pytest.raises(gs.UsageError, match="controller king is not known; choose swarm"):
        gs.response_time(REGION, "king")
    with pytest.raises(gs.UsageError, match="at least 10 agents"):
        gs.ResponseRegion(3)
    with pytest.raises(gs.UsageError, match="2 entries for 100 agents"):
        gs.response_time(REGION, step_kw=[1.0, 2.0])
    with pytest.raises(gs.UsageError, match="nothing to balance"):
        gs.response_time(REGION, step_kw=np.zeros(100))
    with pytest.raises(gs.UsageError, match="merge_s = 5"):
        gs.response_time(REGION, merge_s=5)
    with pytest.raises(gs.UsageError, match="unknown option speed"):
        gs.response_time(REGION, centre={"speed": 1})
    assert "loop_s" in gs.options("response_time").index
