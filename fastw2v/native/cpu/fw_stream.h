/* The stream of a chunk: its kept tokens, with the windows of those that are centers (docs/tile.md).

   Before and after the chunk's own tokens it has margins: up to `window` kept tokens of the same sentence, which are
   contexts but never centers. */
#ifndef FW_STREAM_H
#define FW_STREAM_H

#include "fw_kernel.h"
#include "fw_math.h"
#include "fw_vec.h"

typedef struct stream {
    int64_t base;  /* position in the corpus of the chunk's first token */
    int64_t n;     /* tokens in the stream */
    int64_t begin; /* the centers are stream[begin .. end) */
    int64_t end;
    uint64_t noise_key;
    int32_t *word;  /* word ids */
    int32_t *first; /* first and last stream index of a center's window */
    int32_t *last;
    int64_t *position; /* positions in the corpus */
} stream;

FW_INLINE int is_kept(const fw_job *job, uint64_t key, int64_t position) {
    return fw_keep(fw_draw(key, (uint64_t)position, 0), job->keep_threshold[job->ids[position]]);
}

FW_INLINE void put(stream *s, const fw_job *job, int64_t position) {
    s->word[s->n] = job->ids[position];
    s->position[s->n++] = position;
}

/* Puts the kept tokens before `position` in its sentence, in text order, at most `window` of them. */
FW_INLINE void put_left_margin(stream *s, const fw_job *job, uint64_t key, int64_t position, int64_t sentence_begin) {
    int64_t found = 0, at = position;
    while (at > sentence_begin && found < job->run.window) found += is_kept(job, key, --at);
    for (; at < position; at++)
        if (is_kept(job, key, at)) put(s, job, at);
}

FW_INLINE void put_right_margin(stream *s, const fw_job *job, uint64_t key, int64_t position, int64_t sentence_end) {
    for (int64_t found = 0; position < sentence_end && found < job->run.window; position++)
        if (is_kept(job, key, position)) {
            put(s, job, position);
            found++;
        }
}

#if FW_LANES == 16
typedef uint64_t vu64 __attribute__((vector_size(64)));
/* fw_mix of eight numbers. */
FW_INLINE vu64 mix_eight(vu64 z) {
    z = (z ^ (z >> 30)) * FW_MIX_FIRST;
    z = (z ^ (z >> 27)) * FW_MIX_SECOND;
    return z ^ (z >> 31);
}
/* Puts the kept tokens of [from, to), eight at a time: the draws of is_kept in vectors, and no branch on them. */
FW_INLINE void put_centers(stream *s, const fw_job *job, uint64_t key, int64_t from, int64_t to) {
    const vu64 lane = {0, 1, 2, 3, 4, 5, 6, 7};
    int64_t n = s->n;
    for (int64_t at = from; at < to; at += 8) {
        const __mmask8 there = to - at >= 8 ? 0xff : (__mmask8)((1u << (to - at)) - 1);
        const vu64 position = lane + (uint64_t)at;
        const vu64 bits = mix_eight(mix_eight(FW_GOLDEN * (position + 1) + key)) >> 32;
        const __m256i word = _mm256_maskz_loadu_epi32(there, job->ids + at);
        const __m512i threshold =
            _mm512_cvtepu32_epi64(_mm256_i32gather_epi32((const int *)job->keep_threshold, word, 4));
        const __mmask8 kept = _mm512_mask_cmple_epu64_mask(there, (__m512i)bits, threshold);
        _mm256_storeu_si256((__m256i *)(s->word + n), _mm256_maskz_compress_epi32(kept, word));
        _mm512_storeu_si512(s->position + n, _mm512_maskz_compress_epi64(kept, (__m512i)position));
        n += __builtin_popcount(kept);
    }
    s->n = n;
}
#else
/* Puts the kept tokens of [from, to). Every token is written but only kept ones are counted: no branch depends on a
   draw. */
FW_INLINE void put_centers(stream *s, const fw_job *job, uint64_t key, int64_t from, int64_t to) {
    const int32_t *ids = job->ids;
    const uint32_t *threshold = job->keep_threshold;
    int64_t n = s->n;
    for (int64_t at = from; at < to; at++) {
        int32_t word = ids[at];
        s->word[n] = word;
        s->position[n] = at;
        n += fw_keep(fw_draw(key, (uint64_t)at, 0), threshold[word]);
    }
    s->n = n;
}
#endif

/* Puts the windows of the centers in [from, to), whose sentence is [first, last] in the stream. */
FW_INLINE void put_windows(stream *s, const fw_job *job, uint64_t key, int64_t from, int64_t to, int64_t first,
                           int64_t last) {
    for (int64_t i = from; i < to; i++) {
        int64_t b = job->run.window;
        if (job->run.draw_windows) b = fw_window(fw_draw(key, (uint64_t)s->position[i], 0), job->run.window);
        s->first[i] = (int32_t)(i - b > first ? i - b : first);
        s->last[i] = (int32_t)(i + b < last ? i + b : last);
    }
}

FW_STAGE void fill_stream(stream *s, const fw_job *job, int64_t epoch, int64_t chunk) {
    const uint64_t keep_key = fw_key(job->run.seed, (uint64_t)epoch, FW_DRAW_KEEP);
    const uint64_t window_key = fw_key(job->run.seed, (uint64_t)epoch, FW_DRAW_WINDOW);
    const int64_t from = job->chunk_begin[chunk], to = job->chunk_begin[chunk + 1];
    int64_t sentence = job->chunk_sentence[chunk];
    s->base = from;
    s->noise_key = fw_key(job->run.seed, (uint64_t)epoch, FW_DRAW_NOISE);
    s->n = 0;
    put_left_margin(s, job, keep_key, from, job->offsets[sentence]);
    s->begin = s->n;
    int64_t first = 0; /* the sentence's first token in the stream */
    for (int64_t at = from; at < to; sentence++) {
        int64_t sentence_end = job->offsets[sentence + 1], stop = sentence_end < to ? sentence_end : to;
        int64_t centers = s->n;
        put_centers(s, job, keep_key, at, stop);
        int64_t end = s->n;
        if (stop == to) { /* the chunk's last sentence may continue beyond it */
            s->end = end;
            put_right_margin(s, job, keep_key, to, sentence_end);
        }
        put_windows(s, job, window_key, centers, end, first, s->n - 1);
        first = s->n;
        at = stop;
    }
}

/* The slots of the widest pass. */
FW_INLINE int64_t widest_pass(const fw_job *job) {
    int64_t slots = 0;
    for (int p = 0; p < job->run.passes; p++)
        if (job->pass_slot[p + 1] - job->pass_slot[p] > slots) slots = job->pass_slot[p + 1] - job->pass_slot[p];
    return slots;
}

#endif
