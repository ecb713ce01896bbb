"""Rows of word2vec files, text and binary, read from blocks of bytes without the GIL; see native/rows/fw_parse.h."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_Decode, PyUnicode_DecodeUTF8
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcpy

import numpy as np


cdef extern from "Python.h":
    double PyOS_string_to_double(const char *text, char **end, PyObject *overflow) except? -1.0

cdef extern from "rows/fw_parse.h" nogil:
    enum:
        FW_ROW
        FW_ROW_UNFINISHED
        FW_ROW_BLANK
        FW_ROW_FEW
        FW_ROW_BAD_NUMBER
        FW_ROW_LONG_LINE
        FW_ROW_LONG_WORD
        FW_ROW_NO_WORD
        FW_ROW_NO_MEMORY
    ctypedef struct fw_row:
        int64_t word_begin, word_end, bad_begin, bad_end, fields, end
    ctypedef struct fw_row_form:
        int64_t size, word_limit, line_limit
    ctypedef int (*fw_slow_float)(const char *text, int64_t length, float *out) noexcept nogil
    int fw_parse_float(const char *text, int64_t length, float *out)
    int fw_parse_text_row(const char *text, int64_t length, int64_t begin, int at_file_end, const fw_row_form *form,
                          fw_slow_float slow, float *out, fw_row *row)
    int fw_parse_binary_row(const char *text, int64_t length, int64_t begin, const fw_row_form *form, float *out,
                            fw_row *row)


# Why the reading of rows stopped.
NO_MORE_ROOM, UNFINISHED, BLANK, FEW = 0, FW_ROW_UNFINISHED, FW_ROW_BLANK, FW_ROW_FEW
BAD_NUMBER, LONG_LINE, LONG_WORD, NO_WORD = FW_ROW_BAD_NUMBER, FW_ROW_LONG_LINE, FW_ROW_LONG_WORD, FW_ROW_NO_WORD

# float32's largest number plus half a step: numbers from here on round to infinity.
cdef double FLOAT_OVERFLOW = 3.4028235677973366e38


cdef int _slow_float(const char *text, int64_t length, float *out) noexcept with gil:
    """Read any number that Python's `float` accepts, of any length, but without underscores; return a status."""
    cdef char *copy
    cdef double value
    cdef int status = FW_ROW_NO_MEMORY
    if memchr(text, 0, length) != NULL:  # C's strings end at a NUL byte
        return FW_ROW_BAD_NUMBER
    copy = <char *>malloc(length + 1)
    if copy == NULL:
        return status
    memcpy(copy, text, length)
    copy[length] = 0
    try:
        value = PyOS_string_to_double(copy, NULL, NULL)
        if value >= FLOAT_OVERFLOW or value <= -FLOAT_OVERFLOW:
            value = INFINITY if value > 0 else -INFINITY
        out[0] = <float>value
        status = FW_ROW
    except ValueError:
        status = FW_ROW_BAD_NUMBER
    except MemoryError:
        pass
    free(copy)
    return status


def parse_float(bytes field not None):
    """Return the float32 nearest to a decimal number, as a Python float; None if it is not a number.

    >>> parse_float(b"-2.5e1"), parse_float(b"two")
    (-25.0, None)
    """
    cdef float value = 0
    cdef const char *text = PyBytes_AS_STRING(field)
    cdef Py_ssize_t length = PyBytes_GET_SIZE(field)
    cdef int status = FW_ROW
    if fw_parse_float(text, length, &value):
        status = _slow_float(text, length, &value)
    if status == FW_ROW_NO_MEMORY:
        raise _no_memory(length)
    return value if status == FW_ROW else None


cdef object _no_memory(int64_t length):
    return MemoryError(f"no memory to read a number of {length:,} bytes")


cdef class RowReader:
    """A reader of rows of `size` numbers from blocks of bytes.

    Parameters
    ----------
    size : int
        D.
    word_limit, line_limit : int
        The most bytes of a word and of a line of text.
    encoding : str, default "utf-8"
        Of the words; any in which ASCII characters are their bytes.

    Attributes
    ----------
    status : int
        Why the last call stopped: NO_MORE_ROOM, UNFINISHED or a fault.
    end : int
        Offset of the first unused byte.
    bad : bytes
        After BAD_NUMBER, the field.
    word : bytes
        After BAD_NUMBER and LONG_WORD, the beginning of the word.
    word_length : int
        In bytes; after LONG_WORD among binary rows, of what was read of it.
    fields : int
        After FEW, the number of fields.
    after_newline : int
        How many of the last rows begin after newlines that are no part of them (binary rows).
    undecoded : bytes or None
        The word after the last one returned, if it is invalid in this encoding and `errors` is "strict".
    altered : list of int
        The numbers of the words returned that are invalid in this encoding, and so are not what the file holds.
    """

    cdef fw_row_form form
    cdef fw_row row
    cdef readonly int status
    cdef readonly Py_ssize_t end
    cdef readonly int64_t after_newline
    cdef readonly bytes bad, word, undecoded
    cdef readonly list altered
    cdef int64_t[:, ::1] _spans
    cdef bytes _encoding  # empty: UTF-8

    def __init__(self, int64_t size, int64_t word_limit, int64_t line_limit, str encoding not None="utf-8"):
        self._encoding = b"" if encoding == "utf-8" else encoding.encode()
        self.form = fw_row_form(size, word_limit, line_limit)
        self._spans = np.empty((4096, 2), np.int64)
        self.bad = self.word = b""
        self.altered = []

    @property
    def fields(self):
        return self.row.fields

    @property
    def word_length(self):
        return self.row.word_end - self.row.word_begin

    def text(self, bytes block not None, Py_ssize_t begin, bint at_file_end, float[:, ::1] out, str errors not None):
        """Read lines from `begin` on into the rows of `out`; return their words, up to one that cannot be decoded."""
        return self._read(block, begin, at_file_end, out, errors, True)

    def binary(self, bytes block not None, Py_ssize_t begin, float[:, ::1] out, str errors not None):
        """Read binary rows from `begin` on, as `text` reads lines."""
        return self._read(block, begin, False, out, errors, False)

    cdef list _read(self, bytes block, Py_ssize_t begin, bint at_file_end, float[:, ::1] out, str errors, bint lines):
        cdef const char *text = PyBytes_AS_STRING(block)
        cdef int64_t length = PyBytes_GET_SIZE(block), most = min(out.shape[0], self._spans.shape[0]), at = begin, n = 0
        cdef int64_t newlines = 0
        cdef int status = FW_ROW
        if out.shape[1] != self.form.size or begin < 0 or begin > length:
            raise ValueError("`out` has rows of another size, or `begin` is outside the block")
        with nogil:
            while n < most:
                if lines:
                    status = fw_parse_text_row(text, length, at, at_file_end, &self.form, _slow_float, &out[n, 0],
                                               &self.row)
                else:
                    status = fw_parse_binary_row(text, length, at, &self.form, &out[n, 0], &self.row)
                if status != FW_ROW:
                    break
                newlines += self.row.word_begin > at
                self._spans[n, 0] = self.row.word_begin
                self._spans[n, 1] = self.row.word_end
                at = self.row.end
                n += 1
        if status == FW_ROW_NO_MEMORY:
            raise _no_memory(self.row.bad_end - self.row.bad_begin)
        self.status = status
        self.end = at
        self.after_newline = newlines
        if status == FW_ROW_BAD_NUMBER:
            self.bad = block[self.row.bad_begin:self.row.bad_end]
        if status == FW_ROW_BAD_NUMBER or status == FW_ROW_LONG_WORD:
            self.word = block[self.row.word_begin:min(self.row.word_end, self.row.word_begin + 64)]
        return self._words(text, n, errors)

    cdef list _words(self, const char *text, int64_t n, str errors):
        cdef list words = []
        cdef int64_t i, first, length
        cdef bytes policy = errors.encode()
        self.undecoded, self.altered = None, []
        for i in range(n):
            first, length = self._spans[i, 0], self._spans[i, 1] - self._spans[i, 0]
            try:
                words.append(self._decoded(text + first, length, NULL))
            except UnicodeDecodeError:
                if errors == "strict":
                    self.undecoded = text[first:first + length]
                    break
                self.altered.append(i)
                words.append(self._decoded(text + first, length, policy))
        return words

    cdef inline object _decoded(self, const char *word, int64_t length, const char *policy):
        if self._encoding:
            return PyUnicode_Decode(word, length, self._encoding, policy)
        return PyUnicode_DecodeUTF8(word, length, policy)
