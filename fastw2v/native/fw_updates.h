/* A tile's updates, from the coefficients and the copied hidden rows; see "Snapshot" in fw_tile.h for their order. */
#ifndef FW_UPDATES_H
#define FW_UPDATES_H

#include "fw_tile.h"

/* The gradient of two hidden rows from all output rows they meet; skip-gram adds it to the input rows at once, CBOW
   keeps it, scaled for one context row. */
FW_INLINE void row_updates_block(tile *t, int64_t begin, int64_t end, int64_t k0, const int kc) {
    const int cbow = t->job->cbow;
    for (int64_t i = begin; i < end; i += 2) {
        if (k0 == 0) prefetch_halo(t, i);
        if (k0 == 0) prefetch_halo(t, i + 1);
        vf sums[2][FW_BLOCK_MAX];
        FW_UNROLL for (int c = 0; c < kc; c++) sums[0][c] = sums[1][c] = (vf){0};
        const float *g = t->weight + i * t->noise_stride;
        for (int64_t m = 0; m < t->noise; m++) {
            vf g0 = splat(g[m]), g1 = splat(g[t->noise_stride + m]);
            const float *row = t->noise_row[m] + k0;
            FW_UNROLL for (int c = 0; c < kc; c++) {
                vf v = load(row + c * FW_LANES);
                FW_PIN(v);
                sums[0][c] += g0 * v;
                sums[1][c] += g1 * v;
            }
        }
        FW_UNROLL for (int r = 0; r < 2; r++) {
            const int64_t row = i + r;
            if (!cbow && row >= t->n) break;
            if (cbow) {
                const float n = t->count[row];
                const float scale = t->job->cbow_divide && n > 0 ? 1 / n : 1;
                vf g0 = splat(t->target[row]);
                FW_UNROLL for (int c = 0; c < kc; c++) {
                    vf e = sums[r][c] + g0 * load(t->own[row] + k0 + c * FW_LANES);
                    store(t->error + row * t->stride + k0 + c * FW_LANES, e * splat(scale));
                }
                continue;
            }
            const int64_t at = t->i0 + row, to_slot = t->job->window - at;
            for (int64_t q = t->s.first[at] + to_slot; q <= t->s.last[at] + to_slot; q++) {
                vf g0 = splat(t->band[row * t->band_stride + q]);
                FW_UNROLL for (int c = 0; c < kc; c++) sums[r][c] += g0 * load(t->halo[row + q] + k0 + c * FW_LANES);
            }
            FW_UNROLL for (int c = 0; c < kc; c++) add_to(t->own_out[row] + k0 + c * FW_LANES, sums[r][c]);
        }
    }
}
FW_STAGE void row_updates(tile *t, int64_t begin, int64_t end) { FW_OVER_ROW(t, row_updates_block, t, begin, end); }

/* halo[h] += sum over the tokens i whose slot h - i it is of band[i][h - i] * from[i]. */
FW_INLINE void halo_updates_block(tile *t, const float *from, int64_t k0, const int kc) {
    for (int64_t h = 0; h < t->n + t->slots - 1; h++) {
        if (t->halo_out[h] == t->sink) continue;
        int64_t i = h - t->slots + 1 > 0 ? h - t->slots + 1 : 0, end = h < t->n ? h + 1 : t->n;
        vf sums[FW_BLOCK_MAX];
        FW_UNROLL for (int c = 0; c < kc; c++) sums[c] = load(t->halo_out[h] + k0 + c * FW_LANES);
        for (; i < end; i++) {
            vf g = splat(t->band[i * t->band_stride + h - i]);
            FW_UNROLL for (int c = 0; c < kc; c++) sums[c] += g * load(from + i * t->stride + k0 + c * FW_LANES);
        }
        FW_UNROLL for (int c = 0; c < kc; c++) store(t->halo_out[h] + k0 + c * FW_LANES, sums[c]);
    }
}
/* Skip-gram: output rows from the copies of the input rows. CBOW: input rows from the errors, which are scaled for one
   context row already, so that the band is 1 inside the window. */
FW_STAGE void halo_updates(tile *t) {
    if (t->job->cbow)
        for (int64_t i = 0; i < t->n; i++)
            for (int64_t q = 0; q < t->slots; q += FW_LANES)
                store(t->band + i * t->band_stride + q, masked(splat(1.f), window_mask(t, i, q)));
    FW_OVER_ROW(t, halo_updates_block, t, t->job->cbow ? t->error : t->hidden);
}
FW_STAGE void target_updates(tile *t) {
    for (int64_t i = 0; i < t->n; i++) {
        vf g = splat(t->target[i]);
        for (int64_t k = 0; k < t->stride; k += FW_LANES)
            add_to(t->own_out[i] + k, g * load(t->hidden + i * t->stride + k));
    }
}
/* noise[m] += sum over i of weight[i][m] * hidden[i], two noise words at a time. */
FW_INLINE void noise_updates_block(tile *t, int64_t k0, const int kc) {
    for (int64_t m = 0; m < t->noise; m += 2) {
        vf sums[2][FW_BLOCK_MAX];
        FW_UNROLL for (int c = 0; c < kc; c++) sums[0][c] = sums[1][c] = (vf){0};
        for (int64_t i = 0; i < t->n; i++) {
            const float *g = t->weight + i * t->noise_stride + m, *x = t->hidden + i * t->stride + k0;
            vf g0 = splat(g[0]), g1 = splat(g[1]);
            FW_UNROLL for (int c = 0; c < kc; c++) {
                vf v = load(x + c * FW_LANES);
                FW_PIN(v);
                sums[0][c] += g0 * v;
                sums[1][c] += g1 * v;
            }
        }
        FW_UNROLL for (int r = 0; r < 2; r++) FW_UNROLL for (int c = 0; c < kc; c++)
            add_to(t->noise_row[m + r] + k0 + c * FW_LANES, sums[r][c]);
    }
}
FW_STAGE void noise_updates(tile *t) { FW_OVER_ROW(t, noise_updates_block, t); }

#endif
