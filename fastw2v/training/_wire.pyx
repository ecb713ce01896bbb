"""The loops over rows that ranks send each other, in bfloat16 and without the GIL; see `fastw2v.training.merging`.

setup.py forbids the compiler to fuse products with sums, so the bits are those of NumPy on any processor.
"""

from libc.stdint cimport uint16_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy


cdef inline uint16_t rounded(float x) noexcept nogil:
    """Return the nearest bfloat16, ties to even.

    A difference of near numbers has few bits, so that many are ties: all rounded away from zero, they would be too
    large in the mean. The factors of native/cpu/fw_matrix.h have all their bits.
    """
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


cdef class _Dealt:
    """Rows of several ranks: row i is that of rank ``(first + i) % R``, in order."""

    cdef uint16_t **rows
    cdef Py_ssize_t ranks, first, columns
    cdef object held

    def __cinit__(self, parts, Py_ssize_t first, Py_ssize_t n, Py_ssize_t columns):
        cdef uint16_t[:, ::1] part
        cdef Py_ssize_t rank
        if not len(parts):
            raise ValueError("there are no ranks: at least one must have rows")
        self.ranks, self.first, self.columns, self.held = len(parts), first, columns, parts
        self.rows = <uint16_t **> malloc(self.ranks * sizeof(uint16_t *))
        if self.rows == NULL:
            raise MemoryError(f"no memory for {self.ranks} ranks")
        for rank in range(self.ranks):
            part = parts[rank]
            expected = len(range((rank + self.ranks - first % self.ranks) % self.ranks, n, self.ranks))
            if part.shape[0] != expected or part.shape[1] != columns:
                raise ValueError(f"rank {rank}: ({part.shape[0]}, {part.shape[1]}), expected ({expected}, {columns})")
            self.rows[rank] = &part[0, 0] if expected else NULL

    def __dealloc__(self):
        free(self.rows)

    cdef uint16_t *row(self, Py_ssize_t i) noexcept nogil:
        cdef Py_ssize_t rank = (self.first + i) % self.ranks
        return self.rows[rank] + i // self.ranks * self.columns


def write_differences(const float[:, :] live, const float[:, :] base, Py_ssize_t first, parts):
    """Write ``live - base`` in bfloat16, row i to the next row of part ``(first + i) % R``."""
    cdef Py_ssize_t i, j, n = live.shape[1]
    check(base, live.shape[0], n)
    check(live, live.shape[0], n)
    cdef _Dealt dealt = _Dealt(parts, first, live.shape[0], n)
    cdef const float *one
    cdef const float *other
    cdef uint16_t *to
    with nogil:
        for i in range(live.shape[0]):
            one, other, to = &live[i, 0], &base[i, 0], dealt.row(i)
            for j in range(n):
                to[j] = rounded(one[j] - other[j])


def add(float[:, :] rows, Py_ssize_t first, parts):
    """Add to row i the next row of part ``(first + i) % R``."""
    cdef Py_ssize_t i, j, n = rows.shape[1]
    check(rows, rows.shape[0], n)
    cdef _Dealt dealt = _Dealt(parts, first, rows.shape[0], n)
    cdef float *to
    cdef const uint16_t *source
    with nogil:
        for i in range(rows.shape[0]):
            to, source = &rows[i, 0], dealt.row(i)
            for j in range(n):
                to[j] += widened(source[j])


def carry_over(float[:, :] carry, const float[::1] keep, const float[::1] factor, given, uint16_t[:, ::1] out):
    """Set ``carry = keep * carry + factor * (given[0] + given[1] + ...)``, row by row; write it in bfloat16."""
    check(carry, out.shape[0], out.shape[1])
    if keep.shape[0] != out.shape[0] or factor.shape[0] != out.shape[0]:
        raise ValueError(f"{keep.shape[0]} and {factor.shape[0]} factors of {out.shape[0]} rows")
    if not len(given):
        raise ValueError("there are no ranks: at least one must have rows")
    cdef Py_ssize_t i, j, r, n = out.shape[1], ranks = len(given)
    cdef const uint16_t[:, ::1] part
    cdef const uint16_t **parts = <const uint16_t **> malloc(ranks * sizeof(uint16_t *))
    cdef float *learned = <float *> malloc(n * sizeof(float))
    cdef const uint16_t *source
    cdef float *row
    cdef float k, f
    try:
        if parts == NULL or learned == NULL:
            raise MemoryError(f"no memory for a row of {n} numbers")
        for r in range(ranks):
            part = given[r]
            check(carry, part.shape[0], part.shape[1])
            parts[r] = &part[0, 0] if out.shape[0] else NULL
        with nogil:
            for i in range(out.shape[0]):
                row, k, f = &carry[i, 0], keep[i], factor[i]
                for j in range(n):
                    learned[j] = widened(parts[0][i * n + j])
                for r in range(1, ranks):
                    source = parts[r] + i * n
                    for j in range(n):
                        learned[j] += widened(source[j])
                for j in range(n):
                    row[j] = k * row[j] + f * learned[j]
                    out[i, j] = rounded(row[j])
    finally:
        free(parts)
        free(learned)
