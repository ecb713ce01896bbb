/* A tile: T consecutive tokens share S noise words; scores and updates are small matrix products, one after the other.

   S noise words are used in T S scores, so a noise row is loaded into the cache once for T tokens instead of once for
   each. With transposed noise rows, the scores of a token with S words are a sum of vectors without additions across
   lanes, and the exponentials of S scores are computed at once. All scores come before all updates, so that nothing
   waits for a row that has just changed; the later products need copies of the input rows, the snapshot. Each pair gets
   S noise words at K / S of the weight.

   The package's kernel adds: products tiled in registers, noise words that stay for some tiles, rows prefetched one
   tile ahead, pairs gathered until they fill a vector. */
#include "ladder.h"

#include "lanes.h"

enum { TOKENS = 32, NOISE_SLOTS = 16, BLOCK = 4, WINDOW_MAX = 32, STRIDE_MAX = 1024 };

typedef struct tile {
    const fw_job *job;
    const passage *p;
    int64_t i0, n; /* first token, tokens */
    float rate, *noise_row[NOISE_SLOTS];
    int32_t noise[NOISE_SLOTS];
    float hidden[TOKENS * STRIDE_MAX] __attribute__((aligned(64))); /* copies of the input rows */
    float columns[NOISE_SLOTS * STRIDE_MAX]
        __attribute__((aligned(64))); /* noise rows transposed, FW_LANES words a block */
    float weight[TOKENS * NOISE_SLOTS]
        __attribute__((aligned(64))); /* pairs that meet a noise word, then coefficients */
    float band[TOKENS * 2 * WINDOW_MAX] __attribute__((aligned(64))); /* coefficients of the pairs: slot j - first */
} tile;

static void open_tile(tile *t, int64_t epoch) {
    const int64_t stride = t->job->run.stride;
    t->rate = learning_rate(t->job, epoch, t->p->position[t->i0]);
    for (int64_t m = 0; m < NOISE_SLOTS; m++) {
        t->noise[m] = noise_word(t->job, epoch, t->p->position[t->i0], m);
        t->noise_row[m] = t->job->w_out + t->noise[m] * stride;
    }
    for (int64_t m = 0; m < NOISE_SLOTS; m += FW_LANES)
        for (int64_t k = 0; k < stride; k += FW_LANES)
            transpose(t->noise_row + m, k, t->columns + m * stride + k * FW_LANES, FW_LANES);
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = t->i0 + i;
        memcpy(t->hidden + i * stride, t->job->w_in + t->p->word[at] * stride, (size_t)stride * 4);
        for (int64_t m = 0; m < NOISE_SLOTS; m++) {
            t->weight[i * NOISE_SLOTS + m] = 0;
            for (int64_t j = t->p->first[at]; j <= t->p->last[at]; j++)
                t->weight[i * NOISE_SLOTS + m] += j != at && t->p->word[j] != t->noise[m];
        }
    }
}

/* weight = -rate K / S weight sigma(hidden . noise) */
static vf noise_scores(tile *t) {
    const int64_t stride = t->job->run.stride;
    const vf scale = splat(-t->rate * (float)t->job->run.negative / NOISE_SLOTS);
    const vf loss_weight = splat((float)t->job->run.negative / NOISE_SLOTS);
    vf loss = {0};
    for (int64_t i = 0; i < t->n; i += BLOCK)
        for (int64_t m = 0; m < NOISE_SLOTS; m += FW_LANES) {
            vf a[BLOCK];
            FW_UNROLL for (int r = 0; r < BLOCK; r++) a[r] = (vf){0};
            for (int64_t k = 0; k < stride; k++) {
                vf v = load(t->columns + m * stride + k * FW_LANES);
                FW_UNROLL for (int r = 0; r < BLOCK; r++) a[r] += splat(t->hidden[(i + r) * stride + k]) * v;
            }
            for (int64_t r = 0; r < BLOCK && i + r < t->n; r++) {
                float *weight = t->weight + (i + r) * NOISE_SLOTS + m;
                vf one, g = noise_pair(a[r], &one, 1);
                loss += loss_weight * load(weight) * one;
                store(weight, scale * load(weight) * g);
            }
        }
    return loss;
}

/* band = rate (1 - sigma(hidden . output)), FW_LANES slots at a time */
static vf pair_scores(tile *t) {
    const int64_t stride = t->job->run.stride;
    vf loss = {0};
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = t->i0 + i, first = t->p->first[at], slots = t->p->last[at] - first + 1;
        for (int64_t q = 0; q < slots; q += FW_LANES) {
            vf a[FW_LANES];
            for (int64_t s = 0; s < FW_LANES; s++) {
                a[s] = (vf){0};
                if (q + s >= slots || first + q + s == at) continue;
                const float *y = t->job->w_out + t->p->word[first + q + s] * stride;
                for (int64_t k = 0; k < stride; k += FW_LANES) a[s] += load(t->hidden + i * stride + k) * load(y + k);
            }
            const vi mask = (lane_numbers() < (int32_t)(slots - q)) & (lane_numbers() != (int32_t)(at - first - q));
            vf one, g = splat(t->rate) * positive_pair(sum_lanes(a), &one);
            store(t->band + i * 2 * WINDOW_MAX + q, masked(g, mask));
            loss += masked(one, mask);
        }
    }
    return loss;
}

/* Updates first the rows whose updates read other rows, then those other rows. */
static void update_rows(tile *t) {
    const int64_t stride = t->job->run.stride;
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = t->i0 + i, first = t->p->first[at], slots = t->p->last[at] - first + 1;
        float *x = t->job->w_in + t->p->word[at] * stride;
        for (int64_t k = 0; k < stride; k += FW_LANES) {
            vf a = load(x + k);
            for (int64_t m = 0; m < NOISE_SLOTS; m++)
                a += splat(t->weight[i * NOISE_SLOTS + m]) * load(t->noise_row[m] + k);
            for (int64_t q = 0; q < slots; q++)
                a += splat(t->band[i * 2 * WINDOW_MAX + q]) * load(t->job->w_out + t->p->word[first + q] * stride + k);
            store(x + k, a);
        }
    }
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t first = t->p->first[t->i0 + i], slots = t->p->last[t->i0 + i] - first + 1;
        for (int64_t q = 0; q < slots; q++) {
            const vf g = splat(t->band[i * 2 * WINDOW_MAX + q]);
            float *y = t->job->w_out + t->p->word[first + q] * stride;
            for (int64_t k = 0; k < stride; k += FW_LANES) add_to(y + k, g * load(t->hidden + i * stride + k));
        }
    }
    for (int64_t m = 0; m < NOISE_SLOTS; m++)
        for (int64_t k = 0; k < stride; k += FW_LANES) {
            vf a = load(t->noise_row[m] + k);
            for (int64_t i = 0; i < t->n; i++)
                a += splat(t->weight[i * NOISE_SLOTS + m]) * load(t->hidden + i * stride + k);
            store(t->noise_row[m] + k, a);
        }
}

int64_t rung_train(const fw_job *job, int64_t epoch, double *loss) {
    static passage p;
    static tile t;
    int64_t pairs = 0;
    *loss = 0;
    if (job->run.stride > STRIDE_MAX || job->run.window >= WINDOW_MAX) return -1;
    for (int64_t chunk = 0; chunk < job->run.chunks; chunk++) {
        read_passage(job, epoch, chunk, &p);
        for (t.i0 = 0; t.i0 < p.n; t.i0 += t.n) {
            t.job = job;
            t.p = &p;
            t.n = p.n - t.i0 < TOKENS ? p.n - t.i0 : TOKENS;
            open_tile(&t, epoch);
            vf found = noise_scores(&t) + pair_scores(&t);
            update_rows(&t);
            *loss += (double)sum(found);
        }
        for (int64_t i = 0; i < p.n; i++) pairs += p.last[i] - p.first[i];
    }
    return pairs;
}
