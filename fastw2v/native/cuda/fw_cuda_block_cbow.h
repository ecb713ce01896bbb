/* CUDA: CBOW's hidden rows in the block's tile, and the windows as factors of a product. See fw_cuda_block.cu. */
#ifndef FW_CUDA_BLOCK_CBOW_H
#define FW_CUDA_BLOCK_CBOW_H

/* The windows of token block b over the 16 halo rows from 16 j on, and their transpose. */
FW_FN void fw_window_factor(fw_u32 (&a)[4], const fw_shared *s, int b, int j) {
#pragma unroll
    for (int q = 0; q < 4; q++) {
        const fw_u64 window = s->window[16 * b + fw_group() + 8 * (q % 2)] >> (16 * j + 8 * (q / 2) + fw_pair_of());
        a[q] = fw_ones((fw_u32)window, (fw_u32)window >> 1);
    }
}
FW_FN void fw_turned_window(fw_u32 (&a)[4], const fw_shared *s, int b, int j) {
#pragma unroll
    for (int q = 0; q < 4; q++) {
        const fw_u64 *window = s->window + 16 * b + fw_pair_of() + 8 * (q / 2);
        const int row = 16 * j + fw_group() + 8 * (q % 2);
        a[q] = fw_ones((fw_u32)(window[0] >> row), (fw_u32)(window[1] >> row));
    }
}

/* The divisor of each token's hidden row: see fw_divisor. */
FW_FN void fw_divisors(float (&by)[FW_TB][2], const fw_shared *s, int divides) {
#pragma unroll
    for (int row = 0; row < 2 * FW_TB; row++)
        by[row / 2][row % 2] = fw_divisor(s->window[8 * row + fw_group()], divides);
}

/* Computes each hidden row: the mean of its window's halo rows, or their sum. */
FW_FN void fw_hidden_rows(const fw_job *job, fw_shared *s) {
    fw_u32 windows[FW_TB][FW_HB][4];
    float by[FW_TB][2];
    fw_divisors(by, s, job->run.cbow_mean);
#pragma unroll
    for (int b = 0; b < FW_TB; b++)
#pragma unroll
        for (int j = 0; j < FW_HB; j++) fw_window_factor(windows[b][j], s, b, j);
#pragma unroll 1
    for (int n = 16 * fw_warp(); n < FW_K; n += 16 * FW_WARPS) {
        fw_u32 rows[FW_HALO][4];
#pragma unroll
        for (int f = 0; f < FW_HALO; f++) fw_load_columns(rows[f], s->rows + (FW_AT_HALO + 16 * f) * FW_LD, n);
#pragma unroll
        for (int b = 0; b < FW_TB; b++) {
            float d[2][4] = {};
#pragma unroll
            for (int j = 0; j < FW_HB; j++) fw_accumulate(d, windows[b][j], rows[b + j]);
            fw_put_columns(s->rows, FW_AT_HIDDEN + 16 * b, d, n, by[b]);
        }
    }
}

#endif
