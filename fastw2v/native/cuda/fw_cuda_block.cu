/* CUDA: the tile on tensor cores, fast: a block of four warps trains one tile. How many tiles are in flight is fixed by
   what learns well, so the time of one tile decides the speed of all. For shape and products see fw_cuda_shape.h;
   fw_cuda_warp.cu is the same in plain steps.

   Each stage is divided among the warps, with a barrier after it. Opening: windows and addresses of rows, from numbers
   that were fetched during the step before. Gathering: each warp copies every fourth row, all its loads in flight at
   once. Scores and coefficients: by units of 16 tokens and 8 output rows. Updates: by slices of 16 columns, so that a
   warp needs nothing of the others, and each number of a row is changed by one warp, in the same order as by
   fw_cuda_warp.cu. Nothing waits for the additions to arrive: the next gathering follows them to the same memory.

   Columns are permuted within each 16 in shared memory, so that the four numbers of a product that a lane holds in one
   row are neighbours in global memory, and one reduction of 16 bytes adds them. Scores do not change: both factors are
   permuted alike. */

#define FW_WARPS 4
#define FW_AT_OWN 0 /* the first row of each kind in shared memory */
#define FW_AT_HALO (16 * FW_TB)
#define FW_AT_NOISE (16 * (FW_TB + FW_HALO))
#define FW_GATHERED (16 * (FW_TB + FW_HALO + FW_SB))
#define FW_AT_HIDDEN (FW_CBOW ? FW_GATHERED : FW_AT_OWN)
#define FW_ROWS (FW_GATHERED + (FW_CBOW ? 16 * FW_TB : 0))
#define FW_TURNS ((FW_GATHERED + 32 * FW_WARPS - 1) / (32 * FW_WARPS)) /* turns of all threads over the rows */
#define FW_FACTORS (16 * FW_BLOCKS + 8)                                /* stride of the coefficients, as FW_LD */
#define FW_WARPS_EACH (FW_WARPS / FW_TB)                               /* warps for the scores of a token block */
#define FW_UNITS ((2 * FW_BLOCKS + FW_WARPS_EACH - 1) / FW_WARPS_EACH) /* units of 8 output rows for each of them */
#define FW_EACH (FW_GATHERED / FW_WARPS)                   /* rows that a warp gathers */
#define FW_AT_ONCE (FW_EACH <= 24 ? FW_EACH : FW_EACH / 2) /* of which it has so many in flight */
#define FW_WEIGHTS 64 /* distances from 0 on, of which the last are beyond any window */

/* What a step reads from its chunk's stream. */
struct fw_input {
    fw_step step;
    int noise[16 * FW_SB];
    int halo[16 * FW_HALO]; /* the words from `window` before the first token on */
    fw_u32 reach[16 * FW_TB];
};
#define FW_INPUTS ((int)(sizeof(fw_input) / 4))
#define FW_FETCHES ((FW_INPUTS + 32 * FW_WARPS - 1) / (32 * FW_WARPS)) /* of each thread */

struct fw_shared {
    fw_u16 rows[FW_ROWS * FW_LD];           /* the snapshot: own, halo and noise rows; CBOW: then the hidden rows */
    fw_u16 factor[16 * FW_TB * FW_FACTORS]; /* coefficients: tokens by the output rows that their block meets */
    fw_input input;
    const float *row[FW_GATHERED]; /* where each row is; a row of zeros if it does not exist or is not needed */
    float *to[FW_GATHERED];        /* where its update goes; a row that nobody reads if it receives none */
    fw_u64 window[16 * FW_TB];
    fw_u64 equal[16 * FW_SB]; /* for each noise word, the halo rows of the same word, as bits */
    float by[FW_GATHERED];    /* the scale of each row's update */
    int word[FW_GATHERED];
    float weights[16 * FW_TB]; /* of all pairs of each token */
    float counts[16 * FW_SB];  /* weight of each noise word in the loss */
    float pair_weight[FW_WEIGHTS], weight_within[FW_WEIGHTS];
    int taken;
};
static_assert(sizeof(fw_shared) <= FW_SHARED_BYTES, "backends/cuda/kernels.py asks for too little shared memory");

struct fw_tile {
    fw_chunk c;
    fw_shared *s;
    fw_step step;
    float loss;         /* of the step */
    const float *zeros; /* a row of zeros */
    float *sink;        /* a row that nobody reads: to add to it is quicker than to ask whether to add */
};

FW_FN int fw_warp(void) { return threadIdx.x / 32; }

/* ------------------------------------------------------------------ opening */

/* Reads what a step needs, some numbers for each thread, without waiting for them. */
FW_FN void fw_fetch(const fw_job *job, const fw_stream &stream, int number, int i0, int n, int (&fetched)[FW_FETCHES]) {
    const int *step = (const int *)fw_step_at(job, stream, number);
    const int *word = stream.word + i0 - job->run.window, *reach = (const int *)stream.reach + i0;
#pragma unroll
    for (int q = 0; q < FW_FETCHES; q++) {
        const int index = threadIdx.x + 32 * FW_WARPS * q;
        const int halo = index - (int)(sizeof(fw_step) / 4) - 16 * FW_SB, token = halo - 16 * FW_HALO;
        const int *from = halo < 0 ? step + index : token < 0 ? word + halo : reach + token;
        const int there = halo < 0    ? index < (int)(sizeof(fw_step) / 4) + job->run.noise_slots
                          : token < 0 ? halo < n + 2 * job->run.window
                                      : token < n;
        fetched[q] = there ? *from : 0;
    }
}

FW_FN void fw_keep_fetched(fw_shared *s, const int (&fetched)[FW_FETCHES]) {
#pragma unroll
    for (int q = 0; q < FW_FETCHES; q++) {
        const int index = threadIdx.x + 32 * FW_WARPS * q;
        if (index < FW_INPUTS) ((int *)&s->input)[index] = fetched[q];
    }
}

/* Computes the window of each token, and returns the halo rows that any of them holds. Every warp does so for itself,
   which is quicker than to wait for one. */
FW_FN fw_u64 fw_open_windows(const fw_job *job, fw_tile &t) {
    const int token = fw_lane();
    const fw_u32 reach = token < 16 * FW_TB ? t.s->input.reach[token] : 0;
    const fw_u64 window = fw_window_bits(job, t.step, token, reach);
    if (fw_warp() == 0 && token < 16 * FW_TB) {
        t.s->window[token] = window;
        t.s->weights[token] = FW_CBOW ? window != 0 : fw_weights(t.s->weight_within, fw_span_of(t.step, reach));
    }
    __syncwarp();
    return fw_warp_or(window << 16 * (token / 16));
}

/* The word of a row, -1 if there is none. */
FW_FN int fw_row_word(const fw_job *job, const fw_input &input, int r, fw_u64 covered) {
    const int own = r < FW_AT_HALO, noise = r >= FW_AT_NOISE, halo = own ? r + job->run.window : r - FW_AT_HALO;
    const int word = noise ? fw_noise_word(input.noise[r - FW_AT_NOISE]) : input.halo[halo];
    const int there = noise ? r - FW_AT_NOISE < job->run.noise_slots
                      : own ? input.reach[r] != 0
                            : (int)(covered >> halo & 1);
    return there ? word : -1;
}

/* What the scale of a row's update is made of. The numbers come from global memory, and nothing asks for them before
   the rows themselves are on their way. */
struct fw_scale {
    float rate;  /* the share of the learning rate at which the row moves */
    float share; /* that of its word in the kept tokens, if words are damped */
};

/* Finds each row, and where its update goes. */
FW_FN void fw_open_rows(const fw_job *job, fw_tile &t, fw_u64 covered, fw_scale (&scale)[FW_TURNS]) {
#pragma unroll
    for (int turn = 0; turn < FW_TURNS; turn++) {
        const int r = threadIdx.x + 32 * FW_WARPS * turn;
        const int input = FW_CBOW ? r >= FW_AT_HALO && r < FW_AT_NOISE : r < FW_AT_HALO;
        const int word = r < FW_GATHERED ? fw_row_word(job, t.s->input, r, covered) : -1;
        scale[turn] = {word >= 0 ? 1.f : 0.f, 1.f};
        if (word >= 0 && !input) scale[turn].rate = job->output_rate[word];
        if (word >= 0 && t.c.damping_threshold > 0.f) scale[turn].share = job->kept_share[word];
        if (r >= FW_GATHERED) continue;
        float *row = (input ? job->w_in : job->w_out) + (fw_i64)word * FW_K;
        t.s->word[r] = word;
        t.s->row[r] = word < 0 ? t.zeros : row;
        t.s->to[r] = word < 0 || (input && fw_is_frozen(job, word)) ? t.sink : row;
    }
    if (threadIdx.x < 16 * FW_SB)
        t.s->counts[threadIdx.x] = fw_counts(t.s->input.noise[threadIdx.x]) ? t.step.loss_weight : 0.f;
    __syncwarp();
}

FW_FN void fw_keep_scales(fw_tile &t, const fw_scale (&scale)[FW_TURNS]) {
#pragma unroll
    for (int turn = 0; turn < FW_TURNS; turn++) {
        const int r = threadIdx.x + 32 * FW_WARPS * turn;
        const float damping = fminf(1.f, __fdividef(t.c.damping_threshold, scale[turn].share));
        if (r < FW_GATHERED) t.s->by[r] = scale[turn].rate * (t.c.damping_threshold > 0.f ? damping : 1.f);
    }
}

/* Computes `equal` of every noise word; each lane keeps its halo words in registers. */
FW_FN void fw_find_equal(const fw_tile &t, fw_u64 covered) {
    int word[FW_HALO_TURNS];
#pragma unroll
    for (int turn = 0; turn < FW_HALO_TURNS; turn++) {
        const int r = 32 * turn + fw_lane();
        word[turn] = r < 16 * FW_HALO && covered >> r & 1 ? t.s->input.halo[r] : -1;
    }
    int noise[16 * FW_SB / FW_WARPS];
#pragma unroll
    for (int q = 0; q < 16 * FW_SB / FW_WARPS; q++)
        noise[q] = fw_noise_word(t.s->input.noise[FW_WARPS * q + fw_warp()]);
#pragma unroll
    for (int q = 0; q < 16 * FW_SB / FW_WARPS; q++) {
        fw_u64 equal = 0;
#pragma unroll
        for (int turn = 0; turn < FW_HALO_TURNS; turn++)
            equal |= (fw_u64)__ballot_sync(FW_ALL, word[turn] == noise[q]) << 32 * turn;
        t.s->equal[FW_WARPS * q + fw_warp()] = equal; /* the same in every lane */
    }
}

/* ------------------------------------------------------------------ gathering */

/* Copies rows to shared memory as bfloat16, in permuted columns. */
FW_FN void fw_gather(fw_shared *s) {
    const int lane = fw_lane(), up = lane < 16 ? 0 : 8; /* the upper lanes store in turn: other banks */
#pragma unroll 1
    for (int k = 4 * lane; k < FW_K; k += 128)
#pragma unroll 1
        for (int first = 0; first < FW_EACH; first += FW_AT_ONCE) {
            const float *row[FW_AT_ONCE];
            float4 v[FW_AT_ONCE];
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) row[q] = s->row[FW_WARPS * (first + q) + fw_warp()] + k;
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) v[q] = fw_load4(row[q]);
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) {
                const fw_u32 low = fw_pack(v[q].x, v[q].y), high = fw_pack(v[q].z, v[q].w);
                fw_u16 *to = s->rows + (FW_WARPS * (first + q) + fw_warp()) * FW_LD + k / 16 * 16 + fw_pair_of();
                *(fw_u32 *)(to + up) = up ? high : low;
                *(fw_u32 *)(to + 8 - up) = up ? low : high;
            }
        }
    __syncwarp();
}

/* ------------------------------------------------------------------ CBOW's windows as a factor */

/* Two numbers, zeros and ones, from two bits. */
FW_FN fw_u32 fw_ones(fw_u32 first, fw_u32 second) { return (first & 1) * 0x3f80 | (second & 1) * 0x3f800000; }

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

/* One over the number of each token's contexts, or 1. */
FW_FN void fw_divisors(float (&by)[FW_TB][2], const fw_shared *s, int divides) {
#pragma unroll
    for (int row = 0; row < 2 * FW_TB; row++) {
        const float contexts = (float)__popcll(s->window[8 * row + fw_group()]);
        by[row / 2][row % 2] = divides ? 1.f / fmaxf(1.f, contexts) : 1.f;
    }
}

/* Stores 16 columns of the hidden rows of token block b, scaled. */
FW_FN void fw_put_hidden(fw_shared *s, const float (&d)[2][4], int b, int n, const float (&by)[2]) {
    fw_u16 *to = s->rows + (FW_AT_HIDDEN + 16 * b + fw_group()) * FW_LD + n + fw_pair_of();
#pragma unroll
    for (int q = 0; q < 2; q++) {
        *(fw_u32 *)(to + 8 * q) = fw_pack(by[0] * d[q][0], by[0] * d[q][1]);
        *(fw_u32 *)(to + 8 * FW_LD + 8 * q) = fw_pack(by[1] * d[q][2], by[1] * d[q][3]);
    }
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
            fw_put_hidden(s, d, b, n, by[b]);
        }
    }
}

/* ------------------------------------------------------------------ scores and coefficients */

/* Unit i of this warp: the warps of a token block take its units in turn, so that the i-th of all of them are positives,
   or noise, as far as possible. */
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

/* ------------------------------------------------------------------ updates */

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
#pragma unroll
    for (int b = 0; b < FW_TB; b++) fw_put_hidden(s, mine[b], b, n, turned.by[b]);
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

/* ------------------------------------------------------------------ the kernel */

/* Trains a step whose input is in shared memory, and fetches that of the next one: step `next`, which trains n tokens
   from i0 on. */
FW_FN void fw_train_step(const fw_job *job, fw_tile &t, int next, int i0, int n) {
    int fetched[FW_FETCHES];
    fw_scale scale[FW_TURNS];
    t.step = t.s->input.step;
    const fw_u64 covered = fw_open_windows(job, t);
    fw_open_rows(job, t, covered, scale);
    if (!FW_CBOW) fw_find_equal(t, covered);
    fw_fetch(job, t.c.s, next, i0, n, fetched);
    __syncthreads();
    fw_gather(t.s);
    fw_keep_scales(t, scale);
    fw_keep_fetched(t.s, fetched);
    __syncthreads();
    if (FW_CBOW) {
        fw_hidden_rows(job, t.s);
        __syncthreads();
    }
    fw_coefficients(job, t);
    __syncthreads();
    fw_updates(job, t.s);
    __syncthreads();
}

/* The next chunk of the launch, the same in all threads; at least `count` if none is left. */
FW_FN int fw_take_together(fw_shared *s, int *cursor) {
    if (threadIdx.x == 0) s->taken = atomicAdd(cursor, 1);
    __syncthreads();
    const int taken = s->taken;
    __syncthreads();
    return taken;
}

/* Trains a chunk step after step: all passes over a tile's windows, then the next tile. */
FW_FN void fw_train_chunk(const fw_job *job, fw_tile &t, int length) {
    const int end = t.c.s.line[0], steps = t.c.s.line[1];
    int i0 = job->run.window, pass = 0, fetched[FW_FETCHES];
    if (steps == 0) return;
    fw_fetch(job, t.c.s, 0, i0, end - i0 < length ? end - i0 : length, fetched);
    fw_keep_fetched(t.s, fetched);
    __syncthreads();
    for (int number = 0; number < steps; number++) {
        if (++pass == job->run.passes) {
            pass = 0;
            i0 += length;
        }
        const int last = number + 1 == steps; /* after it nothing is to come: it is fetched again, and not used */
        const int at = last ? job->run.window : i0;
        fw_train_step(job, t, last ? number : number + 1, at, end - at < length ? end - at : length);
    }
}

/* As the general kernel's fw_train. A block's workspace is a row of zeros and a row that nobody reads. */
extern "C" __global__ void __launch_bounds__(32 * FW_WARPS, FW_RESIDENT)
    fw_train(const __grid_constant__ fw_job given, fw_i64 epoch, fw_i64 first, int count, int *streams, int *cursor,
             float *workspaces, fw_sums *sums, float damping_threshold) {
    const fw_job *job = &given;
    FW_SHARED(fw_shared, s);
    fw_tile t;
    t.s = s;
    t.zeros = workspaces + blockIdx.x * job->workspace;
    t.sink = workspaces + blockIdx.x * job->workspace + FW_K;
    for (int distance = threadIdx.x; distance < FW_WEIGHTS; distance += 32 * FW_WARPS) {
        s->pair_weight[distance] = distance <= job->run.window ? job->pair_weight[distance] : 0.f;
        s->weight_within[distance] = distance <= job->run.window ? job->weight_within[distance] : 0.f;
    }
    for (int taken = fw_take_together(s, cursor); taken < count; taken = fw_take_together(s, cursor)) {
        t.c = fw_open_chunk(job, streams, taken, epoch, first + taken, damping_threshold);
        fw_train_chunk(job, t, fw_tile_length(job->run.tile_tokens, job->chunk_shift[first + taken]));
        fw_close_chunk(t.c, sums);
    }
}
