"""The structures that Python passes to C and CUDA, read from the text that declares them.

C alone declares the fields of a structure. Python fills a NumPy record with the layout of a C compiler; the tests
compile the structures and compare every offset.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from fastw2v.planning.plan import Plan
from fastw2v.planning.rows import row_stride

C_TYPES: dict[str, type[np.generic]] = {
    "double": np.float64,
    "float": np.float32,
    "int": np.int32,
    "int32_t": np.int32,
    "int64_t": np.int64,
    "long long": np.int64,
    "fw_i64": np.int64,
    "unsigned long long": np.uint64,
    "fw_u64": np.uint64,
}


def read_structure(text: str, name: str) -> np.dtype[np.void]:
    """Return the layout of the C structure ``name`` that ``text`` declares; pointers become uint64.

    Fields may be numbers, pointers, and structures that the same text declares.

    Raises
    ------
    ValueError
        The text does not declare the structure, or a field has an unknown type.

    Examples
    --------
    >>> layout = read_structure("struct pair { int first, *rest; /* the others */ };", "pair")
    >>> layout.names, layout.itemsize
    (('first', 'rest'), 16)
    """
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    body = re.search(rf"\bstruct {re.escape(name)}\s*\{{([^}}]*)\}}", code)
    if body is None:
        raise ValueError(f"struct {name}: the text does not declare it")
    fields: list[tuple[str, Any]] = []
    for declaration in filter(None, map(str.strip, body[1].split(";"))):
        kind, _, first = re.sub(r"\bconst\b|\bstruct\b", "", declaration.partition(",")[0]).strip().rpartition(" ")
        stars = first.count("*") + kind.count("*")
        kind = kind.replace("*", "").strip()
        for number, declared in enumerate([first, *declaration.split(",")[1:]]):
            pointer = stars if number == 0 else declared.count("*")
            fields.append((declared.strip(" *"), np.uint64 if pointer else _layout_of(kind, code, name)))
    return np.dtype(fields, align=True)


def _layout_of(kind: str, code: str, owner: str) -> Any:
    if kind in C_TYPES:
        return C_TYPES[kind]
    if not re.search(rf"\bstruct {re.escape(kind)}\s*\{{", code):
        raise ValueError(f"struct {owner}: a field has the unknown type {kind!r}; add it to C_TYPES")
    return read_structure(code, kind)


def fill_settings(settings: Any, plan: Plan, vocabulary: int, vector_size: int) -> None:
    """Fill a record of ``fw_settings`` (native/fw_settings.h) from the shape of the rows and the plan's attributes.

    Parameters
    ----------
    settings : numpy.void
        The record, changed in place.
    plan : Plan
    vocabulary, vector_size : int
        V and D.
    """
    rows = {"vocabulary": vocabulary, "vector_size": vector_size, "stride": row_stride(vector_size)}
    for name in settings.dtype.names:
        settings[name] = rows[name] if name in rows else getattr(plan, name)
