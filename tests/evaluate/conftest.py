"""Vectors and questions about them, and gensim's object with the same vectors."""

import numpy as np
import pytest

from fastw2v.vectors import WordVectors

WORDS = [
    *("the", "Paris", "france", "rome", "Italy", "paris", "FRANCE", "berlin", "germany", "stra\u00dfe", "king", "queen")
]


@pytest.fixture(scope="session")
def world():
    """``world()``: vectors in which most analogies hold, some do not, and some words come in several forms."""

    def make(seed=3, copies=40, size=12):
        rng = np.random.default_rng(seed)
        words, rows = list(WORDS), list(rng.normal(size=(len(WORDS), size)))
        for number in range(copies):
            base, offset = rng.normal(size=size), rng.normal(size=size) * 0.3 + np.eye(size)[0] * 2
            for suffix, vector in (("", base), ("s", base + offset)):
                word = f"w{number}{suffix}"
                words += [word, word.upper()] if number % 5 == 0 else [word.title() if number % 3 == 0 else word]
                rows += [vector, vector + 0.1] if number % 5 == 0 else [vector]
        order = rng.permutation(len(words))
        return WordVectors(np.array(rows)[order], [words[row] for row in order])

    return make


@pytest.fixture(scope="session")
def questions():
    """``questions()``: sections of questions, some of whose words are in no vocabulary."""

    def make(copies=46):
        rng = np.random.default_rng(1)
        return [
            (
                f"section{section}",
                [
                    (f"w{a}", f"w{a}s", f"W{b}", f"w{b}s")
                    for a, b in rng.integers(0, copies, (25, 2)).tolist()
                    if a != b
                ],
            )
            for section in range(7)
        ]

    return make


@pytest.fixture
def write_questions(tmp_path):
    """``write_questions(sections)`` writes them as a file is published, and returns its path."""

    def write(sections):
        lines = [f": {name}\n" + "".join(" ".join(question) + "\n" for question in asked) for name, asked in sections]
        path = tmp_path / "questions"
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def as_gensim():
    """``as_gensim(wv)``: gensim's KeyedVectors with the same words and vectors."""
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")

    def make(wv):
        other = keyedvectors.KeyedVectors(wv.vector_size)
        other.add_vectors(wv.index_to_key, wv.vectors)
        return other

    return make
