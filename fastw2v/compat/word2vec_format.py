"""gensim's files: word2vec's formats with all its options, and what this package's format keeps of a KeyedVectors."""

from __future__ import annotations

import codecs
import gzip
import os
import sys
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.current_vectors import float_type
from fastw2v.compat.editing import EditableVectors
from fastw2v.compat.own_attributes import own_attributes, restore_own_attributes
from fastw2v.compat.vector_attributes import PATHS, stale
from fastw2v.compat.watched import owner_of
from fastw2v.errors import FormatError, ParameterError, UndecodableWordError, warn_user, warnings_worded
from fastw2v.first_bytes import describe, describe_arrays, describe_packed, is_binary, is_pickle
from fastw2v.formats import load, load_all
from fastw2v.formats.binary import write_binary
from fastw2v.formats.loading import Loaded
from fastw2v.formats.reader import open_reader
from fastw2v.formats.saving import (
    check_no_model_is_lost,
    check_packing,
    check_replaceable,
    check_words_to_write,
    open_packed,
)
from fastw2v.formats.sniff import Format, certain_format, check_regular, checked_path
from fastw2v.formats.text import write_text
from fastw2v.formats.words import plain_words
from fastw2v.parameters import Errors, whole_number
from fastw2v.paths import resolved
from fastw2v.progress.figures import counted

PathLike = str | os.PathLike[str]
Kind = TypeVar("Kind", bound=EditableVectors)

_START = 1024  # bytes that show what a file is
_MUCH = 1 << 20  # bytes in which a text would have a line that is no word with its count

# -- word2vec's formats ----


def write_word2vec(
    wv: EditableVectors,
    fname: PathLike,
    fvocab: PathLike | None,
    binary: bool,
    total_vec: int | None,
    write_header: bool,
    prefix: str,
    append: bool,
    sort_attr: str,
) -> None:
    """Write word2vec text or binary as gensim does; see `KeyedVectors.save_word2vec_format`."""
    target = checked_path("save_word2vec_format", fname)
    rows = _order(wv, sort_attr, fvocab)
    words = [
        prefix + (word if isinstance(word, str) else _text(word)) for word in map(wv.index_to_key.__getitem__, rows)
    ]
    spaced = not binary and fvocab is None
    plain_words(words, spaced)  # before anything is written
    if append and write_header and target.exists() and target.stat().st_size:
        raise ParameterError(
            f"{target}: append=True would put a second header into the file: pass write_header=False, and total_vec= "
            "with the number of all vectors when the file is begun"
        )
    if append:
        _check_appended(target, wv.vector_size, binary)
    check_words_to_write(target, wv)
    if fvocab is not None:
        if resolved(fvocab) == resolved(target):
            raise ParameterError(f"fvocab and fname are the same file, {target}: name another for the words and counts")
        lines = [f"{word} {int(wv.expandos[sort_attr][row])}\n" for word, row in zip(words, rows, strict=True)]
        listed = checked_path("save_word2vec_format", fvocab)
        with _open(listed, append, _lists_counts, "list of words and counts") as file:
            file.write("".join(lines).encode())
    promised = 0 if not write_header else total_vec
    with _open(target, append) as file:
        if binary:
            write_binary(file, wv._rows[rows], words, promised)
        else:
            write_text(file, wv._rows[rows], words, promised, spaced)
    _warn_of_spaces(target, words)


def _order(wv: EditableVectors, sort_attr: str, fvocab: PathLike | None) -> NDArray[np.int64]:
    """Return the rows in descending order of an attribute, or by row if there is none."""
    wv._check_rows()
    _ = wv.vocabulary  # every row has a key
    values = wv.expandos.get(sort_attr)
    if values is not None and len(values) > len(wv):
        problem = stale(sort_attr, len(values), len(wv))
        if fvocab is not None:
            raise ParameterError(f"fvocab={os.fspath(fvocab)!r}: {problem}")
        warn_user(f"{problem}. The keys are written by row")
        return np.arange(len(wv))
    if values is not None and len(values) == len(wv):
        return np.argsort(-np.asarray(wv.expandos[sort_attr], np.float64), kind="stable")
    if fvocab is not None:
        raise ParameterError(
            f"fvocab={os.fspath(fvocab)!r}: the keys have no attribute {sort_attr!r} to write there; give them one "
            "with set_vecattr, or leave out fvocab"
        )
    if sort_attr != "count":
        warn_user(f"sort_attr={sort_attr!r}: the keys have no attribute of this name; they are written by row")
    return np.arange(len(wv))


def _warn_of_spaces(path: Path, words: list[str]) -> None:
    odd = [word for word in words if " " in word]
    if odd:
        warn_user(
            f"{path}: {counted(len(odd), 'key contains', 'keys contain')} spaces (the first is {odd[0][:40]!r}); "
            "load_word2vec_format of this package reads them, gensim's and word2vec do not"
        )


def _text(key: Any) -> str:
    if isinstance(key, (int, np.integer)):
        return str(key)
    raise FormatError(
        f"the key {key!r:.60} ({type(key).__name__}) cannot be written: word2vec's formats hold strings and whole "
        "numbers"
    )


@contextmanager
def _open(path: Path, append: bool, is_ours: Any = None, kind: str = "") -> Any:
    """Open a file to replace it whole when it is complete, or to write behind its end."""
    check_packing(path)
    if append:
        if is_ours and path.is_file() and path.stat().st_size and not is_ours(path):
            raise FormatError(f"{path} exists and is no {kind}: name another file to append to")
        opener = gzip.open if path.suffix.lower() == ".gz" else open
        with opener(path, "ab") as file:
            yield cast(BinaryIO, file)
        return
    try:
        check_replaceable(path, *((is_ours, kind) if is_ours else ()))
        check_no_model_is_lost(path)
    except FormatError as error:
        raise FormatError(
            str(error).replace(", delete this one, or pass overwrite=True", ", or delete this one")
        ) from None
    with open_packed(path) as stream:
        yield stream


def _check_appended(path: Path, size: int, binary: bool) -> None:
    """Raise unless a file is missing, empty, or has rows of this form and size, behind which others may stand."""
    if not path.is_file() or not path.stat().st_size:
        return
    wanted = f"word2vec {'binary' if binary else 'text'}, {size} numbers a row"
    remedy = "append to a file of such vectors, or write a new one with append=False"
    try:
        found, row = certain_format(path), load(path, limit=1).vector_size
    except FormatError as error:
        if binary and _may_be_headless(path):
            return
        raise FormatError(
            f"{path}: append=True writes behind word vectors, and this is another file ({error})"
        ) from None
    if row != size or (found or "text") != ("binary" if binary else "text"):
        form = "the native format" if found == "native" else f"word2vec {found or 'text'}"
        raise FormatError(f"{path}: it holds {form}, {row} numbers a row, and these are {wanted}: {remedy}")


def _may_be_headless(path: Path) -> bool:
    """Return whether a file may be of binary rows without a header, which nothing else tells from other data."""
    with open_reader(path) as reader:
        start = reader.read(_START)
    return is_binary(start) and not (describe_packed(start) or describe_arrays(start) or is_pickle(start))


def _lists_counts(path: Path) -> bool:
    """Return whether each line of the beginning is a word and its count."""
    with open(path, "rb") as file:
        start = file.read(_MUCH)
    lines = start.split(b"\n") if len(start) < _MUCH else start.split(b"\n")[:-1]
    rows = [line.split() for line in lines if line.strip()]
    return bool(rows) and all(len(row) == 2 and row[1].isdigit() for row in rows)


def read_word2vec(
    fname: PathLike,
    binary: bool,
    encoding: str,
    unicode_errors: Errors,
    limit: int | None,
    words: Any = None,
    double: bool = False,
) -> Loaded:
    """Read word2vec text or binary, with a header or without; refuse a file of the other form."""
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
        with warnings_worded(_worded):
            return load_all(
                fname,
                format=asked,
                errors=unicode_errors,
                encoding=encoding,
                limit=limit or None,
                words=words,
                double=double,
            )
    except UndecodableWordError as error:
        error.message = _worded(error.message)
        raise
    except (FormatError, ParameterError) as error:
        error.args = (_worded(str(error)),)
        raise


def array_of(loaded: Loaded) -> NDArray[Any]:
    """Return the vectors of a file in the precision that was asked for, and may be written to unless it is mapped."""
    return owner_of(loaded.word_vectors.vectors) if loaded.double_vectors is None else loaded.double_vectors


def _worded(message: str) -> str:
    return message.replace("errors='", "unicode_errors='")


def load_word2vec(
    kind: type[Kind],
    fname: PathLike,
    fvocab: PathLike | None,
    binary: bool,
    encoding: str,
    unicode_errors: Errors,
    limit: int | None,
    datatype: Any,
) -> Kind:
    """Make vectors of a word2vec file; see `KeyedVectors.load_word2vec_format`."""
    counts = None if fvocab is None else _read_counts(checked_path("load", fvocab), encoding, unicode_errors)
    dtype = float_type("datatype", datatype)
    loaded = read_word2vec(fname, binary, encoding, unicode_errors, limit, double=dtype == np.float64)
    made = kind._of(array_of(loaded).astype(dtype, copy=False), loaded.word_vectors.vocabulary)
    made._set_counts(None if counts is None else _counts_of(made.index_to_key, counts, cast(PathLike, fvocab)))
    return made


def _read_counts(path: Path, encoding: str, unicode_errors: Errors) -> dict[str, int]:
    """Read a file of words and counts, as word2vec's -save-vocab writes it."""
    counts: dict[str, int] = {}
    repeated = 0
    check_regular(path)
    with open_reader(path) as reader:
        lines = reader.read(sys.maxsize).removeprefix(codecs.BOM_UTF8).split(b"\n")
        for number, line in enumerate(lines, 1):
            fields = line.split()
            if not fields:
                continue
            if len(fields) != 2 or not fields[1].isdigit():
                found = describe(line, path.name) or repr(line[:60].rstrip())
                raise FormatError(f"{path}, line {number}: expected a word and its count, found {found}")
            try:
                word = fields[0].decode(encoding, unicode_errors)
                repeated += word in counts
                counts[word] = int(fields[1])  # as in gensim, the last one holds
            except UnicodeDecodeError as error:
                raise UndecodableWordError(
                    f"{path}, line {number}: the word {fields[0][:40]!r} is not valid {encoding} ({error.reason}); "
                    "unicode_errors='replace' or 'ignore' reads it",
                    error,
                ) from error
    if repeated:
        warn_user(f"{path}: {counted(repeated, 'repeated word')}; kept the last count of each")
    return counts


def _counts_of(words: Iterable[Any], counts: dict[str, int], fvocab: PathLike) -> NDArray[np.int64]:
    missing = [word for word in words if word not in counts]
    if missing:
        warn_user(
            f"{os.fspath(fvocab)}: {counted(len(missing), 'word of the vectors is', 'words of the vectors are')} "
            f"missing (the first is {missing[0]!r}); their count is 0"
        )
    return np.array([counts.get(word, 0) for word in words], np.int64)


# -- this package's format: what a KeyedVectors has besides vectors, keys and counts ----


# What vectors have of themselves; other attributes were set by a script or a subclass.
_OF_VECTORS = (
    *("_lockf", "_of_model", "_placeholders", "_said", "_unbuilt", "_watched", "expandos", "index_to_key"),
    *("key_to_index", "mapfile_path", "next_index"),
)


def _base(wv: EditableVectors) -> type:
    """Return the class of this package from which an object's own is derived."""
    return next(base for base in type(wv).__mro__ if base.__module__.startswith("fastw2v."))


def kept_of(wv: EditableVectors) -> dict[str, Any]:
    """Return attributes, locks and the type of the vectors, as JSON holds them; warn of attributes that it cannot."""
    if None in wv.index_to_key:
        _ = wv.vocabulary  # raises unless None is a key
    attributes: dict[str, Any] = {}
    for name, values in wv.expandos.items():
        if name == "count" or (name in PATHS and values.dtype == object):  # those follow from the counts
            continue
        listed = values.tolist()
        plain = values.dtype.kind in "biuf" or all(isinstance(value, (str, int, float, type(None))) for value in listed)
        if plain:
            attributes[name] = {"dtype": values.dtype.str, "values": listed}
        else:
            warn_user(f"the attribute {name!r} is not saved: a file holds numbers and strings, and it has other values")
    locks = wv.vectors_lockf.tolist()
    own = own_attributes(wv, _base(wv), _OF_VECTORS, "wv")
    return {
        "attributes": attributes,
        "placeholder_counts": wv.counts is None and "count" in wv.expandos,
        **({} if locks == [1.0] else {"vectors_lockf": locks}),
        **({"own_attributes": own} if own else {}),
        **({} if wv._rows.dtype == np.float32 else {"dtype": wv._rows.dtype.str}),
    }


def restore(wv: EditableVectors, kept: Any, path: PathLike) -> None:
    """Give vectors what `kept_of` returned when they were saved."""
    if not isinstance(kept, dict):
        return
    try:
        for name, given in kept.get("attributes", {}).items():
            values = np.array(given["values"], np.dtype(given["dtype"]))
            if len(values) != len(wv) or values.dtype.kind not in "biufO":
                raise ValueError(f"{len(values)} values of {values.dtype}")
            wv.expandos[str(name)] = values
        if kept.get("placeholder_counts") and wv.counts is None:
            wv._set_counts(None)
        if "vectors_lockf" in kept:
            wv.vectors_lockf = np.array(kept["vectors_lockf"], np.float32)
        restore_own_attributes(wv, _base(wv), _OF_VECTORS, kept.get("own_attributes"))
        if "dtype" in kept and wv._rows.dtype != kept["dtype"]:
            wv.vectors = wv._rows.astype(np.dtype(kept["dtype"]))
        if "spare_rows" in kept:
            wv._add_spare(whole_number("spare_rows", kept["spare_rows"], 0))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{os.fspath(path)}: the attributes of the keys cannot be read ({error})") from error
