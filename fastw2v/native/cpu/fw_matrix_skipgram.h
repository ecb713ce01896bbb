/* Skip-gram on matrix registers.

   F are the rows that tokens meet, halo and noise; X their own rows. Three products:

       scores               F X'   tokens lie in the lanes, which makes what follows cheap
       updates of own rows  G F    G: (tokens, F) coefficients
       updates of F         G' X
*/
#ifndef FW_MATRIX_SKIPGRAM_H
#define FW_MATRIX_SKIPGRAM_H

#include "fw_matrix.h"

/* ------------------------------------------------------------------ windows and scores */

/* The weights of the pairs on one side, up to these distances; 0 for a negative one. Lanes beyond the tile hold
   anything, so that distances are held within the window. */
FW_INLINE vf weights_within(const tile *t, vi distance) {
    const __m512i widest = _mm512_set1_epi32(t->job->run.window);
    const __m512i d = _mm512_min_epi32(_mm512_max_epi32((__m512i)distance, _mm512_setzero_si512()), widest);
    if (t->job->run.window < 16) return _mm512_permutexvar_ps(d, load(t->matrix->within));
    return _mm512_i32gather_ps(d, t->job->weight_within, 4);
}
/* Finds the rows and the windows of the tile's tokens in this pass. Returns whether any token has a pair. */
FW_STAGE int open_skipgram(tile *t) {
    struct matrix *x = t->matrix;
    const int32_t low = (int32_t)t->low, high = low + (int32_t)t->slots - 1;
    uint32_t pairs = 0;
    open_pointers(t);
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i += FW_LANES) {
        const vi at = lane_numbers() + (int32_t)(t->i0 + i);
        const __m512i begin = (__m512i)(load_words(t->s.first + t->i0 + i) - at);
        const __m512i end = (__m512i)(load_words(t->s.last + t->i0 + i) - at);
        const vi first = (vi)_mm512_max_epi32(begin, _mm512_set1_epi32(low));
        const vi last = (vi)_mm512_min_epi32(end, _mm512_set1_epi32(high));
        const vi there = (lane_numbers() < (int32_t)(t->n - i)) & (last >= first);
        const vf left = weights_within(t, -first) - weights_within(t, -last - 1);
        const vf right = weights_within(t, last) - weights_within(t, first - 1);
        const vf count = masked(left + right, there);
        store(t->count + i, count);
        pairs |= mask_bits(count > 0);
        _mm_store_si128((__m128i *)(x->first_slot + 32 + i), _mm512_cvtepi32_epi8((__m512i)((first - low) | ~there)));
        _mm_store_si128((__m128i *)(x->last_slot + 32 + i), _mm512_cvtepi32_epi8((__m512i)((last - low) & there)));
    }
    return pairs != 0;
}

FW_INLINE void make_score_factors(tile *t, int64_t slice, const int whole, const int wide) {
    struct matrix *x = t->matrix;
    const int64_t k = 32 * slice, halo = wide ? 64 : 48;
    bf16_pair *turned = x->x_turned + slice * 2 * MATRIX;
    make_turned(x->own, k, whole, turned);
    if (!wide) make_plain(t->noise_row, 16, k, whole, x->noise_plain + slice % 2 * MATRIX);
    make_turned(x->own + 16, k, whole, turned + MATRIX);
    make_plain(x->halo, halo, k, whole, x->halo_plain + slice % 2 * halo * 16);
}
/* Registers 0 and 1, and 2 and 3: the blocks of the halo that a block of tokens meets. 4 and 5: the noise words; with a
   wide window, the third block of the halo. */
FW_INLINE void add_scores(const struct matrix *x, int64_t slice, const int wide) {
    const bf16_pair *turned = x->x_turned + slice * 2 * MATRIX;
    const bf16_pair *halo = x->halo_plain + slice % 2 * (wide ? 4 : 3) * MATRIX;
    const bf16_pair *noise = x->noise_plain + slice % 2 * MATRIX;
    MATRIX_LOAD(6, turned, 64);
    MATRIX_LOAD(7, wide ? halo + 2 * MATRIX : noise, 64);
    MATRIX_MULTIPLY(4, 7, 6);
    MATRIX_LOAD(7, halo, 64);
    MATRIX_MULTIPLY(0, 7, 6);
    MATRIX_LOAD(7, halo + MATRIX, 64);
    MATRIX_MULTIPLY(1, 7, 6);
    MATRIX_LOAD(6, turned + MATRIX, 64);
    MATRIX_MULTIPLY(2, 7, 6);
    MATRIX_LOAD(7, halo + 2 * MATRIX, 64);
    MATRIX_MULTIPLY(3, 7, 6);
    MATRIX_LOAD(7, wide ? halo + 3 * MATRIX : noise, 64);
    MATRIX_MULTIPLY(5, 7, 6);
}
/* The halo, and the first 16 noise words unless the window is wide. */
FW_INLINE void matrix_scores(tile *t, const int wide) {
    struct matrix *x = t->matrix;
    MATRIX_ZERO(0);
    MATRIX_ZERO(1);
    MATRIX_ZERO(2);
    MATRIX_ZERO(3);
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    int64_t fetched = 0;
    for (int64_t slice = 0; slice < x->slices; slice++) {
        if (2 * slice + 1 < t->vectors) make_score_factors(t, slice, 1, wide);
        else make_score_factors(t, slice, 0, wide);
        if (slice > 0) add_scores(x, slice - 1, wide); /* a load of what was stored just before would wait for it */
        for (; fetched * x->slices < (slice + 1) * t->n; fetched++) prefetch_own(t, fetched);
    }
    add_scores(x, x->slices - 1, wide);
    MATRIX_STORE(0, x->score, 128);
    MATRIX_STORE(1, x->score + 16 * 32, 128);
    MATRIX_STORE(2, x->score + 16 * 32 + 16, 128);
    MATRIX_STORE(3, x->score + 32 * 32 + 16, 128);
    MATRIX_STORE(4, x->score + (wide ? 32 : 48) * 32, 128);
    MATRIX_STORE(5, x->score + 48 * 32 + 16, 128);
}
FW_STAGE void narrow_scores(tile *t) { matrix_scores(t, 0); }
FW_STAGE void wide_scores(tile *t) { matrix_scores(t, 1); }

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

/* The coefficients of the pairs, halo row by halo row: its tokens are at most as many as the pass has slots, side by
   side, which are one or two vectors of tokens. */
FW_STAGE vf matrix_positives(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t reach = t->slots - 1, rows = t->n + reach;
    const float *slot_weight = x->slot_weight + t->job->run.window - (t->low + reach); /* of slot `reach`, and down */
    const uint32_t itself = t->self <= reach ? 1u << (reach - t->self) : 0;
    const uint32_t others = ~itself & (uint32_t)(((uint64_t)2 << reach) - 1);
    const vf rate = splat(t->rate);
    const __m128i lanes = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    vf loss = {0}, bad = {0};
    for (int64_t h = 0; h < rows; h++) {
        float *const row = x->coefficient + 32 * h;
        const float *score = x->score + 32 * h;
        bad += splat(0.f) * load(score) + splat(0.f) * load(score + 16);
        store(row, (vf){0});
        store(row + 16, (vf){0});
        for (int64_t part = 0; part <= reach; part += 16) {
            const int64_t i = h - reach + part; /* the first token */
            const vf weight = load_anywhere(slot_weight + part);
            const __m128i slot = _mm_sub_epi8(_mm_set1_epi8((char)(reach - part)), lanes);
            const __m128i first = _mm_loadu_si128((const __m128i *)(x->first_slot + 32 + i));
            const __m128i last = _mm_loadu_si128((const __m128i *)(x->last_slot + 32 + i));
            __mmask16 in = _mm_mask_cmple_epu8_mask((__mmask16)(others >> part), first, slot);
            in = _mm_mask_cmple_epu8_mask(in, slot, last);
            vf one;
            const vf g = rate * weight * positive_pair(load_anywhere(score + i), &one);
            loss = _mm512_mask_add_ps(loss, in, loss, weight * one);
            _mm512_mask_storeu_ps(row + i, in, g);
        }
    }
    const size_t beyond = (size_t)(32 * (16 * x->halo_blocks - rows));
    memset(x->coefficient + 32 * rows, 0, beyond * sizeof *x->coefficient);
    return loss + bad;
}

/* Finds what noise words that are targets of pairs lose of their weights; returns the bits of these words. */
FW_STAGE uint64_t find_hits(tile *t) {
    const stream *s = &t->s;
    const int64_t from = t->i0 + t->low > 0 ? t->i0 + t->low : 0;
    const int64_t end = t->i0 + t->n + t->low + t->slots - 1, to = smaller(end, s->n);
    uint64_t hits = 0;
    for (int64_t m0 = 0; m0 < t->noise_slots; m0 += 16) {
        const vi words = load_words(t->noise_word + m0);
        const uint32_t there = (1u << smaller(t->noise_slots - m0, 16)) - 1;
        for (int64_t j = from; j < to; j++) {
            for (uint32_t k = mask_bits(words == s->word[j]) & there; k != 0; k &= k - 1) {
                const int64_t m = m0 + __builtin_ctz(k);
                hits |= (uint64_t)1 << m;
                take_weight(t, j, t->matrix->taken + 32 * m, 1);
            }
        }
    }
    return hits;
}
FW_STAGE vf matrix_noise(tile *t) {
    struct matrix *x = t->matrix;
    const uint64_t hits = find_hits(t);
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

/* G' and, for each block of tokens, G of the blocks that make pairs: two blocks of the halo, and two of noise words; in
   a wide pass, a third block of the halo beside the first of noise words. The other noise words make pairs of their
   own. */
FW_STAGE void make_coefficients(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t rows = 16 * x->halo_blocks;
    const int wide = x->halo_blocks > 3;
    const float *halo = x->coefficient, *noise = halo + 32 * rows;
    for (int64_t f = 0; f < rows + 16 * x->noise_blocks; f++)
        store_pairs(x->g_turned + 16 * f, paired(load(halo + 32 * f), load(halo + 32 * f + 16)));
    for (int64_t b = 0; b < 2; b++) {
        const float *met = halo + 16 * b * 33, *words = noise + 16 * b;
        turn_coefficients(met, met + 16 * 32, x->g_halo + b * MATRIX);
        if (wide) turn_coefficients(met + 32 * 32, words, x->g_noise + b * MATRIX);
        else turn_coefficients(words, x->noise_blocks > 1 ? words + 16 * 32 : NULL, x->g_noise + b * MATRIX);
        for (int64_t p = 0, m = x->alone; p < x->more; p++, m += 2) {
            const float *low = words + m * 16 * 32, *high = m + 1 < x->noise_blocks ? low + 16 * 32 : NULL;
            turn_coefficients(low, high, x->g_more + (2 * p + b) * MATRIX);
        }
    }
}

/* ------------------------------------------------------------------ updates */

/* The p-th block of rows of F. */
FW_INLINE rows block_of(const tile *t, int64_t p) {
    const int64_t blocks = t->matrix->halo_blocks;
    if (p < blocks) return rows_of(t->halo_out, t->halo_rate, 16 * p, t->n + t->slots - 1);
    return rows_of(t->noise_row, t->noise_rate, 16 * (p - blocks), t->noise_slots);
}
/* While one product is at work, the one before is stored, and the one before that added to its rows. */
FW_INLINE void update_slice(tile *t, int64_t k, const int whole, const int wide) {
    struct matrix *x = t->matrix;
    float *const first = x->delta, *const second = x->delta + 16 * 32;
    const bf16_pair *g = x->g_turned, *second_pairs = x->noise_pairs + (wide ? 2 * MATRIX : 0);
    const int64_t blocks = x->halo_blocks + x->noise_blocks;
    for (int64_t b = 0; b < 2; b++)
        make_pairs(x->halo + 16 * b, x->halo + 16 * b + 16, 1, k, whole, x->halo_pairs + 2 * b * MATRIX);
    if (!wide) make_pairs(t->noise_row, x->noise_blocks > 1 ? t->noise_row + 16 : NULL, 1, k, whole, x->noise_pairs);
    for (int64_t b = 0; b < 2 && wide; b++)
        make_pairs(x->halo + 16 * b + 32, t->noise_row, 1, k, whole, x->noise_pairs + 2 * b * MATRIX);
    for (int64_t p = 0, m = x->alone; p < x->more; p++, m += 2) {
        float *const *low = t->noise_row + 16 * m, *const *high = m + 1 < x->noise_blocks ? low + 16 : NULL;
        make_pairs(low, high, 1, k, whole, x->more_pairs + 2 * p * MATRIX);
    }
    make_pairs(x->own, x->own + 16, 1, k, whole, x->x_pairs);

    FW_FIRST(x->g_halo, x->halo_pairs, whole);
    FW_PRODUCT(0, 1, x->g_noise, x->noise_pairs, whole);
    for (int64_t p = 0; p < 2 * x->more; p += 2)
        FW_PRODUCT(0, 1, x->g_more + p * MATRIX, x->more_pairs + p * MATRIX, whole);
    FW_SECOND(x->g_halo + MATRIX, x->halo_pairs + 2 * MATRIX, whole);
    FW_PRODUCT(2, 3, x->g_noise + MATRIX, second_pairs, whole);
    for (int64_t p = 0; p < 2 * x->more; p += 2)
        FW_PRODUCT(2, 3, x->g_more + (p + 1) * MATRIX, x->more_pairs + p * MATRIX, whole);
    FW_PUT(0, 1, first, whole);
    rows before[2] = {rows_of(t->own_out, t->own_rate, 0, t->n), rows_of(t->own_out, t->own_rate, 16, t->n)};
    for (int64_t p = 0; p < blocks; p += 2) {
        FW_FIRST(g + p * MATRIX, x->x_pairs, whole);
        FW_PUT(2, 3, second, whole);
        add_rows(before[0], first, k, whole);
        before[0] = block_of(t, p);
        if (p + 1 == blocks) break;
        FW_SECOND(g + (p + 1) * MATRIX, x->x_pairs, whole);
        FW_PUT(0, 1, first, whole);
        add_rows(before[1], second, k, whole);
        before[1] = block_of(t, p + 1);
    }
    if (blocks % 2 == 0) {
        FW_PUT(2, 3, second, whole);
        add_rows(before[0], first, k, whole);
        add_rows(before[1], second, k, whole);
    } else {
        FW_PUT(0, 1, first, whole);
        add_rows(before[1], second, k, whole);
        add_rows(before[0], first, k, whole);
    }
}
/* The last slice first: its rows are those that the first pass read last. */
FW_INLINE void matrix_updates(tile *t, const int wide) {
    struct matrix *x = t->matrix;
    int64_t fetched = 0;
    for (int64_t slice = x->slices - 1; slice >= 0; slice--) {
        if (2 * slice + 1 < t->vectors) update_slice(t, 32 * slice, 1, wide);
        else update_slice(t, 32 * slice, 0, wide);
        for (; fetched * x->slices < (x->slices - slice) * t->n; fetched++) prefetch_halo(t, fetched);
    }
}
FW_STAGE void narrow_updates(tile *t) { matrix_updates(t, 0); }
FW_STAGE void wide_updates(tile *t) { matrix_updates(t, 1); }

FW_INLINE vf train_skipgram(tile *t) {
    const int wide = t->matrix->halo_blocks > 3;
    if (wide) wide_scores(t);
    else narrow_scores(t);
    for (int64_t m = wide ? 0 : 1; m < t->matrix->noise_blocks; m++) more_noise_scores(t, 16 * m);
    vf loss = matrix_positives(t);
    FW_MARK(positives);
    loss += matrix_noise(t);
    make_coefficients(t);
    FW_MARK(noise_scores);
    if (wide) wide_updates(t);
    else narrow_updates(t);
    FW_MARK(row_updates);
    return loss;
}

#endif
