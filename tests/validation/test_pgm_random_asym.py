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

pgm = pytest.importorskip("power_grid_model", reason="power-grid-model is not installed")


def solve_there(network, updates, has_links):
    """Their answer, and how near it is. Where nothing but 1e-8 p.u. holds the zero sequence of a
    part, and with links of 1e6 p.u., rounding keeps them, in their own words, from 1e-9."""
    for tolerance, bar in ((1e-10, 1e-9), (1e-7, 1e-6))[has_links:]:
        try:
            return test_pgm_random.solve_there(network, updates, tolerance, symmetric=False), bar
        except pgm.errors.PowerGridBatchError as error:
            last = error
    raise last


@pytest.mark.parametrize("seed, nodes, branches", [
    *((seed, 12, ("asym_line",)) for seed in range(29)), (100, 150, ("asym_line",)),
    *((seed, 12, ("link",)) for seed in (200, 201, 204, 205))])
def test_every_number_agrees_by_phase(seed, nodes, branches, tmp_path):
    random = pgm_random.Network(seed, nodes, branches, by_phase=True)
    network = pgm_random.dataset(random.data, "input")
    updates = pgm_random.dataset(random.updates(4), "update")
    theirs, bar = solve_there(network, updates, "link" in branches)
    ours = test_pgm_random.solve_here(network, updates, tmp_path, "--asymmetric")
    compared = list(test_pgm_random.differences(ours, theirs))
    assert len(compared) > 200
    worst, where = max(compared)
    assert worst < bar, where
