/* A tile's updates, from the coefficients and the copied hidden rows; see "Snapshot" in fw_tile.h for their order. */
#ifndef FW_UPDATES_H
#define FW_UPDATES_H

#include "fw_tile.h"

/* Tokens whose hidden rows' gradients are computed side by side, and the vectors of each that stay in registers: two
   tokens have 20 sums, which with the loads and the coefficients fit into the 32 registers of AVX-512. */
#define FW_TOGETHER (FW_LANES == 16 ? 2 : 1)
#define FW_BLOCK_TOKENS (FW_LANES == 16 ? 10 : FW_BLOCK_ONE)

/* Computes the gradients of the hidden rows of one or two tokens from `begin` on; two share the loads of the noise
   rows. Skip-gram: the parts of the noise words and of the pairs, added to the input rows; it also copies the pairs'
   coefficients into the band. CBOW: the parts of the noise words and of the target, kept in `error`, scaled for one
   context row. */
FW_INLINE void token_updates(tile *t, int64_t begin, const int tokens, int64_t k0, const int kc) {
    const int cbow = t->job->run.cbow, words = t->job->run.negative_sampling, nodes = t->job->run.hierarchical;
    const int64_t columns_used = t->columns_used, self = t->self, band_stride = t->band_stride;
    const int64_t column_stride = t->column_stride;
    float *const *halo = t->halo, *const *noise_row = t->noise_row;
    const float *weight = FW_AT(t->weight + begin * column_stride);
    vf sums[2][FW_BLOCK_ONE];
    FW_UNROLL for (int r = 0; r < tokens; r++) {
        if (k0 == 0) prefetch_halo(t, begin + r);
        FW_UNROLL for (int c = 0; c < kc; c++) sums[r][c] = (vf){0};
        if (nodes) {
            const float *row = FW_AT(t->node_error + (begin + r) * t->stride + k0);
            FW_UNROLL for (int c = 0; c < kc; c++) sums[r][c] = load(row + c * FW_LANES);
        }
    }
    for (int64_t m = 0; m < columns_used; m++) {
        const float *row = FW_AT(noise_row[m] + k0);
        vf g[2];
        FW_UNROLL for (int r = 0; r < tokens; r++) g[r] = splat(weight[m + r * column_stride]);
        FW_UNROLL for (int c = 0; c < kc; c++) {
            vf v = load(row + c * FW_LANES);
            if (tokens > 1) FW_PIN(v);
            FW_UNROLL for (int r = 0; r < tokens; r++) sums[r][c] += g[r] * v;
        }
    }
    FW_UNROLL for (int r = 0; r < tokens; r++) {
        const int64_t i = begin + r;
        const int64_t first = window_first(t, i), pairs = window_pairs(t, i);
        if (cbow) {
            const vf scale = splat(t->job->run.cbow_divide && pairs > 0 ? 1 / (float)pairs : 1),
                     g = splat(words ? t->target[i] : 0);
            const float *row = FW_AT(t->own[i] + k0);
            float *to = FW_AT(t->error + i * t->stride + k0);
            FW_UNROLL for (int c = 0; c < kc; c++)
                store(to + c * FW_LANES, (sums[r][c] + g * load(row + c * FW_LANES)) * scale);
            continue;
        }
        float *const *window = halo + i;
        float *band = t->band + i * band_stride;
        const float *pair = t->pair + t->first_pair[i];
        for (int64_t p = 0; p < pairs && words; p++) {
            const int64_t q = slot_of_pair(first, p, self);
            const float *row = FW_AT(window[q] + k0);
            const vf g = splat(pair[p]);
            if (k0 == 0) band[q] = pair[p];
            FW_UNROLL for (int c = 0; c < kc; c++) sums[r][c] += g * load(row + c * FW_LANES);
        }
        float *to = FW_AT(t->own_out[i] + k0);
        const vf rate = splat(t->own_rate[i]);
        FW_UNROLL for (int c = 0; c < kc; c++) add_to(to + c * FW_LANES, rate * sums[r][c]);
    }
}
FW_INLINE void row_updates_block(tile *t, int64_t begin, int64_t end, int64_t k0, const int kc) {
    float *band = t->band + begin * t->band_stride;
    if (!t->job->run.cbow && k0 == 0) memset(band, 0, (size_t)((end - begin) * t->band_stride) * sizeof *band);
    int64_t i = begin;
    for (; FW_TOGETHER > 1 && i + 2 <= end; i += 2) token_updates(t, i, 2, k0, kc);
    for (; i < end; i++) token_updates(t, i, 1, k0, kc);
}
FW_STAGE void row_updates(tile *t, int64_t begin, int64_t end) {
    FW_OVER_ROW(t, FW_BLOCK_TOKENS, row_updates_block, t, begin, end);
}

/* FW_OVER_ROW knows blocks of up to 16 vectors. */
_Static_assert(FW_BLOCK_ONE <= 16 && FW_BLOCK_TWO <= FW_BLOCK_ONE && FW_BLOCK_TOKENS <= FW_BLOCK_ONE,
               "blocks of a row");
_Static_assert(FW_ROW_ALIGN % FW_LANES == 0, "rows are whole vectors");
_Static_assert(FW_CROWN == 16 && FW_CROWN % FW_SCORE_WORDS == 0, "the crown: a word's path has 16 bits for it");

/* sums[r] = sum over n rows x of g[r] * x for r = 0 and 1; both use one load of x. */
FW_INLINE void two_sums(vf sums[2][FW_BLOCK_TWO], const float *g, int64_t g_step, const float *x, int64_t x_step,
                        int64_t n, const int kc) {
    FW_UNROLL for (int c = 0; c < kc; c++) sums[0][c] = sums[1][c] = (vf){0};
    for (; n > 0; n--, g += g_step, x += x_step) {
        const vf g0 = splat(g[0]), g1 = splat(g[1]);
        FW_UNROLL for (int c = 0; c < kc; c++) {
            vf v = load(x + c * FW_LANES);
            FW_PIN(v);
            sums[0][c] += g0 * v;
            sums[1][c] += g1 * v;
        }
    }
}

/* halo[h] += sum of band[i][h - i] * from[i] over the tokens i that have a slot h - i. Two neighbours at a time: they
   share all but one of their tokens, and the band holds zeros on either side of its slots. */
FW_INLINE void halo_updates_block(tile *t, const float *from, int64_t k0, const int kc) {
    const int64_t n = t->n, slots = t->slots, step = t->band_stride - 1;
    float *const *halo_out = t->halo_out, *const sink = t->sink;
    const float *halo_rate = t->halo_rate;
    for (int64_t h = 0; h < n + slots - 1; h += 2) {
        float *const out[2] = {halo_out[h], h + 1 < n + slots - 1 ? halo_out[h + 1] : sink};
        if (out[0] == sink && out[1] == sink) continue;
        const int64_t begin = h - slots + 1 > 0 ? h - slots + 1 : 0, end = h + 1 < n ? h + 2 : n;
        vf sums[2][FW_BLOCK_TWO];
        two_sums(sums, t->band + begin * step + h, step, FW_AT(from + begin * t->stride + k0), t->stride, end - begin,
                 kc);
        FW_UNROLL for (int r = 0; r < 2; r++) {
            float *to = FW_AT(out[r] + k0);
            const vf rate = splat(halo_rate[h + r]);
            FW_UNROLL for (int c = 0; c < kc; c++) add_to(to + c * FW_LANES, rate * sums[r][c]);
        }
    }
}
/* Skip-gram: updates output rows from the copies of the input rows. CBOW: updates input rows from the errors, which are
   already scaled for one context row, so the band is 1 inside the window. */
FW_STAGE void halo_updates(tile *t) {
    if (t->job->run.cbow)
        for (int64_t i = 0; i < t->n; i++)
            for (int64_t q = 0; q < t->slots; q += FW_LANES)
                store(t->band + i * t->band_stride + q, masked(splat(1.f), window_mask(t, i, q)));
    FW_OVER_ROW(t, FW_BLOCK_TWO, halo_updates_block, t, t->job->run.cbow ? t->error : t->hidden);
}
FW_STAGE void target_updates(tile *t) {
    for (int64_t i = 0; i < t->n; i++) {
        const vf g = splat(t->target[i] * t->own_rate[i]);
        const float *x = t->hidden + i * t->stride;
        float *to = t->own_out[i];
        for (int64_t k = 0; k < t->columns; k += FW_LANES) add_to(to + k, g * load(x + k));
    }
}
/* noise[m] += sum over i of weight[i][m] * hidden[i], two noise words at a time; beside the last of an odd number
   stands the sink. */
FW_INLINE void noise_updates_block(tile *t, int64_t k0, const int kc) {
    for (int64_t m = 0; m < t->columns_used; m += 2) {
        vf sums[2][FW_BLOCK_TWO];
        two_sums(sums, t->weight + m, t->column_stride, FW_AT(t->hidden + k0), t->stride, t->n, kc);
        FW_UNROLL for (int r = 0; r < 2; r++) {
            float *to = FW_AT((m + r < t->columns_used ? t->noise_row[m + r] : t->sink) + k0);
            const vf rate = splat(t->noise_rate[m + r]);
            FW_UNROLL for (int c = 0; c < kc; c++) add_to(to + c * FW_LANES, rate * sums[r][c]);
        }
    }
}
FW_STAGE void noise_updates(tile *t) { FW_OVER_ROW(t, FW_BLOCK_TWO, noise_updates_block, t); }

#endif
