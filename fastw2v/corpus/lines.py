"""Files and open files that are read line by line through a tokenizer; one line is one sentence."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from fastw2v.corpus._token_scanner import TokenScanner
from fastw2v.corpus.counted import CountedTokens, Mark, ReadStats
from fastw2v.corpus.faults import describe_bad_text, name_returned_token
from fastw2v.corpus.files import Piece, TextFile, doubt_repeated, find, first_bytes, open_lines, open_text
from fastw2v.corpus.id_store import IdStore
from fastw2v.corpus.open_files import Opened
from fastw2v.corpus.structured_files import check_are_text
from fastw2v.corpus.tokenizers import Tokenizer, note_place, splitter, tokens_returned
from fastw2v.errors import BadTokenError, CorpusError, CorpusTypeError, warn_user
from fastw2v.progress.figures import counted
from fastw2v.progress.phase import SILENT, Silent

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def count_lines(
    files: list[TextFile] | Opened, errors: str, tokenizer: Tokenizer, store: IdStore, phase: Silent = SILENT
) -> CountedTokens:
    """Read files, or one open file, line by line.

    Parameters
    ----------
    files : list of TextFile, or open file
    errors : {"strict", "replace", "ignore"}
        What to do about invalid UTF-8 (and, with "strict", NUL bytes).
    tokenizer : {"whitespace", "words"} or callable
        Splits lines.
    store : IdStore
        Where the ids are kept.
    phase : Phase
        Is told of the bytes that were read from the disk.

    Returns
    -------
    CountedTokens
    """
    scanner = TokenScanner(store.provisional())
    split = splitter(tokenizer)
    stats = ReadStats()
    phase.count(lambda: scanner.tokens, "words")
    if isinstance(files, list):
        for file in files:
            with open_text(file, None if phase is SILENT else phase.advance) as stream:
                _scan_lines(scanner, decoded_lines(stream, file.name, errors, stats, file), split, file.name)
    else:
        lines = decoded_lines(files, files.name, errors, stats)
        _scan_lines(scanner, iter(phase.over(lines)), split, files.name)
    return CountedTokens(scanner, store, stats)


def count_lines_of_pieces(
    pieces: Sequence[Piece], errors: str, tokenizer: Tokenizer, store: IdStore, phase: Silent = SILENT
) -> tuple[CountedTokens, list[Mark]]:
    """Do the same as `count_lines` for pieces of files, which end with lines; return a mark at the end of each, too."""
    scanner, split = TokenScanner(store.provisional()), splitter(tokenizer)
    stats, marks = ReadStats(), []
    for piece in pieces:
        name = piece.file.name + (f", from byte {piece.begin:,} on" if piece.begin else "")
        with open_lines(piece, None if phase is SILENT else phase.advance) as stream:
            _scan_lines(scanner, decoded_lines(stream, name, errors, stats, piece.file), split, name)
        marks.append(Mark(piece.number, len(scanner)))
    return CountedTokens(scanner, store, stats), marks


def _scan_lines(
    scanner: TokenScanner, lines: Iterator[str], split: Callable[[str], Iterable[Hashable]], name: str
) -> None:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            try:
                tokens = tokens_returned(split(line), f"{name}, line {number:,},")
            except Exception as error:
                note_place(error, f"{name}, line {number:,}")
                raise
            scanner.add(tokens)
    except BadTokenError as bad:
        where = name_returned_token(bad.index, f"{name}, line {number:,},")
        raise CorpusTypeError(f"{where} {bad.reason}") from None


def lines_of(names: Iterable[Any], *, told: bool = False, errors: str = "strict") -> Iterator[str]:
    """Yield the lines of texts as `decoded_lines` does.

    Parameters
    ----------
    names : iterable of paths, folders, patterns or ``-``
    told : bool
        Whether the caller chose how the lines are to be taken: then tables, JSON and markup are read, too.
    errors : {"strict", "replace", "ignore"}

    Raises
    ------
    CorpusError
        A file is not there, or is not text.
    """
    files = [file for name in names for file in find(name)]
    check_are_text(files, told=told)
    doubt_repeated(files)
    stats = ReadStats()
    for file in files:
        with open_text(file) as stream:
            yield from decoded_lines(stream, file.name, errors, stats, file)
    if odd := stats.replaced_bytes + stats.ignored_bytes:
        done = "U+FFFD stands for" if stats.replaced_bytes else "left out"
        others = " and other files" if len(files) > 1 else ""
        warn_user(f"invalid UTF-8 in {files[0].name}{others}: {done} {counted(odd, 'byte')}")


def decoded_lines(
    stream: Iterable[str | bytes], name: str, errors: str, stats: ReadStats, file: TextFile | None = None
) -> Iterator[str]:
    """Yield the lines of one file as strings, without a byte order mark and without line ends."""
    stats.files += 1
    offset = 0  # of the line in its file
    for number, line in enumerate(stream, 1):
        raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        if number == 1 and raw.startswith(_BYTE_ORDER_MARK):
            raw = raw[len(_BYTE_ORDER_MARK) :]
            offset = len(_BYTE_ORDER_MARK)
            if not raw:
                break
        try:
            text = raw.decode()
            if "\0" in text and errors == "strict":
                raise ValueError
        except ValueError:  # UnicodeDecodeError is one
            if errors == "strict":
                start = first_bytes(file) if file else b""
                raise CorpusError(describe_bad_text(name, number, offset, raw, start)) from None
            stats.add_odd_bytes(errors, len(raw) - len(raw.decode("utf-8", "ignore").encode()), 0)
            text = raw.decode("utf-8", errors)
        offset += len(raw)
        stats.nul_bytes += raw.count(b"\0")
        yield text.removesuffix("\n").removesuffix("\r")
    stats.bytes_read += offset
