"""Word vectors that can be edited, as gensim's can: keys, vectors and attributes are added, replaced and sorted."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import whole
from fastw2v.compat.current_vectors import float_type
from fastw2v.compat.key_attributes import KeyAttributes
from fastw2v.compat.vector_attributes import Attributes, allocate
from fastw2v.corpus.vocabulary import Vocabulary, describe_unknown
from fastw2v.errors import ParameterError, UnknownWordError, warn_user
from fastw2v.parameters import check, shown, whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.given import check_not_masked
from fastw2v.vectors.queries import check_key
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from typing_extensions import Self


_UNBUILT = "this model has no vectors yet: call build_vocab(sentences) first"
_THEN = ", then give its words their vectors: model.wv[word] = vector, or model.wv.intersect_word2vec_format(path)"


class EditableVectors(KeyAttributes):
    """`WordVectors` whose array, keys and attributes may change at any time; answers follow what they are now.

    Parameters
    ----------
    vector_size : int
        D. Or vectors (V, D), followed by their words, as `WordVectors` takes them: see `from_vectors`.
    count : int, default 0
        Rows to make room for; `add_vector` and `add_vectors` fill them first. Their keys are None until then.
    dtype : type, default float32
        Of the vectors: float16, float32 or float64.
    mapfile_path : str, optional
        Has no effect, as in gensim.
    """

    mapfile_path: Any = None
    next_index = 0
    _placeholders = False  # whether the counts are made up
    _unbuilt = False  # whether these are the vectors of a model that has no words yet

    def __init__(self, vector_size: Any, count: Any = 0, dtype: Any = np.float32, mapfile_path: Any = None) -> None:
        if isinstance(vector_size, np.ndarray) and isinstance(count, (Vocabulary, Iterable)):
            vars(self).update(vars(type(self).from_vectors(vector_size, count)))
            return
        if not isinstance(vector_size, (int, np.integer)):
            raise ParameterError(
                f"vector_size={shown(vector_size)}: it must be a whole number; {type(self).__name__}.from_vectors("
                "vectors, words) makes an object of an array and its words"
            )
        size, rows = whole_number("vector_size", vector_size, 1), whole_number("count", count, 0)
        self._begin(np.zeros((rows, size), float_type("dtype", dtype)), [None] * rows)
        self.key_to_index, self.next_index, self.mapfile_path = {}, 0, mapfile_path

    @classmethod
    def from_vectors(cls, vectors: Any, words: Vocabulary | Iterable[Hashable], counts: Any = None) -> Self:
        """Return an object with these vectors, words and counts; the array is shared, unless it is read-only.

        Examples
        --------
        >>> from fastw2v.compat.gensim import KeyedVectors
        >>> KeyedVectors.from_vectors([[1.0, 0.0], [0.0, 1.0]], ["a", "b"]).get_index("b")
        1
        """
        check_not_masked(vectors, "vectors")
        array = np.asarray(vectors)
        checked = WordVectors(array, words, counts)
        return cls._of(array if array.flags.writeable else np.array(array), checked.vocabulary)

    @classmethod
    def _awaited(cls, vector_size: Any) -> Self:
        """Return the empty vectors of a model, which its `build_vocab` fills."""
        check("vector_size", whole(vector_size))
        made = cls(whole(vector_size))
        made._unbuilt = True
        return made

    @classmethod
    def _of(cls, array: NDArray[Any], vocabulary: Vocabulary) -> Self:
        made = cls.__new__(cls)
        made._begin(array, list(vocabulary.words))
        made.key_to_index = dict(vocabulary.index)
        if vocabulary.counts is not None:
            made._set_counts(vocabulary.counts)
        return made

    def _begin(self, array: NDArray[Any], keys: list[Any]) -> None:
        self._hold(array)
        self.index_to_key, self.key_to_index = keys, {}
        self.next_index = len(keys)
        self.expandos: Attributes = {}
        self._placeholders = False
        self._lockf = np.ones(1, np.float32)

    # -- keys --

    def _searchable(self) -> int:
        """Leave out the rows that no key has taken yet."""
        if self._unbuilt and not len(self):
            raise UnknownWordError(None, lambda: _UNBUILT)
        return self._taken()

    def _taken(self) -> int:
        taken = len(self)
        while taken and self.index_to_key[taken - 1] is None and None not in self.key_to_index:
            taken -= 1
        return taken

    def _spare(self) -> int:
        """Return how many rows behind the keys are zeros that no key has taken."""
        taken = self._taken()
        return 0 if self._rows[taken:].any() else len(self) - taken

    def _without_spare(self, spare: int) -> Self:
        """Return vectors of the other rows, which share the array and have the locks of all rows."""
        made, taken = type(self).__new__(type(self)), len(self) - spare
        vars(made).update(vars(self), index_to_key=self.index_to_key[:taken])
        made._hold(self._rows[:taken])
        made.expandos = {name: values[:taken] for name, values in self.expandos.items()}
        if self.counts is None and "count" in self.expandos:
            made._set_counts(None)
        return made

    def _add_spare(self, rows: int) -> None:
        """Make room for keys to come, unless the vectors stay in a file."""
        if self._watched.array.flags.writeable:
            self._hold(np.concatenate([self._rows, np.zeros((rows, self.vector_size), self._rows.dtype)]))
            self.next_index = len(self)
            self.index_to_key += [None] * rows
            self.allocate_vecattrs()
        else:
            self._lockf = self._lockf[: max(1, len(self))]

    def resize_vectors(self, seed: int = 0) -> None:
        """Give the array as many rows as there are keys; new rows are random in [-1, 1) / D, as gensim's are."""
        old, shape = self._rows, (len(self.index_to_key), self.vector_size)
        if old.shape != shape:
            random = np.random.default_rng(seed).random(shape, np.float64 if old.dtype == np.float64 else np.float32)
            array = ((2 * random - 1) / shape[1]).astype(old.dtype)
            array[: len(old)] = old[: len(array)]
            self._hold(array)
        self.allocate_vecattrs()

    @property  # type: ignore[misc]
    def vocabulary(self) -> Vocabulary:  # type: ignore[override]
        """The keys and counts as they are now."""
        if None in self.index_to_key and None not in self.key_to_index:
            raise ParameterError(
                f"{self.index_to_key.count(None):,} of {len(self):,} rows have no key yet: add their vectors, or make "
                "an object without spare rows"
            )
        return Vocabulary(self.index_to_key, self.counts)

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __contains__(self, word: object) -> bool:
        try:
            return word in self.key_to_index or self._is_row(word)
        except TypeError:
            check_key(word, "got")
            raise

    def _is_row(self, key: object) -> bool:
        return isinstance(key, (int, np.integer)) and 0 <= int(key) < len(self.index_to_key)

    def row(self, word: Hashable) -> int:
        """Return the row of a key; a whole number that is not a key is a row itself."""
        try:
            return self.key_to_index[word]
        except KeyError:
            if self._is_row(word):
                return int(word)  # type: ignore[call-overload, no-any-return]
            if self._unbuilt and not len(self):
                raise UnknownWordError(word, lambda: f"no word {shown(word)}: {_UNBUILT}") from None
            raise UnknownWordError(word, lambda: describe_unknown(word, Vocabulary(self.index_to_key))) from None
        except TypeError:
            check_key(word, "got")
            raise

    # -- adding --

    def add_vector(self, key: Hashable, vector: Any) -> int:
        """Add a key and its vector in the next free row, or a new one; return the row.

        A known key gets this vector. Many at once are quicker: `add_vectors`.
        """
        row = self.next_index
        if row < len(self.index_to_key) == len(self._rows) and self.index_to_key[row] is None:  # a spare row
            check_key(key, "add_vector: the key is")
            check_not_masked(vector, "vector")
            given = np.asarray(vector)
            if key not in self.key_to_index and given.shape == (self.vector_size,) and given.dtype.kind in "fiu":
                self._watched.lend()[row] = given
                self.index_to_key[row], self.key_to_index[key] = key, row
                self.next_index = row + 1
                return row
        self._check_built("add_vector", _THEN)
        self.add_vectors([key], [vector], replace=True)
        return self.key_to_index[key]

    def add_vectors(self, keys: Any, weights: Any, extras: Any = None, replace: bool = False) -> None:
        """Add keys and their vectors; known keys keep theirs unless `replace` is True.

        Parameters
        ----------
        keys : str or int, or list of these
        weights : array of shape (len(keys), D), or list of vectors; one vector for one key
        extras : dict of arrays, optional
            Values of attributes (see `set_vecattr`), one per key.
        replace : bool, default False

        Raises
        ------
        ParameterError
            The numbers of keys, vectors and values differ, or a key is given twice. Nothing is changed then.
        """
        self._check_built("add_vectors", _THEN)
        single = isinstance(keys, (str, bytes, int, np.integer))
        keys = [keys] if single else list(keys)
        given = _vectors_of(keys, [weights] if single else weights, self.vector_size)
        values = {name: _values_of(name, value, keys, self.expandos) for name, value in (extras or {}).items()}
        known = np.fromiter((key in self.key_to_index for key in keys), bool, len(keys))
        # Typed before anything is changed, so that a type that does not fit changes nothing.
        allocate(dict(self.expandos), len(self), [(name, value.dtype) for name, value in values.items()])
        if known.any():
            self._append([key for key, old in zip(keys, known, strict=True) if not old], given[~known])
        else:
            self._append(keys, given)
        allocate(self.expandos, len(self), [(name, value.dtype) for name, value in values.items()])
        if not values and not (replace and known.any()):
            return
        changed = np.ones(len(keys), bool) if replace else ~known
        rows = [self.key_to_index[key] for key, change in zip(keys, changed, strict=True) if change]
        if replace and known.any():
            self._watched.lend()[rows] = given
        for name, value in values.items():
            self.expandos[name][rows] = value[changed]

    def _check_built(self, call: str, then: str = "") -> None:
        """Raise if these are the vectors of a model without words: `build_vocab` would replace what is written."""
        if self._unbuilt and not len(self):
            raise ParameterError(f"{call}: {_UNBUILT}{then}")

    def _append(self, keys: list[Any], vectors: NDArray[Any]) -> None:
        """Give rows to new keys: spare ones first."""
        self._check_rows()
        spare = [row for row in range(self.next_index, len(self)) if self.index_to_key[row] is None][: len(keys)]
        if spare:
            self._watched.lend()[spare] = vectors[: len(spare)]
            for key, row in zip(keys, spare, strict=False):
                self.index_to_key[row], self.key_to_index[key] = key, row
            self.next_index = max(self.next_index, spare[-1] + 1)
        more = keys[len(spare) :]
        if more:
            added = vectors[len(spare) :].astype(self._rows.dtype)
            self.key_to_index.update(zip(more, range(len(self), len(self) + len(more)), strict=True))
            self.index_to_key += more
            self._hold(np.concatenate([self._rows, added]))
            self.next_index = len(self)
        self._lengthen_locks()

    def __setitem__(self, keys: Any, weights: Any) -> None:
        """Add keys or replace their vectors: ``wv["word"] = vector``, ``wv[["a", "b"]] = vectors``."""
        self._check_built("wv[...] = ...", _THEN)
        listed = isinstance(keys, (list, np.ndarray))
        for key in keys if listed else [keys]:
            if self._is_row(key) and key not in self.key_to_index and isinstance(self.index_to_key[key], str):
                raise ParameterError(
                    f"wv[{key}] = ...: {key} is not a key but the row of {self.index_to_key[key]!r}: for the row write "
                    f"wv.vectors[{key}] = vector, and wv.add_vector({key}, vector) for a new key"
                )
        self.add_vectors(list(keys) if listed else [keys], weights if listed else [weights], replace=True)

    # -- order --

    def sort_by_descending_frequency(self) -> None:
        """Order keys, vectors and attributes by count, the highest first; of equal counts, the later row, as gensim.

        The context vectors of a model are not ordered with them, so sort before training.
        """
        if not len(self):
            return
        if "count" not in self.expandos:
            raise KeyError("sort_by_descending_frequency: these vectors have no counts: set_vecattr(key, 'count', n)")
        allocate(self.expandos, len(self))
        counts = np.asarray(self.expandos["count"], np.int64)
        order = np.lexsort((-np.arange(len(counts)), -counts))
        vars(self)["index_to_key"] = [self.index_to_key[row] for row in order]  # the attributes are ordered below
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key) if key is not None}
        for name, values in self.expandos.items():
            self.expandos[name] = values[order]
        if len(self._rows):
            self._hold(self._rows[order])
        if len(self._lockf) == len(order):
            self._lockf = self._lockf[order]

    # -- what training changes and leaves --

    @property
    def vectors_lockf(self) -> NDArray[Any]:
        """How far training moves each vector: 1 or 0, one number for each row, or one for all."""
        return self._lockf

    @vectors_lockf.setter
    def vectors_lockf(self, given: Any) -> None:
        array = np.asarray(given)
        if array.ndim != 1 or array.dtype.kind not in "fiub":
            raise ParameterError(f"wv.vectors_lockf = {shown(given)}: it must be an array of numbers, one per row")
        self._lockf = array if array.dtype.kind == "f" else array.astype(np.float32)

    def _lengthen_locks(self) -> None:
        if 1 < len(self._lockf) < len(self):
            self._lockf = np.concatenate([self._lockf, np.ones(len(self) - len(self._lockf), self._lockf.dtype)])

    def locked_keys(self) -> list[Any] | None:
        """Return the keys that `vectors_lockf` keeps from training; None if there are none.

        Raises
        ------
        ParameterError
            It has another length, or holds other numbers than 0 and 1.
        """
        locks = self._lockf
        if len(locks) not in (1, len(self)):
            raise ParameterError(
                f"wv.vectors_lockf has {counted(len(locks), 'number')} for {counted(len(self), 'row')}: give one per "
                "row, as in wv.vectors_lockf = np.ones(len(wv), dtype=np.float32)"
            )
        odd = np.flatnonzero((locks != 0) & (locks != 1))
        if len(odd):
            raise ParameterError(
                f"wv.vectors_lockf[{odd[0]}] is {locks[odd[0]]:g}: training moves a vector (1) or leaves it (0), and "
                "not by a part"
            )
        if locks.all():
            return None
        return [key for key, lock in zip(self.index_to_key, np.broadcast_to(locks, len(self)), strict=True) if not lock]

    def _renew(self, vectors: NDArray[Any], vocabulary: Vocabulary) -> None:
        """Hold what training has made; the array stays the same where its shape does, as in gensim."""
        if vars(self).pop("_unbuilt", False) and len(self._rows) > len(self):
            warn_user(
                "build_vocab replaces the array that wv.vectors was set to before it: set vectors after build_vocab, "
                "when their words are known"
            )
        old = self._watched.array
        if old.shape == vectors.shape and old.flags.writeable:
            self._watched.lend()[...] = vectors
        else:
            self._hold(np.array(vectors))
        if vocabulary.words != self.index_to_key:
            if vocabulary.words[: len(self)] != self.index_to_key:
                self.expandos, self._lockf = {}, np.ones(1, np.float32)  # of other keys
            self.index_to_key, self.key_to_index = list(vocabulary.words), dict(vocabulary.index)
            self.next_index = len(vocabulary)
            self.allocate_vecattrs()
            self._lengthen_locks()
        if vocabulary.counts is not None:
            self._set_counts(vocabulary.counts)

    # -- copies --

    def __getstate__(self) -> dict[str, Any]:
        # np.asarray: of a memory-mapped file the numbers travel, not the mapping.
        state = {name: value for name, value in vars(self).items() if name != "_watched"}
        return {**state, "_array": np.asarray(self._watched.array)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({name: value for name, value in state.items() if name != "_array"})
        self._hold(state["_array"])

    def __copy__(self) -> Self:
        """Return a copy with an array of its own, so that editing one does not change the other."""
        made = type(self).__new__(type(self))
        vars(made).update(vars(self), index_to_key=list(self.index_to_key), key_to_index=dict(self.key_to_index))
        made.expandos = {name: values.copy() for name, values in self.expandos.items()}
        made._hold(np.array(self._rows))
        made._lockf = self._lockf.copy()
        if (events := vars(self).get("lifecycle_events")) is not None:
            vars(made)["lifecycle_events"] = list(events)
        return made

    def _like(self, vectors: NDArray[Any], words: list[Any], counts: NDArray[np.int64] | None) -> Self:
        return self.from_vectors(np.array(vectors), words, counts)


def _vectors_of(keys: Sequence[Any], weights: Any, size: int) -> NDArray[Any]:
    """Return one vector for each of these distinct keys."""
    check_not_masked(weights, "weights")
    try:
        given = np.asarray(weights)
        fits = given.dtype.kind in "fiu" and given.size == len(keys) * size and given.shape[:1] == (len(keys),)
    except ValueError:  # vectors of different lengths
        fits = False
    if not fits and len(keys):
        found = f"an array of shape {given.shape}" if isinstance(weights, np.ndarray) else shown(weights)
        raise ParameterError(
            f"{counted(len(keys), 'key needs', 'keys need')} vectors of shape ({len(keys)}, {size}), one row of "
            f"numbers per key; got {found}"
        )
    try:
        distinct = len(set(keys)) == len(keys)
    except TypeError:
        distinct = False
    if not distinct:
        _refuse_keys(keys)
    return given.reshape(len(keys), size)


def _refuse_keys(keys: Sequence[Any]) -> None:
    """Raise for the first key that cannot be one, or is there twice."""
    seen: set[Any] = set()
    for key in keys:
        check_key(key, "`keys` holds")
        if key in seen:
            raise ParameterError(f"the key {key!r} is given twice: give each key one vector")
        seen.add(key)


def _values_of(name: str, values: Any, keys: Sequence[Any], attributes: Attributes) -> NDArray[Any]:
    array, held = np.asarray(values), attributes.get(name)
    if array.shape != (len(keys), *(() if held is None else held.shape[1:])):
        raise ParameterError(
            f"extras[{name!r}] has shape {array.shape} for {counted(len(keys), 'key')}: give one value per key"
        )
    return array
