# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of circuits: every phase along the feeder, unbalance, and the map."""
import pathlib

import matplotlib
import pytest

matplotlib.use("Agg")

import gridswarm as gs  # noqa: E402

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


def test_a_map_needs_coordinates_and_says_so(solved):
    circuit, result = solved
    assert "lowest voltage" in gs.plot.circuit_map(circuit, result).axes[1].get_ylabel()
    bare = circuit.copy()
    bare.bus[["x", "y"]] = float("nan")
    with pytest.raises(gs.UsageError, match="has no coordinates"):
        gs.plot.circuit_map(bare, result)
    with pytest.raises(gs.UsageError, match="lowest, unbalance"):
        gs.plot.circuit_map(circuit, result, show="colour")
