"""Loading word vectors from files of any format; it never runs code: pickles are refused, nothing is unpickled."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.tokenizers import from_entry, is_of_file
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import FormatError, ParameterError, warn_user
from fastw2v.formats.binary import read_binary
from fastw2v.formats.native import NativeContent, is_native, read_native
from fastw2v.formats.reader import open_reader
from fastw2v.formats.rows import finite_rows, not_finite
from fastw2v.formats.sniff import (
    Format,
    certain_format,
    check_regular,
    checked_format,
    checked_path,
    format_of_content,
    refuse_foreign,
)
from fastw2v.formats.text import read_text
from fastw2v.gensims_names import OF_LOADING, with_gensims_names_told
from fastw2v.parameters import check, encoding_name, shown, whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.queries import check_key
from fastw2v.vectors.search import rows_not_finite
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from fastw2v.parameters import Errors

_NAMED = 3  # words of those that are absent


@dataclass(frozen=True)
class Loaded:
    """Everything that a file holds.

    Attributes
    ----------
    word_vectors : WordVectors
    context_vectors : array of float32, shape (V, D), or None
        The words' output rows; only the native format holds them.
    metadata : dict
        What was given to `save`, and "format_version" and "word_type"; empty for the word2vec formats.
    node_vectors : array of float32, shape (V - 1, D), or None
        The output rows of hierarchical softmax, unless some words are left out.
    double_vectors : array of float64, shape (V, D), or None
        The vectors in double precision, where they were asked for and the file has them.
    """

    word_vectors: WordVectors
    context_vectors: NDArray[np.float32] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    node_vectors: NDArray[np.float32] | None = None
    double_vectors: NDArray[np.float64] | None = None


@with_gensims_names_told(OF_LOADING)
def load(
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    mmap: bool = False,
    errors: Errors = "strict",
    encoding: str = "utf-8",
    limit: int | None = None,
    words: Iterable[Hashable] | None = None,
    verbose: int = 0,
) -> WordVectors:
    """Read word vectors from a file of any of the formats.

    Parameters
    ----------
    path : str or path
    format : {"native", "text", "binary"}, optional
        By default it is recognized from the first bytes.
    mmap : bool, default False
        Leave the vectors in the file (native format only). The file must not be cut short while they are in use.
    errors : {"strict", "replace", "ignore"}
        How to handle words that are not valid UTF-8, as in ``bytes.decode`` (word2vec formats only); the words that are
        changed so are counted in a warning, and those that become equal to another word lose their row. "ignore" also
        leaves out rows that cannot be read (blank words, too few numbers) or that hold NaN or infinity, reads the rows
        of a truncated file, and says in a warning how many are missing.
    encoding : str, default "utf-8"
        That of the words, such as "latin-1" (word2vec formats only).
    limit : int, optional
        Read the first rows only, the most frequent words of most files; nothing behind them is read or checked.
    words : iterable of words, optional
        Keep the vectors of these words only, such as those of a Vocabulary, in the order of the file; memory is taken
        for no others. A warning counts those that are not found, unless they are those of a Vocabulary, of vectors or
        of a mapping; if none is found, there is always one, and the result is empty.
    verbose : int, default 0
        1 shows progress, once a second has passed; more shows no more.

    Returns
    -------
    WordVectors

    Raises
    ------
    FormatError
        The content contradicts itself or the size of the file; the message names the position. Pickles and archives
        are recognized from their first bytes and refused, as are files of another format than the one given, and a
        matrix of numbers without words.
    OSError
        The file cannot be opened.
    ParameterError
        For an unknown format or value of `errors`, a `path` that is not one, or `mmap` with a word2vec file.

    Warns
    -----
    RuntimeWarning
        A word2vec file has more rows than its header says, or repeats a word (the first row is kept). Vectors hold NaN
        or infinity (not checked with `mmap`, which would read the whole file). Rows were left out, or words changed.
        Words asked for are not found. `encoding` or `errors` has no effect on a native file.

    Notes
    -----
    Every size in a header is checked against the size of the file before anything is allocated. Loading runs no code.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "vectors.txt")
    >>> _ = file.write_text("2 3\\nsun 0.5 1 0\\nmoon 0 1 0.5\\n")
    >>> load(file)["moon"]
    array([0. , 1. , 0.5], dtype=float32)
    """
    return load_all(
        path, format=format, mmap=mmap, errors=errors, encoding=encoding, limit=limit, words=words, verbose=verbose
    ).word_vectors


def load_all(
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    mmap: bool = False,
    errors: Errors = "strict",
    encoding: str = "utf-8",
    limit: int | None = None,
    words: Iterable[Hashable] | None = None,
    verbose: int = 0,
    double: bool = False,
) -> Loaded:
    """Read everything that a file holds: word vectors as `load` does, context vectors and metadata.

    Parameters
    ----------
    path, format, mmap, errors, encoding, limit, words, verbose
        As in `load`.
    double : bool, default False
        Read the vectors in double precision, too: those of a text, and of a native file that was written from such.

    Returns
    -------
    Loaded
    """
    check("errors", errors)
    check("verbose", verbose)
    codec = _checked_encoding(encoding)
    limit = None if limit is None else whole_number("limit", limit, 1)
    wanted = None if words is None else _checked_words(words)
    file = checked_path("load", path)
    chosen = checked_format(format)
    check_regular(file)
    if chosen in ("text", "binary") and (found := certain_format(file)) not in (None, chosen):
        raise FormatError(
            f"{file}: this is a {'native' if found == 'native' else f'word2vec {found}'} file, but format={chosen!r} "
            f"was given: pass format={found!r}, or none"
        )
    chosen = chosen or format_of_content(file)
    if chosen == "native":
        _warn_of_no_effect(file, None if codec == "utf-8" else encoding, errors, mmap)
        content = _read_native(file, mmap or wanted is not None, limit, verbose, double)
        if wanted is not None:
            content = _taken(content, np.flatnonzero([word in wanted.words for word in content.words]))
        if not mmap:
            content = _finite(file, content, errors)
        _warn_of_absent(file, content.words, wanted, limit)
        try:
            tokenizer = from_entry(content.metadata.get("tokenizer"))
            tokenizer = tokenizer if is_of_file(tokenizer) else None  # an entry of the caller's own
            word_vectors = WordVectors(content.vectors, content.words, content.counts, tokenizer=tokenizer)
        except ParameterError as error:  # a repeated word: the index finds it, a check before would double the time
            raise FormatError(f"{file}, 'vocab_utf8': {error}; the file is damaged") from None
        return Loaded(
            word_vectors, content.context_vectors, content.metadata, content.node_vectors, content.double_vectors
        )
    if mmap:
        raise ParameterError(
            f"{file}: only native files can be memory-mapped, this is a word2vec {chosen} "
            "file: load it once without mmap, and save it as .safetensors"
        )
    only = None if wanted is None else wanted.words
    with open_reader(file, codec, verbose=verbose, whole=limit is None, errors=errors) as reader:
        vectors: NDArray[Any]
        if chosen == "text":
            vectors, kept = read_text(reader, errors, limit, only, np.float64 if double else np.float32)
        else:
            vectors, kept = read_binary(reader, errors, limit, only)
    content = _finite(file, NativeContent(vectors, kept, None, None, {}), errors)
    _warn_of_absent(file, content.words, wanted, limit)
    read: NDArray[Any] = content.vectors
    return Loaded(WordVectors(read, content.words), double_vectors=read if read.dtype == np.float64 else None)


def _checked_encoding(given: str) -> str:
    """Return the usual name of an encoding; raise ParameterError for one whose spaces are not those of ASCII."""
    name = encoding_name(given)
    if " \n5".encode(name) != b" \n5":
        raise ParameterError(
            f"encoding={given!r}: the rows of a file are told apart by ASCII spaces and newlines, which it writes "
            "otherwise; convert the file to UTF-8 first"
        )
    return name


def _warn_of_no_effect(file: Path, encoding: str | None, errors: Errors, mmap: bool) -> None:
    """Warn of what applies to word2vec files alone; errors="ignore" also leaves rows with NaN out, where it reads."""
    idle = [] if encoding is None else [f"encoding={encoding!r}"]
    idle += [f"errors={errors!r}"] if errors == "replace" or (errors == "ignore" and mmap) else []
    for argument in idle:
        why = "whose vectors stay in the file" if "ignore" in argument else "whose words are UTF-8"
        warn_user(f"{file}: {argument} has no effect on a native file, {why}: leave it out")


def _finite(file: Path, content: NativeContent, errors: Errors) -> NativeContent:
    """Warn of vectors that hold NaN or infinity, or leave them out."""
    if errors != "ignore":
        if len(bad := rows_not_finite(content.vectors)):
            warn_user(
                f"{not_finite(file, bad, content.words)}; sums with them are NaN, and they are near no word. "
                "errors='ignore' leaves them out"
            )
        return content
    kept = finite_rows(file, content.vectors, content.words)
    return content if len(kept) == len(content.words) else _taken(content, kept)


def _taken(content: NativeContent, rows: NDArray[np.int64]) -> NativeContent:
    """Return some rows of a file."""
    return NativeContent(
        np.array(content.vectors[rows]),
        [content.words[row] for row in rows],
        None if content.counts is None else content.counts[rows],
        None if content.context_vectors is None else np.array(content.context_vectors[rows]),
        content.metadata,
        double_vectors=None if content.double_vectors is None else np.array(content.double_vectors[rows]),
    )


@dataclass(frozen=True)
class _Wanted:
    """The words asked for, in a form in which they are quickly found, and whether they are a vocabulary's."""

    words: Mapping[Any, Any] | Set[Any]
    vocabulary: bool


def _checked_words(given: Iterable[Hashable]) -> _Wanted:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise ParameterError(f"words={shown(given)}: it must be a collection of words, such as a set or a Vocabulary")
    vocabulary = isinstance(given, (Mapping, Vocabulary, WordVectors))
    if isinstance(given, (Mapping, Set)):
        return _Wanted(given, vocabulary)
    listed = list(given)
    try:
        return _Wanted(dict.fromkeys(listed), vocabulary)  # in their order, for messages
    except TypeError:
        for word in listed:
            check_key(word, "`words` holds")
        raise


def _warn_of_absent(file: Path, found: list[Any], wanted: _Wanted | None, limit: int | None) -> None:
    """Warn if words asked for were not found; of a vocabulary, which a file rarely covers, if none was."""
    if wanted is None or (found and (wanted.vocabulary or len(found) == len(wanted.words))):
        return
    if not wanted.words:
        warn_user(f"{file}: `words` is empty, so that nothing was loaded")
        return
    asked = counted(len(wanted.words), "word")
    if found:
        kept, absent = set(found), len(wanted.words) - len(found)
        first = islice((word for word in wanted.words if word not in kept), _NAMED)
        named = ", ".join(f"{word!r:.60}" for word in first) + (" ..." if absent > _NAMED else "")
        where = "it lacks" if limit is None else f"the rows that limit={limit} reads lack"
        warn_user(f"{file}: {where} {absent:,} of the {asked} asked for: {named}")
        return
    where, remedy = "it has", "check"
    if limit is not None:
        where, remedy = f"the rows that limit={limit} reads have", "raise the limit, or check"
    warn_user(
        f"{file}: {where} none of the {asked} asked for, such as {next(iter(wanted.words))!r:.60}, so that nothing was "
        f"loaded; {remedy} case and tokenizer of both"
    )


def _read_native(file: Path, mmap: bool, limit: int | None, verbose: int, double: bool) -> NativeContent:
    with open_reader(file) as reader:
        packed = reader.packed and is_native(reader.read(16))
    if packed:
        raise FormatError(f"{file}: a native file within a gzip file; unpack it first: gunzip -k {file.name}")
    try:
        return read_native(file, mmap=mmap, limit=limit, verbose=verbose, double=double)
    except FormatError as error:
        refuse_foreign(file)
        try:
            found = format_of_content(file)
        except FormatError:
            raise error from None
        if found == "native":
            raise
        raise FormatError(
            f"{file}: a word2vec {found} file, not one of the native format; fastw2v.load(path), or "
            "KeyedVectors.load_word2vec_format of fastw2v.compat.gensim, reads its vectors, from which training "
            "starts as `initial_vectors`"
        ) from error
