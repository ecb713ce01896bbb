/* The products of a tile on matrix registers (AMX): factors in bfloat16, sums and rows in float32.
   fw_matrix_skipgram.h and fw_matrix_cbow.h say which they are; a tile has 32 tokens in two blocks.

   A left factor lies row by row, a right factor in pairs of rows: each row of a register holds 16 pairs of numbers. In
   which order the shared index runs does not matter, as long as both factors have the same one, so number j always
   shares a pair with number j + 16: such pairs are made from two vectors without any shuffle.

   Slices. The rows of a tile and their copies do not fit the first cache. So both passes go through the rows in slices
   of 32 numbers: the first adds up the scores; the second multiplies, and adds to the same slice of the rows. The
   updates of a slice depend on no other slice, so its copies, made before any of its rows changes, are the snapshot.

   A block of 16 tokens meets two blocks of 16 halo rows, its own and the next, and a halo row at most 16 tokens,
   counting itself: this holds for passes of up to 15 slots, a whole window of W = 7. A wide pass, of up to 31 slots,
   meets a third block, and a halo row up to 32 tokens. */
#ifndef FW_MATRIX_H
#define FW_MATRIX_H

#include "fw_matrix_ops.h"
#include "fw_tile.h"

#define FW_MATRIX_TOKENS 32
/* The fewest tokens of a tile: the products of fewer cost as much, and more than AVX-512 takes. */
#define FW_MATRIX_FEWEST 20
#define FW_MATRIX_SLOTS 15 /* of CBOW's window, and of a pass of skip-gram without a third block */
#define FW_MATRIX_WIDE_SLOTS 31
#define FW_MATRIX_NOISE 64
#define FW_MATRIX_NOISE_CBOW 32
enum { MATRIX = 16 * 16 }; /* 32-bit numbers of a register */

typedef uint32_t bf16_pair;

struct matrix {
    int64_t slices, halo_blocks, noise_blocks; /* halo: 3, or 4 for a wide window; noise: 1 to 4 */
    bf16_pair *x_turned;             /* (slices, 2, 16, 16): rows X of the tokens, a right factor of the scores */
    bf16_pair *halo_plain;           /* (2 slices, halo, 16): left factors */
    bf16_pair *noise_plain;          /* (2 slices, 16, 16) */
    bf16_pair *x_pairs;              /* (2 halves of a slice, 16, 16): a right factor of the updates of what X met */
    bf16_pair *halo_pairs;           /* (2 blocks of tokens, 2 halves, 16, 16): of two halo blocks */
    bf16_pair *noise_pairs;          /* (2 halves, 16, 16); wide: (2 blocks of tokens, ...) of the third block, too */
    int64_t alone, more;             /* the first block of noise words in pairs of their own, and these pairs */
    bf16_pair *more_pairs;           /* (more, 2 halves, 16, 16) */
    bf16_pair *g_halo, *g_noise;     /* coefficients of these pairs: (2 blocks of tokens, 16, 16) */
    bf16_pair *g_more;               /* (more, 2 blocks of tokens, 16, 16) */
    bf16_pair *g_turned;             /* all coefficients, turned: (halo + noise, 16) */
    float *score, *coefficient;      /* (halo + noise, 32), with room for two vectors before and after */
    float *taken;                    /* (noise, 32): changes of noise words' weights: see take_weight */
    float *delta;                    /* (2, 16, 32): updates of a slice of 16 rows, these and the last ones */
    uint8_t *first_slot, *last_slot; /* (32 + 32 + 32): of each token's window; none for tokens that are not there */
    float **own, **halo;             /* (32) and (64): rows to read, the zero row where there is none */
    float *slot_weight;              /* (2 W + 1 + 32): pair weights of the slots of a whole window */
    float *within;                   /* (16): weight_within, if W is 15 at most */
    /* CBOW */
    float **hidden;                /* (32): the hidden rows */
    float *share;                  /* (15): 1 / n for n contexts, or 1 for none */
    uint16_t *share_in_b;          /* (15): as a number of B: 1 unless a hidden row is the mean */
    float *error_share;            /* (32): what each context takes of a token's gradient */
    uint8_t *first_row, *last_row; /* (32): of the halo, in each token's window */
    uint8_t *own_row;              /* (32): and the token's own row */
    bf16_pair *b;                  /* (2 blocks of tokens, 16, 16): B */
    bf16_pair *hidden_plain;       /* (2 slices, or all, 2, 16, 16): a left factor of the scores */
    bf16_pair *noise_turned;       /* (2 slices, 16, 16) */
    float *dot;                    /* (32, 16): lanes that add up to the score of a token's target */
    float *error_of_target;        /* (32): coefficients of the targets' rows in the errors */
    float *error;                  /* (32, 32): of a slice */
    bf16_pair *error_pairs;        /* (2 halves, 16, 16): a right factor of the updates of the halo */
};

FW_INLINE int fits_matrix(const fw_job *job) {
    const int tokens = job->run.tile_tokens;
    return job->run.negative_sampling && !job->run.hierarchical && !job->run.pairwise_noise &&
           widest_pass(job) <= (job->run.cbow ? FW_MATRIX_SLOTS : FW_MATRIX_WIDE_SLOTS) && tokens >= FW_MATRIX_FEWEST &&
           tokens <= FW_MATRIX_TOKENS &&
           job->run.noise_slots <= (job->run.cbow ? FW_MATRIX_NOISE_CBOW : FW_MATRIX_NOISE);
}

FW_INLINE int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }

/* ------------------------------------------------------------------ bfloat16 */

FW_INLINE uint16_t bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0x8000) >> 16);
}
/* Pairs of numbers, rounded to the nearest, halves away from zero: one addition. Of these factors, which have all bits
   of a float32, one in 65,536 is halfway; of the differences that ranks send, which training/_wire.pyx rounds to even,
   many are. */
FW_INLINE vi paired(vf low, vf high) {
    const __m512i half = _mm512_set1_epi32(0x8000);
    const __m512i a = _mm512_srli_epi32(_mm512_add_epi32((__m512i)low, half), 16);
    return (vi)_mm512_mask_blend_epi16(0xaaaaaaaa, a, _mm512_add_epi32((__m512i)high, half));
}
FW_INLINE void store_pairs(bf16_pair *to, vi pairs) { *(vi *)to = pairs; }
/* The slice of a row from k on, in pairs; unless it is whole, its second vector is 0. */
FW_INLINE vi slice_of(const float *row, int64_t k, const int whole) {
    return paired(load(row + k), whole ? load(row + k + FW_LANES) : (vf){0});
}

/* Stores 16 x 16 pairs, turned. */
FW_INLINE void store_turned(bf16_pair *to, vi *pairs) {
    turn((vf *)pairs);
    FW_UNROLL for (int i = 0; i < 16; i++) store_pairs(to + 16 * i, pairs[i]);
}

/* The left factors of a slice. */
FW_INLINE void make_plain(float *const *rows, int64_t n, int64_t k, const int whole, bf16_pair *to) {
    for (int64_t i = 0; i < n; i++) store_pairs(to + 16 * i, slice_of(rows[i], k, whole));
}
/* The right factor of a slice of 16 own rows. */
FW_INLINE void make_turned(float *const *rows, int64_t k, const int whole, bf16_pair *to) {
    vi r[16];
    FW_UNROLL for (int i = 0; i < 16; i++) r[i] = slice_of(rows[i], k, whole);
    store_turned(to, r);
}
/* Rows that are to be updated, or none. */
typedef struct rows {
    float *const *out;
    const float *rate;
    int64_t n;
} rows;

/* At most 16 of n rows, from the first on. */
FW_INLINE rows rows_of(float *const *out, const float *rate, int64_t first, int64_t n) {
    return (rows){out + first, rate + first, smaller(n - first, 16)};
}

/* The right factors of a slice: row `low` and row `high`, if any, in one row of pairs, `step` rows from pair to pair;
   the halves of a slice apart. */
FW_INLINE void make_pairs(float *const *low, float *const *high, const int64_t step, int64_t k, const int whole,
                          bf16_pair *to) {
    for (int64_t p = 0; p < 16; p++)
        for (int half = 0; half <= whole; half++)
            store_pairs(to + half * MATRIX + 16 * p,
                        paired(load(low[p * step] + k + half * FW_LANES),
                               high ? load(high[p * step] + k + half * FW_LANES) : (vf){0}));
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

/* ------------------------------------------------------------------ workspace */

static void lay_out_matrix(tile *t, char *block, size_t *used) {
    struct matrix unused, *x = piece(block, used, 1, sizeof *x);
    t->matrix = x;
    if (!x) x = &unused;
    const int cbow = t->job->run.cbow, wide = widest_pass(t->job) > FW_MATRIX_SLOTS;
    x->halo_blocks = wide ? 4 : 3;
    x->slices = (t->vectors + 1) / 2;
    x->noise_blocks = (t->noise_slots + 15) / 16;
    x->alone = wide ? 1 : 2;
    x->more = x->noise_blocks > x->alone ? (x->noise_blocks - x->alone + 1) / 2 : 0;
#define FW_PIECE(field, count) x->field = piece(block, used, (count), sizeof *x->field)
    FW_PIECE(x_turned, x->slices * 2 * MATRIX);
    FW_PIECE(halo_plain, 2 * x->halo_blocks * MATRIX);
    FW_PIECE(noise_plain, 2 * MATRIX);
    FW_PIECE(x_pairs, 2 * MATRIX);
    FW_PIECE(halo_pairs, 4 * MATRIX);
    FW_PIECE(noise_pairs, 4 * MATRIX);
    FW_PIECE(more_pairs, x->more * 2 * MATRIX);
    FW_PIECE(g_halo, 2 * MATRIX);
    FW_PIECE(g_noise, 2 * MATRIX);
    FW_PIECE(g_more, x->more * 2 * MATRIX);
    FW_PIECE(g_turned, (x->halo_blocks + x->noise_blocks) * MATRIX);
    FW_PIECE(score, 32 + (x->halo_blocks + x->noise_blocks) * 16 * 32 + 32);
    FW_PIECE(coefficient, 32 + (x->halo_blocks + x->noise_blocks) * 16 * 32 + 32);
    FW_PIECE(taken, x->noise_blocks * 16 * 32);
    FW_PIECE(delta, 2 * 16 * 32);
    FW_PIECE(first_slot, 32 + 32 + 32);
    FW_PIECE(last_slot, 32 + 32 + 32);
    FW_PIECE(hidden, cbow ? 32 : 0);
    FW_PIECE(share, cbow ? 16 : 0);
    FW_PIECE(share_in_b, cbow ? 16 : 0);
    FW_PIECE(error_share, cbow ? 32 : 0);
    FW_PIECE(first_row, cbow ? 32 : 0);
    FW_PIECE(last_row, cbow ? 32 : 0);
    FW_PIECE(own_row, cbow ? 32 : 0);
    FW_PIECE(b, cbow ? 2 * MATRIX : 0);
    FW_PIECE(hidden_plain, cbow ? (x->noise_blocks > 1 ? x->slices : 2) * 2 * MATRIX : 0);
    FW_PIECE(noise_turned, cbow ? 2 * MATRIX : 0);
    FW_PIECE(dot, cbow ? 32 * 16 : 0);
    FW_PIECE(error_of_target, cbow ? 32 : 0);
    FW_PIECE(error, cbow ? 32 * 32 : 0);
    FW_PIECE(error_pairs, cbow ? 2 * MATRIX : 0);
    FW_PIECE(own, 32);
    FW_PIECE(halo, 64);
    FW_PIECE(slot_weight, 2 * t->job->run.window + 1 + 32);
    FW_PIECE(within, 16);
#undef FW_PIECE
    if (!block) return;
    x->score += 32;
    x->coefficient += 32;
}
static void init_matrix(tile *t) {
    struct matrix *x = t->matrix;
    const fw_job *job = t->job;
    const int window = job->run.window;
    memset(x->first_slot, 255, 32 + 32 + 32);
    for (int d = 0; d <= window && d < 16; d++) x->within[d] = job->weight_within[d];
    for (int d = 1; d <= window; d++) x->slot_weight[window - d] = x->slot_weight[window + d] = job->pair_weight[d];
    if (!job->run.cbow) return;
    for (int n = 0; n <= 2 * window; n++) {
        x->share[n] = 1 / (float)(n > 0 ? n : 1);
        x->share_in_b[n] = bf16(job->run.cbow_mean ? x->share[n] : 1);
    }
    for (int i = 0; i < FW_MATRIX_TOKENS; i++) {
        x->hidden[i] = t->hidden + i * t->stride;
        x->own_row[i] = (uint8_t)(i + window);
    }
}

/* ------------------------------------------------------------------ opening */

FW_INLINE void open_pointers(tile *t) {
    struct matrix *x = t->matrix;
    point_to_tile(t);
    for (int64_t i = 0; i < FW_MATRIX_TOKENS; i++) x->own[i] = i < t->n ? t->own[i] : t->zero;
    for (int64_t h = 0; h < 16 * x->halo_blocks; h++) x->halo[h] = h < t->n + t->slots - 1 ? t->halo[h] : t->zero;
}

#endif
