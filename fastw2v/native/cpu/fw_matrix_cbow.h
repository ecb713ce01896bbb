/* CBOW on matrix registers.

   F are the halo's rows, N the noise words', O the targets'. B: (tokens, F) holds what each context contributes to a
   hidden row: 1, or its share of the mean. C: (F, tokens) is 1 where a row is a context of a token. G: (tokens, N) are
   the coefficients of the noise words, T those of the targets, a diagonal. The products:

       hidden rows H      B F
       scores             H N'   those of the targets are sums in float32
       errors E           G N    and T O in float32; if gradients are shared out, G and T are divided first
       updates of F       C E
       updates of N       G' H   those of O are T H in float32

   Rows that make pairs of numbers (see fw_matrix.h) are neighbours, so that a row of B or C follows from a mask. */
#ifndef FW_MATRIX_CBOW_H
#define FW_MATRIX_CBOW_H

#include "fw_matrix.h"

/* ------------------------------------------------------------------ windows */

/* 32 numbers, the same one where a bit is set, else 0. */
FW_INLINE vi where_set(uint64_t bits, uint16_t number) {
    return (vi)_mm512_maskz_set1_epi16((__mmask32)bits, (short)number);
}

/* Finds the rows and the windows of the tile's tokens. Returns whether any token has a context. */
FW_STAGE int open_cbow(tile *t) {
    struct matrix *x = t->matrix;
    const fw_job *job = t->job;
    const int64_t window = job->run.window;
    int any = 0;
    open_pointers(t);
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++) {
        const int64_t in_block = i % 16;
        uint64_t bits = 0; /* the halo rows that are contexts, counted from the first that the block of tokens meets */
        int64_t contexts = 0;
        x->first_row[i] = 1;
        x->last_row[i] = 0;
        if (i < t->n) {
            const int64_t at = t->i0 + i, first = t->s.first[at] - at + window, last = t->s.last[at] - at + window;
            contexts = last - first;
            bits = (((uint64_t)2 << last) - ((uint64_t)1 << first)) & ~((uint64_t)1 << window);
            x->first_row[i] = (uint8_t)(first + i);
            x->last_row[i] = (uint8_t)(last + i);
        }
        any |= contexts > 0;
        t->count[i] = contexts > 0;
        x->error_share[i] = job->run.cbow_divide ? x->share[contexts] : 1;
        store_pairs(x->b + 16 * i, where_set((uint32_t)(bits << in_block), x->share_in_b[contexts]));
    }
    return any;
}
/* C, from the windows. */
FW_STAGE void make_takers(tile *t) {
    struct matrix *x = t->matrix;
    const __m256i first = _mm256_load_si256((const __m256i *)x->first_row);
    const __m256i last = _mm256_load_si256((const __m256i *)x->last_row);
    const __m256i one = _mm256_set1_epi8(1);
    __m256i row = _mm256_setzero_si256(), self = _mm256_load_si256((const __m256i *)x->own_row);
    for (int h = 0; h < 48; h++, row = _mm256_add_epi8(row, one)) {
        __mmask32 in = _mm256_cmpneq_epu8_mask(row, self);
        in = _mm256_mask_cmple_epu8_mask(in, first, row);
        in = _mm256_mask_cmple_epu8_mask(in, row, last);
        store_pairs(x->g_turned + 16 * h, where_set(in, bf16(1)));
    }
}

/* ------------------------------------------------------------------ hidden rows and scores */

FW_INLINE void make_context_pairs(tile *t, int64_t k, const int whole) {
    struct matrix *x = t->matrix;
    for (int64_t b = 0; b < 2; b++)
        make_pairs(x->halo + 16 * b, x->halo + 16 * b + 1, 2, k, whole, x->halo_pairs + 2 * b * MATRIX);
}
/* Registers 2 and 3 hold B. */
FW_INLINE void add_up_contexts(tile *t, int64_t k, const int whole) {
    const bf16_pair *pairs = t->matrix->halo_pairs;
    const int64_t stride = 4 * t->stride;
    float *low = t->hidden + k, *high = low + 16 * t->stride;
#define FW_ADD_UP(half)                                                                                                \
    MATRIX_LOAD(6, pairs + (half) * MATRIX, 64);                                                                       \
    MATRIX_ZERO(0);                                                                                                    \
    MATRIX_MULTIPLY(0, 2, 6);                                                                                          \
    MATRIX_STORE(0, low + (half) * FW_LANES, stride);                                                                  \
    MATRIX_LOAD(7, pairs + (2 + (half)) * MATRIX, 64);                                                                 \
    MATRIX_ZERO(1);                                                                                                    \
    MATRIX_MULTIPLY(1, 3, 7);                                                                                          \
    MATRIX_STORE(1, high + (half) * FW_LANES, stride)
    FW_ADD_UP(0);
    if (whole) {
        FW_ADD_UP(1);
    }
#undef FW_ADD_UP
}
FW_INLINE bf16_pair *hidden_factor(const struct matrix *x, int64_t slice) {
    return x->hidden_plain + (x->noise_blocks > 1 ? slice : slice % 2) * 2 * MATRIX; /* more words need it once more */
}
/* The factors of the scores, and the lanes that add up to those of the targets. */
FW_INLINE void make_score_factors_of_cbow(tile *t, int64_t slice, const int whole) {
    struct matrix *x = t->matrix;
    const int64_t k = 32 * slice;
    const float *hidden = t->hidden + k;
    float *dot = x->dot;
    bf16_pair *to = hidden_factor(x, slice);
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++, hidden += t->stride, dot += FW_LANES, to += 16) {
        const float *own = x->own[i] + k;
        const vf low = load(hidden), high = whole ? load(hidden + FW_LANES) : (vf){0};
        vf lanes = (slice > 0 ? load(dot) : (vf){0}) + low * load(own);
        if (whole) lanes += high * load(own + FW_LANES);
        store(dot, lanes);
        store_pairs(to, paired(low, high));
    }
    make_turned(t->noise_row, k, whole, x->noise_turned + slice % 2 * MATRIX);
}
FW_INLINE void add_noise_scores(const struct matrix *x, int64_t slice) {
    MATRIX_LOAD(6, x->noise_turned + slice % 2 * MATRIX, 64);
    MATRIX_LOAD(7, hidden_factor(x, slice), 64);
    MATRIX_MULTIPLY(4, 7, 6);
    MATRIX_LOAD(7, hidden_factor(x, slice) + MATRIX, 64);
    MATRIX_MULTIPLY(5, 7, 6);
}
/* A load of what was stored just before would wait for it: so each turn of the loop works on four slices, a different
   step of each. */
FW_STAGE void hidden_rows_and_scores(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t slices = x->slices;
    int64_t fetched = 0;
    MATRIX_LOAD(2, x->b, 64);
    MATRIX_LOAD(3, x->b + MATRIX, 64);
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    for (int64_t turn = 0; turn < slices + 3; turn++) {
        const int64_t second = turn - 1, third = turn - 2;
        if (turn >= 3) add_noise_scores(x, turn - 3);
        if (third >= 0 && third < slices) {
            if (2 * third + 1 < t->vectors) make_score_factors_of_cbow(t, third, 1);
            else make_score_factors_of_cbow(t, third, 0);
        }
        if (second >= 0 && second < slices) {
            if (2 * second + 1 < t->vectors) add_up_contexts(t, 32 * second, 1);
            else add_up_contexts(t, 32 * second, 0);
        }
        if (turn < slices) {
            if (2 * turn + 1 < t->vectors) make_context_pairs(t, 32 * turn, 1);
            else make_context_pairs(t, 32 * turn, 0);
        }
        for (; fetched * slices < (turn + 1) * t->n && fetched < t->n; fetched++) prefetch_own(t, fetched);
    }
    MATRIX_STORE(4, x->score, 128);
    MATRIX_STORE(5, x->score + 16 * 32, 128);
}
/* The other 16 noise words. */
FW_STAGE void more_noise_scores_of_cbow(tile *t) {
    struct matrix *x = t->matrix;
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    for (int64_t slice = 0; slice < x->slices; slice++) {
        bf16_pair *const to = x->noise_turned + slice % 2 * MATRIX;
        if (2 * slice + 1 < t->vectors) make_turned(t->noise_row + 16, 32 * slice, 1, to);
        else make_turned(t->noise_row + 16, 32 * slice, 0, to);
        add_noise_scores(x, slice);
    }
    MATRIX_STORE(4, x->score + 16, 128);
    MATRIX_STORE(5, x->score + 16 * 32 + 16, 128);
}

/* ------------------------------------------------------------------ coefficients */

/* The coefficients of the targets. */
FW_STAGE vf targets_of_cbow(tile *t) {
    struct matrix *x = t->matrix;
    vf loss = {0};
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i += FW_LANES) {
        vf a[FW_LANES], one;
        FW_UNROLL for (int l = 0; l < FW_LANES; l++) a[l] = load(x->dot + FW_LANES * (i + l));
        const vf weight = load(t->count + i), g = splat(t->rate) * weight * positive_pair(sum_lanes(a), &one);
        store(t->target + i, g);
        store(x->error_of_target + i, g * load(x->error_share + i));
        loss += weight * one;
    }
    return loss;
}
/* The coefficients of the noise words, token by token. */
FW_STAGE vf noise_of_cbow(tile *t) {
    struct matrix *x = t->matrix;
    const float scale = -t->rate * (float)t->job->run.negative / (float)t->noise_slots;
    const int32_t *word = t->s.word + t->i0;
    vf loss = {0};
    for (int64_t m = 0; m < 16 * x->noise_blocks; m += 16) {
        const int lossy = t->lossy[m / 16];
        const vf loss_weight = load(t->loss_weight + m);
        const vi noise_word = load_words(t->noise_word + m);
        for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++) {
            const vf weight = masked(splat(t->count[i]), noise_word != word[i]);
            const vf score = load(x->score + 32 * i + m);
            vf one = {0};
            const vf g = noise_pair(score, &one, lossy);
            loss += lossy ? weight * one * loss_weight : splat(0.f) * score;
            store(x->coefficient + 32 * i + m, splat(scale) * weight * g);
        }
    }
    return loss;
}
/* G for the errors, and G', from pairs of neighbouring tokens. */
FW_STAGE void make_cbow_coefficients(tile *t) {
    struct matrix *x = t->matrix;
    const float *g = x->coefficient;
    vi pairs[16];
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++) {
        const vf share = splat(x->error_share[i]), more = x->noise_blocks > 1 ? load(g + 32 * i + 16) : (vf){0};
        store_pairs(x->g_noise + 16 * i, paired(share * load(g + 32 * i), share * more));
    }
    for (int64_t m = 0; m < 16 * x->noise_blocks; m += 16) {
        FW_UNROLL for (int p = 0; p < 16; p++) pairs[p] = paired(load(g + 64 * p + m), load(g + 64 * p + 32 + m));
        store_turned(x->g_turned + (48 + m) * 16, pairs);
    }
}

/* ------------------------------------------------------------------ updates */

/* The errors, finished, as a factor. */
FW_INLINE void finish_errors(tile *t, int64_t k, const int whole) {
    struct matrix *x = t->matrix;
    for (int64_t p = 0; p < 16; p++)
        for (int half = 0; half <= whole; half++) {
            vf e[2];
            FW_UNROLL for (int j = 0; j < 2; j++) {
                const int64_t i = 2 * p + j;
                const vf own = load(x->own[i] + k + half * FW_LANES), noise = load(x->error + 32 * i + half * FW_LANES);
                e[j] = noise + splat(x->error_of_target[i]) * own;
            }
            store_pairs(x->error_pairs + half * MATRIX + 16 * p, paired(e[0], e[1]));
        }
}
FW_INLINE void add_targets(tile *t, int64_t k, const int whole) {
    for (int64_t i = 0; i < t->n; i++) {
        const vf g = splat(t->target[i] * t->own_rate[i]);
        const float *x = FW_AT(t->hidden + i * t->stride + k);
        float *to = FW_AT(t->own_out[i] + k);
        add_to(to, g * load(x));
        if (whole) add_to(to + FW_LANES, g * load(x + FW_LANES));
    }
}
FW_INLINE void update_cbow_slice(tile *t, int64_t k, const int whole) {
    struct matrix *x = t->matrix;
    float *const first = x->delta, *const second = x->delta + 16 * 32;
    const bf16_pair *c = x->g_turned, *noise = c + 3 * MATRIX;
    const int64_t halo_rows = t->n + t->slots - 1;
    const int more = x->noise_blocks > 1;
    make_pairs(t->noise_row, more ? t->noise_row + 16 : NULL, 1, k, whole, x->noise_pairs);
    make_pairs(x->hidden, x->hidden + 1, 2, k, whole, x->x_pairs);
    FW_FIRST(x->g_noise, x->noise_pairs, whole);
    FW_SECOND(x->g_noise + MATRIX, x->noise_pairs, whole);
    FW_PUT(0, 1, x->error, whole);
    FW_PUT(2, 3, x->error + 16 * 32, whole);
    FW_FIRST(noise, x->x_pairs, whole);
    FW_PUT(0, 1, first, whole);
    if (more) {
        FW_SECOND(noise + MATRIX, x->x_pairs, whole);
        FW_PUT(2, 3, second, whole);
    }
    finish_errors(t, k, whole); /* all rows of targets have been read by now, and change from here on */
    add_targets(t, k, whole);
    add_rows(rows_of(t->noise_row, t->noise_rate, 0, t->noise_slots), first, k, whole);
    if (more) add_rows(rows_of(t->noise_row, t->noise_rate, 16, t->noise_slots), second, k, whole);
    FW_FIRST(c, x->error_pairs, whole);
    FW_SECOND(c + MATRIX, x->error_pairs, whole);
    FW_PUT(0, 1, first, whole);
    FW_FIRST(c + 2 * MATRIX, x->error_pairs, whole);
    FW_PUT(2, 3, second, whole);
    add_rows(rows_of(t->halo_out, t->halo_rate, 0, halo_rows), first, k, whole);
    FW_PUT(0, 1, first, whole);
    add_rows(rows_of(t->halo_out, t->halo_rate, 16, halo_rows), second, k, whole);
    add_rows(rows_of(t->halo_out, t->halo_rate, 32, halo_rows), first, k, whole);
}
/* The last slice first: its rows are those that the first pass read last. */
FW_STAGE void update_cbow(tile *t) {
    const int64_t slices = t->matrix->slices;
    int64_t fetched = 0;
    for (int64_t slice = slices - 1; slice >= 0; slice--) {
        if (2 * slice + 1 < t->vectors) update_cbow_slice(t, 32 * slice, 1);
        else update_cbow_slice(t, 32 * slice, 0);
        for (; fetched * slices < (slices - slice) * t->n; fetched++) prefetch_halo(t, fetched);
    }
}

FW_INLINE vf train_cbow(tile *t) {
    make_takers(t);
    hidden_rows_and_scores(t);
    if (t->matrix->noise_blocks > 1) more_noise_scores_of_cbow(t);
    FW_MARK(gather);
    vf loss = targets_of_cbow(t);
    FW_MARK(positives);
    loss += noise_of_cbow(t);
    make_cbow_coefficients(t);
    FW_MARK(noise_scores);
    update_cbow(t);
    FW_MARK(row_updates);
    return loss;
}

#endif
