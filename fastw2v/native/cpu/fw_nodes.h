/* Hierarchical softmax: a pair's target is found by the decisions at the inner nodes on its path from the root.

   Order. The words of a tile's windows are taken one after another. Each trains the nodes of its path with all tokens
   that have it in their windows, from the hidden rows of the snapshot and from the nodes as the words before left them:
   the nodes near the root are on most paths, and from one snapshot they would overshoot. The input rows learn the sum.
   Crown. The nodes around the root change with nearly every word. A tile trains its own copies of them and adds what
   they moved to the shared rows at its end, so that threads do not pass these rows' cache lines to and fro. Nodes are
   numbered in the order in which the tree was built, so the last ones are the most frequent. */
#ifndef FW_NODES_H
#define FW_NODES_H

#include "fw_updates.h"

#define FW_CROWN 32 /* nodes */

FW_STAGE void copy_hidden_rows(tile *t) {
    for (int64_t i = 0; i < t->n; i++) {
        prefetch_own(t, i);
        for (int64_t k = 0; k < t->columns; k += FW_LANES) store(t->hidden + i * t->stride + k, load(t->own[i] + k));
    }
}

FW_INLINE float *shared_node(const tile *t, int64_t node) {
    return t->job->w_out + (t->job->run.first_node + node) * t->stride;
}
FW_STAGE void open_crown(tile *t) {
    for (int64_t c = 0; c < t->crown_nodes; c++) {
        const float *from = shared_node(t, t->first_in_crown + c);
        float *crown = t->crown + c * t->stride, *before = t->crown_before + c * t->stride;
        for (int64_t k = 0; k < t->columns; k += FW_LANES) {
            const vf v = load(from + k);
            store(crown + k, v);
            store(before + k, v);
        }
    }
}
FW_STAGE void close_crown(tile *t) {
    for (int64_t c = 0; c < t->crown_nodes; c++) {
        const float *crown = t->crown + c * t->stride, *before = t->crown_before + c * t->stride;
        float *to = shared_node(t, t->first_in_crown + c);
        for (int64_t k = 0; k < t->columns; k += FW_LANES) add_to(to + k, load(crown + k) - load(before + k));
    }
}

FW_INLINE void prefetch_path(const tile *t, int32_t word) {
    for (int64_t s = t->job->path_begin[word]; s < t->job->path_begin[word + 1]; s++) {
        const int64_t node = t->job->path_step[s] >> 1;
        if (node < t->first_in_crown) prefetch_row(t, shared_node(t, node));
    }
}

/* Sets pointers to the nodes of a word's path; returns their number. */
FW_INLINE int64_t open_path(tile *t, int32_t word) {
    const fw_job *job = t->job;
    const int32_t *step = job->path_step + job->path_begin[word];
    const int64_t nodes = job->path_begin[word + 1] - job->path_begin[word];
    for (int64_t l = 0; l < nodes; l++) {
        const int64_t node = step[l] >> 1, crown = node - t->first_in_crown;
        t->path_row[l] = crown >= 0 ? t->crown + crown * t->stride : shared_node(t, node);
        t->path_rate[l] = job->output_rate[job->run.first_node + node];
        t->path_sign[l] = step[l] & 1 ? -1 : 1;
    }
    t->path_row[nodes] = t->sink;
    t->path_rate[nodes] = 0;
    return nodes;
}

FW_INLINE void node_scores_block(tile *t, int64_t tokens, int64_t nodes, int64_t k0, const int kc) {
    float *score = t->node_score;
    float *const *path_row = t->path_row;
    for (int64_t r = 0; r < tokens; r++) {
        const float *hidden = FW_AT(t->hidden + t->node_token[r] * t->stride + k0);
        vf x[FW_BLOCK_ONE];
        FW_UNROLL for (int c = 0; c < kc; c++) {
            x[c] = load(hidden + c * FW_LANES);
            FW_PIN(x[c]);
        }
        for (int64_t l = 0; l < nodes; l++, score += FW_LANES) {
            const float *row = FW_AT(path_row[l] + k0);
            vf a[2] = {k0 > 0 ? load(score) : (vf){0}, {0}};
            FW_UNROLL for (int c = 0; c < kc; c++) a[c % 2] += x[c] * load(row + c * FW_LANES);
            store(score, a[0] + a[1]);
        }
    }
}

/* coefficient = rate * weight * (1 - code - sigma(score)); returns the loss. With a sign of -1 for code 1, that is
   rate * weight * sign * (1 - sigma(sign * score)), and weight and sign are one number. */
FW_INLINE vf node_gradients(tile *t, int64_t tokens, int64_t nodes) {
    const int64_t n = tokens * nodes;
    const vi sign_bit = (vi)splat(-0.f);
    float *weight = t->node_weight, *coefficient = t->node_coefficient;
    vf loss = {0};
    for (int64_t r = 0; r < tokens; r++) {
        const vf each = splat(t->token_weight[r]);
        for (int64_t l = 0; l < nodes; l += FW_LANES)
            store_anywhere(weight + r * nodes + l, each * load_anywhere(t->path_sign + l));
    }
    for (int64_t p = 0; p < n; p += FW_LANES) {
        vf a[FW_LANES];
        FW_UNROLL for (int l = 0; l < FW_LANES; l++) a[l] = load(t->node_score + (p + l) * FW_LANES);
        store(coefficient + p, sum_lanes(a));
    }
    for (int64_t p = 0; p < n; p += FW_LANES) {
        const vf w = load(weight + p), score = load(coefficient + p);
        vf one, g = positive_pair((vf)((vi)score ^ ((vi)w & sign_bit)), &one);
        store(coefficient + p, splat(t->rate) * w * g);
        one *= (vf)((vi)w & ~sign_bit);
        loss += p + FW_LANES <= n ? one : masked(one, lane_numbers() < (int32_t)(n - p));
    }
    return loss;
}

/* The hidden rows' gradients, from the nodes before they change. */
FW_INLINE void node_errors_block(tile *t, int64_t tokens, int64_t nodes, int64_t k0, const int kc) {
    const float *coefficient = t->node_coefficient;
    float *const *path_row = t->path_row;
    for (int64_t r = 0; r < tokens; r++, coefficient += nodes) {
        float *error = FW_AT(t->node_error + t->node_token[r] * t->stride + k0);
        vf sums[FW_BLOCK_ONE];
        FW_UNROLL for (int c = 0; c < kc; c++) sums[c] = load(error + c * FW_LANES);
        for (int64_t l = 0; l < nodes; l++) {
            const float *row = FW_AT(path_row[l] + k0);
            const vf g = splat(coefficient[l]);
            FW_UNROLL for (int c = 0; c < kc; c++) sums[c] += g * load(row + c * FW_LANES);
        }
        FW_UNROLL for (int c = 0; c < kc; c++) store(error + c * FW_LANES, sums[c]);
    }
}
/* Two nodes at a time; beside the last of an odd number stands the sink. */
FW_INLINE void node_updates_block(tile *t, int64_t tokens, int64_t nodes, int64_t k0, const int kc) {
    for (int64_t l = 0; l < nodes; l += 2) {
        const float *coefficient = t->node_coefficient + l;
        vf sums[2][FW_BLOCK_TWO];
        FW_UNROLL for (int c = 0; c < kc; c++) sums[0][c] = sums[1][c] = (vf){0};
        for (int64_t r = 0; r < tokens; r++, coefficient += nodes) {
            const float *x = FW_AT(t->hidden + t->node_token[r] * t->stride + k0);
            const vf g0 = splat(coefficient[0]), g1 = splat(coefficient[1]);
            FW_UNROLL for (int c = 0; c < kc; c++) {
                vf v = load(x + c * FW_LANES);
                FW_PIN(v);
                sums[0][c] += g0 * v;
                sums[1][c] += g1 * v;
            }
        }
        FW_UNROLL for (int r = 0; r < 2; r++) {
            float *to = FW_AT(t->path_row[l + r] + k0);
            const vf rate = splat(t->path_rate[l + r]);
            FW_UNROLL for (int c = 0; c < kc; c++) add_to(to + c * FW_LANES, rate * sums[r][c]);
        }
    }
}

/* Lists the tokens of the tile that have the stream token j in their windows, with the weights of these pairs. */
FW_INLINE int64_t open_target(tile *t, int64_t j) {
    const stream *s = &t->s;
    const int64_t high = t->low + t->slots - 1;
    const int64_t from = j - high > t->i0 ? j - high : t->i0,
                  to = j - t->low < t->i0 + t->n - 1 ? j - t->low : t->i0 + t->n - 1;
    int64_t tokens = 0;
    for (int64_t i = from; i <= to; i++) {
        t->node_token[tokens] = (int32_t)(i - t->i0);
        t->token_weight[tokens] = t->job->pair_weight[i < j ? j - i : i - j];
        tokens += i != j && s->first[i] <= j && j <= s->last[i];
    }
    return tokens;
}
FW_INLINE vf train_path(tile *t, int32_t word, int64_t tokens) {
    const int64_t nodes = open_path(t, word);
    FW_OVER_ROW(t, FW_BLOCK_ONE, node_scores_block, t, tokens, nodes);
    const vf loss = node_gradients(t, tokens, nodes);
    FW_OVER_ROW(t, FW_BLOCK_ONE, node_errors_block, t, tokens, nodes);
    FW_OVER_ROW(t, FW_BLOCK_TWO, node_updates_block, t, tokens, nodes);
    return loss;
}
/* Trains the nodes and leaves the hidden rows' gradients in `node_error`; returns the loss. */
FW_STAGE vf train_nodes(tile *t) {
    const stream *s = &t->s;
    vf loss = {0};
    memset(t->node_error, 0, (size_t)(t->n * t->stride) * sizeof *t->node_error);
    open_crown(t);
    if (t->job->run.cbow) {
        for (int64_t i = 0; i < t->n; i++) {
            if (t->i0 + i + 1 < s->n) prefetch_path(t, s->word[t->i0 + i + 1]);
            if (t->count[i] == 0) continue;
            t->node_token[0] = (int32_t)i;
            t->token_weight[0] = 1;
            loss += train_path(t, s->word[t->i0 + i], 1);
        }
    } else {
        const int64_t high = t->low + t->slots - 1;
        const int64_t from = t->i0 + t->low > 0 ? t->i0 + t->low : 0,
                      to = t->i0 + t->n + high < s->n ? t->i0 + t->n + high : s->n;
        for (int64_t j = from; j < to; j++) {
            if (j + 1 < s->n) prefetch_path(t, s->word[j + 1]);
            const int64_t tokens = open_target(t, j);
            if (tokens) loss += train_path(t, s->word[j], tokens);
        }
    }
    close_crown(t);
    return loss;
}

#endif
