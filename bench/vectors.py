"""The use of trained vectors: neighbours, analogies, loading and saving, compared with gensim on the same vectors.

Both compute their unit vectors or norms before the clock starts, as after a first query, and take turns. Files come
from the page cache, so the disk is not measured. fastw2v fsyncs each file that it writes, gensim does not.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.datasets import fetch_analogies
from fastw2v.evaluate import evaluate_analogies
from fastw2v.formats import load, save
from fastw2v.vectors import WordVectors

SIZE = 100
# gensim's batch is a loop, and its text reader needs minutes for a million words: it gets fewer.
BATCH_QUERIES, GENSIM_QUERIES = 10_000, 200
TEXT_WORDS = 200_000
ANALOGY_WORDS = 30_000
WORDS_OF_A_GROUP = 200
GENSIM_ANALOGIES = 2  # runs of gensim, a minute each


def measure(words: int, runs: int) -> list[dict[str, Any]]:
    """Return one row for each task: seconds of both, and how many times faster ours is."""
    from gensim.models import KeyedVectors

    rng = np.random.default_rng(0)
    ours = WordVectors(_as_if_trained(rng, words), [f"word{i}" for i in range(words)])
    theirs = ours.to_gensim()
    theirs.fill_norms()
    _ = ours.unit_vectors
    rows = list(_queries(ours, theirs, runs))
    with tempfile.TemporaryDirectory() as folder:
        for name, binary, few in (("binary", True, words), ("text", False, min(words, TEXT_WORDS))):
            rows += _files(Path(folder), f"{few:,} words, {name}", ours[:few], KeyedVectors, binary, runs)
        rows += _own_files(Path(folder), ours, KeyedVectors, runs)
    rows += _analogies(rng, min(words, ANALOGY_WORDS), runs)
    return rows


def _as_if_trained(rng: np.random.Generator, words: int) -> NDArray[np.float32]:
    """Return vectors in groups of similar frequency: in trained vectors, rare words are near other rare words.

    Independent vectors are all about equally far apart, which is easier for a search that keeps the best.
    """
    group = np.arange(words) // WORDS_OF_A_GROUP
    centres = rng.standard_normal((group[-1] + 1, SIZE), dtype=np.float32)
    vectors = rng.standard_normal((words, SIZE), dtype=np.float32)
    vectors += centres[group]
    return vectors


def _queries(ours: WordVectors, theirs: Any, runs: int) -> Iterator[dict[str, Any]]:
    words = len(ours)
    asked = ours.index_to_key[:: max(1, words // BATCH_QUERIES)][:BATCH_QUERIES]
    singles: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
    for word in asked[: max(runs, 20)]:
        singles["fastw2v"].append(_seconds(ours.most_similar, word))
        singles["gensim"].append(_seconds(theirs.most_similar, word))
    yield _row(f"most_similar, one query, {words:,} words", **singles)
    few = asked[:GENSIM_QUERIES]
    batches: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
    for _ in range(runs):  # seconds per query, because gensim gets fewer queries
        batches["fastw2v"].append(_seconds(ours.most_similar_batch, asked) / len(asked))
        batches["gensim"].append(_seconds(lambda: [theirs.most_similar(word) for word in few]) / len(few))
    yield _row(f"most_similar, a query of a batch of {len(asked):,}, {words:,} words", **batches)


def _files(folder: Path, what: str, ours: WordVectors, keyed: Any, binary: bool, runs: int) -> list[dict[str, Any]]:
    """Measure files in word2vec's formats; both programs read the file that gensim wrote."""
    theirs, path = ours.to_gensim(), folder / "vectors"
    form = "binary" if binary else "text"
    saves: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
    loads: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
    for _ in range(runs if binary else 1 + runs // 3):
        saves["gensim"].append(_seconds(theirs.save_word2vec_format, str(path), binary=binary))
        loads["gensim"].append(_seconds(keyed.load_word2vec_format, str(path), binary=binary))
        loads["fastw2v"].append(_seconds(load, path, format=form))
        saves["fastw2v"].append(_seconds(save, path, ours, format=form))
    return [_row(f"load {what}", **loads), _row(f"save {what}", **saves)]


def _own_files(folder: Path, ours: WordVectors, keyed: Any, runs: int) -> list[dict[str, Any]]:
    """Measure each program's own format, safetensors or a pickle with separate arrays: read, mapped and written."""
    theirs, path, their_path = ours.to_gensim(), folder / "own.safetensors", str(folder / "own.kv")
    tasks: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "save": (lambda: save(path, ours), lambda: theirs.save(their_path)),
        "load": (lambda: load(path), lambda: keyed.load(their_path)),
        "map": (lambda: load(path, mmap=True), lambda: keyed.load(their_path, mmap="r")),
    }
    seconds = {name: ([], []) for name in tasks}  # type: dict[str, tuple[list[float], list[float]]]
    for _ in range(runs):
        for name, both in tasks.items():
            for task, taken in zip(both, seconds[name], strict=True):
                taken.append(_seconds(task))
    return [_row(f"{name} {len(ours):,} words, each program's own format", *both) for name, both in seconds.items()]


def _analogies(rng: np.random.Generator, size: int, runs: int) -> list[dict[str, Any]]:
    """Measure analogies on vectors that have all words of the questions."""
    path = fetch_analogies()
    asked = dict.fromkeys(word for line in path.read_text().split("\n") if line[:1] != ":" for word in line.split())
    words = [*asked, *(f"word{i}" for i in range(size - len(asked)))]
    ours = WordVectors(_as_if_trained(rng, size), words)
    theirs = ours.to_gensim()
    fast: list[float] = []
    slow: list[float] = []
    for number in range(runs):
        fast.append(_seconds(evaluate_analogies, ours, path, protocol="gensim"))
        if number < GENSIM_ANALOGIES:
            slow.append(_seconds(theirs.evaluate_word_analogies, str(path)))
    return [_row(f"analogies, {size:,} words, 19,544 questions", fast, slow)]


def _seconds(task: Callable[..., Any], *given: Any, **options: Any) -> float:
    begin = time.perf_counter()
    _kept = task(*given, **options)  # the result is freed after the clock is read
    return time.perf_counter() - begin


def _row(what: str, fastw2v: list[float], gensim: list[float]) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what, "fastw2v": statistics.median(fastw2v), "gensim": statistics.median(gensim)}
    row |= {"ratio": row["gensim"] / row["fastw2v"], "fastw2v_runs": fastw2v, "gensim_runs": gensim}
    print(
        f"{what:62} fastw2v {row['fastw2v']:9.4f} s   gensim {row['gensim']:9.4f} s   ratio {row['ratio']:6.1f}",
        flush=True,
    )
    return row
