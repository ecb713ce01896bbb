"""Counting the words of files in threads; one counted corpus, whatever it was read from."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from fastw2v.corpus._text_scanner import BadTextError, TextScanner
from fastw2v.corpus.compressed import ReadInto
from fastw2v.corpus.files import Piece, TextFile, deal_out, first_bytes, open_piece, what_it_may_be
from fastw2v.corpus.id_store import IdStore, InMemory
from fastw2v.corpus.tokenizers import shorten
from fastw2v.errors import CorpusError, warn_user

BLOCK = 1 << 20  # bytes read at once: they fit into the second-level cache with the head of the table of words
SMALLEST_SHARE = 1 << 22  # bytes that are worth a thread


class Counted(Protocol):
    """A corpus that has been read once: every word has a provisional id, by the order in which it was first seen."""

    counts: np.ndarray  # int64, by provisional id
    tokens: int
    sentences: int

    def words(self, ids: np.ndarray) -> Sequence[Hashable]:
        """The words of these provisional ids."""

    def find(self, words: Sequence[Hashable]) -> np.ndarray:
        """The provisional ids of these words, -1 for those that do not occur."""

    def renumber(self, rows: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
        """``rows[id]`` of the `kept` tokens where that is not -1, and the offsets of sentences. Works once."""


class CountedTokens:
    """What one scanner (of text or of tokens) has read into a store."""

    def __init__(self, scanner: Any, store: IdStore) -> None:
        self._scanner = scanner
        self._store = store
        self.counts: np.ndarray = scanner.counts()
        self.tokens: int = scanner.tokens
        self.sentences: int = scanner.sentences

    def words(self, ids: np.ndarray) -> Sequence[Hashable]:
        """See `Counted`."""
        return self._scanner.words(np.ascontiguousarray(ids, np.int64))

    def find(self, words: Sequence[Hashable]) -> np.ndarray:
        """See `Counted`."""
        return self._scanner.find(words)

    def renumber(self, rows: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
        """See `Counted`."""
        self._scanner.release_words()
        target = self._store.target(kept, self.sentences)
        target.write(self._scanner, rows, kept, 0, 0)
        return target.arrays()


class CountedText:
    """What several scanners have read of files, one after the other.

    Parameters
    ----------
    scanners : list of TextScanner
        In the order of the text. Their words are given back as soon as they are no longer needed.
    errors : {"strict", "replace", "ignore"}
        How the bytes of words that are no UTF-8 are decoded.
    store : IdStore
        Where their ids are.
    """

    def __init__(self, scanners: list[TextScanner], errors: str, store: IdStore) -> None:
        self._scanners = scanners
        self._store = store
        self._share_counts = [scanner.counts() for scanner in scanners[1:]]  # the first has the rest
        self._shared = scanners[0]
        odd_words = any(scanner.odd_words for scanner in scanners)
        others = []
        for scanner in scanners[1:]:
            others.append(self._shared.merge(scanner))
            scanner.release_words()
        self._ids = [np.arange(len(self._shared), dtype=np.int32), *others]
        self.bad_bytes = self.nul_bytes = 0
        if odd_words:
            self._shared, settled, self.bad_bytes, self.nul_bytes = self._shared.settle(errors)
            self._ids = [settled[ids] for ids in self._ids]
        self.counts: np.ndarray = self._shared.counts()
        self.tokens = int(self.counts.sum())
        self.sentences: int = sum(scanner.sentences for scanner in scanners)

    def words(self, ids: np.ndarray) -> Sequence[Hashable]:
        """See `Counted`."""
        return self._shared.words(np.ascontiguousarray(ids, np.int64))

    def find(self, words: Sequence[Hashable]) -> np.ndarray:
        """See `Counted`."""
        return self._shared.find(words)

    def renumber(self, rows: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
        """See `Counted`."""
        self._shared.release_words()
        self._scanners[0].release_words()  # the same, unless bytes were no UTF-8
        target = self._store.target(kept, self.sentences)
        rows_or_none = np.append(rows, np.int32(-1))  # its place -1 is for words of which "ignore" left nothing
        own_rows = [rows_or_none[ids] for ids in self._ids]
        shares = [int(counts[own >= 0].sum()) for own, counts in zip(own_rows[1:], self._share_counts, strict=True)]
        shares.insert(0, kept - sum(shares))
        jobs: list[Callable[[], Any]] = []
        token = sentence = 0
        for scanner, own, share in zip(self._scanners, own_rows, shares, strict=True):
            jobs.append(partial(target.write, scanner, own, share, token, sentence))
            token += share
            sentence += scanner.sentences
        run_in_threads(jobs)
        return target.arrays()


def count_files(
    files: list[TextFile],
    errors: str,
    n_threads: int,
    *,
    store: IdStore | None = None,
    block: int = BLOCK,
    smallest_share: int = SMALLEST_SHARE,
) -> tuple[CountedText, int]:
    """Read files whose words are separated by white space.

    Parameters
    ----------
    files : list of TextFile
        Read in this order, as if they were one.
    errors : {"strict", "replace", "ignore"}
        What is done about invalid UTF-8 (and, with "strict", NUL bytes).
    n_threads : int
        How many threads may read; what is counted does not depend on it.
    store : IdStore, optional
        Where the ids are kept; by default in memory.
    block, smallest_share : int
        Bytes read at once, and bytes that are worth a thread.

    Returns
    -------
    counted : CountedText
    bytes_read : int
        Bytes of text, after decompression.
    """
    groups = deal_out(files, n_threads, smallest_share)
    progress = _Progress()
    store = InMemory() if store is None else store
    readers = []
    for number, group in enumerate(groups):
        scanner = TextScanner(errors == "strict", store.keeper(_share_read(group), len(groups)))
        readers.append(_GroupReader(number, group, scanner, block, progress))
    run_in_threads([reader.read for reader in readers], progress.stop)
    if progress.first_bad < len(readers):
        reader = readers[progress.first_bad]
        lines = [entry for earlier in readers[: reader.number + 1] for entry in earlier.lines]
        raise reader.explain_bad(sum(n for file, n in lines if file is reader.bad_file))
    scanners = [reader.scanner for reader in readers]
    return CountedText(scanners, errors, store), sum(scanner.bytes_read for scanner in scanners)


def _share_read(group: list[Piece]) -> Callable[[TextScanner], float] | None:
    """How much of the group a scanner has read; None where nobody knows how long its text is."""
    if not all(piece.file.is_plain for piece in group):
        return None
    total = sum((piece.file.size if piece.end is None else piece.end) - piece.begin for piece in group)
    return lambda scanner: scanner.bytes_read / total


def count_stream(
    readinto: ReadInto, name: str, errors: str, *, store: IdStore | None = None, block: int = BLOCK
) -> tuple[CountedText, int]:
    """Like `count_files` for one stream of bytes; `name` stands for it in messages."""
    store = InMemory() if store is None else store
    scanner = TextScanner(errors == "strict", store.keeper())
    scanner.begin()
    try:
        while scanner.read(readinto, block):
            pass
        scanner.end()
    except BadTextError as bad:
        raise CorpusError(describe_bad_text(name, bad.lines + 1, bad.offset, bad.word)) from None
    return CountedText([scanner], errors, store), scanner.bytes_read


class _Progress:
    """What the readers of one corpus tell each other."""

    def __init__(self) -> None:
        self.stopped = False  # by Ctrl-C, or by an exception in one of them
        self.first_bad = sys.maxsize  # number of the first reader that met bad text; those before it read on
        self._lock = threading.Lock()

    def stop(self) -> None:
        self.stopped = True

    def report_bad(self, number: int) -> None:
        with self._lock:
            self.first_bad = min(self.first_bad, number)


class _GroupReader:
    """Reads the pieces of one group, one after the other, with one scanner."""

    def __init__(self, number: int, pieces: list[Piece], scanner: TextScanner, block: int, progress: _Progress) -> None:
        self.number = number
        self.scanner = scanner
        self.lines: list[tuple[TextFile, int]] = []  # newlines in each piece that was read
        self.bad: BadTextError | None = None
        self.bad_file: TextFile | None = None
        self._pieces = pieces
        self._block = block
        self._progress = progress

    def read(self) -> None:
        for piece in self._pieces:
            try:
                with open_piece(piece) as readinto:
                    self.scanner.begin(piece.begin)
                    while self.scanner.read(readinto, self._block):
                        if self._progress.stopped or self._progress.first_bad < self.number:
                            return
                    self.scanner.end(piece.ends_file)
            except BadTextError as bad:  # told by the main thread, which will know the lines before
                self.bad, self.bad_file = bad, piece.file
                self._progress.report_bad(self.number)
                return
            self.lines.append((piece.file, self.scanner.lines))

    def explain_bad(self, lines_before: int) -> CorpusError:
        assert self.bad is not None
        assert self.bad_file is not None
        line = lines_before + self.bad.lines + 1
        guess = what_it_may_be(first_bytes(self.bad_file))
        return CorpusError(describe_bad_text(self.bad_file.name, line, self.bad.offset, self.bad.word, guess))


def describe_bad_text(name: str, line: int, offset: int, word: bytes, guess: str = "") -> str:
    """Says where and what the first byte of `word` is that is no text; `offset` is the place of the word."""
    at, what = word.find(b"\0"), "a NUL byte"
    way_round = "pass errors='replace' or errors='ignore', which keep NUL bytes as a part of words"
    try:
        word.decode()
    except UnicodeDecodeError as error:
        if at < 0 or error.start < at:
            at, what = error.start, f"the byte 0x{word[error.start]:02x}, which is no UTF-8 ({error.reason})"
            way_round = "pass errors='replace' (bad bytes become U+FFFD) or errors='ignore' (they are left out)"
    return (
        f"{name}, line {line:,}, byte {offset + at:,} (from 0): found {what}, in "
        f"{shorten(word[max(0, at - 20) : at + 20])}{guess}. "
        f"Mend the file, or {way_round}"
    )


def run_in_threads(jobs: list[Callable[[], Any]], stop: Callable[[], None] = lambda: None) -> None:
    """Run the jobs in as many threads, this one among them; all are over when it returns or raises.

    A job's exception, or Ctrl-C in this thread, calls `stop`, which the other jobs may heed, and comes out.
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
