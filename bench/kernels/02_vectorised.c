/* The same loop, a vector of floats at a time, every row once through the registers.

   The sum of a score is split over the lanes of four vectors that do not wait for each other: a reordering that the
   programmer may choose but the compiler may not. One pass over an output row makes both updates that need it.
 */
#include "ladder.h"

#include "lanes.h"

/* Rows are padded with zeros to whole vectors, so that no loop has a remainder. */
static float dot(const float *x, const float *y, int64_t n) {
    vf a[4] = {{0}, {0}, {0}, {0}};
    int64_t k = 0;
    for (; k + 4 * FW_LANES <= n; k += 4 * FW_LANES)
        FW_UNROLL for (int c = 0; c < 4; c++) a[c] += load(x + k + c * FW_LANES) * load(y + k + c * FW_LANES);
    for (; k < n; k += FW_LANES) a[0] += load(x + k) * load(y + k);
    return sum((a[0] + a[1]) + (a[2] + a[3]));
}

static void train_pair(const fw_job *job, float *x, int32_t target, const int32_t *noise, float rate, losses *l) {
    float error[job->run.stride] __attribute__((aligned(64)));
    memset(error, 0, sizeof error);
    for (int64_t k = 0; k <= job->run.negative; k++) {
        const int32_t word = k == 0 ? target : noise[k - 1];
        if (k > 0 && word == target) continue;
        float *y = job->w_out + word * job->run.stride;
        const float p = sigma(dot(x, y, job->run.stride)), g = rate * ((k == 0) - p);
        add_loss(l, k == 0 ? p : 1 - p);
        for (int64_t d = 0; d < job->run.stride; d += FW_LANES) {
            vf v = load(y + d);
            add_to(error + d, splat(g) * v);
            store(y + d, v + splat(g) * load(x + d));
        }
    }
    for (int64_t d = 0; d < job->run.stride; d += FW_LANES) add_to(x + d, load(error + d));
}

int64_t rung_train(const fw_job *job, int64_t epoch, double *loss) {
    static passage p;
    losses l = {0, 1};
    int64_t pairs = 0;
    int32_t noise[job->run.negative];
    for (int64_t chunk = 0; chunk < job->run.chunks; chunk++) {
        read_passage(job, epoch, chunk, &p);
        for (int64_t i = 0; i < p.n; i++) {
            const float rate = learning_rate(job, epoch, p.position[i]);
            for (int64_t j = p.first[i]; j <= p.last[i]; j++) {
                if (j == i) continue;
                for (int64_t k = 0; k < job->run.negative; k++)
                    noise[k] = noise_word(job, epoch, p.position[i], (j - p.first[i]) * job->run.negative + k);
                train_pair(job, job->w_in + p.word[i] * job->run.stride, p.word[j], noise, rate, &l);
                pairs++;
            }
        }
    }
    *loss = l.sum - log(l.product);
    return pairs;
}
