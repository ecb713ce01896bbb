"""Saving word vectors, all-or-nothing: the native format, word2vec text and word2vec binary."""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.tokenizers import as_entry
from fastw2v.errors import FormatError, ParameterError, warn_user
from fastw2v.formats.binary import write_binary
from fastw2v.formats.native import NativeContent, check_beside_vectors, held_beside_vectors, write_native
from fastw2v.formats.sniff import (
    Format,
    checked_format,
    checked_path,
    format_of_name,
    holds_native,
    holds_vectors,
    is_checkpoint,
)
from fastw2v.formats.text import write_text
from fastw2v.vectors.word_vectors import HasVectors, WordVectors, as_word_vectors
from fastw2v.writing.atomic import open_atomic, own_descriptor

_GZIP_LEVEL = 6
_OTHER_PACKINGS = frozenset((".bz2", ".xz", ".lzma", ".zst", ".lz4", ".zip", ".7z", ".rar", ".tar", ".tgz"))


def save(
    path: str | os.PathLike[str],
    word_vectors: WordVectors | HasVectors,
    *,
    format: Format | None = None,
    context_vectors: NDArray[np.float32] | None = None,
    node_vectors: NDArray[np.float32] | None = None,
    metadata: dict[str, Any] | None = None,
    overwrite: bool = False,
) -> None:
    """Write word vectors to a file.

    Parameters
    ----------
    path : str or path
        A file whose name ends in ``.gz`` is compressed (word2vec formats only).
    word_vectors : WordVectors, fitted model, or gensim's KeyedVectors
    format : {"native", "text", "binary"}, optional
        By default it follows from the name: ``.safetensors`` and ``.fw2v`` are native, ``.txt`` and ``.vec`` word2vec
        text, ``.bin`` word2vec binary.
    context_vectors : array of float, shape (V, D), optional
        The words' output rows. Only the native format holds them; the word2vec formats hold word vectors alone.
    node_vectors : array of float, shape (V - 1, D), optional
        The output rows of hierarchical softmax; again, only the native format holds them.
    metadata : dict, optional
        Anything that JSON can hold, such as parameters and loss history. Only the native format holds it. The
        `tokenizer` of the vectors is added.
    overwrite : bool, default False
        Replace even an existing file that is no file of word vectors, a checkpoint, or a model that can be trained
        further by vectors alone. (One of word vectors is always replaced.)

    Raises
    ------
    FormatError
        For no words at all, a word that the format cannot hold, a name that implies no format, or an existing file that
        holds something else than word vectors.
    ParameterError
        For metadata that JSON cannot hold, context or node vectors of another shape, or an object without word vectors.
    OSError
        The message names the path, where everything is unchanged.

    Warns
    -----
    RuntimeWarning
        Context vectors, node vectors or metadata were given, and the format does not hold them.

    Notes
    -----
    The file is written beside the target, fsynced and then renamed, so that the complete old or new content is there at
    any time, even after a power failure. A memory-mapped file may be saved over: the mapping keeps the old content.
    Rows are written in blocks, so memory stays bounded.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from fastw2v import WordVectors, load
    >>> name = tempfile.mkdtemp() + "/two.vec"
    >>> save(name, WordVectors(np.eye(2), ["left", "right"]))
    >>> load(name)["right"]
    array([0., 1.], dtype=float32)
    """
    target = checked_path("save", path)
    word_vectors = as_word_vectors(word_vectors)
    chosen = format_to_write(target, format)
    check_words_to_write(target, word_vectors)
    if not overwrite:
        check_replaceable(target)
        if chosen != "native" or context_vectors is node_vectors is None:
            check_no_model_is_lost(target)
    if not isinstance(metadata, (dict, type(None))):
        raise ParameterError(f"metadata must be a dict; got {type(metadata).__name__} {metadata!r:.60}")
    content = NativeContent(
        word_vectors.vectors,
        word_vectors.index_to_key,
        word_vectors.counts,
        _rows("context_vectors", context_vectors),
        _with_tokenizer(metadata or {}, word_vectors),
        _rows("node_vectors", node_vectors),
    )
    if chosen == "native":
        with open_atomic(target) as writer:
            write_native(writer, content)
        return
    check_beside_vectors(content)
    beside = {"context_vectors": context_vectors, "node_vectors": node_vectors, "metadata": metadata or None}
    if lost := [name for name, given in beside.items() if given is not None]:
        warn_user(
            f"save: {target} is a file of word2vec's {chosen} format, which holds words and their vectors alone, "
            f"not {' and '.join(lost)}: a native file (.safetensors) keeps them"
        )
    with open_packed(target) as stream:
        write = write_text if chosen == "text" else write_binary
        write(stream, word_vectors.vectors, word_vectors.index_to_key)


def if_native(path: str | os.PathLike[str], format: Format | None, **beside: Any) -> dict[str, Any]:
    """Return those arguments of `save` if its file will be native, else none: for callers whose users know that."""
    return beside if format_to_write(checked_path("save", path), format) == "native" else {}


def _with_tokenizer(metadata: dict[str, Any], word_vectors: WordVectors) -> dict[str, Any]:
    """Add how the text of the vectors was split, unless the metadata say so."""
    if word_vectors.tokenizer is None or metadata.get("tokenizer") is not None:
        return metadata
    return {**metadata, "tokenizer": as_entry(word_vectors.tokenizer)}


def _rows(name: str, given: Any) -> NDArray[Any] | None:
    """Return rows of numbers as an array."""
    if given is None:
        return None
    array = np.asarray(given)
    if array.dtype.kind not in "fiu":
        raise ParameterError(f"{name} must be an array of numbers; got {type(given).__name__} of {array.dtype}")
    return array


@contextlib.contextmanager
def open_packed(target: Path) -> Iterator[Any]:
    """Open a file as `open_atomic` does; what is written is compressed if its name ends in ``.gz``."""
    with open_atomic(target) as writer, contextlib.ExitStack() as stack:
        # No name and no time in the compressed file: equal vectors make equal files.
        stream: Any = writer
        if target.suffix.lower() == ".gz":
            sink: Any = writer  # has the methods that gzip calls
            stream = stack.enter_context(gzip.GzipFile("", "wb", _GZIP_LEVEL, sink, mtime=0))
        yield stream


def check_replaceable(
    path: Path, is_ours: Callable[[Path], bool] = holds_vectors, kind: str = "file of word vectors"
) -> None:
    """Refuse to write vectors over a file that holds anything else.

    Parameters
    ----------
    path : Path
    is_ours : callable(path) -> bool
        Whether an existing file is of the kind that is to be written.
    kind : str
        Its name in the message.

    Raises
    ------
    FormatError
        The file exists, is not empty, and is no file of word vectors.
    """
    if own_descriptor(path) is None and path.is_file() and path.stat().st_size and not is_ours(path):
        found = "is a checkpoint" if is_checkpoint(path) else f"is no {kind}"
        raise FormatError(
            f"{path} exists and {found}, and would be lost: name another file, delete this one, or pass overwrite=True"
        )


def check_no_model_is_lost(path: Path) -> None:
    """Refuse to write word vectors over a model that can be trained further, which holds more than them.

    Raises
    ------
    FormatError
        The file exists and holds context or node vectors.
    """
    if own_descriptor(path) is not None or not path.is_file() or not holds_native(path):
        return
    if held_beside_vectors(path) & {"context vectors", "node vectors"}:
        raise FormatError(
            f"{path} exists and is a model that can be trained further, of which the new file would hold the word "
            "vectors alone: name another file, delete this one, or pass overwrite=True"
        )


def check_words_to_write(path: Path, word_vectors: WordVectors) -> None:
    """Refuse a file without words, which none of the readers would take."""
    if not len(word_vectors):
        raise FormatError(f"{path}: there are no words to write: these vectors are empty")


def check_packing(path: Path) -> None:
    """Refuse a name that promises a compression that is not written."""
    if path.suffix.lower() in _OTHER_PACKINGS:
        raise FormatError(
            f"{path}: only .gz files are written compressed: name it {path.with_suffix('.gz').name!r}, or write "
            f"{path.with_suffix('').name!r} and compress that"
        )


def format_to_write(path: Path, format: Format | None) -> Format:
    """Return the format in which `save` writes a file of this name.

    Raises
    ------
    FormatError
        The name implies no format, or one that cannot be compressed although it ends in ``.gz``.
    ParameterError
        For an unknown format.
    """
    chosen = checked_format(format) or format_of_name(path)
    check_packing(path)
    if chosen is None:
        raise FormatError(
            f"{path}: the name implies no format: use .safetensors (native), .vec or .txt (word2vec text) or .bin "
            "(word2vec binary), or name the format"
        )
    if chosen == "native" and path.suffix.lower() == ".gz":
        raise FormatError(f"{path}: native files are not compressed, so that they can be memory-mapped: omit .gz")
    return chosen
