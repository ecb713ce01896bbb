"""What a file is by its first bytes, for messages: packed, a pickle, arrays, a page in place of a download, UTF-16."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

# First bytes, and the kind of file that they show. Control characters and invalid UTF-8 keep texts from being taken for
# one, but for the few formats that begin with letters alone.
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    *((b"BZh%d%b" % (level, block), "bzip2") for level in range(1, 10) for block in (b"1AY", b"\x17rE")),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00\x00", "lzma"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x1f\x9d", "compress"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "empty zip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x93NUMPY", "NumPy"),
    (b"\x89HDF\r\n", "HDF5"),
    (b"PAR1\x15", "parquet"),
    (b"ARROW1\0", "Arrow"),
    (b"FEA1\0", "Feather"),
    (b"SQLite format 3\0", "SQLite"),
    (b"MATLAB 5.0 MAT-file", "MATLAB"),
    *((magic, "R") for magic in (b"RDX2\n", b"RDX3\n")),
    *((magic, "GGUF") for magic in (b"GGUF\x02\0", b"GGUF\x03\0")),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"{\\rtf", "rich text"),
    (b"\x89PNG\r\n", "PNG"),
    *((magic, "image") for magic in (b"\xff\xd8\xff", b"GIF89a", b"GIF87a")),
    *((magic, "media") for magic in (b"ID3\2", b"ID3\3", b"ID3\4", b"OggS\0", b"fLaC\0", b"\x1aE\xdf\xa3")),
    *((magic, "program") for magic in (b"\x7fELF", b"MZ\x90\0")),
)
_MAGICS = tuple(magic for magic, _ in _MAGIC)  # all at once: of many files hardly one begins with any
_TAR = re.compile(rb".{257}ustar[\0 ]", re.DOTALL)
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")  # the second may be written in a text: x^2
_ZLIB_BYTES = 64  # that hold a control character, as no text does, of whatever encoding
# Protocols 2 to 5 begin with their number; those before with the opcodes of a dict, a list, a tuple or a class.
_PICKLE = re.compile(
    rb"\x80[\x02-\x05]|\([dl]p\d+\n|[\]}]q\x00"
    rb"|c(copy_reg|__builtin__|builtins|collections|(numpy|gensim)[\w.]*)\n[\w.]+\n(p\d+\n|q\x00|\()"
)
# Of kinds: what a message calls them; of packed ones also the command that unpacks the file {name}.
_PACKED = {
    "gzip": ("a gzip file", "gunzip -k {name}"),
    "bzip2": ("a bzip2 file", "bunzip2 -k {name}"),
    "xz": ("an xz file", "xz -dk {name}"),
    "lzma": ("an lzma file", "xz --format=lzma -dk {name}"),
    "zstandard": ("a zstandard file", "zstd -d {name}"),
    "lz4": ("an lz4 file", "lz4 -d {name}"),
    "compress": ("a file of compress", "gunzip -k {name}"),
    "zip": ("a zip archive", "unzip {name}"),
    "7-Zip": ("a 7-Zip archive", "7z x {name}"),
    "RAR": ("a RAR archive", "unrar x {name}"),
    "tar": ("a tar archive", "tar -xf {name}"),
}
_ARRAYS = {
    "NumPy": "a NumPy .npy file",
    "HDF5": "an HDF5 file",
    "parquet": "a parquet file",
    "Arrow": "an Arrow file",
    "Feather": "an old Feather file",
    "SQLite": "an SQLite database",
    "MATLAB": "a MATLAB file",
    "R": "an R workspace",
    "GGUF": "a GGUF model",
}
_OTHER = {
    "empty zip": "an empty zip archive",
    "PDF": "a PDF file",
    "Office": "an old Office document",
    "rich text": "a rich text document",
    "PNG": "a PNG picture",
    "image": "a picture",
    "media": "a sound or a film",
    "program": "a program",
    "zlib": "zlib data, as joblib writes",
}
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
# In a row of vectors without a header: nobody has fewer dimensions, tables of measurements have.
LEAST_NUMBERS = 10
_PAIR = 3  # bytes, more of which may be told to be of UTF-16
_PAIRS = 40  # bytes that are looked at for that
# Safetensors and .fw2v: the length of the header, in eight bytes, and the header; word2vec.c: words and dimensions.
_VECTORS = re.compile(rb".{6}\x00\x00\{\"|\d+ \d+\n", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def kind_of(start: bytes) -> str | None:
    """Return the kind of file that begins so, a name for tables of messages; None for a text or an unknown format."""
    if _PICKLE.match(start):
        return "pickle"
    if start.startswith(_MAGICS):
        kind = next(kind for magic, kind in _MAGIC if start.startswith(magic))
        return None if kind == "MATLAB" and is_text(start) else kind  # a text may be about such files
    if _TAR.match(start):
        return "tar"
    return "zlib" if _ZLIB.match(start) and is_binary(start[:_ZLIB_BYTES]) and not is_text(start) else None


def describe_packed(start: bytes) -> tuple[str, str] | None:
    """Return what packed file begins so, and the command that unpacks it; None for any other file."""
    return _PACKED.get(kind_of(start) or "")


def describe_arrays(start: bytes) -> str | None:
    """Return what file of arrays or tables begins so."""
    return _ARRAYS.get(kind_of(start) or "")


def is_pickle(start: bytes) -> bool:
    """Return whether a pickle begins so."""
    return kind_of(start) == "pickle"


def describe_other(start: bytes) -> str | None:
    """Return what other known file begins so."""
    return _OTHER.get(kind_of(start) or "")


def is_text(data: bytes) -> bool:
    """Return whether the bytes, which may end within a character, are text."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return min(data, default=ord("\t")) >= ord("\t")


def is_binary(start: bytes) -> bool:
    """Return whether the bytes hold what no text does."""
    return _CONTROL.search(start) is not None


def are_numbers(fields: Sequence[bytes]) -> bool:
    """Return whether there are fields, and each is a number as text."""
    try:
        list(map(float, fields))
    except ValueError:
        return False
    return bool(fields)


def other_encoding(start: bytes) -> str:
    """Return the name of an encoding of two or four bytes a character in which a text begins so, or ""."""
    if start.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    pairs = start[:_PAIRS]
    zeros = [pairs[at::2].count(0) for at in (0, 1)]
    if len(pairs) > _PAIR and min(zeros) == 0 and max(zeros) == len(pairs) // 2:
        return "UTF-16LE" if pairs[1] == 0 else "UTF-16BE"
    return ""


def describe_text(start: bytes) -> str | None:
    """Return what text begins so that is no data but stands in its place, or cannot be read; with the remedy."""
    if encoding := other_encoding(start):
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
    if _VECTORS.match(start) and is_binary(start):
        return "a file of vectors, which fastw2v.load reads"
    return "binary data, of a kind that is not known here" if is_binary(start) else None
