/* A growing stream of int32 ids, in blocks that never move, with marks at the ends of sentences.
 *
 * While a corpus is read, its words have provisional ids: the final ones depend on counts that are not known yet. One
 * pass then renumbers the stream and frees each block as soon as it is read. Callers without memory for all ids take
 * blocks out as they are filled, keep them elsewhere and renumber them one by one.
 */
#ifndef FW_IDS_H
#define FW_IDS_H

#include <stdint.h>

#define FW_SENTENCE_END (-1) /* marks the end of a sentence in the stream */

typedef struct {
    int32_t *ids;
    int64_t used, capacity;
} fw_block;

typedef struct {
    fw_block *blocks;
    int64_t n_blocks, block_capacity;
} fw_ids;

void fw_ids_free(fw_ids *stream);

/* Empties the stream; keeps one block for the next ids. */
void fw_ids_clear(fw_ids *stream);

/* Returns room for `n` more ids at the end, or NULL without memory; after writing, call fw_ids_took
 * with the number of ids. */
int32_t *fw_ids_new_block(fw_ids *stream, int64_t n);

static inline int fw_ids_has_room(const fw_ids *stream, int64_t n) {
    if (!stream->n_blocks) return 0;
    const fw_block *last = &stream->blocks[stream->n_blocks - 1];
    return last->capacity - last->used >= n;
}

static inline int32_t *fw_ids_room(fw_ids *stream, int64_t n) {
    if (!fw_ids_has_room(stream, n)) return fw_ids_new_block(stream, n);
    fw_block *last = &stream->blocks[stream->n_blocks - 1];
    return last->ids + last->used;
}

static inline void fw_ids_took(fw_ids *stream, int64_t n) { stream->blocks[stream->n_blocks - 1].used += n; }

/* Renumbers `n` ids of a stream in place: each becomes rows[id], and those whose row is below 0 are left out. For every
 * sentence end, writes the number of rows so far, plus `base`, to *ends and advances it. Returns the number of rows. */
int64_t fw_ids_renumber_block(int32_t *ids, int64_t n, const int32_t *rows, int64_t **ends, int64_t base);

/* Renumbers the whole stream: writes rows[id] of every id to `out`, leaving out those whose row is below 0, and for
 * every sentence end the number of rows so far, plus `base`, to `ends`. Empties the stream. Returns the number of rows.
 */
int64_t fw_ids_renumber(fw_ids *stream, const int32_t *rows, int32_t *out, int64_t *ends, int64_t base);

#endif
