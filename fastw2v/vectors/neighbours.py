"""Neighbours: queries that search all vectors for the nearest words, one at a time or in batches."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import search_limit, whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.index_base import IndexBase
from fastw2v.vectors.neighbour_list import NeighbourList
from fastw2v.vectors.queries import Choice, Words, describe_undirected, read_terms, words_among
from fastw2v.vectors.search import SearchIndex, best_of_many, best_rows, unit_row, unit_rows
from fastw2v.vectors.table import Table

# As in gensim: keeps a quotient of similarities finite (Levy and Goldberg 2014, equation 4).
COSMUL_EPSILON = 1e-6
# With so many queries, callables are asked about all words; with fewer, about the best words of each query.
_MANY = 64
# Scores computed at once where they are: 16 MB of float32.
_SCORES = 4_194_304

# Words come out as they went in, usually as strings; Hashable would let nobody use them as such.
Answer = list[tuple[Any, float]]


class Neighbours(Table):
    """The part of `WordVectors` that searches."""

    def most_similar(
        self,
        positive: Any = (),
        negative: Any = (),
        topn: int = 10,
        restrict_vocab: int | None = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
        index: SearchIndex | None = None,
    ) -> Answer:
        """Find the words whose vectors point most nearly the same way (cosine similarity, exact).

        Parameters
        ----------
        positive, negative : word, vector of shape (D,), pair (word or vector, weight), or list of these
            What to add and what to subtract. Words contribute their unit vectors, vectors are used as they are.
        topn : int, default 10
            How many words to return.
        restrict_vocab : int, optional
            Search only the first rows, which are the most frequent words unless the vectors have another order. The
            query's own words may lie beyond them.
        among, exclude : collection of words, or callable(word) -> bool, optional
            The words that may be answers, and those that may not. Unknown words have no effect; if `among` has only
            such, a warning says so. A callable sees the best words only, until `topn` are found.
        index : ApproximateIndex, optional
            Search this index of the same vectors, which is faster than comparing all of them: see
            :class:`fastw2v.ann.ApproximateIndex`. Not with `restrict_vocab` or a collection in `among`.

        Returns
        -------
        list of (word, float)
            Best first, without the words of the query. Scores lie in [-1, 1].

        Raises
        ------
        UnknownWordError
            For a word of the query that is not in the vocabulary.
        ParameterError
            The query is empty, a vector has the wrong shape, or a number or a weight is not finite.

        Notes
        -----
        One matrix product and a partial sort. Equal scores are ordered by row. Vectors that are zero, or hold NaN or
        infinity, have no direction: their words are never answers, words of the query without one are left out of it,
        and the answer to a query without one is empty; each with a warning.
        A weight in `negative` is the amount subtracted (gensim adds it).

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.array([[1, 0], [2, 1], [0, 1]], np.float32), ["a", "b", "c"])
        >>> [word for word, score in wv.most_similar([("a", 1.0), ("c", 0.5)], topn=1)]
        ['b']
        >>> [word for word, score in wv.most_similar("a", exclude={"b"}, topn=1)]
        ['c']
        """
        topn = whole_number("topn", topn, 0)
        choice = self._choice(restrict_vocab, among, exclude, every=index is None)
        lost: list[Any] = []
        query, asked = self._query(positive, negative, lost)
        unit = direction(query, lost)
        if not unit.any():
            return NeighbourList()
        if index is not None:
            return self._approximate(index, unit[None, :], [asked], topn, restrict_vocab, choice)[0]
        return self._best(self._scores(unit, choice), topn, asked, choice)

    def most_similar_batch(
        self,
        positive: Any,
        negative: Iterable[Any] | None = None,
        topn: int = 10,
        restrict_vocab: int | None = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
        index: SearchIndex | None = None,
        ignore_missing: bool = False,
    ) -> list[Answer]:
        """Answer many queries of `most_similar` together, in blocks of matrix products.

        Parameters
        ----------
        positive : iterable, or array of shape (n, D)
            One item per query, of any kind that `most_similar` takes; each row of an array is one query.
        negative : iterable, optional
            As long as `positive`: what each query subtracts.
        topn, restrict_vocab, among, exclude, index
            As in `most_similar`, the same for all queries. A callable is called once for each word at most.
        ignore_missing : bool, default False
            Skip unknown words instead of raising. The answer to a query of such words alone is empty, with a warning.

        Returns
        -------
        list of list of (word, float)
            One answer per query.

        Raises
        ------
        UnknownWordError
            For a word of a query that is not in the vocabulary, unless `ignore_missing`.
        ParameterError
            A query is empty, or `negative` and `positive` differ in length.

        Notes
        -----
        Scores take 16 MB, whatever the number of queries and words. They may differ from those of `most_similar` in
        the last digit, because the matrix product adds in another order.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.array([[1, 0], [2, 1], [0, 1]], np.float32), ["a", "b", "c"])
        >>> [answer[0][0] for answer in wv.most_similar_batch(["a", "c"], topn=1)]
        ['b', 'b']
        """
        topn = whole_number("topn", topn, 0)
        if isinstance(positive, (str, bytes)) or (isinstance(positive, np.ndarray) and positive.ndim == 0):
            raise ParameterError(
                f"most_similar_batch takes a list of queries; got {positive!r:.40}: use most_similar for one query"
            )
        if isinstance(positive, Mapping) or not isinstance(positive, Iterable):
            raise ParameterError(
                f"most_similar_batch takes a list of queries; got {type(positive).__name__} {positive!r:.40}"
            )
        questions = list(positive)
        if isinstance(negative, (str, bytes, Mapping)) or not (negative is None or isinstance(negative, Iterable)):
            raise ParameterError(
                f"negative: most_similar_batch takes a list as long as that of the queries; got {negative!r:.40}"
            )
        subtracted: Sequence[Any] = [()] * len(questions) if negative is None else list(negative)
        if len(subtracted) != len(questions):
            raise ParameterError(
                f"`positive` has {counted(len(questions), 'query', 'queries')}, but `negative` has "
                f"{len(subtracted):,}: make them equally long"
            )
        choice = self._choice(restrict_vocab, among, exclude, every=index is None)
        queries = np.empty((len(questions), self.vector_size))
        asked: list[list[int]] = []
        lost: list[Any] = []
        blank: list[int] = []
        for number, (added, taken) in enumerate(zip(questions, subtracted, strict=True)):
            missing: list[Any] | None = [] if ignore_missing else None
            queries[number], rows = self._query(added, taken, lost, missing)
            asked.append(rows)
            if missing and not rows and not queries[number].any():
                blank.append(number)
        units = directions(queries, lost, blank)
        if index is not None:
            answers = self._approximate(index, units, asked, topn, restrict_vocab, choice)
        else:
            answers = self._best_batch(units, asked, topn, choice)
        directed: NDArray[np.bool_] = np.any(units, axis=1)
        return [answer if some else NeighbourList() for answer, some in zip(answers, directed, strict=True)]

    def most_similar_cosmul(
        self,
        positive: Any = (),
        negative: Any = (),
        topn: int = 10,
        restrict_vocab: int | None = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
    ) -> Answer:
        """Return the words near all of `positive` and far from all of `negative`, by product (3CosMul).

        Parameters
        ----------
        positive, negative : word, vector of shape (D,), or list of these
            The product of similarities to the former is divided by that to the latter; no weights.
        topn, restrict_vocab, among, exclude
            As in `most_similar`.

        Returns
        -------
        list of (word, float)
            Best first. Scores are not cosines: similarities are mapped to [0, 1] before they are multiplied.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.
        ParameterError
            When `positive` is empty, or a term has a weight.

        Notes
        -----
        Levy and Goldberg, "Linguistic regularities in sparse and explicit word representations", 2014, equation 4.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]], np.float32),
        ...                  ["man", "king", "woman", "queen"])
        >>> wv.most_similar_cosmul(["king", "woman"], ["man"], topn=1)[0][0]
        'queen'
        """
        topn = whole_number("topn", topn, 0)
        choice = self._choice(restrict_vocab, among, exclude)
        scores, asked = self._cosmul(positive, negative, choice)
        if scores is None:
            return NeighbourList()
        return self._best(scores, topn, asked, choice, clip=False)

    def _cosmul(self, positive: Any, negative: Any, choice: Choice) -> tuple[NDArray[np.float64] | None, list[int]]:
        """Return the scores of the rows of `choice`, None without a direction, and the rows of the query's words."""
        products: dict[str, Any] = {}
        asked: list[int] = []
        lost: list[Any] = []
        terms = 0
        sides = {
            name: read_terms(name, given, self.key_to_index, self.vector_size)
            for name, given in (("positive", positive), ("negative", negative))
        }
        self._known_rows(words_among(term for side in sides.values() for term, _ in side))
        for name, side in sides.items():
            for term, weight in side:
                if weight != 1.0:
                    raise ParameterError(f"most_similar_cosmul takes no weights; `{name}` has the weight {weight:g}")
                vector, rows = self._query(term, lost=lost)
                asked += rows
                terms += name == "positive"
                unit = unit_row(vector)
                if not unit.any():
                    continue
                near = self._scores(unit, choice).astype(np.float64)
                products[name] = products.get(name, 1.0) * (1 + near) / 2
        _warn_of_lost(lost)
        if terms and "positive" not in products:
            _warn_of_zeros("the query is")
            return None, asked
        if not terms:
            raise ParameterError("most_similar_cosmul needs at least one word or vector in `positive`")
        return products["positive"] / (products.get("negative", 1.0) + COSMUL_EPSILON), asked

    def analogy(self, a: Hashable, b: Hashable, c: Hashable, topn: int = 10) -> Answer:
        """Answer "`a` is to `b` as `c` is to what?" with the words nearest to b - a + c.

        Parameters
        ----------
        a, b, c : hashable
            ``analogy("man", "king", "woman")`` should find "queen".
        topn : int, default 10

        Returns
        -------
        list of (word, float)
            Best first, without `a`, `b` and `c`.

        Raises
        ------
        UnknownWordError
            For a word that is not in the vocabulary.

        Notes
        -----
        3CosAdd over unit vectors (Levy and Goldberg 2014), as in word2vec's own demonstration.

        Examples
        --------
        >>> import numpy as np
        >>> from fastw2v import WordVectors
        >>> wv = WordVectors(np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]], np.float32),
        ...                  ["man", "king", "woman", "queen"])
        >>> wv.analogy("man", "king", "woman", topn=1)[0][0]
        'queen'
        """
        return self.most_similar(positive=[b, c], negative=[a], topn=topn)

    # -- helpers --

    def _searchable(self) -> int:
        """Return how many rows, the first ones, may be answers."""
        return len(self)

    def _choice(
        self, restrict_vocab: int | None, among: Words | None, exclude: Words | None, *, every: bool = True
    ) -> Choice:
        """Return the words admitted as answers; without direction none is, which only matters if `every` row is met."""
        limit = search_limit(self._searchable(), restrict_vocab)
        choice = Choice(self.key_to_index, self.index_to_key, limit, among, exclude)
        if every:
            choice.bar(self.without_direction)
        return choice

    def _query(
        self,
        positive: Any,
        negative: Any = (),
        lost: list[Any] | None = None,
        missing: list[Any] | None = None,
    ) -> tuple[NDArray[np.float64], list[int]]:
        """Sum a query; return the vector and the rows of its words.

        Add words without direction to `lost`, and unknown ones to `missing`, without which they raise.
        """
        index, size = self.key_to_index, self.vector_size
        terms = read_terms("positive", positive, index, size)
        terms += [(term, -weight) for term, weight in read_terms("negative", negative, index, size)]
        if not terms:
            raise ParameterError("most_similar needs at least one word or vector in `positive`")
        if missing is None:
            self._known_rows(words_among(term for term, _ in terms))
        query = np.zeros(size, np.float64)
        asked: list[int] = []
        for term, weight in terms:
            if isinstance(term, np.ndarray):
                query += weight * term
            elif missing is not None and term not in self:
                missing.append(term)
            else:
                row = self.row(term)
                asked.append(row)
                unit = self._unit(row).astype(np.float64)
                query += weight * unit
                if lost is not None and not unit.any():
                    lost.append(term)
        return query, asked

    def _scores(self, unit: NDArray[np.float32], choice: Choice) -> NDArray[np.float32]:
        """Return the cosines of the rows of `choice` with a unit vector."""
        if choice.rows is None:
            return self._cosines(unit, slice(choice.limit))
        # For few rows, multiply those alone; for many, one product over all rows is cheaper than copying them.
        if len(choice.rows) < choice.limit // 4:
            return self._cosines(unit, choice.rows)
        return self._cosines(unit, slice(choice.limit))[choice.rows]

    def _best(self, scores: NDArray[Any], topn: int, asked: list[int], choice: Choice, clip: bool = True) -> Answer:
        """Return the best rows that `choice` admits, given the scores of `choice.rows`."""
        rows, left_out = choice.rows, {*choice.left_out, *(row for row in asked if row < choice.limit)}
        places = left_out if rows is None else _places(rows, left_out)
        wanted = topn if not choice.asks else min(len(scores), 4 * topn + 16)
        while True:
            best = best_rows(scores, wanted, places)
            found = best if rows is None else rows[best]
            if choice.asks:
                kept = [place for place, row in enumerate(found.tolist()) if choice.admits(row)][:topn]
                # Too few: examine more, until none are left.
                if len(kept) < topn and len(best) == wanted and wanted < len(scores):
                    wanted = min(len(scores), 8 * wanted)
                    continue
                best, found = best[kept], found[kept]
            return self._answer(found, scores[best], clip)

    def _best_batch(
        self, units: NDArray[np.float32], asked: list[list[int]], topn: int, choice: Choice
    ) -> list[Answer]:
        if len(units) == 1:
            return [self._best(self._scores(units[0], choice), topn, asked[0], choice)]
        if choice.asks and len(units) >= _MANY:
            choice.settle()
        rows, limit = choice.rows, choice.limit
        if choice.asks:
            searched = self.unit_vectors[:limit] if rows is None else self.unit_vectors[rows]
            at_once = max(1, _SCORES // max(1, len(searched)))
            scores = (
                line for first in range(0, len(units), at_once) for line in units[first : first + at_once] @ searched.T
            )
            return [self._best(line, topn, own, choice) for line, own in zip(scores, asked, strict=True)]
        barred: Any = choice.left_out
        if rows is not None and len(rows) > limit * 3 // 4:  # a copy of most rows takes as much memory as all
            others = np.ones(limit, np.bool_)
            others[rows] = False
            others[barred] = True
            rows, barred = None, np.flatnonzero(others)
        if rows is None:
            searched = self.unit_vectors[:limit]
            places = [[row for row in own if row < limit] for own in asked]
        else:
            searched, barred = self.unit_vectors[rows], _places(rows, barred)
            places = [_places(rows, own) for own in asked]
        return [
            self._answer(best if rows is None else rows[best], scores)
            for best, scores in best_of_many(units, searched, topn, places, barred)
        ]

    def _approximate(
        self,
        index: SearchIndex,
        units: NDArray[np.float32],
        asked: list[list[int]],
        topn: int,
        restrict_vocab: int | None,
        choice: Choice,
    ) -> list[Answer]:
        if restrict_vocab is not None or choice.rows is not None:
            raise ParameterError(
                "an index always searches all words: omit restrict_vocab and among (a callable in among "
                "works), or omit index"
            )
        if not hasattr(index, "check"):
            raise ParameterError(f"index must be an ApproximateIndex or a GpuIndex; got {type(index).__name__}")
        index.check(self._rows.shape)
        if isinstance(index, IndexBase):
            index.check_rows(self._rows)
        # Few of those left out are neighbours; where many are, more neighbours are fetched below.
        spare = 3 * topn + 16
        count = topn + min(len(choice.left_out), spare) + max(map(len, asked), default=0)
        count += spare if choice.asks else 0
        left_out = set(choice.left_out)
        answers, undirected = [], self.without_direction
        for unit, rows, near in zip(units, asked, index.search(units, max(1, count)), strict=True):
            looked_at = count
            while True:
                scores = self._cosines(unit, near)
                directed = ~np.isin(near, undirected)
                order = [i for i in np.lexsort((near, -scores)).tolist() if directed[i]]
                kept = [
                    i for i in order if near[i] not in left_out and near[i] not in rows and choice.admits(int(near[i]))
                ][:topn]
                if len(kept) == topn or len(near) == len(self):
                    answers.append(self._answer(near[kept], scores[kept]))
                    break
                if looked_at >= len(self):  # the graph does not lead to all rows
                    answers.append(self._best(self._scores(unit, choice), topn, rows, choice))
                    break
                looked_at *= 4  # too few passed the filters
                near = index.search(unit[None, :], looked_at)[0]
        return answers

    def _answer(self, rows: NDArray[np.int64], scores: NDArray[Any], clip: bool = True) -> Answer:
        if clip:
            scores = np.minimum(np.maximum(scores, -1.0), 1.0)  # in a quarter of the time of np.clip
        words = self.index_to_key
        return NeighbourList((words[row], score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True))


def _places(rows: NDArray[np.int64], wanted: Iterable[int]) -> list[int]:
    """Return where these rows stand among others, which ascend; those that are not among them are left out."""
    asked = list(wanted)
    found = np.searchsorted(rows, asked).tolist()
    return [at for at, row in zip(found, asked, strict=True) if at < len(rows) and rows[at] == row]


def direction(query: NDArray[np.float64], lost: list[Any]) -> NDArray[np.float32]:
    """Do what `directions` does for one query, shape (D,), in less time."""
    _warn_of_lost(lost)
    unit = unit_row(query)
    if not unit.any():
        _warn_of_zeros("the query is")
    return unit


def directions(queries: NDArray[np.float64], lost: list[Any], blank: Sequence[int] = ()) -> NDArray[np.float32]:
    """Return the unit vectors of queries; warn of words that are left out of them, and of queries that are zeros.

    `blank` are the numbers of those that are zeros as none of their words is known.
    """
    _warn_of_lost(lost)
    units = unit_rows(queries)
    if blank:
        some = counted(len(blank), "query holds", "queries hold")
        warn_user(f"{some} no known word, and no answer has been found (the first is number {blank[0]})")
    zeros = np.setdiff1d(np.flatnonzero(~units.any(axis=1)), np.array(blank, np.int64))
    if len(zeros):
        first = f"(the first is number {zeros[0]})"
        which = (
            "the query is" if len(queries) == 1 else counted(len(zeros), f"query {first} is", f"queries {first} are")
        )
        _warn_of_zeros(which)
    return units


def _warn_of_zeros(which: str) -> None:
    warn_user(f"{which} zero, and so without a direction: no word is near it")


def _warn_of_lost(lost: list[Any]) -> None:
    if lost:
        warn_user(f"left out of the query: {describe_undirected(lost)}")
