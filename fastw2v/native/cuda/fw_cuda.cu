/* CUDA: the input of the kernels, and the first kernel of each launch, which turns chunks into streams (docs/tile.md).

   The compiled text is fw_math.h, fw_settings.h, fw_gpu_ops.h, this file, fw_cuda_tile.h, and one of
   fw_cuda_general.cu (float32, any shape) or fw_cuda_tensor.cu (bfloat16 on tensor cores). Nothing is included: the
   run-time compiler finds no headers.

   The kept tokens of a chunk are its stream. The first center is stream[window]; up to `window` tokens before it and
   after the last center are the margins: contexts, never centers. Everything here is exact and the same on every
   device. A block's threads work on one chunk together because a launch has few chunks. */

#define FW_ALL 0xffffffffu

/* The input of a kernel: the settings of a run and pointers to its arrays. */
struct fw_job {
    fw_settings run;
    float *w_in, *w_out;           /* rows of `stride` floats, 0 beyond the vector's end */
    const fw_u32 *keep_threshold;  /* (V,) see fw_keep */
    const fw_u32 *noise_threshold; /* (V,) alias table of the noise words: see fw_alias */
    const int *noise_alias;        /* (V,) */
    const float *output_rate;      /* the share of the learning rate at which each output row moves */
    const fw_i64 *path_begin;      /* (V + 1,) the tree: the first step of each word's path; see planning/tree.py */
    const int *path_step;          /* each 2 * node + code, from the root on */
    const fw_u32 *crown_path;      /* (V,) each word's path through the crown */
    const unsigned char *frozen;   /* (V,) 1 where the input row is not trained; or null */
    const float *pair_weight;      /* (W + 1,) the weight of a pair by its distance; CBOW: 1 */
    const float *weight_within;    /* (W + 1,) the sum of pair_weight up to each distance */
    const int *pass_slot;          /* (passes + 1,) the first slot of each pass over the window, and 2 W + 1 */
    const float *kept_share;       /* (V,) share of each word in the kept tokens */
    const fw_i64 *chunk_begin;     /* (chunks + 1,) */
    const fw_i64 *chunk_sentence;  /* (chunks + 1,); the last is the corpus's last sentence */
    fw_i64 capacity;               /* tokens that fit into a stream */
    fw_i64 workspace;              /* floats of one warp's workspace */
};

/* The part of the corpus that a launch sees: token p is ids[p - first_id], p < end_id; offsets likewise. */
struct fw_text {
    const int *ids;
    const fw_i64 *offsets;
    fw_i64 first_id, end_id, first_sentence;
};

/* One chunk's stream: a line of four numbers, the first of them the end of the centers, then five arrays. */
struct fw_stream {
    int *line;
    int *word;
    int *offset;   /* centers: position in the corpus less the chunk's first */
    fw_u32 *reach; /* centers: contexts to the left, and to the right in the upper 16 bits */
    float *share;  /* of its step that the token's rows take: see fw_burst_share */
    int *sentence; /* number within the chunk, -1 where there is no token; used only to make the stream */
};

FW_FN fw_i64 fw_stream_ints(const fw_job *job) { return 4 + 5 * job->capacity; }

FW_FN fw_stream fw_stream_at(const fw_job *job, int *streams, fw_i64 number) {
    fw_stream s;
    s.line = streams + number * fw_stream_ints(job);
    s.word = s.line + 4;
    s.offset = s.word + job->capacity;
    s.reach = (fw_u32 *)(s.offset + job->capacity);
    s.share = (float *)s.reach + job->capacity;
    s.sentence = (int *)s.share + job->capacity;
    return s;
}

FW_FN int fw_word_at(const fw_text &text, fw_i64 position) { return text.ids[position - text.first_id]; }

FW_FN int fw_is_kept(const fw_job *job, const fw_text &text, fw_u64 key, fw_i64 position) {
    return fw_keep(fw_draw(key, (fw_u64)position, 0), job->keep_threshold[fw_word_at(text, position)]);
}

/* The number of threads before this one that raise a flag; *total is that of the whole block. */
FW_FN int fw_flags_before(int flag, int *total) {
    FW_SHARED(int, sums); /* one for each warp */
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    const fw_u32 votes = __ballot_sync(FW_ALL, flag);
    if (lane == 0) sums[warp] = __popc(votes);
    __syncthreads();
    int before = __popc(votes & ((1u << lane) - 1)), all = 0;
    for (int w = 0; w < warps; w++) {
        before += w < warp ? sums[w] : 0;
        all += sums[w];
    }
    __syncthreads();
    *total = all;
    return before;
}

/* The sentence in [low, high] that holds a position: the last one that does not begin after it. */
FW_FN fw_i64 fw_sentence_of(const fw_text &text, fw_i64 position, fw_i64 low, fw_i64 high) {
    while (low < high) {
        const fw_i64 middle = (low + high + 1) / 2;
        if (text.offsets[middle - text.first_sentence] <= position) low = middle;
        else high = middle - 1;
    }
    return low;
}

/* Puts the last kept tokens of [low, end), at most `window`, nearest first, into stream[window - 1], window - 2, ... */
FW_FN void fw_put_left_margin(const fw_job *job, const fw_text &text, const fw_stream &s, fw_u64 key, fw_i64 low,
                              fw_i64 end) {
    int found = 0, total = 0;
    for (fw_i64 at = end; at > low && found < job->run.window; at -= blockDim.x, found += total) {
        const fw_i64 position = at - 1 - threadIdx.x;
        const int kept = position >= low && fw_is_kept(job, text, key, position);
        const int index = found + fw_flags_before(kept, &total);
        if (!kept || index >= job->run.window) continue;
        s.word[job->run.window - 1 - index] = fw_word_at(text, position);
        s.sentence[job->run.window - 1 - index] = 0;
    }
    for (int index = found + threadIdx.x; index < job->run.window; index += blockDim.x)
        s.sentence[job->run.window - 1 - index] = -1; /* no token */
}

/* Puts the kept tokens of [begin, end), at most `room`, from stream[n] on; returns the new end of the stream. */
FW_FN int fw_put(const fw_job *job, const fw_text &text, const fw_stream &s, fw_u64 key, fw_i64 begin, fw_i64 end,
                 fw_i64 low, fw_i64 high, int n, int room, fw_i64 base) {
    const int limit = n + room;
    int total = 0;
    for (fw_i64 at = begin; at < end && n < limit; at += blockDim.x, n += total) {
        const fw_i64 position = at + threadIdx.x;
        const int kept = position < end && fw_is_kept(job, text, key, position);
        const int index = n + fw_flags_before(kept, &total);
        if (!kept || index >= limit) continue;
        s.word[index] = fw_word_at(text, position);
        s.offset[index] = (int)(position - base);
        s.sentence[index] = (int)(fw_sentence_of(text, position, low, high) - low);
    }
    return n < limit ? n : limit;
}

/* The number of contexts of center i on one side (`step` -1 or 1): within its sentence, at most `most`. Sentences are
   in order, so this is a binary search. */
FW_FN int fw_contexts(const fw_stream &s, int i, int step, int most) {
    int low = 0;
    while (low < most) {
        const int middle = (low + most + 1) / 2;
        if (s.sentence[i + step * middle] == s.sentence[i]) low = middle;
        else most = middle - 1;
    }
    return low;
}

/* Sets the share of each of the stream's n tokens, from the copies of its word within half a tile around it. */
FW_FN void fw_hold_bursts(const fw_job *job, const fw_stream &s, float few, int n) {
    const int half = job->run.tile_tokens / 2;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        if (s.sentence[i] < 0) continue;
        const int word = s.word[i];
        int copies = 0;
        for (int j = i - half > 0 ? i - half : 0; j < i + half && j < n; j++)
            copies += s.sentence[j] >= 0 && s.word[j] == word;
        const float output_rate = job->run.negative_sampling ? job->output_rate[word] : 1.f;
        s.share[i] = fw_burst_share(copies, few, output_rate);
    }
}

/* Each block makes the stream of chunk `first` + blockIdx.x. */
extern "C" __global__ void __launch_bounds__(256)
    fw_compact(const fw_job *job, fw_i64 epoch, fw_i64 first, const int *ids, const fw_i64 *offsets, fw_i64 first_id,
               fw_i64 end_id, fw_i64 first_sentence, int *streams, int *cursor) {
    const fw_text text = {ids, offsets, first_id, end_id, first_sentence};
    const fw_i64 chunk = first + blockIdx.x;
    const fw_i64 begin = job->chunk_begin[chunk], end = job->chunk_begin[chunk + 1];
    const fw_i64 low = job->chunk_sentence[chunk], high = job->chunk_sentence[chunk + 1];
    const fw_u64 keep_key = fw_key(job->run.seed, (fw_u64)epoch, FW_DRAW_KEEP);
    const fw_u64 window_key = fw_key(job->run.seed, (fw_u64)epoch, FW_DRAW_WINDOW);
    const fw_stream s = fw_stream_at(job, streams, blockIdx.x);
    const int window = job->run.window;
    if (blockIdx.x == 0 && threadIdx.x == 0) *cursor = 0;
    const fw_i64 sentence_begin = offsets[low - first_sentence];
    fw_put_left_margin(job, text, s, keep_key, sentence_begin > first_id ? sentence_begin : first_id, begin);
    const int last_center = fw_put(job, text, s, keep_key, begin, end, low, high, window, (int)(end - begin), begin);
    const fw_i64 last = fw_sentence_of(text, end - 1, low, high);
    fw_i64 sentence_end = offsets[last + 1 - first_sentence];
    if (sentence_end > end_id) sentence_end = end_id;
    const int n = fw_put(job, text, s, keep_key, end, sentence_end, low, last, last_center, window, begin);
    if (threadIdx.x == 0) s.line[0] = last_center;
    __syncthreads();
    for (int i = window + threadIdx.x; i < last_center; i += blockDim.x) {
        const fw_u64 bits = fw_draw(window_key, (fw_u64)(begin + s.offset[i]), 0);
        const int most = job->run.draw_windows ? fw_window(bits, window) : window;
        const int left = fw_contexts(s, i, -1, most < i ? most : i);
        const int right = fw_contexts(s, i, 1, most < n - 1 - i ? most : n - 1 - i);
        s.reach[i] = (fw_u32)left | (fw_u32)right << 16;
    }
    const float rate = fw_learning_rate(job->run.learning_rate, job->run.min_learning_rate,
                                        epoch * job->run.tokens + begin, job->run.epochs * job->run.tokens);
    fw_hold_bursts(job, s, (float)(job->run.burst_bound / rate), n);
}
