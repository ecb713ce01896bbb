/* Zeroed memory in whole pages, which returns to the system when it is freed.
 *
 * Memory that is needed only while a corpus is read must be available for training. Memory passed to free() usually
 * stays with the process, the more of it the larger the pieces that were freed before.
 */
#ifndef FW_PAGES_H
#define FW_PAGES_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

static inline void *fw_pages_new(int64_t bytes) {
    void *pages = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static inline void fw_pages_free(void *pages, int64_t bytes) {
    if (pages) munmap(pages, (size_t)bytes);
}

/* Replaces a piece by a larger one with the same content; returns NULL without memory, and keeps the piece. */
static inline void *fw_pages_grow(void *pages, int64_t bytes, int64_t new_bytes) {
    void *grown = fw_pages_new(new_bytes);
    if (!grown || !pages) return grown;
    memcpy(grown, pages, (size_t)bytes);
    fw_pages_free(pages, bytes);
    return grown;
}

#endif
