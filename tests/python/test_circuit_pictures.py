# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of circuits: every phase along the feeder, unbalance, and the map."""
import pathlib

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import gridswarm as gs  # noqa: E402
from gridswarm.circuit_edges import Edges  # noqa: E402

IEEE13 = pathlib.Path(__file__).resolve().parents[2] / "examples/data/ieee13.dss"


@pytest.fixture(scope="module")
def solved():
    circuit = gs.read_circuit(IEEE13)
    return circuit, gs.power_flow(circuit)


def test_every_phase_stands_where_its_buses_are_and_axes_tell_their_units(solved):
    circuit, result = solved
    ax = gs.plot.phase_voltages(circuit, result, unit="ft").axes[0]
    assert ax.get_xlabel() == "distance from the source along lines (ft)"
    assert ax.get_ylabel() == "voltage (p.u.)"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["phase 1", "phase 2", "phase 3"]
    drawn = {line.get_label(): line.get_xydata() for line in ax.lines}
    # 611 has phase 3 only: 2,000 + 667 + 1,333 + 300 + 300 feet from the regulator.
    vm = float(result.vm_pu.sel(bus="611", phase=3))
    assert any(x == pytest.approx(4600) and y == pytest.approx(vm) for x, y in drawn["phase 3"])
    assert len(drawn["phase 1"]) == int(result.vm_pu.sel(phase=1).notnull().sum())


def test_the_worst_unbalance_is_named(solved):
    circuit, result = solved
    ax = gs.plot.unbalance(circuit, result).axes[0]
    worst = float(result.unbalance_percent.max())
    assert any(f"{worst:.2f} %" in text.get_text() for text in ax.texts)
    assert ax.get_ylabel() == "voltage unbalance (%)"


def test_distances_are_sums_of_line_lengths_and_transformers_have_none(solved):
    distance = Edges(solved[0]).distance
    assert distance["sourcebus"] == distance["650"] == distance["rg60"] == 0.0
    at_692 = 2000 + 667 + 1333 + solved[0].line.loc["line.671_692", "length"]  # a switch
    assert distance["675"] == pytest.approx(at_692 + 500)
    assert distance["634"] == distance["633"] == 2500
    assert set(distance) == set(solved[0].bus["bus"])


def test_behind_an_open_line_nothing_has_a_distance(solved):
    other = solved[0].copy()
    other.line.loc["line.632_633", "in_service"] = False
    assert set(Edges(solved[0]).distance) - set(Edges(other).distance) == {"633", "634"}


def test_a_tree_has_a_place_of_its_own_for_every_bus_and_children_stand_further_right(solved):
    edges = Edges(solved[0])
    where = edges.positions()
    assert len(set(where.values())) == len(where) == len(solved[0].bus)
    assert edges.parent["611"] == "684" and edges.parent["sourcebus"] is None
    for bus, parent in edges.parent.items():
        if parent is not None:
            assert where[bus][0] == where[parent][0] + 1


def test_a_moment_of_a_batch_draws_as_its_scenario_alone(solved):
    circuit, result = solved
    batch = gs.power_flow(circuit, load_kw=np.outer([0.5, 1.0], circuit.load["kw"]))
    with pytest.raises(gs.UsageError, match=r"one scenario, not 2; .*isel\(scenario=0\)"):
        gs.plot.phase_voltages(circuit, batch)
    one, same = (gs.plot.phase_voltages(circuit, state).axes[0].lines[1].get_xydata()
                 for state in (batch.to_dataset().isel(scenario=1), result))
    assert np.allclose(one, same)


@pytest.mark.parametrize("show", ["lowest", "highest", "unbalance"])
def test_the_map_stands_on_the_circuits_coordinates(solved, show):
    circuit, result = solved
    figure = gs.plot.circuit_map(circuit, result, show)
    dots = figure.axes[0].collections[2]
    told = {"lowest": result.vm_pu.min("phase"), "highest": result.vm_pu.max("phase"),
            "unbalance": result.unbalance_percent}[show]
    has = np.isfinite(told.values)
    assert np.allclose(dots.get_offsets(), circuit.bus[["x", "y"]].to_numpy()[has])
    assert np.allclose(dots.get_array(), told.values[has])


def test_a_map_needs_coordinates_and_says_so(solved):
    circuit, result = solved
    bare = circuit.copy()
    bare.bus[["x", "y"]] = float("nan")
    with pytest.raises(gs.UsageError, match='has no coordinates.*layout="tree"'):
        gs.plot.circuit_map(bare, result)
    assert gs.plot.circuit_map(bare, result, layout="tree").axes[1].get_ylabel().startswith("low")
    with pytest.raises(gs.UsageError, match="lowest, highest, unbalance"):
        gs.plot.circuit_map(circuit, result, show="colour")
    with pytest.raises(gs.UsageError, match="there are coordinates, tree"):
        gs.plot.circuit_map(circuit, result, layout="circle")
