"""gensim's queries over this package's: neighbours and comparisons, with its arguments and its rules."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import refuse
from fastw2v.compat.current_vectors import scales
from fastw2v.compat.editing import EditableVectors
from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import shown
from fastw2v.vectors.given import check_not_masked
from fastw2v.vectors.neighbours import Answer, direction
from fastw2v.vectors.queries import Words, check_finite, check_key, is_column
from fastw2v.vectors.search import unit_row, unit_rows

logger = logging.getLogger(__name__)

Scores = NDArray[np.float32]  # of all rows


class Queries(EditableVectors):
    """The part of `KeyedVectors` that answers questions."""

    _words_argument = "keys"

    # -- neighbours --

    @overload  # type: ignore[override]
    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
    ) -> Answer: ...
    @overload
    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        *,
        topn: None,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
        among: Words | None = None,
        exclude: Words | None = None,
    ) -> Scores: ...
    @overload
    def most_similar(
        self,
        positive: Any,
        negative: Any,
        topn: None,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
    ) -> Scores: ...
    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
    ) -> Any:
        """Find the nearest words, under gensim's rules; see `WordVectors.most_similar`.

        Parameters
        ----------
        positive, negative : word, row, vector, pair of one of these and a weight, or list or matrix of these
        topn : int or None, default 10
        clip_start, clip_end : int, optional
            Search these rows only.
        restrict_vocab : int, optional
            Search the first rows only; in place of the clips.
        indexer : ApproximateIndex, or object with ``most_similar(vector, topn)``, optional
            Search with it, such as gensim's AnnoyIndexer; what another index than ours returns is returned unchanged.
            Either searches the vectors as they were when it was built: build it anew after edits.
        among, exclude
            As in `WordVectors.most_similar`.

        Returns
        -------
        list of (word, float), or array of float32
            The scores of all rows searched if `topn` is None.
        """
        if type(topn) is not int or clip_start or clip_end is not None or restrict_vocab is not None:
            _check_whole(topn=topn, clip_start=clip_start, clip_end=clip_end, restrict_vocab=restrict_vocab)
        added, taken = _listed(positive), [_negated(item) for item in _listed(negative)]
        if topn is not None and topn < 1:
            return []
        start, end = (0, restrict_vocab) if restrict_vocab else (clip_start, clip_end or None)
        foreign = topn is not None and indexer is not None and not hasattr(indexer, "check")
        if topn is None or foreign:
            refuse(not (among is exclude is None), "among and exclude", "all rows are scored or left to the indexer")
            lost: list[Any] = []
            query, _ = self._query(added, taken, lost)
            unit = direction(query, lost)
            return _ask(indexer, unit, topn, start, end) if foreign else self._all_scores(unit, lost)[start:end]
        if start or (end is not None and end < 0):
            refuse(indexer is not None, "clips together with indexer", "an index always searches all rows")
            return self._most_similar_in(slice(start, end), added, taken, topn, among, exclude)
        return super().most_similar(added, taken, topn, end, among=among, exclude=exclude, index=indexer)

    def _most_similar_in(
        self, rows: slice, added: Any, taken: Any, topn: int, among: Words | None, exclude: Words | None
    ) -> Any:
        """Find the nearest words among some rows."""
        lost: list[Any] = []
        query, asked = self._query(added, taken, lost)
        unit = direction(query, lost)
        if not unit.any():
            return []
        choice = self._choice(None, among, exclude)
        clipped = np.arange(*rows.indices(choice.limit))
        choice.rows = clipped if choice.rows is None else np.intersect1d(clipped, choice.rows)
        return self._best(self._scores(unit, choice), topn, asked, choice)

    def _all_scores(self, unit: NDArray[np.float32], lost: list[Any]) -> NDArray[np.float32]:
        """Return the cosines of all rows, NaN without direction; of a query that is zero, 0 unless words were lost."""
        scores = self._cosines(unit, slice(None))
        scores[self.without_direction if unit.any() or not lost else slice(None)] = np.nan
        return scores

    @overload  # type: ignore[override]
    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, topn: int = 10, restrict_vocab: int | None = None
    ) -> Answer: ...
    @overload
    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, *, topn: None, restrict_vocab: int | None = None
    ) -> Scores: ...
    @overload
    def most_similar_cosmul(
        self, positive: Any, negative: Any, topn: None, restrict_vocab: int | None = None
    ) -> Scores: ...
    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Do the same as `WordVectors.most_similar_cosmul`; return the scores of all rows if `topn` is None."""
        if topn is None:
            choice = self._choice(restrict_vocab, None, None, every=False)
            scores, _ = self._cosmul(_listed(positive), _listed(negative), choice)
            undirected = self.without_direction
            if scores is None:
                return np.full(choice.limit, np.nan)
            scores[undirected[undirected < choice.limit]] = np.nan
            return scores
        return super().most_similar_cosmul(_listed(positive), _listed(negative), topn, restrict_vocab)

    @overload
    def similar_by_word(self, word: Hashable, topn: int = 10, restrict_vocab: int | None = None) -> Answer: ...
    @overload
    def similar_by_word(self, word: Hashable, topn: None, restrict_vocab: int | None = None) -> Scores: ...
    def similar_by_word(self, word: Hashable, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Find the words nearest to a word."""
        check_key(word, "similar_by_word got")
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    @overload
    def similar_by_key(self, key: Hashable, topn: int = 10, restrict_vocab: int | None = None) -> Answer: ...
    @overload
    def similar_by_key(self, key: Hashable, topn: None, restrict_vocab: int | None = None) -> Scores: ...
    def similar_by_key(self, key: Hashable, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Find the words nearest to a word."""
        return self.similar_by_word(key, topn, restrict_vocab)

    @overload
    def similar_by_vector(self, vector: Any, topn: int = 10, restrict_vocab: int | None = None) -> Answer: ...
    @overload
    def similar_by_vector(self, vector: Any, topn: None, restrict_vocab: int | None = None) -> Scores: ...
    def similar_by_vector(self, vector: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Find the words nearest to a vector."""
        check_not_masked(vector, "vector")
        array = np.asarray(vector)
        if array.shape != (self.vector_size,) or array.dtype.kind not in "fiu":
            raise ParameterError(f"vector={shown(vector)}: it must be an array of {self.vector_size} numbers")
        check_finite(array, "vector")
        return self.most_similar([array], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_to_given(self, key1: Hashable, keys_list: Sequence[Hashable]) -> Hashable:
        """Return the word of a list that is nearest to a word."""
        refuse_string("keys_list", keys_list)
        keys_list = list(keys_list)
        if not keys_list:
            raise ParameterError("most_similar_to_given: keys_list is empty: give at least one word")
        distances = self.distances(key1, keys_list)
        return keys_list[int(np.argmin(np.where(np.isnan(distances), 1, distances)))]  # the similarity is 0 then

    def relative_cosine_similarity(self, wa: Hashable, wb: Hashable, topn: int = 10) -> float:
        """Return the similarity of two words, divided by the sum of those of the nearest words (Leeuwenberg 2016)."""
        nearest = self.similar_by_word(wa, topn)
        if not nearest and not self._unit(self.row(wa)).any():
            return float("nan")
        if not nearest:
            raise ParameterError(f"topn={topn!r}: {wa!r} has no neighbours to compare with: ask for at least one")
        return self.similarity(wa, wb) / sum(score for _, score in nearest)

    # -- comparisons; unknown words are skipped, as in gensim --

    def n_similarity(self, ws1: Sequence[Hashable], ws2: Sequence[Hashable]) -> float:  # type: ignore[override]
        """Return the cosine of two groups' mean vectors; 0 if no word of a group is known."""
        refuse_string("ws1", ws1)
        refuse_string("ws2", ws2)
        ws1, ws2 = list(ws1), list(ws2)
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError(
                f"n_similarity: {'ws1' if not len(ws1) else 'ws2'} is empty: give at least one word"
            )
        known = self._known(ws1, warn=False), self._known(ws2, warn=False)
        if not all(known):
            return np.float64(0)
        return np.float64(super().n_similarity(*known))

    def doesnt_match(self, words: Sequence[Hashable]) -> Hashable:
        """Return the word that is farthest from the mean of all."""
        refuse_string("words", words)
        words = list(words)
        known = self._known(words)
        if words and not known:
            raise ParameterError("doesnt_match: none of the words is in the vocabulary; give at least one")
        return super().doesnt_match(known)

    def distances(  # type: ignore[override]
        self, word_or_vector: Any, other_words: Iterable[Hashable] | None = None
    ) -> NDArray[np.float32]:
        """Return the cosine distances of a word or vector to other words, or to all where there are none."""
        refuse_string("other_words", other_words)
        if _are_numbers(word_or_vector) and not self._is_word(word_or_vector):
            word_or_vector = np.asarray(word_or_vector)
        return super().distances(word_or_vector, None if other_words is None else list(other_words) or None)

    def _is_word(self, given: Any) -> bool:
        """Return whether it is a word, or would be one: of a vocabulary of tuples, any tuple would."""
        if isinstance(given, tuple) and len(self) and isinstance(self.index_to_key[0], tuple):
            return True
        return isinstance(given, Hashable) and given in self.key_to_index

    def closer_than(self, key1: Hashable, key2: Hashable) -> list[Hashable]:
        """Return the words that are nearer to the first than the second is."""
        return super().closer_than(key1, key2)

    def _closer_rows(self, word: Hashable, other: Hashable) -> NDArray[np.int64]:
        """Return no row, as gensim does, if a vector has no direction."""
        if all(self._unit(row).any() for row in self._known_rows([word, other])):
            return super()._closer_rows(word, other)
        warn_user(f"the vector of {word!r:.60} or {other!r:.60} is zero, or holds NaN or infinity: no word is closer")
        return np.empty(0, np.int64)

    def words_closer_than(self, word1: Hashable, word2: Hashable) -> list[Hashable]:
        """Return the words that are nearer to the first than the second is."""
        return self.closer_than(word1, word2)

    def rank(self, key1: Hashable, key2: Hashable) -> int:
        """Return the place of the second word among the neighbours of the first, from 1."""
        return super().rank(key1, key2)

    def similarity(self, w1: Hashable, w2: Hashable) -> float:
        """Return the cosine similarity of two words."""
        return np.float64(super().similarity(w1, w2))  # a float that scripts may round as they do gensim's: x.round(2)

    def distance(self, w1: Hashable, w2: Hashable) -> float:
        """Return 1 less the cosine similarity of two words."""
        return np.float64(super().distance(w1, w2))

    def get_mean_vector(
        self,
        keys: Sequence[Any],
        weights: Any = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[np.float32]:
        """Return the mean vector of words; see `WordVectors.get_mean_vector`."""
        return super().get_mean_vector(keys, weights, pre_normalize, post_normalize, ignore_missing)

    def _known(self, words: Sequence[Hashable], *, warn: bool = True) -> list[Hashable]:
        """Return the known words; tell of the others by a warning, or in the log where questions come in thousands."""
        known = [word for word in words if word in self]
        if len(known) < len(words):
            left_out = [word for word in words if word not in self]
            if warn:
                warn_user(f"words that are not in the vocabulary were skipped: {left_out}")
            else:
                logger.info("words that are not in the vocabulary were skipped: %s", left_out)
        return known

    def rank_by_centrality(self, words: Sequence[Hashable], use_norm: bool = True) -> list[tuple[float, Any]]:
        """Return pairs of a similarity to the mean of all words and a word, the nearest first; unknown are skipped."""
        refuse_string("words", words)
        known = self._known(list(words))
        if not known:
            raise ParameterError("rank_by_centrality: none of the words is in the vocabulary; give at least one")
        known, vectors = self._directed("rank_by_centrality", known, use_norm)
        mean = unit_row(np.add.reduce(vectors, axis=0, dtype=np.float64) / len(known))
        return sorted(zip((vectors @ mean).tolist(), known, strict=True), reverse=True)

    def wmdistance(self, document1: Sequence[Hashable], document2: Sequence[Hashable], norm: bool = True) -> float:
        """Return the word mover's distance of two documents, infinity if no word of one is known.

        Unknown words are skipped, of which the log tells, as in gensim. It needs POT: ``pip install 'fastw2v[wmd]'``.
        (gensim's answers infinity, too, for different words that have the same vectors; their distance is 0.)
        """
        refuse_string("document1", document1)
        refuse_string("document2", document2)
        known = self._known(list(document1), warn=False), self._known(list(document2), warn=False)
        if not all(known):
            logger.warning(
                "wmdistance: at least one of the documents had no words that were in the vocabulary; their distance is "
                "infinite"
            )
            return float("inf")
        return self.word_movers_distance(*known, normalize=norm)

    @staticmethod
    def cosine_similarities(vector_1: NDArray[Any], vectors_all: NDArray[Any]) -> NDArray[np.float32]:
        """Return the cosines of a vector with others, shape (n,), NaN for a vector that has no direction."""
        rows, vector = np.asarray(vectors_all), np.asarray(vector_1)
        if rows.ndim != 2 or vector.shape != rows.shape[1:]:
            raise ParameterError(
                f"cosine_similarities: vector_1 has shape {vector.shape}, and vectors_all {rows.shape}; they must be "
                "(D,) and (n, D)"
            )
        unit, (divisors, undirected) = unit_row(vector), scales(rows)
        found: NDArray[np.float32] = unit_rows(rows) @ unit if divisors is None else rows @ unit / divisors
        if len(undirected) or not unit.any():
            warn_user("cosine_similarities: of vectors that are zero, or hold NaN or infinity, they are NaN")
            found[undirected if unit.any() else slice(None)] = np.nan
        return found


def _check_whole(**numbers: Any) -> None:
    """Raise ParameterError for what is neither a whole number nor None."""
    for name, value in numbers.items():
        if value is not None and not isinstance(value, (int, np.integer)):
            raise ParameterError(f"{name}={shown(value)}: it must be a whole number, or None")


def refuse_string(name: str, words: Any) -> None:
    """Refuse a string in place of a list of words: its characters would be the words."""
    if isinstance(words, (str, bytes)):
        raise ParameterError(f"{name}={shown(words)}: it must be a list of words, such as {shown(words)}.split()")


def _ask(indexer: Any, unit: NDArray[np.float32], topn: int | None, start: int, end: int | None) -> Any:
    """Ask another package's index."""
    if not hasattr(indexer, "most_similar"):
        raise ParameterError(
            f"indexer={shown(indexer)}: it must have a method most_similar(vector, topn), or be an ApproximateIndex"
        )
    refuse(bool(start or end), "clips and restrict_vocab together with indexer", "an index always searches all rows")
    return indexer.most_similar(unit, topn)


def _are_numbers(given: Any) -> bool:
    """Return whether a list, tuple or column holds numbers and nothing else."""
    if not isinstance(given, (list, tuple)) and not is_column(given):
        return False
    return all(isinstance(number, (int, float, np.number)) for number in given)


def _listed(given: Any) -> Any:
    """Return a list of the terms, of which a matrix has one in each row."""
    if given is None or isinstance(given, (list, tuple)):
        return [] if given is None else given
    if isinstance(given, (Set, Mapping, Iterator)) or (isinstance(given, np.ndarray) and given.ndim == 2):
        return list(given)
    if isinstance(given, np.ndarray) or is_column(given):
        array = np.asarray(given)
        is_vector = array.dtype.kind == "f" or (array is given and array.dtype.kind in "iu")
        return list(given) if array.ndim == 1 and not is_vector else [array]
    return [given]


def _negated(item: Any) -> Any:
    """Negate a weight: gensim adds a weight in `negative`, `WordVectors` subtracts it."""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], (int, float, np.number)):
        return item[0], -item[1]
    return item
