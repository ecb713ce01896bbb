# cython: language_level=3
"""The loops over rows that ranks send each other, in bfloat16 and without the GIL; see `fastw2v.training.merging`.

setup.py forbids the compiler to fuse products with sums, so the bits are those of NumPy on any processor.
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

import numpy as np


cdef inline uint16_t rounded(float x) noexcept nogil:
    cdef uint32_t bits
    memcpy(&bits, &x, 4)
    return <uint16_t> ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)


cdef inline float widened(uint16_t sent) noexcept nogil:
    cdef uint32_t bits = <uint32_t> sent << 16
    cdef float x
    memcpy(&x, &bits, 4)
    return x


cdef int check(const float[:, :] rows, Py_ssize_t n, Py_ssize_t columns) except -1:
    if rows.shape[0] != n or rows.shape[1] != columns or rows.strides[1] != sizeof(float):
        raise ValueError(f"rows of shape ({rows.shape[0]}, {rows.shape[1]}), expected ({n}, {columns})")
    return 0


cdef int check_places(const int64_t[::1] rows, Py_ssize_t n) except -1:
    cdef Py_ssize_t k
    for k in range(rows.shape[0]):
        if not 0 <= rows[k] < n:
            raise ValueError(f"row {rows[k]} of {n}")
    return 0


cdef class _Dealt:
    """What ranks send each other of some rows: row i is in part ``i % R``, after those of the smaller ones."""

    cdef uint16_t **next
    cdef Py_ssize_t ranks, columns
    cdef object parts

    def __cinit__(self, parts, const int64_t[::1] rows, Py_ssize_t columns):
        cdef uint16_t[:, ::1] part
        cdef Py_ssize_t rank
        self.ranks, self.columns, self.parts = len(parts), columns, parts
        self.next = <uint16_t **> malloc(self.ranks * sizeof(uint16_t *))
        if self.next == NULL:
            raise MemoryError(f"no memory for {self.ranks} ranks")
        owned = np.bincount(np.asarray(rows) % self.ranks, minlength=self.ranks)
        for rank in range(self.ranks):
            part = parts[rank]
            if part.shape[0] != owned[rank] or part.shape[1] != columns:
                found = f"({part.shape[0]}, {part.shape[1]})"
                raise ValueError(f"rank {rank}: {found}, expected ({owned[rank]}, {columns})")
            self.next[rank] = &part[0, 0] if owned[rank] else NULL

    def __dealloc__(self):
        free(self.next)

    cdef uint16_t *row(self, int64_t row) noexcept nogil:
        cdef Py_ssize_t rank = row % self.ranks
        self.next[rank] += self.columns
        return self.next[rank] - self.columns


def narrow(const float[:] numbers):
    """Return numbers in bfloat16, uint16 (n,)."""
    cdef Py_ssize_t i, n = numbers.shape[0]
    found = np.empty(n, np.uint16)
    cdef uint16_t[::1] out = found
    with nogil:
        for i in range(n):
            out[i] = rounded(numbers[i])
    return found


def widen(const uint16_t[::1] sent):
    """Return numbers that were sent in bfloat16, float32 (n,)."""
    cdef Py_ssize_t i, n = sent.shape[0]
    found = np.empty(n, np.float32)
    cdef float[::1] out = found
    with nogil:
        for i in range(n):
            out[i] = widened(sent[i])
    return found


def write_differences(const float[:, :] live, const float[:, :] base, const int64_t[::1] rows, parts):
    """Write these rows of ``live - base`` in bfloat16, row i to the next row of part ``i % R``."""
    cdef Py_ssize_t k, j, n = live.shape[1]
    check(base, live.shape[0], n)
    check(live, live.shape[0], n)
    check_places(rows, live.shape[0])
    cdef _Dealt dealt = _Dealt(parts, rows, n)
    cdef const float *one
    cdef const float *other
    cdef uint16_t *to
    with nogil:
        for k in range(rows.shape[0]):
            one, other, to = &live[rows[k], 0], &base[rows[k], 0], dealt.row(rows[k])
            for j in range(n):
                to[j] = rounded(one[j] - other[j])


def add(float[:, :] base, const int64_t[::1] rows, parts):
    """Add to each of these rows, row i, the next row of part ``i % R``."""
    cdef Py_ssize_t k, j, n = base.shape[1]
    check(base, base.shape[0], n)
    check_places(rows, base.shape[0])
    cdef _Dealt dealt = _Dealt(parts, rows, n)
    cdef float *to
    cdef const uint16_t *source
    with nogil:
        for k in range(rows.shape[0]):
            to, source = &base[rows[k], 0], dealt.row(rows[k])
            for j in range(n):
                to[j] += widened(source[j])


def take_over(float[:, :] live, const float[:, :] base, const int64_t[::1] rows):
    """Copy these rows of ``base`` to ``live``."""
    cdef Py_ssize_t k, n = live.shape[1]
    check(live, base.shape[0], n)
    check(base, live.shape[0], n)
    check_places(rows, live.shape[0])
    with nogil:
        for k in range(rows.shape[0]):
            memcpy(&live[rows[k], 0], &base[rows[k], 0], n * sizeof(float))


def carry_over(
    float[:, :] carry, const int64_t[::1] rows, const float[::1] keep, const float[::1] factor, given,
    uint16_t[:, ::1] out,
):
    """Set these rows of ``carry`` to ``keep * carry + factor * (given[0] + ...)``, and write them in bfloat16."""
    check(carry, carry.shape[0], out.shape[1])
    check_places(rows, carry.shape[0])
    if not rows.shape[0] == keep.shape[0] == factor.shape[0] == out.shape[0]:
        raise ValueError(f"{rows.shape[0]} rows, {keep.shape[0]} and {factor.shape[0]} factors of {out.shape[0]} rows")
    cdef Py_ssize_t i, j, r, n = out.shape[1], ranks = len(given)
    cdef const uint16_t[:, ::1] part
    cdef const uint16_t **parts = <const uint16_t **> malloc(ranks * sizeof(uint16_t *))
    cdef float *learned = <float *> malloc(n * sizeof(float))
    cdef const uint16_t *source
    cdef float *row
    cdef uint16_t *to
    cdef float k, f
    try:
        if parts == NULL or learned == NULL:
            raise MemoryError(f"no memory for a row of {n} numbers")
        for r in range(ranks):
            part = given[r]
            if part.shape[0] != out.shape[0] or part.shape[1] != n:
                raise ValueError(f"rank {r}: ({part.shape[0]}, {part.shape[1]}), expected ({out.shape[0]}, {n})")
            parts[r] = &part[0, 0] if out.shape[0] else NULL
        with nogil:
            for i in range(out.shape[0]):
                row, to, k, f = &carry[rows[i], 0], &out[i, 0], keep[i], factor[i]
                for j in range(n):
                    learned[j] = widened(parts[0][i * n + j])
                for r in range(1, ranks):
                    source = parts[r] + i * n
                    for j in range(n):
                        learned[j] += widened(source[j])
                for j in range(n):
                    row[j] = k * row[j] + f * learned[j]
                    to[j] = rounded(row[j])
    finally:
        free(parts)
        free(learned)
