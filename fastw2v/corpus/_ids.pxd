"""The stream of provisional ids (native/text/fw_ids.h), which both scanners write and renumber."""

from cpython.buffer cimport PyBUF_READ
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.stdint cimport int32_t, int64_t


cdef extern from "text/fw_ids.h" nogil:
    const int32_t FW_SENTENCE_END
    ctypedef struct fw_block:
        int32_t *ids
        int64_t used
    ctypedef struct fw_ids:
        fw_block *blocks
        int64_t n_blocks
    void fw_ids_free(fw_ids *stream)
    void fw_ids_clear(fw_ids *stream)
    bint fw_ids_has_room(const fw_ids *stream, int64_t n)
    int32_t *fw_ids_room(fw_ids *stream, int64_t n)
    void fw_ids_took(fw_ids *stream, int64_t n)
    int64_t fw_ids_renumber_block(int32_t *ids, int64_t n, const int32_t *rows, int64_t **ends, int64_t base)
    int64_t fw_ids_renumber(fw_ids *stream, const int32_t *rows, int32_t *out, int64_t *ends, int64_t base)


cdef inline int64_t renumber_stream(fw_ids *ids, const int32_t[::1] rows, int32_t[::1] out, int64_t[::1] ends,
                                    int64_t base, int64_t n_words, int64_t n_ends) except -1:
    if rows.shape[0] != n_words or ends.shape[0] != n_ends:
        raise ValueError(f"renumber: {rows.shape[0]} rows for {n_words} words, {ends.shape[0]} ends for {n_ends}")
    cdef const int32_t *row = &rows[0] if n_words else NULL
    cdef int32_t *to = &out[0] if out.shape[0] else NULL
    cdef int64_t *end = &ends[0] if n_ends else NULL
    with nogil:
        return fw_ids_renumber(ids, row, to, end, base)


cdef inline int drain_stream(fw_ids *ids, object write) except -1:
    """Hand all ids to ``write(memoryview)``, block after block, and empty the stream."""
    cdef int64_t b
    for b in range(ids.n_blocks):
        size = ids.blocks[b].used * <int64_t>sizeof(int32_t)
        view = PyMemoryView_FromMemory(<char *>ids.blocks[b].ids, size, PyBUF_READ)
        try:
            write(view)
        finally:
            view.release()
    fw_ids_clear(ids)
    return 0
