/* CUDA: the tile on tensor cores. One warp is one tile; products in bfloat16, sums and the rows themselves in float32.

   Compiled for one shape (backends/cuda/kernels.py): FW_K numbers per row, a multiple of 16; FW_TB blocks of 16 tokens;
   FW_HB blocks of 16 halo rows that the windows of one token block can reach; FW_SB blocks of 16 noise words; FW_CBOW.
   For own and halo rows see cpu/fw_tile.h.

   Three products, in blocks of 16 x 16. Scores: hidden output'. Gradient of the hidden rows: coefficients output;
   of the output rows: coefficients' hidden. Skip-gram: own rows are hidden, halo and noise are output. CBOW: own rows
   (only the diagonal counts) and noise are output; hidden = windows halo / count, where windows are zeros and ones, and
   the halo receives windows' (coefficients output). All rows are first copied to shared memory: the snapshot. */

#define FW_LD                                                                                                          \
    (FW_K + 8) /* row stride in shared memory: 8 more, so that the 8 rows of a matrix are in different banks */
#define FW_FIRST (FW_CBOW ? 1 : FW_HB) /* blocks of output rows before the noise, for one token block */
#define FW_BLOCKS (FW_FIRST + FW_SB)
#define FW_HALO (FW_TB - 1 + FW_HB)       /* halo blocks of the whole tile */
#define FW_HALO_TURNS ((FW_HALO + 1) / 2) /* turns of 32 lanes over the halo rows */
#define FW_AT_ONCE 32                     /* rows that are loaded at once */
#define FW_ROWS (16 * (FW_TB + FW_HALO + FW_SB + (FW_CBOW ? FW_TB : 0)))

struct fw_tile {
    fw_chunk c;
    int i0, n, step;
    fw_pass pass;
    float rate;
    fw_u16 *hidden, *halo, *noise, *own;    /* the copies, FW_LD numbers per row; own: CBOW only */
    int *own_word, *halo_word, *noise_word; /* -1 for rows that do not exist or are not needed */
    fw_u64 *equal;                          /* for each noise word, the halo rows of the same word, as bits */
    fw_u64 window[FW_TB][2]; /* of rows lane / 4 and lane / 4 + 8: halo rows from the block's first on, as bits */
    fw_u64 fresh;            /* noise words that are new in this tile */
};

FW_FN int fw_group(void) { return fw_lane() / 4; }
FW_FN int fw_pair_of(void) { return 2 * (fw_lane() % 4); }

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

/* The halo rows in a token's window, as bits from the first halo row of its block on. */
FW_FN fw_u64 fw_window_bits(const fw_job *job, const fw_tile &t, int token) {
    const fw_u32 reach = fw_reach(t, token);
    if (reach == 0) return 0;
    const int self = token % 16 + job->run.window;
    const fw_u64 stretch = (~0ULL >> (63 - fw_left(reach) - fw_right(reach))) << (self - fw_left(reach));
    const fw_u64 pass = (~0ULL >> (63 - t.pass.high + t.pass.low)) << (self + t.pass.low);
    return stretch & pass & ~(1ULL << self);
}

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
        t.window[b][0] = fw_window_bits(job, t, 16 * b + fw_group());
        t.window[b][1] = fw_window_bits(job, t, 16 * b + fw_group() + 8);
        covered |= (t.window[b][0] | t.window[b][1]) << 16 * b;
        const int token = 16 * b + fw_lane();
        if (fw_lane() < 16) t.own_word[token] = fw_reach(t, token) ? t.c.s.word[t.i0 + token] : -1;
    }
    for (int step = 16; step > 2; step /= 2) covered |= __shfl_xor_sync(FW_ALL, covered, step);
    for (int r = fw_lane(); r < 16 * FW_HALO; r += 32)
        t.halo_word[r] = covered >> r & 1 ? t.c.s.word[t.i0 - job->run.window + r] : -1;
    t.fresh = 0;
    for (int first = 0; first < 16 * FW_SB; first += 32) {
        const int m = first + fw_lane(), fresh = m < job->run.noise_slots && fw_is_fresh(job, t.step, m);
        if (fresh) t.noise_word[m] = fw_draw_shared_noise(job, t.c, t.pass, t.i0, m);
        t.fresh |= (fw_u64)__ballot_sync(FW_ALL, fresh) << first;
    }
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

/* d (16 x 16) += a b, with b the columns n .. n + 15 of 16 rows in shared memory. */
FW_FN void fw_accumulate(float (&d)[2][4], const fw_u32 (&a)[4], const fw_u16 *rows, int n) {
    const int lane = fw_lane();
    fw_u32 b[4];
    fw_load_transposed(b, rows + (lane % 16) * FW_LD + n + 8 * (lane / 16));
    fw_multiply(d[0], a, b[0], b[1]);
    fw_multiply(d[1], a, b[2], b[3]);
}

FW_FN const fw_u16 *fw_output_block(const fw_tile &t, int b, int j) {
    if (j >= FW_FIRST) return t.noise + 16 * (j - FW_FIRST) * FW_LD;
    return (FW_CBOW ? t.own : t.halo) + 16 * (b + j) * FW_LD;
}

FW_FN void fw_scores(const fw_tile &t, int b, float (&score)[2 * FW_BLOCKS][4]) {
    const int lane = fw_lane();
#pragma unroll
    for (int j = 0; j < 2 * FW_BLOCKS; j++) score[j][0] = score[j][1] = score[j][2] = score[j][3] = 0.f;
#pragma unroll 2
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

/* Computes the coefficients of token block b: `g` holds pairs of columns of this lane's two rows. */
FW_FN void fw_coefficients(const fw_job *job, fw_tile &t, int b, fw_u32 (&g)[2 * FW_BLOCKS][2]) {
    float score[2 * FW_BLOCKS][4];
    fw_scores(t, b, score);
    const float each = (float)job->run.negative / (float)job->run.noise_slots;
    const int news = __popc((fw_u32)t.fresh) + __popc((fw_u32)(t.fresh >> 32));
    const float counts =
        (float)job->run.negative / (float)(news ? news : job->run.noise_slots); /* see fw_loss_weight */
    float weights[2]; /* of all pairs of this lane's two rows */
    for (int half = 0; half < 2; half++)
        weights[half] = fw_weights(job, fw_span_of(t.pass, fw_reach(t, 16 * b + fw_group() + 8 * half)));
    float loss = 0.f;
#pragma unroll
    for (int j = 0; j < 2 * FW_BLOCKS; j++) {
        float coefficient[4];
#pragma unroll
        for (int e = 0; e < 4; e++) {
            const int half = e / 2, row = fw_group() + 8 * half, column = 8 * j + fw_pair_of() + e % 2;
            const fw_u64 window = t.window[b][half];
            const int m = column - 16 * FW_FIRST;
            float weight = 0.f, counted = 0.f, one;
            if (j < 2 * FW_FIRST) {
                weight = counted = FW_CBOW                ? column == row && window != 0
                                   : window >> column & 1 ? fw_weight(job, row + job->run.window, column)
                                                          : 0.f;
            } else if (m < job->run.noise_slots && window != 0) {
                weight = FW_CBOW ? t.noise_word[m] != t.own_word[16 * b + row]
                                 : weights[half] - fw_hits(job, row, window & t.equal[m] >> 16 * b);
                counted = t.fresh == 0 || (t.fresh >> m & 1) ? weight * counts : 0.f;
                weight *= -each;
            }
            const float gradient = fw_fast_pair(score[j][e], j < 2 * FW_FIRST, &one);
            coefficient[e] = weight != 0.f ? t.rate * weight * gradient : 0.f;
            loss += counted != 0.f ? counted * one : 0.f;
        }
        g[j][0] = fw_pack(coefficient[0], coefficient[1]);
        g[j][1] = fw_pack(coefficient[2], coefficient[3]);
    }
    t.c.loss += loss;
    if (fw_lane() % 4 == 0)
        for (int half = 0; half < 2; half++) t.c.pairs += FW_CBOW ? t.window[b][half] != 0 : weights[half];
}

/* ------------------------------------------------------------------ updates */

/* The target of 16 rows of gradients: this lane's two rows and their scale; a null row receives nothing. */
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
        aim.row[half] = stays ? nullptr : rows + (fw_i64)word * FW_K + fw_pair_of();
        aim.by[half] = stays ? 0.f : input ? fw_damping(job, t.c, word) : fw_output_damping(job, t.c, word);
        if (!stays && share) aim.by[half] *= share[row];
    }
    return aim;
}

/* Adds the columns n .. n + 15 of 16 rows of gradients to the rows. */
FW_FN void fw_publish(const fw_aim &aim, const float (&d)[2][4], int n) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
        if (!aim.row[half]) continue;
        const float by = aim.by[half];
        fw_add2(aim.row[half] + n, by * d[0][2 * half], by * d[0][2 * half + 1]);
        fw_add2(aim.row[half] + n + 8, by * d[1][2 * half], by * d[1][2 * half + 1]);
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
        float by[2] = {1.f, 1.f};
        for (int half = 0; half < 2 && job->run.cbow_divide; half++)
            by[half] = 1.f / fmaxf(1.f, (float)__popcll(t.window[b][half]));
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
            fw_u32 a[4];
#pragma unroll
            for (int j = 0; j < FW_BLOCKS; j++) {
                fw_left_factor(a, g[b], j);
                fw_accumulate(d, a, fw_output_block(t, b, j), n);
            }
            if (!FW_CBOW) fw_publish(aim, d, n);
            fw_u16 *to = t.hidden + (16 * b + fw_group()) * FW_LD + n + fw_pair_of();
            for (int q = 0; q < 2 && FW_CBOW; q++) {
                *(fw_u32 *)(to + 8 * q) = fw_pack(by[0] * d[q][0], by[0] * d[q][1]);
                *(fw_u32 *)(to + 8 * FW_LD + 8 * q) = fw_pack(by[1] * d[q][2], by[1] * d[q][3]);
            }
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
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
            fw_u32 a[4];
#pragma unroll
            for (int b = 0; b < FW_TB; b++) {
                const int j = noise >= 0 ? FW_FIRST + noise : f - b;
                if (j < 0 || (noise < 0 && j >= FW_FIRST)) continue;
                fw_turned_factor(a, turned[b], j);
                fw_accumulate(d, a, t.hidden + 16 * b * FW_LD, n);
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
        const fw_u32 two = (fw_u32)(t.window[b][q % 2] >> (16 * j + 8 * (q / 2) + fw_pair_of())) & 3;
        a[q] = (two & 1) * 0x3f80 | (two >> 1) * 0x3f800000;
    }
}

/* Computes each hidden row: the mean of its window's halo rows, or their sum. */
FW_FN void fw_hidden_rows(const fw_job *job, fw_tile &t) {
    for (int b = 0; b < FW_TB; b++) {
        float by[2] = {1.f, 1.f};
        for (int half = 0; half < 2 && job->run.cbow_mean; half++)
            by[half] = 1.f / fmaxf(1.f, (float)__popcll(t.window[b][half]));
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
            fw_u32 a[4];
#pragma unroll
            for (int j = 0; j < FW_HB; j++) {
                fw_window_factor(a, t, b, j);
                fw_accumulate(d, a, t.halo + 16 * (b + j) * FW_LD, n);
            }
            fw_u16 *to = t.hidden + (16 * b + fw_group()) * FW_LD + n + fw_pair_of();
            for (int q = 0; q < 2; q++) {
                *(fw_u32 *)(to + 8 * q) = fw_pack(by[0] * d[q][0], by[0] * d[q][1]);
                *(fw_u32 *)(to + 8 * FW_LD + 8 * q) = fw_pack(by[1] * d[q][2], by[1] * d[q][3]);
            }
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
        for (int n = 0; n < FW_K; n += 16) {
            float d[2][4] = {};
#pragma unroll
            for (int b = 0; b < FW_TB; b++) fw_accumulate(d, turned[b], t.hidden + 16 * b * FW_LD, n);
            fw_publish(aim, d, n);
        }
    }
}

FW_FN void fw_train_step(const fw_job *job, fw_tile &t) {
    t.rate = fw_tile_rate(job, t.c, t.i0);
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
    fw_output_updates(job, t, g);
    __syncwarp();
    fw_hidden_updates(job, t, g);
    __syncwarp();
    if (FW_CBOW) fw_halo_updates(job, t);
    __syncwarp();
}

/* As the general kernel's fw_train; `workspaces` is not used. */
extern "C" __global__ void __launch_bounds__(32, 8)
    fw_train(const fw_job *job, fw_i64 epoch, fw_i64 first, int count, int *streams, int *cursor, float *workspaces,
             fw_sums *sums, float damping_threshold) {
    fw_tile t;
    fw_open_shared(t);
    for (int m = fw_lane(); m < 16 * FW_SB; m += 32) t.noise_word[m] = -1;
    __syncwarp();
    fw_train_chunks(job, t, epoch, first, count, streams, cursor, sums, damping_threshold);
}
