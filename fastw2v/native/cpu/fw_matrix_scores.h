/* A tile's scores on matrix registers, and the coefficients that follow from them. */
#ifndef FW_MATRIX_SCORES_H
#define FW_MATRIX_SCORES_H

#include "fw_matrix.h"

/* The left factors of a slice. */
FW_INLINE void make_plain(float *const *rows, int64_t n, int64_t k, const int whole, bf16_pair *to) {
    for (int64_t i = 0; i < n; i++) store_pairs(to + 16 * i, slice_of(rows[i], k, whole));
}
/* The right factor of a slice of 16 own rows. */
FW_INLINE void make_turned(float *const *rows, int64_t k, const int whole, bf16_pair *to) {
    vi r[16];
    FW_UNROLL for (int i = 0; i < 16; i++) r[i] = slice_of(rows[i], k, whole);
    store_turned(to, r);
}
FW_INLINE void make_score_factors(tile *t, int64_t slice, const int whole) {
    struct matrix *x = t->matrix;
    const int64_t k = 32 * slice;
    bf16_pair *turned = x->x_turned + slice * 2 * MATRIX;
    make_turned(x->own, k, whole, turned);
    make_plain(t->noise_row, 16, k, whole, x->noise_plain + slice % 2 * MATRIX);
    make_turned(x->own + 16, k, whole, turned + MATRIX);
    make_plain(x->halo, 48, k, whole, x->halo_plain + slice % 2 * 3 * MATRIX);
}
FW_INLINE void add_scores(const struct matrix *x, int64_t slice) {
    const bf16_pair *turned = x->x_turned + slice * 2 * MATRIX, *halo = x->halo_plain + slice % 2 * 3 * MATRIX;
    const bf16_pair *noise = x->noise_plain + slice % 2 * MATRIX;
    MATRIX_LOAD(6, turned, 64);
    MATRIX_LOAD(7, noise, 64);
    MATRIX_MULTIPLY(4, 7, 6);
    MATRIX_LOAD(7, halo, 64);
    MATRIX_MULTIPLY(0, 7, 6);
    MATRIX_LOAD(7, halo + MATRIX, 64);
    MATRIX_MULTIPLY(1, 7, 6);
    MATRIX_LOAD(6, turned + MATRIX, 64);
    MATRIX_MULTIPLY(2, 7, 6);
    MATRIX_LOAD(7, halo + 2 * MATRIX, 64);
    MATRIX_MULTIPLY(3, 7, 6);
    MATRIX_LOAD(7, noise, 64);
    MATRIX_MULTIPLY(5, 7, 6);
}
/* The first 16 noise words and the halo. */
FW_STAGE void matrix_scores(tile *t) {
    struct matrix *x = t->matrix;
    MATRIX_ZERO(0);
    MATRIX_ZERO(1);
    MATRIX_ZERO(2);
    MATRIX_ZERO(3);
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    int64_t fetched = 0;
    for (int64_t slice = 0; slice < x->slices; slice++) {
        if (2 * slice + 1 < t->vectors) make_score_factors(t, slice, 1);
        else make_score_factors(t, slice, 0);
        if (slice > 0) add_scores(x, slice - 1); /* a load of what was stored just before would wait for it */
        for (; fetched * x->slices < (slice + 1) * t->n; fetched++) prefetch_own(t, fetched);
    }
    add_scores(x, x->slices - 1);
    MATRIX_STORE(0, x->score, 128);
    MATRIX_STORE(1, x->score + 16 * 32, 128);
    MATRIX_STORE(2, x->score + 16 * 32 + 16, 128);
    MATRIX_STORE(3, x->score + 32 * 32 + 16, 128);
    MATRIX_STORE(4, x->score + 48 * 32, 128);
    MATRIX_STORE(5, x->score + 48 * 32 + 16, 128);
}
/* The other 16 noise words. */
FW_STAGE void more_noise_scores(tile *t) {
    struct matrix *x = t->matrix;
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    for (int64_t slice = 0; slice < x->slices; slice++) {
        bf16_pair *plain = x->noise_plain + slice % 2 * MATRIX;
        if (2 * slice + 1 < t->vectors) make_plain(t->noise_row + 16, 16, 32 * slice, 1, plain);
        else make_plain(t->noise_row + 16, 16, 32 * slice, 0, plain);
        MATRIX_LOAD(7, plain, 64);
        MATRIX_LOAD(6, x->x_turned + slice * 2 * MATRIX, 64);
        MATRIX_MULTIPLY(4, 7, 6);
        MATRIX_LOAD(6, x->x_turned + (slice * 2 + 1) * MATRIX, 64);
        MATRIX_MULTIPLY(5, 7, 6);
    }
    MATRIX_STORE(4, x->score + 64 * 32, 128);
    MATRIX_STORE(5, x->score + 64 * 32 + 16, 128);
}

/* ------------------------------------------------------------------ coefficients */

/* Finds the rows and the windows of the tile's tokens, in place of open_rows. Returns whether any token has a pair. */
FW_STAGE int open_matrix(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t window = t->job->run.window;
    const vf within = load(x->within);
    uint32_t pairs = 0;
    point_to_tile(t);
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++) x->own[i] = i < t->n ? t->own[i] : t->zero;
    for (int64_t h = 0; h < 48; h++) x->halo[h] = h < t->n + t->slots - 1 ? t->halo[h] : t->zero;
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i += FW_LANES) {
        const vi at = lane_numbers() + (int32_t)(t->i0 + i - window), there = lane_numbers() < (int32_t)(t->n - i);
        const vi first = load_words(t->s.first + t->i0 + i) - at, last = load_words(t->s.last + t->i0 + i) - at;
        const vf left = _mm512_permutexvar_ps((__m512i)((int32_t)window - first), within);
        const vf right = _mm512_permutexvar_ps((__m512i)(last - (int32_t)window), within);
        store(t->count + i, masked(left + right, there));
        pairs |= mask_bits((last > first) & there);
        _mm_store_si128((__m128i *)(x->first_slot + 16 + i), _mm512_cvtepi32_epi8((__m512i)(first | ~there)));
        _mm_store_si128((__m128i *)(x->last_slot + 16 + i), _mm512_cvtepi32_epi8((__m512i)(last & there)));
    }
    return pairs != 0;
}

/* The coefficients of the pairs, halo row by halo row: its tokens are at most 2 W + 1, side by side. */
FW_STAGE vf matrix_positives(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t reach = 2 * (int64_t)t->job->run.window, rows = t->n + reach;
    const vf weight = load(x->slot_weight), rate = splat(t->rate);
    const __m128i slot =
        _mm_sub_epi8(_mm_set1_epi8((char)reach), _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __mmask16 others = (__mmask16) ~(1u << (reach / 2)) & (__mmask16)((2u << reach) - 1);
    vf loss = {0}, bad = {0};
    for (int64_t h = 0; h < rows; h++) {
        float *const row = x->coefficient + 32 * h;
        const float *score = x->score + 32 * h;
        const uint8_t *first = x->first_slot + 16 + h - reach, *last = x->last_slot + 16 + h - reach;
        __mmask16 in = _mm_mask_cmple_epu8_mask(others, _mm_loadu_si128((const __m128i *)first), slot);
        in = _mm_mask_cmple_epu8_mask(in, slot, _mm_loadu_si128((const __m128i *)last));
        bad += splat(0.f) * load(score) + splat(0.f) * load(score + 16);
        store(row, (vf){0});
        store(row + 16, (vf){0});
        vf one;
        const vf g = rate * weight * positive_pair(load_anywhere(score + h - reach), &one);
        loss = _mm512_mask_add_ps(loss, in, loss, weight * one);
        _mm512_mask_storeu_ps(row + h - reach, in, g);
    }
    memset(x->coefficient + 32 * rows, 0, (size_t)(32 * (48 - rows)) * sizeof *x->coefficient);
    return loss + bad;
}

/* Finds what noise words that are targets of pairs lose of their weights; returns the bits of these words. */
FW_STAGE uint32_t find_hits(tile *t) {
    const stream *s = &t->s;
    const int64_t from = t->i0 + t->low > 0 ? t->i0 + t->low : 0;
    const int64_t end = t->i0 + t->n + t->low + t->slots - 1, to = smaller(end, s->n);
    uint32_t hits = 0;
    for (int64_t m0 = 0; m0 < t->noise_slots; m0 += 16) {
        const vi words = load_words(t->noise_word + m0);
        const uint32_t there = (1u << smaller(t->noise_slots - m0, 16)) - 1;
        for (int64_t j = from; j < to; j++) {
            for (uint32_t k = mask_bits(words == s->word[j]) & there; k != 0; k &= k - 1) {
                const int64_t m = m0 + __builtin_ctz(k);
                hits |= 1u << m;
                take_weight(t, j, t->matrix->taken + 32 * m, 1);
            }
        }
    }
    return hits;
}
FW_STAGE vf matrix_noise(tile *t) {
    struct matrix *x = t->matrix;
    const uint32_t hits = find_hits(t);
    const vf scale = splat(-t->rate * (float)t->job->run.negative / (float)t->noise_slots);
    vf loss = {0}, bad = {0};
    for (int64_t m = 0; m < t->noise_slots; m++) {
        const int lossy = t->loss_weight[m] > 0;
        const vf loss_weight = splat(t->loss_weight[m]);
        for (int64_t i = 0; i < FW_MATRIX_TOKENS; i += FW_LANES) {
            vf weight = load(t->count + i), one = {0};
            if (hits >> m & 1) {
                weight += load(x->taken + 32 * m + i);
                store(x->taken + 32 * m + i, (vf){0});
            }
            const vf score = load(x->score + 32 * (48 + m) + i), g = noise_pair(score, &one, lossy);
            bad += splat(0.f) * score;
            if (lossy) loss += weight * one * loss_weight;
            store(x->coefficient + 32 * (48 + m) + i, scale * weight * g);
        }
    }
    return loss + bad;
}

/* 16 x 32 coefficients of F from two blocks of 16 rows of G', for a block of tokens. */
FW_INLINE void turn_coefficients(const float *low, const float *high, bf16_pair *to) {
    vi r[16];
    FW_UNROLL for (int p = 0; p < 16; p++) r[p] = paired(load(low + 32 * p), high ? load(high + 32 * p) : (vf){0});
    store_turned(to, r);
}
FW_STAGE void make_coefficients(tile *t) {
    struct matrix *x = t->matrix;
    const float *halo = x->coefficient, *noise = x->coefficient + 48 * 32;
    for (int64_t f = 0; f < 48 + 16 * x->noise_blocks; f++)
        store_pairs(x->g_turned + 16 * f, paired(load(halo + 32 * f), load(halo + 32 * f + 16)));
    for (int64_t b = 0; b < 2; b++) {
        turn_coefficients(halo + 16 * b * 33, halo + 16 * b * 33 + 16 * 32, x->g_halo + b * MATRIX);
        turn_coefficients(noise + 16 * b, x->noise_blocks > 1 ? noise + 16 * b + 16 * 32 : NULL,
                          x->g_noise + b * MATRIX);
    }
}

#endif
