/* What a kernel is given and what it offers: the border between _train.pyx and the row arithmetic in C. */
#ifndef FW_KERNEL_H
#define FW_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define FW_ROW_ALIGN 16 /* floats: 64 bytes, a cache line */

/* One training run, read-only for the threads but for the rows that w_in and w_out point to. */
typedef struct fw_job {
    float *w_in, *w_out;           /* V rows of `stride` floats, 64-byte aligned, 0 beyond the vector's end */
    int64_t dimensions;            /* D, the vector size */
    int64_t stride;                /* D rounded up to FW_ROW_ALIGN */
    int64_t vocabulary;            /* V */
    const int32_t *ids;            /* the encoded corpus */
    const int64_t *offsets;        /* sentence starts; sentences + 1 of them */
    const int64_t *chunk_begin;    /* first token of each chunk; chunks + 1 of them */
    const int64_t *chunk_sentence; /* the sentence that token belongs to */
    const int32_t *chunk_shift;    /* how often the chunk's tiles are halved: see fw_tile_tokens */
    int64_t longest_chunk;         /* raw tokens */
    const uint32_t *keep_cut;      /* (V,) thresholds of subsampling */
    const uint32_t *noise_cut;     /* (V,) alias table of the noise words */
    const int32_t *noise_alias;
    const uint8_t *frozen; /* (V,) 1 where the input row stays as it is; or NULL */
    int64_t tokens;        /* in one epoch */
    int64_t epochs;
    uint64_t seed;
    double first_rate, last_rate; /* learning rate at the first and after the last token of the run */
    int32_t window, negative;
    int32_t tile, noise, life; /* T, S and L of the design: tokens, noise slots, tiles that a noise word stays */
    int32_t cbow, cbow_mean, cbow_divide;   /* CBOW: hidden row is the mean; its gradient is divided by the contexts */
    int32_t shrink_windows, pairwise_noise; /* windows drawn in 1..window; fresh noise words for each pair */
} fw_job;

/* Sums over the chunks that one thread has trained. */
typedef struct fw_stats {
    int64_t tokens; /* raw tokens */
    int64_t pairs;  /* positive pairs; CBOW: targets with a context */
    double loss;    /* summed, not finite as soon as one score was not */
    int64_t chunks;
} fw_stats;

/* A kernel: the tile of one instruction set. All functions are pure C, allocate nothing and never fail. */
typedef struct fw_kernel {
    const char *name;
    size_t (*workspace_bytes)(const fw_job *job);
    void (*init_workspace)(const fw_job *job, void *workspace);
    /* Subsamples and compacts a chunk; the number of its tiles. */
    int64_t (*open_chunk)(const fw_job *job, void *workspace, int64_t epoch, int64_t chunk, fw_stats *stats);
    void (*train_tile)(const fw_job *job, void *workspace, int64_t tile, fw_stats *stats);
} fw_kernel;

/* The kernels that this machine can run, best first: at most `room` are written; how many there are. */
int fw_available_kernels(const fw_kernel **kernels, int room);

/* The compiler that built the kernels, and its version. */
const char *fw_compiler(void);

#endif
