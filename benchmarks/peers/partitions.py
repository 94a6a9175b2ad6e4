# SPDX-License-Identifier: BSD-3-Clause
"""How good a partition of a forest's agents is, worked out here from the forest alone.

    J = sum_C { P_C / (m_C delta) + w_similarity V_soc / delta_soc^2 + |p_C| / delta_kw + kappa }

P_C: the distances of all pairs of C. In preorder the lowest common ancestor of two agents lies
nearest to the source among the parents of those between them, so all pairs' distances follow from
minima over ranges, which grow pair by pair.
"""
import numpy as np

OHM = {"delta": 0.5, "diameter_max": 0.6}
W_SIMILARITY, DELTA_SOC, DELTA_KW, KAPPA = 0.25, 0.25, 2.0, 4.0
SIZE_MIN, SIZE_MAX = 4, 64


def _range_minimum(values, first, last):
    """min(values[first..last]) of many ranges."""
    table, width = [values], 1
    while 2 * width <= len(values):
        table.append(np.minimum(table[-1][:-width], table[-1][width:]))
        width *= 2
    level = np.floor(np.log2(last - first + 1)).astype(int)
    out = np.empty(len(first))
    for k in np.unique(level):
        some = level == k
        out[some] = np.minimum(table[k][first[some]], table[k][last[some] - 2 ** k + 1])
    return out


def _pairs(forest, agents, row, rows):
    """(sum of distances, largest distance) by cluster; agents sorted by cluster, then preorder."""
    depth = forest.depth_ohm[agents]
    above = np.where(forest.parent < 0, 0.0, forest.depth_ohm[forest.parent])
    same = np.flatnonzero(row[1:] == row[:-1])
    meet = np.full(len(agents), np.inf)  # depth where an agent's path meets that of the next one
    meet[same] = _range_minimum(above, agents[same] + 1, agents[same + 1])
    total, largest = np.zeros(rows), np.zeros(rows)
    first, shift, lowest = same, 1, meet[same]
    while len(first):
        distance = depth[first] + depth[first + shift] - 2.0 * lowest
        total += np.bincount(row[first], distance, rows)
        starts = np.flatnonzero(np.r_[True, row[first[1:]] != row[first[:-1]]])
        at = row[first[starts]]
        largest[at] = np.maximum(largest[at], np.maximum.reduceat(distance, starts))
        shift += 1
        further = first + shift < len(agents)
        first, lowest = first[further], lowest[further]
        further = row[first] == row[first + shift]
        first, lowest = first[further], lowest[further]
        lowest = np.minimum(lowest, meet[first + shift - 1])
    return total, largest


def _rows(of):
    """Cluster rows from 0 without gaps; whoever has a negative number gets a row alone."""
    of = np.asarray(of, dtype=np.int64)
    of = np.where(of < 0, of.max() + 1 + np.arange(len(of)), of)
    return np.unique(of, return_inverse=True)[1]


def _terms(forest, row):
    """By cluster: members, sum of pair distances, largest of them, |p_C|, J."""
    members = np.bincount(row)
    rows = len(members)
    order = np.argsort(row, kind="stable")
    total, largest = _pairs(forest, order, row[order], rows)
    residual = np.abs(np.bincount(row, forest.p_kw, rows))
    stores = ~np.isnan(forest.soc)
    count = np.bincount(row[stores], minlength=rows)
    mean = np.bincount(row[stores], forest.soc[stores], rows) / np.maximum(count, 1)
    spread = np.bincount(row[stores], (forest.soc[stores] - mean[row[stores]]) ** 2, rows)
    objective = (total / members / OHM["delta"] + W_SIMILARITY * spread / DELTA_SOC ** 2
                 + residual / DELTA_KW + KAPPA)
    return members, total, largest, residual, objective


def objective_of_feeders(forest, of):
    """J by feeder, of clusters that do not cross feeders."""
    row = _rows(of)
    feeder = np.zeros(row.max() + 1, dtype=np.int64)
    feeder[row] = forest.feeder
    return np.bincount(feeder, _terms(forest, row)[4], forest.feeders)


def measure(forest, of):
    """dict of measures of a membership: one whole number per agent, negative for an agent alone."""
    row = _rows(of)
    members, total, largest, residual, objective = _terms(forest, row)
    tops = (forest.parent < 0) | (row != row[forest.parent])
    connected = np.bincount(row, tops) == 1
    pairs = members * (members - 1) // 2
    all_kw = np.abs(forest.p_kw).sum()
    broken = ~connected | (members > SIZE_MAX) | (largest > OHM["diameter_max"] + 1e-9)
    return {
        "clusters": len(members), "objective_per_agent": objective.sum() / len(row),
        "mean_pair_ohm": total.sum() / max(pairs.sum(), 1), "largest_diameter_ohm": largest.max(),
        "residual_ratio": residual.sum() / all_kw,
        "residual_floor": np.abs(np.bincount(forest.feeder, forest.p_kw)).sum() / all_kw,
        "connected_share": connected.mean(), "breaches": int(broken.sum()),
        "undersized": int((members < SIZE_MIN).sum()), "largest": int(members.max())}
