/* CUDA: the shape of a tile on tensor cores, for which both kernels of it are compiled (backends/cuda/kernels.py):
   FW_K numbers per row, a multiple of 16; FW_TB blocks of 16 tokens; FW_HB blocks of 16 halo rows that the windows of
   one token block can reach; FW_SB blocks of 16 noise words; FW_CBOW. For own and halo rows see cpu/fw_tile.h.

   Three products, in blocks of 16 x 16. Scores: hidden output'. Gradient of the hidden rows: coefficients output;
   of the output rows: coefficients' hidden. Skip-gram: own rows are hidden, halo and noise are output. CBOW: own rows
   (only the diagonal counts) and noise are output; hidden = windows halo / count, where windows are zeros and ones, and
   the halo receives windows' (coefficients output). All rows are first copied to shared memory: the snapshot. Products
   are in bfloat16, sums and the rows themselves in float32. */
#ifndef FW_CUDA_SHAPE_H
#define FW_CUDA_SHAPE_H

#define FW_LD                                                                                                          \
    (FW_K + 8) /* row stride in shared memory: 8 more, so that the 8 rows of a matrix are in different banks */
#define FW_FIRST (FW_CBOW ? 1 : FW_HB) /* blocks of output rows before the noise, for one token block */
#define FW_BLOCKS (FW_FIRST + FW_SB)
#define FW_HALO (FW_TB - 1 + FW_HB)       /* halo blocks of the whole tile */
#define FW_HALO_TURNS ((FW_HALO + 1) / 2) /* turns of 32 lanes over the halo rows */

/* This lane's row of a product, and the first of its two columns: see fw_multiply. */
FW_FN int fw_group(void) { return fw_lane() / 4; }
FW_FN int fw_pair_of(void) { return 2 * (fw_lane() % 4); }

/* The halo rows in the window of a token of this reach, as bits from the first halo row of its block on. */
FW_FN fw_u64 fw_window_bits(const fw_job *job, const fw_step &pass, int token, fw_u32 reach) {
    if (reach == 0) return 0;
    const int self = token % 16 + job->run.window;
    const fw_u64 stretch = (~0ULL >> (63 - fw_left(reach) - fw_right(reach))) << (self - fw_left(reach));
    const fw_u64 within = (~0ULL >> (63 - pass.high + pass.low)) << (self + pass.low);
    return stretch & within & ~(1ULL << self);
}

/* Takes from the weights of four noise words, of this lane's two rows and two columns, those of the pairs whose context
   is the noise word: `hit` has the halo rows of these as bits. There are rarely any: the warp asks once. */
FW_FN void fw_take_hits(const float *pair_weight, int window, fw_u64 (&hit)[4], float (&weight)[4]) {
    while (__any_sync(FW_ALL, (hit[0] | hit[1] | hit[2] | hit[3]) != 0)) {
        float taken[4];
#pragma unroll
        for (int e = 0; e < 4; e++) {
            const int distance = __ffsll((fw_i64)hit[e]) - 1 - (fw_group() + 8 * (e / 2)) - window;
            const float found = pair_weight[hit[e] == 0 ? 0 : distance < 0 ? -distance : distance];
            taken[e] = hit[e] == 0 ? 0.f : found;
            hit[e] &= hit[e] - 1;
        }
#pragma unroll
        for (int e = 0; e < 4; e++) weight[e] -= taken[e];
    }
    __syncwarp();
}

/* The products of 16 columns, from n on, with 16 rows in shared memory: d (16 x 16) += a rows. */
FW_FN void fw_load_columns(fw_u32 (&b)[4], const fw_u16 *rows, int n) {
    const int lane = fw_lane();
    fw_load_transposed(b, rows + (lane % 16) * FW_LD + n + 8 * (lane / 16));
}
FW_FN void fw_accumulate(float (&d)[2][4], const fw_u32 (&a)[4], const fw_u32 (&b)[4]) {
    fw_multiply(d[0], a, b[0], b[1]);
    fw_multiply(d[1], a, b[2], b[3]);
}

/* Stores such a sum, each row scaled, in the same columns of the 16 rows from `row` on. */
FW_FN void fw_put_columns(fw_u16 *rows, int row, const float (&d)[2][4], int n, const float (&by)[2]) {
    fw_u16 *to = rows + (row + fw_group()) * FW_LD + n + fw_pair_of();
#pragma unroll
    for (int q = 0; q < 2; q++) {
        *(fw_u32 *)(to + 8 * q) = fw_pack(by[0] * d[q][0], by[0] * d[q][1]);
        *(fw_u32 *)(to + 8 * FW_LD + 8 * q) = fw_pack(by[1] * d[q][2], by[1] * d[q][3]);
    }
}

/* CBOW: two numbers of a factor, zeros and ones, from two bits; one over the number of a window's contexts, or 1. */
FW_FN fw_u32 fw_ones(fw_u32 first, fw_u32 second) { return (first & 1) * 0x3f80 | (second & 1) * 0x3f800000; }
FW_FN float fw_divisor(fw_u64 window, int divides) { return divides ? 1.f / fmaxf(1.f, (float)__popcll(window)) : 1.f; }

#endif
