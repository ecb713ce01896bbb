"""How good are the vectors? Word-similarity and analogy benchmarks, and their reports."""

from fastw2v.evaluate.word_pairs import (
    AnalogyReport,
    AnalogySection,
    WordPairReport,
    evaluate_analogies,
    evaluate_word_pairs,
)

__all__ = ["AnalogyReport", "AnalogySection", "WordPairReport", "evaluate_analogies", "evaluate_word_pairs"]
