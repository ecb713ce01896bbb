/* What the benchmarks' C code is given: the mirror of Job in bench/native.py. One training run of skip-gram or CBOW. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>

typedef struct bench_job {
    float *w_in, *w_out;           /* V rows of `stride` floats, 64-byte aligned, 0 beyond the vector's end */
    const int32_t *ids;            /* the encoded corpus */
    const int64_t *offsets;        /* sentence starts */
    const int64_t *chunk_begin;    /* first token of each chunk; chunks + 1 of them */
    const int64_t *chunk_sentence; /* the sentence that token belongs to */
    const int32_t *chunk_shift;    /* how often the chunk's tiles are halved */
    const uint32_t *keep_cut;      /* (V,) thresholds of subsampling */
    const uint32_t *noise_cut;     /* (V,) alias table of the noise words */
    const int32_t *noise_alias;
    int64_t dimensions; /* of a vector: the rest of a row's `stride` is padding */
    int64_t stride, vocabulary, chunks, longest_chunk, tokens, epochs;
    uint64_t seed;
    double first_rate, last_rate; /* learning rate at the first and after the last token of the run */
    int64_t window, negative, tile, noise, life;
    int64_t cbow, cbow_mean, cbow_divide, shrink_windows;
} bench_job;

#endif
