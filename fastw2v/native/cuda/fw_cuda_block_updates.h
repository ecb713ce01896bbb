/* CUDA: the gradients of the block's tile, and their addition to the rows. See fw_cuda_block.cu. */
#ifndef FW_CUDA_BLOCK_UPDATES_H
#define FW_CUDA_BLOCK_UPDATES_H

/* Adds 16 columns, from n on, of gradients to the 16 rows from r on. */
FW_FN void fw_publish(const fw_shared *s, int r, const float (&d)[2][4], int n) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int row = r + fw_group() + 8 * half;
        const float by = s->by[row];
        fw_add4_together(s->to[row] + n + 2 * fw_pair_of(),
                         {by * d[0][2 * half], by * d[0][2 * half + 1], by * d[1][2 * half], by * d[1][2 * half + 1]});
    }
}

/* The coefficients as left factors: of token block b with the output rows 16 j .. 16 j + 15 of it, and transposed. */
struct fw_factors {
    fw_u32 plain[FW_TB][FW_BLOCKS][4], turned[FW_TB][FW_BLOCKS][4];
};

FW_FN void fw_load_factors(const fw_shared *s, fw_factors &f) {
    const int lane = fw_lane();
#pragma unroll
    for (int b = 0; b < FW_TB; b++)
#pragma unroll
        for (int j = 0; j < FW_BLOCKS; j++) {
            const fw_u16 *factor = s->factor + 16 * b * FW_FACTORS + 16 * j;
            fw_load_matrices(f.plain[b][j], factor + lane % 16 * FW_FACTORS + 8 * (lane / 16));
            fw_load_transposed(f.turned[b][j], factor + (lane % 8 + 8 * (lane / 16)) * FW_FACTORS + 8 * (lane / 8 % 2));
        }
}

/* Adds the gradients of 16 columns of the output rows, and computes those of the hidden rows in `mine`. */
FW_FN void fw_output_updates(const fw_shared *s, const fw_factors &factors, int n, float (&mine)[FW_TB][2][4]) {
    fw_u32 hidden[FW_TB][4];
#pragma unroll
    for (int b = 0; b < FW_TB; b++) fw_load_columns(hidden[b], s->rows + (FW_AT_HIDDEN + 16 * b) * FW_LD, n);
#pragma unroll
    for (int f = 0; f < FW_TB - 1 + FW_FIRST + FW_SB; f++) {
        const int noise = f - (FW_TB - 1 + FW_FIRST); /* the noise block, if not negative */
        const int r = noise >= 0 ? FW_AT_NOISE + 16 * noise : (FW_CBOW ? FW_AT_OWN : FW_AT_HALO) + 16 * f;
        fw_u32 rows[4];
        fw_load_columns(rows, s->rows + r * FW_LD, n);
        float d[2][4] = {};
#pragma unroll
        for (int b = 0; b < FW_TB; b++) {
            const int j = noise >= 0 ? FW_FIRST + noise : f - b;
            if (j < 0 || (noise < 0 && j >= FW_FIRST)) continue;
            fw_accumulate(mine[b], factors.plain[b][j], rows);
            fw_accumulate(d, factors.turned[b][j], hidden[b]);
        }
        fw_publish(s, r, d, n);
    }
}

/* CBOW: the windows, transposed, and the scale of the gradient of each token's hidden row. */
struct fw_turned {
    fw_u32 windows[FW_TB][FW_HB][4];
    float by[FW_TB][2];
};

FW_FN void fw_load_turned(const fw_job *job, const fw_shared *s, fw_turned &turned) {
    fw_divisors(turned.by, s, job->run.cbow_divide);
#pragma unroll
    for (int b = 0; b < FW_TB; b++)
#pragma unroll
        for (int j = 0; j < FW_HB; j++) fw_turned_window(turned.windows[b][j], s, b, j);
}

/* CBOW: adds to each halo row the gradients of the hidden rows whose windows hold it, 16 columns of them. Those replace
   the hidden rows; this warp alone reads these columns. */
FW_FN void fw_halo_updates(fw_shared *s, const fw_turned &turned, int n, const float (&mine)[FW_TB][2][4]) {
    fw_u32 error[FW_TB][4];
    __syncwarp(); /* other lanes have loaded the hidden rows: products wait for lanes, but order no memory */
#pragma unroll
    for (int b = 0; b < FW_TB; b++) fw_put_columns(s->rows, FW_AT_HIDDEN + 16 * b, mine[b], n, turned.by[b]);
    __syncwarp();
#pragma unroll
    for (int b = 0; b < FW_TB; b++) fw_load_columns(error[b], s->rows + (FW_AT_HIDDEN + 16 * b) * FW_LD, n);
#pragma unroll
    for (int f = 0; f < FW_HALO; f++) {
        float d[2][4] = {};
#pragma unroll
        for (int b = 0; b < FW_TB; b++)
            if (f - b >= 0 && f - b < FW_HB) fw_accumulate(d, turned.windows[b][f - b], error[b]);
        fw_publish(s, FW_AT_HALO + 16 * f, d, n);
    }
}

FW_FN void fw_updates(const fw_job *job, fw_shared *s) {
    fw_factors factors;
    fw_turned turned;
    fw_load_factors(s, factors);
    if (FW_CBOW) fw_load_turned(job, s, turned);
#pragma unroll 1
    for (int n = 16 * fw_warp(); n < FW_K; n += 16 * FW_WARPS) {
        float mine[FW_TB][2][4] = {};
        fw_output_updates(s, factors, n, mine);
        if (FW_CBOW) fw_halo_updates(s, turned, n, mine);
#pragma unroll
        for (int b = 0; b < FW_TB && !FW_CBOW; b++) fw_publish(s, FW_AT_OWN + 16 * b, mine[b], n);
    }
}

#endif
