/* A tile's coefficients: scores of positives and noise, their gradients times the learning rate, and the loss. */
#ifndef FW_SCORES_H
#define FW_SCORES_H

#include "fw_tile.h"

/* CBOW: hidden[i] = sum or mean of the rows of token i's window, without its own row in the middle. */
FW_INLINE void hidden_rows_block(tile *t, int64_t k0, const int kc) {
    const int64_t self = t->self, n = t->n;
    const int mean = t->job->run.cbow_mean;
    float *const *halo = t->halo, *to = t->hidden + k0;
    for (int64_t i = 0; i < n; i++, halo++, to += t->stride) {
        const int64_t first = window_first(t, i), pairs = window_pairs(t, i);
        if (k0 == 0) prefetch_own(t, i);
        vf sums[FW_BLOCK_ONE], each = splat(mean && pairs > 0 ? 1 / (float)pairs : 1);
        FW_UNROLL for (int c = 0; c < kc; c++) sums[c] = (vf){0};
        for (int64_t p = 0; p < pairs; p++) {
            const float *row = FW_AT(halo[slot_of_pair(first, p, self)] + k0);
            FW_UNROLL for (int c = 0; c < kc; c++) sums[c] += load(row + c * FW_LANES);
        }
        FW_UNROLL for (int c = 0; c < kc; c++) store(to + c * FW_LANES, each * sums[c]);
    }
}
FW_STAGE void hidden_rows(tile *t) { FW_OVER_ROW(t, FW_BLOCK_ONE, hidden_rows_block, t); }

/* Skip-gram: copies the input rows of tokens [begin, end), and scores them with the tokens of their windows, pair after
   pair; each score is left as a vector of lanes to be summed. */
FW_INLINE void scores_block(tile *t, int64_t begin, int64_t end, int64_t k0, const int kc) {
    const int64_t self = t->self, stride = t->stride;
    float *const *halo = t->halo, *score = t->score, *hidden = t->hidden + begin * stride + k0;
    for (int64_t i = begin; i < end; i++, hidden += stride) {
        const int64_t first = window_first(t, i), pairs = window_pairs(t, i);
        float *const *window = halo + i, *input = FW_AT(t->own[i] + k0);
        vf x[FW_BLOCK_ONE];
        if (k0 == 0) prefetch_own(t, i);
        FW_UNROLL for (int c = 0; c < kc; c++) {
            x[c] = load(input + c * FW_LANES);
            FW_PIN(x[c]);
            store(hidden + c * FW_LANES, x[c]);
        }
        for (int64_t p = 0; p < pairs; p++, score += FW_LANES) {
            const float *row = FW_AT(window[slot_of_pair(first, p, self)] + k0);
            vf a[2] = {k0 > 0 ? load(score) : (vf){0}, {0}};
            FW_UNROLL for (int c = 0; c < kc; c++) a[c % 2] += x[c] * load(row + c * FW_LANES);
            store(score, a[0] + a[1]);
        }
    }
}
/* pair[p] = rate * weight * (1 - sigma(score)) for n pairs; returns the loss -weight * log sigma(score). All sums come
   before the sigmoids: a sigmoid is a long chain of operations, and a shorter loop overlaps more of these chains. */
FW_INLINE vf pair_gradients(const float *score, const float *weight, float *pair, int64_t n, float rate) {
    vf loss = {0};
    for (int64_t p = 0; p < n; p += FW_LANES, score += FW_LANES * FW_LANES) {
        vf a[FW_LANES];
        FW_UNROLL for (int l = 0; l < FW_LANES; l++) a[l] = load(score + l * FW_LANES);
        store_anywhere(pair + p, sum_lanes(a));
    }
    for (int64_t p = 0; p < n; p += FW_LANES) {
        vf one, w = load_anywhere(weight + p);
        store_anywhere(pair + p, splat(rate) * positive_pair(load_anywhere(pair + p), &one) * w);
        one *= w;
        loss += p + FW_LANES <= n ? one : masked(one, lane_numbers() < (int32_t)(n - p));
    }
    return loss;
}
/* Skip-gram: computes the coefficients of the tile's positive pairs; returns their loss.

   A token has up to 2 W pairs: fewer at the ends of a sentence, where windows are drawn, and in one of several passes.
   The pairs of as many tokens as fit are gathered, so that no lane of the sigmoid is idle, whatever their number. */
FW_STAGE vf positive_coefficients(tile *t) {
    vf loss = {0};
    for (int64_t begin = 0, end; begin < t->n; begin = end) {
        const int32_t first = t->first_pair[begin];
        for (end = begin + 1; end < t->n && t->first_pair[end + 1] - first <= t->room; end++) {
        }
        FW_OVER_ROW(t, FW_BLOCK_ONE, scores_block, t, begin, end);
        loss += pair_gradients(t->score, t->pair_weight + first, t->pair + first, t->first_pair[end] - first, t->rate);
    }
    return loss;
}
/* CBOW: target[i] = rate * (1 - sigma(hidden[i] . own[i])), 0 for a token without context; returns the loss. */
FW_STAGE vf target_coefficients(tile *t) {
    vf loss = {0};
    for (int64_t i = 0; i < t->n; i += FW_LANES) {
        vf a[FW_LANES];
        for (int l = 0; l < FW_LANES; l++) a[l] = dot_lanes(t->hidden + (i + l) * t->stride, t->own[i + l], t->columns);
        const vi mask = load(t->count + i) > splat(0.f);
        vf one, g = splat(t->rate) * positive_pair(sum_lanes(a), &one);
        store(t->target + i, masked(g, mask));
        loss += masked(one, mask);
    }
    return loss;
}

/* weight[i][m] *= scale * sigma(hidden[i] . noise[m]) on a register tile: hidden rows broadcast against noise columns.
   A node of the crown has positives, too: weight[i][m] = rate * (positive[i][m] - weight[i][m] * sigma). */
FW_INLINE vf noise_block(tile *t, int64_t i, int64_t m, float scale, const int crown, const int rows) {
    const int64_t dimensions = t->job->run.vector_size;
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
    if (crown) {
        FW_UNROLL for (int c = 0; c < FW_SCORE_COLUMNS; c++) {
            float *weight = t->weight + i * t->column_stride + m + c * FW_LANES;
            const float *positive = t->positive + i * FW_CROWN + m - t->noise_stride + c * FW_LANES;
            FW_UNROLL for (int r = 0; r < rows; r++, weight += t->column_stride, positive += FW_CROWN) {
                vf one, w = load(weight), p = load(positive), g = noise_pair(a[r][c], &one, 1);
                store(weight, splat(t->rate) * (p - w * g));
                loss += w * one - p * a[r][c];
            }
        }
        return loss;
    }
    FW_UNROLL for (int c = 0; c < FW_SCORE_COLUMNS; c++) {
        const int lossy = t->lossy[m / FW_LANES + c];
        const vf loss_weight = load(t->loss_weight + m + c * FW_LANES);
        float *weight = t->weight + i * t->column_stride + m + c * FW_LANES;
        FW_UNROLL for (int r = 0; r < rows; r++, weight += t->column_stride) {
            vf one = {0}, w = load(weight), g = noise_pair(a[r][c], &one, lossy);
            store(weight, w * (splat(scale) * g));
            loss +=
                lossy ? w * one * loss_weight : g * splat(0.f); /* a score that is not finite makes the loss so, too */
        }
    }
    return loss;
}
FW_INLINE vf column_coefficients(tile *t, int64_t begin, int64_t end, int64_t m, float scale, const int crown,
                                 vf loss) {
    int64_t i = begin;
    for (; i + FW_SCORE_ROWS <= end; i += FW_SCORE_ROWS) loss += noise_block(t, i, m, scale, crown, FW_SCORE_ROWS);
    for (; FW_SCORE_ROWS > 4 && i + 4 <= end; i += 4) loss += noise_block(t, i, m, scale, crown, 4);
    for (; i < end; i++) loss += noise_block(t, i, m, scale, crown, 1);
    return loss;
}
/* Computes the coefficients of the columns for tokens [begin, end); returns their loss. */
FW_STAGE vf noise_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    const float scale = -t->rate * (float)t->job->run.negative / (float)t->noise_slots;
    for (int64_t m = 0; m < t->noise_stride; m += FW_SCORE_WORDS)
        loss = column_coefficients(t, begin, end, m, scale, 0, loss);
    return loss;
}
FW_STAGE vf crown_coefficients(tile *t, int64_t begin, int64_t end) {
    vf loss = {0};
    for (int64_t m = t->noise_stride; m < t->column_stride; m += FW_SCORE_WORDS)
        loss = column_coefficients(t, begin, end, m, 0, 1, loss);
    return loss;
}
FW_STAGE void transpose_noise(tile *t) {
    for (int64_t m = 0; m < t->column_stride; m += FW_LANES) {
        float *to = t->noise_columns + m / FW_SCORE_WORDS * FW_SCORE_WORDS * t->stride + m % FW_SCORE_WORDS;
        for (int64_t k = 0; k < t->columns; k += FW_LANES)
            transpose(t->noise_row + m, k, to + k * FW_SCORE_WORDS, FW_SCORE_WORDS);
    }
}

#endif
