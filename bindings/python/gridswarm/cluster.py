# SPDX-License-Identifier: BSD-3-Clause
"""Clusters: who works together, who is near whom, and how good a partition is."""
import io

import numpy as np
import pandas as pd

from . import _gridswarm
from .case import native
from .errors import UsageError
from .fleet import text_of


class Clusters(pd.DataFrame):
    """DataFrame agent, bus, cluster, leader (1 or 0); `quality` is a dict of measures."""

    _metadata = ["quality"]

    @property
    def _constructor(self):
        return Clusters


def form_clusters(case, fleet, previous=None, preset=None, lengths=None, horizon=None, seed=1,
                  epoch=0, threads=0, **options):
    """Form electrically connected clusters of a fleet's agents and elect a leader for each.

    case: may have loops; clusters then follow its shortest spanning tree and are measured with the
    loops closed. previous: clusters from an earlier call, which are then changed only where it is
    worth it. preset: "balancing", "paper_literal", "voltage" or "dispatch", what options that are
    not given begin with. lengths: one number from 0 per row of case.branch (edge_length "custom"),
    in the unit that diameter_max_pu and delta_pu then have, too. horizon: powers expected over the
    next 1 to 8 steps, kW into the grid, an array (steps, agents) with agents as in the rows of the
    fleet: the power left after sharing is then the mean over these steps, not that of p_kw. A tuple
    of three such arrays (powers, low, high) gives the bands that `flexibility` counts.
    seed, epoch: draw the leaders. threads: 0 for all cores. options: gs.options("form_clusters").
    Returns Clusters: one row per agent, sorted by agent; cluster is -1 for an agent without supply.
    Its `quality` is what gs.quality gives, with `objective` and `switching`.
    Raises InputError for a fleet, case or previous membership that can't be used, UsageError for a
    wrong option.
    """
    text, quality_ = _gridswarm.form_clusters(
        native(case), text_of(fleet), _membership(previous), _lengths(case, lengths),
        _horizon(fleet, horizon), preset, seed, epoch, threads, options)
    clusters = Clusters(pd.read_csv(io.StringIO(text)))
    clusters["cluster"] = clusters["cluster"].fillna(-1).astype("int64")
    clusters.quality = quality_
    return clusters


def quality(case, fleet, clusters, previous=None, lengths=None, **options):
    """Measure any partition of a fleet, wherever it comes from, against bounds and wires.

    clusters: DataFrame with agent and cluster (-1 or missing: none). previous: an earlier one to
    compare with: adds churn, ari, nmi, vi_nats over agents_in_both. lengths and options as in
    form_clusters: bounds and lengths count, weights don't.
    Returns a dict: agents, clusters, connected_share (1: every cluster hangs together on wires of
    its own), breaches of bounds, undersized, residual_ratio (power left after sharing inside over
    the sum of |p|) and residual_floor (the least any partition could leave), mean_pair_pu,
    largest_diameter_pu, soc_deviation, eci, silhouette, coupling_leak.
    """
    return _gridswarm.cluster_quality(native(case), text_of(fleet), _membership(clusters),
                                      _membership(previous), _lengths(case, lengths), options)


def neighbours(case, fleet, k=None, radius=None, edge_length="magnitude", x_source_pu=0.01,
               lengths=None):
    """The k nearest agents of every agent, or all within a radius, along the wires; exact.

    radius in p.u. on 1 MVA (decades for edge_length "log_sensitivity"), ends included. Agents of
    one bus are 0 apart; those on another feeder or without supply are nobody's neighbours. Where
    wires close loops, paths are those of the shortest spanning tree.
    Returns a DataFrame agent, neighbour, distance_pu: nearest first, ties by agent.
    """
    if (k is None) == (radius is None):
        raise UsageError("neighbours needs either k, how many, or radius, how far")
    if k is not None and (int(k) != k or k < 0):
        raise UsageError(f"k = {k} must be a whole number from 0")
    if radius is not None and not 0 <= radius < np.inf:
        raise UsageError(f"radius = {radius} must be a number from 0")
    columns = _gridswarm.neighbours(native(case), text_of(fleet), -1 if k is None else int(k),
                                    0.0 if radius is None else float(radius), edge_length,
                                    float(x_source_pu), _lengths(case, lengths))
    return pd.DataFrame(dict(zip(("agent", "neighbour", "distance_pu"), columns)))


def distances(case, fleet, a, b, edge_length="magnitude", x_source_pu=0.01, lengths=None):
    """Electrical distances of agents a[i] and b[i] (ids) with all loops closed, as an array.

    On a radial feeder the length of the path; with loops the resistance distance of the wires'
    lengths. edge_length: "resistance", "reactance", "magnitude" (p.u. on 1 MVA) or
    "log_sensitivity" (decades; x_source_pu is the reactance behind the source). Infinite between
    feeders that no wire joins and for agents without supply.
    """
    a, b = np.broadcast_arrays(np.atleast_1d(a), np.atleast_1d(b))
    return _gridswarm.distances(native(case), text_of(fleet), a.tolist(), b.tolist(), edge_length,
                                float(x_source_pu), _lengths(case, lengths))


def _membership(clusters):
    """A membership as the text of a clusters.csv; None stays None."""
    if clusters is None:
        return None
    table = pd.DataFrame(clusters)
    for name in ("agent", "cluster"):
        if name not in table:
            raise UsageError(f"a membership needs a column {name}; this one has "
                             + ", ".join(map(str, table.columns)))
    columns = [name for name in ("agent", "cluster", "leader") if name in table]
    table = table.loc[table["cluster"] >= 0, columns]
    return table.astype({"cluster": "int64"}).to_csv(index=False)


def _horizon(fleet, horizon):
    """(steps, powers, low, high) with agents sorted by number, as the library has them."""
    if horizon is None:
        return None
    agents = pd.DataFrame(fleet)["agent"].to_numpy()
    order, tables = np.argsort(agents, kind="stable"), []
    for table in horizon if isinstance(horizon, tuple) else (horizon,):
        table = np.asarray(table, dtype=float)
        if table.ndim != 2 or table.shape[1] != len(agents):
            raise UsageError(f"horizon has the shape {table.shape}; give (steps, {len(agents)}), a "
                             "column for each row of the fleet")
        if not np.isfinite(table).all():
            raise UsageError("horizon has powers that are no numbers; give every agent's power")
        tables.append(table)
    if len(tables) not in (1, 3) or any(len(table) != len(tables[0]) for table in tables):
        raise UsageError("horizon is powers, or a tuple of powers, low and high of as many steps")
    flat = [table[:, order].ravel().tolist() for table in tables] + [[], []]
    return (len(tables[0]), *flat[:3])


def _lengths(case, lengths):
    if lengths is None:
        return None
    lengths = np.asarray(lengths, dtype=float).ravel()
    if len(lengths) != len(case.branch):
        raise UsageError(f"lengths has {len(lengths)} numbers, the case has {len(case.branch)} "
                         "branches")
    return lengths.tolist()
