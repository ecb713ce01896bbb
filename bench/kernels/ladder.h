/* The common part of the rungs: kept tokens, windows, noise words (the package's own draws), and the loss.

   A rung is one function, rung_train: it trains one epoch of skip-gram in one thread and returns the number of positive
   pairs. */
#ifndef LADDER_H
#define LADDER_H

#include <math.h>
#include <string.h>

#include "cpu/fw_kernel.h"
#include "fw_math.h"

enum { PASSAGE = 8192 }; /* at least the tokens of the longest chunk */

/* The kept tokens of a chunk, and the first and last token of the window of each. */
typedef struct passage {
    int64_t n;
    int32_t word[PASSAGE], first[PASSAGE], last[PASSAGE];
    int64_t position[PASSAGE]; /* in the corpus */
} passage;

static void read_passage(const fw_job *job, int64_t epoch, int64_t chunk, passage *p) {
    const uint64_t keep = fw_key(job->run.seed, (uint64_t)epoch, FW_DRAW_KEEP);
    const uint64_t shrink = fw_key(job->run.seed, (uint64_t)epoch, FW_DRAW_WINDOW);
    int64_t at = job->chunk_begin[chunk], to = job->chunk_begin[chunk + 1], sentence = job->chunk_sentence[chunk];
    p->n = 0;
    for (; at < to; sentence++) {
        const int64_t stop = job->offsets[sentence + 1] < to ? job->offsets[sentence + 1] : to, begin = p->n;
        for (; at < stop; at++) {
            if (!fw_keep(fw_draw(keep, (uint64_t)at, 0), job->keep_threshold[job->ids[at]])) continue;
            p->word[p->n] = job->ids[at];
            p->position[p->n++] = at;
        }
        for (int64_t i = begin; i < p->n; i++) {
            const int64_t reach = fw_window(fw_draw(shrink, (uint64_t)p->position[i], 0), (int)job->run.window);
            p->first[i] = (int32_t)(i - reach > begin ? i - reach : begin);
            p->last[i] = (int32_t)(i + reach < p->n - 1 ? i + reach : p->n - 1);
        }
    }
}

static inline int32_t noise_word(const fw_job *job, int64_t epoch, int64_t position, int64_t index) {
    const uint64_t key = fw_key(job->run.seed, (uint64_t)epoch, FW_DRAW_NOISE);
    return fw_noise(fw_draw(key, (uint64_t)position, (uint64_t)index), job->noise_threshold, job->noise_alias,
                    (uint32_t)job->run.vocabulary);
}

static inline float learning_rate(const fw_job *job, int64_t epoch, int64_t position) {
    return fw_learning_rate(job->run.learning_rate, job->run.min_learning_rate, epoch * job->run.tokens + position,
                            job->run.epochs * job->run.tokens);
}

static inline __attribute__((unused)) float sigma(float score) {
    return 1 / (1 + expf(-(score < -30 ? -30 : score > 30 ? 30 : score)));
}

/* A sum of -log p. The logarithm is taken of products: one for each score would cost as much as the training. */
typedef struct losses {
    double sum, product;
} losses;
static inline __attribute__((unused)) void add_loss(losses *l, float p) {
    l->product *= p;
    if (l->product > 1e-200) return;
    l->sum -= log(l->product);
    l->product = 1;
}

int64_t rung_train(const fw_job *job, int64_t epoch, double *loss);

#endif
