/* Skip-gram's products on matrix registers (AMX): factors in bfloat16, sums and rows in float32.

   F are the rows that tokens meet, halo and noise; X their own rows, 32 of them in two blocks. Three products:

       scores               F X'   tokens lie in the lanes, which makes what follows cheap
       updates of own rows  G F    G: (tokens, F) coefficients
       updates of F         G' X

   A left factor lies row by row, a right factor in pairs of rows: each row of a register holds 16 pairs of numbers. In
   which order the shared index runs does not matter, as long as both factors have the same one, so number j always
   shares a pair with number j + 16: such pairs are made from two vectors without any shuffle.

   Slices. The rows of a tile and their copies do not fit the first cache. So both passes go through the rows in slices
   of 32 numbers: the first adds up the scores; the second multiplies, and adds to the same slice of the rows. The
   updates of a slice depend on no other slice, so its copies, made before any of its rows changes, are the snapshot.

   A block of 16 tokens meets two blocks of 16 halo rows, its own and the next, and a halo row meets at most 16
   tokens, counting itself: this holds up to W = 7. */
#ifndef FW_MATRIX_H
#define FW_MATRIX_H

#include "fw_matrix_ops.h"
#include "fw_tile.h"

#define FW_MATRIX_TOKENS 32
#define FW_MATRIX_WINDOW 7
#define FW_MATRIX_NOISE 32
enum { MATRIX = 16 * 16 }; /* 32-bit numbers of a register */

typedef uint32_t bf16_pair;

struct matrix {
    int64_t slices, noise_blocks;
    bf16_pair *x_turned;             /* (slices, 2, 16, 16): X', a right factor of the scores */
    bf16_pair *halo_plain;           /* (2 slices, 48, 16): left factors */
    bf16_pair *noise_plain;          /* (2 slices, 16, 16) */
    bf16_pair *x_pairs;              /* (2 halves of a slice, 16, 16): a right factor of the updates of F */
    bf16_pair *halo_pairs;           /* (2 blocks of tokens, 2 halves, 16, 16) */
    bf16_pair *noise_pairs;          /* (2 halves, 16, 16) */
    bf16_pair *g_halo, *g_noise;     /* G: (2 blocks of tokens, 16, 16) */
    bf16_pair *g_turned;             /* G': (48 + 32, 16) */
    float *score, *coefficient;      /* (48 + 32, 32), with room for a vector before and after */
    float *taken;                    /* (32, 32): what noise words lose of their weights, being targets */
    float *delta;                    /* (2, 16, 32): updates of a slice of 16 rows, these and the last ones */
    uint8_t *first_slot, *last_slot; /* (16 + 32 + 16): of each token's window; none for tokens that are not there */
    float **own, **halo;             /* (32) and (48): rows to read, the zero row where there is none */
    float *slot_weight;              /* (16): pair weights of the slots 2 W - lane */
    float *within;                   /* (16): weight_within */
};

FW_INLINE int fits_matrix(const fw_job *job) {
    return !job->run.cbow && job->run.negative_sampling && !job->run.hierarchical && !job->run.pairwise_noise &&
           job->run.passes == 1 && job->run.window <= FW_MATRIX_WINDOW && job->run.tile_tokens <= FW_MATRIX_TOKENS &&
           job->run.noise_slots <= FW_MATRIX_NOISE;
}

FW_INLINE int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }

/* ------------------------------------------------------------------ bfloat16 */

/* Pairs of numbers, rounded to the nearest, halves away from zero. */
FW_INLINE vi paired(vf low, vf high) {
    const __m512i half = _mm512_set1_epi32(0x8000);
    const __m512i a = _mm512_srli_epi32(_mm512_add_epi32((__m512i)low, half), 16);
    return (vi)_mm512_mask_blend_epi16(0xaaaaaaaa, a, _mm512_add_epi32((__m512i)high, half));
}
FW_INLINE void store_pairs(bf16_pair *to, vi pairs) { *(vi *)to = pairs; }
/* The slice of a row from k on; of the last slice only one vector may be `whole`ly there. */
FW_INLINE vi slice_of(const float *row, int64_t k, const int whole) {
    return paired(load(row + k), whole ? load(row + k + FW_LANES) : (vf){0});
}

/* Turns 16 x 16 pairs. */
FW_INLINE void turn(vi *pairs) {
    vf *r = (vf *)pairs;
#define FW_STEP(h)                                                                                                     \
    FW_UNROLL for (int i = 0; i < 16; i++) if (!(i & h)) {                                                             \
        const vf a = r[i], b = r[i + h];                                                                               \
        r[i] = FW_LOW(a, b, h);                                                                                        \
        r[i + h] = FW_HIGH(a, b, h);                                                                                   \
    }
    FW_STEP(1)
    FW_STEP(2)
    FW_STEP(4)
    FW_STEP(8)
#undef FW_STEP
}

/* ------------------------------------------------------------------ workspace */

static void lay_out_matrix(tile *t, char *block, size_t *used) {
    struct matrix unused, *x = piece(block, used, 1, sizeof *x);
    t->matrix = x;
    if (!x) x = &unused;
    x->slices = (t->vectors + 1) / 2;
    x->noise_blocks = (t->noise_slots + 15) / 16;
#define FW_PIECE(field, count) x->field = piece(block, used, (count), sizeof *x->field)
    FW_PIECE(x_turned, x->slices * 2 * MATRIX);
    FW_PIECE(halo_plain, 2 * 3 * MATRIX);
    FW_PIECE(noise_plain, 2 * MATRIX);
    FW_PIECE(x_pairs, 2 * MATRIX);
    FW_PIECE(halo_pairs, 4 * MATRIX);
    FW_PIECE(noise_pairs, 2 * MATRIX);
    FW_PIECE(g_halo, 2 * MATRIX);
    FW_PIECE(g_noise, 2 * MATRIX);
    FW_PIECE(g_turned, 5 * MATRIX);
    FW_PIECE(score, 16 + 80 * 32 + 16);
    FW_PIECE(coefficient, 16 + 80 * 32 + 16);
    FW_PIECE(taken, FW_MATRIX_NOISE * 32);
    FW_PIECE(delta, 2 * 16 * 32);
    FW_PIECE(first_slot, 16 + 32 + 16);
    FW_PIECE(last_slot, 16 + 32 + 16);
    FW_PIECE(own, 32);
    FW_PIECE(halo, 48);
    FW_PIECE(slot_weight, 16);
    FW_PIECE(within, 16);
#undef FW_PIECE
    if (!block) return;
    x->score += 16;
    x->coefficient += 16;
}
static void init_matrix(tile *t) {
    struct matrix *x = t->matrix;
    const fw_job *job = t->job;
    const int window = job->run.window;
    memset(x->first_slot, 255, 16 + 32 + 16);
    for (int d = 0; d <= window; d++) x->within[d] = job->weight_within[d];
    for (int d = 1; d <= window; d++) x->slot_weight[window - d] = x->slot_weight[window + d] = job->pair_weight[d];
}

/* ------------------------------------------------------------------ scores */

/* The left factors of a slice. */
FW_INLINE void make_plain(float *const *rows, int64_t n, int64_t k, const int whole, bf16_pair *to) {
    for (int64_t i = 0; i < n; i++) store_pairs(to + 16 * i, slice_of(rows[i], k, whole));
}
/* The right factor of a slice of 16 own rows. */
FW_INLINE void make_turned(float *const *rows, int64_t k, const int whole, bf16_pair *to) {
    vi r[16];
    FW_UNROLL for (int i = 0; i < 16; i++) r[i] = slice_of(rows[i], k, whole);
    turn(r);
    FW_UNROLL for (int i = 0; i < 16; i++) store_pairs(to + 16 * i, r[i]);
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
/* The other 16 noise words. */
FW_STAGE void more_noise_scores(tile *t) {
    struct matrix *x = t->matrix;
    MATRIX_ZERO(4);
    MATRIX_ZERO(5);
    for (int64_t slice = 0; slice < x->slices; slice++) {
        bf16_pair *plain = x->noise_plain + slice % 2 * MATRIX;
        if (2 * slice + 1 < t->vectors) make_plain(t->noise_row + 16, 16, 32 * slice, 1, plain);
        else make_plain(t->noise_row + 16, 16, 32 * slice, 0, plain);
        MATRIX_LOAD(7, plain, 64);
        MATRIX_LOAD(6, x->x_turned + slice * 2 * MATRIX, 64);
        MATRIX_MULTIPLY(4, 7, 6);
        MATRIX_LOAD(6, x->x_turned + (slice * 2 + 1) * MATRIX, 64);
        MATRIX_MULTIPLY(5, 7, 6);
    }
    MATRIX_STORE(4, x->score + 64 * 32, 128);
    MATRIX_STORE(5, x->score + 64 * 32 + 16, 128);
}

/* ------------------------------------------------------------------ coefficients */

/* Finds the rows and the windows of the tile's tokens, in place of open_rows. Returns whether any token has a pair. */
FW_STAGE int open_matrix(tile *t) {
    struct matrix *x = t->matrix;
    const int64_t window = t->job->run.window;
    const vf within = load(x->within);
    uint32_t pairs = 0;
    point_to_tile(t);
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++) x->own[i] = i < t->n ? t->own[i] : t->zero;
    for (int64_t h = 0; h < 48; h++) x->halo[h] = h < t->n + t->slots - 1 ? t->halo[h] : t->zero;
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

/* What noise words that are targets of pairs lose of their weights; returns the bits of these words. */
FW_STAGE uint32_t find_hits(tile *t) {
    struct matrix *x = t->matrix;
    const stream *s = &t->s;
    const int64_t window = t->job->run.window, from = t->i0 - window > 0 ? t->i0 - window : 0;
    const int64_t to = t->i0 + t->n + window < s->n ? t->i0 + t->n + window : s->n;
    uint32_t hits = 0;
    for (int64_t m0 = 0; m0 < t->noise_slots; m0 += 16) {
        const vi words = load_words(t->noise_word + m0);
        const uint32_t there = (uint32_t)((1ull << (t->noise_slots - m0 < 16 ? t->noise_slots - m0 : 16)) - 1);
        for (int64_t j = from; j < to; j++) {
            for (uint32_t k = mask_bits(words == s->word[j]) & there; k != 0; k &= k - 1) {
                const int64_t m = m0 + __builtin_ctz(k);
                hits |= 1u << m;
                for (int64_t i = j - window > t->i0 ? j - window : t->i0; i <= j + window && i < t->i0 + t->n; i++)
                    if (i != j && s->first[i] <= j && j <= s->last[i])
                        x->taken[32 * m + i - t->i0] += t->job->pair_weight[i < j ? j - i : i - j];
            }
        }
    }
    return hits;
}
FW_STAGE vf matrix_noise(tile *t) {
    struct matrix *x = t->matrix;
    const uint32_t hits = find_hits(t);
    const vf scale = splat(-t->rate * (float)t->job->run.negative / (float)t->noise_slots);
    vf loss = {0}, bad = {0};
    for (int64_t m = 0; m < t->noise_slots; m++) {
        const int lossy = t->loss_weight[m] > 0;
        const vf loss_weight = splat(t->loss_weight[m]);
        for (int64_t i = 0; i < FW_MATRIX_TOKENS; i += FW_LANES) {
            vf weight = load(t->count + i), one = {0};
            if (hits >> m & 1) {
                weight -= load(x->taken + 32 * m + i);
                store(x->taken + 32 * m + i, (vf){0});
            }
            const vf score = load(x->score + 32 * (48 + m) + i), g = noise_pair(score, &one, lossy);
            bad += splat(0.f) * score;
            if (lossy) loss += weight * one * loss_weight;
            store(x->coefficient + 32 * (48 + m) + i, scale * weight * g);
        }
    }
    return loss + bad;
}

/* 16 x 32 coefficients of F from two blocks of 16 rows of G', for a block of tokens. */
FW_INLINE void turn_coefficients(const float *low, const float *high, bf16_pair *to) {
    vi r[16];
    FW_UNROLL for (int p = 0; p < 16; p++) r[p] = paired(load(low + 32 * p), high ? load(high + 32 * p) : (vf){0});
    turn(r);
    FW_UNROLL for (int i = 0; i < 16; i++) store_pairs(to + 16 * i, r[i]);
}
FW_STAGE void make_coefficients(tile *t) {
    struct matrix *x = t->matrix;
    const float *halo = x->coefficient, *noise = x->coefficient + 48 * 32;
    for (int64_t f = 0; f < 48 + 16 * x->noise_blocks; f++)
        store_pairs(x->g_turned + 16 * f, paired(load(halo + 32 * f), load(halo + 32 * f + 16)));
    for (int64_t b = 0; b < 2; b++) {
        turn_coefficients(halo + 16 * b * 33, halo + 16 * b * 33 + 16 * 32, x->g_halo + b * MATRIX);
        turn_coefficients(noise + 16 * b, x->noise_blocks > 1 ? noise + 16 * b + 16 * 32 : NULL,
                          x->g_noise + b * MATRIX);
    }
}

/* ------------------------------------------------------------------ updates */

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
