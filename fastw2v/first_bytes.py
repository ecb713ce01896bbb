"""What a file is by its first bytes, for messages: packed, a pickle, arrays, a page in place of a download, UTF-16."""

from __future__ import annotations

import re

# First bytes, what they show, and the command that unpacks the file; {name} is its name.
_PACKED = (
    (b"\x1f\x8b", "a gzip file", "gunzip -k {name}"),
    (b"BZh", "a bzip2 file", "bunzip2 -k {name}"),
    (b"\xfd7zXZ\x00", "an xz file", "xz -dk {name}"),
    (b"\x5d\x00\x00", "an lzma file", "xz --format=lzma -dk {name}"),
    (b"\x28\xb5\x2f\xfd", "a zstandard file", "zstd -d {name}"),
    (b"\x04\x22\x4d\x18", "an lz4 file", "lz4 -d {name}"),
    (b"\x1f\x9d", "a file of compress", "gunzip -k {name}"),
    (b"PK\x03\x04", "a zip archive", "unzip {name}"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "7z x {name}"),
    (b"Rar!\x1a\x07", "a RAR archive", "unrar x {name}"),
)
_TAR = b"ustar", 257
_ARRAYS = (
    (b"\x93NUMPY", "a NumPy .npy file"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"PAR1\x15", "a parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "an old Feather file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    (b"RDX2\n", "an R workspace"),
    (b"RDX3\n", "an R workspace"),
    (b"GGUF\x02\0", "a GGUF model"),
    (b"GGUF\x03\0", "a GGUF model"),
)
_OTHER = (
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x7fELF", "a program"),
    *((b"\x78" + level, "zlib data, as joblib writes") for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
)
# Protocols 2 to 5 begin with their number; those before with the opcodes of a dict, a list, a tuple or a class.
_PICKLE = re.compile(
    rb"\x80[\x02-\x05]|\(?[dl]p\d+\n|[\]}]q\x00|c(copy_reg|__builtin__|builtins|collections|(numpy|gensim)[\w.]*)\n"
)
_PAGE = re.compile(rb"\s*<(!doctype|html|\?xml|head|body|error\b|!--)", re.IGNORECASE)
_POINTER = re.compile(rb"version https://git-lfs")
_JSON = re.compile(rb"\s*([{\[]\s*[\[{\"\]}]|\[\s*[-0-9])")
# What servers answer in place of a file: one short text.
_ANSWER = re.compile(
    rb"\b(40[134]|429|50[0-9]|not found|(access|permission) denied|forbidden|unauthori[sz]ed|rate limit|"
    rb"too many requests|virus scan|quota|invalid (username|credentials)|authentication)\b",
    re.IGNORECASE,
)
_LONGEST_ANSWER = 400
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def describe_packed(start: bytes) -> tuple[str, str] | None:
    """Return what packed file begins so, and the command that unpacks it; None for any other file."""
    for magic, what, command in _PACKED:
        if start.startswith(magic):
            return what, command
    magic, place = _TAR
    return ("a tar archive", "tar -xf {name}") if start[place:].startswith(magic) else None


def describe_arrays(start: bytes) -> str | None:
    """Return what file of arrays or tables begins so."""
    return next((what for magic, what in _ARRAYS if start.startswith(magic)), None)


def is_pickle(start: bytes) -> bool:
    """Return whether a pickle begins so."""
    return _PICKLE.match(start) is not None


def describe_other(start: bytes) -> str | None:
    """Return what other known file begins so."""
    return next((what for magic, what in _OTHER if start.startswith(magic)), None)


def is_binary(start: bytes) -> bool:
    """Return whether the bytes hold what no text does."""
    return _CONTROL.search(start) is not None


def describe_text(start: bytes) -> str | None:
    """Return what text begins so that is no data but stands in its place, or cannot be read; with the remedy."""
    if encoding := _other_encoding(start):
        return f"{encoding[:6]} text: convert it first, iconv -f {encoding} -t UTF-8"
    if _PAGE.match(start):
        return "a web page: the download went wrong, get the file again"
    if _POINTER.match(start):
        return "a pointer of Git LFS: fetch the file itself with git lfs pull"
    if _JSON.match(start):
        return "JSON"
    return None


def describe_answer(content: bytes) -> str | None:
    """Say that a file holds what a server answers in place of one; a text of such words may mean something else."""
    if len(content) <= _LONGEST_ANSWER and _ANSWER.search(content):
        return "a server's message in place of a file: the download went wrong, get the file again"
    return None


def describe(start: bytes, name: str) -> str | None:
    """Return what a file is that begins so, if not plain text, and what to do.

    Parameters
    ----------
    start : bytes
    name : str
        The file's name, for the command that unpacks it.

    Examples
    --------
    >>> describe(b"BZh91AY", "pairs.tsv.bz2")
    'a bzip2 file: unpack it first, bunzip2 -k pairs.tsv.bz2'
    >>> describe(b"cat dog 7.35", "pairs.tsv") is None
    True
    """
    if packed := describe_packed(start):
        what, command = packed
        return f"{what}: unpack it first, {command.format(name=name)}"
    if is_pickle(start):
        return "a Python pickle: write what it holds as text first"
    if arrays := describe_arrays(start):
        return f"{arrays}: pass what it holds, or write that as text first"
    if found := describe_text(start) or describe_other(start):
        return found
    return "binary data, of a kind that is not known here" if is_binary(start) else None


def _other_encoding(start: bytes) -> str:
    """Return the name of an encoding of two or four bytes a character in which a text begins so, or ""."""
    if start.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    pair = start[:40]
    if len(pair) >= 8 and not len(pair) % 2:
        if not any(pair[1::2]) and all(pair[::2]):
            return "UTF-16LE"
        if not any(pair[::2]) and all(pair[1::2]):
            return "UTF-16BE"
    return ""
