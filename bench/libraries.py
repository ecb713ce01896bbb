"""Libraries and recipes that use gensim, unchanged, with gensim's classes and with this package's in their place.

Both train on the same walks, sentences and seeds, in turn, on one thread. A library that is not installed is left out.
"""

from __future__ import annotations

import json
import logging
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.helpers import graph_tasks, item_tasks, recipe_tasks
from bench.helpers.record import Settings, show
from bench.helpers.stand_in import trained_by

CLASSIFICATION = "node classification, accuracy"
SIMILARITY = "WordSim-353, Spearman's correlation"


@dataclass(frozen=True)
class Use:
    """One use of gensim.

    Attributes
    ----------
    package : str
        Its name in the package index.
    module : str
        Without it, the use is left out.
    what, scored : str
        What is run, and what its score is.
    run : callable(seed) -> float
    """

    package: str
    module: str
    what: str
    scored: str
    run: Callable[[int], float]


def uses(corpus: Callable[[], Path], quick: bool) -> Iterator[Use]:
    """Yield every use; the text is asked for by those that need one."""
    nodes, spectra, users, words = (96, 36, 60, 20_000) if quick else (320, 240, 1_000, 300_000)
    run: Callable[[int], float]
    few: dict[str, Any] = {"walk_number": 3}  # its walks take minutes, and are made for each of the two
    for name, options in (("DeepWalk", {}), ("Node2Vec", few), ("Diff2Vec", {}), ("Walklets", {})):
        run = partial(graph_tasks.karateclub, name, nodes=nodes, **options)
        yield Use("karateclub", "karateclub", name, CLASSIFICATION, run)
    yield Use("node2vec", "node2vec", "Node2Vec", CLASSIFICATION, partial(graph_tasks.node2vec, nodes=nodes))
    for name in ("AverageEmbedder", "HadamardEmbedder", "WeightedL1Embedder", "WeightedL2Embedder"):
        run = partial(graph_tasks.node2vec_edges, name, nodes=nodes)
        yield Use("node2vec", "node2vec", name, "edges held out, area under the curve", run)
    yield Use("pecanpy", "pecanpy", "SparseOTF", CLASSIFICATION, partial(graph_tasks.pecanpy, nodes=nodes))
    run = partial(graph_tasks.pyrdf2vec, nodes=nodes)
    yield Use("pyrdf2vec", "pyrdf2vec", "is_update=True", CLASSIFICATION, run)
    run = partial(item_tasks.spec2vec, size=spectra)
    yield Use("spec2vec", "spec2vec", "train_new_word2vec_model", "nearest spectrum of the same family", run)
    run = partial(item_tasks.item2vec, size=users)
    yield Use("LibRecommender", "libreco", "Item2Vec, trained, loaded, trained again", "NDCG of ten items", run)
    for what, scored, recipe in (
        ("the tutorial of Word2Vec", SIMILARITY, recipe_tasks.tutorial),
        ("loss of each epoch, init_sims(replace=True)", SIMILARITY, recipe_tasks.loss_log),
        ("fine-tuning of vectors of a file", SIMILARITY, recipe_tasks.fine_tuning),
        ("Procrustes alignment of two models", "mean cosine", recipe_tasks.procrustes),
    ):
        yield Use("gensim", "gensim", what, scored, lambda seed, each=recipe: each(corpus(), seed, words))


def measure(corpus: Callable[[], Path], settings: Settings, seeds: int, only: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a row for each use: scores of both by seed, and the seconds of training."""
    rows = []
    for use in uses(corpus, settings.quick):
        if only and use.package not in only:
            continue
        if find_spec(use.module) is None:
            print(f"{use.package}, {use.what}: not installed, left out", flush=True)
            continue
        rows.append(_row(use, range(1, seeds + 1)))
    columns = {
        "package": "",
        "what": "",
        "scored": "",
        "gensim": ".3f",
        "fastw2v": ".3f",
        "difference": "+.3f",
        "ratio": ".1f",
    }
    show("Scores, and how many times faster the training is", rows, columns)
    return rows


def merged(path: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a file of results, those that were measured now in place of the old ones."""
    old = json.loads(path.read_text())["rows"] if path.exists() else []
    of_use = {(row["package"], row["what"]): row for row in [*old, *rows]}
    order = [(use.package, use.what) for use in uses(Path, quick=False)]
    return [of_use[key] for key in order if key in of_use]


def _row(use: Use, seeds: range) -> dict[str, Any]:
    scores: dict[str, list[float]] = {"gensim": [], "fastw2v": []}
    seconds: dict[str, list[float]] = {"gensim": [], "fastw2v": []}
    whole: dict[str, list[float]] = {"gensim": [], "fastw2v": []}
    for seed in seeds:
        read = {}
        for system in scores:
            with trained_by(system) as training, _quiet():
                began = time.perf_counter()
                scores[system].append(use.run(seed))
            whole[system].append(time.perf_counter() - began)
            seconds[system].append(training.seconds)
            read[system] = training.sentences
        if read["gensim"] != read["fastw2v"]:
            raise SystemExit(f"bench: {use.package}, {use.what}: the two were not trained on the same sentences")
    differences = [ours - theirs for theirs, ours in zip(*scores.values(), strict=True)]
    row: dict[str, Any] = {"package": use.package, "version": _version(use.package), "what": use.what}
    row |= {"scored": use.scored, "seeds": list(seeds)}
    row |= {system: statistics.mean(each) for system, each in scores.items()}
    row["difference"] = statistics.mean(differences)
    row["error"] = statistics.stdev(differences) / len(differences) ** 0.5 if len(differences) > 1 else 0.0
    row |= {f"{system}_scores": each for system, each in scores.items()}
    row |= {f"{system}_seconds": statistics.median(each) for system, each in seconds.items()}
    row |= {f"{system}_seconds_in_all": statistics.median(each) for system, each in whole.items()}
    row["ratio"] = row["gensim_seconds"] / row["fastw2v_seconds"]
    print(
        f"{use.package + ': ' + use.what:64} gensim {row['gensim']:.3f}   fastw2v {row['fastw2v']:.3f}   difference "
        f"{row['difference']:+.3f} +- {row['error']:.3f}   ratio {row['ratio']:5.1f}",
        flush=True,
    )
    return row


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what each of the models would say again, such as that it trains two losses at once."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"
