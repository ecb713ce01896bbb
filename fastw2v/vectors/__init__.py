"""Finished word vectors and what can be asked of them."""

from fastw2v.vectors.word_vectors import WordVectors

__all__ = ["WordVectors"]
