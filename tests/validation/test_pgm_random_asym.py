# SPDX-License-Identifier: BSD-3-Clause
"""Random networks and batches phase by phase beside power-grid-model itself: unbalanced lines with
and without neutrals, every winding of transformers, neutrals grounded through impedances, taps,
open switches, loops, loads and generators of one phase and of three.

Every number of its answer is compared as in test_pgm_random.py. power-grid-model is optional:
`./dev setup` puts it beside pandapower if PyPI answers; without it these tests skip.
"""
import pgm_random
import pytest
import test_pgm_random

pytest.importorskip("power_grid_model", reason="power-grid-model is not installed")


@pytest.mark.parametrize("seed, nodes, branches, tolerance, bar", [
    *((seed, 12, ("asym_line",), 1e-9, 1e-8) for seed in range(30)),
    (100, 150, ("asym_line",), 1e-9, 1e-8),
    # Their links of 1e6 p.u. leave them, in their own words, deviations of 1e-9 to 1e-7.
    *((seed, 12, ("link",), 1e-7, 1e-6) for seed in range(200, 205))])
def test_every_number_agrees_by_phase(seed, nodes, branches, tolerance, bar, tmp_path):
    random = pgm_random.Network(seed, nodes, branches, by_phase=True)
    network = pgm_random.dataset(random.data, "input")
    updates = pgm_random.dataset(random.updates(4), "update")
    theirs = test_pgm_random.solve_there(network, updates, tolerance, symmetric=False)
    ours = test_pgm_random.solve_here(network, updates, tmp_path, "--asymmetric")
    compared = list(test_pgm_random.differences(ours, theirs))
    assert len(compared) > 200
    worst, where = max(compared)
    assert worst < bar, where
