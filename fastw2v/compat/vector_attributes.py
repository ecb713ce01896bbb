"""gensim's "expandos": attributes of keys, such as "count", each an array with one value per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.planning.tree import Tree
from fastw2v.progress.figures import counted

Attributes = dict[str, NDArray[Any]]


def allocate(attributes: Attributes, rows: int, wanted: Iterable[tuple[str, Any]] = ()) -> None:
    """Make every array as long as there are rows, zeros behind; and those of new attributes.

    Parameters
    ----------
    attributes : dict
        Changed in place.
    rows : int
    wanted : pairs of an attribute and the type of its values

    Raises
    ------
    TypeError
        An existing array cannot hold values of this type.
    """
    for name, given in wanted:
        dtype = _dtype(given)
        if name not in attributes:
            attributes[name] = np.zeros(rows, dtype)
        elif not np.can_cast(dtype, attributes[name].dtype, "same_kind"):
            raise TypeError(
                f"the attribute {name!r} holds {attributes[name].dtype}, which has no room for {dtype}: give a value "
                f"of its type, or begin anew: del wv.expandos[{name!r}]"
            )
    for name, values in attributes.items():
        if len(values) != rows:
            attributes[name] = np.zeros((rows, *values.shape[1:]), values.dtype)
            attributes[name][: len(values)] = values[:rows]


def follow_keys(attributes: Attributes, before: Sequence[Any], after: Sequence[Any]) -> None:
    """Give each key its values again where a script assigns other keys, as to prune or to order them; 0 for new ones.

    Arrays of another length than the keys before have been assigned, too, and stay.
    """
    if not attributes or after is before:
        return
    row_of = {key: row for row, key in enumerate(before)}
    rows = np.array([row_of.get(key, -1) for key in after], np.int64)
    known = rows >= 0
    for name, values in attributes.items():
        if len(values) == len(before):
            attributes[name] = np.zeros((len(rows), *values.shape[1:]), values.dtype)
            attributes[name][known] = values[rows[known]]


def stale(name: str, values: int, keys: int) -> str:
    """Say that an attribute has values of keys that are gone."""
    return (
        f"the attribute {name!r} has {counted(values, 'value')} for {counted(keys, 'key')}: keys were taken out of "
        "wv.index_to_key, and those behind them have the values of others; assign the list anew, wv.index_to_key = "
        "[...], and values follow their keys"
    )


def _dtype(given: Any) -> np.dtype[Any]:
    """Return the type of an array for values of a type: 64 bits for int on every system, objects for strings."""
    if given is int:
        return np.dtype(np.int64)
    dtype = np.dtype(given)
    return np.dtype(object) if dtype.kind in "US" else dtype


PATHS = ("code", "point")


def paths_of_words(tree: Tree) -> Attributes:
    """Return gensim's attributes of a tree: arrays of codes (uint8) and of nodes (uint32) for each word, root first."""
    words = len(tree.begin) - 1
    found: Attributes = {}
    steps: Attributes = {"code": (tree.step & 1).astype(np.uint8), "point": (tree.step >> 1).astype(np.uint32)}
    for name, values in steps.items():
        found[name] = np.empty(words, object)
        found[name][:] = [values[tree.begin[word] : tree.begin[word + 1]] for word in range(words)]
    return found


def placeholder_counts(rows: int) -> NDArray[np.int64]:
    """Return the descending numbers that gensim gives as counts to vectors of a file without counts."""
    return np.arange(rows, 0, -1, dtype=np.int64)
