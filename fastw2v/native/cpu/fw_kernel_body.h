/* The kernel of one instruction set: included once by each fw_kernel_*.c, which defines FW_LANES, FW_KERNEL and
   FW_KERNEL_NAME. */

/* FW_MARK(stage): where a profiler that includes this file reads its clock (bench/kernels/stages.c). */
#ifndef FW_MARK
#define FW_MARK(stage) ((void)0)
#endif

#include "fw_nodes.h"
#include "fw_pairs.h"
#include "fw_private.h"
#include "fw_scores.h"
#include "fw_updates.h"
#ifdef FW_MATRIX
#include "fw_matrix_tile.h"
#else
/* No tile is trained by matrix registers. */
#define fits_matrix(job) ((void)(job), 0)
#define FW_MATRIX_TOKENS 0
#define lay_out_matrix(t, block, used) ((void)0)
#define init_matrix(t) ((void)0)
#define open_matrix(t) (0)
#define train_matrix(t) ((vf){0})
#define matrix_begin() ((void)0)
#define matrix_end() ((void)0)
#endif

/* ------------------------------------------------------------------ workspace */

/* `before` places lie before the first of a side. */
static void lay_out_side(side *to, int64_t before, int64_t places, char *block, size_t *used) {
    to->row = piece(block, used, places, sizeof *to->row);
    to->out = piece(block, used, places, sizeof *to->out);
    to->rate = piece(block, used, places, sizeof *to->rate);
    if (!block) return;
    to->row += before;
    to->out += before;
    to->rate += before;
}

static size_t lay_out(const fw_job *job, char *block) {
    tile unused, *t = block ? (tile *)block : &unused;
    size_t used = 0;
    piece(NULL, &used, 1, sizeof(tile));
    const int64_t tokens = job->run.longest_chunk + 2 * (int64_t)job->run.window + 8; /* eight are written at once */
    const int64_t rows = fits_matrix(job) ? FW_MATRIX_TOKENS : (job->run.tile_tokens + 15) / 16 * 16;
    const int64_t slots = widest_pass(job);
    t->after = rows + job->run.window;
    const int64_t around = rows + FW_LANES; /* places of no word before and after the stream's words */
    const int64_t before = job->run.window, places = before + tokens + t->after;
    const int64_t pairs =
        job->run.pairwise_noise ? job->run.tile_tokens * (job->run.cbow ? 1 : slots) * job->run.negative + FW_LANES : 0;
    t->job = job;
    t->stride = job->run.stride;
    t->vectors = (job->run.vector_size + FW_LANES - 1) / FW_LANES;
    t->columns = t->vectors * FW_LANES;
    t->band_stride = (slots + FW_LANES) / FW_LANES * FW_LANES; /* at least one 0 between the slots of two tokens */
    t->noise_slots = job->run.pairwise_noise || !job->run.negative_sampling ? 0 : job->run.noise_slots;
    t->room = slots > FW_ROOM ? slots : FW_ROOM;
    t->noise_stride = (t->noise_slots + FW_SCORE_WORDS - 1) / FW_SCORE_WORDS * FW_SCORE_WORDS;
    const int64_t tree = job->run.hierarchical, longest = job->run.longest_path, nodes = job->run.vocabulary - 1;
    t->crown_nodes = tree ? (nodes < FW_CROWN ? nodes : FW_CROWN) : 0;
    t->first_in_crown = nodes - t->crown_nodes;
    t->columns_used = tree ? t->noise_stride + t->crown_nodes : t->noise_slots;
    t->column_stride = tree ? t->noise_stride + FW_CROWN : t->noise_stride;
#define FW_PIECE(field, count) t->field = piece(block, &used, (count), sizeof *t->field)
    FW_PIECE(s.word, around + tokens + around);
    FW_PIECE(s.first, tokens);
    FW_PIECE(s.last, tokens);
    FW_PIECE(s.position, tokens);
    FW_PIECE(copies, 2 * job->most_private * t->stride);
    FW_PIECE(published, 2 * job->most_private * t->stride);
    FW_PIECE(due, 2 * job->most_private + FW_LANES);
    FW_PIECE(due_place, 2 * job->most_private);
    FW_PIECE(hidden, rows * t->stride);
    FW_PIECE(error, job->run.cbow ? rows * t->stride : 0);
    FW_PIECE(noise_columns, t->column_stride * t->stride);
    FW_PIECE(weight, rows * t->column_stride);
    FW_PIECE(band, rows * t->band_stride);
    FW_PIECE(target, rows);
    FW_PIECE(count, rows);
    FW_PIECE(score, (t->room + FW_LANES) * FW_LANES);
    FW_PIECE(pair, job->run.cbow ? 0 : rows * slots + FW_LANES);
    FW_PIECE(pair_weight, job->run.cbow ? 0 : rows * slots + FW_LANES);
    FW_PIECE(whole_window, job->run.cbow ? 0 : 2 * (int64_t)job->run.window + FW_LANES);
    FW_PIECE(first_pair, rows + 1);
    FW_PIECE(first_slot, rows);
    FW_PIECE(zero, t->stride);
    FW_PIECE(sink, t->stride);
    lay_out_side(&t->owns, before, places, block, &used);
    lay_out_side(&t->halos, before, places, block, &used);
    FW_PIECE(noise_row, t->column_stride + 1);
    FW_PIECE(noise_rate, t->column_stride + 1);
    FW_PIECE(noise_word, t->noise_stride);
    FW_PIECE(renewal, t->noise_stride);
    FW_PIECE(drawn, t->noise_stride);
    FW_PIECE(draw, t->noise_stride);
    FW_PIECE(draw_slot, t->noise_stride);
    FW_PIECE(loss_weight, t->noise_stride);
    FW_PIECE(lossy, t->noise_stride / FW_LANES);
    FW_PIECE(mark, FW_MARKS);
    FW_PIECE(pair_row, pairs);
    FW_PIECE(pair_coefficient, pairs);
    FW_PIECE(pair_token, pairs);
    FW_PIECE(pair_rate, pairs);
    FW_PIECE(crown_on, tree ? (rows + slots) * FW_CROWN : 0);
    FW_PIECE(crown_code0, tree ? (rows + slots) * FW_CROWN : 0);
    FW_PIECE(positive, tree ? rows * FW_CROWN : 0);
    FW_PIECE(node_error, tree ? rows * t->stride : 0);
    FW_PIECE(below, tree ? rows + slots + 1 : 0);
    FW_PIECE(below_nodes, tree ? rows + slots + 1 : 0);
    FW_PIECE(path_row, tree ? longest + 1 : 0);
    FW_PIECE(path_sign, tree ? longest + FW_LANES : 0);
    FW_PIECE(path_rate, tree ? longest + 1 : 0);
    FW_PIECE(node_score, tree ? (rows * longest + FW_LANES) * FW_LANES : 0);
    FW_PIECE(node_weight, tree ? rows * longest + FW_LANES : 0);
    FW_PIECE(node_coefficient, tree ? rows * longest + FW_LANES : 0);
    FW_PIECE(node_token, tree ? rows : 0);
    FW_PIECE(token_weight, tree ? rows : 0);
#undef FW_PIECE
    t->matrix = NULL;
    if (fits_matrix(job)) lay_out_matrix(t, block, &used);
    if (block) t->s.word += around;
    return used;
}

static size_t workspace_bytes(const fw_job *job) { return lay_out(job, NULL); }

/* `workspace` is 64-byte aligned and all zero. */
static void init_workspace(const fw_job *job, void *workspace) {
    tile *t = workspace;
    lay_out(job, workspace);
    for (int64_t j = 1; j <= job->run.tile_tokens; j++) t->s.word[-j] = -1;
    for (int64_t m = t->noise_slots; m <= t->column_stride; m++) t->noise_row[m] = t->zero;
    for (int64_t c = 0; c < t->crown_nodes; c++)
        t->noise_row[t->noise_stride + c] = shared_node(t, t->first_in_crown + c);
    if (t->matrix) init_matrix(t);
    const int64_t window = job->run.window;
    for (int64_t p = 0; p < 2 * window && !job->run.cbow; p++)
        t->whole_window[p] = job->pair_weight[p < window ? window - p : p - window + 1];
}

/* ------------------------------------------------------------------ chunks and tiles */

static int64_t open_chunk(const fw_job *job, void *workspace, int64_t epoch, int64_t chunk, fw_stats *stats) {
    tile *t = workspace;
    t->epoch = epoch;
    open_private(t);
    fill_stream(&t->s, job, epoch, chunk);
    open_sides(t);
    if (job->run.tile_tokens > 1) hold_bursts(t, epoch);
    if (t->noise_slots) draw_noise(t, 0);
    FW_MARK(draws);
    stats->tokens += job->chunk_begin[chunk + 1] - job->chunk_begin[chunk];
    stats->chunks++;
    const int64_t length = job->run.tile_tokens;
    t->steps = (t->s.end - t->s.begin + length - 1) / length * job->run.passes;
    if (t->matrix && t->steps > 0) matrix_begin();
    return t->steps;
}

/* Returns whether the step trains anything: in a pass of skip-gram, no token may have a context. */
static int open_tile(tile *t, int64_t step) {
    const fw_job *job = t->job;
    const int64_t window = job->run.window, pass = pass_of_step(job, step), length = job->run.tile_tokens;
    t->i0 = t->s.begin + tile_of_step(job, step) * length;
    t->last_pass = pass == job->run.passes - 1;
    t->low = job->pass_slot[pass] - window;
    t->slots = job->pass_slot[pass + 1] - job->pass_slot[pass];
    t->self = -t->low >= 0 && -t->low < t->slots ? -t->low : INT32_MAX;
    t->n = t->s.end - t->i0 < length ? t->s.end - t->i0 : length;
    t->rows = (t->n + 15) & ~(int64_t)15;
    t->rate = fw_learning_rate(job->run.learning_rate, job->run.min_learning_rate,
                               t->epoch * job->run.tokens + t->s.position[t->i0], job->run.epochs * job->run.tokens);
    const int trains = t->matrix ? open_matrix(t) : open_rows(t);
    if (job->run.pairwise_noise) draw_pair_noise(t);
    if (t->noise_slots) {
        renew_noise(t);
        draw_noise(t, step + 1);
    }
    if (!trains) return 0;
    if (t->matrix) return 1;
    if (t->noise_slots) open_weights(t);
    if (job->run.hierarchical) open_crown(t);
    transpose_noise(t);
    return 1;
}

static void finish_tile(const tile *t, vf loss, fw_stats *stats) {
    for (int64_t i = 0; i < t->n; i++) stats->pairs += t->job->run.cbow ? t->count[i] > 0 : t->count[i];
    stats->loss += (double)sum(loss);
}

static void train_rows(tile *t, fw_stats *stats) {
    vf loss = {0};
    const fw_job *job = t->job;
    const int words = job->run.negative_sampling;
    if (job->run.cbow) {
        hidden_rows(t);
        FW_MARK(gather);
        if (words) loss += target_coefficients(t);
        FW_MARK(positives);
    } else {
        if (words) loss += positive_coefficients(t);
        else copy_hidden_rows(t);
        FW_MARK(positives);
    }
    if (job->run.hierarchical) loss += train_nodes(t);
    if (job->run.pairwise_noise) loss += pair_coefficients(t);
    for (int64_t begin = 0; begin < t->n; begin += FW_CACHE_ROWS) {
        const int64_t end = begin + FW_CACHE_ROWS < t->n ? begin + FW_CACHE_ROWS : t->n;
        if (t->noise_slots) loss += noise_coefficients(t, begin, end);
        if (job->run.hierarchical) loss += crown_coefficients(t, begin, end);
        FW_MARK(noise_scores);
        row_updates(t, begin, end);
        FW_MARK(row_updates);
    }
    if (job->run.pairwise_noise) pair_row_updates(t);
    if (job->run.cbow || words) halo_updates(t);
    if (job->run.cbow && words) target_updates(t);
    FW_MARK(halo_updates);
    if (job->run.pairwise_noise) pair_noise_updates(t);
    noise_updates(t);
    FW_MARK(noise_updates);
    finish_tile(t, loss, stats);
}

static void train_tile(const fw_job *job, void *workspace, int64_t step, fw_stats *stats) {
    tile *t = workspace;
    (void)job;
    const int trains = open_tile(t, step);
    if (t->places > 0) find_due(t, step);
    FW_MARK(opening);
    if (trains && t->matrix) finish_tile(t, train_matrix(t), stats);
    else if (trains) train_rows(t, stats);
    if (t->places > 0) publish(t);
    if (t->matrix && step == t->steps - 1) matrix_end();
}

const fw_kernel FW_KERNEL = {FW_KERNEL_NAME, workspace_bytes, init_workspace, open_chunk, train_tile};
