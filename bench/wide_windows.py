"""Wide windows over long documents: speed and scores beside gensim's.

A million words of the corpus are joined into documents of a thousand words, so that a window of 50 or 100 finds as many
contexts as it asks for.
"""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from bench.helpers.contenders import Contender, Race
from bench.helpers.record import Settings, show
from bench.helpers.scores import SCORES

WORDS, DOCUMENT = 1_000_000, 1_000


def measure(corpus: Path, settings: Settings, windows: list[int], epochs: int, threads: int) -> list[dict[str, Any]]:
    """Return one row for each window and trainer: the seconds of training, and the scores."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "documents.txt"
        words = _write_documents(corpus, text, 100_000 if settings.quick else WORDS)
        for window in windows[: 1 if settings.quick else None]:
            race = Race(text, words, threads, settings, window)
            ours = race.train(Contender("fastw2v", False, 0.05, 1), epochs)
            theirs = race.train(Contender("gensim", False, 0.025, 1), epochs)
            rows += [
                {"window": window, **row, "times_as_fast": theirs["seconds"] / row["seconds"]} for row in (ours, theirs)
            ]
    columns = {"window": "d", "system": "", "learning_rate": ".3f"} | dict.fromkeys(SCORES, ".1f")
    show(f"Wide windows, {epochs} epochs", rows, columns | {"seconds": ".2f", "times_as_fast": ".1f"})
    return rows


def _write_documents(corpus: Path, to: Path, most: int) -> int:
    """Write the first words of the corpus, a thousand to a line; return how many there are."""
    with corpus.open(encoding="utf-8") as lines, to.open("w", encoding="utf-8") as out:
        words = (word for line in lines for word in line.split())
        count = 0
        while count < most and (document := list(islice(words, DOCUMENT))):
            out.write(" ".join(document) + "\n")
            count += len(document)
    return count
