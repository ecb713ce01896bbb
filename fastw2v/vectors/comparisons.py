"""Comparisons: similarities and distances between given words and groups of words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastw2v.errors import ParameterError, UnknownWordError, warn_user
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import check_finite, describe_undirected, is_column, words_among
from fastw2v.vectors.search import cosine, rows_not_finite, unit_row, units_and_others
from fastw2v.vectors.table import Table
from fastw2v.vectors.word_movers import transport_cost

_UNDIRECTED = "have no direction, as their vectors are zero, or hold NaN or infinity"


class Comparisons(Table):
    """The part of `WordVectors` that compares words and groups of words."""

    _words_argument = "words"  # of get_mean_vector, which another layer names otherwise

    def similarity(self, word: Any, other: Any) -> float:
        """Return the cosine similarity of two words or vectors.

        Parameters
        ----------
        word, other : hashable, or array of shape (D,)

        Returns
        -------
        float
            In [-1, 1]; 0 when either vector is zero, NaN when it holds NaN or infinity, each with a warning.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        ParameterError
            For a vector of another shape, or one that holds NaN or infinity.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> round(WordVectors(np.array([[2, 0], [3, 3]]), ["a", "b"]).similarity("a", "b"), 4)
        0.7071
        """
        try:
            return _cosine(self._vector(word), self._vector(other))
        except UnknownWordError:
            self._known_rows(words_among([word, other]))
            raise

    def distance(self, word: Any, other: Any) -> float:
        """Return the cosine distance of two words or vectors, 1 minus their similarity: from 0 to 2."""
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
        ParameterError
            `others` is a string, or the vector has another shape, or holds NaN or infinity.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> WordVectors(np.eye(2), ["a", "b"]).distances("a")
        array([0., 1.], dtype=float32)
        """
        if others is not None:
            check_words("others", others)
            others = list(others)
            self._known_rows(words_among([word]) + others)
        unit = unit_row(self._vector(word))
        if others is None:
            found, undirected = 1 - self._cosines(unit, slice(None)), self.without_direction
        else:
            units, undirected = units_and_others(self._rows.take(self._known_rows(others), axis=0))
            found = 1 - units @ unit
        if not unit.any() or len(undirected):
            found[undirected if unit.any() else slice(None)] = np.nan
            lost = counted(len(undirected), "word has", "words have") if unit.any() else "the given word has"
            warn_user(f"distances: {lost} no direction (zeros, or NaN or infinity in it): the distances are NaN")
        return found

    def n_similarity(self, words: Sequence[Any], others: Sequence[Any]) -> float:
        """Return the cosine of the mean vectors of two groups of words or vectors.

        Parameters
        ----------
        words, others : sequence of hashables, or of arrays of shape (D,)
            At least one each; vectors are used at their own length.

        Returns
        -------
        float
            In [-1, 1]; 0 when a mean is zero, with a warning. Words whose vectors hold NaN or infinity are left out,
            with a warning; it is NaN if a group has no others.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        ParameterError
            For an empty group, a vector of another shape, or one that holds NaN or infinity.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.eye(3), ["a", "b", "c"])
        >>> round(wv.n_similarity(["a", "b"], ["b", "c"]), 4)
        0.5
        """
        items, others = _items("words", words), _items("others", others)
        try:
            return _cosine(self._mean_row(items), self._mean_row(others))
        except UnknownWordError:
            self._known_rows(words_among([*items, *others]))
            raise

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
        ParameterError
            A document is empty, or a string.
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
        items = _items("words", words)
        found = self._known_rows(items + _items("others", others))
        sides = []
        for given in (found[: len(items)], found[len(items) :]):
            counted = Counter(given)
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
            Zeros, with a warning, if no word is known.

        Raises
        ------
        UnknownWordError
            With ``ignore_missing=False``.
        ParameterError
            There are no words, another number of weights, or a weight that is not finite.

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
        items = _items(self._words_argument, words)
        self._warn_of_unknown(items, ignore_missing)
        given = None if weights is None else _numbers(weights)
        if given is not None and given.shape != (len(items),):
            raise ParameterError(
                f"got {counted(len(items), 'word')} and weights of shape {given.shape}: give one weight per word"
            )
        places, own = [], []
        for place, item in enumerate(items):
            if isinstance(item, np.ndarray):
                own.append(place)
            elif not ignore_missing or item in self:
                places.append(place)
        rows = self._known_rows(items[place] for place in places)
        total, used = self._weighted_sum(rows, None if given is None else given[places], pre_normalize)
        if used is not None:
            _warn_of_lost("get_mean_vector", [items[place] for place, fit in zip(places, used, strict=True) if not fit])
            places = [place for place, fit in zip(places, used, strict=True) if fit]
        for place in own:
            vector = self._vector(items[place])
            total += vector if given is None else given[place] * vector
        total_weight = len(places) + len(own) if given is None else float(np.abs(given[places + own]).sum())
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
        ParameterError
            One of the words has no direction.

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
        ParameterError
            One of the words has no direction.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> WordVectors(np.array([[1, 0], [1, 1], [0, 1]]), ["a", "b", "c"]).closer_than("a", "c")
        ['b']
        """
        words = self.index_to_key  # a property, and looked up once, as there may be many rows
        return [words[row] for row in self._closer_rows(word, other).tolist()]

    # -- helpers --

    def _warn_of_unknown(self, items: list[Any], ignore_missing: bool) -> None:
        if ignore_missing and not any(isinstance(item, np.ndarray) or item in self for item in items):
            warn_user("get_mean_vector: zeros, since none of the words is in the vocabulary")

    def _closer_rows(self, word: Hashable, other: Hashable) -> NDArray[np.int64]:
        asked, limit = self._known_rows([word, other])
        for each, row in ((word, asked), (other, limit)):
            if not self._unit(row).any():
                raise ParameterError(f"{describe_undirected([each])}: it is near no word, and has no rank")
        scores = self._cosines(self._unit(asked), slice(None))
        scores[self.without_direction] = -np.inf
        closer = scores > scores[limit]
        closer[asked] = False
        return np.flatnonzero(closer)

    def _directed(self, call: str, items: list[Any], normalize: bool = True) -> tuple[list[Any], NDArray[np.float32]]:
        """Return the words that have a direction, and their unit vectors, or vectors; warn of the others."""
        vectors, lost = self._usable(self._known_rows(items), normalize)
        if not len(lost):
            return items, vectors
        if len(lost) == len(items):
            raise ParameterError(f"`words` {items!r:.60}: all of them {_UNDIRECTED}")
        _warn_of_lost(call, [items[place] for place in lost])
        kept = np.setdiff1d(np.arange(len(items)), lost)
        return [items[place] for place in kept], vectors[kept]

    def _weighted_sum(
        self, rows: list[int], weights: NDArray[np.float64] | None, normalize: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
        """Return the sum of rows, or of their unit vectors, and which are in it; None: all of them."""
        if not rows:
            return np.zeros(self.vector_size), None
        weights = np.ones(len(rows)) if weights is None else weights
        with np.errstate(all="ignore"):  # a damaged file may hold any NaN, also one that traps
            vectors = self._rows.take(rows, axis=0).astype(np.float64)
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) if normalize else np.ones(len(rows))
            total: NDArray[np.float64] = (weights / lengths).dot(vectors)
            if math.isfinite(total.dot(total)):  # a length of 0 has made it NaN
                return total, None
        fit = np.isfinite(vectors).all(axis=1) & np.isfinite(lengths) & (lengths > 0)
        found: NDArray[np.float64] = (weights[fit] / lengths[fit]) @ vectors[fit]
        return found, fit

    def _usable(self, rows: list[int], normalize: bool) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the unit vectors of rows, or vectors, and which of them are of no use."""
        vectors = self._rows.take(rows, axis=0)
        return units_and_others(vectors) if normalize else (vectors, rows_not_finite(vectors))

    def _vector(self, word: Any) -> NDArray[Any]:
        if not isinstance(word, np.ndarray):
            return self._rows[self.row(word)]
        if word.shape != (self.vector_size,):
            raise ParameterError(f"a vector has shape {word.shape}; these vectors have shape ({self.vector_size},)")
        check_finite(word, "a vector")
        return word

    def _mean_row(self, items: list[Any]) -> NDArray[np.float64]:
        if type(self)._vector is not Comparisons._vector or any(isinstance(word, np.ndarray) for word in items):
            vectors = np.array([self._vector(word) for word in items])
        else:
            vectors = self._rows.take(self._known_rows(items), axis=0)
        total = np.add.reduce(vectors, axis=0, dtype=np.float64)
        if np.isfinite(total).all():
            mean: NDArray[np.float64] = total / len(items)
            return mean
        if len(bad := rows_not_finite(vectors)):
            _warn_of_lost("n_similarity", [items[place] for place in bad])
            if len(bad) == len(items):
                return np.full(self.vector_size, np.nan)
            vectors = np.delete(vectors, bad, axis=0)
        return vectors.astype(np.float64).mean(axis=0)


def _numbers(weights: ArrayLike) -> NDArray[np.float64]:
    try:
        given = np.asarray(weights, np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"`weights` must be numbers, one for each word; got {weights!r:.60}") from None
    if not np.isfinite(given).all():
        raise ParameterError("`weights` holds NaN or infinity: give finite numbers")
    return given


def check_words(name: str, words: Any) -> None:
    """Raise ParameterError for a string in place of a list of words, and for what is no list."""
    if isinstance(words, (str, bytes)) or not (hasattr(words, "__iter__") or is_column(words)):
        raise ParameterError(f"`{name}` must be a list of words; got {words!r:.40}")


def _items(name: str, words: Any) -> list[Any]:
    check_words(name, words)
    items = list(words)
    if not items:
        raise ParameterError(f"`{name}` is empty: give at least one word")
    return items


def _cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    found = cosine(first, second)
    if math.isnan(found):
        finite = bool(np.isfinite(first).all() and np.isfinite(second).all())
        warn_user(
            f"similarity of a vector that {'is zero' if finite else 'holds NaN or infinity'} and so has no direction: "
            f"it is {'0' if finite else 'NaN'}"
        )
        return 0.0 if finite else found
    return found


def _warn_of_lost(call: str, words: list[Any]) -> None:
    if words:
        warn_user(f"{call}: left out {describe_undirected(words)}")
