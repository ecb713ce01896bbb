"""gensim's KeyedVectors over `WordVectors`: its names for methods and arguments, and its rules where they differ."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.absent import OF_VECTORS, Absent
from fastw2v.compat.arguments import refuse
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import FormatError, ParameterError, warn_user
from fastw2v.evaluate import evaluate_word_pairs
from fastw2v.evaluate.analogies import PROTOCOLS, Protocol, judge_analogies
from fastw2v.evaluate.files import read_analogies
from fastw2v.formats import load, save
from fastw2v.formats.sniff import Format, certain_format, checked_path
from fastw2v.parameters import Errors, shown
from fastw2v.vectors.approximate import ApproximateIndex
from fastw2v.vectors.search import search_limit, unit_rows
from fastw2v.vectors.word_vectors import WordVectors


class KeyedVectors(Absent, WordVectors):
    """Word vectors with the methods of gensim's KeyedVectors.

    Parameters
    ----------
    vectors, words, counts
        As for `WordVectors`. (gensim's constructor takes a size and is filled later; these vectors do not change.)

    Notes
    -----
    All methods of `WordVectors` work, too. As in gensim, a whole number that is not a word is a row; a weight in
    `negative` is added unchanged; ``topn=None`` returns the scores of all rows. `add_vector`, `add_vectors`,
    `wmdistance`, a `clip_start` other than 0 and writing files without a header raise an error with the reason.
    `most_similar_cosmul` follows `restrict_vocab`, which gensim's ignores.

    Examples
    --------
    >>> import numpy as np
    >>> wv = KeyedVectors(np.array([[1, 0], [2, 1], [0, 1]]), ["a", "b", "c"])
    >>> wv.similar_by_word("a", topn=1)[0][0], wv.get_index("c")
    ('b', 2)
    """

    _absent = OF_VECTORS

    def __init__(self, vectors: Any = None, words: Any = None, counts: Any = None, **gensims: Any) -> None:
        if words is None or gensims:
            raise ParameterError(
                "KeyedVectors(vectors, words) takes the finished vectors and does not change: collect them in an array "
                "and a list first, or read a file with KeyedVectors.load_word2vec_format(path)"
            )
        super().__init__(vectors, words, counts)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; new vectors must have the shape of the old."""
        if name == "vectors" and "vectors" in vars(self):
            if np.shape(value) != self.vectors.shape:
                raise ParameterError(
                    f"wv.vectors: an array of shape {np.shape(value)} was given, and it must have that of the vectors, "
                    f"{self.vectors.shape}; for other words, make new vectors: KeyedVectors(vectors, words)"
                )
            value = np.ascontiguousarray(value, dtype=np.float32).view()
            value.flags.writeable = False
            self._units = None  # those of the vectors before
        super().__setattr__(name, value)

    def __setitem__(self, words: Any, vectors: Any) -> None:
        """Raise: single vectors do not change."""
        raise TypeError(
            "single vectors do not change: for new words, make new vectors, KeyedVectors(vectors, words); for others, "
            "vectors = wv.vectors.copy(); vectors[wv.get_index(word)] = new; wv.vectors = vectors"
        )

    def _renew(self, vectors: NDArray[np.float32], vocabulary: Vocabulary) -> None:
        """Hold what training has made; whoever has this object sees it, as in gensim."""
        with self._lock:
            vars(self)["vectors"] = vectors  # of any shape
            self._set_up(vectors, vocabulary)

    def row(self, word: Hashable) -> int:
        """Return the row of a word; a whole number that is not a word is a row itself."""
        if isinstance(word, (int, np.integer)) and word not in self.key_to_index and 0 <= word < len(self):
            return int(word)
        return super().row(word)

    # -- lookup --

    def __getitem__(self, words: Any) -> Any:
        """Look up a word or a row, a slice, or all words of an iterable: ``wv["a", "b"]``, ``wv[wv.key_to_index]``."""
        if isinstance(words, Iterable) and not isinstance(words, (str, bytes, np.ndarray)) and not self._is_word(words):
            words = list(words)
        return super().__getitem__(words)

    def _is_word(self, given: Any) -> bool:
        """Return whether it is a word, or would be one: of a vocabulary of tuples, any tuple would."""
        if isinstance(given, tuple) and len(self) and isinstance(self.index_to_key[0], tuple):
            return True
        return isinstance(given, Hashable) and given in self.vocabulary

    def get_vector(self, key: Hashable, norm: bool = False) -> NDArray[np.float32]:
        """Return the vector of a word, of length 1 with ``norm=True``."""
        return (self.unit_vectors if norm else self.vectors)[self.row(key)]

    def get_index(self, key: Hashable, default: int | None = None) -> int:
        """Return the row of a word, or `default` where it is given and the word unknown."""
        return self.row(key) if default is None or self.has_index_for(key) else default

    def has_index_for(self, key: Hashable) -> bool:
        """Return whether the vocabulary holds a word."""
        return key in self.key_to_index

    def get_vecattr(self, key: Hashable, attr: str) -> int:
        """Return the count of a word; "count" is the only attribute."""
        if attr != "count" or self.counts is None:
            raise KeyError(
                f"attribute {attr!r}: these vectors have {'only count' if self.counts is not None else 'none'}"
            )
        return int(self.counts[self.row(key)])

    def get_normed_vectors(self) -> NDArray[np.float32]:
        """Return all vectors at length 1."""
        return self.unit_vectors

    @property
    def norms(self) -> NDArray[np.float32]:
        """The lengths of the vectors, shape (V,)."""
        return np.linalg.norm(self.vectors.astype(np.float64), axis=1).astype(np.float32)

    def fill_norms(self, force: bool = False) -> None:
        """Compute the unit vectors now rather than at first use."""
        _ = self.unit_vectors

    def init_sims(self, replace: bool = False) -> None:
        """Compute the unit vectors now; ``replace=True`` raises, because these vectors do not change."""
        refuse(replace, "replace=True", "use wv.get_normed_vectors()")
        self.fill_norms()

    def vectors_for_all(
        self, keys: Iterable[Hashable], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return the vectors of the known words among these, each once, in their order.

        `allow_inference` has no effect, since nothing is known of other words; counts are always copied.
        """
        rows = [self.key_to_index[key] for key in dict.fromkeys(keys) if key in self.key_to_index]
        counts = None if self.counts is None else self.counts[rows]
        return KeyedVectors(self.vectors[rows], [self.index_to_key[row] for row in rows], counts)

    @staticmethod
    def cosine_similarities(vector_1: NDArray[Any], vectors_all: NDArray[Any]) -> NDArray[np.float32]:
        """Return the cosines of a vector with others, shape (n,)."""
        return unit_rows(np.asarray(vectors_all)) @ unit_rows(np.asarray(vector_1)[None, :])[0]

    # -- neighbours --

    def most_similar(  # type: ignore[override]
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: ApproximateIndex | None = None,
        **options: Any,
    ) -> Any:
        """Find the nearest words, under gensim's rules; see `WordVectors.most_similar`, whose options work, too.

        Returns
        -------
        list of (word, float), or array of float32, shape (V,)
            The scores of all rows if `topn` is None.
        """
        if clip_start:
            raise ParameterError(f"clip_start={clip_start}: use a slice instead, wv[{clip_start}:].most_similar(...)")
        if indexer is not None and not isinstance(indexer, ApproximateIndex):
            raise ParameterError(f"indexer must be an ApproximateIndex; got {type(indexer).__name__}")
        limit = restrict_vocab or clip_end or None
        added, taken = _listed(positive), [_negated(item) for item in _listed(negative)]
        if topn is None:
            query, _ = self._query(added, taken)
            return self.unit_vectors[: search_limit(len(self), limit)] @ unit_rows(query[None, :])[0]
        if topn < 1:
            return []
        return super().most_similar(added, taken, topn, limit, index=indexer, **options)

    def most_similar_cosmul(  # type: ignore[override]
        self, positive: Any = None, negative: Any = None, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Do the same as `WordVectors.most_similar_cosmul`; return the scores of all rows if `topn` is None."""
        if topn is None:
            return self._cosmul(_listed(positive), _listed(negative), self._choice(restrict_vocab, None, None))[0]
        return super().most_similar_cosmul(_listed(positive), _listed(negative), topn, restrict_vocab)

    def similar_by_word(self, word: Hashable, topn: int = 10, restrict_vocab: int | None = None) -> Any:
        """Find the words nearest to a word."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_key(self, key: Hashable, topn: int = 10, restrict_vocab: int | None = None) -> Any:
        """Find the words nearest to a word."""
        return self.similar_by_word(key, topn, restrict_vocab)

    def similar_by_vector(self, vector: Any, topn: int = 10, restrict_vocab: int | None = None) -> Any:
        """Find the words nearest to a vector."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_to_given(self, key1: Hashable, keys_list: Sequence[Hashable]) -> Hashable:
        """Return the word of a list that is nearest to a word."""
        return keys_list[int(np.argmin(self.distances(key1, keys_list)))]

    def relative_cosine_similarity(self, wa: Hashable, wb: Hashable, topn: int = 10) -> float:
        """Return the similarity of two words, divided by the sum of those of the nearest words (Leeuwenberg 2016)."""
        return self.similarity(wa, wb) / sum(score for _, score in self.similar_by_word(wa, topn))

    # -- comparisons; unknown words are skipped, as in gensim --

    def n_similarity(self, ws1: Sequence[Hashable], ws2: Sequence[Hashable]) -> float:  # type: ignore[override]
        """Return the cosine of two groups' mean vectors; 0 if no word of a group is known."""
        refuse_string("ws1", ws1)
        refuse_string("ws2", ws2)
        known = self._known(ws1), self._known(ws2)
        if any(given and not left for given, left in zip((ws1, ws2), known, strict=True)):
            return 0.0
        return super().n_similarity(*known)

    def doesnt_match(self, words: Sequence[Hashable]) -> Hashable:
        """Return the word that is farthest from the mean of all."""
        refuse_string("words", words)
        return super().doesnt_match(self._known(words))

    def distances(  # type: ignore[override]
        self, word_or_vector: Any, other_words: Sequence[Hashable] | None = None
    ) -> NDArray[np.float32]:
        """Return the cosine distances to other words, or to all."""
        return super().distances(word_or_vector, other_words if other_words else None)

    def closer_than(self, key1: Hashable, key2: Hashable) -> list[Hashable]:
        """Return the words that are nearer to the first than the second is."""
        return super().closer_than(key1, key2)

    def words_closer_than(self, word1: Hashable, word2: Hashable) -> list[Hashable]:
        """Return the words that are nearer to the first than the second is."""
        return self.closer_than(word1, word2)

    def rank(self, key1: Hashable, key2: Hashable) -> int:
        """Return the place of the second word among the neighbours of the first, from 1."""
        return super().rank(key1, key2)

    def similarity(self, w1: Hashable, w2: Hashable) -> float:
        """Return the cosine similarity of two words."""
        return super().similarity(w1, w2)

    def distance(self, w1: Hashable, w2: Hashable) -> float:
        """Return 1 less the cosine similarity of two words."""
        return super().distance(w1, w2)

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

    def _known(self, words: Sequence[Hashable]) -> list[Hashable]:
        known = [word for word in words if word in self.key_to_index]
        if len(known) < len(words):
            left_out = [word for word in words if word not in self.key_to_index]
            warn_user(f"words that are not in the vocabulary were skipped: {left_out}")
        return known

    # -- evaluation --

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[tuple[float, float], tuple[float, float], float]:
        """Return Pearson's and Spearman's correlation, each with its p-value, and the percentage of unknown pairs.

        Without a delimiter and an encoding of your own, tabs, commas and white space are recognised. See
        :func:`fastw2v.evaluate.evaluate_word_pairs` for a fuller report.
        """
        refuse(dummy4unknown, "dummy4unknown=True", "unknown pairs are left out and counted")
        own_form = delimiter != "\t" or encoding.lower().replace("-", "") != "utf8"
        given = _read_pairs(pairs, delimiter, encoding) if own_form else pairs
        report = evaluate_word_pairs(
            self, given, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive, errors="ignore"
        )
        missing = 100 * report.missing / max(1, report.used + report.missing)
        pearson, spearman = ((r, _p_value(r, report.used)) for r in (report.pearson, report.spearman))
        return pearson, spearman, missing

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """Return the accuracy over all analogies, and for each section the questions answered right and wrong.

        See :func:`fastw2v.evaluate.evaluate_analogies` for a fuller report, and for word2vec's own protocol.
        """
        refuse(similarity_function != "most_similar", "similarity_function", "analogies are solved by most_similar")
        upper = str.upper if case_insensitive else str
        rules = Protocol(restrict_vocab, upper, "", PROTOCOLS["gensim"].first_only)
        read = read_analogies(analogies, errors="ignore")  # as gensim does
        asked = [(name, [tuple(map(upper, q)) for q in questions]) for name, questions in read]
        found = judge_analogies(self, asked, rules, search_limit(len(self), restrict_vocab))  # type: ignore[arg-type]
        sections = []
        for (name, questions), (_, known, right) in zip(asked, found, strict=True):
            wrong = ~right if dummy4unknown else known & ~right
            parts = {"correct": right, "incorrect": wrong}
            lists = {key: [questions[i] for i in np.flatnonzero(chosen)] for key, chosen in parts.items()}
            sections.append({"section": name, **lists})
        total = {key: [q for section in sections for q in section[key]] for key in ("correct", "incorrect")}
        asked_in_all = len(total["correct"]) + len(total["incorrect"])
        sections.append({"section": "Total accuracy", **total})
        return (len(total["correct"]) / asked_in_all if asked_in_all else 0.0), sections

    # -- files --

    def save(self, fname: str | os.PathLike[str], **ignored: Any) -> None:
        """Write the vectors in this package's native format, whatever the name; gensim's options do nothing."""
        save(fname, self, format="native")

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> KeyedVectors:
        """Read what `save` wrote; ``mmap="r"`` leaves the vectors in the file. gensim's own pickles are refused."""
        return cls._of(load(fname, format="native", mmap=mmap is not None))

    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        fvocab: Any = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write word2vec text or binary, all words by row; other values of the last five arguments raise."""
        refuse(fvocab is not None, "fvocab", "counts are kept by save()")
        refuse(not write_header, "write_header=False", "files are written with a header")
        refuse(
            total_vec not in (None, len(self)), f"total_vec={total_vec!r:.40}", "the header counts what the file has"
        )
        refuse(bool(prefix), f"prefix={prefix!r:.40}", "words are written as they are")
        refuse(bool(append), "append=True", "a file is written whole")
        refuse(sort_attr != "count", f"sort_attr={sort_attr!r:.40}", "words are written by row; see wv.commonest(n)")
        save(fname, self, format="binary" if binary else "text")

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: Any = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: Errors = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool = False,
        binary_chunk_size: int = 100 * 1024,
    ) -> KeyedVectors:
        """Read word2vec text or binary, with a header or without; `limit` keeps the first rows.

        `no_header` and `binary_chunk_size` have no effect.
        """
        refuse(fvocab is not None, "fvocab", "the words are in the file itself")
        refuse(encoding.lower().replace("-", "") != "utf8", f"encoding={encoding!r}", "words are UTF-8")
        refuse(np.dtype(datatype) != np.float32, "datatype", "vectors are float32")
        asked: Format = "binary" if binary else "text"
        found = certain_format(checked_path("load", fname))
        if found == "native":
            raise FormatError(f"{os.fspath(fname)}: not a word2vec file but one of save(); KeyedVectors.load reads it")
        if found not in (None, asked):
            raise FormatError(
                f"{os.fspath(fname)}: this is a word2vec {found} file, but binary={binary} was given: pass "
                f"binary={not binary}"
            )
        try:
            return cls._of(load(fname, format=asked, errors=unicode_errors, limit=limit or None))
        except FormatError as error:
            raise FormatError(str(error).replace("errors='", "unicode_errors='")) from error

    @classmethod
    def _of(cls, wv: WordVectors) -> KeyedVectors:
        return cls(wv.vectors, wv.vocabulary)

    # -- without a counterpart --

    def add_vectors(self, *args: Any, **options: Any) -> None:
        """Raise: these vectors do not change."""
        raise NotImplementedError(
            "these vectors do not change: make new ones, KeyedVectors(np.concatenate([wv.vectors, more]), words + new)"
        )

    add_vector = add_vectors

    def wmdistance(self, *args: Any, **options: Any) -> float:
        """Raise: word mover's distance is not implemented."""
        raise NotImplementedError("word mover's distance has no counterpart: use wv.to_gensim().wmdistance(...)")


def refuse_string(name: str, words: Any) -> None:
    """Refuse a string in place of a list of words: its characters would be the words."""
    if isinstance(words, (str, bytes)):
        raise ParameterError(f"{name}={shown(words)}: it must be a list of words, such as {shown(words)}.split()")


def _listed(given: Any) -> Any:
    """Return a list of the terms, of which a matrix has one in each row."""
    if given is None or isinstance(given, (list, tuple)):
        return [] if given is None else given
    if isinstance(given, (Set, Mapping, Iterator)) or (isinstance(given, np.ndarray) and given.ndim == 2):
        return list(given)
    return [given]


def _negated(item: Any) -> Any:
    """Negate a weight: gensim adds a weight in `negative`, `WordVectors` subtracts it."""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], (int, float, np.number)):
        return item[0], -item[1]
    return item


def _read_pairs(path: str | os.PathLike[str], delimiter: str | None, encoding: str) -> list[tuple[str, str, float]]:
    """Read pairs and scores from a file in this form; `#` lines, blank lines and a line of column names are skipped."""
    pairs: list[tuple[str, str, float]] = []
    with open(path, encoding=encoding) as file:
        for number, line in enumerate(file, 1):
            if line.startswith("#") or not line.strip():
                continue
            fields = [field.strip() for field in line.split(delimiter)]
            try:
                pairs.append((fields[0], fields[1], float(fields[2])))
            except (IndexError, ValueError):
                if number > 1 or len(fields) < 3:
                    raise FormatError(
                        f"{os.fspath(path)}, line {number}: expected two words and a number with "
                        f"delimiter={delimiter!r} between them, found {line[:60].rstrip()!r}"
                    ) from None
    return pairs


def _p_value(r: float, n: int) -> float:
    """Return the two-sided p-value of a correlation, as SciPy's pearsonr and spearmanr do."""
    from scipy import stats

    if n < 3 or not abs(r) < 1:
        return float("nan") if n < 3 or np.isnan(r) else 0.0
    return float(2 * stats.t.sf(abs(r) * np.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2))
