/* Hierarchical softmax: a pair's target is found by the decisions at the inner nodes on its path from the root.

   Crown. The nodes around the root are on most paths: they are columns of the tile, like noise words, each scored once
   with each token, whatever the number of the token's pairs whose paths pass there. From one snapshot they would
   overshoot, so a tile moves each by no more than FW_NODE_STEP_MAX. Nodes are numbered in the order in which the tree
   was built, so the last ones are the crown.
   Below it, the words of the windows are taken one after another. Each trains the rest of its path with all tokens that
   have it in their windows, from the hidden rows of the snapshot and from the nodes as the words before left them. The
   input rows learn the sum. */
#ifndef FW_NODES_H
#define FW_NODES_H

#include "fw_updates.h"

/* How many words ahead the nodes of a path are fetched: CBOW takes less time for a word. */
#define FW_AHEAD 2
#define FW_AHEAD_CBOW 4

FW_STAGE void copy_hidden_rows(tile *t) {
    for (int64_t i = 0; i < t->n; i++) {
        prefetch_own(t, i);
        for (int64_t k = 0; k < t->columns; k += FW_LANES) store(t->hidden + i * t->stride + k, load(t->own[i] + k));
    }
}

FW_INLINE float *shared_node(const tile *t, int64_t node) {
    return t->job->w_out + (t->job->run.first_node + node) * t->stride;
}

/* Sets the weights of the crown's columns: of all pairs of a token, and of those whose path has code 0 there. */
FW_STAGE void open_crown(tile *t) {
    const fw_job *job = t->job;
    const stream *s = &t->s;
    const int cbow = job->run.cbow;
    const int64_t low = cbow ? 0 : t->low, words = cbow ? t->n : t->n + t->slots - 1, self = t->self;
    t->below_nodes[words] = 0; /* so that no word follows the last one */
    for (int64_t h = 0, j = t->i0 + low; h < words; h++, j++) {
        const int32_t word = j >= 0 && j < s->n ? s->word[j] : -1;
        const uint32_t path = word < 0 ? 0 : job->crown_path[word];
        t->below[h] = word < 0 ? 0 : job->path_begin[word] + __builtin_popcount(path & 0xffff);
        t->below_nodes[h] = word < 0 ? 0 : job->path_begin[word + 1] - t->below[h];
        __builtin_prefetch(job->path_step + t->below[h]);
        for (int64_t c = 0; c < FW_CROWN; c += FW_LANES) {
            const vi bit = splat_int(1) << (lane_numbers() + (int32_t)c), all = splat_int((int32_t)path);
            store(t->crown_on + h * FW_CROWN + c, masked(splat(1.f), (all & bit) != 0));
            store(t->crown_code0 + h * FW_CROWN + c, masked(splat(1.f), ((all >> 16) & bit) != 0));
        }
    }
    for (int64_t c = 0; c < FW_CROWN; c += FW_LANES) {
        vf total = {0};
        for (int64_t i = 0; i < t->n; i++) {
            vf on = {0}, code0 = {0};
            const float *weight = t->pair_weight + t->first_pair[i];
            const int64_t first = window_first(t, i), pairs = cbow ? t->count[i] > 0 : window_pairs(t, i);
            for (int64_t p = 0; p < pairs; p++) {
                const int64_t h = i + (cbow ? 0 : slot_of_pair(first, p, self));
                const vf w = splat(cbow ? 1 : weight[p]);
                on += w * load(t->crown_on + h * FW_CROWN + c);
                code0 += w * load(t->crown_code0 + h * FW_CROWN + c);
            }
            store(t->weight + i * t->column_stride + t->noise_stride + c, on);
            store(t->positive + i * FW_CROWN + c, code0);
            total += on;
        }
        for (int l = 0; l < FW_LANES && c + l < t->crown_nodes; l++)
            t->noise_rate[t->noise_stride + c + l] =
                job->output_rate[job->run.first_node + t->first_in_crown + c + l] * fw_node_share(t->rate * total[l]);
    }
}

/* Sets pointers to the rows of the path of the tile's word h below the crown, their rates and the codes' signs. */
FW_STAGE void open_path(tile *t, int64_t h) {
    const fw_job *job = t->job;
    const int64_t nodes = t->below_nodes[h];
    const int32_t *step = job->path_step + t->below[h];
    for (int64_t l = 0; l < nodes; l++) {
        const int64_t node = step[l] >> 1;
        t->path_row[l] = shared_node(t, node);
        t->path_rate[l] = job->output_rate[job->run.first_node + node];
        t->path_sign[l] = step[l] & 1 ? -1 : 1;
    }
    t->path_row[nodes] = t->sink;
    t->path_rate[nodes] = 0;
}
/* Prefetches node l of the path of a word that comes a few words later: its nodes are spread over memory. */
FW_INLINE void prefetch_node(const tile *t, int64_t later, int64_t l) {
    if (l >= t->below_nodes[later]) return;
    const int64_t node = t->job->path_step[t->below[later] + l] >> 1;
    __builtin_prefetch(t->job->output_rate + t->job->run.first_node + node);
    prefetch_row(t, shared_node(t, node));
}

/* Scores `pair` tokens from r on, one or two: two share the loads of a node's row. */
FW_INLINE void score_tokens(tile *t, int64_t r, int64_t nodes, int64_t later, int64_t k0, const int kc,
                            const int pair) {
    float *const score = t->node_score + r * nodes * FW_LANES;
    float *const *path_row = t->path_row;
    vf x[2][FW_BLOCK_TWO];
    FW_UNROLL for (int i = 0; i < pair; i++) {
        const float *hidden = FW_AT(t->hidden + t->node_token[r + i] * t->stride + k0);
        if (k0 == 0) prefetch_node(t, later, r + i);
        FW_UNROLL for (int c = 0; c < kc; c++) {
            x[i][c] = load(hidden + c * FW_LANES);
            FW_PIN(x[i][c]);
        }
    }
    for (int64_t l = 0; l < nodes; l++) {
        const float *row = FW_AT(path_row[l] + k0);
        vf a[2][2]; /* one token's score in two sums, so that a multiply-add need not wait for the one before */
        FW_UNROLL for (int i = 0; i < pair; i++) {
            a[i][0] = k0 > 0 ? load(score + (i * nodes + l) * FW_LANES) : (vf){0};
            a[i][1] = (vf){0};
        }
        FW_UNROLL for (int c = 0; c < kc; c++) {
            vf v = load(row + c * FW_LANES);
            if (pair > 1) FW_PIN(v);
            FW_UNROLL for (int i = 0; i < pair; i++) a[i][pair > 1 ? 0 : c % 2] += x[i][c] * v;
        }
        FW_UNROLL for (int i = 0; i < pair; i++) store(score + (i * nodes + l) * FW_LANES, a[i][0] + a[i][1]);
    }
}
FW_INLINE void node_scores_block(tile *t, int64_t tokens, int64_t nodes, int64_t later, int64_t k0, const int kc) {
    int64_t r = 0;
    for (; r + 2 <= tokens; r += 2) score_tokens(t, r, nodes, later, k0, kc, 2);
    if (r < tokens) score_tokens(t, r, nodes, later, k0, kc, 1);
    for (int64_t l = tokens; k0 == 0 && l < t->below_nodes[later]; l++) prefetch_node(t, later, l);
}

/* coefficient = rate * weight * (1 - code - sigma(score)); returns the loss. With a sign of -1 for code 1, that is
   rate * weight * sign * (1 - sigma(sign * score)), and weight and sign are one number. */
FW_STAGE vf node_gradients(tile *t, int64_t tokens, int64_t nodes) {
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
FW_INLINE void token_errors(tile *t, int64_t r, int64_t nodes, int64_t k0, const int kc, const int pair) {
    const float *coefficient = t->node_coefficient + r * nodes;
    float *const *path_row = t->path_row, *error[2];
    vf sums[2][FW_BLOCK_TWO];
    FW_UNROLL for (int i = 0; i < pair; i++) {
        error[i] = FW_AT(t->node_error + t->node_token[r + i] * t->stride + k0);
        FW_UNROLL for (int c = 0; c < kc; c++) sums[i][c] = load(error[i] + c * FW_LANES);
    }
    for (int64_t l = 0; l < nodes; l++) {
        const float *row = FW_AT(path_row[l] + k0);
        FW_UNROLL for (int c = 0; c < kc; c++) {
            vf v = load(row + c * FW_LANES);
            if (pair > 1) FW_PIN(v);
            FW_UNROLL for (int i = 0; i < pair; i++) sums[i][c] += splat(coefficient[i * nodes + l]) * v;
        }
    }
    FW_UNROLL for (int i = 0; i < pair; i++) FW_UNROLL for (int c = 0; c < kc; c++)
        store(error[i] + c * FW_LANES, sums[i][c]);
}
FW_INLINE void node_errors_block(tile *t, int64_t tokens, int64_t nodes, int64_t k0, const int kc) {
    int64_t r = 0;
    for (; r + 2 <= tokens; r += 2) token_errors(t, r, nodes, k0, kc, 2);
    if (r < tokens) token_errors(t, r, nodes, k0, kc, 1);
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
FW_STAGE int64_t open_target(tile *t, int64_t j) {
    const stream *s = &t->s;
    int64_t from, to, tokens = 0;
    reaching(t, j, &from, &to);
    for (int64_t i = from; i <= to; i++) {
        t->node_token[tokens] = (int32_t)(i - t->i0);
        t->token_weight[tokens] = t->job->pair_weight[i < j ? j - i : i - j];
        tokens += i != j && s->first[i] <= j && j <= s->last[i];
    }
    return tokens;
}
FW_STAGE void node_scores(tile *t, int64_t tokens, int64_t nodes, int64_t later) {
    FW_OVER_ROW(t, FW_BLOCK_TWO, node_scores_block, t, tokens, nodes, later);
}
FW_STAGE void node_errors(tile *t, int64_t tokens, int64_t nodes) {
    FW_OVER_ROW(t, FW_BLOCK_TWO, node_errors_block, t, tokens, nodes);
}
FW_STAGE void node_updates(tile *t, int64_t tokens, int64_t nodes) {
    FW_OVER_ROW(t, FW_BLOCK_TWO, node_updates_block, t, tokens, nodes);
}
/* Trains the nodes below the crown and leaves the hidden rows' gradients in `node_error`; returns the loss. */
FW_STAGE vf train_nodes(tile *t) {
    const int cbow = t->job->run.cbow;
    const int64_t words = cbow ? t->n : t->n + t->slots - 1, ahead = cbow ? FW_AHEAD_CBOW : FW_AHEAD;
    vf loss = {0};
    memset(t->node_error, 0, (size_t)(t->n * t->stride) * sizeof *t->node_error);
    for (int64_t h = 0; h < words; h++) {
        const int64_t nodes = t->below_nodes[h];
        if (nodes == 0) continue;
        int64_t tokens = 1;
        if (cbow) {
            t->node_token[0] = (int32_t)h;
            t->token_weight[0] = 1;
            tokens = t->count[h] > 0;
        } else tokens = open_target(t, t->i0 + t->low + h);
        if (tokens == 0) continue;
        open_path(t, h);
        node_scores(t, tokens, nodes, h + ahead < words ? h + ahead : words);
        loss += node_gradients(t, tokens, nodes);
        node_errors(t, tokens, nodes);
        node_updates(t, tokens, nodes);
    }
    return loss;
}

#endif
