"""The contest of ``fastw2v bench``: programs train on one text in turn, each several times."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fastw2v
from fastw2v.cli.evaluate import scores
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.errors import CorpusError, MissingDependencyError, require
from fastw2v.planning.training_parameters import TrainingParameters

_SEED = 1
_MOST_WORDS = 10_000  # in a sentence: gensim cuts longer ones
_SKIPPED = ("words", "n_jobs", "min_count")  # settings that are no training parameters


@dataclass
class Entrant:
    """A program, and how it did.

    Attributes
    ----------
    name, version : str
    learning_rate : float
        At the start.
    train : callable() -> callable() -> WordVectors
        Trains, and returns what hands the vectors over, which is not measured.
    tokens : int
        Raw tokens that a run trains on, over all epochs.
    seconds : list of float
        Of each run.
    scores : dict of str to float
        By the name of the evaluation set.
    """

    name: str
    version: str
    learning_rate: float
    train: Callable[[], Any]
    tokens: int
    seconds: list[float] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The median of the runs' seconds."""
        return statistics.median(self.seconds)

    @property
    def words_per_second(self) -> float:
        """Raw words per second in the median run."""
        return self.tokens / self.median

    def facts(self) -> dict[str, Any]:
        """Return the report; the keys are those of JSON."""
        return {
            "program": self.name,
            "version": self.version,
            "words_per_second": self.words_per_second,
            "seconds": self.median,
            "seconds_of_runs": self.seconds,
            "learning_rate": self.learning_rate,
            "scores": self.scores,
        }


def run_contest(
    corpora: list[Path],
    settings: dict[str, Any],
    runs: int,
    pairs: list[Path],
    analogies: Path | None,
    note: Callable[[str], None] | None,
) -> tuple[list[Entrant], dict[str, Any]]:
    """Let the programs train in turn.

    Parameters
    ----------
    corpora : list of Path
    settings : dict
        Training parameters, ``words`` (how many to train on), ``min_count`` and ``n_jobs``.
    runs : int
        How often each program trains.
    pairs : list of Path
    analogies : Path or None
    note : callable(str) or None
        Receives a line after each round.

    Returns
    -------
    list of Entrant, dict
        fastw2v first; and what the text is.
    """
    from fastw2v.corpus.encoding import encode
    from fastw2v.machine import resolve_jobs

    n_jobs = resolve_jobs(settings["n_jobs"])
    parameters = TrainingParameters(**{name: value for name, value in settings.items() if name not in _SKIPPED})
    parameters = parameters.checked()
    sets, questions = _read_sets(pairs, analogies)
    with tempfile.TemporaryDirectory() as folder:
        piece = Path(folder, "text.txt")
        _write_piece(corpora, settings["words"], piece)
        encoded = encode(piece, min_count=settings["min_count"], n_jobs=n_jobs)
        entrants = [_fastw2v(encoded, parameters, n_jobs)]
        try:
            entrants.append(_gensim(piece, parameters, settings["min_count"], n_jobs, encoded.report.raw_tokens))
        except MissingDependencyError as missing:
            if note is not None:
                note(f"fastw2v alone is measured: {missing}")
        for number in range(1, runs + 1):  # in turn, so that a machine that slows down slows both
            for entrant in entrants:
                started = time.perf_counter()
                vectors = entrant.train()
                entrant.seconds.append(time.perf_counter() - started)
                if number == runs:
                    found = scores(vectors(), sets, questions)
                    names = [*found.pairs, *(["analogies"] if analogies else [])]
                    entrant.scores = dict(zip(names, found.results, strict=True))
            if note is not None:
                speeds = ", ".join(f"{each.name} {each.tokens / each.seconds[-1]:,.0f} words/s" for each in entrants)
                note(f"run {number} of {runs}: {speeds}")
    text = {"tokens": encoded.report.raw_tokens, "words": len(encoded.vocabulary), "n_jobs": n_jobs}
    return entrants, text


def _read_sets(pairs: list[Path], analogies: Path | None) -> tuple[list[tuple[str, Any]], Any]:
    """Read the evaluation sets before the contest, once: each may be a pipe, or of another form."""
    from fastw2v.evaluate.files import read_analogies, read_word_pairs

    names = [path.name for path in pairs]
    named = [str(path) if names.index(path.name) < number else path.name for number, path in enumerate(pairs)]
    sets = [(name, read_word_pairs(path)) for name, path in zip(named, pairs, strict=True)]
    return sets, None if analogies is None else read_analogies(analogies)


def _write_piece(corpora: list[Path], words: int, piece: Path) -> None:
    """Write the first words of the text to a file, with no sentence longer than gensim reads whole."""
    from fastw2v.corpus.lines import lines_of

    left = words
    with piece.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines_of(corpora):
            tokens = line.split()
            for begin in range(0, min(left, len(tokens)), _MOST_WORDS):
                part = tokens[begin : min(begin + _MOST_WORDS, left)]
                file.write(" ".join(part) + "\n")
            left -= len(tokens)
            if left <= 0:
                return
    if left == words:
        raise CorpusError(f"{', '.join(map(str, corpora))}: there is no word to train on")


def _fastw2v(encoded: EncodedCorpus, parameters: TrainingParameters, n_jobs: int) -> Entrant:
    from fastw2v.training.loop import train
    from fastw2v.vectors.word_vectors import WordVectors

    def run() -> Any:
        state = train(encoded, parameters, seed=_SEED, n_jobs=n_jobs, device="cpu")
        return lambda: WordVectors(state.w_in, encoded.vocabulary)

    tokens = encoded.report.raw_tokens * parameters.epochs
    return Entrant("fastw2v", fastw2v.__version__, parameters.resolved_learning_rate, run, tokens)


def _gensim(piece: Path, parameters: TrainingParameters, min_count: int, n_jobs: int, tokens: int) -> Entrant:
    gensim = require("gensim", "the comparison with gensim")
    models = require("gensim.models", "the comparison with gensim")
    from fastw2v.vectors.word_vectors import WordVectors

    rate = 0.025 if parameters.learning_rate is None else parameters.learning_rate
    # corpus_file is gensim's faster way; with several workers its learning rate then falls too slowly.
    settings = {
        "vector_size": parameters.vector_size,
        "window": parameters.window,
        "negative": parameters.negative,
        "sample": parameters.sample,
        "sg": int(parameters.architecture == "skipgram"),
        "min_count": min_count,
        "alpha": rate,
        "min_alpha": rate * 1e-4,
        "workers": n_jobs,
        "seed": _SEED,
    }
    counted = models.Word2Vec(**settings)
    counted.build_vocab(corpus_file=str(piece))

    def run() -> Any:
        counted.init_weights()
        size = {"total_examples": counted.corpus_count, "total_words": counted.corpus_total_words}
        counted.train(corpus_file=str(piece), epochs=parameters.epochs, **size)
        return lambda: WordVectors.from_gensim(counted.wv)

    return Entrant("gensim", gensim.__version__, rate, run, tokens * parameters.epochs)
