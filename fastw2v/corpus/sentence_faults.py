"""What is said of an item of a corpus that is no sentence: neither a list of tokens nor a string.

Each function returns the end of a sentence that begins with the item's place, "corpus[3] ...".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fastw2v.corpus.faults import is_missing, is_table
from fastw2v.parameters import shown


def describe_bad_sentence(tokens: Any) -> str | None:
    """Describe an object that is not a sequence of tokens; None if it is one."""
    if isinstance(tokens, str):
        return f"is the string {shown(tokens)} where a list of tokens is expected; split it"
    if isinstance(tokens, (bytes, bytearray, memoryview)):
        return f"is {shown(tokens)} ({type(tokens).__name__}); decode it first: item.decode('utf-8')"
    if isinstance(tokens, Mapping):
        return _describe_mapping(tokens)
    if isinstance(tokens, (set, frozenset)):
        return f"is a {type(tokens).__name__}, which has no order; pass a list of tokens"
    if hasattr(tokens, "readline"):
        return "is an open file, whose lines would be tokens; pass its path, or the open file itself as the corpus"
    if is_table(tokens):
        return f"is a {type(tokens).__name__} (a table); pass its column of texts, as in tables[0]['text']"
    if names := _field_names(tokens):
        return _describe_record(tokens, names)
    if is_missing(tokens):
        return (
            f"is {shown(tokens)}, a missing value; leave it out (pandas: column.dropna(), polars: column.drop_nulls()) "
            "or, where rows must stay in step, put an empty text in its place (column.fillna(''), column.fill_null(''))"
        )
    if not isinstance(tokens, Iterable) or getattr(tokens, "ndim", 1) == 0:
        return _describe_single(tokens)
    dimensions = getattr(tokens, "ndim", 1)
    return f"is an array of {dimensions} dimensions; a sentence has one" if dimensions != 1 else None


def describe_bad_document(position: int, document: object) -> str:
    """Describe an item that is not a string, where the items before it are strings; the place is in it."""
    reason = describe_bad_sentence(document) or (
        f"is {shown(document)} ({type(document).__name__}), but the items before it are strings; "
        f"make all items strings, or all of them lists of tokens"
    )
    return f"corpus[{position}] {reason}"


def describe_bad_return(tokens: Any) -> str | None:
    """Describe what a tokenizer returned in place of a list of tokens; None if it is one."""
    if tokens is None:
        return "is None; it must return a list of tokens (is a return missing?)"
    if isinstance(tokens, Mapping) or isinstance(getattr(tokens, "tokens", None), list):
        return (
            f"is {shown(tokens)} ({type(tokens).__name__}); it must return a list of tokens: pass the tokenizer's "
            "method, tokenizer=name.tokenize, or a function of a text such as lambda text: name.encode(text).tokens"
        )
    return describe_bad_sentence(tokens)


def _describe_mapping(item: Mapping[Any, Any]) -> str:
    found = f"is a {type(item).__name__} with the keys {shown(list(item))}"
    texts = {key: value for key, value in item.items() if isinstance(value, (str, list))}
    if not texts:
        return f"{found} and no text; pass a list of tokens"
    return f"{found}; pass its text alone, as in [row[{_fullest(texts)!r}] for row in rows]"


def _field_names(item: Any) -> tuple[str, ...]:
    """Return the names of the columns of a row: of a named tuple, or of a structured array."""
    if isinstance(item, tuple):
        return getattr(item, "_fields", ())
    return (item.dtype.names or ()) if isinstance(item, np.void) else ()


def _describe_record(row: Any, names: tuple[str, ...]) -> str:
    of_array = isinstance(row, np.void)
    values = row.item() if of_array else row
    texts = {name: value for name, value in zip(names, values, strict=True) if isinstance(value, (str, list))}
    name = _fullest(texts) if texts else names[0]
    if len(texts) > 1 and not any(isinstance(text, list) or " " in text for text in texts.values()):
        return f"is a row of a table ({', '.join(names)}); if each cell is a token, pass [list(row) for row in rows]"
    remedy = f"array[{name!r}]" if of_array else f"[row.{name} for row in rows]"
    return f"is a row of a table ({', '.join(names)}); pass its text alone, as in {remedy}"


def _fullest(values: Mapping[Any, str | list[Any]]) -> Any:
    """Return the key of the tokens, or of the longest text."""
    return max(values, key=lambda key: (isinstance(values[key], list), len(values[key])))


def _describe_single(item: Any) -> str:
    found = f"is {shown(item)} ({type(item).__name__})"
    if isinstance(getattr(item, "text", None), str):
        return f"{found}, an object with a text; pass the texts: [item.text for item in items]"
    if hasattr(item, "as_py"):
        return f"{found}; pass Python's own values: column.to_pylist()"
    if isinstance(item, np.integer):
        return f"{found}; an item must be a list of tokens; for an array of word ids pass EncodedCorpus.from_ids(ids)"
    return f"{found}; an item must be a list of tokens or a string"
