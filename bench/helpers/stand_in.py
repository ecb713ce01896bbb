"""Code that uses gensim, run with gensim's classes or with this package's in their place; its training is timed."""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

CLASSES = ("Word2Vec", "KeyedVectors", "CallbackAny2Vec", "LineSentence", "PathLineSentences", "Text8Corpus")
TIMED = ("__init__", "build_vocab", "train")


@dataclass
class Training:
    """What the models of a run have done.

    Attributes
    ----------
    seconds : float
        In constructors, `build_vocab` and `train`.
    sentences : list of int
        A checksum of each list of sentences that a vocabulary was built from.
    """

    seconds: float = 0.0
    sentences: list[int] = field(default_factory=list)


@contextmanager
def trained_by(system: str) -> Iterator[Training]:
    """Let gensim's names mean the classes of a system, "gensim" or "fastw2v", in every module that is loaded."""
    classes = _classes(system)
    training = Training()
    with ExitStack() as patches:
        if system == "fastw2v":
            theirs = _classes("gensim")
            for module, name, known in list(_uses(theirs)):
                patches.enter_context(mock.patch.object(module, name, classes[known]))
        _time(classes["Word2Vec"], training, patches)
        yield training


def _classes(system: str) -> dict[str, Any]:
    if system == "fastw2v":
        from fastw2v.compat import gensim as ours

        return {name: getattr(ours, name) for name in CLASSES}
    from gensim.models import callbacks, keyedvectors, word2vec

    return {
        name: next(getattr(module, name) for module in (word2vec, keyedvectors, callbacks) if hasattr(module, name))
        for name in CLASSES
    }


def _uses(classes: dict[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Yield each module, other than this package's, with a name in it that means one of the classes."""
    named = {id(cls): name for name, cls in classes.items()}
    for module in list(sys.modules.values()):
        if module is not None and not getattr(module, "__name__", "fastw2v").startswith(("fastw2v", "bench")):
            for name, value in list(vars(module).items()):
                if id(value) in named:
                    yield module, name, named[id(value)]


def _time(cls: Any, training: Training, patches: ExitStack) -> None:
    """Time the outermost of the calls that train."""
    depth = 0

    def timed(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *given: Any, **options: Any) -> Any:
            nonlocal depth
            if name == "build_vocab":
                sentences = given[0] if given else options.get("corpus_iterable", options.get("sentences"))
                if isinstance(sentences, list):
                    training.sentences.append(zlib.crc32(repr([list(each) for each in sentences]).encode()))
            depth += 1
            began = time.perf_counter()
            try:
                return method(self, *given, **options)
            finally:
                depth -= 1
                if not depth:
                    training.seconds += time.perf_counter() - began

        return call

    for name in TIMED:
        patches.enter_context(mock.patch.object(cls, name, timed(name, getattr(cls, name))))
