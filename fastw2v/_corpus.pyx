# cython: language_level=3
"""Reading and numbering words at the speed of the machine: bytes of files without the GIL, Python tokens with it.

Both scanners number words provisionally, in the order in which they are first seen, and keep the stream of these
numbers; once the counts are known, ``renumber`` turns the stream into rows of the vocabulary.
"""

from cpython.exc cimport PyErr_CheckSignals
from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.buffer cimport PyBUF_WRITE
from cpython.object cimport PyObject, PyObject_Hash
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.string cimport memset

import numpy as np

from fastw2v.tokenizers import is_missing


cdef extern from "fw_ids.h" nogil:
    const int32_t FW_SENTENCE_END
    ctypedef struct fw_ids:
        pass
    void fw_ids_free(fw_ids *stream)
    int32_t *fw_ids_room(fw_ids *stream, int64_t n)
    void fw_ids_took(fw_ids *stream, int64_t n)
    int64_t fw_ids_renumber(fw_ids *stream, const int32_t *rows, int32_t *out, int64_t *ends, int64_t base)

cdef extern from "fw_table.h" nogil:
    const int FW_NO_MEMORY, FW_TOO_MANY_WORDS, FW_BAD_TEXT, FW_INLINE
    ctypedef struct fw_word:
        int64_t length, count
    ctypedef struct fw_table:
        fw_word *words
        int64_t n_words
    ctypedef struct fw_key:
        pass
    fw_key fw_key_of(const char *text, int64_t length)
    int32_t fw_table_find(const fw_table *table, const fw_key *key)
    int32_t fw_table_enter(fw_table *table, const fw_key *key, int *is_new)
    int fw_table_merge(fw_table *table, const fw_table *other, int32_t *ids)
    const char *fw_table_text(const fw_table *table, int64_t id)

cdef extern from "fw_text.h" nogil:
    ctypedef struct fw_scanner:
        fw_table table
        fw_ids ids
        int64_t tokens, sentences, odd_words, lines, origin, bad_begin, bad_length
        char *text
    int fw_scanner_init(fw_scanner *scanner, int strict)
    void fw_scanner_free(fw_scanner *scanner)
    void fw_scanner_begin(fw_scanner *scanner, int64_t origin)
    char *fw_scanner_room(fw_scanner *scanner, int64_t size)
    int fw_scanner_scan(fw_scanner *scanner, int64_t size)
    int fw_scanner_end(fw_scanner *scanner, int file_ends)
    int fw_is_clean_text(const char *text, int64_t length)

cdef extern from *:
    """
    #include <string.h>
    #define fw_prefetch(address) __builtin_prefetch(address)

    /* CPython keeps a string in the narrowest form that holds it: equal strings have equal bytes. */
    static inline int fw_same_str(PyObject *a, PyObject *b) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(a);
        if (length != PyUnicode_GET_LENGTH(b) || PyUnicode_KIND(a) != PyUnicode_KIND(b)) return 0;
        return memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)length * PyUnicode_KIND(a)) == 0;
    }
    static inline int fw_is_exact_str(PyObject *token) { return PyUnicode_CheckExact(token); }
    """
    void fw_prefetch(const void *address) noexcept nogil
    bint fw_same_str(PyObject *a, PyObject *b) noexcept
    bint fw_is_exact_str(PyObject *token) noexcept


class BadTextError(Exception):
    """A word of a file is no text: ``offset`` of the word in the file, its bytes, newlines before it in this text."""

    def __init__(self, offset, word, lines):
        super().__init__(offset, word, lines)
        self.offset = offset
        self.word = word
        self.lines = lines


class BadTokenError(Exception):
    """Token ``index`` of a sentence cannot be a word; ``reason`` continues the sentence "corpus[3][7] ..."."""

    def __init__(self, index, reason):
        super().__init__(index, reason)
        self.index = index
        self.reason = reason


class TooManyWordsError(Exception):
    """More distinct words than an int32 can number."""


cdef int32_t[::1] _int32s(Py_ssize_t n):
    return np.empty(n, np.int32)


cdef int64_t _renumber(fw_ids *ids, const int32_t[::1] rows, int32_t[::1] out, int64_t[::1] ends, int64_t base,
                       int64_t n_words, int64_t n_ends) except -1:
    if rows.shape[0] != n_words or ends.shape[0] != n_ends:
        raise ValueError(f"renumber: {rows.shape[0]} rows for {n_words} words, {ends.shape[0]} ends for {n_ends}")
    cdef const int32_t *row = &rows[0] if n_words else NULL
    cdef int32_t *to = &out[0] if out.shape[0] else NULL
    cdef int64_t *end = &ends[0] if n_ends else NULL
    with nogil:
        return fw_ids_renumber(ids, row, to, end, base)


cdef class TextScanner:
    """Counts and numbers the words of texts that are handed over block by block.

    Parameters
    ----------
    strict : bool
        Stop with `BadTextError` at a word that is no valid UTF-8 or holds a NUL byte; else take it in as it is.
    """

    cdef fw_scanner scanner
    cdef readonly bint strict

    def __cinit__(self, bint strict=True):
        self.strict = strict
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
        """A text begins whose first byte is byte `origin` of its file."""
        fw_scanner_begin(&self.scanner, origin)

    def read(self, readinto, Py_ssize_t size):
        """Scan one block of up to `size` bytes that ``readinto(buffer) -> number of bytes`` delivers; its number."""
        cdef char *room = fw_scanner_room(&self.scanner, size)
        if room == NULL:
            raise MemoryError(f"no memory for a block of {size:,} bytes beside the word that is open")
        view = PyMemoryView_FromMemory(room, size, PyBUF_WRITE)
        try:
            given = readinto(view)
        finally:
            view.release()
        cdef int64_t n = given
        if not 0 <= n <= size:
            raise ValueError(f"a reader delivered {n} bytes where 0 to {size} were asked for")
        cdef int result
        with nogil:
            result = fw_scanner_scan(&self.scanner, n)
        self._check(result)
        return n

    def end(self, bint file_ends=True):
        """The text is over; with `file_ends` its last line is, too."""
        self._check(fw_scanner_end(&self.scanner, file_ends))

    cdef int _check(self, int result) except -1:
        cdef fw_scanner *s = &self.scanner
        if result == FW_NO_MEMORY:
            raise MemoryError(f"no memory after {s.tokens:,} tokens and {s.table.n_words:,} distinct words")
        if result == FW_TOO_MANY_WORDS:
            raise TooManyWordsError()
        if result == FW_BAD_TEXT:
            word = (s.text + s.bad_begin)[:s.bad_length]
            raise BadTextError(s.origin + s.bad_begin, word, s.lines)
        return 0

    def merge(self, TextScanner other not None):
        """Add the words and counts of `other`, in its order; returns the ids (int32) of its words here."""
        cdef int32_t[::1] ids = _int32s(len(other))
        cdef int result
        cdef int32_t *to = &ids[0] if ids.shape[0] else NULL
        with nogil:
            result = fw_table_merge(&self.scanner.table, &other.scanner.table, to)
        self._check(result)
        return ids.base

    def counts(self):
        """Count of each word (int64), in the order in which they were first seen."""
        counts = np.empty(len(self), np.int64)
        cdef int64_t[::1] to = counts
        cdef Py_ssize_t i
        for i in range(to.shape[0]):
            to[i] = self.scanner.table.words[i].count
        return counts

    def words(self, const int64_t[::1] ids not None):
        """The words of these ids as strings."""
        return [self.word(ids[i]).decode() for i in range(ids.shape[0])]

    def word(self, int64_t id):
        """The bytes of word `id`."""
        if not 0 <= id < self.scanner.table.n_words:
            raise IndexError(id)
        return fw_table_text(&self.scanner.table, id)[:self.scanner.table.words[id].length]

    def find(self, words):
        """The ids (int32) of these strings, -1 for those that did not occur."""
        cdef int32_t[::1] ids = _int32s(len(words))
        cdef fw_key key
        cdef bytes padded
        cdef Py_ssize_t i
        for i, word in enumerate(words):
            ids[i] = -1
            if isinstance(word, str) and word:
                padded = word.encode("utf-8", "surrogatepass") + b"\0" * FW_INLINE
                key = fw_key_of(padded, len(padded) - FW_INLINE)
                ids[i] = fw_table_find(&self.scanner.table, &key)
        return ids.base

    def settle(self, str errors not None):
        """Words as they are once their bytes are decoded with `errors` ("replace" or "ignore").

        Returns
        -------
        settled : TextScanner
            Holds the decoded words with their counts, in the order in which they were first seen.
        ids : ndarray of int32
            Its id for each word here; -1 where nothing is left of a word.
        bad_bytes, nul_bytes : int
            How many bytes of the text were no UTF-8 and how many were NUL (these stay).
        """
        cdef TextScanner settled = TextScanner(False)
        cdef int32_t[::1] ids = _int32s(len(self))
        cdef fw_table *table = &self.scanner.table
        cdef fw_key key
        cdef bytes raw
        cdef Py_ssize_t i, length
        cdef int is_new
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
                raw += b"\0" * FW_INLINE
                key = fw_key_of(raw, length)
                ids[i] = fw_table_enter(&settled.scanner.table, &key, &is_new)
                settled._check(ids[i] if ids[i] < 0 else 0)
                settled.scanner.table.words[ids[i]].count += table.words[i].count
        return settled, ids.base, bad_bytes, nul_bytes

    def renumber(self, const int32_t[::1] rows not None, int32_t[::1] out not None, int64_t[::1] ends not None,
                 int64_t base):
        """Write ``rows[id]`` of all ids to `out` (without those below 0) and sentence ends plus `base` to `ends`.

        Empties the stream of ids; returns how many were written. `out` must have room for them all.
        """
        return _renumber(&self.scanner.ids, rows, out, ends, base, self.scanner.table.n_words, self.scanner.sentences)


cdef struct slot_t:
    uint32_t tag
    int32_t id

cdef enum:
    BATCH = 64  # tokens looked up together, so that the cache misses of one hide behind those of the others


cdef class TokenScanner:
    """Counts and numbers the tokens of sentences that are Python sequences: strings, or other hashables."""

    cdef list keys           # the words, in the order in which they were first seen
    cdef slot_t *slots       # open addressing; tag 0 marks a free slot
    cdef int shift
    cdef Py_hash_t *hashes   # of each word
    cdef int64_t *word_counts
    cdef int64_t capacity
    cdef fw_ids ids
    cdef readonly int64_t tokens, sentences
    cdef object of_strings   # whether the tokens are strings; None before the first

    def __cinit__(self):
        self.keys = []
        self.of_strings = None
        self._grow_words()
        self.shift = 64 - 11
        self._grow_slots()

    def __dealloc__(self):
        PyMem_Free(self.slots)
        PyMem_Free(self.hashes)
        PyMem_Free(self.word_counts)
        fw_ids_free(&self.ids)

    def __len__(self):
        return len(self.keys)

    def add(self, sentence not None):
        """Take in one sentence, a list or tuple of tokens."""
        cdef tuple tokens = tuple(sentence)  # holds the tokens, whatever their __hash__ and __eq__ do to the list
        cdef Py_ssize_t n = len(tokens), first
        for first in range(0, n, BATCH):
            self._add_batch(tokens, first, min(first + BATCH, n))
            if first % (1024 * BATCH) == 0:
                PyErr_CheckSignals()
        self._end_sentence()

    cdef int _end_sentence(self) except -1:
        cdef int32_t *out = fw_ids_room(&self.ids, 1)
        if out == NULL:
            raise MemoryError(f"no memory after {self.tokens:,} tokens")
        out[0] = FW_SENTENCE_END
        fw_ids_took(&self.ids, 1)
        self.sentences += 1
        return 0

    cdef int _add_batch(self, tuple tokens, Py_ssize_t first, Py_ssize_t last) except -1:
        cdef Py_hash_t[BATCH] hashes
        cdef int32_t[BATCH] guesses
        cdef Py_ssize_t i, n = last - first
        cdef int32_t id
        cdef PyObject *token
        cdef slot_t slot
        cdef int32_t *out = fw_ids_room(&self.ids, n)
        if out == NULL:
            raise MemoryError(f"no memory after {self.tokens:,} tokens")
        for i in range(n):
            token = <PyObject *>tokens[first + i]
            if not fw_is_exact_str(token):
                return self._add_one_by_one(tokens, first, last, out)
            hashes[i] = PyObject_Hash(<object>token)
            fw_prefetch(self._home(hashes[i]))
        if self.of_strings is not True:
            return self._add_one_by_one(tokens, first, last, out)
        for i in range(n):
            slot = self._home(hashes[i])[0]
            guesses[i] = slot.id if slot.tag == _tag(hashes[i]) else -1
            if guesses[i] >= 0:
                fw_prefetch(<PyObject *>self.keys[guesses[i]])
        for i in range(n):
            id = guesses[i]
            token = <PyObject *>tokens[first + i]
            if id < 0 or not self._is_str(id, token, hashes[i]):
                id = self._enter_str(<object>token, hashes[i], first + i)
            self.word_counts[id] += 1
            out[i] = id
        fw_ids_took(&self.ids, n)
        self.tokens += n
        return 0

    cdef int _add_one_by_one(self, tuple tokens, Py_ssize_t first, Py_ssize_t last, int32_t *out) except -1:
        """The slow way: checks what each token is. Also taken by the first batch of all."""
        cdef Py_ssize_t i
        cdef int32_t id
        for i in range(first, last):
            token = tokens[i]
            is_string = isinstance(token, str)
            if self.of_strings is None:
                _check_token(i, token)
                self.of_strings = is_string
            if is_string is not self.of_strings:
                _check_token(i, token)
                raise BadTokenError(i, f"is {_shown(token)}, but the tokens before it are "
                               f"{'strings' if self.of_strings else 'no strings'}; make all tokens of one kind")
            if is_string:
                text = str.__str__(token)
                id = self._enter_str(text, PyObject_Hash(text), i)
            else:
                id = self._enter_other(token, i)
            self.word_counts[id] += 1
            out[i - first] = id
        fw_ids_took(&self.ids, last - first)
        self.tokens += last - first
        return 0

    cdef inline slot_t *_home(self, Py_hash_t hash) noexcept:
        return &self.slots[_mix(hash) >> self.shift]

    cdef inline bint _is_str(self, int32_t id, PyObject *token, Py_hash_t hash) noexcept:
        cdef PyObject *word = <PyObject *>self.keys[id]
        return word == token or (self.hashes[id] == hash and fw_same_str(word, token))

    cdef int32_t _enter_str(self, str token, Py_hash_t hash, Py_ssize_t index) except -1:
        cdef uint64_t at = _mix(hash) >> self.shift, mask = (<uint64_t>1 << (64 - self.shift)) - 1
        while self.slots[at].tag:
            if self.slots[at].tag == _tag(hash) and self._is_str(self.slots[at].id, <PyObject *>token, hash):
                return self.slots[at].id
            at = (at + 1) & mask
        if not token.isascii():
            try:
                token.encode()
            except UnicodeEncodeError as error:
                raise BadTokenError(index, f"is {_shown(token)}, which holds the lone surrogate "
                               f"{token[error.start]!r} and cannot be written as UTF-8; decode the text with "
                               f"errors='replace'") from None
        return self._new_word(token, hash, at)

    cdef int32_t _enter_other(self, object token, Py_ssize_t index) except -1:
        cdef Py_hash_t hash
        try:
            hash = PyObject_Hash(token)
        except TypeError:
            _check_token(index, token)
            raise
        cdef uint64_t at = _mix(hash) >> self.shift, mask = (<uint64_t>1 << (64 - self.shift)) - 1
        cdef int32_t id
        while self.slots[at].tag:
            id = self.slots[at].id
            if self.slots[at].tag == _tag(hash) and self.hashes[id] == hash:
                word = self.keys[id]
                if word is token or word == token:
                    return id
            at = (at + 1) & mask
        _check_token(index, token)
        return self._new_word(token.item() if isinstance(token, np.generic) else token, hash, at)

    cdef int32_t _new_word(self, object word, Py_hash_t hash, uint64_t at) except -1:
        """Enters the word at the free slot `at`."""
        cdef int64_t id = len(self.keys)
        if id == 0x7fffffff:
            raise TooManyWordsError()
        if id == self.capacity:
            self._grow_words()
        self.keys.append(word)
        self.hashes[id] = hash
        self.word_counts[id] = 0
        self.slots[at] = slot_t(_tag(hash), <int32_t>id)
        if 2 * (id + 1) > <int64_t>1 << (64 - self.shift):
            self._grow_slots()
        return <int32_t>id

    cdef int _grow_words(self) except -1:
        cdef int64_t capacity = 2 * self.capacity if self.capacity else 1 << 10
        cdef void *grown = PyMem_Realloc(self.hashes, capacity * sizeof(Py_hash_t))
        if grown != NULL:
            self.hashes = <Py_hash_t *>grown
            grown = PyMem_Realloc(self.word_counts, capacity * sizeof(int64_t))
        if grown == NULL:
            raise MemoryError(f"no memory for a table of {capacity:,} words")
        self.word_counts = <int64_t *>grown
        self.capacity = capacity
        return 0

    cdef int _grow_slots(self) except -1:
        cdef int shift = self.shift - 1
        cdef uint64_t size = <uint64_t>1 << (64 - shift), at
        cdef slot_t *slots = <slot_t *>PyMem_Malloc(size * sizeof(slot_t))
        if slots == NULL:
            raise MemoryError(f"no memory for a table of {size // 2:,} words")
        memset(slots, 0, size * sizeof(slot_t))
        PyMem_Free(self.slots)
        self.slots = slots
        self.shift = shift
        cdef Py_ssize_t i
        for i in range(len(self.keys)):
            at = _mix(self.hashes[i]) >> shift
            while slots[at].tag:
                at = (at + 1) & (size - 1)
            slots[at] = slot_t(_tag(self.hashes[i]), <int32_t>i)
        return 0

    def counts(self):
        """Count of each word (int64), in the order in which they were first seen."""
        counts = np.empty(len(self), np.int64)
        cdef int64_t[::1] to = counts
        cdef Py_ssize_t i
        for i in range(to.shape[0]):
            to[i] = self.word_counts[i]
        return counts

    def words(self, const int64_t[::1] ids not None):
        """The words of these ids."""
        cdef Py_ssize_t i
        return [self.keys[ids[i]] for i in range(ids.shape[0])]

    def find(self, words):
        """The ids (int32) of these words, -1 for those that did not occur."""
        ids = dict(zip(self.keys, range(len(self.keys))))
        return np.fromiter((ids.get(word, -1) for word in words), np.int32, len(words))

    def renumber(self, const int32_t[::1] rows not None, int32_t[::1] out not None, int64_t[::1] ends not None,
                 int64_t base):
        """Like `TextScanner.renumber`."""
        return _renumber(&self.ids, rows, out, ends, base, len(self.keys), self.sentences)


cdef inline uint64_t _mix(Py_hash_t hash) noexcept:
    # Python's hash of an integer is the integer itself: its bits must reach the top, where the slot number is taken.
    cdef uint64_t x = <uint64_t>hash * <uint64_t>0x9E3779B97F4A7C15
    return x ^ (x >> 32) * <uint64_t>0xD6E8FEB86659FD93


cdef inline uint32_t _tag(Py_hash_t hash) noexcept:
    return <uint32_t>_mix(hash) | 1


def _shown(token):
    text = repr(token)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(token).__name__})"


def _check_token(index, token):
    try:
        hash(token)
    except TypeError:
        raise BadTokenError(index, f"is {_shown(token)}; tokens must be strings or other hashable values") from None
    if is_missing(token):
        raise BadTokenError(index, f"is {_shown(token)}, a missing value; leave it out")
    if isinstance(token, (bytes, bytearray)):
        raise BadTokenError(index, f"is {_shown(token)}; decode it first: token.decode('utf-8')")
