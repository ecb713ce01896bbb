/* A tile's updates on matrix registers, and the whole tile. */
#ifndef FW_MATRIX_UPDATES_H
#define FW_MATRIX_UPDATES_H

#include "fw_matrix_scores.h"

/* Rows that are to be updated, or none. */
typedef struct rows {
    float *const *out;
    const float *rate;
    int64_t n;
} rows;

/* The right factors of a slice: rows p and p + 16 in one row of pairs, the halves of a slice apart. */
FW_INLINE void make_pairs(float *const *low, float *const *high, int64_t k, const int whole, bf16_pair *to) {
    for (int64_t p = 0; p < 16; p++)
        for (int half = 0; half <= whole; half++)
            store_pairs(to + half * MATRIX + 16 * p, paired(load(low[p] + k + half * FW_LANES),
                                                            high ? load(high[p] + k + half * FW_LANES) : (vf){0}));
}
FW_INLINE void add_rows(rows to, const float *delta, int64_t k, const int whole) {
    for (int64_t i = 0; i < to.n; i++, delta += 32) {
        float *row = FW_AT(to.out[i] + k);
        const vf rate = splat(to.rate[i]);
        add_to(row, rate * load(delta));
        if (whole) add_to(row + FW_LANES, rate * load(delta + FW_LANES));
    }
}
#define FW_PRODUCT(c0, c1, left, right, whole)                                                                         \
    do {                                                                                                               \
        MATRIX_LOAD(6, left, 64);                                                                                      \
        MATRIX_LOAD(7, right, 64);                                                                                     \
        MATRIX_MULTIPLY(c0, 6, 7);                                                                                     \
        if (whole) {                                                                                                   \
            MATRIX_LOAD(5, (right) + MATRIX, 64);                                                                      \
            MATRIX_MULTIPLY(c1, 6, 5);                                                                                 \
        }                                                                                                              \
    } while (0)
#define FW_PUT(c0, c1, delta, whole)                                                                                   \
    do {                                                                                                               \
        MATRIX_STORE(c0, delta, 128);                                                                                  \
        if (whole) MATRIX_STORE(c1, (delta) + FW_LANES, 128);                                                          \
    } while (0)
#define FW_FIRST(left, right, whole)                                                                                   \
    MATRIX_ZERO(0);                                                                                                    \
    MATRIX_ZERO(1);                                                                                                    \
    FW_PRODUCT(0, 1, left, right, whole)
#define FW_SECOND(left, right, whole)                                                                                  \
    MATRIX_ZERO(2);                                                                                                    \
    MATRIX_ZERO(3);                                                                                                    \
    FW_PRODUCT(2, 3, left, right, whole)

/* While one product is at work, the one before is stored, and the one before that added to its rows. */
FW_INLINE void update_slice(tile *t, int64_t k, const int whole) {
    struct matrix *x = t->matrix;
    float *const first = x->delta, *const second = x->delta + 16 * 32;
    const bf16_pair *g = x->g_turned;
    const int64_t halo_rows = t->n + t->slots - 1, noise = t->noise_slots;
    const rows own[2] = {{t->own_out, t->own_rate, smaller(t->n, 16)},
                         {t->own_out + 16, t->own_rate + 16, t->n - smaller(t->n, 16)}};
    rows halo[3], words[2];
    for (int b = 0; b < 3; b++)
        halo[b] = (rows){t->halo_out + 16 * b, t->halo_rate + 16 * b, smaller(halo_rows - 16 * b, 16)};
    for (int b = 0; b < 2; b++)
        words[b] = (rows){t->noise_row + 16 * b, t->noise_rate + 16 * b, smaller(noise - 16 * b, 16)};
    for (int64_t b = 0; b < 2; b++)
        make_pairs(x->halo + 16 * b, x->halo + 16 * b + 16, k, whole, x->halo_pairs + 2 * b * MATRIX);
    make_pairs(t->noise_row, x->noise_blocks > 1 ? t->noise_row + 16 : NULL, k, whole, x->noise_pairs);
    make_pairs(x->own, x->own + 16, k, whole, x->x_pairs);

    FW_FIRST(x->g_halo, x->halo_pairs, whole);
    FW_PRODUCT(0, 1, x->g_noise, x->noise_pairs, whole);
    FW_SECOND(x->g_halo + MATRIX, x->halo_pairs + 2 * MATRIX, whole);
    FW_PRODUCT(2, 3, x->g_noise + MATRIX, x->noise_pairs, whole);
    FW_PUT(0, 1, first, whole);
    FW_FIRST(g, x->x_pairs, whole);
    FW_PUT(2, 3, second, whole);
    add_rows(own[0], first, k, whole);
    FW_SECOND(g + MATRIX, x->x_pairs, whole);
    FW_PUT(0, 1, first, whole);
    add_rows(own[1], second, k, whole);
    FW_FIRST(g + 2 * MATRIX, x->x_pairs, whole);
    FW_PUT(2, 3, second, whole);
    add_rows(halo[0], first, k, whole);
    FW_SECOND(g + 3 * MATRIX, x->x_pairs, whole);
    FW_PUT(0, 1, first, whole);
    add_rows(halo[1], second, k, whole);
    if (x->noise_blocks > 1) {
        FW_FIRST(g + 4 * MATRIX, x->x_pairs, whole);
    }
    FW_PUT(2, 3, second, whole);
    add_rows(halo[2], first, k, whole);
    if (x->noise_blocks > 1) FW_PUT(0, 1, first, whole);
    add_rows(words[0], second, k, whole);
    if (x->noise_blocks > 1) add_rows(words[1], first, k, whole);
}
/* The last slice first: its rows are those that the first pass read last. */
FW_STAGE void matrix_updates(tile *t) {
    struct matrix *x = t->matrix;
    int64_t fetched = 0;
    for (int64_t slice = x->slices - 1; slice >= 0; slice--) {
        if (2 * slice + 1 < t->vectors) update_slice(t, 32 * slice, 1);
        else update_slice(t, 32 * slice, 0);
        for (; fetched * x->slices < (x->slices - slice) * t->n; fetched++) prefetch_halo(t, fetched);
    }
}

/* Trains the tile; returns its loss. */
FW_INLINE vf train_matrix(tile *t) {
    matrix_scores(t);
    if (t->matrix->noise_blocks > 1) more_noise_scores(t);
    vf loss = matrix_positives(t);
    FW_MARK(positives);
    loss += matrix_noise(t);
    make_coefficients(t);
    FW_MARK(noise_scores);
    matrix_updates(t);
    FW_MARK(row_updates);
    return loss;
}

#endif
