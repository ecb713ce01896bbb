"""Trained vectors at work: neighbours, analogies, loading and saving, beside gensim's on the same vectors.

Both hold their unit vectors or norms before the clock starts, as after a first query. Files come from the page cache:
what is measured is reading, not the disk.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v.datasets import fetch_analogies
from fastw2v.evaluate import evaluate_analogies
from fastw2v.formats import load, save
from fastw2v.vectors import WordVectors

SIZE = 100
# gensim's batch is a loop, and its reader of text needs minutes for a million words: fewer tell as much.
BATCH_QUERIES, GENSIM_QUERIES = 10_000, 200
TEXT_WORDS = 200_000
ANALOGY_WORDS = 30_000


def measure(words: int, runs: int) -> list[dict[str, Any]]:
    """One row for each task: seconds of both, and how many times faster ours is."""
    from gensim.models import KeyedVectors

    rng = np.random.default_rng(0)
    ours = WordVectors(rng.standard_normal((words, SIZE), dtype=np.float32), [f"word{i}" for i in range(words)])
    theirs = ours.to_gensim()
    theirs.fill_norms()
    _ = ours.unit_vectors
    rows = list(_queries(ours, theirs, runs))
    with tempfile.TemporaryDirectory() as folder:
        for name, binary, few in (("binary", True, words), ("text", False, min(words, TEXT_WORDS))):
            rows += _files(Path(folder), f"{few:,} words, {name}", ours[:few], KeyedVectors, binary, runs)
    rows += _analogies(rng, min(words, ANALOGY_WORDS), runs)
    return rows


def _queries(ours: WordVectors, theirs: Any, runs: int) -> Iterator[dict[str, Any]]:
    words = len(ours)
    asked = ours.index_to_key[:: max(1, words // BATCH_QUERIES)][:BATCH_QUERIES]
    few = asked[: max(runs, 20)]
    what = f"most_similar, one query, {words:,} words"
    yield _row(
        what,
        [_seconds(lambda word=word: ours.most_similar(word)) for word in few],  # type: ignore[misc]
        [_seconds(lambda word=word: theirs.most_similar(word)) for word in few],  # type: ignore[misc]
    )
    batch = _seconds(lambda: ours.most_similar_batch(asked))
    loop = _seconds(lambda: [theirs.most_similar(word) for word in asked[:GENSIM_QUERIES]])
    # By the query, since gensim answers fewer.
    yield _row(
        f"most_similar, a query of a batch of {len(asked):,}, {words:,} words",
        [batch / len(asked)],
        [loop / len(asked[:GENSIM_QUERIES])],
    )


def _files(folder: Path, what: str, ours: WordVectors, keyed: Any, binary: bool, runs: int) -> list[dict[str, Any]]:
    theirs, path = ours.to_gensim(), folder / "vectors"
    form = "binary" if binary else "text"
    saves: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
    loads: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
    for _ in range(runs if binary else 1 + runs // 3):
        saves["gensim"].append(_seconds(lambda: theirs.save_word2vec_format(str(path), binary=binary)))
        loads["gensim"].append(_seconds(lambda: keyed.load_word2vec_format(str(path), binary=binary)))
        loads["fastw2v"].append(_seconds(lambda: load(path, format=form)))
        saves["fastw2v"].append(_seconds(lambda: save(path, ours, format=form)))
    return [_row(f"load {what}", **loads), _row(f"save {what}", **saves)]


def _analogies(rng: np.random.Generator, size: int, runs: int) -> list[dict[str, Any]]:
    """Vectors with a word for every question: how good they are changes nothing about the time."""
    path = fetch_analogies()
    asked = dict.fromkeys(word for line in path.read_text().split("\n") if line[:1] != ":" for word in line.split())
    words = [*asked, *(f"word{i}" for i in range(size - len(asked)))]
    ours = WordVectors(rng.standard_normal((size, SIZE), dtype=np.float32), words)
    theirs = ours.to_gensim()
    fast = [_seconds(lambda: evaluate_analogies(ours, path, protocol="gensim")) for _ in range(runs)]
    slow = [_seconds(lambda: theirs.evaluate_word_analogies(str(path)))]
    return [_row(f"analogies, {size:,} words, 19,544 questions", fast, slow)]


def _seconds(task: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    task()
    return time.perf_counter() - begin


def _row(what: str, fastw2v: list[float], gensim: list[float]) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what, "fastw2v": statistics.median(fastw2v), "gensim": statistics.median(gensim)}
    row |= {"ratio": row["gensim"] / row["fastw2v"], "fastw2v_runs": fastw2v, "gensim_runs": gensim}
    print(
        f"{what:62} fastw2v {row['fastw2v']:9.4f} s   gensim {row['gensim']:9.4f} s   ratio {row['ratio']:6.1f}",
        flush=True,
    )
    return row
