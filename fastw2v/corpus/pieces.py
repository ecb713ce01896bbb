"""A corpus in files, cut into pieces that are dealt to ranks: every rank finds its own without asking the others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from fastw2v.corpus.files import Piece, TextFile, after_space

PIECE_BYTES = 1 << 20
SMALLEST_PIECE = 1 << 14
TEXT_PIECES_PER_RANK = 8  # at least, where the text is short
_LINE_LIMIT = 1 << 16  # bytes in which the end of a line is looked for ...
_STEP = 1 << 12  # ... and that are read at once


@dataclass(frozen=True)
class OwnPiece(Piece):
    """A piece that is read alone: its last sentence ends with it."""

    @property
    def ends_file(self) -> bool:
        """Whether a sentence ends with this piece: always, since another rank reads what follows."""
        return True


def own_pieces(files: list[TextFile], rank: int, ranks: int, piece_bytes: int | None = None) -> list[OwnPiece]:
    """Return the pieces of a rank, in the order of the text.

    Plain files are cut at the ends of lines, or, in lines of more than 64 KiB, after white space. Compressed files and
    pipes are dealt whole. Each piece goes to the rank that has the fewest bytes so far, those that are dealt whole
    first, so pieces of plain text are dealt in turn.

    Parameters
    ----------
    files : list of TextFile
        The same on every rank.
    rank, ranks : int
    piece_bytes : int, optional
        By default 1 MiB, and less for a short text, so that each rank has some pieces.
    """
    if piece_bytes is None:
        total = sum(file.size for file in files if file.is_plain)
        piece_bytes = max(SMALLEST_PIECE, min(PIECE_BYTES, total // (TEXT_PIECES_PER_RANK * ranks)))
    spans = [(file, begin) for file in files for begin in _nominal(file, piece_bytes)]
    loads, owner = [0] * ranks, [0] * len(spans)
    whole_first = sorted(range(len(spans)), key=lambda i: (spans[i][0].is_plain, -_weight(*spans[i], piece_bytes)))
    for i in whole_first if any(not file.is_plain for file in files) else range(len(spans)):
        owner[i] = loads.index(min(loads))
        loads[owner[i]] += _weight(*spans[i], piece_bytes)
    return [
        piece
        for i, (file, begin) in enumerate(spans)
        if owner[i] == rank and (piece := _piece(file, begin, piece_bytes, i)) is not None
    ]


def _nominal(file: TextFile, piece_bytes: int) -> range:
    return range(0, file.size, piece_bytes) if file.is_plain else range(1)


def _weight(file: TextFile, begin: int, piece_bytes: int) -> int:
    return min(piece_bytes, file.size - begin) if file.is_plain else max(1, file.weight)


def _piece(file: TextFile, begin: int, piece_bytes: int, number: int) -> OwnPiece | None:
    """Return the piece that begins near a byte; None if a line that began before it goes beyond it."""
    if not file.is_plain:
        return OwnPiece(file, number=number)
    (first, end), *_ = pairwise(_line_end(file, at) for at in (begin, begin + piece_bytes))
    return OwnPiece(file, first, end, number) if first < end else None


def _line_end(file: TextFile, offset: int) -> int:
    """Return where a piece that begins near an offset really begins: after a newline, or after white space."""
    if offset <= 0 or offset >= file.size:
        return max(0, min(offset, file.size))
    with open(file.path, "rb", buffering=0) as raw:
        raw.seek(offset - 1)
        for before in range(0, _LINE_LIMIT, _STEP):
            block = raw.read(_STEP)
            at = block.find(b"\n")
            if at >= 0:
                return offset + before + at
            if len(block) < _STEP:  # the end of the file ends its last line
                return file.size
    return after_space(file, [offset])[0]


def newlines_before(piece: Piece) -> int:
    """Count the newlines of a file before a piece, for a message that names a line."""
    left, found = piece.begin, 0
    with open(piece.file.path, "rb", buffering=0) as raw:
        while left and (block := raw.read(min(left, 1 << 20))):
            found += block.count(b"\n")
            left -= len(block)
    return found
