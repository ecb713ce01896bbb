/* Noise drawn for each pair, as in word2vec.c (`negative_sharing="pair"`): slow, for comparison.

   The K noise words of token i's slot q are the draws q * K .. q * K + K - 1 at its position (CBOW: 0 .. K - 1); one
   that equals the pair's target is skipped. Noise words take the weight of their pair. The tile is a snapshot here,
   too: coefficients first, then updates. */
#ifndef FW_PAIRS_H
#define FW_PAIRS_H

#include "fw_tile.h"

FW_INLINE void put_noise(tile *t, int64_t i, int64_t slot, int32_t target, float weight) {
    const fw_job *job = t->job;
    for (int64_t k = 0; k < job->run.negative; k++) {
        uint64_t bits =
            fw_draw(t->s.noise_key, (uint64_t)t->s.position[t->i0 + i], (uint64_t)(slot * job->run.negative + k));
        int32_t word = fw_noise(bits, job->noise_threshold, job->noise_alias, (uint32_t)job->run.vocabulary);
        if (word == target) continue;
        t->pair_row[t->pair_count] = output_row(t, word);
        t->pair_coefficient[t->pair_count] = weight;
        t->pair_rate[t->pair_count] = job->output_rate[word];
        t->pair_token[t->pair_count++] = (int32_t)i;
    }
}
FW_STAGE void draw_pair_noise(tile *t) {
    const stream *s = &t->s;
    t->pair_count = 0;
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = t->i0 + i;
        if (t->job->run.cbow && t->count[i] > 0) put_noise(t, i, 0, s->word[at], 1);
        if (t->job->run.cbow) continue;
        const int64_t low = at + t->low, high = low + t->slots - 1;
        for (int64_t j = s->first[at] > low ? s->first[at] : low; j <= s->last[at] && j <= high; j++)
            if (j != at)
                put_noise(t, i, j - at + t->job->run.window, s->word[j], t->job->pair_weight[j < at ? at - j : j - at]);
    }
    for (int64_t p = t->pair_count; p % FW_LANES; p++) { /* whole vectors: the rest scores a zero row */
        t->pair_row[p] = t->zero;
        t->pair_coefficient[p] = 0;
        t->pair_token[p] = 0;
    }
}

FW_STAGE vf pair_coefficients(tile *t) {
    vf loss = {0};
    for (int64_t p = 0; p < t->pair_count; p += FW_LANES) {
        vf a[FW_LANES];
        for (int l = 0; l < FW_LANES; l++)
            a[l] = dot_lanes(t->hidden + t->pair_token[p + l] * t->stride, t->pair_row[p + l], t->columns);
        const vi mask = lane_numbers() < (int32_t)(t->pair_count - p);
        vf one, weight = load(t->pair_coefficient + p), g = splat(-t->rate) * noise_pair(sum_lanes(a), &one, 1);
        store(t->pair_coefficient + p, g * weight);
        loss += masked(one * weight, mask);
    }
    return loss;
}

/* Adds the noise's part to the input rows (CBOW: to the errors); reads the output rows before any of them changes. */
FW_STAGE void pair_row_updates(tile *t) {
    for (int64_t p = 0; p < t->pair_count; p++) {
        const int64_t i = t->pair_token[p];
        const float n = t->count[i], divided = t->job->run.cbow_divide && n > 0 ? 1 / n : 1,
                    scale = t->job->run.cbow ? divided : t->own_rate[i];
        float *to = t->job->run.cbow ? t->error + i * t->stride : t->own_out[i];
        vf g = splat(t->pair_coefficient[p] * scale);
        for (int64_t k = 0; k < t->columns; k += FW_LANES) add_to(to + k, g * load(t->pair_row[p] + k));
    }
}
FW_STAGE void pair_noise_updates(tile *t) {
    for (int64_t p = 0; p < t->pair_count; p++) {
        const float *x = t->hidden + t->pair_token[p] * t->stride;
        vf g = splat(t->pair_coefficient[p] * t->pair_rate[p]);
        for (int64_t k = 0; k < t->columns; k += FW_LANES) add_to(t->pair_row[p] + k, g * load(x + k));
    }
}

#endif
