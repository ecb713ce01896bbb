/* The package's kernel with a clock: how long each stage takes, one thread, one epoch.

   FW_KERNEL_FILE is one of fastw2v/native/fw_kernel_*.c, included whole; its FW_MARKs read the clock. A mark costs time
   itself (some twenty cycles): `stages_mark_cost` tells how much, and the marks are counted, so that it can be taken
   off. */
#include <time.h>

#include "job.h"

enum {
    STAGE_draws,
    STAGE_opening,
    STAGE_gather,
    STAGE_positives,
    STAGE_noise_scores,
    STAGE_row_updates,
    STAGE_halo_updates,
    STAGE_noise_updates,
    STAGES
};

static uint64_t ticks_of[STAGES], marks_of[STAGES], last_tick;

static inline uint64_t now(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
#endif
}

static inline void mark(int stage) {
    uint64_t tick = now();
    ticks_of[stage] += tick - last_tick;
    marks_of[stage]++;
    last_tick = tick;
}
#define FW_MARK(stage) mark(STAGE_##stage)
#include FW_KERNEL_FILE

static fw_job job_of(const bench_job *b) {
    return (fw_job){
        .w_in = b->w_in,
        .w_out = b->w_out,
        .dimensions = b->dimensions,
        .stride = b->stride,
        .vocabulary = b->vocabulary,
        .ids = b->ids,
        .offsets = b->offsets,
        .chunk_begin = b->chunk_begin,
        .chunk_sentence = b->chunk_sentence,
        .chunk_shift = b->chunk_shift,
        .longest_chunk = b->longest_chunk,
        .keep_cut = b->keep_cut,
        .noise_cut = b->noise_cut,
        .noise_alias = b->noise_alias,
        .tokens = b->tokens,
        .epochs = b->epochs,
        .seed = b->seed,
        .first_rate = b->first_rate,
        .last_rate = b->last_rate,
        .window = (int32_t)b->window,
        .negative = (int32_t)b->negative,
        .tile = (int32_t)b->tile,
        .noise = (int32_t)b->noise,
        .life = (int32_t)b->life,
        .cbow = (int32_t)b->cbow,
        .cbow_mean = (int32_t)b->cbow_mean,
        .cbow_divide = (int32_t)b->cbow_divide,
        .shrink_windows = (int32_t)b->shrink_windows,
    };
}

int64_t stages_workspace_bytes(const bench_job *b) {
    fw_job job = job_of(b);
    return (int64_t)FW_KERNEL.workspace_bytes(&job);
}

/* Trains an epoch in `workspace` (64-byte aligned, all zero). Ticks and marks of each stage are left in the arrays;
   the number of kept tokens is returned. */
int64_t stages_train(const bench_job *b, void *workspace, int64_t epoch, uint64_t *ticks, uint64_t *marks) {
    fw_job job = job_of(b);
    fw_stats stats = {0};
    int64_t kept = 0;
    FW_KERNEL.init_workspace(&job, workspace);
    for (int s = 0; s < STAGES; s++) ticks_of[s] = marks_of[s] = 0;
    last_tick = now();
    for (int64_t chunk = 0; chunk < b->chunks; chunk++) {
        int64_t tiles = FW_KERNEL.open_chunk(&job, workspace, epoch, chunk, &stats);
        const stream *s = &((tile *)workspace)->s;
        kept += s->end - s->begin;
        for (int64_t number = 0; number < tiles; number++) FW_KERNEL.train_tile(&job, workspace, number, &stats);
    }
    for (int s = 0; s < STAGES; s++) {
        ticks[s] = ticks_of[s];
        marks[s] = marks_of[s];
    }
    return kept;
}

/* Ticks that one mark takes, over so many. */
double stages_mark_cost(int64_t times) {
    uint64_t begin = last_tick = now();
    for (int64_t i = 0; i < times; i++) mark(0);
    return (double)(now() - begin) / (double)times;
}

uint64_t stages_now(void) { return now(); }
