"""Libraries that embed graphs with gensim's Word2Vec, on small graphs: each function trains and returns a score."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BLOCKS = 8  # groups of nodes
MIXED, SEPARATE = (5, 5), (8, 2)  # mean neighbours of a node in its own group and in all others
EDGES_HELD_OUT = 0.2


def graph_of(seed: int, nodes: int, degrees: tuple[int, int] = MIXED) -> tuple[Any, NDArray[np.int64]]:
    """Return a graph of the stochastic block model, connected, and the group of each node."""
    import networkx

    size = nodes // BLOCKS
    probability = np.full((BLOCKS, BLOCKS), degrees[1] / (size * (BLOCKS - 1)))
    np.fill_diagonal(probability, degrees[0] / size)
    graph = networkx.Graph(networkx.stochastic_block_model([size] * BLOCKS, probability, seed=seed).edges)
    graph.add_nodes_from(range(size * BLOCKS))
    first, *others = sorted(networkx.connected_components(graph), key=len, reverse=True)
    graph.add_edges_from((min(first), min(other)) for other in others)
    return graph, np.repeat(np.arange(BLOCKS), size)


def classification(vectors: NDArray[Any], groups: NDArray[np.int64]) -> float:
    """Return the accuracy of a logistic regression that knows the groups of half of the nodes, over ten splits."""
    splits = StratifiedShuffleSplit(10, train_size=0.5, random_state=0)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    return float(cross_val_score(classifier, np.asarray(vectors), groups, cv=splits).mean())


def karateclub(name: str, seed: int, nodes: int, **options: Any) -> float:
    """Train one of karateclub's embeddings with its own settings, but for these."""
    graph, groups = graph_of(seed, nodes)
    model = getattr(import_module("karateclub"), name)(seed=seed, workers=1, **options)
    model.fit(graph)
    return classification(model.get_embedding(), groups)


def node2vec(seed: int, nodes: int) -> float:
    """Train node2vec with gensim's defaults, as its readme does."""
    graph, groups = graph_of(seed, nodes)
    library = import_module("node2vec")
    walks = library.Node2Vec(graph, dimensions=64, walk_length=30, num_walks=20, quiet=True, seed=seed)
    model = walks.fit(window=10, min_count=1, batch_words=4, seed=seed)
    return classification([model.wv[str(node)] for node in range(len(graph))], groups)


def node2vec_edges(name: str, seed: int, nodes: int) -> float:
    """Predict edges that were held out from the embeddings of edges; return the area under the ROC curve."""
    graph, _ = graph_of(seed, nodes, SEPARATE)
    rng = np.random.default_rng(seed)
    edges = sorted(graph.edges)
    held = [edges[at] for at in rng.permutation(len(edges))[: int(EDGES_HELD_OUT * len(edges))]]
    graph.remove_edges_from(edge for edge in held if min(graph.degree[node] for node in edge) > 1)
    held = [edge for edge in held if not graph.has_edge(*edge)]
    known = sorted(graph.edges)
    library, embedders = import_module("node2vec"), import_module("node2vec.edges")
    walks = library.Node2Vec(graph, dimensions=64, walk_length=30, num_walks=20, quiet=True, seed=seed)
    model = walks.fit(window=10, min_count=1, seed=seed)
    embedder = getattr(embedders, name)(keyed_vectors=model.wv, quiet=True)

    def features(pairs: list[tuple[int, int]]) -> NDArray[Any]:
        return np.array([embedder[str(first), str(second)] for first, second in pairs])

    others = list(_absent({*known, *held}, len(graph), len(known) + len(held), rng))
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    classifier.fit(features([*known, *others[: len(known)]]), np.arange(2 * len(known)) < len(known))
    asked = [*held, *others[len(known) :]]
    return float(roc_auc_score(np.arange(len(asked)) < len(held), classifier.predict_proba(features(asked))[:, 1]))


def _absent(
    edges: set[tuple[int, int]], nodes: int, wanted: int, rng: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """Yield pairs of nodes that are no edges."""
    while wanted:
        first, second = (int(node) for node in rng.integers(nodes, size=2))
        if first != second and not {(first, second), (second, first)} & edges:
            wanted -= 1
            yield first, second


def pecanpy(seed: int, nodes: int) -> float:
    """Train PecanPy's embedding."""
    graph, groups = graph_of(seed, nodes)
    names = [str(node) for node in range(len(graph))]
    matrix = np.zeros((len(graph), len(graph)))
    for first, second in graph.edges:
        matrix[first, second] = matrix[second, first] = 1
    library = import_module("pecanpy.pecanpy")
    import_module("numba").set_num_threads(1)  # only this thread's draws follow the seed
    embedded = library.SparseOTF.from_mat(matrix, names, p=1, q=0.5, workers=1, random_state=seed)
    return classification(embedded.embed(dim=64), groups)


def pyrdf2vec(seed: int, nodes: int) -> float:
    """Train RDF2Vec on walks from half of the entities, then with ``is_update=True`` on those of the others."""
    graph, groups = graph_of(seed, nodes)
    rdf2vec, graphs = import_module("pyrdf2vec"), import_module("pyrdf2vec.graphs")
    embedders, walkers = import_module("pyrdf2vec.embedders"), import_module("pyrdf2vec.walkers")
    random.seed(seed)
    np.random.seed(seed)
    knowledge = graphs.KG()
    for first, second in sorted(graph.edges):
        for source, target in ((first, second), (second, first)):
            subject, object_ = graphs.Vertex(f"entity/{source}"), graphs.Vertex(f"entity/{target}")
            relation = graphs.Vertex("knows", predicate=True, vprev=subject, vnext=object_)
            knowledge.add_walk(subject, relation, object_)
    entities = [f"entity/{node}" for node in np.random.default_rng(seed).permutation(len(graph))]
    transformer = rdf2vec.RDF2VecTransformer(
        embedders.Word2Vec(workers=1, epochs=10, seed=seed),
        walkers=[walkers.RandomWalker(4, 20, md5_bytes=None, random_state=seed, n_jobs=1)],
    )
    half = len(entities) // 2
    transformer.fit_transform(knowledge, entities[:half])
    transformer.fit_transform(knowledge, entities[half:], is_update=True)
    vectors, _ = transformer.transform(knowledge, [f"entity/{node}" for node in range(len(graph))])
    return classification(vectors, groups)
