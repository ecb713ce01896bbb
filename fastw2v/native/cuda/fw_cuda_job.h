/* CUDA: the input of the kernels: a run's job, the corpus that a launch sees, and the streams made of its chunks.

   The kept tokens of a chunk are its stream. The first center is stream[window]; up to `window` tokens before it and
   after the last center are the margins: contexts, never centers. After the tokens come the chunk's steps: what a pass
   of a tile needs beside its rows, made ahead of time so that no tile waits for it. */
#ifndef FW_CUDA_JOB_H
#define FW_CUDA_JOB_H

#define FW_ALL 0xffffffffu

/* The settings of a run and pointers to its arrays. Passed by value: a kernel finds it in constant memory. */
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
    fw_i64 steps;                  /* steps that fit into it */
    fw_i64 step_ints;              /* of one step: those of fw_step and its noise words */
    fw_i64 workspace;              /* floats of one warp's workspace */
};

/* The part of the corpus that a launch sees: token p is ids[p - first_id], p < end_id; offsets likewise. */
struct fw_text {
    const int *ids;
    const fw_i64 *offsets;
    fw_i64 first_id, end_id, first_sentence;
};

/* A step is one pass of a tile over its windows. After these numbers come its noise words, one for each slot, as
   `~word` if it counts in the loss. Only new words do: training has just used those that stay from an earlier step, so
   that their loss would be too low. If none is new, all count. */
struct fw_step {
    float rate;        /* the learning rate */
    float loss_weight; /* of each noise word that counts */
    int low, high;     /* the pass holds the contexts at the distances low .. high from their token */
    int fresh;         /* noise words that are new */
};

/* One chunk's stream: a line of four numbers, the first of them the end of the centers and the number of steps, then
   five arrays of tokens, then the steps. */
struct fw_stream {
    int *line;
    int *word;
    int *offset;   /* centers: position in the corpus less the chunk's first */
    fw_u32 *reach; /* centers: contexts to the left, and to the right in the upper 16 bits */
    float *share;  /* of its step that the token's rows take: see fw_burst_share */
    int *sentence; /* number within the chunk, -1 where there is no token; used only to make the stream */
    int *steps;
};

FW_FN fw_i64 fw_stream_ints(const fw_job *job) { return 4 + 5 * job->capacity + job->steps * job->step_ints; }

FW_FN fw_stream fw_stream_at(const fw_job *job, int *streams, fw_i64 number) {
    fw_stream s;
    s.line = streams + number * fw_stream_ints(job);
    s.word = s.line + 4;
    s.offset = s.word + job->capacity;
    s.reach = (fw_u32 *)(s.offset + job->capacity);
    s.share = (float *)s.reach + job->capacity;
    s.sentence = (int *)s.share + job->capacity;
    s.steps = s.sentence + job->capacity;
    return s;
}

FW_FN fw_step *fw_step_at(const fw_job *job, const fw_stream &s, int step) {
    return (fw_step *)(s.steps + step * job->step_ints);
}
FW_FN int *fw_step_noise(fw_step *step) { return (int *)(step + 1); }

/* Whether the tokens of a tile share noise words. */
FW_FN int fw_has_shared_noise(const fw_job *job) { return job->run.negative_sampling && !job->run.pairwise_noise; }

/* A noise word as a step holds it. */
FW_FN int fw_counts(int held) { return held < 0; }
FW_FN int fw_noise_word(int held) { return held < 0 ? ~held : held; }

#endif
