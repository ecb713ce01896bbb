"""Comparisons: similarities and distances between given words and groups of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v.errors import ParameterError, warn_user
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import check_finite, is_column
from fastw2v.vectors.search import rows_not_finite, unit_row, unit_rows, units_and_others
from fastw2v.vectors.table import Table
from fastw2v.vectors.word_movers import transport_cost

_UNDIRECTED = "have no direction, as their vectors are zero, or hold NaN or infinity"


class Comparisons(Table):
    """The part of `WordVectors` that compares words and groups of words."""

    def similarity(self, word: Hashable, other: Hashable) -> float:
        """Return the cosine similarity of two words.

        Parameters
        ----------
        word, other : hashable

        Returns
        -------
        float
            In [-1, 1]; 0 when either vector is zero, NaN when it holds NaN or infinity, each with a warning.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> round(WordVectors(np.array([[2, 0], [3, 3]]), ["a", "b"]).similarity("a", "b"), 4)
        0.7071
        """
        return _cosine(self._rows[self.row(word)], self._rows[self.row(other)])

    def distance(self, word: Hashable, other: Hashable) -> float:
        """Return the cosine distance of two words, 1 minus their similarity: from 0 to 2."""
        return 1.0 - self.similarity(word, other)

    def distances(self, word: Any, others: Sequence[Hashable] | None = None) -> NDArray[np.float32]:
        """Return the cosine distances from a word to others.

        Parameters
        ----------
        word : word, or vector of shape (D,)
        others : sequence of words, optional
            By default all words, by row.

        Returns
        -------
        array of float32, shape (len(others),) or (V,)
            NaN, with a warning, where either vector is zero, or holds NaN or infinity.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> WordVectors(np.eye(2), ["a", "b"]).distances("a")
        array([0., 1.], dtype=float32)
        """
        unit = unit_row(self._vector(word))
        if others is None:
            found, undirected = 1 - self._cosines(unit, slice(None)), self.without_direction
        else:
            units, undirected = units_and_others(self._rows[[self.row(other) for other in others]])
            found = 1 - units @ unit
        if not unit.any() or len(undirected):
            found[undirected if unit.any() else slice(None)] = np.nan
            warn_user(f"distances: {len(undirected):,} words, or the given one, {_UNDIRECTED}: their distances are NaN")
        return found

    def n_similarity(self, words: Sequence[Hashable], others: Sequence[Hashable]) -> float:
        """Return the cosine of the mean vectors of two groups of words.

        Parameters
        ----------
        words, others : sequence of hashables
            At least one word each; vectors are used at their own length.

        Returns
        -------
        float
            In [-1, 1]. Words whose vectors hold NaN or infinity are left out, with a warning.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        ParameterError
            For an empty group.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.eye(3), ["a", "b", "c"])
        >>> round(wv.n_similarity(["a", "b"], ["b", "c"]), 4)
        0.5
        """
        return _cosine(self._mean_row("words", words), self._mean_row("others", others))

    def word_movers_distance(
        self, words: Sequence[Hashable], others: Sequence[Hashable], normalize: bool = True
    ) -> float:
        """Return the word mover's distance of two documents: how far their words must travel to become each other's.

        Parameters
        ----------
        words, others : sequence of hashables
            At least one word each; a word that occurs twice counts twice.
        normalize : bool, default True
            Travel between unit vectors.

        Returns
        -------
        float
            The least mean Euclidean distance travelled; 0 for documents of the same words. Words whose vectors hold NaN
            or infinity, or with `normalize` are zero, are left out, with a warning; without others it is NaN.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        MissingDependencyError
            The package POT is not installed (``pip install 'fastw2v[wmd]'``).

        Notes
        -----
        Kusner et al., "From word embeddings to document distances", 2015. Takes time that grows with the third power of
        the number of distinct words.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.array([[0, 1], [3, 4], [0, 2]]), ["cat", "dog", "house"])
        >>> round(wv.word_movers_distance(["cat", "dog"], ["house", "dog"], normalize=False), 4)
        0.5
        """
        sides = []
        for name, given in (("words", words), ("others", others)):
            counted = Counter(self.row(word) for word in _items(name, given))
            rows, weights = list(counted), np.array(list(counted.values()), np.float64)
            vectors, lost = self._usable(rows, normalize)
            _warn_of_lost("word_movers_distance", [self.index_to_key[rows[place]] for place in lost])
            if len(lost) == len(rows):
                return float("nan")
            sides.append((np.delete(vectors, lost, axis=0), np.delete(weights, lost)))
        (first, first_counts), (second, second_counts) = sides
        return transport_cost(first, first_counts, second, second_counts)

    def get_mean_vector(
        self,
        words: Sequence[Any],
        weights: ArrayLike | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[np.float32]:
        """Return the weighted mean of vectors.

        Parameters
        ----------
        words : sequence of words or vectors of shape (D,)
        weights : array of float, shape (len(words),), optional
            By default 1 each. The sum is divided by the sum of their absolute values.
        pre_normalize : bool, default True
            Use the unit vectors of words, and leave out, with a warning, those whose vectors are zero; vectors are used
            as they are. Words whose vectors hold NaN or infinity are left out in either case.
        post_normalize : bool, default False
            Scale the result to length 1.
        ignore_missing : bool, default True
            Skip unknown words instead of raising.

        Returns
        -------
        array of float32, shape (D,)
            Zeros if no word is known.

        Raises
        ------
        UnknownWordError
            With ``ignore_missing=False``.
        ParameterError
            There are no words, or another number of weights.

        Notes
        -----
        Follows gensim's method of the same name.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> WordVectors(np.eye(2) * 4, ["a", "b"]).get_mean_vector(["a", "b", "unknown"])
        array([0.5, 0.5], dtype=float32)
        """
        items = _items("words", words)
        given = np.ones(len(items)) if weights is None else np.asarray(weights, np.float64)
        if given.shape != (len(items),):
            raise ParameterError(
                f"got {counted(len(items), 'word')} and weights of shape {given.shape}: give one weight per word"
            )
        vectors, used = np.zeros((len(items), self.vector_size)), np.zeros(len(items), bool)
        rows: dict[int, int] = {}  # place in `items` -> row
        for place, item in enumerate(items):
            if isinstance(item, np.ndarray):
                vectors[place], used[place] = self._vector(item), True
            elif not ignore_missing or item in self:
                rows[place] = self.row(item)
        if rows:
            places, found = np.array(list(rows)), self._rows[list(rows.values())]
            fit = np.isfinite(found).all(axis=1)
            fit &= found.any(axis=1) | (not pre_normalize)
            vectors[places[fit]] = unit_rows(found[fit]) if pre_normalize else found[fit]
            used[places[fit]] = True
            _warn_of_lost("get_mean_vector", [items[place] for place in places[~fit]])
        total, total_weight = (given[:, None] * vectors).sum(axis=0), np.abs(given[used]).sum()
        mean = total / total_weight if total_weight else total
        return unit_row(mean) if post_normalize else mean.astype(np.float32)

    def doesnt_match(self, words: Sequence[Hashable]) -> Any:
        """Return the word of a group that is farthest from the group's mean.

        Parameters
        ----------
        words : sequence of hashables

        Returns
        -------
        hashable
            The first of several that are equally far. Words whose vectors are zero, or hold NaN or infinity, are left
            out, with a warning.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        ParameterError
            There are no words, or none whose vector has a direction.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.array([[1, 0], [1, 0.1], [0, 1]]), ["cat", "dog", "house"])
        >>> wv.doesnt_match(["cat", "house", "dog"])
        'house'
        """
        items, units = self._directed("doesnt_match", _items("words", words))
        mean = unit_row(units.astype(np.float64).mean(axis=0))
        return items[int(np.argmin(units @ mean))]

    def rank(self, word: Hashable, other: Hashable) -> int:
        """Return the rank of `other` among the neighbours of `word`: 1 is the nearest.

        Parameters
        ----------
        word, other : hashable

        Returns
        -------
        int
            Words that are equally far share a rank.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> WordVectors(np.array([[1, 0], [1, 1], [0, 1]]), ["a", "b", "c"]).rank("a", "c")
        2
        """
        return len(self._closer_rows(word, other)) + 1

    def closer_than(self, word: Hashable, other: Hashable) -> list[Any]:
        """Return the words that are closer to `word` than `other` is, by row.

        Parameters
        ----------
        word, other : hashable

        Returns
        -------
        list of hashables
            Without `word` itself.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> WordVectors(np.array([[1, 0], [1, 1], [0, 1]]), ["a", "b", "c"]).closer_than("a", "c")
        ['b']
        """
        return [self.index_to_key[row] for row in self._closer_rows(word, other)]

    # -- helpers --

    def _closer_rows(self, word: Hashable, other: Hashable) -> list[int]:
        asked, limit = self.row(word), self.row(other)
        for each, row in ((word, asked), (other, limit)):
            if not self._unit(row).any():
                raise ParameterError(f"the word {each!r:.60} {_UNDIRECTED}: it is near no word, and has no rank")
        scores = self._cosines(self._unit(asked), slice(None))
        scores[self.without_direction] = -np.inf
        return [row for row in np.flatnonzero(scores > scores[limit]).tolist() if row != asked]

    def _directed(self, call: str, items: list[Any], normalize: bool = True) -> tuple[list[Any], NDArray[np.float32]]:
        """Return the words that have a direction, and their unit vectors, or vectors; warn of the others."""
        vectors, lost = self._usable([self.row(word) for word in items], normalize)
        if not len(lost):
            return items, vectors
        if len(lost) == len(items):
            raise ParameterError(f"`words` {items!r:.60}: all of them {_UNDIRECTED}")
        _warn_of_lost(call, [items[place] for place in lost])
        kept = np.setdiff1d(np.arange(len(items)), lost)
        return [items[place] for place in kept], vectors[kept]

    def _usable(self, rows: list[int], normalize: bool) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the unit vectors of rows, or vectors, and which of them are of no use."""
        vectors = self._rows[rows]
        return units_and_others(vectors) if normalize else (vectors, rows_not_finite(vectors))

    def _vector(self, word: Any) -> NDArray[Any]:
        if not isinstance(word, np.ndarray):
            return self._rows[self.row(word)]
        if word.shape != (self.vector_size,):
            raise ParameterError(f"a vector has shape {word.shape}; these vectors have shape ({self.vector_size},)")
        check_finite(word, "a vector")
        return word

    def _mean_row(self, name: str, words: Sequence[Hashable]) -> NDArray[np.float64]:
        items = _items(name, words)
        vectors = self._rows[[self.row(word) for word in items]]
        if len(bad := rows_not_finite(vectors)):
            _warn_of_lost("n_similarity", [items[place] for place in bad])
            if len(bad) == len(items):
                return np.full(self.vector_size, np.nan)
            vectors = np.delete(vectors, bad, axis=0)
        return vectors.astype(np.float64).mean(axis=0)


def _items(name: str, words: Any) -> list[Any]:
    if isinstance(words, (str, bytes)) or not (hasattr(words, "__iter__") or is_column(words)):
        raise ParameterError(f"`{name}` must be a list of words; got {words!r:.40}")
    items = list(words)
    if not items:
        raise ParameterError(f"`{name}` is empty: give at least one word")
    return items


def _cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    unit, other = unit_row(first), unit_row(second)
    if not unit.any() or not other.any():
        finite = bool(np.isfinite(first).all() and np.isfinite(second).all())
        warn_user(
            f"similarity of a vector that {'is zero' if finite else 'holds NaN or infinity'} and so has no direction: "
            f"it is {'0' if finite else 'NaN'}"
        )
        return 0.0 if finite else float("nan")
    return min(1.0, max(-1.0, float(unit.astype(np.float64) @ other.astype(np.float64))))


def _warn_of_lost(call: str, words: list[Any]) -> None:
    if words:
        shown = ", ".join(f"{word!r:.60}" for word in words[:3]) + (" ..." if words[3:] else "")
        warn_user(f"{call}: left out {shown}, which {_UNDIRECTED}")
