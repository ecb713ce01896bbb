/* Trains a small random corpus with several threads, as _train.pyx does, in a program of its own that ThreadSanitizer
   can watch whole. With PLANTED, one more number is shared without protection: a race that must be found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/fw_kernel.h"
#include "cpu/fw_threads.h"

enum { WORDS = 40, STRIDE = 32, SENTENCE = 25, CHUNK = 500, CHUNKS = 40, TOKENS = CHUNK * CHUNKS, THREADS = 4 };

typedef struct worker {
    const fw_job *job;
    const fw_kernel *kernel;
    void *workspace;
    fw_stats stats;
} worker;

#ifdef PLANTED
static int64_t shared_count;
#endif

static void train_chunks(fw_team *team, void *item) {
    worker *self = item;
    int64_t chunk;
    while ((chunk = fw_team_next(team)) >= 0) {
        int64_t tiles = self->kernel->open_chunk(self->job, self->workspace, 0, chunk, &self->stats);
        for (int64_t number = 0; number < tiles; number++)
            self->kernel->train_tile(self->job, self->workspace, number, &self->stats);
    }
#ifdef PLANTED
    shared_count++; /* after the thread's last look at the cursor, which would order it with what others do later */
#endif
}

static void *zeros(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    if (!memory) exit(3);
    return memset(memory, 0, (bytes + 63) & ~(size_t)63);
}

static fw_job make_job(int cbow) {
    int32_t *ids = zeros(TOKENS * sizeof *ids), *alias = zeros(WORDS * sizeof *alias);
    int64_t *offsets = zeros((TOKENS / SENTENCE + 1) * sizeof *offsets);
    int64_t *begin = zeros((CHUNKS + 1) * sizeof *begin), *sentence = zeros(CHUNKS * sizeof *sentence);
    uint32_t *keep = zeros(WORDS * sizeof *keep), *threshold = zeros(WORDS * sizeof *threshold);
    float *output_rate = zeros(WORDS * sizeof *output_rate);
    for (int i = 0; i < WORDS; i++) output_rate[i] = 1;
    float *w_in = zeros(WORDS * STRIDE * sizeof *w_in), *w_out = zeros(WORDS * STRIDE * sizeof *w_out);
    srand(1);
    for (int i = 0; i < TOKENS; i++) ids[i] = rand() % WORDS;
    for (int i = 0; i <= TOKENS / SENTENCE; i++) offsets[i] = (int64_t)i * SENTENCE;
    for (int i = 0; i <= CHUNKS; i++) begin[i] = (int64_t)i * CHUNK;
    for (int i = 0; i < CHUNKS; i++) sentence[i] = (int64_t)i * (CHUNK / SENTENCE);
    for (int i = 0; i < WORDS; i++) {
        keep[i] = threshold[i] = 0xf0000000u;
        alias[i] = (i + 1) % WORDS;
    }
    for (int i = 0; i < WORDS * STRIDE; i++) w_in[i] = (float)(rand() % 1000 - 500) / 1e4f;
    static const float weight[] = {0, 1, 1, 1, 1, 1}, weight_within[] = {0, 1, 2, 3, 4, 5};
    static const int32_t pass_slot[] = {0, 11};
    static const int32_t private_tiles[] = {0, 4, 5, 6, 7, 8, 9, 10};
    return (fw_job){
        .run = {.vocabulary = WORDS,
                .vector_size = STRIDE,
                .stride = STRIDE,
                .tokens = TOKENS,
                .epochs = 1,
                .chunks = CHUNKS,
                .longest_chunk = CHUNK,
                .seed = 1,
                .learning_rate = 0.025,
                .min_learning_rate = 0.0,
                .burst_bound = 0.1,
                .window = 5,
                .negative = 5,
                .passes = 1,
                .tile_tokens = 32,
                .noise_slots = 16,
                .noise_life = 2,
                .cbow = cbow,
                .cbow_mean = 1,
                .draw_windows = 1,
                .negative_sampling = 1},
        .w_in = w_in,
        .w_out = w_out,
        .ids = ids,
        .offsets = offsets,
        .chunk_begin = begin,
        .chunk_sentence = sentence,
        .keep_threshold = keep,
        .noise_threshold = threshold,
        .noise_alias = alias,
        .pair_weight = weight,
        .output_rate = output_rate,
        .weight_within = weight_within,
        .pass_slot = pass_slot,
        .first_private = 1,
        .last_private = 8,
        .most_private = 8,
        .private_tiles = private_tiles,
    };
}

static int64_t train(const fw_kernel *kernel, int cbow) {
    fw_job job = make_job(cbow);
    worker workers[THREADS];
    void *items[THREADS];
    int64_t chunks = 0;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.job = &job, .kernel = kernel, .workspace = zeros(kernel->workspace_bytes(&job))};
        kernel->init_workspace(&job, workers[i].workspace);
        items[i] = &workers[i];
    }
    fw_team *team = fw_team_new(0, CHUNKS);
    if (!team || fw_team_start(team, THREADS, train_chunks, items) != THREADS) exit(4);
    while (!fw_team_wait(team, 50)) continue;
    fw_team_join(team);
    fw_team_free(team);
    for (int i = 0; i < THREADS; i++) chunks += workers[i].stats.chunks;
    for (int i = 0; i < WORDS; i++)
        if (job.w_out[i * STRIDE + STRIDE - 1] == 0) exit(5); /* a row that was never trained, or not to its end */
    return chunks;
}

int main(void) {
    const fw_kernel *kernels[8];
    int n = fw_available_kernels(kernels, 8);
    for (int i = 0; i < n; i++)
        for (int cbow = 0; cbow < 2; cbow++)
            printf("%s %s: %lld chunks\n", kernels[i]->name, cbow ? "cbow" : "skipgram",
                   (long long)train(kernels[i], cbow));
    return 0;
}
