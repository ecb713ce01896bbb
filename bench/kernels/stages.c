/* The package's kernel with a clock: the time of each stage in one epoch of one thread.

   FW_KERNEL_FILE is one of fastw2v/native/cpu/fw_kernel_*.c; its FW_MARKs read the clock. A mark itself takes time
   (some twenty cycles): `stages_mark_cost` measures it, and the marks are counted, so that it can be subtracted. */
#include <stdint.h>
#include <time.h>

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

int64_t stages_workspace_bytes(const fw_job *job) { return (int64_t)FW_KERNEL.workspace_bytes(job); }

/* Trains an epoch in `workspace` (64-byte aligned, all zero). Writes ticks and marks of each stage to the arrays;
   returns the number of kept tokens. */
int64_t stages_train(const fw_job *job, void *workspace, int64_t epoch, uint64_t *ticks, uint64_t *marks) {
    fw_stats stats = {0};
    int64_t kept = 0;
    FW_KERNEL.init_workspace(job, workspace);
    for (int s = 0; s < STAGES; s++) ticks_of[s] = marks_of[s] = 0;
    last_tick = now();
    for (int64_t chunk = 0; chunk < job->run.chunks; chunk++) {
        int64_t tiles = FW_KERNEL.open_chunk(job, workspace, epoch, chunk, &stats);
        const stream *s = &((tile *)workspace)->s;
        kept += s->end - s->begin;
        for (int64_t number = 0; number < tiles; number++) FW_KERNEL.train_tile(job, workspace, number, &stats);
    }
    for (int s = 0; s < STAGES; s++) {
        ticks[s] = ticks_of[s];
        marks[s] = marks_of[s];
    }
    return kept;
}

/* The ticks of one mark, the mean over `times` marks. */
double stages_mark_cost(int64_t times) {
    uint64_t begin = last_tick = now();
    for (int64_t i = 0; i < times; i++) mark(0);
    return (double)(now() - begin) / (double)times;
}

uint64_t stages_now(void) { return now(); }
