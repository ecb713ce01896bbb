/* Skip-gram on matrix registers.

   F are the rows that tokens meet, halo and noise; X their own rows. Three products:

       scores               F X'   tokens lie in the lanes, which makes what follows cheap
       updates of own rows  G F    G: (tokens, F) coefficients
       updates of F         G' X
*/
#ifndef FW_MATRIX_SKIPGRAM_H
#define FW_MATRIX_SKIPGRAM_H

#include "fw_matrix_noise.h"

/* Finds the rows and the windows of the tile's tokens. Returns whether any token has a pair. */
FW_STAGE int open_skipgram(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t window = t->job->run.window;
    const vf within = load(x->within);
    uint32_t pairs = 0;
    open_pointers(t);
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

FW_STAGE void make_pair_coefficients(tile *t) {
    struct matrix *x = t->matrix;
    const float *halo = x->coefficient;
    for (int64_t f = 0; f < 48; f++)
        store_pairs(x->g_turned + 16 * f, paired(load(halo + 32 * f), load(halo + 32 * f + 16)));
    for (int64_t b = 0; b < 2; b++)
        turn_coefficients(halo + 16 * b * 33, halo + 16 * b * 33 + 16 * 32, x->g_halo + b * MATRIX);
}

/* While one product is at work, the one before is stored, and the one before that added to its rows. */
FW_INLINE void update_slice(tile *t, int64_t k, const int whole) {
    struct matrix *x = t->matrix;
    float *const first = x->delta, *const second = x->delta + 16 * 32;
    const bf16_pair *g = x->g_turned;
    const int64_t halo_rows = t->n + t->slots - 1, noise = t->noise_slots;
    for (int64_t b = 0; b < 2; b++)
        make_pairs(x->halo + 16 * b, x->halo + 16 * b + 16, 1, k, whole, x->halo_pairs + 2 * b * MATRIX);
    make_pairs(t->noise_row, x->noise_blocks > 1 ? t->noise_row + 16 : NULL, 1, k, whole, x->noise_pairs);
    make_pairs(x->own, x->own + 16, 1, k, whole, x->x_pairs);

    FW_FIRST(x->g_halo, x->halo_pairs, whole);
    FW_PRODUCT(0, 1, x->g_noise, x->noise_pairs, whole);
    FW_SECOND(x->g_halo + MATRIX, x->halo_pairs + 2 * MATRIX, whole);
    FW_PRODUCT(2, 3, x->g_noise + MATRIX, x->noise_pairs, whole);
    FW_PUT(0, 1, first, whole);
    FW_FIRST(g, x->x_pairs, whole);
    FW_PUT(2, 3, second, whole);
    add_rows(rows_of(t->own_out, t->own_rate, 0, t->n), first, k, whole);
    FW_SECOND(g + MATRIX, x->x_pairs, whole);
    FW_PUT(0, 1, first, whole);
    add_rows(rows_of(t->own_out, t->own_rate, 16, t->n), second, k, whole);
    FW_FIRST(g + 2 * MATRIX, x->x_pairs, whole);
    FW_PUT(2, 3, second, whole);
    add_rows(rows_of(t->halo_out, t->halo_rate, 0, halo_rows), first, k, whole);
    FW_SECOND(g + 3 * MATRIX, x->x_pairs, whole);
    FW_PUT(0, 1, first, whole);
    add_rows(rows_of(t->halo_out, t->halo_rate, 16, halo_rows), second, k, whole);
    if (x->noise_blocks > 1) {
        FW_FIRST(g + 4 * MATRIX, x->x_pairs, whole);
    }
    FW_PUT(2, 3, second, whole);
    add_rows(rows_of(t->halo_out, t->halo_rate, 32, halo_rows), first, k, whole);
    if (x->noise_blocks > 1) FW_PUT(0, 1, first, whole);
    add_rows(rows_of(t->noise_row, t->noise_rate, 0, noise), second, k, whole);
    if (x->noise_blocks > 1) add_rows(rows_of(t->noise_row, t->noise_rate, 16, noise), first, k, whole);
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

FW_INLINE vf train_skipgram(tile *t) {
    matrix_scores(t);
    if (t->matrix->noise_blocks > 1) more_noise_scores(t);
    vf loss = matrix_positives(t);
    FW_MARK(positives);
    loss += matrix_noise(t);
    make_pair_coefficients(t);
    make_noise_coefficients(t);
    FW_MARK(noise_scores);
    matrix_updates(t);
    FW_MARK(row_updates);
    return loss;
}

#endif
