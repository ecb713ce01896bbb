/* One tile: `tile` consecutive kept tokens against their windows and the chunk's current noise words.

   Side and halo. Skip-gram: a token's own row is its input row, the halo rows are output rows. CBOW: a token's own row
   is its output row (the target), the halo rows are input rows, and the hidden rows are made from the halo.
   Pairs live in a dense band: slot q of token i is the stream token i + q - window, the token itself being slot
   `window`; slots outside the token's window hold coefficient 0.
   Snapshot. Every gradient comes from the rows as they were before the tile, with only the hidden rows copied: all
   coefficients first, then rows that read only other rows, then the rest from the copies. Rows are updated in place,
   row += delta, so that repeated words add up and other threads' updates survive. */
#ifndef FW_TILE_H
#define FW_TILE_H

#include "fw_stream.h"

#define FW_MARKS 512  /* slots of the sieve for "is this word a noise word of the tile" */
#define FW_SCORE_ROWS (FW_LANES == 16 ? 8 : 4) /* rows of the register tile of noise scores */
#define FW_CACHE_ROWS 16 /* rows taken together through the row-wise stages, so that they stay in the first cache */

typedef struct tile {
    const fw_job *job;
    stream s;
    int64_t i0, n, rows;     /* first token in the stream; tokens; tokens rounded up for whole register tiles */
    int64_t stride, vectors; /* of a row, in floats and in vectors */
    int64_t slots, band_stride, noise, noise_stride;
    int64_t epoch;
    float rate;              /* learning rate */
    float *hidden;           /* (rows, stride): skip-gram copies of the input rows, CBOW hidden rows */
    float *error;            /* (rows, stride): CBOW gradients of the hidden rows, for one context row */
    float *noise_columns;    /* noise rows transposed, FW_LANES words side by side */
    float *weight;           /* (rows, noise_stride): weight of each noise word for each token, then its coefficient */
    float *band;             /* (rows, band_stride) coefficients of the pairs */
    float *target;           /* (rows) CBOW: coefficient of the target */
    float *count;            /* (rows) pairs of the token */
    float *score;            /* (slots) vectors whose lanes add up to a pair's score */
    float *zero, *sink;      /* a row to read and a row to write where there is no token */
    float **own, **own_out;  /* (rows) the token's own row, to read and to write */
    float **halo, **halo_out; /* (rows + slots) window side */
    float **noise_row;       /* (noise_stride) */
    int32_t *noise_word;     /* (noise) */
    float *loss_share;       /* (noise_stride) share of each noise word in the loss: only words new in this tile count */
    uint8_t *mark;           /* (FW_MARKS) nonzero where a noise word hashes */
    float **pair_row;        /* pairwise noise: output row, coefficient and token of each (pair, noise word) */
    float *pair_coefficient;
    int32_t *pair_token;
    int64_t pair_count;
} tile;

/* Runs stage(t, ..., k0, kc) over a row in blocks of kc vectors, kc constant inside, so that they stay in registers. */
#define FW_CASE(kc, stage, ...)                                                                                        \
    case kc: stage(__VA_ARGS__, k0, kc); break;
#if FW_LANES == 16
#define FW_WIDE_CASES(...) FW_CASE(6, __VA_ARGS__) FW_CASE(7, __VA_ARGS__) FW_CASE(8, __VA_ARGS__)
#else
#define FW_WIDE_CASES(...)
#endif
#define FW_OVER_ROW(t, stage, ...)                                                                                     \
    for (int64_t blocks = ((t)->vectors + FW_BLOCK_MAX - 1) / FW_BLOCK_MAX, left = (t)->vectors, k0 = 0; blocks > 0;   \
         blocks--) {                                                                                                   \
        int64_t width = (left + blocks - 1) / blocks;                                                                  \
        switch (width) {                                                                                               \
            FW_CASE(1, stage, __VA_ARGS__)                                                                             \
            FW_CASE(2, stage, __VA_ARGS__)                                                                             \
            FW_CASE(3, stage, __VA_ARGS__)                                                                             \
            FW_CASE(4, stage, __VA_ARGS__)                                                                             \
            FW_CASE(5, stage, __VA_ARGS__)                                                                             \
            FW_WIDE_CASES(stage, __VA_ARGS__)                                                                          \
        }                                                                                                              \
        left -= width;                                                                                                 \
        k0 += width * FW_LANES;                                                                                        \
    }

FW_INLINE float *input_row(const fw_job *job, int32_t word) { return job->w_in + (int64_t)word * job->stride; }
FW_INLINE float *output_row(const fw_job *job, int32_t word) { return job->w_out + (int64_t)word * job->stride; }

/* ------------------------------------------------------------------ opening */

/* 1 bits in the lanes q0.. that are slots of token i's window, the token itself left out. */
FW_INLINE vi window_mask(const tile *t, int64_t i, int64_t q0) {
    const int32_t at = (int32_t)(t->i0 + i), window = t->job->window;
    vi j = lane_numbers() + (int32_t)(at - window + q0);
    return (j >= t->s.first[at]) & (j <= t->s.last[at]) & (j != at);
}

/* Pointers to the rows of the tokens and of their windows; beyond the stream a zero row to read, a sink to write. */
FW_STAGE void open_rows(tile *t) {
    const fw_job *job = t->job;
    const stream *s = &t->s;
    float *const own_base = job->cbow ? job->w_out : job->w_in, *const halo_base = job->cbow ? job->w_in : job->w_out;
    const uint8_t *own_frozen = job->cbow ? NULL : job->frozen, *halo_frozen = job->cbow ? job->frozen : NULL;
    for (int64_t h = 0, j = t->i0 - job->window; h < t->rows + t->slots; h++, j++) {
        int inside = j >= 0 && j < s->n;
        int32_t word = inside ? s->word[j] : 0;
        t->halo[h] = inside ? halo_base + (int64_t)word * t->stride : t->zero;
        t->halo_out[h] = !inside || (halo_frozen && halo_frozen[word]) ? t->sink : t->halo[h];
    }
    for (int64_t i = 0; i < t->n; i++) {
        int64_t at = t->i0 + i;
        int32_t word = s->word[at];
        t->own[i] = own_base + (int64_t)word * t->stride;
        t->own_out[i] = own_frozen && own_frozen[word] ? t->sink : t->own[i];
        t->count[i] = (float)(s->last[at] - s->first[at]);
    }
    for (int64_t i = t->n; i < t->rows; i++) {
        t->own[i] = t->zero;
        t->own_out[i] = t->sink;
        t->count[i] = 0;
    }
}

/* Draws the noise words whose turn it is (all of them in a chunk's first tile) and points to their rows.

   The loss is taken on the new words alone: those that stay have just been trained against, and would flatter it. Where
   no word is new (life > noise) all count. */
FW_STAGE void draw_noise(tile *t, int64_t number) {
    const fw_job *job = t->job;
    int64_t fresh = 0;
    for (int64_t m = 0; m < t->noise; m++) {
        t->loss_share[m] = 0;
        if (number > 0 && fw_renewed(number, m, t->noise, job->life) != number) continue;
        uint64_t bits = fw_draw(t->s.noise_key, (uint64_t)t->s.position[t->i0], (uint64_t)m);
        t->noise_word[m] = fw_noise(bits, job->noise_cut, job->noise_alias, (uint32_t)job->vocabulary);
        t->noise_row[m] = output_row(job, t->noise_word[m]);
        t->loss_share[m] = 1;
        fresh++;
    }
    const float share = (float)job->negative / (float)(fresh ? fresh : t->noise);
    for (int64_t m = 0; m < t->noise; m++) t->loss_share[m] = fresh ? t->loss_share[m] * share : share;
}

/* Takes out of token i's noise what is a target of its own: word2vec skips a noise word that hits the target. */
FW_INLINE void remove_hits(tile *t, int64_t j, int32_t word) {
    const stream *s = &t->s;
    const int64_t window = t->job->window;
    for (int64_t m = 0; m < t->noise; m++) {
        if (t->noise_word[m] != word) continue;
        if (t->job->cbow) {
            t->weight[(j - t->i0) * t->noise_stride + m] = 0;
            continue;
        }
        int64_t from = j - window > t->i0 ? j - window : t->i0, to = j + window < t->i0 + t->n - 1 ? j + window : t->i0 + t->n - 1;
        for (int64_t i = from; i <= to; i++)
            if (i != j && s->first[i] <= j && j <= s->last[i]) t->weight[(i - t->i0) * t->noise_stride + m] -= 1;
    }
}

/* weight[i][m] = number of token i's pairs (CBOW: 1 where it has a context) less those that noise word m is target of. */
FW_STAGE void open_weights(tile *t) {
    const stream *s = &t->s;
    const int64_t window = t->job->window;
    for (int64_t i = 0; i < t->rows; i++) {
        float each = t->job->cbow ? (float)(t->count[i] > 0) : t->count[i];
        for (int64_t m = 0; m < t->noise_stride; m += FW_LANES) store(t->weight + i * t->noise_stride + m, splat(each));
        for (int64_t m = t->noise; m < t->noise_stride; m++) t->weight[i * t->noise_stride + m] = 0;
    }
    int64_t from = t->i0, to = t->i0 + t->n;
    if (!t->job->cbow) {
        from = from - window > 0 ? from - window : 0;
        to = to + window < s->n ? to + window : s->n;
    }
    for (int64_t m = 0; m < t->noise; m++) t->mark[t->noise_word[m] % FW_MARKS] = 1;
    for (int64_t j = from; j < to; j++)
        if (t->mark[s->word[j] % FW_MARKS]) remove_hits(t, j, s->word[j]);
    for (int64_t m = 0; m < t->noise; m++) t->mark[t->noise_word[m] % FW_MARKS] = 0;
}

FW_INLINE void prefetch_row(const tile *t, const float *row) {
    for (int64_t k = 0; k < t->stride; k += 16) __builtin_prefetch(row + k, 1, 3);
}

/* Fetches row i's share of what the next tile will touch: spread over this tile's work, so that the waits overlap it. */
FW_INLINE void prefetch_share(const tile *t, int64_t i) {
    const fw_job *job = t->job;
    int64_t at = t->i0 + t->n + i, edge = at + job->window;
    if (at >= t->s.end) return;
    if (edge >= t->s.n) edge = t->s.n - 1;
    prefetch_row(t, input_row(job, t->s.word[job->cbow ? edge : at]));
    prefetch_row(t, output_row(job, t->s.word[job->cbow ? at : edge]));
}

/* ------------------------------------------------------------------ coefficients */

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
FW_STAGE void copy_rows(tile *t) { FW_OVER_ROW(t, copy_rows_block, t) }
FW_STAGE void hidden_rows(tile *t) {
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

/* weight[i][m] *= scale * sigma(hidden[i] . noise[m]) on a register tile: hidden rows broadcast against noise columns. */
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

/* ------------------------------------------------------------------ updates */

/* The gradient of two hidden rows from all output rows they meet; skip-gram adds it to the input rows at once, CBOW
   keeps it, scaled for one context row. */
FW_INLINE void row_updates_block(tile *t, int64_t begin, int64_t end, int64_t k0, const int kc) {
    const int cbow = t->job->cbow;
    for (int64_t i = begin; i < end; i += 2) {
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
            for (int64_t q = 0; q < t->slots; q++) {
                vf g0 = splat(t->band[row * t->band_stride + q]);
                FW_UNROLL for (int c = 0; c < kc; c++) sums[r][c] += g0 * load(t->halo[row + q] + k0 + c * FW_LANES);
            }
            FW_UNROLL for (int c = 0; c < kc; c++) add_to(t->own_out[row] + k0 + c * FW_LANES, sums[r][c]);
        }
    }
}
FW_STAGE void row_updates(tile *t, int64_t begin, int64_t end) { FW_OVER_ROW(t, row_updates_block, t, begin, end) }

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
/* Skip-gram: output rows from the copies of the input rows, band as it is. CBOW: input rows from the errors; the band
   held the share of each context in the mean, which the errors' scale undoes, so it becomes a plain 0 or 1. */
FW_STAGE void halo_updates(tile *t) {
    if (t->job->cbow && t->job->cbow_mean)
        for (int64_t i = 0; i < t->n; i++)
            for (int64_t q = 0; q < t->slots; q += FW_LANES)
                store(t->band + i * t->band_stride + q, masked(splat(1.f), window_mask(t, i, q)));
    FW_OVER_ROW(t, halo_updates_block, t, t->job->cbow ? t->error : t->hidden)
}
FW_STAGE void target_updates(tile *t) {
    for (int64_t i = 0; i < t->n; i++) {
        vf g = splat(t->target[i]);
        for (int64_t k = 0; k < t->stride; k += FW_LANES) add_to(t->own_out[i] + k, g * load(t->hidden + i * t->stride + k));
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
FW_STAGE void noise_updates(tile *t) { FW_OVER_ROW(t, noise_updates_block, t) }

#endif
