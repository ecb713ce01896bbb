"""Attributes of keys, such as "count", of vectors whose keys scripts may assign anew: the values follow their keys."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.current_vectors import CurrentVectors
from fastw2v.compat.vector_attributes import Attributes, allocate, follow_keys, placeholder_counts, stale
from fastw2v.errors import warn_user


class KeyAttributes(CurrentVectors):
    """The part of editable vectors that holds the attributes of their keys."""

    expandos: Attributes
    _placeholders: bool  # whether the counts are made up

    # Properties of the base class; here attributes of each object, which scripts may assign. They are made where they
    # are first asked for, since a subclass need not call __init__.
    @cached_property
    def index_to_key(self) -> list[Any]:  # type: ignore[override]
        """The keys in the order of their rows."""
        return []

    @cached_property
    def key_to_index(self) -> dict[Hashable, int]:  # type: ignore[override]
        """The row of each key."""
        return {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; where it is `index_to_key`, counts and other attributes of keys follow their keys."""
        if name == "index_to_key" and "expandos" in vars(self):
            follow_keys(self.expandos, self.index_to_key, value)
        super().__setattr__(name, value)

    def allocate_vecattrs(self, attrs: Any = None, types: Any = None) -> None:
        """Make arrays for attributes, and all of them as long as there are keys."""
        allocate(self.expandos, len(self), zip(attrs or (), types or (), strict=True))

    def set_vecattr(self, key: Hashable, attr: str, val: Any) -> None:
        """Set an attribute of a key; the first value decides the type of the attribute."""
        row, values = self.row(key), self.expandos.get(attr)
        if values is None or len(values) != len(self.index_to_key) or values.dtype != type(val):
            self.allocate_vecattrs([attr], [type(val)])
        self.expandos[attr][row] = val

    def get_vecattr(self, key: Hashable, attr: str) -> Any:
        """Return an attribute of a key, such as its "count"."""
        if attr not in self.expandos:
            names = ", ".join(map(repr, self.expandos)) or "none"
            raise KeyError(f"attribute {attr!r}: these vectors have {names}")
        values, row = self.expandos[attr], self.row(key)
        if len(values) != len(self.index_to_key):
            values = self._lengthened(attr)
        return values[row]

    def _lengthened(self, attr: str) -> NDArray[Any]:
        """Return the values of an attribute where keys were added to or taken out of the list `index_to_key` itself."""
        if len(self.expandos[attr]) > len(self.index_to_key):
            warn_user(stale(attr, len(self.expandos[attr]), len(self.index_to_key)))
        else:
            self.allocate_vecattrs()
        return self.expandos[attr]

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """The attribute "count" as whole numbers, shape (V,).

        None where there is none, where the counts are made up, and where keys were assigned that they do not belong to.
        """
        given = self.expandos.get("count")
        if given is None or len(given) != len(self):
            return None
        if self._placeholders and np.array_equal(given, placeholder_counts(len(given))):
            return None
        return np.asarray(given, np.int64)

    def _set_counts(self, counts: NDArray[np.int64] | None) -> None:
        """Set the counts; None: gensim's numbers by row, for vectors of a file without counts."""
        self._placeholders = counts is None
        self.expandos["count"] = placeholder_counts(len(self)) if counts is None else np.array(counts, np.int64)
