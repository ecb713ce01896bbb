/* CUDA: the first kernel of each launch, which turns chunks into streams (docs/tile.md): which tokens are kept, their
   windows, and for each step of training the noise words and the learning rate.

   Everything here is exact and the same on every device. It is compiled by itself without contraction: a fused
   multiply-add would round the learning rate otherwise than Python does. A block's threads work on one chunk together
   because a launch has few chunks; they run beside the tiles of the launch before, on multiprocessors that those leave
   free. */

FW_FN int fw_word_at(const fw_text &text, fw_i64 position) { return text.ids[position - text.first_id]; }

FW_FN int fw_is_kept(const fw_job *job, const fw_text &text, fw_u64 key, fw_i64 position) {
    return fw_keep(fw_draw(key, (fw_u64)position, 0), job->keep_threshold[fw_word_at(text, position)]);
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
    for (int index = found + threadIdx.x; index < job->run.window; index += blockDim.x) {
        s.sentence[job->run.window - 1 - index] = -1; /* no token */
        s.word[job->run.window - 1 - index] = 0;      /* read, and not used, as the next */
        s.share[job->run.window - 1 - index] = 1.f;
    }
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

/* Makes what the steps of a chunk need; the centers are stream tokens [window, end). */
FW_FN void fw_put_steps(const fw_job *job, const fw_stream &s, fw_i64 epoch, fw_i64 chunk, int end) {
    const int length = job->run.tile_tokens, passes = job->run.passes;
    const int steps = (end - job->run.window + length - 1) / length * passes, slots = job->run.noise_slots;
    const fw_i64 base = job->chunk_begin[chunk];
    const fw_u64 key = fw_key(job->run.seed, (fw_u64)epoch, FW_DRAW_NOISE);
    if (threadIdx.x == 0) s.line[1] = steps;
    for (int number = threadIdx.x; number < steps; number += blockDim.x) {
        fw_step *step = fw_step_at(job, s, number);
        const int i0 = job->run.window + number / passes * length, pass = number % passes;
        const fw_i64 done = epoch * job->run.tokens + base + s.offset[i0];
        step->rate = fw_learning_rate(job->run.learning_rate, job->run.min_learning_rate, done,
                                      job->run.epochs * job->run.tokens);
        step->low = job->pass_slot[pass] - job->run.window;
        step->high = job->pass_slot[pass + 1] - job->run.window - 1;
        step->fresh = 0;
        step->loss_weight = 0.f;
    }
    if (!fw_has_shared_noise(job)) return;
    __syncthreads();
    for (int index = threadIdx.x; index < steps * slots; index += blockDim.x) {
        const int number = index / slots, slot = index % slots;
        const int drawn = (int)fw_renewed(number, slot, slots, job->run.noise_life); /* at an earlier step, or here */
        const fw_i64 position = base + s.offset[job->run.window + drawn / passes * length];
        const fw_u64 bits = fw_draw(key, (fw_u64)position, (fw_u64)(drawn % passes) * slots + slot);
        const int word = fw_noise(bits, job->noise_threshold, job->noise_alias, (fw_u32)job->run.vocabulary);
        fw_step *step = fw_step_at(job, s, number);
        fw_step_noise(step)[slot] = drawn == number ? ~word : word;
        if (drawn == number) atomicAdd(&step->fresh, 1);
    }
    __syncthreads();
    for (int number = threadIdx.x; number < steps; number += blockDim.x) {
        fw_step *step = fw_step_at(job, s, number);
        step->loss_weight = (float)job->run.negative / (float)(step->fresh ? step->fresh : slots);
        for (int slot = 0; slot < slots && step->fresh == 0; slot++) fw_step_noise(step)[slot] ^= -1;
    }
}

/* Each block makes the stream of chunk `first` + blockIdx.x. */
extern "C" __global__ void __launch_bounds__(256, 4)
    fw_compact(const __grid_constant__ fw_job given, fw_i64 epoch, fw_i64 first, const int *ids, const fw_i64 *offsets,
               fw_i64 first_id, fw_i64 end_id, fw_i64 first_sentence, int *streams, int *cursor) {
    const fw_job *job = &given;
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
    for (int i = n + threadIdx.x; i < last_center + window; i += blockDim.x) { /* as on the left */
        s.word[i] = 0;
        s.share[i] = 1.f;
    }
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
    fw_put_steps(job, s, epoch, chunk, last_center);
}
