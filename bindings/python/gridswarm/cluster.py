# SPDX-License-Identifier: BSD-3-Clause
"""Clusters: who works together."""
import io

import pandas as pd

from . import _gridswarm
from .case import native
from .fleet import text_of


class Clusters(pd.DataFrame):
    """DataFrame agent, bus, cluster, leader (1 or 0); `quality` is a dict of measures."""

    _metadata = ["quality"]

    @property
    def _constructor(self):
        return Clusters


def form_clusters(case, fleet, previous=None, seed=1, epoch=0, threads=0, **options):
    """Form electrically connected clusters of a fleet's agents and elect a leader for each.

    previous: clusters from an earlier call, which are then changed only where it is worth it.
    seed, epoch: draw the leaders. threads: 0 for all cores. options: gs.options("form_clusters").
    Returns Clusters: one row per agent, sorted by agent; cluster is -1 for an agent without supply.
    Its `quality` holds connected_share, breaches, undersized, residual_ratio, residual_floor, ...
    Raises InputError for a fleet or case that can't be used, UsageError for a wrong option.
    """
    before = None
    if previous is not None:
        before = pd.DataFrame(previous)
        before = before[before["cluster"] >= 0].to_csv(index=False)
    text, quality = _gridswarm.form_clusters(native(case), text_of(fleet), before, seed, epoch,
                                             threads, options)
    clusters = Clusters(pd.read_csv(io.StringIO(text)))
    clusters["cluster"] = clusters["cluster"].fillna(-1).astype("int64")
    clusters.quality = quality
    return clusters
