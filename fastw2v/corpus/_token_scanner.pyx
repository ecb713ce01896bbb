"""Counting and numbering tokens that are Python objects; see `fastw2v.corpus._text_scanner` for the same with bytes."""

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject, PyObject_Hash
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from fastw2v.corpus._ids cimport FW_SENTENCE_END, drain_stream, fw_ids, fw_ids_free, fw_ids_has_room, fw_ids_room
from fastw2v.corpus._ids cimport fw_ids_took, renumber_stream

import numpy as np

from fastw2v.corpus.faults import describe_bad_token, describe_lone_surrogate, describe_odd_token
from fastw2v.errors import BadTokenError, TooManyWordsError


cdef extern from "text/fw_pages.h" nogil:
    void *fw_pages_new(int64_t n_bytes)
    void fw_pages_free(void *pages, int64_t n_bytes)
    void *fw_pages_grow(void *pages, int64_t n_bytes, int64_t new_bytes)

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


cdef struct word_t:  # half a cache line
    PyObject *word  # borrowed from `keys`
    Py_hash_t hash
    int64_t count
    int64_t unused

cdef struct slot_t:
    uint32_t tag
    int32_t id

cdef enum:
    BATCH = 64  # tokens looked up together, so that the cache misses of one hide behind those of the others


cdef class TokenScanner:
    """Counts and numbers the tokens of sentences that are Python sequences: strings, or other hashables.

    Parameters
    ----------
    provisional : ProvisionalIds, optional
        Its ``after_block(scanner)`` is called whenever a block of ids is full; it may take the ids out with `drain`.
    """

    cdef list keys           # the words, in the order of first occurrence
    cdef word_t *known       # the same for each of them
    cdef int64_t capacity
    cdef slot_t *slots       # open addressing, a power of two of them; tag 0 marks a free slot
    cdef int64_t n_slots
    cdef int shift           # a word's home slot is its mixed hash >> shift
    cdef fw_ids ids
    cdef readonly int64_t tokens, sentences
    cdef readonly object provisional
    cdef object of_strings   # whether the tokens are strings; None before the first
    cdef int64_t released    # words whose memory was released

    def __cinit__(self, provisional=None):
        self.provisional = provisional
        self.of_strings = None
        self._clear_words()

    def __dealloc__(self):
        self._free_words()
        fw_ids_free(&self.ids)

    def __len__(self):
        return len(self.keys)

    def add(self, sentence not None):
        """Add one sentence, a list or tuple of tokens."""
        cdef tuple tokens = tuple(sentence)  # holds the tokens, whatever their __hash__ and __eq__ do to the list
        cdef Py_ssize_t n = len(tokens), first
        for first in range(0, n, BATCH):
            self._add_batch(tokens, first, min(first + BATCH, n))
            if first % (1024 * BATCH) == 0:
                PyErr_CheckSignals()
        self._end_sentence()

    cdef int _end_sentence(self) except -1:
        self._room(1)[0] = FW_SENTENCE_END
        fw_ids_took(&self.ids, 1)
        self.sentences += 1
        return 0

    cdef int32_t *_room(self, Py_ssize_t n) except NULL:
        """Room for `n` more ids."""
        if self.provisional is not None and not fw_ids_has_room(&self.ids, n):
            self.provisional.after_block(self)
        cdef int32_t *out = fw_ids_room(&self.ids, n)
        if out == NULL:
            raise MemoryError(f"no memory after {self.tokens:,} tokens; spool=True keeps their ids in files")
        return out

    cdef int _add_batch(self, tuple tokens, Py_ssize_t first, Py_ssize_t last) except -1:
        cdef Py_hash_t[BATCH] hashes
        cdef int32_t[BATCH] guesses
        cdef Py_ssize_t i, n = last - first, accepted = 0
        cdef int32_t id
        cdef PyObject *token
        cdef slot_t slot
        cdef int32_t *out = self._room(n)
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
                fw_prefetch(&self.known[guesses[i]])
        for i in range(n):
            if guesses[i] >= 0:
                fw_prefetch(self.known[guesses[i]].word)
        try:
            for i in range(n):
                id = guesses[i]
                token = <PyObject *>tokens[first + i]
                if id < 0 or not self._is_str(id, token, hashes[i]):
                    id = self._enter_str(<object>token, hashes[i], first + i)
                self.known[id].count += 1
                out[i] = id
                accepted += 1
        finally:  # those before a token that is refused are counted
            fw_ids_took(&self.ids, accepted)
            self.tokens += accepted
        return 0

    cdef int _add_one_by_one(self, tuple tokens, Py_ssize_t first, Py_ssize_t last, int32_t *out) except -1:
        """The slow path: checks the type of each token. The very first batch takes it, too."""
        cdef Py_ssize_t i, accepted = 0
        cdef int32_t id
        try:
            for i in range(first, last):
                token = tokens[i]
                is_string = isinstance(token, str)
                if self.of_strings is None:
                    _check_token(i, token)
                    self.of_strings = is_string
                if is_string is not self.of_strings:
                    _check_token(i, token)
                    raise BadTokenError(i, describe_odd_token(token, of_strings=self.of_strings))
                if is_string:
                    text = str.__str__(token)
                    id = self._enter_str(text, PyObject_Hash(text), i)
                else:
                    id = self._enter_other(token, i)
                self.known[id].count += 1
                out[accepted] = id
                accepted += 1
        finally:
            fw_ids_took(&self.ids, accepted)
            self.tokens += accepted
        return 0

    cdef inline slot_t *_home(self, Py_hash_t hash) noexcept:
        return &self.slots[_mix(hash) >> self.shift]

    cdef inline bint _is_str(self, int32_t id, PyObject *token, Py_hash_t hash) noexcept:
        cdef PyObject *word = self.known[id].word
        return word == token or (self.known[id].hash == hash and fw_same_str(word, token))

    cdef int32_t _enter_str(self, str token, Py_hash_t hash, Py_ssize_t index) except -1:
        cdef uint64_t at = _mix(hash) >> self.shift, mask = <uint64_t>self.n_slots - 1
        while self.slots[at].tag:
            if self.slots[at].tag == _tag(hash) and self._is_str(self.slots[at].id, <PyObject *>token, hash):
                return self.slots[at].id
            at = (at + 1) & mask
        if not token.isascii():
            try:
                token.encode()
            except UnicodeEncodeError as error:
                raise BadTokenError(index, describe_lone_surrogate(token, error.start)) from None
        return self._new_word(token, hash, at)

    cdef int32_t _enter_other(self, object token, Py_ssize_t index) except -1:
        cdef Py_hash_t hash
        try:
            hash = PyObject_Hash(token)
        except TypeError:
            _check_token(index, token)
            raise
        cdef uint64_t at = _mix(hash) >> self.shift, mask = <uint64_t>self.n_slots - 1
        cdef int32_t id
        while self.slots[at].tag:
            id = self.slots[at].id
            if self.slots[at].tag == _tag(hash) and self.known[id].hash == hash:
                word = self.keys[id]
                if word is token or word == token:
                    return id
            at = (at + 1) & mask
        _check_token(index, token)
        return self._new_word(token.item() if isinstance(token, np.generic) else token, hash, at)

    cdef int32_t _new_word(self, object word, Py_hash_t hash, uint64_t at) except -1:
        """Enter the word at the free slot `at`."""
        cdef int64_t id = len(self.keys)
        if id == 0x7fffffff:
            raise TooManyWordsError()
        if id == self.capacity:
            self._grow_words()
        self.keys.append(word)
        self.known[id] = word_t(<PyObject *>word, hash, 0, 0)
        self.slots[at] = slot_t(_tag(hash), <int32_t>id)
        if 2 * (id + 1) > self.n_slots:
            self._grow_slots()
        return <int32_t>id

    cdef void _free_words(self) noexcept:
        fw_pages_free(self.known, self.capacity * sizeof(word_t))
        fw_pages_free(self.slots, self.n_slots * sizeof(slot_t))
        self.known = NULL
        self.slots = NULL
        self.capacity = self.n_slots = 0

    cdef int _clear_words(self) except -1:
        """Begin with empty tables."""
        self._free_words()
        self.keys = []
        self._grow_words()
        self._grow_slots()
        return 0

    cdef int _grow_words(self) except -1:
        cdef int64_t capacity = 2 * self.capacity if self.capacity else 1 << 10
        cdef void *grown = fw_pages_grow(self.known, self.capacity * sizeof(word_t), capacity * sizeof(word_t))
        if grown == NULL:
            raise MemoryError(f"no memory for a table of {capacity:,} words")
        self.known = <word_t *>grown
        self.capacity = capacity
        return 0

    cdef int _grow_slots(self) except -1:
        cdef int64_t size = 2 * self.n_slots if self.n_slots else 1 << 12
        cdef slot_t *slots = <slot_t *>fw_pages_new(size * sizeof(slot_t))
        if slots == NULL:
            raise MemoryError(f"no memory for a table of {size // 2:,} words")
        fw_pages_free(self.slots, self.n_slots * sizeof(slot_t))
        self.slots = slots
        self.n_slots = size
        self.shift = 65 - <int>(<object>size).bit_length()
        cdef Py_ssize_t i
        cdef uint64_t at
        for i in range(len(self.keys)):
            at = _mix(self.known[i].hash) >> self.shift
            while slots[at].tag:
                at = (at + 1) & <uint64_t>(size - 1)
            slots[at] = slot_t(_tag(self.known[i].hash), <int32_t>i)
        return 0

    def counts(self):
        """Return the count of each word (int64), in the order of first occurrence."""
        counts = np.empty(len(self), np.int64)
        cdef int64_t[::1] to = counts
        cdef Py_ssize_t i
        for i in range(to.shape[0]):
            to[i] = self.known[i].count
        return counts

    def words(self, const int64_t[::1] ids not None):
        """Return the words with these ids."""
        cdef Py_ssize_t i
        return [self.keys[ids[i]] for i in range(ids.shape[0])]

    def find(self, words):
        """Return the ids (int32) of these words, -1 for those that did not occur."""
        ids = dict(zip(self.keys, range(len(self.keys))))
        return np.fromiter((ids.get(word, -1) for word in words), np.int32, len(words))

    def drain(self, write not None):
        """Like `TextScanner.drain`."""
        drain_stream(&self.ids, write)

    def release_words(self):
        """Like `TextScanner.release_words`."""
        self.released += len(self.keys)
        self._clear_words()

    def renumber(self, const int32_t[::1] rows not None, int32_t[::1] out not None, int64_t[::1] ends not None,
                 int64_t base):
        """Like `TextScanner.renumber`."""
        return renumber_stream(&self.ids, rows, out, ends, base, self.released + len(self.keys), self.sentences)


cdef inline uint64_t _mix(Py_hash_t hash) noexcept:
    # Python's hash of an integer is the integer itself: its bits must reach the top, where the slot number is taken.
    cdef uint64_t x = <uint64_t>hash * <uint64_t>0x9E3779B97F4A7C15
    return x ^ (x >> 32) * <uint64_t>0xD6E8FEB86659FD93


cdef inline uint32_t _tag(Py_hash_t hash) noexcept:
    return <uint32_t>_mix(hash) | 1


cdef int _check_token(Py_ssize_t index, object token) except -1:
    reason = describe_bad_token(token)
    if reason is not None:
        raise BadTokenError(index, reason)
    return 0
