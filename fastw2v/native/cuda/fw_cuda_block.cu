/* CUDA: the tile on tensor cores, fast: a block of four warps trains it. How many tiles are in flight is fixed by
   what learns well, so the time of one tile decides the speed of all. For shape and products see fw_cuda_shape.h;
   fw_cuda_warp.cu is the same in plain steps.

   Each stage is divided among the warps, with a barrier after it. Opening: windows and addresses of rows, from numbers
   that were fetched during the step before. Gathering: each warp copies every fourth row, all its loads in flight at
   once. Scores and coefficients: by units of 16 tokens and 8 output rows. Updates: by slices of 16 columns, so that a
   warp needs nothing of the others, and each number of a row is changed by one warp, in a fixed order. Nothing waits
   for the additions to arrive: the next gathering follows them to the same memory.

   Columns are permuted within each 16 in shared memory, so that the four numbers of a product that a lane holds in one
   row are neighbours in global memory, and one reduction of 16 bytes adds them. Scores do not change: both factors are
   permuted alike. */

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
        fw_train_chunk(job, t, job->run.tile_tokens);
        fw_close_chunk(t.c, sums);
    }
}
