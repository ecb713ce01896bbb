/* The input of a CPU kernel and its functions: the interface between _train.pyx and the arithmetic in C. */
#ifndef FW_KERNEL_H
#define FW_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "fw_settings.h"

#define FW_ROW_ALIGN 16 /* floats: 64 bytes, a cache line */

/* Whether the compiler, and so very likely its assembler, knows matrix registers (AMX), which Linux grants. */
#if defined(__x86_64__) && defined(__linux__) && defined(__has_include)
#if __has_include(<amxtileintrin.h>)
#define FW_KNOWS_AMX
#endif
#endif

/* The input of a kernel: the settings of a run and pointers to its arrays. Threads write only the rows, to which w_in
   and w_out point. */
typedef struct fw_job {
    fw_settings run;
    float *w_in, *w_out;             /* rows of `stride` floats, 64-byte aligned, 0 beyond the vector's end */
    const int32_t *ids;              /* the encoded corpus */
    const int64_t *offsets;          /* sentence starts; sentences + 1 of them */
    const int64_t *chunk_begin;      /* first token of each chunk; chunks + 1 of them */
    const int64_t *chunk_sentence;   /* the sentence of that token */
    const uint32_t *keep_threshold;  /* (V,) see fw_keep */
    const uint32_t *noise_threshold; /* (V,) alias table of the noise words: see fw_alias */
    const int32_t *noise_alias;
    const float *pair_weight;   /* (W + 1,) the weight of a pair by its distance; CBOW: 1 */
    const float *weight_within; /* (W + 1,) the sum of pair_weight up to each distance */
    const int32_t *pass_slot;   /* (passes + 1,) the first slot of each pass over the window, and 2 W + 1 */
    const float *output_rate;   /* the share of the learning rate at which each output row moves */
    const int64_t *path_begin;  /* (V + 1,) the tree: the first step of each word's path; see planning/tree.py */
    const int32_t *path_step;   /* each 2 * node + code, from the root on */
    const uint32_t *crown_path; /* (V,) each word's path through the crown: see fw_nodes.h */
    const uint8_t *frozen;      /* (V,) 1 where the input row is not trained; or NULL */
    /* Words whose rows a thread keeps to itself, [first, last), at most most_private; for how many tiles each. See
       fw_private.h. */
    int64_t first_private, last_private, most_private;
    const int32_t *private_tiles; /* (most_private,) by word */
} fw_job;

/* Sums over the chunks that one thread has trained. */
typedef struct fw_stats {
    int64_t tokens; /* raw tokens */
    double pairs;   /* the sum of the positive pairs' weights; CBOW: targets with a context */
    double loss;    /* the sum; not finite if any score was not */
    int64_t chunks;
} fw_stats;

/* A kernel: the tile of one instruction set. All functions are pure C, allocate nothing and never fail. */
typedef struct fw_kernel {
    const char *name;
    size_t (*workspace_bytes)(const fw_job *job);
    void (*init_workspace)(const fw_job *job, void *workspace);
    /* Subsamples a chunk into its stream; returns the number of its steps: a tile's passes are steps in a row. */
    int64_t (*open_chunk)(const fw_job *job, void *workspace, int64_t epoch, int64_t chunk, fw_stats *stats);
    void (*train_tile)(const fw_job *job, void *workspace, int64_t step, fw_stats *stats);
} fw_kernel;

/* Writes the kernels that this machine can run, best first, at most `room`; returns how many there are. */
int fw_available_kernels(const fw_kernel **kernels, int room);

/* Returns the name and version of the compiler that built the kernels. */
const char *fw_compiler(void);

#endif
