"""The rows a run starts from, and the words whose rows are frozen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.ids import masked_place
from fastw2v.corpus.spelling import MISSPELT, other_form
from fastw2v.corpus.vocabulary import describe_unknown
from fastw2v.errors import ParameterError, warn_user
from fastw2v.machine import check_memory
from fastw2v.parameters import shown
from fastw2v.planning.rows import all_finite
from fastw2v.progress.figures import counted
from fastw2v.vectors.given import check_not_masked
from fastw2v.vectors.word_vectors import find_word_vectors

if TYPE_CHECKING:
    from fastw2v.corpus.vocabulary import Vocabulary

FEW = 0.01  # of the words of two vocabularies that belong together, more than this share are the same
_LOOKED_AT = 10_000  # words for that, the most frequent


def check_initial_rows(given: Any, frozen: Any, vector_size: int) -> None:
    """Reject arguments that are invalid for any vocabulary, before a corpus is read.

    Raises
    ------
    ParameterError
    """
    _check_frozen(frozen)
    if given is not None:
        _check_vector_size(given, vector_size)


def initial_rows(
    given: Any, vocabulary: Vocabulary, vector_size: int, *, doubt: bool = True
) -> NDArray[np.float32] | None:
    """Return initial rows, NaN for words missing from ``given``.

    Parameters
    ----------
    given : None, fitted model, WordVectors, gensim KeyedVectors, mapping of words to vectors, or array (V, D)
        Of a pandas DataFrame, or Series of vectors, the index holds the words.
    vocabulary : Vocabulary
    vector_size : int
    doubt : bool, default True
        Whether to warn.

    Raises
    ------
    ParameterError
        It is none of these; its vectors have another size or hold NaN or infinity; an array has another number of rows
        than the vocabulary.
    MemoryError
        The rows need more memory than is free.

    Warns
    -----
    RuntimeWarning
        Words and vocabulary have hardly a word in common.
    """
    if given is None:
        return None
    _check_vector_size(given, vector_size)
    check_memory(4 * len(vocabulary) * vector_size, f"initial_vectors for {counted(len(vocabulary), 'word')}")
    shape = len(vocabulary), vector_size
    word_vectors = find_word_vectors(given)
    if word_vectors is not None:
        rows = np.full(shape, np.nan, np.float32)
        index = word_vectors.key_to_index
        pairs = [(row, index[word]) for row, word in enumerate(vocabulary.words) if word in index]
        if pairs:
            to, source = np.array(pairs).T
            rows[to] = word_vectors.vectors[source]
            _check_finite(rows[to], [vocabulary.words[row] for row in to])
        if doubt:
            _warn_of_few(len(pairs), given, index, vocabulary)
        return rows
    table = given
    if _is_pandas(given):
        given = _by_index(given)
    if isinstance(given, Mapping):
        rows = np.full(shape, np.nan, np.float32)
        found = _fill_by_word(rows, given, vocabulary.words)
        if doubt:
            _warn_of_few(found, table, given, vocabulary)
        return rows
    if isinstance(given, (list, tuple)) and given and isinstance(given[0], tuple):
        raise ParameterError("initial_vectors is a list of tuples: of pairs of words and vectors pass dict(pairs)")
    array = _floats(given, lambda: "initial_vectors")
    if array.shape != shape:
        raise ParameterError(
            f"initial_vectors: an array must have shape {shape} (one row for each word of the vocabulary), "
            f"this one has {array.shape}; pass a mapping of words to vectors to give only some"
        )
    _check_finite(array, vocabulary.words)
    return array


def is_by_word(given: Any) -> bool:
    """Return whether these initial vectors are looked up by word: they are not None, nor a bare array."""
    return find_word_vectors(given) is not None or _is_pandas(given) or isinstance(given, Mapping)


def vector_lookup(given: Any) -> Callable[[Hashable], bool] | None:
    """Return what tells whether these initial vectors hold one of a word; a bare array has one for each."""
    if given is None:
        return None
    if (found := find_word_vectors(given)) is not None:
        return found.key_to_index.__contains__
    if _is_pandas(given):
        return set(given.index).__contains__
    return given.__contains__ if isinstance(given, Mapping) else lambda _: True


def describe_used(given: Any, vocabulary: Vocabulary) -> str | None:
    """Say how many of the initial vectors are of words that are trained; None of an array, or without any.

    Examples
    --------
    >>> from fastw2v.corpus.vocabulary import Vocabulary
    >>> describe_used({"red": [1, 2], "wine": [3, 4]}, Vocabulary(["red", "rose"]))
    '1 of 2 initial vectors is used'
    """
    has_vector = vector_lookup(given)
    if has_vector is None or not is_by_word(given):
        return None
    found = find_word_vectors(given)
    used = sum(map(has_vector, vocabulary.words))
    total = counted(len(given if found is None else found), "initial vector")
    return f"{used:,} of {total} {'is' if used == 1 else 'are'} used"


def _is_pandas(given: Any) -> bool:
    return hasattr(given, "iloc") and hasattr(given, "index") and hasattr(given, "to_numpy")


def _by_index(table: Any) -> dict[Any, Any]:
    """Return the vectors of a DataFrame, or of a Series of vectors, by the words of its index."""
    for name in getattr(table, "columns", ()):
        if len(table) and isinstance(table[name].iloc[0], str):
            raise ParameterError(
                f"initial_vectors: the column {name!r} of the {type(table).__name__} holds strings, such as "
                f"{table[name].iloc[0]!r:.60}; the words must be its index: pass table.set_index({name!r})"
            )
    found = dict(zip(table.index, table.to_numpy(), strict=True))
    if len(found) < len(table):
        again = next(iter(table.index[table.index.duplicated()]))
        raise ParameterError(
            f"initial_vectors: the index of the {type(table).__name__} holds {shown(again)} more than once, and it "
            "must hold each word once: table[~table.index.duplicated()] keeps the first of each"
        )
    return found


def _warn_of_few(found: int, given: Any, index: Any, vocabulary: Vocabulary) -> None:
    """Warn if hardly any of the given words is in the vocabulary, or if many would be in another form.

    Parameters
    ----------
    found : int
        Words of the vocabulary that have a vector.
    given : object
        The initial vectors as they were passed.
    index : mapping
        From the words that have a vector.
    """
    words = vocabulary.words[:_LOOKED_AT]
    misspelt = [word for word in words if word not in index and other_form(word, index) is not None]
    if found >= FEW * min(len(index), len(vocabulary)) and len(index) and len(misspelt) <= MISSPELT * len(words):
        return
    theirs, ours = (", ".join(map(shown, islice(some, 3))) for some in (index, words))
    remedy = "check that both have the same case and come from the same tokenizer"
    if misspelt:
        form = other_form(misspelt[0], index)
        remedy = f"{len(misspelt):,} more have one in another form, such as {shown(misspelt[0])} as {shown(form)}"
    elif _is_pandas(given):
        remedy = "the words must be its index, as in table.set_index('word')"
    elif not len(index):
        warn_user(f"initial_vectors is an empty {type(given).__name__}: every word starts at random")
        return
    warn_user(
        f"initial_vectors have {found:,} of the {counted(len(vocabulary), 'word')} of the vocabulary "
        f"({found / len(vocabulary):.2%}), and the others start at random: they are vectors of words such as {theirs}, "
        f"the vocabulary has words such as {ours}; {remedy}"
    )


def _check_finite(rows: NDArray[np.float32], words: Sequence[Any], given: bool | NDArray[np.bool_] = True) -> None:
    # A row of NaN starts at random, so a given vector must not hold NaN.
    if all_finite(rows):
        return
    bad = np.flatnonzero(given & ~np.isfinite(rows).all(axis=1))
    if len(bad):
        raise ParameterError(
            f"initial_vectors: the vector of {shown(words[bad[0]])} holds NaN or infinity ({len(bad):,} such vectors); "
            "replace it, or leave the word out of a mapping, so that it starts at random"
        )


def _fill_by_word(rows: NDArray[np.float32], given: Mapping[Any, Any], words: Sequence[Any]) -> int:
    """Write the vectors of a mapping to the rows of their words; return how many there are."""
    shape = rows.shape[1:]
    found: list[int] = []
    with np.errstate(over="ignore"):  # such numbers are found at the end
        for row, word in enumerate(words):
            if word not in given:
                continue
            vector = given[word]
            if type(vector) is np.ndarray and vector.dtype.kind in "fiu" and vector.shape == shape:
                rows[row] = vector  # what is nearly always given, and cannot be wrong
            else:
                rows[row] = _vector(word, vector, shape)
            found.append(row)
    filled = np.zeros(len(rows), bool)
    filled[found] = True
    _check_finite(rows, words, filled)
    return len(found)


def _vector(word: Any, vector: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    row = _floats(vector, lambda: f"initial_vectors[{shown(word)}]")
    if row.shape != shape:
        raise ParameterError(f"initial_vectors[{shown(word)}] has shape {row.shape}, expected {shape}")
    return row


def _floats(given: Any, name: Callable[[], str]) -> NDArray[np.float32]:
    """Return numbers as float32; ``name`` is called for messages alone, as printing takes its time."""
    if hasattr(given, "toarray"):
        problem = "of a sparse matrix pass matrix.toarray()"
    elif getattr(getattr(given, "dtype", None), "kind", "f") == "c":
        problem = "complex numbers are none"
    else:
        if masked_place(given):
            check_not_masked(given, name())
        try:
            with np.errstate(over="ignore"):  # such numbers are found later
                return np.asarray(given, np.float32)
        except (TypeError, ValueError, RuntimeError) as error:  # the last from a tensor that records gradients
            problem = str(error)
    raise ParameterError(
        f"{name()} is {shown(given)} ({type(given).__name__}), expected an array of numbers: {problem}"
    )


def _check_vector_size(given: Any, vector_size: int) -> None:
    word_vectors = find_word_vectors(given)
    if word_vectors is not None:
        size = word_vectors.vector_size
        if size != vector_size:
            raise ParameterError(
                f"initial_vectors have {counted(size, 'dimension')}, vector_size is {vector_size}: make them equal"
            )
    elif isinstance(given, (str, bytes)) or not (hasattr(given, "__len__") or hasattr(given, "__array__")):
        raise ParameterError(
            f"initial_vectors={shown(given)}: it must be a fitted model, WordVectors, a mapping of words to "
            "vectors or an array (V, D); a file is read by fastw2v.load(path)"
        )


def _check_frozen(words: Any) -> None:
    if words is not None and (isinstance(words, (str, bytes)) or not isinstance(words, Iterable)):
        raise ParameterError(f"frozen={shown(words)}: it must be a list of words")
    if hasattr(words, "__next__"):
        raise ParameterError(
            f"frozen is a {type(words).__name__}, which a second fit would find empty: pass a list of words, as in "
            f"list(frozen)"
        )


def frozen_rows(words: Iterable[Any] | None, vocabulary: Vocabulary) -> NDArray[np.uint8] | None:
    """Return 1 for the rows of these words, 0 for the others.

    Raises
    ------
    ParameterError
        It is not a list of words, or a word is not in the vocabulary.
    """
    _check_frozen(words)
    if words is None:
        return None
    rows = np.zeros(len(vocabulary), np.uint8)
    words = list(words)
    unknown = [word for word in words if not isinstance(word, Hashable) or word not in vocabulary]
    if unknown:
        raise ParameterError(_describe_unknown(unknown, len(words), vocabulary))
    for word in words:
        rows[vocabulary[word]] = 1
    return rows


def _describe_unknown(unknown: list[Any], given: int, vocabulary: Vocabulary) -> str:
    """Say which frozen words are unknown, and that row numbers and masks are no words."""
    message = f"frozen: {describe_unknown(unknown[0], vocabulary)}; {len(unknown):,} of {given:,} are unknown"
    if isinstance(unknown[0], (bool, np.bool_)):
        return f"{message}: of a mask pass the words, [word for word, frozen in zip(words, mask) if frozen]"
    return (
        f"{message}: they are rarer than min_count, or do not occur in this corpus at all, and have no vectors; pass a "
        "vocabulary that holds them, or frozen=None"
    )


def warn_of_zero_rows(rows: NDArray[np.float32] | None, output: Iterable[NDArray[np.float32] | None]) -> None:
    """Warn of initial vectors that are all zero, as are output rows at first: nothing would ever move."""
    if rows is None or rows[0].any() or rows.any():
        return
    if not any(each is not None and each.any() for each in output):
        warn_user(
            "the vectors to start from are all zero, and so are the output rows at first: no gradient would ever move "
            "either; pass vectors that were trained, or none"
        )


def warn_of_random_rows(
    frozen: NDArray[np.uint8] | None, rows: NDArray[np.float32] | None, vocabulary: Vocabulary
) -> None:
    """Warn of frozen words that have no initial vector."""
    if frozen is None:
        return
    random = np.flatnonzero(frozen if rows is None else frozen.astype(bool) & ~np.isfinite(rows).all(axis=1))
    if len(random):
        some = ", ".join(shown(vocabulary.words[row]) for row in random[:3])
        warn_user(
            f"frozen: {len(random):,} of {np.count_nonzero(frozen):,} words ({some}) have no initial vector, so each "
            "would stay at its random start: give their vectors, as in initial_vectors=model, or do not freeze them"
        )
