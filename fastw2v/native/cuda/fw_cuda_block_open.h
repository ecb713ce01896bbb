/* CUDA: the block's tile begins: its rows are found, and copied to shared memory. See fw_cuda_block.cu. */
#ifndef FW_CUDA_BLOCK_OPEN_H
#define FW_CUDA_BLOCK_OPEN_H

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
#define FW_EACH (FW_GATHERED / FW_WARPS)                               /* rows that a warp gathers */
#define FW_AT_ONCE (FW_EACH <= 24 ? FW_EACH : FW_EACH / 2)             /* of which it has so many in flight */
#define FW_WEIGHTS 64 /* distances from 0 on, of which the last are beyond any window */

/* What a step reads from its chunk's stream. */
struct fw_input {
    fw_step step;
    int noise[16 * FW_SB];
    int halo[16 * FW_HALO];    /* the words from `window` before the first token on */
    float share[16 * FW_HALO]; /* of its step that each of their rows takes: see fw_burst_share */
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
    const int *share = (const int *)stream.share + i0 - job->run.window;
#pragma unroll
    for (int q = 0; q < FW_FETCHES; q++) {
        const int index = threadIdx.x + 32 * FW_WARPS * q;
        const int halo = index - (int)(sizeof(fw_step) / 4) - 16 * FW_SB;
        const int again = halo - 16 * FW_HALO, token = again - 16 * FW_HALO; /* the halo's shares, then the tokens */
        const int *from = halo < 0 ? step + index : again < 0 ? word + halo : token < 0 ? share + again : reach + token;
        const int there = halo < 0    ? index < (int)(sizeof(fw_step) / 4) + job->run.noise_slots
                          : token < 0 ? (again < 0 ? halo : again) < n + 2 * job->run.window
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
    float burst; /* the token's share of its step: see fw_burst_share */
};

/* Finds each row, and where its update goes. */
FW_FN void fw_open_rows(const fw_job *job, fw_tile &t, fw_u64 covered, fw_scale (&scale)[FW_TURNS]) {
#pragma unroll
    for (int turn = 0; turn < FW_TURNS; turn++) {
        const int r = threadIdx.x + 32 * FW_WARPS * turn;
        const int input = FW_CBOW ? r >= FW_AT_HALO && r < FW_AT_NOISE : r < FW_AT_HALO;
        const int word = r < FW_GATHERED ? fw_row_word(job, t.s->input, r, covered) : -1;
        scale[turn] = {word >= 0 ? 1.f : 0.f, 1.f, 1.f};
        if (word >= 0 && !input) scale[turn].rate = job->output_rate[word];
        if (word >= 0 && r < FW_AT_NOISE)
            scale[turn].burst = t.s->input.share[r < FW_AT_HALO ? r + job->run.window : r - FW_AT_HALO];
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
        const float by = scale[turn].rate * scale[turn].burst;
        if (r < FW_GATHERED) t.s->by[r] = by * (t.c.damping_threshold > 0.f ? damping : 1.f);
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
        if (fw_lane() == 0) t.s->equal[FW_WARPS * q + fw_warp()] = equal;
    }
}

/* ------------------------------------------------------------------ gathering */

/* Copies rows to shared memory as bfloat16, in permuted columns. */
FW_FN void fw_gather(fw_shared *s) {
    const int lane = fw_lane(), up = lane < 16 ? 0 : 8; /* the upper lanes store in turn: other banks */
#pragma unroll 1
    for (int k = 4 * lane; k - 4 * lane < FW_K; k += 128)
#pragma unroll 1
        for (int first = 0; first < FW_EACH; first += FW_AT_ONCE) {
            const int inside = k < FW_K; /* other lanes read what the first lane reads */
            const float *row[FW_AT_ONCE];
            float4 v[FW_AT_ONCE];
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) row[q] = s->row[FW_WARPS * (first + q) + fw_warp()] + (inside ? k : 0);
            __syncwarp(); /* or the assembler waits for each address before it asks for the next */
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) v[q] = fw_load4(row[q]);
#pragma unroll
            for (int q = 0; q < FW_AT_ONCE; q++) {
                const fw_u32 low = fw_pack(v[q].x, v[q].y), high = fw_pack(v[q].z, v[q].w);
                fw_u16 *to = s->rows + (FW_WARPS * (first + q) + fw_warp()) * FW_LD + k / 16 * 16 + fw_pair_of();
                if (!inside) continue;
                *(fw_u32 *)(to + up) = up ? high : low;
                *(fw_u32 *)(to + 8 - up) = up ? low : high;
            }
        }
    __syncwarp();
}

#endif
