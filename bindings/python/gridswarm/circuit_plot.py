# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of circuits: voltage of every phase and unbalance along the feeder, and its map.

`voltages` is one state of the circuit: a result of one scenario, or one scenario of a Dataset with
vm_pu and va_deg, such as `gs.time_series(circuit).isel(time=570)` or
`res.to_dataset().isel(scenario=3)`.
"""
import numpy as np

from .circuit import unbalance_of
from .circuit_edges import Edges
from .errors import UsageError
from .plot_style import FAINT, INK, PALETTE, _figure, _shade_limits, _tidy, _title


def _state(voltages, phases=(1, 2, 3)):
    """vm_pu and va_deg as (bus, phase 1 to 3) of one scenario."""
    out = []
    for name in ("vm_pu", "va_deg"):
        array = getattr(voltages, name)
        if array.ndim != 2:
            others = [dim for dim in array.dims if dim not in ("bus", "phase")]
            raise UsageError(f"a picture shows one scenario, not {array.shape[0]}; choose one, "
                             f"such as res.to_dataset().isel({others[0]}=0)")
        out.append(array.reindex(phase=list(phases)).transpose("bus", "phase"))
    return out


def _unbalance(voltages):
    """bus -> percent, where a bus has three phases."""
    vm, va = _state(voltages)
    percent = unbalance_of(vm.values * np.exp(1j * np.deg2rad(va.values)))
    return {bus: u for bus, u in zip(vm.bus.values, percent) if np.isfinite(u)}


def _along(ax, edges, values, pairs, **style):
    """Values over distance: a line per pair of buses that have both; returns the points drawn."""
    from matplotlib.collections import LineCollection
    x = edges.distance
    there = {bus for bus in values if bus in x}
    lines = [[(x[a], values[a]), (x[b], values[b])] for a, b in pairs if a in there and b in there]
    ax.add_collection(LineCollection(lines, linewidths=1.4, alpha=0.85, colors=style["color"]))
    points = np.array([(x[bus], values[bus]) for bus in values if bus in there]).reshape(-1, 2)
    size = 3.2 if len(points) < 300 else 1.6
    ax.plot(*points.T, "o", markersize=size, **style)
    ax.autoscale_view()
    return points


def _distance_axis(ax, unit):
    ax.set_xlim(left=0)
    ax.set_xlabel(f"distance from the source along lines ({unit or 'unit of the file'})", color=INK)


def phase_voltages(circuit, voltages, ax=None, limits=(0.95, 1.05), unit=""):
    """Voltage of every phase against distance from the source, an edge per line or transformer.

    circuit   the gs.Circuit; voltages: one state of it (see the top of this module)
    limits    p.u.; what lies outside is shaded
    unit      of the file's line lengths ("m", "ft"), which the axis tells
    Distances are sums of circuit.line.length by the shortest way; transformers have none.
    Raises UsageError for a batch.
    """
    vm, _ = _state(voltages)
    edges = Edges(circuit)
    figure, ax = _figure(ax, 9, 4.8)
    for column, phase in enumerate((1, 2, 3)):
        values = dict(zip(vm.bus.values, vm.values[:, column]))
        values = {bus: v for bus, v in values.items() if np.isfinite(v)}
        pairs = [(a, b) for a, b, _, joined in edges.pairs if phase in joined]
        if values:
            _along(ax, edges, values, pairs, color=PALETTE[column], label=f"phase {phase}")
    _shade_limits(ax, limits, vm.values)
    _distance_axis(ax, unit)
    ax.set_ylabel("voltage (p.u.)", color=INK)
    _tidy(ax)
    ax.legend(frameon=False, loc="best", fontsize=9)
    _title(ax, f"{circuit.name}: voltage of every phase",
           "dots: buses; lines: lines and transformers that have the phase")
    return figure


def unbalance(circuit, voltages, ax=None, limit=2.0, unit=""):
    """Voltage unbalance (negative over positive sequence) of every bus against its distance.

    limit     percent, drawn as a line; None: none. EN 50160 has 2 % (mean of 10 minutes)
    Buses without all three phases have no unbalance and are left out. Else as phase_voltages.
    """
    values = _unbalance(voltages)
    if not values:
        raise UsageError(f"{circuit.name} has no bus with three phases, so nothing is unbalanced")
    edges = Edges(circuit)
    figure, ax = _figure(ax, 9, 4.0)
    pairs = [(a, b) for a, b, *_ in edges.pairs]
    _along(ax, edges, values, pairs, color=PALETTE[0])
    worst = max((bus for bus in values if bus in edges.distance), key=values.get)
    ax.annotate(f"bus {worst}: {values[worst]:.2f} %", (edges.distance[worst], values[worst]),
                (-6, 4), textcoords="offset points", fontsize=9, color=INK, ha="right",
                va="bottom")
    top = values[worst]
    if limit is not None:
        ax.axhline(limit, color="#8A4B32", linewidth=1.0, linestyle="--")
        ax.text(1, limit, f"limit {limit:g} % ", transform=ax.get_yaxis_transform(), ha="right",
                va="bottom", fontsize=8, color="#8A4B32")
        top = max(top, limit)
    ax.set_ylim(0, 1.15 * top)
    _distance_axis(ax, unit)
    ax.set_ylabel("voltage unbalance (%)", color=INK)
    _tidy(ax)
    _title(ax, f"{circuit.name}: voltage unbalance",
           "negative over positive sequence, buses with three phases")
    return figure


_SHOWN = {"lowest": ("lowest voltage of a bus's phases (p.u.)", "viridis"),
          "highest": ("highest voltage of a bus's phases (p.u.)", "viridis"),
          "unbalance": ("voltage unbalance (%)", "YlOrRd")}


def circuit_map(circuit, voltages, show="lowest", ax=None, layout="coordinates"):
    """The circuit on its own coordinates, buses coloured by what is asked for.

    show      "lowest", "highest": voltage among a bus's phases, p.u.; "unbalance": percent
    layout    "coordinates"; "tree": from the source to the right, for circuits without any
    Buses without the quantity are grey; those without a place are left out.
    Raises UsageError where the circuit has no coordinates, or for a batch.
    """
    from matplotlib.collections import LineCollection
    if show not in _SHOWN:
        raise UsageError(f"a map can't show {show!r}; there are " + ", ".join(_SHOWN))
    values = _unbalance(voltages) if show == "unbalance" else _extreme(voltages, show)
    edges = Edges(circuit)
    where = _places(circuit, edges, layout)
    figure, ax = _figure(ax, 8, 6.4 if layout == "coordinates" else 4.8)
    ways = [_way(where, edges.parent, a, b, layout) for a, b, *_ in edges.pairs
            if a in where and b in where]
    ax.add_collection(LineCollection(ways, colors=FAINT, linewidths=1.2, zorder=1))
    size = float(np.clip(9000 / len(where), 9, 60))
    without = [where[bus] for bus in where if bus not in values]
    ax.scatter(*np.array(without).reshape(-1, 2).T, s=0.5 * size, color=FAINT, zorder=2)
    shown = [bus for bus in where if bus in values]
    label, colours = _SHOWN[show]
    dots = ax.scatter(*np.array([where[bus] for bus in shown]).reshape(-1, 2).T, s=size,
                      c=[values[bus] for bus in shown], cmap=colours, zorder=3,
                      edgecolor=INK if len(where) < 300 else "none", linewidth=0.4)
    figure.colorbar(dots, ax=ax, label=label, shrink=0.85)
    _mark_source(ax, edges, where, size)
    if layout == "coordinates":
        ax.set_aspect("equal", adjustable="datalim")
    ax.set_axis_off()
    _title(ax, f"{circuit.name}: {label.rpartition(' (')[0]}")
    return figure


def _places(circuit, edges, layout):
    """bus -> (x, y)."""
    if layout == "tree":
        return edges.positions()
    if layout != "coordinates":
        raise UsageError(f"a map has no layout {layout!r}; there are coordinates, tree")
    bus = circuit.bus
    where = {name: (x, y) for name, x, y in zip(bus["bus"], bus["x"], bus["y"])
             if np.isfinite([x, y]).all()}
    if not where:
        raise UsageError(f"{circuit.name} has no coordinates: give its file a `buscoords` command, "
                         "or circuit.bus x and y, or draw it with layout=\"tree\"")
    return where


def _way(where, parent, a, b, layout):
    """Points of the line between two buses: with a corner in a tree, straight elsewhere."""
    if layout == "tree" and parent.get(a) == b:
        a, b = b, a
    if layout == "tree" and parent.get(b) == a:
        return [where[a], (where[a][0], where[b][1]), where[b]]
    return [where[a], where[b]]


def _extreme(voltages, show):
    vm, _ = _state(voltages)
    best = np.nanmin if show == "lowest" else np.nanmax
    return {bus: best(row) for bus, row in zip(vm.bus.values, vm.values)
            if np.isfinite(row).any()}


def _mark_source(ax, edges, where, size):
    """A square at the bus with coordinates that is nearest to the source."""
    near = [bus for bus in edges.distance if bus in where]
    if near:
        bus = min(near, key=edges.distance.get)
        ax.scatter(*where[bus], marker="s", s=1.6 * max(size, 25), color=INK, zorder=4)
        ax.annotate("source", where[bus], (0, 9), textcoords="offset points", ha="center",
                    fontsize=9, color=INK, zorder=5)
