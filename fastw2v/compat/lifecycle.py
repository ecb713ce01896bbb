"""What gensim's models tell of themselves: events, memory, and values that follow from others."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import whole
from fastw2v.compat.events import Events
from fastw2v.errors import CorpusError, ParameterError, warn_user
from fastw2v.parameters import check, shown
from fastw2v.planning.noise import noise_weights
from fastw2v.planning.rows import OutputRows, row_bytes
from fastw2v.progress.figures import counted

Made = TypeVar("Made")
logger = logging.getLogger(__name__)

_WORD_BYTES = 250  # a word, its entries in the vocabulary's dict and list, and what a run knows of it
# Values that follow from others: setting one would have no effect.
_DERIVED = {
    "layer1_size": "it is vector_size, which a new model takes",
    "cum_table": "it follows the counts of the words and ns_exponent, which may be set",
}


class OnClass(Generic[Made]):
    """A class method that an instance refuses: ``model.load(path)`` would leave the model as it is."""

    def __init__(self, method: Callable[..., Made]) -> None:
        self.method: Any = method  # a classmethod
        self.__doc__ = method.__doc__

    def __get__(self, instance: Any, owner: type) -> Callable[..., Made]:
        if instance is None:
            bound: Callable[..., Made] = self.method.__get__(None, owner)
            return bound
        return lambda *args, **options: self._refuse(owner)

    def _refuse(self, owner: type) -> NoReturn:
        name = self.method.__func__.__name__
        raise AttributeError(
            f"{name} makes a new model and leaves this one as it is: call it on the class, "
            f"model = {owner.__name__}.{name}(path)"
        )


class Lifecycle(Events):
    """Attributes and events of gensim's models."""

    wv: Any
    vector_size: int
    negative: int
    ns_exponent: float

    @property
    def layer1_size(self) -> int:
        """The length of the vectors."""
        return self.vector_size

    @property
    def cum_table(self) -> NDArray[np.uint32] | None:
        """The running sum of the noise words' shares, up to 2**31 - 1, shape (V,); None without words.

        It is made at each access, and shows the distribution that training draws from, in another way.
        """
        counts = self._counts()
        if counts is None or not self.negative:
            return None
        shares = np.cumsum(noise_weights(counts, self.ns_exponent))
        return np.round(shares / shares[-1] * (2**31 - 1)).astype(np.uint32)

    def make_cum_table(self, domain: int = 2**31 - 1) -> None:
        """Do nothing: noise words follow the counts and `ns_exponent` at each `train`."""

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Return the bytes that a model of `vocab_size` words needs while it trains, without its corpus.

        Parameters
        ----------
        vocab_size : int, optional
            By default that of the model.
        report : dict of (str, int), optional
            Further entries, which count towards the total.
        """
        words = len(self.wv) if vocab_size is None else vocab_size
        rows = row_bytes(words, self.vector_size)
        needed = {**(report or {}), "vocab": _WORD_BYTES * words, "vectors": rows}
        if getattr(self, "hs", 0):
            needed["syn1"] = rows
        if self.negative:
            needed["syn1neg"] = rows
        needed["total"] = sum(needed.values())
        logger.info("estimated memory for %i words of %i numbers: %i bytes", words, self.vector_size, needed["total"])
        return needed

    def init_sims(self, replace: bool = False) -> None:
        """Do what ``wv.init_sims`` does, with a DeprecationWarning, as in gensim 4."""
        warnings.warn("model.init_sims is gensim 3's: use model.wv.init_sims", DeprecationWarning, stacklevel=2)
        self.wv.init_sims(replace)

    def _counts(self) -> NDArray[np.int64] | None:
        return self.wv.counts if len(self.wv) else None

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, unless that would have no effect."""
        if name in _DERIVED:
            raise AttributeError(f"{type(self).__name__}.{name} cannot be set: {_DERIVED[name]}")
        if name == "vector_size":
            value = whole(value)
            if hasattr(self, "wv"):
                self._resize(value)
        super().__setattr__(name, value)

    def _resize(self, size: Any) -> None:
        """Give vectors that are still to come another length; raise ParameterError where they are there."""
        check("vector_size", size)
        if size == self.wv.vector_size:
            return
        if len(self.wv):
            raise ParameterError(
                f"vector_size={size}: this model's vectors have {self.wv.vector_size} numbers; make a new model, "
                f"{type(self).__name__}(vector_size={size})"
            )
        self.wv.vector_size = int(size)


def refuse_in_training(model: Any, name: str) -> None:
    """Raise if the model is being trained, as where a callback trains it: one of the two would be lost."""
    if getattr(model, "_in_training", False):
        raise RuntimeError(
            f"{name}: this model is being trained, and what a callback, or another thread, changed would be lost; call "
            f"{name} when train has returned (a callback may read and save the model)"
        )


def check_can_train(model: Any) -> None:
    """Raise unless a model has words, vectors and context vectors; log a warning where two losses are trained."""
    if not len(model.wv):
        raise RuntimeError("you must first build vocabulary before training the model: call build_vocab(sentences)")
    if len(model.wv) == 1:
        raise CorpusError(
            f"training needs at least 2 words, and model.wv has one, {shown(model.wv.index_to_key[0])}: more join by "
            "build_vocab(sentences, update=True)"
        )
    for used, name in ((model.negative, "syn1neg"), (model.hs, "syn1")):
        if not used:
            continue
        if not hasattr(model, name):
            raise ParameterError(
                f"there are no output rows ({name}) to train model.wv with: it was assigned, or hs and negative were "
                "changed; call build_vocab(sentences), then model.wv.intersect_word2vec_format(path), which takes "
                "vectors over"
            )
        rows = len(getattr(model, name))
        if rows != len(model.wv):
            raise ParameterError(
                f"model.wv has {counted(len(model.wv), 'key')}, and model.{name} {counted(rows, 'row')}: keys were "
                "added or taken away since build_vocab; new words come from build_vocab(sentences, update=True)"
            )
    if problem := _moved_rows(model):
        raise ParameterError(f"{problem}. Sort before training; to train these words anew call build_vocab(sentences)")
    if model.hs and model.negative:
        logger.warning(
            "Both hierarchical softmax and negative sampling are activated. Each word then trains with both losses; "
            "pass negative=0 or hs=0 to train with one, as is usual."
        )


def _moved_rows(model: Any) -> str:
    """Say that trained output rows belong to other words than the keys beside them, as after sorting; "" if they don't.

    The nodes of the tree belong to its words through their order and their counts.
    """
    of, wv, rows = model._rows_are_of, model.wv, model._output_rows()
    if of is None or len(of) != len(wv):
        return ""
    moved = of.words != wv.index_to_key
    if rows.words is not None and moved and rows.words.any():
        return "model.wv.index_to_key is in another order than the rows of model.syn1neg, which have been trained"
    if rows.nodes is None or not rows.nodes.any():
        return ""
    if moved or not np.array_equal(wv.counts, of.counts):
        return "the keys or counts of model.wv have changed since the nodes of their tree (model.syn1) were trained"
    return ""


def rows_to_save(model: Any) -> OutputRows:
    """Return the output rows of a model; none, with a warning, where keys were taken away or added since."""
    rows: OutputRows = model._output_rows()
    keys = len(model.wv)
    found = keys
    if rows.words is not None:
        found = len(rows.words)
    if found == keys and rows.nodes is not None:
        found = len(rows.nodes) + 1
    problem = _moved_rows(model)
    if found == keys and not problem:
        return rows
    problem = problem or (
        f"model.wv has {counted(keys, 'key')}, and the model output rows for {found:,}: keys were added or taken away "
        "since build_vocab"
    )
    warn_user(
        f"{problem}. The output rows are not saved: the loaded model has its vectors, and cannot be trained further"
    )
    return OutputRows(None, None)


def check_can_predict(model: Any) -> None:
    """Raise unless a model has context vectors, whose softmax predicts words."""
    if not model.negative:
        raise RuntimeError("predict_output_word needs the context vectors of negative sampling: train with negative=5")
    if not hasattr(model, "syn1neg"):
        raise RuntimeError("predict_output_word: there are no context vectors (syn1neg): train this model first")
    if problem := _moved_rows(model):
        raise RuntimeError(f"predict_output_word: {problem}")


def warn_of_rising_rate(model: Any, alpha: float) -> None:
    """Log a warning, as gensim does, where training begins at a higher rate than it had reached."""
    if alpha > model.min_alpha_yet_reached:
        logger.warning(
            "Effective 'alpha' higher than previous training cycles: alpha=%g, after %g", alpha,
            model.min_alpha_yet_reached,
        )  # fmt: skip


def warn_of_unknown_context(words: list[Any]) -> None:
    """Log a warning, as gensim does, where no context word is known."""
    if words:
        logger.warning("predict_output_word: none of the %i context words is known, such as %r", len(words), words[0])
