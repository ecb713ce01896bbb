/* The common part of both CUDA tiles: chunks of a launch, draws, the learning rate, coefficients and damping. */
#ifndef FW_CUDA_TILE_H
#define FW_CUDA_TILE_H

/* Sums over the chunks of one call. */
struct fw_sums {
    double loss;
    double pairs;
};

/* The chunk that a warp trains. */
struct fw_chunk {
    fw_stream s;
    fw_i64 base; /* position of its first token */
    fw_i64 epoch;
    fw_u64 noise_key;
    float damping_threshold; /* share of the kept tokens above which a word's updates are damped; 0: no damping */
    double loss;             /* this lane's part */
    double pairs;            /* this lane's part */
};

FW_FN int fw_lane(void) { return threadIdx.x % 32; }

/* The next chunk of the launch, the same in all lanes; at least `count` if none is left. */
FW_FN int fw_take(int *cursor) {
    int taken = 0;
    if (fw_lane() == 0) taken = atomicAdd(cursor, 1);
    return __shfl_sync(FW_ALL, taken, 0);
}

FW_FN fw_chunk fw_open_chunk(const fw_job *job, int *streams, int number, fw_i64 epoch, fw_i64 chunk,
                             float damping_threshold) {
    fw_chunk c;
    c.s = fw_stream_at(job, streams, number);
    c.base = job->chunk_begin[chunk];
    c.epoch = epoch;
    c.noise_key = fw_key(job->run.seed, (fw_u64)epoch, FW_DRAW_NOISE);
    c.damping_threshold = damping_threshold;
    c.loss = 0;
    c.pairs = 0;
    return c;
}

FW_FN void fw_close_chunk(const fw_chunk &c, fw_sums *sums) {
    const double loss = fw_warp_sum_double(c.loss), pairs = fw_warp_sum_double(c.pairs);
    if (fw_lane() == 0) {
        atomicAdd(&sums->loss, loss);
        atomicAdd(&sums->pairs, pairs);
    }
}

/* The learning rate of the tile that begins with stream token i0. */
FW_FN float fw_tile_rate(const fw_job *job, const fw_chunk &c, int i0) {
    const fw_i64 done = c.epoch * job->run.tokens + c.base + c.s.offset[i0];
    return fw_learning_rate(job->run.learning_rate, job->run.min_learning_rate, done,
                            job->run.epochs * job->run.tokens);
}

FW_FN int fw_left(fw_u32 reach) { return (int)(reach & 0xffff); }
FW_FN int fw_right(fw_u32 reach) { return (int)(reach >> 16); }

/* A pass over the window: it holds the contexts at the distances low .. high from their token. */
struct fw_pass {
    int number, low, high;
};

FW_FN fw_pass fw_pass_at(const fw_job *job, int number) {
    return {number, job->pass_slot[number] - job->run.window, job->pass_slot[number + 1] - job->run.window - 1};
}

/* The contexts that a token has in a pass: those at the distances first .. last, but for the token itself. */
struct fw_span {
    int first, last, contexts;
};

FW_FN fw_span fw_span_of(const fw_pass &pass, fw_u32 reach) {
    const int left = -fw_left(reach), right = fw_right(reach);
    fw_span span = {left > pass.low ? left : pass.low, right < pass.high ? right : pass.high, 0};
    if (span.first <= span.last) span.contexts = span.last - span.first + !(span.first <= 0 && span.last >= 0);
    return span;
}

/* The distance of context `index` of a span. */
FW_FN int fw_distance(const fw_span &span, int index) {
    const int distance = span.first + index;
    return distance + (span.first <= 0 && distance >= 0);
}

/* The index of the context at a distance, which is in the span and not 0. */
FW_FN int fw_index(const fw_span &span, int distance) {
    return distance - span.first - (span.first <= 0 && distance > 0);
}

/* Return the weight of the pair of stream tokens i and j; the sum of the weights on one side, at the distances
   near .. far; the sum of a span's. */
FW_FN float fw_weight(const fw_job *job, int i, int j) { return job->pair_weight[i < j ? j - i : i - j]; }
FW_FN float fw_weight_between(const fw_job *job, int near, int far) {
    near = near > 1 ? near : 1;
    return far >= near ? job->weight_within[far] - job->weight_within[near - 1] : 0.f;
}
FW_FN float fw_weights(const fw_job *job, const fw_span &span) {
    return fw_weight_between(job, -span.last, -span.first) + fw_weight_between(job, span.first, span.last);
}

/* Returns the sum of the pair weights of the halo rows `bits`, of which there are rarely any: the tensor
   kernel's hits. `row` is the token's number in its block. */
FW_FN float fw_hits(const fw_job *job, int row, fw_u64 bits) {
    float hits = 0.f;
    for (; bits != 0; bits &= bits - 1) hits += fw_weight(job, row + job->run.window, __ffsll((fw_i64)bits) - 1);
    return hits;
}

/* Draws a noise word at stream token i. */
FW_FN int fw_draw_noise(const fw_job *job, const fw_chunk &c, int i, fw_i64 index) {
    const fw_u64 bits = fw_draw(c.noise_key, (fw_u64)(c.base + c.s.offset[i]), (fw_u64)index);
    return fw_noise(bits, job->noise_threshold, job->noise_alias, (fw_u32)job->run.vocabulary);
}

/* Draws noise word `slot` of a tile that begins with stream token i0, in a pass. */
FW_FN int fw_draw_shared_noise(const fw_job *job, const fw_chunk &c, const fw_pass &pass, int i0, int slot) {
    return fw_draw_noise(job, c, i0, (fw_i64)pass.number * job->run.noise_slots + slot);
}

/* Whether fw_renewed is this step. In 32 bits: a 64-bit division takes a GPU a hundred instructions. */
FW_FN int fw_is_fresh(const fw_job *job, int step, int slot) {
    return step == 0 || (step + slot * job->run.noise_life / job->run.noise_slots) % job->run.noise_life == 0;
}

/* The weight of each noise word in the loss. Only the new words count: training has just used the others, so their loss
   would be too low. If none is new, all count, and *all is 1. */
FW_FN float fw_loss_weight(const fw_job *job, int step, int *all) {
    int fresh = 0;
    for (int slot = 0; slot < job->run.noise_slots; slot += 32) {
        const int mine = slot + fw_lane();
        fresh += __popc(__ballot_sync(FW_ALL, mine < job->run.noise_slots && fw_is_fresh(job, step, mine)));
    }
    *all = fresh == 0;
    return (float)job->run.negative / (float)(fresh ? fresh : job->run.noise_slots);
}

/* Returns 1 - sigma(score) for a positive pair and sigma(score) for noise, exact even if small; sets *loss. A score
   that is not finite makes the loss NaN, even if the limit of the loss is finite. */
FW_FN float fw_pair(float score, int positive, float *loss) {
    const float toward = positive ? score : -score;
    const float e = expf(-fabsf(score));
    *loss = log1pf(e) + fmaxf(-toward, 0.f) + score * 0.f;
    return (toward >= 0.f ? e : 1.f) / (1.f + e);
}

/* As fw_pair, with the fast exponential and logarithm: they are exact enough for bfloat16 scores. */
FW_FN float fw_fast_pair(float score, int positive, float *loss) {
    const float toward = positive ? score : -score;
    const float e = __expf(-fabsf(score)), y = 1.f + e;
    *loss = __logf(y) + fmaxf(-toward, 0.f) + score * 0.f;
    return __fdividef(toward >= 0.f ? e : 1.f, y);
}

/* The factor of a word's updates: below 1 if so many copies of the word are in flight that their sum would overshoot.
 */
FW_FN float fw_damping(const fw_job *job, const fw_chunk &c, int word) {
    return c.damping_threshold > 0.f ? fminf(1.f, c.damping_threshold / job->kept_share[word]) : 1.f;
}

/* As fw_damping, for the updates of output rows, each of which has its share of the learning rate. */
FW_FN float fw_output_damping(const fw_job *job, const fw_chunk &c, int word) {
    return fw_damping(job, c, word) * job->output_rate[word];
}

/* The factor of the input row, or the output row, of stream token i. */
FW_FN float fw_token_damping(const fw_job *job, const fw_chunk &c, int i, int input) {
    const int word = c.s.word[i];
    return c.s.share[i] * (input ? fw_damping(job, c, word) : fw_output_damping(job, c, word));
}

FW_FN int fw_is_frozen(const fw_job *job, int word) { return job->frozen && job->frozen[word]; }

/* Train whole chunks with this warp, in order, until all `count` chunks of the launch are taken: tile after tile, each
   in all passes over its windows. A pass of a tile is a step: a snapshot of its own, with its own turn in the noise
   words' lives. Each kernel defines its own fw_tile, and its fw_train_step after this file. */
template <class tile>
FW_FN void fw_train_chunks(const fw_job *job, tile &t, fw_i64 epoch, fw_i64 first, int count, int *streams, int *cursor,
                           fw_sums *sums, float damping_threshold) {
    for (int taken = fw_take(cursor); taken < count; taken = fw_take(cursor)) {
        t.c = fw_open_chunk(job, streams, taken, epoch, first + taken, damping_threshold);
        const int end = t.c.s.line[0], length = job->run.tile_tokens;
        t.step = 0;
        for (t.i0 = job->run.window; t.i0 < end; t.i0 += length) {
            t.n = end - t.i0 < length ? end - t.i0 : length;
            for (int pass = 0; pass < job->run.passes; pass++, t.step++) {
                t.pass = fw_pass_at(job, pass);
                fw_train_step(job, t);
            }
        }
        fw_close_chunk(t.c, sums);
    }
}

#endif
