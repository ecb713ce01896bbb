"""Files of pictures: written all or nothing, and only over pictures of this package."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from fastw2v.errors import FormatError, ParameterError
from fastw2v.parameters import as_path
from fastw2v.writing.atomic import check_target, open_atomic, own_descriptor

# How each kind says who made it, so that a picture may replace an earlier one.
_SIGNED = (
    b'<meta name="generator" content="fastw2v',
    b"Software\0fastw2v",
    b"<dc:title>fastw2v</dc:title>",
    b"/Creator (fastw2v)",
)
_CREATOR = {"png": "Software", "svg": "Creator", "pdf": "Creator"}
FIGURES = tuple(f".{kind}" for kind in _CREATOR)
MAPS = (".html", ".htm")
_END = 8192  # bytes at either end of a file, where the signature is


def check_picture(path: Path, overwrite: bool) -> None:
    """Raise now what would go wrong once the picture is drawn.

    Raises
    ------
    FormatError
        The file exists and was made by another program, and `overwrite` is False.
    OSError
        The folder does not exist or cannot be written to.
    """
    if not overwrite and own_descriptor(path) is None and path.is_file() and path.stat().st_size and not _is_own(path):
        raise FormatError(
            f"{path} exists and is no picture of fastw2v, and would be lost: name another file, delete this one, or "
            "pass overwrite=True"
        )
    check_target(path)


def check_map(path: Any, overwrite: bool) -> Path:
    """Return the path of a map to write, checked as by `check_picture`.

    Raises
    ------
    ParameterError
        It is no path, or its name is not that of a page.
    """
    target = as_path("explore", path, to_read=False, order=" first")
    if target.suffix.lower() not in MAPS:
        raise ParameterError(f"explore writes a page: the name must end in .html; got {str(target)!r}")
    check_picture(target, overwrite)
    return target


def write_picture(path: Path, content: bytes) -> None:
    """Write a picture all or nothing."""
    with open_atomic(path) as writer:
        writer.write(content)


def figure_bytes(figure: Any, kind: str) -> bytes:
    """Return a figure of matplotlib as the content of a file; equal figures give equal bytes.

    Parameters
    ----------
    figure : matplotlib Figure
    kind : {"png", "svg", "pdf"}
    """
    import matplotlib

    metadata: dict[str, Any] = {_CREATOR[kind]: "fastw2v"}
    if kind != "png":
        metadata["Date" if kind == "svg" else "CreationDate"] = None
    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "fastw2v"}):
        figure.savefig(out, format=kind, dpi=160, metadata=metadata)
    return out.getvalue()


def _is_own(path: Path) -> bool:
    with open(path, "rb") as file:
        head = file.read(_END)
        file.seek(max(0, os.fstat(file.fileno()).st_size - _END))
        ends = head + file.read(_END)
    return any(mark in ends for mark in _SIGNED)
