"""The training parameters, checked and resolved, under the names known from word2vec."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import MIN_RATE_SHARE, RULES, ShrinkWindows, check, plain
from fastw2v.planning.learning_rate import default_rate

_OF_NOISE = ("negative", "ns_exponent", "negative_sharing")


@dataclass(frozen=True)
class TrainingParameters:
    """The training parameters, under the names known from word2vec.

    Parameters
    ----------
    vector_size : int, default 100
        D, the dimensions of a word vector.
    architecture : {"skipgram", "cbow"}, default "skipgram"
    window : int, default 5
        W, the words on either side of the center; a plan takes at most the longest sentence less one.
    shrink_windows : bool, "draw" or "inverse", default True
        How nearer contexts count for more. True: word2vec's windows, drawn uniformly from 1..W, in expectation: every
        context within W is trained, with the probability that a drawn window holds it as its weight (CBOW: drawn).
        "draw": drawn, as word2vec does. "inverse": skip-gram's weights are proportional to 1 / distance. False: every
        context within W counts the same.
    loss : {"ns", "hs", "both"}, default "ns"
        "ns": negative sampling. "hs": hierarchical softmax over the Huffman tree of the counts; the parameters of noise
        words then have no effect. "both": the sum of the two, as word2vec.c and gensim allow.
    negative : int, default 5
        K, the noise words for each positive pair.
    ns_exponent : float, default 0.75
        Noise words are drawn in proportion to ``count ** ns_exponent``.
    negative_sharing : {"tile", "pair"}, default "tile"
        "tile": the tokens of a tile share noise words, weighted so that the expected gradient of newly drawn ones
        equals that of K words for each pair. "pair": draw K words for each pair, as word2vec.c does (slow).
    sample : float, default 1e-3
        Threshold of subsampling, as a share of all tokens; 0 keeps every token.
    slow_frequent : bool, default True
        Skip-gram: move the output row of a word less at each occurrence, the more occurrences the run has; see
        output_rate.py. False moves all rows alike, as word2vec.c does.
    epochs : int, default 5
    learning_rate : float, optional
        The rate at the start; None is what `default_rate` says. It falls in a straight line.
    min_learning_rate : float, optional
        The rate at the end; None is 1e-4 of ``learning_rate``.
    cbow_mean : bool, default True
        Whether the hidden row of CBOW is the mean of the context rows or their sum.
    cbow_gradient : {"sum", "mean"}, default "sum"
        Pass the hidden row's gradient to each context word whole, or divided by the number of context words.

    Examples
    --------
    >>> from fastw2v.planning.training_parameters import TrainingParameters
    >>> TrainingParameters(architecture="cbow").checked().resolved_learning_rate
    0.05
    """

    vector_size: int = 100
    architecture: str = "skipgram"
    window: int = 5
    shrink_windows: ShrinkWindows = True
    loss: str = "ns"
    negative: int = 5
    ns_exponent: float = 0.75
    negative_sharing: str = "tile"
    sample: float = 1e-3
    slow_frequent: bool = True
    epochs: int = 5
    learning_rate: float | None = field(default=None)
    min_learning_rate: float | None = field(default=None)
    cbow_mean: bool = True
    cbow_gradient: str = "sum"

    def checked(self) -> TrainingParameters:
        """Return these parameters in plain Python numbers, or raise a ParameterError."""
        for each in fields(self):
            check(each.name, getattr(self, each.name))
        if self.min_learning_rate is not None and self.min_learning_rate > self.resolved_learning_rate:
            raise ParameterError(
                f"min_learning_rate={self.min_learning_rate!r}: it must be {RULES['min_learning_rate'].allowed}, "
                f"which is {self.resolved_learning_rate!r}"
            )
        return TrainingParameters(**{each.name: plain(getattr(self, each.name)) for each in fields(self)})

    def warn_of_no_effect(self) -> None:
        """Warn, once for each cause, of parameters that are set and mean nothing for the architecture or the loss."""
        of_other = {"skipgram": ("cbow_mean", "cbow_gradient"), "cbow": ("slow_frequent",)}[self.architecture]
        idle = self._set(of_other)
        if self.architecture == "cbow" and self.shrink_windows == "inverse":
            idle.append("shrink_windows='inverse' (windows are drawn, as by default)")
        of_noise = () if self.negative_sampling else _OF_NOISE
        causes = {f"architecture={self.architecture!r}": idle, f"loss={self.loss!r}": self._set(of_noise)}
        for cause, names in causes.items():
            if names:
                warn_user(f"{' and '.join(names)} {'have' if len(names) > 1 else 'has'} no effect with {cause}")

    def _set(self, names: tuple[str, ...]) -> list[str]:
        """Return which of these parameters have other values than by default."""
        defaults = {each.name: each.default for each in fields(self)}
        return [f"{name}={getattr(self, name)!r}" for name in names if getattr(self, name) != defaults[name]]

    def with_effect(self) -> TrainingParameters:
        """Return these parameters with the defaults of those of noise words, if none are drawn."""
        if self.negative_sampling:
            return self
        defaults: dict[str, Any] = {each.name: each.default for each in fields(self) if each.name in _OF_NOISE}
        return replace(self, **defaults)

    @property
    def negative_sampling(self) -> bool:
        """Whether words have output rows, which noise words train."""
        return self.loss != "hs"

    @property
    def hierarchical(self) -> bool:
        """Whether the nodes of a tree have output rows."""
        return self.loss != "ns"

    @property
    def resolved_learning_rate(self) -> float:
        """The learning rate at the start, with None resolved; see learning_rate.py."""
        if self.learning_rate is None:
            return default_rate(self.architecture, self.epochs, self.slow_frequent, self.loss)
        return float(self.learning_rate)

    @property
    def resolved_min_learning_rate(self) -> float:
        """The learning rate at the end, with None resolved."""
        if self.min_learning_rate is None:
            return MIN_RATE_SHARE * self.resolved_learning_rate
        return float(self.min_learning_rate)


TRAINING_PARAMETERS = tuple(each.name for each in fields(TrainingParameters))
