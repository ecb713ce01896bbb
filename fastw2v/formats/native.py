"""The native format: one safetensors file with the vectors, the words, their counts and the metadata of a model.

========================  ======  ==================  =======================================================
tensor                    dtype   shape               meaning
========================  ======  ==================  =======================================================
``counts``                I64     (V,)                occurrences in the corpus; may be missing
``vocab_offsets``         I64     (V + 1,)            word i is bytes offsets[i] to offsets[i + 1] of the next
``double_vectors``        F64     (V, D)              the vectors, where they had double precision
``vectors``               F32     (V, D)
``context_vectors``       F32     (V, D)              the words' output rows; may be missing
``node_vectors``          F32     (V - 1, D)          the output rows of hierarchical softmax; may be missing
``vocab_utf8``            U8      (bytes,)            the words; not in the header, whose size is limited
========================  ======  ==================  =======================================================

The metadata key ``fastw2v`` holds JSON: ``format_version``, ``word_type`` ("str" or "int"), and the caller's additions.

The safetensors library can read these files (a test checks this), but this module does not use it: the library maps a
file to read it, so truncating the file during the read kills the process, and it writes from a second copy of all
arrays.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import FormatError, ParameterError
from fastw2v.formats.reader import MAX_WORD_BYTES, loading_phase
from fastw2v.formats.words import decode_integers, encode_words
from fastw2v.progress.phase import Silent
from fastw2v.writing.atomic import Writer

FORMAT_VERSION = 1
# The library's own limit; a longer header would make the file unreadable for it.
_MAX_HEADER_BYTES = 100_000_000
_ALIGNMENT = 8
_BLOCK_BYTES = 8 << 20
_DTYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "u1"}
_EXPECTED = {
    "counts": "I64",
    "vocab_offsets": "I64",
    "double_vectors": "F64",
    "vectors": "F32",
    "context_vectors": "F32",
    "node_vectors": "F32",
    "vocab_utf8": "U8",
}


@dataclass(frozen=True)
class NativeContent:
    """The content of a native file."""

    vectors: NDArray[np.float32]
    words: list[Any]
    counts: NDArray[np.int64] | None
    context_vectors: NDArray[np.float32] | None
    metadata: dict[str, Any]
    node_vectors: NDArray[np.float32] | None = None
    double_vectors: NDArray[np.float64] | None = None


def is_native(start: bytes) -> bool:
    """Return whether a file's first nine bytes are those of a safetensors file: a valid header length, then "{"."""
    return start[8:9] == b"{" and 2 <= int.from_bytes(start[:8], "little") <= _MAX_HEADER_BYTES


def write_native(writer: Writer, content: NativeContent) -> None:
    """Write header and arrays, the arrays straight from memory.

    Raises
    ------
    FormatError
        For words that are neither all str nor all int.
    ParameterError
        For metadata that JSON cannot hold, or context or node vectors of another shape.
    """
    encoded, word_type = encode_words(content.words)
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(word) for word in encoded], out=offsets[1:])
    arrays: dict[str, NDArray[Any]] = {} if content.counts is None else {"counts": content.counts}
    arrays["vocab_offsets"] = offsets
    if content.vectors.dtype == np.float64:  # beside those that every reader of the format knows
        arrays["double_vectors"] = content.vectors
    arrays["vectors"] = content.vectors
    arrays |= _beside_vectors(content)
    arrays["vocab_utf8"] = np.frombuffer(b"".join(encoded), np.uint8)
    writer.write(_make_header(arrays, content.metadata, word_type))
    for name, array in arrays.items():
        _write_array(writer, array, _DTYPES[_EXPECTED[name]])


def check_beside_vectors(content: NativeContent) -> None:
    """Raise ParameterError for metadata that JSON cannot hold, or context or node vectors of another shape."""
    _beside_vectors(content)
    _as_json(content.metadata)


def _beside_vectors(content: NativeContent) -> dict[str, NDArray[Any]]:
    """Return the arrays beside words and vectors; raise unless each has the shape that goes with the vectors."""
    words, columns = content.vectors.shape
    found = {}
    for name, rows in (("context_vectors", words), ("node_vectors", words - 1)):
        given = getattr(content, name)
        if given is None:
            continue
        if given.shape != (rows, columns):
            raise ParameterError(f"{name} have shape {given.shape}, expected {(rows, columns)}")
        found[name] = given
    return found


def _as_json(metadata: dict[str, Any]) -> str:
    try:
        return json.dumps(metadata, default=_plain)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"the metadata cannot be written as JSON: {error}") from error


def _write_array(writer: Writer, array: NDArray[Any], dtype: str) -> None:
    """Write blocks of rows: of padded rows, or of another type, only a block is copied at a time."""
    rows = max(1, _BLOCK_BYTES // max(1, array[:1].nbytes))
    for begin in range(0, len(array), rows):
        writer.write(np.ascontiguousarray(array[begin : begin + rows], dtype).reshape(-1))


def _make_header(arrays: dict[str, NDArray[Any]], metadata: dict[str, Any], word_type: str) -> bytes:
    # The facts about the file come last: a caller's metadata, perhaps of an older file, must not override them.
    own = {**metadata, "format_version": FORMAT_VERSION, "word_type": word_type}
    header: dict[str, Any] = {"__metadata__": {"fastw2v": _as_json(own)}}
    begin = 0
    for name, array in arrays.items():
        end = begin + array.size * np.dtype(_DTYPES[_EXPECTED[name]]).itemsize
        header[name] = {"dtype": _EXPECTED[name], "shape": list(array.shape), "data_offsets": [begin, end]}
        begin = end
    raw = json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % _ALIGNMENT)
    if len(raw) > _MAX_HEADER_BYTES:
        raise ParameterError(f"the metadata needs {len(raw):,} bytes; at most {_MAX_HEADER_BYTES:,} fit into a file")
    return len(raw).to_bytes(8, "little") + raw


def _plain(value: Any) -> Any:
    """Return a plain value for JSON in place of a NumPy value or a path."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} {value!r:.60}")


def read_native(
    path: Path, *, mmap: bool, limit: int | None = None, verbose: int = 0, double: bool = False
) -> NativeContent:
    """Read a native file.

    Parameters
    ----------
    path : Path
    mmap : bool
        Leave the vectors in the file and map it, read-only.
    limit : int, optional
        Read the first rows only.
    verbose : int
        Whether to show progress.
    double : bool
        Read `double_vectors`, too.

    Returns
    -------
    NativeContent

    Raises
    ------
    FormatError
        The content contradicts itself or the size of the file; nothing is allocated for sizes beyond it.
    """
    with open(path, "rb") as file, ExitStack() as shown:
        size = os.fstat(file.fileno()).st_size
        header, data_start = _read_header(path, file, size)
        metadata = _read_metadata(path, header.pop("__metadata__", None), header)
        places = _check_tensors(path, header, size - data_start)
        words_size, columns = places["vectors"][1]
        for name, shape in (
            ("context_vectors", (words_size, columns)),
            ("node_vectors", (words_size - 1, columns)),
            ("double_vectors", (words_size, columns)),
            ("counts", (words_size,)),
            ("vocab_offsets", (words_size + 1,)),
        ):
            if name in places and places[name][1] != shape:
                raise FormatError(f"{path}, header: {name!r} has shape {places[name][1]}, expected {shape}")

        def array(name: str, rows: int, mapped: bool = False) -> NDArray[Any]:
            at, shape = places[name]
            shape = (rows, *shape[1:])
            return _read_array(path, file, data_start + at, shape, _DTYPES[_EXPECTED[name]], mapped, phase)

        rows = words_size if limit is None else min(limit, words_size)
        phase = shown.enter_context(loading_phase(size, verbose, whole=rows == words_size and not mmap))
        offsets, utf8_bytes = array("vocab_offsets", rows + 1), places["vocab_utf8"][1][0]
        if rows < words_size:  # what lies behind is not read
            utf8_bytes = max(0, min(utf8_bytes, int(offsets[-1])))
        words = _decode_words(path, array("vocab_utf8", utf8_bytes).tobytes(), offsets, metadata["word_type"])
        return NativeContent(
            vectors=array("vectors", rows, mmap),
            words=words,
            counts=_check_counts(path, array("counts", rows)) if "counts" in places else None,
            context_vectors=array("context_vectors", rows, mmap) if "context_vectors" in places else None,
            metadata=metadata,
            # The nodes are those of a tree of all words.
            node_vectors=array("node_vectors", rows - 1, mmap)
            if "node_vectors" in places and rows == words_size
            else None,
            double_vectors=array("double_vectors", rows, mmap) if double and "double_vectors" in places else None,
        )


def read_native_metadata(path: Path) -> dict[str, Any]:
    """Read the metadata of a native file and nothing else.

    Raises
    ------
    FormatError
        It is not a native file, or damaged.
    """
    with open(path, "rb") as file:
        header, _ = _read_header(path, file, os.fstat(file.fileno()).st_size)
    return _read_metadata(path, header.get("__metadata__"), header)


def held_beside_vectors(path: Path) -> set[str]:
    """Return what a native file holds beside words and their vectors: other vectors and the caller's metadata."""
    with open(path, "rb") as file:
        header, _ = _read_header(path, file, os.fstat(file.fileno()).st_size)
    of_words = {"format_version", "word_type", "tokenizer"}
    names = set(_read_metadata(path, header.get("__metadata__"), header)) - of_words
    return names | {name.replace("_", " ") for name in ("context_vectors", "node_vectors") if name in header}


def _read_header(path: Path, file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(file.read(8), "little")
    if size < 10 or not 2 <= length <= min(_MAX_HEADER_BYTES, size - 8):
        raise FormatError(
            f"{path}, bytes 0 to 7: the header should have {length:,} bytes, but the file has {size:,}: it is "
            "truncated or not a safetensors file"
        )
    raw = file.read(length)
    try:
        header = json.loads(raw, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}, header: invalid JSON ({error}); the file is damaged") from error
    if len(raw) != length or not isinstance(header, dict):
        raise FormatError(f"{path}, header: expected a JSON object of {length:,} bytes; the file is damaged")
    return header, 8 + length


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _read_metadata(path: Path, given: Any, header: dict[str, Any]) -> dict[str, Any]:
    raw = given.get("fastw2v") if isinstance(given, dict) else None
    if not isinstance(raw, str):
        names = [name for name in header if name != "__metadata__"]
        tensors = ", ".join(f"{name!r:.40}" for name in names[:3]) + (" ..." if len(names) > 3 else "")
        raise FormatError(
            f"{path}, header: a safetensors file, but without word vectors written by fastw2v (its metadata lacks the "
            f"key 'fastw2v'). It holds {tensors or 'no arrays'}: with the list of its words, "
            "WordVectors(safetensors.numpy.load_file(path)[name], words)"
        )
    try:
        metadata = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}, metadata 'fastw2v': invalid JSON ({error}); the file is damaged") from error
    version = metadata.get("format_version") if isinstance(metadata, dict) else None
    if type(version) is not int or version < 1:
        raise FormatError(f"{path}, metadata 'fastw2v': expected a format version, found {version!r:.60}")
    if version > FORMAT_VERSION:
        raise FormatError(
            f"{path}: it has format version {version}, but this fastw2v reads up to {FORMAT_VERSION}; upgrade fastw2v"
        )
    if metadata.get("word_type") not in ("str", "int"):
        raise FormatError(
            f"{path}, metadata 'fastw2v': word_type must be 'str' or 'int', found {metadata.get('word_type')!r:.60}"
        )
    return dict(metadata)


def _check_tensors(path: Path, header: dict[str, Any], data_size: int) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Check every size in the header against the file; return begin and shape by name."""
    for name in ("vectors", "vocab_offsets", "vocab_utf8"):
        if name not in header:
            raise FormatError(f"{path}, header: {name!r} is missing; the file does not hold word vectors of fastw2v")
    spans: list[tuple[int, int, str]] = []
    places: dict[str, tuple[int, tuple[int, ...]]] = {}
    for name, entry in header.items():
        begin, end, shape = _check_entry(path, name, entry)
        spans.append((begin, end, name))
        if name in _EXPECTED:
            places[name] = begin, shape
    at = 0
    for begin, end, name in sorted(spans):
        if begin != at:
            raise FormatError(f"{path}, header: {name!r} begins at byte {begin:,} of the data, expected {at:,}")
        at = end
    if at != data_size:
        raise FormatError(
            f"{path}: the header describes {at:,} bytes of data, the file has {data_size:,}: it is truncated or damaged"
        )
    if len(places["vocab_utf8"][1]) != 1:
        raise FormatError(f"{path}, header: 'vocab_utf8' has shape {places['vocab_utf8'][1]}, expected (bytes,)")
    if len(places["vectors"][1]) != 2 or min(places["vectors"][1]) < 1:
        raise FormatError(f"{path}, header: 'vectors' has shape {places['vectors'][1]}, expected (words, dimensions)")
    return places


def _check_entry(path: Path, name: str, entry: Any) -> tuple[int, int, tuple[int, ...]]:
    fields = entry if isinstance(entry, dict) else {}
    shape, span = _whole_numbers(fields.get("shape")), _whole_numbers(fields.get("data_offsets"))
    if shape is None or span is None or len(span) != 2 or span[0] > span[1]:
        raise FormatError(f"{path}, header: {name!r:.60} has no usable shape and data_offsets: {entry!r:.80}")
    begin, end = span
    if name in _EXPECTED:
        dtype = fields.get("dtype")
        if dtype != _EXPECTED[name]:
            raise FormatError(f"{path}, header: {name!r} has dtype {dtype!r:.20}, expected {_EXPECTED[name]}")
        needed = math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize
        if needed != end - begin:
            raise FormatError(
                f"{path}, header: {name!r} of shape {shape} needs {needed:,} bytes, data_offsets give {end - begin:,}"
            )
    return begin, end, shape


def _whole_numbers(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value):
        return tuple(value)
    return None


def _read_array(
    path: Path, file: BinaryIO, at: int, shape: tuple[int, ...], dtype: str, mapped: bool, phase: Silent
) -> NDArray[Any]:
    if mapped:
        try:
            return np.asarray(np.memmap(file, dtype=dtype, mode="r", offset=at, shape=shape))
        except ValueError as error:  # the file has shrunk since its size was read
            raise FormatError(f"{path}: the file changed while it was read ({error})") from error
    array: NDArray[Any] = np.empty(shape, dtype)
    view = memoryview(cast(Any, array.reshape(-1).view(np.uint8)))
    file.seek(at)
    done = 0
    while done < len(view):
        count = file.readinto(view[done : done + _BLOCK_BYTES])  # type: ignore[attr-defined]
        if not count:
            raise FormatError(f"{path}, byte {at + done:,}: the file ends here; it was truncated while it was read")
        done += count
        phase.advance(count)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _check_counts(path: Path, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    if counts.min() < 0:
        raise FormatError(
            f"{path}, 'counts': word {int(counts.argmin())} has the count {counts.min()}; the file is damaged"
        )
    return counts


def _decode_words(path: Path, raw: bytes, offsets: NDArray[np.int64], word_type: str) -> list[Any]:
    lengths = np.diff(offsets)
    if offsets[0] != 0 or offsets[-1] != len(raw) or lengths.min() < 0 or lengths.max() > MAX_WORD_BYTES:
        raise FormatError(
            f"{path}, 'vocab_offsets': they must rise from 0 to {len(raw):,} in steps of at most {MAX_WORD_BYTES:,}; "
            "the file is damaged"
        )
    # Decode all words at once: decoding a million small strings takes longer than reading the vectors.
    begins = np.frombuffer(raw, np.uint8) & 0xC0 != 0x80  # bytes that begin a character
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = int(np.searchsorted(offsets, error.start, side="right")) - 1
        raise FormatError(
            f"{path}, 'vocab_utf8': word {row} is not valid UTF-8 ({error.reason}); the file is damaged"
        ) from error
    inside = offsets[offsets < len(raw)]
    if not begins[inside].all():
        row = int(np.argmin(begins[inside]))
        raise FormatError(
            f"{path}, 'vocab_utf8': word {row} is not valid UTF-8 (it begins inside a character); the file is damaged"
        )
    characters = np.concatenate([[0], np.cumsum(begins)])[offsets].tolist()
    words: list[Any] = [text[begin:end] for begin, end in itertools.pairwise(characters)]
    if word_type == "int":
        try:
            words = decode_integers(words)
        except ValueError as error:
            raise FormatError(f"{path}, 'vocab_utf8': {error}; the file is damaged") from error
    return words
