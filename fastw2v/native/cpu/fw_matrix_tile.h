/* A tile on matrix registers. */
#ifndef FW_MATRIX_TILE_H
#define FW_MATRIX_TILE_H

#include "fw_matrix_cbow.h"
#include "fw_matrix_skipgram.h"

/* Finds the rows and the windows of the tile's tokens, in place of open_rows. Returns whether there is anything to
   train. */
FW_INLINE int open_matrix(tile *t) { return t->job->run.cbow ? open_cbow(t) : open_skipgram(t); }
/* Trains the tile; returns its loss. */
FW_INLINE vf train_matrix(tile *t) { return t->job->run.cbow ? train_cbow(t) : train_skipgram(t); }

#endif
