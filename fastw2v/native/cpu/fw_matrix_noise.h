/* Noise words on matrix registers: their scores and coefficients. */
#ifndef FW_MATRIX_NOISE_H
#define FW_MATRIX_NOISE_H

#include "fw_matrix.h"

/* ------------------------------------------------------------------ scores */

/* Scores of 16 noise words, from the m-th on, once the factors of the tokens' rows are made. */
FW_STAGE void more_noise_scores(tile *t, int64_t m) {
    struct matrix *x = t->matrix;
    float *to = x->score + 32 * (16 * x->halo_blocks + m);
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    for (int64_t slice = 0; slice < x->slices; slice++) {
        bf16_pair *plain = x->noise_plain + slice % 2 * MATRIX;
        if (2 * slice + 1 < t->vectors) make_plain(t->noise_row + m, 16, 32 * slice, 1, plain);
        else make_plain(t->noise_row + m, 16, 32 * slice, 0, plain);
        MATRIX_LOAD(7, plain, 64);
        MATRIX_LOAD(6, x->x_turned + slice * 2 * MATRIX, 64);
        MATRIX_MULTIPLY(4, 7, 6);
        MATRIX_LOAD(6, x->x_turned + (slice * 2 + 1) * MATRIX, 64);
        MATRIX_MULTIPLY(5, 7, 6);
    }
    MATRIX_STORE(4, to, 128);
    MATRIX_STORE(5, to + 16, 128);
}

/* ------------------------------------------------------------------ coefficients */

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
    const int64_t first = 16 * x->halo_blocks;
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
            const vf score = load(x->score + 32 * (first + m) + i), g = noise_pair(score, &one, lossy);
            bad += splat(0.f) * score;
            if (lossy) loss += weight * one * loss_weight;
            store(x->coefficient + 32 * (first + m) + i, scale * weight * g);
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

#endif
