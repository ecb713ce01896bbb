/* CUDA: the scores of the block's tile, and the coefficients made of them. See fw_cuda_block.cu. */
#ifndef FW_CUDA_BLOCK_SCORES_H
#define FW_CUDA_BLOCK_SCORES_H

/* Unit i of this warp: the warps of a token block take its units in turn, so that the i-th of all of them are
   positives, or noise, as far as possible. */
FW_FN int fw_unit(int i) { return FW_WARPS_EACH * i + fw_warp() % FW_WARPS_EACH; }

/* The first of its 8 output rows. */
FW_FN int fw_unit_row(int b, int u) {
    const int block = u / 2, met = FW_CBOW ? FW_AT_OWN + 16 * b : FW_AT_HALO + 16 * (b + block);
    return (block < FW_FIRST ? met : FW_AT_NOISE + 16 * (block - FW_FIRST)) + 8 * (u % 2);
}

/* Scores of token block b with the units of this warp. Even and odd blocks of columns are added up apart, so that
   half as many products wait for each other. */
FW_FN void fw_scores(const fw_shared *s, int b, float (&score)[FW_UNITS][4]) {
    const int lane = fw_lane();
    float odd[FW_UNITS][4] = {};
    const fw_u16 *hidden = s->rows + (FW_AT_HIDDEN + 16 * b + lane % 16) * FW_LD + 8 * (lane / 16), *row[FW_UNITS];
#pragma unroll
    for (int i = 0; i < FW_UNITS; i++) {
        const int u = fw_unit(i) < 2 * FW_BLOCKS ? fw_unit(i) : 2 * FW_BLOCKS - 1;
        row[i] = s->rows + (fw_unit_row(b, u) + lane % 8) * FW_LD;
        score[i][0] = score[i][1] = score[i][2] = score[i][3] = 0.f;
    }
#pragma unroll 2
    for (int k = 0; k + 32 <= FW_K; k += 32) {
        fw_u32 a[4], next[4], o[4];
        fw_load_matrices(a, hidden + k);
        fw_load_matrices(next, hidden + k + 16);
#pragma unroll
        for (int i = 0; i < FW_UNITS; i++) {
            fw_load_matrices(o, row[i] + k + 8 * (lane / 8));
            fw_multiply(score[i], a, o[0], o[1]);
            fw_multiply(odd[i], next, o[2], o[3]);
        }
    }
    if (FW_K % 32) {
        fw_u32 a[4], o[2];
        fw_load_matrices(a, hidden + FW_K - 16);
#pragma unroll
        for (int i = 0; i < FW_UNITS; i++) {
            fw_load_two_matrices(o, row[i] + FW_K - 16 + 8 * (lane / 8 % 2));
            fw_multiply(score[i], a, o[0], o[1]);
        }
    }
#pragma unroll
    for (int i = 0; i < FW_UNITS; i++)
#pragma unroll
        for (int e = 0; e < 4; e++) score[i][e] += odd[i][e];
}

/* The weight of the pair of a token, `row` of its block, and of the halo row `column` of that block; 0 if it is none.
   CBOW: 1 for the token's own row. */
FW_FN float fw_pair_weight(const fw_job *job, const fw_shared *s, fw_u64 window, int row, int column) {
    if (FW_CBOW) return column == row && window != 0 ? 1.f : 0.f;
    const int distance = column - row - job->run.window;
    const float weight = s->pair_weight[distance < 0 ? -distance : distance];
    return window >> column & 1 ? weight : 0.f;
}

/* The weights of four scores of token block b with noise words: of all pairs of a token, without the hits. `column` is
   that of the first score. */
FW_FN void fw_noise_weights(const fw_job *job, const fw_shared *s, int b, int column, float (&weight)[4]) {
    fw_u64 hit[4];
#pragma unroll
    for (int e = 0; e < 4; e++) {
        const int token = 16 * b + fw_group() + 8 * (e / 2), m = column + e % 2 - 16 * FW_FIRST;
        weight[e] = m < job->run.noise_slots ? s->weights[token] : 0.f;
        if (FW_CBOW && s->word[FW_AT_NOISE + m] == s->word[FW_AT_OWN + token]) weight[e] = 0.f;
        hit[e] = FW_CBOW || m >= job->run.noise_slots ? 0 : s->window[token] & s->equal[m] >> 16 * b;
    }
    if (!FW_CBOW) fw_take_hits(s->pair_weight, job->run.window, hit, weight);
}

/* Computes the coefficients of unit u of token block b from its scores, in pairs of columns. */
FW_FN void fw_unit_coefficients(const fw_job *job, fw_tile &t, int b, int u, int positive, const float (&score)[4],
                                fw_u32 (&pairs)[2]) {
    const float each = -(float)job->run.negative / (float)job->run.noise_slots;
    const int column = 8 * u + fw_pair_of();
    float weight[4], coefficient[4], loss = 0.f;
    if (!positive) fw_noise_weights(job, t.s, b, column, weight);
#pragma unroll
    for (int e = 0; e < 4; e++) {
        const int row = fw_group() + 8 * (e / 2);
        if (positive) weight[e] = fw_pair_weight(job, t.s, t.s->window[16 * b + row], row, column + e % 2);
        const float counted = positive ? weight[e] : weight[e] * t.s->counts[column + e % 2 - 16 * FW_FIRST];
        float one;
        const float gradient = fw_fast_pair(score[e], positive, &one);
        const float factor = t.step.rate * weight[e] * (positive ? 1.f : each);
        coefficient[e] = factor != 0.f ? factor * gradient : 0.f;
        loss += counted != 0.f ? counted * one : 0.f;
    }
    pairs[0] = fw_pack(coefficient[0], coefficient[1]);
    pairs[1] = fw_pack(coefficient[2], coefficient[3]);
    t.loss += loss;
}

FW_FN void fw_coefficients(const fw_job *job, fw_tile &t) {
    const int b = fw_warp() / FW_WARPS_EACH;
    float score[FW_UNITS][4];
    fw_u32 pairs[FW_UNITS][2];
    fw_scores(t.s, b, score);
    t.loss = 0.f;
#pragma unroll
    for (int i = 0; i < FW_UNITS; i++) {
        const int least = FW_WARPS_EACH * i, most = least + FW_WARPS_EACH - 1, u = fw_unit(i);
        const int positive = most < 2 * FW_FIRST || (least < 2 * FW_FIRST && u < 2 * FW_FIRST);
        if (most >= 2 * FW_BLOCKS && u >= 2 * FW_BLOCKS) continue;
        if (positive) fw_unit_coefficients(job, t, b, u, 1, score[i], pairs[i]);
        else fw_unit_coefficients(job, t, b, u, 0, score[i], pairs[i]);
    }
#pragma unroll
    for (int i = 0; i < FW_UNITS; i++) {
        fw_u16 *to = t.s->factor + (16 * b + fw_group()) * FW_FACTORS + 8 * fw_unit(i) + fw_pair_of();
        if (fw_unit(i) >= 2 * FW_BLOCKS) continue;
        *(fw_u32 *)to = pairs[i][0];
        *(fw_u32 *)(to + 8 * FW_FACTORS) = pairs[i][1];
    }
    t.c.loss += t.loss;
    if (threadIdx.x < 16 * FW_TB) t.c.pairs += t.s->weights[threadIdx.x];
    __syncwarp();
}

#endif
