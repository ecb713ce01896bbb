/* Rows of frequent words, private to a thread for some tiles.

   Two threads that train at once write the rows of frequent words in turns, and each waits for the other's cache. So a
   thread trains copies of these rows, and publishes each after some tiles: it adds to the row what its copy has changed
   since, and continues with the sum. A copy lags behind the shared row by `private_tiles` of its word at most; the
   tokens in flight stay within their bound on average (planning/concurrency.py). Words are numbered by frequency, so
   the private ones are a range.

   A place is that of a private row: of input rows, then of output rows of words, if the run trains any. */
#ifndef FW_PRIVATE_H
#define FW_PRIVATE_H

#include "fw_tile.h"

FW_INLINE int64_t word_of_place(const tile *t, int64_t place) {
    return t->first_private + (place < t->private_words ? place : place - t->private_words);
}
FW_INLINE float *shared_row(const tile *t, int64_t place) {
    return (place < t->private_words ? t->job->w_in : t->job->w_out) + word_of_place(t, place) * t->stride;
}
FW_INLINE int32_t tiles_of_place(const tile *t, int64_t place) {
    return t->job->private_tiles[word_of_place(t, place)];
}
/* Begins a chunk with the rows as they are. They are published in turns, not all at once. */
FW_STAGE void open_private(tile *t) {
    const fw_job *job = t->job;
    const int64_t words = job->last_private - job->first_private;
    t->first_private = (int32_t)job->first_private;
    t->private_words = (int32_t)words;
    t->places = words * (1 + job->run.negative_sampling);
    t->private_in = t->copies - job->first_private * t->stride;
    t->private_out = t->private_in + words * t->stride;
    for (int64_t place = 0; place < t->places; place++) {
        const float *row = shared_row(t, place);
        const int64_t at = place * t->stride;
        for (int64_t k = 0; k < t->stride; k += FW_LANES) {
            const vf now = load(row + k);
            store(t->copies + at + k, now);
            store(t->published + at + k, now);
        }
        t->due[place] = (int32_t)(place * tiles_of_place(t, place) / t->places);
    }
}
/* Finds the rows that will be published after this step, all after the last one, and fetches them. */
FW_STAGE void find_due(tile *t, int64_t step) {
    const int last = step == t->steps - 1;
    int64_t n = 0;
    for (int64_t begin = 0; begin < t->places; begin += FW_LANES) {
        uint32_t found = mask_bits(load_words(t->due + begin) <= (int32_t)step);
        if (last) found = (uint32_t)-1;
        if (t->places - begin < 32) found &= (1u << (t->places - begin)) - 1;
        found &= (1u << (FW_LANES - 1)) * 2 - 1;
        for (; found != 0; found &= found - 1) {
            const int64_t place = begin + __builtin_ctz(found);
            t->due[place] = (int32_t)step + tiles_of_place(t, place);
            t->due_place[n++] = (int32_t)place;
            const float *row = shared_row(t, place);
            for (int64_t k = 0; k < t->stride && !last; k += 16) __builtin_prefetch(row + k, 1, 3);
        }
    }
    t->due_count = n;
}
FW_STAGE void publish(tile *t) {
    for (int64_t n = 0; n < t->due_count; n++) {
        const int64_t at = t->due_place[n] * t->stride;
        float *const row = shared_row(t, t->due_place[n]), *const copy = t->copies + at;
        for (int64_t k = 0; k < t->columns; k += FW_LANES) {
            const vf now = load(row + k) + (load(copy + k) - load(t->published + at + k));
            store(row + k, now);
            store(copy + k, now);
            store(t->published + at + k, now);
        }
    }
}

#endif
