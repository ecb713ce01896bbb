"""The textbook's noise sampler: draw words in proportion to a power of their counts."""

from __future__ import annotations

import math

import numpy as np

from fastw2v.errors import ParameterError
from fastw2v.layers.arrays import Array, array_module, on_host
from fastw2v.layers.checks import as_ids
from fastw2v.parameters import is_whole

Seed = int | np.random.Generator | None


class UnigramSampler:
    """Draw noise words with probability proportional to ``count ** power``.

    Parameters
    ----------
    corpus : array (N,) of int
        Word ids, from 0; only their counts are kept. A word that never occurs is never drawn.
    power : float, default 0.75
        1 draws words as often as they occur, 0 draws all equally often.
    sample_size : int, default 5
        Noise words per target.
    exclude_target : bool, default True
        True: the noise words of a target differ from each other and from it. False: independent draws that may repeat
        and may hit the target, as on the book's GPU path; faster.
    random_state : int, numpy.random.Generator or None
        The source of the draws. NumPy makes them for CuPy arrays, too, so both get the same words.

    Examples
    --------
    >>> sampler = UnigramSampler([0, 1, 2, 3, 4, 1, 2, 3], power=0.75, sample_size=2, random_state=0)
    >>> sampler.get_negative_sample(np.array([1, 3, 0])).shape
    (3, 2)
    """

    _TRIES = 16  # redraws before the exact but slow draw; with a tenth of the mass free, they complete 4 in 5 rows

    def __init__(
        self,
        corpus: Array,
        power: float = 0.75,
        sample_size: int = 5,
        *,
        exclude_target: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.word_p = _powers(on_host(corpus), power)
        kinds = np.count_nonzero(self.word_p)
        if not is_whole(sample_size) or sample_size < 1 or (exclude_target and kinds <= sample_size):
            raise ParameterError(
                f"UnigramSampler: sample_size={sample_size!r} noise words from a corpus of {kinds} different words; it "
                "must be a whole number of at least 1 and, with exclude_target=True, less than the number of words"
            )
        self.sample_size = sample_size
        self.exclude_target = exclude_target
        self._random = np.random.default_rng(random_state)

    def get_negative_sample(self, target: Array) -> Array:
        """Return noise words ``(B, sample_size)`` for the targets ``(B,)``, an array of the targets' module."""
        target_on_host = as_ids("UnigramSampler", "target", on_host(target), np)
        if target_on_host.ndim != 1:
            raise ParameterError(f"UnigramSampler: target has the shape {target_on_host.shape}; it must be (batch,)")
        shape = (len(target_on_host), self.sample_size)
        drawn = self._distinct(target_on_host) if self.exclude_target else self._draw(self.word_p, shape)
        return array_module(target).asarray(drawn)

    def _draw(self, p: np.ndarray, shape: int | tuple[int, ...]) -> np.ndarray:
        ends = np.cumsum(p)
        drawn = np.searchsorted(ends, self._random.random(shape) * ends[-1], side="right")
        return np.minimum(drawn, np.flatnonzero(p)[-1])  # rounding may make the product equal to the last end

    def _distinct(self, target: np.ndarray) -> np.ndarray:
        """Draw column by column; redrawing until a word is new equals drawing among the new words."""
        taken = np.empty((len(target), 1 + self.sample_size), np.int64)
        taken[:, 0] = target
        for column in range(1, taken.shape[1]):
            again = np.arange(len(target))
            for _ in range(self._TRIES):
                taken[again, column] = self._draw(self.word_p, len(again))
                again = again[(taken[again, :column] == taken[again, column, None]).any(axis=1)]
                if not again.size:
                    break
            for row in again:
                p = self.word_p.copy()
                p[taken[row, :column]] = 0
                taken[row, column] = self._draw(p, 1)[0]
        return taken[:, 1:]


def _powers(ids: np.ndarray, power: float) -> np.ndarray:
    """Return each word's share of ``count ** power``, indexed by its id."""
    if not ids.size or not np.issubdtype(ids.dtype, np.integer) or ids.min() < 0:
        raise ParameterError(
            f"UnigramSampler: the corpus is {ids.size} items of type {ids.dtype}; it must be word ids, integers from 0"
        )
    try:
        usable = math.isfinite(power)
    except TypeError:
        usable = False
    if not usable:
        raise ParameterError(f"UnigramSampler: power={power!r}; it must be a finite number, usually 0.75")
    counts = np.bincount(ids.ravel())
    occurs = counts > 0
    largest = counts.max() if power > 0 else counts[occurs].min()  # the count of the largest power: it becomes 1
    mass = np.power(counts / largest, power, out=np.zeros(len(counts)), where=occurs)
    return mass / mass.sum()
