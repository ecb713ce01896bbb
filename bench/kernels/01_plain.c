/* The loop of word2vec: one pair at a time, K fresh noise words for each, float by float.

   Every pair costs K + 1 scores, each followed by two row updates: 3 D (K + 1) multiply-adds. Floating-point rules
   forbid the compiler to reorder the sum of a score, so each addition waits for the one before; and between two scores
   a row is stored and loaded again. Each of the next rungs removes one of these waits. */
#include "ladder.h"

static float dot(const float *x, const float *y, int64_t n) {
    float sum = 0;
    for (int64_t k = 0; k < n; k++) sum += x[k] * y[k];
    return sum;
}

static void train_pair(const fw_job *job, float *x, int32_t target, const int32_t *noise, float rate, losses *l) {
    float error[job->run.stride];
    memset(error, 0, sizeof error);
    for (int64_t k = 0; k <= job->run.negative; k++) {
        const int32_t word = k == 0 ? target : noise[k - 1];
        if (k > 0 && word == target) continue;
        float *y = job->w_out + word * job->run.stride;
        const float p = sigma(dot(x, y, job->run.vector_size)), g = rate * ((k == 0) - p);
        add_loss(l, k == 0 ? p : 1 - p);
        for (int64_t d = 0; d < job->run.vector_size; d++) error[d] += g * y[d];
        for (int64_t d = 0; d < job->run.vector_size; d++) y[d] += g * x[d];
    }
    for (int64_t d = 0; d < job->run.vector_size; d++) x[d] += error[d];
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
