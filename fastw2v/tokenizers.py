"""The tokenizers by name, to call on any text: `words`, `whitespace_words`, and `apply` for those of a model."""

from fastw2v.corpus.tokenizers import apply, whitespace_words, words

__all__ = ["apply", "whitespace_words", "words"]
