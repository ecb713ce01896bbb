/* One training run in numbers: the settings that the kernels of every device receive.

   C includes it; CUDA sources are compiled with it in front. NVRTC finds no headers, so this file includes none and
   uses only C's own types. Python reads the fields from this text (fastw2v/backends/structures.py). Fields that the
   plan of a run also has (fastw2v/planning/plan.py) have the same name there. */
#ifndef FW_SETTINGS_H
#define FW_SETTINGS_H

#define FW_CROWN 16 /* nodes around the root of the tree that a tile shares among its tokens */

typedef struct fw_settings {
    long long vocabulary;    /* V, words */
    long long vector_size;   /* D */
    long long stride;        /* floats from one row to the next: D rounded up to whole cache lines */
    long long tokens;        /* raw tokens of one epoch */
    long long epochs;        /* of the whole run */
    long long chunks;        /* of one epoch */
    long long longest_chunk; /* raw tokens */
    long long longest_path;  /* inner nodes from the root of the tree to a word, at most; 0 without a tree */
    long long first_node;    /* the output row of the tree's first node: V if words have output rows, else 0 */
    unsigned long long seed;
    double learning_rate, min_learning_rate; /* at the first and after the last token of the run */
    double burst_bound;                      /* copies of a word whose updates count in full, times the rate */
    int window, negative;                    /* W and K: contexts on either side, noise words for each pair */
    int passes;                              /* over the window; CBOW: 1 */
    int tile_tokens, noise_slots;            /* T and S: kept tokens of a tile, noise words that it uses */
    int noise_life;                          /* L: tiles for which a noise word stays */
    int cbow, cbow_mean, cbow_divide;        /* CBOW: hidden row is the mean; gradient divided by the contexts */
    int draw_windows, pairwise_noise;        /* windows drawn in 1..W; fresh noise words for each pair */
    int negative_sampling, hierarchical;     /* the losses: of words and noise words, of the tree's nodes */
} fw_settings;

#endif
