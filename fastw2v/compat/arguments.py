"""gensim's arguments: their checks, and messages that name them instead of this package's parameters."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v.errors import CorpusError, CorpusTypeError, DivergedError, ParameterError, warnings_worded
from fastw2v.parameters import RULES, check, shown
from fastw2v.training.seed import check_seed

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodeReport

logger = logging.getLogger(__name__)
_GENSIMS = {
    "learning_rate": "alpha",
    "min_learning_rate": "min_alpha",
    "n_jobs": "workers",
    "random_state": "seed",
    "max_vocab": "max_final_vocab",
    "corpus[": "sentences[",
    "documents[": "sentences[",
    "a corpus cannot": "sentences cannot",
    "initial_vectors": "model.wv.vectors",
    "pass errors='replace' (bad bytes become U+FFFD) or errors='ignore' (they are left out)": (
        "pass LineSentence(open(path, encoding='utf8', errors='replace'))"
    ),
    "pass open(path, encoding='latin-1')": "pass LineSentence(open(path, encoding='latin-1'))",
    "Correct the file, or pass errors='replace' or errors='ignore', which keep NUL bytes as part of words": (
        "Take the NUL bytes out of the file"
    ),
}
# Not what stands in quotes, which are the user's words.
_OURS = re.compile(
    "|".join(rf"(?<![\w'\"]){re.escape(name)}" + r"(?![\w'\"])" * name.isidentifier() for name in _GENSIMS)
)


@contextmanager
def gensims_names() -> Iterator[None]:
    """Let messages that pass through name gensim's arguments."""
    try:
        with warnings_worded(_renamed):
            yield
    except (ParameterError, CorpusError, CorpusTypeError, DivergedError, MemoryError) as error:
        in_gensims_names(error)
        raise


def in_gensims_names(error: Exception) -> None:
    """Let the message of an exception name gensim's arguments."""
    error.args = tuple(_renamed(arg) if isinstance(arg, str) else arg for arg in error.args)


def _renamed(message: str) -> str:
    return _OURS.sub(lambda match: _GENSIMS[match[0]], message)


def check_arguments(workers: Any, min_count: Any, max_final_vocab: Any, seed: Any, switches: Mapping[str, Any]) -> None:
    """Raise `ParameterError` unless these have values that gensim allows; others are checked as training parameters."""
    check_vocabulary_arguments(workers, min_count, max_final_vocab, seed)
    for name, value in switches.items():
        if value not in (0, 1):
            raise ParameterError(f"{name}={shown(value)}: it must be 0 or 1")


def check_vocabulary_arguments(workers: Any, min_count: Any, max_final_vocab: Any, seed: Any) -> None:
    """Raise `ParameterError` unless a vocabulary can be made with these."""
    for name, value in (("n_jobs", workers), ("min_count", min_count), ("max_vocab", max_final_vocab)):
        check(name, value)
    check_seed(seed, "seed")


def check_something_to_train(hs: Any, negative: Any) -> None:
    """Raise `ParameterError`, which is a ValueError as gensim's, where no loss is left to train with."""
    if not hs and not negative:
        raise ParameterError(
            "hs=0 and negative=0 leave nothing to train with: set negative, as in negative=5, or hs=1 before training"
        )


def check_rates(first: Any, last: Any, names: tuple[str, str]) -> None:
    """Raise `ParameterError` unless the learning rate can fall from the first value to the last."""
    for name, value, ours, low in (
        (names[0], first, "learning_rate", "above"),
        (names[1], last, "min_learning_rate", "from"),
    ):
        if value is None or not RULES[ours].test(value):
            raise ParameterError(f"{name}={shown(value)}: it must be a number {low} 0 and up to 1,000")
    if last > first:
        raise ParameterError(
            f"{names[1]}={shown(last)} is above {names[0]}={shown(first)}: the learning rate falls from {names[0]} to "
            f"{names[1]}; lower {names[1]}, or raise {names[0]} (gensim trains with a rising rate: to do so call "
            "train(sentences, epochs=1, start_alpha=rate, end_alpha=rate) for each epoch)"
        )


def warn_of_other_totals(report: EncodeReport, examples: Any, words: Any) -> None:
    """Log a warning, as gensim does, where a training reads more or less than it was told to expect."""
    for what, expected, found in (("example", examples, report.raw_sentences), ("raw word", words, report.raw_tokens)):
        if expected and expected != found:
            logger.warning("supplied %s count (%i) did not equal expected count (%s)", what, found, expected)


def refuse(given: bool, option: str, reason: str) -> None:
    """Raise `ParameterError` if an option was given that fastw2v has nothing for."""
    if given:
        raise ParameterError(f"{option} has no counterpart in fastw2v: {reason}")


_RENAMED = {
    **{"size": "vector_size", "iter": "epochs", "sentences": "corpus_iterable"},
    "use_norm": "norm, as in get_vector(word, norm=True)",
}


def whole(value: Any) -> Any:
    """Return a whole float as an int, as searches over parameters give them; anything else as it is."""
    return int(value) if isinstance(value, (float, np.floating)) and float(value).is_integer() else value


def refuse_unknown(function: str, unknown: Mapping[str, Any]) -> None:
    """Raise `TypeError` for keyword arguments that gensim 4 does not have, with the name that it gives them."""
    for name in unknown:
        now = (_RENAMED | _GENSIMS).get(name)
        remedy = f": its name is {now}" if now else ", nor has gensim's"
        raise TypeError(f"{function}() has no argument {name!r}{remedy}")
