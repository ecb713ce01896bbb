#include "fw_ids.h"

#include "fw_pages.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 1 << 12, LARGEST_BLOCK = 1 << 18 }; /* ids; the largest fits into the L2 cache */

static void free_block(fw_block *block) {
    fw_pages_free(block->ids, block->capacity * (int64_t)sizeof *block->ids);
    block->ids = NULL;
}

void fw_ids_free(fw_ids *stream) {
    for (int64_t b = 0; b < stream->n_blocks; b++) free_block(&stream->blocks[b]);
    free(stream->blocks);
    memset(stream, 0, sizeof *stream);
}

void fw_ids_clear(fw_ids *stream) {
    if (!stream->n_blocks) return;
    fw_block last = stream->blocks[stream->n_blocks - 1]; /* the largest */
    for (int64_t b = 0; b < stream->n_blocks - 1; b++) free_block(&stream->blocks[b]);
    stream->blocks[0] = (fw_block){last.ids, 0, last.capacity};
    stream->n_blocks = 1;
}

int32_t *fw_ids_new_block(fw_ids *stream, int64_t n) {
    if (stream->n_blocks == stream->block_capacity) {
        int64_t capacity = 2 * stream->block_capacity + 8;
        fw_block *blocks = realloc(stream->blocks, (size_t)capacity * sizeof *blocks);
        if (!blocks) return NULL;
        stream->blocks = blocks;
        stream->block_capacity = capacity;
    }
    int64_t size = stream->n_blocks ? 2 * stream->blocks[stream->n_blocks - 1].capacity : FIRST_BLOCK;
    if (size > LARGEST_BLOCK) size = LARGEST_BLOCK;
    if (size < n) size = n;
    int32_t *ids = fw_pages_new(size * (int64_t)sizeof *ids);
    if (ids) stream->blocks[stream->n_blocks++] = (fw_block){ids, 0, size};
    return ids;
}

int64_t fw_ids_renumber_block(int32_t *ids, int64_t n, const int32_t *rows, int64_t **ends, int64_t base) {
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        int32_t id = ids[i];
        if (id == FW_SENTENCE_END) {
            *(*ends)++ = base + kept;
        } else { /* in place, and without a branch on the row, which is unpredictable */
            int32_t row = rows[id];
            ids[kept] = row;
            kept += row >= 0;
        }
    }
    return kept;
}

int64_t fw_ids_renumber(fw_ids *stream, const int32_t *rows, int32_t *out, int64_t *ends, int64_t base) {
    int64_t written = 0;
    for (int64_t b = 0; b < stream->n_blocks; b++) {
        fw_block *block = &stream->blocks[b];
        int64_t kept = fw_ids_renumber_block(block->ids, block->used, rows, &ends, base + written);
        if (kept) memcpy(out + written, block->ids, (size_t)kept * sizeof *out);
        written += kept;
        free_block(block);
    }
    fw_ids_free(stream);
    return written;
}
