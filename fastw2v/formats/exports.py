"""Word vectors for other tools: npz, parquet, TensorBoard's projector, sentence-transformers and model2vec.

These files are written, not read back; `fastw2v.formats.save` writes those that are. In memory, `WordVectors.to_frame`
and `to_gensim` do the same.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np

from fastw2v.errors import FormatError, ParameterError, require, warn_user
from fastw2v.formats.rows import not_finite
from fastw2v.formats.saving import check_packing, check_replaceable, check_words_to_write
from fastw2v.formats.sniff import checked_path
from fastw2v.formats.words import encode_words
from fastw2v.parameters import shown
from fastw2v.vectors.search import rows_not_finite
from fastw2v.vectors.word_vectors import WordVectors, as_word_vectors
from fastw2v.writing.atomic import open_atomic
from fastw2v.writing.folder import new_folder

_ROWS_PER_WRITE = 256
_PARQUET_ROWS = 65_536
# Names of formats that no export writes.
_OTHER_SUFFIXES = frozenset((".csv", ".tsv", ".txt", ".vec", ".json", ".npy", ".bin", ".safetensors", ".fw2v", ".gz"))
Export = Literal["npz", "parquet", "projector", "model2vec"]

# An npz file gives every word the room of the longest; up to this many bytes in all that is acceptable.
_NPZ_WORD_BYTES = 1 << 30
# The token that model2vec and sentence-transformers use for an unknown word.
_UNKNOWN = "[UNK]"


def export(
    path: str | os.PathLike[str],
    word_vectors: WordVectors,
    to: Export,
    *,
    overwrite: bool = False,
    lowercase: bool = False,
) -> None:
    """Write word vectors for another tool.

    Parameters
    ----------
    path : str or path
        Of a file, or of a folder for "projector" and "model2vec".
    word_vectors : WordVectors, fitted model, or gensim's KeyedVectors
    to : {"npz", "parquet", "projector", "model2vec"}
        "npz": ``np.load(path)`` with ``vectors``, ``words`` and, if known, ``counts``; it contains no pickle.
        "parquet": columns ``word``, ``count`` (if counts are known) and ``vector``, a list of D float32.
        "projector": a log folder for TensorBoard's embedding projector, whose two TSV files can also be uploaded to it.
        "model2vec": a folder for ``model2vec.StaticModel.from_pretrained`` and ``sentence_transformers``.
    overwrite : bool, default False
        Replace the files of an earlier export in a folder. A folder that holds anything else is an error, since that
        would be deleted. The file of an earlier export to the same form is always replaced, any other only with True.
    lowercase : bool, default False
        "model2vec" only: turn text into lower case before its words are looked up.

    Raises
    ------
    FormatError
        For a word that the format cannot hold.
    MissingDependencyError
        For "parquet" without pyarrow.
    ParameterError
        For an unknown form, a file name that is that of another, or an object without word vectors.
    OSError
        The message names the path, where everything is unchanged.

    Notes
    -----
    All or nothing, files and folders. model2vec averages the known words of a text; sentence-transformers counts
    unknown ones as zeros, which changes the length of the mean and not its direction.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> name = tempfile.mkdtemp() + "/vectors.npz"
    >>> export(name, WordVectors(np.eye(2), ["left", "right"]), "npz")
    >>> np.load(name)["words"].tolist()
    ['left', 'right']
    """
    if to not in EXPORTS:
        raise ParameterError(f"to must be one of {', '.join(map(repr, EXPORTS))}; got {to!r}")
    if lowercase and to != "model2vec":
        raise ParameterError(f"lowercase=True applies to 'model2vec' only, not to {to!r}")
    target = checked_path("export", path)
    suffix = target.suffix.lower()
    if suffix in _OTHER_SUFFIXES | {f".{name}" for name in _FILES} - {f".{to}"}:
        raise ParameterError(
            f"{target}: a file named {suffix} is no {to} export, for which the name was given: change the name or `to`"
        )
    word_vectors = as_word_vectors(word_vectors)
    check_packing(target)
    check_words_to_write(target, word_vectors)
    if len(bad := rows_not_finite(word_vectors.vectors)):
        warn_user(f"{not_finite(target, bad, word_vectors.index_to_key)}; other programs may not be able to use them")
    if to in _FILES:
        if not overwrite:
            check_replaceable(target, _HOLDS_EXPORT[to], f"{to} file of an export")
        with open_atomic(target) as writer:
            _FILES[to](writer, word_vectors)
    elif to == "projector":
        _projector(target, word_vectors, overwrite)
    else:
        _static_embedding(target, word_vectors, overwrite, lowercase)


# -- single files --


def _is_npz_export(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError):  # no zip archive, or a damaged one
        return False
    return names - {"counts.npy"} == {"vectors.npy", "words.npy"}


def _is_parquet_export(path: Path) -> bool:
    pa = require("pyarrow", "an export to parquet", "parquet")
    pq = require("pyarrow.parquet", "an export to parquet", "parquet")
    try:
        names = set(pq.read_schema(path).names)
    except pa.ArrowException:  # no parquet file, or a damaged one
        return False
    return names - {"count"} == {"word", "vector"}


def _npz(writer: Any, wv: WordVectors) -> None:
    arrays = {"vectors": wv.vectors, "words": _word_array(wv.index_to_key)}
    if wv.counts is not None:
        arrays["counts"] = wv.counts
    with zipfile.ZipFile(writer, "w") as archive:
        for name, array in arrays.items():
            # A ZipInfo of our own has no time in it: equal vectors make equal files.
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(cast(Any, member), np.ascontiguousarray(array), allow_pickle=False)


def _word_array(words: list[Any]) -> Any:
    _, kind = encode_words(words)
    if kind == "int":
        return np.array(words, np.int64)
    longest = max(words, key=len)
    if 4 * len(longest) * len(words) > _NPZ_WORD_BYTES:
        raise FormatError(
            f"npz gives each of {len(words):,} words the room of the longest, {longest[:40]!r}... of {len(longest):,} "
            "characters: leave such words out, or use parquet or the native format"
        )
    bad = next((row for row, word in enumerate(words) if word.endswith("\0")), None)
    if bad is not None:
        raise FormatError(f"word {bad}, {words[bad][:40]!r}, ends in a NUL, which an array of strings loses")
    return np.array(words, np.str_)


def _parquet(writer: Any, wv: WordVectors) -> None:
    pa = require("pyarrow", "an export to parquet", "parquet")
    pq = require("pyarrow.parquet", "an export to parquet", "parquet")
    _, kind = encode_words(wv.index_to_key)
    fields = [("word", pa.string() if kind == "str" else pa.int64())]
    fields += [] if wv.counts is None else [("count", pa.int64())]
    fields += [("vector", pa.list_(pa.float32(), wv.vector_size))]
    schema = pa.schema(fields)
    with pa.output_stream(_File(writer)) as stream, pq.ParquetWriter(stream, schema) as table:
        for first in range(0, len(wv), _PARQUET_ROWS):
            rows = slice(first, first + _PARQUET_ROWS)
            vectors = pa.FixedSizeListArray.from_arrays(pa.array(wv.vectors[rows].reshape(-1)), wv.vector_size)
            counts = [] if wv.counts is None else [pa.array(wv.counts[rows])]
            words = pa.array(wv.index_to_key[rows], schema.field("word").type)
            table.write_batch(pa.record_batch([words, *counts, vectors], schema=schema))


class _File:
    """What pyarrow asks of a Python file."""

    closed = False

    def __init__(self, writer: Any) -> None:
        self.write = writer.write
        self.flush = writer.flush

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Do nothing: the caller that opened the writer closes it."""


_HOLDS_EXPORT: dict[str, Callable[[Path], bool]] = {"npz": _is_npz_export, "parquet": _is_parquet_export}
_FILES: dict[str, Callable[[Any, WordVectors], None]] = {"npz": _npz, "parquet": _parquet}
EXPORTS: tuple[Export, ...] = get_args(Export)


# -- folders --


def _projector(target: Path, wv: WordVectors, overwrite: bool) -> None:
    labels = [str(word) for word in wv.index_to_key]
    bad = next((row for row, label in enumerate(labels) if not label or any(c in label for c in "\t\n\r")), None)
    if bad is not None:
        raise FormatError(
            f"word {bad}, {labels[bad][:40]!r}, is empty or contains a tab or a newline, which would shift the labels "
            "of the projector: replace it first"
        )
    encode_words(labels)  # refuses what UTF-8 cannot hold
    with new_folder(target, overwrite=overwrite) as folder:
        line = b"\t".join([b"%.9g"] * wv.vector_size) + b"\n"
        with open_atomic(folder / "vectors.tsv") as writer:
            for first in range(0, len(wv), _ROWS_PER_WRITE):
                rows = wv.vectors[first : first + _ROWS_PER_WRITE].tolist()
                writer.write(b"".join(line % tuple(row) for row in rows))
        # One column: the projector expects no header then, and takes a header for the first label.
        _write(folder / "metadata.tsv", "".join(f"{label}\n" for label in labels))
        config = (
            'embeddings {\n  tensor_name: "fastw2v"\n  tensor_path: "vectors.tsv"\n  metadata_path: "metadata.tsv"\n}\n'
        )
        _write(folder / "projector_config.pbtxt", config)


def _static_embedding(target: Path, wv: WordVectors, overwrite: bool, lowercase: bool) -> None:
    from safetensors.numpy import save as to_safetensors

    bad = next((row for row, word in enumerate(wv.index_to_key) if not isinstance(word, str)), None)
    if bad is not None:
        raise FormatError(f"word {bad} is {shown(wv.index_to_key[bad])}: a tokenizer's words are strings")
    encode_words(wv.index_to_key)  # refuses what UTF-8 cannot hold
    _warn_of_unreachable(target, wv.index_to_key, lowercase)
    unknown = _UNKNOWN
    while unknown in wv:
        unknown += "_"
    # The unknown word is the last row, zeros.
    rows = np.concatenate([wv.vectors, np.zeros((1, wv.vector_size), np.float32)])
    with new_folder(target, overwrite=overwrite) as folder:
        with open_atomic(folder / "model.safetensors") as writer:
            writer.write(to_safetensors({"embeddings": rows}, metadata={"format": "np"}))
        tokenizer = _tokenizer(wv.index_to_key, unknown, lowercase)
        _write(folder / "tokenizer.json", json.dumps(tokenizer, ensure_ascii=False))
        _write(folder / "config.json", json.dumps(_MODEL2VEC_CONFIG | {"hidden_dim": wv.vector_size}, indent=2) + "\n")
        _write(folder / "modules.json", json.dumps(_MODULES, indent=2) + "\n")


def _warn_of_unreachable(path: Path, words: list[str], lowercase: bool) -> None:
    """Warn of words that no text has once it is split at white space, and turned into lower case if asked for."""
    lost = [word for word in words if word.split() != [word] or (lowercase and word.lower() != word)]
    if lost:
        why = "hold white space, or capitals with lowercase=True" if lowercase else "are empty or hold white space"
        warn_user(
            f"{path}: {len(lost):,} of {len(words):,} words {why} (the first is {lost[0]!r:.60}): no text will find "
            "their vectors, since its words are split at white space" + (" and have no capitals" if lowercase else "")
        )


# max_length None: model2vec would cut texts at 512 words.
_MODEL2VEC_CONFIG: dict[str, Any] = {
    "model_type": "model2vec",
    "architectures": ["StaticModel"],
    "normalize": False,
    "max_length": None,
    "embedding_dtype": "float32",
}
_MODULES = [{"idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"}]


def _tokenizer(words: list[Any], unknown: str, lowercase: bool) -> dict[str, Any]:
    """Return the file of the tokenizers library: words separated by white space, each with its row."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"} if lowercase else None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {**{word: row for row, word in enumerate(words)}, unknown: len(words)},
            "unk_token": unknown,
        },
    }


def _write(path: Path, text: str) -> None:
    with open_atomic(path) as writer:
        writer.write(text.encode())
