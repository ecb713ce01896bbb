"""Several ranks: what they cost in scores and in traffic, and a model of the time that a network leaves.

Ranks are virtual ones, which have the bits of processes over MPI, so scores, merges and bytes are those of a real run.
Its time is not: that is a model, whose assumptions are `Node` and the speeds of links.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.helpers.record import Settings, show
from bench.helpers.repeated import repeat
from bench.helpers.scores import SCORES, score
from fastw2v import EncodedCorpus, Word2Vec, WordVectors, encode
from fastw2v.planning.chunks import CHUNK_LIMIT
from fastw2v.training.dealing import GROWTH, LAST_INTERVAL, RESTS, interval_of
from fastw2v.training.merging import OVERDUE, rows_of_tiers

MESSAGE_SECONDS = 20e-6  # of each message, beside its bytes
# Words of the vocabulary, dimensions, words of the run: the runs of the model.
RUNS = [(70_000, 100, 10**9), (300_000, 100, 10**10), (1_000_000, 300, 10**10), (1_000_000, 300, 10**11)]
EPOCHS = 5


@dataclass(frozen=True)
class Node:
    """A machine of the model.

    Attributes
    ----------
    words_per_second : float
        With 100 dimensions; with D it is this times ``(100 / D) ** 0.9``.
    memory_bytes_per_second : float
        At which a merge reads and writes rows.
    """

    words_per_second: float
    memory_bytes_per_second: float = 20e9

    def speed(self, vector_size: int) -> float:
        """Return the words that it trains in a second."""
        return float(self.words_per_second * (100 / vector_size) ** 0.9)


def measure(
    corpus: Path,
    settings: Settings,
    ranks: list[int],
    seeds: int,
    architectures: list[str],
    params: dict[str, Any],
    sync_words: int | None = None,
    copies: int = 1,
) -> list[dict[str, Any]]:
    """Return the scores, merges and bytes a word for each architecture and number of ranks.

    ``params`` are of `Word2Vec`, for all runs, and ``sync_words`` for those of several ranks; for ``copies`` of the
    text see `bench.helpers.repeated`.
    """
    encoded = encode(str(corpus))
    repeated = repeat(encoded, copies) if copies > 1 else None
    text = encoded if repeated is None else repeated.corpus
    evaluate = score if repeated is None else repeated.score
    print(f"{len(text.ids):,} words, of which {len(text.vocabulary):,} are different", flush=True)
    rows = []
    for architecture in architectures:
        for number in ranks:
            seeded = range(1, seeds + 1)
            given = params | {"architecture": architecture}
            given |= {"deterministic": number, "sync_words": sync_words} if number > 1 else {}
            found = [_train(text, seed, given, None if settings.quick else evaluate) for seed in seeded]
            row: dict[str, Any] = given | {"ranks": number, "seeds": found}
            names = ["loss", "merges", "bytes_per_word", "merging_share", *(() if settings.quick else SCORES)]
            row |= {name: statistics.mean(one[name] for one in found) for name in names}
            rows.append(row)
    columns = {"architecture": "", "ranks": "d"} | ({} if settings.quick else dict.fromkeys(SCORES, ".1f"))
    columns |= {"loss": ".4f", "merges": ".0f", "bytes_per_word": ".0f", "merging_share": ".0%"}
    shown = {"words": len(text.ids)} | params
    show("Several ranks: " + ", ".join(f"{name} {value}" for name, value in shown.items()), rows, columns)
    return rows


def _train(
    corpus: EncodedCorpus,
    seed: int,
    params: dict[str, Any],
    evaluate: Callable[[WordVectors], dict[str, float]] | None,
) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* ranks merge what they have learned")
        model = Word2Vec(corpus, device="cpu", random_state=seed, **params).fit()
    report = model.report_
    row: dict[str, Any] = {"seed": seed, "loss": model.loss_history_[-1], "merges": report.merges}
    row["bytes_per_word"] = report.bytes_sent * report.ranks / report.tokens
    row["merging_share"] = report.seconds_merging / report.seconds
    return row if evaluate is None else row | evaluate(model.vectors_)


def node_speed(corpus: Path) -> float:
    """Return the words that this machine trains in a second, with 100 dimensions and all of its processors."""
    encoded = encode(str(corpus))
    began = time.perf_counter()
    model = Word2Vec(encoded, epochs=1, device="cpu").fit()
    return model.report_.tokens / (time.perf_counter() - began)


def model_of_time(node: Node, ranks: list[int], links: list[float]) -> list[dict[str, Any]]:
    """Return how much faster than one machine several are, for the runs of `RUNS` and links of so many Gbit/s."""
    rows = []
    for words, size, run in RUNS:
        alone = run / node.speed(size)
        for number in ranks:
            merges, numbers = schedule(words, size, run, number)
            row: dict[str, Any] = {"words": words, "vector_size": size, "run": run, "ranks": number, "merges": merges}
            row["seconds_alone"] = alone
            for link in links:
                # Both ways in bfloat16, (R - 1) / R of the rows; memory: four passes of floats over them.
                wire = 2 * 2 * numbers * (number - 1) / number / (link * 1e9 / 8)
                memory = 4 * 4 * numbers / node.memory_bytes_per_second
                messages = merges * 6 * (number - 1) * MESSAGE_SECONDS
                row[f"speedup_{link:g}"] = alone / (alone / number + wire + memory + messages)
            rows.append(row)
    columns = {"words": ",d", "vector_size": "d", "run": ",d", "seconds_alone": ",.0f", "ranks": "d", "merges": ",d"}
    show("Model of whole runs, times as fast as one machine", rows, columns | {f"speedup_{x:g}": ".1f" for x in links})
    return rows


def schedule(words: int, vector_size: int, run: int, ranks: int) -> tuple[int, float]:
    """Return how many merges a run of so many words has, and how many numbers of both matrices they merge."""
    interval = interval_of(run, ranks)
    tiers = rows_of_tiers(words, frequent_first=True).tolist()
    waited = [0.0] * len(tiers)
    done, merges, numbers, number = 0.0, 0, 0.0, 0
    rests = max(RESTS, EPOCHS)
    for rest in range(1, rests + 1):
        end = run * rest / rests
        if (rest - 1) % max(1, RESTS // EPOCHS) == 0:
            number = 0  # merges are counted from the epoch's start
        while done < end:
            length = min(ranks * interval, max(ranks * CHUNK_LIMIT, GROWTH * done))
            length = end - done if end - done <= LAST_INTERVAL * length else length
            done, number, merges = done + length, number + 1, merges + 1
            waited = [each + length for each in waited]
            due = [tier for tier, each in enumerate(waited) if each > OVERDUE * done]
            tier = max([min((number & -number).bit_length() - 1, len(tiers) - 1), *due])
            tier = len(tiers) - 1 if done >= end else tier
            numbers += 2 * tiers[tier] * vector_size
            waited[: tier + 1] = [0.0] * (tier + 1)
    return merges, numbers
