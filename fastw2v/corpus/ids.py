"""Ready-made ids of any shape: flattened to one array with sentence offsets, checked and counted."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from fastw2v.errors import CorpusError, CorpusTypeError
from fastw2v.machine import check_memory
from fastw2v.parameters import shown
from fastw2v.progress.figures import counted

PIECE = 1 << 18  # ids counted at once, at least
NUMBER_ANEW = (
    "encode(sentences, min_count=1) takes such numbers as words and gives each its row; or number the words from 0 on"
)
_MANY_ROWS = 10_000_000  # without so many, rows that no id uses cost nothing worth a word


def count_ids(ids: np.ndarray, n_words: int) -> np.ndarray:
    """Count each id from 0 to ``n_words - 1``: int64, shape (n_words,).

    Counted in pieces: NumPy widens ids to 64 bits, and a file may contain more of them than memory can hold. A piece is
    no shorter than the counts, which are added up once for each.

    Raises
    ------
    CorpusError
        An id is outside these, as where the memory of a corpus was written to after it was made.

    Examples
    --------
    >>> count_ids(np.array([2, 0, 2], np.int32), 4)
    array([1, 0, 2, 0])
    """
    counts = np.zeros(n_words, np.int64)
    piece = max(PIECE, n_words)
    for begin in range(0, len(ids), piece):
        part = ids[begin : begin + piece]
        if part.min() < 0 or part.max() >= n_words:
            at = int(np.flatnonzero((part < 0) | (part >= n_words))[0])
            raise CorpusError(f"ids[{begin + at}] is {part[at]}, but the vocabulary has the rows 0 to {n_words - 1:,}")
        counts += np.bincount(part, minlength=n_words)
    return counts


def sealed(array: np.ndarray, *, own: bool = False) -> np.ndarray:
    """Return a read-only view of an array; of one that others can write to, a copy.

    Parameters
    ----------
    array : ndarray
    own : bool, default False
        Nobody else holds the array, which is therefore not copied.

    Examples
    --------
    >>> given = np.array([0, 1])
    >>> ids = sealed(given)
    >>> given[0] = 5
    >>> ids, ids.flags.writeable
    (array([0, 1]), False)
    """
    shared = array.flags.writeable and not own
    if shared:
        check_memory(array.nbytes, "a copy of the ids", lower="make the array read-only, which is then not copied")
    view = array.copy() if shared else array.view()
    view.flags.writeable = False
    return view


def flatten(ids: Any, offsets: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Return flat int32 ids and int64 offsets; see `EncodedCorpus.from_ids`.

    Examples
    --------
    >>> flatten([[5, 6], [], [7]])
    (array([5, 6, 7], dtype=int32), array([0, 2, 2, 3]))
    """
    if hasattr(ids, "ndim") and not isinstance(ids, np.ndarray):
        ids = np.asarray(ids)
    _check_not_masked(ids, "ids")
    if isinstance(ids, np.ndarray) and ids.dtype != object:
        return _flatten_array(ids, offsets)
    if isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__"):
        raise CorpusTypeError(f"ids are {shown(ids)} ({type(ids).__name__}); pass arrays or lists of integers")
    items = list(ids)
    if offsets is not None or (items and not hasattr(items[0], "__len__")):
        return _flatten_array(_integers(items, "ids"), offsets)
    flat = _joined(items)
    if flat is None:
        items = [_integers(sentence, f"ids[{i}]") for i, sentence in enumerate(items)]
        flat = np.concatenate(items) if items else np.empty(0, np.int32)
    lengths = np.fromiter(map(len, items), np.int64, len(items))
    return sealed(flat, own=True), sealed(np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), own=True)


def count_up(ids: np.ndarray) -> range:
    """Return the words of ids without a vocabulary: the integers from 0 to the largest.

    Raises
    ------
    CorpusError
        Nearly all of very many rows would belong to no id.
    """
    n_words = int(ids.max(initial=-1)) + 1
    if n_words > max(_MANY_ROWS, 10 * len(ids)):
        raise CorpusError(
            f"the largest of {len(ids):,} ids is {n_words - 1:,}: without a vocabulary each number up to it would have "
            f"a row of vectors; {NUMBER_ANEW}"
        )
    return range(n_words)


def check_ids(ids: np.ndarray, offsets: np.ndarray, n_words: int) -> None:
    """Check flat ids against the size of their vocabulary.

    Raises
    ------
    CorpusError
        There are no ids, one of them is outside the vocabulary, or the vocabulary has fewer than two words.
    """
    if not ids.size:
        raise CorpusError(f"the corpus is empty: {counted(len(offsets) - 1, 'sentence')} without a single id")
    if ids.min() < 0 or ids.max() >= n_words:
        at = int(np.flatnonzero((ids < 0) | (ids >= n_words))[0])
        sentence = int(np.searchsorted(offsets, at, side="right")) - 1
        raise CorpusError(
            f"ids[{sentence}][{at - offsets[sentence]}] is {ids[at]}, but the vocabulary has the rows 0 to "
            f"{n_words - 1:,}; give every id a word, and leave out padding"
        )
    if n_words < 2:
        raise CorpusError(f"training needs at least 2 words, the vocabulary has {n_words}")


def keep_rows(ids: np.ndarray, offsets: np.ndarray, rows: np.ndarray, n_words: int) -> tuple[np.ndarray, np.ndarray]:
    """Leave out the ids that are not in `rows`, and number the others by their place there.

    Examples
    --------
    >>> keep_rows(np.array([0, 1, 2, 1], np.int32), np.array([0, 2, 4]), np.array([1, 2]), 3)
    (array([0, 1, 0], dtype=int32), array([0, 1, 3]))
    """
    new = np.full(n_words, -1, np.int32)
    new[rows] = np.arange(len(rows), dtype=np.int32)
    numbered = new[ids]
    kept = numbered >= 0
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    return sealed(numbered[kept], own=True), sealed(before[offsets], own=True)


def take_sentences(ids: np.ndarray, offsets: np.ndarray, which: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids and offsets of the sentences that a slice, an array of numbers or a mask chooses.

    Raises
    ------
    IndexError
        A sentence does not exist, or `which` is something else.

    Examples
    --------
    >>> take_sentences(np.array([5, 6, 7, 8]), np.array([0, 2, 3, 4]), [2, 0])
    (array([8, 5, 6]), array([0, 1, 3]))
    """
    if isinstance(which, slice):
        begin, end, step = which.indices(len(offsets) - 1)
        if step == 1:
            end = max(begin, end)
            return ids[offsets[begin] : offsets[end]], sealed(offsets[begin : end + 1] - offsets[begin], own=True)
    elif np.size(which) == 0:
        which = np.empty(0, np.int64)
    try:
        numbers = np.arange(len(offsets) - 1)[which]
    except IndexError as error:
        raise IndexError(f"the corpus has {counted(len(offsets) - 1, 'sentence')}, numbered from 0: {error}") from error
    if numbers.ndim != 1:
        raise IndexError(f"the sentences of a corpus are chosen by a flat array, not one of shape {np.shape(which)}")
    begins = offsets[numbers]
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(offsets[numbers + 1] - begins)])
    places = np.repeat(begins - ends[:-1], np.diff(ends))
    places += np.arange(len(places))
    return sealed(ids[places], own=True), sealed(ends, own=True)


def _flatten_array(ids: np.ndarray, offsets: Any) -> tuple[np.ndarray, np.ndarray]:
    if ids.ndim not in (1, 2):
        raise CorpusError(f"ids have the shape {ids.shape}; pass them flat with offsets, 2-D, or as a list of lists")
    flat = _integers(ids.reshape(-1), "ids")
    flat = sealed(flat, own=not np.may_share_memory(flat, ids))
    if ids.ndim == 2:
        if offsets is not None:
            raise CorpusError(f"ids of shape {ids.shape} have one sentence per row; pass offsets only with flat ids")
        return flat, sealed(np.arange(ids.shape[0] + 1, dtype=np.int64) * ids.shape[1], own=True)
    if offsets is None:
        return flat, sealed(np.array([0, len(flat)], np.int64), own=True)
    ends = np.array(offsets)
    if ends.ndim != 1 or ends.size == 0 or ends.dtype.kind not in "iu":
        raise CorpusError(f"offsets must be a flat array of integers, found shape {ends.shape} of {ends.dtype}")
    ends = ends.astype(np.int64)
    if ends[0] != 0 or ends[-1] != len(flat):
        raise CorpusError(f"offsets must go from 0 to the number of ids, {len(flat):,}; found {ends[0]} to {ends[-1]}")
    falling = np.flatnonzero(np.diff(ends) < 0)
    if falling.size:
        at = int(falling[0])
        raise CorpusError(
            f"offsets must not decrease: offsets[{at}] is {ends[at]}, offsets[{at + 1}] is {ends[at + 1]}"
        )
    return flat, sealed(ends, own=True)


def _joined(items: list[Any]) -> np.ndarray | None:
    """Return the ids of sentences that are all lists of int, or arrays of one type; None for any other, or wrong ones.

    `_integers` finds the wrong one and says what it is, at ten times the time.
    """
    kinds = set(map(type, items))
    if kinds == {np.ndarray} and {each.ndim for each in items} == {1}:
        types = {each.dtype for each in items}
        if len(types) > 1 or types.pop().kind not in "iu":
            return None
        flat = np.concatenate(items)
    elif kinds and kinds <= {list, tuple} and set(map(type, chain.from_iterable(items))) == {int}:
        try:
            flat = np.fromiter(chain.from_iterable(items), np.int64, sum(map(len, items)))
        except OverflowError:
            return None
    else:
        return None
    if flat.dtype != np.int32 and flat.size and not -(2**31) <= int(flat.min()) <= int(flat.max()) < 2**31:
        return None
    return flat.astype(np.int32, copy=False)


def masked_place(values: Any) -> str:
    """Return where the first masked number is, as it is written after a name; "" if none is.

    Examples
    --------
    >>> masked_place(np.ma.masked_array([[1, 2], [3, 4]], [[0, 0], [1, 0]]))
    '[1][0]'
    """
    if isinstance(values, (list, tuple)):
        if not any(issubclass(kind, np.ma.MaskedArray) for kind in set(map(type, values))):  # quicker than each
            return ""
        places = ((row, masked_place(each)) for row, each in enumerate(values) if isinstance(each, np.ma.MaskedArray))
        return next((f"[{row}]{place}" for row, place in places if place), "")
    if not np.ma.is_masked(values):
        return ""
    return "".join(f"[{at}]" for at in np.argwhere(np.ma.getmaskarray(values))[0])


def _check_not_masked(values: Any, where: str) -> None:
    """Raise for masked numbers, whose mask NumPy drops in silence."""
    if place := masked_place(values):
        raise CorpusTypeError(
            f"{where}{place} is masked, a missing value; leave it out, as in [row.compressed() for row in ids]"
        )


def _integers(values: Any, where: str) -> np.ndarray:
    """Return one flat array of int32; a contiguous one is not copied."""
    _check_not_masked(values, where)
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise CorpusTypeError(f"{where} is {shown(values)}, not a sequence of integers: {error}") from None
    if array.size == 0 and array.ndim <= 1:
        return np.empty(0, np.int32)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise CorpusTypeError(
            f"{where} holds {array.dtype} of shape {array.shape}, found {shown(values)}; pass integers"
        )
    if array.dtype != np.int32:
        for bound in (int(array.min()), int(array.max())):
            if not -(2**31) <= bound < 2**31:
                at = int(np.flatnonzero(array == bound)[0])
                raise CorpusError(f"{where}[{at}] is {bound}, which is outside int32; {NUMBER_ANEW}")
    return np.ascontiguousarray(array, np.int32)
