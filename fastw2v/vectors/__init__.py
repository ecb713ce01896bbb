"""Word vectors: lookup, nearest neighbours and comparisons."""

from fastw2v.vectors.word_vectors import WordVectors

__all__ = ["WordVectors"]
