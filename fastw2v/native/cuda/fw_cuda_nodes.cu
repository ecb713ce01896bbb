/* CUDA: hierarchical softmax in the general tile. What is trained in which order, and why: cpu/fw_nodes.h. */

FW_FN const float *fw_nodes(const fw_job *job) { return job->w_out + job->run.first_node * job->run.stride; }

/* Adds the sum over n nodes of each lane's coefficient times its node's row to a token's gradient. */
FW_FN void fw_add_nodes(const fw_job *job, float *error, float factor, int node, int n) {
    for (fw_i64 k = 4 * fw_lane(); k - 4 * fw_lane() < job->run.stride; k += 128) {
        const int inside = k < job->run.stride;
        float4 sum = inside ? fw_get4(error + k) : fw_zero4();
        for (int r = 0; r < n; r++) {
            const float by = __shfl_sync(FW_ALL, factor, r);
            const fw_i64 row = __shfl_sync(FW_ALL, node, r);
            if (inside) fw_add_scaled(sum, by, fw_load4(fw_nodes(job) + row * job->run.stride + k));
        }
        if (inside) fw_put4(error + k, sum);
    }
}

/* Moves n nodes by the hidden rows of the tokens [low, high], times their coefficients; `share` is the lane's. */
FW_FN void fw_move_nodes(const fw_job *job, const fw_tile &t, int low, int high, int node, int n, float share) {
    for (int r = 0; r < n; r++) {
        const fw_i64 row = job->run.first_node + __shfl_sync(FW_ALL, node, r);
        const float by = __shfl_sync(FW_ALL, share, r);
        for (fw_i64 k = 4 * fw_lane(); k < job->run.stride; k += 128) {
            float4 sum = fw_zero4();
            for (int i = low; i <= high; i++)
                fw_add_scaled(sum, t.node_factor[i * FW_PATH + r], fw_get4(t.hidden + i * job->run.stride + k));
            fw_add4(job->w_out + row * job->run.stride + k, fw_scale4(sum, by));
        }
    }
}

/* The weight of the pair of token i and stream token h in this pass; 0 if h is not in its window. CBOW: that of the
   target, for which h is the token itself. */
FW_FN float fw_weight_of(const fw_job *job, const fw_tile &t, int i, int h) {
    const fw_span span = fw_contexts_of(t, i);
    const int distance = h - t.i0 - i;
    if (job->run.cbow) return distance == 0 && span.contexts > 0 ? 1.f : 0.f;
    if (distance == 0 || distance < span.first || distance > span.last) return 0.f;
    return fw_weight(job, t.i0 + i, h);
}

FW_FN void fw_train_crown(const fw_job *job, fw_tile &t) {
    const int nodes = job->run.vocabulary - 1 < FW_CROWN ? (int)job->run.vocabulary - 1 : FW_CROWN;
    const int lane = fw_lane(), first = (int)job->run.vocabulary - 1 - nodes, node = first + (lane < nodes ? lane : 0);
    float total = 0.f;
    for (int i = 0; i < t.n; i++) {
        const fw_span span = fw_contexts_of(t, i);
        float on = 0.f, code0 = 0.f, softplus;
        const int from = job->run.cbow ? 0 : span.first, to = job->run.cbow ? 0 : span.last;
        for (int d = from; d <= to; d++) {
            const float weight = fw_weight_of(job, t, i, t.i0 + i + d);
            if (weight == 0.f || lane >= nodes) continue;
            const fw_u32 path = job->crown_path[t.c.s.word[t.i0 + i + d]];
            on += weight * (float)(path >> lane & 1);
            code0 += weight * (float)(path >> (16 + lane) & 1);
        }
        __syncwarp(); /* lanes may have left the loop apart */
        const float *hidden = t.hidden + i * job->run.stride;
        const float score = fw_scores(hidden, fw_nodes(job), node, nodes, job->run.stride);
        const float sigma = fw_pair(score, 0, &softplus);
        const float factor = lane < nodes ? t.step.rate * (code0 - on * sigma) : 0.f;
        if (lane < nodes) t.c.loss += on * softplus - code0 * score;
        t.node_factor[i * FW_PATH + lane] = factor;
        total += on;
        fw_add_nodes(job, t.node_error + i * job->run.stride, factor, node, nodes);
    }
    __syncwarp();
    fw_move_nodes(job, t, 0, t.n - 1, node, nodes,
                  job->output_rate[job->run.first_node + node] * fw_node_share(t.step.rate * total));
    __syncwarp();
}

/* The rest of the path of stream token h, with all tokens that have it in their windows. */
FW_FN void fw_train_path(const fw_job *job, fw_tile &t, int h) {
    int low = h - t.step.high > t.i0 ? h - t.step.high - t.i0 : 0;
    int high = h - t.step.low < t.i0 + t.n - 1 ? h - t.step.low - t.i0 : t.n - 1;
    if (job->run.cbow) low = high = h - t.i0;
    while (low <= high && fw_weight_of(job, t, low, h) == 0.f) low++;
    if (low > high) return; /* there may be no token at h */
    const int word = t.c.s.word[h];
    const fw_i64 end = job->path_begin[word + 1];
    for (fw_i64 begin = job->path_begin[word] + __popc(job->crown_path[word] & 0xffff); begin < end; begin += FW_PATH) {
        const int n = end - begin < FW_PATH ? (int)(end - begin) : FW_PATH;
        const int step = job->path_step[begin + (fw_lane() < n ? fw_lane() : 0)], node = step >> 1;
        for (int i = low; i <= high; i++) {
            const float weight = fw_weight_of(job, t, i, h);
            t.node_factor[i * FW_PATH + fw_lane()] = 0.f;
            if (weight == 0.f) continue;
            const float *hidden = t.hidden + i * job->run.stride;
            const float score = fw_scores(hidden, fw_nodes(job), node, n, job->run.stride);
            float one;
            const float gradient = fw_pair(score, !(step & 1), &one);
            const float factor = fw_lane() < n ? t.step.rate * weight * (step & 1 ? -gradient : gradient) : 0.f;
            if (fw_lane() < n) t.c.loss += weight * one;
            t.node_factor[i * FW_PATH + fw_lane()] = factor;
            fw_add_nodes(job, t.node_error + i * job->run.stride, factor, node, n);
        }
        __syncwarp();
        fw_move_nodes(job, t, low, high, node, n, job->output_rate[job->run.first_node + node]);
        __syncwarp();
    }
}

/* Trains the nodes and leaves the gradients of the hidden rows in `node_error`. */
FW_FN void fw_train_nodes(const fw_job *job, fw_tile &t) {
    for (int i = 0; i < t.n; i++)
        for (fw_i64 k = 4 * fw_lane(); k < job->run.stride; k += 128)
            fw_put4(t.node_error + i * job->run.stride + k, fw_zero4());
    if (job->run.vocabulary < 2) return; /* a tree of one word has no node */
    fw_train_crown(job, t);
    const int cbow = job->run.cbow;
    for (int h = t.i0 + (cbow ? 0 : t.step.low); h < t.i0 + t.n + (cbow ? 0 : t.step.high); h++)
        fw_train_path(job, t, h);
}
