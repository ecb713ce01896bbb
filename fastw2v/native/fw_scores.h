/* A tile's coefficients: scores of positives and noise, their gradients times the learning rate, and the loss. */
#ifndef FW_SCORES_H
#define FW_SCORES_H

#include "fw_tile.h"

FW_INLINE void copy_rows_block(tile *t, int64_t k0, const int kc) {
    float *const *own = t->own;
    const int64_t n = t->n, stride = t->stride;
    float *to = t->hidden + k0;
    for (int64_t i = 0; i < n; i++, to += stride) {
        const float *row = FW_AT(own[i] + k0);
        FW_UNROLL for (int c = 0; c < kc; c++) store(to + c * FW_LANES, load(row + c * FW_LANES));
    }
}
/* CBOW: hidden[i] = sum or mean of the rows of token i's window; its own row, in the middle, is not one of them. */
FW_INLINE void hidden_rows_block(tile *t, int64_t k0, const int kc) {
    const int64_t own = t->job->window, n = t->n;
    const int mean = t->job->cbow_mean;
    float *const *halo = t->halo, *to = t->hidden + k0;
    for (int64_t i = 0; i < n; i++, halo++, to += t->stride) {
        const int64_t first = window_first(t, i), pairs = window_pairs(t, i);
        if (k0 == 0) prefetch_own(t, i);
        vf sums[FW_BLOCK_ONE], each = splat(mean && pairs > 0 ? 1 / (float)pairs : 1);
        FW_UNROLL for (int c = 0; c < kc; c++) sums[c] = (vf){0};
        for (int64_t p = 0; p < pairs; p++) {
            const float *row = FW_AT(halo[slot_of_pair(first, p, own)] + k0);
            FW_UNROLL for (int c = 0; c < kc; c++) sums[c] += load(row + c * FW_LANES);
        }
        FW_UNROLL for (int c = 0; c < kc; c++) store(to + c * FW_LANES, each * sums[c]);
    }
}
FW_STAGE void copy_rows(tile *t) { FW_OVER_ROW(t, FW_BLOCK_ONE, copy_rows_block, t); }
FW_STAGE void hidden_rows(tile *t) { FW_OVER_ROW(t, FW_BLOCK_ONE, hidden_rows_block, t); }

/* The scores of token i with the tokens of its window, lane by lane, into the ring from `tail` on. */
FW_INLINE void scores_block(tile *t, int64_t i, int64_t tail, int64_t k0, const int kc) {
    const int64_t own = t->job->window, first = window_first(t, i), pairs = window_pairs(t, i), ring = t->ring - 1;
    const int32_t band = (int32_t)(i * t->band_stride);
    float *const *halo = t->halo + i, *score = t->score;
    int32_t *place = t->place;
    const float *hidden = FW_AT(t->hidden + i * t->stride + k0);
    vf x[FW_BLOCK_ONE];
    FW_UNROLL for (int c = 0; c < kc; c++) {
        x[c] = load(hidden + c * FW_LANES);
        FW_PIN(x[c]);
    }
    for (int64_t p = 0; p < pairs; p++) {
        const int64_t q = slot_of_pair(first, p, own), r = (tail + p) & ring;
        const float *row = FW_AT(halo[q] + k0);
        vf a[2] = {k0 > 0 ? load(score + r * FW_LANES) : (vf){0}, {0}};
        FW_UNROLL for (int c = 0; c < kc; c++) a[c % 2] += x[c] * load(row + c * FW_LANES);
        store(score + r * FW_LANES, a[0] + a[1]);
        place[r] = band + (int32_t)q;
    }
}
/* The coefficients of the ring's pairs [head, head + n), n up to FW_LANES, put in their places; and their loss. */
FW_INLINE vf place_pairs(tile *t, int64_t head, int64_t n) {
    float coefficient[FW_LANES] __attribute__((aligned(64)));
    vf a[FW_LANES], loss;
    FW_UNROLL for (int l = 0; l < FW_LANES; l++) a[l] = load(t->score + ((head + l) & (t->ring - 1)) * FW_LANES);
    store(coefficient, splat(t->rate) * positive_pair(sum_lanes(a), &loss));
    for (int64_t l = 0; l < n; l++) t->band[t->place[(head + l) & (t->ring - 1)]] = coefficient[l];
    return masked(loss, lane_numbers() < (int32_t)n);
}
/* Skip-gram: band[i][q] = rate * (1 - sigma(score)), and the loss -log sigma(score), for tokens [begin, end).

   A token has about six pairs of eleven slots: all tokens' pairs are gathered in the ring, so that no lane of the
   sigmoid is idle and, but for wide windows, no branch other than the loop over a window depends on its draw. */
FW_STAGE vf positive_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    int64_t head = 0, tail = 0;
    for (int64_t i = begin; i < end; i++) {
        for (int64_t q = 0; q < t->band_stride; q += FW_LANES) store(t->band + i * t->band_stride + q, (vf){0});
        prefetch_own(t, i);
        if (tail - head + t->slots > t->ring)
            for (; tail - head >= FW_LANES; head += FW_LANES) loss += place_pairs(t, head, FW_LANES);
        FW_OVER_ROW(t, FW_BLOCK_ONE, scores_block, t, i, tail);
        tail += (int64_t)t->count[i];
    }
    for (; tail - head >= FW_LANES; head += FW_LANES) loss += place_pairs(t, head, FW_LANES);
    if (tail > head) loss += place_pairs(t, head, tail - head);
    return loss;
}
/* CBOW: target[i] = rate * (1 - sigma(hidden[i] . own[i])), 0 for a token without context; and the loss. */
FW_STAGE vf target_coefficients(tile *t) {
    vf loss = {0};
    for (int64_t i = 0; i < t->n; i += FW_LANES) {
        vf a[FW_LANES];
        for (int l = 0; l < FW_LANES; l++) {
            const float *x = t->hidden + (i + l) * t->stride, *y = t->own[i + l];
            vf sums[2] = {{0}, {0}};
            int64_t k = 0;
            for (; k + 2 * FW_LANES <= t->width; k += 2 * FW_LANES) {
                sums[0] += load(x + k) * load(y + k);
                sums[1] += load(x + k + FW_LANES) * load(y + k + FW_LANES);
            }
            if (k < t->width) sums[0] += load(x + k) * load(y + k);
            a[l] = sums[0] + sums[1];
        }
        const vi mask = load(t->count + i) > splat(0.f);
        vf one, g = splat(t->rate) * positive_pair(sum_lanes(a), &one);
        store(t->target + i, masked(g, mask));
        loss += masked(one, mask);
    }
    return loss;
}

/* weight[i][m] *= scale * sigma(hidden[i] . noise[m]) on a register tile: hidden rows broadcast against noise columns.
 */
FW_INLINE vf noise_block(tile *t, int64_t i, int64_t m, float scale, const int rows) {
    const int64_t dimensions = t->job->dimensions;
    const float *x[FW_SCORE_ROWS], *columns = t->noise_columns + m * t->stride;
    vf a[FW_SCORE_ROWS][FW_SCORE_COLUMNS], loss = {0};
    FW_UNROLL for (int r = 0; r < rows; r++) {
        x[r] = FW_AT(t->hidden + (i + r) * t->stride);
        FW_UNROLL for (int c = 0; c < FW_SCORE_COLUMNS; c++) a[r][c] = (vf){0};
    }
    for (int64_t k = 0; k < dimensions; k++, columns += FW_SCORE_WORDS) {
        vf v[FW_SCORE_COLUMNS];
        FW_UNROLL for (int c = 0; c < FW_SCORE_COLUMNS; c++) v[c] = load(columns + c * FW_LANES);
        FW_UNROLL for (int r = 0; r < rows; r++) {
            const vf b = splat(x[r][k]);
            FW_UNROLL for (int c = 0; c < FW_SCORE_COLUMNS; c++) a[r][c] += b * v[c];
        }
    }
    FW_UNROLL for (int c = 0; c < FW_SCORE_COLUMNS; c++) {
        const int lossy = t->lossy[m / FW_LANES + c];
        const vf share = load(t->loss_share + m + c * FW_LANES);
        float *weight = t->weight + i * t->noise_stride + m + c * FW_LANES;
        FW_UNROLL for (int r = 0; r < rows; r++, weight += t->noise_stride) {
            vf one = {0}, w = load(weight), g = noise_pair(a[r][c], &one, lossy);
            store(weight, w * (splat(scale) * g));
            loss += lossy ? w * one * share : g * splat(0.f); /* a score that is no number must show in the loss */
        }
    }
    return loss;
}
/* The coefficients of the shared noise words for tokens [begin, end), and the loss of that noise. */
FW_STAGE vf noise_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    if (t->noise == 0) return loss; /* noise by pair */
    const float scale = -t->rate * (float)t->job->negative / (float)t->noise;
    for (int64_t m = 0; m < t->noise_stride; m += FW_SCORE_WORDS) {
        int64_t i = begin;
        for (; i + FW_SCORE_ROWS <= end; i += FW_SCORE_ROWS) loss += noise_block(t, i, m, scale, FW_SCORE_ROWS);
        for (; FW_SCORE_ROWS > 4 && i + 4 <= end; i += 4) loss += noise_block(t, i, m, scale, 4);
        for (; i < end; i++) loss += noise_block(t, i, m, scale, 1);
    }
    return loss;
}
FW_STAGE void transpose_noise(tile *t) {
    for (int64_t m = 0; m < t->noise_stride; m += FW_LANES) {
        float *to = t->noise_columns + m / FW_SCORE_WORDS * FW_SCORE_WORDS * t->stride + m % FW_SCORE_WORDS;
        for (int64_t k = 0; k < t->width; k += FW_LANES)
            transpose(t->noise_row + m, k, to + k * FW_SCORE_WORDS, FW_SCORE_WORDS);
    }
}

#endif
