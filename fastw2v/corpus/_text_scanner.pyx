"""Reading the words of text without the GIL, block by block.

A scanner numbers words provisionally, in the order of first occurrence, and keeps the stream of these ids. Once the
counts are known, ``renumber`` turns the stream into rows of the vocabulary.
"""

from cpython.buffer cimport PyBUF_WRITE
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.stdint cimport int32_t, int64_t, uint64_t

from fastw2v.corpus._ids cimport drain_stream, fw_ids, fw_ids_renumber_block, renumber_stream

import os

import numpy as np

from fastw2v.errors import BadTextError, TooManyWordsError


cdef extern from "text/fw_table.h" nogil:
    const int FW_NO_MEMORY, FW_TOO_MANY_WORDS, FW_BAD_TEXT, FW_INLINE_BYTES
    ctypedef struct fw_word:
        int64_t length, count
    ctypedef struct fw_table:
        fw_word *words
        int64_t n_words
    ctypedef struct fw_key:
        pass
    fw_key fw_key_of(const char *text, int64_t length)
    int32_t fw_table_find(const fw_table *table, const fw_key *key)
    int32_t fw_table_enter(fw_table *table, const fw_key *key)
    int fw_table_merge(fw_table *table, const fw_table *other, int32_t *ids)
    const char *fw_table_text(const fw_table *table, int64_t id)
    int64_t fw_table_farthest(const fw_table *table)
    void fw_set_secret(uint64_t first, uint64_t second)

cdef extern from "text/fw_text.h" nogil:
    ctypedef struct fw_scanner:
        fw_table table
        fw_ids ids
        int64_t tokens, sentences, odd_words, lines, origin, bad_begin, bad_length
        char *text
    int fw_scanner_init(fw_scanner *scanner, int strict)
    void fw_scanner_free(fw_scanner *scanner)
    int fw_scanner_release_words(fw_scanner *scanner)
    void fw_scanner_begin(fw_scanner *scanner, int64_t origin)
    char *fw_scanner_room(fw_scanner *scanner, int64_t size)
    int fw_scanner_scan(fw_scanner *scanner, int64_t size)
    int fw_scanner_end(fw_scanner *scanner, int file_ends)
    int64_t fw_first_bad_byte(const char *text, int64_t length)
    int fw_is_clean_text(const char *text, int64_t length)
    const int FW_UNICODE_SPACES, FW_SOFT_HYPHENS, FW_COMBINING_MARKS
    int fw_unseen_characters(const char *text, int64_t length)


cdef enum:
    SHOWN = 64  # bytes of a bad word that are kept from the first bad one on


cdef int _set_secret() except -1:
    cdef bytes drawn = os.urandom(16)
    cdef const uint64_t *secret = <const uint64_t *> <const char *> drawn
    fw_set_secret(secret[0], secret[1])
    return 0


_set_secret()


cdef int32_t[::1] _int32s(Py_ssize_t n):
    return np.empty(n, np.int32)


cdef class TextScanner:
    """Counts and numbers the words of texts that are passed in block by block.

    Parameters
    ----------
    strict : bool
        Raise `BadTextError` at a word that is invalid UTF-8 or contains a NUL byte; otherwise keep it as is.
    provisional : ProvisionalIds, optional
        Its ``after_block(scanner)`` is called after each block; it may take the ids out with `drain`.
    """

    cdef fw_scanner scanner
    cdef readonly bint strict
    cdef readonly object provisional
    cdef readonly int64_t bytes_read
    cdef int64_t released  # words whose memory was released

    def __cinit__(self, bint strict=True, provisional=None):
        self.strict = strict
        self.provisional = provisional
        if fw_scanner_init(&self.scanner, strict):
            raise MemoryError("no memory for a table of words")

    def __dealloc__(self):
        fw_scanner_free(&self.scanner)

    def __len__(self):
        return self.scanner.table.n_words

    @property
    def tokens(self):
        return self.scanner.tokens

    @property
    def sentences(self):
        return self.scanner.sentences

    @property
    def lines(self):
        return self.scanner.lines

    @property
    def odd_words(self):
        return self.scanner.odd_words

    def begin(self, int64_t origin=0):
        """Begin a text; its first byte is byte `origin` of its file."""
        fw_scanner_begin(&self.scanner, origin)

    def read(self, readinto, Py_ssize_t size):
        """Scan one block of up to `size` bytes from ``readinto(buffer) -> number of bytes``; return their number."""
        cdef char *room = fw_scanner_room(&self.scanner, size)
        if room == NULL:
            raise MemoryError(f"no memory for a block of {size:,} bytes in addition to an unfinished word")
        view = PyMemoryView_FromMemory(room, size, PyBUF_WRITE)
        try:
            given = readinto(view)
        finally:
            view.release()
        cdef int64_t n = given
        if not 0 <= n <= size:
            raise ValueError(f"a reader returned {n} bytes where 0 to {size} were requested")
        cdef int result
        with nogil:
            result = fw_scanner_scan(&self.scanner, n)
        self._check(result)
        self.bytes_read += n
        if self.provisional is not None:
            self.provisional.after_block(self)
        return n

    def end(self, bint file_ends=True):
        """End the text; with `file_ends` its last line ends, too."""
        self._check(fw_scanner_end(&self.scanner, file_ends))

    cdef int _check(self, int result) except -1:
        cdef fw_scanner *s = &self.scanner
        if result == FW_NO_MEMORY:
            read = f"{s.tokens:,} tokens and {s.table.n_words:,} distinct words"
            raise MemoryError(f"no memory after {read}; spool=True keeps the ids of tokens in files")
        if result == FW_TOO_MANY_WORDS:
            raise TooManyWordsError()
        if result == FW_BAD_TEXT:
            # A word may be as long as the file: what follows its first bad byte is not needed.
            length = min(s.bad_length, fw_first_bad_byte(s.text + s.bad_begin, s.bad_length) + SHOWN)
            word = (s.text + s.bad_begin)[:length]
            raise BadTextError(s.origin + s.bad_begin, word, s.lines)
        return 0

    def drain(self, write not None):
        """Pass the ids of the stream to ``write(memoryview)``, block by block, and empty it."""
        drain_stream(&self.scanner.ids, write)

    def merge(self, TextScanner other not None):
        """Add the words and counts of `other`, in its order; return the ids (int32) of its words here."""
        cdef int32_t[::1] ids = _int32s(len(other))
        cdef int result
        cdef int32_t *to = &ids[0] if ids.shape[0] else NULL
        with nogil:
            result = fw_table_merge(&self.scanner.table, &other.scanner.table, to)
        self._check(result)
        return ids.base

    def counts(self):
        """Return the count of each word (int64), in the order of first occurrence."""
        counts = np.empty(len(self), np.int64)
        cdef int64_t[::1] to = counts
        cdef Py_ssize_t i
        for i in range(to.shape[0]):
            to[i] = self.scanner.table.words[i].count
        return counts

    def unseen_characters(self):
        """Return how many tokens hold Unicode spaces, soft hyphens and combining marks: three numbers."""
        cdef int64_t spaces = 0, hyphens = 0, marks = 0, i, count
        cdef fw_table *table = &self.scanner.table
        cdef int found
        with nogil:
            for i in range(table.n_words):
                found = fw_unseen_characters(fw_table_text(table, i), table.words[i].length)
                if found:
                    count = table.words[i].count
                    spaces += count if found & FW_UNICODE_SPACES else 0
                    hyphens += count if found & FW_SOFT_HYPHENS else 0
                    marks += count if found & FW_COMBINING_MARKS else 0
        return spaces, hyphens, marks

    def farthest(self):
        """Return how many slots a word lies behind its own in the table, at most: a search goes through them all."""
        return fw_table_farthest(&self.scanner.table)

    def words(self, const int64_t[::1] ids not None):
        """Return the words with these ids, as strings."""
        return [self.word(ids[i]).decode() for i in range(ids.shape[0])]

    def word(self, int64_t id):
        """Return the bytes of word `id`."""
        if not 0 <= id < self.scanner.table.n_words:
            raise IndexError(id)
        return fw_table_text(&self.scanner.table, id)[:self.scanner.table.words[id].length]

    def find(self, words):
        """Return the ids (int32) of these strings, -1 for those that did not occur."""
        cdef int32_t[::1] ids = _int32s(len(words))
        cdef fw_key key
        cdef bytes padded
        cdef Py_ssize_t i
        for i, word in enumerate(words):
            ids[i] = -1
            if isinstance(word, str) and word:
                padded = word.encode("utf-8", "surrogatepass") + b"\0" * FW_INLINE_BYTES
                key = fw_key_of(padded, len(padded) - FW_INLINE_BYTES)
                ids[i] = fw_table_find(&self.scanner.table, &key)
        return ids.base

    def settle(self, str errors not None):
        """Decode the bytes of all words with `errors` ("replace" or "ignore"), which may make some of them equal.

        Returns
        -------
        settled : TextScanner
            The decoded words with their counts, in the order of first occurrence.
        ids : ndarray of int32
            Its id for each word here; -1 where nothing is left of a word.
        bad_bytes, nul_bytes : int
            How many bytes of the text were invalid UTF-8 and how many were NUL (these stay).
        """
        cdef TextScanner settled = TextScanner(False)
        cdef int32_t[::1] ids = _int32s(len(self))
        cdef fw_table *table = &self.scanner.table
        cdef fw_key key
        cdef bytes raw
        cdef Py_ssize_t i, length
        bad_bytes = nul_bytes = 0
        for i in range(table.n_words):
            raw = fw_table_text(table, i)[:table.words[i].length]
            length = len(raw)
            if not fw_is_clean_text(raw, length):
                count = table.words[i].count
                bad_bytes += count * (length - len(raw.decode("utf-8", "ignore").encode()))
                nul_bytes += count * raw.count(b"\0")
                raw = raw.decode("utf-8", errors).encode()
                length = len(raw)
            ids[i] = -1
            if length:
                raw += b"\0" * FW_INLINE_BYTES
                key = fw_key_of(raw, length)
                ids[i] = fw_table_enter(&settled.scanner.table, &key)
                settled._check(ids[i] if ids[i] < 0 else 0)
                settled.scanner.table.words[ids[i]].count += table.words[i].count
        return settled, ids.base, bad_bytes, nul_bytes

    def release_words(self):
        """Release the memory of the words; the ids can still be renumbered."""
        self.released += len(self)
        self._check(fw_scanner_release_words(&self.scanner))

    def renumber(self, const int32_t[::1] rows not None, int32_t[::1] out not None, int64_t[::1] ends not None,
                 int64_t base):
        """Write ``rows[id]`` of all ids to `out` (without those below 0) and sentence ends plus `base` to `ends`.

        Empties the stream of ids; returns how many were written, which `out` must have room for.
        """
        cdef int64_t n_words = self.released + self.scanner.table.n_words
        return renumber_stream(&self.scanner.ids, rows, out, ends, base, n_words, self.scanner.sentences)


def renumber_block(int32_t[::1] ids not None, const int32_t[::1] rows not None, int64_t[::1] ends not None,
                   int64_t base):
    """Renumber drained ids in place, one block at a time; otherwise like ``renumber``.

    Parameters
    ----------
    ids : ndarray of int32
        Part of the stream, -1 where a sentence ends. Its rows replace the ids, from the front.
    rows : ndarray of int32
        The row of each id; below 0: left out.
    ends : ndarray of int64, as long as `ids` at least
        Receives the sentence ends.
    base : int
        Rows that were written before this block.

    Returns
    -------
    kept, ended : int
        How many rows and how many sentence ends were written.

    Raises
    ------
    ValueError
        An id has no row.
    """
    cdef Py_ssize_t i, n = ids.shape[0]
    cdef int32_t least = 0, greatest = -1
    if n == 0:
        return 0, 0
    for i in range(n):
        least = min(least, ids[i])
        greatest = max(greatest, ids[i])
    if least < -1 or greatest >= rows.shape[0] or ends.shape[0] < n:
        raise ValueError(f"{n} ids from {least} to {greatest}; {rows.shape[0]} rows, room for {ends.shape[0]} ends")
    cdef int64_t *end = &ends[0]
    cdef int64_t kept
    with nogil:
        kept = fw_ids_renumber_block(&ids[0], n, &rows[0] if rows.shape[0] else NULL, &end, base)
    return kept, end - &ends[0]
