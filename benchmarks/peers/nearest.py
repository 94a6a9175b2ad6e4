# SPDX-License-Identifier: BSD-3-Clause
"""The 8 nearest agents of every agent: scipy's dijkstra against our two sweeps, same lengths out.

scipy gets each feeder as a graph of its own and, as limit, the largest distance of an eighth
neighbour there, which only we know beforehand; then NumPy's partition takes the 8 smallest.
"""
import time

import numpy as np
from scipy.sparse.csgraph import dijkstra

import cluster_packages
import forests

NEAREST = 8


def _feeder(matrix, limit):
    """(agents, 8) lengths in ohm, ascending; 0 of the agent itself is left out."""
    dense = dijkstra(matrix, directed=False, limit=limit)
    return np.sort(np.partition(dense, NEAREST, axis=1)[:, :NEAREST + 1], axis=1)[:, 1:]


def compare(forest, file, said):
    """Seconds of both, on one core. Ends the program where lengths differ by more than rounding."""
    ours = np.fromfile(file, dtype=np.int64).reshape(-1, NEAREST) / (1e9 * forests.PU_PER_OHM)
    matrix = cluster_packages.graph(forest, lengths=True)
    cuts = np.r_[np.flatnonzero(forest.parent < 0), len(forest)]
    parts = [(matrix[a:b, a:b], ours[a:b].max() + 1e-6) for a, b in zip(cuts, cuts[1:])]
    begin = time.process_time()
    theirs = np.concatenate([_feeder(part, limit) for part, limit in parts])
    taken = time.process_time() - begin
    worst = np.abs(ours - theirs).max()
    if not worst < 1e-6:
        raise SystemExit(f"nearest.py: lengths differ by {worst} ohm")
    return {"agents": len(forest), "seconds": said["knn8_s"], "peer_seconds": taken,
            "rounds": said["rounds"], "us_per_agent": 1e6 * said["knn8_s"] / len(forest),
            "largest_difference_ohm": float(worst)}
