/* CUDA: the tile in float32, for any shape and any device. One warp trains one tile; a row's numbers are spread over
   its lanes. For own and halo rows see cpu/fw_tile.h.

   Each token has a list of the output rows that it is scored with. Skip-gram: the halo rows in its window, then the
   noise words. CBOW: its own row, the target, then the noise words. A list holds the word and the coefficient of each
   row, in the warp's workspace. Snapshot: first all coefficients, from copies of the hidden rows; then the gradients of
   the hidden rows, which read output rows; then, when no row is read any more, the rows that change from the copies. */

#define FW_PATH 32 /* nodes of a path that are scored together, one in each lane: see fw_cuda_nodes.cu */

struct fw_tile {
    fw_chunk c;
    int i0, n; /* stream tokens [i0, i0 + n) */
    int step;  /* in the chunk */
    fw_pass pass;
    float rate;
    float *hidden;   /* (tile_tokens, stride): copies of the input rows; CBOW: the hidden rows */
    float *error;    /* (tile_tokens, stride): CBOW, the gradient of each context row */
    float *factor;   /* (tile_tokens, rows): coefficients */
    int *word;       /* (tile_tokens, rows): words */
    int *noise_word; /* (noise_slots,): the current noise words */
    /* hierarchical softmax: the nodes' part of the hidden rows' gradients (tile_tokens, stride), and coefficients */
    float *node_error, *node_factor;
};

FW_FN int fw_rows_room(const fw_job *job) {
    const int positives = job->run.cbow ? 1 : 2 * job->run.window;
    if (!job->run.negative_sampling) return 0;
    return positives + (job->run.pairwise_noise ? positives * job->run.negative : job->run.noise_slots);
}

/* The contexts of token i in this pass. */
FW_FN fw_span fw_contexts_of(const fw_tile &t, int i) { return fw_span_of(t.pass, t.c.s.reach[t.i0 + i]); }

FW_FN void fw_open_workspace(const fw_job *job, fw_tile &t, float *workspace) {
    const fw_i64 rows = (fw_i64)job->run.tile_tokens * fw_rows_room(job);
    t.hidden = workspace;
    t.error = t.hidden + job->run.tile_tokens * job->run.stride;
    t.node_error = t.error + job->run.tile_tokens * job->run.stride; /* rows first: read by fours */
    t.node_factor = t.node_error + (job->run.hierarchical ? job->run.tile_tokens * job->run.stride : 0);
    t.factor = t.node_factor + (job->run.hierarchical ? job->run.tile_tokens * FW_PATH : 0);
    t.word = (int *)(t.factor + rows);
    t.noise_word = t.word + rows;
}

FW_FN float4 fw_zero4(void) { return {0.f, 0.f, 0.f, 0.f}; }
FW_FN float fw_dot4(float4 a, float4 b) { return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w; }
FW_FN float4 fw_scale4(float4 v, float by) { return {v.x * by, v.y * by, v.z * by, v.w * by}; }
FW_FN void fw_add_scaled(float4 &sum, float by, float4 v) {
    sum.x += by * v.x;
    sum.y += by * v.y;
    sum.z += by * v.z;
    sum.w += by * v.w;
}

/* Lane l receives the score of hidden row x with the row of `word` in lane l, for l < n; four rows at a time, so that
   their loads overlap. */
FW_FN float fw_scores(const float *x, const float *rows, int word, int n, fw_i64 stride) {
    float mine = 0.f;
    for (int r = 0; r < n; r += 4) {
        const float *row[4];
        float score[4];
#pragma unroll
        for (int q = 0; q < 4; q++) {
            row[q] = rows + __shfl_sync(FW_ALL, word, r + q < n ? r + q : r) * stride;
            score[q] = 0.f;
        }
        for (fw_i64 k = 4 * fw_lane(); k < stride; k += 128) {
            const float4 v = fw_get4(x + k);
#pragma unroll
            for (int q = 0; q < 4; q++) score[q] += fw_dot4(v, fw_load4(row[q] + k));
        }
#pragma unroll
        for (int q = 0; q < 4; q++) {
            const float sum = fw_warp_sum(score[q]);
            if (fw_lane() == r + q) mine = sum;
        }
    }
    return mine;
}

/* ------------------------------------------------------------------ hidden rows */

FW_FN void fw_renew_noise(const fw_job *job, fw_tile &t) {
    if (!job->run.negative_sampling || job->run.pairwise_noise) return;
    for (int slot = fw_lane(); slot < job->run.noise_slots; slot += 32)
        if (fw_is_fresh(job, t.step, slot)) t.noise_word[slot] = fw_draw_shared_noise(job, t.c, t.pass, t.i0, slot);
}

FW_FN void fw_hidden_rows(const fw_job *job, fw_tile &t) {
    for (int i = 0; i < t.n; i++) {
        const int at = t.i0 + i, left = fw_left(t.c.s.reach[at]), right = fw_right(t.c.s.reach[at]);
        const float each = job->run.cbow_mean && left + right > 0 ? 1.f / (float)(left + right) : 1.f;
        for (fw_i64 k = 4 * fw_lane(); k < job->run.stride; k += 128) {
            float4 sum = fw_zero4();
            if (!job->run.cbow) sum = fw_load4(job->w_in + t.c.s.word[at] * job->run.stride + k);
            for (int j = at - left; job->run.cbow && j <= at + right; j++)
                if (j != at) fw_add_scaled(sum, 1.f, fw_load4(job->w_in + t.c.s.word[j] * job->run.stride + k));
            fw_put4(t.hidden + i * job->run.stride + k, job->run.cbow ? fw_scale4(sum, each) : sum);
        }
    }
}

/* ------------------------------------------------------------------ coefficients */

/* Row `index` of token i's list: its word, its weight (0 if noise equals the target), and its weight in the loss. */
struct fw_row {
    int word, positive;
    float weight, loss_weight;
};

FW_FN fw_row fw_row_of(const fw_job *job, const fw_tile &t, int i, int index, int positives, float each, int all) {
    const int at = t.i0 + i;
    const fw_span span = fw_contexts_of(t, i);
    fw_row row = {0, index < positives, 1.f, 1.f};
    if (row.positive) {
        const int other = job->run.cbow ? at : at + fw_distance(span, index);
        row.word = t.c.s.word[other];
        if (!job->run.cbow) row.weight = row.loss_weight = fw_weight(job, at, other);
        return row;
    }
    const int m = index - positives;
    if (job->run.pairwise_noise) {
        const int pair = m / job->run.negative, k = m % job->run.negative;
        const int target = job->run.cbow ? at : at + fw_distance(span, pair);
        const fw_i64 slot = job->run.cbow ? 0 : target - at + job->run.window;
        row.word = fw_draw_noise(job, t.c, at, slot * job->run.negative + k);
        row.weight = row.word != t.c.s.word[target] ? (job->run.cbow ? 1.f : fw_weight(job, at, target)) : 0.f;
        row.loss_weight = row.weight;
        return row;
    }
    row.word = t.noise_word[m];
    float weight = job->run.cbow ? row.word != t.c.s.word[at] : fw_weights(job, span);
    for (int j = at + span.first; !job->run.cbow && j <= at + span.last; j++)
        if (j != at && t.c.s.word[j] == row.word) weight -= fw_weight(job, at, j);
    row.weight = weight * (float)job->run.negative / (float)job->run.noise_slots;
    row.loss_weight = all || fw_is_fresh(job, t.step, m) ? weight * each : 0.f;
    return row;
}

FW_FN int fw_positives(const fw_job *job, const fw_tile &t, int i) {
    const int contexts = fw_contexts_of(t, i).contexts;
    return job->run.cbow ? contexts > 0 : contexts;
}

/* The number of rows in a token's list: none for a token without contexts, which trains nothing. */
FW_FN int fw_rows(const fw_job *job, int positives) {
    if (positives == 0 || !job->run.negative_sampling) return 0;
    return positives + (job->run.pairwise_noise ? positives * job->run.negative : job->run.noise_slots);
}

FW_FN void fw_coefficients(const fw_job *job, fw_tile &t) {
    const int room = fw_rows_room(job);
    int all = 0;
    const float each = job->run.pairwise_noise ? 0.f : fw_loss_weight(job, t.step, &all);
    float loss = 0.f;
    for (int i = 0; i < t.n; i++) {
        const int positives = fw_positives(job, t, i), rows = fw_rows(job, positives);
        for (int first = 0; first < rows; first += 32) {
            const int index = first + fw_lane(), n = rows - first < 32 ? rows - first : 32;
            fw_row row = {0, 0, 0.f, 0.f};
            if (index < rows) row = fw_row_of(job, t, i, index, positives, each, all);
            const float score = fw_scores(t.hidden + i * job->run.stride, job->w_out, row.word, n, job->run.stride);
            if (index >= rows) continue;
            float one;
            const float gradient = fw_pair(score, row.positive, &one);
            loss += row.loss_weight * one;
            t.factor[(fw_i64)i * room + index] = t.rate * row.weight * (row.positive ? gradient : -gradient);
            t.word[(fw_i64)i * room + index] = row.word;
        }
        if (fw_lane() == 0) t.c.pairs += job->run.cbow ? positives : fw_weights(job, fw_contexts_of(t, i));
    }
    t.c.loss += loss;
}

/* ------------------------------------------------------------------ updates */

/* Computes the gradient of each hidden row: skip-gram adds it to the own row, CBOW keeps it for the halo. */
FW_FN void fw_hidden_updates(const fw_job *job, fw_tile &t) {
    const int room = fw_rows_room(job);
    for (int i = 0; i < t.n; i++) {
        const int word = t.c.s.word[t.i0 + i], positives = fw_positives(job, t, i), rows = fw_rows(job, positives);
        const fw_u32 reach = t.c.s.reach[t.i0 + i];
        if (positives == 0 || (!job->run.cbow && fw_is_frozen(job, word))) continue;
        const float scale = !job->run.cbow         ? fw_token_damping(job, t.c, t.i0 + i, 1)
                            : job->run.cbow_divide ? 1.f / (float)(fw_left(reach) + fw_right(reach))
                                                   : 1.f;
        for (fw_i64 k = 4 * fw_lane(); k < job->run.stride; k += 128) {
            float4 sum = job->run.hierarchical ? fw_get4(t.node_error + i * job->run.stride + k) : fw_zero4();
            for (int index = 0; index < rows; index++) {
                const fw_i64 at = (fw_i64)i * room + index;
                fw_add_scaled(sum, t.factor[at], fw_load4(job->w_out + t.word[at] * job->run.stride + k));
            }
            sum = fw_scale4(sum, scale);
            if (job->run.cbow) fw_put4(t.error + i * job->run.stride + k, sum);
            else fw_add4(job->w_in + word * job->run.stride + k, sum);
        }
    }
}

/* Updates each halo row once. */
FW_FN void fw_halo_updates(const fw_job *job, fw_tile &t) {
    const int room = fw_rows_room(job);
    for (int h = t.i0 + t.pass.low; h < t.i0 + t.n + t.pass.high; h++) {
        const int low = h - t.pass.high > t.i0 ? h - t.pass.high : t.i0;
        const int high = h - t.pass.low < t.i0 + t.n - 1 ? h - t.pass.low : t.i0 + t.n - 1;
        for (fw_i64 k = 4 * fw_lane(), seen = 0; k < job->run.stride; k += 128) {
            float4 sum = fw_zero4();
            for (int i = low; i <= high; i++) {
                const fw_i64 token = i - t.i0;
                const fw_span span = fw_contexts_of(t, (int)token);
                if (i == h || h < i + span.first || h > i + span.last) continue;
                const int index = fw_index(span, h - i);
                const float by = job->run.cbow ? 1.f : t.factor[token * room + index];
                fw_add_scaled(sum, by, fw_get4((job->run.cbow ? t.error : t.hidden) + token * job->run.stride + k));
                seen = 1;
            }
            if (!seen || (job->run.cbow && fw_is_frozen(job, t.c.s.word[h]))) break;
            const int word = t.c.s.word[h];
            const float damping = fw_token_damping(job, t.c, h, job->run.cbow);
            float *rows = (job->run.cbow ? job->w_in : job->w_out) + word * job->run.stride;
            fw_add4(rows + k, fw_scale4(sum, damping));
        }
    }
}

/* Adds token i's hidden row, times the coefficient and `share`, to row `index` of its list. */
FW_FN void fw_row_update(const fw_job *job, const fw_tile &t, int i, int index, float share) {
    const fw_i64 at = (fw_i64)i * fw_rows_room(job) + index;
    const int word = t.word[at];
    const float by = share * t.factor[at] * fw_output_damping(job, t.c, word);
    if (by == 0.f) return;
    for (fw_i64 k = 4 * fw_lane(); k < job->run.stride; k += 128)
        fw_add4(job->w_out + word * job->run.stride + k, fw_scale4(fw_get4(t.hidden + i * job->run.stride + k), by));
}

/* Updates the output rows that are not halo rows: CBOW's own rows, the targets, and those of the noise words. */
FW_FN void fw_output_updates(const fw_job *job, fw_tile &t) {
    const int room = fw_rows_room(job);
    for (int i = 0; i < t.n; i++) {
        const int positives = fw_positives(job, t, i), rows = fw_rows(job, positives);
        if (job->run.cbow && rows > 0) fw_row_update(job, t, i, 0, t.c.s.share[t.i0 + i]);
        for (int index = positives; job->run.pairwise_noise && index < rows; index++)
            fw_row_update(job, t, i, index, 1.f);
    }
    for (int m = 0; m < job->run.noise_slots && !job->run.pairwise_noise; m++) {
        const float damping = fw_output_damping(job, t.c, t.noise_word[m]);
        for (fw_i64 k = 4 * fw_lane(); k < job->run.stride; k += 128) {
            float4 sum = fw_zero4();
            for (int i = 0; i < t.n; i++) {
                const int positives = fw_positives(job, t, i);
                if (positives == 0) continue;
                const float by = t.factor[(fw_i64)i * room + positives + m];
                fw_add_scaled(sum, by, fw_get4(t.hidden + i * job->run.stride + k));
            }
            fw_add4(job->w_out + t.noise_word[m] * job->run.stride + k, fw_scale4(sum, damping));
        }
    }
}

FW_FN void fw_train_nodes(const fw_job *job, fw_tile &t); /* fw_cuda_nodes.cu */

FW_FN void fw_train_step(const fw_job *job, fw_tile &t) {
    t.rate = fw_tile_rate(job, t.c, t.i0);
    fw_renew_noise(job, t);
    fw_hidden_rows(job, t);
    __syncwarp();
    fw_coefficients(job, t);
    if (job->run.hierarchical) fw_train_nodes(job, t);
    __syncwarp();
    fw_hidden_updates(job, t);
    __syncwarp();
    if (job->run.cbow || job->run.negative_sampling) fw_halo_updates(job, t);
    if (job->run.negative_sampling) fw_output_updates(job, t);
    __syncwarp();
}

/* One warp per block. */
extern "C" __global__ void __launch_bounds__(32, 8)
    fw_train(const fw_job *job, fw_i64 epoch, fw_i64 first, int count, int *streams, int *cursor, float *workspaces,
             fw_sums *sums, float damping_threshold) {
    fw_tile t;
    fw_open_workspace(job, t, workspaces + blockIdx.x * job->workspace);
    fw_train_chunks(job, t, epoch, first, count, streams, cursor, sums, damping_threshold);
}
