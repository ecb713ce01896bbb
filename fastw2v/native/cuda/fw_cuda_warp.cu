/* CUDA: the tile on tensor cores, plainly: one warp is one tile, and takes one stage after another. fw_cuda_block.cu
   trains the same tiles faster; the tests hold it to this one. For shape and products see fw_cuda_shape.h. */

#define FW_AT_ONCE 16 /* rows that are loaded at once */

struct fw_tile {
    fw_chunk c;
    int i0, n;
    fw_step step;
    const int *drawn;                       /* the noise words, as the step holds them */
    fw_u16 *hidden, *halo, *noise, *own;    /* the copies, FW_LD numbers per row; own: CBOW only */
    int *own_word, *halo_word, *noise_word; /* -1 for rows that do not exist or are not needed */
    fw_u64 *equal;                          /* for each noise word, the halo rows of the same word, as bits */
    fw_u64 window[FW_TB][2]; /* of rows lane / 4 and lane / 4 + 8: halo rows from the block's first on, as bits */
};

/* ------------------------------------------------------------------ opening */

FW_FN void fw_open_shared(fw_tile &t) {
    FW_SHARED(fw_u64, bytes);
    t.equal = bytes;
    t.own_word = (int *)(t.equal + 16 * FW_SB);
    t.halo_word = t.own_word + 16 * FW_TB;
    t.noise_word = t.halo_word + 16 * FW_HALO;
    t.hidden = (fw_u16 *)(t.noise_word + 16 * FW_SB);
    t.halo = t.hidden + 16 * FW_TB * FW_LD;
    t.noise = t.halo + 16 * FW_HALO * FW_LD;
    t.own = t.noise + 16 * FW_SB * FW_LD;
}

FW_FN fw_u32 fw_reach(const fw_tile &t, int token) { return token < t.n ? t.c.s.reach[t.i0 + token] : 0; }

/* Computes `equal` of every noise word; each lane keeps its halo words in registers. */
FW_FN void fw_find_equal(const fw_tile &t) {
    int word[FW_HALO_TURNS];
#pragma unroll
    for (int turn = 0; turn < FW_HALO_TURNS; turn++) {
        const int r = 32 * turn + fw_lane();
        word[turn] = r < 16 * FW_HALO ? t.halo_word[r] : -1;
    }
#pragma unroll 8
    for (int m = 0; m < 16 * FW_SB; m++) {
        const int noise = t.noise_word[m];
        fw_u64 equal = 0;
#pragma unroll
        for (int turn = 0; turn < FW_HALO_TURNS; turn++)
            equal |= (fw_u64)__ballot_sync(FW_ALL, word[turn] == noise) << 32 * turn;
        if (fw_lane() == m % 32) t.equal[m] = equal;
    }
}

/* Finds the words of the tile's rows, and the windows. */
FW_FN void fw_open_words(const fw_job *job, fw_tile &t) {
    fw_u64 covered = 0; /* halo rows in any window */
    for (int b = 0; b < FW_TB; b++) {
        for (int half = 0; half < 2; half++) {
            const int row = 16 * b + fw_group() + 8 * half;
            t.window[b][half] = fw_window_bits(job, t.step, row, fw_reach(t, row));
        }
        covered |= (t.window[b][0] | t.window[b][1]) << 16 * b;
        const int token = 16 * b + fw_lane();
        if (fw_lane() < 16) t.own_word[token] = fw_reach(t, token) ? t.c.s.word[t.i0 + token] : -1;
    }
    covered = fw_warp_or(covered);
    for (int r = fw_lane(); r < 16 * FW_HALO; r += 32)
        t.halo_word[r] = covered >> r & 1 ? t.c.s.word[t.i0 - job->run.window + r] : -1;
    for (int m = fw_lane(); m < 16 * FW_SB; m += 32)
        t.noise_word[m] = m < job->run.noise_slots ? fw_noise_word(t.drawn[m]) : -1;
    __syncwarp();
    if (!FW_CBOW) fw_find_equal(t);
}

/* Copies rows to shared memory as bfloat16, FW_AT_ONCE at a time so that their loads overlap; words below 0 give zeros.
   The first `split` rows come from matrix `first`, the others from `other`. */
FW_FN void fw_gather(fw_u16 *to, const float *first, const float *other, int split, const int *words, int n) {
    for (int r = 0; r < n; r += FW_AT_ONCE)
        for (int k = 4 * fw_lane(); k < FW_K; k += 128) {
            float4 v[FW_AT_ONCE];
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) {
                const int word = r + q < n ? words[r + q] : -1;
                v[q] = {0.f, 0.f, 0.f, 0.f};
                if (word >= 0) v[q] = fw_load4((r + q < split ? first : other) + (fw_i64)word * FW_K + k);
            }
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE && r + q < n; q++) {
                const uint2 packed = {fw_pack(v[q].x, v[q].y), fw_pack(v[q].z, v[q].w)};
                *(uint2 *)(to + (r + q) * FW_LD + k) = packed;
            }
        }
}

/* ------------------------------------------------------------------ products */

FW_FN const fw_u16 *fw_output_block(const fw_tile &t, int b, int j) {
    if (j >= FW_FIRST) return t.noise + 16 * (j - FW_FIRST) * FW_LD;
    return (FW_CBOW ? t.own : t.halo) + 16 * (b + j) * FW_LD;
}

FW_FN void fw_scores(const fw_tile &t, int b, float (&score)[2 * FW_BLOCKS][4]) {
    const int lane = fw_lane();
#pragma unroll
    for (int j = 0; j < 2 * FW_BLOCKS; j++) score[j][0] = score[j][1] = score[j][2] = score[j][3] = 0.f;
#pragma unroll 1
    for (int k = 0; k < FW_K; k += 16) {
        fw_u32 a[4], o[4];
        fw_load_matrices(a, t.hidden + (16 * b + lane % 16) * FW_LD + k + 8 * (lane / 16));
#pragma unroll
        for (int j = 0; j < FW_BLOCKS; j++) {
            const fw_u16 *rows = fw_output_block(t, b, j);
            fw_load_matrices(o, rows + (lane % 8 + 8 * (lane / 16)) * FW_LD + k + 8 * (lane / 8 % 2));
            fw_multiply(score[2 * j], a, o[0], o[1]);
            fw_multiply(score[2 * j + 1], a, o[2], o[3]);
        }
    }
}

/* The weights of four scores with halo rows (CBOW: with own rows), and with noise words. `column` is that of the first
   two, from those of token block b on. */
FW_FN void fw_pair_weights(const fw_job *job, const fw_tile &t, int b, int column, float (&weight)[4]) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
        const int row = fw_group() + 8 * (e / 2), other = column + e % 2;
        const fw_u64 window = t.window[b][e / 2];
        if (FW_CBOW) weight[e] = other == row && window != 0;
        else weight[e] = window >> other & 1 ? fw_weight(job, row + job->run.window, other) : 0.f;
    }
}
FW_FN void fw_noise_weights(const fw_job *job, const fw_tile &t, int b, int column, const float (&weights)[2],
                            float (&weight)[4]) {
    fw_u64 hit[4];
#pragma unroll
    for (int e = 0; e < 4; e++) {
        const int m = column + e % 2 - 16 * FW_FIRST, there = m < job->run.noise_slots;
        const int target = t.own_word[16 * b + fw_group() + 8 * (e / 2)];
        weight[e] = there && !(FW_CBOW && t.noise_word[m] == target) ? weights[e / 2] : 0.f;
        hit[e] = there && !FW_CBOW ? t.window[b][e / 2] & t.equal[m] >> 16 * b : 0;
    }
    if (!FW_CBOW) fw_take_hits(job->pair_weight, job->run.window, hit, weight);
}

/* Computes the coefficients of token block b: `g` holds pairs of columns of this lane's two rows. */
FW_FN void fw_coefficients(const fw_job *job, fw_tile &t, int b, fw_u32 (&g)[2 * FW_BLOCKS][2]) {
    float score[2 * FW_BLOCKS][4];
    fw_scores(t, b, score);
    const float each = -(float)job->run.negative / (float)job->run.noise_slots;
    float weights[2]; /* of all pairs of this lane's two rows */
    for (int half = 0; half < 2; half++) {
        const fw_span span = fw_span_of(t.step, fw_reach(t, 16 * b + fw_group() + 8 * half));
        weights[half] = FW_CBOW ? t.window[b][half] != 0 : fw_weights(job->weight_within, span);
    }
    float loss = 0.f;
#pragma unroll
    for (int j = 0; j < 2 * FW_BLOCKS; j++) {
        const int positive = j < 2 * FW_FIRST, column = 8 * j + fw_pair_of();
        float weight[4], coefficient[4];
        if (positive) fw_pair_weights(job, t, b, column, weight);
        else fw_noise_weights(job, t, b, column, weights, weight);
#pragma unroll
        for (int e = 0; e < 4; e++) {
            float counted = weight[e], one;
            if (!positive) {
                const int m = column + e % 2 - 16 * FW_FIRST;
                counted = weight[e] != 0.f && fw_counts(t.drawn[m]) ? weight[e] * t.step.loss_weight : 0.f;
                weight[e] *= each;
            }
            const float gradient = fw_fast_pair(score[j][e], positive, &one);
            coefficient[e] = weight[e] != 0.f ? t.step.rate * weight[e] * gradient : 0.f;
            loss += counted != 0.f ? counted * one : 0.f;
        }
        g[j][0] = fw_pack(coefficient[0], coefficient[1]);
        g[j][1] = fw_pack(coefficient[2], coefficient[3]);
    }
    t.c.loss += loss;
    if (fw_lane() % 4 == 0) t.c.pairs += weights[0] + weights[1];
    __syncwarp();
}

/* ------------------------------------------------------------------ updates */

/* The target of 16 rows of gradients: this lane's two rows and their scale; one whose scale is 0 receives nothing. */
struct fw_aim {
    float *row[2];
    float by[2];
};

/* `share` holds the rows' shares of their step (see fw_burst_share), or is null: noise words have none. */
FW_FN fw_aim fw_aim_at(const fw_job *job, const fw_tile &t, float *rows, const int *words, const float *share,
                       int input) {
    fw_aim aim;
    for (int half = 0; half < 2; half++) {
        const int row = fw_group() + 8 * half, word = words[row];
        const int stays = word < 0 || (input && fw_is_frozen(job, word));
        aim.row[half] = rows + (fw_i64)(stays ? 0 : word) * FW_K + fw_pair_of();
        aim.by[half] = stays ? 0.f : input ? fw_damping(job, t.c, word) : fw_output_damping(job, t.c, word);
        if (!stays && share) aim.by[half] *= share[row];
    }
    __syncwarp();
    return aim;
}

/* Adds the columns n .. n + 15 of 16 rows of gradients to the rows. */
FW_FN void fw_publish(const fw_aim &aim, const float (&d)[2][4], int n) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const float by = aim.by[half];
        fw_add2_if(by != 0.f, aim.row[half] + n, by * d[0][2 * half], by * d[0][2 * half + 1]);
        fw_add2_if(by != 0.f, aim.row[half] + n + 8, by * d[1][2 * half], by * d[1][2 * half + 1]);
    }
}

/* The coefficients in columns 16 j .. 16 j + 15, as a left factor. */
FW_FN void fw_left_factor(fw_u32 (&a)[4], const fw_u32 (&g)[2 * FW_BLOCKS][2], int j) {
    a[0] = g[2 * j][0];
    a[1] = g[2 * j][1];
    a[2] = g[2 * j + 1][0];
    a[3] = g[2 * j + 1][1];
}
/* Their transpose, from `g` whose 8 x 8 matrices have been transposed one by one. */
FW_FN void fw_turned_factor(fw_u32 (&a)[4], const fw_u32 (&g)[2 * FW_BLOCKS][2], int j) {
    a[0] = g[2 * j][0];
    a[1] = g[2 * j + 1][0];
    a[2] = g[2 * j][1];
    a[3] = g[2 * j + 1][1];
}

/* Computes the gradient of the hidden rows. Skip-gram adds it to the own rows; CBOW replaces the hidden rows by it. */
FW_FN void fw_hidden_updates(const fw_job *job, fw_tile &t, const fw_u32 (&g)[FW_TB][2 * FW_BLOCKS][2]) {
#pragma unroll
    for (int b = 0; b < FW_TB; b++) {
        fw_aim aim;
        if (!FW_CBOW) aim = fw_aim_at(job, t, job->w_in, t.own_word + 16 * b, t.c.s.share + t.i0 + 16 * b, 1);
        float by[2];
        for (int half = 0; half < 2; half++) by[half] = fw_divisor(t.window[b][half], job->run.cbow_divide);
#pragma unroll 1
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
            fw_u32 a[4], rows[4];
#pragma unroll
            for (int j = 0; j < FW_BLOCKS; j++) {
                fw_left_factor(a, g[b], j);
                fw_load_columns(rows, fw_output_block(t, b, j), n);
                fw_accumulate(d, a, rows);
            }
            if (FW_CBOW) fw_put_columns(t.hidden, 16 * b, d, n, by);
            else fw_publish(aim, d, n);
        }
    }
}

/* Adds the gradients of the output rows: the halo's (CBOW: the own rows'), then the noise's. */
FW_FN void fw_output_updates(const fw_job *job, fw_tile &t, const fw_u32 (&g)[FW_TB][2 * FW_BLOCKS][2]) {
    fw_u32 turned[FW_TB][2 * FW_BLOCKS][2];
#pragma unroll
    for (int b = 0; b < FW_TB; b++)
#pragma unroll
        for (int j = 0; j < 2 * FW_BLOCKS; j++)
            for (int half = 0; half < 2; half++) turned[b][j][half] = fw_transpose(g[b][j][half]);
#pragma unroll
    for (int f = 0; f < FW_TB - 1 + FW_FIRST + FW_SB; f++) {
        const int noise = f - (FW_TB - 1 + FW_FIRST); /* the noise block, if not negative */
        const int *words = noise >= 0 ? t.noise_word + 16 * noise : (FW_CBOW ? t.own_word : t.halo_word) + 16 * f;
        const float *share = noise >= 0 ? nullptr : t.c.s.share + t.i0 - (FW_CBOW ? 0 : job->run.window) + 16 * f;
        const fw_aim aim = fw_aim_at(job, t, job->w_out, words, share, 0);
#pragma unroll 1
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
            fw_u32 a[4], rows[4];
#pragma unroll
            for (int b = 0; b < FW_TB; b++) {
                const int j = noise >= 0 ? FW_FIRST + noise : f - b;
                if (j < 0 || (noise < 0 && j >= FW_FIRST)) continue;
                fw_turned_factor(a, turned[b], j);
                fw_load_columns(rows, t.hidden + 16 * b * FW_LD, n);
                fw_accumulate(d, a, rows);
            }
            fw_publish(aim, d, n);
        }
    }
}

/* ------------------------------------------------------------------ CBOW's windows as a factor */

/* The windows of block b over the 16 halo rows from 16 j on, as zeros and ones. */
FW_FN void fw_window_factor(fw_u32 (&a)[4], const fw_tile &t, int b, int j) {
#pragma unroll
    for (int q = 0; q < 4; q++) {
        const fw_u32 two = (fw_u32)(t.window[b][q % 2] >> (16 * j + 8 * (q / 2) + fw_pair_of()));
        a[q] = fw_ones(two, two >> 1);
    }
}

/* Computes each hidden row: the mean of its window's halo rows, or their sum. */
FW_FN void fw_hidden_rows(const fw_job *job, fw_tile &t) {
    for (int b = 0; b < FW_TB; b++) {
        float by[2];
        for (int half = 0; half < 2; half++) by[half] = fw_divisor(t.window[b][half], job->run.cbow_mean);
#pragma unroll 1
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
            fw_u32 a[4], rows[4];
#pragma unroll
            for (int j = 0; j < FW_HB; j++) {
                fw_window_factor(a, t, b, j);
                fw_load_columns(rows, t.halo + 16 * (b + j) * FW_LD, n);
                fw_accumulate(d, a, rows);
            }
            fw_put_columns(t.hidden, 16 * b, d, n, by);
        }
    }
}

/* Adds to each halo row the gradients of the hidden rows whose windows hold it; these have replaced the hidden rows. */
FW_FN void fw_halo_updates(const fw_job *job, fw_tile &t) {
#pragma unroll
    for (int f = 0; f < FW_HALO; f++) {
        const float *share = t.c.s.share + t.i0 - job->run.window + 16 * f;
        const fw_aim aim = fw_aim_at(job, t, job->w_in, t.halo_word + 16 * f, share, 1);
        fw_u32 turned[FW_TB][4];
#pragma unroll
        for (int b = 0; b < FW_TB; b++) {
            fw_u32 a[4] = {0, 0, 0, 0};
            if (f - b >= 0 && f - b < FW_HB) fw_window_factor(a, t, b, f - b);
            turned[b][0] = fw_transpose(a[0]);
            turned[b][1] = fw_transpose(a[2]);
            turned[b][2] = fw_transpose(a[1]);
            turned[b][3] = fw_transpose(a[3]);
        }
#pragma unroll 1
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
#pragma unroll
            for (int b = 0; b < FW_TB; b++) {
                fw_u32 rows[4];
                fw_load_columns(rows, t.hidden + 16 * b * FW_LD, n);
                fw_accumulate(d, turned[b], rows);
            }
            fw_publish(aim, d, n);
        }
    }
}

FW_FN void fw_train_step(const fw_job *job, fw_tile &t) {
    fw_open_words(job, t);
    /* In shared memory, own, halo and noise rows are adjacent, and so are their words. */
    if (FW_CBOW) fw_gather(t.own, job->w_out, job->w_out, 16 * FW_TB, t.own_word, 16 * FW_TB);
    if (FW_CBOW) fw_gather(t.halo, job->w_in, job->w_out, 16 * FW_HALO, t.halo_word, 16 * (FW_HALO + FW_SB));
    else fw_gather(t.hidden, job->w_in, job->w_out, 16 * FW_TB, t.own_word, 16 * (FW_TB + FW_HALO + FW_SB));
    __syncwarp();
    if (FW_CBOW) fw_hidden_rows(job, t);
    __syncwarp();
    fw_u32 g[FW_TB][2 * FW_BLOCKS][2];
#pragma unroll
    for (int b = 0; b < FW_TB; b++) fw_coefficients(job, t, b, g[b]);
    if (!FW_CBOW) fw_hidden_updates(job, t, g); /* CBOW's replace the hidden rows, which the output rows still need */
    fw_output_updates(job, t, g);
    __syncwarp();
    if (FW_CBOW) fw_hidden_updates(job, t, g);
    __syncwarp();
    if (FW_CBOW) fw_halo_updates(job, t);
    __syncwarp();
}

/* As the general kernel's fw_train; `workspaces` is not used. */
extern "C" __global__ void __launch_bounds__(32, 8)
    fw_train(const __grid_constant__ fw_job given, fw_i64 epoch, fw_i64 first, int count, int *streams, int *cursor,
             float *workspaces, fw_sums *sums, float damping_threshold) {
    fw_tile t;
    fw_open_shared(t);
    fw_train_chunks(&given, t, epoch, first, count, streams, cursor, sums, damping_threshold);
}
