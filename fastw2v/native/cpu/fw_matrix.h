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
    float *taken;                    /* (32, 32): changes of noise words' weights: see take_weight */
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
/* The slice of a row from k on, in pairs; unless it is whole, its second vector is 0. */
FW_INLINE vi slice_of(const float *row, int64_t k, const int whole) {
    return paired(load(row + k), whole ? load(row + k + FW_LANES) : (vf){0});
}

/* Stores 16 x 16 pairs, turned. */
FW_INLINE void store_turned(bf16_pair *to, vi *pairs) {
    turn((vf *)pairs);
    FW_UNROLL for (int i = 0; i < 16; i++) store_pairs(to + 16 * i, pairs[i]);
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

#endif
