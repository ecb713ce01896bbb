"""Corpora and evaluation sets, fetched from their authors' addresses and checked against known hashes."""

from fastw2v.datasets.fetch import (
    LabelledTexts,
    cache_folder,
    fetch_20newsgroups,
    fetch_analogies,
    fetch_ptb,
    fetch_sst2,
    fetch_text8,
    fetch_word_pairs,
    load_docstrings,
)

__all__ = [
    "LabelledTexts",
    "cache_folder",
    "fetch_20newsgroups",
    "fetch_analogies",
    "fetch_ptb",
    "fetch_sst2",
    "fetch_text8",
    "fetch_word_pairs",
    "load_docstrings",
]
