/* A tile's coefficients: scores of positives and noise, their gradients times the learning rate, and the loss. */
#ifndef FW_SCORES_H
#define FW_SCORES_H

#include "fw_tile.h"

FW_INLINE void copy_rows_block(tile *t, int64_t k0, const int kc) {
    for (int64_t i = 0; i < t->n; i++) {
        FW_UNROLL for (int c = 0; c < kc; c++)
            store(t->hidden + i * t->stride + k0 + c * FW_LANES, load(t->own[i] + k0 + c * FW_LANES));
        if (k0 == 0) prefetch_share(t, i);
    }
}
/* CBOW: hidden[i] = sum over the window of band[i][q] * halo[i + q]. */
FW_INLINE void hidden_rows_block(tile *t, int64_t k0, const int kc) {
    for (int64_t i = 0; i < t->n; i++) {
        vf sums[FW_BLOCK_MAX];
        FW_UNROLL for (int c = 0; c < kc; c++) sums[c] = (vf){0};
        for (int64_t q = 0; q < t->slots; q++) {
            vf g = splat(t->band[i * t->band_stride + q]);
            FW_UNROLL for (int c = 0; c < kc; c++) sums[c] += g * load(t->halo[i + q] + k0 + c * FW_LANES);
        }
        FW_UNROLL for (int c = 0; c < kc; c++) store(t->hidden + i * t->stride + k0 + c * FW_LANES, sums[c]);
        if (k0 == 0) prefetch_share(t, i);
    }
}
FW_STAGE void copy_rows(tile *t){FW_OVER_ROW(t, copy_rows_block, t)} FW_STAGE void hidden_rows(tile *t) {
    for (int64_t i = 0; i < t->n; i++) {
        vf each = splat(t->job->cbow_mean && t->count[i] > 0 ? 1 / t->count[i] : 1);
        for (int64_t q = 0; q < t->slots; q += FW_LANES)
            store(t->band + i * t->band_stride + q, masked(each, window_mask(t, i, q)));
    }
    FW_OVER_ROW(t, hidden_rows_block, t)
}

/* score[q] (+)= hidden[i] * halo[i + q], lane by lane, for the slots q of token i's window. */
FW_INLINE void scores_block(tile *t, int64_t i, int64_t first, int64_t last, int64_t k0, const int kc) {
    vf x[FW_BLOCK_MAX];
    FW_UNROLL for (int c = 0; c < kc; c++) {
        x[c] = load(t->hidden + i * t->stride + k0 + c * FW_LANES);
        FW_PIN(x[c]);
    }
    for (int64_t q = first; q <= last; q++) {
        const float *row = t->halo[i + q] + k0;
        vf a = k0 > 0 ? load(t->score + q * FW_LANES) : (vf){0};
        FW_UNROLL for (int c = 0; c < kc; c++) a += x[c] * load(row + c * FW_LANES);
        store(t->score + q * FW_LANES, a);
    }
}
/* Skip-gram: band[i][q] = rate * (1 - sigma(score)), and the loss -log sigma(score), for tokens [begin, end). */
FW_STAGE vf positive_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    const vf rate = splat(t->rate);
    for (int64_t i = begin; i < end; i++) {
        const int64_t to_slot = t->job->window - (t->i0 + i);
        const int64_t first = t->s.first[t->i0 + i] + to_slot, last = t->s.last[t->i0 + i] + to_slot;
        FW_OVER_ROW(t, scores_block, t, i, first, last)
        for (int64_t q = 0; q < t->slots; q += FW_LANES) {
            const vi mask = window_mask(t, i, q);
            vf a[FW_LANES];
            FW_UNROLL for (int l = 0; l < FW_LANES; l++) a[l] = load(t->score + (q + l) * FW_LANES);
            vf one, g = rate * positive_pair(sum_lanes(a), &one);
            store(t->band + i * t->band_stride + q, masked(g, mask));
            loss += masked(one, mask);
        }
    }
    return loss;
}
/* CBOW: target[i] = rate * (1 - sigma(hidden[i] . own[i])), 0 for a token without context; and the loss. */
FW_STAGE vf target_coefficients(tile *t) {
    vf loss = {0};
    for (int64_t i = 0; i < t->n; i += FW_LANES) {
        vf a[FW_LANES];
        for (int l = 0; l < FW_LANES; l++) {
            a[l] = (vf){0};
            for (int64_t k = 0; k < t->stride; k += FW_LANES)
                a[l] += load(t->hidden + (i + l) * t->stride + k) * load(t->own[i + l] + k);
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
FW_INLINE vf noise_block(tile *t, int64_t i, int64_t m, float scale, const int columns) {
    vf a[FW_SCORE_ROWS][2], loss = {0};
    FW_UNROLL for (int r = 0; r < FW_SCORE_ROWS; r++) a[r][0] = a[r][1] = (vf){0};
    const float *x = t->hidden + i * t->stride, *columns0 = t->noise_columns + m * t->stride;
    for (int64_t k = 0; k < t->stride; k++) {
        vf v[2];
        FW_UNROLL for (int c = 0; c < columns; c++) v[c] = load(columns0 + c * FW_LANES * t->stride + k * FW_LANES);
        FW_UNROLL for (int r = 0; r < FW_SCORE_ROWS; r++) {
            vf b = splat(x[r * t->stride + k]);
            FW_UNROLL for (int c = 0; c < columns; c++) a[r][c] += b * v[c];
        }
    }
    FW_UNROLL for (int r = 0; r < FW_SCORE_ROWS; r++) FW_UNROLL for (int c = 0; c < columns; c++) {
        float *weight = t->weight + (i + r) * t->noise_stride + m + c * FW_LANES;
        vf one, w = load(weight);
        store(weight, w * (splat(scale) * noise_pair(a[r][c], &one)));
        loss += w * one * load(t->loss_share + m + c * FW_LANES);
    }
    return loss;
}
/* The coefficients of the shared noise words for tokens [begin, end), and the loss of that noise. */
FW_STAGE vf noise_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    const float scale = -t->rate * (float)t->job->negative / (float)t->noise;
    for (int64_t i = begin; i < end; i += FW_SCORE_ROWS) {
        int64_t m = 0;
        if (FW_LANES < 16)
            for (; m + 2 * FW_LANES <= t->noise_stride; m += 2 * FW_LANES) loss += noise_block(t, i, m, scale, 2);
        for (; m < t->noise_stride; m += FW_LANES) loss += noise_block(t, i, m, scale, 1);
    }
    return loss;
}
FW_STAGE void transpose_noise(tile *t) {
    for (int64_t m = 0; m < t->noise_stride; m += FW_LANES)
        for (int64_t k = 0; k < t->stride; k += FW_LANES)
            transpose(t->noise_row + m, k, t->noise_columns + m * t->stride + k * FW_LANES);
}

#endif
