/* One tile: `tile_tokens` consecutive kept tokens (fewer at the end of a chunk), their windows and the chunk's current
   noise words.

   Own and halo. A tile has two sides: its own rows, one for each of its tokens, and its halo, the rows of all tokens
   within a window around them. Skip-gram: own rows are input rows, halo rows are output rows. CBOW: own rows are output
   rows (the targets), halo rows are input rows, from which the hidden rows are computed.
   Step. A wide window of skip-gram is taken in several passes; a step is one pass of a tile, with a snapshot of its own
   and its own turn in the noise words' lives. What follows, and every function, means the pass at hand by the tile.
   Slot q of token i is the stream token i + low + q; slot `self` is the token itself, if the pass holds it. The pairs'
   coefficients are first stored token after token, then as a dense band in which slots outside the token's window hold
   0.
   Snapshot. Every gradient is computed from the rows as they were before the tile, although only the hidden rows are
   copied: first all coefficients, then the rows whose updates read only other rows, then the rest, from the copies.
   Rows are updated in place, row += delta, so that repeated words add up and other threads' updates survive. */
#ifndef FW_TILE_H
#define FW_TILE_H

#include "fw_stream.h"

#define FW_MARKS 2048 /* cells of the sieve that tests whether a word is a noise word of the tile */
/* The block of noise scores that is kept in registers: rows, and vectors of noise words. */
#define FW_SCORE_ROWS (FW_LANES == 16 ? 8 : FW_LANES == 8 ? 6 : 4)
#define FW_SCORE_COLUMNS (FW_LANES == 16 ? 1 : 2)
#define FW_SCORE_WORDS (FW_SCORE_COLUMNS * FW_LANES)
#define FW_ROOM 80       /* pairs that are scored together: of eight tokens, and whole vectors, for W = 5 */
#define FW_CACHE_ROWS 16 /* rows that pass through the row-wise stages together, so that they stay in the L1 cache */

/* The rows of one side for each token of the stream: to read, to write, and the share of the learning rate at which
   they move. Beyond both ends of the stream there are places for rows that a tile may name there: the zero row and the
   sink.
 */
typedef struct side {
    float **row, **out, *rate;
} side;

typedef struct tile {
    const fw_job *job;
    stream s;
    int64_t i0, n, rows;               /* first token in the stream; tokens; tokens rounded up to whole vectors */
    int64_t stride;                    /* floats from one row to the next */
    int64_t vectors, columns;          /* the part of a row that is computed, in vectors and in floats: D, then zeros */
    int64_t slots, band_stride;        /* slots of the pass: of a whole window, 2 W + 1; the most, rounded up */
    int64_t low;                       /* the first slot's distance from its token: of a whole window, -W */
    int64_t self;                      /* the slot of the token itself; beyond all slots if the pass does not hold it */
    int last_pass;                     /* over this tile */
    int64_t noise_slots, noise_stride; /* S, or 0 if noise is drawn for each pair; rounded up to whole vectors */
    /* Columns: output rows that all tokens of the tile share, the noise words and, from noise_stride on, the nodes of
       the crown (fw_nodes.h); their number, and rounded up. */
    int64_t columns_used, column_stride;
    int64_t after;            /* places of a side beyond the stream */
    int64_t epoch, steps;     /* steps of the chunk */
    float rate;               /* learning rate */
    float *hidden;            /* (rows, stride): skip-gram copies of the input rows, CBOW hidden rows */
    float *error;             /* (rows, stride): CBOW gradients of the hidden rows, scaled for one context row */
    float *noise_columns;     /* transposed rows of the columns, FW_SCORE_WORDS of them side by side */
    float *weight;            /* (rows, column_stride): weight of each column for each token, then its coefficient */
    float *band;              /* (rows, band_stride) coefficients of the pairs */
    float *target;            /* (rows) CBOW: coefficient of the target */
    float *count;             /* (rows) the sum of the token's pair weights; CBOW: its contexts */
    float *score;             /* (room) vectors whose lanes add up to a pair's score */
    int64_t room;             /* pairs that are scored together: at least those of one token */
    float *pair;              /* skip-gram: coefficients of the pairs, token after token */
    float *pair_weight;       /* skip-gram: weights of the pairs, token after token */
    float *whole_window;      /* skip-gram: pair weights of a token whose window is whole */
    int32_t *first_pair;      /* (rows + 1) the first pair of each token */
    int32_t *first_slot;      /* (rows) and its slot */
    float *zero, *sink;       /* a row to read and a row to write in place of a missing token's */
    side owns, halos;         /* of all tokens of the stream */
    float **own, **own_out;   /* (rows) those of the tile, to read and to write: parts of `owns` */
    float **halo, **halo_out; /* (rows + slots) parts of `halos` */
    float **noise_row;        /* (column_stride) */
    /* the share of the learning rate at which each row of `own_out`, `halo_out`, `noise_row` moves */
    float *own_rate, *halo_rate, *noise_rate;
    int32_t *noise_word; /* (noise_slots) */
    int64_t *renewal;    /* (noise_slots) the tile that will renew the slot */
    int64_t drawn_count; /* words drawn for the next tile */
    int32_t *drawn;      /* (noise_slots) the words, and the slots they renew */
    int32_t *draw_slot;
    uint64_t *draw;     /* (noise_slots) during a draw: the position in the alias table */
    float *loss_weight; /* (noise_stride) weight of each noise word in the loss: 0 unless it is new in this tile */
    uint8_t *lossy;     /* (noise_stride / FW_LANES) whether a vector of noise words counts in the loss */
    uint8_t *mark;      /* (FW_MARKS) nonzero in the cells of the noise words */
    float **pair_row;   /* pairwise noise: output row, coefficient and token of each (pair, noise word) */
    float *pair_coefficient;
    int32_t *pair_token;
    float *pair_rate; /* the share of the learning rate at which the output row moves */
    int64_t pair_count;
    /* hierarchical softmax: see fw_nodes.h */
    int64_t crown_nodes, first_in_crown;
    float *crown_on, *crown_code0; /* (rows + slots, FW_CROWN): 1 for nodes on a word's path; for those with code 0 */
    float *positive;               /* (rows, FW_CROWN): weight of the pairs whose path has code 0 at the node */
    float *node_error;             /* (rows, stride): the part of the nodes below in the hidden rows' gradients */
    int64_t *below, *below_nodes;  /* (rows + slots): the first step of a word's path below the crown, their number */
    float **path_row;              /* (longest_path + 1): the rows of a word's path, and the sink */
    float *path_sign, *path_rate;
    float *node_score, *node_weight, *node_coefficient; /* (rows * longest_path): of token and node; scores: vectors */
    int32_t *node_token;                                /* (rows): the tokens that have the word in their windows */
    float *token_weight;                                /* (rows): the weight of each such pair */
    /* private rows: see fw_private.h */
    int32_t first_private, private_words;
    int64_t places, due_count;
    float *private_in, *private_out; /* where the copies of all words' rows would begin */
    float *copies, *published;       /* (places, stride) and what they were when published last */
    int32_t *due, *due_place;        /* (places) the step after which each is published; those after this one */
    struct matrix *matrix; /* what products on matrix registers need (fw_matrix.h); NULL if tiles are trained without */
} tile;

/* Returns 64-byte aligned pieces of one block; with a NULL block it only adds up their sizes. */
FW_INLINE void *piece(char *block, size_t *used, int64_t count, size_t size) {
    size_t at = *used;
    *used = (at + (size_t)count * size + 63) & ~(size_t)63;
    return block ? block + at : NULL;
}

/* Runs stage(..., k0, kc) over a row in blocks of kc <= most vectors; kc is a constant in each call, so that the blocks
   stay in registers. */
#define FW_CASE(kc, most, stage, ...)                                                                                  \
    case kc:                                                                                                           \
        if (kc <= most) stage(__VA_ARGS__, k0, kc <= most ? kc : 1);                                                   \
        break
#define FW_OVER_ROW(t, most, stage, ...)                                                                               \
    do {                                                                                                               \
        int64_t blocks = ((t)->vectors + most - 1) / most, left = (t)->vectors, k0 = 0;                                \
        for (; blocks > 0; blocks--) {                                                                                 \
            int64_t taken = (left + blocks - 1) / blocks;                                                              \
            switch (taken) {                                                                                           \
                FW_CASE(1, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(2, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(3, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(4, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(5, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(6, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(7, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(8, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(9, most, stage, __VA_ARGS__);                                                                  \
                FW_CASE(10, most, stage, __VA_ARGS__);                                                                 \
                FW_CASE(11, most, stage, __VA_ARGS__);                                                                 \
                FW_CASE(12, most, stage, __VA_ARGS__);                                                                 \
                FW_CASE(13, most, stage, __VA_ARGS__);                                                                 \
                FW_CASE(14, most, stage, __VA_ARGS__);                                                                 \
                FW_CASE(15, most, stage, __VA_ARGS__);                                                                 \
                FW_CASE(16, most, stage, __VA_ARGS__);                                                                 \
            }                                                                                                          \
            left -= taken;                                                                                             \
            k0 += taken * FW_LANES;                                                                                    \
        }                                                                                                              \
    } while (0)

FW_INLINE int is_private(const tile *t, int32_t word) {
    return (uint32_t)(word - t->first_private) < (uint32_t)t->private_words;
}
/* The row of a word that this thread trains. */
FW_INLINE float *output_row(const tile *t, int32_t word) {
    return (is_private(t, word) ? t->private_out : t->job->w_out) + (int64_t)word * t->stride;
}

/* Token i's window: its first slot, its number of pairs, and the slot of each pair, which skips the token itself. */
FW_INLINE int64_t window_first(const tile *t, int64_t i) { return t->first_slot[i]; }
FW_INLINE int64_t window_pairs(const tile *t, int64_t i) { return t->first_pair[i + 1] - t->first_pair[i]; }
FW_INLINE int64_t slot_of_pair(int64_t first, int64_t pair, int64_t self) {
    return first + pair + (first + pair >= self);
}

/* Lane l is all ones if slot q0 + l is in token i's window and not the token itself. */
FW_INLINE vi window_mask(const tile *t, int64_t i, int64_t q0) {
    const int32_t at = (int32_t)(t->i0 + i), window = t->job->run.window;
    vi j = lane_numbers() + (int32_t)(at - window + q0);
    return (j >= t->s.first[at]) & (j <= t->s.last[at]) & (j != at);
}

/* The tile of a step, and the step's pass over it. Almost always there is one pass, and no division. */
FW_INLINE int64_t tile_of_step(const fw_job *job, int64_t step) {
    return job->run.passes > 1 ? step / job->run.passes : step;
}
FW_INLINE int64_t pass_of_step(const fw_job *job, int64_t step) {
    return step - tile_of_step(job, step) * job->run.passes;
}

/* The sum of the pair weights on one side of a token, from distance `near` to `far`. */
FW_INLINE float weight_between(const fw_job *job, int64_t near, int64_t far) {
    near = near > 1 ? near : 1;
    return far >= near ? job->weight_within[far] - job->weight_within[near - 1] : 0;
}

FW_INLINE void point_nowhere(const tile *t, side to, int64_t from, int64_t end) {
    for (int64_t j = from; j < end; j++) {
        to.row[j] = t->zero;
        to.out[j] = t->sink;
        to.rate[j] = 1;
    }
}
/* Sets the rows of one side; base is NULL if there are none, frozen and rates if no word has any. */
FW_INLINE void point_to_rows(const tile *t, side to, float *base, float *private, const uint8_t *frozen,
                             const float *rates) {
    const int64_t n = base ? t->s.n : 0;
    const int32_t *word = t->s.word;
    const uint32_t stride = (uint32_t)t->stride; /* 32 bits times 32 bits: a vector multiplies 64 by 64 slowly */
    /* no choice of a pointer: that would not be done in vectors */
    const uint64_t apart = n > 0 ? (uint64_t)((char *)private - (char *)base) : 0;
    for (int64_t j = 0; j < n; j++) {
        const uint64_t there = is_private(t, word[j]) ? apart : 0;
        to.row[j] = (float *)((char *)base + 4 * (uint64_t)(uint32_t)word[j] * stride + there);
    }
    for (int64_t j = 0; j < n; j++) to.out[j] = frozen && frozen[word[j]] ? t->sink : to.row[j];
    for (int64_t j = 0; j < n; j++) to.rate[j] = rates ? rates[word[j]] : 1;
    point_nowhere(t, to, -(int64_t)t->job->run.window, 0);
    point_nowhere(t, to, n, t->s.n + t->after);
}
/* Where a word comes in a burst, its rows move less for each of its copies: those in the half tile before the token and
   in the half tile that begins with it. Most words have none, so few tokens need more than the comparisons. */
FW_STAGE void hold_bursts(tile *t, int64_t epoch) {
    const fw_job *job = t->job;
    const int64_t half = job->run.tile_tokens / 2, n = t->s.n;
    const float *output_rate = job->run.negative_sampling ? job->output_rate : NULL; /* else there are only nodes */
    const float rate = fw_learning_rate(job->run.learning_rate, job->run.min_learning_rate,
                                        epoch * job->run.tokens + t->s.base, job->run.epochs * job->run.tokens);
    const float few = (float)(job->run.burst_bound / rate);
    const int32_t most = few < 1 ? 1 : few < (float)(2 * half) ? (int32_t)few : (int32_t)(2 * half); /* in full */
    int32_t *const word = t->s.word;
    for (int64_t j = n; j < n + half + FW_LANES; j++) word[j] = -1;
    for (int64_t begin = 0; begin < n; begin += FW_LANES) {
        const vi own = load_words(word + begin);
        vi copies = {0};
        for (int64_t distance = -half; distance < half; distance++)
            copies -= load_words(word + begin + distance) == own;
        for (uint32_t held = mask_bits((copies > most) & (own >= 0)); held != 0; held &= held - 1) {
            const int lane = __builtin_ctz(held);
            const int64_t j = begin + lane;
            const float share = fw_burst_share(copies[lane], few, output_rate ? output_rate[word[j]] : 1);
            t->owns.rate[j] *= share;
            t->halos.rate[j] *= share;
        }
    }
}
/* Sets the rows of all tokens of the stream, once for all tiles of a chunk. */
FW_STAGE void open_sides(tile *t) {
    const fw_job *job = t->job;
    float *const outputs = job->run.negative_sampling ? job->w_out : NULL;
    if (job->run.cbow) {
        point_to_rows(t, t->owns, outputs, t->private_out, NULL, job->output_rate);
        point_to_rows(t, t->halos, job->w_in, t->private_in, job->frozen, NULL);
    } else {
        point_to_rows(t, t->owns, job->w_in, t->private_in, job->frozen, NULL);
        point_to_rows(t, t->halos, outputs, t->private_out, NULL, job->output_rate);
    }
}

FW_INLINE void point_to_tile(tile *t) {
    t->own = t->owns.row + t->i0;
    t->own_out = t->owns.out + t->i0;
    t->own_rate = t->owns.rate + t->i0;
    t->halo = t->halos.row + t->i0 + t->low;
    t->halo_out = t->halos.out + t->i0 + t->low;
    t->halo_rate = t->halos.rate + t->i0 + t->low;
}
/* Finds the rows and the windows of the tile's tokens. Returns whether there is anything to train. */
FW_STAGE int open_rows(tile *t) {
    const fw_job *job = t->job;
    const stream *s = &t->s;
    const int cbow = job->run.cbow;
    point_to_tile(t);
    t->first_pair[0] = 0;
    const int64_t low = t->low, high = low + t->slots - 1, window = job->run.window;
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = t->i0 + i;
        /* the window's first and last distance in this pass */
        const int64_t first = s->first[at] - at > low ? s->first[at] - at : low;
        const int64_t last = s->last[at] - at < high ? s->last[at] - at : high;
        const int64_t pairs = last < first ? 0 : last - first + !(first <= 0 && last >= 0);
        t->count[i] = weight_between(job, -last, -first) + weight_between(job, first, last);
        t->first_slot[i] = (int32_t)(first - low);
        t->first_pair[i + 1] = t->first_pair[i] + (int32_t)pairs;
        if (cbow) continue;
        /* Whole vectors: the next token overwrites what lies beyond this token's pairs. */
        const float *weight = t->whole_window + first + window - (first > 0);
        for (int64_t p = 0; p < pairs; p += FW_LANES)
            store_anywhere(t->pair_weight + t->first_pair[i] + p, load_anywhere(weight + p));
    }
    for (int64_t i = t->n; i < t->rows; i++) t->count[i] = 0;
    return cbow || t->first_pair[t->n] > 0;
}

FW_INLINE void prefetch_row(const tile *t, const float *row) {
    for (int64_t k = 0; k < t->stride; k += 16) __builtin_prefetch(row + k, 1, 2);
}

/* The first step from `number` on that renews a slot, apart from step 0, which renews all: see fw_renewed, which
   looks back. */
FW_INLINE int64_t next_renewal(const tile *t, int64_t slot, int64_t number) {
    const int64_t life = t->job->run.noise_life, shift = slot * life / t->noise_slots;
    return (number + shift + life - 1) / life * life - shift;
}

/* Draws the noise words that are new in step `number` one step ahead, so that their rows are prefetched in time. All
   positions in the alias table are computed before any of them is read, so that the cache misses overlap. */
FW_STAGE void draw_noise(tile *t, int64_t number) {
    const fw_job *job = t->job;
    const int64_t i0 = t->s.begin + tile_of_step(job, number) * job->run.tile_tokens, noise_slots = t->noise_slots;
    const int64_t index = pass_of_step(job, number) * noise_slots; /* of the pass's first draw at this position */
    if (i0 >= t->s.end) return;
    const uint64_t key = t->s.noise_key, position = (uint64_t)t->s.position[i0];
    const uint32_t vocabulary = (uint32_t)job->run.vocabulary, *threshold = job->noise_threshold;
    const int32_t *alias = job->noise_alias;
    int64_t *renewal = t->renewal;
    uint64_t *draw = t->draw;
    int32_t *slot = t->draw_slot;
    int64_t n = 0;
    for (int64_t m = 0; m < noise_slots; m++) {
        if (number > 0 && renewal[m] != number) continue;
        renewal[m] = number > 0 ? number + job->run.noise_life : next_renewal(t, m, 1);
        draw[n] = fw_scaled(fw_draw(key, position, (uint64_t)(index + m)), vocabulary);
        __builtin_prefetch(threshold + (draw[n] >> 32));
        __builtin_prefetch(alias + (draw[n] >> 32));
        slot[n++] = (int32_t)m;
    }
    for (int64_t i = 0; i < n; i++) {
        t->drawn[i] = fw_alias(draw[i], threshold, alias);
        prefetch_row(t, output_row(t, t->drawn[i]));
    }
    t->drawn_count = n;
}

/* Takes over the words drawn for this tile.

   Only the new words count in the loss: training has just used the others, so their loss would be too low. If no word
   is new (noise_life > noise_slots), all count. */
FW_STAGE void renew_noise(tile *t) {
    const int64_t fresh = t->drawn_count;
    const float each = (float)t->job->run.negative / (float)(fresh > 0 ? fresh : t->noise_slots);
    for (int64_t m = 0; m < t->noise_stride; m++) t->loss_weight[m] = fresh > 0 || m >= t->noise_slots ? 0 : each;
    memset(t->lossy, fresh == 0, (size_t)(t->noise_stride / FW_LANES));
    for (int64_t i = 0; i < fresh; i++) {
        const int32_t m = t->draw_slot[i], word = t->drawn[i];
        t->noise_word[m] = word;
        t->noise_row[m] = output_row(t, word);
        t->noise_rate[m] = t->job->output_rate[word];
        t->loss_weight[m] = each;
        t->lossy[m / FW_LANES] = 1;
    }
}

/* The tokens of the tile, [from, to], of which a slot can be the stream token j: the others are too far from it. */
FW_INLINE void reaching(const tile *t, int64_t j, int64_t *from, int64_t *to) {
    const int64_t low = t->low, high = low + t->slots - 1;
    *from = j - high > t->i0 ? j - high : t->i0;
    *to = j - low < t->i0 + t->n - 1 ? j - low : t->i0 + t->n - 1;
}
/* Takes from each token's weight of a noise word, `step` floats apart, the weight of its pair with stream token j,
   which is that word: word2vec skips a noise word that equals the target. */
FW_INLINE void take_weight(const tile *t, int64_t j, float *weight, int64_t step) {
    const stream *s = &t->s;
    int64_t from, to;
    reaching(t, j, &from, &to);
    for (int64_t i = from; i <= to; i++)
        if (i != j && s->first[i] <= j && j <= s->last[i])
            weight[(i - t->i0) * step] -= t->job->pair_weight[i < j ? j - i : i - j];
}
FW_INLINE void remove_hits(tile *t, int64_t j, int32_t word) {
    for (int64_t m = 0; m < t->noise_slots; m++) {
        if (t->noise_word[m] != word) continue;
        if (t->job->run.cbow) t->weight[(j - t->i0) * t->column_stride + m] = 0;
        else take_weight(t, j, t->weight + m, t->column_stride);
    }
}

/* weight[i][m] = the sum of token i's pair weights (CBOW: 1 if it has a context), minus those of the pairs whose
   target is noise word m. */
FW_STAGE void open_weights(tile *t) {
    const stream *s = &t->s;
    for (int64_t i = 0; i < t->n; i++) {
        float each = t->job->run.cbow ? (float)(t->count[i] > 0) : t->count[i];
        float *weight = t->weight + i * t->column_stride;
        for (int64_t m = 0; m < t->noise_stride; m += FW_LANES) store(weight + m, splat(each));
        for (int64_t m = t->noise_slots; m < t->noise_stride; m++) weight[m] = 0;
    }
    int64_t from = t->i0, to = t->i0 + t->n;
    if (!t->job->run.cbow) {
        from = from + t->low > 0 ? from + t->low : 0;
        to = to + t->low + t->slots - 1 < s->n ? to + t->low + t->slots - 1 : s->n;
    }
    uint8_t *const mark = t->mark;
    const int32_t *const word = s->word, *const noise_word = t->noise_word;
    const int64_t noise_slots = t->noise_slots;
    for (int64_t m = 0; m < noise_slots; m++) mark[(uint32_t)noise_word[m] % FW_MARKS] = 1;
    for (int64_t j = from; j < to; j++)
        if (mark[(uint32_t)word[j] % FW_MARKS]) remove_hits(t, j, word[j]);
    for (int64_t m = 0; m < noise_slots; m++) mark[(uint32_t)noise_word[m] % FW_MARKS] = 0;
}

/* Prefetch the row of the next tile's token i, and that of the last token that its window can reach. Called once for
   each token of this tile, between pieces of arithmetic: a core can have some sixteen cache lines outstanding, and
   stalls on more. Only the last pass prefetches. */
FW_INLINE void prefetch_own(const tile *t, int64_t i) {
    if (t->last_pass) prefetch_row(t, t->own[t->n + i]);
}
FW_INLINE void prefetch_halo(const tile *t, int64_t i) {
    if (t->last_pass) prefetch_row(t, t->halo[t->n + i + t->job->run.window - t->low]);
}

#endif
