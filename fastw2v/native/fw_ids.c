#include "fw_ids.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FIRST_BLOCK = 1 << 12, LARGEST_BLOCK = 1 << 18 }; /* ids; the largest still fits into the second-level cache */

/* Pages from the system, because they go back to it when they are freed: while the stream is renumbered its blocks make
 * room for the result. What free() takes back stays with the process as a rule. */
static int32_t *map_ids(int64_t n) {
    void *pages = mmap(NULL, (size_t)n * sizeof(int32_t), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void unmap_ids(fw_block *block) {
    if (block->ids) munmap(block->ids, (size_t)block->capacity * sizeof *block->ids);
    block->ids = NULL;
}

void fw_ids_free(fw_ids *stream) {
    for (int64_t b = 0; b < stream->n_blocks; b++) unmap_ids(&stream->blocks[b]);
    free(stream->blocks);
    memset(stream, 0, sizeof *stream);
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
    int32_t *ids = map_ids(size);
    if (ids) stream->blocks[stream->n_blocks++] = (fw_block){ids, 0, size};
    return ids;
}

int64_t fw_ids_renumber(fw_ids *stream, const int32_t *rows, int32_t *out, int64_t *ends, int64_t base) {
    int64_t written = 0;
    for (int64_t b = 0; b < stream->n_blocks; b++) {
        fw_block *block = &stream->blocks[b];
        int64_t kept = 0;
        for (int64_t i = 0; i < block->used; i++) {
            int32_t id = block->ids[i];
            if (id == FW_SENTENCE_END) {
                *ends++ = base + written + kept;
            } else { /* in place and without a branch on the row, which no predictor could guess */
                int32_t row = rows[id];
                block->ids[kept] = row;
                kept += row >= 0;
            }
        }
        if (kept) memcpy(out + written, block->ids, (size_t)kept * sizeof *out);
        written += kept;
        unmap_ids(block);
    }
    fw_ids_free(stream);
    return written;
}
