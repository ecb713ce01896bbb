"""What the parameters do to scores and time: vector size, window, negatives, epochs, learning rate and corpus size.

One parameter is moved at a time, from the defaults of `fastw2v.Word2Vec`; the time is that of training, without
counting.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.helpers.corpora import count_words, first_words
from bench.helpers.record import Settings, show
from bench.helpers.scores import SCORES, score
from fastw2v import Word2Vec
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode

QUICK_WORDS = 200_000  # with fewer, too few words of the tests are known
POINTS: dict[str, tuple[float, ...]] = {
    "vector_size": (25, 50, 100, 200, 300, 500),
    "window": (1, 2, 3, 5, 8, 12, 20),
    "negative": (1, 2, 5, 10, 20),
    "epochs": (1, 2, 3, 5, 8),
    "learning_rate": (0.0125, 0.025, 0.0375, 0.05, 0.075, 0.1),
    "corpus_words": (500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000),
}


def measure(
    corpus: Path, settings: Settings, architecture: str, epochs: int, seeds: int, threads: int
) -> list[dict[str, Any]]:
    """Return one row for each point: the parameter, its value, the seconds of training and the mean scores.

    Parameters
    ----------
    epochs : int
        Of each run that does not move the epochs.
    seeds : int
        The scores are means over so many, the seconds medians.
    """
    given = {"architecture": architecture, "epochs": epochs, "n_jobs": threads}
    rows = []
    with tempfile.TemporaryDirectory() as name:
        pieces = {} if settings.quick else {count_words(corpus): corpus}
        for words in (QUICK_WORDS,) if settings.quick else POINTS["corpus_words"]:
            piece, found = first_words(corpus, int(words), Path(name))
            pieces[found] = piece
        encoded = {words: encode(path, n_jobs=threads) for words, path in sorted(pieces.items())}
        whole = encoded[max(encoded)]
        for parameter, points in POINTS.items():
            if parameter == "corpus_words":
                found_rows = [{"value": words, **_point(text, seeds, given)} for words, text in encoded.items()]
            else:
                points = points[: 2 if settings.quick else None]
                found_rows = [{"value": value, **_point(whole, seeds, {**given, parameter: value})} for value in points]
            form = {"value": "g", "seconds": ".1f"} | dict.fromkeys((*SCORES, "mean"), ".1f")
            show(f"{architecture}: {parameter.replace('_', ' ')}", found_rows, form)
            rows += [{"parameter": parameter, **row} for row in found_rows]
    return rows


def _point(corpus: EncodedCorpus, seeds: int, options: dict[str, Any]) -> dict[str, Any]:
    """Return the seconds and scores of one setting."""
    found, seconds = [], []
    for seed in range(1, seeds + 1):
        model = Word2Vec(corpus, random_state=seed, verbose=0, **options)
        begin = time.perf_counter()
        model.fit()
        seconds.append(time.perf_counter() - begin)
        found.append(score(model.vectors_))
    row: dict[str, Any] = {name: statistics.mean(each[name] for each in found) for name in SCORES}
    return row | {"mean": statistics.mean(row.values()), "seconds": statistics.median(seconds)}
