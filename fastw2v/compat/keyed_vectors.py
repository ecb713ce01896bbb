"""gensim's KeyedVectors over `WordVectors`: its names for methods and arguments, and its rules where they differ."""

from __future__ import annotations

import os
import warnings
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.absent import OF_VECTORS, REFUSED_BY_VECTORS, Absent
from fastw2v.compat.arguments import refuse_unknown
from fastw2v.compat.evaluation import Correlation, word_analogies, word_pairs
from fastw2v.compat.files import Files
from fastw2v.compat.queries import Queries, refuse_string
from fastw2v.compat.watched import owner_of
from fastw2v.errors import warn_user
from fastw2v.vectors.search import unit_rows
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from typing_extensions import Self


class KeyedVectors(Absent, Queries, Files):
    """Word vectors with the methods and the behaviour of gensim's KeyedVectors: they can be edited.

    Parameters
    ----------
    vector_size, count, dtype, mapfile_path
        As in gensim: the vectors are added later. `from_vectors` takes an array and its words.

    Attributes
    ----------
    vectors : array of float, shape (V, D)
        May be written to, and replaced.
    index_to_key : list
    key_to_index : dict
    expandos : dict of arrays, shape (V,)
        The attributes of the keys, such as "count"; see `set_vecattr`.
    vectors_lockf : array of float, shape (1,) or (V,)
        0 keeps a vector from being trained, 1 does not; training refuses other numbers.

    Notes
    -----
    All methods of `WordVectors` work, too. Lengths and unit vectors are never out of date, however the vectors were
    changed (gensim's are until ``fill_norms(force=True)``). As in gensim, a whole number that is not a key is a row; a
    weight in `negative` is added unchanged; ``topn=None`` returns the scores of all rows.
    Vectors that are zero, or hold NaN or infinity, score NaN and are never answers, with a warning; gensim returns them
    last. `most_similar_cosmul` follows `restrict_vocab`, and `evaluate_word_analogies` its `similarity_function`, which
    gensim's ignore.

    Examples
    --------
    >>> wv = KeyedVectors(vector_size=2)
    >>> wv.add_vectors(["a", "b", "c"], [[1, 0], [2, 1], [0, 1]])
    >>> wv.most_similar("a", topn=1)[0][0]
    'b'
    >>> wv.vectors[1] = [0, 1]
    >>> wv.most_similar("c", topn=1)
    [('b', 1.0)]
    """

    _absent = OF_VECTORS
    _refused = REFUSED_BY_VECTORS
    _looks_up = False  # whether a subclass finds rows in a way of its own

    def __init_subclass__(cls, **options: Any) -> None:
        """Let lookups go through `get_vector` and `get_index` where a subclass has its own, as gensim's do."""
        super().__init_subclass__(**options)
        cls._looks_up = cls.get_index is not KeyedVectors.get_index
        if cls._looks_up or cls.get_vector is not KeyedVectors.get_vector:
            cls._vector = _own_vector  # type: ignore[method-assign, assignment]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make what a subclass lacks that has not called ``__init__``; else raise."""
            if name == "_watched":
                self._hold(np.zeros((0, 1), np.float32))
            elif name == "_lockf":
                self._lockf = np.ones(1, np.float32)
            elif name == "expandos":
                self.expandos = {}
            elif not self._of_model or name[0] == "_":
                raise self._without(name)
            elif name != "wv":
                raise AttributeError(
                    f"{self._without(name)}; these are the vectors of a saved model: Word2Vec.load(path) loads all of "
                    "it"
                )
            return vars(self).get(name, self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    # -- lookup --

    @overload
    def __getitem__(self, words: slice) -> Self: ...
    @overload
    def __getitem__(self, words: Any) -> NDArray[np.float32]: ...
    def __getitem__(self, words: Any) -> Any:
        """Look up a word or a row, a slice, or all words of an iterable: ``wv["a", "b"]``, ``wv[wv.key_to_index]``."""
        if type(words) is str:  # what a script asks for in its loops, on a short way
            return self.get_vector(words)
        if isinstance(words, Iterable) and not isinstance(words, (str, bytes, np.ndarray)) and not self._is_word(words):
            words = list(words)
        if type(self)._vector is _own_vector and not isinstance(words, slice):
            if not isinstance(words, (list, np.ndarray)):
                return self.get_vector(words)
            if len(words):
                return np.vstack([self.get_vector(word) for word in words])
        found = super().__getitem__(words)
        if isinstance(found, np.ndarray) and found.ndim == 1:
            found.flags.writeable = False
        return found

    def get_vector(self, key: Hashable, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a word, read-only, of length 1 with ``norm=True``."""
        row = self.get_index(key) if self._looks_up else self.row(key)
        if not norm:
            return self._watched.view[row]  # read-only, as the view is
        vector = self._unit(row)
        vector.flags.writeable = False
        return vector

    def word_vec(self, *args: Any, **options: Any) -> NDArray[Any]:
        """Do the same as `get_vector`, with a DeprecationWarning, as in gensim."""
        warnings.warn("word_vec is gensim 3's name: use get_vector", DeprecationWarning, stacklevel=2)
        refuse_unknown("word_vec", {name: value for name, value in options.items() if name == "use_norm"})
        return self.get_vector(*args, **options)

    def get_index(self, key: Hashable, default: int | None = None) -> int:
        """Return the row of a word, or `default` where it is given and the word unknown."""
        if default is None or self.has_index_for(key):
            return super().row(key)
        return default

    def has_index_for(self, key: Hashable) -> bool:
        """Return whether it is a word or a row."""
        return key in self

    def get_normed_vectors(self) -> NDArray[np.float32]:
        """Return all vectors at length 1, in an array of their own."""
        self._check_rows()
        return unit_rows(self._rows)  # not a copy of `unit_vectors`, which would be kept, too

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths now rather than at first use; `force` has no effect, as they are never out of date."""
        _ = self.norms

    def init_sims(self, replace: bool = False) -> None:
        """Scale the vectors to length 1, in place, with ``replace=True``; else do what `fill_norms` does."""
        if replace:
            self.unit_normalize_all()
        else:
            self.fill_norms()

    def vectors_for_all(
        self, keys: Iterable[Hashable], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return the vectors of the known words among these, each once, in their order.

        Parameters
        ----------
        keys : iterable
            Unknown words are left out; with `allow_inference`, whole numbers that are rows are not unknown.
        allow_inference : bool, default True
        copy_vecattrs : bool, default False
            Copy the attributes as well. Without, counts are gensim's placeholders: V, V - 1, ... 1.
        """
        refuse_string("keys", keys)
        keys = list(keys)
        known = self if allow_inference else self.key_to_index
        wanted = [key for key in dict.fromkeys(keys) if key in known]
        if keys and not wanted:
            warn_user("vectors_for_all: none of the keys is in the vocabulary, so that there are no vectors")
        rows = [self.row(key) for key in wanted]
        made = KeyedVectors(self.vector_size, dtype=self._rows.dtype)
        made.add_vectors(wanted, self._rows[rows])
        made._set_counts(None)
        if copy_vecattrs:
            made.expandos.update({name: values[rows] for name, values in self.expandos.items()})
        return made

    @classmethod
    def from_gensim(cls, keyed_vectors: Any) -> Self:
        """Return a copy of gensim's KeyedVectors (``model.wv``) with its attributes.

        Examples
        --------
        >>> theirs = KeyedVectors.from_vectors([[1, 0], [0, 1]], ["a", "b"]).to_gensim()
        >>> KeyedVectors.from_gensim(theirs).index_to_key
        ['a', 'b']
        """
        found = WordVectors.from_gensim(keyed_vectors)
        made = cls._of(owner_of(found.vectors), found.vocabulary)
        theirs = getattr(keyed_vectors, "wv", keyed_vectors)
        made.expandos = {name: np.array(values) for name, values in getattr(theirs, "expandos", {}).items()}
        made.vectors_lockf = np.array(getattr(theirs, "vectors_lockf", made.vectors_lockf))
        return made

    def to_gensim(self) -> Any:
        """Return gensim's own KeyedVectors with copies of vectors, keys and attributes, where `isinstance` asks for it.

        Examples
        --------
        >>> KeyedVectors.from_vectors([[1, 0], [0, 1]], ["a", "b"]).to_gensim().get_vector("b").tolist()
        [0.0, 1.0]
        """
        theirs = super().to_gensim()
        theirs.expandos = {name: values.copy() for name, values in self.expandos.items()}
        return theirs

    # -- evaluation --

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str | None = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Correlation, Correlation, float]:
        """Return Pearson's and Spearman's correlation, each with its p-value, and the percentage of unknown pairs.

        With the default delimiter, tabs, semicolons, commas, bars and white space are recognised; None is white space.
        Unknown pairs are left out, or have the similarity 0 with `dummy4unknown`. For a fuller report, and a choice of
        columns, see :func:`fastw2v.evaluate.evaluate_word_pairs`.
        """
        return word_pairs(self, pairs, delimiter, encoding, restrict_vocab, case_insensitive, dummy4unknown)

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """Return the accuracy over all analogies, and for each section the questions answered right and wrong.

        `similarity_function` is "most_similar" or "most_similar_cosmul". See
        :func:`fastw2v.evaluate.evaluate_analogies` for a fuller report, and for word2vec's own protocol.
        """
        return word_analogies(self, analogies, restrict_vocab, case_insensitive, dummy4unknown, similarity_function)


def _own_vector(wv: KeyedVectors, word: Any) -> NDArray[Any]:
    """Return what a subclass answers for a word; a vector stands for itself."""
    return word if isinstance(word, np.ndarray) else wv.get_vector(word)
