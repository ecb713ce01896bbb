"""Saving and loading word vectors: the native format, word2vec text and word2vec binary.

Files are all-or-nothing, and loading one never runs code: pickles are refused, nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import gzip
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats.atomic import open_atomic
from fastw2v.formats.binary import read_binary, write_binary
from fastw2v.formats.native import NativeContent, read_native, write_native
from fastw2v.formats.reader import open_source
from fastw2v.formats.sniff import FORMATS, Format, check_regular, format_of_content, format_of_name
from fastw2v.formats.text import read_text, write_text
from fastw2v.vectors.word_vectors import WordVectors, as_word_vectors

if TYPE_CHECKING:
    from fastw2v.parameters import Errors

_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Loaded:
    """All that a file holds.

    Attributes
    ----------
    word_vectors : WordVectors
    context_vectors : array of float32, shape (V, D), or None
        The output rows; only the native format holds them.
    metadata : dict
        What was given to `save`, and "format_version" and "word_type"; empty for the word2vec formats.
    """

    word_vectors: WordVectors
    context_vectors: NDArray[np.float32] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def save(
    path: str | os.PathLike[str],
    word_vectors: WordVectors,
    *,
    format: Format | None = None,
    context_vectors: NDArray[np.float32] | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Write word vectors to a file.

    Parameters
    ----------
    path : str or path
        A name that ends in ``.gz`` is packed (word2vec formats only).
    word_vectors : WordVectors, or gensim's KeyedVectors
    format : {"native", "text", "binary"}, optional
        By default by the name: ``.safetensors`` and ``.fw2v`` native, ``.txt`` and ``.vec`` word2vec text, ``.bin``
        word2vec binary.
    context_vectors : array of float, shape (V, D), optional
        The output rows. Kept by the native format; the word2vec formats hold the word vectors alone.
    metadata : dict, optional
        Anything that JSON can hold, such as parameters and loss history. Kept by the native format.

    Raises
    ------
    FormatError
        For a word that the format cannot hold, or a name that says no format.
    ParameterError
        For metadata that JSON cannot hold, context vectors of another shape, or what are no word vectors.
    OSError
        With the path; what was at `path` before is unchanged then.

    Notes
    -----
    The file is written beside the target, brought to the disk and then given its name, so the old content or the new
    is there at any time, whole, even after a power failure. A file that is memory-mapped may be saved over: the mapping
    keeps the old content. Rows are written in blocks, memory stays bounded.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from fastw2v import WordVectors
    >>> name = tempfile.mkdtemp() + "/two.vec"
    >>> save(name, WordVectors(np.eye(2), ["left", "right"]))
    >>> load(name)["right"]
    array([0., 1.], dtype=float32)
    """
    target = Path(os.fspath(path))
    word_vectors = as_word_vectors(word_vectors)
    chosen = format_to_write(target, format)
    packed = target.suffix.lower() == ".gz"
    if chosen == "native":
        content = NativeContent(
            word_vectors.vectors,
            word_vectors.index_to_key,
            word_vectors.counts,
            context_vectors,
            metadata or {},  # type: ignore[arg-type]
        )
        with open_atomic(target) as writer:
            write_native(writer, content)
        return
    write = write_text if chosen == "text" else write_binary
    with open_atomic(target) as writer, contextlib.ExitStack() as stack:
        # No name and no time in the packed file: equal vectors make equal files.
        stream: Any = writer
        if packed:
            sink: Any = writer  # a file as far as gzip asks
            stream = stack.enter_context(gzip.GzipFile("", "wb", _GZIP_LEVEL, sink, mtime=0))
        write(stream, word_vectors.vectors, word_vectors.index_to_key)


def load(
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    mmap: bool = False,
    errors: Errors = "strict",
) -> WordVectors:
    """Read word vectors from a file of any of the formats.

    Parameters
    ----------
    path : str or path
    format : {"native", "text", "binary"}, optional
        By default the first bytes of the file tell.
    mmap : bool, default False
        Leave the vectors in the file (native format only). The file must not be cut short while they are in use.
    errors : {"strict", "replace", "ignore"}
        What to do with words that are no UTF-8 (word2vec formats only).

    Returns
    -------
    WordVectors

    Raises
    ------
    FormatError
        When the file is not what it says, with the place. Pickles and archives are refused by their first bytes.
    OSError
        When it cannot be opened.

    Warns
    -----
    UserWarning
        When a word2vec file has more rows than its header says, or repeats a word (the first row is kept).

    Notes
    -----
    Every size in a header is held against the size of the file before anything is allocated. Loading runs no code.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "vectors.txt")
    >>> _ = file.write_text("2 3\\nsun 0.5 1 0\\nmoon 0 1 0.5\\n")
    >>> load(file)["moon"]
    array([0. , 1. , 0.5], dtype=float32)
    """
    return _load(path, format, mmap, errors).word_vectors


def load_all(
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    mmap: bool = False,
    errors: Errors = "strict",
) -> Loaded:
    """Read all that a file holds: as `load`, and context vectors and metadata with it.

    Parameters
    ----------
    path, format, mmap, errors
        As in `load`.

    Returns
    -------
    Loaded
    """
    return _load(path, format, mmap, errors)


def _load(path: str | os.PathLike[str], format: str | None, mmap: bool, errors: str) -> Loaded:
    # Called by `load` and `load_all` alike, so that the readers' warnings point at the line that called either.
    if errors not in ("strict", "replace", "ignore"):
        raise ParameterError(f"errors must be 'strict', 'replace' or 'ignore'; got {errors!r}")
    source = Path(os.fspath(path))
    chosen = _checked_format(format)
    check_regular(source)
    chosen = chosen or format_of_content(source)
    if chosen == "native":
        content = _read_native(source, mmap)
        try:
            word_vectors = WordVectors(content.vectors, content.words, content.counts)
        except ParameterError as error:  # two equal words: found here, since a set of them all takes long to make
            raise FormatError(f"{source}, 'vocab_utf8': {error}; the file is damaged") from None
        return Loaded(word_vectors, content.context_vectors, content.metadata)
    if mmap:
        raise ParameterError(f"{source}: only native files can be memory-mapped, this one is word2vec {chosen}")
    with open_source(source) as opened:
        vectors, words = (read_text if chosen == "text" else read_binary)(opened, errors)
    return Loaded(WordVectors(vectors, words))


def format_to_write(path: Path, format: str | None) -> str:
    """The format in which `save` writes a file of this name.

    Raises
    ------
    FormatError
        The name says no format, or one that does not go with its ``.gz``.
    ParameterError
        There is no such format.
    """
    chosen = _checked_format(format) or format_of_name(path)
    if chosen is None:
        raise FormatError(
            f"{path}: the name says no format; use .safetensors (native), .vec or .txt (word2vec text) or .bin "
            "(word2vec binary), or name the format"
        )
    if chosen == "native" and path.suffix.lower() == ".gz":
        raise FormatError(f"{path}: native files are not packed, so that they can be mapped; leave out .gz")
    return chosen


def _read_native(source: Path, mmap: bool) -> NativeContent:
    try:
        return read_native(source, mmap=mmap)
    except FormatError as error:
        try:
            found = format_of_content(source)
        except FormatError:
            raise error from None
        if found == "native":
            raise
        raise FormatError(
            f"{source}: a word2vec {found} file, not one of the native format; fastw2v.load(path) reads its vectors, "
            "and Word2Vec(initial_vectors=...) trains on from them"
        ) from error


def _checked_format(name: str | None) -> str | None:
    if name is not None and name not in FORMATS:
        raise ParameterError(f"format must be one of {', '.join(map(repr, FORMATS))}; got {name!r}")
    return name
