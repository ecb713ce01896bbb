"""Counting the words of files and open files, separated by white space; files are read in threads."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np

from fastw2v.corpus._text_scanner import TextScanner
from fastw2v.corpus.counted import Mark, ReadStats
from fastw2v.corpus.faults import describe_bad_text
from fastw2v.corpus.files import Piece, TextFile, deal_out, first_bytes, open_piece
from fastw2v.corpus.id_store import IdStore, InMemory
from fastw2v.corpus.open_files import Opened, stream_readinto
from fastw2v.corpus.pieces import OwnPiece, newlines_before
from fastw2v.errors import BadTextError, CorpusError, warn_user
from fastw2v.progress.phase import SILENT, Silent

BLOCK = 1 << 20  # bytes read at once: they fit into the L2 cache with the head of the word table
BYTES_PER_THREAD = 1 << 22  # a thread is started for no fewer


class CountedText:
    """The text that several scanners have read, in order.

    Parameters
    ----------
    scanners : list of TextScanner
        In the order of the text. Their words are released as soon as they are no longer needed.
    errors : {"strict", "replace", "ignore"}
        How words that are invalid UTF-8 are decoded.
    store : IdStore
        Where their ids are.
    n_files : int
        How many files they have read.
    """

    def __init__(self, scanners: list[TextScanner], errors: str, store: IdStore, n_files: int) -> None:
        self._scanners = scanners
        self._store = store
        self.stats = ReadStats(n_files, sum(scanner.bytes_read for scanner in scanners))
        self._scanner_counts = [scanner.counts() for scanner in scanners[1:]]  # the first has the rest
        self._merged = scanners[0]
        odd_words = any(scanner.odd_words for scanner in scanners)
        others = []
        for scanner in scanners[1:]:
            others.append(self._merged.merge(scanner))
            scanner.release_words()
        self._ids = [np.arange(len(self._merged), dtype=np.int32), *others]
        if odd_words:
            self._merged, settled, invalid, nul = self._merged.settle(errors)
            self._ids = [settled[ids] for ids in self._ids]
            self.stats.add_odd_bytes(errors, invalid, nul)
        self.stats.add_unseen_characters(*self._merged.unseen_characters())
        self.counts: np.ndarray = self._merged.counts()
        self.tokens = int(self.counts.sum())
        self.sentences: int = sum(scanner.sentences for scanner in scanners)

    @property
    def numbering(self) -> list[np.ndarray]:
        """For each scanner, the provisional id of each of its words, in the order of first occurrence; -1: left out."""
        return self._ids

    def words(self, ids: np.ndarray) -> Sequence[Hashable]:
        """See `Counted`."""
        return self._merged.words(np.ascontiguousarray(ids, np.int64))

    def find(self, words: Sequence[Hashable]) -> np.ndarray:
        """See `Counted`."""
        return self._merged.find(words)

    def renumber(self, rows: np.ndarray, kept: int, phase: Silent = SILENT) -> tuple[np.ndarray, np.ndarray]:
        """See `Counted`."""
        self._merged.release_words()
        self._scanners[0].release_words()  # the same scanner, unless some words were invalid UTF-8
        final = self._store.final(kept, self.sentences)
        rows_or_none = np.append(rows, np.int32(-1))  # its last entry is for id -1: words that "ignore" left empty
        own_rows = [rows_or_none[ids] for ids in self._ids]
        own_kept = [int(counts[own >= 0].sum()) for own, counts in zip(own_rows[1:], self._scanner_counts, strict=True)]
        own_kept.insert(0, kept - sum(own_kept))
        jobs: list[Callable[[], Any]] = []
        token = sentence = 0
        for scanner, own, n in zip(self._scanners, own_rows, own_kept, strict=True):
            jobs.append(partial(final.write, scanner, own, n, token, sentence, phase))
            token += n
            sentence += scanner.sentences
        run_in_threads(jobs)
        return final.arrays()


def count_files(
    files: list[TextFile],
    errors: str,
    n_threads: int,
    *,
    store: IdStore | None = None,
    block: int = BLOCK,
    bytes_per_thread: int = BYTES_PER_THREAD,
    phase: Silent = SILENT,
) -> CountedText:
    """Read files whose words are separated by white space.

    Parameters
    ----------
    files : list of TextFile
        Read in this order, as if they were one.
    errors : {"strict", "replace", "ignore"}
        What to do about invalid UTF-8 (and, with "strict", NUL bytes).
    n_threads : int
        How many threads may read; the result does not depend on it.
    store : IdStore, optional
        Where the ids are kept; by default in memory.
    block : int
        Bytes read at once.
    bytes_per_thread : int
        The fewest bytes for which a thread is started.
    phase : Phase
        Is told of the bytes that were read from the disk.

    Returns
    -------
    CountedText
    """
    groups = deal_out(files, n_threads, bytes_per_thread)
    return count_groups(groups, errors, len(files), store=store, block=block, phase=phase)[0]


def count_groups(
    groups: Sequence[Sequence[Piece]],
    errors: str,
    n_files: int,
    *,
    store: IdStore | None = None,
    block: int = BLOCK,
    phase: Silent = SILENT,
) -> tuple[CountedText, list[list[Mark]]]:
    """Read groups of pieces, each in a thread; return them counted, and a mark at the end of each piece."""
    progress = _Progress()
    store = InMemory() if store is None else store
    readers = []
    for number, group in enumerate(groups):
        scanner = TextScanner(errors == "strict", store.provisional(_fraction_read(group), len(groups)))
        readers.append(_GroupReader(number, group, scanner, block, progress, phase))
    phase.count(lambda: sum(reader.scanner.tokens for reader in readers), "words")
    run_in_threads([reader.read for reader in readers], progress.stop)
    if progress.first_bad < len(readers):
        reader = readers[progress.first_bad]
        raise reader.explain_bad(_lines_before(reader, readers))
    counted = CountedText([reader.scanner for reader in readers], errors, store, n_files)
    return counted, [reader.marks for reader in readers]


def _lines_before(reader: _GroupReader, readers: list[_GroupReader]) -> int:
    """Return how many lines of its file come before the piece in which a reader met bad text."""
    piece = reader.bad_piece
    if isinstance(piece, OwnPiece):  # others read what is before it
        return newlines_before(piece)
    assert piece is not None
    lines = [entry for earlier in readers[: reader.number + 1] for entry in earlier.lines]
    return sum(n for file, n in lines if file is piece.file)


def _fraction_read(group: Sequence[Piece]) -> Callable[[TextScanner], float] | None:
    """Return a function from a scanner to the share of the group that it has read; None if the length is unknown."""
    if not all(piece.file.is_plain for piece in group):
        return None
    total = sum(piece.size for piece in group)
    return lambda scanner: scanner.bytes_read / total


def count_stream(
    stream: Opened, errors: str, *, store: IdStore | None = None, block: int = BLOCK, phase: Silent = SILENT
) -> CountedText:
    """Do the same as `count_files` for one open file of bytes or of text."""
    store = InMemory() if store is None else store
    scanner = TextScanner(errors == "strict", store.provisional())
    readinto = stream_readinto(stream)
    scanner.begin()
    phase.count(lambda: scanner.tokens, "words")
    try:
        while read := scanner.read(readinto, block):
            phase.advance(read)
        scanner.end()
    except BadTextError as bad:
        raise CorpusError(describe_bad_text(stream.name, bad.lines + 1, bad.offset, bad.word)) from None
    return CountedText([scanner], errors, store, 1)


class _Progress:
    """The common state of the readers of one corpus."""

    def __init__(self) -> None:
        self.stopped = False  # by Ctrl-C, or by an exception in one of them
        self.first_bad = sys.maxsize  # number of the first reader that met bad text; earlier ones read on
        self._lock = threading.Lock()

    def stop(self) -> None:
        self.stopped = True

    def report_bad(self, number: int) -> None:
        with self._lock:
            self.first_bad = min(self.first_bad, number)


class _GroupReader:
    """Reads the pieces of one group, one after the other, with one scanner."""

    def __init__(
        self, number: int, pieces: Sequence[Piece], scanner: TextScanner, block: int, progress: _Progress, phase: Silent
    ) -> None:
        self.number = number
        self.scanner = scanner
        self.lines: list[tuple[TextFile, int]] = []  # newlines in each piece that was read
        self.marks: list[Mark] = []
        self.bad: BadTextError | None = None
        self.bad_piece: Piece | None = None
        self._pieces = pieces
        self._block = block
        self._progress = progress
        self._phase = phase

    def read(self) -> None:
        for piece in self._pieces:
            try:
                with open_piece(piece, None if self._phase is SILENT else self._phase.advance) as readinto:
                    self.scanner.begin(piece.begin)
                    while read := self.scanner.read(readinto, self._block):
                        # Of a compressed file, the thread that decompresses it counts the bytes.
                        self._phase.advance(0 if piece.file.is_compressed else read)
                        if self._progress.stopped or self._progress.first_bad < self.number:
                            return
                    self.scanner.end(piece.ends_file)
            except BadTextError as bad:  # reported by the main thread, which will know the number of lines before
                self.bad, self.bad_piece = bad, piece
                self._progress.report_bad(self.number)
                return
            self.lines.append((piece.file, self.scanner.lines))
            self.marks.append(Mark(piece.number, len(self.scanner)))

    def explain_bad(self, lines_before: int) -> CorpusError:
        assert self.bad is not None
        assert self.bad_piece is not None
        line, file = lines_before + self.bad.lines + 1, self.bad_piece.file
        start = first_bytes(file)
        return CorpusError(describe_bad_text(file.name, line, self.bad.offset, self.bad.word, start))


def run_in_threads(jobs: list[Callable[[], Any]], stop: Callable[[], None] = lambda: None) -> None:
    """Run each job in a thread, one of them in this thread; all have ended when it returns or raises.

    An exception of a job, or Ctrl-C in this thread, calls `stop`, which the other jobs may heed, and is raised here.
    """
    waiting = deque(enumerate(jobs))
    raised: list[tuple[int, BaseException]] = []

    def work() -> None:
        while waiting:
            try:
                number, job = waiting.popleft()
            except IndexError:  # another thread took the last one
                return
            try:
                job()
            except BaseException as error:  # raised again in the calling thread
                raised.append((number, error))
                waiting.clear()
                stop()

    threads = [threading.Thread(target=work, name=f"fastw2v-read-{i}", daemon=True) for i in range(1, len(jobs))]
    started: list[threading.Thread] = []
    try:
        for thread in threads:
            try:
                thread.start()
            except RuntimeError as error:
                warn_user(f"only {len(started) + 1} of {len(jobs)} threads started: {error}")
                break
            started.append(thread)
        work()
        for thread in started:
            thread.join()
    except BaseException:  # Ctrl-C while waiting
        waiting.clear()
        stop()
        for thread in started:
            thread.join()
        raise
    if raised:
        raise min(raised, key=lambda entry: entry[0])[1]
