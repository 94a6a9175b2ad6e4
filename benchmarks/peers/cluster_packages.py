# SPDX-License-Identifier: BSD-3-Clause
"""One function per package: the agents of a forest in, a cluster for each of them out.

peer(forest, clusters) makes what the package wants to read, untimed, and returns a call without
arguments, timed, that gives one number per agent (negative: alone). `clusters` is how many
gridswarm formed. Everybody gets the feeders as a graph whose wires weigh 1 / ohm where the package
has weights.
"""
import numpy as np
import scipy.sparse as sp

import partitions

SEED = 1
RADIUS_OHM = 0.035  # of DBSCAN: 5 neighbours or so
STEP_OHM = 0.2  # a wire of so many ohm weighs 1 where weights are whole numbers


def wires(forest, joined=False):
    """(child, parent, weight) of the wires between agents; joined: the feeders' first agents hang
    on one more node, the substation, so that the graph is connected."""
    child = np.arange(len(forest)) if joined else np.flatnonzero(forest.parent >= 0)
    above = forest.parent[child]
    return child, np.where(above < 0, len(forest), above), 1.0 / forest.length_ohm[child]


def graph(forest, joined=False, lengths=False):
    """Symmetric CSR of the wires, weights or ohm."""
    child, above, weight = wires(forest, joined)
    value = 1.0 / weight if lengths else weight
    nodes = len(forest) + joined
    return sp.csr_matrix((np.r_[value, value], (np.r_[child, above], np.r_[above, child])),
                         shape=(nodes, nodes))


def metis(forest, clusters):
    """METIS 5 k-way, contiguous parts, wires as whole numbers."""
    import pymetis
    matrix = graph(forest, joined=True)
    weight = np.maximum(1, np.round(STEP_OHM * matrix.data)).astype(np.int64)
    adjacency = pymetis.CSRAdjacency(matrix.indptr, matrix.indices)

    def call():
        options = pymetis.Options(contig=1, seed=SEED)
        _, part = pymetis.part_graph(clusters, adjacency, eweights=weight, options=options,
                                     recursive=False)
        return np.asarray(part)[:len(forest)]
    return call


def leiden(forest, clusters):
    """leidenalg, constant Potts model on unweighted wires, at most 64 members, two iterations."""
    import igraph
    import leidenalg
    child, above, _ = wires(forest)
    net = igraph.Graph(n=len(forest), edges=np.stack([child, above], 1))
    resolution = 2.0 * (clusters / len(forest)) ** 2

    def call():
        return leidenalg.find_partition(
            net, leidenalg.CPMVertexPartition, resolution_parameter=resolution, n_iterations=2,
            max_comm_size=partitions.SIZE_MAX, seed=SEED).membership
    return call


def igraph_leiden(forest, clusters):
    """igraph's own Leiden, constant Potts model; no bound of size."""
    import igraph
    child, above, _ = wires(forest)
    net = igraph.Graph(n=len(forest), edges=np.stack([child, above], 1))
    resolution = 2.0 * (clusters / len(forest)) ** 2
    return lambda: net.community_leiden("CPM", resolution=resolution, n_iterations=2).membership


def _features(forest):
    """Distance from the source over delta, SOC over its delta (its mean where none)."""
    soc = np.where(np.isnan(forest.soc), np.nanmean(forest.soc), forest.soc)
    return np.stack([forest.depth_ohm / partitions.OHM["delta"], soc / partitions.DELTA_SOC], 1)


def ward_connected(forest, clusters):
    """scikit-learn's Ward linkage of distance from the source and SOC, along the wires."""
    from sklearn.cluster import AgglomerativeClustering
    features, matrix = _features(forest), graph(forest, joined=False)
    matrix.data[:] = 1
    if forest.feeders > 1:  # else it joins feeders by itself, pair by pair
        heads = np.flatnonzero(forest.parent < 0)
        row = sp.csr_matrix((np.ones(len(heads) - 1), (heads[:-1], heads[1:])), matrix.shape)
        matrix = (matrix + row + row.T).tocsr()
    return lambda: AgglomerativeClustering(clusters, connectivity=matrix).fit_predict(features)


def ward_state(forest, clusters):
    """scikit-learn's Ward linkage of SOC and output alone: the paper's first rule to the letter."""
    from sklearn.cluster import AgglomerativeClustering
    features = np.stack([_features(forest)[:, 1], forest.p_kw / partitions.DELTA_KW], 1)
    return lambda: AgglomerativeClustering(clusters).fit_predict(features)


def _feeder_distances(forest):
    """Dense matrices of ohm, feeder by feeder."""
    from scipy.sparse.csgraph import dijkstra
    matrix, cuts = graph(forest, lengths=True), np.flatnonzero(forest.parent < 0)
    for first, last in zip(cuts, np.r_[cuts[1:], len(forest)]):
        yield first, last, dijkstra(matrix[first:last, first:last], directed=False)


def _sparse_distances(forest, radius):
    blocks = []
    for _, _, dense in _feeder_distances(forest):
        row, column = np.nonzero(dense <= radius)
        blocks.append(sp.csr_matrix((np.maximum(dense[row, column], 1e-12), (row, column)),
                                    dense.shape))
    return sp.block_diag(blocks, "csr")


def dbscan(forest, clusters):
    """scikit-learn's DBSCAN on all distances up to RADIUS_OHM, given; at least 4 neighbours."""
    from sklearn.cluster import DBSCAN
    near = _sparse_distances(forest, RADIUS_OHM)
    return lambda: DBSCAN(eps=RADIUS_OHM, min_samples=4, metric="precomputed").fit_predict(near)


def hdbscan(forest, clusters):
    """scikit-learn's HDBSCAN on each feeder's distances, given, 4 to 64 members."""
    from sklearn.cluster import HDBSCAN
    blocks = list(_feeder_distances(forest))

    def call():
        of, free = np.full(len(forest), -1), 0
        for first, last, dense in blocks:
            found = HDBSCAN(min_cluster_size=partitions.SIZE_MIN, copy=True, metric="precomputed",
                            max_cluster_size=partitions.SIZE_MAX).fit_predict(dense)
            of[first:last] = np.where(found >= 0, found + free, -1)
            free += found.max() + 1
        return of
    return call


def spectral(forest, clusters):
    """scikit-learn's spectral clustering on the wires, joined at the substation."""
    from sklearn.cluster import SpectralClustering
    matrix = graph(forest, joined=True)
    return lambda: SpectralClustering(clusters, affinity="precomputed", n_init=2, random_state=SEED
                                      ).fit_predict(matrix)[:len(forest)]


PEERS = {"METIS -contig": metis, "leidenalg CPM": leiden, "igraph Leiden CPM": igraph_leiden,
         "Ward, connected": ward_connected, "Ward of SOC and output": ward_state,
         "DBSCAN": dbscan, "HDBSCAN": hdbscan, "spectral": spectral}
