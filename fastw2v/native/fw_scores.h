/* A tile's coefficients: scores of positives and noise, their gradients times the learning rate, and the loss. */
#ifndef FW_SCORES_H
#define FW_SCORES_H

#include "fw_tile.h"

FW_INLINE void copy_rows_block(tile *t, int64_t k0, const int kc) {
    for (int64_t i = 0; i < t->n; i++) {
        FW_UNROLL for (int c = 0; c < kc; c++)
            store(t->hidden + i * t->stride + k0 + c * FW_LANES, load(t->own[i] + k0 + c * FW_LANES));
    }
}
/* CBOW: hidden[i] = sum or mean of the rows of token i's window; its own row, in the middle, is not one of them. */
FW_INLINE void hidden_rows_block(tile *t, int64_t k0, const int kc) {
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = t->i0 + i, own = t->job->window, first = t->s.first[at] - at + own;
        const int64_t last = t->s.last[at] - at + own;
        vf sums[FW_BLOCK_MAX], each = splat(t->job->cbow_mean && last > first ? 1 / (float)(last - first) : 1);
        FW_UNROLL for (int c = 0; c < kc; c++) sums[c] = -load(t->halo[i + own] + k0 + c * FW_LANES);
        for (int64_t q = first; q <= last; q++)
            FW_UNROLL for (int c = 0; c < kc; c++) sums[c] += load(t->halo[i + q] + k0 + c * FW_LANES);
        FW_UNROLL for (int c = 0; c < kc; c++) store(t->hidden + i * t->stride + k0 + c * FW_LANES, each * sums[c]);
    }
}
FW_STAGE void copy_rows(tile *t) { FW_OVER_ROW(t, copy_rows_block, t); }
FW_STAGE void hidden_rows(tile *t) { FW_OVER_ROW(t, hidden_rows_block, t); }

/* The scores of token i with the tokens of its window, lane by lane, into the ring from `tail` on. */
FW_INLINE void scores_block(tile *t, int64_t i, int64_t tail, int64_t k0, const int kc) {
    const int64_t at = t->i0 + i, own = t->job->window, first = t->s.first[at] - at + own,
                  last = t->s.last[at] - at + own;
    vf x[FW_BLOCK_MAX];
    FW_UNROLL for (int c = 0; c < kc; c++) {
        x[c] = load(t->hidden + i * t->stride + k0 + c * FW_LANES);
        FW_PIN(x[c]);
    }
    for (int64_t q = first; q <= last; q++) {
        if (q == own) continue;
        const float *row = t->halo[i + q] + k0;
        const int64_t p = tail++ & (t->ring - 1);
        vf a = k0 > 0 ? load(t->score + p * FW_LANES) : (vf){0};
        FW_UNROLL for (int c = 0; c < kc; c++) a += x[c] * load(row + c * FW_LANES);
        store(t->score + p * FW_LANES, a);
        if (k0 == 0) t->place[p] = (int32_t)(i * t->band_stride + q);
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

   A token has about six pairs of eleven slots: pairs are gathered until they fill a vector, so that no lane of the
   sigmoid is idle. */
FW_STAGE vf positive_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    int64_t head = 0, tail = 0;
    for (int64_t i = begin; i < end; i++) {
        for (int64_t q = 0; q < t->band_stride; q += FW_LANES) store(t->band + i * t->band_stride + q, (vf){0});
        prefetch_own(t, i);
        FW_OVER_ROW(t, scores_block, t, i, tail);
        tail += (int64_t)t->count[i];
        for (; tail - head >= FW_LANES; head += FW_LANES) loss += place_pairs(t, head, FW_LANES);
    }
    if (tail > head) loss += place_pairs(t, head, tail - head);
    return loss;
}
/* CBOW: target[i] = rate * (1 - sigma(hidden[i] . own[i])), 0 for a token without context; and the loss. */
FW_STAGE vf target_coefficients(tile *t) {
    vf loss = {0};
    for (int64_t i = 0; i < t->n; i++) prefetch_own(t, i);
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
