"""Benchmarks of word vectors: word similarity and analogies, with their reports."""

from fastw2v.evaluate.analogies import AnalogyReport, AnalogySection, evaluate_analogies
from fastw2v.evaluate.word_pairs import WordPairReport, evaluate_word_pairs

__all__ = ["AnalogyReport", "AnalogySection", "WordPairReport", "evaluate_analogies", "evaluate_word_pairs"]
