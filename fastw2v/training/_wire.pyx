# cython: language_level=3
"""The loops over rows that ranks send each other, without the GIL; see `fastw2v.training.wire`.

setup.py forbids the compiler to fuse products with sums, so the bits are those of NumPy on any processor.
"""

from libc.stdint cimport uint16_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy


cdef inline uint16_t rounded(float x) noexcept nogil:
    cdef uint32_t bits
    memcpy(&bits, &x, 4)
    return <uint16_t> ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)


cdef inline float widened(uint16_t sent) noexcept nogil:
    cdef uint32_t bits = <uint32_t> sent << 16
    cdef float x
    memcpy(&x, &bits, 4)
    return x


cdef int check(const float[:, :] rows, const uint16_t[:, ::1] sent) except -1:
    if rows.shape[0] != sent.shape[0] or rows.shape[1] != sent.shape[1] or rows.strides[1] != sizeof(float):
        raise ValueError(f"rows ({rows.shape[0]}, {rows.shape[1]}), sent ({sent.shape[0]}, {sent.shape[1]})")
    return 0


def write_difference(const float[:, :] live, const float[:, :] base, uint16_t[:, ::1] out):
    """Write ``live - base`` in bfloat16."""
    check(live, out)
    check(base, out)
    cdef Py_ssize_t i, j, n = out.shape[1]
    cdef const float *one
    cdef const float *other
    cdef uint16_t *to
    with nogil:
        for i in range(out.shape[0]):
            one, other, to = &live[i, 0], &base[i, 0], &out[i, 0]
            for j in range(n):
                to[j] = rounded(one[j] - other[j])


def add(float[:, :] rows, const uint16_t[:, ::1] sent):
    """Add to rows what was sent."""
    check(rows, sent)
    cdef Py_ssize_t i, j, n = sent.shape[1]
    cdef float *to
    cdef const uint16_t *source
    with nogil:
        for i in range(sent.shape[0]):
            to, source = &rows[i, 0], &sent[i, 0]
            for j in range(n):
                to[j] += widened(source[j])


def carry_over(float[:, :] carry, const float[::1] keep, const float[::1] factor, given, uint16_t[:, ::1] out):
    """Set ``carry = keep * carry + factor * (given[0] + given[1] + ...)``, row by row; write it in bfloat16."""
    check(carry, out)
    if keep.shape[0] != out.shape[0] or factor.shape[0] != out.shape[0]:
        raise ValueError(f"{keep.shape[0]} and {factor.shape[0]} factors of {out.shape[0]} rows")
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
            check(carry, part)
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
