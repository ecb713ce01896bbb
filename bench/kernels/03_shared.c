/* All pairs of a window share K noise words: a noise word is scored once for the window, and counts for all its pairs.

   A window of n pairs costs n + K scores instead of n (K + 1): with n about 6 and K = 5 a third of the arithmetic, and
   a third of the rows. The gradient has the same expectation, because each pair still gets K draws from the same
   distribution; only the draws of neighbouring pairs are no longer independent. All scores of a window use one state of
   the center's row, which is loaded once and updated once. */
#include "ladder.h"

#include "lanes.h"

static float dot(const float *x, const float *y, int64_t n) {
    vf a[4] = {{0}, {0}, {0}, {0}};
    int64_t k = 0;
    for (; k + 4 * FW_LANES <= n; k += 4 * FW_LANES)
        FW_UNROLL for (int c = 0; c < 4; c++) a[c] += load(x + k + c * FW_LANES) * load(y + k + c * FW_LANES);
    for (; k < n; k += FW_LANES) a[0] += load(x + k) * load(y + k);
    return sum((a[0] + a[1]) + (a[2] + a[3]));
}

/* error += g y; y += g x */
static void update(float *error, float *y, const float *x, float g, int64_t n) {
    for (int64_t d = 0; d < n; d += FW_LANES) {
        vf v = load(y + d);
        add_to(error + d, splat(g) * v);
        store(y + d, v + splat(g) * load(x + d));
    }
}

static void train_window(const fw_job *job, const passage *p, int64_t i, int64_t epoch, losses *l) {
    float *x = job->w_in + p->word[i] * job->run.stride, error[job->run.stride] __attribute__((aligned(64)));
    const float rate = learning_rate(job, epoch, p->position[i]);
    memset(error, 0, sizeof error);
    for (int64_t j = p->first[i]; j <= p->last[i]; j++) {
        if (j == i) continue;
        float *y = job->w_out + p->word[j] * job->run.stride;
        const float q = sigma(dot(x, y, job->run.stride));
        add_loss(l, q);
        update(error, y, x, rate * (1 - q), job->run.stride);
    }
    for (int64_t k = 0; k < job->run.negative; k++) {
        const int32_t word = noise_word(job, epoch, p->position[i], k);
        float *y = job->w_out + word * job->run.stride, pairs = 0;
        for (int64_t j = p->first[i]; j <= p->last[i]; j++) pairs += j != i && p->word[j] != word;
        const float q = sigma(dot(x, y, job->run.stride));
        l->sum -= pairs * logf(1 - q);
        update(error, y, x, -rate * pairs * q, job->run.stride);
    }
    for (int64_t d = 0; d < job->run.stride; d += FW_LANES) add_to(x + d, load(error + d));
}

int64_t rung_train(const fw_job *job, int64_t epoch, double *loss) {
    static passage p;
    losses l = {0, 1};
    int64_t pairs = 0;
    for (int64_t chunk = 0; chunk < job->run.chunks; chunk++) {
        read_passage(job, epoch, chunk, &p);
        for (int64_t i = 0; i < p.n; i++) {
            train_window(job, &p, i, epoch, &l);
            pairs += p.last[i] - p.first[i];
        }
    }
    *loss = l.sum - log(l.product);
    return pairs;
}
